"""The views that give the packed facts back as the tables of the contract."""

from __future__ import annotations

from transforms.schema import tables
from transforms.schema.packed import PackedCell, cells_of
from warehouse.store.declared import FACTS
from warehouse.views import WIDE_TABLE, wide_comments

# What the view of a plain table says of a value is what ``transforms.lake.packing`` asks of a cell before it packs it.
_OF_VALUE = {
    "value_effective": "value",
    "effective_method": "'printed'",
    "state": "CASE WHEN value = 0 THEN 'zero' ELSE 'number' END",
    "raw": "rtrim(rtrim(value::VARCHAR, '0'), '.')",
}


def fact_views() -> dict[str, str]:
    """Name and SQL of every table of the contract that is a view over the store, and of the wide table."""
    wide = ", ".join(f'"{name}"' for name in wide_comments())
    return {
        **{fact: _fact(fact) for fact in FACTS},
        "check_result": _check_result(),
        "report": f"SELECT {', '.join(tables()['report'].column_names)} FROM store.report",
        WIDE_TABLE: f"SELECT {wide} FROM store.report",
    }


def plain_cells(table: str, reports: str) -> str:
    """SQL of the cells of a plain table as rows of ``store.odd_cell``, for the ids that ``reports`` selects."""
    of_value = ", ".join(f"{sql} AS {name}" for name, sql in _OF_VALUE.items())
    cells = "\nUNION ALL\n".join(f"{_branch(cell)} AND f.report_id IN ({reports})" for cell in cells_of(table))
    return (
        f"SELECT report_id, '{table}' AS table_name, row_key, column_key, is_total, value, {of_value}, locator "
        f"FROM ({cells})"
    )


def _fact(fact: str) -> str:
    """A branch a cell of the form: whoever asks for one outcome reads no other's column.

    With a branch a row planning is quicker, but unnested cells are taken for as few as there are reports, so that two
    facts are joined by the names of cells first, and cells from a joined VALUES break DuckDB 2.0.0 ("dict-surviving
    cache") when one report of a million is asked for.
    """
    table, row, column = FACTS[fact]
    keys = f'row_key AS "{row}"' + (f', column_key AS "{column}", is_total' if column else "")
    names = [name for name in tables()[fact].column_names if name in _OF_VALUE]
    of_value = ", ".join(f"{_OF_VALUE[name]} AS {name}" for name in names)
    cells = "\n    UNION ALL\n    ".join(_branch(cell) for cell in cells_of(table))
    return f"""SELECT report_id, {keys}, value, {of_value}, locator
FROM (
    {cells}
)
UNION ALL
SELECT report_id, {keys}, value, {", ".join(names)}, locator
FROM store.odd_cell WHERE table_name = '{table}'"""


def _branch(cell: PackedCell) -> str:
    return (
        f"SELECT f.report_id, '{cell.row_key}' AS row_key, '{cell.column_key}' AS column_key, "
        f'{str(cell.is_total).lower()} AS is_total, f."{cell.name}"::DECIMAL(18,4) AS value, '
        f'l."{cell.name}" AS locator\n'
        f"    FROM store.report AS f JOIN store.cell_layout AS l ON l.layout_no = f.{cell.table_name}_layout "
        f'WHERE f."{cell.name}" IS NOT NULL'
    )


def _check_result() -> str:
    said = {
        "other_report_id": "NULL::VARCHAR",
        "rule": "unnest(l.rules)",
        "subject": "unnest(l.subjects)",
        "left_value": "unnest(p.sides)::DECIMAL(18,4)",
        "right_value": "unnest(p.sides)::DECIMAL(18,4)",
        "delta": "0::DECIMAL(18,4)",
        "status": "'pass'",
        "severity": "'error'",
        "inferred": "false",
        "cells": "unnest(l.cells)",
        "message": "unnest(l.messages)",
    }
    names = tables()["check_result"].column_names
    packed = ", ".join(f"{said[name]} AS {name}" if name in said else f"p.{name}" for name in names)
    plain = ", ".join(names)
    return f"""SELECT {packed}
FROM store.packed_checks AS p JOIN store.check_layout AS l ON l.layout_no = p.layout_no
UNION ALL
SELECT {plain} FROM store.odd_check
UNION ALL
SELECT {plain} FROM store.made_check"""
