"""The views' numbers, compared with what a person gets from the sample lake by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from transforms.reading import trust
from warehouse.connection import open_published
from warehouse.indicators import form_names, indicators, series, wide_columns
from warehouse.views import VIEWS, views

ROOM = Path(__file__).parents[2] / "warehouse"


@pytest.fixture(scope="module")
def warehouse(published_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_published(published_home)
    yield connection
    connection.close()


def rows(warehouse: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return warehouse.execute(sql).fetchall()


# report, indicator -> numerator, denominator, value, small_n, n_inferred
BY_HAND = {
    ("r-ag-finance-2019", "disclosure_rate"): (50, 100, 0.5, False, 0),
    ("r-ag-finance-2019", "full_disclosure_rate"): (40, 100, 0.4, False, 0),
    ("r-ag-finance-2019", "refusal_rate"): (10, 100, 0.1, False, 0),
    ("r-ag-finance-2019", "refused_state_secret_share"): (5, 10, 0.5, True, 0),
    ("r-ag-finance-2019", "other_share"): (40, 100, 0.4, False, 0),
    # answered in substance: 100 less 40 otherwise processed
    ("r-ag-finance-2019", "substantive_rate"): (50, 60, 50 / 60, False, 0),
    ("r-ag-finance-2019", "normative_issued"): (8, None, 8.0, False, 0),
    ("r-ag-finance-2019", "normative_net_change"): (None, None, None, False, 0),
    ("r-ag-finance-2019", "admin_fee_wanyuan"): (None, None, None, False, 0),
    ("r-ag-finance-2020", "completion_rate"): (24, 25, 0.96, True, 0),
    ("r-ag-finance-2020", "carry_over_rate"): (1, 25, 0.04, True, 0),
    ("r-ag-finance-2020", "not_held_share"): (4, 24, 4 / 24, True, 0),
    ("r-ag-finance-2020", "unavailable_share"): (4, 24, 4 / 24, True, 0),
    # four reviews, one of them pending: three closed
    ("r-ag-finance-2020", "review_correction_rate"): (1, 3, 1 / 3, True, 0),
    ("r-ag-finance-2020", "review_upheld_rate"): (2, 3, 2 / 3, True, 0),
    ("r-ag-finance-2020", "review_pending_share"): (1, 4, 0.25, True, 0),
    ("r-ag-finance-2020", "review_rate"): (4, 24, 4 / 24, True, 0),
    ("r-ag-finance-2020", "suit_correction_rate"): (0, 0, None, True, 0),
    ("r-ag-finance-2020", "applications_carried_in"): (5, None, 5.0, False, 0),
    # F2021 splits what F2019 prints as one row: 1 + 2 + 3
    ("r-ag-finance-2021", "other_total"): (6, None, 6.0, False, 0),
    ("r-ag-finance-2021", "other_share"): (6, 60, 0.1, False, 0),
    ("r-ag-finance-2021", "normative_issued"): (9, None, 9.0, False, 0),
    ("r-ag-finance-2021", "normative_net_change"): (8, None, 8.0, False, 0),
    ("r-ag-finance-2021", "normative_repeal_ratio"): (1, 20, 0.05, True, 0),
    ("r-ag-finance-2021", "admin_fee_wanyuan"): (Decimal("12.5"), None, 12.5, False, 0),
    ("r-ag-finance-2021", "natural_person_share"): (60, 60, 1.0, False, 0),
    ("r-ag-health-2021", "disclosure_rate"): (40, 40, 1.0, False, 1),
    # one ground of refusal is blank and no sum says what it is: unknown, not zero
    ("r-ag-health-2021", "refusal_rate"): (None, 40, None, False, 0),
    ("r-ag-health-2021", "licence_decisions"): (None, None, None, False, 0),
    ("r-ag-health-2022", "refusal_rate"): (None, None, None, False, 0),
    ("r-ag-school2-2022", "refusal_rate"): (None, None, None, False, 0),
}


@pytest.mark.parametrize(("report", "indicator"), BY_HAND)
def test_indicator(warehouse: duckdb.DuckDBPyConnection, report: str, indicator: str) -> None:
    found = rows(
        warehouse,
        "SELECT numerator, denominator, value, small_n, n_inferred FROM indicator "
        f"WHERE report_id = '{report}' AND indicator = '{indicator}'",
    )
    numerator, denominator, value, small_n, n_inferred = BY_HAND[report, indicator]
    assert len(found) == 1
    assert found[0][:2] == (numerator, denominator)
    assert found[0][2] == (None if value is None else pytest.approx(value))
    assert found[0][3:] == (small_n, n_inferred)


def test_indicator_has_one_row_for_each_placed_report_and_indicator(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(warehouse, "SELECT report_id, count(*), count(DISTINCT indicator) FROM indicator GROUP BY ALL")
    assert len(found) == 11
    assert {(n, m) for _, n, m in found} == {(len(indicators()), len(indicators()))}
    assert "r-none-2022" not in {report_id for report_id, _, _ in found}


def test_agency_year_agrees_with_indicator(warehouse: duckdb.DuckDBPyConnection) -> None:
    for key in indicators():
        different = rows(
            warehouse,
            f"SELECT i.report_id FROM indicator AS i JOIN agency_year AS a ON a.report_id = i.report_id "
            f"WHERE i.indicator = '{key}' AND CAST(a.\"{key}\" AS DOUBLE) IS DISTINCT FROM i.value",
        )
        assert different == [], key


def test_agency_year_shows_figures_and_how_far_to_trust_them(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "SELECT report_id, agency_name, division, granted, review_total, received_new_natural_person, n_inferred, "
        "n_doubtful, trust, only_copies FROM agency_year WHERE report_year IN (2020, 2022) ORDER BY report_id",
    )
    assert found == [
        ("r-ag-finance-2020", "甲市财政局", "甲市", 10, 4, 20, 0, 0, "sound", False),
        ("r-ag-gov-2022", "甲市人民政府", "甲市", 800, 0, 800, 0, 0, "sound", False),
        ("r-ag-health-2022", "甲市卫生健康委员会", "甲市", None, None, None, 0, 0, "unread", False),
        ("r-ag-police-2020", "甲市公安局", "甲市", 5, 0, 10, 0, 0, "sound", False),
        ("r-ag-police-2022", "甲市公安局", "甲市", 20, 0, 50, 0, 3, "doubtful", False),
        ("r-ag-school-2022", "甲市教育局", "甲市", 15, 0, 30, 0, 0, "sound", False),
        ("r-ag-school2-2022", "乙区教育局", "乙区", None, None, None, 0, 0, "unread", True),
    ]


def test_yearly_change_has_only_consecutive_years_of_one_scope(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "SELECT report_id, previous_report_id, value, previous_value, change, is_break, small_n "
        "FROM yearly_change WHERE indicator = 'applications_received' ORDER BY report_id",
    )
    # not: police 2020 to 2022 (a year apart), the government's aggregate to its unknown scope
    assert found == [
        ("r-ag-finance-2020", "r-ag-finance-2019", 20.0, 100.0, -80.0, False, False),
        ("r-ag-finance-2021", "r-ag-finance-2020", 60.0, 20.0, 40.0, False, False),
        ("r-ag-health-2022", "r-ag-health-2021", None, 40.0, None, False, False),
    ]


def test_yearly_change_marks_breaks_and_gives_no_change_over_class_c(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "SELECT indicator, report_year, change, is_break, break_reason_en IS NOT NULL, break_reason_zh IS NOT NULL "
        "FROM yearly_change WHERE agency_id = 'ag-finance' AND indicator IN ('normative_issued', 'admin_fee_wanyuan') "
        "ORDER BY ALL",
    )
    assert found == [
        ("admin_fee_wanyuan", 2020, None, False, False, False),
        ("admin_fee_wanyuan", 2021, None, True, True, True),
        ("normative_issued", 2020, -2.0, False, False, False),
        ("normative_issued", 2021, 3.0, True, True, True),
    ]


def test_division_year_adds_one_scope_over_the_same_agencies(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "SELECT report_year, scope, n_reports, n_missing, n_expected, total, n_same, same_total, same_previous_total, "
        "same_change FROM division_year WHERE division_id = '340100' AND measure = 'licence_decisions' ORDER BY 1, 2",
    )
    assert found == [
        (2019, "own", 1, 0, 1, 70, 0, None, None, None),
        (2020, "own", 2, 0, 2, 350, 1, 50, 70, -20),
        (2021, "aggregate", 1, 0, 1, 9000, 0, None, None, None),
        # health's cell is blank; police is expected, since it reported before and after
        (2021, "own", 1, 1, 3, 80, 1, 80, 50, 30),
        # finance is expected by the registry, health has no tables
        (2022, "own", 2, 1, 4, 401, 0, None, None, None),
        (2022, "unknown", 1, 0, 1, 0, 0, None, None, None),
    ]


def test_division_year_joins_the_forms_where_they_may_be(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "SELECT measure, total, same_change, is_break FROM division_year WHERE division_id = '340100' "
        "AND report_year = 2021 AND scope = 'own' "
        "AND measure IN ('normative_made', 'other_total', 'admin_fee_wanyuan') ORDER BY 1",
    )
    assert found == [
        ("admin_fee_wanyuan", Decimal("12.5"), None, False),  # no same agency: the year before prints no money
        ("normative_made", 9, 3, True),
        ("other_total", 6, 6, False),
    ]


def test_division_year_holds_the_division_itself_only(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(warehouse, "SELECT DISTINCT division_id, n_reports FROM division_year WHERE division_id <> '340100'")
    assert found == [("340102", 0)]


def test_coverage_tells_who_is_missing_and_why_they_were_expected(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        warehouse,
        "SELECT coalesce(agency_id, agency_name), report_year, expected_source, reported, outcome, only_copies "
        "FROM coverage WHERE expected ORDER BY 1, 2",
    )
    assert found == [
        ("ag-finance", 2018, "registry", False, None, None),
        ("ag-finance", 2019, "registry", True, "parsed", False),
        ("ag-finance", 2020, "registry", True, "parsed", False),
        ("ag-finance", 2021, "registry", True, "parsed", False),
        ("ag-finance", 2022, "registry", False, None, None),
        ("ag-gov", 2021, "report_itself", True, "parsed", False),
        ("ag-gov", 2022, "report_itself", True, "parsed", False),
        ("ag-health", 2021, "report_itself", True, "parsed", False),
        ("ag-health", 2022, "report_itself", True, "no_tables", False),
        ("ag-police", 2020, "report_itself", True, "parsed", False),
        ("ag-police", 2021, "reports_before_and_after", False, None, None),
        ("ag-police", 2022, "report_itself", True, "parsed", False),
        ("ag-school", 2022, "report_itself", True, "parsed", False),
        ("ag-school2", 2022, "report_itself", True, "parsed", True),
        ("丙局", 2021, "registry", False, None, None),
        ("丙局", 2022, "registry", False, None, None),
    ]


def test_doubt_names_every_doubted_cell_of_current_versions(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(warehouse, "SELECT cell, source, code, severity FROM doubt ORDER BY cell NULLS FIRST")
    assert found == [
        (None, "warning", "mixed_form", "warning"),
        ("application.granted.total", "check", "T3-COL", "error"),
        ("application.outcome_total.total", "check", "T3-COL", "error"),
        ("disclosure.admin_fee_wanyuan", "warning", "money_without_unit", "warning"),
    ]


def test_doubt_takes_the_same_warnings_for_mere_notes_as_the_reader() -> None:
    sql = next(view.sql for view in views() if view.name == "doubt")
    for code in trust._NOTES:
        assert f"'{code}'" in sql, f"{code} is a note to the reader: say so in warehouse/views/doubt.sql"


def test_unplaced_lists_what_stands_in_no_comparison(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert rows(warehouse, "SELECT report_id, reason FROM unplaced ORDER BY 1") == [
        ("r-ag-school-0", "no year in the title"),
        ("r-none-2022", "no agency in the title"),
    ]
    assert rows(warehouse, "SELECT * FROM agency_year WHERE report_id IN (SELECT report_id FROM unplaced)") == []


def test_rate_never_gives_inf_or_nan(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert rows(warehouse, "SELECT rate(1, 0), rate(0, 0), rate(NULL, 2), rate(1, NULL), rate(1, 4)") == [
        (None, None, None, None, 0.25)
    ]


def test_every_view_file_is_used_and_every_declared_column_there(warehouse: duckdb.DuckDBPyConnection) -> None:
    folder = Path(__file__).parents[2] / "warehouse" / "views"
    assert {path.stem for path in folder.glob("*.sql")} == set(VIEWS)
    for view in views():
        assert [row[0] for row in rows(warehouse, f"DESCRIBE {view.name}")] == list(view.columns)


def test_declarations_of_indicators_agree_with_the_dictionary(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert {"disclosure_rate", "refusal_rate", "other_share", "suit_correction_rate", "licence_decisions"} <= set(
        indicators()
    )
    for key, indicator in indicators().items():
        assert any(indicator.operands(form) for form in form_names()), key
    definitions = rows(warehouse, "SELECT indicator, kind, unit, numerator, denominator FROM indicator_definition")
    assert {row[0] for row in definitions} == set(indicators())
    assert (
        "review_pending_share",
        "ratio",
        "ratio",
        "litigation.review.pending",
        "litigation.review.total",
    ) in definitions
    assert len({column.name for column in wide_columns()}) == len(wide_columns())
    assert "rules_made" in {one.key for one in series()}
    assert "rules_newly_made" not in {one.key for one in series()}


def test_operands_follow_the_form() -> None:
    other = indicators()["other_total"]
    assert [column.path for column in other.operands("F2019")] == ["application.other_processing.total"]
    assert len(other.operands("F2021")) == 3
    assert other.operands(None) == ()


def test_texts_are_put_together_in_an_order_of_their_own() -> None:
    """Without one DuckDB is free to choose, and a night would find reports changed that are not."""
    call = re.compile(r"string_agg\((?:[^()]|\([^()]*\))*\)")
    sources = [path.read_text("utf-8") for path in ROOM.rglob("*") if path.suffix in (".sql", ".py")]
    calls = [found for source in sources for found in call.findall(source)]
    assert len(calls) >= 10
    assert [found for found in calls if "ORDER BY" not in found] == []
