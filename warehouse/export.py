"""The whole published warehouse as Parquet and CSV files, described by a ``datapackage.json``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from warehouse.connection import WarehouseError, message, open_published, warehouse_path
from warehouse.files import replacing

# Table Schema types (frictionlessdata) of DuckDB's; DECIMAL, lists and what is not named are handled below.
_FIELD_TYPES = {
    "VARCHAR": "string",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "DOUBLE": "number",
}
_FORMATS = {
    "parquet": ("FORMAT parquet, COMPRESSION zstd", "application/vnd.apache.parquet"),
    "csv": ("FORMAT csv, HEADER", "text/csv"),
}


def export(
    home: Path, folder: Path, on_progress: Callable[[str, int, int | None], None] | None = None
) -> tuple[str, ...]:
    """Write every table and view of the published warehouse to ``folder``; returns their names.

    ``NAME.parquet``, ``NAME.csv`` (UTF-8) and ``datapackage.json`` with types, comments, sizes and hashes. Every file
    appears whole or not at all; the description comes last. Raises WarehouseError when there is no warehouse or
    something cannot be written.
    """
    open_published(home).close()  # says what to do when there is none
    # Other settings than a query's: this connection writes files. Both are closed before the next is opened.
    try:
        connection = duckdb.connect(str(warehouse_path(home)), read_only=True)
    except duckdb.Error as error:
        raise WarehouseError(f"{warehouse_path(home)} cannot be read now: {message(error)}") from error
    try:
        described = _described(connection)
        resources = []
        for done, (name, (kind, comment)) in enumerate(described.items(), start=1):
            resources += [_write(connection, folder, name, kind, comment, format) for format in _FORMATS]
            if on_progress:
                on_progress("export", done, len(described))
        info = dict(connection.execute("SELECT key, value FROM build_info").fetchall())
    except duckdb.Error as error:
        raise WarehouseError(
            f"The export to {folder} broke off: {message(error)}. Check the free space; files that are there are whole."
        ) from error
    finally:
        connection.close()
    package = {
        "name": "gongkai",
        "title": "政府信息公开工作年度报告 / Annual reports on open government information",
        "profile": "data-package",
        "version": info["package_version"],
        "fingerprint": {key: info[key] for key in sorted(info)},
        "resources": resources,
    }
    with replacing(folder / "datapackage.json") as beside:
        beside.write_text(json.dumps(package, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return tuple(described)


def _described(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """Name -> (table or view, comment)."""
    rows = connection.execute(
        "SELECT table_name, 'table', comment FROM duckdb_tables() WHERE NOT internal UNION ALL "
        "SELECT view_name, 'view', comment FROM duckdb_views() WHERE NOT internal ORDER BY 1"
    ).fetchall()
    return {name: (kind, comment) for name, kind, comment in rows}


def _write(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, kind: str, comment: str, format: str
) -> dict[str, Any]:
    options, media_type = _FORMATS[format]
    # A table keeps its order; a view has none of its own, and equal content should give equal bytes.
    order = " ORDER BY ALL" if kind == "view" else ""
    path = folder / f"{name}.{format}"
    with replacing(path) as beside:
        target = str(beside).replace("'", "''")
        connection.execute(f"COPY (SELECT * FROM \"{name}\"{order}) TO '{target}' ({options})")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    fields = connection.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
        [name],
    ).fetchall()
    return {
        "name": f"{name}-{format}",
        "path": path.name,
        "format": format,
        "mediatype": media_type,
        "encoding": "utf-8",
        "description": comment,
        "kind": kind,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
        "schema": {
            "fields": [
                {"name": column, "type": _field_type(data_type), "duckdb_type": data_type, "description": meaning}
                for column, data_type, meaning in fields
            ]
        },
    }


def _field_type(data_type: str) -> str:
    if data_type.endswith("[]"):
        return "array"
    return "number" if data_type.startswith("DECIMAL") else _FIELD_TYPES.get(data_type, "any")
