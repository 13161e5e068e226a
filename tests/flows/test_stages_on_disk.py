"""The stages by their commands, on the demo's portals: incremental nights, rebuilds, ingest, kills, portals down."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.demo.portals import NOTICE
from flows.demo.reports import COUNTY_PORTAL, PORTALS, page, reports
from tests.flows.conftest import Call, demo_portals

ROOT = Path(__file__).resolve().parent.parent.parent
CONTENT = "SELECT report_id, agency_id, report_year, version_id, trust FROM report ORDER BY ALL"
FIGURES = "SELECT count(*) AS cells, sum(value_effective) AS total FROM application"


def query(call: Call, home: Path, sql: str) -> list[dict[str, object]]:
    called = call("sql", sql, "--home", home, "--format", "json")
    assert called.status == 0, called.err
    rows: list[dict[str, object]] = json.loads(called.out)
    return rows


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def crawled(tmp_path: Path, call: Call) -> Iterator[Path]:
    """A home after one crawl of the first edition, normalized and loaded, by the single commands."""
    home = tmp_path / "staged"
    with demo_portals(tmp_path / "portals") as registry:
        assert call("crawl", "--home", home, "--portals", registry).status == 0
        assert call("normalize", "--home", home).status == 0
        assert call("load", "--home", home).status == 0
        yield home


def test_the_stages_alone_make_what_the_flow_makes_and_a_second_night_writes_nothing(
    crawled: Path, first_night: Path, tmp_path: Path, call: Call
) -> None:
    for what in (
        "SELECT agency_name, report_year, refusal_rate, trust FROM agency_year ORDER BY ALL",
        "SELECT agency_id FROM agency ORDER BY 1",
    ):
        assert query(call, crawled, what) == query(call, first_night, what), "nothing depends on the ports"

    lake, warehouse = files(crawled / "lake"), (crawled / "warehouse.duckdb").stat().st_mtime_ns
    again = call("crawl", "--home", crawled, "--portals", tmp_path / "portals", "--recheck")
    assert again.status == 0
    assert "0 documents new or changed, 50 unchanged" in again.err
    assert "0 reports new, 0 revised, 48 unchanged" in call("normalize", "--home", crawled).err
    assert "same content as published" in call("load", "--home", crawled).err
    assert files(crawled / "lake") == lake
    assert (crawled / "warehouse.duckdb").stat().st_mtime_ns == warehouse


def test_figures_come_from_the_word_documents_that_hang_on_pages_without_tables(first_night: Path, call: Call) -> None:
    as_word = (
        "SELECT r.report_year, r.outcome, r.trust, d.bytes > 0 AS kept FROM report r JOIN document d USING (sha256) "
        "WHERE d.media_type LIKE '%wordprocessingml%' ORDER BY 1"
    )
    assert query(call, first_night, as_word) == [
        {"report_year": year, "outcome": "parsed", "trust": "sound", "kept": True} for year in (2023, 2024)
    ]
    pages = "SELECT count(*) AS n FROM document WHERE outcome = 'no_tables'"
    assert query(call, first_night, pages) == [{"n": 2}]


def test_visit_counters_make_no_version_and_a_revision_makes_exactly_one(tmp_path: Path, call: Call) -> None:
    home, registry = tmp_path / "home", tmp_path / "portals"
    for edition, visits in ((1, 1), (2, 2)):
        with demo_portals(registry, edition, visits):
            assert call("crawl", "--home", home, "--portals", registry, "--recheck").status == 0
        normalized = call("normalize", "--home", home)
        assert normalized.status == 0
    assert "0 reports new, 1 revised, 47 unchanged" in normalized.err
    assert call("load", "--home", home).status == 0
    versions = "SELECT version_no, count(*) AS n FROM report_version GROUP BY 1 ORDER BY 1"
    assert query(call, home, versions) == [{"version_no": 1, "n": 48}, {"version_no": 2, "n": 1}]


def test_lake_and_warehouse_are_rebuilt_from_the_archive_with_the_same_ids(demo_home: Path, call: Call) -> None:
    before = query(call, demo_home, CONTENT), query(call, demo_home, FIGURES), files(demo_home / "lake")
    shutil.rmtree(demo_home / "lake")
    (demo_home / "warehouse.duckdb").unlink()
    assert call("normalize", "--home", demo_home).status == 0
    assert call("load", "--home", demo_home).status == 0
    assert (query(call, demo_home, CONTENT), query(call, demo_home, FIGURES), files(demo_home / "lake")) == before


def test_a_corrupted_part_of_the_lake_is_named_and_nothing_is_lost(demo_home: Path, call: Call) -> None:
    before = query(call, demo_home, CONTENT)
    part = next((demo_home / "lake" / "cell_version").rglob("*.parquet"))
    part.write_bytes(b"not Parquet")
    refused = call("load", "--home", demo_home)
    assert refused.status == 1
    assert part.parent.name in refused.err
    assert query(call, demo_home, CONTENT) == before, "the published warehouse stays"
    call("normalize", "--home", demo_home)
    assert call("load", "--home", demo_home).status == 0
    assert query(call, demo_home, CONTENT) == before


def test_portals_that_answered_before_and_are_down_now_are_failures(
    demo_home: Path, tmp_path: Path, call: Call
) -> None:
    registry = tmp_path / "down"
    with demo_portals(registry):
        pass
    called = call("crawl", "--home", demo_home, "--portals", registry, "--recheck")
    assert called.status == 1
    assert "3 failed:" in called.err
    assert all(f"crawl: {portal_id}: " in called.err for portal_id in PORTALS)


def test_a_killed_crawl_loses_nothing(tmp_path: Path, call: Call) -> None:
    home = tmp_path / "killed"
    with demo_portals(tmp_path / "portals", delay_seconds=0.05) as registry:
        command = [sys.executable, "-m", "flows.cli", "crawl", "--home", str(home), "--portals", str(registry)]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        documents = home / "raw" / "documents"
        deadline = time.monotonic() + 30
        while len(list(documents.rglob("*"))) < 12 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        kept = {name for name in files(documents) if "." not in Path(name).name}
        assert kept, "the crawl was killed in the middle of its work"
        assert call("crawl", "--home", home, "--portals", registry).status == 0
    assert kept <= files(documents).keys()
    assert "48 reports new" in call("normalize", "--home", home).err
    manifests = [path.name for path in (home / "raw" / "manifests").iterdir()]
    assert not [name for name in manifests if name.endswith(".part")], "the left-over manifest is adopted"


def test_a_file_from_elsewhere_is_ingested_and_joins_its_agency(demo_home: Path, tmp_path: Path, call: Call) -> None:
    file = tmp_path / "柳湾.html"
    report = next(r for r in reports(COUNTY_PORTAL) if r.agency.key == "town" and r.year == 2024)
    file.write_text(page(report, 1, NOTICE, "utf-8").replace("2024", "2025"), encoding="utf-8")
    added = call("ingest", file, "--agency", report.agency.name, "--year", "2025", "--home", demo_home)
    assert added.status == 0
    sha256, _, name = added.out.strip().partition("  ")
    assert len(sha256) == 64
    assert name == str(file)
    assert "1 reports new" in call("normalize", "--home", demo_home).err
    assert call("load", "--home", demo_home).status == 0
    found = query(call, demo_home, "SELECT report_year, trust FROM agency_year WHERE report_year = 2025")
    assert [row["report_year"] for row in found] == [2025]
    assert call("ingest", file, file, "--url", "http://127.0.0.1/x.html", "--home", demo_home).status == 2
