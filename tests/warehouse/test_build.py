"""Building and publishing the warehouse: what a good build leaves, and what stands in its way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.warehouse.build_kit import part
from tests.warehouse.sample_lake import sample, write_part
from transforms.schema import tables
from warehouse.build import build, publish
from warehouse.connection import WarehouseError, candidate_path, open_published, warehouse_path
from warehouse.load import fill_runs, lake_parts
from warehouse.store.declared import FACTS

ROOT = Path(__file__).parents[2]


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
