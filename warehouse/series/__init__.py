"""Which report goes on from which: over the years, through renames, and where a reorganisation breaks the series."""

from __future__ import annotations

from importlib import resources

import duckdb


def link_reports(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the temporary table ``link``, a row for each placed report, from the tables of the lake,
    of which ``lake_report`` holds the reports (warehouse/load).

    report_id, agency_id, report_year, scope
    line_id             the same for an agency and those whose series it goes on from under another name
    n_same_scope        reports of the agency for this year and scope
    is_superseded       a successor reports for this year and scope too: the figures may be the same ones
    previous_report_id  of the same line and scope for the calendar year before; null: none, or several
    previous_agency_id  its agency, where that is another one: the agency was renamed in between
    break_en, break_zh  why the figures do not simply go on from the year before; null: they do
    """
    connection.execute(resources.files(__package__).joinpath("link.sql").read_text("utf-8"))
