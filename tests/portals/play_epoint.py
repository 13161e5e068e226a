"""Portals of 新点: lists that are JSON asked for by POST (families.md §2.10)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from flows.demo.server import Answering, Asked, Page
from tests.portals.scenario import HEADINGS, Pages, Scenario, title

GUID = "11111111-2222-3333-4444-555555555555"
LIST = "/dynamic/zwgk/govInfoPub.html?categorynum=003001003&deptcode=033"


def name_of(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def list_page(extra: str = "") -> Page:
    """The page of the list: navigation and an empty place that a script fills."""
    return Page(
        f"""<html><head><title>政府信息公开年报</title><script src="/js/webBuilderCommon.js"></script></head><body>
        <ul class="ewb-nav"><li><a href="/dynamic/zwgk/govInfoPub.html?categorynum=003001001">指南</a></li>
        <li><a href="{LIST}">年报</a></li></ul><div class="ewb-list" id="data"></div>
        {extra}</body></html>""".encode(),
        etag="auto",
    )


def site_script(project: str) -> Page:
    said = {"siteName": "庚市人民政府", "siteGuid": GUID, "projectName": project, "isHttps": "0"}
    text = f"var siteInfo = {json.dumps(said, ensure_ascii=False)};\nfunction getCookie(name){{return null;}}"
    return Page(text.encode(), content_type="application/javascript", etag="auto")


def answering(rows: list[dict[str, Any]], wanted: Mapping[str, Any], *, first: int = 0, wrapped: bool = False,
              total_as: type = int) -> Answering:  # fmt: skip
    """The action: rows for those that ask as it wants, its own error for others."""

    def answer(asked: Asked) -> Page:
        said = json.loads(asked.posted) if asked.method == "POST" else {}
        said = said.get("params", {}) if wrapped else said
        if "application/json" not in asked.headers.get("content-type", "") or any(
            said.get(name) != value for name, value in wanted.items()
        ):
            return reply({"custom": {}, "status": {"code": 0, "text": "参数错误"}})
        # Below its first page the server answers with the first.
        begin = max(0, said["pageIndex"] - first) * said["pageSize"]
        part = rows[begin : begin + said["pageSize"]]
        return reply({"custom": {"total": total_as(len(rows)), "data": part}, "status": {"code": 1, "text": ""}})

    return answer


def reply(said: Any) -> Page:
    return Page(json.dumps(said, ensure_ascii=False).encode(), content_type="application/json;charset=UTF-8")


def article(heading: str, day: str, *, tagged: bool) -> Page:
    tags = f'<meta name="ArticleTitle" content="{heading}"><meta name="PubDate" content="{day} 09:00">'
    return Page(
        f"""<html><head><title>{heading}</title>{tags if tagged else ""}</head><body>
        <div class="ewb-article"><h3 class="article-title">{heading}</h3><div class="info">发布日期：{day}</div>
        <div id="mainContent" class="epoint-article-content">{HEADINGS}</div></div></body></html>""".encode(),
        etag="auto" if tagged else "",
    )


YEARS = tuple(range(2008, 2025))


def address(year: int) -> str:
    return f"/govxxgk/LY/{year + 1}-03-05/{name_of(str(year))}.html?deptcode=033"


def city(host: str, removed: str | None) -> Pages:
    """Seventeen reports and two look-alikes, fifteen a page from page 0; titles are cut to the width of the list."""
    shown = {address(year): year for year in reversed(YEARS) if address(year) != removed}
    rows: list[dict[str, Any]] = [
        {"infourl": path, "title": title("庚市人民政府", year)[:9] + "...", "realtitle": title("庚市人民政府", year),
         "infodate": f"{year + 1}-03-05", "deptcode": "033", "infoid": name_of(path)}
        for path, year in shown.items()
    ]  # fmt: skip
    returns = {"infourl": f"/govxxgk/LY/2025-01-20/{name_of('a')}.html", "realtitle": "庚市政府网站2024年工作年度报表"}
    elsewhere = {"infourl": f"http://www.other.test/{name_of('b')}.html", "realtitle": title("庚市教育局", 2010)}
    rows.insert(1, {**returns, "infodate": "2025-01-20"})
    rows.insert(16, {**elsewhere, "infodate": None})
    wanted = {"deptcode": "033", "categorynum": "003001003", "siteGuid": GUID}
    return {
        LIST: list_page(),
        "/js/webBuilderCommon.js": site_script("/EWB-FRONT"),
        "/EWB-FRONT/rest/lightfrontaction/getgovinfolist": answering(rows, wanted),
        **{
            path: article(title("庚市人民政府", year), f"{year + 1}-03-05", tagged=True) for path, year in shown.items()
        },
    }


WRAPPED_YEARS = (2024, 2023, 2022)


def wrapped_address(year: int) -> str:
    return f"/zw/001001/001001003/{year + 1}0125/{name_of(f'yk{year}')}.html"


def wrapped(host: str, removed: str | None) -> Pages:
    """Parameters wrapped in `params`, the total as text, a project of its own, addresses without a beginning."""
    shown = {wrapped_address(year): year for year in WRAPPED_YEARS if wrapped_address(year) != removed}
    rows: list[dict[str, Any]] = [
        {"infourl": path[1:], "title": title("营口市人民政府", year), "realtitle": "", "infodate": f"{year + 1}-01-25"}
        for path, year in shown.items()
    ]
    wanted = {"deptcode": "", "categorynum": "001001003", "siteGuid": GUID}
    return {
        "/dynamic/zw/openlist.html?categorynum=001001003": list_page(),
        "/js/webBuilderCommon.js": site_script("EWB_YK_Mid"),
        "/EWB_YK_Mid/rest/lightfrontaction/getgovinfolist": answering(rows, wanted, wrapped=True, total_as=str),
        **{path: article(title("营口市人民政府", year), f"{year + 1}-01-25", tagged=False)
           for path, year in shown.items()},
    }  # fmt: skip


def one_address(number: int) -> str:
    return f"/zwgk/002005/20250120/{name_of(f'one{number}')}.html"


def from_one(host: str, removed: str | None) -> Pages:
    """A server that counts pages from 1, so that 0 is the same; the column stands in a script of the page."""
    shown = {one_address(number): f"辛市第{number}局" for number in range(1, 9) if one_address(number) != removed}
    rows: list[dict[str, Any]] = [
        {"infourl": path, "title": title(name, 2024), "infodate": "2025-01-20 00:00:00"} for path, name in shown.items()
    ]
    wanted = {"categorynum": "002005", "siteGuid": GUID, "pageSize": 3}
    return {
        "/zwgk/002005/zfxxgk.html": list_page("<script>var categorynum = '002005';</script>"),
        "/EWB-FRONT/rest/lightfrontaction/getgovinfolist": answering(rows, wanted, first=1),
        **{path: article(title(name, 2024), "2025-01-20", tagged=False) for path, name in shown.items()},
    }


SCENARIOS = [
    Scenario(
        name="epoint",
        family="epoint",
        quirks=("flat", "look_alikes", "epoint_post_json", "epoint_realtitle", "epoint_site_info"),
        pages=city,
        listed={"url": LIST, "params": {"siteGuid": GUID}},
        reports=tuple(map(address, YEARS)),
        revised=address(2020),
        removed=address(2015),
    ),
    Scenario(
        name="epoint-wrapped",
        family="epoint",
        quirks=("flat", "no_meta_tags", "epoint_wrapped"),
        pages=wrapped,
        listed={"url": "/dynamic/zw/openlist.html?categorynum=001001003",
                "params": {"siteGuid": GUID, "wrapped": "true"}},
        reports=tuple(map(wrapped_address, WRAPPED_YEARS)),
        revised=wrapped_address(2023),
        removed=wrapped_address(2022),
    ),
    Scenario(
        name="epoint-from-one",
        family="epoint",
        quirks=("flat", "epoint_post_json", "epoint_counts_from_one"),
        pages=from_one,
        listed={"url": "/zwgk/002005/zfxxgk.html", "params": {"siteGuid": GUID, "perpage": "3"}},
        reports=tuple(map(one_address, range(1, 9))),
        revised=one_address(5),
        removed=one_address(8),
    ),
    Scenario(
        name="epoint-auto",
        family="auto",
        quirks=("auto_sniffs", "epoint_site_info"),
        pages=city,
        listed={"url": LIST},
        reports=tuple(map(address, YEARS)),
        revised=address(2013),
        removed=address(2011),
    ),
]  # fmt: skip
