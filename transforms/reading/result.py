"""What reading a document gives: cells, doubts and checks, and their JSON as the contract prescribes."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

# (table, row, column); column is "value" in tables of one value a row.
CellPath = tuple[str, str, str]

VALUE = "value"
# What the lake and the warehouse can hold, DECIMAL(18,4): a figure beyond it is not read, a finer one is named.
SCALE = Decimal("0.0001")
LARGEST = Decimal(10) ** 14


class CellReading(NamedTuple):
    """One cell: ``value`` is the printed quantity in the key's unit, None unless state is number or zero."""

    value: Decimal | None
    state: str
    raw: str
    locator: str | None

    def as_json(self) -> dict[str, Any]:
        return {
            "value": json_number(self.value),
            "state": self.state,
            "raw": self.raw,
            "locator": self.locator,
        }


MISSING = CellReading(None, "missing", "", None)


@dataclass(frozen=True)
class Doubt:
    """A warning: ``cells`` are all cells in doubt, empty when it concerns the whole document."""

    code: str
    message: str
    cells: tuple[CellPath, ...] = ()
    locator: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "cells": [path_text(path) for path in self.cells],
            "locator": self.locator,
        }


class Check(NamedTuple):
    """One arithmetic rule applied to one row, column or block (``subject``)."""

    rule: str
    subject: str
    left: Decimal | None
    right: Decimal | None
    status: str
    severity: str
    inferred: bool
    cells: tuple[CellPath, ...]
    message: str

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "left": json_number(self.left),
            "right": json_number(self.right),
            "status": self.status,
            "severity": self.severity,
            "inferred": self.inferred,
            "cells": [path_text(path) for path in self.cells],
            "message": self.message,
        }


class NarrativeFact(NamedTuple):
    """A figure told in a sentence: ``key`` is a PATH of the contract, or several joined by `` + `` whose sum is told.

    ``place`` is the size of the last printed place where the number is rounded (1.2万: 1000), zero where it is exact.
    ``statement`` is the part of the ``sentence`` that tells it, both as printed.
    """

    key: str
    value: Decimal
    place: Decimal
    unit: str
    section: str
    statement: str
    sentence: str


@dataclass(frozen=True)
class Reading:
    """A document as the normalizer reads it; ``cells`` holds every key of the form, in the form's order.

    ``lacks_program``: it is unreadable only because a program that its kind needs is not installed here. ``issuer``
    and ``codes``: the body that the document's metadata name, and the credit and organisation codes that they print.
    """

    sha256: str
    media_type: str
    outcome: str
    reason: str | None = None
    form: str | None = None
    title: str | None = None
    agency_name: str | None = None
    agency_type: str | None = None
    scope: str = "unknown"
    report_year: int | None = None
    edition: str | None = None
    published_on: str | None = None
    cells: dict[CellPath, CellReading] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    warnings: tuple[Doubt, ...] = ()
    facts: tuple[NarrativeFact, ...] = ()
    lacks_program: bool = False
    issuer: str | None = None
    codes: tuple[str, ...] = ()

    def as_json(self, path: str) -> dict[str, Any]:
        """The DOCUMENT object of the contract, section 2."""
        nested: dict[str, dict[str, Any]] = {"application": {}, "litigation": {}}
        flat: dict[str, dict[str, Any]] = {"disclosure": {}, "legacy": {}}
        for (table, row, column), cell in self.cells.items():
            if table in flat:
                flat[table][row] = cell.as_json()
            else:
                nested[table].setdefault(row, {})[column] = cell.as_json()
        return {
            "path": path,
            "sha256": self.sha256,
            "media_type": self.media_type,
            "outcome": self.outcome,
            "reason": self.reason,
            "form": self.form,
            "title": self.title,
            "agency_name": self.agency_name,
            "agency_type": self.agency_type,
            "scope": self.scope,
            "report_year": self.report_year,
            "disclosure": flat["disclosure"],
            "application": nested["application"],
            "litigation": nested["litigation"],
            "legacy": flat["legacy"],
            "sections": self.sections,
            "checks": [check.as_json() for check in self.checks],
            "warnings": [warning.as_json() for warning in self.warnings],
        }


def path_text(path: CellPath) -> str:
    """PATH of the contract: ``application.granted.total``, ``disclosure.rules_made``."""
    table, row, column = path
    return f"{table}.{row}" if column == VALUE else f"{table}.{row}.{column}"


def json_number(value: Decimal | None) -> int | float | None:
    """A Decimal as a JSON number: an integer where it is one."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
