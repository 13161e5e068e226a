"""Whole nights against Hanweb portals: datastores and units as real servers answer, with their quirks and faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from flows.demo.hanweb_pages import PROXY
from spiders import archive
from spiders.crawl import CrawlSummary
from tests.spiders.hanweb.module_pages import AREA, SEARCH, TREE, TYPE
from tests.spiders.hanweb.scenarios import ENCRYPTED, FILE, NAV, SCENARIOS, column, reports
from tests.spiders.portal_kit import Nights, PortalServer, entry, outcome, rows_of


class TwoNights:
    """Two nights of all scenarios, each on an address of its own; nothing changes between them."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.nights = Nights(folder)
        self.servers: dict[str, PortalServer] = {}
        entries = []
        for number, (name, (pages, listed)) in enumerate(SCENARIOS.items(), start=1):
            server = stack.enter_context(PortalServer(pages, address=f"127.0.3.{number}"))
            self.servers[name] = server
            listed = {**listed, "url": server.url(listed.get("url", column(1).path))}
            entries.append(entry(name, server.host, family="hanweb", list=listed))
        self.nights.declare(*entries)
        self.first, self.first_served = self._night(0)
        self.second, self.second_served = self._night(1)

    def _night(self, day: int) -> tuple[CrawlSummary, dict[str, list[tuple[str, str, str, int]]]]:
        summary = self.nights.crawl(day)
        served = {}
        for name, server in self.servers.items():
            served[name] = [(one.method, one.path, one.posted, one.status) for one in server.requests]
            server.forget()
        return summary, served

    def lists(self, name: str) -> list[tuple[str, str, str, int]]:
        """What the first night asked for besides robots.txt and articles."""
        return [one for one in self.first_served[name] if one[1] != "/robots.txt" and not one[1].startswith("/art/")]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoNights]:
    with ExitStack() as stack:
        yield TwoNights(tmp_path_factory.mktemp("hanweb"), stack)


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("links", 11), ("windows", 30), ("capped", 16), ("numbers", 11), ("windows-get", 11), ("other-path", 11),
        ("numbers-from-1", 11), ("declared", 11), ("encrypted", 6), ("html-list", 6), ("boxes", 7), ("years", 12),
        ("unit", 19), ("unit-boxes", 19), ("first-page", 5), ("unit-one-page", 15), ("unit-short", 3),
        ("moved-to-unit", 3), ("xxgk-search", 11), ("xxgk-tree", 11), ("xxgk-own-column", 11),
        ("xxgk-other-number", 11),
    ],
)  # fmt: skip
def test_every_report_is_listed_and_fetched(story: TwoNights, name: str, listed: int) -> None:
    found = outcome(story.first, name)
    assert (found.outcome, found.failure, found.listed) == ("ok", False, listed), found
    assert found.stored == listed
    assert found.requests == len(story.first_served[name]), "each request is counted, posted ones too"
    urls = [one["url"] for one in rows_of(story.first, name, role="article")]
    assert len(set(urls)) == listed
    if name not in ("first-page", "unit-one-page"):
        assert found.rejected == (2 if name == "years" else 1), "the look-alike is named once"


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_an_unchanged_second_night_stores_nothing(story: TwoNights, name: str) -> None:
    first, second = outcome(story.first, name), outcome(story.second, name)
    assert (second.outcome, second.listed) == (first.outcome, first.listed)
    assert (second.stored, second.unchanged) == (0, 0)
    assert not [one for one in rows_of(story.second, name, kind="fetch") if one["outcome"] == "stored"]
    assert rows_of(story.second, name, kind="link") == []


def test_lists_are_asked_conditionally_and_posts_are_compared(story: TwoNights) -> None:
    assert {status for _, path, _, status in story.second_served["links"] if path != "/robots.txt"} == {304}
    assert {status for _, path, _, status in story.second_served["unit"] if path != "/robots.txt"} == {304}
    posts = [one for one in story.second_served["windows"] if one[0] == "POST"]
    assert {status for _, _, _, status in posts} == {200}
    rows = [one for one in rows_of(story.second, "windows", role="list") if "#post:" in one["url"]]
    assert [one["outcome"] for one in rows] == ["unchanged"] * len(posts)
    assert rows[0]["url"].partition("#post:")[2] == posts[0][2]


