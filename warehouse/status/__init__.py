"""How things stand: runs, portals, coverage, unplaced reports and open findings, for a person to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.connection import WarehouseError, message, published, warehouse_path
from warehouse.load import read_runs
from warehouse.status.health import PortalHealth, add_run, details_of

LAST_RUNS = 5
# How far back the health of portals is told: four months. Of three thousand portals a hundred nights take two seconds.
REMEMBERED_RUNS = 120
MOST_DOUBTFUL = 20
MISSING = 50
FINDINGS = 20


@dataclass(frozen=True)
class RunLine:
    """One run report: its times as ISO 8601 text, as far as they are there; what failed, and what else it says.

    ``troubled``: portals that were not well, whether that was a failure of this run or of one before.
    """

    run_id: str
    started_at: str | None
    finished_at: str | None
    status: str | None
    failures: tuple[str, ...]
    notices: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    quarantined: int = 0
    troubled: int = 0


@dataclass(frozen=True)
class PortalLine:
    """A portal: its entry, its health over the nights (None when no run report names it), and its reports.

    ``expected`` and ``found`` count its agencies of which a report on ``report_year`` is expected, the newest year that
    was due by 31 March, and those of them of which one is known; None where nothing is known of what to expect.
    """

    portal_id: str
    body: str | None
    access: str | None
    status: str | None
    health: PortalHealth | None
    reports: int
    last_fetched_at: datetime | None
    report_year: int | None
    expected: int | None
    found: int | None

    @property
    def well(self) -> bool:
        """It answered the last run that asked it, and its list is what it was."""
        return self.health is not None and self.health.well


@dataclass(frozen=True)
class CoverageLine:
    """One report year: agencies expected, of those reported, and the reports by what reading them gave."""

    report_year: int
    expected: int
    reported: int
    by_outcome: dict[str, int]


@dataclass(frozen=True)
class MissingLine:
    """An agency (or the body of a portal) of which an expected report is not known."""

    agency_id: str | None
    agency_name: str
    report_year: int
    expected_source: str


@dataclass(frozen=True)
class ReportLine:
    """A report that someone should look at, and why."""

    report_id: str
    agency_name: str | None
    report_year: int
    title: str | None
    source_url: str | None
    reason: str | None


@dataclass(frozen=True)
class DoubtLine:
    """A doubtful report with its failed errors and warnings: ``codes`` names the rules and kinds of warnings."""

    report_id: str
    agency_name: str | None
    report_year: int
    source_url: str | None
    errors: int
    warnings: int
    cells: int
    codes: list[str]


@dataclass(frozen=True)
class FindingLine:
    """A row of the view ``finding``: a report to look at again, and what to compare, in both languages."""

    severity: str
    rule: str
    agency_name: str | None
    report_year: int
    what_en: str
    what_zh: str
    source_url: str | None


@dataclass(frozen=True)
class Status:
    """Everything that ``gongkai status`` shows. ``problem`` says why the warehouse could not be read, if so."""

    runs: tuple[RunLine, ...]
    portals: tuple[PortalLine, ...]
    coverage: tuple[CoverageLine, ...]
    missing: tuple[MissingLine, ...]
    missing_in_all: int
    unplaced: tuple[ReportLine, ...]
    only_copies: tuple[ReportLine, ...]
    failed_checks: dict[str, int]
    doubtful: tuple[DoubtLine, ...]
    doubtful_in_all: int
    findings: tuple[FindingLine, ...]
    findings_in_all: dict[str, int]
    published_on: date | None
    problem: str | None


def status(home: Path) -> Status:
    """Read how things stand from ``runs/`` and the published warehouse; whatever is absent is empty, never an error."""
    runs: list[RunLine] = []
    health: dict[str, PortalHealth] = {}
    for run in read_runs(home, REMEMBERED_RUNS):
        runs.append(_run_line(run))
        add_run(health, run)
    empty: dict[str, Any] = {
        "portals": _portals([], health),
        "coverage": (),
        "missing": (),
        "missing_in_all": 0,
        "unplaced": (),
        "only_copies": (),
        "failed_checks": {},
        "doubtful": (),
        "doubtful_in_all": 0,
        "findings": (),
        "findings_in_all": {},
        "published_on": None,
        "problem": None,
    }
    try:
        with published(home) as connection:
            found = empty | _of_warehouse(connection, health)
            found["published_on"] = date.fromtimestamp(warehouse_path(home).stat().st_mtime)
    except WarehouseError as error:
        found = empty | {"problem": str(error)}
    except duckdb.Error as error:
        found = empty | {
            "problem": f"{warehouse_path(home)} is no warehouse of this version: {message(error)}. Run `gongkai load`."
        }
    return Status(runs=tuple(sorted(runs, key=lambda run: run.run_id, reverse=True)[:LAST_RUNS]), **found)


def agencies_reported(home: Path) -> dict[int, int]:
    """Agencies of which a report is known, by report year; empty when there is no warehouse to ask."""
    try:
        with published(home) as connection:
            return dict(
                connection.execute(
                    "SELECT report_year, count(DISTINCT agency_id) FROM report WHERE report_year > 0 GROUP BY ALL "
                    "HAVING count(agency_id) > 0 ORDER BY report_year"
                ).fetchall()
            )
    except (WarehouseError, duckdb.Error):
        return {}


def _run_line(run: dict[str, Any]) -> RunLine:
    failures = run.get("failures")
    return RunLine(
        run["run_id"],
        run.get("started_at"),
        run.get("finished_at"),
        run.get("status"),
        tuple(_failure(one) for one in failures) if isinstance(failures, list) else (),
        tuple(f"{one['en']} / {one['zh']}" for one in run.get("notices") or ()),
        tuple(run.get("warnings") or ()),
        details_of(run, "normalize").get("documents_quarantined", 0),
        len(run.get("troubled") or ()),
    )


def _failure(one: Any) -> str:
    if not isinstance(one, dict):
        return str(one)
    return ": ".join(str(one[key]) for key in ("stage", "subject", "reason") if one.get(key))


def _of_warehouse(connection: duckdb.DuckDBPyConnection, health: dict[str, PortalHealth]) -> dict[str, Any]:
    portals = connection.execute(
        """
        WITH due AS (
            SELECT portal_id, report_year, count(*) AS expected, count(*) FILTER (WHERE reported) AS found
            FROM coverage
            WHERE expected AND report_year = (
                SELECT least(max(report_year), year(current_date - INTERVAL 3 MONTH) - 1) FROM coverage WHERE expected
            )
            GROUP BY ALL
        ),
        held AS (SELECT portal_id, count(*) AS reports, max(fetched_at) AS fetched_at FROM report GROUP BY portal_id)
        SELECT p.portal_id, p.body, p.access, p.status, coalesce(h.reports, 0), h.fetched_at,
            d.report_year, d.expected, d.found
        FROM portal AS p LEFT JOIN held AS h USING (portal_id) LEFT JOIN due AS d USING (portal_id)
        """
    ).fetchall()
    missing = connection.execute(
        "SELECT agency_id, agency_name, report_year, expected_source FROM coverage WHERE expected AND NOT reported "
        "ORDER BY report_year DESC, agency_name"
    ).fetchall()
    doubtful = connection.execute(
        """
        SELECT r.report_id, a.name, r.report_year, r.source_url,
            count(DISTINCT d.code || ' ' || d.message) FILTER (WHERE d.severity = 'error') AS errors,
            count(DISTINCT d.code || ' ' || d.message) FILTER (WHERE d.severity = 'warning') AS warnings,
            count(DISTINCT d.cell) AS cells,
            list_sort(list(DISTINCT d.code)) AS codes
        FROM doubt AS d
        JOIN report AS r ON r.report_id = d.report_id
        LEFT JOIN agency AS a ON a.agency_id = r.agency_id
        WHERE d.severity <> 'info'
        GROUP BY ALL
        ORDER BY errors DESC, warnings DESC, cells DESC, r.report_year DESC, r.report_id
        """
    ).fetchall()
    return {
        "portals": _portals(portals, health),
        "coverage": _coverage(connection),
        "missing": tuple(MissingLine(*row) for row in missing[:MISSING]),
        "missing_in_all": len(missing),
        "unplaced": _reports(connection, "r.agency_id IS NULL OR r.report_year = 0", "r.unplaced_reason"),
        "only_copies": _reports(connection, "r.version_id IS NULL", "r.trust_reasons"),
        "failed_checks": _failed_checks(connection),
        "doubtful": tuple(DoubtLine(*row) for row in doubtful[:MOST_DOUBTFUL]),
        "doubtful_in_all": len(doubtful),
        **_findings(connection),
    }


def _findings(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What speaks against reports from outside them: rules over years and agencies, corrections that do not fit."""
    outside = "FROM finding WHERE rule_over IN ('reports', 'correction')"
    rows = connection.execute(
        f"SELECT severity, rule, agency_name, report_year, what_en, what_zh, source_url {outside} LIMIT {FINDINGS}"
    ).fetchall()
    counts = connection.execute(
        f"SELECT rule, count(*) {outside} GROUP BY rule ORDER BY count(*) DESC, rule"
    ).fetchall()
    return {"findings": tuple(FindingLine(*row) for row in rows), "findings_in_all": dict(counts)}


