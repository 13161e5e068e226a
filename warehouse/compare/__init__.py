"""Agencies compared over years as CSV, as a spreadsheet or as a page, each figure with what it takes to judge it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse.compare.page import write_page
from warehouse.compare.reports import compared_reports, no_report
from warehouse.compare.rows import LONG_COLUMNS, Row, cell_text, long_rows, n_rows, wide_header, wide_rows
from warehouse.compare.selection import chosen_agencies, chosen_indicators, chosen_years
from warehouse.compare.workbook import write_workbook
from warehouse.connection import CompareError, published
from warehouse.files import BOM, replacing

__all__ = ["ENDINGS", "LANGUAGES", "LONG_COLUMNS", "Comparison", "compare"]

LANGUAGES = ("zh", "en")
ENDINGS = (".csv", ".xlsx", ".html")
TOLD_EVERY = 1000  # rows

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Comparison:
    """What was written: the file, its number of rows, and the agencies that were named but have no report there.

    A page has a row for each report and indicator, as the long form has.
    """

    path: Path
    rows: int
    without_report: tuple[str, ...]


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
    on_progress: Progress | None = None,
) -> Comparison:
    """Write a comparison of agencies over years to ``out``, in the format that its name ends in.

    ``.csv``: UTF-8 with BOM, long or one row a report. ``.xlsx``: the same with number formats, and sheets of
    definitions, caveats and sources. ``.html``: one page with charts that needs no network, in both languages.

    ``agencies``: ids, names or unique parts of names; none means all, or all of ``division`` (id or name; those of
    the divisions below it too). ``years``: ``2021``, ``2019-2024``, ``2019,2021``, numbers, or None for all.
    ``indicators``: keys or labels; none means all. ``lang``: ``zh`` or ``en`` for notes and headers (the long form of
    CSV keeps the names of the contract), and the language in which a page opens. Reports without figures appear with
    a note.

    Raises CompareError, with candidates, for anything unknown or ambiguous, when no report is left, and when the
    format cannot hold as much; WarehouseError when there is no warehouse or the file cannot be written.
    """
    if lang not in LANGUAGES:
        raise CompareError(f"Unknown language {lang!r}: choose zh or en.")
    ending = out.suffix.lower()
    if ending not in ENDINGS:
        raise CompareError(
            f"{out}: a comparison is written as CSV, spreadsheet or page, so the file's name must end in "
            f".csv, .xlsx or .html (found {ending or 'no ending'})."
        )
    if wide and ending == ".html":
        raise CompareError(f"{out}: --wide is for CSV and XLSX; a page shows one indicator at a time. Leave it out.")
    wanted_years, wanted = chosen_years(years), chosen_indicators(indicators)
    with published(home) as connection:
        chosen = chosen_agencies(connection, agencies, division)
        if ending == ".html":
            compared = write_page(connection, chosen, wanted_years, wanted, lang, out)
        else:
            compared = compared_reports(connection, chosen, wanted_years, wanted)
        if not compared:
            raise CompareError(no_report(connection, chosen, years))
    count = n_rows(compared, wanted, wide)
    rows = _told((wide_rows if wide else long_rows)(compared, wanted, lang), count, on_progress)
    if ending == ".csv":
        _write_csv(wide_header(wanted, lang) if wide else LONG_COLUMNS, rows, out)
    elif ending == ".xlsx":
        write_workbook(compared, wanted, rows, wide, lang, out)
    found = {one.agency for one in compared}
    without = tuple(f"{a[1]} ({a[0]})" for a in chosen if a not in found) if agencies else ()
    return Comparison(out, count, without)


def _write_csv(header: Sequence[str], rows: Iterable[Row], out: Path) -> None:
    with replacing(out) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        file.write(BOM)
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([cell_text(cell) for cell in row.values] for row in rows)


def _told(rows: Iterable[Row], count: int, on_progress: Progress | None) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if on_progress and number % TOLD_EVERY == 0:
            on_progress("compare", number, count)
        yield row