def test_the_next_link_is_followed_as_written(story: TwoNights) -> None:
    paths = [path for _, path, _, _ in story.lists("links")]
    assert [parse_qs(urlsplit(path).query).get("page") for path in paths] == [None, ["1"], ["2"]]
    assert story.lists("encrypted")[1][:2] == ("GET", ENCRYPTED)
    assert story.lists("other-path")[1][1].startswith("/module/jslib/jquery/jpage/morecolumndataproxy.jsp?page=1")


def test_windows_are_posted_with_the_form_of_the_page(story: TwoNights) -> None:
    asked = story.lists("windows")[1:]
    assert [path for _, path, _, _ in asked] == [
        f"{PROXY}?startrecord=6&endrecord=20&perpage=5",
        f"{PROXY}?startrecord=21&endrecord=35&perpage=5",
    ]
    assert {method for method, _, _, _ in asked} == {"POST"}
    form = dict(parse_qsl(asked[0][2], keep_blank_values=True))
    assert (form["columnid"], form["unitid"], form["webid"]) == ("1001", "91001", "7")
    by_get = story.lists("windows-get")[1:]
    assert {method for method, _, _, _ in by_get} == {"GET"}
    assert "startrecord=6&endrecord=14&perpage=3&col=1&" in by_get[0][1]


def test_a_capped_window_moves_on_by_what_came(story: TwoNights) -> None:
    starts = [parse_qs(urlsplit(path).query)["startrecord"] for _, path, _, _ in story.lists("capped")[1:]]
    assert starts == [["6"], ["10"], ["14"]]


def test_a_server_that_knows_only_page_numbers_is_asked_by_them(story: TwoNights) -> None:
    window, *numbered = story.lists("numbers")[1:]
    assert window[0] == "POST"
    assert [parse_qs(urlsplit(path).query)["page"] for _, path, _, _ in numbered] == [["1"], ["2"]]
    numbered = story.lists("numbers-from-1")[2:]
    assert [parse_qs(urlsplit(path).query)["page"] for _, path, _, _ in numbered] == [["1"], ["2"], ["3"]]


def test_a_dataproxy_without_answer_ends_the_list_and_what_is_missing_is_said(story: TwoNights) -> None:
    for name in ("stub", "no-content"):
        found = outcome(story.first, name)
        assert (found.outcome, found.stored) == ("ok", 5)
        assert "the list says 7 records and gave 5" in (found.reason or "")
        assert len(story.lists(name)) == 3, "the link and one window, then no more"
    assert outcome(story.first, "html-list").reason is None, "all 7 stand in the HTML"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("down", ("server_error: the records after 5 of the list", "status 500")),
        ("gone", ("not_found: the records after 5 of the list", "status 404")),
        ("home-page", ("no_datastore: ", "expected a datastore, found")),
        ("leads-away", ("foreign_host: the records after 5", "127.0.4.1:9 is not a declared host")),
        ("cut", ("truncated: the datastore at", "stops before its end")),
        ("unit-refused", ("refused: page 1 of the unit 91001", "status 403")),
        ("xxgk-breaks", ("server_error: page 2 of the search", "status 500")),
        ("truecms-login", ("not_messages: the records after 6 of the list", "expected JSONP with result, found")),
        ("truecms-refuses", ("refused: the records after 6 of the list", "status 403")),
        ("truecms-nameless", ("truecms_parameters: ", "columnid in list.params")),
    ],
)
def test_a_fault_half_way_is_named_and_the_known_articles_are_read(
    story: TwoNights, name: str, words: tuple[str, ...]
) -> None:
    found = outcome(story.first, name)
    assert (found.outcome, found.failure) == ("failed", True)
    assert found.stored == found.listed > 0
    assert all(word in (found.reason or "") for word in words), found.reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("unit-login", "not_a_unit: page 1 of the unit 91001"),
        ("xxgk", "xxgk_parameters: the search of"),
        ("xxgk-boxes", "xxgk_parameters: the search of"),
        ("xxgk-home-page", "no_rows: page 1 of the search"),
        ("truecms-none", "not_found: the records after 0 of the list"),
        ("empty-column", "list_empty: "),
        ("plain", "list_empty: "),
    ],
)
def test_a_list_that_cannot_be_read_is_named(story: TwoNights, name: str, reason: str) -> None:
    found = outcome(story.first, name)
    assert (found.outcome, found.failure, found.listed) == ("failed", True, 0)
    assert (found.reason or "").startswith(reason), found.reason
    assert name != "plain" or "neither a jpage datastore nor a JPaaS unit" in (found.reason or "")


