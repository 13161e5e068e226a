"""What changed between two warehouses or exports: each kind of change, by whom, and nothing else."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.hostile_lake import FORMULAS
from tests.warehouse.sample_lake import Lake, applications, sample
from warehouse.build import build, publish
from warehouse.connection import CompareError, WarehouseError, warehouse_path
from warehouse.diff import diff
from warehouse.diff.writing import CHANGES, COLUMNS
from warehouse.export import DESCRIPTION, export

NOTHING = {**dict.fromkeys(CHANGES, 0), "figures": 0, "agencies": 0}


def base(granted: int = 10, versions: int = 1, reread: int = 3) -> Lake:
    """The sample, and two reports that the tests change: one by its source, one by its reader."""
    lake = sample()
    lake.agency("ag-ink", "甲市档案局", "340100", "p-hub")
    figures = applications(30, granted=granted, refused_other_law=30 - granted)
    lake.report("ag-ink", 2021, "F2021", figures, versions=versions)
    lake.report("ag-ink", 2022, "F2021", applications(reread, granted=reread))
    return lake


def cells_of(lake: Lake, report_id: str) -> list[dict[str, Any]]:
    return [cell for cell in lake.rows["cell_version"] if cell["report_id"] == report_id]


def published(lake: Lake, home: Path) -> Path:
    lake.write(home)
    build(home)
    publish(home)
    return home


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A home, and what became of it."""
    folder = tmp_path_factory.mktemp("diff")
    old, new = base(), base(granted=12, versions=2, reread=4)
    gone = {"report_id": "r-ag-ink-2022", "report_year": 2022, "source_url": "http://127.0.0.1/x"}
    for lake, event, day in ((old, "vanished", 1), (new, "vanished", 1), (new, "returned", 2)):
        lake.add("report_event", **gone, event=event, happened_at=datetime(2023, 6, day))
    new.add(
        "report_event",
        report_id="r-ag-ink-2021",
        report_year=2021,
        event="vanished",
        happened_at=datetime(2023, 7, 1),
        source_url="http://127.0.0.1/y",
    )
    for cell in cells_of(new, "r-ag-ink-2021"):
        cell["locator"] = "moved within the page"
    old.report("ag-ink", 2019, "F2019", applications(5, granted=5))
    new.report("ag-ink", 2020, "F2019", applications(7, granted=7))
    report = next(row for row in new.rows["report"] if row["report_id"] == "r-ag-health-2022")
    report["agency_id"], report["scope"] = "ag-ink", "aggregate"
    return published(old, folder / "old"), published(new, folder / "new")


@pytest.fixture(scope="module")
def exports(homes: tuple[Path, Path]) -> tuple[Path, Path]:
    """The same as exports, which take a tenth of the time: facts of a warehouse are views of hundreds of branches."""
    for home in homes:
        export(home, home / "exports" / "all")
    return homes[0] / "exports" / "all", homes[1] / "exports" / "all"


def changes(a: Path, b: Path) -> dict[str, Any]:
    stream = io.StringIO()
    counts = diff(a, b, "json", stream=stream)
    found: dict[str, Any] = json.loads(stream.getvalue())
    assert found["counts"] == counts
    return found


def text(a: Path, b: Path, limit: int = 50) -> str:
    stream = io.StringIO()
    diff(a, b, limit=limit, stream=stream)
    return stream.getvalue()


def test_each_kind_of_change_is_found_and_no_other(homes: tuple[Path, Path], exports: tuple[Path, Path]) -> None:
    found = changes(*exports)
    by_report = {(row["report_id"], row["change"]) for row in found["changes"]}
    assert by_report == {
        ("r-ag-ink-2020", "added"),
        ("r-ag-ink-2019", "removed"),
        ("r-ag-ink-2021", "revised"),
        ("r-ag-ink-2021", "vanished"),
        ("r-ag-ink-2022", "reread"),
        ("r-ag-ink-2022", "returned"),
        ("r-ag-health-2022", "reassigned"),
    }
    assert found["counts"] == {**dict.fromkeys(CHANGES, 1), "figures": 4 + 6, "agencies": 1}
    assert [found[side]["reports"] for side in "ab"] == [duckdb_count(home) for home in homes]
    assert found["a"]["fingerprint"]["lake_sha256"] != found["b"]["fingerprint"]["lake_sha256"]
    (agency,) = found["agencies"]
    assert agency["agency_name"] == "甲市档案局"
    assert {change: agency[change] for change in CHANGES} == dict.fromkeys(CHANGES, 1)
    assert agency["figures"] == 10
    (reassigned,) = (row for row in found["changes"] if row["change"] == "reassigned")
    assert reassigned["note"] == "agency ag-health -> ag-ink; scope own -> aggregate"


