"""What people may mean by a name of a division: every candidate, the likeliest first."""

from __future__ import annotations

import pytest

from transforms.gazetteer import Form, find


def ids(name: str, region: str | None = None, year: int | None = None) -> list[str]:
    return [one.division.division_id for one in find(name, region, year)]


def test_homonyms_are_all_given() -> None:
    assert ids("鼓楼区") == ["320106", "320302", "350102", "410204"]
    assert ids("鼓楼区", region="320000") == ids("江苏省鼓楼区") == ids("江苏鼓楼区") == ["320106", "320302"]
    assert len(ids("城关镇")) > 100
    assert ids("城关镇", region="620321") == ["620321100"]


def test_former_names_say_what_they_are_now() -> None:
    found = find("襄樊市")
    assert [(one.division.name, one.now and one.now.name) for one in found] == [("襄樊市", "襄阳市")]
    ended = [one for one in find("崇文区") if one.division.division_id == "110103"]
    assert [one.now for one in ended] == [None]


def test_short_names_are_forgiven() -> None:
    assert ids("宁陕")[0] == "610923"
    assert ids("延边州") == ids("延边朝鲜族自治州") == ["222400"]
    assert ids("内蒙古")[0] == "150000"
    first = find("朝阳")[0]
    assert (first.division.name, first.form) == ("朝阳市", Form.bare)


def test_years_choose() -> None:
    assert ids("巢湖市", year=2009) == ["341400"]
    assert ids("巢湖市", year=2020) == ["340181"]


def test_a_part_of_a_name_finds_those_that_contain_it() -> None:
    found = find("珠穆沁")
    assert {one.division.name for one in found} >= {"东乌珠穆沁旗", "西乌珠穆沁旗"}
    assert {one.form for one in found} == {None}


@pytest.mark.parametrize("name", ["", "不存在的地方", "教育局"])
def test_what_is_no_name_finds_nothing(name: str) -> None:
    assert find(name) == []
