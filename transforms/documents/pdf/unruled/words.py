"""Lines of a table without upright lines, each as the words of its label and the figures behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from transforms.documents.model import Cell
from transforms.documents.pdf.lines import TextLine
from transforms.documents.pdf.shapes import Box
from transforms.documents.pdf.writing import Run
from transforms.reading.labels import meanings
from transforms.reading.printed import looks_like_value

# Words that spaces part a label of a header into.
_MOST_PARTS = 4
# In sizes of the text: Chinese characters further apart than this stand in two cells, or are spaced.
_CELL_GAP = 0.25
_UNITS = frozenset({"件", "元", "万元", "条", "次", "个", "项"})
# Words that overlap by this part of the shorter one stand in one column.
_OVERLAP = 0.4
_WIDE = "\u2e80"


BROKEN = "is broken over lines, or two figures stand there"


class Split(NamedTuple):
    """A line as the words before its figures, and its figures."""

    line: TextLine
    labels: tuple[Run, ...]
    figures: tuple[Run, ...]

    @property
    def runs(self) -> tuple[Run, ...]:
        return (*self.labels, *self.figures)


class Column(NamedTuple):
    """What stands in one column of a table: how far its words reach, and the words from top to bottom."""

    left: float
    right: float
    runs: tuple[Run, ...] = ()

    @property
    def text(self) -> str:
        return joined(self.runs)


def split_line(line: TextLine) -> Split:
    """A line whose last words are figures, taken apart before the first of these."""
    runs = [part for run in line.runs for part in _parted(run)]
    count = len(runs)
    while count and is_figure(runs[count - 1].text):
        count -= 1
    if count == len(runs) - 1 and runs[count].text in _UNITS:
        count += 1  # 文件 and 事项 end so, where a narrow column breaks them
    return Split(line, tuple(runs[:count]), tuple(runs[count:]))


def _parted(run: Run) -> Iterator[Run]:
    """A word as the parts that stand closer to one another than the cells of a table do."""
    begin = 0
    for number, (before, after) in enumerate(pairwise(run.glyphs), start=1):
        wide = before.text >= _WIDE and after.text >= _WIDE
        if wide and after.left - before.right > _CELL_GAP * (before.bottom - before.top):
            yield Run(run.glyphs[begin:number])
            begin = number
    yield Run(run.glyphs[begin:]) if begin else run


def is_figure(text: str) -> bool:
    """Whether a word is a figure, or the unit that a narrow column breaks off from one."""
    return text in _UNITS or (looks_like_value(text) and not text.strip().startswith(("(", "（")))


def joined(runs: Iterable[Run]) -> str:
    """Words of one cell as its text, line by line."""
    ordered = sorted(((run.box, run.text) for run in runs), key=lambda item: item[0].top + item[0].bottom)
    lines: list[list[tuple[Box, str]]] = []
    for box, text in ordered:
        if lines and box.top + box.bottom - lines[-1][0][0].top - lines[-1][0][0].bottom < box.height:
            lines[-1].append((box, text))
        else:
            lines.append([(box, text)])
    return "".join(text for line in lines for _, text in sorted(line, key=lambda item: item[0].left))


def columns_of(runs: Iterable[Run]) -> list[Column]:
    """Words that stand above one another, from left to right: what overlaps level is in one column."""
    found: list[Column] = []
    for run in sorted(runs, key=lambda run: run.glyphs[0].left):
        box = run.box
        last = found[-1] if found else None
        # The last letter of a full cell may reach into the next.
        if last is not None and last.right - box.left > _OVERLAP * min(box.width, last.right - last.left):
            found[-1] = Column(last.left, max(last.right, box.right), (*last.runs, run))
        else:
            found.append(Column(box.left, box.right, (run,)))
    return found


def named_columns(runs: Iterable[Run], kind: str) -> list[tuple[Column, str]]:
    """Columns whose words are a label of a kind, from left to right, with its key; spaces may part these words."""
    columns = columns_of(runs)
    found: list[tuple[Column, str]] = []
    position = 0
    while position < len(columns):
        for end in range(position + 1, min(position + _MOST_PARTS, len(columns)) + 1):
            words = tuple(run for column in columns[position:end] for run in column.runs)
            whole = Column(columns[position].left, columns[end - 1].right, words)
            if key := key_of(whole.text, kind):
                found.append((whole, key))
                position = end
                break
        else:
            position += 1
    return found


def key_of(text: str, kind: str) -> str | None:
    """Key of the label of a kind that a text is."""
    return next(iter(sorted(m.key for m in meanings(text) if m.kind == kind)), None)


def places(figures: Sequence[Run], columns: Sequence[Column]) -> list[int] | None:
    """Number of the column of each figure; None where one stands in none for certain, or two stand in one."""
    found: list[int] = []
    for run in figures:
        place = _place(run.box, columns)
        if place is None or (found and place <= found[-1]):
            return None
        found.append(place)
    return found


def _place(box: Box, columns: Sequence[Column]) -> int | None:
    hits = [n for n, column in enumerate(columns) if box.left <= column.right and column.left <= box.right]
    if len(hits) == 1:
        return hits[0]
    if hits:
        return None
    apart = sorted((max(column.left - box.right, box.left - column.right), n) for n, column in enumerate(columns))
    # Between two columns, and clearly nearer to one of them: figures set at one side below a word in the middle.
    if len(apart) == 1 or apart[0][0] < 0.4 * apart[1][0]:
        return apart[0][1]
    return None


def figure_cells(lines: Sequence[Split], columns: Sequence[Column]) -> list[Cell]:
    """A cell for each column, blank where no figure stands; without blanks where a figure's column is not certain.

    ``lines``: the line with most figures of the row first, then others on which figures of the row stand that its
    cells are too narrow for. What is put together so is in doubt.
    """
    first, *others = lines
    every = [number for number in range(len(columns))]
    found = every if len(first.figures) == len(columns) else places(first.figures, columns)
    more = [(one, places(one.figures, columns)) for one in others]
    if found is None or any(own is None for _, own in more):
        every_run = [(one.line, run) for one in lines for run in one.figures]
        return [figure_cell(line, run, number) for number, (line, run) in enumerate(every_run, start=1)]
    cells = [blank_cell(first.line, number + 1) for number in every]
    ordered = sorted([(first, found), *((one, own or []) for one, own in more)], key=_from_top)
    for one, own in ordered:
        for run, number in zip(one.figures, own, strict=True):
            cell = figure_cell(one.line, run, number + 1)
            above = cells[number]
            doubt = cell.doubt or (BROKEN if others and (above.text or one is not first) else "")
            cells[number] = cell._replace(text=above.text + cell.text, doubt=doubt)
    return cells


def _from_top(item: tuple[Split, Sequence[int]]) -> tuple[int, int]:
    return item[0].line.page, item[0].line.number


def figure_cell(line: TextLine, run: Run, column: int) -> Cell:
    doubt = line.doubt or next((glyph.doubt for glyph in run.glyphs if glyph.doubt), "")
    return Cell(run.text, f"{line.locator}, figure {column}", column=column, doubt=doubt)


def blank_cell(line: TextLine, column: int) -> Cell:
    return Cell("", f"{line.locator}, column {column}", column=column, doubt=line.doubt)
