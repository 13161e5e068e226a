"""The comparison export: who is meant, which figures, and the caveats that stand beside them."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from tests.warehouse.sample_lake import applications, sample
from warehouse.build import build, publish
from warehouse.compare import LONG_COLUMNS, compare
from warehouse.connection import CompareError, WarehouseError, candidate_path, warehouse_path
from warehouse.files import harmless, number_text, replacing
from warehouse.indicators import indicators

Row = dict[str, str]


def read(path: Path) -> list[Row]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "comparison.csv"


def one(rows: list[Row], year: int, indicator: str) -> Row:
    found = [row for row in rows if row["report_year"] == str(year) and row["indicator"] == indicator]
    assert len(found) == 1
    return found[0]


def test_long_form_has_the_columns_of_the_contract(published_home: Path, out: Path) -> None:
    made = compare(
        published_home, ["甲市财政局"], years="2019-2020", indicators=["refusal_rate", "review_rate"], out=out
    )
    rows = read(out)
    assert list(rows[0]) == list(LONG_COLUMNS)
    assert made.rows == len(rows) == 4
    assert made.without_report == ()
    assert rows[0] == {
        "agency_id": "ag-finance",
        "agency_name": "甲市财政局",
        "division": "甲市",
        "report_year": "2019",
        "scope": "own",
        "indicator": "refusal_rate",
        "numerator": "10",
        "denominator": "100",
        "value": "0.1",
        "small_n": "false",
        "n_inferred": "0",
        "comparability": "A",
        "note": "",
        "source_url": "http://127.0.0.1/r-ag-finance-2019.html",
    }
    assert one(rows, 2020, "refusal_rate")["value"] == repr(10 / 24)
    assert one(rows, 2020, "refusal_rate")["small_n"] == "true"
    assert one(rows, 2020, "refusal_rate")["note"] == "分母小于 30"


def test_everything_is_compared_when_nothing_is_named(published_home: Path, out: Path) -> None:
    made = compare(published_home, out=out)
    rows = read(out)
    assert made.rows == len(rows) == 11 * len(indicators())
    assert {row["agency_id"] for row in rows} == {
        "ag-finance", "ag-police", "ag-gov", "ag-health", "ag-school", "ag-school2",
    }  # fmt: skip


def test_notes_name_the_doubt_only_where_an_operand_is_doubtful(published_home: Path, out: Path) -> None:
    keys = ["disclosure_rate", "refusal_rate", "refused_enforcement_file_share", "admin_fee_wanyuan"]
    compare(published_home, ["ag-police"], years="2022", indicators=keys, lang="en", out=out)
    rows = read(out)
    assert one(rows, 2022, "disclosure_rate")["note"] == (
        "doubtful: T3-COL (application.granted.total, application.outcome_total.total)"
    )
    assert one(rows, 2022, "refusal_rate")["note"] == "doubtful: T3-COL (application.outcome_total.total)"
    assert one(rows, 2022, "refused_enforcement_file_share")["note"] == ""
    assert one(rows, 2022, "admin_fee_wanyuan")["note"] == "doubtful: money_without_unit (disclosure.admin_fee_wanyuan)"


def test_notes_say_why_a_figure_is_missing(published_home: Path, out: Path) -> None:
    keys = ["refusal_rate", "licence_decisions", "penalty_decisions", "suit_rate", "suit_correction_rate"]
    compare(published_home, ["ag-health", "ag-school2"], indicators=keys, lang="en", out=out)
    rows = read(out)
    health = [row for row in rows if row["agency_id"] == "ag-health"]
    assert one(health, 2021, "refusal_rate")["note"] == "blank: application.refused_state_secret.total"
    assert one(health, 2021, "refusal_rate")["value"] == ""
    assert one(health, 2021, "refusal_rate")["denominator"] == "40"
    assert one(health, 2021, "licence_decisions")["note"] == "blank: disclosure.licence_decisions"
    assert one(health, 2021, "penalty_decisions")["note"] == "unreadable cell: disclosure.penalty_decisions"
    assert one(health, 2021, "suit_rate")["note"] == ""
    assert one(health, 2021, "suit_correction_rate")["note"] == "the denominator is 0; denominator under 30"
    assert {row["note"] for row in health if row["report_year"] == "2022"} == {"the report has no tables: images only"}
    copies = {row["note"] for row in rows if row["agency_id"] == "ag-school2"}
    assert copies == {"known from copies on other hosts only, whose figures are not used"}


def test_notes_tell_inferred_operands_breaks_forms_and_scope(published_home: Path, out: Path) -> None:
    keys = ["disclosure_rate", "normative_issued", "admin_fee_wanyuan", "applications_received"]
    compare(published_home, ["ag-health", "ag-finance", "ag-gov"], years="2020-2022", indicators=keys, out=out)
    rows = read(out)
    by_agency = {a: [row for row in rows if row["agency_id"] == a] for a in ("ag-health", "ag-finance", "ag-gov")}
    inferred = one(by_agency["ag-health"], 2021, "disclosure_rate")
    assert (inferred["n_inferred"], inferred["note"]) == ("1", "空白按零计（合计相符）：application.partial.total")
    finance = by_agency["ag-finance"]
    assert one(finance, 2021, "normative_issued")["note"] == (
        "与上一格式有断点 F2019→F2021：2019 年格式为本年新制作数量，2021 年格式为本年制发件数"
    )
    assert one(finance, 2020, "normative_issued")["note"] == ""
    assert one(finance, 2021, "applications_received")["note"] == ""
    assert one(finance, 2020, "admin_fee_wanyuan")["note"] == "该格式不含：disclosure.admin_fee_wanyuan"
    assert one(finance, 2021, "admin_fee_wanyuan")["value"] == "12.5"
    assert one(by_agency["ag-gov"], 2022, "applications_received")["note"] == "统计口径不明"
    assert one(by_agency["ag-gov"], 2021, "applications_received")["note"] == ""


def test_agencies_come_in_the_order_they_were_named(published_home: Path, out: Path) -> None:
    compare(published_home, ["公安", "ag-finance"], indicators=["refusal_rate"], out=out)
    assert [(row["agency_name"], row["report_year"]) for row in read(out)] == [
        ("甲市公安局", "2020"),
        ("甲市公安局", "2022"),
        ("甲市财政局", "2019"),
        ("甲市财政局", "2020"),
        ("甲市财政局", "2021"),
    ]


def test_wide_form_has_one_row_a_report_and_headers_in_the_language(published_home: Path, out: Path) -> None:
    keys = ["refusal_rate", "disclosure_rate", "licence_decisions"]
    made = compare(published_home, ["ag-police"], indicators=keys, wide=True, out=out)
    rows = read(out)
    assert made.rows == 2
    assert list(rows[0]) == [
        "机构编号", "机构名称", "行政区划", "报告年度", "统计口径",
        "不予公开率", "公开率", "行政许可处理决定", "备注", "来源网址",
    ]  # fmt: skip
    assert (rows[1]["不予公开率"], rows[1]["公开率"], rows[1]["行政许可处理决定"]) == ("0.6", "0.4", "400")
    assert rows[0]["备注"] == "不予公开率、公开率：分母小于 30"
    compare(published_home, ["ag-health"], years="2022", indicators=keys, wide=True, lang="en", out=out)
    (row,) = read(out)
    assert row["note"] == "the report has no tables: images only"
    assert (row["Refusal rate"], row["agency_name"]) == ("", "甲市卫生健康委员会")


def test_cells_from_outside_are_no_formulas(published_home: Path, out: Path) -> None:
    compare(published_home, ["ag-police"], years="2022", indicators=["refusal_rate"], out=out)
    assert read(out)[0]["source_url"] == "'=http://127.0.0.1/evil"


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\rx", "=HYPERLINK(1)", "-", "+"])
def test_formulas_get_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["-2", "+3.5", "-1e3", "", "甲市", "a=1", "'=x", "0.5"])
def test_numbers_and_plain_text_stay(text: str) -> None:
    assert harmless(text) == text


def test_a_part_of_a_name_must_be_unique(published_home: Path, out: Path) -> None:
    with pytest.raises(CompareError) as caught:
        compare(published_home, ["教育局"], out=out)
    text = str(caught.value)
    assert "'教育局' could be several agencies" in text
    assert "乙区教育局 (ag-school2, 乙区)" in text
    assert "甲市教育局 (ag-school, 甲市)" in text
    assert not out.exists()
    compare(published_home, ["教育局"], division="乙区", indicators=["refusal_rate"], out=out)
    assert {row["agency_id"] for row in read(out)} == {"ag-school2"}


def test_an_unknown_name_is_told_similar_ones(published_home: Path, out: Path) -> None:
    with pytest.raises(CompareError, match=r"No agency is called '甲市财证局'.*甲市财政局 \(ag-finance, 甲市\)"):
        compare(published_home, ["甲市财证局"], out=out)
    with pytest.raises(CompareError, match=r"No agency is called 'xyz'.*gongkai sql"):
        compare(published_home, ["xyz"], out=out)


def test_a_merged_id_still_names_its_agency(published_home: Path, out: Path) -> None:
    compare(published_home, ["ag-old"], indicators=["refusal_rate"], out=out)
    assert {row["agency_id"] for row in read(out)} == {"ag-finance"}


@pytest.mark.parametrize(
    ("division", "agencies"),
    [
        ("乙区", {"ag-school2"}),
        ("340102", {"ag-school2"}),
        ("安徽", {"ag-finance", "ag-police", "ag-gov", "ag-health", "ag-school", "ag-school2"}),
    ],
)
def test_a_division_means_it_and_those_below(
    published_home: Path, out: Path, division: str, agencies: set[str]
) -> None:
    compare(published_home, division=division, indicators=["refusal_rate"], out=out)
    assert {row["agency_id"] for row in read(out)} == agencies


def test_an_unknown_or_empty_division_is_named(published_home: Path, out: Path) -> None:
    with pytest.raises(CompareError, match=r"No division is called '丁县'.*安徽省 \(340000\)"):
        compare(published_home, division="丁县", out=out)


@pytest.mark.parametrize(
    ("years", "found"),
    [
        ("2021", {"2021"}),
        ("2020-2021", {"2020", "2021"}),
        ("2019,2021", {"2019", "2021"}),
        ("2019, 2020-2021", {"2019", "2020", "2021"}),
        ((2019, 2020), {"2019", "2020"}),
    ],
)
def test_years(published_home: Path, out: Path, years: str | tuple[int, ...], found: set[str]) -> None:
    compare(published_home, ["ag-finance"], years=years, indicators=["refusal_rate"], out=out)
    assert {row["report_year"] for row in read(out)} == found


@pytest.mark.parametrize("years", ["19", "2021-2019", "2019-", "last year", ""])
def test_years_that_are_none(published_home: Path, out: Path, years: str) -> None:
    with pytest.raises(CompareError, match="Years"):
        compare(published_home, years=years, out=out)


def test_indicators_by_label_and_unknown_ones(published_home: Path, out: Path) -> None:
    compare(published_home, ["ag-finance"], indicators=["公开率", "Refusal rate"], out=out)
    assert {row["indicator"] for row in read(out)} == {"disclosure_rate", "refusal_rate"}
    with pytest.raises(CompareError, match=r"Unknown indicator 'refusal'. Known: refusal_rate"):
        compare(published_home, indicators=["refusal"], out=out)


def test_no_report_in_the_period_says_which_there_are(published_home: Path, out: Path) -> None:
    with pytest.raises(CompareError, match=r"no report of 甲市公安局 for 2021\. There are reports for 2020, 2022"):
        compare(published_home, ["ag-police"], years="2021", out=out)
    made = compare(published_home, ["ag-police", "ag-gov"], years="2021", indicators=["refusal_rate"], out=out)
    assert made.without_report == ("甲市公安局 (ag-police)",)


def test_other_endings_and_languages_are_refused(published_home: Path, tmp_path: Path) -> None:
    with pytest.raises(CompareError, match=r"must end in \.csv, \.xlsx or \.html \(found \.ods\)"):
        compare(published_home, out=tmp_path / "c.ods")
    with pytest.raises(CompareError, match="--wide is for CSV and XLSX"):
        compare(published_home, wide=True, out=tmp_path / "c.html")
    with pytest.raises(CompareError, match="zh or en"):
        compare(published_home, lang="fr", out=tmp_path / "c.csv")


def test_two_reports_of_one_year_and_scope_are_told_and_never_paired(lake_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(lake_home, home)
    lake = sample()
    lake.report("ag-finance", 2021, "F2021", applications(5, granted=5), suffix="-second")
    lake.check("r-ag-finance-2021", 2021, "T3-BAL", "", version=2)
    lake.write(home)
    build(home)
    publish(home)
    compare(home, ["ag-finance"], years="2021", indicators=["refusal_rate"], lang="en", out=tmp_path / "c.csv")
    notes = [row["note"] for row in read(tmp_path / "c.csv")]
    several = "several reports of this agency for this year and scope"
    assert notes == [
        f"the whole report is doubtful: T3-BAL; {several}",
        f"{several}; denominator under 30",
    ]
    from warehouse.query import execute

    changes = execute(home, "SELECT DISTINCT report_id FROM yearly_change WHERE agency_id = 'ag-finance'").rows
    assert changes == (("r-ag-finance-2020",),)
    sums = execute(
        home,
        "SELECT n_reports, n_missing, total FROM division_year WHERE measure = 'licence_decisions' "
        "AND division_id = '340100' AND report_year = 2021 AND scope = 'own'",
    ).rows
    assert sums == ((0, 3, None),)


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("before")

    def write_and_fail() -> None:
        with replacing(path) as beside:
            beside.write_text("half")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["c.csv"]
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError, match="could not be written"), replacing(tmp_path / "file" / "c.csv"):
        pass


def test_no_warehouse(tmp_path: Path, out: Path) -> None:
    with pytest.raises(WarehouseError, match="no warehouse"):
        compare(tmp_path, out=out)
    assert not warehouse_path(tmp_path).exists()
    assert not candidate_path(tmp_path).exists()


@pytest.mark.parametrize(
    ("number", "text"), [(None, ""), (3.0, "3"), (0.25, "0.25"), (1e20, "1e+20"), (7, "7"), (-0.0, "0")]
)
def test_numbers_without_superfluous_zeros(number: float | None, text: str) -> None:
    assert number_text(number) == text
