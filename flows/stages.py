"""The stages of the nightly job as plain functions, shared by the flow's tasks and the single commands."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from flows.errors import CalledWronglyError, GongkaiError
from flows.settings import Settings
from flows.watching import log

if TYPE_CHECKING:
    from spiders.process import CrawlProcess

STAGES = ("crawl", "normalize", "load", "publish")

# Errors of a room that mean the call was wrong, not that the work failed; by name: no room is imported here.
CALLER_ERRORS = frozenset(
    {
        "RegistryError",
        "UnknownPortal",
        "MissingContact",
        "QueryError",
        "CompareError",
        "DecisionsError",
        "CorrectionsError",
        "NotQuarantined",
    }
)
ROOMS = frozenset({"spiders", "transforms", "warehouse"})


@dataclass(frozen=True)
class Failure:
    """One thing that failed: in which stage, what (a portal id, the stage, or "" where the reason says it), why."""

    stage: str
    subject: str
    reason: str


@dataclass(frozen=True)
class StageResult:
    """What a stage did. ``status`` is ``ok``, ``failed`` or ``not run``; ``details`` is plain JSON."""

    name: str
    status: str
    seconds: float = 0.0
    failures: tuple[Failure, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def broke(self) -> bool:
        """The stage itself came to no end, as against one whose parts failed."""
        return any(failure.subject == self.name for failure in self.failures)


def explain(error: BaseException) -> str:
    """An error as one message; our own rooms' say what to do, others are named by their kind."""
    text = str(error).strip()
    if isinstance(error, GongkaiError) or type(error).__module__.partition(".")[0] in ROOMS:
        return text or type(error).__name__
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def is_callers_error(error: BaseException) -> bool:
    """Whether the call, not the work, was at fault: exit status 2 and not 1."""
    return isinstance(error, CalledWronglyError) or any(
        kind.__name__ in CALLER_ERRORS and kind.__module__.partition(".")[0] in ROOMS for kind in type(error).__mro__
    )


def attempt(name: str, stage: Callable[[], StageResult]) -> StageResult:
    """Run a stage; what it raises becomes a failed result that names the stage, but caller's errors pass."""
    started = time.monotonic()
    with log.stage(name):
        log.tell("the stage begins")
        try:
            result = stage()
        except Exception as error:
            if is_callers_error(error):
                raise
            failure = Failure(name, name, explain(error))
            result = StageResult(name, "failed", _since(started), (failure,))
        for failure in result.failures:
            log.tell(": ".join(filter(None, (failure.subject, failure.reason))), logging.ERROR)
        # Of a crawl every portal and document has a line of its own.
        details = result.details if name != "crawl" else None
        log.tell("the stage ends", status=result.status, seconds=result.seconds, details=details)
    return result


def not_run(name: str, because: str) -> StageResult:
    """A stage that could not begin because one before it failed."""
    return StageResult(name, "not run", details={"reason": f"{because} failed"})


def in_order(steps: Mapping[str, Callable[[], StageResult]]) -> tuple[StageResult, ...]:
    """Run the stages of a night. A stage that broke leaves those after it "not run", for they need its output.

    Only the crawl may break without that: the others work from the disk, where earlier nights left theirs.
    """
    results: list[StageResult] = []
    broken: str | None = None
    for name, step in steps.items():
        result = not_run(name, broken) if broken else step()
        results.append(result)
        if result.broke and name != "crawl":
            broken = name
    return tuple(results)


def crawl(
    settings: Settings, portal_ids: Sequence[str] = (), years: Sequence[int] = (), recheck: bool = False
) -> StageResult:
    """Fetch what the portals have into the raw archive; raises RegistryError or UnknownPortal."""
    from spiders.crawl import run_crawl

    started = time.monotonic()
    summary = run_crawl(
        settings.home,
        settings.portals,
        portal_ids=tuple(portal_ids),
        years=tuple(years),
        recheck=recheck,
        as_of=settings.as_of,
        contact=settings.contact,
        on_progress=log.step,
        processes=settings.crawl_processes,
        crawl_process=_crawl_process(settings),
    )
    failures = tuple(Failure("crawl", p.portal_id, p.reason or p.outcome) for p in summary.failures)
    details = {
        "crawl_ids": [manifest.stem for manifest in summary.manifests],
        "portals": [
            {
                "portal_id": p.portal_id,
                "outcome": p.outcome,
                "failure": p.failure,
                "reason": p.reason,
                "requests": p.requests,
                "listed": p.listed,
                "stored": p.stored,
                "unchanged": p.unchanged,
                "rejected": p.rejected,
                "vanished": list(p.vanished),
                "seconds": p.elapsed_seconds,
            }
            for p in summary.portals
        ],
        "rejected": rejections(summary.rows()),
        "events": events(summary.rows()),
        "notes": list(summary.notes),
    }
    return StageResult("crawl", "failed" if failures else "ok", _since(started), failures, details)


