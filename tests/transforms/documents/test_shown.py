"""What a page shows is read: fields and pictures in cells, what styles hide, raise or strike is no digit."""

from __future__ import annotations

import pytest

from tests.transforms.layouts import html_page, plain_figures
from tests.transforms.scoring import assert_reads, see

LICENCES = "disclosure.licence_decisions"


def _page(cell: str, head: str = "") -> str:
    page = html_page(plain_figures()).decode()
    assert page.count("<p>345</p>") == 1
    return page.replace("<head>", f"<head>{head}").replace("<p>345</p>", cell)


@pytest.mark.parametrize(
    "cell",
    [
        "<p>345<span style='vertical-align:super;font-size:8pt'>1</span></p>",
        "<p>345<font style='vertical-align: sub'>①</font></p>",
        "<p><span style='text-decoration: line-through'>3</span>345</p>",
        "<p>345<span style='text-decoration-line:line-through'>6</span></p>",
        "<p><del>3</del><ins>345</ins></p>",
        "<s>34</s>345",
        "<p>345<span style='font-size:0'>8</span></p>",
        "<p>345<span style='font-size: 0px;color:#fff'>8</span></p>",
        "<p>345<span style='visibility:hidden'>8</span></p>",
    ],
)
def test_what_a_style_raises_strikes_or_hides_is_no_digit_of_the_figure(cell: str) -> None:
    assert_reads(_page(cell), plain_figures().expected())


@pytest.mark.parametrize(
    "sheet",
    [
        ".off{display:none}",
        "p{margin:0}\n.a, span.off { color: red; display : none !important }",
        "/* 隐藏 */ .off{visibility:hidden}",
        "<!-- .off{font-size:0} -->",
        ".off{vertical-align:super}",
        ".off{text-decoration:line-through}",
    ],
)
def test_what_a_style_sheet_hides_raises_or_strikes_in_a_cell_is_no_digit(sheet: str) -> None:
    page = _page("<p>345<span class='b off'>6</span></p>", f"<style>{sheet}</style>")
    assert_reads(page, plain_figures().expected())


def test_a_row_that_a_style_sheet_hides_is_not_read() -> None:
    row = "<tr><td><p>行政许可</p></td>"
    page = _page("345", "<style type='text/css'>tr.off{display:none}</style>")
    page = page.replace(row, f"<tr class=off><td>行政许可</td><td colspan=3>999</td></tr>{row}")
    assert_reads(page, plain_figures().expected())


@pytest.mark.parametrize(
    "sheet",
    [
        "@media print{.tab{display:none}}",
        ".tab{display:none} .tab.on{display:block}",
        ".tab{display:none}",
        ".tabs .tab{display:none}",
        "td .tab{display:none}",
    ],
)
def test_a_part_of_the_page_that_a_script_shows_or_only_paper_hides_is_read(sheet: str) -> None:
    page = _page("<span class=tab>345</span>" if ".on" in sheet or "@" in sheet else "345", f"<style>{sheet}</style>")
    page = page.replace("<div id=zoom>", "<div id=zoom class=tab>")
    assert_reads(page, plain_figures().expected())


def test_a_cell_that_is_there_but_invisible_keeps_its_place() -> None:
    figures = plain_figures()
    label = "3.危及三安全一稳定</p></td>"
    page = html_page(figures).decode().replace(label + "<td>", label + "<td style='visibility: hidden'>")
    hidden = "application.refused_security_stability.natural_person"
    assert_reads(page, figures.expected(), {hidden: "blank"})


@pytest.mark.parametrize(
    "cell",
    [
        "<input value='345'>",
        "<p><input type='text' name='a' value='345' readonly></p>",
        "<input type=number value=345><input type=hidden value=7><input type=button value=9>",
        "<select><option>0</option><option selected>345</option></select>",
        "<select><option>345<option>0</select>",
        "<textarea>345</textarea>",
    ],
)
def test_a_figure_in_a_field_is_read(cell: str) -> None:
    assert_reads(_page(cell), plain_figures().expected())


@pytest.mark.parametrize(
    "cell", ["<p><img src='/n/345.png' alt=''></p>", "<img src=a.gif width=40>", "<canvas></canvas>"]
)
def test_a_picture_alone_in_a_cell_is_no_blank(cell: str) -> None:
    assert_reads(_page(cell), plain_figures().expected(), {LICENCES: "text"}, {LICENCES})


def test_a_picture_of_a_zero_is_never_counted_as_nothing() -> None:
    page = html_page(plain_figures()).decode()
    label = "3.其他</p></td>"
    seen = see(page.replace(label + "<td><p>0</p>", label + "<td><img src=0.gif>"))
    assert seen.cells["application.other_misc.natural_person"]["state"] == "text"
    assert seen.check("T3-ROW", "other_misc").status == "not_assessable"


@pytest.mark.parametrize(
    "spacer", ["<img src='/i/blank.gif'>", "<img src=x.gif width=1 height=1>", "<img src=spacer.gif>"]
)
def test_a_picture_that_holds_a_place_open_is_a_blank(spacer: str) -> None:
    assert_reads(_page(spacer), plain_figures().expected(), {LICENCES: "blank"})
    assert_reads(_page(f"{spacer}<img src=arrow.png>345"), plain_figures().expected())
