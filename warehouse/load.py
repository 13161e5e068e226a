"""Fills a new warehouse file: the lake's tables as they are, then the tables that are made from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from transforms.schema import Table, comments, ddl, lake_tables, tables
from transforms.schema.measures import Measure, measures
from transforms.schema.packed import PACKED, PACKED_FROM
from warehouse.connection import WarehouseError, message
from warehouse.indicators import formula, indicators
from warehouse.store import fill as store
from warehouse.store.declared import VIEWED
from warehouse.store.fill import parquet

Progress = Callable[[str, int, int | None], None]


def loaded() -> tuple[Table, ...]:
    """The tables that the file holds as the lake does, row by row."""
    return tuple(t for t in tables().values() if t.store == "lake" and t.published and t.name not in VIEWED)


def has_index(table: Table) -> bool:
    """Whether a table's keys are constraints.

    Tables of reports have a million rows and more. An index for their keys would cost more time and space than the
    rows themselves (and must fit in memory while it grows), and nobody looks up single rows by it: zone maps find a
    report's rows as well. checks.py verifies their keys and foreign keys by SQL instead.
    """
    return not table.by_year and table.name not in VIEWED


def lake_parts(home: Path) -> dict[str, tuple[Path, ...]]:
    """Every lake table, the packed ones included, with its Parquet parts, oldest year first, or none.

    Raises WarehouseError when the home has no lake at all.
    """
    lake = home / "lake"
    if not lake.is_dir():
        raise WarehouseError(f"There is no lake at {lake}: run `gongkai normalize` first, which fills it from raw/.")
    return {
        name: tuple(sorted((lake / name).glob("report_year=*/part-*.parquet"), key=lambda p: (_year(p), p.name)))
        for name in (*(table.name for table in lake_tables()), *(name for names in PACKED.values() for name in names))
    }


def _year(part: Path) -> int:
    value = part.parent.name.removeprefix("report_year=")
    return int(value) if value.lstrip("-").isdigit() else -1


def load_lake(
    connection: duckdb.DuckDBPyConnection, parts: dict[str, tuple[Path, ...]], on_progress: Progress | None = None
) -> dict[str, int]:
    """Fill every table that is in the file as in the lake; returns the rows that the parts hold, by table.

    Raises WarehouseError naming the part that cannot be read or has not the declared columns.
    """
    expected = lake_rows(connection, parts)
    load_tables(connection, in_order(), parts, on_progress)
    load_reports(connection, parts)
    return expected


def in_order() -> list[Table]:
    """``loaded``, in an order in which foreign keys point backwards."""
    return _referenced_first(loaded())


def load_tables(
    connection: duckdb.DuckDBPyConnection,
    wanted: Sequence[Table],
    parts: dict[str, tuple[Path, ...]],
    on_progress: Progress | None = None,
) -> None:
    """Fill tables, which stand empty and of which each refers to those before it only."""
    try:
        _insert_all(connection, wanted, parts, on_progress)
    except duckdb.ConstraintException:
        # Load them without constraints: the checks that follow name every faulty key, not only the first.
        create_again(connection, wanted, indexed=False)
        _insert_all(connection, wanted, parts, on_progress)


def _insert_all(
    connection: duckdb.DuckDBPyConnection,
    wanted: Sequence[Table],
    parts: dict[str, tuple[Path, ...]],
    on_progress: Progress | None,
) -> None:
    for done, table in enumerate(wanted, start=1):
        insert_parts(connection, table, parts[table.name])
        if on_progress:
            on_progress("load", done, len(wanted))


def create_again(connection: duckdb.DuckDBPyConnection, wanted: Sequence[Table], *, indexed: bool = True) -> None:
    """Put empty tables in the place of those that are there; each refers to those before it only."""
    for table in reversed(wanted):
        connection.execute(f'DROP TABLE IF EXISTS "{table.name}"')
    for table in wanted:
        create_table(connection, table, indexed=indexed)


def load_reports(connection: duckdb.DuckDBPyConnection, parts: dict[str, tuple[Path, ...]]) -> None:
    """Make ``lake_report``: a report's row in the file also holds its figures (warehouse/store) and waits for these."""
    report = tables()["report"]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE lake_report ({columns_sql(report)})")
    insert_parts(connection, report, parts["report"], into="lake_report")


def lake_rows(connection: duckdb.DuckDBPyConnection, parts: dict[str, tuple[Path, ...]]) -> dict[str, int]:
    """Rows that the parts hold, by table. Raises WarehouseError for a part that has not the declared columns."""
    wanted = [table for table in tables().values() if table.store == "lake" and table.published]
    return {table.name: sum(part_rows(connection, table, part) for part in parts[table.name]) for table in wanted}


def _referenced_first(wanted: Iterable[Table]) -> list[Table]:
    """Tables in an order in which foreign keys point backwards."""
    waiting = list(wanted)
    names = {table.name for table in waiting}  # of others, as of views, no key is a constraint
    ordered: list[Table] = []
    while waiting:
        placed = {table.name for table in ordered}
        ready = [
            t
            for t in waiting
            if {target.partition(".")[0] for target in t.foreign.values()} & names <= placed | {t.name}
        ]
        if not ready:
            raise ValueError(f"tables.yaml: foreign keys run in a circle: {', '.join(t.name for t in waiting)}")
        ordered += ready
        waiting = [table for table in waiting if table not in ready]
    return ordered


def create_table(connection: duckdb.DuckDBPyConnection, table: Table, *, indexed: bool = True) -> None:
    """Create a declared table, empty, with its comments, and with its keys where it ``has_index``."""
    if indexed and has_index(table):
        connection.execute(ddl(table.name))
    else:
        connection.execute(f'CREATE TABLE "{table.name}" ({columns_sql(table)})')
    connection.execute(";\n".join(comments(table.name)))


