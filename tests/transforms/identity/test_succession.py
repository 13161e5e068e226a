"""National reorganisations and changes of divisions make successions where both ends have reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.transforms.stages.home_kit import Home, page
from transforms.identity.succession import reorganisations
from transforms.normalize import normalize

COUNTY = "630121"  # 大通回族土族自治县
HANGZHOU = "330100"


def _home(path: Path, region: str, *named: tuple[str, int]) -> Home:
    home = Home(path)
    home.crawl(
        *(
            {"data": page(name, year), "url": f"https://www.yl.gov.cn/{at}", "region_code": region, "body": None}
            for at, (name, year) in enumerate(named)
        )
    )
    assert normalize(home.path).problems == []
    return home


def _edges(home: Home) -> set[tuple[str, str, str, str]]:
    names = {row["agency_id"]: row["name"] for row in home.rows("agency")}
    return {
        (names[row["from_agency_id"]], names[row["to_agency_id"]], row["kind"], str(row["effective_on"])[:4])
        for row in home.rows("agency_succession")
    }


@pytest.mark.parametrize(
    ("reports", "edge"),
    [
        ([("大通县环境保护局", 2017), ("大通县生态环境局", 2018)], ("rename", "2018")),
        ([("大通县环境保护局", 2018), ("大通县生态环境局", 2019)], ("rename", "2019")),
        # With years missing the change is where the reform allows it.
        ([("大通县卫生和计划生育局", 2015), ("大通县卫生健康局", 2022)], ("rename", "2019")),
        ([("大通县工商行政管理局", 2017), ("大通县市场监督管理局", 2019)], ("merge", "2019")),
        # Taken in by one that was there before: from the first year in which the old one does not report.
        (
            [("大通县司法局", 2016), ("大通县法制办公室", 2017), ("大通县司法局", 2019)],
            ("merge", "2018"),
        ),
        (
            [("大通县乡村振兴局", 2022), ("大通县农业农村局", 2021), ("大通县农业农村局", 2023)],
            ("merge", "2023"),
        ),
        # The old one goes on without what it gave away.
        (
            [("大通县民政局", 2017), ("大通县民政局", 2020), ("大通县退役军人事务局", 2019)],
            ("transfer", "2019"),
        ),
        # Of before and after the reform, but the old one never stopped.
        ([("大通县工商行政管理局", 2021), ("大通县市场监督管理局", 2019)], None),
        ([("大通县环境保护局", 2013), ("大通县生态环境局", 2014)], None),
    ],
)
def test_a_reorganisation_joins_what_fits_its_years(
    tmp_path: Path, reports: list[tuple[str, int]], edge: tuple[str, str] | None
) -> None:
    home = _home(tmp_path, COUNTY, *reports)
    assert {(kind, year) for _, _, kind, year in _edges(home)} == ({edge} if edge else set())


def test_a_body_ends_once(tmp_path: Path) -> None:
    """What the reform of 2018 made of a 卫生局 was made of the 卫生和计划生育局 where there was one."""
    home = _home(
        tmp_path,
        COUNTY,
        ("大通县卫生局", 2013),
        ("大通县卫生和计划生育局", 2014),
        ("大通县卫生和计划生育局", 2017),
        ("大通县卫生健康局", 2019),
    )
    assert _edges(home) == {
        ("大通县卫生局", "大通县卫生和计划生育局", "merge", "2014"),
        ("大通县卫生和计划生育局", "大通县卫生健康局", "rename", "2019"),
    }
    assert "may_follow" not in {row["kind"] for row in home.rows("agency_review")}


def test_a_person_decides_against_it(tmp_path: Path) -> None:
    home = _home(tmp_path, COUNTY, ("大通县环境保护局", 2017), ("大通县生态环境局", 2019))
    (row,) = home.rows("agency_succession")
    assert "2018-03-21" in row["source"]
    assert (row["reason_en"][:20], row["reason_zh"][:4]) == ("institutional reform", "2018")
    decision = {"agency": row["to_agency_id"], "not_same": row["from_agency_id"]}
    (home.path / "identity" / "decisions.yaml").write_text(yaml.safe_dump([decision]), "utf-8")
    normalize(home.path)
    assert home.rows("agency_succession") == []
    assert "may_follow" not in {row["kind"] for row in home.rows("agency_review")}


def test_like_bodies_of_merged_and_split_divisions_follow_each_other(tmp_path: Path) -> None:
    home = _home(
        tmp_path,
        HANGZHOU,
        ("杭州市江干区教育局", 2019),
        ("杭州市江干区民政局", 2019),
        ("杭州市上城区教育局", 2019),
        ("杭州市上城区教育局", 2021),
        ("杭州市余杭区教育局", 2019),
        ("杭州市余杭区教育局", 2021),
        ("杭州市临平区教育局", 2021),
    )
    assert _edges(home) == {
        ("杭州市江干区教育局", "杭州市上城区教育局", "merge", "2021"),
        ("杭州市余杭区教育局", "杭州市临平区教育局", "split", "2021"),
    }


def test_bureaus_of_counties_become_branches_of_the_citys(tmp_path: Path) -> None:
    home = _home(
        tmp_path,
        "130300",
        ("秦皇岛市抚宁区环境保护局", 2017),
        ("秦皇岛市生态环境局抚宁分局", 2019),
        ("秦皇岛市昌黎县环境保护局", 2017),
        ("秦皇岛市昌黎县生态环境局", 2018),
        ("秦皇岛市生态环境局昌黎县分局", 2020),
        ("秦皇岛市卢龙县环境保护局", 2023),
        ("秦皇岛市生态环境局卢龙县分局", 2019),
    )
    assert _edges(home) == {
        ("秦皇岛市抚宁区环境保护局", "秦皇岛市生态环境局抚宁分局", "merge", "2019"),
        ("秦皇岛市昌黎县环境保护局", "秦皇岛市昌黎县生态环境局", "rename", "2018"),
        ("秦皇岛市昌黎县生态环境局", "秦皇岛市生态环境局昌黎县分局", "merge", "2020"),
    }


def test_a_county_that_became_a_district_keeps_its_bodies(tmp_path: Path) -> None:
    home = _home(tmp_path, "130300", ("抚宁县教育局", 2013), ("抚宁区教育局", 2016))
    assert len(home.rows("agency")) == 1
    assert home.rows("agency_succession") == []


def test_the_declaration_is_whole() -> None:
    found = reorganisations()
    pairs: list[Any] = [(one.before, one.after, one.first_year) for one in found]
    assert len(pairs) == len(set(pairs)) > 60
    assert all(one.before != one.after and one.first_year <= one.last_year for one in found)
    # 工商, 质监 and 食药监 went into the bureau of market regulation, in one reform.
    merged = {one.before: one for one in found if one.after == "市场监督管理局" and one.kind == "merge"}
    assert merged.keys() == {"工商行政管理局", "质量技术监督局", "食品药品监督管理局"}
    assert {(one.first_year, one.last_year) for one in merged.values()} == {(2018, 2019)}
