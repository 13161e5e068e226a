"""The shipped tables of divisions and successions: keys, references, validity, and some facts that are known."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from transforms.gazetteer import all_divisions, table
from transforms.schema import arrow_schema, conform


@pytest.fixture(scope="module")
def divisions() -> dict[str, dict[str, Any]]:
    return {row["division_id"]: row for row in table("division").to_pylist()}


@pytest.fixture(scope="module")
def successions() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table("division_succession").to_pylist()
    return rows


@pytest.mark.parametrize("name", ["division", "division_succession"])
def test_they_are_as_declared_and_in_order(name: Any) -> None:
    assert table(name).schema == arrow_schema(name)
    assert conform(table(name), name).equals(table(name))


def test_every_parent_is_there_and_of_a_higher_level(divisions: dict[str, dict[str, Any]]) -> None:
    order = ["country", "province", "prefecture", "county", "zone", "township"]
    for row in divisions.values():
        if row["level"] == "country":
            continue
        parent = divisions[row["parent_id"]]
        assert order.index(parent["level"]) < order.index(row["level"]) or parent["level"] == row["level"] == "zone", (
            row
        )


def test_a_code_stands_for_one_division_at_a_time(divisions: dict[str, dict[str, Any]]) -> None:
    holders: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in divisions.values():
        holders[row["code"]].append(row)
        assert row["division_id"] == row["code"] or row["division_id"].startswith(row["code"] + "-")
        assert row["valid_from"] is None or row["valid_to"] is None or row["valid_from"] < row["valid_to"]
    for code, rows in holders.items():
        assert [row["division_id"] for row in rows].count(code) == 1
        if len(code) == 6:
            spans = sorted((row["valid_from"] or date.min, row["valid_to"] or date.max) for row in rows)
            assert all(end < begin for (_, end), (begin, _) in pairwise(spans)), rows


def test_the_divisions_of_today_are_as_many_as_are_known(divisions: dict[str, dict[str, Any]]) -> None:
    now = Counter(row["level"] for row in divisions.values() if row["valid_to"] is None)
    assert now["province"] == 34
    assert now["prefecture"] == 333
    assert 2840 <= now["county"] <= 2850
    assert 38_500 <= now["township"] <= 38_900


@pytest.mark.parametrize(
    ("old", "new", "kind", "year"),
    [
        ("420600-2009", "420600", "rename", 2010),  # 襄樊市 -> 襄阳市
        ("130323", "130306", "convert", 2015),  # 抚宁县 -> 抚宁区
        ("110103", "110101", "merge", 2010),  # 崇文区 into 东城区
        ("330110", "330113", "split", 2021),  # 临平区 out of 余杭区
        ("341421", "340124", "reassign", 2011),  # 庐江县 from 巢湖市 to 合肥市
        ("371200", "370100", "merge", 2018),  # 莱芜市 into 济南市
        ("522201", "520602", "convert", 2011),  # 铜仁市, the county -> 碧江区
        ("350403", "350404", "reassign", 2021),  # 三元区
        ("500112", "500157", "merge", 2025),  # 渝北区 into 两江新区
        ("431121", "431181", "convert", 2021),  # 祁阳县 -> 祁阳市
    ],
)
def test_changes_that_are_known(old: str, new: str, kind: str, year: int, successions: list[dict[str, Any]]) -> None:
    (found,) = [s for s in successions if (s["from_division_id"], s["to_division_id"]) == (old, new)]
    assert (found["kind"], found["effective_on"]) == (kind, date(year, 1, 1))


def test_zones_have_their_statistical_codes(divisions: dict[str, dict[str, Any]]) -> None:
    zone = divisions["130371"]
    assert (zone["name"], zone["level"], zone["parent_id"]) == ("秦皇岛市经济技术开发区", "zone", "130300")
    assert divisions["130372"]["name"] == "北戴河新区"
    assert sum(row["level"] == "zone" and len(row["code"]) == 6 for row in divisions.values()) > 120


def test_no_division_stands_beside_itself_under_another_name() -> None:
    lines = defaultdict(list)
    for division in all_divisions():
        if len(division.code) == 6 and (division.last or 9999) >= 2008:
            lines[division.line].append(division)
    for states in lines.values():
        spans = sorted((one.first or 0, one.last or 9999) for one in states)
        assert all(end < begin for (_, end), (begin, _) in pairwise(spans)), states