def columns_sql(table: Table) -> str:
    """The columns of a table for CREATE TABLE, without keys."""
    return ", ".join(f'"{c.name}" {c.sql_type}' + (" NOT NULL" if c.required else "") for c in table.columns)


_AGAIN = "Delete that part and run `gongkai normalize` again: it is made anew from raw/, and nothing is lost."


def part_rows(connection: duckdb.DuckDBPyConnection, table: Table, part: Path) -> int:
    """The number of rows that the footer of a part gives, if it has the declared columns and no others."""
    try:
        found = connection.execute(
            "SELECT name FROM parquet_schema($1) WHERE num_children IS NULL OR num_children = 0", [str(part)]
        ).fetchall()
        row = connection.execute(
            "SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata($1)", [str(part)]
        ).fetchone()
    except duckdb.Error as error:
        raise WarehouseError(f"{part}: this part of the lake cannot be read: {message(error)}. {_AGAIN}") from error
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
            + f". {_AGAIN}"
        )
    return int(row[0]) if row else 0


def insert_parts(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    parts: Sequence[Path],
    into: str | None = None,
    only: str = "true",
) -> None:
    """Append the rows of Parquet parts for which ``only`` holds to their table, or to another of the same columns.

    All parts at once; only where that fails one by one, to tell which is at fault.
    """
    if not parts:
        return
    columns = ", ".join(f'"{name}"' for name in table.column_names)
    try:
        connection.execute(f'INSERT INTO "{into or table.name}" SELECT {columns} FROM {parquet(parts)} WHERE {only}')
    except duckdb.Error as error:
        if len(parts) > 1 and "No space left" not in str(error):
            for part in parts:
                insert_parts(connection, table, [part], into, only)
            return
        if isinstance(error, duckdb.ConstraintException) and ("NOT NULL" in str(error) or "CHECK" in str(error)):
            raise WarehouseError(f"{parts[0]}: a value is not as declared: {message(error)}. {_AGAIN}") from error
        if "No space left" in str(error) or not isinstance(error, _UNREADABLE):
            raise
        raise WarehouseError(f"{parts[0]}: this part of the lake cannot be read: {message(error)}. {_AGAIN}") from error


_UNREADABLE = (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.IOException)


def made_from(part: Path) -> str | None:
    """What a packed part says that it was made from; None where it says nothing. Raises WarehouseError as above."""
    try:
        row = duckdb.execute(
            "SELECT decode(value) FROM parquet_kv_metadata($1) WHERE key = $2::BLOB", [str(part), PACKED_FROM]
        ).fetchone()
    except duckdb.Error as error:
        raise WarehouseError(f"{part}: this part of the lake cannot be read: {message(error)}. {_AGAIN}") from error
    return str(row[0]) if row else None


def fill_store(
    connection: duckdb.DuckDBPyConnection, parts: dict[str, tuple[Path, ...]], on_progress: Progress | None = None
) -> None:
    """Fill the store, which stands empty, once the tables of the lake are filled.

    Raises WarehouseError naming the parts among which one cannot be read.
    """
    steps: list[Callable[[], None]] = [
        lambda: store.look_at(connection, parts),
        lambda: store.add_layouts(connection, parts),
        lambda: store.add_checks(connection, parts),
        lambda: store.make_context(connection),
        lambda: store.add_figures(connection, parts),
        lambda: store.forget(connection),
    ]
    try:
        for done, step in enumerate(steps, start=1):
            step()
            if on_progress:
                on_progress("facts", done, len(steps))
    except duckdb.Error as error:
        if unreadable := _unreadable_packed(connection, parts):
            raise WarehouseError(unreadable) from error
        raise


def _unreadable_packed(connection: duckdb.DuckDBPyConnection, parts: dict[str, tuple[Path, ...]]) -> str | None:
    """Which packed part is at fault, if one is."""
    for part in (part for names in PACKED.values() for name in names for part in parts[name]):
        try:
            connection.execute(f"SELECT count(COLUMNS(*)) FROM {parquet([part])}").fetchall()
        except duckdb.Error as found:
            return f"{part}: this part of the lake cannot be read: {message(found)}. {_AGAIN}"
    return None


def fill_dictionaries(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the tables of measures and indicators, which stand empty."""
    _insert(connection, "measure", [f.name for f in fields(Measure)], [astuple(measure) for measure in measures()])
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
    """Create a declared table from rows in the order of its columns, in the place of an earlier one."""
    create_again(connection, [tables()[table]])
    _insert(connection, table, tables()[table].column_names, rows)


def fill_runs(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Create the table of runs from the run reports anew; a file that is no run report is passed over."""
    create_again(connection, [tables()["run"]])
    _insert(connection, "run", tables()["run"].column_names, [_run_row(run) for run in read_runs(home)])


def read_runs(home: Path, last: int | None = None) -> Iterator[dict[str, Any]]:
    """The run reports of a home, oldest first, all or the last so many; a night of the whole country has megabytes.

    Files that are broken or something else are passed over.
    """
    seen: set[str] = set()
    paths = sorted((home / "runs").glob("*.json"))
    for path in paths if last is None else paths[-last:]:
        try:
            run = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(run, dict) and isinstance(run.get("run_id"), str) and run["run_id"] not in seen:
            seen.add(run["run_id"])
            yield run


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
    """Create the table that says what the warehouse was built from, in the place of an earlier one."""
    create_again(connection, [tables()["build_info"]])
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
