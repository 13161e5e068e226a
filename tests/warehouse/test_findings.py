"""The findings: worst first, each pair once, in both languages, in the status and on a page of the site."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from tests.warehouse.sample_lake import Lake, applications
from transforms.schema.packed import packed_cells
from warehouse.build import build, publish
from warehouse.query import execute
from warehouse.rules import rules
from warehouse.site import site
from warehouse.status import status


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One agency whose pending applications do not go on, one with a sum that does not close and a doubtful reading."""
    lake = Lake()
    lake.division("340100", "甲市", None, "prefecture")
    lake.agency("ag-a", "甲市财政局", "340100")
    lake.agency("ag-b", "甲市<b>公安局", "340100")
    lake.report("ag-a", 2021, "F2021", applications(40, granted=30, carried_out=10))
    lake.report("ag-a", 2022, "F2021", applications(50, granted=54, carried_in=4))
    wrong = lake.report("ag-b", 2022, "F2021", applications(50, granted=50), source_url="javascript:alert(1)")
    lake.check(wrong, 2022, "T3-COL", "application.granted.total", left_value=Decimal(50), right_value=Decimal(49))
    lake.warning(wrong, 2022, "money_without_unit", "disclosure.admin_fee_wanyuan")
    home = lake.write(tmp_path_factory.mktemp("findings"))
    build(home)
    publish(home)
    return home


def test_the_worst_comes_first_and_each_pair_once(home: Path) -> None:
    rows = execute(
        home, "SELECT severity, rule, report_id, other_report_id, n_checks, n_cells, what_en, what_zh FROM finding"
    ).rows
    assert [row[:6] for row in rows] == [
        ("error", "T3-COL", "r-ag-b-2022", None, 1, 1),
        ("warning", "X-CARRY", "r-ag-a-2022", "r-ag-a-2021", 2, 2),
        ("warning", "money_without_unit", "r-ag-b-2022", None, 1, 1),
    ]
    assert rows[0][6:] == (
        "Outcomes add up, total: T3-COL does not close: 50 ≠ 49",
        "办理结果纵向合计（total）：各项办理结果之和 = 总计：50 ≠ 49",
    )
    assert rows[1][6].startswith("carried out of 2021: 10; carried in by 2022: 4")
    assert rows[1][7].startswith("2021 年结转下年 10 件，2022 年上年结转 4 件")


def test_both_reports_of_a_pair_are_in_doubt_with_their_own_cells(home: Path) -> None:
    rows = execute(home, "SELECT report_id, cell FROM doubt WHERE code = 'X-CARRY' ORDER BY ALL").rows
    assert [tuple(row) for row in rows] == [
        ("r-ag-a-2021", "application.carried_out.natural_person"),
        ("r-ag-a-2021", "application.carried_out.total"),
        ("r-ag-a-2022", "application.carried_in.natural_person"),
        ("r-ag-a-2022", "application.carried_in.total"),
    ]
    doubtful = execute(home, "SELECT n_doubtful FROM indicator WHERE indicator = 'carry_over_rate' ORDER BY report_id")
    assert [row[0] for row in doubtful.rows][:2] == [1, 1]


def test_status_tells_what_speaks_from_outside_a_report(home: Path) -> None:
    now = status(home)
    assert now.findings_in_all == {"X-CARRY": 1}
    (line,) = now.findings
    assert (line.severity, line.rule, line.agency_name, line.report_year) == ("warning", "X-CARRY", "甲市财政局", 2022)


def test_the_site_has_a_page_of_findings_whose_text_stays_text(home: Path, tmp_path: Path) -> None:
    site(home, tmp_path / "site")
    page: Any = html.document_fromstring((tmp_path / "site" / "findings.html").read_text("utf-8"))
    data = json.loads(page.xpath("//script[@id='data']")[0].text)
    assert data["in_all"] == 3
    assert [row[1] for row in data["findings"]] == ["T3-COL", "X-CARRY", "money_without_unit"]
    assert data["findings"][0][3] == "甲市<b>公安局"
    assert data["findings"][0][9:11] == ["javascript:alert(1)", False]
    assert not page.xpath("//b")
    assert page.xpath("//nav/a[@href='findings.html']")


def test_each_rule_over_reports_has_its_query_and_every_rule_its_texts(home: Path) -> None:
    files = {path.name for path in resources.files("warehouse.rules").iterdir() if path.name.endswith(".sql")}
    assert files == {f"{rule.name}.sql" for rule in rules() if rule.over == "reports"} | {
        "chosen.sql",
        "compared.sql",
        "counts.sql",
        "likeness.sql",
        "setup.sql",
    }
    for rule in rules():
        for text in (rule.zh, rule.says_zh):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text), rule.name
    told = execute(home, "SELECT rule, n_assessed, n_failed FROM rule WHERE rule IN ('X-CARRY', 'T3-COL') ORDER BY 1")
    assert [tuple(row) for row in told.rows] == [("T3-COL", 1, 1), ("X-CARRY", 7, 4)]


def test_rules_that_list_cells_list_all_of_their_kind() -> None:
    """A cell that a form gains would be held against nothing, without a sign."""
    carried = {cell.column_key for cell in packed_cells() if cell.row_key in ("carried_in", "carried_out")}
    sql = {
        name: (resources.files("warehouse.rules") / f"{name}.sql").read_text("utf-8")
        for name in ("X-CARRY", "T2-ITEMS")
    }
    assert {text for text in re.findall(r"'(\w+)'", sql["X-CARRY"].partition("] AS names")[0])} == carried
    items = {cell.row_key for cell in packed_cells() if cell.row_key.endswith(("_items_prev", "_items_change"))}
    listed = set(re.findall(r"\b\w+_items_(?:prev|change)\b", sql["T2-ITEMS"])) - {"_items_prev", "_items_change"}
    assert listed == items
