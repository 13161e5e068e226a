"""Agencies compared over years as CSV, each figure with what it takes to judge it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import duckdb

from warehouse.compare.notes import Cell, Report, joined, notes
from warehouse.compare.selection import Agency, chosen_agencies, chosen_indicators, chosen_years
from warehouse.connection import CompareError, published
from warehouse.files import BOM, harmless, number_text, replacing
from warehouse.indicators import Indicator, form_names

LONG_COLUMNS = (
    "agency_id",
    "agency_name",
    "division",
    "report_year",
    "scope",
    "indicator",
    "numerator",
    "denominator",
    "value",
    "small_n",
    "n_inferred",
    "comparability",
    "note",
    "source_url",
)
_WIDE_KEYS = {
    "agency_id": "机构编号",
    "agency_name": "机构名称",
    "division": "行政区划",
    "report_year": "报告年度",
    "scope": "统计口径",
}
_WIDE_END = {"note": "备注", "source_url": "来源网址"}
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Comparison:
    """What was written: the file, its number of rows, and the agencies that were named but have no report there."""

    path: Path
    rows: int
    without_report: tuple[str, ...]


@dataclass(frozen=True)
class _Figure:
    """One indicator of one report."""

    numerator: Decimal | None
    denominator: Decimal | None
    value: float | None
    small_n: bool
    n_inferred: int


@dataclass(frozen=True)
class _Compared:
    """One report with the figures that were asked for, by indicator."""

    agency: Agency
    report_year: int
    source_url: str | None
    about: Report
    figures: dict[str, _Figure]


def compare(
    home: Path,
    agencies: Sequence[str] = (),
    division: str | None = None,
    years: str | Iterable[int] | None = None,
    indicators: Sequence[str] = (),
    wide: bool = False,
    lang: str = "zh",
    *,
    out: Path,
) -> Comparison:
    """Write a comparison of agencies over years to ``out`` (CSV, UTF-8 with BOM), long or one row a report.

    ``agencies``: ids, names or unique parts of names; none means all, or all of ``division`` (id or name; those of
    the divisions below it too). ``years``: ``2021``, ``2019-2024``, ``2019,2021``, numbers, or None for all.
    ``indicators``: keys or labels; none means all. ``lang``: ``zh`` or ``en`` for notes and the headers of the wide
    form. Reports without figures appear with a note.

    Raises CompareError, with candidates, for anything unknown or ambiguous and when no report is left; WarehouseError
    when there is no warehouse or the file cannot be written.
    """
    if lang not in LANGUAGES:
        raise CompareError(f"Unknown language {lang!r}: choose zh or en.")
    if out.suffix.lower() != ".csv":
        raise CompareError(f"{out}: a comparison is written as CSV, so the file's name must end in .csv.")
    wanted_years, wanted_indicators = chosen_years(years), chosen_indicators(indicators)
    with published(home) as connection:
        wanted = chosen_agencies(connection, agencies, division)
        compared = _reports(connection, wanted, wanted_years, wanted_indicators)
        if not compared:
            raise CompareError(_nothing(connection, wanted, years))
    header, rows = (
        _wide(compared, wanted_indicators, lang) if wide else (LONG_COLUMNS, _long(compared, wanted_indicators, lang))
    )
    with replacing(out) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        file.write(BOM)
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([harmless(cell) for cell in row] for row in rows)
    found = {one.agency for one in compared}
    without = tuple(f"{a[1]} ({a[0]})" for a in wanted if a not in found) if agencies else ()
    return Comparison(out, len(rows), without)


def _long(compared: Sequence[_Compared], wanted: Sequence[Indicator], lang: str) -> list[list[str]]:
    return [
        [
            *_keys(one),
            indicator.key,
            number_text(figure.numerator),
            number_text(figure.denominator),
            number_text(figure.value),
            str(figure.small_n).lower(),
            str(figure.n_inferred),
            indicator.comparability,
            joined(_notes(one, indicator, lang), lang),
            one.source_url or "",
        ]
        for one in compared
        for indicator in wanted
        for figure in [one.figures[indicator.key]]
    ]


def _wide(compared: Sequence[_Compared], wanted: Sequence[Indicator], lang: str) -> tuple[list[str], list[list[str]]]:
    labels = [indicator.en if lang == "en" else indicator.zh for indicator in wanted]
    keys, end = (list(names) if lang == "en" else list(names.values()) for names in (_WIDE_KEYS, _WIDE_END))
    rows = []
    for one in compared:
        labelled: dict[str, list[str]] = {}
        for indicator, label in zip(wanted, labels, strict=True):
            for note in _notes(one, indicator, lang):
                labelled.setdefault(note, []).append(label)
        separator, colon = (", ", ": ") if lang == "en" else ("、", "：")
        texts = [
            note if len(of) == len(wanted) else f"{separator.join(of)}{colon}{note}" for note, of in labelled.items()
        ]
        values = [number_text(one.figures[indicator.key].value) for indicator in wanted]
        rows.append([*_keys(one), *values, joined(texts, lang), one.source_url or ""])
    return [*keys, *labels, *end], rows


def _keys(one: _Compared) -> list[str]:
    agency_id, name, division = one.agency
    return [agency_id, name, division or "", str(one.report_year), one.about.scope]


def _notes(one: _Compared, indicator: Indicator, lang: str) -> list[str]:
    figure = one.figures[indicator.key]
    return notes(
        one.about,
        indicator,
        has_value=figure.value is not None,
        small_n=figure.small_n,
        zero_denominator=figure.denominator == 0,
        lang=lang,
    )


def _reports(
    connection: duckdb.DuckDBPyConnection,
    agencies: Sequence[Agency],
    years: frozenset[int] | None,
    wanted: Sequence[Indicator],
) -> list[_Compared]:
    """The placed reports of these agencies and years, by agency in the order given, then year and scope."""
    order = {agency[0]: number for number, agency in enumerate(agencies)}
    by_id = {agency[0]: agency for agency in agencies}
    rows = connection.execute(
        """
        SELECT a.report_id, a.agency_id, a.report_year, a.source_url, a.form, a.outcome, r.reason, a.scope,
            a.only_copies, a.n_same_scope
        FROM agency_year AS a JOIN report AS r ON r.report_id = a.report_id
        WHERE a.agency_id IN (SELECT unnest($agencies)) AND ($years IS NULL OR list_contains($years, a.report_year))
        """,
        {"agencies": list(by_id), "years": None if years is None else sorted(years)},
    ).fetchall()
    rows.sort(key=lambda row: (order[row[1]], row[2], row[7], row[0]))
    report_ids = [row[0] for row in rows]
    figures = _figures(connection, report_ids, wanted)
    doubts = _doubts(connection, report_ids)
    cells = _cells(connection, report_ids, wanted)
    compared = [
        _Compared(
            agency=by_id[agency_id],
            report_year=year,
            source_url=source_url,
            about=Report(
                form,
                outcome,
                reason,
                scope,
                only_copies,
                n_same_scope,
                earlier_form=None,
                doubts=doubts.get(report_id, {}),
                cells=cells.get(report_id, {}),
            ),
            figures=figures[report_id],
        )
        for report_id, agency_id, year, source_url, form, outcome, reason, scope, only_copies, n_same_scope in rows
    ]
    return [one for _, series in groupby(compared, lambda one: one.agency) for one in _with_breaks(list(series))]


def _with_breaks(series: list[_Compared]) -> list[_Compared]:
    """One agency's reports, each told in which other form the report before it of the same scope was."""
    last_form: dict[str, str] = {}
    marked = []
    for one in series:
        before, form = last_form.get(one.about.scope), one.about.form
        marked.append(
            replace(one, about=replace(one.about, earlier_form=before)) if form and before not in (None, form) else one
        )
        if form:
            last_form[one.about.scope] = form
    return marked


