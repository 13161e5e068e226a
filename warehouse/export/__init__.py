"""The whole published warehouse as Parquet and CSV files, described by a ``datapackage.json``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from transforms.schema import tables
from warehouse.connection import WarehouseError, message, open_published, warehouse_path
from warehouse.export.columns import ExportColumn
from warehouse.export.description import DESCRIPTION, FORMATS, Written, described, described_files
from warehouse.files import replacing

__all__ = ["DESCRIPTION", "export"]

# What the warehouse holds for its users. Other schemas are how it keeps that, and nobody's business.
_OF_USERS = "NOT internal AND schema_name = 'main' AND database_name = current_database()"


@dataclass(frozen=True)
class _Exported:
    """A table or view to export; ``order``: the columns that its rows are sorted by, () for all."""

    name: str
    kind: str
    comment: str
    columns: tuple[ExportColumn, ...]
    order: tuple[str, ...]


def export(
    home: Path, folder: Path, on_progress: Callable[[str, int, int | None], None] | None = None
) -> tuple[str, ...]:
    """Write every table and view of the published warehouse to ``folder``; returns their names.

    ``NAME.parquet``, ``NAME.csv`` and ``datapackage.json``: a Frictionless Data Package (specs.frictionlessdata.io,
    v1) with types, meanings, units, keys, allowed values, sources, licences, sizes and hashes. Equal content gives
    equal bytes: rows are sorted by their keys, and nothing tells when or where the export was made.

    CSV is UTF-8 without BOM, as RFC 4180 and Table Schema have it: many readers take a BOM for part of the first
    column's name. Who wants to open figures in Excel takes the spreadsheet of ``gongkai compare``.

    Every file appears whole or not at all. The description goes first and comes back last, so that a folder that has
    one is whole; files of an earlier export that are no longer part of it are removed. Raises WarehouseError when there
    is no warehouse, when the folder holds a data package of someone else, or when something cannot be written.
    """
    open_published(home).close()  # says what to do when there is none
    before = _earlier(folder)
    # Other settings than a query's: this connection writes files. Both are closed before the next is opened.
    try:
        connection = duckdb.connect(str(warehouse_path(home)), read_only=True)
    except duckdb.Error as error:
        raise WarehouseError(f"{warehouse_path(home)} cannot be read now: {message(error)}") from error
    try:
        exported = _exported(connection)
        written = []
        for done, one in enumerate(exported, start=1):
            written.append(_write(connection, folder, one))
            if on_progress:
                on_progress("export", done, len(exported))
        package = described(connection, written)
    except duckdb.Error as error:
        raise WarehouseError(
            f"The export to {folder} broke off: {message(error)}. Check the free space; files that are there are whole."
        ) from error
    finally:
        connection.close()
    for name in before - {name for one in written for name in one.files}:
        (folder / name).unlink(missing_ok=True)
    with replacing(folder / DESCRIPTION) as beside:
        beside.write_text(json.dumps(package, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return tuple(one.name for one in exported)


def _earlier(folder: Path) -> frozenset[str]:
    """The files of an earlier export in the folder, whose description is taken away: it will not fit what comes."""
    path = folder / DESCRIPTION
    try:
        files = described_files(path)
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WarehouseError(
            f"{path} could not be written: {error}. Check the folder, its rights and the free space."
        ) from error
    return files


def _exported(connection: duckdb.DuckDBPyConnection) -> list[_Exported]:
    found = connection.execute(
        f"SELECT table_name, 'table', comment FROM duckdb_tables() WHERE {_OF_USERS} UNION ALL "
        f"SELECT view_name, 'view', comment FROM duckdb_views() WHERE {_OF_USERS} ORDER BY 1"
    ).fetchall()
    columns: dict[str, list[ExportColumn]] = {}
    for table, column, data_type, comment, nullable in connection.execute(
        "SELECT table_name, column_name, data_type, comment, is_nullable FROM duckdb_columns() "
        f"WHERE {_OF_USERS} ORDER BY table_name, column_index"
    ).fetchall():
        declared = {c.name: c for c in tables()[table].columns}.get(column) if table in tables() else None
        required = not nullable or (declared is not None and declared.required)
        values = declared.values if declared else ()
        columns.setdefault(table, []).append(ExportColumn(column, data_type, comment or "", required, values))
    return [
        # What the contract calls a table may lie in the file in another way, behind a view.
        _Exported(
            name,
            "table" if name in tables() else kind,
            comment or "",
            tuple(columns[name]),
            tables()[name].key if name in tables() else (),
        )
        for name, kind, comment in found
    ]


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, one: _Exported) -> Written:
    """Both files of a table. CSV is made from the Parquet file: a view is computed and sorted once, not twice."""
    order = ", ".join(f'"{name}"' for name in one.order) or "ALL"
    selected = ", ".join(column.parquet_sql for column in one.columns)
    parquet, csv = (folder / f"{one.name}.{format}" for format in FORMATS)
    with replacing(parquet) as beside:
        connection.execute(
            f'COPY (SELECT {selected} FROM "{one.name}" ORDER BY {order}) TO {_literal(beside)} '
            "(FORMAT parquet, COMPRESSION zstd)"
        )
    rows = f"read_parquet({_literal(parquet)}, hive_partitioning = false)"
    with replacing(csv) as beside:
        texts = ", ".join(column.csv_sql for column in one.columns)
        connection.execute(f"COPY (SELECT {texts} FROM {rows}) TO {_literal(beside)} (FORMAT csv, HEADER)")
    # In CSV an empty text looks like none: a column that has some cannot be called required there.
    required = [c.name for c in one.columns if c.required and c.data_type == "VARCHAR"]
    asked = ", ".join(["count(*)", *(f"coalesce(bool_or(\"{name}\" = ''), false)" for name in required)])
    count, *empty = connection.execute(f"SELECT {asked} FROM {rows}").fetchone() or (0,)
    return Written(
        name=one.name,
        kind=one.kind,
        comment=one.comment,
        columns=one.columns,
        rows=count,
        empty=frozenset(name for name, found in zip(required, empty, strict=True) if found),
        files={path.name: (path.stat().st_size, _sha256(path)) for path in (parquet, csv)},
    )


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
