"""Names of bodies -> divisions: by parents, by region, by year; homonyms stay open; mere words are no places."""

from __future__ import annotations

import pytest

from transforms.gazetteer import Form, resolve, resolve_all
from transforms.identity.titles import parse_title

# name, region of the portal, report year -> division, reason
DECIDED = [
    # by the parents that the name itself gives
    ("宁陕县梅子镇人民政府", None, 2024, "610923111", "parents"),
    ("达州市万源市自然资源局", None, 2024, "511781", "parents"),
    ("广州市荔湾区人民政府南源街道办事处", None, 2020, "440103010", "parents"),
    ("大东区前进街道", None, 2020, "210104017", "parents"),
    ("朝阳市双塔区前进街道办事处", None, 2020, "211302003", "parents"),
    ("科尔沁右翼中旗哈日诺尔苏木人民政府", None, 2025, "152222207", "parents"),
    ("平武县木座藏族乡", None, 2023, "510727214", "parents"),
    ("平武县木座乡", None, 2023, "510727214", "parents"),
    ("阜新海州区", None, 2022, "210902", "parents"),
    ("云南省大理州财政局", None, 2022, "532900", "parents"),
    ("秦皇岛经济技术开发区管理委员会", None, 2022, "130371", "parents"),
    ("秦皇岛经开区管委会", "130300", 2022, "130371", "parents"),
    ("益阳高新区市场监督管理局", None, 2020, "430972", "parents"),
    # by the portal's region
    ("朝阳区教育局", "110000", 2022, "110105", "region"),
    ("朝阳区教育局", "220100", 2022, "220104", "region"),
    ("鼓楼区教育局", "320100", 2022, "320106", "region"),
    ("城关镇", "620321", 2022, "620321100", "region"),
    ("牛街乡", "532927", 2019, "532927204", "region"),
    ("高新区社会发展局", "130100", 2022, "130171", "region"),
    ("宁陕教育局", "610900", 2022, "610923", "region"),
    ("河北省教育厅", "130300", 2022, "130000", "region"),
    ("省市场监管局", "230000", 2023, "230000", "region"),
    ("市教育局", "130324", 2022, "130300", "region"),
    ("县人民政府", "130324", 2022, "130324", "region"),
    # nobody else has the name
    ("上海市", None, 2022, "310000", "only_one"),
    ("西藏自治区政府办公厅", None, 2024, "540000", "only_one"),
    ("三都水族自治县人民政府", None, 2022, "522732", "only_one"),
    ("三都县教育局", None, 2022, "522732", "only_one"),
    ("黔南州民政局", None, 2022, "522700", "only_one"),
    ("前郭县教育局", None, 2022, "220721", "only_one"),
    ("吉林省气象局", None, 2022, "220000", "only_one"),
    ("吉林市教育局", None, 2022, "220200", "only_one"),
    ("国家税务总局宁陕县税务局", None, 2022, "610923", "only_one"),
    ("乾县教育局", None, 2022, "610424", "only_one"),
    ("達縣教育局", None, 2010, "511721", "only_one"),
    # by the year
    ("襄樊市教育局", None, 2008, "420600-2009", "only_one"),
    ("襄樊市樊城区教育局", None, 2008, "420606", "parents"),
    ("抚宁县教育局", None, 2012, "130323", "only_one"),
    ("抚宁区教育局", None, 2016, "130306", "only_one"),
    ("巢湖市水利局", None, 2009, "341400", "only_one"),
    ("巢湖市水利局", None, 2013, "340181", "only_one"),
    ("庐江县水利局", None, 2009, "341421", "only_one"),
    ("铜仁市教育局", None, 2009, "522201", "only_one"),
    ("铜仁市教育局", None, 2013, "520600", "only_one"),
    ("达县市场监督管理局", None, 2010, "511721", "only_one"),
    ("梅县市场监督管理局", None, 2010, "441421", "only_one"),
    ("江干区教育局", None, 2019, "330104", "only_one"),
    ("临平区教育局", None, 2022, "330113", "only_one"),
    ("儋州市教育局", None, None, "460400", "only_one"),
]


@pytest.mark.parametrize(("name", "region", "year", "division_id", "reason"), DECIDED)
def test_a_name_that_is_decided(name: str, region: str | None, year: int | None, division_id: str, reason: str) -> None:
    found = resolve(name, region, year)
    assert found.division is not None, found
    assert (found.division.division_id, found.reason) == (division_id, reason)
    assert found.is_certain


