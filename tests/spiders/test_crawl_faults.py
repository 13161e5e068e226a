"""Ordinary faults, one portal each, all in one crawl: each is named, none ends the crawl."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from spiders import archive
from spiders.crawl import CrawlSummary, PortalOutcome, run_crawl
from tests.spiders.portal_kit import (
    LIST,
    Nights,
    Page,
    PortalServer,
    article,
    entry,
    listing,
    outcome,
    row,
    rows_of,
    title,
)

ONE = f"{LIST}t20260120_1.html"
TWO = f"{LIST}t20260120_2.html"
LIST_OF_TWO = listing(row("t20260120_1.html", title("甲县", 2025)), row("t20260120_2.html", title("乙局", 2025)))
TEN = listing(*(row(f"t20260120_{n}.html", title(f"甲{n}局", 2025)) for n in range(10)))
GOOD = {LIST: LIST_OF_TWO, ONE: article(title("甲县", 2025)), TWO: article(title("乙局", 2025))}
LONG = article(title("乙局", 2025)).body + bytes(range(256)) * 200
BACK = f'<a href="{LIST}">下一页</a>'
CHALLENGE = b"<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=1;</script>"

Pages = dict[str, Any]


def cookie_gate(asked: Any) -> Page:
    if "gate=1" in asked.headers.get("cookie", ""):
        return LIST_OF_TWO
    return Page(redirect=LIST, headers={"Set-Cookie": "gate=1; path=/"})


SCENARIOS: dict[str, tuple[Pages, dict[str, Any]]] = {
    "good": (GOOD, {}),
    "list-404": ({}, {}),
    "list-healed": (GOOD | {LIST: listing(row("t20260120_1.html", title("甲县", 2025)), fail_times=1)}, {}),
    "list-500": ({LIST: Page(status=500)}, {}),
    "list-truncated": (GOOD | {LIST: listing(row("t20260120_1.html", title("甲县", 2025)), truncate=9)}, {}),
    "list-changes": (GOOD, {}),
    "list-empty": ({LIST: listing('<a href="/about/">关于</a>')}, {}),
    "charset": (
        {
            LIST: Page(
                f"<ul>{row('t20260120_1.html', title('甲县', 2025))}</ul>".encode("gb18030"),
                content_type="text/html; charset=utf-8",
            ),
            ONE: article(title("甲县", 2025), content_type="text/html; charset=gb2312"),
        },
        {},
    ),
    "redirect-loop": ({LIST: Page(redirect="/b/"), "/b/": Page(redirect=LIST)}, {}),
    "loops-later": (
        {LIST: TEN, **{f"{LIST}t20260120_{n}.html": Page(redirect=f"{LIST}t20260120_{n}.html") for n in range(10)}},
        {},
    ),
    "cookie-gate": (GOOD | {LIST: cookie_gate}, {}),
    "pager-loop": (
        GOOD
        | {
            LIST: listing(row("t20260120_1.html", title("甲县", 2025)), extra='<a href="p2.htm">下一页</a>'),
            f"{LIST}p2.htm": listing(row("t20260120_2.html", title("乙局", 2025)), extra=BACK),
        },
        {"list": {"pager": {"kind": "next_link"}}},
    ),
    "same-rows": (GOOD, {"list": {"pager": {"kind": "query"}}}),
    "refresh-at-end": (
        GOOD
        | {
            f"{LIST}index_1.html": Page(
                b'<html><head><meta http-equiv="refresh" content="0; url=./"></head></html>'
            )
        },
        {"list": {"pager": {"kind": "index_n"}}},
    ),
    "too-large": (GOOD | {TWO: Page(b"x" * 400_000)}, {}),
    "slow": (GOOD | {TWO: article(title("乙局", 2025), delay_seconds=2.4)}, {}),
    "article-truncated": (GOOD | {TWO: article(title("乙局", 2025), truncate=9)}, {}),
    "article-unpacks-in-part": (
        GOOD | {TWO: Page(gzip.compress(LONG)[:-40], headers={"Content-Encoding": "gzip"})},
        {},
    ),
    "article-healed": (GOOD | {TWO: article(title("乙局", 2025), fail_times=1)}, {}),
    "article-500": (GOOD | {TWO: Page(status=500)}, {}),
    "soft-404": (GOOD | {TWO: Page("<html><body>您访问的页面不存在</body></html>".encode())}, {}),
    "home-page": (GOOD | {TWO: LIST_OF_TWO}, {}),
    "attachment-fails": (
        GOOD
        | {
            ONE: article(title("甲县", 2025), extra="<p>附件 <a href='a.pdf'>a.pdf</a><a href='b.doc'>b.doc</a></p>"),
            f"{LIST}b.doc": Page(b"<html>login</html>"),
        },
        {},
    ),
    "robots-forbid": (
        GOOD | {"/robots.txt": Page(b"User-agent: *\nDisallow: /zfxxgknb/\n", content_type="text/plain")},
        {},
    ),
    "robots-delay-for-ever": (
        GOOD | {"/robots.txt": Page(b"User-agent: *\nCrawl-delay: 100000\n", content_type="text/plain")},
        {},
    ),
    "robots-forbid-one": (
        GOOD | {"/robots.txt": Page(f"User-agent: gongkai\nDisallow: {TWO}\n".encode(), content_type="text/plain")},
        {},
    ),
    "robots-503": (GOOD | {"/robots.txt": Page(status=503)}, {}),
    "robots-html": (GOOD | {"/robots.txt": Page(b"<html>User-agent: *\nDisallow: /\n</html>")}, {}),
    "robots-challenge": (GOOD | {"/robots.txt": Page(CHALLENGE + b"\nUser-agent: *\nDisallow:\n")}, {}),
    "challenge": (GOOD | {LIST: Page(CHALLENGE, status=412)}, {}),
    "challenge-later": (
        GOOD | {ONE: Page(b"<html>" + b" " * 22_000 + b"<div id='puzzle-vcode'></div>")},
        {},
    ),
    "walls-later": (
        {LIST: TEN} | {f"{LIST}t20260120_{n}.html": Page("<title>安全验证</title>".encode()) for n in range(10)},
        {},
    ),
    "firewall": (
        {LIST: TEN} | {f"{LIST}t20260120_{n}.html": Page(b"405", status=405) for n in range(10)},
        {},
    ),
    "refuses": (GOOD | {ONE: Page(status=403), TWO: Page(status=403)}, {}),
    "come-back-later": (GOOD | {LIST: Page(status=503, headers={"Retry-After": "3600"})}, {}),
    "blocked": (GOOD, {"access": "blocked"}),
    "retired": (GOOD, {"status": "retired"}),
}  # fmt: skip


class Faults:
    """Two nights of all scenarios, each on an address of its own so that none waits for another."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.nights = Nights(folder)
        self.servers: dict[str, PortalServer] = {}
        entries = []
        for number, (name, (pages, more)) in enumerate(SCENARIOS.items(), start=1):
            server = stack.enter_context(PortalServer(pages, address=f"127.0.1.{number}"))
            self.servers[name] = server
            entries.append(entry(name, server.host, **more))
        with socket.socket() as closed:
            closed.bind(("127.0.2.1", 0))
            entries.append(entry("down", f"127.0.2.1:{closed.getsockname()[1]}"))
        entries.append(entry("public", "www.a.gov.cn", local=False, politeness={"delay_seconds": 2.0}))
        self.nights.declare(*entries)
        limits = {"DOWNLOAD_MAXSIZE": 300_000, "DOWNLOAD_WARNSIZE": 0}
        self.first = self.nights.crawl(scrapy_settings=limits, loud=True)
        # A server notes a request when its answer is over, which for a late one is after we gave up.
        deadline = time.monotonic() + 5
        while self.servers["slow"].paths().count(TWO) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.asked = {name: server.paths() for name, server in self.servers.items()}
        self.servers["list-changes"].pages[LIST] = listing('<a href="/about/">关于</a>')
        self.servers["good"].pages.clear()
        for server in self.servers.values():
            server.forget()
        quick = ["good", "list-404", "list-changes", "challenge", "robots-forbid", "redirect-loop"]
        self.second = self.nights.crawl(0.01, portal_ids=quick, loud=True)
        self.asked_again = {name: server.paths() for name, server in self.servers.items()}
        self.third = self.nights.crawl(1, portal_ids=["good", "challenge"], loud=True)
        self.asked_next_night = self.servers["challenge"].paths()

    def of(self, name: str) -> PortalOutcome:
        return outcome(self.first, name)

    def row(self, name: str, path: str, crawl: CrawlSummary | None = None) -> dict[str, Any]:
        (found,) = rows_of(crawl or self.first, name, url=self.servers[name].url(path), kind="fetch")
        return found


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faults]:
    with ExitStack() as stack:
        yield Faults(tmp_path_factory.mktemp("faults"), stack)


