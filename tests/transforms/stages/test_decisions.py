"""What a person settles about agencies survives every rebuild; what is open stands in the review list."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from tests.transforms.stages.home_kit import Home, page
from transforms.identity.decisions import DecisionsError
from transforms.normalize import normalize

COUNTY = "630121"  # 大通回族土族自治县
ON_COUNTY = {"region_code": COUNTY, "body": None}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """The bureau of one county under its full name and under a name without the place, and two that may have followed
    another one.
    """
    home = Home(tmp_path)
    home.crawl(
        {"data": page("信访局", 2020), "url": "https://www.yl.gov.cn/1", **ON_COUNTY},
        {"data": page("大通县信访局", 2021), "url": "https://www.yl.gov.cn/2", **ON_COUNTY},
        {"data": page("大通县国土资源局", 2017), "url": "https://www.yl.gov.cn/3", **ON_COUNTY},
        {"data": page("大通县自然资源局", 2019), "url": "https://www.yl.gov.cn/4", **ON_COUNTY},
        {"data": page("大通县自然资源和规划局", 2022), "url": "https://www.yl.gov.cn/5", **ON_COUNTY},
    )
    normalize(home.path)
    return home


def _ids(home: Home) -> dict[str, str]:
    return {row["name"]: row["agency_id"] for row in home.rows("agency")}


def _open(home: Home) -> set[tuple[str, str, str | None]]:
    return {(row["kind"], row["agency_name"], row["other_name"]) for row in home.rows("agency_review")}


def _decide(home: Home, *entries: dict[str, Any]) -> None:
    text = yaml.safe_dump(list(entries), allow_unicode=True)
    (home.path / "identity" / "decisions.yaml").write_text(text, "utf-8")
    normalize(home.path)


def test_what_is_not_certain_is_listed(home: Home) -> None:
    assert _open(home) == {
        ("unconfirmed", "信访局", None),
        ("may_be_same", "信访局", "大通县信访局"),
        ("may_follow", "大通县自然资源局", "大通县国土资源局"),
        ("may_follow", "大通县自然资源和规划局", "大通县国土资源局"),
    }
    listed = yaml.safe_load((home.path / "identity" / "review.yaml").read_text("utf-8"))
    assert {entry["agency_id"] for entry in listed} == {
        _ids(home)[name] for name in ("信访局", "大通县自然资源局", "大通县自然资源和规划局")
    }


def test_same_as_merges_and_the_merged_id_stays_an_alias(home: Home) -> None:
    ids, reports = _ids(home), {row["report_id"] for row in home.rows("report")}
    _decide(home, {"agency": ids["信访局"], "same_as": ids["大通县信访局"], "why": "one office, one telephone"})
    assert "信访局" not in _ids(home)
    (alias,) = home.rows("agency_alias")
    assert (alias["alias_id"], alias["agency_id"]) == (ids["信访局"], ids["大通县信访局"])
    assert "one telephone" in alias["reason"]
    assert {row["report_id"] for row in home.rows("report")} == reports
    names = {row["name"]: row["kind"] for row in home.rows("agency_name") if row["agency_id"] == ids["大通县信访局"]}
    assert names == {"信访局": "short", "大通县信访局": "official"}
    assert {kind for kind, _, _ in _open(home)} == {"may_follow"}


def test_two_reports_of_one_year_become_versions_of_one(home: Home) -> None:
    ids = _ids(home)
    home.crawl({"data": page("信访局", 2021, rules_made="7"), "url": "https://www.yl.gov.cn/6", **ON_COUNTY})
    normalize(home.path)
    of_full = next(r["report_id"] for r in home.rows("report") if r["agency_id"] == ids["大通县信访局"])
    _decide(home, {"agency": ids["信访局"], "same_as": ids["大通县信访局"]})
    in_2021 = [row["report_id"] for row in home.rows("report") if row["report_year"] == 2021]
    assert in_2021 == [of_full]


def test_not_same_is_never_proposed_again(home: Home) -> None:
    ids = _ids(home)
    _decide(home, {"agency": ids["大通县信访局"], "not_same": ids["信访局"]})
    assert ("may_be_same", "信访局", "大通县信访局") not in _open(home)
    assert _ids(home) == ids


def test_a_successor_is_told_and_no_longer_proposed(home: Home) -> None:
    ids = _ids(home)
    new, old = ids["大通县自然资源局"], ids["大通县国土资源局"]
    assert home.rows("agency_succession") == []
    path = home.path / "identity" / "decisions.yaml"
    path.write_text(
        f"- agency: {new}\n  successor_of: {old}\n  effective_on: 2018-12-28\n  who: 甲\n"
        f"- agency: {ids['大通县自然资源和规划局']}\n  not_same: {old}\n",
        "utf-8",
    )
    normalize(home.path)
    (row,) = home.rows("agency_succession")
    assert (row["from_agency_id"], row["to_agency_id"], row["kind"]) == (old, new, "rename")
    assert (str(row["effective_on"]), "甲" in row["source"]) == ("2018-12-28", True)
    assert "may_follow" not in {kind for kind, _, _ in _open(home)}


def test_confirmed_takes_an_agency_off_the_list(home: Home) -> None:
    ids = _ids(home)
    _decide(
        home, {"agency": ids["信访局"], "confirmed": True}, {"agency": ids["信访局"], "not_same": ids["大通县信访局"]}
    )
    assert {kind for kind, _, _ in _open(home)} == {"may_follow"}
    assert {row["status"] for row in home.rows("agency")} == {"confirmed"}


def test_decisions_survive_a_rebuild_of_lake_and_records(home: Home) -> None:
    ids = _ids(home)
    _decide(home, {"agency": ids["信访局"], "same_as": ids["大通县信访局"]})
    before = home.contents("lake")
    shutil.rmtree(home.path / "lake")
    normalize(home.path)
    assert home.contents("lake") == before


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        ("- agency: {a}\n  same_as: nobody\n", 2, "same_as", "no agency on record"),
        ("\n- agency: nobody\n  same_as: {a}\n", 2, "agency", "no agency on record"),
        ("- agency: {a}\n", 1, "agency", "expected one of"),
        ("- same_as: {a}\n", 1, "agency", "is missing"),
        ("- agency: {a}\n  same_as: {b}\n  not_same: {b}\n", 1, "agency", "same_as and not_same"),
        ("- agency: {a}\n  same_as: {a}\n", 2, "same_as", "the agency itself"),
        ("- agency: {a}\n  same_as: {b}\n  when: 2026-01-01\n  whom: x\n", 4, "whom", "not known here"),
        ("- agency: {a}\n  successor_of: {b}\n  kind: marriage\n", 3, "kind", "expected one of rename"),
        ("- agency: {a}\n  successor_of: {b}\n  effective_on: soon\n", 3, "effective_on", "expected a day"),
        ("- agency: {a}\n  confirmed: 1\n", 2, "confirmed", "expected true"),
        ("- agency: {a}\n  same_as: {b}\n- agency: {b}\n  same_as: {a}\n", 4, "same_as", "circle"),
        ("- agency: {a}\n  same_as: {b}\n- agency: {b}\n  not_same: {a}\n", 4, "not_same", "merged by same_as"),
        ("agency: {a}\n", 1, "", "expected a list"),
        ("- {a}\n", 1, "", "expected `agency: ID`"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_its_place(
    home: Home, text: str, line: int, key: str, said: str
) -> None:
    ids = _ids(home)
    before = home.contents("lake")
    path = home.path / "identity" / "decisions.yaml"
    path.write_text(text.format(a=ids["信访局"], b=ids["大通县信访局"]), "utf-8")
    with pytest.raises(DecisionsError) as refused:
        normalize(home.path)
    assert f"decisions.yaml, line {line}" in str(refused.value)
    assert key in str(refused.value)
    assert said in str(refused.value)
    assert home.contents("lake") == before


def test_no_yaml_is_refused(home: Home) -> None:
    (home.path / "identity" / "decisions.yaml").write_text("- agency: [", "utf-8")
    with pytest.raises(DecisionsError, match="line 1"):
        normalize(home.path)


def test_a_report_that_stands_where_it_may_not_belong_is_listed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.crawl(
        {
            "data": page("宁国市民政局", 2021).replace(
                b"<div id=zoom>", "<p>索引号：11341702486344515H/2022-1</p><div id=zoom>".encode()
            ),
            "region_code": "341800",
            "url": "https://www.yl.gov.cn/1",
        },
        {"data": page("宁国市水利局", 2021), "region_code": "341800", "url": "https://a.com/2", "declared_host": False},
        {
            "data": page("宁国市教育局", 2021),
            "region_code": "341800",
            "url": "https://www.yl.gov.cn/3",
            "report_year": 2022,
        },
    )
    normalize(home.path)
    found = {row["kind"]: row["reason"] for row in home.rows("agency_review")}
    assert found.keys() == {"unconfirmed", "places_differ", "only_copies", "years_differ"}
    assert "贵池区" in found["places_differ"]
    assert "2022" in found["years_differ"]
    assert {w["code"] for w in home.rows("reading_warning")} == {"issuer_differs"}


def test_names_and_their_validity(tmp_path: Path) -> None:
    home = Home(tmp_path)
    named = [
        ("大通回族土族自治县人力资源和社会保障局", 2019, COUNTY),
        ("大通县人社局", 2021, COUNTY),
        ("抚宁县教育局", 2013, "130300"),
        ("抚宁区教育局", 2019, "130300"),
    ]
    home.crawl(
        *(
            {"data": page(name, year), "url": f"https://www.yl.gov.cn/{year}", "body": None, "region_code": region}
            for name, year, region in named
        )
    )
    normalize(home.path)
    found = {
        row["name"]: (row["kind"], str(row["valid_from"]), str(row["valid_to"])) for row in home.rows("agency_name")
    }
    assert found == {
        "大通回族土族自治县人力资源和社会保障局": ("official", "2019-01-01", "None"),
        "大通县人社局": ("official", "2021-01-01", "None"),
        "抚宁县教育局": ("former", "2013-01-01", "2013-12-31"),
        "抚宁区教育局": ("official", "2019-01-01", "None"),
    }
    assert all("https://" in row["source"] for row in home.rows("agency_name"))
    assert len(home.rows("agency")) == 2


def test_platforms_that_show_different_figures_of_one_report_are_listed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for night in range(2):
        home.crawl(
            {"data": page("大通县信访局", 2021, counter=night), "url": "https://www.yl.gov.cn/1", **ON_COUNTY},
            {"data": page("大通县信访局", 2021, counter=9), "url": "https://www.yl.gov.cn/2", **ON_COUNTY},
        )
        normalize(home.path)
        assert _open(home) == set()
    home.crawl({"data": page("大通县信访局", 2021, rules_made="7"), "url": "https://www.yl.gov.cn/2", **ON_COUNTY})
    normalize(home.path)
    (row,) = home.rows("agency_review")
    assert (row["kind"], row["report_id"]) == ("platforms_differ", home.rows("report")[0]["report_id"])
    assert "https://www.yl.gov.cn/1 and https://www.yl.gov.cn/2" in row["reason"]
    home.crawl(
        {"data": page("大通县信访局", 2021, rules_made="7", counter=3), "url": "https://www.yl.gov.cn/1", **ON_COUNTY}
    )
    normalize(home.path)
    assert _open(home) == set()


def test_a_part_of_other_columns_is_made_again_without_a_word(home: Home) -> None:
    path = home.path / "lake" / "document" / "report_year=2020" / "part-0.parquet"
    before = home.contents("lake")
    pq.write_table(pq.read_table(path).drop_columns(["codes"]), path)
    assert normalize(home.path).problems == []
    assert home.contents("lake") == before
