"""What a night finds damaged, left over, locked or late: a clear message, and the same content in the end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from flows.lock import HOLDER_NAME, LOCK_NAME, one_writer
from spiders import archive
from spiders.crawl import CrawlSummary, run_crawl
from tests.faults.kit import (
    NIGHT_ONE,
    NIGHT_TWO,
    Launcher,
    Nights,
    assert_same,
    assert_same_lake,
    documents,
    failed,
    files,
    ok,
    warehouse_content,
)
from tests.faults.launcher import ROOT

PART = "lake/cell_version/report_year=2024/part-0.parquet"


@pytest.mark.fault("part-truncated")
def test_a_lake_part_cut_off(normalized: Path, nights: Nights) -> None:
    part = normalized / PART
    os.truncate(part, part.stat().st_size * 2 // 3)
    said = failed(nights.finish(normalized, "load"), "load")
    assert re.search(rf"{PART}: this part of the lake cannot be read.*run `gongkai normalize` again", said)
    assert warehouse_content(normalized) == warehouse_content(nights.first)
    results = nights.finish(normalized)
    assert re.search(rf"(?s){PART} cannot be read .*made again from the raw archive", failed(results, "normalize"))
    assert_same(normalized, nights.undisturbed, same_clock=True)


@pytest.mark.fault("part-flipped")
@pytest.mark.parametrize("where", [0.1, 0.6])
def test_a_bit_of_a_lake_part_flipped(where: float, normalized: Path, nights: Nights) -> None:
    part = normalized / PART
    data = bytearray(part.read_bytes())
    footer = int.from_bytes(data[-8:-4], "little") + 8
    data[int((len(data) - footer) * where)] ^= 1
    part.write_bytes(data)
    said = failed(nights.finish(normalized, "lake"), "normalize")
    assert re.search(rf"(?s){PART} cannot be read .*made again from the raw archive", said)
    assert_same_lake(normalized, nights.undisturbed, same_clock=True)


def corrected(nights: Nights) -> Path:
    """The document, below a home, that the second night brought in the place of another."""
    first, second = documents(nights.first), documents(nights.second)
    new = [name for name in second if name not in first and "四、政府信息公开".encode() in second[name]]
    return Path("raw") / "documents" / new[0]


@pytest.mark.parametrize(
    ("cut", "why"),
    [
        pytest.param(None, "No such file", marks=pytest.mark.fault("document-missing")),
        pytest.param(500, "not those that were stored", marks=pytest.mark.fault("document-truncated")),
    ],
)
def test_a_raw_document_lost(cut: int | None, why: str, second: Path, nights: Nights) -> None:
    path = second / corrected(nights)
    if cut is None:
        path.unlink()
    else:
        os.truncate(path, cut)
    results = nights.finish(second, "lake" if cut else "normalize")
    assert re.search(
        rf"{path} cannot be read \(.*{why}.*\): `gongkai restore` .*`gongkai nightly --recheck`",
        failed(results, "normalize"),
    )
    assert {result["status"] for result in results[1:]} <= {"ok"}, "the other stages go on"
    ok(nights.crawl(second))
    ok(nights.finish(second, "lake"))
    assert_same_lake(second, nights.undisturbed, same_clock=True)


@pytest.mark.fault("manifest-damaged")
def test_a_line_inside_a_manifest_damaged(first: Path, nights: Nights) -> None:
    (path,) = archive.manifests(first)
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"\0" * 40 + b"\n", *lines[3:]]))
    before = files(first / "raw")
    said = failed(nights.crawl(first), "crawl")
    assert re.search(rf"{path.name}:3: expected one JSON object a line, found .*restore the file", said)
    assert {name: files(first / "raw")[name] for name in before} == before
    path.write_bytes(whole)
    ok(nights.crawl(first, NIGHT_TWO))
    ok(nights.finish(first, "lake"))
    assert_same_lake(first, nights.undisturbed, same_clock=False)


def recheck(home: Path, nights: Nights, days: int) -> CrawlSummary:
    return run_crawl(home, nights.registry, as_of=NIGHT_ONE + timedelta(days=days), recheck=True)


@pytest.mark.fault("clock-back")
def test_a_clock_that_jumped_back(first: Path, nights: Nights) -> None:
    summary = recheck(first, nights, -400)
    (note,) = summary.notes
    assert re.search(r"clock \(2024-12-28T18:00.*behind the archive.*2026-02-01T18:00.*Check the system clock", note)
    assert [portal.outcome for portal in summary.portals] == ["ok"]
    assert archive.manifests(first)[-1] == summary.manifests[0], "the order of names is the order of crawls"
    ok(nights.finish(first, "lake"))
    assert_same_lake(first, nights.undisturbed, same_clock=False)


@pytest.mark.fault("clock-forward")
def test_a_clock_ahead_for_one_night(first: Path, nights: Nights) -> None:
    assert recheck(first, nights, 5 * 365).notes == ()
    ok(nights.finish(first, "lake"))
    assert_same_lake(first, nights.undisturbed, same_clock=False)
    assert "behind the archive" in recheck(first, nights, 41).notes[0]
    ok(nights.finish(first, "lake"))
    assert_same_lake(first, nights.undisturbed, same_clock=False)


@pytest.mark.fault("second-writer")
def test_a_second_run(second: Path) -> None:
    before = files(second / "lake")
    with one_writer(second, "gongkai nightly"):
        command = [sys.executable, "-m", "flows.cli", "normalize", "--home", str(second)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert re.search(rf"being written by `gongkai nightly` \(process {os.getpid()}, since", done.stderr)
    assert files(second / "lake") == before


@pytest.mark.fault("second-writer")
def test_a_second_crawl(first: Path, nights: Nights) -> None:
    with archive.ManifestWriter(first, "20260301T000000Z-000000"):
        assert "another crawl or ingest is writing to the archive" in failed(nights.crawl(first), "crawl")


@pytest.mark.fault("second-writer")
def test_a_second_build(normalized: Path, nights: Nights) -> None:
    with duckdb.connect(str(normalized / "warehouse.duckdb.building")) as building:
        building.execute("CREATE TABLE t (i INTEGER)")
        said = failed(nights.finish(normalized, "load"), "load")
    assert re.search(r"warehouse\.duckdb\.building is being written by another process: wait for that build", said)
    assert warehouse_content(normalized) == warehouse_content(nights.first)


@pytest.mark.fault("stale-locks")
def test_locks_of_a_dead_process(second: Path, nights: Nights, launcher: Launcher) -> None:
    dead = subprocess.Popen([sys.executable, "-c", "pass"])
    dead.wait()
    note = {"pid": dead.pid, "command": "gongkai nightly", "since": "2026-03-12T18:00:00+00:00"}
    (second / LOCK_NAME).touch()
    (second / HOLDER_NAME).write_text(json.dumps(note))
    (second / "raw" / ".lock").touch()
    with one_writer(second, "gongkai nightly"):
        ok(nights.crawl(second))
        ok(nights.finish(second, "lake"))
    assert not (second / HOLDER_NAME).exists()
    assert_same_lake(second, nights.undisturbed, same_clock=True)


@pytest.mark.fault("leftovers")
def test_what_dead_runs_left_over(normalized: Path, nights: Nights, launcher: Launcher) -> None:
    (manifest, *_) = archive.manifests(normalized)
    torn = manifest.with_name("20260302T000000Z-00000d.jsonl.part")
    torn.write_bytes(manifest.read_bytes().splitlines(keepends=True)[0] + '{"kind":"fetch","body":"甲'.encode()[:-1])
    document = next(iter((normalized / "raw" / "documents").iterdir()))
    (document / ".new-abcdefgh").write_bytes(b"<html>")
    (normalized / PART).with_suffix(".parquet.writing").write_bytes(b"PAR1")
    # The candidate and log of a build that was killed, and the folder of its sorts.
    assert launcher.run("before-checkpoint", "load", normalized)[0] == -signal.SIGKILL
    (normalized / "warehouse.duckdb.building.tmp").mkdir()
    assert warehouse_content(normalized) == warehouse_content(nights.first)
    ok(nights.crawl(normalized))
    ok(nights.finish(normalized))
    assert_same(normalized, nights.undisturbed, same_clock=True)