def test_robots_and_challenges_count_for_the_dataproxy(story: TwoNights) -> None:
    forbidden = outcome(story.first, "robots")
    assert (forbidden.outcome, forbidden.failure, forbidden.stored) == ("refused_by_robots", False, 5)
    assert PROXY not in {urlsplit(path).path for _, path, _, _ in story.lists("robots")}
    challenged = outcome(story.first, "challenge")
    assert (challenged.outcome, challenged.failure, challenged.fetched) == ("challenge", True, 0)
    assert story.first_served["challenge"][-1][3] == 412, "nothing was asked after it"


def test_lists_have_an_end(story: TwoNights) -> None:
    assert outcome(story.first, "loop").stored == 5
    assert len(story.lists("loop")) == 3, "the same records again, once by each way"
    limited = outcome(story.first, "three-pages")
    assert (limited.outcome, limited.listed) == ("ok", 15)
    assert "pager: the list was read up to pager.max, 3 pages" in (limited.reason or "")
    assert len(story.lists("first-page")) == 1
    assert outcome(story.first, "first-page").reason is None


def test_a_report_at_an_address_of_the_module_is_asked_as_one(story: TwoNights) -> None:
    found = outcome(story.first, "xxgk-address")
    assert (found.outcome, found.failure, found.listed) == ("failed", True, 1)
    assert "1 of 1 articles failed: not_found (1)" in (found.reason or "")


def test_the_search_of_the_module_is_posted_by_number(story: TwoNights) -> None:
    page, *asked = story.lists("xxgk-search")
    assert page[1] == column(1).path
    assert {(method, path) for method, path, _, _ in asked} == {("POST", SEARCH)}, "the box of news is left alone"
    forms = [dict(parse_qsl(posted, keep_blank_values=True)) for _, _, posted, _ in asked]
    assert [form["currpage"] for form in forms] == ["1", "2", "3"]
    assert {(form["infotypeId"], form["area"], form["divid"], form["jdid"]) for form in forms} == {
        (TYPE, AREA, "div1001", "2")
    }
    assert story.lists("xxgk-tree")[1][:2] == ("GET", f"{TREE}?standardXxgk=1&area={AREA}&divid=div1001")
    assert [dict(parse_qsl(posted))["infotypeId"] for _, _, posted, _ in story.lists("xxgk-tree")[2:]] == [TYPE] * 3
    assert len(story.lists("xxgk-first-page")) == 2
    assert outcome(story.first, "xxgk-first-page").listed == 5


def test_of_a_search_of_the_whole_area_the_column_s_own_reports_are_kept(story: TwoNights) -> None:
    assert "8 reports of other columns, left out" in (outcome(story.first, "xxgk-own-column").reason or "")
    assert outcome(story.first, "xxgk-other-number").reason is None


def test_a_search_that_ends_before_its_number_of_pages_says_so(story: TwoNights) -> None:
    for name in ("xxgk-ends-early", "xxgk-repeats"):
        found = outcome(story.first, name)
        assert (found.outcome, found.listed) == ("ok", 5)
        assert "page 2 of the search" in (found.reason or "")
        assert "shows nothing new, and the search says 3 pages" in (found.reason or "")


