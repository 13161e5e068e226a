"""Starts a crawl in processes of its own, follows their manifests, says how each portal fared; no Scrapy here."""

from __future__ import annotations

import contextlib
import datetime
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spiders import archive, registry
from spiders.archive.manifest import timestamp
from spiders.process import CrawlProcess, Progress, follow
from spiders.registry import Portal, RegistryError, UnknownPortal
from spiders.sharding import shards

# Longer than the budget of any address; a crawl that takes longer hangs.
DEFAULT_TIMEOUT_SECONDS = 10 * 3600.0

__all__ = [
    "CrawlSummary",
    "MissingContact",
    "PortalOutcome",
    "Progress",
    "RegistryError",
    "UnknownPortal",
    "run_crawl",
]


class MissingContact(Exception):
    """No selected portal may be asked without a contact address."""


@dataclass(frozen=True)
class PortalOutcome:
    """A manifest's portal row: ok, failed, challenge, refused_by_robots, skipped or budget, and counts."""

    portal_id: str
    outcome: str
    failure: bool
    reason: str | None
    requests: int = 0
    listed: int = 0
    fetched: int = 0
    stored: int = 0
    unchanged: int = 0
    rejected: int = 0
    vanished: tuple[str, ...] = ()
    elapsed_seconds: float = 0.0


