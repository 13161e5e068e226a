"""The spreadsheet: what it shows, how, and that no text of a report or a portal becomes a formula."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.warehouse.hostile_lake import FORMULAS, MARKUP, hostile
from warehouse.build import build, publish
from warehouse.compare import LONG_COLUMNS, compare, workbook
from warehouse.connection import CompareError
from warehouse.indicators import indicators

KEYS = ["refusal_rate", "applications_received", "admin_fee_wanyuan", "normative_issued"]
needs_office = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")


def written(home: Path, folder: Path, **how: Any) -> openpyxl.Workbook:
    how = {"indicators": KEYS, "lang": "en", **how}
    compare(home, out=folder / "c.xlsx", **how)
    return openpyxl.load_workbook(folder / "c.xlsx")


def rows(sheet: Any) -> list[dict[str, Any]]:
    header, *lines = ([cell.value for cell in row] for row in sheet.iter_rows())
    return [dict(zip(header, line, strict=True)) for line in lines]


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = hostile().write(tmp_path_factory.mktemp("hostile"))
    build(home)
    publish(home)
    return home


def test_the_figures_are_those_of_the_csv(published_home: Path, tmp_path: Path) -> None:
    found = rows(written(published_home, tmp_path)["Comparison"])
    compare(published_home, indicators=KEYS, lang="en", out=tmp_path / "c.csv")
    with (tmp_path / "c.csv").open(encoding="utf-8-sig", newline="") as file:
        expected = list(csv.DictReader(file))
    assert len(found) == len(expected) > 40
    assert [name for name in found[0] if name != "indicator_label"] == list(LONG_COLUMNS)
    for one, other in zip(found, expected, strict=True):
        for name in ("numerator", "denominator", "value"):
            assert (one[name] is None) == (other[name] == "")
            assert one[name] is None or one[name] == pytest.approx(float(other[name]))
        assert str(one["small_n"]).lower() == other["small_n"]
        assert one["report_year"] == int(other["report_year"])
        assert [one[name] or "" for name in ("agency_id", "indicator", "note")] == [
            other[name] for name in ("agency_id", "indicator", "note")
        ]


def test_it_is_made_to_be_read(published_home: Path, tmp_path: Path) -> None:
    book = written(published_home, tmp_path)
    assert book.sheetnames == ["Comparison", "Definitions", "Caveats", "Sources"]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(sheet.column_dimensions[letter].width >= 8 for letter in "ABCDE")
    sheet = book["Comparison"]
    header = [cell.value for cell in sheet[1]]
    formats: dict[str, set[str]] = {}
    for row in sheet.iter_rows(min_row=2):
        cell = row[header.index("value")]
        if cell.value is not None:
            formats.setdefault(row[header.index("indicator")].value, set()).add(cell.number_format)
    assert formats["refusal_rate"] == {"0.0%"}
    assert formats["applications_received"] == {"#,##0"}
    assert formats["admin_fee_wanyuan"] == {"#,##0", "#,##0.00##"}
    doubtful = [
        row[header.index("value")].fill.fgColor.rgb[-6:] == "FFF2CC" and row[header.index("indicator")].value
        for row in sheet.iter_rows(min_row=2)
    ]
    # Only what an operand of the figure is in doubt for: the refusal rate's total, and money without a unit.
    assert [key for key in doubtful if key] == ["refusal_rate", "admin_fee_wanyuan"]


def test_definitions_caveats_and_sources_stand_beside(published_home: Path, tmp_path: Path) -> None:
    book = written(published_home, tmp_path, agencies=["ag-finance", "ag-police", "ag-health"])
    told = {row["Indicator"]: row for row in rows(book["Definitions"])}
    assert list(told) == KEYS
    rate = told["refusal_rate"]
    assert (rate["Chinese label"], rate["English label"], rate["Unit"]) == ("不予公开率", "Refusal rate", "ratio")
    assert "Refused: state secret" in rate["Numerator"]
    assert rate["Denominator"] == "Handled in all"
    assert rate["Formula (paths of cells)"].endswith("/ (application.outcome_total.total)")
    assert told["normative_issued"]["Comparability"].startswith("B")
    assert told["normative_issued"]["Reason"] == indicators()["normative_issued"].why_en
    assert "F2019: " in told["normative_issued"]["Numerator"]
    caveats = rows(book["Caveats"])
    assert [row["Indicator"] for row in caveats if row["Agency"] is None] == [
        "Administrative fees charged (10000 yuan)",
        "Normative documents issued",
    ]
    said = {(row["Agency"], row["Year"], row["Indicator"]): row["Caveat"] for row in caveats}
    assert said["甲市公安局", 2022, "Refusal rate"] == "doubtful: T3-COL (application.outcome_total.total)"
    assert said["甲市卫生健康委员会", 2022, None] == "the report has no tables: images only"
    sources = rows(book["Sources"])
    assert [(row["Agency"], row["Year"]) for row in sources][:3] == [("甲市财政局", y) for y in (2019, 2020, 2021)]
    assert sources[0]["Address"] == "http://127.0.0.1/r-ag-finance-2019.html"
    assert len(sources[0]["SHA-256 of the document"]) == 64
    assert sources[0]["Fetched (UTC)"].isoformat() == "2023-05-01T00:00:00"
    assert {row["Trust"] for row in sources} == {"sound", "doubtful", "no figures"}


def test_wide_and_in_chinese(published_home: Path, tmp_path: Path) -> None:
    book = written(published_home, tmp_path, agencies=["ag-police"], wide=True, lang="zh")
    assert book.sheetnames == ["对比", "指标定义", "注意事项", "来源"]
    found = rows(book["对比"])
    assert [row["不予公开率"] for row in found] == [0.5, 0.6]
    assert found[1]["备注"].startswith("不予公开率：存疑：T3-COL")
    sheet = book["对比"]
    assert [sheet.cell(2, column).number_format for column in (6, 7)] == ["0.0%", "#,##0"]


def test_no_text_from_outside_becomes_a_formula_or_a_link(hostile_home: Path, tmp_path: Path) -> None:
    book = written(hostile_home, tmp_path)
    texts = set()
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.coordinate
                assert cell.hyperlink is None or cell.hyperlink.target.startswith("http://127.0.0.1/r-ag-")
                if isinstance(cell.value, str):
                    texts.add(cell.value)
                    if cell.value[:1] in "=+-@\t":
                        # As if an apostrophe had been typed: text even after someone edits the cell.
                        assert cell.quotePrefix, cell.coordinate
    assert {*FORMULAS, MARKUP} <= texts


@needs_office
def test_libreoffice_shows_the_same_text(hostile_home: Path, tmp_path: Path) -> None:
    compare(hostile_home, indicators=["refusal_rate"], years="2021", lang="en", out=tmp_path / "c.xlsx")
    compare(hostile_home, indicators=["refusal_rate"], years="2021", lang="en", out=tmp_path / "d.csv")
    # Every sheet as a file of its own (-1), text in quotes, values as they are shown.
    office(tmp_path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,true,false,false,-1", "c.xlsx")
    with (tmp_path / "c-Comparison.csv").open(encoding="utf-8", newline="") as file:
        shown = list(csv.DictReader(file))
    book = openpyxl.load_workbook(tmp_path / "c.xlsx")
    expected = rows(book["Comparison"])
    assert len(shown) == len(expected) == 11
    assert {row["agency_name"] for row in shown} >= set(FORMULAS)
    assert [row["agency_name"] for row in shown] == [row["agency_name"] for row in expected]
    assert [row["source_url"] for row in shown] == [row["source_url"] for row in expected]
    assert {row["value"] for row in shown} >= {"10.0%", "40.0%"}
    assert all((tmp_path / f"c-{name}.csv").exists() for name in ("Definitions", "Caveats", "Sources"))
    # The CSV, opened as a double click does: no cell of it is computed.
    office(tmp_path, "xlsx", "d.csv", "--infilter=CSV:44,34,76,1,,0,false,true,true")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "d.xlsx").active.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert {f"'{text}" for text in FORMULAS if not text.startswith("\t")} <= {cell.value for cell in cells}


def office(folder: Path, target: str, name: str, *options: str) -> None:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", *options, "--convert-to", target, "--outdir", str(folder)]
    done = subprocess.run([*command, str(folder / name)], capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr


def test_equal_content_gives_equal_bytes(published_home: Path, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        compare(published_home, indicators=KEYS, out=tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_what_a_sheet_cannot_hold(published_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 44)
    with pytest.raises(CompareError, match=r"44 rows are more than a sheet holds \(43\).*--wide.*CSV"):
        compare(published_home, indicators=KEYS, out=tmp_path / "c.xlsx")
    assert not (tmp_path / "c.xlsx").exists()
    monkeypatch.setattr(workbook, "MAX_TEXT", 10)
    monkeypatch.setattr(workbook, "MAX_ROWS", 1_048_576)
    book = written(published_home, tmp_path, agencies=["ag-police"])
    assert max(len(str(cell.value)) for row in book["Caveats"].iter_rows() for cell in row) == 10
    assert any(str(cell.value).endswith("…") for row in book["Caveats"].iter_rows() for cell in row)