def _figures(
    connection: duckdb.DuckDBPyConnection, report_ids: Sequence[str], wanted: Sequence[Indicator]
) -> dict[str, dict[str, _Figure]]:
    figures: dict[str, dict[str, _Figure]] = {report_id: {} for report_id in report_ids}
    for report_id, indicator, *values in connection.execute(
        "SELECT report_id, indicator, numerator, denominator, value, small_n, n_inferred FROM indicator "
        "WHERE report_id IN (SELECT unnest($reports)) AND indicator IN (SELECT unnest($indicators))",
        {"reports": list(report_ids), "indicators": [indicator.key for indicator in wanted]},
    ).fetchall():
        figures[report_id][indicator] = _Figure(*values)
    return figures


def _doubts(connection: duckdb.DuckDBPyConnection, report_ids: Sequence[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Report -> cell path (empty: the whole report) -> rules and warnings, without mere information.

    A doubt about a whole report counts when it is an error: a warning such as a wrongly declared encoding says
    nothing about a figure.
    """
    doubts: dict[str, dict[str, tuple[str, ...]]] = {}
    for report_id, cell, codes in connection.execute(
        "SELECT report_id, coalesce(cell, ''), list_sort(list(DISTINCT code)) FROM doubt "
        "WHERE report_id IN (SELECT unnest($reports)) AND severity <> 'info' "
        "AND (cell IS NOT NULL OR severity = 'error') "
        "GROUP BY ALL",
        {"reports": list(report_ids)},
    ).fetchall():
        doubts.setdefault(report_id, {})[cell] = tuple(codes)
    return doubts


def _cells(
    connection: duckdb.DuckDBPyConnection, report_ids: Sequence[str], wanted: Sequence[Indicator]
) -> dict[str, dict[str, Cell]]:
    """Report -> operand's path -> its cell, where it has no effective value or one that was not printed."""
    paths = {column.path for i in wanted for form in form_names() for column in i.operands(form)}
    cells: dict[str, dict[str, Cell]] = {}
    for report_id, path, state, method in connection.execute(
        """
        SELECT report_id, path, state, effective_method FROM (
            SELECT report_id, 'disclosure.' || measure AS path, state, effective_method, value_effective FROM disclosure
            UNION ALL
            SELECT report_id, 'application.' || outcome || '.' || applicant, state, effective_method, value_effective
            FROM application
            UNION ALL
            SELECT report_id, 'litigation.' || channel || '.' || result, state, effective_method, value_effective
            FROM litigation
        )
        WHERE report_id IN (SELECT unnest($reports)) AND path IN (SELECT unnest($paths))
            AND (value_effective IS NULL OR effective_method <> 'printed')
        """,
        {"reports": list(report_ids), "paths": sorted(paths)},
    ).fetchall():
        cells.setdefault(report_id, {})[path] = Cell(state, method)
    return cells


def _nothing(
    connection: duckdb.DuckDBPyConnection, agencies: Sequence[Agency], years: str | Iterable[int] | None
) -> str:
    known = [
        str(year)
        for (year,) in connection.execute(
            "SELECT DISTINCT report_year FROM agency_year WHERE agency_id IN (SELECT unnest($agencies)) ORDER BY 1",
            {"agencies": [agency[0] for agency in agencies]},
        ).fetchall()
    ]
    asked = "" if years is None else f" for {years if isinstance(years, str) else ', '.join(map(str, years))}"
    those = f"these {len(agencies)} agencies" if len(agencies) > 1 else "".join(agency[1] for agency in agencies)
    has = f"There are reports for {', '.join(known)}." if known else "No report is placed with them in any year."
    return f"There is no report of {those or 'any agency'}{asked}. {has}"
