"""Tables that are alike but for their figures: laid out once, filled for every further report.

Nearly all reports print the official form, and all agencies of a portal in the same markup. A layout stands for a
table without its figures; whoever reads rows may keep in ``notes`` what follows from the layout alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from transforms.documents.model import Cell, Row

# A laid out table takes some 60 kB; one far larger than any form is none that comes again.
_MOST_LAYOUTS = 300
_MOST_ROWS = 200


class Layout:
    """Rows of a table in which every figure is left out; ``spots`` are (place in the row, number of the figure)."""

    def __init__(self, rows: Sequence[Row], spots: Sequence[Sequence[tuple[int, int]]]) -> None:
        self.rows = tuple(rows)
        self.spots = tuple(tuple(row) for row in spots)
        self.notes: dict[Any, Any] = {}

    def filled(self, figures: Sequence[str]) -> list[Row]:
        """The rows with these figures, in the order of the document."""
        rows = []
        for row, spots in zip(self.rows, self.spots, strict=True):
            if spots:
                cells = list(row.cells)
                for place, number in spots:
                    # As Cell(...), but without looking for defaults: a report has 200 of them.
                    cells[place] = tuple.__new__(Cell, (figures[number], *cells[place][1:]))
                row = Row(tuple(cells), row.mode, row.table)
            rows.append(row)
        return rows


class Layouts:
    """The layouts that were seen, by everything of a table that is not a figure."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Layout] = {}

    def get(self, key: tuple[Any, ...]) -> Layout | None:
        return self._known.get(key)

    def forget(self) -> None:
        self._known.clear()

    def put(self, key: tuple[Any, ...], layout: Layout) -> Layout:
        """Remember a layout, unless it is too large to be a form's; returns it."""
        if len(layout.rows) > _MOST_ROWS:
            return layout
        if len(self._known) >= _MOST_LAYOUTS:
            self.forget()
        self._known[key] = layout
        return layout
