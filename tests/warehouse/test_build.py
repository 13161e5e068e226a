"""Building, checking and publishing the warehouse: what a good build leaves, and what each fault is answered with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.warehouse.sample_lake import Lake, sample, write_part
from transforms.lake.packed import pack
from transforms.schema import tables
from warehouse import checks
from warehouse.build import build, publish
from warehouse.connection import WarehouseError, candidate_path, open_published, warehouse_path
from warehouse.load import fill_runs, lake_parts
from warehouse.store.declared import FACTS
from warehouse.store.fill import look_at

ROOT = Path(__file__).parents[2]


def part(home: Path, table: str, year: int) -> Path:
    return home / "lake" / table / f"report_year={year}" / "part-0.parquet"


def reports(home: Path) -> set[str]:
    connection = open_published(home)
    try:
        return {report_id for (report_id,) in connection.execute("SELECT report_id FROM report").fetchall()}
    finally:
        connection.close()


def test_every_row_of_the_lake_arrives(home: Path) -> None:
    summary = build(home)
    publish(home)
    lake_rows = {
        name: sum(pq.read_metadata(file).num_rows for file in files) for name, files in lake_parts(home).items()
    }
    assert summary.changed
    held = {name: number for name, number in lake_rows.items() if name in summary.tables}
    assert {name: summary.tables[name] for name in held} == held
    assert len(held) == 17
    assert summary.tables["division_succession"] == 0
    with duckdb.connect(str(warehouse_path(home)), read_only=True) as connection:
        counts = [connection.execute(f"SELECT count(*) FROM {name}").fetchone() for name in ("check_result", *FACTS)]
    checks_there, *facts = [row[0] for row in counts if row]
    assert checks_there == lake_rows["check_result"]
    assert lake_rows["cell_version"] > sum(facts) == summary.tables["cells"] > 2000
    assert set(summary.tables) == {*tables(), "cells"} - {"cell_version", "text_fingerprint", *FACTS}


def test_every_table_view_and_column_has_a_comment_in_two_languages(published_home: Path) -> None:
    connection = open_published(published_home)
    rows = connection.execute(
        "SELECT table_name || '.' || column_name, comment FROM duckdb_columns() WHERE NOT internal UNION ALL "
        "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal UNION ALL "
        "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    connection.close()
    assert len(rows) > 400
    without = [name for name, comment in rows if not comment or " | " not in comment or comment.isascii()]
    assert without == []


def test_facts_hold_the_current_version_only(published_home: Path) -> None:
    connection = open_published(published_home)
    value = connection.execute(
        "SELECT value FROM disclosure WHERE report_id = 'r-ag-finance-2021' AND measure = 'licence_decisions'"
    ).fetchall()
    connection.close()
    cells = pq.read_table(part(published_home, "cell_version", 2021)).to_pylist()
    all_values = sorted(
        (c["value"],) for c in cells if c["report_id"] == "r-ag-finance-2021" and c["row_key"] == "licence_decisions"
    )
    assert [int(v) for (v,) in value] == [80]
    assert [int(v) for (v,) in all_values] == [80, 1080]


def test_small_tables_have_real_constraints_and_large_ones_no_index(published_home: Path) -> None:
    connection = open_published(published_home)
    constrained = {
        name
        for (name,) in connection.execute(
            "SELECT table_name FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'"
        ).fetchall()
    }
    connection.close()
    assert {"agency", "agency_name", "division", "measure", "run", "build_info"} <= constrained
    assert not {"report", "report_version", "document", "section_text", "odd_cell", "odd_check"} & constrained


def test_an_unchanged_lake_is_not_built_again(published_copy: Path) -> None:
    home = published_copy
    before = warehouse_path(home).stat()
    again = build(home)
    assert not again.changed
    assert again.path == warehouse_path(home)
    assert again.tables["report"] == 13
    assert not candidate_path(home).exists()
    publish(home)
    after = warehouse_path(home).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_another_night_is_no_change_but_another_figure_is(published_copy: Path) -> None:
    home = published_copy
    (home / "runs").mkdir()
    (home / "runs" / "20260101T000000Z-abcdef.json").write_text('{"run_id": "20260101T000000Z-abcdef"}')
    assert not build(home).changed
    frame = pq.read_table(part(home, "agency_name", 0)).to_pandas()
    frame.loc[0, "first_year"] = 2001
    write_part(home, "agency_name", 0, frame)
    assert build(home).changed


def test_two_builds_of_one_lake_hold_the_same(home: Path, published_home: Path) -> None:
    build(home)
    publish(home)
    contents = []
    for built_in in (home, published_home):
        connection = open_published(built_in)
        names = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        contents.append(
            {
                name: connection.execute('SELECT * FROM "{}"."{}" ORDER BY ALL'.format(*name)).fetchall()
                for name in names
            }
        )
        connection.close()
    assert contents[0] == contents[1]


def test_runs_are_told_and_broken_run_reports_passed_over(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    good = {
        "run_id": "20260101T180000Z-aaaaaa",
        "started_at": "2026-01-02T02:00:00+08:00",
        "finished_at": "2026-01-01T18:30:00Z",
        "status": "failed",
        "failures": [{"stage": "crawl", "subject": "p-hub", "reason": "down"}],
    }
    (runs / "20260101T180000Z-aaaaaa.json").write_text(json.dumps(good))
    (runs / "half.json").write_text('{"run_id": "x"')
    (runs / "other.json").write_text("[1, 2]")
    (runs / "odd.json").write_text('{"run_id": "odd", "failures": "none", "started_at": 7, "status": []}')
    connection = duckdb.connect()
    fill_runs(connection, tmp_path)
    rows = connection.execute("SELECT run_id, started_at::VARCHAR, status, failures FROM run ORDER BY 1").fetchall()
    connection.close()
    assert rows == [("20260101T180000Z-aaaaaa", "2026-01-01 18:00:00", "failed", 1), ("odd", None, None, None)]


def test_a_reader_with_the_old_file_open_keeps_it(published_copy: Path) -> None:
    home = published_copy
    code = (
        "import sys, duckdb; c = duckdb.connect(sys.argv[1], read_only=True); "
        "c.execute('SELECT count(*) FROM agency'); print('open', flush=True); sys.stdin.readline(); "
        "print(c.execute('SELECT count(*) FROM agency').fetchone()[0])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(warehouse_path(home))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        lake = sample()
        lake.agency("ag-new", "甲市水利局", "340100")
        lake.write(home)
        assert build(home).changed
        publish(home)
        printed, _ = reader.communicate("\n", timeout=30)
    assert printed == "6\n"
    connection = open_published(home)
    assert connection.execute("SELECT count(*) FROM agency").fetchone() == (7,)
    connection.close()


def test_what_a_killed_build_left_is_removed(home: Path) -> None:
    candidate = candidate_path(home)
    candidate.write_bytes(b"half a database")
    candidate.with_name(candidate.name + ".wal").write_bytes(b"half a log")
    temporary = candidate.with_name(candidate.name + ".tmp")
    temporary.mkdir()
    (temporary / "duckdb_temp_storage-0.tmp").write_bytes(b"spilled")
    build(home)
    assert not candidate.with_name(candidate.name + ".wal").exists()
    assert not temporary.exists()
    assert publish(home).is_file()


def hold_open(path: Path) -> subprocess.Popen[str]:
    """Another process that has a DuckDB file open for writing until its input ends."""
    code = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.readline()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def test_a_file_held_by_another_writer_is_named(published_copy: Path) -> None:
    home = published_copy
    shutil.copy(warehouse_path(home), candidate_path(home))
    with hold_open(candidate_path(home)) as other:
        with pytest.raises(WarehouseError, match="being written by another process"):
            build(home)
        other.communicate("\n", timeout=30)
    with hold_open(warehouse_path(home)) as other:
        with pytest.raises(WarehouseError, match="open for writing in another program"):
            build(home)
        other.communicate("\n", timeout=30)
    assert not build(home).changed


def candidate(published_copy: Path) -> Path:
    """The home with its warehouse as a candidate and nothing published."""
    os.rename(warehouse_path(published_copy), candidate_path(published_copy))
    return published_copy


def test_publish_refuses_while_a_log_lies_beside(published_copy: Path) -> None:
    home = candidate(published_copy)
    for name in ("warehouse.duckdb.building.wal", "warehouse.duckdb.wal"):
        log = home / name
        log.write_bytes(b"log")
        with pytest.raises(WarehouseError, match=f"{name} lies beside"):
            publish(home)
        assert not warehouse_path(home).exists()
        log.unlink()
    assert publish(home).is_file()


def test_publish_takes_no_candidate_that_did_not_pass(published_copy: Path) -> None:
    before = warehouse_path(published_copy).read_bytes()
    half = candidate_path(published_copy)
    half.write_bytes(before)
    with duckdb.connect(str(half)) as connection:
        connection.execute("DELETE FROM build_info WHERE key = 'checks'")
        connection.execute("CHECKPOINT")
    for data in (half.read_bytes(), b"half a database"):
        half.write_bytes(data)
        with pytest.raises(WarehouseError, match=r"not built to its end.*gongkai load"):
            publish(published_copy)
    assert warehouse_path(published_copy).read_bytes() == before


def test_a_full_disk_is_told_and_leaves_nothing_behind(home: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path; from warehouse.build import build; "
        "from warehouse.connection import WarehouseError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
        "try: build(Path(sys.argv[1]))\n"
        "except WarehouseError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "could not be written" in done.stdout, done.stderr
    assert "Check the free space" in done.stdout
    assert list(home.glob("warehouse*")) == []


def test_publish_needs_something_to_publish(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"nothing to publish.*gongkai load"):
        publish(tmp_path)


def test_a_failing_swap_says_why(published_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = candidate(published_copy)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(WarehouseError, match=r"could not be replaced.*No space left"):
        publish(home)


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


@pytest.fixture
def built(published_home: Path, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """A copy of a good warehouse that a test may spoil."""
    copy = tmp_path / "spoiled.duckdb"
    copy.write_bytes(warehouse_path(published_home).read_bytes())
    connection = duckdb.connect(str(copy))
    # As a build has it, but a table: what the lake packed may be spoiled as well.
    look_at(connection, lake_parts(published_home))
    connection.execute("CREATE TEMP TABLE now AS FROM packed; DROP VIEW packed; ALTER TABLE now RENAME TO packed")
    return connection


# What spoils a warehouse, which check must see it, and what that check must say.
SPOILERS: list[tuple[str, Callable[[duckdb.DuckDBPyConnection], Iterator[str]], str]] = [
    (
        "COMMENT ON COLUMN report.title IS NULL",
        checks.declared_columns,
        "report: columns without an English and Chinese comment: title",
    ),
    (
        "COMMENT ON COLUMN indicator.value IS 'only English | nothing'",
        checks.declared_columns,
        "indicator: columns without an English and Chinese comment: value",
    ),
    ("COMMENT ON VIEW coverage IS NULL", checks.declared_columns, "coverage: no English and Chinese comment"),
    (
        "ALTER TABLE section_text DROP COLUMN text",
        checks.declared_columns,
        "section_text: declared columns that are missing: text",
    ),
    (
        "ALTER TABLE store.odd_check ADD COLUMN more INTEGER",
        checks.declared_columns,
        "store.odd_check: columns without declaration: more",
    ),
    ("DROP VIEW unplaced", checks.declared_columns, "unplaced: declared, but not in the warehouse"),
    ("CREATE TABLE stray (a INTEGER)", checks.declared_columns, "stray: in the warehouse, but declared nowhere"),
    ("DROP MACRO rate", checks.views_work, "agency_year: the view cannot be read"),
    ("CREATE OR REPLACE MACRO rate(n, d) AS n / d", checks.views_work, "agency_year: inf or nan in"),
    (
        "INSERT INTO store.odd_cell SELECT * FROM store.odd_cell LIMIT 1",
        checks.primary_keys,
        "store.odd_cell: the key (report_id, table_name, row_key, column_key) stands more than once: 1",
    ),
    (
        "INSERT INTO store.odd_cell BY NAME SELECT o.* REPLACE ('r-ag-gov-2021' AS report_id) "
        "FROM store.odd_cell AS o WHERE table_name = 'disclosure' LIMIT 1",
        checks.primary_keys,
        "disclosure: cells both packed and in rows of their own: 1, as r-ag-gov-2021",
    ),
    (
        "INSERT INTO store.odd_check BY NAME SELECT c.* REPLACE ('fail' AS status) FROM check_result AS c "
        "WHERE report_id = 'r-ag-gov-2021'",
        checks.primary_keys,
        "check_result: checks both packed and in rows of their own: 1, as r-ag-gov-2021-v1",
    ),
    (
        "ALTER TABLE reading_warning ALTER warning_no DROP NOT NULL; UPDATE reading_warning SET warning_no = NULL",
        checks.primary_keys,
        "reading_warning: the key (version_id, warning_no) is null in part: 2",
    ),
    (
        "INSERT INTO store.odd_cell SELECT * REPLACE ('r-x' AS report_id) FROM store.odd_cell LIMIT 1",
        checks.foreign_keys,
        "store.odd_cell.report_id: not in report.report_id: 1, as r-x",
    ),
    (
        "UPDATE store.report SET litigation_layout = 99 WHERE report_id = 'r-ag-gov-2021'",
        checks.foreign_keys,
        "store.report.litigation_layout: not in store.cell_layout.layout_no: 1, as 99",
    ),
    (
        "INSERT INTO store.odd_cell SELECT * REPLACE ('r-x' AS report_id) FROM store.odd_cell LIMIT 1",
        checks.facts_of_current_versions,
        "facts of reports without a current version: 1, as r-x",
    ),
    (
        "UPDATE store.report SET litigation_layout = NULL WHERE report_id = 'r-ag-gov-2021'",
        checks.facts_of_current_versions,
        "facts: not as many as the current version has cells: 1, as r-ag-gov-2021",
    ),
    (
        "UPDATE store.report SET granted_org_other = NULL WHERE report_id = 'r-ag-gov-2021'",
        checks.facts_of_current_versions,
        "facts: not as many as the current version has cells: 1, as r-ag-gov-2021",
    ),
    (
        "UPDATE store.odd_cell SET state = 'odd' WHERE row_key = 'licence_decisions'",
        checks.allowed_values,
        "store.odd_cell.state: values that are not declared: 1, as odd",
    ),
    (
        "UPDATE report_version SET is_current = false WHERE report_id = 'r-ag-gov-2021'",
        checks.current_versions,
        "report.version_id: no current version of that report: 1, as r-ag-gov-2021",
    ),
    (
        "UPDATE report_version SET is_current = true",
        checks.current_versions,
        "report_version.is_current: not the version that the report names: 1, as r-ag-finance-2021-v1",
    ),
    (
        "UPDATE packed SET report_id = 'r-ag-gov-2021' WHERE version_id = 'r-ag-gov-2022-v1'",
        checks.packed_versions,
        "cell_version: version, report or report year differs from report_version: 1, as r-ag-gov-2022-v1",
    ),
    (
        "INSERT INTO packed FROM packed WHERE version_id = 'r-ag-gov-2022-v1'",
        checks.packed_versions,
        "cell_version: packed more than once: 1, as r-ag-gov-2022-v1",
    ),
    (
        "UPDATE store.report SET n_cells = n_cells - 1 WHERE report_id = 'r-ag-gov-2022'",
        checks.packed_versions,
        "report_wide: not the cells of the current version: 1, as r-ag-gov-2022",
    ),
]


@pytest.mark.parametrize(("spoiler", "check", "expected"), SPOILERS)
def test_each_check_fails_when_it_should(
    built: duckdb.DuckDBPyConnection,
    spoiler: str,
    check: Callable[[duckdb.DuckDBPyConnection], Iterator[str]],
    expected: str,
) -> None:
    built.execute(spoiler)
    found = list(check(built))
    built.close()
    assert any(expected in problem for problem in found), found


def before(report_id: str, agency_id: str) -> pa.Table:
    """The reports of the warehouse published before: this one."""
    return pa.table({"report_id": [report_id], "agency_id": [agency_id]})


def test_a_good_warehouse_passes_every_check(built: duckdb.DuckDBPyConnection) -> None:
    assert checks.problems(built, checks.Inputs({"report": 13}, before("r-ag-gov-2021", "ag-gov"), frozenset())) == []
    found = checks.problems(built, checks.Inputs({"report": 14}, before("r-gone", "ag-gov"), frozenset()))
    built.close()
    assert found[0] == "report: 13 rows in the warehouse, 14 in the lake"
    assert "report: 1 of the published warehouse are missing without a recorded reason: r-gone" in found[1]
