"""Reports as DOC, RTF, ODT, Word XML and XLS, written by LibreOffice itself and read back: every figure, no doubt."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.transforms.documents.spreadsheet.xlsx_kit import HEAD, MAIN, Sheet, laid_out, plain_rows, xlsx
from tests.transforms.documents.word.docx_kit import blocks, deleted, inserted, run, whole_docx
from tests.transforms.documents.word.odt_kit import NAMESPACES
from tests.transforms.documents.word.office_kit import written_by_office
from tests.transforms.layouts import Figures, html_page, make_figures, plain_figures
from tests.transforms.scoring import Score, flat_cells, named_cells, number
from transforms.batch import read_files
from transforms.documents.spreadsheet.workbook import read_workbook
from transforms.documents.word.office import Source, convert, find_program
from transforms.reading import Reading, read_document

pytestmark = pytest.mark.skipif(
    find_program() is None, reason="LibreOffice is not here (apt install libreoffice-writer libreoffice-calc)"
)
FIGURES = {f"{form}-{seed}": make_figures(seed, form) for form in ("F2019", "F2021") for seed in range(2)}
FIGURE = re.compile(r'<w:r><w:t xml:space="preserve">(\d+)</w:t></w:r>')


def word_documents() -> dict[str, bytes]:
    return {f"{name}.docx": whole_docx(blocks(figures)) for name, figures in FIGURES.items()}


def read_all(documents: dict[str, bytes], folder: Path) -> dict[str, Reading]:
    """Readings by name, converted together as a night's documents are."""
    folder.mkdir()
    for name, data in documents.items():
        (folder / name).write_bytes(data)
    return {read.path.name: read.reading for read in read_files([folder / name for name in documents])}


def assert_right(readings: dict[str, Reading]) -> None:
    assert readings
    for name, reading in readings.items():
        score = Score()
        document = reading.as_json(name)
        cells = flat_cells(document)
        for path, text in FIGURES[name].expected().items():
            score.add("right" if cells.get(path, {}).get("value") == number(text) else "wrong", f"{name} {path} {text}")
        assert not score.counts["wrong"], score.details
        assert not named_cells(document)
        assert sorted(reading.sections) == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("doc", "application/msword"),
        ("rtf", "application/rtf"),
        ("odt", "application/vnd.oasis.opendocument.text"),
        ("xml:MS Word 2003 XML", "application/vnd.ms-wordml"),
    ],
)
def test_documents_that_were_laid_out_in_word(ending: str, kind: str, tmp_path: Path) -> None:
    readings = read_all(written_by_office(word_documents(), ending, tmp_path), tmp_path / "read")
    assert {reading.media_type for reading in readings.values()} == {kind}
    assert {name: reading.title for name, reading in readings.items()} == {n: f.title for n, f in FIGURES.items()}
    assert_right(readings)


def test_pages_that_were_saved_as_documents(tmp_path: Path) -> None:
    pages = {f"{name}.html": html_page(figures) for name, figures in FIGURES.items()}
    assert_right(read_all(written_by_office(pages, "doc", tmp_path, html_as="writer"), tmp_path / "read"))


def test_what_a_reader_of_the_page_does_not_see(tmp_path: Path) -> None:
    changes = {
        "F2021-0": lambda m: run(m.group(1)[:1]) + deleted("99") + inserted(run(m.group(1)[1:] or " ")),
        "F2021-1": lambda m: run("9", "<w:vanish/>") + m.group() + run("1", '<w:vertAlign w:val="superscript"/>'),
        "F2019-0": lambda m: run("12", "<w:strike/>") + m.group(),
        "F2019-1": lambda m: f'<w:fldSimple w:instr="=1">{m.group()}</w:fldSimple>',
    }
    documents = {
        f"{name}.docx": whole_docx(blocks(FIGURES[name], lambda t, change=change: FIGURE.sub(change, t)))  # type: ignore[misc]
        for name, change in changes.items()
    }
    assert_right(read_all(written_by_office(documents, "doc", tmp_path), tmp_path / "read"))


