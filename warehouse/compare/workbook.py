"""A comparison as a spreadsheet: the figures with number formats, and sheets of definitions, caveats and sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from warehouse.compare.definitions import definition, text
from warehouse.compare.reports import Compared
from warehouse.compare.rows import (
    LONG_COLUMNS,
    Row,
    header,
    is_web,
    label,
    n_rows,
    wide_header,
)
from warehouse.connection import CompareError
from warehouse.files import harmless, replacing
from warehouse.indicators import Indicator

# Limits of the format (Microsoft, "Excel specifications and limits").
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
MAX_LINKS = 65_530
MAX_LINK = 2_079

_WIDTHS = {
    "agency_id": 20,
    "agency_name": 32,
    "division": 14,
    "report_year": 11,
    "scope": 10,
    "indicator": 28,
    "indicator_label": 28,
    "note": 60,
    "source_url": 60,
}
_WIDTH = 14
_DEFINITIONS = (
    ("indicator", 30),
    ("label_zh", 24),
    ("label_en", 34),
    ("unit", 12),
    ("comparability", 24),
    ("why", 50),
    ("numerator_words", 60),
    ("denominator_words", 40),
    ("formula", 70),
)
_CAVEATS = (("agency", 32), ("report_year", 10), ("scope", 18), ("indicator", 34), ("caveat", 90))
_SOURCES = (
    ("agency", 32),
    ("report_year", 10),
    ("scope", 18),
    ("title", 50),
    ("address", 60),
    ("published_on", 14),
    ("fetched_on", 16),
    ("sha256", 66),
    ("form", 10),
    ("outcome", 14),
    ("trust", 12),
)


class _Address(str):
    """An address on the web, which may become a link: from outside, so no other kind of link does."""


class _Book:
    """A workbook with the formats of ours; text is written as text, whatever it begins with."""

    def __init__(self, path: Path, created: datetime) -> None:
        # Rows go to the disk as they are written: a comparison of everything has a million of them. No text of a
        # document or a portal may become a formula, a link or a number.
        self.book = xlsxwriter.Workbook(
            path,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        # The day on which the sources were fetched, and not now: equal content gives equal bytes.
        self.book.set_properties({"title": "gongkai", "created": created})
        self.links = 0
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def sheet(self, name: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]], n_rows: int) -> None:
        """A sheet with a frozen header and a filter; ``rows`` of values, or of (value, format properties)."""
        sheet = self.book.add_worksheet(name)
        bold = self.format(bold=True, bg_color="#E8EEF4", bottom=1, text_wrap=True, valign="top")
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, n_rows, len(columns) - 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        for at, (_, width) in enumerate(columns):
            sheet.set_column(at, at, width)
        for at, (title, _) in enumerate(columns):
            self.write(sheet, 0, at, title, bold)
        for number, row in enumerate(rows, start=1):
            for at, cell in enumerate(row):
                value, properties = cell if isinstance(cell, tuple) else (cell, {})
                self.write(sheet, number, at, value, self.format(**properties) if properties else None)

    def write(self, sheet: Any, row: int, column: int, value: Any, format: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value, format)
        elif isinstance(value, (int, float, Decimal)):
            sheet.write_number(row, column, float(value), format)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self.format(num_format="yyyy-mm-dd"))
        elif isinstance(value, _Address) and len(value) <= MAX_LINK and self.links < MAX_LINKS:
            self.links += 1
            sheet.write_url(row, column, value, self.format(font_color="#0B5394", underline=1), value)
        else:
            shown = value if len(value) <= MAX_TEXT else value[: MAX_TEXT - 1] + "…"
            if harmless(shown) != shown and format is None:
                # Text even after someone edits the cell: what an apostrophe typed before it does.
                format = self.format(quote_prefix=True)
            sheet.write_string(row, column, shown, format)


def write_workbook(
    compared: Sequence[Compared],
    wanted: Sequence[Indicator],
    rows: Iterable[Row],
    wide: bool,
    lang: str,
    out: Path,
) -> None:
    """Write reports and their ``rows`` to ``out`` (XLSX), long or one row a report, in ``zh`` or ``en``.

    Rates have the format of percentages, counts separators; figures in doubt stand on yellow. Text that begins as a
    formula does stays text. Raises CompareError when there are more rows than a sheet has, WarehouseError when the
    file cannot be written.
    """
    lines = n_rows(compared, wanted, wide)
    if lines >= MAX_ROWS:
        raise CompareError(
            f"{out}: {lines} rows are more than a sheet holds ({MAX_ROWS - 1}). Name fewer agencies, years or "
            "indicators, write one row a report (--wide), or write CSV."
        )
    columns, cells = _wide(rows, wanted, lang) if wide else _long(rows, wanted, lang)
    caveats = list(_caveats(compared, wanted, lang))[: MAX_ROWS - 1]
    with replacing(out) as beside:
        book = _Book(beside, max(one.source.fetched_at for one in compared))
        book.sheet(text("sheets", "comparison", lang), columns, cells, lines)
        book.sheet(
            text("sheets", "definitions", lang),
            _headed(_DEFINITIONS, lang),
            ([*_definition(i, lang)] for i in wanted),
            len(wanted),
        )
        book.sheet(text("sheets", "caveats", lang), _headed(_CAVEATS, lang), caveats, len(caveats))
        book.sheet(
            text("sheets", "sources", lang),
            _headed(_SOURCES, lang),
            ([*_source(one, lang)] for one in compared),
            len(compared),
        )
        book.book.close()


def _long(
    rows: Iterable[Row], wanted: Sequence[Indicator], lang: str
) -> tuple[list[tuple[str, int]], Iterator[list[Any]]]:
    by_key = {indicator.key: indicator for indicator in wanted}
    names = [*LONG_COLUMNS[:6], "indicator_label", *LONG_COLUMNS[6:]]
    columns = [
        (text("columns", name, lang) if name == "indicator_label" else header(name, lang), _WIDTHS.get(name, _WIDTH))
        for name in names
    ]

    def cells() -> Iterator[list[Any]]:
        for row in rows:
            key, numerator, denominator, value, *rest = row.figures
            indicator = by_key[str(key)]
            yield [
                *_keys(row),
                key,
                label(indicator, lang),
                _number(numerator, None, False),
                _number(denominator, None, False),
                _number(value, indicator, key in row.doubtful),
                *rest,
                row.note,
                row.source_url,
            ]

    return columns, cells()


def _wide(
    rows: Iterable[Row], wanted: Sequence[Indicator], lang: str
) -> tuple[list[tuple[str, int]], Iterator[list[Any]]]:
    widths = [_WIDTHS[name] for name in LONG_COLUMNS[:5]] + [_WIDTH] * len(wanted)
    widths += [_WIDTHS["note"], _WIDTHS["source_url"]]

    def cells() -> Iterator[list[Any]]:
        for row in rows:
            values = [
                _number(value, indicator, indicator.key in row.doubtful)
                for value, indicator in zip(row.figures, wanted, strict=True)
            ]
            yield [*_keys(row), *values, row.note, row.source_url]

    return list(zip(wide_header(wanted, lang), widths, strict=True)), cells()


def _keys(row: Row) -> list[Any]:
    agency_id, name, division, year, scope = row.keys
    return [agency_id, name, division, _year(year), scope]


def _year(year: Any) -> tuple[Any, dict[str, Any]]:
    """A year stands left, under its header: to the right it would touch the text of the next column."""
    return year, {"align": "left"}


def _number(value: Any, indicator: Indicator | None, doubtful: bool) -> tuple[Any, dict[str, Any]]:
    """A figure with its format: rates as percentages, counts with separators, money with the decimals printed."""
    if indicator is not None and indicator.is_ratio:
        shape = "0.0%"
    else:
        shape = "#,##0" if value is None or value == int(value) else "#,##0.00##"
    return value, {"num_format": shape} | ({"bg_color": "#FFF2CC"} if doubtful else {})


def _headed(columns: Sequence[tuple[str, int]], lang: str) -> list[tuple[str, int]]:
    return [(text("columns", name, lang), width) for name, width in columns]


def _definition(indicator: Indicator, lang: str) -> list[Any]:
    told, wrap = definition(indicator, lang), {"text_wrap": True, "valign": "top"}
    values = (
        indicator.key,
        indicator.zh,
        indicator.en,
        told.unit,
        told.comparability,
        told.why,
        told.numerator,
        told.denominator,
        told.formula,
    )
    return [(value, wrap) for value in values]


def _caveats(compared: Sequence[Compared], wanted: Sequence[Indicator], lang: str) -> Iterator[list[Any]]:
    """First what concerns a whole series, then the caveats of each report."""
    for indicator in wanted:
        if indicator.comparability != "A":
            told = definition(indicator, lang)
            yield [None, None, None, label(indicator, lang), f"{told.comparability}: {told.why}"]
    for one in compared:
        about = [one.agency[1], _year(one.report_year), text("scopes", one.about.scope, lang)]
        by_note: dict[str, list[str]] = {}
        for indicator in wanted:
            for note in one.notes(indicator, lang):
                by_note.setdefault(note.text, []).append(label(indicator, lang))
        for caveat, labels in by_note.items():
            yield [*about, None if len(labels) == len(wanted) else ", ".join(labels), caveat]


def _source(one: Compared, lang: str) -> list[Any]:
    source = one.source
    return [
        one.agency[1],
        _year(one.report_year),
        text("scopes", one.about.scope, lang),
        source.title,
        _Address(source.url) if source.url and is_web(source.url) else source.url,
        source.published_on,
        source.fetched_at.date(),
        source.sha256,
        one.about.form,
        text("outcomes", one.about.outcome, lang),
        text("trusts", source.trust, lang),
    ]
