"""Damage done to laid-out tables and to bytes, with what a careful reader may still make of each cell."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.generator.compose import Report
from tests.generator.model import FIGURE, FILLER, HEADER, LABEL, Cell, Row, Table

# Where cells stand: (block, row, cell).
Spot = tuple[int, int, int]
Rows = dict[int, list[list[Cell]]]


@dataclass(frozen=True)
class Mutant:
    """A report with damage. ``allowed``: the values that each cell of its form may be read as, besides none."""

    report: Report
    name: str
    allowed: Mapping[str, frozenset[Decimal]]


def mutated(report: Report, rng: random.Random) -> Mutant:
    """One to three mutations of the tables of a report."""
    blocks = list(report.blocks)
    rows: Rows = {at: [list(row) for row in block.rows] for at, block in enumerate(blocks) if isinstance(block, Table)}
    allowed = Allowed(
        {path: {truth.value} if truth.value is not None else set() for path, truth in report.truth.items()}
    )
    names = rng.sample(list(MUTATIONS), rng.choice([1, 1, 1, 2, 3]))
    for name in names:
        MUTATIONS[name](rows, allowed, rng)
    for at, changed in rows.items():
        block = blocks[at]
        assert isinstance(block, Table)
        kept: tuple[Row, ...] = tuple(tuple(row) for row in changed if row)
        blocks[at] = Table(kept or ((Cell(""),),), min(block.header_rows, len(kept)))
    settled = {path: frozenset(values) for path, values in allowed.values.items()}
    return Mutant(replace(report, blocks=tuple(blocks)), " + ".join(names), settled)


@dataclass
class Allowed:
    """Values by PATH. What is printed twice or under another label, ``open``, keeps all that it may be read as."""

    values: dict[str, set[Decimal]]
    open: set[str] = field(default_factory=set)

    def settle(self, path: str, values: set[Decimal]) -> None:
        """From now on a cell says this."""
        self.values[path] = self.values[path] | values if path in self.open else values


Mutation = Callable[[Rows, Allowed, random.Random], None]


def _spots(rows: Rows, *roles: str) -> list[Spot]:
    return [
        (block, at, place)
        for block, lines in rows.items()
        for at, row in enumerate(lines)
        for place, cell in enumerate(row)
        if cell.role in roles
    ]


def _pick(rows: Rows, rng: random.Random, *roles: str) -> tuple[list[Cell], int] | None:
    """A row and the place of one of its cells, drawn from those with such a role."""
    spots = _spots(rows, *roles)
    if not spots:
        return None
    block, at, place = rng.choice(spots)
    return rows[block][at], place


def _change_digit(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    """The figure printed is another one: that is then what the document says."""
    found = _pick(rows, rng, FIGURE)
    if found is None:
        return
    row, place = found
    cell = row[place]
    digits = [at for at, sign in enumerate(cell.text) if sign in "0123456789"]
    if not digits or cell.path is None or not allowed.values[cell.path]:
        return
    at = rng.choice(digits)
    digit = rng.choice([d for d in "123456789" if d != cell.text[at]])
    row[place] = cell._replace(text=cell.text[:at] + digit + cell.text[at + 1 :])
    # Exact where the figure is written plainly; otherwise what it says is worked out by the same rule.
    old, new = Decimal(cell.text[at]), Decimal(digit)
    if len(allowed.values[cell.path]) > 1:
        return
    (value,) = allowed.values[cell.path]
    tail = sum(sign in "0123456789" for sign in cell.text[at + 1 :].split(".")[0])
    decimals = cell.text[:at].partition(".")[2]
    weight = Decimal(10) ** (-len(decimals) - 1) if "." in cell.text[:at] else Decimal(10) ** tail
    unit = Decimal(1)
    if cell.path.endswith("_yuan") and "万" in cell.text:
        unit = Decimal(10_000)
    if cell.path.endswith("_wanyuan") and cell.text.rstrip().endswith("元") and "万" not in cell.text:
        unit = Decimal("0.0001")
    step = (new - old) * weight * unit
    negative = any(sign in cell.text for sign in "-−－减")
    allowed.settle(cell.path, {value - step if negative else value + step})


def _blank_figure(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    found = _pick(rows, rng, FIGURE)
    if found:
        row, place = found
        path = row[place].path
        row[place] = row[place]._replace(text=rng.choice(["", " ", "\u00a0"]))
        if path:
            allowed.settle(path, set())


def _swap_figures(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    """Two figures of one row change places: each is then what stands in its column."""
    found = _pick(rows, rng, FIGURE)
    if found is None:
        return
    row, place = found
    other = rng.choice([at for at, cell in enumerate(row) if cell.role == FIGURE])
    one, two = row[place], row[other]
    if one.path and two.path:
        row[place], row[other] = one._replace(text=two.text), two._replace(text=one.text)
        first, second = allowed.values[one.path], allowed.values[two.path]
        allowed.settle(one.path, second)
        allowed.settle(two.path, first)


def _delete_cell(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    found = _pick(rows, rng, FIGURE, LABEL, FILLER)
    if found:
        row, place = found
        del row[place]


def _double_cell(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    found = _pick(rows, rng, FIGURE, LABEL)
    if found:
        row, place = found
        row.insert(place, row[place])


def _empty_cell(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    """An empty cell where none should be."""
    found = _pick(rows, rng, FIGURE, LABEL)
    if found:
        row, place = found
        row.insert(place, Cell("", role=FILLER))


def _stray_figure(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    found = _pick(rows, rng, FIGURE)
    if found:
        row, place = found
        row.insert(place, Cell(str(rng.randint(0, 99))))


def _delete_row(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    """A row is gone; its figures are nowhere."""
    block, at, _ = rng.choice(_spots(rows, FIGURE))
    for cell in rows[block][at]:
        if cell.path:
            allowed.settle(cell.path, set())
    del rows[block][at]


def _double_row(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    block, at, _ = rng.choice(_spots(rows, FIGURE, HEADER))
    rows[block].insert(at, list(rows[block][at]))
    allowed.open |= {cell.path for cell in rows[block][at] if cell.path}


def _swap_rows(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    """Two neighbouring rows change places with all their cells; what reaches over several rows then misleads."""
    spots = [(block, at) for block, at, _ in _spots(rows, FIGURE) if at + 1 < len(rows[block])]
    if spots:
        block, at = rng.choice(spots)
        lines = rows[block]
        lines[at], lines[at + 1] = lines[at + 1], lines[at]


def _blank_label(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    found = _pick(rows, rng, LABEL, HEADER)
    if found:
        row, place = found
        row[place] = row[place]._replace(text="")


def _cut_label(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    found = _pick(rows, rng, LABEL, HEADER)
    if found:
        row, place = found
        text = row[place].text
        at = rng.randrange(len(text) + 1)
        row[place] = row[place]._replace(text=rng.choice([text[:at], text[at:]]))


def _swap_labels(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    """Labels of neighbouring rows change places: the figures are those of either row."""
    spots = [(block, at) for block, at, _ in _spots(rows, FIGURE) if at + 1 < len(rows[block])]
    if not spots:
        return
    block, at = rng.choice(spots)
    above, below = rows[block][at], rows[block][at + 1]
    places = [next((p for p, c in reversed(list(enumerate(row))) if c.role == LABEL), None) for row in (above, below)]
    if places[0] is None or places[1] is None:
        return
    one, two = above[places[0]], below[places[1]]
    above[places[0]], below[places[1]] = one._replace(text=two.text), two._replace(text=one.text)
    for first, second in _same_columns(above, below):
        if first and second:
            both = allowed.values[first] | allowed.values[second]
            allowed.values[first], allowed.values[second] = both, set(both)
            allowed.open |= {first, second}


def _same_columns(above: list[Cell], below: list[Cell]) -> list[tuple[str | None, str | None]]:
    """Paths of two rows' figures in pairs: by their places, or by applicant where one row has lost or got a cell."""
    one, two = ([cell.path for cell in row if cell.role == FIGURE] for row in (above, below))
    if len(one) == len(two):
        return list(zip(one, two, strict=True))
    columns = {path.rpartition(".")[2]: path for path in two if path}
    return [(path, columns.get(path.rpartition(".")[2]) if path else None) for path in one]


