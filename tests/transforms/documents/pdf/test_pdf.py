"""PDF with a text layer: every way of ruling a table, pages that break and turn, and files that are none."""

from __future__ import annotations

import io
from contextlib import nullcontext
from dataclasses import replace

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter

from tests.transforms.documents.pdf.pdf_kit import Style, report
from tests.transforms.layouts import Figures, make_figures, plain_figures
from tests.transforms.scoring import assert_reads, score_figures, see
from transforms.documents.model import UnreadableDocument
from transforms.documents.pdf import reader
from transforms.documents.pdf.shapes import Box
from transforms.documents.pdf.tables.grid import TableCell
from transforms.documents.pdf.tables.joining import PageTable

WHOLE = {
    "lines": Style(),
    "bars": Style(rulings="bars"),
    "boxes": Style(rulings="boxes"),
    "one path": Style(rulings="one"),
    "dashes": Style(rulings="dashes"),
    "dots": Style(rulings="dots"),
    "text at the top left": Style(across="left", down="top"),
    "small": Style(size=6, margin=30),
    "landscape": Style(page=(842, 595)),
    "drawn turned": Style(turned=90),
    "shown turned": Style(rotate=90),
    "shown upside down": Style(rotate=180),
    "drawn and shown turned": Style(turned=90, rotate=270),
    "text drawn twice": Style(doubled=True),
    "header again on each page": Style(head_again=True, page=(595, 420)),
    "page numbers": Style(numbers="— {} —", page=(595, 420)),
    "thick": Style(thickness=2),
}


@pytest.mark.parametrize("form", ["F2019", "F2021"])
@pytest.mark.parametrize("name", WHOLE)
def test_every_figure_of_a_ruled_report_is_read(name: str, form: str) -> None:
    figures = make_figures(len(name), form)
    seen = assert_reads(report(figures, WHOLE[name]), figures.expected())
    assert seen.reading.media_type == "application/pdf"
    assert (seen.reading.agency_name, seen.reading.report_year) == (figures.name, figures.year)


HARD = {
    "rulings lost": Style(lost=0.15),
    "many rulings lost": Style(lost=0.4),
    "level lines only": Style(rulings="level"),
    "no lines": Style(rulings="none"),
    "no lines, small": Style(rulings="none", size=6),
    "rows cut by the page": Style(cut_rows=True, page=(595, 420)),
}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", HARD)
def test_no_figure_is_wrong_without_a_sign_where_lines_are_missing(name: str, seed: int) -> None:
    figures = make_figures(seed, "F2021" if seed % 2 else "F2019")
    reading, score = score_figures(report(figures, replace(HARD[name], seed=seed)), figures.expected())
    assert score.counts["unnamed"] == 0, score.details
    lost = [path for path, cell in reading.cells.items() if cell.state == "missing"]
    if reading.outcome == "parsed" and lost:
        assert reading.warnings or any(check.status != "pass" for check in reading.checks)


def test_a_table_that_has_lost_some_lines_is_read_nearly_whole() -> None:
    right = wrong = 0
    for seed in range(8):
        figures = make_figures(seed)
        _, score = score_figures(report(figures, Style(lost=0.15, seed=seed)), figures.expected())
        right += score.counts["right"]
        wrong += score.counts["wrong"] + score.counts["missed"]
    assert right > 0.9 * (right + wrong)


def _changed(data: bytes, password: str | None = None, empty: bool = False) -> bytes:
    writer = PdfWriter()
    for page in [] if empty else PdfReader(io.BytesIO(data)).pages:
        writer.add_page(page)
    if password is not None:
        writer.encrypt(password, "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_password_that_is_empty_is_none() -> None:
    figures = plain_figures()
    assert_reads(_changed(report(figures), password=""), figures.expected())


def _report() -> bytes:
    return report(plain_figures())


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: _changed(_report(), password="secret"), "password"),
        (lambda: _report()[:300], ""),
        (lambda: b"%PDF-1.7\n", ""),
        (lambda: b"%PDF-1.7\n" + b"\x00" * 5000, ""),
        (lambda: _changed(_report(), empty=True), ""),
    ],
)
def test_a_file_that_cannot_be_read_says_why(make: object, word: str) -> None:
    seen = see(make())  # type: ignore[operator]
    assert seen.reading.outcome == "unreadable"
    assert seen.reading.reason
    assert word in seen.reading.reason.lower()
    assert "please report" not in seen.reading.reason


def test_pages_without_text_are_not_taken_for_blank_ones() -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    out = io.BytesIO()
    document.save(out)
    assert see(out.getvalue()).reading.outcome in ("unreadable", "out_of_format")


def test_damaged_bytes_never_give_a_wrong_figure_without_a_sign() -> None:
    figures: Figures = plain_figures()
    data = report(figures)
    for at in range(0, len(data), max(1, len(data) // 60)):
        for damaged in (data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :], data[:at]):
            _, score = score_figures(damaged, figures.expected())
            assert score.counts["unnamed"] == 0, (at, score.details)


def test_channels_beside_each_other_are_no_two_reports() -> None:
    """Headers of table four share 其他 and 总计 with the rows of table three; those of two reports share rows."""
    header = ["结果维持", "纠正", "其他", "未审结", "总计"]
    rows = ["1.属于国家秘密", "2.重复申请"]
    for words, refused in ((header, False), (rows, True)):
        cells = tuple(TableCell(0, at, 1, 1, word, "") for at, word in enumerate(words))
        xs = tuple(float(x) for x in range(len(words) + 1))
        tables = [(Box(100.0 * n, 0.0, 100.0 * n + 90, 50.0), PageTable(1, n, xs, cells, 9.0)) for n in (1, 2)]
        with pytest.raises(UnreadableDocument, match="side by side") if refused else nullcontext():
            reader._refuse_two_reports(tables, 1)
