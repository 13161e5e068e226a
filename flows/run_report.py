"""The report of one run, for people (Markdown) and programs (JSON), kept in the home's ``runs`` folder."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flows.stages import Failure, StageResult

RUNS = "runs"
_RUN_ID = re.compile(r"\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?:[0-5]\d){2}Z-")
_TROUBLE = {
    "portal_id": "Portal",
    "last_ok_at": "Last success",
    "nights_failing": "Nights without",
    "listed": "List shows",
    "usually_listed": "Usually",
    "drift": "Drift",
}


@dataclass(frozen=True)
class Notice:
    """One thing that someone should know: ``key`` names the condition and its subject, the rest is for people."""

    key: str
    en: str
    zh: str


@dataclass(frozen=True)
class RunReport:
    """What a run was asked, what each stage did, and when (ISO 8601, UTC).

    ``troubled`` are the portals that are not well, with how they fared over the nights; ``notices`` what someone should
    know of the night, ``notices_sent`` whether that was sent (None: there was nothing, or nobody to send it to);
    ``warnings`` what went wrong beside the work itself. ``clock`` is the run's (ISO 8601, UTC), which --as-of may have
    set; None: the id tells it.
    """

    run_id: str
    started_at: str
    finished_at: str
    options: dict[str, Any]
    stages: tuple[StageResult, ...]
    troubled: tuple[dict[str, Any], ...] = ()
    notices: tuple[Notice, ...] = ()
    notices_sent: bool | None = None
    warnings: tuple[str, ...] = ()
    clock: str | None = None

    @property
    def failures(self) -> tuple[Failure, ...]:
        return tuple(failure for stage in self.stages for failure in stage.failures)

    @property
    def status(self) -> str:
        return "failed" if self.failures or any(stage.status != "ok" for stage in self.stages) else "ok"

    def details(self, stage_name: str) -> dict[str, Any]:
        """The details of a stage; empty when it did not come to an end."""
        return next((stage.details for stage in self.stages if stage.name == stage_name), {})

    def as_dict(self) -> dict[str, Any]:
        """The report as plain JSON."""
        return {
            "run_id": self.run_id,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "status": self.status,
            "options": self.options,
            "failures": [asdict(failure) for failure in self.failures],
            "troubled": list(self.troubled),
            "notices": [asdict(notice) for notice in self.notices],
            "notices_sent": self.notices_sent,
            "warnings": list(self.warnings),
            "clock": self.clock,
            "stages": [
                {"name": s.name, "status": s.status, "seconds": s.seconds, "details": s.details} for s in self.stages
            ],
        }


def new_run_id(home: Path, now: datetime) -> str:
    """``YYYYMMDDTHHMMSSZ-<6 hex>`` by a clock in UTC, or of the second after the last report's where that is later.

    So the order of ids is that of the runs, also when the clock was put back, and the last report is the last run's.
    """
    newest = max((path.name for path in (home / RUNS).glob("*.json") if _RUN_ID.match(path.name)), default=None)
    if newest is not None:
        last = datetime.strptime(newest[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        now = max(now, last + timedelta(seconds=1))
    return f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def write(home: Path, report: RunReport) -> Path:
    """Write both forms into ``runs`` and return the path of the JSON; neither file is ever half there."""
    folder = home / RUNS
    folder.mkdir(parents=True, exist_ok=True)
    _put(folder / f"{report.run_id}.md", markdown(report))
    path = folder / f"{report.run_id}.json"
    _put(path, json.dumps(report.as_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    return path


def read(path: Path) -> RunReport:
    """The report that ``write`` left at this path."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    failures = [Failure(**failure) for failure in stored["failures"]]
    stages = tuple(
        StageResult(**stage, failures=tuple(f for f in failures if f.stage == stage["name"]))
        for stage in stored["stages"]
    )
    return RunReport(
        stored["run_id"],
        stored["started_at"],
        stored["finished_at"],
        stored["options"],
        stages,
        tuple(stored.get("troubled", ())),
        tuple(Notice(**notice) for notice in stored.get("notices", ())),
        stored.get("notices_sent"),
        tuple(stored.get("warnings", ())),
        stored.get("clock"),
    )


def summary_lines(report: RunReport) -> list[str]:
    """What happened, in a few lines for the terminal, without the failures."""
    crawl, normalize = report.details("crawl"), report.details("normalize")
    lines = []
    if "portals" in crawl:
        outcomes = Counter(portal["outcome"] for portal in crawl["portals"])
        stored = sum(portal["stored"] for portal in crawl["portals"])
        lines.append(
            f"crawl      {_counts(outcomes)}; {stored} documents new or changed, "
            f"{sum(portal['unchanged'] for portal in crawl['portals'])} unchanged, "
            f"{sum(portal['rejected'] for portal in crawl['portals'])} look-alikes turned down"
        )
        lines += [
            f"           {p['portal_id']}: {p['outcome'].replace('_', ' ')}: {p['reason'] or 'unexplained'}"
            for p in crawl["portals"]
            if p["outcome"] != "ok" and not p["failure"]
        ]
    if "reports_new" in normalize:
        lines.append(
            f"normalize  {normalize['reports_new']} reports new, {normalize['reports_revised']} revised, "
            f"{normalize['reports_unchanged']} unchanged; {normalize['failed_checks']} failed checks"
        )
    for name in ("load", "publish"):
        stage = next((s for s in report.stages if s.name == name), None)
        if stage is not None and stage.status == "ok":
            lines.append(f"{name:<10} {_rows(stage) if name == 'load' else stage.details['warehouse']}")
    lines += [f"{s.name:<10} not run: {s.details.get('reason', '')}" for s in report.stages if s.status == "not run"]
    lines += [f"notice     {notice.en}" for notice in report.notices]
    lines += [f"warning    {text}" for text in (*crawl.get("notes", ()), *report.warnings)]
    return lines


