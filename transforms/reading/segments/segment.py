"""Rows -> labelled groups of cells: every label taken out in document order, what stands behind it kept with it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from transforms.documents.model import Cell, Document, Mode, Row
from transforms.reading.labels import Meaning, core, meanings, section_of
from transforms.reading.printed import looks_like_value

_PAGE_NUMBER = re.compile(r"^[-—–－\s]+\d{1,3}[-—–－\s]+$|^第\s*\d+\s*页(\s*共\s*\d+\s*页)?$|^\d+\s*/\s*\d+\s*页?$")
_INLINE = re.compile(r"^(?P<label>.*?[^\d\s.,+\-])\s+(?P<values>[+\-−]?[\d,.]+(?:\s+(?:[+\-−]?[\d,.]+|[-—–/]))*)\s*$")
_PAGE_OF_PAGES = re.compile(r"^\d+\s*/\s*\d+$")
_REMARK = re.compile(r"^[(（](?![一二三四五六七八九十\d]+[)）])[^()（）]{2,}[)）]$")
# Labels broken over lines: the longest of the forms takes five in the narrowest columns that were seen.
_MOST_PIECES = 6
_LONGEST_LABEL = 90
_TABLE_OF_SECTION = {"2": "disclosure", "3": "application", "4": "litigation"}
_TABLE_OF_KIND = {
    "item": "disclosure",
    "info": "disclosure",
    "column": "disclosure",
    "row": "disclosure",
    "extra": "disclosure",
    "sub": "disclosure",
    "corner": "application",
    "applicants": "application",
    "organisations": "application",
    "applicant": "application",
    "group": "application",
    "outcome": "application",
    "result": "litigation",
    "channel": "litigation",
    "suits": "litigation",
}
_HEADER_KINDS = {
    "info",
    "column",
    "corner",
    "applicants",
    "organisations",
    "applicant",
    "result",
    "channel",
    "suits",
}


class HeaderCell(NamedTuple):
    """One printed column header; ``meaning`` is None when it is no label of any form."""

    meaning: Meaning | None
    cell: Cell


@dataclass(frozen=True, slots=True)
class Found:
    """Cells behind one label: ``meanings`` empty when the label is lost, ``lead`` the text that stood there instead."""

    table: str
    meanings: frozenset[Meaning]
    label_cells: tuple[Cell, ...]
    values: tuple[Cell, ...]
    mode: Mode
    header: tuple[HeaderCell, ...]
    grid: int = 0
    lead: str = ""
    between: str = ""
    channel: str | None = None
    is_last: bool = False

    def keys(self, kind: str) -> set[str]:
        return {m.key for m in self.meanings if m.kind == kind}


@dataclass
class Segments:
    """A document taken apart: groups of cells, lines of text by section, and how often each label stood."""

    found: list[Found] = field(default_factory=list)
    texts: list[tuple[str | None, str]] = field(default_factory=list)
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)
    sections: list[str] = field(default_factory=list)


@dataclass
class _Open:
    meanings: frozenset[Meaning]
    label_cells: tuple[Cell, ...]
    mode: Mode
    grid: int = 0
    values: list[Cell] = field(default_factory=list)
    lead: str = ""
    between: str = ""


def segment(document: Document) -> Segments:
    """All labelled groups, unlabelled figures and lines of text of a document, in its order."""
    return _Segmenter().run(document)


class _Segmenter:
    def __init__(self) -> None:
        self.result = Segments()
        self.table: str | None = None
        self.section: str | None = None
        self.in_body = False
        self.header: list[HeaderCell] = []
        self.frozen: tuple[HeaderCell, ...] = ()
        self.after_info = False  # 信息内容 was read: what follows are columns, also those that no form knows
        self.channel: str | None = None
        self.open: _Open | None = None
        self.buffer: list[Cell] = []
        self.buffer_mode = Mode.BARE

    def run(self, document: Document) -> Segments:
        for row in document.report_rows:
            if row.mode in (Mode.STREAM, Mode.BARE):
                cell = row.cells[0]
                inline = _inline_row(cell) if row.mode is Mode.BARE else None
                if inline is not None:
                    self.flush()
                    self.bounded(inline)
                    continue
                if row.mode is not self.buffer_mode:
                    self.flush()
                    self.buffer_mode = row.mode
                self.buffer.append(cell)
            else:
                self.flush()
                self.bounded(row)
        self.flush()
        self.finish(is_last=True)
        return self.result

    # Lines without known row ends

    def flush(self) -> None:
        cells, mode = self.buffer, self.buffer_mode
        self.buffer = []
        position = 0
        while position < len(cells):
            cell = cells[position]
            end, found = _longest_label(cells, position)
            if found:
                self.label(found, tuple(cells[position:end]), mode)
                position = end
                continue
            position += 1
            if _PAGE_NUMBER.match(cell.text.strip()) and not self.is_in_place(cell, mode):
                continue
            if self.takes_value(cell, mode):
                self.value(cell, mode)
            else:
                self.text(cell, mode)

    def is_in_place(self, cell: Cell, mode: Mode) -> bool:
        """Whether 5/6 stands in a cell of its own behind a label: there it is no page number."""
        waits = mode is Mode.STREAM and self.open is not None and not self.open.values
        return waits and bool(_PAGE_OF_PAGES.match(cell.text.strip()))

    def takes_value(self, cell: Cell, mode: Mode) -> bool:
        if not cell.text.strip():
            return self.open is not None and mode is Mode.STREAM
        return looks_like_value(cell.text) and (self.table is not None or self.open is not None)

    def text(self, cell: Cell, mode: Mode) -> None:
        if not cell.text.strip():
            return
        section = section_of(cell.text)
        if section:
            self.start_section(section)
            return
        self.result.texts.append((self.section, cell.text))
        if self.open is None or self.open.values:
            self.finish()
            if self.table == "disclosure" and self.after_info and not self.in_body and len(cell.text) <= 12:
                self.header.append(HeaderCell(None, cell))
        elif len(cell.text) > 30:
            self.finish()
        else:
            self.open.between += cell.text

    def start_section(self, section: str) -> None:
        self.finish()
        self.section = section
        self.result.sections.append(section)
        self.table = _TABLE_OF_SECTION.get(section)
        self.in_body = False
        self.header = []
        self.channel = None

    # Rows with known ends

    def bounded(self, row: Row) -> None:
        hits = [meanings(cell.text) for cell in row.cells]
        filled = [cell for cell in row.cells if cell.text.strip()]
        if not any(hits):
            self.unlabelled(row, filled)
            return
        picked = [self.pick(found) if found else None for found in hits]
        if self.is_header(picked):
            self.finish()
            self.header_row(row, picked)
            return
        self.finish()
        for cell, found in zip(row.cells, hits, strict=True):
            if found:
                self.label(found, (cell,), row.mode, row.table)
            elif self.open is not None:
                if cell.text.strip() and not looks_like_value(cell.text) and not self.open.values:
                    self.open.between += cell.text
                else:
                    self.value(cell, row.mode)
            elif cell.text.strip():
                if self.table == "disclosure" and self.header and not looks_like_value(cell.text):
                    self.header.append(HeaderCell(None, cell))
                else:
                    self.result.texts.append((self.section, cell.text))
        if self.open is not None and not self.open.values and len(filled) == 1:
            # A label alone in its row is a heading, or its figures follow in the next row.
            self.open.mode = Mode.BARE
        else:
            self.finish()

    def is_header(self, picked: list[Meaning | None]) -> bool:
        kinds = [meaning.kind for meaning in picked if meaning]
        # A label that cannot stand in this place has no meaning: a row of such labels is no header.
        return (
            bool(kinds)
            and all(kind in _HEADER_KINDS for kind in kinds)
            and (len(kinds) > 1 or kinds[0] in ("info", "corner"))
        )

    def header_row(self, row: Row, picked: list[Meaning | None]) -> None:
        kinds = {meaning.kind for meaning in picked if meaning}
        table = next((_TABLE_OF_KIND[kind] for kind in kinds), None)
        self.enter(table, header=True, fresh="info" in kinds or "corner" in kinds)
        for cell, meaning in zip(row.cells, picked, strict=True):
            if meaning:
                self.count(meaning)
            if (meaning and meaning.kind == "info") or not cell.text.strip():
                continue
            self.header.append(HeaderCell(meaning, cell))

    def unlabelled(self, row: Row, filled: list[Cell]) -> None:
        if len(filled) == 1:
            section = section_of(filled[0].text)
            if section:
                self.start_section(section)
                return
        values = [cell for cell in filled if looks_like_value(cell.text)]
        texts = [cell for cell in filled if not looks_like_value(cell.text)]
        if self.open is not None and not self.open.values and values and not texts:
            self.open.values.extend(row.cells)
            self.open.mode, self.open.grid = row.mode, row.table
            self.finish()
            return
        self.finish()
        blank_results = not filled and self.table == "litigation" and len(row.cells) in (5, 15)
        if self.table and (len(values) > 1 or blank_results or (values and not texts)):
            first = next((i for i, c in enumerate(row.cells) if c.text.strip() and c in values), 0)
            # Table four has no row labels: a text in its row stands in the place of a figure.
            start = first if texts and self.table != "litigation" else 0
            self.open = _Open(frozenset(), (), row.mode, row.table, list(row.cells[start:]))
            self.open.lead = "".join(cell.text for cell in texts)
            self.finish()
        else:
            self.result.texts.extend((self.section, cell.text) for cell in filled)

    # Labels and values

    def pick(self, found: frozenset[Meaning]) -> Meaning | None:
        """The meaning that the place allows: 其他 and 总计 stand in all tables."""
        if len(found) == 1:
            return next(iter(found))
        by_kind = {meaning.kind: meaning for meaning in found}
        order: tuple[str, ...]
        if self.table == "litigation":
            order = ("result", "channel", "outcome", "applicant")
        elif self.table == "application" and self.in_body:
            order = ("outcome", "group", "applicant", "result")
        elif self.table == "application":
            order = ("applicant", "outcome", "result")
        elif self.table == "disclosure":
            order = ("row", "column", "sub", "extra")
        else:
            order = ("row", "outcome") if "result" not in by_kind else ()
        return next((by_kind[kind] for kind in order if kind in by_kind), None)

    def count(self, meaning: Meaning) -> None:
        self.result.labels[meaning.kind, meaning.key] += 1

    def enter(self, table: str | None, header: bool, fresh: bool = False) -> None:
        """Move to a table; a header after figures, or in another table, begins a new header."""
        if table != self.table or fresh or (header and self.in_body):
            self.header = []
            self.after_info = False
            if table != self.table:
                self.channel = None
        self.table = table
        self.in_body = not header

    def label(self, found: frozenset[Meaning], cells: tuple[Cell, ...], mode: Mode, grid: int = 0) -> None:
        self.finish()
        meaning = self.pick(found)
        if meaning is None:
            self.result.texts.extend((self.section, cell.text) for cell in cells)
            return
        self.count(meaning)
        table = _TABLE_OF_KIND[meaning.kind]
        if meaning.kind == "item":
            self.enter(table, header=True, fresh=True)
        elif meaning.kind in _HEADER_KINDS:
            self.enter(table, header=True, fresh=meaning.kind in ("info", "corner"))
            self.after_info = self.after_info or meaning.kind == "info"
            if meaning.kind == "channel":
                self.channel = meaning.key
            if meaning.kind != "info":
                # A unit may stand on the last of the lines that a header is broken over.
                text = "".join(cell.text for cell in cells)
                self.header.append(HeaderCell(meaning, cells[0]._replace(text=text) if len(cells) > 1 else cells[0]))
        else:
            self.enter(table, header=False)
            same_table = frozenset(m for m in found if _TABLE_OF_KIND[m.kind] == table)
            self.open = _Open(same_table, cells, mode, grid)

    def value(self, cell: Cell, mode: Mode) -> None:
        if self.open is None:
            self.open = _Open(frozenset(), (), mode)
        if not self.open.values:
            self.open.mode = mode
        self.open.values.append(cell)

    def frozen_header(self) -> tuple[HeaderCell, ...]:
        """The header so far; the same object as long as it stays the same, for rows are many and headers few."""
        if (header := tuple(self.header)) != self.frozen:
            self.frozen = header
        return self.frozen

    def finish(self, is_last: bool = False) -> None:
        current, self.open = self.open, None
        if current is not None and current.values:
            self.in_body = True
        if current is None or self.table is None or not (current.meanings or current.values):
            return
        self.result.found.append(
            Found(
                table=self.table,
                meanings=current.meanings,
                label_cells=current.label_cells,
                values=tuple(current.values),
                mode=current.mode,
                header=self.frozen_header(),
                grid=current.grid,
                lead=current.lead,
                between=current.between,
                channel=self.channel,
                is_last=is_last,
            )
        )


def _longest_label(cells: list[Cell], start: int) -> tuple[int, frozenset[Meaning]]:
    """End and meanings of the longest run of lines from ``start`` that makes a label of a form."""
    best: tuple[int, frozenset[Meaning]] = (start, frozenset())
    joined = ""
    for end in range(start, min(start + _MOST_PIECES, len(cells))):
        piece = cells[end].text
        if not piece.strip() or looks_like_value(piece) or section_of(piece):
            break
        joined += piece
        if len(joined) > _LONGEST_LABEL and end > start:
            break
        found = meanings(joined)
        # A longer run that means the same is taken only for the remark in brackets that belongs to the label.
        begun = "".join(c.text for c in cells[start : best[0]])
        if found and (found != best[1] or _unclosed(begun) or (best[0] == end and _REMARK.match(piece.strip()))):
            best = (end + 1, found)
    return best


def _unclosed(text: str) -> bool:
    return text.count("(") + text.count("（") > text.count(")") + text.count("）")


def _inline_row(cell: Cell) -> Row | None:
    """A line such as ``行政许可 12`` as a row; white space cannot show blank cells, so the count must fit."""
    match = _INLINE.match(cell.text)
    if not match or not any(m.kind in ("row", "outcome") for m in meanings(match["label"])):
        return None
    if not core(match["label"]).all_words:
        return None
    texts = [match["label"], *match["values"].split()]
    cells = (Cell(text, f"{cell.locator}, figure {i}", column=i) for i, text in enumerate(texts))
    return Row(tuple(cells), Mode.BARE)
