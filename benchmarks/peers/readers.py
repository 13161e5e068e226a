"""The readers that are compared, each a function from a file to tables, and the loop that runs one of them.

Run by the harness as a script in the environment of the library: ``python readers.py NAME [folder]``. Each line of
standard input is a path, each line of standard output a JSON object: ``seconds`` of processor time of the reading,
and ``tables`` (rows of texts), ``ordered`` (figures in the order of the form), ``cells`` (by PATH) or ``error``.
Nothing outside the standard library is imported before it is used, for every environment holds one library.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

Rows = list[list[str]]
# What a scan is rendered at for those that want a picture.
_DOTS_AN_INCH = 200
# Of a whole page recognised at once: what is a figure, and which part of its height two in a row may differ by.
_FIGURE = re.compile(r"[+-]?[\d.,]+(?:件|项|个|元|万元)?|[-—/无]")
_SAME_HEIGHT = 0.7


def _texts(rows: Iterable[Iterable[Any]]) -> Rows:
    return [["" if cell is None or cell != cell else str(cell) for cell in row] for row in rows]


def gongkai() -> Callable[[Path], dict[str, Any]]:
    """Ours: from bytes to checked figures, with the cells that a warning or a failed check names."""
    from transforms.reading import read_document

    def read(path: Path) -> dict[str, Any]:
        return {"reading": read_document(path.read_bytes(), path.name)}

    return read


def pandas_html() -> Callable[[Path], dict[str, Any]]:
    import pandas

    def read(path: Path) -> dict[str, Any]:
        tables = []
        for frame in pandas.read_html(path):
            columns: Any = frame.columns
            # Cells of a header become the names of the columns: they are rows of the table all the same.
            named = not isinstance(columns, pandas.RangeIndex) and columns.dtype != int
            names = [list(columns.get_level_values(level)) for level in range(columns.nlevels if named else 0)]
            tables.append(_texts([*names, *frame.itertuples(index=False)]))
        return {"tables": tables}

    return read


def pandas_excel() -> Callable[[Path], dict[str, Any]]:
    import pandas

    def read(path: Path) -> dict[str, Any]:
        frames = pandas.read_excel(path, sheet_name=None, header=None, dtype=str)
        return {"tables": [_texts(frame.itertuples(index=False)) for frame in frames.values()]}

    return read


def openpyxl_values() -> Callable[[Path], dict[str, Any]]:
    import openpyxl

    def read(path: Path) -> dict[str, Any]:
        book = openpyxl.load_workbook(path, data_only=True)
        return {"tables": [_texts(sheet.iter_rows(values_only=True)) for sheet in book]}

    return read


def python_docx() -> Callable[[Path], dict[str, Any]]:
    import docx

    def read(path: Path) -> dict[str, Any]:
        tables = []
        for table in docx.Document(str(path)).tables:
            # A merged cell is returned once for each place that it covers.
            rows = [{id(cell._tc): cell.text for cell in row.cells} for row in table.rows]
            tables.append([list(row.values()) for row in rows])
        return {"tables": tables}

    return read


def pdfplumber_tables() -> Callable[[Path], dict[str, Any]]:
    import pdfplumber

    def read(path: Path) -> dict[str, Any]:
        with pdfplumber.open(path) as document:
            return {"tables": [_texts(table) for page in document.pages for table in page.extract_tables()]}

    return read


def camelot_lattice() -> Callable[[Path], dict[str, Any]]:
    import camelot

    def read(path: Path) -> dict[str, Any]:
        found = camelot.read_pdf(str(path), pages="all", suppress_stdout=True)
        return {"tables": [_texts(table.df.itertuples(index=False)) for table in found]}

    return read


def tablers_tables() -> Callable[[Path], dict[str, Any]]:
    import tablers

    def read(path: Path) -> dict[str, Any]:
        tables: list[Rows] = []
        with tablers.Document(str(path)) as document:
            for page in document.pages():
                for table in tablers.find_tables(page, extract_text=True):
                    rows = table.to_list()
                    tables.append(_texts([cell.text for cell in row if not cell.merged_left] for row in rows))
        return {"tables": tables}

    return read


def img2table_tables(ocr: bool) -> Callable[[Path], dict[str, Any]]:
    from img2table.document import PDF, Image

    recogniser = None
    if ocr:
        from img2table.ocr import RapidOCR
        from rapidocr import LangRec

        recogniser = RapidOCR({"Rec.lang_type": LangRec.CH})

    def read(path: Path) -> dict[str, Any]:
        if path.suffix == ".pdf":
            pages = PDF(str(path), detect_rotation=ocr, pdf_text_extraction=not ocr).extract_tables(ocr=recogniser)
            found = [table for number in sorted(pages) for table in pages[number]]
        else:
            found = Image(str(path), detect_rotation=ocr).extract_tables(ocr=recogniser)
        return {"tables": [_texts(table.df.itertuples(index=False)) for table in found]}

    return read


def whole_page_recognition() -> Callable[[Path], dict[str, Any]]:
    """Every page recognised at once, its texts sorted into rows."""
    import numpy
    import pypdfium2
    from PIL import Image
    from rapidocr import RapidOCR

    engine = RapidOCR()

    def pages(path: Path) -> list[Any]:
        if path.suffix != ".pdf":
            return [Image.open(path).convert("RGB")]
        with contextlib.closing(pypdfium2.PdfDocument(path)) as document:
            return [page.render(scale=_DOTS_AN_INCH / 72).to_pil().convert("RGB") for page in document]

    def read(path: Path) -> dict[str, Any]:
        tables = []
        for page in pages(path):
            found: Any = engine(numpy.asarray(page)[:, :, ::-1])
            boxes = [] if found.boxes is None else zip(found.boxes, found.txts, strict=True)
            tables.append(_in_rows([_Text(box[:, 0].min(), box[:, 1].min(), box[:, 1].max(), t) for box, t in boxes]))
        return {"tables": tables}

    return read


class _Text(NamedTuple):
    """A text where it was found, in pixels."""

    left: float
    top: float
    bottom: float
    text: str

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def _in_rows(texts: list[_Text]) -> Rows:
    """Rows of figures at one height, each after the words that are nearer to it than to any other row.

    Labels are broken over lines while figures stand in the middle of their cells: by height alone the lines of a
    label would draw the figures of a row apart.
    """
    rows: list[list[_Text]] = []
    words = []
    for text in sorted(texts, key=lambda one: one.middle):
        if not _FIGURE.fullmatch(text.text.strip()):
            words.append(text)
        elif rows and abs(text.middle - rows[-1][0].middle) < _SAME_HEIGHT * (text.bottom - text.top):
            rows[-1].append(text)
        else:
            rows.append([text])
    heights = [sum(text.middle for text in row) / len(row) for row in rows]
    own: list[list[_Text]] = [[] for _ in rows]
    for word in words if rows else []:
        own[min(range(len(rows)), key=lambda at: abs(heights[at] - word.middle))].append(word)
    return [
        [text.text for text in (*before, *sorted(row, key=lambda one: one.left))]
        for before, row in zip(own, rows, strict=True)
    ]


def text_of_pdf() -> Callable[[Path], dict[str, Any]]:
    """Nothing but the text of every page, as ``pdftotext`` prints it: how fast a PDF can be opened at all."""
    import pypdfium2

    def read(path: Path) -> dict[str, Any]:
        with contextlib.closing(pypdfium2.PdfDocument(path)) as document:
            return {"text": "\n".join(page.get_textpage().get_text_range() for page in document)}

    return read


def govnianbao(source: str) -> Callable[[Path], dict[str, Any]]:
    """The parser of the repository of that name, from a checkout: takes a report's text, gives figures by its template.

    It says nothing of how the text is had; here by what is usual for each kind.
    """
    sys.path.insert(0, str(Path(source) / "src"))
    from govnianbao import parse_annual_report_text
    from govnianbao.template_tables import TEMPLATE_TABLES

    texts = {".html": _text_of_html, ".docx": _text_of_docx, ".xlsx": _text_of_xlsx}
    of_pdf = text_of_pdf()

    def figures(tables: dict[str, Any]) -> list[float | None]:
        found: list[float | None] = []
        for name, table in tables.items():
            template = TEMPLATE_TABLES[name]
            # The forms have no column for the sum of the organisations, which its template has.
            columns = [c["key"] for c in template["columns"] if c.get("type") != "label" and c["key"] != "org_total"]
            rows = [row["key"] for row in template["rows"] if row.get("data", True)]
            found += [table["cells"].get(row, {}).get(column) for row in rows for column in columns]
        return found

    def read(path: Path) -> dict[str, Any]:
        text = of_pdf(path)["text"] if path.suffix == ".pdf" else texts[path.suffix](path)
        report = parse_annual_report_text(text)
        sections = (report.section2, report.section3, report.section4)
        return {"ordered": [figures(section.tables) for section in sections]}

    return read


def _text_of_html(path: Path) -> str:
    from bs4 import BeautifulSoup

    return BeautifulSoup(path.read_bytes(), "lxml").get_text("\n")


def _text_of_docx(path: Path) -> str:
    import docx

    document = docx.Document(str(path))
    lines: list[str] = []
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                lines.append("\t".join({id(cell._tc): cell.text for cell in row.cells}.values()))
        else:
            lines.append(block.text)
    return "\n".join(lines)


def _text_of_xlsx(path: Path) -> str:
    import openpyxl

    book = openpyxl.load_workbook(path, data_only=True)
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    return "\n".join("\t".join("" if cell is None else str(cell) for cell in row) for row in rows)


READERS: dict[str, Callable[[], Callable[[Path], dict[str, Any]]]] = {
    "gongkai": gongkai,
    "pandas.read_html": pandas_html,
    "pandas.read_excel": pandas_excel,
    "openpyxl": openpyxl_values,
    "python-docx": python_docx,
    "pdfplumber": pdfplumber_tables,
    "camelot": camelot_lattice,
    "tablers": tablers_tables,
    "img2table": lambda: img2table_tables(ocr=False),
    "img2table with recognition": lambda: img2table_tables(ocr=True),
    "rapidocr, whole pages": whole_page_recognition,
    "pypdfium2, text only": text_of_pdf,
    "govnianbao": lambda: govnianbao(sys.argv[2]),
}


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _answer(read: Callable[[Path], dict[str, Any]], path: Path) -> dict[str, Any]:
    begun = _cpu_seconds()
    try:
        found = read(path)
    except Exception as error:  # whatever a library raises is its answer
        return {"seconds": _cpu_seconds() - begun, "error": f"{type(error).__name__}: {error}"[:300]}
    found["seconds"] = _cpu_seconds() - begun
    if "reading" in found:
        document = found.pop("reading").as_json(str(path))
        found["cells"] = {
            f"{table}.{key}": cell
            for table in ("disclosure", "application", "litigation")
            for key, cell in _flat(document[table]).items()
        }
        found["doubted"] = [cell for warning in document["warnings"] for cell in warning["cells"]]
        found["doubted"] += [c for check in document["checks"] if check["status"] == "fail" for c in check["cells"]]
    found.pop("text", None)
    return found


def _flat(table: dict[str, Any]) -> dict[str, float | None]:
    """Values by ``row`` or ``row.column``."""
    flat: dict[str, float | None] = {}
    for key, entry in table.items():
        if "state" in entry:
            flat[key] = entry["value"]
        else:
            flat |= {f"{key}.{column}": cell["value"] for column, cell in entry.items()}
    return flat


def main() -> None:
    # What libraries print must not come between the answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    read = READERS[sys.argv[1]]()
    for line in sys.stdin:
        print(json.dumps(_answer(read, Path(line.rstrip("\n")))), file=out, flush=True)


if __name__ == "__main__":
    main()