def _crawl_process(settings: Settings) -> Callable[..., CrawlProcess]:
    """What makes the processes of a crawl: on this machine, or on those of a deployment's workers."""
    if settings.crawl_deployment is None:
        from spiders.process import CrawlProcess

        return CrawlProcess
    from flows.sharing.runs import CrawlRun

    return partial(CrawlRun, settings.crawl_deployment)


def events(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Reports that one crawl judged to be gone, moved or back: portal, what happened, address, new address."""
    return [
        {"portal_id": row["portal_id"], "event": row["event"], "url": row["url"], "moved_to": row["moved_to"]}
        for row in rows
        if row.get("kind") == "event"
    ]


def rejections(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Pages and links that one crawl's manifests turn down: portal, address, title and why."""
    from transforms.redaction import redacted

    return [
        {
            "portal_id": row.get("portal_id"),
            "url": row["url"],
            # Run reports are loaded into the warehouse.
            "title": redacted(row.get("title") or row.get("link_text") or "") or None,
            "reason": redacted(row.get("reason") or "") or None,
        }
        for row in rows
        if row.get("kind") in ("fetch", "link") and row.get("outcome") == "rejected"
    ]


def normalize(settings: Settings) -> StageResult:
    """Read the archive's new documents into the lake."""
    from transforms.normalize import normalize as run_normalize

    started = time.monotonic()
    read = None
    if settings.dask:
        from transforms.lake.cluster import read_rows_on

        read = partial(read_rows_on, settings.dask)
    summary = run_normalize(settings.home, log.step, partial(_bring_back, settings), read)
    failures = tuple(Failure("normalize", "", problem) for problem in summary.problems)
    details = {
        "documents_read": summary.documents_read,
        "documents_read_unreadable": summary.unreadable_read,
        "documents_known": summary.documents_known,
        "documents_by_outcome": dict(summary.by_outcome),
        "reports_new": summary.reports_new,
        "reports_revised": summary.reports_revised,
        "reports_unchanged": summary.reports_unchanged,
        "reports_unplaced": summary.unplaced,
        "failed_checks": summary.failed_checks,
        "documents_quarantined": summary.quarantined,
        "partitions_written": list(summary.partitions_written),
    }
    return StageResult("normalize", "failed" if failures else "ok", _since(started), failures, details)


def _bring_back(settings: Settings, sha256s: Sequence[str]) -> None:
    from flows.keeping.restoring import bring_back

    bring_back(settings.home, settings.mirror, sha256s)


def load(settings: Settings) -> StageResult:
    """Build the candidate warehouse from the lake, beside the published one, and check it."""
    from warehouse.build import build

    started = time.monotonic()
    summary = build(settings.home, on_progress=log.step)
    # What a correction does not fit any more is published as printed, in doubt, and the night is told as failed.
    failures = tuple(Failure("load", "correction", text) for text in summary.amiss)
    failures += (Failure("load", "", summary.damaged),) if summary.damaged else ()
    details = {"tables": dict(summary.tables), "changed": summary.changed}
    return StageResult("load", "failed" if failures else "ok", _since(started), failures, details)


def publish(settings: Settings) -> StageResult:
    """Put the checked candidate in the place of the published warehouse, in one step."""
    from warehouse.publish import publish as run_publish
    from warehouse.status import agencies_reported

    started = time.monotonic()
    path = run_publish(settings.home)
    reported = {str(year): number for year, number in agencies_reported(settings.home).items()}
    details: dict[str, object] = {"warehouse": path.name, "agencies_reported": reported}
    # What the next night needs to know: it writes another such file.
    details |= {"warehouse_bytes": path.stat().st_size, "free_bytes": shutil.disk_usage(settings.home).free}
    return StageResult("publish", "ok", _since(started), (), details)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 2)