@dataclass(frozen=True)
class CrawlSummary:
    """One crawl: the manifest and log of each process, the portals in registry order, what a person ought to know."""

    manifests: tuple[Path, ...]
    portals: tuple[PortalOutcome, ...]
    logs: tuple[Path, ...]
    notes: tuple[str, ...] = ()

    @property
    def failures(self) -> tuple[PortalOutcome, ...]:
        """The portals that count as failures (contract §1)."""
        return tuple(portal for portal in self.portals if portal.failure)

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows of the manifests."""
        for manifest in self.manifests:
            yield from archive.read_manifest(manifest)


def run_crawl(
    home: Path,
    portals: Path | None,
    *,
    portal_ids: Iterable[str] = (),
    years: Iterable[int] = (),
    recheck: bool = False,
    as_of: datetime.datetime | None = None,
    contact: str | None = None,
    on_progress: Progress | None = None,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    sample: int | None = None,
    processes: int = 1,
    scrapy_settings: Mapping[str, object] | None = None,
    crawl_process: Callable[[Path, str, tuple[Portal, ...], Mapping[str, str]], CrawlProcess] = CrawlProcess,
) -> CrawlSummary:
    """Crawl the selected portals into the raw archive of a home.

    Args:
        home: the home folder; made when missing.
        portals: folder of the registry; None is the one that ships.
        portal_ids: which entries; none is all.
        years: report years to restrict to; none is all.
        recheck: ask for every stored article, whatever the schedule.
        as_of: the clock of schedules and manifests (aware); None is now. One behind the archive's goes on from
            there, and a jump of more than a day is a note of the summary.
        contact: address for the user agent; without it only `local` portals are asked.
        on_progress: called with ("portals", done, total) and ("documents", fetched, None).
        timeout_seconds: after this the crawl is ended and its unfinished portals are failures.
        sample: only a look: the first page of so many lists and so many articles of each portal; None is all.
        processes: how many processes share the portals; a host belongs to one of them.
        scrapy_settings: overrides of Scrapy settings, for tests.
        crawl_process: makes a process of its home, crawl id, portals and arguments; of this machine by default.

    Raises:
        RegistryError: when the registry is refused.
        UnknownPortal: when an id is not declared.
        MissingContact: when no contact is given and every portal that would be asked needs one.
        archive.ArchiveBusy: when another crawl writes to this home.
    """
    selected = registry.select(registry.load(portals), portal_ids)
    _require_contact(selected, contact)
    home = Path(home).resolve()
    archive.adopt(home)
    wanted = as_of or datetime.datetime.now(datetime.UTC)
    clock = archive.clock(home, wanted)
    arguments = {
        "home": str(home),
        "portals": str(Path(portals).resolve()) if portals is not None else "",
        "portal": ",".join(portal_ids_of(selected)) if tuple(portal_ids) else "",
        "year": ",".join(str(year) for year in years),
        "recheck": "1" if recheck else "0",
        "as_of": clock.isoformat(),
        "sample": str(sample or ""),
    }
    parts = shards(selected, processes) or [selected]
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        if len(parts) > 1:
            stack.enter_context(archive.shared(home))
        crawls = []
        for number, part in enumerate(parts, start=1):
            own = dict(arguments) if len(parts) == 1 else {**arguments, **_of_shard(stack, home, part, number)}
            crawl = crawl_process(home, archive.new_crawl_id(clock), part, own)
            stack.callback(crawl.end)
            crawl.start(contact, scrapy_settings or {})
            crawls.append(crawl)
        timed_out = follow(crawls, on_progress, timeout_seconds)
    elapsed = time.monotonic() - began
    found = [_summary(crawl, clock, timed_out, elapsed) for crawl in crawls]
    outcomes = {outcome.portal_id: outcome for part in found for outcome in part.portals}
    return CrawlSummary(
        manifests=tuple(manifest for part in found for manifest in part.manifests),
        portals=tuple(outcomes[portal.id] for portal in selected),
        logs=tuple(log for part in found for log in part.logs),
        notes=_clock_notes(wanted, clock),
    )


def _of_shard(stack: contextlib.ExitStack, home: Path, portals: tuple[Portal, ...], number: int) -> dict[str, str]:
    """The arguments of one process of several; thousands of ids are too long for a command line.

    They stand in the home, which is all that processes on other machines see.
    """
    file = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".shard-", dir=home / "raw")), "portals")
    file.write_text(",".join(portal_ids_of(portals)), "utf-8")
    return {"portal": f"@{file}", "shard": str(number)}


def _clock_notes(wanted: datetime.datetime, clock: datetime.datetime) -> tuple[str, ...]:
    if clock - wanted < datetime.timedelta(days=1):
        return ()
    return (
        f"The clock ({timestamp(wanted)}) is behind the archive, whose newest crawl is of {timestamp(clock)}: this"
        " crawl was recorded as right after it, so that versions stay in order. Check the system clock and --as-of;"
        " if it was the earlier crawl that ran on a wrong clock, schedules stand still until the true one has caught"
        " up, and --recheck asks for everything meanwhile.",
    )


def portal_ids_of(portals: Iterable[Portal]) -> list[str]:
    """The ids of entries, in their order."""
    return [portal.id for portal in portals]


def _require_contact(selected: tuple[Portal, ...], contact: str | None) -> None:
    asked = [portal for portal in selected if portal.why_not_crawled() is None]
    if asked and not (contact or "").strip() and not any(portal.local for portal in asked):
        raise MissingContact(
            "GONGKAI_CONTACT is not set. Portals are asked only with an address in the user agent that their"
            " operators can write to; set it, for example GONGKAI_CONTACT=you@example.org, and run again."
        )


def _summary(crawl: CrawlProcess, clock: datetime.datetime, timed_out: bool, elapsed_seconds: float) -> CrawlSummary:
    home, crawl_id, log = crawl.home, crawl.crawl_id, crawl.log
    manifest = archive.manifest_folder(home) / f"{crawl_id}.jsonl"
    part = archive.part_path(home, crawl_id)
    found, kinds = _outcomes(manifest if manifest.exists() else part)
    missing = [portal for portal in crawl.portals if portal.id not in found]
    if missing:
        why = crawl.why_unfinished(timed_out, elapsed_seconds)
        lost = [PortalOutcome(portal.id, "failed", True, why) for portal in missing]
        found.update((outcome.portal_id, outcome) for outcome in lost)
        rows = [_row(crawl_id, outcome) for outcome in lost]
        beginning = _beginning(crawl_id, clock, crawl.portals, crawl.arguments)
        if part.exists():
            archive.adopt(home, {crawl_id: rows if "crawl" in kinds else [beginning, *rows]})
        else:
            _append(home, manifest, beginning, rows)
    elif "end" in kinds and crawl.status == 0 and not log.read_bytes().strip():
        log.unlink()
    return CrawlSummary((manifest,), tuple(found[portal.id] for portal in crawl.portals), (log,))


def _outcomes(path: Path) -> tuple[dict[str, PortalOutcome], set[str]]:
    """The outcome of each portal that has one, and the kinds of rows that there are."""
    found: dict[str, PortalOutcome] = {}
    kinds: set[str] = set()
    for row in archive.read_manifest(path) if path.exists() else ():
        if row["kind"] == "portal":
            values = {key: row[key] for key in PortalOutcome.__dataclass_fields__ if key in row}
            values["vanished"] = tuple(row["vanished"])
            found[row["portal_id"]] = PortalOutcome(**values)
        kinds.add(row["kind"])
    return found, kinds


def _row(crawl_id: str, outcome: PortalOutcome) -> dict[str, Any]:
    values = dict(outcome.__dict__)
    values["vanished"] = list(outcome.vanished)
    return {"kind": "portal", "crawl_id": crawl_id, **values}


def _beginning(
    crawl_id: str, clock: datetime.datetime, selected: tuple[Portal, ...], arguments: Mapping[str, str]
) -> dict[str, Any]:
    """The first row of a manifest whose crawl died before it could write one."""
    return {
        "kind": "crawl",
        "crawl_id": crawl_id,
        "started_at": timestamp(datetime.datetime.now(datetime.UTC)),
        "as_of": timestamp(clock),
        "portals": [portal.as_dict() for portal in selected],
        "options": {
            "years": sorted({int(year) for year in arguments["year"].split(",") if year}) or None,
            "recheck": arguments["recheck"] == "1",
        },
    }


def _append(home: Path, manifest: Path, beginning: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Leave a manifest of a crawl that never began, or add the rows that one stopped early did not write."""
    if manifest.exists():
        manifest.rename(archive.part_path(home, beginning["crawl_id"]))
        archive.adopt(home, {beginning["crawl_id"]: rows})
        return
    with archive.ManifestWriter(home, beginning["crawl_id"]) as writer:
        writer.write(beginning)
        for row in rows:
            writer.write(row)