def _merge_cells(rows: Rows, allowed: Allowed, rng: random.Random) -> None:
    """Two neighbours in one cell, as text recognition leaves them."""
    spots = [(b, at, p) for b, at, p in _spots(rows, FIGURE) if p + 1 < len(rows[b][at])]
    if spots:
        block, at, place = rng.choice(spots)
        row = rows[block][at]
        one, two = row[place], row[place + 1]
        text = one.text + rng.choice(["", " ", "\n"]) + two.text
        if one.path and two.path and text.strip().isascii():
            # What is printed is one figure: that of either cell where the other is blank, or both run together.
            own = {Decimal(text)} if re.fullmatch(r"[+-]?\d+", text.strip()) else set[Decimal]()
            allowed.values[one.path] |= allowed.values[two.path] | own
        row[place : place + 2] = [row[place]._replace(text=text, colspan=row[place].colspan + row[place + 1].colspan)]


MUTATIONS: dict[str, Mutation] = {
    "change digit": _change_digit,
    "blank figure": _blank_figure,
    "swap figures": _swap_figures,
    "delete cell": _delete_cell,
    "double cell": _double_cell,
    "empty cell": _empty_cell,
    "stray figure": _stray_figure,
    "delete row": _delete_row,
    "double row": _double_row,
    "swap rows": _swap_rows,
    "blank label": _blank_label,
    "cut label": _cut_label,
    "swap labels": _swap_labels,
    "merge cells": _merge_cells,
}


def damaged_bytes(data: bytes, rng: random.Random) -> bytes:
    """One to twenty bytes changed, removed, doubled or moved, or the end cut off."""
    changed = bytearray(data)
    if rng.random() < 0.15:
        return data[: rng.randrange(len(data))]
    for _ in range(rng.randint(1, 20)):
        at, length = rng.randrange(len(changed)), rng.choice([1, 1, 1, 4, 40])
        kind = rng.choice(["flip", "set", "remove", "double", "swap"])
        piece = bytes(changed[at : at + length])
        if kind == "flip":
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == "set":
            changed[at] = rng.randrange(256)
        elif kind == "remove" and len(changed) > 2 * length:
            del changed[at : at + length]
        elif kind == "double":
            changed[at:at] = piece
        elif kind == "swap":
            other = rng.randrange(len(changed))
            changed[at : at + length], changed[other : other + length] = changed[other : other + length], piece
    return bytes(changed)
