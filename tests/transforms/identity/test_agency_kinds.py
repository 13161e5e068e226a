"""Kinds and scopes of issuing bodies by their names and words; names made alike for matching only."""

from __future__ import annotations

from typing import Any

import pytest

from transforms.identity.agencies import agency_type, scope_of, speaks_for_government
from transforms.identity.divisions import division_of, division_rows, division_table, level_of, parent_of
from transforms.identity.names import is_short_for, name_key, names_its_place

KINDS = {
    "government": [
        "云岭市人民政府",
        "上海市",
        "开远市",
        "三都水族自治县人民政府",
        "正镶白旗",
        "内蒙古自治区人民政府",
        "云岭地区行政公署",
        "新疆",
    ],
    "gov_office": ["上海市人民政府办公厅", "宿迁市政府办公室", "府谷县政府办", "云岭县人民政府办公室"],
    "department": [
        "云岭县教育局",
        "云岭县发展和改革局(粮食和物资储备局)",
        "信丰县卫生健康委员会",
        "国家发展和改革委员会",
        "广东省水利厅",
        "教育部",
        "审计署",
        "长春市宽城区档案馆",
        "宜城市供销联社",
        "中国证券监督管理委员会",
        "云岭市人民政府国有资产监督管理委员会",
        "云岭市城市管理委员会",
        "化隆县群科新区综合服务中心",
        "泗阳县残疾人联合会",
        "重庆市人民防空办公室",
        "重庆市市场监督管理局机关",
        "哈尔滨道里区残联",
    ],
    "township": [
        "龙归镇",
        "兴华乡",
        "云县大寨镇人民政府",
        "螺洋街道",
        "南关区永吉街道办事处",
        "平武县木座藏族乡",
        "阿嘎如泰苏木",
    ],
    "zone": [
        "秦皇岛经济技术开发区管理委员会",
        "本溪高新技术产业开发区管理委员会",
        "咸宁高新区",
        "临空区管委会",
        "重庆合川工业园区管理委员会",
        "湘西经开区",
        "廊坊临空区",
    ],
    "vertical": [
        "国家税务总局云岭市税务局",
        "云岭海关",
        "大同市气象局",
        "大同市气象部门",
        "国家统计局云岭调查队",
        "云岭海事局",
    ],
    "other": ["某某"],
}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in KINDS.items() for name in names])
def test_the_kind_of_a_body(kind: str, name: str) -> None:
    assert agency_type(name) == kind


def test_no_name_no_kind() -> None:
    assert agency_type(None) is None
    assert agency_type("") is None
    assert agency_type("雲嶺縣人民政府") == "government"


AGGREGATE = "本报告根据各县（市、区）人民政府和市级各部门年度报告综合编制。"


@pytest.mark.parametrize(
    ("kind", "edition", "line", "scope"),
    [
        ("department", None, "", "own"),
        ("township", None, AGGREGATE, "own"),
        ("gov_office", None, "", "own"),
        ("gov_office", None, "本报告数据涵盖各县（市、区）政府和市政府各部门。", "aggregate"),
        ("gov_office", None, "汇总各县区、各部门报送的材料，加强督促指导。", "own"),
        ("zone", None, "", "own"),
        ("vertical", None, "", "own"),
        ("vertical", None, "全系统共收到申请12件。", "system_aggregate"),
        ("government", None, "", "unknown"),
        ("government", None, AGGREGATE, "aggregate"),
        ("government", None, "报告涵盖各县、区政府和市政府各工作部门", "aggregate"),
        ("government", None, "统计范围为市本级。", "own_level"),
        ("government", "own_level", AGGREGATE, "own_level"),
        ("government", "aggregate", "", "aggregate"),
        (None, None, AGGREGATE, "unknown"),
        ("other", None, "", "unknown"),
    ],
)
def test_the_scope_of_the_figures(kind: str | None, edition: str | None, line: str, scope: str) -> None:
    assert scope_of(kind, edition, [line]) == scope


