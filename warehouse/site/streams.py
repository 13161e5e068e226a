"""The warehouse read once, by agency: every query is asked for many agencies at a time and handed out one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb

from warehouse.compare.notes import Cell
from warehouse.compare.reports import REPORTS_SQL, Compared, Figure, put_together
from warehouse.compare.selection import Agency

Row = tuple[Any, ...]
SLICE = 2_000  # agencies whose rows are sorted at a time: some 3 million cells, half a gigabyte of memory
FETCHED = 20_000  # rows

# What a page tells of each agency besides its reports' figures. Each query gives the agency first, then the report, and
# is asked for the agencies from $first to $last; decimals as doubles, since the page has JSON numbers anyway.
_QUERIES = {
    "reports": f"{REPORTS_SQL} WHERE a.agency_id BETWEEN $first AND $last "
    "ORDER BY a.agency_id, a.report_year, a.scope, a.report_id",
    "figures": """
        SELECT agency_id, report_id, indicator, numerator::DOUBLE, denominator::DOUBLE, value, small_n, n_inferred
        FROM indicator WHERE agency_id BETWEEN $first AND $last ORDER BY agency_id
    """,
    "cells": """
        WITH chosen AS (
            SELECT agency_id, report_id FROM report
            WHERE agency_id BETWEEN $first AND $last AND report_year > 0
        )
        SELECT c.agency_id, f.* FROM chosen AS c JOIN (
            SELECT report_id, 'disclosure.' || measure AS path, value_effective::DOUBLE, raw, locator, state,
                effective_method
            FROM disclosure
            UNION ALL
            SELECT report_id, 'application.' || outcome || '.' || applicant, value_effective::DOUBLE, raw, locator,
                state, effective_method
            FROM application WHERE applicant = 'total' OR outcome = 'received_new'
            UNION ALL
            SELECT report_id, 'litigation.' || channel || '.' || result, value_effective::DOUBLE, raw, locator, state,
                effective_method
            FROM litigation
        ) AS f USING (report_id)
        ORDER BY c.agency_id, f.report_id, f.path
    """,
    "doubts": """
        SELECT r.agency_id, d.report_id, d.source, d.code, d.severity, left(d.message, 300),
            list_sort(list(DISTINCT d.cell) FILTER (WHERE d.cell IS NOT NULL)) AS cells, bool_or(d.cell IS NULL)
        FROM doubt AS d JOIN report AS r ON r.report_id = d.report_id
        WHERE r.agency_id BETWEEN $first AND $last AND r.report_year > 0
        GROUP BY ALL ORDER BY ALL
    """,
    "documents": """
        SELECT r.agency_id, d.report_id, d.role, left(d.source_url, 500), d.sha256, d.first_seen::DATE,
            d.last_seen::DATE
        FROM report_document AS d JOIN report AS r ON r.report_id = d.report_id
        WHERE r.agency_id BETWEEN $first AND $last AND r.report_year > 0
        ORDER BY r.agency_id, d.report_id, d.first_seen, d.source_url, d.sha256
    """,
    "versions": """
        SELECT r.agency_id, r.report_id, count(*) FROM report_version AS v JOIN report AS r ON r.report_id = v.report_id
        WHERE r.agency_id BETWEEN $first AND $last AND r.report_year > 0
        GROUP BY ALL ORDER BY ALL
    """,
    "names": """
        SELECT agency_id, left(name, 200), kind, first_year, last_year FROM agency_name
        WHERE agency_id BETWEEN $first AND $last ORDER BY ALL
    """,
    "successions": """
        SELECT s.agency_id, s.kind, s.forward, s.other, left(a.name, 200), s.effective_on FROM (
            SELECT from_agency_id AS agency_id, to_agency_id AS other, kind, true AS forward, effective_on
            FROM agency_succession
            UNION ALL
            SELECT to_agency_id, from_agency_id, kind, false, effective_on FROM agency_succession
        ) AS s LEFT JOIN agency AS a ON a.agency_id = s.other
        WHERE s.agency_id BETWEEN $first AND $last ORDER BY ALL
    """,
}


@dataclass(frozen=True)
class Told:
    """All that the warehouse tells of one agency; ``cells``: path, value and how it was printed, by report."""

    agency: Agency
    compared: list[Compared]
    cells: dict[str, list[Row]]
    doubts: list[Row]
    documents: list[Row]
    versions: dict[str, int]
    names: list[Row]
    successions: list[Row]


def agencies_told(connection: duckdb.DuckDBPyConnection, agencies: list[Agency], size: int = SLICE) -> Iterator[Told]:
    """What is known of each of these agencies, which come in the order of their ids and are all there are."""
    for start in range(0, len(agencies), size):
        slice_ = agencies[start : start + size]
        between = {"first": slice_[0][0], "last": slice_[-1][0]}
        streams = {name: _by_agency(connection.cursor().execute(sql, between)) for name, sql in _QUERIES.items()}
        for agency in slice_:
            yield _told(agency, {name: stream.send(agency[0]) for name, stream in streams.items()})


def _by_agency(result: duckdb.DuckDBPyConnection) -> Any:
    """A generator that, sent the ids of agencies in order, gives the rows of each without the id."""
    stream = _rows_of(result)
    next(stream)
    return stream


def _rows_of(result: duckdb.DuckDBPyConnection) -> Any:
    found: list[Row] = []
    wanted = yield found
    for agency_id, rows in groupby(_fetched(result), itemgetter(0)):
        while wanted < agency_id:
            wanted = yield []
        found = [row[1:] for row in rows]
        if wanted == agency_id:
            wanted = yield found
    while True:
        yield []


def _fetched(result: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    while rows := result.fetchmany(FETCHED):
        yield from rows


def _told(agency: Agency, rows: dict[str, list[Row]]) -> Told:
    figures: dict[str, dict[str, Figure]] = defaultdict(dict)
    for report_id, indicator, *values in rows["figures"]:
        figures[report_id][indicator] = Figure(*values)
    cells: dict[str, list[Row]] = defaultdict(list)
    remarkable: dict[str, dict[str, Cell]] = defaultdict(dict)
    for row in rows["cells"]:
        report_id, path, value, _, _, state, method = row
        cells[report_id].append(row[1:])
        if value is None or method != "printed":
            remarkable[report_id][path] = Cell(state, method)
    return Told(
        agency,
        put_together(
            # The reason why there are no figures quotes the report, so it may be of any length.
            [(agency[0], *row[:5], row[5] and row[5][:300], *row[6:]) for row in rows["reports"]],
            {agency[0]: agency},
            figures,
            _doubts_of_figures(rows["doubts"]),
            remarkable,
        ),
        cells,
        rows["doubts"],
        rows["documents"],
        dict(rows["versions"]),
        rows["names"],
        rows["successions"],
    )


def _doubts_of_figures(rows: list[Row]) -> dict[str, dict[str, tuple[str, ...]]]:
    """As compare/reports.py reads them: no mere information, and of doubts about whole reports only errors."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for report_id, _, code, severity, _, cells, whole in rows:
        if severity != "info":
            for cell in cells or ():
                found[report_id][cell].add(code)
            if whole and severity == "error":
                found[report_id][""].add(code)
    return {report: {cell: tuple(sorted(codes)) for cell, codes in by.items()} for report, by in found.items()}
