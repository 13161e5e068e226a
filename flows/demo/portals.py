"""The three portals of the demo: list pages, year nodes, look-alikes, and their registry entries.

The city's portal is one flat list over several pages and answers conditional requests; the county's has a
page a year, speaks GBK and shows a visit counter on every page, so its bytes differ at every visit; the
development zone's is a Hanweb column whose list stands in a script, its newest reports are Word documents.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from flows.demo import hanweb_pages
from flows.demo.figures import YEARS
from flows.demo.reports import (
    AS_WORD,
    CITY_PORTAL,
    COUNTY_PORTAL,
    ZONE_PORTAL,
    Report,
    article,
    body,
    page,
    reports,
)
from flows.demo.server import Answering, Page
from flows.demo.word import MEDIA_TYPE, word_document

ITEMS_A_PAGE = 14
CITY_LIST = "/zwgk/zfxxgknb/"
COUNTY_LIST = "/zwgk/gknb/"
ZONE_COLUMN, ZONE_UNIT, ZONE_SITE = "1229001", "4467021", "望溪经济开发区"
ZONE_ITEMS_A_PAGE = 4
NOTICE = '<div class="footer">演示站点：机构、地名与数字均为虚构。</div>'


@dataclass(frozen=True)
class Item:
    """One line of a list: address relative to the list, title, date, and the page behind it."""

    href: str
    title: str
    day: str
    html: str


# What stands in the same columns and is no such report: title, source, day, first words.
CITY_LOOK_ALIKES = (
    (
        "云泽市政府网站2024年工作年度报表",
        "云泽市人民政府办公室",
        "2025-01-15",
        "网站全年更新栏目信息情况如下。",
    ),
    (
        "一图读懂：云泽市人民政府2023年政府信息公开工作年度报告",
        "云泽市人民政府办公室",
        "2024-04-02",
        "请看图。",
    ),
    ("云泽市2022年法治政府建设年度报告", "云泽市司法局", "2023-03-20", "现将法治政府建设情况报告如下。"),
    (
        "关于做好2021年政府信息公开工作年度报告编制工作的通知",
        "云泽市人民政府办公室",
        "2021-12-20",
        "请各单位按时报送。",
    ),
)
COUNTY_LOOK_ALIKES = (
    ("望溪县人民政府网站2023年工作年度报表", "望溪县人民政府办公室", "2024-01-12", "网站运行情况如下。"),
    ("望溪县2021年法治政府建设年度报告", "望溪县司法局", "2022-03-05", "现将有关情况报告如下。"),
)
ZONE_LOOK_ALIKES = (
    (
        "望溪经济开发区网站2022年工作年度报表",
        "望溪经济开发区管理委员会",
        "2023-01-09",
        "网站运行情况如下。",
    ),
)


def pages(portal_id: str, edition: int, visits: int) -> Mapping[str, Page | Answering]:
    """Every page of a portal by path; ``edition`` 2 has the revised report, ``visits`` is on the counters."""
    if portal_id == CITY_PORTAL:
        return _city(edition)
    return _county(edition, visits) if portal_id == COUNTY_PORTAL else _zone(edition)


def registry(hosts: Mapping[str, str]) -> str:
    """The registry file (YAML) of all portals; ``hosts`` gives each portal's ``host:port``."""
    city = _entry(
        CITY_PORTAL,
        hosts,
        "990100",
        "city",
        {"entry": "flat", "url": CITY_LIST, "pager": {"kind": "index_n"}},
    )
    county = _entry(
        COUNTY_PORTAL,
        hosts,
        "990121",
        "county",
        {"entry": "year_nodes", "url": COUNTY_LIST, "year_link_re": r"^(20\d\d)年$"},
    )
    zone = _entry(
        ZONE_PORTAL,
        hosts,
        "990121",
        "zone",
        {"entry": "flat", "url": hanweb_pages.column_path(ZONE_COLUMN), "pager": {"kind": "nextgroup"}},
        family="hanweb",
    )
    opening = "# Written by `gongkai demo`: three sample portals on this machine. Addresses change with the ports.\n"
    return opening + yaml.safe_dump([city, county, zone], allow_unicode=True, sort_keys=False)


def _entry(
    portal_id: str,
    hosts: Mapping[str, str],
    region_code: str,
    level: str,
    listing: Mapping[str, object],
    family: str = "static_list",
) -> dict[str, object]:
    return {
        "id": portal_id,
        "body": None,
        "region_code": region_code,
        "level": level,
        "family": family,
        "hosts": [hosts[portal_id]],
        "local": True,
        "list": {**listing, "url": f"http://{hosts[portal_id]}{listing['url']}"},
        "expect": {"first_year": YEARS[0]},
        "politeness": {"delay_seconds": 0.0},
        "evidence": {"source": "invented for the demo", "verified_on": None},
    }


def _city(edition: int) -> dict[str, Page | Answering]:
    def encode(html: str) -> Page:
        return Page(html.encode("utf-8"), etag="auto")

    items = [
        _report_item(report, edition, NOTICE, "utf-8", number) for number, report in enumerate(reports(CITY_PORTAL))
    ]
    items += _look_alikes(CITY_LOOK_ALIKES, "utf-8", NOTICE)
    items.sort(key=lambda item: item.day, reverse=True)
    found: dict[str, Page | Answering] = {CITY_LIST + item.href[2:]: encode(item.html) for item in items}
    batches = [items[start : start + ITEMS_A_PAGE] for start in range(0, len(items), ITEMS_A_PAGE)]
    for number, batch in enumerate(batches):
        name = "index.html" if number == 0 else f"index_{number}.html"
        pager = f'createPageHTML({len(batches)}, {number}, "index", "html");'
        script = f"<script>var countPage = {len(batches)}; {pager}</script>"
        found[CITY_LIST + name] = encode(_list_page("云泽市人民政府", batch, script, "utf-8"))
    found[CITY_LIST] = found[CITY_LIST + "index.html"]
    return found


