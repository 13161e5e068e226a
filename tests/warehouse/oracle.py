"""The views' figures once more, in plain Python from the lake's Parquet: written apart from the SQL, to compare with.

Nothing here comes from the generators of views. Indicators are evaluated from the formulas that the warehouse itself
shows people (``indicator_definition``); what the formulas call harmonized, and the classes, stand here as the domain
specification has them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from warehouse.connection import open_published

HARMONIZED = {
    "disclosure.rules_newly_made": "rules_made",
    "disclosure.normative_newly_made": "normative_made",
    "application.other_processing.total": "other_total",
    "application.other_no_correction.total": "other_total",
    "application.other_fee_unpaid.total": "other_total",
    "application.other_misc.total": "other_total",
}
CLASS_B = {"rules_made", "normative_made"}
CLASS_C = {
    "rules_in_force",
    "normative_in_force",
    "rules_published_total",
    "normative_published_total",
    "admin_fee_items_prev",
    "admin_fee_items_change",
    "admin_fee_wanyuan",
}
NOTES = {"unit_converted", "unit_in_cell", "labels_detached", "extra_row", "form_of_other_years", "other_report"}
WHOLE = ("aggregate", "own_level")


@dataclass
class Cell:
    value: Decimal | None
    inferred: bool


@dataclass
class Report:
    """A placed report with the cells of its current version; ``doubts``: paths, and * for the whole report."""

    row: dict[str, Any]
    agency: dict[str, Any]
    cells: dict[str, Cell] = field(default_factory=dict)
    doubts: set[str] = field(default_factory=set)
    checks: list[str] = field(default_factory=list)
    n_same: int = 0
    counted: bool = False
    previous: Report | None = None
    text: set[int] | None = None

    @property
    def id(self) -> str:
        return str(self.row["report_id"])

    @property
    def group(self) -> tuple[Any, ...]:
        return self.agency["agency_id"], self.row["report_year"], self.row["scope"]

    def operands(self, formula: str) -> list[tuple[int, list[str]]]:
        """Signed terms of a formula, each as the paths of this report that it stands for."""
        terms, sign = [], 1
        for token in formula.split():
            if token in ("+", "-"):
                sign = 1 if token == "+" else -1
                continue
            kind, _, key = token.partition(".")
            paths = [path for path in self.cells if series_key(path) == key] if kind == "harmonized" else [token]
            terms.append((sign, paths))
            sign = 1
        return terms

    def evaluate(self, formula: str | None) -> Decimal | None:
        if formula is None:
            return None
        total = Decimal(0)
        for sign, paths in self.operands(formula):
            values = [self.figure(path) for path in paths]
            if not values:
                return None
            for value in values:
                if value is None:
                    return None
                total += sign * value
        return total

    def figure(self, path: str) -> Decimal | None:
        if path.startswith("checks.letters_"):
            return self._in_common(path)
        if path.startswith("checks."):
            passed = [status for status in self.checks if status == "pass"]
            return Decimal(len(passed if path.endswith("passed") else self.checks)) if self.checks else None
        return self.cells[path].value if path in self.cells else None

    def _in_common(self, path: str) -> Decimal | None:
        """Letters of what the text has in common with that of the year before, or of the longer of the two."""
        if self.text is None or self.previous is None or self.previous.text is None:
            return None
        of_texts = (self.text, self.previous.text)
        letters = [sum(sentence % 2**16 for sentence in text) for text in (*of_texts, of_texts[0] & of_texts[1])]
        return Decimal(max(letters) if path.endswith("compared") else letters[2])

    def paths(self, *formulas: str | None) -> set[str]:
        return {path for text in formulas if text for _, paths in self.operands(text) for path in paths}

    def n_inferred(self, *formulas: str | None) -> int:
        return sum(path in self.cells and self.cells[path].inferred for path in self.paths(*formulas))

    def n_doubtful(self, *formulas: str | None) -> int:
        return len((self.paths(*formulas) | {"*"}) & self.doubts)

    def of_series(self, key: str) -> tuple[Decimal | None, int]:
        """Value of a series of ``division_year`` and how many of its cells were inferred."""
        cells = [cell for path, cell in self.cells.items() if series_key(path) == key]
        values = [cell.value for cell in cells]
        known = [value for value in values if value is not None]
        return (sum(known, Decimal(0)) if cells and len(known) == len(values) else None), sum(c.inferred for c in cells)

    def doubted(self, key: str) -> bool:
        """Whether a cell of a series of ``division_year``, or the whole report, is in doubt."""
        return bool(({path for path in self.cells if series_key(path) == key} | {"*"}) & self.doubts)


def series_key(path: str) -> str | None:
    """The series that a cell belongs to; none for cells of single applicants."""
    if path in HARMONIZED:
        return HARMONIZED[path]
    parts = path.split(".")
    if parts[0] == "disclosure":
        return parts[1]
    if parts[0] == "application":
        return parts[1] if parts[2] == "total" else None
    return f"{parts[1]}_{parts[2]}" if parts[0] == "litigation" else None


def column_name(path: str) -> str | None:
    """The column of ``agency_year`` that shows a cell; none for most cells of single applicants."""
    parts = path.split(".")
    if parts[0] in ("disclosure", "legacy"):
        return parts[1]
    if parts[0] == "litigation":
        return f"{parts[1]}_{parts[2]}"
    if parts[2] == "total":
        return parts[1]
    return f"received_new_{parts[2]}" if parts[1] == "received_new" else None


def read(home: Path) -> list[Report]:
    """Every placed report of the lake, with all that the views say of it."""
    agencies = {row["agency_id"]: row for row in _rows(home, "agency")}
    reports = [
        Report(row, agencies[row["agency_id"]])
        for row in _rows(home, "report")
        if row["agency_id"] is not None and row["report_year"] > 0
    ]
    by_version = {report.row["version_id"]: report for report in reports if report.row["version_id"]}
    for cell in _rows(home, "cell_version"):
        if cell["version_id"] in by_version:
            path = f"{cell['table_name']}.{cell['row_key']}"
            if cell["table_name"] in ("application", "litigation"):
                path += f".{cell['column_key']}"
            inferred = cell["effective_method"] not in (None, "printed")
            by_version[cell["version_id"]].cells[path] = Cell(cell["value_effective"], inferred)
    for check in [*_rows(home, "check_result"), *_findings(home)]:
        if check["version_id"] in by_version:
            report = by_version[check["version_id"]]
            if check["severity"] == "error" and check["status"] != "not_assessable":
                report.checks.append(check["status"])
            if check["status"] == "fail" and check["severity"] != "info":
                report.doubts |= set(check["cells"].split()) or {"*"}
    for warning in _rows(home, "reading_warning"):
        if warning["version_id"] in by_version and warning["code"] not in NOTES:
            by_version[warning["version_id"]].doubts |= set(warning["cells"].split()) or {"*"}
    for text in _rows(home, "text_fingerprint"):
        if text["version_id"] in by_version:
            by_version[text["version_id"]].text = set(text["sentences"])
    _link(reports)
    return reports


def _link(reports: list[Report]) -> None:
    """Who is alone with its scope, who may be added up, and who came the year before."""
    groups: dict[tuple[Any, ...], list[Report]] = defaultdict(list)
    covering: dict[tuple[Any, ...], list[Report]] = defaultdict(list)
    for report in reports:
        groups[report.group].append(report)
        if report.row["scope"] in WHOLE and report.row["outcome"] == "parsed" and report.row["version_id"]:
            covering[report.agency["division_id"], report.row["report_year"], report.row["scope"]].append(report)
    for report in reports:
        agency, year, scope = report.group
        report.n_same = len(groups[report.group])
        report.counted = report.n_same == 1
        rivals = covering[report.agency["division_id"], year, scope]
        if report in rivals and len(rivals) > 1:
            governments = [rival for rival in rivals if rival.agency["agency_type"] == "government"]
            report.counted = report.counted and governments == [report]
        before = groups.get((agency, year - 1, scope), [])
        if report.n_same == 1 and len(before) == 1:
            report.previous = before[0]


def _findings(home: Path) -> list[dict[str, Any]]:
    """What the rules over several reports found; tests/country tells whether it is right."""
    with open_published(home) as warehouse:
        found = warehouse.execute(
            "SELECT c.* FROM check_result AS c JOIN rule AS r ON r.rule = c.rule WHERE r.over = 'reports'"
        )
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _rows(home: Path, table: str) -> list[dict[str, Any]]:
    folder = home / "lake" / table
    return ds.dataset(folder, format="parquet").to_table().to_pylist() if folder.is_dir() else []