def test_without_its_endpoint_truecms_is_its_first_screen(story: TwoNights) -> None:
    found = outcome(story.first, "truecms-some")
    assert (found.outcome, found.listed) == ("ok", 6)
    assert "the list says 17 records and gave 6; not_found: status 404" in (found.reason or "")
    windows = [parse_qs(urlsplit(path).query) for _, path, _, _ in story.lists("truecms-some")[1:]]
    assert [(one["startrecord"], one["endrecord"]) for one in windows] == [(["7"], ["12"]), (["7"], ["8"])]
    short = outcome(story.first, "truecms-short")
    assert (short.outcome, short.listed) == ("ok", 18)
    assert "read up to pager.max, 3 pages" in (short.reason or "")


def test_boxes_beside_the_list_are_not_paged(story: TwoNights) -> None:
    assert outcome(story.first, "boxes").reason is None
    assert len(story.lists("boxes")) == 2
    assert [one["link_text"] for one in rows_of(story.first, "boxes", kind="link")] == [reports(8)[-1].title]


def test_units_are_asked_by_number_until_they_end(story: TwoNights) -> None:
    def numbers(name: str) -> list[int]:
        queries = [parse_qs(urlsplit(path).query) for _, path, _, _ in story.lists(name)[1:]]
        return [json.loads(query["paramJson"][0])["pageNo"] for query in queries]

    assert numbers("unit") == [1, 2, 3]
    assert numbers("unit-boxes") == [1, 2, 3, 1], "the box beside it shows no reports"
    assert numbers("unit-one-page") == [1]
    assert numbers("unit-short") == [1, 2]
    assert outcome(story.first, "unit-short").reason is None
    stays = outcome(story.first, "unit-stays")
    assert (stays.outcome, stays.listed) == ("ok", 15)
    assert "repeats the first, which is full" in (stays.reason or "")
    assert "JPaaS unit and no jpage datastore" in (outcome(story.first, "moved-to-unit").reason or "")


def test_years_share_a_dataproxy_and_keep_apart(story: TwoNights) -> None:
    rows = rows_of(story.first, "years", role="article")
    assert sorted({one["report_year"] for one in rows}) == [2023, 2024]
    window = f"{PROXY}?startrecord=6&endrecord=20&perpage=5"
    assert [path for _, path, _, _ in story.lists("years")] == [
        NAV, column(1, "93261").path, window, column(1, "84999").path, window,
    ]  # fmt: skip
    posted = [one for one in rows_of(story.second, "years", role="list") if "#post:" in one["url"]]
    assert [one["outcome"] for one in posted] == ["unchanged", "unchanged"], "one address, two questions"
    assert len({one["url"] for one in posted}) == 2


def test_a_download_without_ending_is_an_attachment_with_its_name(story: TwoNights) -> None:
    (found,) = rows_of(story.first, "downloads", role="attachment")
    assert found["url"].endswith(f"/module/download/downfile.jsp?classid=0&filename={FILE}")
    assert (found["link_text"], found["outcome"]) == (FILE, "stored")
    assert found["headers"]["content-disposition"].endswith(f'filename="{FILE}"')
    assert archive.read(story.nights.home, found["sha256"]) == b"%PDF-1.4 report"
    served = next(one for one in rows_of(story.first, "downloads", role="article"))
    assert found["article_url"] == served["url"]


def test_rows_of_a_list_keep_their_words(story: TwoNights) -> None:
    found = rows_of(story.first, "links", role="article")[-1]
    record = reports(12)[10]
    assert (found["link_text"], found["link_date"], found["published_on"]) == (record.title, record.day, record.day)
    assert (found["title"], found["report_year"]) == (record.title, 2024)
    assert found["parent_url"] == story.servers["links"].url(column(1).path)


def test_no_other_portal_failed(story: TwoNights) -> None:
    assert {portal.portal_id for portal in story.first.failures} == {
        "down", "gone", "home-page", "leads-away", "cut", "unit-refused", "unit-login", "xxgk", "xxgk-address",
        "xxgk-boxes", "empty-column", "plain", "challenge", "xxgk-breaks", "xxgk-home-page", "truecms-none",
        "truecms-login", "truecms-refuses", "truecms-nameless",
    }  # fmt: skip
