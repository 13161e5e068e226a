"""Parts of the reading of scans on their own: what fits the ink, which label is meant, hostile images, page breaks."""

from __future__ import annotations

import io
import struct
import zlib

import cv2
import numpy as np
import pytest

from tests.transforms.documents.scan.scan_kit import Image, ImageDraw, encoded, font, report_image
from tests.transforms.layouts import make_figures
from transforms.documents.model import Row, UnreadableDocument
from transforms.documents.scan import reading
from transforms.documents.scan.cleaning import clean
from transforms.documents.scan.figures import fits_ink, is_figure, stroke
from transforms.documents.scan.grids import GridCell
from transforms.documents.scan.images import image_pages
from transforms.documents.scan.mending import Grid, mended
from transforms.documents.scan.pages import ReadCell, ReadLine, ReadPage, ReadTable, ReadWord
from transforms.documents.scan.rows import rows_of_pages
from transforms.documents.scan.unruled.tables import Stretch, rows_without_rulings
from transforms.documents.scan.vocabulary import corrected_label, corrected_line
from transforms.reading.printed import looks_like_value, read_printed


def _ink(text: str) -> np.ndarray:
    """The ink of a figure, cut to its edges."""
    page = Image.new("L", (300, 60), 255)
    ImageDraw.Draw(page).text((10, 10), text, font=font(28), fill=0)
    ink = (np.asarray(page) < 128).astype(np.uint8)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@pytest.mark.parametrize("text", ["0", "7", "11", "100", "4068.208", "-2", "+3", "1072", "-"])
def test_a_figure_fits_its_ink_and_none_with_a_character_lost_or_added_does(text: str) -> None:
    ink = _ink(text)
    assert fits_ink(text, ink)
    assert not fits_ink(text + text, ink)
    if len(text) > 1:
        assert not fits_ink(text[1:], ink)


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("2其他法律行政法规禁止公开", "2.其他法律行政法规禁止公开"),
        ("一、本年新收政府信息公于田请数量", "一、本年新收政府信息公开申请数量"),
        ("本年收费金额（单位：方元）", "本年收费金额单位:万元"),
        ("本年收费金额（单位：元）", "本年收费金额单位:元"),
        ("本年收费金额（单位：干元）", "本年收费金额单位:干元"),
        ("行政处罚", "行政处罚"),
        ("总计", "总计"),
        ("其他", "其他"),
        # Too little is left to tell 制发 from 废止, or 处罚 from 强制.
        ("本年口口件数", "本年口口件数"),
        ("行政口口", "行政口口"),
        ("3591", "3591"),
    ],
)
def test_labels_are_put_right_only_where_one_can_be_meant(read: str, meant: str) -> None:
    found = corrected_label(read)
    assert found.replace("(", "").replace(")", "") == meant


def test_title_and_headings_of_sections_are_put_right() -> None:
    assert corrected_line("2020年政府信息公于工作年度报告") == "2020年政府信息公开工作年度报告"
    assert corrected_line("三、收到和处理政府信息公于田请情况") == "三、收到和处理政府信息公开申请情况"
    assert corrected_line("全年公开政府信息20条。") == "全年公开政府信息20条。"


def test_only_figures_and_what_is_taken_for_them_are_figures() -> None:
    assert all(map(is_figure, ["0", "O", "1,024", "+3", "—", "l2"]))
    assert not any(map(is_figure, ["", "无", "12件", "规章"]))


@pytest.mark.parametrize(("text", "sign"), [("/", "/"), ("-", "-"), ("—", "-"), ("1", ""), ("7", ""), ("0", "")])
def test_dashes_and_slashes_are_known_by_their_stroke(text: str, sign: str) -> None:
    ink = _ink(text)
    assert stroke(ink, 28.0) == sign


def _words(rows: list[list[tuple[float, str]]]) -> list[ReadLine]:
    """Lines of words, each given by where it begins; lines stand two heights of the type apart."""
    return [
        ReadLine(
            number * 2,
            tuple(ReadWord(text, left, number * 2, left + len(text) * 0.7, number * 2 + 1) for left, text in row),
        )
        for number, row in enumerate(rows)
    ]


