"""How every portal fared over the nights, told from the run reports: last success, nights without one, lost rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

# Runs closer together see one state of a portal: they are one night.
NIGHT = timedelta(hours=8)
# What a list usually shows is the median of so many good nights: one odd night does not shift it.
USUAL_NIGHTS = 30
# A list with fewer than half of its usual rows, and at least so many fewer, is another list. The crawl holds each night
# against the last one only, so that a list which shrinks by and by is seen here alone.
LEAST_LOSS = 5

_ANSWERED = ("ok", "budget")
# Codes of the crawl for a page that is not the list that it was.
_OTHER_LIST = ("list_changed", "list_empty", "not_a_list", "no_rows")


@dataclass
class PortalHealth:
    """A portal after the last run that asked it; ``outcome``, ``reason`` and ``run_id`` are that run's.

    ``nights_failing`` counts nights in a row without an answer that could be used. ``listed`` is what the list showed
    and ``usually_listed`` what it showed on good nights before (None: on none). ``drift`` says how the list departs
    from that: ``gone`` (it shows nothing), ``fewer``, ``changed`` (it is another page), or None.
    """

    portal_id: str
    outcome: str = ""
    reason: str | None = None
    run_id: str = ""
    last_ok_at: datetime | None = None
    nights_failing: int = 0
    listed: int = 0
    usually_listed: int | None = None
    drift: str | None = None
    _failed_at: datetime | None = None
    _good_nights: deque[int] = field(default_factory=lambda: deque(maxlen=USUAL_NIGHTS), repr=False)

    @property
    def well(self) -> bool:
        """It answered, and its list is what it was."""
        return self.outcome in _ANSWERED and self.drift is None

    def add(self, row: Mapping[str, Any], run_id: str, moment: datetime, whole: bool) -> None:
        """Take in what a later run says; ``whole``: it asked for all years, so that its list can be compared."""
        outcome, reason = str(row.get("outcome")), row.get("reason")
        listed = row["listed"] if isinstance(row.get("listed"), int) else 0
        self.outcome, self.run_id = outcome, run_id
        self.reason = reason if isinstance(reason, str) else None
        if outcome in _ANSWERED:
            self.last_ok_at, self.nights_failing, self._failed_at = moment, 0, None
        elif self._failed_at is None or abs(moment - self._failed_at) >= NIGHT:
            self.nights_failing, self._failed_at = self.nights_failing + 1, moment
        if not whole:
            return
        self.listed = listed
        self.usually_listed = round(median(self._good_nights)) if self._good_nights else None
        self.drift = self._drift()
        if outcome == "ok":
            self._good_nights.append(listed)

    def _drift(self) -> str | None:
        usual = self.usually_listed
        code = (self.reason or "").partition(":")[0]
        other_list = self.outcome == "failed" and code in _OTHER_LIST
        if not usual or not (other_list or self.outcome == "ok"):
            return None
        if not self.listed:
            return "gone"
        if self.listed * 2 < usual and usual - self.listed >= LEAST_LOSS:
            return "fewer"
        return "changed" if other_list else None


def add_run(portals: dict[str, PortalHealth], run: Mapping[str, Any]) -> None:
    """Take a run report (JSON, later than all before) into the health of the portals that it asked, by id."""
    moment = moment_of(run)
    if moment is None:
        return
    options = run.get("options")
    whole = not (isinstance(options, dict) and options.get("year"))
    for row in asked(run):
        if row.get("outcome") != "skipped":
            portal = portals.setdefault(row["portal_id"], PortalHealth(row["portal_id"]))
            portal.add(row, run["run_id"], moment, whole)


def moment_of(run: Mapping[str, Any]) -> datetime | None:
    """The clock of a run (UTC), which --as-of may have set; None where neither the report nor its id tells it.

    The id alone may be later: those of runs after one whose clock was ahead go on from there.
    """
    with suppress(TypeError, ValueError):
        clock = datetime.fromisoformat(run["clock"]) if run.get("clock") else None
        if clock is not None and clock.tzinfo is not None:
            return clock.astimezone(UTC)
    try:
        return datetime.strptime(str(run.get("run_id"))[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def details_of(run: Mapping[str, Any], stage_name: str) -> dict[str, Any]:
    """The details of a stage of a run report; empty where it has none, or another shape."""
    stages = run.get("stages")
    for stage in stages if isinstance(stages, list) else []:
        if isinstance(stage, dict) and stage.get("name") == stage_name and isinstance(stage.get("details"), dict):
            return dict(stage["details"])
    return {}


def asked(run: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The portals of a run report's crawl; none where the report has another shape."""
    portals = details_of(run, "crawl").get("portals")
    for portal in portals if isinstance(portals, list) else []:
        if isinstance(portal, dict) and isinstance(portal.get("portal_id"), str):
            yield portal