def test_a_good_portal_is_not_disturbed(faults: Faults) -> None:
    found = faults.of("good")
    assert (found.outcome, found.stored, found.reason) == ("ok", 2, None)
    assert list(faults.first.rows())[-1]["kind"] == "end"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("down", "down"),
        ("list-404", "not_found"),
        ("list-500", "server_error"),
        ("list-truncated", "truncated"),
        ("list-empty", "list_empty"),
        ("redirect-loop", "redirect_loop"),
        ("robots-503", "server_error"),
        ("refuses", "host_stopped"),
        ("come-back-later", "host_stopped"),
    ],
)
def test_a_portal_that_fails_says_why(faults: Faults, name: str, code: str) -> None:
    found = faults.of(name)
    if name == "refuses":
        # Both articles were refused and nothing was left to ask: the portal itself did answer.
        assert found.outcome == "failed"
        assert "2 of 2 articles failed: refused (2)" in (found.reason or "")
    else:
        assert (found.outcome, (found.reason or "").split(":")[0]) == ("failed", code), found
    assert found.failure, "never yet reached"


@pytest.mark.parametrize(
    "name",
    ["list-healed", "article-healed", "charset", "cookie-gate", "refresh-at-end", "robots-html"],
)
def test_a_fault_that_passes_is_no_fault(faults: Faults, name: str) -> None:
    found = faults.of(name)
    assert (found.outcome, found.failure, found.reason) == ("ok", False, None), found
    assert found.stored >= 1