def _county(edition: int, visits: int) -> dict[str, Page | Answering]:
    def encode(html: str) -> Page:
        return Page(html.encode("gb18030"), content_type="text/html")

    counter = f'<div class="hits">浏览次数：{visits}</div>{NOTICE}'
    items = [_report_item(report, edition, counter, "gb2312", n) for n, report in enumerate(reports(COUNTY_PORTAL))]
    items += _look_alikes(COUNTY_LOOK_ALIKES, "gb2312", counter)
    found: dict[str, Page | Answering] = {}
    for year in YEARS:
        folder = f"{COUNTY_LIST}{year}n/"
        # A year's column holds what was published about that year, which is the year after.
        mine = sorted((i for i in items if i.day.startswith(str(year + 1))), key=lambda item: item.day, reverse=True)
        found[folder] = found[folder + "index.html"] = encode(_list_page("望溪县人民政府", mine, "", "gb2312"))
        found.update({folder + item.href[2:]: encode(item.html) for item in mine})
    links = "\n".join(f'<li><a href="./{year}n/">{year}年</a></li>' for year in reversed(YEARS))
    navigation = f'<ul class="years">\n{links}\n</ul>'
    found[COUNTY_LIST] = found[COUNTY_LIST + "index.html"] = encode(_column("望溪县人民政府", navigation, "gb2312"))
    return found


def _zone(edition: int) -> dict[str, Page | Answering]:
    found: dict[str, Page | Answering] = {}
    records = []

    def add(number: int, title: str, day: str, source: str, text: str, attachment: str = "") -> None:
        href = hanweb_pages.article_path(ZONE_COLUMN, day, number)
        html = hanweb_pages.article_page(
            title, day, source, text, attachment=attachment, label=f"{title}.docx", note=NOTICE, site=ZONE_SITE
        )
        records.append(hanweb_pages.Record(href, title, day))
        found[href] = Page(html.encode("utf-8"), etag="auto")

    for number, report in enumerate(reports(ZONE_PORTAL), start=7001):
        title, day, name = report.title, str(report.published_on), report.agency.name
        if (report.agency.key, report.year) not in AS_WORD:
            add(number, title, day, name, body(report, edition))
            continue
        # Downloads are named by digits that say nothing; what they are shows in their bytes.
        attachment = f"{hashlib.sha256(title.encode()).hexdigest()[:32]}.docx"
        add(number, title, day, name, f"<p>现公布{title}，全文见附件。</p>", attachment)
        document = word_document(title, body(report, edition))
        sent_as = {"Content-Disposition": f'attachment; filename="{attachment}"'}
        answer = Page(document, content_type=MEDIA_TYPE, headers=sent_as, etag="auto")
        found[hanweb_pages.download_path(attachment)] = answer
    for number, (title, source, day, words) in enumerate(ZONE_LOOK_ALIKES, start=9001):
        add(number, title, day, source, f"<p>{words}</p>")
    newest_first = tuple(sorted(records, key=lambda record: record.day, reverse=True))
    column = hanweb_pages.Column(
        ZONE_COLUMN, ZONE_UNIT, newest_first, webname=ZONE_SITE, per_page=ZONE_ITEMS_A_PAGE, note=NOTICE
    )
    return found | hanweb_pages.jpage_pages([column])


def _report_item(report: Report, edition: int, chrome: str, charset: str, number: int) -> Item:
    return Item(
        _href(str(report.published_on), 1000 + number),
        report.title,
        str(report.published_on),
        page(report, edition, chrome, charset),
    )


def _look_alikes(pages_of: tuple[tuple[str, str, str, str], ...], charset: str, chrome: str) -> list[Item]:
    return [
        Item(
            _href(day, 5000 + number),
            title,
            day,
            article(
                title=title,
                published=day,
                source=source,
                body=f"<p>{words}</p>",
                chrome=chrome,
                charset=charset,
            ),
        )
        for number, (title, source, day, words) in enumerate(pages_of)
    ]


def _href(day: str, number: int) -> str:
    digits = day.replace("-", "")
    return f"./{digits[:6]}/t{digits}_{number}.html"


def _list_page(site: str, items: list[Item], script: str, charset: str) -> str:
    lines = "\n".join(
        f'<li><a href="{item.href}" title="{item.title}">{_shortened(item.title)}</a><span>{item.day}</span></li>'
        for item in items
    )
    return _column(site, f'<ul id="list">\n{lines}\n</ul>\n{script}', charset)


def _column(site: str, inside: str, charset: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="{charset}">
<title>政府信息公开年报_{site}</title>
<meta name="SiteName" content="{site}">
<meta name="ColumnName" content="政府信息公开年报">
<meta name="ColumnType" content="信息公开">
</head><body>
<div class="nav"><a href="/">首页</a> 政府信息公开年报</div>
{inside}
{NOTICE}
</body></html>
"""


def _shortened(title: str) -> str:
    """Lists cut long titles; the whole one stands in the attribute."""
    return title if len(title) <= 26 else title[:24] + "…"
