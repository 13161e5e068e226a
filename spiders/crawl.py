"""Starts one crawl in its own process, follows its manifest, says how each portal fared; no Scrapy here."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spiders import archive, registry
from spiders.archive.manifest import timestamp
from spiders.registry import Portal, RegistryError, UnknownPortal

Progress = Callable[[str, int, int | None], None]

# Longer than the budget of any address; a crawl that takes longer hangs.
DEFAULT_TIMEOUT_SECONDS = 10 * 3600.0
_FOLLOW_EVERY_SECONDS = 0.1
_LOG_TAIL_CHARACTERS = 1500

__all__ = [
    "CrawlSummary",
    "MissingContact",
    "PortalOutcome",
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
    """One crawl: its manifest, its log, the portals in registry order, and what a person ought to know."""

    crawl_id: str
    manifest: Path
    portals: tuple[PortalOutcome, ...]
    log: Path
    notes: tuple[str, ...] = ()

    @property
    def failures(self) -> tuple[PortalOutcome, ...]:
        """The portals that count as failures (contract §1)."""
        return tuple(portal for portal in self.portals if portal.failure)


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
    scrapy_settings: Mapping[str, object] | None = None,
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
        scrapy_settings: overrides of Scrapy settings, for tests.

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
    crawl_id = archive.new_crawl_id(clock)
    log = archive.manifest_folder(home) / f"{crawl_id}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    arguments = {
        "home": str(home),
        "portals": str(Path(portals).resolve()) if portals is not None else "",
        "portal": ",".join(portal_ids_of(selected)) if tuple(portal_ids) else "",
        "year": ",".join(str(year) for year in years),
        "recheck": "1" if recheck else "0",
        "as_of": clock.isoformat(),
        "crawl_id": crawl_id,
        "sample": str(sample or ""),
    }
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(arguments, scrapy_settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(contact),
            cwd=home,
        )
        try:
            timed_out = _follow(process, home, crawl_id, len(selected), on_progress, timeout_seconds)
        finally:
            _end(process)
    beginning = _beginning(crawl_id, clock, selected, arguments)
    summary = _summary(home, beginning, selected, log, process.returncode, timed_out, time.monotonic() - began)
    return replace(summary, notes=_clock_notes(wanted, clock))


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


def _command(arguments: Mapping[str, str], scrapy_settings: Mapping[str, object]) -> list[str]:
    command = [sys.executable, "-m", "scrapy", "crawl", "portals"]
    for name, value in arguments.items():
        if value:
            command += ["-a", f"{name}={value}"]
    for name, setting in scrapy_settings.items():
        command += ["-s", f"{name}={setting}"]
    return command


def _environment(contact: str | None) -> dict[str, str]:
    environment = dict(os.environ)
    root = str(Path(__file__).resolve().parent.parent)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH")]))
    environment["SCRAPY_SETTINGS_MODULE"] = "spiders.settings"
    environment["PYTHONUNBUFFERED"] = "1"
    # The caller's choice counts, not what happens to be in the environment.
    environment.pop("GONGKAI_CONTACT", None)
    environment.pop("GONGKAI_PORTALS", None)
    if contact:
        environment["GONGKAI_CONTACT"] = contact
    return environment


def _follow(
    process: subprocess.Popen[bytes],
    home: Path,
    crawl_id: str,
    total: int,
    on_progress: Progress | None,
    timeout_seconds: float,
) -> bool:
    """Wait for the process while reporting what its manifest gains; True when the time ran out."""
    deadline = time.monotonic() + timeout_seconds
    part, position, done, documents = archive.part_path(home, crawl_id), 0, 0, 0
    report = on_progress or (lambda label, done, total: None)
    report("portals", 0, total)
    while True:
        running = process.poll() is None
        # At its end the crawl renames the file, and its last rows are read under the final name.
        rows, position = archive.follow(part if part.exists() else part.with_suffix(""), position)
        done += sum(row["kind"] == "portal" for row in rows)
        fetched = sum(row["kind"] == "fetch" and row["role"] != "list" for row in rows)
        if fetched:
            documents += fetched
            report("documents", documents, None)
        if any(row["kind"] == "portal" for row in rows):
            report("portals", done, total)
        if not running:
            report("portals", total, total)
            return False
        if time.monotonic() > deadline:
            return True
        time.sleep(_FOLLOW_EVERY_SECONDS)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End our own process at once: a gentle end would wait for the answers that it hangs on, and the archive
    loses nothing by a kill (documents come before rows, and what a crawl leaves is adopted)."""
    if process.poll() is None:
        process.kill()
        process.wait()


def _summary(
    home: Path,
    beginning: dict[str, Any],
    selected: tuple[Portal, ...],
    log: Path,
    status: int,
    timed_out: bool,
    elapsed_seconds: float,
) -> CrawlSummary:
    crawl_id = beginning["crawl_id"]
    manifest = archive.manifest_folder(home) / f"{crawl_id}.jsonl"
    part = archive.part_path(home, crawl_id)
    found, kinds = _outcomes(manifest if manifest.exists() else part)
    missing = [portal for portal in selected if portal.id not in found]
    if missing:
        why = _why_unfinished(log, status, timed_out, elapsed_seconds)
        lost = [PortalOutcome(portal.id, "failed", True, why) for portal in missing]
        found.update((outcome.portal_id, outcome) for outcome in lost)
        rows = [_row(crawl_id, outcome) for outcome in lost]
        if part.exists():
            archive.adopt(home, {crawl_id: rows if "crawl" in kinds else [beginning, *rows]})
        else:
            _append(home, manifest, beginning, rows)
    elif "end" in kinds and status == 0 and not log.read_bytes().strip():
        log.unlink()
    return CrawlSummary(crawl_id, manifest, tuple(found[portal.id] for portal in selected), log)


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


def _why_unfinished(log: Path, status: int, timed_out: bool, elapsed_seconds: float) -> str:
    if timed_out:
        return f"timeout: the crawl was ended after {elapsed_seconds:.0f} seconds before this portal was done"
    tail = log.read_text(encoding="utf-8", errors="replace").strip()[-_LOG_TAIL_CHARACTERS:]
    said = f"; the end of its log: {tail}" if tail else ""
    return f"crashed: the crawl process ended with status {status} before this portal was done{said}"
