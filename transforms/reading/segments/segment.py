"""Rows -> labelled groups of cells: every label taken out in document order, what stands behind it kept with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import dropwhile

from transforms.documents.layouts import Layout
from transforms.documents.model import Cell, Document, Mode, Row
from transforms.reading.labels import Meaning, meanings, section_of
from transforms.reading.placing import is_blank
from transforms.reading.printed import looks_like_value
from transforms.reading.segments.found import Found, HeaderCell, KnownTable, Segments, State, TableApart
from transforms.reading.segments.kinds import HEADER_KINDS, TABLE_OF_KIND, TABLE_OF_SECTION, pick
from transforms.reading.segments.lines import begun_above, inline_row, longest_label, rows_in_one

_PAGE_NUMBER = re.compile(r"^[-—–－\s]+\d{1,3}[-—–－\s]+$|^第\s*\d+\s*页(\s*共\s*\d+\s*页)?$|^\d+\s*/\s*\d+\s*页?$")
_PAGE_OF_PAGES = re.compile(r"^\d+\s*/\s*\d+$")


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
        rows, layouts = document.rows, document.layouts
        position = 0
        while position < len(rows):
            layout = layouts.get(position)
            end = position + (len(layout.rows) if layout else 1)
            if layout:
                self.known_table(layout, rows[position:end])
            else:
                self.row(rows[position])
            position = end
        self.flush()
        self.finish(is_last=True)
        return self.result

    def row(self, row: Row) -> None:
        if row.mode is Mode.GRID or row.mode is Mode.LINE:
            if row.mode is Mode.LINE and self.buffer:
                taken, row = begun_above(self.buffer, row)
                del self.buffer[len(self.buffer) - taken :]
            self.flush()
            for one in rows_in_one(row) if "\n" in row.cells[0].text else (row,):
                self.bounded(one)
            return
        cell = row.cells[0]
        inline = inline_row(cell) if row.mode is Mode.BARE else None
        if inline is not None:
            self.flush()
            self.bounded(inline)
            return
        if row.mode is not self.buffer_mode:
            self.flush()
            self.buffer_mode = row.mode
        self.buffer.append(cell)

    # Tables of known layouts

    def known_table(self, layout: Layout, rows: Sequence[Row]) -> None:
        """Take a table apart as the last one of its layout was, or learn how that is done."""
        self.flush()
        before = self.state()
        if self.open is not None or before.header:
            self.rows(rows)
        elif before not in layout.notes:
            layout.notes[before] = self.learn(layout, rows)
        elif (apart := layout.notes[before]) is None:
            self.rows(rows)
        else:
            self.add(apart, rows)

    def state(self) -> State:
        return State(self.table, self.section, self.in_body, tuple(self.header), self.after_info, self.channel)

    def rows(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self.row(row)

    def learn(self, layout: Layout, rows: Sequence[Row]) -> TableApart | None:
        """Take a table apart; returns what its layout alone determines, None if figures could change it."""
        so_far, self.result = self.result, Segments()
        self.rows(rows)
        own, self.result = self.result, so_far
        apart = self.apart(layout, rows, own)
        self.result.parts += own.parts if apart is None else [KnownTable(apart, _cells(rows))]
        self.extend(own)
        return apart

    def apart(self, layout: Layout, rows: Sequence[Row], own: Segments) -> TableApart | None:
        places = {id(cell): number for number, cell in enumerate(_cells(rows))}
        if any(id(cell) not in places for found in own.found for cell in found.values):
            return None  # a cell was taken apart into several
        values = tuple(tuple(places[id(cell)] for cell in found.values) for found in own.found)
        figures = {id(row.cells[place]) for row, spots in zip(rows, layout.spots, strict=True) for place, _ in spots}
        # Every figure must stand behind a label or in a row without one: in a header or a text it would be kept.
        placed = [id(cell) for found in own.found for cell in found.values if id(cell) in figures]
        headers = {id(h.cell) for header in (*(f.header for f in own.found), self.header) for h in header}
        if self.open is not None or len(placed) != len(figures) or headers & figures:
            return None
        texts, sections, with_figures = tuple(own.texts), tuple(own.sections), frozenset(own.with_figures)
        return TableApart(tuple(own.found), values, texts, own.labels, sections, with_figures, self.state())

    def add(self, apart: TableApart, rows: Sequence[Row]) -> None:
        """Add a table as ``apart`` says, with the figures of ``rows``."""
        self.result.parts.append(KnownTable(apart, _cells(rows)))
        self.extend(apart)
        self.table, self.section, self.in_body, header, self.after_info, self.channel = apart.after
        self.header = list(header)

    def extend(self, own: Segments | TableApart) -> None:
        """Add everything but the groups of cells."""
        self.result.texts += own.texts
        self.result.sections += own.sections
        self.result.labels.update(own.labels)
        self.result.with_figures |= own.with_figures

    # Lines without known row ends

    def flush(self) -> None:
        cells, mode = self.buffer, self.buffer_mode
        self.buffer = []
        position = 0
        while position < len(cells):
            cell = cells[position]
            end, found = longest_label(cells, position)
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
            return mode is Mode.STREAM and (self.open is not None or self.awaits_results())
        return looks_like_value(cell.text) and (self.table is not None or self.open is not None)

    def awaits_results(self) -> bool:
        """Whether the header of table four ends here, so that a blank may be the first of its figures."""
        last = self.header[-1].meaning if self.header else None
        return self.table == "litigation" and not self.in_body and last is not None and last.kind == "result"

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
            if self.table == "disclosure" and self.after_info and not self.in_body and len(cell.text) <= 16:
                self.header.append(HeaderCell(None, cell))
        elif len(cell.text) > 30:
            self.finish()
        else:
            self.open.between += cell.text

    def start_section(self, section: str) -> None:
        self.finish()
        self.section = section
        self.result.sections.append(section)
        self.table = TABLE_OF_SECTION.get(section)
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
        picked = [pick(found, self.table, self.in_body) if found else None for found in hits]
        if self.table == "litigation" and self.labelled_results(row, picked):
            return
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

    def labelled_results(self, row: Row, picked: Sequence[Meaning | None]) -> bool:
        """Take a row of table four that names its channel or its result, as turned tables do; whether it is one."""
        labels = [meaning for meaning in picked if meaning]
        kinds = [meaning.kind for meaning in labels]
        last = max(number for number, meaning in enumerate(picked) if meaning) if labels else 0
        values = row.cells[last + 1 :]
        known = kinds and set(kinds) <= {"channel", "result", "suits"} and len(set(kinds)) == len(kinds)
        # A blank row is one of figures only where the other of the two is named too, in it or in a header above.
        crossed = {"channel", "result"} <= set(kinds) or any(
            h.meaning and h.meaning.kind in ("channel", "result") and h.meaning.kind not in kinds for h in self.header
        )
        printed = [cell for cell in values if cell.text.strip()]
        if not known or not (printed or (crossed and values)) or not all(looks_like_value(c.text) for c in printed):
            return False
        self.finish()
        for meaning in labels:
            self.count(meaning)
            if meaning.kind == "channel":
                self.channel = meaning.key
        named = frozenset(meaning for meaning in labels if meaning.kind != "suits")
        self.open = _Open(named, row.cells[: last + 1], row.mode, row.table, list(values))
        self.finish()
        return True

    def is_header(self, picked: list[Meaning | None]) -> bool:
        kinds = [meaning.kind for meaning in picked if meaning]
        # A label that cannot stand in this place has no meaning: a row of such labels is no header.
        return (
            bool(kinds)
            and all(kind in HEADER_KINDS for kind in kinds)
            and (len(kinds) > 1 or kinds[0] in ("info", "corner"))
        )

    def header_row(self, row: Row, picked: list[Meaning | None]) -> None:
        kinds = {meaning.kind for meaning in picked if meaning}
        table = next((TABLE_OF_KIND[kind] for kind in kinds), None)
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
        # In another table stand the figures of many labels, not of the last one alone.
        elsewhere = self.open is not None and row.mode is Mode.GRID and self.open.grid not in (0, row.table)
        if self.open is not None and not self.open.values and values and not texts and not elsewhere:
            self.open.values.extend(row.cells)
            self.open.mode, self.open.grid = row.mode, row.table
            self.finish()
            return
        self.finish()
        is_results = self.table == "litigation" and len(row.cells) in (5, 15)
        blank_results = is_results and (not filled or (len(filled) > 1 and self.awaits_results()))
        if self.table and (len(values) > 1 or blank_results or (values and not texts)):
            first = next((i for i, c in enumerate(row.cells) if c.text.strip() and c in values), 0)
            # Table four has no row labels: a text in its row stands in the place of a figure, if none is too many.
            start = first if texts and (self.table != "litigation" or len(row.cells) in (6, 16)) else 0
            self.open = _Open(frozenset(), (), row.mode, row.table, list(row.cells[start:]))
            self.open.lead = "".join(cell.text for cell in texts)
            self.finish()
        else:
            self.result.texts.extend((self.section, cell.text) for cell in filled)

    # Labels and values

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
        meaning = pick(found, self.table, self.in_body)
        if meaning is None:
            self.result.texts.extend((self.section, cell.text) for cell in cells)
            return
        self.count(meaning)
        table = TABLE_OF_KIND[meaning.kind]
        if meaning.kind == "item":
            self.enter(table, header=True, fresh=True)
        elif meaning.kind in HEADER_KINDS:
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
            same_table = frozenset(m for m in found if TABLE_OF_KIND[m.kind] == table)
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
        streamed = current is not None and current.mode is Mode.STREAM and not current.meanings
        if current is not None and streamed and self.table == "litigation" and len(current.values) not in (5, 15):
            # Blanks behind a header are its own where they are more than the figures that may be blank.
            current.values = list(dropwhile(is_blank, current.values))
        if current is not None and current.values:
            self.in_body = True
        if current is None or self.table is None or not (current.meanings or current.values):
            return
        if any(not is_blank(cell) for cell in current.values):
            self.result.with_figures |= {meaning.key for meaning in current.meanings if meaning.kind == "outcome"}
        self.result.parts.append(
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
                section=self.section,
            )
        )


def _cells(rows: Sequence[Row]) -> tuple[Cell, ...]:
    return tuple([cell for row in rows for cell in row.cells])
