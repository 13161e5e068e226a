"""Series go on through renames; a merger or transfer breaks them, and every view and export says why."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.sample_lake import Lake, applications
from warehouse.build import build, publish
from warehouse.compare import compare
from warehouse.query import execute

NAMES = {
    "ag-env": "甲市环境保护局",
    "ag-eco": "甲市生态环境局",
    "ag-trade": "甲市工商行政管理局",
    "ag-quality": "甲市质量技术监督局",
    "ag-market": "甲市市场监督管理局",
    "ag-civil": "甲市民政局",
    "ag-veterans": "甲市退役军人事务局",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bureaus of a city through a reform that shows in 2021: a rename, a merger of two and a transfer."""
    lake = Lake()
    lake.division("340100", "甲市", None, "prefecture")
    for agency_id, name in NAMES.items():
        lake.agency(agency_id, name, "340100")
    for before, after, kind in (
        ("ag-env", "ag-eco", "rename"),
        ("ag-trade", "ag-market", "merge"),
        ("ag-quality", "ag-market", "merge"),
        ("ag-civil", "ag-veterans", "transfer"),
    ):
        lake.add(
            "agency_succession",
            from_agency_id=before,
            to_agency_id=after,
            kind=kind,
            effective_on=dt.date(2021, 1, 1),
            source="reform",
            reason_en="reform of 2021",
            reason_zh="2021 年改革",
        )
    old, new = ("ag-env", "ag-trade", "ag-quality", "ag-civil"), ("ag-eco", "ag-market", "ag-civil", "ag-veterans")
    for year, agencies in ((2020, old), (2021, new), (2022, new)):
        for agency_id in agencies:
            lake.report(agency_id, year, "F2019" if year == 2020 else "F2021", applications(50, granted=50))
    # The old bureau of trade still tells of the year in which it went into the new one.
    lake.report("ag-trade", 2021, "F2021", applications(20, granted=20))
    home = lake.write(tmp_path_factory.mktemp("series"))
    build(home)
    publish(home)
    return home


def _rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in execute(home, query).rows]


def test_a_change_is_told_through_a_rename_and_marked_at_a_break(home: Path) -> None:
    rows = _rows(
        home,
        "SELECT agency_id, previous_agency_id, change::INTEGER, is_break, break_reason_en FROM yearly_change "
        "WHERE indicator = 'applications_received' AND report_year = 2021 ORDER BY 1",
    )
    took_in = "took in 甲市工商行政管理局, 甲市质量技术监督局 in 2021 (reform of 2021)"
    assert rows == [
        (
            "ag-civil",
            "ag-civil",
            0,
            True,
            "gave a part of its functions to 甲市退役军人事务局 in 2021 (reform of 2021)",
        ),
        ("ag-eco", "ag-env", 0, False, None),
        ("ag-market", None, None, True, took_in),
        # What the successor tells of as well has the year before of its own, and stands in no sum.
        ("ag-veterans", None, None, True, "took over a part of 甲市民政局 in 2021 (reform of 2021)"),
    ]


def test_a_year_that_old_and_new_body_tell_of_is_in_no_sum_twice(home: Path) -> None:
    assert _rows(home, "SELECT agency_id FROM agency_year WHERE NOT is_counted") == [("ag-trade",)]
    (row,) = _rows(
        home,
        "SELECT total::INTEGER, n_reports, n_missing, n_same, is_break, break_reason_zh FROM division_year "
        "WHERE measure = 'received_new' AND report_year = 2021",
    )
    assert row == (200, 4, 1, 2, True, "1 个机构有变更，见 yearly_change")


def test_an_agency_that_was_renamed_or_merged_is_not_missed(home: Path) -> None:
    found = dict(_rows(home, "SELECT agency_id, expected_source FROM coverage WHERE report_year = 2022"))
    assert (found["ag-env"], found["ag-quality"], found["ag-civil"]) == ("succeeded", "succeeded", "report_itself")


@pytest.mark.parametrize(("asked", "first"), [("ag-quality", "ag-quality"), ("ag-market", "ag-quality")])
def test_the_history_goes_both_ways_and_never_sideways(home: Path, asked: str, first: str) -> None:
    rows = _rows(home, f"SELECT report_year, agency_id, change_zh FROM agency_history('{asked}') WHERE is_counted")
    assert (2021, "ag-market", "2021 年并入甲市工商行政管理局、甲市质量技术监督局（2021 年改革）") in rows
    assert (2020, first, None) in rows
    assert ((2020, "ag-trade", None) in rows) == (asked == "ag-market")
    renamed = _rows(home, "SELECT report_year, agency_id, change_en FROM agency_history('甲市环境保护局')")
    assert renamed == [
        (2020, "ag-env", None),
        (2021, "ag-eco", "goes on from 甲市环境保护局 under another name (reform of 2021)"),
        (2022, "ag-eco", None),
    ]


@pytest.mark.parametrize(("lang", "said"), [("zh", "机构变更：2021 年并入"), ("en", "reorganisation: took in ")])
def test_a_comparison_says_where_a_series_breaks(home: Path, tmp_path: Path, lang: str, said: str) -> None:
    file = tmp_path / "market.csv"
    compare(home, ["ag-market"], indicators=["applications_received"], out=file, lang=lang)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        notes = {row["report_year"]: row["note"] for row in csv.DictReader(lines)}
    assert said in notes["2021"]
    assert said not in notes["2022"]


@pytest.mark.parametrize("asked", ["甲市生态环境局", "甲市环境保护局", "ag-env"])
def test_a_comparison_by_one_name_holds_the_years_under_the_others(home: Path, tmp_path: Path, asked: str) -> None:
    file = tmp_path / "environment.csv"
    compare(home, [asked], indicators=["applications_received"], out=file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [(row["report_year"], row["agency_id"], row["agency_name"]) for row in csv.DictReader(lines)]
    expected = [("2020", "ag-env"), ("2021", "ag-eco"), ("2022", "ag-eco")]
    assert sorted(rows) == sorted((year, agency_id, NAMES[agency_id]) for year, agency_id in expected)
    query = (
        f"FROM compare(['{asked}'], 2019, 2024) SELECT report_year, agency_id WHERE indicator = 'applications_received'"
    )
    assert sorted(_rows(home, query)) == [(int(year), agency_id) for year, agency_id in expected]
