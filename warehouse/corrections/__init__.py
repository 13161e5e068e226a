"""Corrections of what sources print: declared in corrections.yaml, applied in sight, stale once the source changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import yaml

from transforms.schema.packed import FORM_TABLES, cells_of, packed_cells
from warehouse.connection import WarehouseError, published
from warehouse.store.facts import plain_cells

NAME = "corrections.yaml"
ACTIONS = ("override", "drop", "flag")
STATUSES = ("confirmed", "reported", "withdrawn")
_REQUIRED = ("report", "cell", "action", "expect", "reason", "reported_by", "status")
# The path of a cell in each table of facts.
_PATHS = {
    "disclosure": "'disclosure.' || measure",
    "application": "'application.' || outcome || '.' || applicant",
    "litigation": "'litigation.' || channel || '.' || result",
    "legacy_stat": "'legacy.' || measure",
}
# What became of a correction; of the last two nothing is applied, and every load says so.
STATES = ("applied", "flagged", "withdrawn", "not_here", "stale", "unknown")


class CorrectionsError(WarehouseError):
    """A file of corrections cannot be followed; the text says file, line, key, what was found and what is expected."""


@dataclass(frozen=True)
class Correction:
    """One entry; ``value`` is that of an override in the cell's unit, ``origin`` file and line."""

    report_id: str
    cell: str
    action: str
    value: Decimal | None
    expect: str
    reason: str
    reported_by: str
    status: str
    origin: str
    shipped: bool


@dataclass(frozen=True)
class Judged:
    """A correction, what became of it (of STATES), what the source prints now, and one sentence where it is amiss."""

    correction: Correction
    state: str
    printed: str | None
    amiss: str | None = None


def corrections_file(home: Path) -> Path:
    """Where a home keeps its own corrections."""
    return home / NAME


def read_corrections(home: Path) -> list[Correction]:
    """The corrections that ship and those of a home. Raises CorrectionsError."""
    shipped = resources.files(__package__).joinpath(NAME).read_text("utf-8")
    found = list(_entries(shipped, f"shipped {NAME}", True))
    path = corrections_file(home)
    if path.exists():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise CorrectionsError(f"{path} is no UTF-8 text: {error}") from error
        found += _entries(text, str(path), False)
    places: dict[tuple[str, str], str] = {}
    for one in found:
        if (one.report_id, one.cell) in places:
            first = places[one.report_id, one.cell]
            raise CorrectionsError(
                f"{one.origin}, cell: {one.cell} of {one.report_id} is corrected in {first} already."
            )
        places[one.report_id, one.cell] = one.origin
    return found


def _entries(text: str, name: str, shipped: bool) -> Iterator[Correction]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise CorrectionsError(f"{name} is no YAML: {error}") from error
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        raise CorrectionsError(f"{name}, line 1: expected a list of corrections, each beginning with `- report: ID`.")
    for node in root.value:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            raise CorrectionsError(f"{name}, line {line}: expected `report: ID` and what is corrected in it.")
        at = {key.value: key.start_mark.line + 1 for key, _ in node.value}
        # Values as they are written: 007 is no 7, and 1.10 no 1.1.
        entry = {key.value: getattr(value, "value", None) for key, value in node.value}
        yield _correction(entry, at, line, name, shipped)


def _correction(entry: dict[str, Any], at: dict[str, int], line: int, name: str, shipped: bool) -> Correction:
    def refuse(key: str, why: str) -> CorrectionsError:
        return CorrectionsError(f"{name}, line {at.get(key, line)}, {key}: {why}")

    allowed = {*_REQUIRED, "value"}
    for key, value in entry.items():
        if key not in allowed:
            raise refuse(str(key), f"this key is not known here; allowed are {', '.join(sorted(allowed))}.")
        if not isinstance(value, str):
            raise refuse(key, "expected a text or a number.")
    for key in _REQUIRED:
        if key not in entry or (key != "expect" and not entry[key].strip()):
            raise refuse(key, "it is missing.")
    for key, values in (("action", ACTIONS), ("status", STATUSES)):
        if entry[key] not in values:
            raise refuse(key, f"expected one of {', '.join(values)}, found {entry[key]!r}.")
    if ("value" in entry) is not (entry["action"] == "override"):
        raise refuse("value", "an override needs it, and no other action has one.")
    if entry["cell"].count(".") not in (1, 2):
        raise refuse("cell", f"expected a path such as application.granted.total, found {entry['cell']!r}.")
    return Correction(
        report_id=entry["report"],
        cell=entry["cell"],
        action=entry["action"],
        value=_number(entry["value"], lambda why: refuse("value", why)) if "value" in entry else None,
        expect=entry["expect"].strip(),
        reason=entry["reason"],
        reported_by=entry["reported_by"],
        status=entry["status"],
        origin=f"{f'shipped {NAME}' if shipped else NAME}, line {line}",
        shipped=shipped,
    )


