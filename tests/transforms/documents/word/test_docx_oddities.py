"""Single cells of Word documents as people really fill them: no mark, note or second reading becomes a digit."""

from __future__ import annotations

import pytest

from tests.transforms.documents.word.docx_kit import (
    GOES_ON,
    RESTART,
    TRACKED,
    blocks,
    deleted,
    docx,
    inserted,
    p,
    run,
    style,
    styles,
    tbl,
    tc,
    tr,
)
from tests.transforms.layouts import plain_figures
from tests.transforms.scoring import Seen, assert_reads, see
from transforms.documents.word.docx import read_docx

PATH = "disclosure.licence_decisions"
RAISED = '<w:vertAlign w:val="superscript"/>'
STRUCK = "<w:strike/>"
STYLES = styles(
    style("Mark", RAISED),
    style("NoteMark", "", above="Mark"),
    style("Loop", "", above="Loop"),
    style("Gone", "<w:vanish/>"),
    style("Out", "<w:dstrike/>"),
    style("Higher", RAISED, kind="paragraph"),
)


def cell(content: str, **parts: str) -> Seen:
    """A whole report in which the cell of 345 licences has these blocks instead."""
    whole = blocks(plain_figures())
    assert whole.count(p("345")) == 1
    return see(docx(whole.replace(p("345"), content), styles=STYLES, **parts))


def styled(text: str, name: str) -> str:
    return run(text, f'<w:rStyle w:val="{name}"/>')


def box(content: str) -> str:
    inside = f"<wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx>"
    old = f"<w:pict><v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox></w:pict>"
    drawing = f"<w:drawing>{inside}</w:drawing>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{drawing}</mc:Choice>'
        f"<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r>"
    )


@pytest.mark.parametrize(
    "content",
    [
        p(run("345"), run("1", RAISED)),
        p(run("345"), run("[", RAISED), run("1]", RAISED)),
        p(run("345"), run("2", '<w:vertAlign w:val="subscript"/>')),
        p(run("345"), styled("1", "Mark")),
        p(run("345"), styled("1", "NoteMark")),
        p(run("345"), '<w:r><w:footnoteReference w:customMarkFollows="1" w:id="2"/><w:t>1</w:t></w:r>'),
        p(run("345"), run("6", STRUCK)),
        p(run("12", STRUCK), run("345")),
        p(run("345"), styled("6", "Out")),
        p(run("345"), styled("6", "Gone")),
        p(run("12", STRUCK)) + p(run("345")),
        p(run("345", '<w:strike w:val="false"/>')),
        p(run("345", RAISED)),
        p(run("3", RAISED), run("45", RAISED)),
        p(run("345"), own='<w:pStyle w:val="Higher"/>'),
        p(run("345"), own='<w:pStyle w:val="Loop"/>'),
        p(run("345", '<w:vertAlign w:val="baseline"/>'), run("1"), own='<w:pStyle w:val="Higher"/>'),
        p(run("3", '<w:position w:val="4"/>'), run("45", '<w:position w:val="4"/>')),
        p(run("3"), deleted("9"), inserted(run("45"))),
        tbl(tr(tc("345"))) + p(),
        p("<w:r><w:t>34</w:t></w:r>", "<w:r><w:lastRenderedPageBreak/><w:t>5</w:t></w:r>"),
        p('<w:ruby><w:rt><w:r><w:t>9</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>345</w:t></w:r></w:rubyBase></w:ruby>'),
        p("".join(f'<w:r><w:sym w:font="Symbol" w:char="F03{digit}"/></w:r>' for digit in "345")),
    ],
)  # fmt: skip
def test_a_figure_with_marks_around_it_is_read(content: str) -> None:
    whole = blocks(plain_figures()).replace(p("345"), content)
    assert_reads(docx(whole, styles=STYLES), plain_figures().expected())


