"""The cells and doubts collected while a document is read, and how one printed cell becomes a reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from transforms.documents.model import Cell
from transforms.reading.printed import as_change, count_factor, money_factor, read_printed, units_in_header
from transforms.reading.result import LARGEST, SCALE, CellPath, CellReading, Doubt

_FIGURES = ("number", "zero")
# Unit that the key of a money column is kept in.
_KEY_UNIT = {"wanyuan": "万元", "amount_yuan": "元"}


class CellRead(NamedTuple):
    """One call of ``Sheet.read``: which printed cell was read into which path, and what is known of its column."""

    path: CellPath
    cell: Cell | None
    column: str
    header_text: str
    place: str


@dataclass
class Sheet:
    """What was read so far; a key that is printed twice keeps its figure only when both agree.

    ``log`` has the cells that were read, in order. ``by_layout`` stays true as long as what stands where was decided by
    labels and grid alone, so that other figures in the same layout would be read into the same paths.
    """

    cells: dict[CellPath, CellReading] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    log: list[CellRead] = field(default_factory=list)
    by_layout: bool = True

    def doubt(self, code: str, message: str, cells: Iterable[CellPath] = (), locator: str | None = None) -> None:
        self.by_layout = False
        self._note(code, message, cells, locator)

    def _note(self, code: str, message: str, cells: Iterable[CellPath], locator: str | None) -> None:
        """A doubt about one cell's own text, which says nothing about where it stands."""
        self.doubts.append(Doubt(code, message, tuple(cells), locator))

    def put(self, path: CellPath, reading: CellReading) -> None:
        known = self.cells.setdefault(path, reading)
        if known is reading:
            return
        if _rank(known) < _rank(reading):
            self.cells[path] = reading
        if {_rank(known), _rank(reading)} == {2, 3}:
            # The figure may be of an annex, of another year or of another body.
            figure, other = (known, reading) if _rank(known) == 3 else (reading, known)
            what = f"as {other.raw}" if other.raw.strip() else "blank"
            message = f"The cell stands twice, once {what} and once as {figure.raw}."
            self.doubt("printed_twice", message, [path], reading.locator)
        if _rank(known) == _rank(reading) == 3 and known.value != reading.value:
            self.cells[path] = CellReading(
                None, "unreadable", f"{known.raw} | {reading.raw}", f"{known.locator}; {reading.locator}"
            )
            self.doubt(
                "printed_twice",
                f"The figure stands twice, as {known.raw} and as {reading.raw}.",
                [path],
                reading.locator,
            )

    def unreadable(self, code: str, message: str, paths: Iterable[CellPath], raw: str, locator: str | None) -> None:
        """Cells that were printed but cannot be told apart; nothing is written over a figure, but that is in doubt."""
        paths = list(paths)
        lost = [path for path in paths if _rank(self.cells.get(path)) < 2]
        for number, path in enumerate(lost, start=1):
            self.cells[path] = CellReading(None, "unreadable", raw, f"{locator}, column {number}")
        if named := [path for path in paths if path in lost or _rank(self.cells.get(path)) == 3]:
            self.doubt(code, message, named, locator)

    def read(self, path: CellPath, cell: Cell | None, column: str, header_text: str, place: str) -> None:
        """Read one printed cell into ``path``; ``column`` is the key of its column, ``place`` locates a blank."""
        self.log.append(CellRead(path, cell, column, header_text, place))
        self.fill(path, cell, column, header_text, place)

    def fill(self, path: CellPath, cell: Cell | None, column: str, header_text: str, place: str) -> None:
        """As ``read``, without a line in the log."""
        if cell is None:
            self.put(path, CellReading(None, "blank", "", place))
            return
        printed = read_printed(cell.text)
        if (
            printed.plain
            and not cell.doubt
            and column not in _KEY_UNIT
            and not (header_text and count_factor(header_text))
        ):
            # Nearly every cell: whole digits, nothing to interpret.
            self.put(path, CellReading(printed.value, printed.state, cell.text, cell.locator))
            return
        if cell.doubt:
            self._note("text_unsure", f"{cell.text!r}: {cell.doubt}.", [path], cell.locator)
        if column == "items_change":
            printed = as_change(printed)
        value, state, locator = printed.value, printed.state, cell.locator
        if state == "text" or (printed.unit == "change" and column != "items_change"):
            self.put(path, CellReading(None, "text", cell.text, locator))
            self._note("not_a_figure", f"The cell says {cell.text!r}, no single figure.", [path], locator)
            return
        if value is not None:
            value = self._in_key_unit(path, cell, column, header_text, value, printed.unit)
            if abs(value) >= LARGEST:
                self.unreadable("too_large", f"No figure is as large as {cell.text!r}.", [path], cell.text, locator)
                return
            if value % SCALE:
                self._note("more_decimals", f"{value:f} has more than the four decimals kept.", [path], locator)
            if printed.note:
                self._note("interpreted", f"{cell.text!r} {printed.note}; read as {value}.", [path], locator)
            elif _is_count(path, column) and (value < 0 or value != value.to_integral_value()):
                self._note("odd_count", f"A count of {value} is printed.", [path], locator)
            state = "number" if value else "zero"
        self.put(path, CellReading(value, state, cell.text, locator))

    def _in_key_unit(
        self, path: CellPath, cell: Cell, column: str, header_text: str, value: Decimal, unit: str | None
    ) -> Decimal:
        key_unit = _KEY_UNIT.get(column)
        if key_unit is None:
            if unit == "万":
                value *= 10_000
            elif scale := count_factor(header_text):
                value *= scale[1]
                message = f"{cell.text!r} in {scale[0]} is {value:f}."
                self._note("unit_converted", message, [path], cell.locator)
            if unit and unit != "change":
                self._note("unit_in_cell", f"The cell says {cell.text!r}; read as {value}.", [path], cell.locator)
            return value
        in_header = units_in_header(header_text)
        named = unit if money_factor(unit) else ("万元" if unit == "万" else next(iter(in_header), None))
        factor = money_factor(named)
        if factor is None:
            if value:
                self._note(
                    "money_without_unit",
                    f"{cell.text!r} is printed without a unit; taken as {key_unit}.",
                    [path],
                    cell.locator,
                )
            return value
        if value and named != unit and len(in_header) > 1:
            message = f"{cell.text!r} stands under {' and '.join(in_header)}; taken as {named}."
            self._note("units_differ", message, [path], cell.locator)
        key_factor = money_factor(key_unit) or Decimal(1)
        converted = (value * factor / key_factor).normalize()
        if unit or named != key_unit:
            self._note(
                "unit_converted",
                f"{cell.text!r} in {named} is {converted:f} {key_unit}.",
                [path],
                cell.locator,
            )
        return converted


def _is_count(path: CellPath, column: str) -> bool:
    """A cell of table two or of the statistics form that counts; those of the other tables have rule T3-NEG."""
    return path[0] in ("disclosure", "legacy") and column != "items_change" and column not in _KEY_UNIT


def _rank(reading: CellReading | None) -> int:
    """How much a reading says: a figure 3, a visible blank or dash 2, something unreadable 1, nothing 0."""
    if reading is None or reading.locator is None:
        return 0
    if reading.state in _FIGURES:
        return 3
    return 1 if reading.state in ("unreadable", "text") else 2
