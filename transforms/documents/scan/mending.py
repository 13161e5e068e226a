"""Edges that a table lost in printing or scanning: restored where the rest of it and its text show that they belong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from transforms.documents.scan.cleaning import Pixels

# An edge is drawn when this part of it is ruled; it belongs where so many of the other edges in its line, and of
# those that it is parallel to in its row or column, are drawn.
RULED = 0.35
_MOSTLY = 0.6
# In heights of the type: text keeps such a distance from an edge on both sides, characters do not from each other.
_MARGIN = 0.12
# Part of an edge's length that ink may take where nothing crosses it, for grains and what is left of its ruling.
_CLEAN = 0.02
# Pixels of ink in a square of the type's height that are text.
_TEXT = 0.015
# Edges restored make others belong.
_MOST_ROUNDS = 8


class Grid(NamedTuple):
    """The part of each edge that is ruled: ``above``: lines × columns, ``beside``: rows × lines."""

    above: np.ndarray
    beside: np.ndarray


class _Lost(NamedTuple):
    """Which missing edges belong: drawn on both sides of them, or told by the rows around."""

    sure: np.ndarray
    likely: np.ndarray


def regions(grid: Grid) -> np.ndarray:
    """Number of the cell that each square (rows × columns) belongs to: those with no ruling between are one."""
    height, width = grid.above.shape[0] - 1, grid.above.shape[1]
    numbers = np.arange(height * width).reshape(height, width)

    def join(first: int, second: int) -> None:
        if first != second:
            numbers[numbers == max(first, second)] = min(first, second)

    for row in range(height):
        for column in range(width):
            if column + 1 < width and grid.beside[row, column + 1] < RULED:
                join(numbers[row, column], numbers[row, column + 1])
            if row + 1 < height and grid.above[row + 1, column] < RULED:
                join(numbers[row, column], numbers[row + 1, column])
    return numbers


def mended(grid: Grid, text: Pixels, rows: Sequence[int], columns: Sequence[int], size: float) -> tuple[Grid, Grid]:
    """The grid with the edges restored that belong to it, none of them put through text; and one of text alone.

    In the second an edge is ruled where no text crosses it: its regions are what stands together.

    ``text``: the ink of the table without its rulings, ``rows`` and ``columns`` the places of its lines in it.
    """
    grid = Grid(grid.above.copy(), grid.beside.copy())
    filled = _filled(text, rows, columns, size)
    free_above = _free(text.T, columns, rows, size).T
    free_beside = _free(text, rows, columns, size)
    for _ in range(_MOST_ROUNDS):
        numbers = regions(grid)
        uneven = _uneven(grid, numbers)
        beside = _belonging(grid.beside, numbers, uneven, filled)
        above = _belonging(grid.above.T, numbers.T, uneven, filled.T)
        # What is drawn on both sides says more than what is drawn in most places.
        for sure in (True, False):
            lost_beside = (beside.sure if sure else beside.likely) & free_beside
            lost_above = (above.sure if sure else above.likely).T & free_above
            if lost_beside.any() or lost_above.any():
                grid.beside[lost_beside] = RULED
                grid.above[lost_above] = RULED
                break
        else:
            break
    return grid, Grid(free_above.astype(float), free_beside.astype(float))


def _filled(text: Pixels, rows: Sequence[int], columns: Sequence[int], size: float) -> np.ndarray:
    """Which squares hold text."""
    sums = np.add.reduceat(np.add.reduceat(text.astype(np.int64), rows[:-1], axis=0), columns[:-1], axis=1)
    return np.asarray(sums >= _TEXT * size * size)


def _free(text: Pixels, rows: Sequence[int], columns: Sequence[int], size: float) -> np.ndarray:
    """rows × lines: whether the edge on a line, between two rows' ends, has white on both sides."""
    margin = max(2, round(size * _MARGIN))
    free = np.zeros((len(rows) - 1, len(columns)), dtype=bool)
    for number, x in enumerate(columns):
        # What is left of the ruling itself may stand between.
        sides = (text[:, max(0, x - margin - 1) : max(0, x - 1)], text[:, x + 2 : x + margin + 2])
        strip = np.maximum.reduce([side.max(axis=1) for side in sides if side.shape[1]] or [text[:, x]])
        for row in range(len(rows) - 1):
            stretch = strip[rows[row] + 2 : max(rows[row + 1] - 1, rows[row] + 3)]
            free[row, number] = stretch.mean() <= _CLEAN
    return free


def _uneven(grid: Grid, numbers: np.ndarray) -> set[int]:
    """Numbers of regions that have no four sides, or rulings within: something of their sides is lost."""
    found = set()
    for number in np.unique(numbers):
        ys, xs = np.nonzero(numbers == number)
        if len(ys) != (np.ptp(ys) + 1) * (np.ptp(xs) + 1):
            found.add(int(number))
    level = (numbers[1:] == numbers[:-1]) & (grid.above[1:-1] >= RULED)
    upright = (numbers[:, 1:] == numbers[:, :-1]) & (grid.beside[:, 1:-1] >= RULED)
    return found | set(numbers[1:][level].tolist()) | set(numbers[:, 1:][upright].tolist())


def _belonging(edges: np.ndarray, numbers: np.ndarray, uneven: set[int], filled: np.ndarray) -> _Lost:
    """Which missing edges beside squares belong (rows × lines); for those above them all arrays are turned.

    The row must show most of the lines that the rows beside it do, but where it lacks a side of a cell. Then an edge
    belongs whose line is drawn both above and below, or that has text on both sides; where a cell has no four sides,
    it is enough that the line is drawn in most rows and that it has text on both sides, or that its row is like others.
    """
    drawn = edges >= RULED
    height, width = numbers.shape
    # Tables that touch have lines of their own: rows without any, as headings are, stand between them.
    part = np.cumsum(~drawn[:, 1:-1].any(axis=1))
    lost = _Lost(np.zeros_like(drawn), np.zeros_like(drawn))
    nothing = np.zeros(drawn.shape[1], dtype=bool)
    for row in range(height):
        upper = drawn[row - 1] if row and part[row - 1] == part[row] else nothing
        lower = drawn[row + 1] if row + 1 < height and part[row + 1] == part[row] else nothing
        beside = upper | lower
        for line in range(1, width):
            if drawn[row, line] or numbers[row, line - 1] != numbers[row, line]:
                continue
            others = beside.copy()
            others[[0, line, width]] = False
            is_uneven = int(numbers[row, line]) in uneven
            is_like_others = not others.any() or bool(drawn[row, others].mean() >= _MOSTLY)
            lost.sure[row, line] = upper[line] and lower[line] and (is_like_others or is_uneven)
            along = drawn[(part == part[row]) & (np.arange(height) != row), line]
            mostly = bool(len(along)) and along.mean() >= _MOSTLY
            both = bool(filled[row, line - 1] and filled[row, line])
            told = (both and (mostly or beside[line])) or (is_uneven and mostly and bool(others.any()))
            lost.likely[row, line] = (is_like_others and told) or (is_uneven and both and mostly)
    return lost