def test_wrong_encodings_do_not_garble(faults: Faults) -> None:
    assert faults.row("charset", ONE)["title"] == title("甲县", 2025)
    assert faults.row("charset", ONE)["link_text"] == title("甲县", 2025)


@pytest.mark.parametrize(
    ("name", "code", "status"),
    [
        ("too-large", "too_large", None),
        ("slow", "timeout", None),
        ("article-truncated", "truncated", None),
        ("article-unpacks-in-part", "truncated", None),
        ("article-500", "server_error", 500),
        ("soft-404", "soft_404", 200),
        ("home-page", "soft_404", 200),
        ("robots-forbid-one", "robots", None),
    ],
)
def test_an_article_that_fails_costs_that_article(faults: Faults, name: str, code: str, status: int | None) -> None:
    found = faults.of(name)
    assert (found.outcome, found.failure, found.stored) == ("ok", False, 1)
    assert f"1 of 2 articles failed: {code} (1)" in (found.reason or "")
    failed = faults.row(name, TWO)
    assert (failed["outcome"], failed["status"]) == ("failed", status)
    assert failed["reason"].startswith(f"{code}: ")
    assert faults.row(name, ONE)["outcome"] == "stored"


def test_faults_are_asked_twice_and_answers_once(faults: Faults) -> None:
    assert faults.asked["slow"].count(TWO) == 2
    assert faults.asked["article-500"].count(TWO) == 2
    assert faults.asked["article-truncated"].count(TWO) == 2
    assert faults.asked["refuses"].count(ONE) == 1
    assert faults.asked["list-404"].count(LIST) == 1
    assert faults.asked["come-back-later"].count(LIST) == 1, "its Retry-After is longer than a night's patience"


def test_attachments_that_fail_are_named(faults: Faults) -> None:
    found = faults.of("attachment-fails")
    assert (found.outcome, found.stored) == ("ok", 2)
    assert "a.pdf: not_found: status 404" in (found.reason or "")
    assert faults.row("attachment-fails", f"{LIST}b.doc")["reason"].startswith("not_a_document: ")


def test_lists_that_go_round_end(faults: Faults) -> None:
    looped = faults.of("pager-loop")
    assert (looped.outcome, looped.listed) == ("ok", 2)
    assert "pager: page 2 leads back" in (looped.reason or "")
    same = faults.of("same-rows")
    assert (same.outcome, same.listed) == ("ok", 2)
    assert "page 2 repeats" in (same.reason or "")
    assert len([path for path in faults.asked["same-rows"] if path.startswith(f"{LIST}?")]) == 1


@pytest.mark.parametrize(
    "name",
    ["redirect-loop", "challenge", "robots-forbid", "robots-challenge", "walls-later", "firewall", "loops-later"],
)
def test_four_requests_are_the_most_for_who_blocks_loops_or_forbids(faults: Faults, name: str) -> None:
    assert len(faults.asked[name]) + len(faults.asked_again[name]) <= 4
    assert len(faults.asked[name]) == faults.of(name).requests


