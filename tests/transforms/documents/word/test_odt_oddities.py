"""Single cells of OpenDocument texts as people really fill them: no mark, note or covered cell becomes a digit."""

from __future__ import annotations

import pytest

from tests.transforms.documents.word.odt_kit import COVERED, blocks, frame, odt, p, span, style, table, td, tr
from tests.transforms.layouts import plain_figures
from tests.transforms.scoring import Seen, assert_reads, see
from transforms.documents.word.odt import read_odt

PATH = "disclosure.licence_decisions"
STYLES = "".join(
    [
        style("Raised", 'style:text-position="super 58%"'),
        style("RaisedByHand", 'style:text-position="33% 58%"'),
        style("Lowered", 'style:text-position="-20% 58%"'),
        style("Shifted", 'style:text-position="20% 100%"'),
        style("Even", 'style:text-position="0% 100%"'),
        style("Struck", 'style:text-line-through-style="solid" style:text-line-through-type="single"'),
        style("NotStruck", 'style:text-line-through-style="none" style:text-line-through-type="none"', above="Struck"),
        style("Mark", "", above="Common"),
        style("Loop", "", above="Loop"),
        style("Gone", 'text:display="none"'),
        style("Higher", 'style:text-position="super 58%"', family="paragraph"),
    ]
)
COMMON = style("Common", 'style:text-position="super 58%"')
FORMULA = '<draw:frame><draw:object xlink:href="./Object 1"/><draw:image xlink:href="./x"/></draw:frame>'


def whole(content: str) -> bytes:
    """A whole report in which the cell of 345 licences has these blocks instead."""
    report = blocks(plain_figures())
    assert report.count(p("345")) == 1
    return odt(report.replace(p("345"), content), STYLES, COMMON)


def cell(content: str) -> Seen:
    return see(whole(content))


@pytest.mark.parametrize(
    "content",
    [
        p("345", span("1", "Raised")),
        p("345", span("1", "RaisedByHand")),
        p("345", span("1", "Lowered")),
        p("345", span("1", "Mark")),
        p("345", span(span("1", "Loop"), "Raised")),
        p("345", span("6", "Struck")),
        p(span("12", "Struck"), "345"),
        p(span("12", "Struck")) + p("345"),
        p(span("345", "NotStruck")),
        p(span("345", "Raised")),
        p("345", style="Higher"),
        p(span("345", "Even"), "1", style="Higher"),
        p(span("34", "Shifted"), span("5", "Shifted")),
        p(span("34", "Loop"), "5"),
        p("345", span("9", "Gone")),
        table(tr(td("345"))),
        p("34", "<text:soft-page-break/>", "5"),
        p("<text:ruby><text:ruby-base>345</text:ruby-base><text:ruby-text>9</text:ruby-text></text:ruby>"),
        p('<text:a xlink:href="http://example.org/1">345</text:a>'),
        p("345", '<draw:frame><draw:image xlink:href="x"/></draw:frame>'),
        p("345", '<text:variable-set text:display="none">9</text:variable-set>'),
        p("<!-- 9 -->", "345"),
    ],
)
def test_a_figure_with_marks_around_it_is_read(content: str) -> None:
    assert_reads(whole(content), plain_figures().expected())


@pytest.mark.parametrize(
    "content",
    [
        p(span("1", "Raised"), "345"),
        p("3", span("4", "Struck"), "5"),
        p("345", span("1", "Shifted")),
        p("345") + p("1"),
        p("345", "<text:line-break/>", "1"),
        p("345", "<text:tab/>", "1"),
        p("345", "<text:s/>", "1"),
        p("345", frame(p("1"))),
        p(frame(p("1")), "345"),
        p("345", FORMULA),
        p("345", "<draw:custom-shape><text:p>1</text:p></draw:custom-shape>"),
        table(tr(td("3"), td("45"))),
        p("345（其中网上") + p("12）"),
    ],
)
def test_what_is_no_single_figure_has_no_value_and_is_doubted(content: str) -> None:
    seen = cell(content)
    assert seen.cells[PATH]["value"] in (None, 345)
    assert PATH in seen.named
    others = {path: text for path, text in plain_figures().expected().items() if path != PATH}
    assert_reads(whole(content), others, doubted={PATH})


@pytest.mark.parametrize("content", [p(), p("  "), p(span("345", "Struck")), p(span("345", "Gone")), "<text:p/>"])
def test_what_is_not_printed_is_blank(content: str) -> None:
    assert cell(content).states(PATH) == ["blank"]


def test_a_text_box_is_read_once_and_apart() -> None:
    figures = plain_figures()
    note = frame(p("本年度数据来源于各科室。"))
    report = blocks(figures).replace(p("无。"), p(note, "无。"))
    seen = assert_reads(odt(report), figures.expected())
    assert seen.reading.sections["6"] == "无。\n本年度数据来源于各科室。"


def test_rows_of_text_between_tabs() -> None:
    rows = [["信息内容", "本年处理决定数量"], ["行政许可", "345"], ["行政处罚", "12"]]
    lines = "".join(p(row[0], "<text:tab/>", row[1]) for row in rows)
    figures = plain_figures()
    seen = see(odt(p(figures.title) + p("<text:tab/>", "二、主动公开政府信息情况") + lines))
    assert seen.values(PATH, "disclosure.penalty_decisions") == [345, 12]


def test_cells_stand_at_the_grid_columns_that_the_table_gives_them() -> None:
    rows = read_odt(
        odt(
            table(
                tr(td("甲", 2, 2), td("乙"), td("丙")),
                tr(COVERED, COVERED, td("1"), td("2")),
                tr(td("", own=' table:number-columns-repeated="3"'), td("3")),
                tr(td("4", 3), td("5"), own=' table:number-rows-repeated="2"'),
            )
        )
    ).rows
    assert [[(one.text, one.column, one.span) for one in row.cells] for row in rows] == [
        [("甲", 0, 2), ("乙", 2, 1), ("丙", 3, 1)],
        [("1", 2, 1), ("2", 3, 1)],
        [("", 0, 1), ("", 1, 1), ("", 2, 1), ("3", 3, 1)],
        [("4", 0, 3), ("5", 3, 1)],
        [("4", 0, 3), ("5", 3, 1)],
    ]
    assert len({one.locator for row in rows for one in row.cells}) == 13


def test_a_covered_cell_that_no_cell_covers_is_read_and_doubted() -> None:
    figures = plain_figures()
    stray = f"<table:covered-table-cell>{p('345')}</table:covered-table-cell>"
    report = blocks(figures).replace(td("345", 3), stray)
    assert report != blocks(figures)
    assert_reads(odt(report), figures.expected(), doubted={PATH})


@pytest.mark.parametrize("span", ["0", "-3", "x", "99999999999999999999", "３"])
def test_spans_that_no_table_has(span: str) -> None:
    figures = plain_figures()
    report = blocks(figures).replace('columns-spanned="3"', f'columns-spanned="{span}"')
    seen = see(odt(report))
    expected = figures.expected()
    wrong = {path for path, one in seen.cells.items() if one["value"] not in (None, float(expected[path]))}
    assert wrong <= seen.named
    assert seen.reading.outcome == "parsed"
