"""Compare what the reader gives with what a document says: right, wrong, missed, and wrong without a sign."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from transforms.reading import Reading, read_document


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
