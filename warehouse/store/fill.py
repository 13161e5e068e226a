"""Loads the store from the lake's packed parts."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import duckdb

from transforms.schema import lake_tables
from transforms.schema.packed import FORM_TABLES, cells_of, packed_cells
from warehouse.store.declared import SCHEMA, store_tables

Parts = dict[str, tuple[Path, ...]]


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the store's tables, empty, with their comments."""
    connection.begin()
    connection.execute(f"CREATE SCHEMA {SCHEMA}")
    for table in store_tables().values():
        connection.execute(table.ddl)
        comments = [f"COMMENT ON TABLE {SCHEMA}.\"{table.name}\" IS '{_quoted(table.comment)}'"]
        comments += [
            f'COMMENT ON COLUMN {SCHEMA}."{table.name}"."{name}" IS \'{_quoted(text)}\''
            for name, (_, text) in table.columns.items()
        ]
        connection.execute(";\n".join(comments))
    connection.commit()


def look_at(connection: duckdb.DuckDBPyConnection, parts: Parts) -> None:
    """Make the view ``packed``: of which versions these parts have packed cells, and for which report and year."""
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW packed AS SELECT version_id, report_id, report_year, n_cells "
        f"FROM {_cells_of(parts['packed_cells'])}"
    )


def add_layouts(connection: duckdb.DuckDBPyConnection, parts: Parts) -> None:
    """Add the layouts that the store has not got, with the next numbers."""
    # A column a cell: views join the layout for one place, and would copy a list of all for every report.
    places = [
        f"CASE WHEN table_name = '{table}' THEN locators[{place}] END AS \"{cell.name}\""
        for table in FORM_TABLES
        for place, cell in enumerate(cells_of(table), start=1)
    ]
    said_by = {"cell_layout": ["table_name", *places], "check_layout": ["rules", "subjects", "cells", "messages"]}
    for table, said in said_by.items():
        if not parts[table]:
            continue
        connection.execute(
            f"""
            INSERT INTO store.{table} BY NAME
            SELECT
                (SELECT coalesce(max(layout_no), 0) FROM store.{table})
                + row_number() OVER (ORDER BY layout_id) AS layout_no,
                layout_id, {", ".join(said)}
            FROM (SELECT DISTINCT ON (layout_id) * FROM {parquet(parts[table])}) AS lake
            WHERE layout_id NOT IN (SELECT layout_id FROM store.{table})
            """
        )


def add_checks(connection: duckdb.DuckDBPyConnection, parts: Parts, of: str = "true") -> None:
    """Add the checks of the versions for which ``of``, a condition on ``lake.version_id``, holds."""
    if not parts["packed_checks"]:
        return
    connection.execute(
        f"""
        INSERT INTO store.packed_checks BY NAME
        SELECT lake.version_id, lake.report_id, lake.report_year, l.layout_no, lake.sides
        FROM {parquet(parts["packed_checks"])} AS lake
        JOIN store.check_layout AS l ON l.layout_id = lake.layout
        WHERE {of}
        """
    )
    columns = ", ".join(f'lake."{name}"' for name in store_tables()["odd_check"].columns)
    connection.execute(
        f"INSERT INTO store.odd_check SELECT {columns} FROM {parquet(parts['odd_check'])} AS lake WHERE {of}"
    )


