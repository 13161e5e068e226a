"""What stands beside a report in one document: other reports, annexes, rows of local making; none of it is mixed in."""

from __future__ import annotations

import io
import re

import pypdfium2
import pytest

from tests.transforms.documents.pdf.pdf_kit import report
from tests.transforms.documents.spreadsheet.xlsx_kit import Sheet, laid_out, xlsx
from tests.transforms.layouts import (
    LAYOUTS,
    SECTIONS,
    Figures,
    html_page,
    html_tables,
    litigation_row,
    make_figures,
    plain_figures,
)
from tests.transforms.scoring import assert_reads, see

LICENCES = "disclosure.licence_decisions"


def _body(figures: Figures) -> str:
    return re.sub(r"(?s)^.*<div id=zoom>|</div></body></html>$", "", html_page(figures).decode())


def _both(first: Figures, second: Figures, layout: str, title: str) -> str:
    if layout != "html":
        return LAYOUTS[layout](first).decode() + "\n" + LAYOUTS[layout](second).decode()
    bodies = "".join(f"<h3>{one.title}</h3>{_body(one)}" for one in (first, second))
    return f"<html><head><title>{title}</title></head><body><div>{bodies}</div></body></html>"


def _other(year: int = 2022, name: str = "云岭县教育局") -> Figures:
    figures = make_figures(6)
    figures.year, figures.name = year, name
    return figures


@pytest.mark.parametrize("layout", ["html", "piped rows", "bare lines", "tabbed", "markdown"])
@pytest.mark.parametrize("other", [_other(2021), _other(2022, "清溪乡人民政府"), _other(2020, "云岭县水利局")])
def test_the_report_that_the_title_names_is_read_alone(layout: str, other: Figures) -> None:
    figures = plain_figures()
    figures.disclosure["licence_decisions"] = "—"
    figures.litigation["review", "other"] = ""
    states = {LICENCES: "dash"} | ({} if layout == "bare lines" else {"litigation.review.other": "blank"})
    if layout == "bare lines":
        figures.litigation["review", "other"] = "0"
    seen = assert_reads(_both(figures, other, layout, figures.title), figures.expected(), states)
    assert "other_report" in seen.codes
    assert (seen.reading.agency_name, seen.reading.report_year) == (figures.name, 2022)


def test_of_two_sheets_of_two_years_the_first_is_read() -> None:
    figures, other = plain_figures(), _other(2021)
    figures.disclosure["licence_decisions"] = "-"
    sheets = [Sheet(*laid_out(one), name=str(one.year)) for one in (figures, other)]
    seen = assert_reads(xlsx(*sheets), figures.expected(), {LICENCES: "dash"})
    assert "other_report" in seen.codes


def test_the_report_that_the_title_names_stands_second() -> None:
    figures = plain_figures()
    seen = assert_reads(_both(_other(2021), figures, "html", figures.title), figures.expected())
    assert "other_report" in seen.codes


@pytest.mark.parametrize("title", ["云岭县教育局2022年政府信息公开工作年度报告", "2022年政府信息公开工作年度报告"])
def test_a_title_repeated_on_every_page_begins_no_other_report(title: str) -> None:
    figures = plain_figures()
    page = html_page(figures).decode()
    for section in SECTIONS[1:]:
        page = page.replace(f"<p>{section}</p>", f"<p>{title}</p><p>{section}</p>")
    seen = assert_reads(page, figures.expected())
    assert "other_report" not in seen.codes
    assert len(seen.reading.sections) == 6


def test_another_name_in_the_middle_of_a_report_begins_no_other_one() -> None:
    figures = plain_figures()
    page = html_page(figures).decode()
    head = "<p>云岭县教体局2022年政府信息公开工作年度报告</p>"
    seen = assert_reads(page.replace(f"<p>{SECTIONS[3]}</p>", f"{head}<p>{SECTIONS[3]}</p>"), figures.expected())
    assert "other_report" not in seen.codes


def test_links_to_other_reports_below_begin_no_other_report() -> None:
    page = _both(plain_figures(), _other(), "html", plain_figures().title)
    page = page[: page.rindex("<h3>")]
    links = "".join(f"<p>{name}2021年政府信息公开工作年度报告</p>" for name in ("云岭县水利局", "清溪乡人民政府"))
    seen = assert_reads(f"{page}{links}</div></body></html>", plain_figures().expected())
    assert "other_report" not in seen.codes


@pytest.mark.parametrize("own", ["—", None])
def test_an_annex_with_the_same_label_is_named(own: str | None) -> None:
    figures = plain_figures()
    page = html_page(figures).decode()
    row = re.search(r"<tr><td><p>行政许可</p></td>.*?</tr>", page)
    assert row
    page = page.replace(row.group(), row.group().replace("345", own) if own else "")
    annex = "<p>附件：各镇情况</p><table><tr><td>行政许可</td><td>77</td></tr></table>"
    seen = see(page.replace("</div></body>", annex + "</div></body>"))
    assert LICENCES in seen.named


@pytest.mark.parametrize("first", ["", "—", "/"])
@pytest.mark.parametrize("blank_first", [True, False])
def test_a_row_that_stands_twice_once_without_its_figure_is_named(first: str, blank_first: bool) -> None:
    page = html_page(plain_figures()).decode()
    row = re.search(r"<tr><td><p>行政许可</p></td>.*?</tr>", page)
    assert row
    rows = [row.group().replace("345", first), row.group()]
    page = page.replace(row.group(), "".join(rows if blank_first else rows[::-1]))
    assert_reads(page, plain_figures().expected(), doubted={LICENCES})


