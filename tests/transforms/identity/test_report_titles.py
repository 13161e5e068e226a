"""Titles as real reports print them: body, year and edition, never more than is printed."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pytest

from tests.transforms.layouts import LAYOUTS, plain_figures
from tests.transforms.scoring import see
from transforms.identity.titles import find_title, parse_title, periods, year_of_period

# The real titles of the domain specification, section 6.1.
SPECIFIED = [
    ("秦皇岛经济技术开发区管理委员会 2022 年政府信息公开工作年度报告", "秦皇岛经济技术开发区管理委员会", 2022),
    ("2022年上海市政府信息公开工作年度报告", "上海市", 2022),
    ("2019年上海市人民政府办公厅政府信息公开工作年度报告", "上海市人民政府办公厅", 2019),
    ("宿迁市政府办公室2014年政府信息公开年度报告", "宿迁市政府办公室", 2014),
    ("舒兰市市场监督管理局2016年政务信息公开年度报告", "舒兰市市场监督管理局", 2016),
    ("化隆县群科新区综合服务中心2020年度政府信息公开工作年度报告", "化隆县群科新区综合服务中心", 2020),
    ("2016年龙归镇政府信息公开年度报告", "龙归镇", 2016),
    ("兴华乡2010年政府信息公开报告", "兴华乡", 2010),
    ("宿州市人民政府2019年政府信息公开工作年度报告（图片版）", "宿州市人民政府", 2019),
    ("上海市黄浦区人民政府2022年政府信息公开工作年度报告（超链版）", "上海市黄浦区人民政府", 2022),
    ("政府信息公开工作年度报告", None, None),
    ("开远市2025年政府信息公开工作年度报告", "开远市", 2025),
    ("淮安市人民政府 2024 年政府信息公开工作年度报告", "淮安市人民政府", 2024),
    ("永嘉县统计局2015年政府信息公开工作年度报告", "永嘉县统计局", 2015),
    ("2016年朝阳乡政府信息公开工作年度报告", "朝阳乡", 2016),
    ("国家税务总局云岭市税务局2021年政府信息公开工作年度报告", "国家税务总局云岭市税务局", 2021),
]
ODD = [
    ("2022年政府信息公开工作年度报告", None, 2022),
    ("教育局2019年政府信息公开工作年度报告", "教育局", 2019),
    ("镇2023年政府信息公开工作年度报告", None, 2023),
    ("镇政府信息公开工作年度报告", None, None),
    ("河包镇政府信息公开工作年度报告", "河包镇", None),
    ("螺洋街道2021年度信息公开年度报告", "螺洋街道", 2021),
    ("会同县林业局信息公开工作年度报告", "会同县林业局", None),
    ("盘锦市统计局2021年度政府信息公开工作报告", "盘锦市统计局", 2021),
    ("建邺区民政局2019年度政府信息公开工作年报", "建邺区民政局", 2019),
    ("中国地震局政府信息公开工作2010年度报告", "中国地震局", 2010),
    ("文昌湖区旅游局2020年度政府信息公开年度报告", "文昌湖区旅游局", 2020),
    ("云岭县教育局2021年政府信息公开工作告年度报", "云岭县教育局", 2021),
    ("云岭县教育局2021年政府信息公开年度工作报告", "云岭县教育局", 2021),
    ("省市场监管局2023年政府信息公开情况报告", "省市场监管局", 2023),
    ("2014年政府信息公开情况报告", None, 2014),
    ("2025 年 上海市人民政府办公厅 政府信息公开 工作年度报告", "上海市人民政府办公厅", 2025),
    ("【年报】云岭县教育局2021年政府信息公开工作年度报告", "云岭县教育局", 2021),
    ("云岭县教育局2021年政府信息公开工作年度报告-云岭县人民政府", "云岭县教育局", 2021),
    ("云岭县人民政府 _ 云岭县教育局2021年政府信息公开工作年度报告", "云岭县教育局", 2021),
    ("标题：云岭县教育局2021年政府信息公开工作年度报告", "云岭县教育局", 2021),
    ("云岭县教育局２０２１年政府信息公开工作年度报告", "云岭县教育局", 2021),
    ("雲嶺縣教育局2021年政府信息公開工作年度報告", "雲嶺縣教育局", 2021),
    ("《云岭县教育局2021年政府信息公开工作年度报告》", "云岭县教育局", 2021),
    ("云岭县教育局关于2021年政府信息公开工作年度报告", "云岭县教育局", 2021),
    ("云岭县教育局关于2021年度政府信息公开工作的报告", "云岭县教育局", 2021),
    ("关于公布云岭县教育局2021年政府信息公开工作年度报告", "云岭县教育局", 2021),
    ("云岭县教育局政府信息公开工作年度报告（2021年）", "云岭县教育局", 2021),
    ("云岭县教育局政府信息公开工作年度报告(2021年度)", "云岭县教育局", 2021),
    ("云岭县教育局政府信息公开2021年年度报告", "云岭县教育局", 2021),
    ("云岭县教育局二〇二一年政府信息公开工作年度报告", "云岭县教育局", 2021),
    ("2021年度云岭县教育局政府信息公开工作年度报告", "云岭县教育局", 2021),
    ("牛街乡2019年政府信息公开工作年度报告(旧格式)", "牛街乡", 2019),
    ("云岭县教育局2021年政府信息公开工作年度报告.pdf", "云岭县教育局", 2021),
    ("附件：云岭县教育局2021年政府信息公开工作年度报告", "云岭县教育局", 2021),
    ("1.云岭县教育局2021年政府信息公开工作年度报告", "云岭县教育局", 2021),
    ("临空区管委会2021年政府信息公开工作年度报告", "临空区管委会", 2021),
    ("2022年上海市人民政府信息公开工作年度报告", "上海市人民政府", 2022),
    ("小关乡人民政府2022年信息公开工作年度报告", "小关乡人民政府", 2022),
    ("云岭县发展和改革局（粮食局）2022年政府信息公开工作年度报告", "云岭县发展和改革局(粮食局)", 2022),
    ("2022年云岭县发展和改革局（粮食局）政府信息公开工作年度报告", "云岭县发展和改革局(粮食局)", 2022),
    ("（云岭县教育局）2022年政府信息公开工作年度报告", "云岭县教育局", 2022),
    ("云岭县人民政府（本级）2022年政府信息公开工作年度报告", "云岭县人民政府", 2022),
    ("更正：云岭县教育局2022年政府信息公开工作年度报告", "云岭县教育局", 2022),
    ("（更正）云岭县教育局2022年政府信息公开工作年度报告", "云岭县教育局", 2022),
    ("【重发】云岭县教育局2022年政府信息公开工作年度报告", "云岭县教育局", 2022),
    ("云岭县教育局2021-2022年政府信息公开工作年度报告", "云岭县教育局", None),
    ("2023年_政府信息公开年报", None, None),
]
NOT_TITLES = [
    "云岭县教育局2021年政府网站工作年度报表",
    "云岭县教育局2021年法治政府建设年度报告",
    "一图读懂云岭县教育局2021年政府信息公开工作年度报告",
    "云岭县教育局政府信息公开指南",
    "云岭县教育局政府信息公开申请表",
    "关于做好2021年政府信息公开工作年度报告编制工作的通知",
    "根据条例规定，现公布云岭县教育局2021年政府信息公开工作年度报告。",
    "云岭县住房公积金管理中心2021年年度报告",
    "云岭县中心小学事业单位法人年度报告",
    "政府信息公开",
    "",
]


@pytest.mark.parametrize(("text", "name", "year"), [*SPECIFIED, *ODD])
def test_body_and_year_of_a_title(text: str, name: str | None, year: int | None) -> None:
    title = parse_title(text)
    assert title is not None
    assert (title.agency_name, title.report_year) == (name, year)


@pytest.mark.parametrize("text", NOT_TITLES)
def test_other_texts_are_no_titles(text: str) -> None:
    assert parse_title(text) is None


@pytest.mark.parametrize(
    ("text", "edition"),
    [
        ("云岭市2021年政府信息公开工作年度报告（本级）", "own_level"),
        ("云岭市2021年政府信息公开工作年度报告（汇总）", "aggregate"),
        ("云岭市2021年政府信息公开工作年度报告（全市）", "aggregate"),
        ("云岭市2021年政府信息公开工作年度报告（图片版）", None),
        ("云岭市（本级）2021年政府信息公开工作年度报告", "own_level"),
        ("云岭市（汇总）2021年政府信息公开工作年度报告", "aggregate"),
        ("云岭市2021年政府信息公开工作年度报告", None),
    ],
)
def test_editions(text: str, edition: str | None) -> None:
    title = parse_title(text)
    assert title is not None
    assert title.edition == edition


def test_titles_that_were_seen() -> None:
    root = Path(os.environ.get("GONGKAI_SHARED", Path(__file__).parents[4] / "shared"))
    path = root / "portals" / "reports-seen.tsv"
    if not path.is_file():
        pytest.skip(f"the list of reports seen is not here ({path}); set GONGKAI_SHARED")
    with path.open(encoding="utf-8") as lines:
        texts = [row["what"] for row in csv.DictReader(lines, delimiter="\t")]
    titles = [text for text in texts if re.search("信息公开.*(报告|年报)$", text)]
    assert len(titles) > 100
    for text in titles:
        title = parse_title(text)
        assert title is not None, text
        year = re.search(r"(20\d\d)年", text) or re.search(r"(20\d\d)", text)
        assert title.report_year == (int(year.group(1)) if year else None), text
        name = re.sub(r"((?<!人民)政府|政务)?信息公开.*$", "", re.sub(r"20\d\d年度?", "", text))
        expected = None if name in ("", "镇") else name
        assert title.agency_name == expected, text


def test_a_later_line_adds_what_the_first_title_lacks() -> None:
    found = find_title(["2022年政府信息公开工作年度报告", "云岭县教育局2022年政府信息公开工作年度报告"])
    assert found is not None
    assert (found.agency_name, found.report_year) == ("云岭县教育局", 2022)
    other_year = find_title(["2022年政府信息公开工作年度报告", "云岭县教育局2021年政府信息公开工作年度报告"])
    assert other_year is not None
    assert (other_year.agency_name, other_year.report_year) == (None, 2022)
    assert find_title(["", "通知"]) is None


@pytest.mark.parametrize(
    ("line", "year"),
    [
        ("本报告所列数据统计期限自2022年1月1日起，至2022年12月31日止。", 2022),
        ("统计期限为 2025 年 1 月 1 日至 12 月 31 日。", 2025),
        ("数据的统计期限从2020年1月1日到2020年12月31日", 2020),
        ("統計期限自2022年1月1日起至2022年12月31日止", 2022),
        ("自2022年3月1日至2022年12月31日", None),
        ("2022年", None),
    ],
)
def test_the_year_of_the_period(line: str, year: int | None) -> None:
    assert year_of_period(periods([line])) == year


# Whole documents --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_title_without_agency_leaves_it_open(layout: str) -> None:
    figures = plain_figures()
    figures.name = ""
    reading = see(LAYOUTS[layout](figures)).reading
    assert (reading.agency_name, reading.agency_type, reading.report_year) == (None, None, 2022)
    assert reading.scope == "unknown"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_year_from_the_sentence_on_the_period(layout: str) -> None:
    text = LAYOUTS[layout](plain_figures()).decode()
    text = text.replace("云岭县教育局2022年政府", "云岭县教育局政府")
    assert see(text).reading.report_year is None
    told = "本报告数据统计期限自2022年1月1日起，至2022年12月31日止。"
    text = re.sub("本年度工作有序开展。|全年主动公开信息2022条。", told, text)
    seen = see(text)
    assert (seen.reading.report_year, seen.reading.agency_name) == (2022, "云岭县教育局")
    assert "year_differs" not in seen.codes


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_title_wins_over_another_year_in_the_text_and_it_is_named(layout: str) -> None:
    told = "本报告数据统计期限自2021年1月1日起，至2021年12月31日止。"
    text = re.sub("本年度工作有序开展。|全年主动公开信息2022条。", told, LAYOUTS[layout](plain_figures()).decode())
    seen = see(text)
    assert seen.reading.report_year == 2022
    assert "year_differs" in seen.codes


def test_slips_of_the_year_and_a_period_that_is_not_the_year_are_named() -> None:
    text = LAYOUTS["piped rows"](plain_figures()).decode()
    for told in ("统计期限自2022年1月1日至2022年12月14日。", "统计期限自2022年1月1日至202022年12月31日。"):
        seen = see(text.replace("本年度工作有序开展。", told))
        assert seen.reading.report_year == 2022
        assert seen.codes & {"year_differs", "period_unusual"}, told
        assert not seen.named


def test_a_title_over_two_lines() -> None:
    text = LAYOUTS["piped rows"](plain_figures()).decode()
    text = text.replace(plain_figures().title, "云岭县教育局2022年政府信息公开\n工作年度报告")
    reading = see(text).reading
    assert (reading.agency_name, reading.report_year) == ("云岭县教育局", 2022)


def test_a_body_of_an_abolished_district_keeps_its_name() -> None:
    text = LAYOUTS["piped rows"](plain_figures()).decode().replace("云岭县教育局", "江干区教育局")
    assert see(text).reading.agency_name == "江干区教育局"


def test_text_pasted_from_another_body_does_not_change_the_agency() -> None:
    text = LAYOUTS["piped rows"](plain_figures()).decode()
    text = text.replace("还有差距。", "详见海河市审计局网站。海河市审计局2022年工作还有差距。")
    assert see(text).reading.agency_name == "云岭县教育局"


def test_the_same_report_in_two_glyph_sets_has_the_same_figures() -> None:
    import opencc

    text = LAYOUTS["piped rows"](plain_figures()).decode()
    one, two = see(text), see(opencc.OpenCC("s2t").convert(text))
    assert {p: c["value"] for p, c in one.cells.items()} == {p: c["value"] for p, c in two.cells.items()}
