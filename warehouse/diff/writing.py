"""A diff as text for people, as CSV, and as JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import IO, Any

import duckdb

from warehouse.diff.sides import Side
from warehouse.files import BOM, harmless, number_text, plain
from warehouse.query import table_lines

# Every kind of change, in the order in which they are told, and what it says.
CHANGES = {
    "added": "only in B",
    "revised": "the source says something else",
    "reread": "the same version, other figures read from it",
    "vanished": "its page is gone",
    "returned": "its page is back",
    "removed": "only in A",
    "reassigned": "another agency, year or scope",
}
_FIGURE_COLUMNS = (
    *("path", "old_value", "new_value", "old_value_effective", "new_value_effective"),
    *("old_effective_method", "new_effective_method", "old_state", "new_state", "old_raw", "new_raw"),
    *("old_locator", "new_locator"),
)
# One row for each figure that changed, and one for each change of a report without any.
COLUMNS = (
    *("change", "agency_id", "agency_name", "division", "report_year", "scope", "report_id", "title"),
    *("old_version", "new_version"),
    *_FIGURE_COLUMNS,
    *("old_source_url", "new_source_url", "note"),
)
_BATCH = 10_000
_LONGEST = 120  # characters of a text from outside that a line shows

_AGENCIES = f"""
SELECT agency_id, min(agency_name) AS agency_name,
    {", ".join(f"count(*) FILTER (WHERE change = '{change}') AS {change}" for change in CHANGES)},
    CAST(sum(n_figures) AS BIGINT) AS figures