def test_robots_are_obeyed(faults: Faults) -> None:
    patient = faults.of("robots-delay-for-ever")
    assert (patient.outcome, patient.failure, patient.requests) == ("refused_by_robots", False, 1)
    assert "a pause of 100000 seconds" in (patient.reason or "")
    found = faults.of("robots-forbid")
    assert (found.outcome, found.failure) == ("refused_by_robots", False)
    assert faults.asked["robots-forbid"] == ["/robots.txt"]
    assert TWO not in faults.asked["robots-forbid-one"]


@pytest.mark.parametrize("name", ["challenge", "robots-challenge", "challenge-later"])
def test_a_challenge_stops_its_host_and_is_kept(faults: Faults, name: str) -> None:
    found = faults.of(name)
    assert (found.outcome, found.failure) == ("challenge", True)
    assert "it is not solved" in (found.reason or "")
    assert TWO not in faults.asked[name]
    kept = [row for row in rows_of(faults.first, name, outcome="failed") if row["sha256"]]
    assert len(kept) == 1
    assert b"$_ts" in archive.read(faults.nights.home, kept[0]["sha256"]) or name == "challenge-later"


def test_a_challenge_is_not_tried_forever_in_one_night(faults: Faults) -> None:
    assert len(faults.asked["challenge"]) == 2
    assert len(faults.asked_again["challenge"]) == 2
    assert outcome(faults.second, "challenge").outcome == "challenge"
    assert len(faults.asked_next_night) > len(faults.asked_again["challenge"]), "the next night asks again"


def test_what_is_not_asked_says_why(faults: Faults) -> None:
    for name, words in {
        "blocked": "access is blocked",
        "retired": "status is retired",
        "public": "GONGKAI_CONTACT is not set",
    }.items():
        found = faults.of(name)
        assert (found.outcome, found.failure, found.requests) == ("skipped", False, 0)
        assert words in (found.reason or "")
        assert name == "public" or faults.asked[name] == []


def test_the_failures_of_the_summary_are_those_of_the_rows(faults: Faults) -> None:
    named = {portal.portal_id for portal in faults.first.failures}
    assert {"down", "challenge", "list-404"} <= named
    assert not named & {"good", "slow", "robots-forbid", "blocked", "other-family", "public", "soft-404"}


def test_the_second_night_knows_the_first(faults: Faults) -> None:
    changed = outcome(faults.second, "list-changes")
    assert (changed.outcome, changed.failure) == ("failed", True)
    assert (changed.reason or "").startswith("list_changed: the list had 2 reports")
    broken = outcome(faults.second, "good")
    assert (broken.outcome, broken.failure) == ("failed", True), "it answered last time"
    assert not outcome(faults.third, "good").failure, "known to be down since"
    assert outcome(faults.second, "list-404").failure, "never yet reached"


def test_a_crawl_that_crashes_is_named_with_its_log(tmp_path: Path) -> None:
    with PortalServer(GOOD) as server:
        nights = Nights(tmp_path)
        nights.declare(entry("a", server.host))
        crashed = nights.crawl(scrapy_settings={"DOWNLOADER": "spiders.nowhere.Downloader"}, loud=True)
        assert outcome(crashed, "a").failure
        assert "crashed: " in (outcome(crashed, "a").reason or "")
        assert "nowhere" in (outcome(crashed, "a").reason or "")
        assert rows_of(crashed, "a", kind="portal"), "the manifest says so too"
        assert outcome(nights.crawl(1), "a").outcome == "ok"


def test_a_crawl_that_hangs_is_ended_and_nothing_is_lost(tmp_path: Path) -> None:
    pages = GOOD | {TWO: article(title("乙局", 2025), delay_seconds=15)}
    with PortalServer(pages) as server:
        nights = Nights(tmp_path)
        nights.declare(entry("a", server.host))
        ended = run_crawl(nights.home, nights.registry, contact=None, timeout_seconds=6.0)
        found = outcome(ended, "a")
        assert (found.outcome, found.failure) == ("failed", True)
        assert (found.reason or "").startswith("timeout: ")
        assert rows_of(ended, "a", role="article", outcome="stored"), "what was fetched before counts"
        assert not list(archive.manifest_folder(nights.home).glob("*.part"))