@pytest.mark.parametrize(
    "content",
    [
        p(run("1", RAISED), run("345")),
        p(run("3"), run("4", STRUCK), run("5")),
        p(run("345"), run("1", '<w:position w:val="10"/>')),
        p(run("345")) + p(run("1")),
        p(run("345"), "<w:r><w:br/></w:r>", run("1")),
        p(run("345"), "<w:r><w:tab/></w:r>", run("1")),
        p(run("345"), box(p("1"))),
        p(box(p("1")), run("345")),
        p('<w:r><w:sym w:font="Wingdings" w:char="F081"/></w:r>', run("345")),
        p('<w:r><w:sym w:font="Symbol" w:char="F0B4"/></w:r>', run("345")),
        p('<w:r><w:sym w:font="Symbol" w:char="zz"/></w:r>', run("345")),
        p("<m:oMath><m:f><m:num><m:r><m:t>3</m:t></m:r></m:num><m:den><m:r><m:t>45</m:t></m:r></m:den></m:f></m:oMath>"),
        p("<m:oMath><m:sSup><m:e><m:r><m:t>34</m:t></m:r></m:e><m:sup><m:r><m:t>5</m:t></m:r></m:sup></m:sSup></m:oMath>"),
        tbl(tr(tc("3"), tc("45"))) + p(),
        p(run("345（其中网上")) + p(run("12）")),
    ],
)  # fmt: skip
def test_what_is_no_single_figure_has_no_value_and_is_doubted(content: str) -> None:
    seen = cell(content)
    assert seen.cells[PATH]["value"] is None or PATH in seen.named, seen.cells[PATH]
    assert seen.cells[PATH]["value"] in (None, 345)
    assert PATH in seen.named
    others = {path: text for path, text in plain_figures().expected().items() if path != PATH}
    whole = blocks(plain_figures()).replace(p("345"), content)
    assert_reads(docx(whole, styles=STYLES), others, doubted={PATH})


@pytest.mark.parametrize(
    "content", [p(), p("  "), p(deleted("345")), p(run("345", STRUCK)), p(run("345", "<w:vanish/>"))]
)
def test_what_is_not_printed_is_blank(content: str) -> None:
    seen = cell(content)
    assert seen.states(PATH) == ["blank"]


def test_a_minus_that_is_a_symbol_is_not_lost() -> None:
    figures = plain_figures("F2019")
    minus = '<w:r><w:sym w:font="Symbol" w:char="F02D"/></w:r>'
    whole = blocks(figures)
    for sign in (minus, "<w:r><w:noBreakHyphen/></w:r>", '<w:r><w:sym w:font="Arial" w:char="2212"/></w:r>'):
        changed = whole.replace(p("-3"), p(sign, run("3")))
        assert changed != whole
        assert_reads(docx(changed), figures.expected())


def test_a_text_box_is_read_once_and_apart() -> None:
    figures = plain_figures()
    note = box(p("本年度数据来源于各科室。"))
    whole = blocks(figures).replace(p("无。"), p(note, run("无。")))
    seen = assert_reads(docx(whole), figures.expected())
    assert seen.reading.sections["6"] == "无。\n本年度数据来源于各科室。"


