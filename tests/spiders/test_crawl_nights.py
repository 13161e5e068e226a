"""Whole nights against loopback portals: first, unchanged, revised, due, vanished, interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spiders import archive
from spiders.crawl import CrawlSummary
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

YEARS = "/gk/"


def flat_portal() -> dict[str, Page]:
    return {
        LIST: listing(
            row("t20260120_1.html", title("甲县", 2025)),
            row("t20260119_2.html", "甲县政府网站2025年工作年度报表"),
            extra='<script>createPageHTML(2, 0, "index", "html");</script>',
        ),
        f"{LIST}index_1.html": listing(
            row("t20250120_3.html", title("甲县", 2024), "2025-01-20"), row("P20240120.pdf", title("甲县", 2023))
        ),
        f"{LIST}t20260120_1.html": article(
            title("甲县", 2025), extra='<div class="fujian"><a href="P1.pdf">附件.pdf</a></div>'
        ),
        f"{LIST}P1.pdf": Page(b"%PDF-1.4 attachment", content_type="application/pdf", etag='"p1"'),
        f"{LIST}t20250120_3.html": article(title("甲县", 2024), extra="<i>{visits}</i>", day="2025-01-20"),
        f"{LIST}P20240120.pdf": Page(b"%PDF-1.4 report", content_type="application/pdf"),
    }


def year_portal() -> dict[str, Page]:
    return {
        YEARS: listing('<a href="2025/">2025年</a> <a href="2024/">2024年</a> <a href="/about/">关于</a>'),
        f"{YEARS}2025/": listing(row("show.asp?id=1", title("乙县", 2025)), extra='<a href="?page=2">下一页</a>'),
        f"{YEARS}2025/?page=2": listing(row("show.asp?id=2", title("乙县教育局", 2025))),
        f"{YEARS}2024/": listing(row("show.asp?id=3", "乙县政府信息公开工作年度报告（图片版）")),
        f"{YEARS}2025/show.asp?id=1": article(title("乙县", 2025), encoding="gb18030", content_type="text/html"),
        f"{YEARS}2025/show.asp?id=2": article("关于做好2025年政府信息公开工作年度报告编制的通知"),
        f"{YEARS}2024/show.asp?id=3": article(title("乙县", 2024)),
    }


class Story:
    """Several nights of two portals; the tests look at what each left behind."""

    def __init__(self, folder: Path, flat: PortalServer, years: PortalServer) -> None:
        self.nights, self.flat, self.years = Nights(folder), flat, years
        self.nights.declare(
            entry("flat", flat.host, list={"pager": {"kind": "index_n"}}),
            entry(
                "years",
                years.host,
                list={
                    "url": years.url(YEARS),
                    "entry": "year_nodes",
                    "year_link_re": r"(20\d\d)年",
                    "pager": {"kind": "next_link"},
                },
            ),
        )
        self.progress: list[tuple[str, int, int | None]] = []
        self.crawls: dict[str, CrawlSummary] = {}
        self.asked: dict[str, list[tuple[str, int]]] = {}
        self.documents_after_first: set[str] = set()

        self._night("first", 0, on_progress=lambda *said: self.progress.append(said))
        self.documents_after_first = self.documents()
        self._night("next day", 1)
        flat.pages[f"{LIST}t20260120_1.html"] = article(title("甲县", 2025), extra="<p>更正</p>")
        self._night("a week later", 8)
        flat.pages[LIST] = listing(row("t20260120_1.html", title("甲县", 2025), "2026-02-11"))
        del flat.pages[f"{LIST}t20250120_3.html"]
        self._night("row changed", 9)
        self._night("recheck", 10, recheck=True)
        self._night("one year", 11, years=[2024], recheck=True, portal_ids=["years"])

    def _night(self, name: str, day: float, **options: object) -> None:
        self.flat.forget()
        self.years.forget()
        self.crawls[name] = self.nights.crawl(day, **options)
        self.asked[name] = [(served.path, served.status) for served in self.flat.requests]
        self.asked[name + ", years"] = [(served.path, served.status) for served in self.years.requests]

    def documents(self) -> set[str]:
        folder = self.nights.home / "raw" / "documents"
        return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with PortalServer(flat_portal()) as flat, PortalServer(year_portal(), address="127.0.0.2") as years:
        yield Story(tmp_path_factory.mktemp("nights"), flat, years)


def test_the_first_night_fetches_everything_once(story: Story) -> None:
    assert story.asked["first"] == [
        ("/robots.txt", 404),
        (LIST, 200),
        (f"{LIST}index_1.html", 200),
        (f"{LIST}t20260120_1.html", 200),
        (f"{LIST}P1.pdf", 200),
        (f"{LIST}t20250120_3.html", 200),
        (f"{LIST}P20240120.pdf", 200),
    ]
    found = outcome(story.crawls["first"], "flat")
    assert (found.outcome, found.failure, found.reason) == ("ok", False, None)
    assert (found.listed, found.fetched, found.stored, found.rejected, found.requests) == (3, 4, 4, 1, 7)
    assert story.crawls["first"].failures == ()


def test_a_row_says_all_that_is_known(story: Story) -> None:
    (found,) = rows_of(story.crawls["first"], "flat", url=story.flat.url(f"{LIST}t20260120_1.html"))
    expected = {
        "role": "article", "status": 200, "title": title("甲县", 2025), "link_text": title("甲县", 2025),
        "link_date": "2026-01-20", "published_on": "2026-01-20", "content_source": "县政府办公室",
        "report_year": 2025, "parent_url": story.flat.url(LIST), "article_url": None, "declared_host": True,
        "body": "甲县人民政府", "region_code": "110101", "level": "county", "outcome": "stored", "reason": None,
    }  # fmt: skip
    assert {key: found[key] for key in expected} == expected
    assert found["headers"]["content-type"] == "text/html; charset=utf-8"
    assert found["fetched_at"].startswith("2026-02-01T18:00:0"), "the clock is --as-of"
    assert archive.read(story.nights.home, found["sha256"])[:6] == b"<html>"
    (attachment,) = rows_of(story.crawls["first"], "flat", role="attachment")
    assert attachment["article_url"] == found["url"]
    assert attachment["link_text"] == "附件.pdf"


def test_the_manifest_has_its_frame(story: Story) -> None:
    rows = list(story.crawls["first"].rows())
    assert rows[0]["kind"] == "crawl"
    assert [portal["id"] for portal in rows[0]["portals"]] == ["flat", "years"]
    assert rows[0]["options"] == {"years": None, "recheck": False}
    assert rows[-1]["kind"] == "end"
    assert {row["portal_id"] for row in rows if row["kind"] == "portal"} == {"flat", "years"}


def test_year_nodes_and_pages_are_walked(story: Story) -> None:
    found = outcome(story.crawls["first"], "years")
    assert (found.outcome, found.listed, found.stored, found.rejected) == ("ok", 3, 2, 1)
    asked = [path for path, _ in story.asked["first, years"]]
    assert asked[:5] == ["/robots.txt", YEARS, f"{YEARS}2025/", f"{YEARS}2025/?page=2", f"{YEARS}2024/"]
    (gbk,) = rows_of(story.crawls["first"], "years", url=story.years.url(f"{YEARS}2025/show.asp?id=1"))
    assert gbk["title"] == title("乙县", 2025), "GBK without any declaration"
    (bare,) = rows_of(story.crawls["first"], "years", url=story.years.url(f"{YEARS}2024/show.asp?id=3"))
    assert bare["report_year"] == 2024, "the page's own title knows the year"


def test_a_page_whose_own_title_is_a_look_alike_is_rejected_and_kept(story: Story) -> None:
    (found,) = rows_of(story.crawls["first"], "years", outcome="rejected", kind="fetch")
    assert found["reason"].startswith("notice: ")
    assert archive.read(story.nights.home, found["sha256"])


def test_progress_is_told(story: Story) -> None:
    assert story.progress[0] == ("portals", 0, 2)
    assert story.progress[-1] == ("portals", 2, 2)
    assert ("documents", 7, None) in story.progress


def test_an_unchanged_night_asks_little(story: Story) -> None:
    assert story.asked["next day"] == [("/robots.txt", 404), (LIST, 304), (f"{LIST}index_1.html", 304)]
    found = outcome(story.crawls["next day"], "flat")
    assert (found.outcome, found.listed, found.fetched, found.stored) == ("ok", 3, 0, 0)
    assert rows_of(story.crawls["next day"], "flat", kind="link") == [], "a look-alike is named once"
    assert found.rejected == 1


def test_a_young_report_is_asked_again_after_a_week(story: Story) -> None:
    asked = dict(story.asked["a week later"])
    assert asked[f"{LIST}t20260120_1.html"] == 200, "revised"
    assert f"{LIST}t20250120_3.html" not in asked, "more than 90 days old: after 30 days"
    found = outcome(story.crawls["a week later"], "flat")
    assert (found.stored, found.unchanged) == (1, 1)
    (revised,) = rows_of(story.crawls["a week later"], "flat", role="article", outcome="stored")
    assert "更正" in archive.read(story.nights.home, revised["sha256"]).decode()


def test_a_changed_row_is_reason_enough(story: Story) -> None:
    assert dict(story.asked["row changed"])[f"{LIST}t20260120_1.html"] == 304
    (found,) = rows_of(story.crawls["row changed"], "flat", role="article")
    assert (found["outcome"], found["link_date"]) == ("unchanged", "2026-02-11")
    assert found["title"] == title("甲县", 2025)
    assert found["headers"]["etag"], "the validator lives on"


def test_recheck_asks_for_every_stored_article_and_names_the_vanished(story: Story) -> None:
    asked = dict(story.asked["recheck"])
    assert asked[f"{LIST}t20250120_3.html"] == 404, "it is no longer listed, but stored"
    assert asked[f"{LIST}P20240120.pdf"] == 200
    found = outcome(story.crawls["recheck"], "flat")
    assert found.vanished == (story.flat.url(f"{LIST}t20250120_3.html"),)
    assert (found.outcome, found.failure) == ("ok", False)
    (gone,) = rows_of(story.crawls["recheck"], "flat", kind="fetch", url=found.vanished[0])
    assert (gone["outcome"], gone["status"], gone["reason"]) == ("failed", 404, "not_found: status 404")
    (same,) = rows_of(story.crawls["recheck"], "flat", url=story.flat.url(f"{LIST}P20240120.pdf"))
    assert same["outcome"] == "unchanged", "200 with the bytes that are stored already"


def test_one_year_alone(story: Story) -> None:
    asked = [path for path, _ in story.asked["one year, years"]]
    assert asked == ["/robots.txt", YEARS, f"{YEARS}2024/", f"{YEARS}2024/show.asp?id=3"]
    assert story.asked["one year"] == [], "the other portal was not selected"
    found = outcome(story.crawls["one year"], "years")
    assert (found.outcome, found.unchanged) == ("ok", 1)


def test_nothing_that_was_stored_is_lost(story: Story) -> None:
    assert story.documents_after_first <= story.documents()
    for written in archive.rows(story.nights.home):
        if written.get("sha256"):
            assert archive.read(story.nights.home, written["sha256"])


def test_a_budget_ends_the_night_and_the_next_night_goes_on(tmp_path: Path) -> None:
    pages = {LIST: listing(*(row(f"t20260120_{n}.html", title(f"甲{n}局", 2025)) for n in range(5)))}
    pages |= {f"{LIST}t20260120_{n}.html": article(title(f"甲{n}局", 2025)) for n in range(5)}
    with PortalServer(pages) as server:
        nights = Nights(tmp_path)
        nights.declare(entry("a", server.host))
        first = nights.crawl(scrapy_settings={"GONGKAI_ADDRESS_REQUESTS": 5})
        found = outcome(first, "a")
        assert (found.outcome, found.failure, found.stored, found.requests) == ("budget", False, 3, 5)
        assert (found.reason or "").startswith("budget: 5 requests")
        server.forget()
        second = nights.crawl(1)
        assert (outcome(second, "a").outcome, outcome(second, "a").stored) == ("ok", 2)
        assert server.paths()[-2:] == [f"{LIST}t20260120_3.html", f"{LIST}t20260120_4.html"]


def test_a_budget_is_spent_on_what_nobody_has(tmp_path: Path) -> None:
    names = [f"t20260120_{n}.html" for n in range(6)]
    pages = {LIST: listing(*(row(name, title(f"甲{n}局", 2025)) for n, name in enumerate(names)))}
    pages |= {f"{LIST}{name}": article(title(f"甲{n}局", 2025)) for n, name in enumerate(names)}
    pages[f"{LIST}{names[0]}"] = Page(status=500)
    budget = {"GONGKAI_ADDRESS_REQUESTS": 6}
    with PortalServer(pages) as server:
        nights = Nights(tmp_path)
        nights.declare(entry("a", server.host))
        assert outcome(nights.crawl(scrapy_settings=budget), "a").stored == 2, "the broken one was asked twice"
        server.forget()
        # Eight days later what is stored is due again, too: new ones come first, the one that only failed comes last.
        assert outcome(nights.crawl(8, scrapy_settings=budget), "a").stored == 3
        assert server.paths()[2:] == [f"{LIST}{names[n]}" for n in (3, 4, 5, 1)]
        server.forget()
        nights.crawl(9)
        assert server.paths()[2:] == [f"{LIST}{names[n]}" for n in (2, 0, 0)]


def test_a_portal_whose_articles_all_fail_is_left_alone(tmp_path: Path) -> None:
    names = [f"t20260120_{n}.html" for n in range(30)]
    pages: dict[str, Any] = {LIST: listing(*(row(name, title(f"甲{n}局", 2025)) for n, name in enumerate(names)))}
    pages |= {f"{LIST}{name}": article(title(f"甲{n}局", 2025)) for n, name in enumerate(names)}
    wall = Page("<html>稍等片刻</html>".encode())
    with PortalServer(pages) as server:
        nights = Nights(tmp_path)
        nights.declare(entry("a", server.host))
        server.pages = {LIST: pages[LIST], **{f"{LIST}{name}": wall for name in names[:20]}, f"{LIST}{names[20]}": wall}
        found = outcome(nights.crawl(), "a")
        assert (found.outcome, found.requests) == ("failed", 12), "robots.txt, the list and ten articles"
        assert "10 articles in a row failed, so the other 20 were left for another night" in (found.reason or "")
        server.pages = {**pages, **{f"{LIST}{name}": Page(status=404) for name in names[:10]}}
        server.forget()
        found = outcome(nights.crawl(1), "a")
        assert (found.outcome, found.stored) == ("ok", 20), "what failed comes last"
        assert found.reason == "10 of 30 articles failed: not_found (10)"
        server.pages = {LIST: pages[LIST], **{f"{LIST}{name}": wall for name in names}}
        for night in (9, 18, 27):
            crawl = nights.crawl(night)
            assert outcome(crawl, "a").requests == 12
            assert not rows_of(crawl, "a", kind="event"), "a wall is no proof that reports are gone"


def test_an_attachment_that_fails_for_ever_is_asked_less_and_less(tmp_path: Path) -> None:
    extra = "<p>附件：<a href='a.pdf'>a.pdf</a></p>"
    pages = {
        LIST: listing(row("t20260120_1.html", title("甲县", 2025))),
        f"{LIST}t20260120_1.html": article(title("甲县", 2025), extra=extra, day="2020-01-20"),
        f"{LIST}a.pdf": Page(b"<html>login</html>"),
    }
    asked = []
    with PortalServer(pages) as server:
        nights = Nights(tmp_path)
        nights.declare(entry("a", server.host))
        for night in range(10):
            server.forget()
            nights.crawl(night)
            asked.append(f"{LIST}a.pdf" in server.paths())
    assert [night for night, was in enumerate(asked) if was] == [0, 1, 3, 7]


def test_expectations_bind_only_what_was_verified(tmp_path: Path) -> None:
    pages = {LIST: listing(row("t20260120_1.html", title("甲县", 2024))), f"{LIST}t20260120_1.html": article("甲")}
    pages[f"{LIST}t20260120_1.html"] = article(title("甲县", 2024))
    expect = {"min_items": 3, "bodies_per_year": 2}
    with PortalServer(pages) as server:
        nights = Nights(tmp_path)
        seen = {"source": "test", "verified_on": "2026-01-01"}
        nights.declare(
            entry("hoped", server.host, expect=expect), entry("seen", server.host, expect=expect, evidence=seen)
        )
        crawl = nights.crawl()
    assert (outcome(crawl, "hoped").outcome, outcome(crawl, "hoped").failure) == ("ok", False)
    assert "expect.min_items is 3, the list shows 1" in (outcome(crawl, "hoped").reason or "")
    assert "the list shows 1 for 2024" in (outcome(crawl, "hoped").reason or "")
    assert (outcome(crawl, "seen").outcome, outcome(crawl, "seen").failure) == ("failed", True)


def test_a_crawl_of_one_year_is_no_measure_of_the_whole_list(story: Story) -> None:
    whole, limited = (outcome(story.crawls[night], "years").listed for night in ("recheck", "one year"))
    assert limited < whole
    assert archive.learn(story.nights.home).portals["years"].last_listed == whole


@pytest.mark.parametrize(("what", "asked"), [("flipped", [304, 200]), ("cut", [200]), ("gone", [200])])
def test_what_the_archive_has_lost_is_asked_for_whole(tmp_path: Path, what: str, asked: list[int]) -> None:
    address = f"{LIST}t20260120_1.html"
    pages = {LIST: listing(row("t20260120_1.html", title("甲县", 2025))), address: article(title("甲县", 2025))}
    with PortalServer(pages) as server:
        nights = Nights(tmp_path)
        nights.declare(entry("flat", server.host))
        (first,) = rows_of(nights.crawl(0), "flat", role="article")
        path = archive.document_path(nights.home, first["sha256"])
        data = path.read_bytes()
        path.unlink()
        if what != "gone":
            path.write_bytes(data[:-1] + b"?" if what == "flipped" else data[:99])
        server.forget()
        crawl = nights.crawl(1, recheck=True)
    # Where the portal says that nothing changed it is asked again, without that condition.
    assert [served.status for served in server.requests if served.path == address] == asked
    (again,) = rows_of(crawl, "flat", role="article")
    assert (again["outcome"], again["sha256"], again["status"]) == ("unchanged", first["sha256"], 200)
    assert outcome(crawl, "flat").outcome == "ok"
    assert path.read_bytes() == data
