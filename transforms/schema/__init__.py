"""The one declaration of tables and columns, and what is made from it: Arrow schemas, frame checks, DDL, comments."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import pyarrow as pa

_SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "bigints": "BIGINT[]",
    "decimal": "DECIMAL(18,4)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}


@dataclass(frozen=True)
class Column:
    """One declared column; ``type`` is a key of the YAML's type list, ``values`` the only values allowed.

    ``quotes``: it holds text of documents or portals, from which personal data is taken out.
    """

    name: str
    type: str
    en: str
    zh: str
    required: bool = False
    values: tuple[str, ...] = ()
    unit: str | None = None
    quotes: bool = False

    @property
    def sql_type(self) -> str:
        return _SQL_TYPES[self.type]

    @property
    def comment(self) -> str:
        unit = f" [{self.unit}]" if self.unit else ""
        return f"{self.en}{unit} | {self.zh}"


@dataclass(frozen=True)
class Table:
    """One declared table; ``store`` is ``lake`` (a Parquet dataset) or ``warehouse`` (filled by the build).

    ``published``: the warehouse has it; else the lake alone.
    """

    name: str
    en: str
    zh: str
    store: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    by_year: bool = False
    published: bool = True
    foreign: dict[str, str] = field(default_factory=dict)

    @property
    def comment(self) -> str:
        return f"{self.en} | {self.zh}"

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@cache
def tables() -> dict[str, Table]:
    """All declared tables by name, in the order of the file."""
    declared = yaml.load(
        resources.files(__package__).joinpath("tables.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader
    )
    return {name: _table(name, body) for name, body in declared.items()}


def _table(name: str, body: dict[str, Any]) -> Table:
    columns = tuple(
        Column(column, **{**spec, "values": tuple(spec.get("values", ()))})
        for column, spec in body.pop("columns").items()
    )
    return Table(name=name, columns=columns, key=tuple(body.pop("key")), **body)


def lake_tables() -> tuple[Table, ...]:
    """The tables that the lake holds as Parquet datasets."""
    return tuple(table for table in tables().values() if table.store == "lake")


def arrow_schema(table: str) -> pa.Schema:
    """The Arrow schema of a table: the only one in which its Parquet files are written."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "integer": pa.int32(),
        "bigint": pa.int64(),
        "bigints": pa.list_(pa.int64()),
        "decimal": pa.decimal128(18, 4),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
    }
    return pa.schema([pa.field(c.name, types[c.type], nullable=not c.required) for c in tables()[table].columns])


def conform(rows: pa.Table, table: str) -> pa.Table:
    """Check rows against the declaration, as ``checked`` does, and sort them by the table's key."""
    return checked(rows, table).sort_by([(name, "ascending") for name in tables()[table].key])


def checked(rows: pa.Table, table: str) -> pa.Table:
    """Check rows against the declaration and give them in the declared types.

    Raises ``pandera.errors.SchemaErrors`` naming table, column and failing rows when a column is missing or strange,
    a value is missing, not among the allowed ones, or a key stands twice; ``pyarrow.ArrowException`` when a value
    does not fit the declared type.
    """
    declared = tables()[table]
    if not _fits(rows, declared):
        _name_misfits(rows, declared)
    return rows.select(list(declared.column_names)).cast(arrow_schema(table))


def _fits(rows: pa.Table, declared: Table) -> bool:
    """Whether rows obviously are as declared: what pandera says of millions of rows, at a tenth of the cost."""
    import pyarrow.compute as pc

    return (
        set(rows.column_names) == set(declared.column_names)
        and not any(column.required and rows[column.name].null_count for column in declared.columns)
        and all(
            {None, *column.values} >= set(pc.unique(rows[column.name]).to_pylist())
            for column in declared.columns
            if column.values
        )
        and rows.group_by(list(declared.key), use_threads=False).aggregate([]).num_rows == rows.num_rows
    )


def _name_misfits(rows: pa.Table, declared: Table) -> None:
    import pandas as pd
    import pandera.pandas as pandera

    # Columns that stay Arrow's own are checked without an object for every value.
    pandera.DataFrameSchema(
        {
            c.name: pandera.Column(nullable=not c.required, checks=[pandera.Check.isin(c.values)] if c.values else None)
            for c in declared.columns
        },
        name=declared.name,
        strict=True,
        unique=list(declared.key),
    ).validate(rows.to_pandas(types_mapper=pd.ArrowDtype), lazy=True)


def ddl(table: str) -> str:
    """``CREATE TABLE`` with key, foreign keys and allowed values, for DuckDB."""
    declared = tables()[table]
    lines = []
    for column in declared.columns:
        line = f'"{column.name}" {column.sql_type}' + (" NOT NULL" if column.required else "")
        if column.values:
            allowed = ", ".join(f"'{value}'" for value in column.values)
            line += f' CHECK ("{column.name}" IN ({allowed}))'
        lines.append(line)
    lines.append("PRIMARY KEY (" + ", ".join(f'"{name}"' for name in declared.key) + ")")
    for column_name, target in declared.foreign.items():
        other, other_column = target.split(".")
        lines.append(f'FOREIGN KEY ("{column_name}") REFERENCES "{other}" ("{other_column}")')
    return f'CREATE TABLE "{table}" (\n  ' + ",\n  ".join(lines) + "\n)"


def comments(table: str) -> list[str]:
    """``COMMENT ON`` statements of a table and its columns, English and Chinese."""
    declared = tables()[table]
    statements = [f"COMMENT ON TABLE \"{table}\" IS '{_quoted(declared.comment)}'"]
    statements += [
        f'COMMENT ON COLUMN "{table}"."{column.name}" IS \'{_quoted(column.comment)}\'' for column in declared.columns
    ]
    return statements


def _quoted(text: str) -> str:
    return text.replace("'", "''")
