"""Reports as workbooks: every figure as the sheet shows it, nothing of what it hides."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from tests.transforms.documents.spreadsheet.xlsx_kit import (
    HEAD,
    MAIN,
    Sheet,
    Value,
    add_table,
    laid_out,
    plain_rows,
    xlsx,
)
from tests.transforms.layouts import SECTIONS, html_tables, make_figures, plain_figures
from tests.transforms.scoring import Seen, assert_reads, score_figures, see
from transforms.documents.spreadsheet.looks import BUILT_IN, UNKNOWN, displayed
from transforms.documents.spreadsheet.workbook import letters, read_workbook

PATH = "disclosure.licence_decisions"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACCOUNTING = '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ '


@pytest.mark.parametrize("form", ["F2019", "F2021"])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("as_text", [False, True])
def test_official_layout_gives_every_figure_without_a_doubt(form: str, seed: int, as_text: bool) -> None:
    figures = make_figures(seed, form)
    reading, score = score_figures(xlsx(Sheet(*laid_out(figures, as_text))), figures.expected())
    assert (reading.outcome, reading.media_type, reading.form) == ("parsed", MEDIA_TYPE, form)
    assert (reading.title, reading.report_year, reading.agency_name) == (figures.title, figures.year, figures.name)
    assert score.counts == {"right": len(figures.expected())}, score.details[:5]
    assert not reading.warnings
    assert sorted(reading.sections) == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize("form", ["F2019", "F2021"])
def test_rows_without_merged_cells(form: str) -> None:
    figures = make_figures(5, form)
    seen = assert_reads(xlsx(Sheet(plain_rows(figures))), figures.expected())
    assert not seen.reading.warnings


def test_a_table_on_each_sheet_and_hidden_sheets_between() -> None:
    figures, other = make_figures(1), make_figures(2)
    sheets = []
    for section, table, old in zip(SECTIONS[1:4], html_tables(figures), html_tables(other), strict=True):
        for state, source, name in (("hidden", old, "旧"), ("visible", table, "新"), ("veryHidden", old, "底")):
            rows: list[list[Value]] = [[section]]
            merged: list[str] = []
            add_table(source, rows, merged)
            sheets.append(Sheet(rows, merged, name=f"{section[0]}{name}", state=state))
    sheets.insert(0, Sheet([[figures.title]], name="封面"))
    seen = assert_reads(xlsx(*sheets), figures.expected())
    assert seen.cells["litigation.review.upheld"]["locator"] == "sheet 四新, row 5, column A"
    locators = [cell["locator"] for cell in seen.cells.values()]
    assert len(locators) == len(set(locators))


def test_hidden_rows_and_columns_are_not_read() -> None:
    figures, other = plain_figures(), make_figures(9)
    shown, old = plain_rows(figures), plain_rows(other)
    rows = [[row[0], "旧", *row[1:]] for pair in zip(old, shown, strict=True) for row in pair]
    hidden = range(0, len(rows), 2)
    assert_reads(xlsx(Sheet(rows, hidden_rows=hidden, hidden_columns=[1])), figures.expected())


def test_a_merged_cell_whose_first_row_is_hidden_is_seen_below() -> None:
    sheet = Sheet([["甲", 1.0], [None, 2.0]], ["A1:A2"], hidden_rows=[0])
    (row,) = read_workbook(xlsx(sheet)).rows
    assert [(cell.text, cell.column, cell.locator[-15:]) for cell in row.cells] == [
        ("甲", 0, "row 2, column A"),
        ("2", 1, "row 2, column B"),
    ]


def cell(value: Value, code: str = "", formula: str | None = None) -> Seen:
    """A whole report in which the cell of 345 licences has this value, in this format."""
    rows, merged = laid_out(plain_figures())
    ((at, column),) = [(y, x) for y, row in enumerate(rows) for x, one in enumerate(row) if one == 345.0]
    rows[at][column] = value
    formats = {(at, column): code} if code else {}
    formulas = {} if formula is None else {(at, column): formula}
    return see(xlsx(Sheet(rows, merged, formats=formats, formulas=formulas)))


@pytest.mark.parametrize(
    ("value", "code", "read"),
    [
        (345.0, "", 345),
        (345, "0_ ", 345),
        (345.0, "#,##0.00", 345),
        (1345.0, "#,##0", 1345),
        (12.4, "0", 12),
        (0.1 + 0.2, "", 0.3),
        (12.345678, "0.00", 12.35),
        (345.0, ACCOUNTING, 345),
        ("345", "@", 345),
        (" 345 ", "", 345),
        (345.0, '0"件"', 345),
    ],
)
def test_a_number_is_read_as_it_is_shown(value: Value, code: str, read: float) -> None:
    assert cell(value, code).values(PATH) == [read]


@pytest.mark.parametrize(
    ("value", "code", "state"),
    [
        (0.0, ACCOUNTING, "dash"),
        (0.0, "0;-0;;@", "blank"),
        (345.0, ";;;", "blank"),
        (0.0, "#", "blank"),
        (0.0, "", "zero"),
        (None, "", "blank"),
    ],
)
def test_what_is_shown_decides_on_the_state(value: Value, code: str, state: str) -> None:
    seen = cell(value, code)
    assert seen.states(PATH) == [state]
    assert not seen.named


@pytest.mark.parametrize(("value", "code"), [(0.345, "0%"), (44927.0, "yyyy-mm-dd"), ("2023-1-1", ""), (-345, "0;0")])
def test_what_is_shown_as_no_figure_is_none(value: Value, code: str) -> None:
    seen = cell(value, code)
    assert seen.values(PATH) in ([None], [-345])
    assert PATH in seen.named


@pytest.mark.parametrize("code", ["0.00E+00", "# ?/?", "0,", "[>10]0;1", "[DBNum2]0"])
def test_a_format_that_is_not_understood_puts_the_figure_in_doubt(code: str) -> None:
    assert PATH in cell(345.0, code).named


def test_a_formula_is_its_result_and_in_doubt_without_one() -> None:
    seen = cell(345.0, formula="340+5")
    assert seen.values(PATH) == [345]
    assert not seen.named
    seen = cell(None, formula="340+5")
    assert seen.values(PATH) == [None]
    assert PATH in seen.named


def rich(*runs: tuple[str, str]) -> str:
    return "".join(f"<r><rPr>{look}</rPr><t>{text}</t></r>" for text, look in runs)


RAISED, STRUCK = '<vertAlign val="superscript"/>', "<strike/>"


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize(
    ("runs", "read"),
    [
        (rich(("345", ""), ("1", RAISED)), 345),
        (rich(("12", STRUCK), ("345", "")), 345),
        (rich(("34", "<b/>"), ("5", "")), 345),
        (rich(("345", ""), ("1", '<strike val="0"/>')), 3451),
        (rich(("1", RAISED), ("345", "")), None),
    ],
)
def test_raised_and_struck_characters_are_no_digits_of_the_figure(shared: bool, runs: str, read: float) -> None:
    rows, merged = laid_out(plain_figures())
    whole = xlsx(Sheet(rows, merged))
    part = "xl/worksheets/sheet1.xml"
    sheet = zipfile.ZipFile(io.BytesIO(whole)).read(part).decode()
    match = re.search(r'<c r="(\w+)"><v>345.0</v></c>', sheet)
    assert match
    cell = f'<c r="{match.group(1)}" t="inlineStr"><is>{runs}</is></c>'
    parts = {}
    if shared:
        cell = f'<c r="{match.group(1)}" t="s"><v>1</v></c>'
        parts["xl/sharedStrings.xml"] = f'{HEAD}<sst xmlns="{MAIN}"><si><t>x</t></si><si>{runs}</si></sst>'
    seen = see(xlsx(Sheet(rows, merged), **{part: sheet.replace(match.group(), cell)}, **parts))
    assert seen.values(PATH) == [read]
    assert (PATH in seen.named) == (read is None)


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1234567, "#,##0", "1,234,567"),
        (1.005, "0.00", "1.01"),
        (5, "0.0#", "5.0"),
        (0.5, "#.00", ".50"),
        (5, "000", "005"),
        (-3, "0", "-3"),
        (-0.3, "0", "0"),
        (-3, "0;[Red]-0", "-3"),
        (-3, "0;[Red]0", None),
        (-3, "0_);[Red](0)", None),
        (0, BUILT_IN[41], "-"),
        (12, "[$¥-804]#,##0", "¥12"),
        (7, '0"件;"', "7件;"),
        (7, '"', None),
        (12, "m/d/yy", None),
        (12, UNKNOWN, None),
        (1e300, "0%", None),
        (1e300, "General", "1e+300"),
        (5, "0." + "0" * 1000, None),
    ],
)
def test_numbers_as_formats_write_them(value: float, code: str, shown: str | None) -> None:
    assert displayed(value, code) == shown


def test_names_of_columns() -> None:
    assert [letters(number) for number in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
