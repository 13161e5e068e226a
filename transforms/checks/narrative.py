"""Rule N-TEXT: what the sentences of a report tell against what its tables print (domain specification, section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from transforms.forms import Form
from transforms.reading.result import MISSING, VALUE, CellPath, CellReading, Check, NarrativeFact

# Blank and dash cells count as nothing in a sum (contract, section 2); 无 says the same in a word.
_NOTHING = frozenset({"blank", "dash", "not_applicable"})
_COMPARABLE = _NOTHING | {"number", "zero"}


def n_text(cells: Mapping[CellPath, CellReading], form: Form, facts: Sequence[NarrativeFact]) -> Iterator[Check]:
    """What a sentence tells is what the table prints; the table counts, so a difference is a warning and no error.

    Only the cells that the sentence speaks of are named: which of the two is wrong nobody can tell from here. Where
    a total was left blank, its row is added up. Figures that the tables do not print are not compared.
    """
    for fact in {fact.key: fact for fact in facts}.values():
        paths = tuple(_path(text) for text in fact.key.split(" + "))
        if not all(path in cells for path in paths):
            continue
        printed = [_printed_or_summed(path, cells, form) for path in paths]
        values = [value for value, _ in printed if value is not None]
        if not any(count for _, count in printed) or len(values) < len(printed):
            continue
        table = sum(values, Decimal(0))
        closes = table == fact.value or abs(table - fact.value) < fact.place
        inferred = any(cells[path].value is None for path in paths)
        message = f"the sentence in section {fact.section} ({fact.statement}) = the table"
        status = "pass" if closes else "fail"
        yield Check("N-TEXT", fact.key, fact.value, table, status, "warning", inferred, paths, message)


def _path(text: str) -> CellPath:
    """The cell that a PATH of the contract names; one that no table has for any other key."""
    table, _, place = text.partition(".")
    row, _, column = place.partition(".")
    return (table, row, column or VALUE)


def _printed_or_summed(path: CellPath, cells: Mapping[CellPath, CellReading], form: Form) -> tuple[Decimal | None, int]:
    """Value of a cell, or the sum of what its row prints where it is a blank total; how many figures that rests on."""
    table, row, column = path
    cell = cells[path]
    if cell.value is not None or column != "total" or cell.state not in _NOTHING:
        return cell.value, int(cell.value is not None)
    others = form.applicants if table == "application" else form.results
    parts = [cells.get((table, row, other.key), MISSING) for other in others if other.key != "total"]
    if any(part.state not in _COMPARABLE for part in parts):
        return None, 0
    values = [part.value for part in parts if part.value is not None]
    return sum(values, Decimal(0)), len(values)
