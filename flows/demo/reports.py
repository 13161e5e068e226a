"""The forty-eight reports of the demo as pages, and the few things that are wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flows.demo import tables
from flows.demo.figures import LAST_F2019_YEAR, YEARS, history, printed

CITY_PORTAL = "demo-990100-yunze"
COUNTY_PORTAL = "demo-990121-wangxi"
ZONE_PORTAL = "demo-990121-wangxi-kfq"
PORTALS = (CITY_PORTAL, COUNTY_PORTAL, ZONE_PORTAL)


@dataclass(frozen=True)
class Agency:
    """An invented agency: key of its figures, name in titles, portal, (month, day) of publication."""

    key: str
    name: str
    name_en: str
    portal_id: str
    published: tuple[int, int]


AGENCIES = (
    Agency("city", "云泽市人民政府", "Yunze city government", CITY_PORTAL, (3, 27)),
    Agency("office", "云泽市人民政府办公室", "its general office", CITY_PORTAL, (1, 29)),
    Agency("land", "云泽市自然资源局", "its planning and land bureau", CITY_PORTAL, (1, 24)),
    Agency("market", "云泽市市场监督管理局", "its market regulator", CITY_PORTAL, (1, 26)),
    Agency("ecology", "云泽市生态环境局", "its environment bureau", CITY_PORTAL, (1, 22)),
    Agency("county", "望溪县人民政府", "Wangxi county government", COUNTY_PORTAL, (3, 11)),
    Agency("town", "望溪县柳湾镇人民政府", "Liuwan town", COUNTY_PORTAL, (1, 18)),
    Agency("zone", "望溪经济开发区管理委员会", "Wangxi development zone", ZONE_PORTAL, (2, 8)),
)

# One report contradicts itself: a digit too many in one cell, carried into the row's total but not into the
# column's. It makes the market regulator look like the one that refuses most.
CONTRADICTORY = ("market", 2023)
# One report leaves its zeros blank; the printed sums show that nothing is missing.
WITH_BLANKS = ("town", 2020)
# One report is corrected at its address before the demo is run again.
REVISED = ("ecology", 2024)
# Two reports hang as Word documents on pages that say no more than that.
AS_WORD = (("zone", 2023), ("zone", 2024))


@dataclass(frozen=True)
class Report:
    """One report page: whose, for which year, under which title, published when."""

    agency: Agency
    year: int

    @property
    def title(self) -> str:
        return f"{self.agency.name}{self.year}年政府信息公开工作年度报告"

    @property
    def published_on(self) -> date:
        return date(self.year + 1, *self.agency.published)

    def texts(self, edition: int) -> dict[str, str]:
        """What every cell prints, by PATH; ``edition`` 2 is what the portals show after the first night."""
        cells = dict(history(self.agency.key)[self.year])
        subject = (self.agency.key, self.year)
        if subject == REVISED and edition > 1:
            # The bureau found that four grants had really been refusals for the sake of third parties.
            for applicant in ("natural_person", "total"):
                cells[f"application.granted.{applicant}"] -= 4
                cells[f"application.refused_third_party.{applicant}"] += 4
        texts = printed(cells.items())
        if subject == CONTRADICTORY:
            slip = "application.refused_process_info"
            wrong = int("9" + texts[f"{slip}.natural_person"])
            more = wrong - int(texts[f"{slip}.natural_person"])
            texts[f"{slip}.total"] = str(int(texts[f"{slip}.total"]) + more)
            texts[f"{slip}.natural_person"] = str(wrong)
        if subject == WITH_BLANKS:
            texts = {
                path: "" if text == "0" and path.startswith("application.") and _is_outcome(path) else text
                for path, text in texts.items()
            }
        return texts


def reports(portal_id: str) -> list[Report]:
    """The reports on a portal, newest first as its list shows them."""
    mine = [Report(agency, year) for agency in AGENCIES if agency.portal_id == portal_id for year in YEARS]
    return sorted(mine, key=lambda report: report.published_on, reverse=True)


def page(report: Report, edition: int, chrome: str, charset: str) -> str:
    """The whole page of a report as TRS-style portals lay it out; ``chrome`` stands below the report."""
    return article(
        title=report.title,
        published=f"{report.published_on} 10:{report.year % 60:02d}",
        source=report.agency.name,
        body=body(report, edition),
        chrome=chrome,
        charset=charset,
    )


def article(*, title: str, published: str, source: str, body: str, chrome: str, charset: str) -> str:
    """An article page with the meta tags of government portals."""
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="{charset}">
<title>{title}_{source}</title>
<meta name="ArticleTitle" content="{title}">
<meta name="PubDate" content="{published}">
<meta name="ContentSource" content="{source}">
</head><body>
<div class="position">首页 &gt; 政务公开 &gt; 政府信息公开年报</div>
<h1>{title}</h1>
<div id="zoom"><div class="TRS_Editor">
{body}
</div></div>
{chrome}
</body></html>
"""


def body(report: Report, edition: int) -> str:
    """The text of a report with its tables, as HTML."""
    texts = report.texts(edition)
    year, name = report.year, report.agency.name
    total = "application.{}.total"
    received, carried_in = texts[total.format("received_new")], texts[total.format("carried_in")]
    handled, carried_out = texts[total.format("outcome_total")], texts[total.format("carried_out")]
    granted, partial = texts[total.format("granted")] or "0", texts[total.format("partial")] or "0"
    reviews = texts["litigation.review.total"]
    suits = int(texts["litigation.suit_direct.total"]) + int(texts["litigation.suit_after_review.total"])
    made = texts["disclosure.normative_newly_made" if year <= LAST_F2019_YEAR else "disclosure.normative_made"]
    paragraphs = (
        f"根据《中华人民共和国政府信息公开条例》，现公布{name}{year}年政府信息公开工作年度报告。"
        f"所列数据的统计期限自{year}年1月1日起，至{year}年12月31日止。",
        "一、总体情况",
        f"这一年，{name}把公开作为日常办理的一环，公文拟稿时即定公开属性，网站栏目按月巡检。"
        f"全年制发规范性文件{made}件，均在印发后二十个工作日内上网。",
        f"全年新收政府信息公开申请{received}件，上年结转{carried_in}件；办结{handled}件，"
        f"其中予以公开{granted}件、部分公开{partial}件，结转下年度继续办理{carried_out}件。",
        "二、主动公开政府信息情况",
        tables.disclosure(texts, year),
        "三、收到和处理政府信息公开申请情况",
        tables.application(texts, year),
        "四、政府信息公开行政复议、行政诉讼情况",
        tables.litigation(texts),
        "五、存在的主要问题及改进情况",
        "一是答复口径在科室之间尚不一致，已编写常见情形对照表；"
        f"二是公开目录更新偏慢，{year + 1}年起改为随文更新。"
        f"涉及信息公开的行政复议{reviews}件、行政诉讼{suits}件，均已逐件复盘。",
        "六、其他需要报告的事项",
        "本年度没有其他需要报告的事项。" if year <= LAST_F2019_YEAR else "本年度收取信息处理费0元。",
    )
    return "\n".join(text if text.startswith("<table") else f"<p>{text}</p>" for text in paragraphs)


def _is_outcome(path: str) -> bool:
    """Whether the cell stands among the results, not among the received, carried or total rows."""
    return path.split(".")[1] not in ("received_new", "carried_in", "outcome_total", "carried_out")
