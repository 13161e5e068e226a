"""A process killed, or a disk full, at each named point: nothing half is seen, the next run ends as if undisturbed."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from spiders import archive
from tests.faults.kit import (
    NIGHT_TWO,
    PORTAL,
    Launcher,
    Nights,
    assert_same,
    assert_same_lake,
    documents,
    failed,
    identity,
    lake_content,
    ok,
    warehouse_content,
)
from tests.faults.points import DAMAGES, FULL_DISKS, KILLS, Point, table
from transforms.lake.workspace import working
from warehouse.connection import WarehouseError
from warehouse.load import read_runs
from warehouse.publish import publish

ROOT = Path(__file__).resolve().parent
# Candidates that passed their checks: publishing them is as good as building them again.
PUBLISHABLE = ("before-publish", "before-swap")
# Points whose remains a night may read before the next crawl puts them right.
READ_AS_PART = ("attachment-without-page", "row-torn")


def points(declared: tuple[Point, ...], *stages: str) -> list[object]:
    return [pytest.param(point, id=point.name) for point in declared if point.stage in stages]


def assert_nothing_half(home: Path, nights: Nights) -> None:
    """What a reader finds after a kill is whole: documents by their hash, manifests, the published warehouse."""
    whole = documents(nights.undisturbed)
    for name, data in documents(home).items():
        if not Path(name).name.startswith("."):
            assert data == whole[name]
    with working(None) as workspace:
        workspace.read_manifests(home)
    list(archive.rows(home))
    assert warehouse_content(home) in (warehouse_content(nights.first), warehouse_content(nights.undisturbed))


def spider(point: str, home: Path, nights: Nights) -> int:
    """The crawl's process alone, struck at a point (or at none): its exit status."""
    return nights.launcher.run(point, "spider", home, str(nights.registry), NIGHT_TWO.isoformat())[0]


@pytest.mark.parametrize("point", points(KILLS, "spider"))
def test_a_crawl_killed(point: Point, first: Path, nights: Nights) -> None:
    assert spider(point.name, first, nights) == -signal.SIGKILL, "the crawl never came to this point"
    assert all(list(first.glob(pattern)) for pattern in point.left)
    assert_nothing_half(first, nights)
    assert spider("none", first, nights) == 0
    ok(nights.finish(first, "lake"))
    assert_same_lake(first, nights.undisturbed, same_clock=False)


@pytest.mark.parametrize("point", [pytest.param(p, id=p.name) for p in KILLS if p.name in READ_AS_PART])
def test_a_crawl_killed_and_read_where_it_lies(point: Point, first: Path, nights: Nights) -> None:
    """A night whose crawl cannot begin goes on with the rest, on what the dead crawl left."""
    assert spider(point.name, first, nights) == -signal.SIGKILL
    ok(nights.finish(first, "lake"))
    assert identity(first) <= identity(nights.undisturbed)
    waiting = [row["unplaced_reason"] for row in lake_content(first)["report"] if row["unplaced_reason"]]
    assert len(waiting) == (point.name == "attachment-without-page")
    assert all("is not on record" in reason for reason in waiting)
    assert spider("none", first, nights) == 0
    ok(nights.finish(first, "lake"))
    assert_same_lake(first, nights.undisturbed, same_clock=False)


@pytest.mark.fault("crawl-dies-alone")
@pytest.mark.parametrize("at", ["document-without-row", "first-row-torn"])
def test_a_crawl_killed_under_a_night_that_lives(at: str, first: Path, nights: Nights, launcher: Launcher) -> None:
    _, results = launcher.run(at, "crawl", first, str(nights.registry), NIGHT_TWO.isoformat())
    assert "crashed: the crawl process ended with status -9 before this portal was done" in failed(results, "crawl")
    rows = list(archive.read_manifest(archive.manifests(first)[-1]))
    assert (rows[0]["kind"], rows[0]["as_of"][:16]) == ("crawl", f"{NIGHT_TWO:%Y-%m-%dT%H:%M}")
    assert (rows[-1]["kind"], rows[-1]["portal_id"], rows[-1]["failure"]) == ("portal", PORTAL, True)
    assert_nothing_half(first, nights)
    assert spider("none", first, nights) == 0
    ok(nights.finish(first, "lake"))
    assert_same_lake(first, nights.undisturbed, same_clock=False)


@pytest.mark.parametrize("point", points(KILLS, "normalize"))
def test_a_normalize_killed(point: Point, second: Path, nights: Nights, launcher: Launcher) -> None:
    assert launcher.run(point.name, "normalize", second)[0] == -signal.SIGKILL, "normalize never came to this point"
    assert all(list(second.glob(pattern)) for pattern in point.left)
    assert_nothing_half(second, nights)
    ok(nights.finish(second, "lake"))
    assert_same_lake(second, nights.undisturbed, same_clock=True)


