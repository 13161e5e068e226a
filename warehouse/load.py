"""Fills a new warehouse file: the lake's tables as they are, then the tables that are made from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import astuple, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from transforms.schema import Table, comments, ddl, tables
from transforms.schema.measures import Measure, measures
from warehouse.connection import WarehouseError, message
from warehouse.indicators import formula, indicators
from warehouse.views import WIDE_COMMENT, WIDE_TABLE, wide_comments, wide_ddl, wide_insert

Progress = Callable[[str, int, int | None], None]

# Several rows a report, many millions in all. An index for their keys would cost more time and space than the rows
# themselves (and must fit in memory while it grows), and nobody looks up single rows by it: sorted rows and zone
# maps find a report's rows as well. checks.py verifies their keys and foreign keys by SQL instead, on every build.
WITHOUT_INDEX = frozenset(
    {
        "cell_version",
        "check_result",
        "reading_warning",
        "section_text",
        "narrative_fact",
        "disclosure",
        "application",
        "litigation",
        "legacy_stat",
    }
)

# Fact table -> its columns out of the row and column key of a cell.
FACTS = {
    "disclosure": "c.row_key AS measure",
    "application": "c.row_key AS outcome, c.column_key AS applicant, c.is_total",
    "litigation": "c.row_key AS channel, c.column_key AS result, c.is_total",
    "legacy_stat": "c.row_key AS measure",
}


def cell_table(fact: str) -> str:
    """What the lake's ``cell_version.table_name`` calls a fact table."""
    return "legacy" if fact == "legacy_stat" else fact


def lake_parts(home: Path) -> dict[str, tuple[Path, ...]]:
    """Every lake table with its Parquet parts, oldest year first; a table without files has none.

    Raises WarehouseError when the home has no lake at all.
    """
    lake = home / "lake"
    if not lake.is_dir():
        raise WarehouseError(f"There is no lake at {lake}: run `gongkai normalize` first, which fills it from raw/.")
    return {
        name: tuple(sorted((lake / name).glob("report_year=*/part-*.parquet"), key=lambda p: (_year(p), p.name)))
        for name, table in tables().items()
        if table.store == "lake"
    }


def _year(part: Path) -> int:
    value = part.parent.name.removeprefix("report_year=")
    return int(value) if value.lstrip("-").isdigit() else -1


def load_lake(
    connection: duckdb.DuckDBPyConnection, parts: dict[str, tuple[Path, ...]], on_progress: Progress | None = None
) -> dict[str, int]:
    """Create and fill every lake table; returns the rows that the parts hold, by table.

    Raises WarehouseError naming the part that cannot be read or has not the declared columns.
    """
    total = sum(len(files) for files in parts.values())
    done = 0
    expected: dict[str, int] = {}
    strict = True
    for table in _referenced_first(tables()[name] for name in parts):
        try:
            _create(connection, table, indexed=strict)
            expected[table.name] = sum(_insert_part(connection, table, part) for part in parts[table.name])
        except duckdb.ConstraintException:
            # Load the rest without constraints: the checks that follow name every faulty key, not only the first.
            strict = False
            connection.execute(f'DROP TABLE IF EXISTS "{table.name}"')
            _create(connection, table, indexed=False)
            expected[table.name] = sum(_insert_part(connection, table, part) for part in parts[table.name])
        done += len(parts[table.name])
        if on_progress:
            on_progress("load", done, total)
    return expected


def _referenced_first(wanted: Iterable[Table]) -> list[Table]:
    """Tables in an order in which foreign keys point backwards."""
    waiting = list(wanted)
    ordered: list[Table] = []
    while waiting:
        placed = {table.name for table in ordered}
        ready = [t for t in waiting if {target.partition(".")[0] for target in t.foreign.values()} <= placed | {t.name}]
        if not ready:
            raise ValueError(f"tables.yaml: foreign keys run in a circle: {', '.join(t.name for t in waiting)}")
        ordered += ready
        waiting = [table for table in waiting if table not in ready]
    return ordered


