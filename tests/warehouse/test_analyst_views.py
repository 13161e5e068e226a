"""Peers, punctuality, sums by province, harmonized series and macros, on figures that a person can check by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.sample_lake import Lake, applications
from warehouse.build import build, publish
from warehouse.connection import open_published

# agency -> refused of 100 handled in 2022; peers are the departments of prefectures, whatever their province
REFUSED = {"ag-a": 10, "ag-b": 20, "ag-c": 20, "ag-d": 40}
REVIEWS_2014 = {
    "legacy.l14_received": 30,
    "legacy.l14_replied": 25,
    "legacy.l14_replied_already_public": 4,
    "legacy.l14_replied_granted": 6,
    "legacy.l14_review": 3,
    "legacy.l14_review_upheld": 3,
    "legacy.l14_litigation": 2,
    "legacy.l14_fee": "0.5",
}
REVIEWS = {
    "litigation.review.upheld": 2,
    "litigation.review.pending": 1,
    "litigation.review.total": 3,
    "litigation.suit_direct.corrected": 1,
    "litigation.suit_direct.total": 1,
    "litigation.suit_after_review.upheld": 4,
    "litigation.suit_after_review.total": 4,
}


def lake() -> Lake:
    made = Lake()
    made.division("100000", "中国", None, "country")
    made.division("340000", "安徽省", "100000", "province")
    made.division("340100", "甲市", "340000", "prefecture")
    made.division("340102", "乙区", "340100", "county")
    made.division("420000", "湖北省", "100000", "province")
    made.division("420100", "丙市", "420000", "prefecture")
    for agency_id, division in (("ag-a", "340100"), ("ag-b", "340100"), ("ag-c", "420100"), ("ag-d", "420100")):
        made.agency(agency_id, f"局{agency_id[-1]}", division)
    made.agency("ag-few", "小局", "340100")
    made.agency("ag-doubt", "疑局", "340100")
    made.agency("ag-county", "教育局", "340102")
    made.agency("ag-school", "教育局", "340100")
    made.agency("ag-gov", "甲市人民政府", "340100", agency_type="government")
    made.agency("ag-office", "甲市人民政府办公室", "340100", agency_type="gov_office")
    made.agency("ag-town", "丁镇人民政府", "340102", agency_type="township")
    made.add("agency_alias", alias_id="ag-old", agency_id="ag-a", reason="same body")
    made.add("agency_name", agency_id="ag-b", name="旧局", kind="former")
    made.add("agency_name", agency_id="ag-c", name="局a", kind="former")  # the present name of another

    for agency_id, refused in REFUSED.items():
        made.report(agency_id, 2022, "F2021", applications(100, granted=100 - refused, refused_other_law=refused))
    made.report("ag-few", 2022, "F2021", applications(10, granted=1, refused_other_law=9))
    doubtful = made.report("ag-doubt", 2022, "F2021", applications(100, refused_other_law=100), trust="doubtful")
    made.check(doubtful, 2022, "T3-COL", "application.refused_other_law.total")
    for number, agency_id in enumerate(("ag-county", "ag-school")):
        made.report(agency_id, 2022, "F2021", applications(100, granted=50 + number, refused_other_law=50 - number))
    # The government and its office both tell of the whole city; the office tells of itself too.
    whole = applications(1000, granted=1000)
    made.report("ag-gov", 2022, "F2021", whole, scope="aggregate", published_on=date(2023, 3, 31))
    made.report("ag-office", 2022, "F2021", whole, scope="aggregate", published_on=date(2023, 4, 2), suffix="w")
    made.report("ag-office", 2022, "F2021", applications(5, granted=5), published_on=date(2023, 2, 10))
    made.report("ag-office", 2021, "F2021", scope="unknown", published_on=date(2022, 2, 10))
    made.report("ag-town", 2022, "F2021", published_on=date(2023, 1, 5))
    made.report("ag-town", 2018, "F2014", REVIEWS_2014, published_on=date(2019, 4, 1))
    made.report("ag-a", 2018, "F2014", published_on=date(2018, 12, 30))
    made.report("ag-a", 2019, "F2019", {**applications(7, granted=7), **REVIEWS}, published_on=date(2020, 1, 31))
    made.report("ag-a", 2021, "F2021", {**applications(8, granted=8), "disclosure.admin_fee_wanyuan": 3})
    told = made.report("ag-b", 2021, "F2021", applications(40, granted=40))
    fee = {"version_id": f"{told}-v1", "report_id": told, "report_year": 2021, "section": "6", "unit": "yuan"}
    for number in (1, 2):
        made.add("narrative_fact", **fee, fact_no=number, fact_key="information_fee_yuan", value=Decimal(400))
    for number, status in enumerate(("pass", "pass", "pass", "fail", "not_assessable")):
        made.check(told, 2021, "T3-ROW", "application.granted.total", status=status, subject=f"row {number}")
    return made


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home: Path = lake().write(tmp_path_factory.mktemp("analyst"))
    build(home)
    publish(home)
    connection = open_published(home)
    yield connection
    connection.close()


def rows(warehouse: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return warehouse.execute(sql).fetchall()


def test_peers_are_ranked_among_their_like_and_only_on_figures_that_bear_it(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = rows(
        warehouse,
        "SELECT agency_id, rank, n_peers, percentile, peer_median, peer_p25, peer_p75 FROM indicator_peer "
        "WHERE indicator = 'refusal_rate' AND report_year = 2022 AND level = 'prefecture' AND scope = 'own' "
        "ORDER BY rank, agency_id",
    )
    # not: ag-few (ten applications), ag-doubt (a failed check), offices and governments; five departments are left
    assert found == [
        ("ag-school", 1, 5, 1.0, 0.2, 0.2, 0.4),
        ("ag-d", 2, 5, 0.75, 0.2, 0.2, 0.4),
        ("ag-b", 3, 5, 0.25, 0.2, 0.2, 0.4),
        ("ag-c", 3, 5, 0.25, 0.2, 0.2, 0.4),
        ("ag-a", 5, 5, 0.0, 0.2, 0.2, 0.4),
    ]
    alone = rows(
        warehouse,
        "SELECT rank, n_peers, percentile, peer_median FROM indicator_peer WHERE agency_id = 'ag-county' "
        "AND indicator = 'refusal_rate'",
    )
    assert alone == [(1, 1, None, 0.5)]


def test_punctuality_follows_the_regulation_of_the_year(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "SELECT report_id, due_rule, due_on, days_late, on_time FROM punctuality WHERE published_on IS NOT NULL "
        "ORDER BY report_id",
    )
    assert found == [
        # a day before the year was over cannot be that of the report
        ("r-ag-a-2018", "all_2008", date(2019, 3, 31), None, None),
        ("r-ag-a-2019", "department", date(2020, 1, 31), 0, True),
        ("r-ag-gov-2022", "government", date(2023, 3, 31), 0, True),
        ("r-ag-office-2021", None, None, None, None),
        ("r-ag-office-2022", "department", date(2023, 1, 31), 10, False),
        ("r-ag-office-2022w", "government", date(2023, 3, 31), 2, False),
        ("r-ag-town-2018", "all_2008", date(2019, 3, 31), 1, False),
        ("r-ag-town-2022", None, None, None, None),
    ]
    unknown = rows(warehouse, "SELECT DISTINCT days_late, on_time FROM punctuality WHERE published_on IS NULL")
    assert unknown == [(None, None)]
    wide = rows(warehouse, "SELECT due_on, days_late, on_time FROM agency_year WHERE report_id = 'r-ag-office-2022'")
    assert wide == [(date(2023, 1, 31), 10, False)]


def test_two_that_cover_the_same_division_are_added_once(warehouse: duckdb.DuckDBPyConnection) -> None:
    division = rows(
        warehouse,
        "SELECT n_reports, n_missing, total FROM division_year WHERE division_id = '340100' AND report_year = 2022 "
        "AND scope = 'aggregate' AND measure = 'received_new'",
    )
    assert division == [(1, 1, 1000)]
    province = rows(
        warehouse,
        "SELECT agency_type, n_reports, n_missing, numerator FROM province_year WHERE province_id = '340000' "
        "AND scope = 'aggregate' AND indicator = 'applications_received' ORDER BY 1",
    )
    assert province == [("gov_office", 0, 1, None), ("government", 1, 0, 1000)]


def test_a_province_is_summed_by_type_level_and_scope(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "SELECT province, level, n_reports, numerator, denominator, value, n_doubtful FROM province_year "
        "WHERE indicator = 'refusal_rate' AND report_year = 2022 AND agency_type = 'department' ORDER BY ALL",
    )
    assert found == [
        ("安徽省", "county", 1, 50, 100, 0.5, 0),
        ("安徽省", "prefecture", 5, 10 + 20 + 9 + 100 + 49, 410, 188 / 410, 1),
        ("湖北省", "prefecture", 2, 60, 200, 0.3, 0),
    ]


def test_harmonized_reaches_over_all_forms_with_its_break(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "SELECT form, measure, value, unit, comparability, reason_en IS NOT NULL, reason_zh IS NOT NULL "
        "FROM harmonized WHERE report_id IN ('r-ag-town-2018', 'r-ag-a-2019') AND measure IN "
        "('received_new', 'granted', 'review_closed', 'review_total', 'suit_closed', 'suit_upheld') ORDER BY 1, 2",
    )
    assert found == [
        ("F2014", "granted", 10, "application", "B", True, True),  # what was already public is part of it since 2019
        ("F2014", "received_new", 30, "application", "B", True, True),
        ("F2014", "review_closed", 3, "case", "B", True, True),
        ("F2014", "suit_closed", 2, "case", "B", True, True),
        ("F2014", "suit_upheld", 0, "case", "B", True, True),
        ("F2019", "granted", 7, "application", "A", False, False),
        ("F2019", "received_new", 7, "application", "A", False, False),
        ("F2019", "review_closed", 2, "case", "A", False, False),
        ("F2019", "review_total", 3, "case", "A", False, False),
        ("F2019", "suit_closed", 5, "case", "A", False, False),
        ("F2019", "suit_upheld", 4, "case", "A", False, False),
    ]


def test_fees_of_the_text_and_checks_have_indicators(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "SELECT indicator, numerator, denominator, value FROM indicator WHERE report_id = 'r-ag-b-2021' "
        "AND indicator IN ('fee_yuan_per_application', 'quality_score') ORDER BY 1",
    )
    # told twice, paid once
    assert found == [("fee_yuan_per_application", 400, 40, 10.0), ("quality_score", 3, 4, 0.75)]
    assert rows(warehouse, "SELECT l14_received, l14_fee FROM agency_year WHERE report_id = 'r-ag-town-2018'") == [
        (30, 0.5)
    ]


def test_a_doubted_operand_is_counted_beside_the_figure(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "SELECT indicator, n_doubtful FROM indicator WHERE report_id = 'r-ag-doubt-2022' "
        "AND indicator IN ('disclosure_rate', 'refusal_rate', 'refused_total') ORDER BY 1",
    )
    assert found == [("disclosure_rate", 0), ("refusal_rate", 1), ("refused_total", 1)]


def test_compare_takes_ids_former_ids_and_names(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "SELECT agency_id, report_year, value FROM compare(['ag-old', '旧局', '局d', 'ag-d'], 2021, 2022) "
        "WHERE indicator = 'applications_received'",
    )
    assert found == [
        ("ag-a", 2021, 8.0),
        ("ag-b", 2021, 40.0),
        ("ag-a", 2022, 100.0),
        ("ag-b", 2022, 100.0),
        ("ag-d", 2022, 100.0),
    ]


def test_a_present_name_goes_before_a_former_one(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert sorted(rows(warehouse, "FROM agency_named(['局a', '教育局', '无此局'])")) == [
        ("局a", "ag-a", "局a", "甲市", "name"),
        ("教育局", "ag-county", "教育局", "乙区", "name"),
        ("教育局", "ag-school", "教育局", "甲市", "name"),
    ]


@pytest.mark.parametrize("query", ["compare(['局b', {}], 2019, 2024)", "agency_history({})"])
def test_names_of_none_or_several_are_errors_with_a_way_out(warehouse: duckdb.DuckDBPyConnection, query: str) -> None:
    with pytest.raises(duckdb.Error, match=r"'教育局' may be any of 2 agencies.*ag-county 教育局 \(乙区\)"):
        rows(warehouse, f"FROM {query.format(repr('教育局'))}")
    with pytest.raises(duckdb.Error, match=r"No agency is called '无此局'.*gongkai agency find"):
        rows(warehouse, f"FROM {query.format(repr('无此局'))}")


def test_a_whole_history_is_planned_about_as_quickly_as_the_wide_table(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A join of a span of years to computed columns took DuckDB 2.0.1 a hundred times as long."""

    def planning(rows_of: str) -> float:
        seconds = []
        for _ in range(3):
            begin = time.process_time()
            warehouse.execute(f"EXPLAIN FROM {rows_of}").fetchall()
            seconds.append(time.process_time() - begin)
        return min(seconds)

    assert planning("agency_history('局a')") < 20 * planning("agency_year")


def test_agency_history_shows_gaps(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(warehouse, "SELECT report_year, years_since_last, form, received_new FROM agency_history('局a')")
    assert found == [
        (2018, None, "F2014", None),
        (2019, 1, "F2019", 7),
        (2021, 2, "F2021", 8),
        (2022, 1, "F2021", 100),
    ]


def test_every_macro_is_commented_in_two_languages(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = dict(rows(warehouse, "SELECT function_name, comment FROM duckdb_functions() WHERE NOT internal"))
    assert {"rate", "due_on", "agency_named", "agency_meant", "compare", "agency_history"} <= set(found)
    assert all(" | " in comment for comment in found.values())