def test_a_half_updated_lake_is_not_published(second: Path, nights: Nights, launcher: Launcher) -> None:
    """Between these two tables every reference holds, so that no check of the warehouse would find anything."""
    assert launcher.run("agencies-without-names", "normalize", second)[0] == -signal.SIGKILL
    assert re.search(r"half updated.*gongkai normalize.*Run it again", failed(nights.finish(second, "load"), "load"))
    assert warehouse_content(second) == warehouse_content(nights.first)
    ok(nights.finish(second))
    assert_same(second, nights.undisturbed, same_clock=True)


def test_loads_killed_one_after_the_other(
    normalized: Path, nights: Nights, launcher: Launcher, record_property: Callable[[str, object], None]
) -> None:
    """Each load meets what the one before left of its candidate; only the last comes to its end."""
    for point in KILLS:
        if point.stage in ("load", "publish"):
            record_property("fault", point.name)
            status, _ = launcher.run(point.name, point.stage, normalized)
            assert status == -signal.SIGKILL, f"the stage never came to {point.name}"
            assert all(list(normalized.glob(pattern)) for pattern in point.left), point.name
            new = point.name == "after-swap"
            assert warehouse_content(normalized) == warehouse_content(nights.undisturbed if new else nights.first)
            if any(normalized.glob("*.building")) and point.name not in PUBLISHABLE:
                with pytest.raises(WarehouseError, match=r"not built to its end|lies beside"):
                    publish(normalized)
    ok(nights.finish(normalized, "load"))
    assert_same(normalized, nights.undisturbed, same_clock=True)


@pytest.mark.parametrize("point", points(KILLS, "report"))
def test_a_report_killed(point: Point, undisturbed: Path, nights: Nights, launcher: Launcher) -> None:
    assert launcher.run(point.name, "report", undisturbed)[0] == -signal.SIGKILL, "the report was never written"
    assert all(list(undisturbed.glob(pattern)) for pattern in point.left)
    before = len(list(read_runs(undisturbed)))
    for report in (undisturbed / "runs").glob("*.json"):
        assert report.read_text("utf-8").endswith("}\n")
    ok(nights.finish(undisturbed, "load"))
    assert len(list(read_runs(undisturbed))) == before + 1
    assert_same(undisturbed, nights.undisturbed, same_clock=True)


@pytest.mark.parametrize("point", points(FULL_DISKS, "normalize"))
def test_a_disk_full_in_normalize(point: Point, second: Path, nights: Nights, launcher: Launcher) -> None:
    status, results = launcher.run(point.name, point.stage, second)
    assert status == 0, Path(f"{second}.log").read_text("utf-8")
    assert re.search(point.says, failed(results, point.stage))
    assert not list(second.glob("lake/*/*/*.writing"))
    assert_nothing_half(second, nights)
    ok(nights.finish(second, "lake"))
    assert_same_lake(second, nights.undisturbed, same_clock=True)


@pytest.mark.parametrize("point", points(FULL_DISKS, "report"))
def test_a_disk_full_in_the_report(point: Point, undisturbed: Path, nights: Nights, launcher: Launcher) -> None:
    _, results = launcher.run(point.name, point.stage, undisturbed)
    assert re.search(point.says, failed(results, point.stage))
    ok(nights.finish(undisturbed, "load"))
    assert_same(undisturbed, nights.undisturbed, same_clock=True)


@pytest.mark.parametrize("point", points(FULL_DISKS, "load"))
def test_a_disk_full_in_load(point: Point, normalized: Path, nights: Nights, launcher: Launcher) -> None:
    status, results = launcher.run(point.name, point.stage, normalized)
    assert status == 0, Path(f"{normalized}.log").read_text("utf-8")
    assert re.search(point.says, failed(results, point.stage))
    assert not list(normalized.glob("warehouse.duckdb.*"))
    assert_nothing_half(normalized, nights)
    ok(nights.finish(normalized, "load"))
    assert_same(normalized, nights.undisturbed, same_clock=True)


@pytest.mark.parametrize("point", points(FULL_DISKS, "crawl"))
def test_a_disk_full_in_the_crawl(point: Point, first: Path, nights: Nights, launcher: Launcher) -> None:
    status, results = launcher.run(point.name, "crawl", first, str(nights.registry), NIGHT_TWO.isoformat())
    assert status == 0, Path(f"{first}.log").read_text("utf-8")
    assert re.search(point.says, failed(results, "crawl"))
    assert_nothing_half(first, nights)
    assert spider("none", first, nights) == 0
    ok(nights.finish(first, "lake"))
    assert_same_lake(first, nights.undisturbed, same_clock=False)


def test_the_readme_has_the_table() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert table() in text
    tests = "".join(path.read_text("utf-8") for path in ROOT.glob("test_*.py"))
    assert [name for name in DAMAGES if f'"{name}"' not in tests] == [], "every declared damage has its test"