def _create(connection: duckdb.DuckDBPyConnection, table: Table, *, indexed: bool) -> None:
    if indexed and table.name not in WITHOUT_INDEX:
        connection.execute(ddl(table.name))
    else:
        columns = (f'"{c.name}" {c.sql_type}' + (" NOT NULL" if c.required else "") for c in table.columns)
        connection.execute(f'CREATE TABLE "{table.name}" ({", ".join(columns)})')
    connection.execute(";\n".join(comments(table.name)))


def _insert_part(connection: duckdb.DuckDBPyConnection, table: Table, part: Path) -> int:
    """Append one Parquet part; returns the number of rows that its footer gives."""
    again = "Delete that part and run `gongkai normalize` again: it is made anew from raw/, and nothing is lost."
    try:
        found = connection.execute(
            "SELECT name FROM parquet_schema($1) WHERE num_children IS NULL OR num_children = 0", [str(part)]
        ).fetchall()
        row = connection.execute(
            "SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata($1)", [str(part)]
        ).fetchone()
    except duckdb.Error as error:
        raise WarehouseError(f"{part}: this part of the lake cannot be read: {message(error)}. {again}") from error
    names = {name for (name,) in found}
    missing = [name for name in table.column_names if name not in names]
    extra = sorted(names - set(table.column_names))
    if missing or extra:
        raise WarehouseError(
            f"{part}: the lake was written by another version: table {table.name} "
            + " and ".join(
                text
                for text in (
                    f"lacks the columns {', '.join(missing)}" if missing else "",
                    f"has the unknown columns {', '.join(extra)}" if extra else "",
                )
                if text
            )
            + f". {again}"
        )
    columns = ", ".join(f'"{name}"' for name in table.column_names)
    try:
        connection.execute(
            f'INSERT INTO "{table.name}" SELECT {columns} FROM read_parquet($1, hive_partitioning = false)', [str(part)]
        )
    except duckdb.ConstraintException as error:
        if "NOT NULL" in str(error) or "CHECK" in str(error):
            raise WarehouseError(f"{part}: a value is not as declared: {message(error)}. {again}") from error
        raise
    except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.IOException) as error:
        if "No space left" in str(error):
            raise
        raise WarehouseError(f"{part}: this part of the lake cannot be read: {message(error)}. {again}") from error
    return int(row[0]) if row else 0