def duckdb_count(home: Path) -> int:
    with duckdb.connect(str(warehouse_path(home)), read_only=True) as connection:
        (n,) = connection.execute("SELECT count(*) FROM report").fetchone() or (0,)
    return int(n)


def test_a_corrected_figure_comes_with_both_texts_places_and_addresses(exports: tuple[Path, Path]) -> None:
    figures = {
        row["path"]: row for row in changes(*exports)["changes"] if row["path"] and row["report_id"] == "r-ag-ink-2021"
    }
    # Independently: what base() was asked to print.
    assert set(figures) == {
        f"application.{outcome}.{applicant}"
        for outcome in ("granted", "refused_other_law")
        for applicant in ("natural_person", "total")
    }
    row = figures["application.granted.total"]
    assert (row["old_value"], row["new_value"], row["old_raw"], row["new_raw"]) == (10, 12, "10", "12")
    assert (row["old_version"], row["new_version"]) == (1, 2)
    assert row["old_locator"].startswith("cell ")
    assert row["new_locator"] == "moved within the page"
    assert row["old_source_url"] == row["new_source_url"] == "http://127.0.0.1/r-ag-ink-2021.html"
    assert (row["old_state"], row["new_effective_method"], row["scope"]) == ("number", "printed", "own")


def test_the_way_back_tells_the_opposite(exports: tuple[Path, Path]) -> None:
    there, back = changes(*exports), changes(*reversed(exports))
    swapped = {"added": "removed", "removed": "added", "vanished": "returned", "returned": "vanished"}

    def seen(found: dict[str, Any], turned: bool) -> Counter[Any]:
        sides = ("new", "old") if turned else ("old", "new")
        found_changes: Counter[Any] = Counter()
        for row in found["changes"]:
            change = swapped.get(row["change"], row["change"]) if turned else row["change"]
            found_changes[(change, row["report_id"], row["path"], *(row[f"{side}_value"] for side in sides))] += 1
        return found_changes

    assert seen(there, False) == seen(back, True)


def test_exports_homes_and_files_are_the_same_to_it(homes: tuple[Path, Path], exports: tuple[Path, Path]) -> None:
    expected = changes(*exports)["changes"]
    assert expected
    assert changes(exports[0], homes[1])["changes"] == expected
    assert changes(homes[0], warehouse_path(homes[1]))["changes"] == expected
    assert changes(homes[0], exports[0])["counts"] == NOTHING
    assert changes(homes[0], homes[0])["counts"] == NOTHING


def test_a_value_for_analysis_that_changed_is_a_changed_figure(tmp_path: Path) -> None:
    old, new = base(), base()
    cell = next(c for c in cells_of(new, "r-ag-ink-2022") if c["row_key"] == "partial" and c["column_key"] == "total")
    cell.update(value=None, state="blank", raw="", effective_method="zero_if_sum_closes")
    for lake in (old, new):  # the printed text alone is no figure
        for other in cells_of(lake, "r-ag-ink-2021"):
            other["raw"] = f"{other['raw']} 件" if lake is new else other["raw"]
    found = changes(published(old, tmp_path / "old"), published(new, tmp_path / "new"))
    (row,) = found["changes"]
    assert (row["path"], row["old_value"], row["new_value"], row["new_value_effective"]) == (
        "application.partial.total",
        0,
        None,
        0,
    )
    assert (row["old_state"], row["new_state"], row["change"]) == ("zero", "blank", "reread")
    assert "application.partial.total  0 → –   printed “0” → –" in text(tmp_path / "old", tmp_path / "new")


