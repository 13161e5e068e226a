"""Cells of a drawn table: which text stands in which, with every doubt about what belongs where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from transforms.documents.pdf.page import SIDEWAYS
from transforms.documents.pdf.shapes import Box, Glyph
from transforms.documents.pdf.tables.figures import figures_made_whole
from transforms.documents.pdf.tables.grid import Table, TableCell
from transforms.documents.pdf.tables.mending import INCOMPLETE, Place, mend, places_of
from transforms.documents.pdf.writing import Run, lines_of_glyphs, runs_of, text_of

CROSSES = "crosses a line of the table"
_STRUCK = "is struck through"
# In sizes of the text: a narrower or lower cell without text is the space between two borders.
_NARROWEST = 0.45


def cells_of(table: Table, glyphs: Sequence[Glyph], strikes: Iterable[Box], em: float) -> list[TableCell]:
    """Cells of a table in reading order, blank ones included.

    ``glyphs``: those inside the table; ``strikes``: level lines that are no lines of the table.
    """
    sideways = [glyph for glyph in glyphs if glyph.doubt == SIDEWAYS]
    lines = lines_of_glyphs(glyph for glyph in glyphs if glyph.doubt != SIDEWAYS)
    runs = [run for line in lines for run in runs_of(line)]
    places = [(run, places_of(table, run)) for run in runs]
    guessed = mend(table, places)
    extents = _extents(table)
    inside: defaultdict[int, list[Glyph]] = defaultdict(list)
    doubts: dict[int, str] = {}
    for run, own in places:
        _assign(run, own, table, extents, inside, doubts)
    for glyph in sideways:
        row, column = table.place(glyph.x, glyph.y)
        inside[table.regions[row][column]].append(glyph)
    for strike in strikes:
        _doubt_struck(strike, table, inside, doubts)
    _add_spaces(lines, table, inside)
    cells, numbers = [], []
    for number, (top, left, bottom, right) in extents.items():
        text, doubt = text_of(inside[number]) if number in inside else ("", "")
        if not text and _is_gap(table, extents[number], em):
            continue
        why = doubts.get(number) or doubt or (INCOMPLETE if (top, left) in guessed else "")
        cells.append(TableCell(top, left, bottom - top + 1, right - left + 1, text, why))
        numbers.append(number)
    return sorted(figures_made_whole(table, cells, numbers, inside))


def _extents(table: Table) -> dict[int, tuple[int, int, int, int]]:
    """Number of a cell -> its first row and column, its last row and column."""
    found: dict[int, tuple[int, int, int, int]] = {}
    for row, numbers in enumerate(table.regions):
        for column, number in enumerate(numbers):
            top, left, bottom, right = found.get(number, (row, column, row, column))
            found[number] = (min(top, row), min(left, column), max(bottom, row), max(right, column))
    return found


def _is_gap(table: Table, extent: tuple[int, int, int, int], em: float) -> bool:
    top, left, bottom, right = extent
    width = table.xs[right + 1] - table.xs[left]
    return min(width, table.ys[bottom + 1] - table.ys[top]) < _NARROWEST * em


def _assign(
    run: Run,
    places: Sequence[Place],
    table: Table,
    extents: dict[int, tuple[int, int, int, int]],
    inside: defaultdict[int, list[Glyph]],
    doubts: dict[int, str],
) -> None:
    """Put the glyphs of a word into their cells; a word that runs over a line goes where most of it stands."""
    has_figure = any([glyph.text.isdigit() for glyph in run.glyphs])
    if len(places) == 1:
        row, column = places[0]
        number = table.regions[row][column]
        inside[number].extend(run.glyphs)
        if has_figure and _leaves(run.box, table, extents[number]):
            doubts[number] = CROSSES
        return
    parts: list[tuple[int, list[Glyph]]] = []
    for glyph in run.glyphs:
        row, column = table.place(glyph.x, glyph.y)
        number = table.regions[row][column]
        if not parts or parts[-1][0] != number:
            parts.append((number, []))
        parts[-1][1].append(glyph)
    if len(parts) > 1 and any(_runs_over(a, b, table) for a, b in pairwise(parts)):
        whole = max(parts, key=lambda part: sum(glyph.right - glyph.left for glyph in part[1]))[0]
        if has_figure:
            doubts.update((number, CROSSES) for number, _ in parts)
        parts = [(whole, list(run.glyphs))]
    for number, glyphs in parts:
        inside[number].extend(glyphs)
        if has_figure and len(parts) == 1 and _leaves(run.box, table, extents[number]):
            doubts[number] = CROSSES


def _leaves(box: Box, table: Table, extent: tuple[int, int, int, int]) -> bool:
    """Whether a word stands beyond the sides of its cell."""
    top, left, bottom, right = extent
    size = box.height
    out = max(table.ys[top] - box.top, box.bottom - table.ys[bottom + 1])
    over = max(table.xs[left] - box.left, box.right - table.xs[right + 1])
    return out > 0.35 * size or over > 0.3 * size


def _runs_over(first: tuple[int, list[Glyph]], second: tuple[int, list[Glyph]], table: Table) -> bool:
    """Whether two neighbouring parts of a word in different cells are one word all the same."""
    before, after = first[1][-1], second[1][0]
    size = before.bottom - before.top
    line = min(table.xs, key=lambda x: abs(x - (before.right + after.left) / 2))
    straddles = before.right > line + 0.12 * size or after.left < line - 0.12 * size
    figures = before.text.isdigit() and after.text.isdigit()
    return straddles or (figures and after.left - before.right < 0.12 * size)


def _add_spaces(lines: Sequence[Sequence[Glyph]], table: Table, inside: defaultdict[int, list[Glyph]]) -> None:
    for line in lines:
        for glyph in line:
            if glyph.text == " ":
                row, column = table.place(glyph.x, glyph.y)
                inside[table.regions[row][column]].append(glyph)


def _doubt_struck(strike: Box, table: Table, inside: defaultdict[int, list[Glyph]], doubts: dict[int, str]) -> None:
    y = (strike.top + strike.bottom) / 2
    row, column = table.place((strike.left + strike.right) / 2, y)
    number = table.regions[row][column]
    for glyph in inside.get(number, ()):
        height = glyph.bottom - glyph.top
        if strike.left < glyph.x < strike.right and abs(y - glyph.y) < 0.25 * height:
            doubts[number] = _STRUCK
