"""Titles decide whether a page is the report, of whom and for which year; real titles, and what is like them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.reading.titles import TitleVerdict, classify

SHARED = Path(os.environ.get("GONGKAI_SHARED", Path(__file__).resolve().parents[3] / "shared"))
SEEN = SHARED / "portals" / "reports-seen.tsv"

# (title, year, agency): specification §6.1 and pages seen.
REPORTS = [
    (
        "秦皇岛经济技术开发区管理委员会 2022 年政府信息公开工作年度报告",
        2022,
        "秦皇岛经济技术开发区管理委员会",
    ),
    ("2022年上海市政府信息公开工作年度报告", 2022, "上海市"),
    ("2019年上海市人民政府办公厅政府信息公开工作年度报告", 2019, "上海市人民政府办公厅"),
    ("宿迁市政府办公室2014年政府信息公开年度报告", 2014, "宿迁市政府办公室"),
    ("舒兰市市场监督管理局2016年政务信息公开年度报告", 2016, "舒兰市市场监督管理局"),
    (
        "化隆县群科新区综合服务中心2020年度政府信息公开工作年度报告",
        2020,
        "化隆县群科新区综合服务中心",
    ),
    ("2016年龙归镇政府信息公开年度报告", 2016, "龙归镇"),
    ("兴华乡2010年政府信息公开报告", 2010, "兴华乡"),
    ("宿州市人民政府2019年政府信息公开工作年度报告（图片版）", 2019, "宿州市人民政府"),
    ("上海市黄浦区人民政府2022年政府信息公开工作年度报告（超链版）", 2022, "上海市黄浦区人民政府"),
    ("中国地震局政府信息公开工作2010年度报告", 2010, "中国地震局"),
    ("建邺区民政局2019年度政府信息公开工作年报", 2019, "建邺区民政局"),
    ("省市场监管局2023年政府信息公开情况报告", 2023, "省市场监管局"),
    ("螺洋街道2021年度信息公开年度报告", 2021, "螺洋街道"),
    ("会同县林业局信息公开工作年度报告", None, "会同县林业局"),
    ("2021年政府信息公开工作年度报告", 2021, None),
    ("２０２１年甲县政府信息公开工作年度报告", 2021, "甲县"),
    ("二〇一二年甲县政府信息公开年报", 2012, "甲县"),
    ("甲縣2020年政府信息公開工作年度報告", 2020, "甲縣"),
    ("上海市人民政府信息公开工作年度报告（2020年度）", 2020, "上海市人民政府"),
    ("甲市人民政府政府信息公开工作年度报告", None, "甲市人民政府"),
    ("甲县信息公开办公室2021年政府信息公开工作年度报告", 2021, "甲县信息公开办公室"),
    ("住房公积金管理中心2024年政府信息公开工作年度报告", 2024, "住房公积金管理中心"),
    ("2020年度假区管理委员会政府信息公开工作年度报告", 2020, "度假区管理委员会"),
    ("甲局2022年政府信息公开工作年度报告-甲市人民政府门户网站", 2022, "甲局"),
    ("1.甲局2022年政府信息公开年度工作报告.pdf", 2022, "甲局"),
    ("甲局 2016 年\u3000政务公开\u200b年度工作报告", 2016, "甲局"),
    ("甲县2019—2021年政府信息公开工作年度报告", None, "甲县"),
    ("甲局2021年政府信息公开工作年度报告（2022年1月发布）", 2021, "甲局"),
    ("[2022-01-30] 甲局2021年政府信息公开工作年度报告", 2021, "甲局"),
    ("2022-01-30 2021年政府信息公开工作年度报告", 2021, None),
    ("2022年1月30日甲局政府信息公开工作年度报告", None, "甲局"),
]

LOOK_ALIKES = [
    ("甲县政府网站2024年工作年度报表", "website_report"),
    ("甲县政府网站工作年度报表（2022年度）", "website_report"),
    ("甲县2023年政府网站工作年度报告", "website_report"),
    ("一图读懂2023年甲县政府信息公开工作年度报告", "explainer"),
    ("图解：甲县2023年政府信息公开工作年度报告", "explainer"),
    ("甲县2023年政府信息公开工作年度报告解读", "explainer"),
    ("甲县2024年法治政府建设年度报告", "rule_of_law"),
    ("襄阳住房公积金2024年年度报告", "housing_fund"),
    ("甲中心事业单位法人年度报告书", "public_institution"),
    ("甲县政府信息公开指南", "guide"),
    ("甲县政府信息公开工作年度报告制度", "guide"),
    ("政府信息公开目录", "guide"),
    ("关于做好2022年政府信息公开工作年度报告编制的通知", "notice"),
    ("关于报送2022年度政府信息公开工作年度报告的通知", "notice"),
    ("政府信息公开申请表", "application_form"),
    ("我县召开2022年政府信息公开工作年度报告编制培训会", "news"),
    ("2022-2023学年信息公开工作年度报告", "school_year"),
    ("2023年政府信息公开工作总结", "budget"),
    ("甲县2023年国民经济和社会发展统计公报", "other"),
    ("甲县人民政府办公室2024年政府信息公开…", "cut"),
    ("", "empty"),
    ("\u200b \u3000", "empty"),
    ("甲" * 201, "too_long"),
]


@pytest.mark.parametrize(("title", "year", "agency"), REPORTS)
def test_reports_are_accepted(title: str, year: int | None, agency: str | None) -> None:
    assert classify(title) == TitleVerdict(True, None, year, agency)


@pytest.mark.parametrize(("title", "code"), LOOK_ALIKES)
def test_look_alikes_are_refused_with_their_reason(title: str, code: str) -> None:
    verdict = classify(title)
    assert not verdict.accepted
    assert verdict.code == code, verdict.reason
    assert len((verdict.reason or "").split(": ", 1)[1]) > 5, "a reason has a sentence"


def test_a_cut_title_is_left_to_the_page() -> None:
    assert classify("甲县人民政府办公室2024年政府信息公开...").cut
    assert not classify("甲县2024年政府工作…").cut or classify("甲县2024年政府工作…").code == "other"


def test_an_entry_s_own_expression_decides_alone() -> None:
    verdict = classify("甲局（二0二三）", r"^(?P<agency>.+局)")
    assert verdict.accepted
    assert verdict.agency_name == "甲局"
    assert classify("2021年 甲局", r"(?P<year>20\d\d)年").report_year == 2021
    refused = classify("甲局2021年政府信息公开工作年度报告", "^乙局")
    assert refused.code == "title_re"


@pytest.mark.skipif(not SEEN.exists(), reason=f"no {SEEN}: set GONGKAI_SHARED")
def test_every_real_title_seen_is_accepted() -> None:
    refused = []
    for line in SEEN.read_text(encoding="utf-8").splitlines()[1:]:
        title, _, _, kind = line.split("\t")[:4]
        if kind == "article" and "公开" in title and ("报告" in title or "年报" in title):
            verdict = classify(title)
            if not verdict.accepted:
                refused.append((title, verdict.reason))
    assert not refused


@pytest.mark.parametrize(
    "hostile",
    [
        "年度" * 100_000,
        "政府信息公开" * 50_000,
        "政府信息公开工作年度" * 19,
        "政府信息公开年报" + "(" * 180,
        "(" * 199,
        "政府信息公开" + "年度工作情况的" * 25,
        "2020" * 49,
        "\ufdfa" * 100_000,
        "信息公开年报-" * 24,
    ],
)
def test_hostile_titles_take_no_time(hostile: str) -> None:
    began = time.process_time()
    classify(hostile)
    assert time.process_time() - began < 0.2


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="年度政府信息公开工作报告网站20219()…-的图解关于通知 ", max_size=80))
def test_any_title_gets_a_verdict(title: str) -> None:
    verdict = classify(title)
    assert verdict.accepted == (verdict.reason is None)
    if verdict.report_year is not None:
        assert 2000 <= verdict.report_year <= 2099
