"""Every portal that tests/portals plays: what is wanted is found, the second night is economical, changes are seen."""

from __future__ import annotations

import itertools
from urllib.parse import urlsplit

import pytest

from flows.demo.server import Served
from tests.portals.conftest import DELAY_SECONDS, Played, scenarios
from tests.portals.scenario import Scenario
from tests.spiders.portal_kit import outcome, rows_of

each = pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.name)

# Their lists show whole titles; those of other families may show less.
static = [scenario for scenario in scenarios() if scenario.family == "static_list"]


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


@each
def test_the_first_night_finds_all_reports_and_nothing_else(played: Played, scenario: Scenario) -> None:
    found = outcome(played.summaries[0], scenario.name)
    assert found.outcome == "ok", found.reason
    rows = rows_of(played.summaries[0], scenario.name, kind="fetch")
    articles = {path_of(row["url"]) for row in rows if row["role"] == "article" and row["outcome"] == "stored"}
    attachments = {path_of(row["url"]) for row in rows if row["role"] == "attachment" and row["outcome"] == "stored"}
    assert articles == set(scenario.reports)
    assert attachments == set(scenario.attachments)


@pytest.mark.parametrize("scenario", static, ids=lambda scenario: scenario.name)
def test_look_alikes_are_not_even_asked(played: Played, scenario: Scenario) -> None:
    rows = rows_of(played.summaries[0], scenario.name, kind="fetch")
    assert [row["url"] for row in rows if row["role"] != "list" and row["outcome"] != "stored"] == []


@each
def test_the_first_night_asks_for_nothing_twice(played: Played, scenario: Scenario) -> None:
    asked = [
        (served.headers["host"], served.method, served.path, served.posted)
        for served in played.asked[0][scenario.name]
        if not (scenario.cookie_wall and served.status == 302)
    ]
    assert len(asked) == len(set(asked)), asked


@each
def test_the_second_night_asks_for_lists_only(played: Played, scenario: Scenario) -> None:
    found = outcome(played.summaries[1], scenario.name)
    assert (found.outcome, found.stored, found.vanished) == ("ok", 0, ())
    asked = {served.path for served in played.asked[1][scenario.name]}
    assert not asked & {*scenario.reports, *scenario.attachments}
    assert len(played.asked[1][scenario.name]) <= len(played.asked[0][scenario.name])


@each
def test_a_revision_is_stored(played: Played, scenario: Scenario) -> None:
    rows = rows_of(played.summaries[2], scenario.name, kind="fetch", role="article", outcome="stored")
    stored = [path_of(row["url"]) for row in rows]
    if scenario.restless:
        assert set(stored) == set(scenario.reports) - {scenario.removed}
    else:
        assert stored == [scenario.revised]
    assert outcome(played.summaries[2], scenario.name).outcome == "ok"


def events(played: Played, night: int, scenario: Scenario) -> list[tuple[str, str]]:
    rows = rows_of(played.summaries[night], scenario.name, kind="event")
    return [(row["event"], path_of(row["url"])) for row in rows]


@each
def test_a_disappearance_is_an_event_once_two_nights_saw_it(played: Played, scenario: Scenario) -> None:
    assert events(played, 2, scenario) == [], "one night may be the portal's own trouble"
    missing = [("vanished", scenario.removed)] if scenario.removed else []
    assert events(played, 3, scenario) == missing


@each
def test_a_report_that_comes_back_is_an_event(played: Played, scenario: Scenario) -> None:
    back = [("returned", scenario.removed)] if scenario.removed else []
    assert events(played, 4, scenario) == back
    assert outcome(played.summaries[4], scenario.name).outcome == "ok"


@each
def test_no_host_is_asked_twice_at_once_and_intervals_are_kept(played: Played, scenario: Scenario) -> None:
    """From the servers' own logs: a request begins when the delay after the answer before it is over."""
    for night in played.asked:
        by_host: dict[str, list[Served]] = {}
        for served in night[scenario.name]:
            by_host.setdefault(served.headers["host"], []).append(served)
        for requests in by_host.values():
            in_order = sorted(requests, key=lambda served: served.started_seconds)
            for before, after in itertools.pairwise(in_order):
                # A server notes the end of an answer a moment after its last byte has left.
                assert after.started_seconds - before.ended_seconds > -0.005, (before.path, after.path)
                assert after.started_seconds - before.started_seconds >= DELAY_SECONDS * 0.9


@each
def test_every_host_is_asked_for_its_rules_first(played: Played, scenario: Scenario) -> None:
    for number, night in enumerate(played.asked):
        first: dict[str, str] = {}
        for served in sorted(night[scenario.name], key=lambda served: served.started_seconds):
            first.setdefault(served.headers["host"], served.path)
        # An address that is the report itself is not asked every night, and then nothing is.
        assert set(first.values()) == ({"/robots.txt"} if first or number == 0 else set())
