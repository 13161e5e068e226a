"""Compare what the reader gives with what a document says: right, wrong, missed, and wrong without a sign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from transforms.reading import Reading, read_document
from transforms.reading.result import Check


@dataclass
class Score:
    """``unnamed``: wrong figures that no warning and no failed check names; ``noise``: right ones that one names."""

    counts: Counter[str] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)

    def add(self, kind: str, detail: str = "") -> None:
        self.counts[kind] += 1
        if detail:
            self.details.append(f"{kind}: {detail}")


def flat_cells(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """CELL by PATH of a DOCUMENT of the contract."""
    cells = {f"{table}.{key}": cell for table in ("disclosure", "legacy") for key, cell in document[table].items()}
    for table in ("application", "litigation"):
        for row, columns in document[table].items():
            cells |= {f"{table}.{row}.{column}": cell for column, cell in columns.items()}
    return cells


def named_cells(document: dict[str, Any]) -> set[str]:
    """Cells that a warning or a failed check puts in doubt."""
    named = {cell for warning in document["warnings"] for cell in warning["cells"]}
    return named | {cell for check in document["checks"] if check["status"] == "fail" for cell in check["cells"]}


@dataclass(frozen=True)
class Seen:
    """What the reader made of a document, easily asked for by PATH."""

    reading: Reading
    document: dict[str, Any]
    cells: dict[str, dict[str, Any]]
    named: set[str]

    def values(self, *paths: str) -> list[float | None]:
        return [self.cells[path]["value"] for path in paths]

    def states(self, *paths: str) -> list[str]:
        return [self.cells[path]["state"] for path in paths]

    def row(self, path: str) -> list[float | None]:
        """Values of ``application.granted`` or ``litigation.review`` in the order of the form."""
        return [cell["value"] for key, cell in self.cells.items() if key.startswith(path + ".")]

    def check(self, rule: str, subject: str) -> Check:
        return next(c for c in self.reading.checks if (c.rule, c.subject) == (rule, subject))

    @property
    def codes(self) -> set[str]:
        return {warning.code for warning in self.reading.warnings}


def see(data: bytes | str) -> Seen:
    reading = read_document(data.encode() if isinstance(data, str) else data)
    document = reading.as_json("document")
    return Seen(reading, document, flat_cells(document), named_cells(document))


def assert_reads(
    data: bytes | str,
    printed: Mapping[str, str | float],
    states: Mapping[str, str] | None = None,
    doubted: Iterable[str] = (),
) -> Seen:
    """Every printed cell is read as printed, but those of ``states``, which have that state and no value.

    Exactly the cells ``doubted`` are named by a warning or a failed check.
    """
    seen = see(data)
    states = states or {}
    problems = []
    for path, text in printed.items():
        cell = seen.cells.get(path, {"value": None, "state": "no such key"})
        if path in states:
            if cell["value"] is not None or cell["state"] != states[path]:
                problems.append(f"{path} should be {states[path]}: {cell}")
        elif cell["value"] is None or abs(cell["value"] - float(text)) > 1e-9:
            problems.append(f"{path} should be {text}: {cell}")
    doubted = set(doubted)
    problems += [f"{path} is named without reason" for path in sorted(seen.named - doubted)]
    problems += [f"{path} is not named" for path in sorted(doubted - seen.named)]
    assert seen.reading.outcome == "parsed", seen.reading.reason
    assert not problems, "\n".join([*problems[:12], *map(str, seen.reading.warnings[:6])])
    return seen


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def score_figures(data: bytes, printed: dict[str, str]) -> tuple[Reading, Score]:
    """Score a document against the text printed in each of its cells; a cell without a number has no figure."""
    reading = read_document(data)
    document = reading.as_json("document")
    cells, named = flat_cells(document), named_cells(document)
    score = Score()
    for path, text in printed.items():
        expected = number(text)
        got = cells.get(path, {}).get("value")
        if got is None:
            if expected is not None:
                score.add("missed", f"{path}: {text} {cells.get(path)}")
        elif expected is not None and abs(got - expected) < 1e-9:
            score.add("right")
            if path in named:
                score.add("noise", path)
        else:
            score.add("wrong", f"{path}: {text!r} read as {cells[path]}")
            if path not in named:
                score.add("unnamed", f"{path}: {text!r} read as {cells[path]}")
    return reading, score
