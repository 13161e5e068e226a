"""What has become of the lines of a text: rows of tables in their place, lines taken into these, lines as they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transforms.documents.model import Cell, Mode, Row
from transforms.documents.pdf.lines import TextLine
from transforms.documents.pdf.unruled.words import Split


class Sheet:
    """Lines in reading order; a row stands where its first line stood, lines that were taken into rows are left out."""

    def __init__(self, split: Sequence[Split]) -> None:
        self.split = split
        self._rows: dict[int, list[Row]] = {}
        self._taken: set[int] = set()

    def is_free(self, number: int) -> bool:
        return number not in self._taken

    def take(self, numbers: Iterable[int]) -> None:
        self._taken.update(numbers)

    def put(self, number: int, cells: Iterable[Cell]) -> None:
        """A row in the place of a line."""
        table = -self.split[number].line.page
        self._rows.setdefault(number, []).append(Row(tuple(cells), Mode.GRID, table))
        self._taken.add(number)

    def items(self) -> list[TextLine | Row]:
        found: list[TextLine | Row] = []
        for number, one in enumerate(self.split):
            found += self._rows.get(number, [])
            if number not in self._taken:
                found.append(one.line)
        return found
