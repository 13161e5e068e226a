"""The reports of a comparison, read from the published warehouse with all that its writers tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

import duckdb

from warehouse.compare.notes import Cell, Note, Report, notes
from warehouse.compare.selection import Agency
from warehouse.indicators import Indicator, form_names

# What ``put_together`` takes of each placed report.
REPORTS_SQL = """
    SELECT a.agency_id, a.report_year, a.scope, a.report_id, a.form, a.outcome, r.reason, a.only_copies,
        a.n_same_scope, a.break_reason_zh, a.break_reason_en, r.title, a.source_url, a.published_on,
        r.fetched_at, r.sha256, a.trust
    FROM agency_year AS a JOIN report AS r ON r.report_id = a.report_id
"""


@dataclass(frozen=True)
class Figure:
    """One indicator of one report: ``value`` is a ratio (1 is 100 %) or a count in the indicator's unit."""

    numerator: Decimal | float | None
    denominator: Decimal | float | None
    value: float | None
    small_n: bool
    n_inferred: int


@dataclass(frozen=True)
class Source:
    """Where a report's figures stand: its title and address, the bytes they were read from, and when (UTC)."""

    report_id: str
    title: str | None
    url: str | None
    published_on: date | None
    fetched_at: datetime
    sha256: str
    trust: str


@dataclass(frozen=True)
class Compared:
    """One report with the figures that were asked for, by indicator."""

    agency: Agency
    report_year: int
    source: Source
    about: Report
    figures: Mapping[str, Figure]

    def notes(self, indicator: Indicator, lang: str) -> list[Note]:
        """The caveats of one of its figures, the gravest first."""
        figure = self.figures[indicator.key]
        return notes(
            self.about,
            indicator,
            has_value=figure.value is not None,
            small_n=figure.small_n,
            zero_denominator=figure.denominator == 0,
            lang=lang,
        )


def compared_reports(
    connection: duckdb.DuckDBPyConnection,
    agencies: Sequence[Agency],
    years: frozenset[int] | None,
    wanted: Sequence[Indicator],
) -> list[Compared]:
    """The placed reports of these agencies and years, by agency in the order given, then year and scope."""
    order = {agency[0]: number for number, agency in enumerate(agencies)}
    by_id = {agency[0]: agency for agency in agencies}
    rows = connection.execute(
        f"""
        {REPORTS_SQL}
        WHERE a.agency_id IN (SELECT unnest($agencies)) AND ($years IS NULL OR list_contains($years, a.report_year))
        """,
        {"agencies": list(by_id), "years": None if years is None else sorted(years)},
    ).fetchall()
    rows.sort(key=lambda row: (order[row[0]], *row[1:4]))
    report_ids = [row[3] for row in rows]
    figures = _figures(connection, report_ids, wanted)
    doubts = _doubts(connection, report_ids)
    cells = _cells(connection, report_ids, wanted)
    return put_together(rows, by_id, figures, doubts, cells)


def put_together(
    rows: Iterable[tuple[Any, ...]],
    by_id: Mapping[str, Agency],
    figures: Mapping[str, Mapping[str, Figure]],
    doubts: Mapping[str, Mapping[str, tuple[str, ...]]],
    cells: Mapping[str, Mapping[str, Cell]],
) -> list[Compared]:
    """Reports from the rows of ``REPORTS_SQL``, by agency and in order of years; the rest is by report."""
    compared = [
        Compared(
            agency=by_id[agency_id],
            report_year=year,
            source=Source(report_id, *source),
            about=Report(
                form,
                outcome,
                reason,
                scope,
                only_copies,
                n_same_scope,
                reorganised=(reorganised_zh, reorganised_en) if reorganised_zh else None,
                earlier_form=None,
                doubts=doubts.get(report_id, {}),
                cells=cells.get(report_id, {}),
            ),
            figures=figures.get(report_id, {}),
        )
        for (
            agency_id,
            year,
            scope,
            report_id,
            form,
            outcome,
            reason,
            only_copies,
            n_same_scope,
            reorganised_zh,
            reorganised_en,
            *source,
        ) in rows
    ]
    return [one for _, series in groupby(compared, lambda one: one.agency) for one in _with_breaks(list(series))]


def _with_breaks(series: list[Compared]) -> list[Compared]:
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
) -> dict[str, dict[str, Figure]]:
    figures: dict[str, dict[str, Figure]] = {report_id: {} for report_id in report_ids}
    for report_id, indicator, *values in connection.execute(
        "SELECT report_id, indicator, numerator, denominator, value, small_n, n_inferred FROM indicator "
        "WHERE report_id IN (SELECT unnest($reports)) AND indicator IN (SELECT unnest($indicators))",
        {"reports": list(report_ids), "indicators": [indicator.key for indicator in wanted]},
    ).fetchall():
        figures[report_id][indicator] = Figure(*values)
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


def no_report(
    connection: duckdb.DuckDBPyConnection, agencies: Sequence[Agency], years: str | Iterable[int] | None
) -> str:
    """Says that nothing is left to compare, and for which years there would be reports."""
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
