"""Cells behind a label -> columns of the form: by the row's own cells, else by the printed header, else not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from transforms.documents.model import Cell, Mode


@dataclass(frozen=True)
class Placement:
    """One cell a column, None where none is printed; ``failure`` says why the row cannot be read.

    ``unsure`` is set when the columns were counted where blanks could have moved them.
    """

    cells: tuple[Cell | None, ...] = ()
    failure: str | None = None
    unsure: bool = False


def has_fillers(rows: Iterable[Sequence[Cell]], width: int) -> bool:
    """Whether rows of text end in more blank cells than the form has columns."""
    return any(len(values) > width and is_blank(values[-1]) for values in rows)


def is_blank(cell: Cell) -> bool:
    return not cell.text.strip()


def is_crowded(values: Sequence[Cell], width: int) -> bool:
    """Whether a row has as many figures as there are columns and blank cells among them besides."""
    at = [number for number, cell in enumerate(values) if not is_blank(cell)]
    return len(at) == width and at[-1] - at[0] >= width


def place(
    values: Sequence[Cell],
    width: int,
    mode: Mode,
    header: Sequence[Cell | None] = (),
    start: int | None = None,
    fillers: bool = False,
) -> Placement:
    """Put ``values`` into ``width`` columns.

    ``header``: the header cell of each column where it is known; ``start``: grid column of the first figure,
    learned from complete rows of the same table (LINE); ``fillers``: rows of this document end in blank cells of
    merged columns, so that a blank last cell may stand where another one was lost. A row whose own cells are as
    many as the form's columns is trusted over the grid: real pages span headers and figures differently.
    """
    filled = [cell for cell in values if not is_blank(cell)]
    if len(values) == width and (start is None or values[0].column == start):
        return Placement(tuple(values), unsure=fillers and bool(filled) and is_blank(values[-1]))
    if len(filled) == width:
        aligned = _by_grid(values, width, header) if mode is Mode.GRID else None
        if aligned is not None and not aligned.failure:
            return aligned
        # Blank cells at either end are what merged labels leave behind; one among the figures may be a column, and so
        # may any where the figures do not stand below their header.
        outside = start is not None and any(not 0 <= cell.column - start < width for cell in filled)
        return Placement(tuple(filled), unsure=outside or aligned is not None or is_crowded(values, width))
    if not filled and values:
        return Placement(tuple(values[i] if i < len(values) else None for i in range(width)))
    if mode is Mode.GRID:
        return _by_grid(values, width, header)
    if mode is Mode.BARE:
        return _by_gaps(values, width)
    if start is not None:
        cells = _from_start(values, width, start)
        if cells is not None:
            return Placement(cells, unsure=fillers and is_blank(cells[-1]))
    if len(values) > width and all(is_blank(cell) for cell in values[width:]):
        return Placement(tuple(values[:width]), unsure=True)
    return Placement(failure=_count(filled, values, width))


def _count(filled: Sequence[Cell], values: Sequence[Cell], width: int) -> str:
    return f"{len(filled)} figures in {len(values)} cells where the form has {width} columns"


def _by_grid(values: Sequence[Cell], width: int, header: Sequence[Cell | None]) -> Placement:
    """Each figure under the only header cell that it overlaps."""
    filled = [cell for cell in values if not is_blank(cell)]
    failure = Placement(failure=_count(filled, values, width))
    if len(header) != width or any(cell is None for cell in header):
        return failure
    placed: list[Cell | None] = [None] * width
    beyond = 0
    for value in values:
        under = [
            i
            for i, cell in enumerate(header)
            if cell is not None and cell.column < value.column + value.span and value.column < cell.column + cell.span
        ]
        beyond += not under
        if is_blank(value):
            for i in under:
                placed[i] = placed[i] or value
        elif len(under) == 1 and (placed[under[0]] is None or is_blank(placed[under[0]])):  # type: ignore[arg-type]
            placed[under[0]] = value
        else:
            return failure
    # A column without any cell means that the row has lost one: those before it may stand one too far left.
    if None in placed:
        return failure
    # One blank cell beyond the last column: a cell too many in the row moves blanks and figures alike.
    blank = any(cell is not None and is_blank(cell) for cell in placed)
    return Placement(tuple(placed), unsure=beyond == 1 and blank)


def _by_gaps(values: Sequence[Cell], width: int) -> Placement:
    """One cell a line: a longer run of empty lines than between other cells stands for blank cells."""
    failure = Placement(failure=_count(values, values, width))
    usual = min((cell.gap for cell in values), default=0)
    if usual < 1 or len(values) >= width:
        return failure
    cells: list[Cell | None] = []
    for value in values:
        missing, rest = divmod(value.gap - usual, usual + 1)
        if rest:
            return failure
        cells += [None] * missing
        cells.append(value)
    return Placement(tuple(cells), unsure=True) if len(cells) == width else failure


def _from_start(values: Sequence[Cell], width: int, start: int) -> tuple[Cell, ...] | None:
    inside = {cell.column - start: cell for cell in values}
    # A row that ends before the last column may have lost cells anywhere, or be cut.
    if any(i not in inside for i in range(width)) or any(
        not is_blank(cell) and not 0 <= at < width for at, cell in inside.items()
    ):
        return None
    return tuple(inside[i] for i in range(width))
