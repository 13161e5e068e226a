"""Effective values: what analysis may use where nothing is printed, only as far as closing sums prove it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from transforms.forms import Form
from transforms.reading.result import CellPath, CellReading, Check

_EMPTY = ("blank", "dash")
Effective = dict[CellPath, tuple[Decimal | None, str | None]]


def effective_values(cells: Mapping[CellPath, CellReading], checks: Sequence[Check], form: Form) -> Effective:
    """Effective value and method of every cell (contract, section 5; domain specification, section 4.3).

    A blank or dash of tables three and four is zero only if a sum it stands in closes without it and no sum with
    it fails; a blank total is the sum of its parts when all of them are effective. Everything else that is not
    printed stays empty: table two has no sums, so its blanks say nothing.
    """
    values: Effective = {
        path: (cell.value, "printed") if cell.value is not None else (None, None) for path, cell in cells.items()
    }
    failed = {path for c in checks if c.status == "fail" and c.severity == "error" for path in c.cells}
    open_cells = {
        path for path, cell in cells.items() if path[0] in ("application", "litigation") and cell.state in _EMPTY
    } - failed
    sums = [*_sums(cells, form)]
    changed = bool(open_cells)
    while changed:
        changed = False
        for parts, total in sums:
            changed |= _close(parts, total, values, open_cells)
    # What rested on a value that is taken back is taken back as well.
    while _withdraw(sums, values):
        pass
    return values


def _sums(cells: Mapping[CellPath, CellReading], form: Form) -> list[tuple[list[CellPath], CellPath]]:
    """(parts, total) of every row, column and channel of which no operand is lost."""
    outcomes = [row.key for row in form.outcomes]
    sums = [
        (
            [("application", row, a.key) for a in form.applicants if a.key != "total"],
            ("application", row, "total"),
        )
        for row in outcomes
    ]
    sums += [
        (
            [("application", row, a.key) for row in form.outcome_leaves],
            ("application", "outcome_total", a.key),
        )
        for a in form.applicants
    ]
    sums += [
        (
            [("litigation", c.key, r.key) for r in form.results if r.key != "total"],
            ("litigation", c.key, "total"),
        )
        for c in form.channels
    ]
    readable = ("number", "zero", *_EMPTY)
    return [
        (parts, total)
        for parts, total in sums
        if all(path in cells and cells[path].state in readable for path in (*parts, total))
    ]


def _withdraw(sums: list[tuple[list[CellPath], CellPath]], values: Effective) -> bool:
    """Take back inferred values of sums that do not close, and those that no closing sum holds; whether any was."""
    held: set[CellPath] = set()
    contradicted: set[CellPath] = set()
    for parts, total in sums:
        operands = [values[path][0] for path in (*parts, total)]
        known = [value for value in operands if value is not None]
        if len(known) == len(operands):
            closes = sum(known[:-1], Decimal(0)) == known[-1]
            (held if closes else contradicted).update((*parts, total))
    inferred = {path for path, (_, method) in values.items() if method not in ("printed", None)}
    taken_back = inferred & contradicted or inferred - held
    for path in taken_back:
        values[path] = (None, None)
    return bool(taken_back)


def _close(parts: list[CellPath], total: CellPath, values: Effective, open_cells: set[CellPath]) -> bool:
    known = sum((value for path in parts if (value := values[path][0]) is not None), Decimal(0))
    empty = [path for path in parts if values[path][0] is None]
    total_value = values[total][0]
    if total_value is not None and empty and known == total_value and all(path in open_cells for path in empty):
        for path in empty:
            values[path] = (Decimal(0), "zero_if_sum_closes")
        return True
    if total_value is None and not empty and total in open_cells:
        values[total] = (known, "derived_total")
        return True
    return False
