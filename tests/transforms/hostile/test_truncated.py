"""Documents of every kind cut off at many places, and under names that are not theirs: no figure is wrong unnamed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from tests.transforms.documents.pdf.pdf_kit import report
from tests.transforms.documents.scan.scan_kit import encoded, report_image
from tests.transforms.documents.spreadsheet.xlsx_kit import Sheet, laid_out, xlsx
from tests.transforms.documents.test_mhtml import mhtml
from tests.transforms.documents.word import docx_kit, odt_kit
from tests.transforms.documents.word.office_kit import written_by_office
from tests.transforms.layouts import html_page, make_figures, piped_rows
from tests.transforms.scoring import flat_cells, named_cells, number
from transforms.batch import read_files
from transforms.documents.word import office

FIGURES = make_figures(3, size=4000)
SHARES = (0.0, 0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
# Of what takes seconds a document: those places where something is left to be read, and something is missing.
FEW_SHARES = (0.3, 0.7, 0.95)


def _picture(kind: str) -> bytes:
    return encoded([report_image(FIGURES)], kind)


def _scan() -> bytes:
    return encoded([report_image(FIGURES)], "PDF")


WHOLE: Mapping[str, Callable[[], bytes]] = {
    "html": lambda: html_page(FIGURES),
    "txt": lambda: piped_rows(FIGURES),
    "mht": lambda: mhtml(html_page(FIGURES)),
    "docx": lambda: docx_kit.docx(docx_kit.blocks(FIGURES)),
    "odt": lambda: odt_kit.odt(odt_kit.blocks(FIGURES)),
    "xlsx": lambda: xlsx(Sheet(*laid_out(FIGURES))),
    "zip": lambda: docx_kit.package({"a.html": html_page(FIGURES), "b.txt": b" "}),
    "pdf": lambda: report(FIGURES),
    "scan.pdf": _scan,
    "png": lambda: _picture("PNG"),
    "jpg": lambda: _picture("JPEG"),
    "tiff": lambda: _picture("TIFF"),
    "gif": lambda: _picture("GIF"),
    "bmp": lambda: _picture("BMP"),
}
BY_OFFICE = {
    "doc": ("a.docx", lambda: docx_kit.whole_docx(docx_kit.blocks(FIGURES))),
    "rtf": ("a.docx", lambda: docx_kit.whole_docx(docx_kit.blocks(FIGURES))),
    "xls": ("a.xlsx", lambda: xlsx(Sheet(*laid_out(FIGURES)))),
}
# A copy of these that is cut still opens: what is there is read, and a figure at the place of the cut is doubted.
OPEN_WHEN_CUT = frozenset(["html", "txt", "mht", "rtf"])


@cache
def whole(kind: str) -> bytes:
    return WHOLE[kind]()


def places(data: bytes, shares: Sequence[float]) -> list[int]:
    """Bytes that are left of a document."""
    return [int(len(data) * share) for share in shares]


def inside_figures(data: bytes) -> list[int]:
    """Places between two digits of a figure."""
    return [match.start() + 1 for match in re.finditer(rb"(?<![\w=\";])[1-9][0-9]+(?![\w=\";])", data)]


def read_cut(kind: str, data: bytes, cuts: Sequence[int], folder: Path) -> None:
    """Read what is left of a document; every figure that no sign names must be one of the whole."""
    expected = {path: number(text) for path, text in FIGURES.expected().items()}
    paths = [folder / f"{cut}.{kind}" for cut in cuts]
    for path, cut in zip(paths, cuts, strict=True):
        path.write_bytes(data[:cut])
    read = {one.path: one.reading for one in read_files(paths, workers=1)}
    assert read.keys() == set(paths)
    for path in paths:
        reading = read[path]
        assert reading.reason or reading.outcome == "parsed"
        assert "please report it" not in str(reading.reason), reading.reason
        assert reading.outcome != "parsed" or kind in OPEN_WHEN_CUT, path.name
        document = reading.as_json(str(path))
        named = named_cells(document)
        for key, cell in flat_cells(document).items():
            if cell["value"] is not None and key not in named:
                assert cell["value"] == expected[key], (path.name, key, cell)


@pytest.mark.parametrize("kind", WHOLE)
def test_a_document_that_was_cut_off_has_no_wrong_figure_without_a_sign(kind: str, tmp_path: Path) -> None:
    data = whole(kind)
    cuts = places(data, FEW_SHARES if kind in ("scan.pdf", "jpg") else SHARES)
    if kind in OPEN_WHEN_CUT:
        between = inside_figures(data)
        assert len(between) > 20
        cuts = sorted({*cuts, *between})
    read_cut(kind, data, cuts, tmp_path)


@pytest.mark.skipif(office.find_program() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", BY_OFFICE)
def test_a_document_of_the_office_that_was_cut_off(kind: str, tmp_path: Path) -> None:
    name, make = BY_OFFICE[kind]
    (tmp_path / "made").mkdir()
    data = written_by_office({name: make()}, kind, tmp_path / "made")["a"]
    read_cut(kind, data, places(data, SHARES if kind == "xls" else FEW_SHARES), tmp_path)


def test_names_do_not_say_what_a_document_is(tmp_path: Path) -> None:
    """Each quick kind under the ending of every other: read by what it is."""
    kinds = [kind for kind in WHOLE if kind in ("html", "txt", "mht", "docx", "odt", "xlsx", "zip", "pdf")]
    wrong = [*kinds, "doc", "png", "exe"]
    paths = {tmp_path / f"{kind} as.{other}": kind for kind in kinds for other in wrong if other != kind}
    for path, kind in paths.items():
        path.write_bytes(whole(kind))
    for one in read_files(paths, workers=1):
        assert one.reading.outcome == "parsed", one.path.name
        assert not one.reading.warnings, one.path.name


def test_a_picture_in_a_kind_that_is_not_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("L", (800, 600), 255).save(path, "JPEG2000")
    (one,) = read_files([path], workers=1)
    assert one.reading.outcome == "unreadable"
    assert "not read" in str(one.reading.reason)
