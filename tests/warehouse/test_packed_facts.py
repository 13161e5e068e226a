"""The facts as views over the packed store say, row by row, what the lake's long tables say."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.synthetic.lake import write_lake
from tests.warehouse.sample_lake import Lake, applications
from transforms.lake.rows import blocks
from transforms.reading import read_document
from transforms.schema import tables
from transforms.schema.packed import packed_cells
from warehouse.build import build
from warehouse.store.declared import FACTS


def differences(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Rows that only the views or only the lake has, by table; builds the warehouse of the home."""
    file = build(home).path
    with duckdb.connect(str(file), read_only=True) as connection:
        found = {}
        long = f"read_parquet('{home}/lake/cell_version/*/*.parquet', hive_partitioning = false)"
        for fact, (table, row, column) in FACTS.items():
            names = tables()[fact].column_names
            renamed = {row: "c.row_key", column: "c.column_key"}
            wanted = ", ".join(f"{renamed.get(n, f'c.{n}')} AS {n}" for n in names)
            lake = f"SELECT {wanted} FROM {long} AS c SEMI JOIN report USING (version_id) WHERE table_name = '{table}'"
            found[fact] = _differ(connection, f"FROM {fact}", lake)
        columns = ", ".join(tables()["check_result"].column_names)
        checks = f"read_parquet('{home}/lake/check_result/*/*.parquet', hive_partitioning = false)"
        # The rules over several reports are applied to the lake's when the file is built.
        of_lake = "SELECT * FROM check_result ANTI JOIN (SELECT rule FROM rule WHERE over = 'reports') USING (rule)"
        found["check_result"] = _differ(connection, of_lake, f"SELECT {columns} FROM {checks}")
        return found


def _differ(connection: duckdb.DuckDBPyConnection, given: str, lake: str) -> list[tuple[Any, ...]]:
    types = [[row[1] for row in connection.execute(f"DESCRIBE {q}").fetchall()] for q in (given, lake)]
    assert types[0] == types[1]
    both = [f"({given}) EXCEPT ALL ({lake})", f"({lake}) EXCEPT ALL ({given})"]
    return [row for sql in both for row in connection.execute(f"FROM ({sql}) LIMIT 5").fetchall()]


def nothing() -> dict[str, list[tuple[Any, ...]]]:
    return {name: [] for name in (*FACTS, "check_result")}


def test_a_synthetic_lake(tmp_path: Path) -> None:
    write_lake(tmp_path, 350)
    assert differences(tmp_path) == nothing()
    with duckdb.connect(str(build(tmp_path).path), read_only=True) as connection:
        odd, cells = connection.execute(
            "SELECT (SELECT count(*) FROM store.odd_cell), (SELECT sum(n_cells) FROM store.report)"
        ).fetchall()[0]
    assert 0 < odd < cells / 5  # most of it is packed


# What no value says: each of these must stay as it is printed.
ODD_CELLS: list[dict[str, Any]] = [
    {"raw": "007"},
    {"raw": " 7"},
    {"raw": "7.0"},
    {"raw": "7 件"},
    {"raw": None},
    {"raw": ""},
    {"state": "zero"},
    {"state": "text"},
    {"effective_method": "corrected"},
    {"effective_method": None},
    {"value_effective": Decimal(8)},
    {"value_effective": None},
    {"value": None},
    {"value": Decimal(0), "value_effective": Decimal(0), "raw": "-0", "state": "zero"},
    {"value": Decimal(0), "value_effective": Decimal(0), "raw": "0", "state": "zero"},
    {"value": Decimal("0.5"), "value_effective": Decimal("0.5"), "raw": "0.5"},
    {"value": Decimal("-3"), "value_effective": Decimal("-3"), "raw": "-3"},
    {"value": Decimal(2**31), "value_effective": Decimal(2**31), "raw": str(2**31)},
    {"value": Decimal("99999999999999.9999"), "value_effective": Decimal("99999999999999.9999")},
    {"locator": None},
    {"locator": "elsewhere"},
    {"is_total": True},
]


@pytest.mark.parametrize(
    "path", [("application", "granted", "org_other"), ("disclosure", "licence_decisions", "value")]
)
def test_every_oddity_of_a_cell(tmp_path: Path, path: tuple[str, str, str]) -> None:
    lake = Lake()
    lake.division("340100", "甲市")
    for number, change in enumerate(ODD_CELLS):
        lake.agency(f"ag-{number}", f"机构{number}", "340100")
        lake.report(f"ag-{number}", 2022, "F2021", {".".join(p for p in path if p != "value"): 7})
        for cell in lake.rows["cell_version"][-200:]:
            if (cell["table_name"], cell["row_key"], cell["column_key"]) == path:
                cell |= {"value": Decimal(7), "value_effective": Decimal(7), "raw": "7"} | change
                if path[0] == "disclosure":
                    cell["is_total"] = False  # the table of facts does not tell it
    lake.check("r-ag-0-2022", 2022, "T3-ROW", "application.granted.total")
    lake.write(tmp_path)
    assert differences(tmp_path) == nothing()


def test_checks_of_every_kind(tmp_path: Path) -> None:
    lake = Lake()
    lake.division("340100", "甲市")
    lake.agency("ag-1", "机构", "340100")
    report_id = lake.report("ag-1", 2022, "F2021", {**applications(3, granted=3)}, versions=2)
    usual = {"left_value": Decimal(3), "right_value": Decimal(3), "delta": Decimal(0), "status": "pass"}
    changes: list[dict[str, Any]] = [
        {},
        {"subject": "other"},
        {"message": None},
        {"status": "fail", "right_value": Decimal(4), "delta": Decimal(-1)},
        {"status": "not_assessable", "left_value": None, "right_value": None, "delta": None},
        {"severity": "warning"},
        {"left_value": Decimal("2.5"), "right_value": Decimal("2.5")},
        {"delta": Decimal(1)},
        {"left_value": Decimal(2**31), "right_value": Decimal(2**31)},
        {"other_report_id": report_id},
    ]
    for number, change in enumerate(changes):
        lake.check(report_id, 2022, f"T-{number}", "application.granted.total", **{**usual, **change})
        lake.check(report_id, 2022, f"T-{number}", "", version=2, **{**usual, **change, "message": "other"})
    lake.rows["check_result"][0]["inferred"] = True
    lake.write(tmp_path)
    assert differences(tmp_path) == nothing()


def test_real_reports(tmp_path: Path, shared: Path) -> None:
    lake = Lake()
    lake.division("340100", "甲市")
    documents = [p for p in sorted((shared / "reports").iterdir()) if p.suffix != ".json"]
    for number, path in enumerate(documents):
        reading = read_document(path.read_bytes(), path.name)
        lake.agency(f"ag-{number}", f"机构{number}", "340100")
        report_id = lake.report(f"ag-{number}", 2022, None, outcome=reading.outcome)
        key = {"version_id": f"{report_id}-v1", "report_id": report_id, "report_year": 2022}
        for table, block in blocks(reading, None).items():
            if table in ("cell_version", "check_result"):
                lake.rows[table] += [{**row, **key} for row in block.to_pylist()]
    lake.write(tmp_path)
    assert len(lake.rows["cell_version"]) > 5000
    assert differences(tmp_path) == nothing()


def test_every_cell_of_every_form_has_a_column() -> None:
    assert len({cell.name for cell in packed_cells()}) == len(packed_cells()) > 250