def markdown(report: RunReport) -> str:
    """The whole report for people."""
    crawl, normalize = report.details("crawl"), report.details("normalize")
    parts = [
        f"# Run {report.run_id}: {report.status}",
        f"Started {report.started_at}, finished {report.finished_at}. Options: {_options(report.options)}.",
        _table(("Stage", "Status", "Seconds"), [(s.name, s.status, f"{s.seconds:.1f}") for s in report.stages]),
    ]
    if report.failures:
        failed = [(f.stage, f.subject, f.reason) for f in report.failures]
        parts += ["## Failures", _table(("Stage", "What", "Why"), failed)]
    if report.notices:
        parts += ["## Notices", "\n".join(f"- {notice.en}\n  {notice.zh}" for notice in report.notices)]
    if warnings := (*crawl.get("notes", ()), *report.warnings):
        parts += ["## Warnings", "\n".join(f"- {text}" for text in warnings)]
    rows: list[tuple[Any, ...]]
    if report.troubled:
        rows = [tuple(portal[name] for name in _TROUBLE) for portal in report.troubled]
        parts += ["## Portals in trouble, over the nights", _table(tuple(_TROUBLE.values()), rows)]
    if crawl.get("portals"):
        rows = [
            (
                p["portal_id"],
                p["outcome"],
                p["requests"],
                p["listed"],
                p["stored"],
                p["unchanged"],
                p["rejected"],
                p["reason"],
            )
            for p in sorted(crawl["portals"], key=lambda p: (p["outcome"], p["portal_id"]))
        ]
        head = (
            "Portal",
            "Outcome",
            "Requests",
            "Listed",
            "New or changed",
            "Unchanged",
            "Rejected",
            "Reason",
        )
        parts += ["## Portals", _table(head, rows)]
    if normalize:
        happened = Counter(e["event"] for e in crawl.get("events", ()))
        rows = [
            ("new", normalize["reports_new"]),
            ("revised", normalize["reports_revised"]),
            ("unchanged", normalize["reports_unchanged"]),
            ("vanished", happened["vanished"]),
            ("moved to another address", happened["moved"]),
            ("dropped by their list", happened["unlisted"]),
            ("back again", happened["returned"]),
            ("without agency or year", normalize["reports_unplaced"]),
            ("failed checks", normalize["failed_checks"]),
        ]
        parts += ["## Reports", _table(("Reports", "Number"), rows)]
        rows = sorted(normalize["documents_by_outcome"].items())
        if quarantined := normalize.get("documents_quarantined"):
            rows.append(("of these in quarantine: `gongkai quarantine list`", quarantined))
        parts += ["## Documents in the archive", _table(("Outcome", "Documents"), rows)]
    gone = [(p["portal_id"], url) for p in crawl.get("portals", []) for url in p["vanished"]]
    if crawl.get("events"):
        rows = [(e["portal_id"], e["event"], e["url"], e["moved_to"]) for e in crawl["events"]]
        parts += ["## Vanished, moved and returned", _table(("Portal", "What", "Address", "New address"), rows)]
    if gone:
        parts += ["## Addresses that answer 404 tonight", _table(("Portal", "Address"), gone)]
    if crawl.get("rejected"):
        rows = [(r["portal_id"], r["title"], r["reason"], r["url"]) for r in crawl["rejected"]]
        parts += ["## Rejected for the first time", _table(("Portal", "Title", "Why", "Address"), rows)]
    if report.details("load").get("tables"):
        parts += ["## Warehouse", _table(("Table", "Rows"), sorted(report.details("load")["tables"].items()))]
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


def _counts(outcomes: Counter[str]) -> str:
    total = sum(outcomes.values())
    named = ", ".join(f"{number} {outcome.replace('_', ' ')}" for outcome, number in sorted(outcomes.items()))
    return f"{total} portal{'' if total == 1 else 's'} ({named})" if total else "no portals"


def _rows(stage: StageResult) -> str:
    tables = stage.details["tables"]
    unchanged = "" if stage.details["changed"] else ", same content as published"
    return f"{len(tables)} tables, {sum(tables.values())} rows{unchanged}"


def _options(options: dict[str, Any]) -> str:
    given = [f"{name} {value}" for name, value in options.items() if value not in (None, [], False)]
    return ", ".join(given) or "none"


def _put(path: Path, text: str) -> None:
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
