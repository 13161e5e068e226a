"""Which conditions of conditions.yaml a night fulfils: each as a sentence in two languages, told when it begins."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from flows.run_report import Notice
from warehouse.status.health import PortalHealth, add_run, asked, details_of, moment_of

# Earlier nights that tonight is compared with.
COMPARED_RUNS = 30
_BEIJING = dt.timezone(dt.timedelta(hours=8))
# A night that begins some hours early counts as full.
_GRACE = dt.timedelta(hours=8)


@dataclass(frozen=True)
class Night:
    """What is compared between nights: figures by name, the agencies that have reported by report year, and bytes."""

    moment: dt.datetime
    figures: Mapping[str, int]
    reported: Mapping[int, int]
    room: Mapping[str, int]


@dataclass
class Nights:
    """Run reports taken in one after the other, oldest first: only figures of them stay in memory, and the failures of
    the last one."""

    portals: dict[str, PortalHealth] = field(default_factory=dict)
    nights: deque[Night] = field(default_factory=lambda: deque(maxlen=COMPARED_RUNS + 1))
    failures: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, run: Mapping[str, Any]) -> None:
        """Take in a run report (JSON) that is later than all before."""
        moment = moment_of(run)
        if moment is None:
            return
        failures = run.get("failures")
        self.failures = failures if isinstance(failures, list) else []
        add_run(self.portals, run)
        figures = _figures(run)
        published = details_of(run, "publish")
        reported = published.get("agencies_reported")
        of_years = {int(year): number for year, number in reported.items()} if isinstance(reported, dict) else {}
        room = {name: published[name] for name in _ROOM if isinstance(published.get(name), int)}
        self.nights.append(Night(moment, figures, of_years, room))


_ROOM = ("warehouse_bytes", "free_bytes")


def _figures(run: Mapping[str, Any]) -> dict[str, int]:
    """The figures of a night by the names of conditions.yaml; what a stage did not tell is not there."""
    found: dict[str, int] = {}
    options = run.get("options")
    portals = [row for row in asked(run) if row.get("outcome") != "skipped"]
    if portals and not (isinstance(options, dict) and (options.get("portal") or options.get("year"))):
        found["portals_asked"] = len(portals)
        found["portals_failing"] = sum(row.get("outcome") not in ("ok", "budget") for row in portals)
    normalized = details_of(run, "normalize")
    if "documents_read_unreadable" in normalized:
        found["documents_read"] = int(normalized["documents_read"])
        found["documents_unreadable"] = int(normalized["documents_read_unreadable"])
        found["reports"] = sum(int(normalized[f"reports_{kind}"]) for kind in ("new", "revised", "unchanged"))
        found["checks_failed"] = int(normalized["failed_checks"])
    return found


def watch(earlier: Iterable[Mapping[str, Any]], tonight: Mapping[str, Any]) -> tuple[list[Notice], list[PortalHealth]]:
    """What a night gives notice of, and the portals that it asked and that are not well.

    Args:
        earlier: the run reports before it (JSON), oldest first; the last COMPARED_RUNS are enough.
        tonight: the night's own run report (JSON).
    """
    nights = Nights()
    for run in earlier:
        nights.add(run)
    before = _holding(nights)
    nights.add(tonight)
    now = _holding(nights)
    told = [
        Notice(key, condition["en"].format(**said), condition["zh"].format(**said))
        for key, (condition, said) in now.items()
        if key not in before or condition.get("every_night")
    ]
    told += [
        Notice(f"{key}:ended", condition["ended_en"].format(**said), condition["ended_zh"].format(**said))
        for key, (condition, said) in before.items()
        if key not in now and "ended_en" in condition
    ]
    portals = [portal for _, portal in sorted(nights.portals.items())]
    return told, [portal for portal in portals if portal.run_id == tonight["run_id"] and not portal.well]


def _holding(nights: Nights) -> dict[str, tuple[Mapping[str, Any], dict[str, Any]]]:
    """Every condition that holds after the last night, and what is said of it, by its name and subject."""
    if not nights.nights:
        return {}
    return {
        f"{name}:{subject}" if subject else name: (condition, said)
        for name, condition in _conditions().items()
        for subject, said in _KINDS[condition["kind"]](nights, condition)
    }


Found = Iterator[tuple[str, dict[str, Any]]]


def _short(reason: str) -> str:
    """A reason as a message has room for; the whole stands in the run report."""
    return textwrap.shorten(reason, 160, placeholder=" …")


def _stage(nights: Nights, condition: Mapping[str, Any]) -> Found:
    for failure in nights.failures:
        if failure["subject"] == failure["stage"]:
            yield failure["stage"], {"stage": failure["stage"], "reason": _short(failure["reason"])}


def _portal(nights: Nights, condition: Mapping[str, Any]) -> Found:
    for portal_id, portal in sorted(nights.portals.items()):
        if portal.nights_failing >= condition["nights"] and portal.last_ok_at is not None:
            yield (
                portal_id,
                {
                    "portal_id": portal_id,
                    "nights": portal.nights_failing,
                    "outcome": portal.outcome,
                    "last_ok": portal.last_ok_at.date(),
                    "reason": _short(portal.reason or "no reason was given"),
                },
            )


def _drift(nights: Nights, condition: Mapping[str, Any]) -> Found:
    for portal_id, portal in sorted(nights.portals.items()):
        if portal.drift is not None:
            yield portal_id, {"portal_id": portal_id, "listed": portal.listed, "usual": portal.usually_listed}


def _coverage(nights: Nights, condition: Mapping[str, Any]) -> Found:
    *earlier, tonight = nights.nights
    before = next((night.reported for night in reversed(earlier) if night.reported), {})
    for year, number in sorted(before.items()):
        if tonight.reported and tonight.reported.get(year, 0) < number:
            yield str(year), {"year": year, "before": number, "now": tonight.reported.get(year, 0)}


def _share(nights: Nights, condition: Mapping[str, Any]) -> Found:
    part, whole = condition["part"], condition["whole"]
    *earlier, tonight = [night.figures for night in nights.nights]
    compared = [figures for figures in earlier if figures.get(whole)]
    if not compared or not tonight.get(whole) or tonight[part] < condition["least"]:
        return
    usual = sum(figures[part] for figures in compared) / sum(figures[whole] for figures in compared)
    share = tonight[part] / tonight[whole]
    if share > condition["above"] and share > condition["times"] * usual:
        yield "", {"part": tonight[part], "whole": tonight[whole], "share": f"{share:.1%}", "earlier": f"{usual:.1%}"}


def _harvest(nights: Nights, condition: Mapping[str, Any]) -> Found:
    tonight = nights.nights[-1]
    today = tonight.moment.astimezone(_BEIJING).date()
    length = dt.timedelta(days=condition["nights"])
    year = today.year - 1
    now, before = tonight.reported.get(year, 0), tonight.reported.get(year - 1, 0)
    if not tonight.reported or now >= before or not _answered(tonight):
        return
    for window in condition["windows"]:
        first, last = (dt.date.fromisoformat(f"{today.year}-{day}") for day in window.split("/"))
        if not first + length <= today <= last:
            continue
        then = [night for night in nights.nights if tonight.moment - night.moment >= length - _GRACE]
        known = [night.reported.get(year, 0) for night in then if night.reported]
        if known and known[-1] >= now:
            said = {"nights": condition["nights"], "now": now, "year": year, "before": before, "year_before": year - 1}
            yield "", said


def _disk(nights: Nights, condition: Mapping[str, Any]) -> Found:
    room = nights.nights[-1].room
    if not all(name in room for name in _ROOM):
        return
    needed = max(condition["least_gb"], condition["times"] * room["warehouse_bytes"] / 1000**3)
    free = room["free_bytes"] / 1000**3
    if free < needed:
        yield "", {"free": f"{free:.1f}", "needed": f"{needed:.1f}"}


def _answered(night: Night) -> bool:
    """Whether any portal gave something usable: where none did, another condition says so."""
    return night.figures.get("portals_asked", 0) > night.figures.get("portals_failing", 0)


_KINDS: dict[str, Callable[[Nights, Mapping[str, Any]], Found]] = {
    "stage": _stage,
    "portal": _portal,
    "drift": _drift,
    "coverage": _coverage,
    "share": _share,
    "harvest": _harvest,
    "disk": _disk,
}


@cache
def _conditions() -> dict[str, dict[str, Any]]:
    with (Path(__file__).parent / "conditions.yaml").open(encoding="utf-8") as file:
        return dict(yaml.load(file, Loader=yaml.CSafeLoader))
