"""A normalize that has nothing to do does nothing, and whatever changed gives it something to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.transforms.stages.home_kit import Home, ingested, page, without_tables
from transforms import lake, unchanged
from transforms import normalize as stage
from transforms.normalize import normalize

Settled = Callable[[], bool]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.crawl({"data": page()}, {"data": without_tables("云岭县水利局"), "url": "https://www.yl.gov.cn/nb/t2.html"})
    return home


@pytest.fixture
def does_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> Settled:
    """Run the stage and say whether it ended before anything was placed."""
    placed: list[object] = []
    place_all = stage._place_all

    def counting(*arguments: object) -> object:
        placed.append(arguments)
        return place_all(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(stage, "_place_all", counting)

    def run() -> bool:
        placed.clear()
        normalize(home.path)
        return not placed

    return run


def test_a_second_run_does_nothing_and_says_the_same(home: Home, does_nothing: Settled) -> None:
    first = normalize(home.path)
    assert does_nothing()
    again = normalize(home.path)
    assert (again.documents_read, again.documents_known) == (0, first.documents_read)
    assert (again.reports_new, again.reports_unchanged) == (0, first.reports_new)
    assert (again.by_outcome, again.unplaced) == (first.by_outcome, first.unplaced)
    assert (again.failed_checks, again.partitions_written, again.problems) == (first.failed_checks, (), [])


def test_every_change_gives_it_something_to_do(
    home: Home, does_nothing: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not does_nothing()
    home.crawl(ingested(page("云岭县司法局")))
    assert not does_nothing(), "a new document"
    assert does_nothing()
    home.portals = [{**home.portals[0], "body": "云岭县人民政府办公室"}]
    home.crawl()
    assert not does_nothing(), "another registry entry"
    monkeypatch.setattr(unchanged, "READER_VERSION", "another")
    assert not does_nothing(), "another reader"
    assert does_nothing()
    part = lake.part_path(home.path, "report", 2022)
    part.write_bytes(part.read_bytes()[:-20] + b"\x00" * 20)
    assert not does_nothing(), "a damaged part"
    lake.part_path(home.path, "section_text", 2022).unlink()
    assert not does_nothing(), "a part that is gone"
    (home.path / "identity" / "aliases.jsonl").write_text("", encoding="utf-8")
    assert not does_nothing(), "another record of ids"
    assert does_nothing()


def test_a_run_that_was_stopped_is_gone_through_again(home: Home, does_nothing: Settled) -> None:
    normalize(home.path)
    mark = home.path / "lake" / lake.UNFINISHED
    mark.touch()
    assert not does_nothing()
    assert not mark.exists()


def test_what_is_remembered_may_be_damaged(home: Home, does_nothing: Settled) -> None:
    normalize(home.path)
    (remembered,) = (home.path / "lake").glob(".settled*")
    for damage in ("", "[]", '{"state": 1}', "{"):
        remembered.write_text(damage, encoding="utf-8")
        assert not does_nothing(), damage


def test_a_run_with_problems_is_not_remembered(home: Home, does_nothing: Settled) -> None:
    sha256 = home.store(page("云岭县档案局"))
    home.crawl({"data": page("云岭县档案局"), "url": "https://www.yl.gov.cn/nb/t9.html"})
    (home.path / "raw" / "documents" / sha256[:2] / sha256).unlink()
    assert not does_nothing()
    assert not does_nothing(), "the lost document may be back"