@pytest.mark.parametrize(
    ("name", "region", "year", "reason"),
    [
        ("朝阳区教育局", None, 2022, "ambiguous"),
        ("鼓楼区教育局", "320000", 2022, "ambiguous"),
        ("城关镇", None, 2022, "ambiguous"),
        ("新华街道办事处", None, 2022, "ambiguous"),
        ("桥东区教育局", "130000", 2010, "ambiguous"),
        ("高新区管委会", None, 2022, "ambiguous"),
        ("黄埔区教育局", "320000", 2022, "outside_region"),
        ("宁陕县教育局", "130324", 2022, "outside_region"),
        ("崇文区教育局", None, 2020, "out_of_time"),
        ("宁陕教育局", None, 2022, "bare_word"),
        ("公安教育局", "421000", 2022, "bare_word"),
        ("资源规划局", "450300", 2022, "bare_word"),
        ("台湾事务办公室", "100000", 2022, "bare_word"),
        ("吉林教育局", "220000", 2022, "ambiguous"),  # the province's or the city's
        ("教育局", None, 2022, "unknown"),
        ("中国地震局", None, 2010, "unknown"),
        ("国家发展和改革委员会", None, 2022, "unknown"),
    ],
)
def test_a_name_that_stays_open(name: str, region: str | None, year: int, reason: str) -> None:
    found = resolve(name, region, year)
    assert (found.division, found.reason) == (None, reason)
    assert not found.is_certain
    if reason == "ambiguous":
        lines = {candidate.line for candidate in found.candidates}
        assert len(lines) > 1
        assert all(name.startswith(c.name[:2]) or c.level in ("zone", "township") for c in found.candidates)


@pytest.mark.parametrize(
    "name",
    [
        "公安局",
        "市场监督管理局",
        "城市管理局",
        "信访局",
        "区划地名办",
        "民政局",
        "新区建设局",
        "资源局",
        "东方电气集团",
    ],
)
def test_words_of_offices_are_no_places(name: str) -> None:
    found = resolve(name, "421000", 2022)
    assert (found.division and found.division.division_id, found.reason) == ("421000", "region_alone")
    assert not found.is_certain
    assert found.rest == name


@pytest.mark.parametrize(
    ("name", "region", "division_id", "unlisted"),
    [
        ("大东区某某街道办事处", None, "210104", "某某街道"),
        ("福州高新区", None, "350100", "高新区"),
        ("湘西经开区管理委员会", "430000", "433100", "经开区"),
        ("滇中新区临空局", "530000", "530000", "滇中新区"),
        ("文昌湖区旅游局", "370300", "370300", "文昌湖区"),
        ("新区建设局", "421000", "421000", "新区"),
        ("龙归镇", "440100", "440100", "龙归镇"),  # there is one, but in another city
    ],
)
def test_what_the_gazetteer_does_not_have_is_named(
    name: str, region: str | None, division_id: str, unlisted: str
) -> None:
    found = resolve(name, region, 2022)
    assert found.division is not None
    assert (found.division.division_id, found.unlisted) == (division_id, unlisted)
    assert not found.is_certain


def test_a_former_name_gives_the_division_of_the_year_and_says_so() -> None:
    found = resolve("抚宁县教育局", "130300", 2022)
    assert found.division is not None
    assert found.named is not None
    assert (found.division.name, found.named.name, found.rest) == ("抚宁区", "抚宁县", "教育局")
    assert resolve("抚宁区教育局", "130300", 2022).named is None


def test_a_name_in_a_year_beside_its_own_is_forgiven() -> None:
    # A report of 2014 is published in 2015, when the county had become a district; re-posted pages keep the old name.
    for year in (2014, 2015):
        for name in ("抚宁县教育局", "抚宁区教育局"):
            division = resolve(name, "130300", year).division
            assert division is not None
            assert division.name == name[:3]


def test_spaces_and_glyphs_do_not_matter() -> None:
    plain = resolve("武汉市生态环境局", None, 2020).division
    assert plain is not None
    assert resolve("武 漢 市　生態環境局", None, 2020).division is plain


def test_a_title_of_a_city_is_not_its_government() -> None:
    title = parse_title("2022年上海市政府信息公开工作年度报告")
    assert title is not None
    assert title.agency_name == "上海市"
    found = resolve(title.agency_name, None, title.report_year)
    assert found.division is not None
    assert (found.division.name, found.rest, found.form) == ("上海市", "", Form.full)


def test_many_at_once() -> None:
    names = ["朝阳区教育局", "朝阳区教育局", "宁陕县教育局"]
    told = resolve_all(names, ["110000", None, None], [2022, 2022, None])
    assert [r.division and r.division.division_id for r in told] == ["110105", None, "610923"]
    assert [r.reason for r in resolve_all(names)] == ["ambiguous", "ambiguous", "only_one"]
    with pytest.raises(ValueError, match="zip"):
        resolve_all(names, ["110000"])
