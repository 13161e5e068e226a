"""Every portal that tests/portals plays: what is wanted is found, the second night is economical, changes are seen."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.portals.conftest import Played, scenarios
from tests.portals.scenario import Scenario
from tests.spiders.portal_kit import outcome, rows_of

# One worker plays all portals once.
pytestmark = pytest.mark.xdist_group("portals")
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