_HEADER = [(0.0, "信息内容"), (10.0, "本年制发件数"), (20.0, "本年废止件数"), (30.0, "现行有效件数")]


def _read_rows(lines: list[ReadLine]) -> list[list[str]]:
    found, _ = rows_without_rulings(Stretch(lines, 1, 60.0), None, -1)
    return [[cell.text for cell in part.cells] for part in found if isinstance(part, Row)]


def test_figures_stand_under_the_headers_of_the_form() -> None:
    rows = [_HEADER, [(0.0, "规章"), (11.0, "3"), (31.0, "12")], [(0.0, "行政规范性文件"), (21.0, "-"), (30.5, "7")]]
    assert _read_rows(_words(rows)) == [
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", "3", "", "12"],
        ["行政规范性文件", "", "-", "7"],
    ]


def test_a_figure_between_two_columns_is_put_into_neither() -> None:
    rows = [_HEADER, [(0.0, "规章"), (16.8, "3"), (31.0, "12")]]
    assert [row for row in _read_rows(_words(rows)) if row[0] == "规章"] == []


def test_a_row_of_as_many_figures_as_columns_is_read_wherever_it_stands() -> None:
    rows = [_HEADER, [(0.0, "规章"), (16.8, "3"), (25.0, "4"), (31.0, "12")]]
    assert ["规章", "3", "4", "12"] in _read_rows(_words(rows))


def _grid(rows: int, columns: int) -> tuple[Grid, np.ndarray, list[int], list[int]]:
    """A grid with all edges drawn, its text (a spot in each square), the places of its lines."""
    text = np.zeros((rows * 40 + 1, columns * 60 + 1), np.uint8)
    for row in range(rows):
        for column in range(columns):
            text[row * 40 + 12 : row * 40 + 30, column * 60 + 20 : column * 60 + 40] = 1
    grid = Grid(np.ones((rows + 1, columns)), np.ones((rows, columns + 1)))
    return grid, text, [row * 40 for row in range(rows + 1)], [column * 60 for column in range(columns + 1)]


def test_a_lost_edge_is_restored_and_none_is_put_through_text() -> None:
    grid, text, rows, columns = _grid(4, 5)
    grid.beside[1, 2] = grid.above[2, 3] = grid.beside[3, 4] = 0.0
    text[3 * 40 + 15 : 3 * 40 + 25, 3 * 60 + 20 : 4 * 60 + 40] = 1
    found, _ = mended(grid, text, rows, columns, 28.0)
    assert found.beside[1, 2] > 0
    assert found.above[2, 3] > 0
    assert found.beside[3, 4] == 0


def test_a_heading_over_all_columns_stays_one_cell() -> None:
    grid, text, rows, columns = _grid(4, 5)
    grid.beside[1, 1:5] = 0.0
    text[40:80] = 0
    text[52:70, 20:40] = 1
    assert not mended(grid, text, rows, columns, 28.0)[0].beside[1, 1:5].any()


def test_a_figure_that_cannot_be_told_stands_where_a_figure_does_and_has_no_value() -> None:
    for text in ("19?", "?", "-3?"):
        assert looks_like_value(text)
        assert read_printed(text).value is None
    assert not looks_like_value("何时公开?")


