"""How things stand, as `gongkai status` prints it: runs, portals, coverage, what is unplaced or in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.views.printing import aligned, console
from flows.watching.refusal import last_refusal

if TYPE_CHECKING:
    from warehouse.status import PortalLine, ReportLine, RunLine, Status

LISTED = 10
_PORTAL_HEAD = ("portal 门户", "last asked 最近", "last success 最近成功", "list 列表", "reports 报告", "why 原因")
_DRIFTS = {"gone": "gone 全无", "fewer": "fewer 锐减", "changed": "changed 改版"}


def show(home: Path) -> None:
    """Print the state of a home on standard output; what is absent is said, and never an error."""
    from warehouse.status import status

    out, now = console(), status(home)
    refused = last_refusal(home, now.runs[0].started_at if now.runs else None)
    for line in _lines(now, refused):
        # A heading is the only line without indent.
        out.print(line, markup=False, style=None if line.startswith(" ") else "bold", soft_wrap=True)


def _lines(now: Status, refused: str | None) -> Iterator[str]:
    yield "Runs, newest first"
    if refused:
        yield f"  a night did not run, {refused}"
    yield from _indented(
        [(r.run_id, r.status or "?", r.started_at or "", _run(r)) for r in now.runs],
        "none yet: `gongkai nightly` makes the first",
    )
    for run in now.runs[:1]:
        yield from (f"    {failure}" for failure in run.failures)
        yield from (f"    notice: {notice}" for notice in run.notices)
        yield from (f"    warning: {warning}" for warning in run.warnings)
        if run.quarantined:
            yield f"    documents in quarantine: {run.quarantined}; `gongkai quarantine list` names them"
    if now.problem is not None:
        yield "Warehouse"
        yield f"  {now.problem}"
    elif now.published_on is not None:
        yield f"Warehouse published {now.published_on}"
    yield "Portals, those with trouble first"
    yield from _indented([_PORTAL_HEAD, *map(_portal, now.portals)] if now.portals else [], "none asked yet")
    yield "Coverage: agencies that have reported, of those expected"
    yield from _indented(
        [(str(c.report_year), f"{c.reported} of {c.expected}", _counts(c.by_outcome.items())) for c in now.coverage],
        "no report yet",
    )
    if now.missing_in_all:
        yield f"Missing reports: {now.missing_in_all}"
        rows = [(m.agency_name, str(m.report_year), f"expected from {m.expected_source}") for m in now.missing]
        yield from _first(rows, now.missing_in_all)
    if now.unplaced:
        yield f"Unplaced reports, in no comparison: {len(now.unplaced)}"
        yield from _first([_report(line) for line in now.unplaced], len(now.unplaced))
    if now.only_copies:
        yield f"Known from copies on other hosts alone: {len(now.only_copies)}"
        yield from _first([_report(line) for line in now.only_copies], len(now.only_copies))
    yield f"Doubtful reports: {now.doubtful_in_all} (failed checks: {_counts(now.failed_checks.items())})"
    doubtful = [
        (
            line.agency_name or "unplaced",
            str(line.report_year),
            f"{line.cells} cells in doubt",
            " ".join(line.codes),
            line.source_url or "",
        )
        for line in now.doubtful
    ]
    yield from _first(doubtful, now.doubtful_in_all)
    if now.findings_in_all:
        in_all = sum(now.findings_in_all.values())
        counts = ", ".join(f"{number} {rule}" for rule, number in now.findings_in_all.items())
        yield f"Findings over years and agencies: {in_all} ({counts})"
        found = [
            (one.agency_name or "unplaced", str(one.report_year), one.rule, one.what_en, one.source_url or "")
            for one in now.findings
        ]
        yield from _first(found, in_all)


def _run(line: RunLine) -> str:
    troubled = f", {line.troubled} portal{'s' if line.troubled > 1 else ''} in trouble" if line.troubled else ""
    return f"{len(line.failures)} failed{troubled}"


def _portal(line: PortalLine) -> tuple[str, ...]:
    found = f"{line.reports}" + (f" ({line.report_year}: {line.found} of {line.expected})" if line.expected else "")
    health = line.health
    if health is None:
        return line.portal_id, "not asked yet", "", "", found, ""
    nights = "1 night" if health.nights_failing == 1 else f"{health.nights_failing} nights"
    since = f", {nights} without" if health.nights_failing else ""
    unseen = health.nights_failing and not health.listed and not health.drift
    listed = "not seen" if unseen else f"{health.listed}"
    if health.drift:
        listed += f", usually {health.usually_listed}: {_DRIFTS[health.drift]}"
    return (
        line.portal_id,
        health.outcome.replace("_", " "),
        f"{health.last_ok_at.date() if health.last_ok_at else 'none in the last runs'}{since}",
        listed,
        found,
        health.reason or "",
    )


def _report(line: ReportLine) -> tuple[str, ...]:
    year = str(line.report_year) if line.report_year else "no year"
    return line.title or line.report_id, year, line.reason or "", line.source_url or ""


def _first(rows: Sequence[Sequence[str]], in_all: int) -> Iterator[str]:
    yield from _indented(rows[:LISTED], "none")
    if in_all > LISTED:
        yield f"  … and {in_all - LISTED} more"


def _indented(rows: Sequence[Sequence[str]], otherwise: str) -> Iterator[str]:
    yield from (f"  {line}" for line in (aligned(rows) or [otherwise]))


def _counts(items: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in items) or "none"
