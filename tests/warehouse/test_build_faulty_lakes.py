"""What each fault of a lake, and of what was published before, is answered with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.warehouse.build_kit import part, reports
from tests.warehouse.sample_lake import Lake, sample
from transforms.lake.packed import pack
from warehouse.build import build, publish
from warehouse.connection import WarehouseError, candidate_path, open_published, warehouse_path


def test_a_home_without_a_lake_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"no lake.*gongkai normalize"):
        build(tmp_path)


def test_an_empty_lake_gives_an_empty_warehouse(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    assert build(tmp_path).tables["report"] == 0
    publish(tmp_path)
    connection = open_published(tmp_path)
    for view in ("agency_year", "indicator", "yearly_change", "division_year", "coverage", "doubt", "unplaced"):
        assert connection.execute(f"SELECT count(*) FROM {view}").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize("table", ["report", "packed_cells", "report_version"])
@pytest.mark.parametrize("damage", [b"", b"not parquet at all", None])
def test_a_corrupt_part_is_named_and_nothing_published_changes(
    published_copy: Path, damage: bytes | None, table: str
) -> None:
    home = published_copy
    before = warehouse_path(home).read_bytes()
    broken = part(home, table, 2021)
    data = broken.read_bytes()
    # None: the footer is whole, a page within is not.
    broken.write_bytes(damage if damage is not None else data[:200] + bytes(500) + data[700:])
    with pytest.raises(WarehouseError, match="cannot be read") as caught:
        build(home)
    assert str(broken) in str(caught.value)
    assert "Delete that part and run `gongkai normalize` again" in str(caught.value)
    assert warehouse_path(home).read_bytes() == before
    assert not candidate_path(home).exists()


def test_a_lake_of_another_version_is_told_from_this_one(home: Path) -> None:
    path = part(home, "report", 2021)
    table = pq.read_table(path)
    pq.write_table(
        table.drop_columns(["trust", "title"]).append_column("mood", pa.nulls(len(table), pa.string())), path
    )
    with pytest.raises(WarehouseError, match=r"lacks the columns title, trust and has the unknown columns mood"):
        build(home)


def test_a_value_of_another_kind_is_named(home: Path) -> None:
    path = part(home, "portal", 0)
    frame = pq.read_table(path).to_pandas().astype({"first_year": object})
    frame["first_year"] = "soon"
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
    with pytest.raises(WarehouseError, match=r"portal/report_year=0/part-0.parquet"):
        build(home)


def test_a_missing_required_value_is_named(home: Path) -> None:
    path = part(home, "agency", 0)
    frame = pq.read_table(path).to_pandas()
    frame.loc[0, "name"] = None
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
    with pytest.raises(WarehouseError, match=r"agency/report_year=0/part-0.parquet.*NOT NULL"):
        build(home)


def changed(home: Path, table: str, year: int, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Rewrite a part of the lake without the schema's check."""
    path = part(home, table, year)
    read = pq.read_table(path)
    pq.write_table(pa.Table.from_pandas(change(read.to_pandas()), schema=read.schema, preserve_index=False), path)


def repacked(home: Path, table: str, year: int, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """As ``changed``, with the packed rows made anew from what is there then."""
    changed(home, table, year, change)
    pack(home)


def first_row_again(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame, frame.head(1)])


def test_all_faults_are_named_at_once(home: Path) -> None:
    changed(home, "agency", 0, lambda f: f.assign(division_id=f["division_id"].replace("340102", "999999")))
    repacked(home, "cell_version", 2019, first_row_again)
    changed(home, "report_document", 2020, first_row_again)
    repacked(home, "check_result", 2022, lambda f: f.assign(version_id="v-nowhere"))
    with pytest.raises(WarehouseError) as caught:
        build(home)
    text = str(caught.value)
    assert "agency.division_id: not in division.division_id: 1, as 999999" in text
    assert "facts: not as many as the current version has cells: 1, as r-ag-finance-2019" in text
    assert "report_document: the key (report_id, sha256, source_url) stands more than once: 1" in text
    assert "store.odd_check.version_id: not in report_version.version_id: 1, as v-nowhere" in text
    assert not candidate_path(home).exists()


def test_a_report_that_names_a_version_that_is_not_current_fails(home: Path) -> None:
    changed(
        home,
        "report",
        2021,
        lambda f: f.assign(version_id=f["version_id"].replace({"r-ag-finance-2021-v2": "r-ag-finance-2021-v1"})),
    )
    with pytest.raises(WarehouseError, match="no current version of that report: 1, as r-ag-finance-2021"):
        build(home)


def test_cells_in_the_partition_of_another_year_fail(home: Path) -> None:
    repacked(home, "cell_version", 2019, lambda f: f.assign(report_year=2018))
    with pytest.raises(WarehouseError, match="report year differs from report_version: 1, as r-ag-finance-2019-v1"):
        build(home)


@pytest.mark.parametrize("table", ["cell_version", "check_result"])
def test_packed_rows_of_other_long_ones_are_refused(home: Path, table: str) -> None:
    changed(home, table, 2022, lambda f: f.iloc[::-1])
    with pytest.raises(WarehouseError, match=rf"packed rows are not those of .*{table}/report_year=2022.*normalize"):
        build(home)
    pack(home)
    part(home, table, 2022).unlink()
    with pytest.raises(WarehouseError, match=r"packed from are gone\. Run `gongkai normalize`"):
        build(home)


def test_a_lost_report_needs_a_recorded_reason(published_copy: Path) -> None:
    home = published_copy
    lake = sample()
    for name, rows in lake.rows.items():
        lake.rows[name] = [row for row in rows if row.get("report_id") != "r-ag-police-2020"]
    for old in (home / "lake").rglob("*.parquet"):
        old.unlink()
    lake.write(home)
    with pytest.raises(WarehouseError, match=r"missing without a recorded reason: r-ag-police-2020\. .*retired\.jsonl"):
        build(home)
    assert "r-ag-police-2020" in reports(home)
    (home / "identity").mkdir()
    retired = home / "identity" / "retired.jsonl"
    retired.write_text('{"report_id": "r-ag-police-2020"}\n')
    with pytest.raises(WarehouseError, match=r"retired.jsonl, line 1"):
        build(home)
    retired.write_text('{"report_id": "r-ag-police-2020", "reason": "a page of another body"}\n\n')
    assert build(home).changed
    publish(home)
    assert "r-ag-police-2020" not in reports(home)


def test_reports_of_a_merged_agency_may_go(published_copy: Path) -> None:
    home = published_copy
    lake = Lake()
    lake.rows = {
        name: [r for r in rows if r.get("agency_id") != "ag-police" and "ag-police" not in str(r.get("report_id"))]
        for name, rows in sample().rows.items()
    }
    lake.add("agency_alias", alias_id="ag-police", agency_id="ag-finance", reason="the same body twice")
    for old in (home / "lake").rglob("*.parquet"):
        old.unlink()
    lake.write(home)
    assert build(home).changed


def test_a_published_file_that_is_no_warehouse_is_left_alone(home: Path) -> None:
    warehouse_path(home).write_bytes(b"something else entirely, and not short" * 200)
    with pytest.raises(WarehouseError, match=r"cannot be read as a DuckDB file.*Move it away"):
        build(home)
    warehouse_path(home).unlink()
    duckdb.connect(str(warehouse_path(home))).close()
    with pytest.raises(WarehouseError, match="no warehouse of this software"):
        build(home)
