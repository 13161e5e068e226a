"""The one declaration of tables and columns, and what is made from it: Arrow schemas, frame checks, DDL, comments."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "INTEGER",
    "bigint": "BIGINT",
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
    """One declared table; ``store`` is ``lake`` (a Parquet dataset) or ``warehouse`` (filled by the build)."""

    name: str
    en: str
    zh: str
    store: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    by_year: bool = False
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
    declared = yaml.safe_load(resources.files(__package__).joinpath("tables.yaml").read_text("utf-8"))
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
        "decimal": pa.decimal128(18, 4),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
    }
    return pa.schema([pa.field(c.name, types[c.type], nullable=not c.required) for c in tables()[table].columns])


def conform(frame: pd.DataFrame, table: str) -> pa.Table:
    """Check a frame against the declaration and give it as an Arrow table sorted by the table's key.

    The frame has exactly the declared columns. Raises ``pandera.errors.SchemaErrors`` naming table, column and
    failing rows when a value is missing, not among the allowed ones, or a key stands twice.
    """
    import pandera.pandas as pandera
    import pyarrow as pa

    declared = tables()[table]
    checked = pandera.DataFrameSchema(
        {
            c.name: pandera.Column(nullable=not c.required, checks=[pandera.Check.isin(c.values)] if c.values else None)
            for c in declared.columns
        },
        name=table,
        strict=True,
        unique=list(declared.key),
    ).validate(frame, lazy=True)
    ordered = checked[list(declared.column_names)].sort_values(list(declared.key), kind="stable")
    return pa.Table.from_pandas(ordered, schema=arrow_schema(table), preserve_index=False)


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
