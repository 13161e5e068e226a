"""The end of a night: what someone should know of it goes into its report, and to whoever is to be told."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from flows.run_report import Notice, RunReport
from flows.stages import explain
from flows.watching import log
from flows.watching.notices import COMPARED_RUNS, watch
from flows.watching.sending import NotSentError, send
from warehouse.load import read_runs
from warehouse.status.health import PortalHealth


def watched(home: Path, report: RunReport) -> RunReport:
    """The report of a night with its notices and the portals in trouble, told from it and the reports before it.

    Notices of the night before that could not be sent stand first: they are to be sent now. Never raises: what goes
    wrong here is a warning of the report.
    """
    try:
        found, troubled = watch(read_runs(home, COMPARED_RUNS), report.as_dict())
        unsent = [
            Notice(**notice)
            for run in read_runs(home, 1)
            if run.get("notices_sent") is False
            for notice in run["notices"]
        ]
    except Exception as error:
        return replace(report, warnings=(*report.warnings, f"The night was not looked over: {explain(error)}"))
    new = {notice.key for notice in found}
    notices = (*(notice for notice in unsent if notice.key not in new), *found)
    for notice in notices:
        log.tell(f"notice: {notice.en}", logging.WARNING)
    return replace(report, notices=notices, troubled=tuple(map(_row, troubled)))


def told(report: RunReport, block_name: str) -> RunReport:
    """Send the notices of a report; a message that was not taken is a warning of it and no failure of the night."""
    try:
        send(block_name, report.run_id, report.notices)
    except NotSentError as error:
        log.tell(str(error), logging.WARNING)
        return replace(report, notices_sent=False, warnings=(*report.warnings, str(error)))
    log.tell(f"{len(report.notices)} notices sent by {block_name}")
    return replace(report, notices_sent=True)


def _row(portal: PortalHealth) -> dict[str, object]:
    return {
        "portal_id": portal.portal_id,
        "last_ok_at": portal.last_ok_at.isoformat() if portal.last_ok_at else None,
        "nights_failing": portal.nights_failing,
        "listed": portal.listed,
        "usually_listed": portal.usually_listed,
        "drift": portal.drift,
    }
