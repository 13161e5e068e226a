"""Tables of PDFs without upright lines, and figures that narrow cells break over lines."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tests.transforms.documents.pdf.pdf_kit import FONT, Style, report
from tests.transforms.layouts import make_figures
from tests.transforms.scoring import assert_reads, see
from transforms.documents.model import Mode
from transforms.documents.pdf.reader import read_pdf
from transforms.documents.pdf.shapes import Glyph
from transforms.documents.pdf.tables.cells import cells_of
from transforms.documents.pdf.tables.grid import Table
from transforms.forms import forms

UNRULED = {
    "level lines": Style(rulings="level"),
    "no lines": Style(rulings="none"),
    "no lines, small": Style(rulings="none", size=6),
    "no lines, text at the left": Style(rulings="none", across="left", down="top"),
    "level lines, text at the right": Style(rulings="level", across="right"),
    "no lines, over pages with numbers": Style(rulings="none", numbers="— {} —", page=(595, 420)),
    "header again on each page": Style(rulings="level", head_again=True, page=(595, 420)),
    "turned": Style(rulings="none", turned=90),
}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", UNRULED)
def test_every_figure_is_read_without_upright_lines(name: str, seed: int) -> None:
    figures = make_figures(seed, "F2021" if seed else "F2019")
    assert_reads(report(figures, replace(UNRULED[name], seed=seed)), figures.expected())


def _drawn(lines: list[list[tuple[float, str]]], uprights: tuple[float, ...] = (), pitch: float = 24) -> bytes:
    """A page with words at places of lines ``pitch`` points apart; a grid round them where there are upright lines."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(842, 842))
    canvas.setFont(FONT, 9)
    for number, words in enumerate(lines):
        for x, text in words:
            for at, part in enumerate(text.split("\n")):
                canvas.drawString(x, 780 - pitch * number - 11 * at, part)
        if uprights:
            canvas.line(uprights[0], 792 - pitch * number, uprights[-1], 792 - pitch * number)
    if uprights:
        bottom = 792 - pitch * len(lines)
        canvas.line(uprights[0], bottom, uprights[-1], bottom)
        for x in uprights:
            canvas.line(x, 792, x, bottom)
    canvas.save()
    return out.getvalue()


def _outcomes() -> list[str]:
    return [outcome.label for outcome in forms()["F2021"].outcomes[:6]]


def test_blanks_of_rows_without_lines_are_placed_by_the_header() -> None:
    names = [applicant.label for applicant in forms()["F2021"].applicants]
    places = [200 + 70 * number for number in range(len(names))]
    rows = [[(20.0, label), (places[0], "3"), (places[4], "4"), (places[6], "7")] for label in _outcomes()]
    head = [(20.0, "三、收到和处理政府信息公开申请情况")]
    lines = [head, list(zip(map(float, places), names, strict=True)), *rows]
    found = [row for row in read_pdf(_drawn(lines)).rows if row.mode is Mode.GRID]
    assert [cell.text for cell in found[0].cells] == names
    for row, label in zip(found[1:], _outcomes(), strict=True):
        assert [cell.text for cell in row.cells] == [label, "3", "", "", "", "4", "", "7"]


def _table_three(rows: list[list[tuple[float, str]]]) -> bytes:
    names = [applicant.label for applicant in forms()["F2021"].applicants]
    header = [(200.0 + 70 * number, name) for number, name in enumerate(names)]
    return _drawn([[(20.0, "三、收到和处理政府信息公开申请情况")], header, *rows])


def test_the_rest_of_a_figure_beside_the_rest_of_its_label_is_not_lost() -> None:
    rows = [[(20.0, label), (200.0, "3"), (340.0, "0"), (620.0, "3")] for label in _outcomes()]
    begun, rest = "（二）部分公开（区分处理的，只", "计这一情形，不计其他情形）"
    rows[3] = [(20.0, f"{begun}\n{rest}"), (340.0, "12345\n6")]
    found = [row for row in read_pdf(_table_three(rows)).rows if row.mode is Mode.GRID][4]
    assert found.cells[3].text == "123456"
    assert found.cells[3].doubt
    assert not any(cell.doubt for cell in found.cells if cell.text != "123456")


def test_a_table_without_any_figure_is_one_left_blank() -> None:
    labels = [outcome.label for outcome in forms()["F2021"].outcomes]
    blank = [row for row in read_pdf(_table_three([[(20.0, label)] for label in labels])).rows if row.mode is Mode.GRID]
    assert [row.cells[0].text for row in blank[1:]] == labels
    assert all(len(row.cells) == 8 and not any(cell.text for cell in row.cells[1:]) for row in blank[1:])
    # A figure that no label claims may belong to any of them: then nothing is said to be blank.
    stray = _table_three([*([(20.0, label)] for label in labels[:-1]), [(340.0, "5")], [(20.0, labels[-1])]])
    assert not any(row.mode is Mode.GRID and len(row.cells) == 8 and row.cells[0].text for row in read_pdf(stray).rows)


def test_two_years_side_by_side_without_lines_are_refused() -> None:
    rows = [
        [(side + x, text) for side in (10.0, 430.0) for x, text in [(0, label), *_figures(150)]]
        for label in ["（一）予以公开", "1.属于国家秘密", "2.重复申请", "（七）总计"]
    ]
    reading = see(_drawn([[(20.0, "三、收到和处理政府信息公开申请情况")], *rows])).reading
    assert reading.outcome == "unreadable"
    assert "side by side" in (reading.reason or "")


def _figures(start: float) -> list[tuple[float, str]]:
    return [(start + 30 * number, str(number)) for number in range(7)]


@pytest.mark.parametrize(
    ("label", "texts", "expected"),
    [
        ("1.属于国家秘密", ["12345\n67", "0"], "1234567"),
        ("规章\n规范性文件", ["12345\n67890", "0\n1"], "12345\n67890"),
        ("1.属于国家秘密", ["12345\n67件", "0"], "1234567件"),
        ("本年", ["12345\n67件", "0件"], "1234567件"),
        ("1.属于国家秘密", ["12345\n67890\n件", "0\n件"], "1234567890件"),
        ("规章\n规范性文件", ["12345\n67件", "0件\n1件"], "12345\n67件"),
    ],
)
def test_a_figure_broken_by_a_narrow_cell_is_one_unless_two_rows_have_run_together(
    label: str, texts: list[str], expected: str
) -> None:
    words = [(24.0, label), *((places, text) for places, text in zip((142.0, 172.0), texts, strict=True))]
    rows = read_pdf(_drawn([words, words], uprights=(20, 140, 170, 200), pitch=45)).rows
    assert rows[0].cells[1].text == expected
    assert not rows[0].cells[1].doubt


@pytest.mark.parametrize(("x", "lost"), [(170.0, False), (150.0, True)])
def test_no_edge_is_put_through_a_figure(x: float, lost: bool) -> None:
    """A figure amid a cell of two columns stands where other rows have a line; one beside it has lost that line."""
    table = Table(
        [0, 140, 170, 200, 230],
        [0.0, 20, 40, 60, 80, 100],
        right=[[True, row != 2, True] for row in range(5)],
        below=[[True] * 4 for _ in range(4)],
    )
    glyphs = [Glyph("3", x - 3, 44.0, x + 3, 56.0, 54.0)]
    cells = cells_of(table, glyphs, [], 12.0)
    assert [cell.span for cell in cells if cell.row == 2] == ([1, 1, 1, 1] if lost else [1, 2, 1])
