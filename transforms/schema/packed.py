"""The packed layout of the facts, declared once: one wide row a version, and rows for what does not follow from it.

A report has some two hundred cells, most of them printed zeros. ``cell_version`` and ``check_result`` say each of them
in a row of its own, which is what people read and what takes ten times the space and time of the figures. These
tables say the same once more in little: the lake holds them beside the long ones, and the warehouse gives the long
ones back as views (warehouse/store).

A table of a form is *plain* in a version when each of its cells is printed as its value is usually written (``raw`` and
``state`` follow from the value) and is taken as it is printed. Of a plain table the wide row holds the values, and a
layout, shared by all reports that are laid out alike, the places. All cells of a table that is not plain are rows.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from transforms.schema import arrow_schema
from transforms.schema.measures import measures

if TYPE_CHECKING:
    import pyarrow as pa

# Tables of a form, as cell_version.table_name has them.
FORM_TABLES = ("application", "disclosure", "legacy", "litigation")
# Where a part of the packed tables says which part of the long table it was made from, and by which rules.
PACKED_FROM = b"packed_from"
# Raise it when the same long rows are to be packed otherwise: every packed part is then made anew.
RULES = 1


@dataclass(frozen=True)
class PackedCell:
    """A cell of the forms and the column of the wide row that holds it.

    ``is_detail``: only plain tables fill its column, with a whole number; else it holds ``value_effective`` always.
    """

    table_name: str
    row_key: str
    column_key: str
    name: str
    is_detail: bool

    @property
    def is_total(self) -> bool:
        return self.column_key == "total" or self.row_key == "outcome_total"

    @property
    def path(self) -> str:
        """The cell's path as in the contract."""
        parts = (self.table_name, self.row_key, self.column_key)
        return ".".join(part for part in parts if part != "value")


@cache
def packed_cells() -> tuple[PackedCell, ...]:
    """Every cell that some form prints, in the order of the lake's keys."""
    keys: dict[str, list[str]] = {}
    for measure in measures():
        keys.setdefault(measure.table_name, []).append(measure.measure)
    cells = [PackedCell(table, key, "value", key, False) for table in ("disclosure", "legacy") for key in keys[table]]
    cells += [
        PackedCell(
            "application",
            outcome,
            applicant,
            outcome if applicant == "total" else f"{outcome}_{applicant}",
            applicant != "total" and outcome != "received_new",
        )
        for outcome in keys["application"]
        for applicant in keys["applicant"]
    ]
    cells += [
        PackedCell("litigation", channel, result, f"{channel}_{result}", False)
        for channel in keys["channel"]
        for result in keys["result"]
    ]
    names = [cell.name for cell in cells]
    if len(set(names)) < len(names):
        raise ValueError(
            f"measures.yaml: cells that share a column: {sorted({n for n in names if names.count(n) > 1})}"
        )
    return tuple(sorted(cells, key=lambda cell: (cell.table_name, cell.row_key, cell.column_key)))


@cache
def cells_of(table: str) -> tuple[PackedCell, ...]:
    """The cells of one table of the forms, in the order in which a layout lists their places."""
    return tuple(cell for cell in packed_cells() if cell.table_name == table)


@cache
def packed_schemas() -> dict[str, pa.Schema]:
    """The Arrow schema of every packed table of the lake, by name; all are partitioned by report year."""
    import pyarrow as pa

    text, whole, texts = pa.string(), pa.int32(), pa.list_(pa.string())
    version = [
        pa.field("version_id", text, nullable=False),
        pa.field("report_id", text, nullable=False),
        pa.field("report_year", whole, nullable=False),
    ]
    layouts = [pa.field(f"{table}_layout", text) for table in FORM_TABLES]
    figures = [pa.field(cell.name, whole if cell.is_detail else pa.decimal128(18, 4)) for cell in packed_cells()]
    return {
        "packed_cells": pa.schema(
            [
                *version,
                pa.field("n_cells", whole, nullable=False),
                pa.field("n_inferred", whole, nullable=False),
                # Paths of cells that are no detail and whose effective value was not printed, sorted.
                pa.field("inferred", texts, nullable=False),
                # Null: the version has nothing of that table, or it is not plain.
                *layouts,
                *figures,
            ]
        ),
        "odd_cell": arrow_schema("cell_version"),
        "cell_layout": pa.schema(
            [
                pa.field("layout_id", text, nullable=False),
                pa.field("table_name", text, nullable=False),
                # As long as the table has cells; null for one that the layout has not.
                pa.field("locators", texts, nullable=False),
            ]
        ),
        "packed_checks": pa.schema(
            [
                *version,
                pa.field("layout", text, nullable=False),
                # Left side, and right side, of each check of the layout.
                pa.field("sides", pa.list_(whole), nullable=False),
            ]
        ),
        "odd_check": arrow_schema("check_result"),
        "check_layout": pa.schema(
            [
                pa.field("layout_id", text, nullable=False),
                *(pa.field(name, texts, nullable=False) for name in ("rules", "subjects", "cells", "messages")),
            ]
        ),
    }


# Long table -> the tables that it is packed into: the wide rows, the odd ones, the layouts.
PACKED = {
    "cell_version": ("packed_cells", "odd_cell", "cell_layout"),
    "check_result": ("packed_checks", "odd_check", "check_layout"),
}


def packed_from(long_table: str, sha256: str) -> str:
    """What the parts packed from the long part with this hash carry under ``PACKED_FROM``."""
    schemas = " ".join(str(packed_schemas()[table].remove_metadata()) for table in PACKED[long_table])
    return f"{RULES} {hashlib.sha256(schemas.encode()).hexdigest()[:16]} {sha256}"
