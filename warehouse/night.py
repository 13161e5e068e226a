"""Brings a copy of the published warehouse up to date: only what changed in the lake since is read and replaced."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from transforms.schema import Table, tables
from warehouse import load
from warehouse.series import link_reports
from warehouse.store import fill as store
from warehouse.store.declared import store_tables

Parts = dict[str, tuple[Path, ...]]

# Deleted rows leave gaps in the file: after so many nights, or when so many versions changed, it is built anew.
NIGHTS = 30
SHARE = 0.1
FEW = 1_000  # whatever their share: such gaps are small
# Tables whose rows belong to a version and change with it alone.
_OF_VERSIONS = ("reading_warning", "section_text", "narrative_fact")
_OF_YEARS = ("document", "report_document", "report_version", "report_event")


def may_follow(last: dict[str, str], now: dict[str, str]) -> bool:
    """Whether the published warehouse is one that this software may bring up to date, by the ``build_info`` of both."""
    same = ("package_version", "duckdb_version", "software_sha256", "corrections_sha256")
    return last.get("checks") == "passed" and all(last.get(key) == now[key] for key in same)


def fill_parts(connection: duckdb.DuckDBPyConnection, home: Path, hashes: dict[Path, str], nights: int = 0) -> None:
    """Note which parts of the lake the file holds, and how many nights ago it was built anew."""
    connection.execute("DELETE FROM store.part")
    rows = [(str(part.relative_to(home)), sha256, nights) for part, sha256 in hashes.items()]
    if rows:
        connection.execute(
            "INSERT INTO store.part SELECT unnest($1::JSON[])->>'$[0]', unnest($1::JSON[])->>'$[1]', "
            "(unnest($1::JSON[])->>'$[2]')::INTEGER",
            [[json.dumps(row) for row in rows]],
        )


@dataclass(frozen=True)
class Followed:
    """What a copy that was brought up to date still needs.

    ``lake_rows``: rows that the lake has, by table. ``stirred``: SQL of the reports, and of the years that they are or
    were placed in, of which something changed that the rules over years and agencies look at; None: it may be any.
    """

    lake_rows: dict[str, int]
    stirred: str | None


def follow(connection: duckdb.DuckDBPyConnection, home: Path, parts: Parts, hashes: dict[Path, str]) -> Followed | None:
    """Bring an open copy of the published warehouse up to date.

    None: too much changed, or too many nights went by; the copy is of no use then. Raises as ``load_lake`` does.
    """
    # What is half replaced must not look like what passed.
    connection.execute("DELETE FROM build_info WHERE key = 'checks'")
    connection.execute("CHECKPOINT")
    known = {path: sha256 for path, sha256 in connection.execute("SELECT path, sha256 FROM store.part").fetchall()}
    row = connection.execute("SELECT coalesce(max(nights), 0) FROM store.part").fetchone()
    nights = int(row[0]) + 1 if row else NIGHTS
    now = {str(part.relative_to(home)): sha256 for part, sha256 in hashes.items()}
    changed = {path for path in {*known, *now} if known.get(path) != now.get(path)}
    if nights > NIGHTS:
        return None
    rows = load.lake_rows(connection, parts)
    changed_parts = {
        name: tuple(p for p in files if str(p.relative_to(home)) in changed) for name, files in parts.items()
    }
    years = {name: sorted({_year(path) for path in changed if path.split("/")[1] == name}) for name in parts}
    load.load_reports(connection, parts)
    number, share = _changed_versions(connection, changed_parts, years)
    if number > FEW and share > SHARE:
        return None
    connection.execute("CREATE OR REPLACE TEMP TABLE stirred (report_id VARCHAR, report_year INTEGER)")
    connection.execute("CREATE OR REPLACE TEMP TABLE gone_document (sha256 VARCHAR)")
    everywhere = _replace_yearless(connection, parts, changed)
    for name in _OF_YEARS:
        _replace_rows(connection, tables()[name], changed_parts[name], years[name])
    store.look_at(connection, changed_parts)
    store.add_layouts(connection, changed_parts)
    for name in (*(f'"{name}"' for name in _OF_VERSIONS), "store.packed_checks", "store.odd_check"):
        connection.execute(f"DELETE FROM {name} WHERE version_id IN (FROM dropped)")
    for name in _OF_VERSIONS:
        load.insert_parts(connection, tables()[name], changed_parts[name], only="version_id IN (FROM added)")
    store.add_checks(connection, changed_parts, "lake.version_id IN (FROM added)")
    link_reports(connection)
    store.make_context(connection)
    _replace_reports(connection, parts)
    load.fill_runs(connection, home)
    fill_parts(connection, home, hashes, nights)
    # Of what is gone nothing tells any more what it was held against.
    gone = connection.execute("SELECT 1 FROM stirred ANTI JOIN report USING (report_id) LIMIT 1").fetchone()
    return Followed(rows, None if everywhere or gone else "SELECT DISTINCT report_id, report_year FROM stirred")


def _year(path: str) -> int:
    return int(path.split("/")[2].partition("=")[2])


def _changed_versions(
    connection: duckdb.DuckDBPyConnection, changed: Parts, years: dict[str, list[int]]
) -> tuple[int, float]:
    """Make ``dropped`` and ``added``: versions whose rows are to go and to come. Gives their number and share of all.

    A version's rows are the same as long as its report, year, document and reader are (transforms/normalize.py).
    """
    same = ("version_id", "report_id", "report_year", "sha256", "reader_version")
    columns = ", ".join(same)
    new = f"SELECT {columns} FROM " + (
        store.parquet(changed["report_version"]) if changed["report_version"] else "report_version WHERE false"
    )
    old = f"SELECT {columns} FROM report_version WHERE report_year IN ({_listed(years['report_version'])})"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE dropped AS SELECT version_id FROM ({old} EXCEPT {new})")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE added AS SELECT version_id FROM ({new} EXCEPT {old})")
    row = connection.execute(
        "SELECT n, n / greatest(1, (SELECT count(*) FROM report_version)) "
        "FROM (SELECT (SELECT count(*) FROM dropped) + (SELECT count(*) FROM added) AS n)"
    ).fetchone()
    assert row
    return int(row[0]), float(row[1])


def _listed(years: Iterable[int]) -> str:
    return ", ".join(str(year) for year in years) or "NULL"


# What the rules look at in tables without years: bodies one by one; divisions and renames hold many together.
_BODY = "agency_id, name, agency_type, division_id"
_ROUND = {
    "division": "SELECT division_id, parent_id FROM division",
    "agency_succession": "SELECT from_agency_id, to_agency_id FROM agency_succession WHERE kind = 'rename'",
}


def _replace_yearless(connection: duckdb.DuckDBPyConnection, parts: Parts, changed: set[str]) -> bool:
    """Make the tables without years anew if one of them changed: they refer to each other, and are small.

    Reports of bodies that are no longer what they were are put into ``stirred``. True: what holds bodies together
    changed, which may concern any report.
    """
    yearless = [table for table in load.in_order() if not table.by_year]
    if {path.split("/")[1] for path in changed}.isdisjoint(table.name for table in yearless):
        return False
    before = {name: connection.execute(f"{sql} ORDER BY ALL").fetchall() for name, sql in _ROUND.items()}
    connection.execute(f"CREATE OR REPLACE TEMP TABLE body AS SELECT {_BODY} FROM agency")
    load.create_again(connection, yearless)
    load.load_tables(connection, yearless, parts)
    connection.execute(
        f"""
        INSERT INTO stirred
        SELECT report_id, report_year FROM store.report WHERE agency_id IN (
            SELECT agency_id FROM (FROM body EXCEPT SELECT {_BODY} FROM agency)
        )
        """
    )
    return any(connection.execute(f"{_ROUND[name]} ORDER BY ALL").fetchall() != rows for name, rows in before.items())


def _replace_rows(
    connection: duckdb.DuckDBPyConnection, table: Table, parts: tuple[Path, ...], years: list[int]
) -> None:
    """Replace the rows of some years that are not in the parts of the lake by those that are only there.

    The reports that they belong to are put into ``stirred``, documents that are no more into ``gone_document``.
    """
    if not years:
        return
    connection.execute(f"CREATE OR REPLACE TEMP TABLE now ({load.columns_sql(table)})")
    load.insert_parts(connection, table, parts, into="now")
    equal = " AND ".join(f'now."{name}" IS NOT DISTINCT FROM here."{name}"' for name in table.column_names)
    told = " RETURNING report_id, report_year" if "report_id" in table.column_names else " RETURNING sha256"
    deleted = connection.execute(
        f'DELETE FROM "{table.name}" AS here WHERE report_year IN ({_listed(years)}) '
        f"AND NOT EXISTS (SELECT 1 FROM now WHERE {equal}){told}"
    ).fetchall()
    inserted = connection.execute(
        f'INSERT INTO "{table.name}" SELECT now.* FROM now WHERE NOT EXISTS (SELECT 1 FROM "{table.name}" AS here '
        f"WHERE report_year IN ({_listed(years)}) AND {equal}){told}"
    ).fetchall()
    connection.execute("DROP TABLE now")
    if table.name == "document":
        gone = {sha256 for (sha256,) in deleted} - {sha256 for (sha256,) in inserted}
        connection.execute("INSERT INTO gone_document SELECT unnest($1::VARCHAR[])", [list(gone)])
    elif rows := {*deleted, *inserted}:
        ids, of_years = zip(*rows, strict=True)
        connection.execute("INSERT INTO stirred SELECT unnest($1::VARCHAR[]), unnest($2::INTEGER[])", [ids, of_years])


def _replace_reports(connection: duckdb.DuckDBPyConnection, parts: Parts) -> None:
    """Replace the rows of reports that say something else now, their figures or what depends on other reports."""
    types = {
        name: sql_type.removesuffix(" NOT NULL") for name, (sql_type, _) in store_tables()["report"].columns.items()
    }
    told = [name for name in (row[0] for row in connection.execute("DESCRIBE context").fetchall()) if name in types]
    # One number a row is held against another: to join whole rows would take the memory of a night.
    said = f"""hash({", ".join(f'"{name}"::{types[name]}' for name in told)}) AS said"""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE touched AS
        SELECT coalesce(c.report_id, r.report_id) AS report_id, c.report_year, r.report_year AS report_year_before
        FROM (SELECT report_id, report_year, version_id, {said} FROM context) AS c
        FULL JOIN (SELECT report_id, report_year, {said} FROM store.report) AS r ON r.report_id = c.report_id
        WHERE c.said IS DISTINCT FROM r.said OR c.version_id IN (FROM added) OR c.version_id IN (FROM dropped)
        """
    )
    connection.execute(
        "INSERT INTO stirred SELECT report_id, unnest([report_year, report_year_before]) AS report_year FROM touched"
    )
    years = {year for (year,) in connection.execute("SELECT DISTINCT report_year FROM touched").fetchall()}
    for name in ("report", "odd_cell"):
        connection.execute(f"DELETE FROM store.{name} WHERE report_id IN (SELECT report_id FROM touched)")
    packed = ("packed_cells", "odd_cell")
    of_years = {name: tuple(p for p in parts[name] if int(p.parent.name.partition("=")[2]) in years) for name in packed}
    store.add_figures(connection, parts | of_years, "c.report_id IN (SELECT report_id FROM touched)")
    store.forget(connection)
