"""The two sides of a diff: an export, a home with its published warehouse, or a warehouse file, each as one schema."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.connection import CompareError, WarehouseError, is_lock_conflict, message, warehouse_path
from warehouse.export import DESCRIPTION

# What a diff looks at.
TABLES = (
    "report",
    "report_version",
    "report_event",
    "agency",
    "division",
    "disclosure",
    "application",
    "litigation",
    "legacy_stat",
)


@dataclass(frozen=True)
class Side:
    """One side: ``path`` as it was given, and what its ``build_info`` says it was built from."""

    path: Path
    info: dict[str, str]


def attach(connection: duckdb.DuckDBPyConnection, schema: str, path: Path) -> Side:
    """Give the tables of ``path`` as views in a new schema of ``connection``; nothing there is written to.

    Raises CompareError when there is nothing that can be compared, WarehouseError when it cannot be read.
    """
    if (path / DESCRIPTION).is_file():
        sources, info = _of_export(path)
    elif path.is_file() or warehouse_path(path).is_file():
        sources, info = _of_warehouse(connection, schema, path if path.is_file() else warehouse_path(path))
    else:
        found = "a folder with neither" if path.is_dir() else "nothing"
        raise CompareError(
            f"{path}: expected an export (a folder with {DESCRIPTION}), a home with a published warehouse, or a "
            f"warehouse file; found {found}. `gongkai export DIR` makes an export."
        )
    connection.execute(f"CREATE SCHEMA {schema}")
    for table, source in sources.items():
        try:
            connection.execute(f'CREATE VIEW {schema}."{table}" AS FROM {source}')
        except duckdb.CatalogException as error:
            raise CompareError(
                f"{path}: it has no table {table}, so it is no warehouse of this version of gongkai "
                f"({message(error)}). `gongkai load` builds it anew from the lake."
            ) from error
        except duckdb.Error as error:
            raise WarehouseError(f"{path}: its table {table} cannot be read: {message(error)}") from error
    return Side(path, info)


def _of_warehouse(
    connection: duckdb.DuckDBPyConnection, schema: str, file: Path
) -> tuple[dict[str, str], dict[str, str]]:
    try:
        connection.execute(f"ATTACH {_literal(file)} AS {schema}_file (READ_ONLY)")
        info = dict(connection.execute(f"SELECT key, value FROM {schema}_file.main.build_info").fetchall())
    except duckdb.CatalogException as error:
        raise CompareError(f"{file} is no warehouse of gongkai: {message(error)}") from error
    except duckdb.Error as error:
        do = "Close the program that writes to it and try again. " if is_lock_conflict(error) else ""
        raise WarehouseError(f"{file} cannot be read as a warehouse now. {do}DuckDB said: {message(error)}") from error
    return {table: f'{schema}_file.main."{table}"' for table in TABLES}, info


def _of_export(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    again = "Make the export again with `gongkai export`."
    try:
        package: dict[str, Any] = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        sizes = {resource["path"]: resource["bytes"] for resource in package["resources"]}
        info = {str(key): str(value) for key, value in package["fingerprint"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CompareError(
            f"{folder / DESCRIPTION} is no description of an export of gongkai ({type(error).__name__}: {error})."
        ) from error
    sources = {}
    for table in TABLES:
        path = folder / f"{table}.parquet"
        if path.name not in sizes:
            raise CompareError(f"{folder}: the export has no table {table}: an older version made it. {again}")
        size = path.stat().st_size if path.is_file() else None
        if size != sizes[path.name]:
            raise WarehouseError(
                f"{path}: {DESCRIPTION} says {sizes[path.name]} bytes, found "
                f"{'no file' if size is None else size}. {again}"
            )
        sources[table] = f"read_parquet({_literal(path)}, hive_partitioning = false)"
    return sources, info


def _literal(path: Path) -> str:
    return "'" + str(path.resolve()).replace("'", "''") + "'"
