"""One read-only query on the published warehouse, and its result as a table, CSV, JSON or Parquet."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import duckdb

from warehouse.connection import QueryError, message, published
from warehouse.files import plain, replacing

FORMATS = ("table", "csv", "json", "parquet")
_BATCH = 10_000  # rows that are held at a time where all need not be

_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


@dataclass(frozen=True)
class Result:
    """What a query gave: column names, their DuckDB types, and the rows as Python values."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def execute(home: Path, sql: str) -> Result:
    """The whole result of one query on the published warehouse.

    Raises QueryError for anything but one statement that reads, and with DuckDB's own message for wrong SQL;
    WarehouseError when there is no warehouse or it is locked.
    """
    with _running(home, sql) as cursor:
        return Result(_columns(cursor), _types(cursor), tuple(_rows(cursor)))


def write_query(
    home: Path, sql: str, format: str = "table", out: Path | None = None, stream: IO[str] | None = None
) -> int:
    """Write the result of a query to ``out``, else to ``stream`` (standard output); returns the number of rows.

    ``format`` is one of FORMATS; ``parquet`` needs ``out``. The file appears whole or not at all.
    Raises as ``execute``, and QueryError for a format that does not fit.
    """
    if format not in FORMATS:
        raise QueryError(f"Unknown format {format!r}: choose one of {', '.join(FORMATS)}.")
    if format == "parquet" and out is None:
        raise QueryError("Parquet is no text: name a file for it with -o FILE.parquet.")
    if out is not None and format == "parquet":
        with _reading(home, sql) as connection, replacing(out) as beside:
            return _write_parquet(connection.sql(sql), beside)
    with _running(home, sql) as cursor:
        if out is None:
            return _writers()[format](cursor, stream or sys.stdout)
        with replacing(out) as beside, beside.open("w", encoding="utf-8", newline="") as file:
            return _writers()[format](cursor, file)


@contextmanager
def _running(home: Path, sql: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The open result of a query."""
    with _reading(home, sql) as connection:
        yield connection.execute(sql)


@contextmanager
def _reading(home: Path, sql: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for a query that may run. DuckDB's errors, those while the block fetches too, become QueryError."""
    with published(home) as connection:
        try:
            _refuse_unless_reading(sql)
            yield connection
        except duckdb.PermissionException as error:
            raise QueryError(
                f"{message(error)}\n\nA query reads the published warehouse only; files and network are closed to it."
            ) from error
        except duckdb.Error as error:
            raise QueryError(message(error)) from error


def _refuse_unless_reading(sql: str) -> None:
    statements = duckdb.extract_statements(sql)
    if not statements:
        raise QueryError("The query is empty. Try: SELECT agency_name, report_year, disclosure_rate FROM agency_year")
    if len(statements) > 1:
        raise QueryError(f"These are {len(statements)} statements; give one query at a time.")
    kind = statements[0].type
    if kind == duckdb.StatementType.MULTI:
        raise QueryError("PIVOT must name its columns here (PIVOT … ON column IN (…)), so that it is one query.")
    if kind not in _READING:
        raise QueryError(
            f"This is a statement of type {kind.name}, but the published warehouse is only read: use SELECT (or WITH, "
            "FROM, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN). To write a file use --format with -o, or `gongkai export`."
        )


def _columns(cursor: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    return tuple(column[0] for column in cursor.description or ())


def _types(cursor: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    return tuple(str(column[1]) for column in cursor.description or ())


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while batch := cursor.fetchmany(_BATCH):
        yield from batch


def _writers() -> dict[str, Callable[[duckdb.DuckDBPyConnection, IO[str]], int]]:
    return {"table": _write_table, "csv": _write_csv, "json": _write_json}


def _write_table(cursor: duckdb.DuckDBPyConnection, stream: IO[str]) -> int:
    columns, rows = _columns(cursor), list(_rows(cursor))
    if "EXPLAIN" in columns[0].upper() or columns == ("explain_key", "explain_value"):
        stream.writelines(f"{row[-1]}\n" for row in rows)
        return len(rows)
    for line in table_lines(columns, rows):
        stream.write(line + "\n")
    return len(rows)


def table_lines(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Rows as aligned text under their column names; Chinese characters are two wide, numbers stand to the right."""
    from rich.cells import cell_len

    texts = [[_text(value) for value in row] for row in rows]
    widths = [max((cell_len(row[number]) for row in texts), default=0) for number in range(len(columns))]
    widths = [max(width, cell_len(name)) for width, name in zip(widths, columns, strict=True)]
    right = [
        any(isinstance(row[number], (int, float, Decimal)) and not isinstance(row[number], bool) for row in rows)
        for number in range(len(columns))
    ]

    def line(cells: Sequence[str]) -> str:
        padded = []
        for text, width, to_the_right in zip(cells, widths, right, strict=True):
            space = " " * (width - cell_len(text))
            padded.append(space + text if to_the_right else text + space)
        return "  ".join(padded).rstrip()

    return [line(columns), "  ".join("─" * width for width in widths), *(line(row) for row in texts)]


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(plain(value), ensure_ascii=False)
    return " ".join(str(value).splitlines())


def _write_csv(cursor: duckdb.DuckDBPyConnection, stream: IO[str]) -> int:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_columns(cursor))
    number = 0
    for row in _rows(cursor):
        writer.writerow([_csv_cell(value) for value in row])
        number += 1
    return number


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(plain(value), ensure_ascii=False)
    return value


def _write_json(cursor: duckdb.DuckDBPyConnection, stream: IO[str]) -> int:
    columns = _distinct(_columns(cursor))
    number = 0
    stream.write("[")
    for row in _rows(cursor):
        values = {name: plain(value) for name, value in zip(columns, row, strict=True)}
        stream.write((",\n " if number else "\n ") + json.dumps(values, ensure_ascii=False, allow_nan=False))
        number += 1
    stream.write("\n]\n" if number else "]\n")
    return number


def _write_parquet(relation: duckdb.DuckDBPyRelation, path: Path) -> int:
    import pyarrow.parquet as pq

    _distinct(tuple(relation.columns))
    number = 0
    reader = relation.to_arrow_reader(_BATCH)
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            number += batch.num_rows
    return number


def _distinct(columns: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise QueryError(
            f"The result has several columns called {', '.join(twice)}; give each a name of its own with AS."
        )
    return columns
