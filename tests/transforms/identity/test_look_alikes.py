"""Documents of other kinds in the same columns: out of format, with the kind; reports that speak of them are not."""

from __future__ import annotations

import pytest

from tests.transforms.layouts import LAYOUTS, SECTIONS, plain_figures
from tests.transforms.scoring import see
from transforms.identity.titles import parse_title
from transforms.reading.labels import section_of

LINK = "<ul><li><a href='1.html'>云岭县教育局2021年政府信息公开工作年度报告</a></li></ul>"
SIX = "".join(f"<p>{section}</p><p>有关情况如下。</p>" for section in SECTIONS)
OTHERS = [
    ("云岭县教育局2021年政府网站工作年度报表", "return of a government website"),
    ("2021年政府网站工作年度报表（云岭县人民政府）", "return of a government website"),
    ("云岭县2021年法治政府建设年度报告", "law-based government"),
    ("云岭县司法局2021年度法治政府建设情况报告", "law-based government"),
    ("云岭县水务局2020年法治政府建设工作总结", "law-based government"),
    ("云岭大学2022-2023学年信息公开工作年度报告", "university"),
    ("云岭职业技术学院2022—2023学年度信息公开工作年度报告", "university"),
    ("云岭学院信息公开年度报告（2021-2022学年）", "university"),
    ("云岭市住房公积金2022年年度报告", "housing provident fund"),
    ("一图读懂云岭县教育局2022年政府信息公开工作年度报告", "explains a report"),
    ("图解：云岭县教育局2022年政府信息公开工作年度报告", "explains a report"),
    ("云岭县中心小学事业单位法人年度报告", "public institution"),
]
PAGES = [
    ("云岭县教育局政府信息公开指南", "guide"),
    ("云岭县教育局政府信息主动公开目录", "catalogue"),
    ("云岭县教育局政府信息公开申请表", "application form"),
    ("云岭县教育局政府信息公开保密审查制度", "rule"),
]
BODIES = [
    ("云岭大学", "university"),
    ("云岭县人民法院", "no executive body"),
    ("云岭市人大常委会办公室", "no executive body"),
    ("云岭师范学院", "university"),
    ("云岭县卫生学校", "university"),
    ("云岭县人民医院", "public enterprise or institution"),
    ("云岭县自来水有限责任公司", "public enterprise or institution"),
    ("云岭县公交集团", "public enterprise or institution"),
    ("云岭县第一中学", "public enterprise or institution"),
    ("云岭县机关幼儿园", "public enterprise or institution"),
]


def _page(title: str, body: str, around: str = LINK) -> str:
    head = f"<title>{title}-云岭县人民政府</title><meta name='ArticleTitle' content='{title}'>"
    return f"<html><head>{head}</head><body>{around}<div><h1>{title}</h1><div>{body}</div></div></body></html>"


@pytest.mark.parametrize("body", ["<p>正文。</p>", SIX])
@pytest.mark.parametrize(("title", "kind"), OTHERS)
def test_other_yearly_publications(title: str, kind: str, body: str) -> None:
    for page in (_page(title, body), f"{title}\n正文。\n"):
        reading = see(page).reading
        assert (reading.outcome, reading.form) == ("out_of_format", None)
        assert kind in str(reading.reason)
        # A link to a report does not make the page that body's.
        assert (reading.agency_name, reading.report_year) == (None, None)


@pytest.mark.parametrize(("title", "kind"), PAGES)
def test_guides_catalogues_and_forms(title: str, kind: str) -> None:
    for page in (_page(title, "<p>正文。</p>"), f"{title}\n正文。\n"):
        reading = see(page).reading
        assert reading.outcome == "out_of_format"
        assert kind in str(reading.reason)


@pytest.mark.parametrize("body", ["<p>正文。</p>", SIX])
@pytest.mark.parametrize(("name", "kind"), BODIES)
def test_reports_of_public_bodies_without_the_tables(name: str, kind: str, body: str) -> None:
    reading = see(_page(f"{name}2022年信息公开工作年度报告", body)).reading
    assert (reading.outcome, reading.agency_name, reading.report_year) == ("out_of_format", name, 2022)
    assert kind in str(reading.reason)
    assert name in str(reading.reason)


@pytest.mark.parametrize("name", [name for name, _ in BODIES])
@pytest.mark.parametrize("layout", ["html", "piped rows"])
def test_public_bodies_that_print_the_tables_are_read(name: str, layout: str) -> None:
    figures = plain_figures()
    figures.name = name
    reading = see(LAYOUTS[layout](figures)).reading
    assert (reading.outcome, reading.form, reading.agency_name) == ("parsed", "F2021", name)


SPEAKS_OF = "<p>推进法治政府建设，完善政府信息公开指南、目录和制度，做好政府网站年度报表和住房公积金公开。</p>"


@pytest.mark.parametrize(
    "name", ["云岭县人民政府", "云岭县司法局", "云岭市住房公积金管理中心", "云岭大学城管理委员会", "学院路街道办事处"]
)
def test_a_report_that_speaks_of_them_is_a_report(name: str) -> None:
    title = f"{name}2022年政府信息公开工作年度报告"
    links = "<ul><li><a>云岭县2021年法治政府建设年度报告</a></li><li><a>政府信息公开指南</a></li></ul>"
    for body in (SPEAKS_OF + SIX, SPEAKS_OF, SIX + "<p>法治政府建设年度报告</p>"):
        assert see(_page(title, body, links)).reading.outcome == "no_tables"
    text = f"{title}\n法治政府建设情况\n学年报告\n一、总体情况\n有序。\n"
    assert see(text).reading.outcome == "no_tables"
    figures = plain_figures()
    figures.name = name
    page = LAYOUTS["html"](figures).decode().replace("<body>", f"<body>{links}{SPEAKS_OF}")
    assert see(page).reading.outcome == "parsed"


def test_the_name_of_a_column_says_nothing_of_a_report_in_it() -> None:
    title = "云岭县教育局2022年政府信息公开工作年度报告"
    page = (
        f"<html><head><title>政府信息公开目录</title></head><body><p>{title}</p><p><img src='1.jpg'></p></body></html>"
    )
    assert see(page).reading.outcome == "no_tables"


def test_half_a_school_year_is_no_year() -> None:
    assert parse_title("云岭大学2022-2023学年信息公开工作年度报告") is None
    assert parse_title("云岭大学2022—2023学年信息公开工作年度报告-云岭大学") is None


# Sections of reports before 2019 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("二、主动公开情况", "2"),
        ("一、主动公开政府信息的情况", "2"),
        ("二、政府信息主动公开情况", "2"),
        ("三、依申请公开政府信息办理情况", "3"),
        ("三、政府信息依申请公开办理情况", "3"),
        ("三、依申请公开情况", "3"),
        ("三、依申请公开政府信息的情况", "3"),
        ("五、因政府信息公开申请行政复议、提起行政诉讼的情况", "4"),
        ("五、复议、诉讼情况", "4"),
        ("五、行政复议、行政诉讼和申诉情况", "4"),
        ("六、存在的不足及改进措施", "5"),
        ("六、工作中存在的主要问题和改进措施", "5"),
        ("四、政府信息公开的收费及减免情况", None),
        ("七、其他需要报告的事项", "6"),
        ("（一）主动公开情况", None),
        ("主动公开情况", None),
        ("1.主动公开情况", None),
        ("一是主动公开情况良好", None),
    ],
)
def test_older_headings_are_mapped_only_where_it_is_certain(heading: str, section: str | None) -> None:
    assert section_of(heading) == section
