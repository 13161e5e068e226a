"""Rulings of a page -> tables of cells; each edge between two cells is measured, so that gaps in it do not leak."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from transforms.documents.scan.cleaning import Page, Pixels, as_pixels
from transforms.documents.scan.mending import RULED, Grid, mended, regions

# In heights of the page's type.
_SHORTEST_ACROSS = 2.2
_SHORTEST_DOWN = 1.0
_SHORTEST_COLUMN = 1.25
_WIDEST_GAP = 0.8
_SAME_LINE = 0.4
_SMALLEST_TABLE = 5.0
_LONG_RULE = 7.0
_OPEN_END = 0.5
# Part of an edge between two cells up to which there is no question that nothing parts them.
_NOT_RULED = 0.12
_AT_END = 0.75
_TRACE = 0.08
_THICKEST = 0.25
_MOST_LINES = 200
# Tables with white between them: how far they stand apart at the most, how much ink of grains there may be, and half
# of the thickness of a ruling.
_NEAR_TABLE = 1.6
_WHITE = 0.001
_RULING = 0.12


class Box(NamedTuple):
    """Edges in pixels; right and bottom are the first ones outside."""

    left: int
    top: int
    right: int
    bottom: int


class GridCell(NamedTuple):
    """One cell: its place in the grid of the table and on the page; ``unsure`` when a ruling around it is broken."""

    row: int
    column: int
    height: int
    span: int
    box: Box
    unsure: bool


class Table(NamedTuple):
    """Cells in reading order, and the positions of the lines that part its columns.

    ``open_top``, ``open_bottom``: the lines down run on over the last line across, as in a row cut by a page break.
    """

    box: Box
    lines: tuple[int, ...]
    cells: tuple[GridCell, ...]
    open_top: bool
    open_bottom: bool


class _Direction(NamedTuple):
    """Pixels of the long lines in one direction, and of all ink that is thin enough to be part of one."""

    lines: Pixels
    thin: Pixels


class Rulings(NamedTuple):
    """Tables from top to bottom, and the pixels of all rulings (0 or 1)."""

    tables: tuple[Table, ...]
    mask: Pixels


def find_tables(page: Page) -> Rulings:
    """All ruled tables of a page."""
    size = page.type_size
    gap, thickest = round(size * _WIDEST_GAP), max(4, round(size * _THICKEST))
    across = _Direction(
        _lines(page.dark, max(8, round(size * _SHORTEST_ACROSS)), gap, 0),
        _thin(page.dark, thickest, 0),
    )
    down = _Direction(_lines_down(page.dark, across.lines, size, gap), _thin(page.dark, thickest, 1))
    both = cv2.dilate(cv2.bitwise_or(across.lines, down.lines), np.ones((3, 3)))
    _, _, stats, _ = cv2.connectedComponentsWithStats(both, connectivity=8)
    boxes = [
        Box(x, y, x + width, y + height)
        for x, y, width, height, _ in stats[1:].tolist()
        if width >= _SMALLEST_TABLE * size and height >= _SHORTEST_DOWN * size
    ]
    tables: list[Table] = []
    for box in (part for whole in _joined(boxes, size) for part in _parted(whole, across, page)):
        table = _table(box, across, down, page)
        if table is not None:
            tables.append(table)
    tables.sort(key=lambda table: (table.box.top, table.box.left))
    # Outside of tables only what is longer than any stroke of a large character is a ruling.
    mask = _lines(page.dark, round(size * _LONG_RULE), 1, 0)
    for box in (table.box for table in tables):
        area = np.s_[box.top : box.bottom, box.left : box.right]
        mask[area] = cv2.bitwise_or(across.lines[area], down.lines[area])
    return Rulings(tuple(tables), mask)


def _lines(ink: Pixels, shortest: int, gap: int, axis: int) -> Pixels:
    """Pixels of straight lines along an axis (0: across, 1: down), gaps in them closed."""
    shape = (lambda length: (1, length)) if axis == 0 else (lambda length: (length, 1))
    # A line that is not quite straight leaves one row for the next; two rows together hold it.
    thick = (3, 1) if axis == 0 else (1, 3)
    found = cv2.morphologyEx(cv2.dilate(ink, np.ones(thick)), cv2.MORPH_OPEN, np.ones(shape(shortest)))
    return as_pixels(cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones(shape(max(3, gap)))))


def _lines_down(ink: Pixels, across: Pixels, size: float, gap: int) -> Pixels:
    """Lines down: long ones, and short ones at a line across that no long one meets, as in a table of one row.

    Elsewhere short ones may be strokes of characters.
    """
    long = _lines(ink, max(8, round(size * _SHORTEST_COLUMN)), gap, 1)
    count, groups = cv2.connectedComponents(cv2.dilate(across, np.ones((5, 1))), connectivity=8)
    unmet = np.ones(count, dtype=np.uint8)
    unmet[0] = 0
    unmet[np.unique(groups[cv2.dilate(long, np.ones((5, 5))) > 0])] = 0
    near = unmet[groups] > 0
    # Of a large page one such array is a fifteenth of what a worker may take.
    del groups
    short = _lines(ink, max(8, round(size * _SHORTEST_DOWN)), 1, 1)
    count, labels = cv2.connectedComponents(short, connectivity=8)
    keep = np.zeros(count, dtype=np.uint8)
    keep[np.unique(labels[near])] = 1
    keep[0] = 0
    return as_pixels(cv2.bitwise_or(long, keep[labels]))


def _thin(ink: Pixels, thickness: int, axis: int) -> Pixels:
    """Ink that is no thicker than a ruling across its direction (0: across, 1: down)."""
    thick = np.ones((thickness + 1, 1) if axis == 0 else (1, thickness + 1))
    return as_pixels(cv2.subtract(ink, as_pixels(cv2.morphologyEx(ink, cv2.MORPH_OPEN, thick))))


def _joined(boxes: Sequence[Box], size: float) -> list[Box]:
    """Boxes that touch or lie inside each other as one: a broken frame falls into several."""
    pending = sorted(boxes, key=lambda box: (box.top, box.left))
    done: list[Box] = []
    while pending:
        box = pending.pop(0)
        near = [
            other
            for other in pending
            if other.left < box.right + size * 0.3
            and box.left < other.right + size * 0.3
            and other.top < box.bottom + size * 0.3
            and box.top < other.bottom + size * 0.3
        ]
        if near:
            pending = [other for other in pending if other not in near]
            lefts, tops, rights, bottoms = zip(box, *near, strict=True)
            pending.insert(0, Box(min(lefts), min(tops), max(rights), max(bottoms)))
        else:
            done.append(box)
    return done


def _parted(box: Box, across: _Direction, page: Page) -> list[Box]:
    """Tables that stand so near below each other that their sides were closed to one line; white is between them."""
    rows = _positions(np.ascontiguousarray(across.lines[box.top : box.bottom, box.left : box.right]), 0, page.type_size)
    rim = max(2, round(page.type_size * _RULING))
    cuts = []
    for upper, lower in pairwise(rows):
        strip = page.dark[box.top + upper + rim : box.top + lower - rim, box.left : box.right]
        if lower - upper <= page.type_size * _NEAR_TABLE and strip.size and strip.mean() <= _WHITE:
            cuts.append((box.top + upper + rim, box.top + lower - rim))
    tops, bottoms = [box.top, *(end for _, end in cuts)], [*(start for start, _ in cuts), box.bottom]
    return [box._replace(top=top, bottom=bottom) for top, bottom in zip(tops, bottoms, strict=True)]


def _positions(mask: Pixels, axis: int, size: float) -> list[int]:
    """Where the lines of a mask stand: rows of lines across (axis 0), columns of lines down (axis 1)."""
    count, _, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    index, along = (1, 2) if axis == 0 else (0, 3)
    segments = sorted((float(centres[i][index]), int(stats[i][along])) for i in range(1, count))
    groups: list[list[tuple[float, int]]] = []
    for segment in segments:
        if groups and segment[0] - groups[-1][0][0] <= _SAME_LINE * size:
            groups[-1].append(segment)
        else:
            groups.append([segment])
    # Strokes of large characters are no lines; a table of one row may be no higher than they are.
    shortest = _SHORTEST_ACROSS * size if axis == 0 else min(_SHORTEST_COLUMN * size, len(mask) * 0.9)
    return [
        round(float(np.average([at for at, _ in group], weights=[length for _, length in group])))
        for group in groups
        if sum(length for _, length in group) >= shortest
    ]


def _table(box: Box, across: _Direction, down: _Direction, page: Page) -> Table | None:
    area = np.s_[box.top : box.bottom, box.left : box.right]
    rows = _positions(np.ascontiguousarray(across.lines[area]), 0, page.type_size)
    columns = _positions(np.ascontiguousarray(down.lines[area]), 1, page.type_size)
    rows, open_top, open_bottom = _closed(rows, box.bottom - box.top, page.type_size)
    columns, _, _ = _closed(columns, box.right - box.left, page.type_size)
    if len(rows) < 2 or len(columns) < 2 or len(rows) > _MOST_LINES or len(columns) > _MOST_LINES:
        return None
    reach = max(2, round(page.type_size * _SAME_LINE))
    # Views of the page, for lines down turned by its diagonal: what is found is marked in them.
    lines, thin, ink = across.lines[area], across.thin[area], page.dark[area]
    above = np.array([_ruled(lines, thin, ink, y, columns, reach) for y in rows])  # lines × columns
    lines, thin, ink = down.lines[area].T, down.thin[area].T, ink.T
    beside = np.array([_ruled(lines, thin, ink, x, rows, reach) for x in columns]).T  # rows × lines
    rulings = cv2.dilate(cv2.bitwise_or(across.lines[area], down.lines[area]), np.ones((3, 3)))
    text = as_pixels(page.dark[area] * (1 - rulings))
    grid, texts = mended(Grid(above, beside), text, rows, columns, page.type_size)
    cells = []
    for row, column, height, span, unsure in _merged(grid, texts):
        cell_box = Box(
            box.left + columns[column],
            box.top + rows[row],
            box.left + columns[column + span],
            box.top + rows[row + height],
        )
        cells.append(GridCell(row, column, height, span, cell_box, unsure))
    return Table(box, tuple(box.left + x for x in columns), tuple(cells), open_top, open_bottom)


def _closed(lines: list[int], length: int, size: float) -> tuple[list[int], bool, bool]:
    """The lines with one at each end of the table, and whether it was missing at the first and at the last."""
    if not lines:
        return lines, False, False
    first, last = lines[0] > size * _OPEN_END, length - 1 - lines[-1] > size * _OPEN_END
    return [0] * first + lines + [length - 1] * last, first, last


def _ruled(lines: Pixels, thin: Pixels, ink: Pixels, at: int, stops: Sequence[int], reach: int) -> list[float]:
    """The part of each stretch between two stops that is ruled, along the row ``at``; its remnants become lines.

    What is left of a broken ruling is thin, begins at one of the stops and is crossed by no text.
    """
    strip = np.s_[max(0, at - reach) : at + reach + 1]
    close = np.s_[max(0, at - reach // 3) : at + reach // 3 + 1]
    ruled = np.asarray(lines[strip].max(axis=0))
    remnant = np.asarray(thin[close].max(axis=0))
    text = np.asarray((ink[close] * (1 - thin[close])).max(axis=0)) * (1 - ruled)
    parts: list[float] = []
    traces: list[bool] = []
    for start, end in pairwise(stops):
        margin = min(reach, (end - start) // 4)
        inside = slice(start + margin, max(end - margin, start + margin + 1))
        part = float(ruled[inside].mean())
        left = float(remnant[inside].mean())
        free = text[inside].mean() < _NOT_RULED
        if part < RULED <= left and free and _at_ends(remnant, start, end, reach) >= _AT_END:
            part = left
            lines[close, inside] |= thin[close, inside]
        parts.append(part)
        traces.append(bool(free and max(part, left) >= _TRACE and _at_ends(remnant, start, end, reach // 2) >= _AT_END))
    # A trace of a line is one where the line is whole on both sides.
    whole = [True, *(part >= RULED for part in parts), True]
    for number, trace in enumerate(traces):
        if trace and whole[number] and not whole[number + 1] and whole[number + 2]:
            inside = slice(stops[number], stops[number + 1])
            lines[close, inside] |= thin[close, inside]
            parts[number] = RULED
    return parts


def _at_ends(remnant: np.ndarray, start: int, end: int, reach: int) -> float:
    """How far ink begins where a line would, at the one or the other end of a stretch: text keeps its distance."""
    first, last = remnant[start + 2 : start + 2 + reach], remnant[max(start, end - 2 - reach) : end - 2]
    return max(float(part.mean()) if len(part) else 0.0 for part in (first, last))


def _merged(grid: Grid, texts: Grid) -> list[tuple[int, int, int, int, bool]]:
    """(row, column, height, span, unsure) of cells: squares of the grid joined where no ruling parts them.

    ``texts``: where no text runs over an edge. No cell has but four sides: where rulings are lost, so that one seems
    to, each text stands for itself, in doubt.
    """
    numbers, together = regions(grid), regions(texts)
    cells: list[tuple[int, int, int, int, bool]] = []
    for number in np.unique(numbers):
        members = numbers == number
        if (whole := _rectangle(members)) is not None:
            cells.append((*whole, _is_broken(*whole, grid)))
            continue
        for text in np.unique(together[members]):
            part = members & (together == text)
            if (whole := _rectangle(part)) is not None:
                cells.append((*whole, True))
            else:
                cells += [(int(y), int(x), 1, 1, True) for y, x in zip(*np.nonzero(part), strict=True)]
    return sorted(cells)


def _rectangle(members: np.ndarray) -> tuple[int, int, int, int] | None:
    """Row, column, height and span of squares that make a rectangle; None where they make another shape."""
    ys, xs = np.nonzero(members)
    height, span = int(np.ptp(ys)) + 1, int(np.ptp(xs)) + 1
    return (int(ys.min()), int(xs.min()), height, span) if len(ys) == height * span else None


def _is_broken(top: int, left: int, tall: int, wide: int, grid: Grid) -> bool:
    """Whether something of a ruling is left within a cell: it may be two cells."""
    inner = [grid.above[y, left : left + wide] for y in range(top + 1, top + tall)]
    inner += [grid.beside[top : top + tall, x] for x in range(left + 1, left + wide)]
    return any(bool((edge > _NOT_RULED).any()) for edge in inner)