def _number(text: str, refuse: Any) -> Decimal:
    try:
        value = Decimal(text)
        if not value.is_finite() or value != value.quantize(Decimal("0.0001")) or abs(value) >= 10**14:
            raise InvalidOperation
    except InvalidOperation:
        raise refuse(f"expected a number with up to four decimals, found {text!r}.") from None
    return value


def judge(connection: duckdb.DuckDBPyConnection, corrections: Sequence[Correction]) -> list[Judged]:
    """What is to become of each correction, by what the current versions print."""
    if not corrections:
        return []
    reports = list({one.report_id for one in corrections})
    asked = "report_id IN (SELECT unnest($1::VARCHAR[]))"
    known = {row[0] for row in connection.execute(f"SELECT report_id FROM report WHERE {asked}", [reports]).fetchall()}
    printed = {
        (report_id, path): raw
        for fact, path in _PATHS.items()
        for report_id, path, raw in connection.execute(
            f"SELECT report_id, {path}, coalesce(raw, '') FROM {fact} WHERE {asked}", [reports]
        ).fetchall()
    }
    return [_judged(one, known, printed) for one in corrections]


def check_corrections(home: Path) -> list[Judged]:
    """What would become of every correction by the published warehouse of ``home``.

    Raises CorrectionsError for a file that cannot be followed, WarehouseError when nothing is published.
    """
    corrections = read_corrections(home)
    with published(home) as connection:
        return judge(connection, corrections)


def _judged(one: Correction, known: Collection[str], printed: Mapping[tuple[str, str], str]) -> Judged:
    if one.report_id not in known:
        if one.shipped or one.status == "withdrawn":
            return Judged(one, "not_here", None)
        return Judged(one, "unknown", None, f"{one.origin}: there is no report {one.report_id}.")
    found = printed.get((one.report_id, one.cell))
    if one.status == "withdrawn":
        return Judged(one, "withdrawn", found)
    if found is None:
        return Judged(one, "unknown", None, f"{one.origin}: the report {one.report_id} has no cell {one.cell}.")
    if found.strip() != one.expect:
        amiss = (
            f"{one.origin}: {one.cell} of {one.report_id} prints {found.strip()!r}, expected {one.expect!r}. It is not "
            "applied: look at the source again, then change or withdraw it."
        )
        return Judged(one, "stale", found, amiss)
    return Judged(one, "flagged" if one.action == "flag" or one.status == "reported" else "applied", found)


def apply_corrections(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the values of what the table ``correction`` applies beside what is printed, in the facts.

    ``value``, ``raw`` and ``state`` stay as the source has them. Then fills the table ``settled_check``. Applied again
    it changes nothing.
    """
    connection.execute("DELETE FROM settled_check")
    wanted = connection.execute("SELECT report_id, cell, value FROM correction WHERE state = 'applied'").fetchall()
    if not wanted:
        return
    cells = {cell.path: cell for cell in packed_cells()}
    for table in FORM_TABLES:
        reports = sorted({report for report, path, _ in wanted if cells[path].table_name == table})
        # What is corrected no longer follows from its value: the table is plain no more (transforms/schema/packed).
        ids = f"SELECT unnest({reports!r}::VARCHAR[])"
        if reports:
            connection.execute(f"INSERT INTO store.odd_cell BY NAME {plain_cells(table, ids)}")
            emptied = [f"{table}_layout", *(cell.name for cell in cells_of(table) if cell.is_detail)]
            emptied_sql = ", ".join(f'"{name}" = NULL' for name in emptied)
            connection.execute(f"UPDATE store.report SET {emptied_sql} WHERE report_id IN ({ids})")
    for report, path, value in wanted:
        if not cells[path].is_detail:
            name = cells[path].name
            connection.execute(f'UPDATE store.report SET "{name}" = ? WHERE report_id = ?', [value, report])
    detail = [cell.path for cell in packed_cells() if cell.is_detail]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE detail AS SELECT unnest({detail!r}::VARCHAR[]) AS cell")
    connection.execute(resources.files(__package__).joinpath("apply.sql").read_text("utf-8"))


def correction_rows(judged: Iterable[Judged]) -> list[tuple[Any, ...]]:
    """Rows of the table ``correction``; of reports that are not here there are none."""
    return [
        (
            one.correction.report_id,
            one.correction.cell,
            one.correction.action,
            one.correction.expect,
            one.printed,
            one.correction.value,
            one.correction.reason,
            one.correction.reported_by,
            one.correction.status,
            one.state,
            one.correction.origin,
            one.amiss,
        )
        for one in judged
        if one.state != "not_here"
    ]