def test_a_whole_report_in_a_text_box() -> None:
    figures = plain_figures()
    assert_reads(docx(p(box(blocks(figures)))), figures.expected())
    fallback = (
        "<w:r><mc:AlternateContent><mc:Fallback>" + box(blocks(figures)) + "</mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert_reads(docx(p(fallback)), figures.expected())


def test_raised_marks_in_labels_and_headings() -> None:
    figures = plain_figures()
    whole = blocks(figures)
    for label in ("行政许可", "二、主动公开政府信息情况", "总计"):
        assert p(label) in whole
        whole = whole.replace(p(label), p(run(label), run("1", RAISED)))
    assert_reads(docx(whole), figures.expected())


def test_rows_that_begin_after_the_grid_does() -> None:
    """Group labels left out: the rows below begin at a later grid column instead of with merged cells."""
    figures = plain_figures()
    whole = blocks(figures)
    row = tr(tc("", 1, GOES_ON), tc("", 1, GOES_ON), tc("2.其他法律行政法规禁止公开"))
    assert row[: -len("</w:tr>")] in whole
    before = '<w:tr><w:trPr><w:gridBefore w:val="{}"/></w:trPr>'
    blank = tc("", 1, GOES_ON)
    whole = whole.replace(f"<w:tr>{blank}{blank}", before.format(2)).replace(f"<w:tr>{blank}", before.format(1))
    assert_reads(docx(whole), figures.expected())


def test_cells_stand_at_the_grid_columns_that_the_table_gives_them() -> None:
    rows = read_docx(
        docx(
            tbl(
                tr(tc("甲", 2, RESTART), tc("乙"), tc("丙")),
                tr(tc("", 2, GOES_ON), tc("1"), tc("2")),
                tr(tc("3"), own='<w:gridBefore w:val="3"/>'),
                tr(tc("4", 1, '<w:hMerge w:val="restart"/>'), tc("", 2, "<w:hMerge/>"), tc("5")),
            )
        )
    ).rows
    assert [[(cell.text, cell.column, cell.span) for cell in row.cells] for row in rows] == [
        [("甲", 0, 2), ("乙", 2, 1), ("丙", 3, 1)],
        [("1", 2, 1), ("2", 3, 1)],
        [("3", 3, 1)],
        [("4", 0, 3), ("5", 3, 1)],
    ]


def test_of_two_choices_the_first_is_shown() -> None:
    choices = "".join(f'<mc:Choice Requires="a{n}">{run(str(n))}</mc:Choice>' for n in (1, 2))
    alternatives = f"<mc:AlternateContent>{choices}<mc:Fallback>{run('3')}</mc:Fallback></mc:AlternateContent>"
    rows = read_docx(docx(p("甲", alternatives, "乙"))).rows
    assert [cell.text for row in rows for cell in row.cells] == ["甲1乙"]


def test_a_merge_that_goes_on_from_nothing_is_a_cell_of_its_own() -> None:
    figures = plain_figures()
    whole = blocks(figures).replace(tc("345", 3), tc("345", 3, GOES_ON))
    assert GOES_ON + "</w:tcPr>" + p("345") in whole
    assert_reads(docx(whole), figures.expected())


def test_text_below_in_a_merged_cell_is_not_printed() -> None:
    figures = plain_figures()
    hidden = tc("9999", 1, GOES_ON)
    assert_reads(docx(blocks(figures).replace(tc("", 1, GOES_ON), hidden)), figures.expected())


def test_old_horizontal_merges_and_tracked_vertical_ones() -> None:
    figures = plain_figures()
    across = tc("345", 1, '<w:hMerge w:val="restart"/>') + tc("", 1, "<w:hMerge/>") * 2
    whole = blocks(figures).replace(tc("345", 3), across)
    whole = whole.replace(RESTART, f'<w:cellMerge {TRACKED} w:vMerge="rest"/>')
    whole = whole.replace(GOES_ON, f'<w:cellMerge {TRACKED} w:vMerge="cont"/>')
    assert whole.count("cellMerge") > 20
    assert_reads(docx(whole), figures.expected())


@pytest.mark.parametrize("span", ["0", "-3", "x", "99999999999999999999", "３"])
def test_spans_that_no_table_has(span: str) -> None:
    figures = plain_figures()
    whole = blocks(figures).replace('<w:gridSpan w:val="3"/>', f'<w:gridSpan w:val="{span}"/>')
    expected = figures.expected()
    seen = see(docx(whole))
    wrong = {path for path, one in seen.cells.items() if one["value"] not in (None, float(expected[path]))}
    assert wrong <= seen.named
    assert seen.reading.outcome == "parsed"


def test_a_merged_figure_over_two_rows_is_not_moved_to_another_column() -> None:
    figures = plain_figures()
    whole = blocks(figures)
    first = f"{p('一、本年新收政府信息公开申请数量')}</w:tc>{tc('12')}"
    second = f"{p('二、上年结转政府信息公开申请数量')}</w:tc>{tc('1')}"
    assert first in whole
    assert second in whole
    whole = whole.replace(first, first.replace(tc("12"), tc("12", own=RESTART)))
    whole = whole.replace(second, second.replace(tc("1"), tc("", own=GOES_ON)))
    seen = see(docx(whole))
    expected = figures.expected()
    wrong = {
        path
        for path, one in seen.cells.items()
        if one["value"] not in (None, float(expected[path])) and path not in seen.named
    }
    assert not wrong