FROM report_change GROUP BY agency_id
ORDER BY figures DESC, agency_name, agency_id
"""
# Most figures first: who looks at the first lines sees where most was corrected.
_DETAILS = f"""
WITH agency_order AS (
    SELECT agency_id, row_number() OVER (ORDER BY sum(n_figures) DESC, min(agency_name), agency_id) AS place
    FROM report_change GROUP BY agency_id
)
SELECT {", ".join(f"{'f' if name in _FIGURE_COLUMNS else 'c'}.{name}" for name in COLUMNS)}
FROM report_change AS c
JOIN agency_order AS o ON o.agency_id IS NOT DISTINCT FROM c.agency_id
LEFT JOIN figure_change AS f ON f.report_id = c.report_id AND c.change IN ('revised', 'reread')
ORDER BY o.place, c.report_year, c.report_id, c.change, f.path
"""


class Difference:
    """What two compared sides differ in, read from the tables that changes.sql left in ``connection``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, a: Side, b: Side) -> None:
        self.connection, self.a, self.b = connection, a, b

    @cached_property
    def counts(self) -> dict[str, int]:
        """Reports under each change, and ``figures`` and ``agencies`` that have any."""
        found = dict(self.connection.execute("SELECT change, count(*) FROM report_change GROUP BY change").fetchall())
        return {change: found.get(change, 0) for change in CHANGES} | {
            "figures": self._number("SELECT count(*) FROM figure_change"),
            "agencies": self._number("SELECT count(DISTINCT coalesce(agency_id, '')) FROM report_change"),
        }

    def reports(self, side: str) -> int:
        return self._number(f"SELECT count(*) FROM {side}_report")

    def figures(self, change: str) -> int:
        return self._number("SELECT coalesce(sum(n_figures), 0) FROM report_change WHERE change = $1", change)

    def n_details(self) -> int:
        return self._number("SELECT coalesce(sum(greatest(n_figures, 1)), 0) FROM report_change")

    def agencies(self) -> Iterator[dict[str, Any]]:
        """For each agency with changes, how many reports stand under each and how many figures changed."""
        yield from self._rows(_AGENCIES)

    def details(self, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """The changes one by one, with the columns of COLUMNS."""
        yield from self._rows(_DETAILS + ("" if limit is None else f"LIMIT {limit}"))

    def _rows(self, sql: str) -> Iterator[dict[str, Any]]:
        cursor = self.connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        while batch := cursor.fetchmany(_BATCH):
            yield from (dict(zip(names, row, strict=True)) for row in batch)

    def _number(self, sql: str, *parameters: str) -> int:
        row = self.connection.execute(sql, parameters).fetchone()
        return int(row[0]) if row else 0


def write_csv(found: Difference, stream: IO[str], bom: bool) -> None:
    """All changes, one a line. ``bom``: for a file, which people open in Excel; texts are no formulas there."""
    if bom:
        stream.write(BOM)
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in found.details():
        writer.writerow([harmless(v) if isinstance(v, str) else number_text(v) for v in map(row.get, COLUMNS)])


def write_json(found: Difference, stream: IO[str]) -> None:
    """One object: ``a`` and ``b``, ``counts``, ``agencies`` with their counts, ``changes`` one by one."""
    sides = {name: _side(found, name) for name in ("a", "b")}
    counts = json.dumps(found.counts)
    stream.write(f'{{"a": {sides["a"]},\n "b": {sides["b"]},\n "counts": {counts},\n "agencies": [')
    _write_list(found.agencies(), stream)
    stream.write('],\n "changes": [')
    _write_list(found.details(), stream)
    stream.write("]}\n")


def _side(found: Difference, name: str) -> str:
    side = found.a if name == "a" else found.b
    told = {"path": str(side.path), "reports": found.reports(name), "fingerprint": dict(sorted(side.info.items()))}
    return json.dumps(told, ensure_ascii=False)


def _write_list(rows: Iterator[dict[str, Any]], stream: IO[str]) -> None:
    for number, row in enumerate(rows):
        values = {name: plain(value) for name, value in row.items()}
        stream.write((",\n  " if number else "\n  ") + json.dumps(values, ensure_ascii=False, allow_nan=False))


def write_text(found: Difference, stream: IO[str], limit: int) -> None:
    """Counts, then at most ``limit`` changes by agency."""
    stream.write(
        f"A  {found.a.path}: {found.reports('a')} reports\nB  {found.b.path}: {found.reports('b')} reports\n\n"
    )
    if not any(found.counts.values()):
        stream.write("No report and no figure differs.\n")
        return
    rows = [(change, found.counts[change], found.figures(change), CHANGES[change]) for change in CHANGES]
    for line in table_lines(("change", "reports", "figures", "meaning"), rows):
        stream.write(line + "\n")
    agency: object = ()
    report: object = ()
    for row in found.details(limit):
        if row["agency_id"] != agency:
            agency = row["agency_id"]
            stream.write(f"\n{_shown(row['agency_name'] or 'no agency')} ({agency or 'unplaced'})\n")
        if (row["report_id"], row["change"]) != report:
            report = (row["report_id"], row["change"])
            stream.writelines(f"  {line}\n" for line in _report_lines(row))
        if row["path"] is not None:
            stream.writelines(f"    {line}\n" for line in _figure_lines(row))
    more = found.n_details() - limit
    if more > 0:
        stream.write(f"\n… and {more} more: --limit N shows more here, --format csv or json has all.\n")


def _report_lines(row: dict[str, Any]) -> Iterator[str]:
    versions = (row["old_version"], row["new_version"])
    numbers = f", version {_arrow(*versions)}" if row["change"] == "revised" else ""
    note = f": {_shown(row['note'])}" if row["note"] else ""
    yield f"{row['report_year'] or 'year unknown'}, scope {row['scope']}: {row['change']}{numbers}{note}"
    addresses = [_shown(url) for url in (row["old_source_url"], row["new_source_url"]) if url]
    yield "  " + " → ".join(dict.fromkeys(addresses))


def _figure_lines(row: dict[str, Any]) -> Iterator[str]:
    printed = row["old_value"] != row["new_value"]
    old, new = (row[f"{side}_value" if printed else f"{side}_value_effective"] for side in ("old", "new"))
    kind = "" if printed else "for analysis "
    texts = _arrow(*(f"“{_shown(row[name])}”" if row[name] else "" for name in ("old_raw", "new_raw")))
    places = [_shown(row[name]) for name in ("old_locator", "new_locator") if row[name]]
    yield f"{row['path']}  {kind}{_arrow(old, new)}   printed {texts}   at {' → '.join(dict.fromkeys(places)) or '–'}"


def _arrow(old: Decimal | int | str | None, new: Decimal | int | str | None) -> str:
    shown = ("–" if v is None or v == "" else v if isinstance(v, str) else number_text(v) for v in (old, new))
    return " → ".join(shown)


def _shown(text: str) -> str:
    """Text from outside on one line of a terminal: what would move its cursor or colour it is not printed."""
    line = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