def test_people_read_counts_first_then_agencies(exports: tuple[Path, Path]) -> None:
    shown = text(*exports)
    assert "revised           1        4  the source says something else" in shown
    assert "甲市档案局 (ag-ink)\n" in shown
    assert "  2021, scope own: revised, version 1 → 2\n    http://127.0.0.1/r-ag-ink-2021.html\n" in shown
    assert "application.granted.total  10 → 12   printed “10” → “12”   at cell " in shown
    assert shown.index("meaning") < shown.index("甲市档案局")
    assert "more:" not in shown
    few = text(*exports, limit=3)
    assert few.count(" → ") < shown.count(" → ")
    assert "… and 12 more: --limit N" in few
    assert text(*exports, limit=0).count("甲市档案局") == 0
    assert text(exports[0], exports[0]).endswith("No report and no figure differs.\n")


def test_the_agency_with_most_corrections_comes_first(tmp_path: Path) -> None:
    old, new = base(), base(granted=12, versions=2)
    cell = next(c for c in cells_of(new, "r-ag-finance-2019") if c["row_key"] == "granted")
    cell.update(value=cell["value"] + 1, value_effective=cell["value"] + 1)
    found = changes(published(old, tmp_path / "old"), published(new, tmp_path / "new"))
    assert [(one["agency_id"], one["figures"]) for one in found["agencies"]] == [("ag-ink", 4), ("ag-finance", 1)]
    assert [row["agency_id"] for row in found["changes"]] == ["ag-ink"] * 4 + ["ag-finance"]


def test_the_csv_has_all_and_is_safe_to_open(tmp_path: Path) -> None:
    old, new = base(), base(granted=12, versions=2)
    for number, attack in enumerate((*FORMULAS, "\x1b[2J\x1b]0;owned\x07")):
        new.agency(f"ag-evil-{number}", attack, "340100", "p-hub")
        new.report(f"ag-evil-{number}", 2021, "F2021", applications(9, granted=9), source_url=attack)
        new.rows["report"][-1]["title"] = attack
    a, b = published(old, tmp_path / "old"), published(new, tmp_path / "new")
    counts = diff(a, b, "csv", out=tmp_path / "d.csv")
    data = (tmp_path / "d.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert tuple(lines[0]) == COLUMNS
    assert len(lines) == counts["figures"] + counts["added"] == 4 + len(FORMULAS) + 1
    assert {f"'{attack}" for attack in FORMULAS} <= {line["agency_name"] for line in lines}
    assert not [value for line in lines for value in line.values() if value in FORMULAS]
    assert {line["new_value"] for line in lines} == {"12", "18", ""}
    stream = io.StringIO()
    diff(a, b, "csv", stream=stream)
    assert data == b"\xef\xbb\xbf" + stream.getvalue().encode()
    assert "\x1b" not in text(a, b)


def test_what_cannot_be_compared_is_said(published_home: Path, tmp_path: Path) -> None:
    with pytest.raises(CompareError, match="found a folder with neither"):
        diff(tmp_path, published_home)
    with pytest.raises(CompareError, match="found nothing"):
        diff(published_home, tmp_path / "absent")
    with pytest.raises(CompareError, match="Unknown format 'xml'"):
        diff(published_home, published_home, "xml")
    duckdb.connect(str(tmp_path / "other.duckdb")).close()
    with pytest.raises(CompareError, match="no warehouse of gongkai"):
        diff(tmp_path / "other.duckdb", published_home)
    (tmp_path / "broken.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(WarehouseError, match=r"broken\.duckdb cannot be read"):
        diff(tmp_path / "broken.duckdb", published_home)
    (tmp_path / DESCRIPTION).write_text('{"name": "other"}')
    with pytest.raises(CompareError, match="no description of an export"):
        diff(tmp_path, published_home)


def test_an_export_that_is_not_whole_is_not_compared(published_home: Path, tmp_path: Path) -> None:
    export(published_home, tmp_path / "whole")
    for damage, said in (("short", r"says \d+ bytes, found 10"), ("gone", "found no file")):
        folder = tmp_path / damage
        shutil.copytree(tmp_path / "whole", folder)
        if damage == "short":
            (folder / "application.parquet").write_bytes(b"0123456789")
        else:
            (folder / "application.parquet").unlink()
        with pytest.raises(WarehouseError, match=said):
            diff(folder, published_home)


def test_a_file_is_written_whole_or_not_at_all(exports: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "d.json").mkdir()
    with pytest.raises(WarehouseError, match="could not be written"):
        diff(*exports, "json", out=tmp_path / "d.json")
    assert [path.name for path in tmp_path.iterdir()] == ["d.json"]