@pytest.mark.parametrize("layout", ["html", "piped rows", "tabbed"])
@pytest.mark.parametrize("label", ["8.属于正在调查处理的事项", "8.告知向有关部门咨询", "其中：不动产登记资料查询"])
def test_a_row_of_local_making_in_the_place_of_an_official_one_is_named(layout: str, label: str) -> None:
    text = LAYOUTS[layout](plain_figures()).decode()
    assert text.count("8.属于行政查询事项") == 1
    seen = see(text.replace("8.属于行政查询事项", label))
    cells = {path: cell for path, cell in seen.cells.items() if "refused_admin_query" in path}
    assert all(cell["value"] is None or path in seen.named for path, cell in cells.items())


@pytest.mark.parametrize("label", ["8.属于行政査询事顶", "8.属于行政查讯事项", "8.属行政查询事项"])
def test_a_label_with_some_characters_mistaken_is_no_row_of_local_making(label: str) -> None:
    text = html_page(plain_figures()).decode().replace("8.属于行政查询事项", label)
    assert_reads(text, plain_figures().expected())


def test_a_channel_that_heads_a_table_of_its_own_is_no_blank_row() -> None:
    figures = plain_figures()
    figures.litigation |= {("suit_after_review", "other"): "6", ("suit_after_review", "total"): "6"}
    text = LAYOUTS["markdown"](figures).decode()
    begin, end = text.index(SECTIONS[3]) + len(SECTIONS[3]) + 1, text.index(SECTIONS[4])
    results = [result.label for result in figures.form.results]
    heads = ("行政复议", "行政诉讼（未经复议直接起诉）", "行政诉讼（复议后起诉）")
    tables = ""
    for channel, head in zip(figures.form.channels, heads, strict=True):
        row = [figures.litigation[channel.key, result.key] for result in figures.form.results]
        tables += f"\n| {head} |  |  |  |  |\n|---|---|---|---|---|\n| {' | '.join(results)} |\n| {' | '.join(row)} |\n"
    assert_reads(text[:begin] + tables + text[end:], figures.expected())


@pytest.mark.parametrize("apart", [False, True])
def test_a_row_of_blanks_of_table_four_is_a_space_unless_the_figures_stand_in_another_table(apart: bool) -> None:
    figures = plain_figures()
    two, three, four = html_tables(figures)
    last = "<tr>" + "".join(f"<td><p>{text}</p></td>" for text in litigation_row(figures)) + "</tr>"
    assert last in four
    blank = four.replace(last, f"<tr>{'<td></td>' * 15}</tr>{'' if apart else last}")
    paths = {path for path in figures.expected() if path.startswith("litigation.")} if apart else set()
    page = html_page(figures, tables=(two, three, blank + four if apart else blank))
    assert_reads(page, figures.expected(), doubted=paths)
    below = html_page(figures, tables=(two, three, four.replace(last, f"{last}<tr>{'<td></td>' * 15}</tr>")))
    assert_reads(below, figures.expected())


def test_two_reports_in_one_pdf() -> None:
    figures, other = plain_figures(), _other(2021)
    figures.disclosure["licence_decisions"] = "—"
    file = pypdfium2.PdfDocument(report(figures))
    file.import_pages(pypdfium2.PdfDocument(report(other)))
    buffer = io.BytesIO()
    file.save(buffer)
    seen = assert_reads(buffer.getvalue(), figures.expected(), {LICENCES: "dash"})
    assert "other_report" in seen.codes


@pytest.mark.parametrize("lost", [6, 8])
def test_a_figure_is_in_doubt_where_its_row_stands_again_and_cannot_be_read(lost: int) -> None:
    """The rows of the year before have a whole table; of this year's one a cell is lost."""
    figures = plain_figures()
    two, three, four = html_tables(figures)
    row = re.search(r"<tr>(?:(?!</tr>).)*（一）予以公开.*?</tr>", three)
    assert row
    again = f"<tr><td colspan=3>（一）予以公开</td>{'<td>4</td>' * lost}</tr>"
    page = html_page(figures, tables=(two, three + f"<table>{again}</table>", four))
    paths = {path for path in figures.expected() if path.startswith("application.granted.")}
    assert_reads(page, figures.expected(), doubted=paths)


@pytest.mark.parametrize("year", ["{}", "{}年", "{} 年度"])
def test_a_comparison_of_years_is_never_read_as_the_columns_of_the_form(year: str) -> None:
    figures = plain_figures()
    figures.name = "云岭市人民政府"
    page = html_page(figures).decode()
    row = re.search(r"<tr><td><p>规章</p></td>.*?</tr>", page)
    assert row
    years = "".join(f"<td>{year.format(number)}</td>" for number in (2020, 2021, 2022))
    comparison = f"<table><tr><td>项目</td>{years}</tr><tr><td>规章</td><td>1</td><td>3</td><td>5</td></tr></table>"
    page = page.replace(row.group(), "").replace(f"<p>{SECTIONS[2]}", f"{comparison}<p>{SECTIONS[2]}")
    seen = see(page)
    paths = [f"disclosure.rules_{column}" for column in ("made", "repealed", "in_force")]
    assert all(seen.cells[path]["value"] is None or path in seen.named for path in paths)
