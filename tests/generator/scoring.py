"""Score what was read against the truth, cell by cell: right, missed, wrong with a sign, wrong without one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.generator.compose import Report
from tests.generator.writing import MAY, MUST, NEVER, Truth

# Kinds of finding, the worst first. The first two must never happen.
UNNAMED = "wrong unnamed"
UNFLAGGED = "unflagged"
NAMED = "wrong but named"
MISSED = "missed"
OTHER_STATE = "other state"
NOISE = "noise"
RIGHT = "right"
IDENTITY = "identity"


@dataclass(frozen=True)
class Finding:
    """One cell that is not as it should be, or one right cell under a warning."""

    kind: str
    cell: str
    expected: str
    read: str


@dataclass
class Score:
    """``counts`` of cells by kind of finding; ``expected`` is how many cells have a truth."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    cells: int = 0
    documents: int = 0

    def add(self, other: Score) -> None:
        self.counts += other.counts
        self.findings += other.findings
        self.cells += other.cells
        self.documents += other.documents

    @property
    def right(self) -> int:
        return self.cells - sum(self.counts[kind] for kind in (UNNAMED, NAMED, MISSED, OTHER_STATE))

    @property
    def share_right(self) -> float:
        return self.right / self.cells if self.cells else 1.0

    @property
    def worst(self) -> int:
        """Cells that are wrong without a sign, or whose contradiction no check names."""
        return self.counts[UNNAMED] + self.counts[UNFLAGGED]


def read_cells(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """CELL by PATH of a DOCUMENT of the contract."""
    cells = {f"disclosure.{key}": cell for key, cell in document["disclosure"].items()}
    for table in ("application", "litigation"):
        for row, columns in document[table].items():
            cells |= {f"{table}.{row}.{column}": cell for column, cell in columns.items()}
    return cells


def doubted_cells(document: dict[str, Any]) -> set[str]:
    """Cells that a warning or a failed check lists."""
    cells = {cell for warning in document["warnings"] for cell in warning["cells"]}
    return cells | {cell for check in document["checks"] if check["status"] == "fail" for cell in check["cells"]}


def score(report: Report, document: dict[str, Any]) -> Score:
    """The score of one DOCUMENT; cells that it has beyond the form of the report are invented if they have values."""
    result = Score(documents=1)
    cells, doubted = read_cells(document), doubted_cells(document)
    beyond = {path: Truth(None, ()) for path, cell in cells.items() if path not in report.truth and cell["value"]}
    for path, truth in (*report.truth.items(), *beyond.items()):
        result.cells += 1
        cell = cells.get(path, {"value": None, "state": "no such key", "raw": ""})
        for kind in _judge(truth, cell, path in doubted, report.layout.rare):
            result.counts[kind] += 1
            result.findings.append(
                Finding(kind, path, _said(truth), f"{cell['value']} {cell['state']} {cell['raw']!r}")
            )
    values = {path: cell["value"] for path, cell in cells.items()}
    for rule in report.contradictions:
        # Where an operand was not read, the rule cannot be assessed; that operand counts as missed already.
        if all(values.get(path) is not None for path in rule.cells):
            for path in sorted({*rule.cells} - doubted):
                result.counts[UNFLAGGED] += 1
                result.findings.append(
                    Finding(UNFLAGGED, path, f"named: {rule.name} does not close", str(values[path]))
                )
    result.findings += _identity(report, document)
    result.counts[IDENTITY] = sum(finding.kind == IDENTITY for finding in result.findings)
    return result


def _judge(truth: Truth, cell: dict[str, Any], doubted: bool, rare: bool) -> Iterator[str]:
    value = None if cell["value"] is None else Decimal(str(cell["value"]))
    if value is not None and value != truth.value:
        yield NAMED if doubted else UNNAMED
    elif value is None and truth.value is not None:
        yield MISSED
    elif value is None and cell["state"] not in truth.states:
        yield OTHER_STATE
    elif doubted and truth.naming == NEVER and not rare:
        yield NOISE
    if truth.naming == MUST and not doubted and value is not None:
        yield UNFLAGGED


def _said(truth: Truth) -> str:
    sign = {MUST: ", to be named", MAY: ", may be named", NEVER: ""}[truth.naming]
    return (f"{truth.value:f}" if truth.value is not None else " or ".join(truth.states) or "nothing") + sign


def _identity(report: Report, document: dict[str, Any]) -> Iterator[Finding]:
    """Form, year and agency, where the document shows them plainly."""
    figures, layout = report.figures, report.layout
    expected = {"outcome": "parsed", "form": figures.form.name, "report_year": figures.year}
    if layout.title != "no agency" and layout.script == "simplified":
        expected["agency_name"] = figures.name
    for key, value in expected.items():
        if document[key] != value:
            yield Finding(IDENTITY, key, str(value), str(document[key]))
