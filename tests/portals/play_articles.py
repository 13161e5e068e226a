"""What articles of any family may look like, and how servers of any family may behave (families.md §1.1 to §1.5)."""

from __future__ import annotations

from typing import Any

from flows.demo.server import Answering, Asked, Page
from tests.portals.columns import NAVIGATION, Column, article, framed, html, tagged
from tests.portals.scenario import HEADINGS, Pages

BY_NUMBER = {"kind": "index_n"}
FOLDER = "/zwgk/zfxxgknb/"
PICTURE = Page(b"\xff\xd8\xff\xe0 page", content_type="image/jpeg", etag="auto")
DOCUMENT = Page(b"%PDF-1.4 v", content_type="application/pdf", etag="auto")


def path(year: int) -> str:
    return f"{FOLDER}{year + 1}01/t{year + 1}0120_{year}1.html"


def column(**more: Any) -> Column:
    lists = (FOLDER, f"{FOLDER}index_1.html")
    return Column(lists=lists, path=path, others=FOLDER + "202501/t20250118_9{}.html", **more)


def of_pictures(heading: str, day: str) -> Page:
    """The report of 2022 is three scanned pages among ornaments; the others have tables, and a photograph."""
    if "2022" not in heading:
        return tagged(heading, day, f'<div id="zoom"><img src="./W020.jpg">{HEADINGS}</div>')
    pages = "".join(f'<p align="center"><img src="./W02023012{number}.jpg" width="800"></p>' for number in (1, 2, 3))
    ornament = '<img src="/images/icon_print.png"><img src="qr.png" width="90" height="90">'
    return tagged(f"{heading}（图片版）", day, f'<div id="zoom">{pages}{ornament}</div>')


PICTURES = tuple(f"{FOLDER}202301/W02023012{number}.jpg" for number in (1, 2, 3))


def in_viewers(heading: str, day: str) -> Page:
    """Two viewers: one names its document in an attribute, one in the query of its frame."""
    viewer = {
        "2024": '<div id="pdfshow" data-value="/files/2024.pdf"></div>',
        "2022": '<iframe src="/pdfjs/web/viewer.html?file=%2Ffiles%2F2022.pdf"></iframe>',
    }
    shown = next((mark for year, mark in viewer.items() if year in heading), HEADINGS)
    return tagged(heading, day, f'<div id="zoom"><p>{heading}</p>{shown}</div>')


def mixed(heading: str, day: str) -> Page:
    """A report whose text says nothing of itself: the title stands in a heading, the source in a line."""
    body = f"<h2 class='artT'>{heading}</h2><div class='art_infos'>发布日期：{day} 来源：县政府办公室</div>"
    text = f"<div class='wzcon'>{HEADINGS}</div>"
    return html(f"<html><head><title>甲县</title></head><body>{NAVIGATION}{body}{text}</body></html>")


def counting(heading: str, day: str) -> Page:
    return tagged(heading, day, f'<div id="zoom">{HEADINGS}</div><p>浏览次数：{{visits}}</p>', etag="")


def counting_list(rows: str, number: int, count: int) -> str:
    return framed(f"{rows}<li>浏览次数：{{visits}}</li>", number, count)


def _behind_a_cookie(page: Page, where: str) -> Answering:
    """The page, once the cookie comes back that a redirect to itself sets."""

    def answer(asked: Asked) -> Page:
        if "CT6T=1" in asked.headers.get("cookie", ""):
            return page
        return Page(redirect=where, headers={"Set-Cookie": "CT6T=1; path=/"})

    return answer


def walled(host: str, removed: str | None) -> Pages:
    pages = column().pages(host, removed)
    return {where: _behind_a_cookie(page, where) for where, page in pages.items() if isinstance(page, Page)}


SCENARIOS = [
    column(article=of_pictures, more={**dict.fromkeys(PICTURES, PICTURE), f"{FOLDER}202301/qr.png": PICTURE}).scenario(
        "pictures", ("images_only",), BY_NUMBER, PICTURES
    ),
    column(article=in_viewers, more={"/files/2024.pdf": DOCUMENT, "/files/2022.pdf": DOCUMENT}).scenario(
        "viewers", ("attachment_viewer",), BY_NUMBER, ("/files/2024.pdf", "/files/2022.pdf")
    ),
    column(article=mixed).scenario("no-tags", ("no_meta_tags",), BY_NUMBER),
    column(article=counting, frame=counting_list, page={"etag": ""}).scenario(
        "counter", ("visit_counter",), BY_NUMBER, restless=True
    ),
    column(article=article('<div id="zoom">')).scenario(
        "cookie", ("cookie_redirect",), BY_NUMBER, pages=walled, cookie_wall=True
    ),
]