def _failed_checks(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    found = dict(
        connection.execute(
            "SELECT c.severity, count(*) FROM check_result AS c JOIN report AS r ON r.version_id = c.version_id "
            "WHERE c.status = 'fail' GROUP BY c.severity"
        ).fetchall()
    )
    return {severity: found[severity] for severity in ("error", "warning", "info") if severity in found}


def _coverage(connection: duckdb.DuckDBPyConnection) -> tuple[CoverageLine, ...]:
    outcomes: dict[int, dict[str, int]] = {}
    for year, outcome, number in connection.execute(
        "SELECT report_year, outcome, count(*) FROM report WHERE agency_id IS NOT NULL AND report_year > 0 "
        "GROUP BY ALL ORDER BY report_year, count(*) DESC, outcome"
    ).fetchall():
        outcomes.setdefault(year, {})[outcome] = number
    return tuple(
        CoverageLine(year, expected, reported, outcomes.get(year, {}))
        for year, expected, reported in connection.execute(
            "SELECT report_year, count(*) FILTER (WHERE expected), count(*) FILTER (WHERE expected AND reported) "
            "FROM coverage GROUP BY report_year ORDER BY report_year"
        ).fetchall()
    )


def _reports(connection: duckdb.DuckDBPyConnection, condition: str, reason: str) -> tuple[ReportLine, ...]:
    rows = connection.execute(
        f"SELECT r.report_id, a.name, r.report_year, r.title, r.source_url, {reason} FROM report AS r "
        f"LEFT JOIN agency AS a ON a.agency_id = r.agency_id WHERE {condition} ORDER BY r.report_year, r.report_id"
    ).fetchall()
    return tuple(ReportLine(*row) for row in rows)


def _portals(rows: list[tuple[Any, ...]], health: dict[str, PortalHealth]) -> tuple[PortalLine, ...]:
    """Portals of the warehouse and of the run reports: those with trouble first, then those never asked."""
    known = {row[0]: row for row in rows}
    lines = []
    for portal_id in known.keys() | health.keys():
        unknown = (portal_id, None, None, None, 0, None, None, None, None)
        _, body, access, state, reports, fetched, year, expected, found = known.get(portal_id, unknown)
        lines.append(
            PortalLine(portal_id, body, access, state, health.get(portal_id), reports, fetched, year, expected, found)
        )
    return tuple(sorted(lines, key=lambda line: (line.well, line.health is None, line.portal_id)))
