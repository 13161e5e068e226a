"""A warehouse that was brought up to date night by night holds what one holds that was built anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.sample_lake import Lake, applications, sample
from warehouse import build as building
from warehouse import night
from warehouse.build import build, publish
from warehouse.connection import warehouse_path

# What differs by how and when a file was made, and nothing else.
APART = {"build_info", "run"}


def contents(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table and view for people, sorted."""
    with duckdb.connect(str(warehouse_path(home)), read_only=True) as connection:
        names = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' UNION ALL "
            "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
        ).fetchall()
        return {
            name: sorted(connection.execute(f'FROM "{name}"').fetchall(), key=repr)
            for (name,) in names
            if name not in APART
        }


def rewritten(home: Path, lake: Lake) -> None:
    """The home's lake replaced by this one."""
    shutil.rmtree(home / "lake")
    lake.write(home)


def new_report(lake: Lake) -> None:
    lake.agency("ag-new", "甲市水利局", "340100")
    lake.report("ag-new", 2021, "F2021", {**applications(1000, granted=1000)})
    lake.report("ag-new", 2022, "F2021", {**applications(1012, granted=1012), "disclosure.admin_fee_wanyuan": "0.5"})
    lake.report("ag-finance", 2022, "F2021", {**applications(8, granted=8)})


def without(lake: Lake, report_id: str) -> None:
    sha256 = next(row["sha256"] for row in lake.rows["report"] if row["report_id"] == report_id)
    for table, rows in lake.rows.items():
        lake.rows[table] = [r for r in rows if r.get("report_id") != report_id and r.get("sha256") != sha256]


def revised_report(lake: Lake) -> None:
    without(lake, "r-ag-finance-2020")
    lake.report("ag-finance", 2020, "F2019", {**applications(21, granted=21)}, versions=2)


def doubted_report(lake: Lake) -> None:
    """Read again by a newer reader, which doubts a cell and takes another for a blank."""
    for row in lake.rows["report_version"]:
        if row["report_id"] == "r-ag-gov-2021":
            row["reader_version"] = "2"
    for cell in lake.rows["cell_version"]:
        if (cell["report_id"], cell["row_key"], cell["column_key"]) == ("r-ag-gov-2021", "partial", "org_other"):
            cell |= {"value": None, "value_effective": Decimal(0), "effective_method": "zero_if_sum_closes"}
            cell |= {"state": "blank", "raw": ""}
    lake.check("r-ag-gov-2021", 2021, "T3-ROW", "application.granted.total")


def merged_agency(lake: Lake) -> None:
    lake.add("agency_alias", alias_id="ag-school2", agency_id="ag-school", reason="the same body twice")
    for table in ("agency", "agency_name"):
        lake.rows[table] = [row for row in lake.rows[table] if row["agency_id"] != "ag-school2"]
    for row in lake.rows["report"]:
        if row["agency_id"] == "ag-school2":
            row["agency_id"] = "ag-school"


def corrected_scope(lake: Lake) -> None:
    for row in lake.rows["report"]:
        if row["report_id"] == "r-ag-gov-2022":
            row["scope"] = "aggregate"
    for row in lake.rows["division"]:
        if row["division_id"] == "340102":
            row["name"] = "丁区"


def placed_report(lake: Lake) -> None:
    """What had no year has one."""
    for rows in lake.rows.values():
        for row in rows:
            if row.get("report_id") == "r-ag-school-0":
                row["report_year"] = 2021


def retired_report(lake: Lake) -> None:
    without(lake, "r-ag-police-2020")


def silenced_report(lake: Lake) -> None:
    """Its page has pictures in the place of tables now: the year after has nothing to be held against any more."""
    without(lake, "r-ag-new-2021")
    lake.report("ag-new", 2021, outcome="no_tables", reason="images only", versions=2)


CHANGES: list[Callable[[Lake], None]] = [
    new_report,
    revised_report,
    doubted_report,
    merged_agency,
    corrected_scope,
    placed_report,
    retired_report,
    silenced_report,
]


def test_nights_give_what_a_full_build_gives(
    published_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = published_copy
    (home / "identity").mkdir(exist_ok=True)
    (home / "identity" / "retired.jsonl").write_text(json.dumps({"report_id": "r-ag-police-2020", "reason": "not one"}))
    lake = sample()
    for change in CHANGES:
        change(lake)
        rewritten(home, lake)
        with monkeypatch.context() as patched:
            # A full build would fail here: the copy is brought up to date.
            patched.setattr(building, "_fill", None)
            assert build(home).changed
        publish(home)
    anew = tmp_path / "anew"
    lake.write(anew)
    build(anew)
    publish(anew)
    one, other = contents(home), contents(anew)
    assert one.keys() == other.keys()
    assert {name: rows for name, rows in one.items() if rows != other[name]} == {}


def broken_off(connection: duckdb.DuckDBPyConnection, home: Path, *_: Any) -> None:
    """As an error inside DuckDB: it leaves a log that goes with no other file."""
    connection.execute("PRAGMA disable_checkpoint_on_shutdown; CREATE TABLE half AS SELECT 1 AS a")
    raise duckdb.InternalException("played")


@pytest.mark.parametrize("why", ["many", "nights", "software", "memory", "broke off"])
def test_the_file_is_built_anew_when_in_doubt(
    published_copy: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, why: str
) -> None:
    caplog.set_level("INFO", "warehouse")
    home = published_copy
    lake = sample()
    corrected_scope(lake)
    if why == "many":
        monkeypatch.setattr(night, "FEW", 4)
        for number in range(5):
            lake.agency(f"ag-{number}", f"局{number}", "340100")
            lake.report(f"ag-{number}", 2022, "F2021", {})
    rewritten(home, lake)
    if why == "nights":
        monkeypatch.setattr(night, "NIGHTS", 0)
    if why == "software":
        with duckdb.connect(str(warehouse_path(home))) as connection:
            connection.execute("UPDATE build_info SET value = 'other' WHERE key = 'software_sha256'")
    if why == "memory":
        monkeypatch.setattr(building, "_NIGHT", (2_000_000, 0))
    if why == "broke off":
        monkeypatch.setattr(building, "follow", broken_off)
    build(home)
    publish(home)
    with duckdb.connect(str(warehouse_path(home)), read_only=True) as connection:
        assert connection.execute("SELECT DISTINCT nights FROM store.part").fetchall() == [(0,)]
    if why != "software":  # which is seen before anything is tried
        reasons = {"memory": "Out of Memory", "broke off": "played"}
        assert f"not brought up to date: {reasons.get(why, 'much changed')}" in caplog.text