def test_an_office_that_acts_for_its_government_says_so() -> None:
    sentence = "2019年，市政府办公厅代表市政府共受理政府信息公开申请859件，办结805件。"
    assert speaks_for_government("gov_office", ["", sentence]) == "市政府办公厅代表市政府共受理政府信息公开申请859件"
    assert speaks_for_government("government", [sentence]) is None
    assert speaks_for_government("gov_office", ["邀请人大代表、政府法律顾问参加。"]) is None


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("云岭县人民政府办公室", "云岭县政府办公室"),
        ("云岭县政府办", "云岭县人民政府办公室"),
        ("永吉街道", "永吉街道办事处"),
        ("云岭开发区管委会", "云岭开发区管理委员会"),
        ("云岭县卫生健康委", "云岭县卫生健康委员会"),
        ("龙归镇", "龙归镇人民政府"),
        ("龙归镇政府", "龙归镇"),
        ("云岭市", "云岭市人民政府"),
        ("雲嶺縣教育局", "云岭县教育局"),
        ("云岭县 教育局", "云岭县教育局"),
    ],
)
def test_names_that_mean_the_same_body(one: str, two: str) -> None:
    assert name_key(one) == name_key(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("云岭县人民政府", "云岭县人民政府办公室"),
        ("云岭县教育局", "云山县教育局"),
        ("云岭县民政局", "云岭县民族局"),
        ("云岭市人民政府", "云岭县人民政府"),
    ],
)
def test_names_of_different_bodies(one: str, two: str) -> None:
    assert name_key(one) != name_key(two)


def test_short_names_and_places() -> None:
    assert is_short_for("信访局", "大通县信访局")
    assert is_short_for("大通县信访局", "大通县信访局")
    assert not is_short_for("局", "大通县信访局")
    assert not is_short_for("教育局", "大通县信访局")
    assert names_its_place("信丰县卫生健康委")
    assert not names_its_place("信访局")
    assert not names_its_place("朝阳乡")


def test_divisions_that_portals_declare_beyond_the_gazetteer() -> None:
    portals: list[dict[str, Any]] = [
        {"region_code": "130306", "body": "抚宁区人民政府"},
        {"region_code": "990121", "body": None},
        {"region_code": "990100", "body": "云泽市人民政府"},
        {"region_code": 990171, "body": "云泽经济技术开发区管理委员会"},
        {"region_code": "990121", "body": "望溪县教育局"},
        {"region_code": "139999", "body": "望溪县人民政府"},
    ]
    rows = {row["division_id"]: row for row in division_rows(portals)}
    assert sorted(rows) == ["139999", "990000", "990100", "990121", "990171"], "the gazetteer's own are not repeated"
    assert rows["990100"]["name"] == "云泽市"
    assert rows["990121"]["name"] == "990121"
    assert (rows["990171"]["name"], rows["990171"]["level"]) == ("云泽经济技术开发区", "zone")
    assert rows["990171"]["parent_id"] == "990100"
    assert rows["139999"]["parent_id"] == "130000", "there is no prefecture 139900"
    assert [level_of(code) for code in ("100000", "130000", "130300", "130306")] == [
        "country",
        "province",
        "prefecture",
        "county",
    ]
    assert parent_of("100000") is None


def test_the_table_of_divisions_has_the_gazetteer_and_what_portals_declare() -> None:
    table = division_table([{"region_code": "990121", "body": "望溪县人民政府"}])
    names = dict(zip(table["division_id"].to_pylist(), table["name"].to_pylist(), strict=True))
    assert len(names) == len(table), "no id stands twice"
    assert (names["130306"], names["130371"]) == ("抚宁区", "秦皇岛市经济技术开发区")
    assert (names["990121"], names["990000"]) == ("望溪县", "990000")


@pytest.mark.parametrize(
    ("name", "region", "year", "division_id"),
    [
        ("抚宁区教育局", "130300", 2022, "130306"),
        ("抚宁县教育局", "130300", 2012, "130323"),
        ("教育局", "130306", 2022, "130306"),
        ("梅子镇人民政府", "610923", 2024, "610923111"),
        ("鼓楼区教育局", "320000", 2022, "320000"),  # of homonyms none is taken: the portal's region stays
        ("朝阳区教育局", "130306", 2022, "130306"),  # elsewhere
        ("抚宁区教育局", "990121", 2022, "990121"),  # nobody knows what lies in such a region
        ("宁陕县教育局", None, 2022, "610923"),
        ("朝阳区教育局", None, 2022, None),
        ("教育局", None, 2022, None),
    ],
)
def test_the_division_of_an_agency(name: str, region: str | None, year: int, division_id: str | None) -> None:
    assert division_of(name, region, year) == division_id


def test_a_division_is_named_after_the_only_government_that_reported_there() -> None:
    entry = {"id": "p", "body": None, "region_code": "990121"}
    rows = {row["division_id"]: row["name"] for row in division_rows([entry], {"990121": {"望溪县人民政府"}})}
    assert rows["990121"] == "望溪县"
    several = division_rows([entry], {"990121": {"望溪县人民政府", "云泽市人民政府"}})
    assert {row["division_id"]: row["name"] for row in several}["990121"] == "990121"


def test_a_body_with_a_second_name_in_brackets_keeps_the_id_that_it_had_under_the_broken_name() -> None:
    assert name_key("云岭县发展和改革局(粮食局") == name_key("云岭县发展和改革局（粮食局）".replace("（", "("))