def test_workbooks_of_the_old_kind(tmp_path: Path) -> None:
    figures = plain_figures()
    other = plain_rows(make_figures(9))
    rows = [[row[0], "旧", *row[1:]] for pair in zip(other, plain_rows(figures), strict=True) for row in pair]
    hidden = Sheet(rows, hidden_rows=range(0, len(rows), 2), hidden_columns=[1])
    merged, spans = laid_out(figures)
    accounting = '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ '
    formats = {(y, x): accounting for y, row in enumerate(merged) for x, one in enumerate(row) if one in (0.0, 345.0)}
    runs = '<r><t>345</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r>'
    row = f'<row r="1"><c r="A1" t="inlineStr"><is>{runs}</is></c></row>'
    marked_sheet = f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{row}</sheetData></worksheet>'
    documents = {
        "merged.xlsx": xlsx(Sheet(merged, spans)),
        "hidden.xlsx": xlsx(Sheet([["旧"]], name="底", state="hidden"), hidden),
        "formats.xlsx": xlsx(Sheet(merged, spans, formats=formats)),
        "marked.xlsx": xlsx(Sheet([["x"]]), **{"xl/worksheets/sheet1.xml": marked_sheet}),
    }
    written = written_by_office(documents, "xls", tmp_path)
    assert [[cell.text for cell in row.cells] for row in read_workbook(written.pop("marked")).rows] == [["345"]]
    found = {name: read_document(data) for name, data in written.items()}
    assert {reading.media_type for reading in found.values()} == {"application/vnd.ms-excel"}
    for name in ("merged", "hidden"):
        _assert_figures(found[name], figures)
    states = {cell.state for cell in found["formats"].cells.values()}
    assert states == {"dash", "number"}
    assert not found["formats"].warnings


def _assert_figures(reading: Reading, figures: Figures) -> None:
    cells = flat_cells(reading.as_json("a"))
    assert {path: cell["value"] for path, cell in cells.items()} == {
        path: number(text) for path, text in figures.expected().items()
    }
    assert not reading.warnings


def test_damaged_documents_are_named_and_harm_no_other(tmp_path: Path) -> None:
    good = written_by_office({"F2021-0.docx": whole_docx(blocks(FIGURES["F2021-0"]))}, "doc", tmp_path)["F2021-0"]
    texts = {"cut.rtf": b"{\\rtf1 " + b"{" * 3000, "cut.doc": good[: len(good) // 2]}
    damaged = bytearray(good)
    damaged[1024:2048] = bytes(1024)
    readings = read_all({**texts, "damaged.doc": bytes(damaged), "F2021-0": good}, tmp_path / "read")
    assert_right({"F2021-0": readings.pop("F2021-0")})
    for reading in readings.values():
        assert reading.outcome == "unreadable"
        assert "damaged" in str(reading.reason)


class _Counting(http.server.BaseHTTPRequestHandler):
    requests: list[str]

    def do_GET(self) -> None:
        self.requests.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write("行政许可 4711".encode())

    do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """Address of a server on loopback, and what it was asked for."""
    asked: list[str] = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("H", (_Counting,), {"requests": asked})) as one:
        thread = threading.Thread(target=one.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{one.server_port}", asked
        one.shutdown()
        thread.join()


def test_nothing_is_fetched_from_elsewhere(tmp_path: Path, server: tuple[str, list[str]]) -> None:
    address, asked = server
    secret = tmp_path / "secret.rtf"
    secret.write_bytes(b"{\\rtf1 4711}")
    picture = f'<draw:frame text:anchor-type="as-char"><draw:image xlink:href="{address}/a.png"/></draw:frame>'
    flat = (
        f'<?xml version="1.0"?><office:document {NAMESPACES} office:mimetype="application/vnd.oasis.opendocument.text">'
        f"<office:body><office:text><text:p>{picture}x</text:p></office:text></office:body></office:document>"
    )
    doc = written_by_office({"linked.fodt": flat.encode()}, "doc", tmp_path / "made")["linked"]
    assert asked, "the document must link to the server, or this test shows nothing"
    asked.clear()
    fields = [f'INCLUDEPICTURE "{address}/b.png" \\\\d', f'INCLUDETEXT "{address}/c.rtf"', f'INCLUDETEXT "{secret}"']
    text = "".join(f"{{\\field{{\\*\\fldinst {one}}}{{\\fldrslt x}}}}" for one in fields)
    sources = []
    for name, kind, data in (
        ("a.doc", "application/msword", doc),
        ("b.rtf", "application/rtf", f"{{\\rtf1{{\\*\\template {address}/t.dot}}{text}}}".encode()),
    ):
        (tmp_path / name).write_bytes(data)
        sources.append(Source(tmp_path / name, kind))
    (tmp_path / "work").mkdir()
    for _, converted in convert(sources, tmp_path / "work"):
        assert converted.path is not None, converted.reason
        assert "4711" not in str(read_document(converted.path.read_bytes()))
    assert not asked
