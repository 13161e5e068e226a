"""Drawn lines -> tables: where lines cross, which edges between neighbouring cells are drawn, which cells are one."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from transforms.documents.pdf.shapes import Box, Sides

# In sizes of the text: lines closer than this are one (double borders, cells with a space between them) …
_SAME_LINE = 0.35
# … dashes with such gaps are one line, ends within this of a line touch it …
_DASH_GAP = 0.4
_TOUCH = 0.45
# … and shorter ones are no side of a cell.
_SHORTEST = 0.7
# How much of an edge must be drawn.
_DRAWN = 0.6
# A table of a report has about forty lines each way; a drawing with more is no table.
_MOST_LINES = 1500


class TooManyLines(ValueError):
    """A page holds a drawing of more lines than any table has."""


class Line(NamedTuple):
    """A drawn line: level at height ``at`` from ``start`` to ``end``, or upright at ``at``."""

    at: float
    start: float
    end: float


# A line as it is drawn, before pieces are put together; some reports draw each side of each cell by itself.
_Piece = tuple[float, float, float]


class TableCell(NamedTuple):
    """A cell from its first row and column, ``height`` rows and ``span`` columns large."""

    row: int
    column: int
    height: int
    span: int
    text: str
    doubt: str


@dataclass
class Table:
    """A table as its lines show it: ``xs`` and ``ys`` bound its smallest cells, column by column and row by row.

    ``right`` and ``below`` say for each smallest cell (row, column) whether the edge to its neighbour is drawn. After
    ``join``, ``regions`` has the number of the cell that each smallest one is in, and ``members`` the smallest ones of
    each number.
    """

    xs: list[float]
    ys: list[float]
    right: list[list[bool]]
    below: list[list[bool]]
    regions: list[list[int]] = field(default_factory=list)
    members: list[set[tuple[int, int]]] = field(default_factory=list)

    @property
    def box(self) -> Box:
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.ys) - 1, len(self.xs) - 1

    def place(self, x: float, y: float) -> tuple[int, int]:
        """Row and column of the smallest cell at a point inside the table."""
        # Between the second line and the last but one, so that what is beyond is in the outermost cell.
        row = bisect_right(self.ys, y, 1, len(self.ys) - 1) - 1
        return row, bisect_right(self.xs, x, 1, len(self.xs) - 1) - 1

    def join(self) -> None:
        """Number the cells: smallest cells without an edge between them are one."""
        rows, columns = self.shape
        regions = [[-1] * columns for _ in range(rows)]
        cells: list[set[tuple[int, int]]] = []
        for row in range(rows):
            for column in range(columns):
                if regions[row][column] >= 0:
                    continue
                stack = [(row, column)]
                members, count = {(row, column)}, len(cells)
                cells.append(members)
                regions[row][column] = count
                while stack:
                    r, c = stack.pop()
                    near = []
                    if c + 1 < columns and not self.right[r][c]:
                        near.append((r, c + 1))
                    if c and not self.right[r][c - 1]:
                        near.append((r, c - 1))
                    if r + 1 < rows and not self.below[r][c]:
                        near.append((r + 1, c))
                    if r and not self.below[r - 1][c]:
                        near.append((r - 1, c))
                    for i, j in near:
                        if regions[i][j] < 0:
                            regions[i][j] = count
                            members.add((i, j))
                            stack.append((i, j))
        self.regions, self.members = regions, cells


class Lines(NamedTuple):
    """All lines of a page, each merged from its pieces."""

    level: list[Line]
    upright: list[Line]


def lines_of(strokes: Iterable[Sides], em: float) -> Lines:
    """Level and upright lines of a page, pieces and dashes put together. Raises TooManyLines."""
    drawn: tuple[list[_Piece], list[_Piece]] = ([], [])
    dots: tuple[list[_Piece], list[_Piece]] = ([], [])
    dot = 0.35 * em
    for left, top, right, bottom in strokes:
        width, height = right - left, bottom - top
        if width <= dot and height <= dot:
            # Of a dotted line, level or upright: the others will tell.
            dots[0].append(((top + bottom) / 2, left, right))
            dots[1].append(((left + right) / 2, top, bottom))
        elif width >= height:
            drawn[0].append(((top + bottom) / 2, left, right))
        else:
            drawn[1].append(((left + right) / 2, top, bottom))
    found = Lines(*(_merged([*own, *_merged(dotted, em, 0.03)], em) for own, dotted in zip(drawn, dots, strict=True)))
    if max(map(len, found)) > _MOST_LINES:
        raise TooManyLines
    return found


def tables_of(lines: Lines, em: float) -> list[Table]:
    """Tables from top to bottom; frames round other things are none."""
    groups = _groups(lines, _TOUCH * em)
    tables = []
    for level, upright in groups:
        table = _table(level, upright, em)
        if table is not None:
            tables.append(table)
    return sorted(tables, key=lambda table: (table.box.top, table.box.left))


def _merged(lines: list[_Piece], em: float, apart: float = 0.12) -> list[Line]:
    """Pieces at nearly the same height (``apart`` sizes of the text) that touch or overlap become one line."""
    lines.sort()
    found: list[Line] = []
    band: list[_Piece] = []
    gap, apart, last = _DASH_GAP * em, apart * em, float("inf")
    for line in lines:
        if line[0] - last > apart:
            _join_pieces(band, gap, found)
            band = []
        last = line[0]
        band.append(line)
    _join_pieces(band, gap, found)
    return [line for line in found if line.end - line.start >= _SHORTEST * em]


def _join_pieces(band: list[_Piece], gap: float, found: list[Line]) -> None:
    """Add to ``found`` the lines that pieces at one height are, those parted by no more than ``gap`` together."""
    members: list[_Piece] = []
    end = 0.0
    for piece in sorted(band, key=itemgetter(1)):
        if members and piece[1] - end > gap:
            found.append(_joined(members, end))
            members = []
        if not members or piece[2] > end:
            end = piece[2]
        members.append(piece)
    if members:
        found.append(_joined(members, end))


def _joined(members: list[_Piece], end: float) -> Line:
    length = sum([end - start for _, start, end in members]) or 1.0
    at = sum([at * (end - start) for at, start, end in members]) / length or members[0][0]
    return Line(at, members[0][1], end)


def _groups(lines: Lines, touch: float) -> list[tuple[list[Line], list[Line]]]:
    """Lines that touch one another, directly or over others."""
    level, upright = lines
    parent = list(range(len(level) + len(upright)))

    def root(member: int) -> int:
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    order = sorted(range(len(upright)), key=lambda n: upright[n].at)
    places = [upright[n].at for n in order]
    for number, line in enumerate(level):
        first = bisect_right(places, line.start - touch)
        last = bisect_right(places, line.end + touch)
        for n in order[first:last]:
            if upright[n].start - touch <= line.at <= upright[n].end + touch:
                parent[root(number)] = root(len(level) + n)
    groups: defaultdict[int, tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
    for number, line in enumerate(level):
        groups[root(number)][0].append(line)
    for number, line in enumerate(upright):
        groups[root(len(level) + number)][1].append(line)
    return [group for group in groups.values() if all(group)]


def _table(level: list[Line], upright: list[Line], em: float) -> Table | None:
    same = _SAME_LINE * em
    left, right = min(line.start for line in level), max(line.end for line in level)
    top, bottom = min(line.start for line in upright), max(line.end for line in upright)
    xs = _places([*(line.at for line in upright), left, right], same)
    ys = _places([*(line.at for line in level), top, bottom], same)
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns < 2 or xs[-1] - xs[0] < 2 * em:
        return None
    down = _drawn(upright, xs, ys)
    across = _drawn(level, ys, xs)
    return Table(
        xs,
        ys,
        right=[[down[column + 1][row] for column in range(columns)] for row in range(rows)],
        below=[[across[row + 1][column] for column in range(columns)] for row in range(rows)],
    )


def _places(values: Iterable[float], same: float) -> list[float]:
    """Places of lines, those closer than ``same`` taken together."""
    found: list[float] = []
    band: list[float] = []
    for value in sorted(values):
        if band and value - band[0] > same:
            found.append(sum(band) / len(band))
            band = []
        band.append(value)
    return [*found, sum(band) / len(band)]


def _drawn(lines: Sequence[Line], places: Sequence[float], marks: Sequence[float]) -> list[list[bool]]:
    """For each place and each span between two marks: whether a line at the place covers the span."""
    covered = [[0.0] * (len(marks) - 1) for _ in places]
    for line in lines:
        own = covered[_nearest(places, line.at)]
        begin = max(bisect_right(marks, line.start) - 1, 0)
        for span in range(begin, min(bisect_right(marks, line.end), len(marks) - 1)):
            part = min(line.end, marks[span + 1]) - max(line.start, marks[span])
            if part > 0:
                own[span] += part
    least = [_DRAWN * (end - start) for start, end in pairwise(marks)]
    return [[part >= enough for part, enough in zip(own, least, strict=True)] for own in covered]


def _nearest(places: Sequence[float], value: float) -> int:
    above = bisect_right(places, value)
    if above == len(places) or (above and value - places[above - 1] <= places[above] - value):
        return above - 1
    return above
