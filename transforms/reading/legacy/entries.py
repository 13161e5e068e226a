"""Rows -> entries of the statistics form of 2014: each label with the unit and the cells that stand behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from transforms.documents.model import Cell, Mode, Row
from transforms.reading.labels import core
from transforms.reading.legacy.lines import is_open, lines_named, unit_of
from transforms.reading.printed import looks_like_value

# What the head of a column says that it holds.
_COLUMNS = {
    "label": re.compile(r"^(统计)?(指标|项目)(名称)?$|^统计内容$|^内容$"),
    "unit": re.compile(r"^(计量)?单位$"),
    "number": re.compile(r"^(行次|序号|代码|编号|行号|指标代码)$"),
    "remark": re.compile(r"^(备注|说明|备\s*注)$"),
    "value": re.compile(
        r"^(统计)?(数|数量|数值|数据|结果|数字|合计|情况)$|^(本|上|当)?(年|年度|季|季度|月)(度)?(数|累计|合计)?(数|量)?$|^(累计|历年累计)(数)?$"
        r"|^(第?[一二三四1-4]季度|20\d\d年度?)(数)?$"
    ),
}
_PAGE_NUMBER = re.compile(r"^[-—–－\s]+\d{1,3}[-—–－\s]+$|^第\s*\d+\s*页")
_GLUED = re.compile(r"^(?P<label>.*[^\d\s.,，:：+\-−])\s*[:：]?\s*(?P<value>[+\-−]?\d[\d,]*(?:\.\d+)?\s*\D{0,2})$")
_COUNTED = re.compile(r"^(?P<figure>[\d.,+\-−]+)\s*(?P<unit>\D+)$")
_MOST_PIECES = 4
_LONGEST_LABEL = 120
# Beyond these, which no layout comes near, a line is a sentence and a row is none of this form.
_LONGEST_INLINE = 200
_MOST_CELLS = 64


@dataclass
class Entry:
    """A label of the form, or with ``lines`` empty the text in its place, with what stands behind it.

    ``values`` are the cells of value columns; ``others`` figures in columns of remarks; ``rows`` the numbers of the
    rows it takes; ``columns`` counts the values that stand under a head of figures; ``panel`` is its number in the row.
    """

    text: str
    lines: frozenset[int]
    label: Cell
    rows: list[int]
    mode: Mode
    table: int = 0
    unit: str | None = None
    values: list[Cell] = field(default_factory=list)
    others: list[Cell] = field(default_factory=list)
    before: list[Cell] = field(default_factory=list)
    columns: int = 0
    panel: int = 0

    @property
    def whole(self) -> bool:
        """Whether blank cells would show."""
        return self.mode in (Mode.GRID, Mode.LINE)

    @property
    def has_cells(self) -> bool:
        """Whether a cell of its own was found: a figure, or a blank that shows."""
        return any(value.text.strip() for value in self.values) or (self.whole and bool(self.values))


@dataclass
class _Head:
    """The columns of a table as their heads name them: (first column, last column, kind)."""

    table: int = -1
    columns: list[tuple[int, int, str]] = field(default_factory=list)

    def kind(self, cell: Cell) -> str | None:
        found = {kind for start, end, kind in self.columns if start < cell.column + cell.span and cell.column < end}
        return found.pop() if len(found) == 1 else None


def entries_of(rows: Sequence[Row]) -> list[Entry]:
    """All entries of a document in its order; tables set in panels side by side one panel after the other."""
    found: list[Entry] = []
    head = _Head()
    position = 0
    while position < len(rows):
        row = rows[position]
        if row.mode in (Mode.GRID, Mode.LINE) and len(row.cells) > 1:
            if columns := _columns(row):
                head = _Head(row.table, columns)
            elif len(row.cells) <= _MOST_CELLS:
                same = row.mode is Mode.LINE or row.table == head.table
                found += _of_row(row, position, head if same else _Head())
            position += 1
        else:
            end = position
            while end < len(rows) and (len(rows[end].cells) == 1 or rows[end].mode in (Mode.STREAM, Mode.BARE)):
                end += 1
            found += _of_lines(rows, position, end)
            position = end
    return _panels_in_order(found)


def _columns(row: Row) -> list[tuple[int, int, str]]:
    """The columns that a row heads; none when it is no head of a table."""
    columns = []
    for cell in row.cells:
        plain = core(cell.text).words
        kind = next((kind for kind, pattern in _COLUMNS.items() if pattern.match(plain)), None)
        if kind:
            columns.append((cell.column, cell.column + cell.span, kind))
        elif plain:
            return []
    kinds = {kind for _, _, kind in columns}
    return columns if "value" in kinds and len(kinds) > 1 else []


def _of_row(row: Row, number: int, head: _Head) -> Iterator[Entry]:
    """Entries of a row with cells: every label begins one, and so does any other text before a unit or a figure."""
    entry: Entry | None = None
    before: list[Cell] = []
    panel = 0
    for at, cell in enumerate(row.cells):
        text = cell.text.strip()
        named = lines_named(text)
        single = None if named else inline(cell)
        if named or single or _is_unknown_label(row.cells, at, entry):
            if entry is not None and (entry.values or entry.unit):
                panel += 1
            if entry is not None:
                yield entry
            entry = Entry(text, named, cell, [number], row.mode, row.table, panel=panel, before=before)
            before = []
            if single:
                _fill(entry, single)
        elif entry is None:
            before += [cell] if looks_like_value(cell.text) and text else []
        elif text and unit_of(text) and (head.kind(cell) in (None, "unit")):
            entry.unit = _one_unit(entry.unit, unit_of(text))
            if not any(value.text.strip() for value in entry.values):
                entry.values = []  # blanks before the unit are what a merged label leaves behind
        elif head.kind(cell) == "remark":
            entry.others += [cell] if text and looks_like_value(text) else []
        elif head.kind(cell) == "label" and entry.values:
            yield entry  # nothing stands in the next panel of this row, or what no form has
            entry = None
            before += [cell] if looks_like_value(cell.text) and text else []
        elif head.kind(cell) not in ("number", "unit", "label") and not _is_remark(text):
            entry.values.append(cell)
            entry.columns += head.kind(cell) == "value"
    if entry is not None:
        yield entry
    elif before:
        yield Entry("", frozenset(), before[0], [number], row.mode, row.table, before=before)


def _fill(entry: Entry, single: Inline) -> None:
    entry.text, entry.lines, entry.unit, entry.values = single.text, single.lines, single.unit, single.values


def _is_unknown_label(cells: Sequence[Cell], at: int, entry: Entry | None) -> bool:
    """A text that is no label of the form but stands where one would: figures or a unit follow it."""
    text = cells[at].text.strip()
    if not text or unit_of(text) or looks_like_value(text) or _is_remark(text):
        return False
    if entry is not None and any(value.text.strip() for value in entry.values):
        return False
    for cell in cells[at + 1 :]:
        following = cell.text.strip()
        if lines_named(following):
            return False
        if following:
            return bool(unit_of(following)) or looks_like_value(following)
    return False


def _is_remark(text: str) -> bool:
    return len(text) > 2 and text[0] in "(（" and text[-1] in ")）" and not lines_named(text)


def _one_unit(known: str | None, unit: str | None) -> str | None:
    return unit if known in (None, unit) else f"{known}/{unit}"


def _of_lines(rows: Sequence[Row], start: int, end: int) -> Iterator[Entry]:
    """Entries of lines of text or of one cell each: a label, then its unit, then its figure."""
    entry: Entry | None = None
    remark = ""  # a remark in brackets that goes on over several lines
    position = start
    while position < end:
        row = rows[position]
        cell = row.cells[0]
        text = cell.text.strip()
        if remark:
            remark += text
            remark = remark if is_open(remark) and len(remark) < _LONGEST_LABEL else ""
            position += 1
            continue
        stop, label = _longest_label(rows, position, end)
        single = inline(cell) if not label else None
        if label or single:
            if entry is not None:
                yield entry
            taken = list(range(position, stop)) if label else [position]
            entry = Entry(label or text, lines_named(label), cell, taken, row.mode, row.table)
            if single:
                _fill(entry, single)
            position = max(stop, position + 1)
            continue
        if not label and text and is_open(text) and lines_named(text[: _opening(text)]):
            if entry is not None:
                yield entry
            named = text[: _opening(text)]
            entry = Entry(named, lines_named(named), cell, [position], row.mode, row.table)
            remark = text
        elif entry is not None and _takes(entry, cell, row.mode):
            entry.rows.append(position)
        elif text and not _is_remark(text):
            if entry is not None:
                yield entry
            entry = None
            if not looks_like_value(text):
                entry = Entry(text, frozenset(), cell, [position], row.mode, row.table)
        position += 1
    if entry is not None:
        yield entry


def _takes(entry: Entry, cell: Cell, mode: Mode) -> bool:
    """Add a line to an entry when it can be its unit, its figure or, where they show, its blank cell."""
    text = cell.text.strip()
    if not text:
        if mode is Mode.STREAM:
            entry.values.append(cell)
        return mode is Mode.STREAM
    if unit := unit_of(text):
        entry.unit = _one_unit(entry.unit, unit)
        return True
    if looks_like_value(text) and not _PAGE_NUMBER.match(text):
        entry.values.append(cell)
        return True
    return bool(_PAGE_NUMBER.match(text)) or _is_remark(text)


def _opening(text: str) -> int:
    """Where the first bracket behind the enumerator opens."""
    return next((at for at, mark in enumerate(text) if at > 3 and mark in "(（"), len(text))


def _longest_label(rows: Sequence[Row], start: int, end: int) -> tuple[int, str]:
    """The longest run of lines that is a label of the form: where it ends, and its text; empty when there is none."""
    joined, best = "", (start, "")
    for position in range(start, min(start + _MOST_PIECES, end)):
        piece = rows[position].cells[0].text.strip()
        if not piece or unit_of(piece) or looks_like_value(piece) or len(joined) + len(piece) > _LONGEST_LABEL:
            break
        if position > start and (_begins_another(piece) or inline(rows[position].cells[0])):
            break
        joined += piece
        if lines_named(joined):
            best = (position + 1, joined)
    return best


def _begins_another(piece: str) -> bool:
    """Whether a line begins a label of its own, so that it cannot go on with the one before."""
    return bool(core(piece).enumerator) or piece.lstrip().startswith("其中")


@dataclass(frozen=True)
class Inline:
    """A label with its unit and figures in one line or cell."""

    text: str
    lines: frozenset[int]
    unit: str | None
    values: list[Cell]


def inline(cell: Cell) -> Inline | None:
    """A text such as ``1.当面申请数：3件`` or ``1.当面申请数 件 3`` taken apart; None when it is none."""
    if len(cell.text) > _LONGEST_INLINE:
        return None
    pieces = cell.text.split()
    unit: str | None = None
    figures: list[str] = []
    while len(pieces) > 1 and (unit_of(pieces[-1]) or looks_like_value(pieces[-1])):
        piece = pieces.pop()
        if own := unit_of(piece):
            unit = _one_unit(unit, own)
        else:
            figures.insert(0, piece)
    label = " ".join(pieces)
    named = lines_named(label)
    if not named and not figures and (match := _GLUED.match(label)):
        label, figures = match["label"], [match["value"]]
        named = lines_named(label)
        if (counted := _COUNTED.match(figures[0])) and (own := unit_of(counted["unit"])):
            figures, unit = [counted["figure"]], _one_unit(unit, own)
    if not named or not (figures or unit):
        return None
    return Inline(label, named, unit, [cell._replace(text=figure) for figure in figures])


def _panels_in_order(found: list[Entry]) -> list[Entry]:
    """Entries of one table sorted by panel: the form goes on at the head of the next panel."""
    ordered: list[Entry] = []
    at = 0
    while at < len(found):
        end = at
        while end < len(found) and (found[end].mode, found[end].table) == (found[at].mode, found[at].table):
            end += 1
        part = found[at:end]
        ordered += sorted(part, key=lambda entry: entry.panel) if found[at].whole else part
        at = end
    return ordered
