"""Change as data: what is missing, moved or back, and lists that are no longer what they were."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

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

NAMES = ("甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸", "子", "丑")
COLUMN = '<meta name="ColumnName" content="{}">'


def portal(
    count: int, *, without: tuple[int, ...] = (), gone: tuple[int, ...] = (), column: str = ""
) -> dict[str, Page]:
    """So many reports; some are not listed, of some the page is gone."""
    address = f"{LIST}202501/t20250120_{{}}.html"
    shown = [row(address.format(n), title(f"{NAMES[n]}局", 2024)) for n in range(count) if n not in without]
    pages = {address.format(n): article(title(f"{NAMES[n]}局", 2024)) for n in range(count) if n not in gone}
    return {LIST: listing(*shown, extra=COLUMN.format(column) if column else ""), **pages}


def moved(count: int) -> dict[str, Page]:
    """The first report stands at another address."""
    pages = portal(count, without=(0,), gone=(0,))
    new = "/new/t20250120_77.html"
    rows = [row(new, title("甲局", 2024))] + [
        row(f"{LIST}202501/t20250120_{n}.html", title(f"{NAMES[n]}局", 2024)) for n in range(1, count)
    ]
    return {**pages, LIST: listing(*rows), new: article(title("甲局", 2024))}


# What each portal shows from the second night on, and from the sixth.
STORIES = {
    "vanished": (portal(4), portal(4, without=(0,), gone=(0,)), portal(4)),
    "unlisted": (portal(4), portal(4, without=(0,)), portal(4, without=(0,), gone=(0,))),
    "moved": (portal(4), moved(4), moved(4)),
    "listed-but-gone": (portal(4), portal(4, gone=(0,)), portal(4, gone=(0,))),
    "shrunk": (portal(12), portal(4), portal(4)),
    "shrunk-and-right": (portal(12), portal(4), portal(4)),
    "renamed": (portal(4, column="政府信息公开年报"), portal(4, column="通知公告"), portal(4, column="年度报告")),
    "emptied": (portal(4), {LIST: listing()}, portal(4)),
}  # fmt: skip
MORE = {"shrunk-and-right": {"expect": {"min_items": 4}}}


class Story:
    """Nights one to seven of all portals; the third is a second run of the second."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        nights = Nights(folder)
        servers = {
            name: stack.enter_context(PortalServer(address=f"127.0.0.{n}")) for n, name in enumerate(STORIES, 30)
        }
        nights.declare(*(entry(name, server.host, **MORE.get(name, {})) for name, server in servers.items()))
        self.crawls: list[CrawlSummary] = []
        for day, edition, recheck in ((0, 0, 0), (1, 1, 1), (1.1, 1, 1), (2, 1, 1), (3, 1, 1), (4, 2, 1), (5, 2, 1)):
            for name, server in servers.items():
                server.pages = dict(STORIES[name][edition])
            self.crawls.append(nights.crawl(day, recheck=bool(recheck)))

    def events(self, name: str) -> list[tuple[int, str]]:
        return [
            (number, found["event"])
            for number, summary in enumerate(self.crawls)
            for found in rows_of(summary, name, kind="event")
        ]

    def sightings(self, name: str) -> list[tuple[int, bool]]:
        return [
            (number, found["seen"])
            for number, summary in enumerate(self.crawls)
            for found in rows_of(summary, name, kind="sighting")
        ]

    def reason(self, night: int, name: str) -> str | None:
        found = outcome(self.crawls[night], name)
        return found.reason if found.outcome == "failed" else None


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with contextlib.ExitStack() as stack:
        yield Story(tmp_path_factory.mktemp("changes"), stack)


def test_two_nights_make_an_event_and_two_runs_of_one_night_do_not(story: Story) -> None:
    assert story.events("vanished") == [(3, "vanished"), (5, "returned")]
    # The second run of a night is no second look, and what is known to be gone is no row every night.
    assert story.sightings("vanished") == [(1, False), (3, False), (5, True)]


def test_a_list_may_drop_a_report_whose_page_still_answers(story: Story) -> None:
    assert story.events("unlisted") == [(3, "unlisted"), (5, "vanished")]


def test_a_report_that_stands_elsewhere_has_moved(story: Story) -> None:
    assert story.events("moved") == [(3, "moved")]
    (found,) = rows_of(story.crawls[3], "moved", kind="event")
    assert found["moved_to"].endswith("/new/t20250120_77.html")
    assert found["report_year"] == 2024


def test_a_page_that_is_gone_counts_though_the_list_names_it(story: Story) -> None:
    assert story.events("listed-but-gone") == [(3, "vanished")]


def test_a_list_that_lost_most_of_its_rows_fails_and_judges_nothing(story: Story) -> None:
    assert "had 12 reports before and shows 4 now" in (story.reason(1, "shrunk") or "")
    assert outcome(story.crawls[1], "shrunk").failure
    assert story.events("shrunk") == []
    # The entry may say that so few are right.
    assert story.reason(1, "shrunk-and-right") is None
    assert [event for _, event in story.events("shrunk-and-right")] == ["vanished"] * 8


def test_a_column_of_another_name_fails(story: Story) -> None:
    assert "was called 政府信息公开年报 and is called 通知公告 now" in (story.reason(1, "renamed") or "")
    assert story.reason(5, "renamed") is None, "a name of these reports is no drift"


def test_a_list_that_is_empty_fails_and_judges_nothing(story: Story) -> None:
    assert "had 4 reports before and shows none now" in (story.reason(1, "emptied") or "")
    assert story.events("emptied") == []
    assert story.reason(5, "emptied") is None