def make_context(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``context`` and the place of each agency; the checks and ``lake_report`` stand."""
    connection.execute(resources.files(__package__).joinpath("context.sql").read_text("utf-8"))


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop ``lake_report`` and ``context``, which hold every report once more, when the store is filled."""
    connection.execute("DROP TABLE context; DROP TABLE lake_report")


def take_up_doubts(connection: duckdb.DuckDBPyConnection, of: str = "true") -> None:
    """Have reports say what is in doubt in them, once corrections and the rules over reports were applied.

    ``of``: a condition on report_id; what others say of their doubts stays.
    """
    doubts = resources.files(__package__).joinpath("doubts.sql").read_text("utf-8")
    connection.execute(doubts.replace("{{of}}", of))
    connection.execute(
        f"""
        UPDATE store.report AS r SET n_doubtful = d.n, doubtful = d.paths
        FROM (
            SELECT r.report_id, coalesce(d.n, 0) AS n, coalesce(d.paths, '') AS paths
            FROM (SELECT report_id FROM store.report WHERE {of}) AS r LEFT JOIN doubts AS d USING (report_id)
        ) AS d
        WHERE d.report_id = r.report_id AND (d.n <> r.n_doubtful OR d.paths <> r.doubtful)
        """
    )


def take_up_likeness(connection: duckdb.DuckDBPyConnection, of: str = "true") -> None:
    """Have reports say how much of their text stood in that of the year before, once the rules over reports were
    applied, which make ``likeness``.

    ``of``: a condition on report_id; what others say stays.
    """
    connection.execute(
        f"""
        UPDATE store.report AS r SET letters_repeated = l.shared, letters_compared = l.letters
        FROM (
            SELECT r.report_id, l.shared, l.letters
            FROM (SELECT report_id FROM store.report WHERE {of}) AS r
            LEFT JOIN likeness AS l ON l.report_id = r.report_id AND l.is_own
        ) AS l
        WHERE l.report_id = r.report_id
            AND (l.shared, l.letters) IS DISTINCT FROM (r.letters_repeated, r.letters_compared)
        """
    )


def view_unpublished(connection: duckdb.DuckDBPyConnection, parts: Parts) -> None:
    """Make temporary views of the tables that the lake alone has: ``cell_version``, the cells of all versions, of which
    the file itself holds the current ones only, and ``text_fingerprint``."""
    for table in (table for table in lake_tables() if not table.published):
        columns = ", ".join(f'NULL::{c.sql_type} AS "{c.name}"' for c in table.columns)
        rows = f"FROM {parquet(parts[table.name])}" if parts[table.name] else f"SELECT {columns} WHERE false"
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {table.name} AS {rows}")


def add_figures(connection: duckdb.DuckDBPyConnection, parts: Parts, of: str = "true") -> None:
    """Add the figures of the reports for which ``of``, a condition on rows ``c`` of ``context``, holds."""
    lake = _cells_of(parts["packed_cells"])
    of_lake = {"n_inferred": "coalesce(lake.n_inferred, 0)", "inferred": "coalesce(lake.inferred, [])"}
    of_lake |= {"n_cells": "coalesce(lake.n_cells, 0)"}
    of_lake |= {"n_doubtful": "0", "doubtful": "''"}  # until ``take_up_doubts``
    of_lake |= {"letters_repeated": "NULL", "letters_compared": "NULL"}  # until ``take_up_likeness``
    layouts = [f"{table}_layout" for table in FORM_TABLES]
    of_lake |= {cell.name: f'lake."{cell.name}"' for cell in packed_cells()}
    selected = ", ".join(f'{of_lake.get(name, f"c.{name}")} AS "{name}"' for name in store_tables()["report"].columns)
    numbers = ", ".join(f"{name}_.layout_no AS {name}" for name in layouts)
    joined = "\n".join(f"LEFT JOIN store.cell_layout AS {name}_ ON {name}_.layout_id = p.{name}" for name in layouts)
    # The wide rows are joined once, and the narrow side is the one that is kept in memory.
    connection.execute(
        f"""
        INSERT INTO store.report BY NAME
        SELECT {selected}
        FROM {lake} AS lake
        RIGHT JOIN (
            SELECT c.*, {numbers}
            FROM context AS c
            LEFT JOIN (SELECT version_id, {", ".join(layouts)} FROM {lake}) AS p ON p.version_id = c.version_id
            {joined}
            WHERE {of}
        ) AS c ON c.version_id = lake.version_id
        """
    )
    if not parts["odd_cell"]:
        return
    columns = ", ".join(f'lake."{name}"' for name in store_tables()["odd_cell"].columns)
    connection.execute(
        f"""
        INSERT INTO store.odd_cell SELECT {columns}
        FROM {parquet(parts["odd_cell"])} AS lake
        JOIN context AS c ON c.version_id = lake.version_id
        WHERE {of}
        """
    )


def parquet(files: Sequence[Path]) -> str:
    """SQL of the rows of Parquet parts, of which there is one at least."""
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    return f"read_parquet([{listed}], hive_partitioning = false)"


def _cells_of(files: Sequence[Path]) -> str:
    """The rows of ``packed_cells``; of a lake without cells none, for its reports have a row all the same."""
    if files:
        return parquet(files)
    types = {"version_id": "VARCHAR", "n_inferred": "INTEGER", "inferred": "VARCHAR[]"}
    types |= {"report_id": "VARCHAR", "report_year": "INTEGER", "n_cells": "INTEGER"}
    types |= {f"{table}_layout": "VARCHAR" for table in FORM_TABLES}
    types |= {cell.name: "DECIMAL(18,4)" for cell in packed_cells()}
    return "(SELECT " + ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in types.items()) + " WHERE false)"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
