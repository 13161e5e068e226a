"""The health of portals over nights, as run reports tell it: success, streaks, lists that lose their rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from warehouse.status.health import PortalHealth, add_run

BEGIN = datetime(2026, 1, 5, 18, tzinfo=UTC)


def run(night: float, *portals: dict[str, Any], years: tuple[int, ...] = ()) -> dict[str, Any]:
    """A run report; ``night`` counts days from the first."""
    run_id = f"{BEGIN + timedelta(days=night):%Y%m%dT%H%M%SZ}-abcdef"
    crawl = {"name": "crawl", "status": "ok", "details": {"portals": list(portals)}}
    return {"run_id": run_id, "options": {"year": list(years)}, "stages": [crawl]}


def portal(outcome: str = "ok", listed: int = 0, reason: str | None = None) -> dict[str, Any]:
    return {"portal_id": "p", "outcome": outcome, "listed": listed, "reason": reason}


def after(*runs: dict[str, Any]) -> PortalHealth:
    portals: dict[str, PortalHealth] = {}
    for one in runs:
        add_run(portals, one)
    return portals["p"]


def test_nights_without_success_are_counted_and_the_last_success_is_kept() -> None:
    found = after(run(0, portal()), run(1, portal("failed", reason="down: x")), run(2, portal("challenge")))
    assert (found.outcome, found.nights_failing, found.last_ok_at) == ("challenge", 2, BEGIN)
    assert not found.well
    assert after(run(0, portal("failed")), run(1, portal("failed"))).last_ok_at is None
    again = after(run(0, portal("failed")), run(1, portal("budget")))
    assert (again.nights_failing, again.last_ok_at, again.well) == (0, BEGIN + timedelta(days=1), True)


def test_two_runs_of_one_night_are_one_night_and_who_is_not_asked_did_not_fail() -> None:
    assert after(run(0, portal("failed")), run(0.2, portal("failed"))).nights_failing == 1
    assert after(run(0, portal("failed")), run(0.5, portal("failed")), run(1, portal("failed"))).nights_failing == 3
    found = after(run(0, portal("failed")), run(1, portal("skipped")), run(2))
    assert (found.nights_failing, found.outcome, found.run_id[:8]) == (1, "failed", "20260105")


def test_nights_after_one_whose_clock_was_ahead_are_counted() -> None:
    ahead = run(2000, portal("failed"))
    # Their ids go on from there; the clock of each stands in its report.
    behind = [
        run(2000 + night / 86400, portal("failed")) | {"clock": (BEGIN + timedelta(days=night)).isoformat()}
        for night in (1, 2)
    ]
    assert after(run(0, portal()), ahead, *behind).nights_failing == 3
    assert after(ahead, behind[0], behind[0]).nights_failing == 2


def test_a_list_that_shrinks_by_and_by_is_held_against_what_it_usually_shows() -> None:
    nights = [run(night, portal(listed=50)) for night in range(5)]
    found = after(*nights, run(5, portal(listed=30)), run(6, portal(listed=18)))
    assert (found.listed, found.usually_listed, found.drift, found.well) == (18, 50, "fewer", False)
    assert after(*nights, run(5, portal(listed=30))).drift is None
    assert after(run(0, portal(listed=6)), run(1, portal(listed=2))).drift is None, "four fewer may be right"
    assert after(run(0, portal(listed=6)), run(1, portal(listed=0))).drift == "gone"


def test_a_list_that_the_crawl_found_to_be_another_drifts_but_a_server_that_is_down_does_not() -> None:
    before = run(0, portal(listed=50))
    gone = "list_changed: the list had 50 reports before and shows none now"
    assert after(before, run(1, portal("failed", 0, gone))).drift == "gone"
    assert after(before, run(1, portal("failed", 50, "list_changed: the column was called 年报"))).drift == "changed"
    assert after(before, run(1, portal("failed", 0, "down: no answer"))).drift is None
    assert after(run(0, portal("failed", 0, "list_empty: nothing"))).drift is None, "it never showed anything"
    assert after(before, run(1, portal("failed", 0, gone)), run(2, portal(listed=48))).well


def test_a_run_for_chosen_years_says_nothing_of_the_list() -> None:
    found = after(run(0, portal(listed=50)), run(1, portal(listed=3), years=(2021,)))
    assert (found.listed, found.drift, found.last_ok_at) == (50, None, BEGIN + timedelta(days=1))
    assert after(run(0, portal(listed=50)), run(1, portal(listed=3), years=(2021,)), run(2, portal(listed=49))).well


def test_reports_of_another_shape_are_passed_over() -> None:
    portals: dict[str, PortalHealth] = {}
    for odd in ({"run_id": "0"}, {**run(0), "stages": 7}, {**run(0), "stages": [7, {"name": "crawl", "details": []}]}):
        add_run(portals, odd)
    assert portals == {}
    assert after(run(0, {"portal_id": "p", "outcome": "ok", "listed": "many"})).listed == 0