def years(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """Report years that the warehouse has reports of, 0 for the unplaced included."""
    return [year for (year,) in connection.execute("SELECT DISTINCT report_year FROM report ORDER BY 1").fetchall()]


def fill_facts(connection: duckdb.DuckDBPyConnection, on_progress: Progress | None = None) -> None:
    """Create the fact tables from the cells of current versions, year by year so that no sort outgrows memory."""
    for fact in FACTS:
        _create(connection, tables()[fact], indexed=True)
    all_years = years(connection)
    for done, year in enumerate(all_years, start=1):
        for fact, keys in FACTS.items():
            # Sorted by report: the rows of one report lie together, so that zone maps skip all others.
            connection.execute(
                f"""
                INSERT INTO "{fact}" BY NAME
                SELECT r.report_id, {keys}, c.value, c.value_effective, c.effective_method, c.state, c.raw, c.locator
                FROM cell_version AS c
                JOIN report AS r ON r.version_id = c.version_id
                WHERE c.table_name = $table AND c.report_year = $year AND r.report_year = $year
                ORDER BY ALL
                """,
                {"table": cell_table(fact), "year": year},
            )
        if on_progress:
            on_progress("facts", done, len(all_years))


def fill_wide(connection: duckdb.DuckDBPyConnection, on_progress: Progress | None = None) -> None:
    """Create the wide table; the fact tables and the view ``doubt`` stand already."""
    connection.execute(wide_ddl())
    _comment(connection, "TABLE", WIDE_TABLE, WIDE_COMMENT, wide_comments())
    all_years = years(connection)
    for done, year in enumerate(all_years, start=1):
        connection.execute(wide_insert(), {"year": year})
        if on_progress:
            on_progress("wide table", done, len(all_years))


def fill_dictionaries(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of measures and indicators."""
    _create(connection, tables()["measure"], indexed=True)
    _insert(connection, "measure", [f.name for f in fields(Measure)], [astuple(measure) for measure in measures()])
    _create(connection, tables()["indicator_definition"], indexed=True)
    rows = [
        (
            i.key,
            i.zh,
            i.en,
            "ratio" if i.is_ratio else "count",
            i.unit,
            formula(i.numerator),
            formula(i.denominator) if i.denominator is not None else None,
            i.comparability,
            i.why_en,
            i.why_zh,
        )
        for i in indicators().values()
    ]
    _insert(connection, "indicator_definition", tables()["indicator_definition"].column_names, rows)


def fill(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Create a declared table from rows in the order of its columns."""
    _create(connection, tables()[table], indexed=True)
    _insert(connection, table, tables()[table].column_names, rows)


def fill_runs(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Create the table of runs from the run reports; a file that is no run report is passed over."""
    _create(connection, tables()["run"], indexed=True)
    _insert(connection, "run", tables()["run"].column_names, [_run_row(run) for run in read_runs(home)])


def read_runs(home: Path) -> list[dict[str, Any]]:
    """The run reports of a home, oldest first. Files that are broken or something else are passed over."""
    runs = {}
    for path in sorted((home / "runs").glob("*.json")):
        try:
            run = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(run, dict) and isinstance(run.get("run_id"), str):
            runs[run["run_id"]] = run
    return [runs[run_id] for run_id in sorted(runs)]


def _run_row(run: dict[str, Any]) -> tuple[Any, ...]:
    failures = run.get("failures")
    status = run.get("status")
    return (
        run["run_id"],
        _time(run.get("started_at")),
        _time(run.get("finished_at")),
        status if isinstance(status, str) else None,
        len(failures) if isinstance(failures, list) else None,
        json.dumps(run, ensure_ascii=False, sort_keys=True),
    )


def _time(text: Any) -> datetime | None:
    """An ISO 8601 time as naive UTC, as all timestamps of the warehouse are; None for anything else."""
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time


def fill_build_info(connection: duckdb.DuckDBPyConnection, info: dict[str, str]) -> None:
    """Create the table that says what the warehouse was built from."""
    _create(connection, tables()["build_info"], indexed=True)
    _insert(connection, "build_info", ("key", "value"), list(info.items()))


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str], rows: list[tuple[Any, ...]]
) -> None:
    names = list(columns)
    if rows:
        connection.begin()
        connection.executemany(
            f'INSERT INTO "{table}" ({", ".join(names)}) VALUES ({", ".join("?" for _ in names)})', rows
        )
        connection.commit()


def create_views(connection: duckdb.DuckDBPyConnection, wanted: Iterable[Any]) -> None:
    """Create views with the comments that their files declare; a declared column that is not there is an error."""
    connection.begin()
    for view in wanted:
        connection.execute(f'CREATE VIEW "{view.name}" AS\n{view.sql}')
        found = {
            column
            for (column,) in connection.execute(
                "SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [view.name]
            ).fetchall()
        }
        _comment(
            connection,
            "VIEW",
            view.name,
            view.comment,
            {column: text for column, text in view.columns.items() if column in found},
        )
    connection.commit()


def _comment(
    connection: duckdb.DuckDBPyConnection, kind: str, name: str, comment: str, columns: dict[str, str]
) -> None:
    statements = [f"COMMENT ON {kind} \"{name}\" IS '{_quoted(comment)}'"]
    statements += [f'COMMENT ON COLUMN "{name}"."{column}" IS \'{_quoted(text)}\'' for column, text in columns.items()]
    connection.execute(";\n".join(statements))


def _quoted(text: str) -> str:
    return text.replace("'", "''")