def _png_of(width: int, height: int) -> bytes:
    """The head of a PNG that names a size, with no more behind it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_png_of(100_000, 100_000) + b"\x00\x00\x00\x00IDAT", "100000 × 100000 pixels"),
        (b"\x89PNG\r\n\x1a\n", "none that can be opened|cannot be opened"),
        (b"\xff\xd8\xff" + bytes(500), "none that can be opened|cannot be opened"),
        (b"II*\x00" + b"\xff" * 50, "none that can be opened|cannot be opened|broken"),
        (b"GIF89a", "none that can be opened|cannot be opened"),
    ],
)
def test_hostile_images_are_refused_in_words(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        reading.read_image(data)


def test_a_cut_image_is_broken_and_a_blank_one_says_so() -> None:
    whole = encoded([report_image(make_figures(1))[:400]], "PNG")
    with pytest.raises(UnreadableDocument, match="broken"):
        reading.read_image(whole[: len(whole) // 2])
    with pytest.raises(UnreadableDocument, match="No text"):
        reading.read_image(encoded([np.full((800, 600), 255, np.uint8)], "PNG"))
    with pytest.raises(UnreadableDocument, match="too few"):
        reading.read_image(encoded([np.zeros((20, 600), np.uint8)], "PNG"))
    with pytest.raises(UnreadableDocument, match="cannot be opened"):
        reading.read_scanned_pdf(b"%PDF-1.7 nothing")


def test_unusual_pixels_become_dark_on_white() -> None:
    grey = np.full((90, 120), 255, np.uint8)
    grey[30:60, 40:80] = 0
    image = Image.fromarray(grey)
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    clear = Image.merge("RGBA", [Image.new("L", image.size, 0)] * 3 + [Image.eval(image, lambda value: 255 - value)])
    animated = io.BytesIO()
    image.save(animated, "GIF", save_all=True, append_images=[Image.new("L", image.size, 0)])
    files = [animated.getvalue()]
    for kind, form in (
        ("TIFF", image.convert("CMYK")),
        ("WEBP", image.convert("RGB")),
        ("PNG", deep),
        ("PNG", clear),
        ("PNG", image.convert("P")),
    ):
        buffer = io.BytesIO()
        form.save(buffer, kind)
        files.append(buffer.getvalue())
    for data in files:
        pages = list(image_pages(data))
        assert len(pages) == 1
        assert pages[0][45, 60].max() < 40
        assert pages[0][5, 5].min() > 215


def test_without_the_extra_the_reason_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "find_spec", lambda name: None)
    with pytest.raises(UnreadableDocument, match=r"pip install 'gongkai\[ocr\]'"):
        reading.read_image(b"\x89PNG")


def _table(top: int, rows: list[list[str]], open_top: bool = False, open_bottom: bool = False) -> ReadTable:
    cells = [
        ReadCell(GridCell(r, c, 1, 1, None, False), text, "")  # type: ignore[arg-type]
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]
    width = len(rows[0])
    return ReadTable(top, tuple(c / width for c in range(width + 1)), tuple(cells), open_top, open_bottom)


def test_a_row_cut_by_a_page_break_is_one_row() -> None:
    first = ReadPage(
        (_table(10, [["规章", "0"], ["2.其他法律行政", "3"]]), ReadLine(900, (ReadWord("- 4 -", 0, 40, 3, 41),)))
    )
    second = ReadPage((_table(10, [["法规禁止公开", ""], ["3.危及三安全一稳定", "1"]]),))
    grids = [[c.text for c in row.cells] for row in rows_of_pages([first, second]) if row.table]
    assert grids == [["规章", "0"], ["2.其他法律行政法规禁止公开", "3"], ["3.危及三安全一稳定", "1"]]


def test_whole_rows_on_both_sides_of_a_page_break_stay_two() -> None:
    first = ReadPage((_table(10, [["（六）其他处理", "0"]], open_bottom=True),))
    second = ReadPage((_table(10, [["（七）总计", "24"]], open_top=True),))
    rows = rows_of_pages([first, second])
    assert [[c.text for c in row.cells] for row in rows] == [["（六）其他处理", "0"], ["（七）总计", "24"]]
    assert len({row.table for row in rows}) == 1


def test_a_faint_stroke_is_ink_where_it_begins_at_a_dark_one_alone() -> None:
    page = np.full((600, 600), 255, np.uint8)
    for number in range(20):
        cv2.putText(page, "8", (40 + 25 * number, 300), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0,), 3)
    page[100:125, 100:104] = 0
    page[112:114, 104:114] = page[112:114, 304:314] = 205
    cleaned = clean(page)
    assert cleaned is not None
    scale = cleaned.ink.shape[1] / page.shape[1]
    stroke_of_digit, alone = (
        cleaned.ink[round(113 * scale) - 2 : round(113 * scale) + 2, round(x * scale)] for x in (109, 309)
    )
    assert stroke_of_digit.any()
    assert not alone.any()
    assert not cleaned.dark[round(113 * scale), round(109 * scale)]
