"""Columns as they are exported: in types that every reader of Parquet knows, and in CSV as text that stays text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

# DuckDB's types that stay -> the Table Schema type (Frictionless). Both pandas and R's arrow read these without loss.
FIELD_TYPES = {
    "VARCHAR": "string",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "DOUBLE": "number",
}
# Types that R, Excel's Power Query or pandas have no match for -> the nearest that they have. A sum of whole numbers is
# a HUGEINT, which Parquet has not; one that no BIGINT holds is an error of the export and no other number.
_PLAINER = {
    "TINYINT": "INTEGER",
    "SMALLINT": "INTEGER",
    "UTINYINT": "INTEGER",
    "USMALLINT": "INTEGER",
    "UINTEGER": "BIGINT",
    "UBIGINT": "BIGINT",
    "HUGEINT": "BIGINT",
    "UHUGEINT": "BIGINT",
    "FLOAT": "DOUBLE",
}
_UNIT = re.compile(r" \[([^\[\]|]{1,40})\](?=,| \||$)")


@dataclass(frozen=True)
class ExportColumn:
    """One column of an exported table.

    ``found``: its DuckDB type in the warehouse; ``comment``: English and Chinese; ``values``: the only ones allowed, ()
    for any; ``required``: never null.
    """

    name: str
    found: str
    comment: str
    required: bool
    values: tuple[str, ...] = ()

    @property
    def data_type(self) -> str:
        """The DuckDB type in which it is exported."""
        element, brackets, _ = self.found.partition("[]")
        element = _PLAINER.get(element, element)
        known = element in FIELD_TYPES or element.startswith("DECIMAL")
        return (element if known else "VARCHAR") + brackets

    @property
    def quoted(self) -> str:
        return '"' + self.name.replace('"', '""') + '"'

    @property
    def parquet_sql(self) -> str:
        """What is selected from the warehouse."""
        return (
            self.quoted if self.data_type == self.found else f"CAST({self.quoted} AS {self.data_type}) AS {self.quoted}"
        )

    @property
    def csv_sql(self) -> str:
        """What is selected from the Parquet file for CSV."""
        name, kind = self.quoted, self.data_type
        if kind.endswith("[]"):
            text = f"CAST(to_json({name}) AS VARCHAR)"  # what Table Schema calls an array
        elif kind == "VARCHAR":
            text = harmless_sql(name)
        elif kind == "TIMESTAMP":
            # ISO 8601 in UTC, the default of Table Schema; fractions only where there are some.
            text = f"rtrim(rtrim(strftime({name}, '%Y-%m-%dT%H:%M:%S.%f'), '0'), '.') || 'Z'"
        elif kind.startswith("DECIMAL") and not kind.endswith(",0)"):
            text = f"rtrim(rtrim(CAST({name} AS VARCHAR), '0'), '.')"
        else:
            return name
        return f"{text} AS {name}"

    def field(self, may_be_empty: bool) -> dict[str, Any]:
        """The field of the Table Schema. ``may_be_empty``: null and empty text look the same, as in CSV."""
        kind = "array" if self.data_type.endswith("[]") else FIELD_TYPES.get(self.data_type, "number")
        field: dict[str, Any] = {"name": self.name, "type": kind, "description": self.comment}
        if unit := _UNIT.search(self.comment):
            field["unit"] = unit[1]
        field["duckdb_type"] = self.data_type
        constraints: dict[str, Any] = {}
        if self.required and not may_be_empty:
            constraints["required"] = True
        if self.values:
            constraints["enum"] = list(self.values)
        if constraints:
            field["constraints"] = constraints
        return field


def harmless_sql(name: str) -> str:
    """SQL for a text with an apostrophe before it where a spreadsheet would take it for a formula.

    The rule of ``warehouse.files.harmless``, for many rows at once.
    """
    return (
        f"CASE WHEN left({name}, 1) IN ('=', '+', '-', '@', chr(9), chr(13)) "
        f"AND NOT regexp_full_match({name}, '[+-]([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?') "
        f"THEN '''' || {name} ELSE {name} END"
    )
