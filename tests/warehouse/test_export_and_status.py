"""The export of the whole warehouse, and the state of a home as ``gongkai status`` shows it."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from transforms.schema import tables
from warehouse.connection import WarehouseError
from warehouse.export import export
from warehouse.status import status
from warehouse.views import VIEWS

# What an export holds: all that the file has for people.
NAMES = {*(name for name, table in tables().items() if table.published), *VIEWS, "report_wide"}


@pytest.fixture(scope="module")
def exported(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "all of it"
    seen: list[tuple[str, int, int | None]] = []
    names = export(published_home, folder, on_progress=lambda *step: seen.append(step))
    assert set(names) == NAMES
    assert seen[-1] == ("export", len(names), len(names))
    return folder


def test_every_table_and_view_is_there_in_both_formats(exported: Path) -> None:
    files = {path.name for path in exported.iterdir()}
    assert files == {f"{n}.{e}" for n in NAMES for e in ("csv", "parquet")} | {"datapackage.json"}


def test_the_description_fits_the_files(exported: Path) -> None:
    package = json.loads((exported / "datapackage.json").read_text(encoding="utf-8"))
    assert package["fingerprint"]["lake_sha256"]
    assert len(package["resources"]) == 2 * len(NAMES)
    for resource in package["resources"]:
        data = (exported / resource["path"]).read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert " | " in resource["description"]
        names = [field["name"] for field in resource["schema"]["fields"]]
        if resource["format"] == "parquet":
            assert pq.read_schema(exported / resource["path"]).names == names
        else:
            assert next(csv.reader(data.decode("utf-8").splitlines())) == names
        assert all(field["description"] and field["type"] != "any" for field in resource["schema"]["fields"])


def test_exported_figures_are_those_of_the_warehouse(exported: Path) -> None:
    found = duckdb.execute(
        f"SELECT refusal_rate, granted FROM '{exported}/agency_year.parquet' WHERE report_id = 'r-ag-police-2022'"
    ).fetchall()
    assert found == [(0.6, 20)]
    rows = list(csv.DictReader((exported / "agency_year.csv").read_text(encoding="utf-8").splitlines()))
    (police,) = [row for row in rows if row["report_id"] == "r-ag-police-2022"]
    assert police["refusal_rate"] == "0.6"


def test_exporting_again_gives_the_same_bytes(published_home: Path, exported: Path) -> None:
    before = {path.name: path.read_bytes() for path in exported.iterdir()}
    export(published_home, exported)
    assert {path.name: path.read_bytes() for path in exported.iterdir()} == before


def test_export_without_a_warehouse_or_a_place(published_home: Path, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no warehouse"):
        export(tmp_path, tmp_path / "out")
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError, match="could not be written"):
        export(published_home, tmp_path / "file")


def test_status_of_an_empty_home(tmp_path: Path) -> None:
    now = status(tmp_path)
    assert now.problem is not None
    assert "gongkai nightly" in now.problem
    assert (now.runs, now.portals, now.coverage, now.doubtful) == ((), (), (), ())


def test_status_tells_what_to_look_at(published_home: Path) -> None:
    now = status(published_home)
    assert now.problem is None
    assert now.published_on is not None
    assert {(c.report_year, c.expected, c.reported) for c in now.coverage} == {
        (2018, 1, 0),
        (2019, 1, 1),
        (2020, 2, 2),
        (2021, 5, 3),
        (2022, 7, 5),
    }
    assert next(c for c in now.coverage if c.report_year == 2022).by_outcome == {"parsed": 4, "no_tables": 1}
    assert now.missing_in_all == 5
    assert [(m.agency_name, m.report_year) for m in now.missing[:2]] == [("丙局", 2022), ("甲市财政局", 2022)]
    assert [line.report_id for line in now.unplaced] == ["r-ag-school-0", "r-none-2022"]
    assert [line.report_id for line in now.only_copies] == ["r-ag-school2-2022"]
    assert now.failed_checks == {"error": 1}
    (doubtful,) = now.doubtful
    assert (doubtful.agency_name, doubtful.errors, doubtful.warnings, doubtful.cells) == ("甲市公安局", 1, 2, 3)
    assert doubtful.codes == ["T3-COL", "mixed_form", "money_without_unit"]


def test_status_takes_runs_and_portals_from_run_reports(published_copy: Path) -> None:
    runs = published_copy / "runs"
    runs.mkdir()
    for number, outcome in ((1, "ok"), (2, "challenge")):
        run = {
            "run_id": f"2026010{number}T180000Z-aaaaaa",
            "started_at": f"2026-01-0{number}T18:00:00Z",
            "status": "failed" if outcome != "ok" else "ok",
            "notices": [{"key": "k", "en": "It began", "zh": "开始"}],
            "warnings": ["Not sent"],
            "failures": [] if outcome == "ok" else [{"stage": "crawl", "subject": "p-hub", "reason": "a challenge"}],
            "stages": [
                {"name": "crawl", "details": {"portals": [{"portal_id": "p-hub", "outcome": outcome}]}},
                {"name": "normalize", "details": {"documents_quarantined": 2}},
            ],
        }
        (runs / f"{run['run_id']}.json").write_text(json.dumps(run))
    (runs / "odd.json").write_text('{"run_id": "0", "stages": [7, {"details": {"portals": [{}, 3]}}], "failures": 4}')
    now = status(published_copy)
    assert [run.run_id for run in now.runs] == ["20260102T180000Z-aaaaaa", "20260101T180000Z-aaaaaa", "0"]
    assert now.runs[0].failures == ("crawl: p-hub: a challenge",)
    assert (now.runs[0].notices, now.runs[0].warnings) == (("It began / 开始",), ("Not sent",))
    assert now.runs[0].quarantined == 2
    assert [(p.portal_id, p.health and p.health.outcome) for p in now.portals] == [
        ("p-hub", "challenge"),
        ("p-finance", None),
        ("p-silent", None),
    ]
    hub, finance, silent = now.portals
    assert (hub.health and hub.health.nights_failing, hub.well) == (1, False)
    assert (finance.report_year, finance.expected, finance.found) == (2022, 1, 0)
    assert (silent.report_year, silent.expected, silent.found) == (2022, 1, 0)
    (published_copy / "warehouse.duckdb").unlink()
    alone = status(published_copy)
    assert [(p.portal_id, p.health and p.health.outcome) for p in alone.portals] == [("p-hub", "challenge")]
    assert alone.problem is not None


def test_status_of_a_file_of_another_kind(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "warehouse.duckdb")).close()
    problem = status(tmp_path).problem
    assert problem is not None
    assert "no warehouse of this version" in problem
