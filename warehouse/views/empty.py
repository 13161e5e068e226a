"""An empty warehouse: every table, view and macro with its comments, and the dictionaries of what is measured."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from transforms.schema import tables
from warehouse import load
from warehouse.store import fill as store
from warehouse.store.declared import VIEWED
from warehouse.store.facts import fact_views
from warehouse.views import WIDE_COMMENT, WIDE_TABLE, View, views, wide_comments

# What clients of DuckDB 1.4 (a long-lived release) and later read. Those of 1.3, which would open an older storage,
# read some of its texts as null without a sign.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {"storage_compatibility_version": "v1.4.0"}


def open_empty(path: Path) -> duckdb.DuckDBPyConnection:
    """Write an empty warehouse in the place of any file and open it."""
    path.write_bytes(_file())
    return duckdb.connect(str(path), config=SETTINGS)


@cache
def _file() -> bytes:
    """Hundreds of views and comments take seconds and are the same in every file: they are made once a process."""
    with TemporaryDirectory(prefix="gongkai-empty-") as folder:
        path = Path(folder) / "empty.duckdb"
        with duckdb.connect(str(path), config=SETTINGS) as connection:
            create(connection)
        return path.read_bytes()


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Create everything in a database that has nothing."""
    made_here = [table for table in tables().values() if table.store == "warehouse" and table.name not in VIEWED]
    for table in (*load.in_order(), *made_here):
        load.create_table(connection, table)
    load.fill_dictionaries(connection)
    connection.execute(resources.files("warehouse").joinpath("macros.sql").read_text("utf-8"))
    store.create(connection)
    described = {name: (t.comment, {c.name: c.comment for c in t.columns}) for name, t in tables().items()}
    described[WIDE_TABLE] = (WIDE_COMMENT, wide_comments())
    _create_views(connection, (View(name, *described[name], sql) for name, sql in fact_views().items()))
    _create_views(connection, views())
    connection.execute(resources.files("warehouse").joinpath("table_macros.sql").read_text("utf-8"))


def _create_views(connection: duckdb.DuckDBPyConnection, wanted: Iterable[View]) -> None:
    """Create views, then the comments that their files declare; checks.py names a declared column that is not there."""
    connection.begin()
    made = list(wanted)
    for view in made:
        connection.execute(f'CREATE VIEW "{view.name}" AS\n{view.sql}')
    found = set(connection.execute("SELECT table_name, column_name FROM duckdb_columns()").fetchall())
    for view in made:
        statements = [f"COMMENT ON VIEW \"{view.name}\" IS '{_quoted(view.comment)}'"]
        statements += [
            f'COMMENT ON COLUMN "{view.name}"."{column}" IS \'{_quoted(text)}\''
            for column, text in view.columns.items()
            if (view.name, column) in found
        ]
        connection.execute(";\n".join(statements))
    connection.commit()


def _quoted(text: str) -> str:
    return text.replace("'", "''")
