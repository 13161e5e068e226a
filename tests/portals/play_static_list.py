"""Portals of TRS and what is written like it (families.md §2.1)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from flows.demo.server import Page
from tests.portals.columns import NAVIGATION, Column, article, framed, html, item, tagged
from tests.portals.scenario import HEADINGS

FOLDER = "/zwgk/zfxxgknb/"
PDF = Page(b"%PDF-1.4 x", content_type="application/pdf", etag="auto")


def lists(folder: str, ending: str, *suffixes: int) -> tuple[str, ...]:
    """The pages of a directory: the folder itself is page 1."""
    return (folder, *(f"{folder}index_{suffix}.{ending}" for suffix in suffixes))


def dated(folder: str, ending: str) -> Callable[[int], str]:
    return lambda year: f"{folder}{year + 1}01/t{year + 1}0120_{year}1.{ending}"


def relative(path: str) -> str:
    return f"./{path.removeprefix(FOLDER)}"


def cut(address: str, heading: str, day: str) -> str:
    """A row whose text is cut; its title attribute is whole."""
    return f'<li><a href="{address}" title="{heading}">{heading[:18]}…</a><span>{day}</span></li>'


def created(rows: str, number: int, count: int) -> str:
    script = f'<script>createPageHTML({count}, {number - 1}, "index", "html");</script>'
    return framed(f'<div id="list">{rows}</div>{script}', number, count)


def counted(rows: str, number: int, count: int) -> str:
    script = f"<script>var countPage = {count}//共几页\nvar currentPage = {number - 1};</script>"
    return framed(f"<div class='overview_right'>{rows}</div>{script}", number, count)


def from_an_element(rows: str, number: int, count: int) -> str:
    script = f"<script>createPageHTML('page_div',{count}, {number},'index','shtml',20);</script>"
    return framed(rows + script, number, count)


def beside(heading: str, day: str) -> Page:
    """The newest report has a document in a box beside the text."""
    box = '<div class="fujian">附件：<a class="fujianClass" href="./P020250120000001.pdf">年度报告.pdf</a></div>'
    body = f'<div id="zoom"><div class="TRS_Editor">{HEADINGS}</div></div>'
    return tagged(heading, day, body + (box if "2024" in heading else ""))


TRS = Column(
    lists=lists(FOLDER, "html", 1),
    path=dated(FOLDER, "html"),
    others=FOLDER + "202501/t20250118_9{}.html",
    reference=relative,
    row=cut,
    frame=created,
    article=beside,
    more={f"{FOLDER}202501/P020250120000001.pdf": PDF},
)
COUNT_PAGE = Column(
    lists=lists(FOLDER, "shtml", 1, 2),
    path=dated(FOLDER, "shtml"),
    others=FOLDER + "202501/t20250118_9{}.shtml",
    reference=relative,
    frame=counted,
    article=article(
        '<div class="view TRS_UEDITOR trs_paper_default trs_web">',
        last_modified="auto",
    ),
    page={"last_modified": "auto"},
)
REFRESH = html(
    '<html><head><meta http-equiv="refresh" content="0; url=./"></head><body>' + " " * 900 + "</body></html>"
)
REFRESHED = Column(
    lists=lists(FOLDER, "html", 1, 2),
    path=dated(FOLDER, "html"),
    others=FOLDER + "202501/t20250118_9{}.html",
    reference=relative,
    frame=lambda rows, number, count: framed(f'<ul class="rsb_con_rightUl">{rows}</ul>', number, count),
    article=article('<div class="TRS_Editor">'),
    more={f"{FOLDER}index_3.html": REFRESH},
)
STUB = html("<html><head><title>信息公开</title></head><body><!-- " + "." * 200 + " --></body></html>")
STUBBED = Column(
    lists=lists("/gknb/", "html", 1),
    path=dated("/gknb/", "html"),
    others="/gknb/202501/t20250118_9{}.html",
    article=article('<div class="trs_editor_view">'),
    more={"/gknb/index_2.html": STUB},
)
# Fujian: pages are .htm, and what is past the end is not there.
NOT_FOUND = Column(
    lists=("/zfxxgkzl/ndbg/index.htm", "/zfxxgkzl/ndbg/index_1.htm"),
    path=dated("/zfxxgkzl/ndbg/", "htm"),
    others="/zfxxgkzl/ndbg/202501/t20250118_9{}.htm",
    reference=lambda path: f".{path.removeprefix('/zfxxgkzl/ndbg')}",
    article=article('<div class="TRS_PreAppend">'),
)
# Kunming: the list says three pages, and there is no index_1. The entry need not know, whether the script tells or not.
OFF_BY_ONE = Column(
    lists=("/zfxxgkml/zfxxgkndbg/index.shtml", *(f"/zfxxgkml/zfxxgkndbg/index_{n}.shtml" for n in (2, 3))),
    path=dated("/zfxxgkml/zfxxgkndbg/", "shtml"),
    others="/zfxxgkml/zfxxgkndbg/202501/t20250118_9{}.shtml",
    frame=counted,
)
BOXED = dataclasses.replace(OFF_BY_ONE, frame=from_an_element)
OLDER = Column(
    lists=("/zwgk/zfxxgknb/",),
    path=lambda year: f"/zwgk/zfxxgknb/{year}n/t80335{year - 2010}.shtml",
    others="/zwgk/zfxxgknb/2024n/t81335{}.shtml",
)


def defined(rows: str, number: int, count: int) -> str:
    return f"<html><head><title>机关年报</title></head><body>{NAVIGATION}<dl id='list'>{rows}</dl></body></html>"


# The education ministry: one definition list with all years, titles without the body's name are other columns'.
ALL_ON_ONE = Column(
    lists=("/jyb_xxgk/xxgk/nianbao/jiguan/",),
    path=lambda year: f"/jyb_xxgk/xxgk/nianbao/jiguan/{year + 1}03/t{year + 1}0328_104{year}.html",
    others="/jyb_xxgk/xxgk/nianbao/jiguan/202501/t20250118_9{}.html",
    row=lambda address, heading, day: f'<dd><a href="{address}">{heading}</a><em>{day}</em></dd>',
    frame=defined,
    article=article('<div class="TRS_Editor">'),
)
# Hunan: the public page is a script with ?state=3; the entry declares the directory below it.
INNER = Column(
    lists=("/hnszf/xxgk/zfxxgknb/szf_97943/", "/hnszf/xxgk/zfxxgknb/szf_97943/index_1.html"),
    path=dated("/hnszf/xxgk/zfxxgknb/szf_97943/", "html"),
    others="/hnszf/xxgk/zfxxgknb/szf_97943/202501/t20250118_9{}.html",
    frame=created,
    more={"/hnszf/xxgk/zfxxgk/index.html": html('<html><body><div id="app"></div></body></html>')},
)
# A shell whose frame holds the list.
SHELL = html(f'<html><body>{NAVIGATION}<iframe src="/zwgk/nb/list.html"></iframe></body></html>')
IN_A_FRAME = Column(
    lists=("/zwgk/nb/list.html", "/zwgk/nb/list_1.html"),
    path=dated("/zwgk/nb/", "html"),
    others="/zwgk/nb/202501/t20250118_9{}.html",
    row=item,
    more={"/zwgk/zfxxgk/nb.html": SHELL},
)
BY_NUMBER = {"kind": "index_n"}

SCENARIOS = [
    TRS.scenario(
        "trs",
        ("trs_index_n", "trs_attachment", "attachment_beside", "utf8_meta_tags", "title_attribute",
         "look_alikes", "etag"),
        BY_NUMBER,
        [f"{FOLDER}202501/P020250120000001.pdf"],
    ),
    COUNT_PAGE.scenario("trs-count-page", ("trs_count_page", "last_modified"), BY_NUMBER),
    REFRESHED.scenario("trs-refresh", ("trs_refresh_past_end",), BY_NUMBER),
    STUBBED.scenario("trs-stub", ("trs_stub_past_end",), BY_NUMBER),
    NOT_FOUND.scenario("trs-404", ("trs_404_past_end",), BY_NUMBER),
    OFF_BY_ONE.scenario("trs-off-by-one", ("trs_off_by_one",), BY_NUMBER),
    BOXED.scenario("trs-boxed", ("trs_off_by_one",), BY_NUMBER),
    OLDER.scenario("trs-older", ("trs_older_ids",)),
    ALL_ON_ONE.scenario("moe", ("all_on_one_page",)),
    INNER.scenario("spa-inner", ("spa_inner_directory",), BY_NUMBER),
    IN_A_FRAME.scenario(
        "in-a-frame", ("list_in_frame",), BY_NUMBER, listed={"url": "/zwgk/zfxxgk/nb.html"}
    ),
]  # fmt: skip
