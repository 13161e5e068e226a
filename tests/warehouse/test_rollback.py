"""The warehouses that were published before: kept without a copy, and put back in one step."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.warehouse.sample_lake import sample
from warehouse.build import build
from warehouse.connection import WarehouseError, published, warehouse_path
from warehouse.publish import KEPT, flaws, previous, publish, roll_back, superseded


def _agencies(home: Path) -> int:
    with published(home) as connection:
        row = connection.execute("SELECT count(*) FROM agency").fetchone()
    return int(row[0]) if row else 0


def _another_night(home: Path, number: int) -> None:
    lake = sample()
    for one in range(number):
        lake.agency(f"ag-new-{one}", f"甲市第{one}局", "340100")
    lake.write(home)
    assert build(home).changed
    publish(home)


def test_the_last_ones_are_kept_and_put_back_one_after_the_other(published_copy: Path) -> None:
    home = published_copy
    first = _agencies(home)
    for number in range(1, KEPT + 2):
        _another_night(home, number)
    assert [_agencies(home), len(previous(home))] == [first + KEPT + 1, KEPT]
    assert list(flaws(home)) == []
    with published(home) as reader:
        roll_back(home)
        assert reader.execute("SELECT count(*) FROM agency").fetchone() == (first + KEPT + 1,)
    assert _agencies(home) == first + KEPT
    roll_back(home)
    assert _agencies(home) == first + KEPT - 1
    with pytest.raises(WarehouseError, match=r"There is no earlier warehouse in .* that is whole"):
        roll_back(home)
    # What was rolled back is not lost, and the next build publishes as always.
    assert warehouse_path(home).with_name("warehouse.duckdb.rolled-back").is_file()
    assert build(home).changed
    publish(home)
    assert _agencies(home) == first + KEPT + 1


def test_a_night_without_news_keeps_nothing_twice(published_copy: Path) -> None:
    _another_night(published_copy, 1)
    for _ in range(3):
        assert not build(published_copy).changed
        publish(published_copy)
    assert len(previous(published_copy)) == 1


def test_a_damaged_one_is_named_and_never_put_back(published_copy: Path) -> None:
    _another_night(published_copy, 1)
    (kept,) = previous(published_copy)
    kept.unlink()
    kept.write_bytes(b"no database")
    assert [str(kept) in line for line in flaws(published_copy)] == [True]
    with pytest.raises(WarehouseError, match="that is whole"):
        roll_back(published_copy)
    assert _agencies(published_copy) > 0


def test_the_order_is_that_of_publishing_whatever_the_clock_said(published_copy: Path) -> None:
    home = published_copy
    counts = []
    for number, days in enumerate((0, 300, -300, 5), start=1):
        _another_night(home, number)
        counts.append(_agencies(home))
        moment = warehouse_path(home).stat().st_mtime + days * 86400
        os.utime(warehouse_path(home), (moment, moment))
    assert len(previous(home)) == KEPT
    for wanted in counts[-2 : -2 - KEPT : -1]:
        roll_back(home)
        assert _agencies(home) == wanted


def test_a_publish_that_was_killed_before_the_swap_keeps_no_second_copy(
    published_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.replace", lambda *names: (_ for _ in ()).throw(OSError("no")))
    with pytest.raises(WarehouseError, match="could not be replaced"):
        _another_night(published_copy, 1)
    monkeypatch.undo()
    _another_night(published_copy, 1)
    (kept,) = previous(published_copy)
    assert not kept.samefile(warehouse_path(published_copy))


def _damage(path: Path) -> None:
    """Other bytes in the middle, where no table's first block is: much of it still answers."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 4096)


def test_a_damaged_warehouse_is_made_anew_and_never_kept(published_copy: Path) -> None:
    home = published_copy
    _another_night(home, 1)
    kept = previous(home)
    _damage(warehouse_path(home))
    (flaw,) = flaws(home)
    assert str(warehouse_path(home)) in flaw
    assert "`gongkai load`" in flaw
    # Nothing else changed: a night like any other finds it.
    summary = build(home)
    assert summary.changed
    assert "bytes were not those that were published" in (summary.damaged or "")
    publish(home)
    assert list(flaws(home)) == []
    assert previous(home) == kept
    assert _agencies(home) > 0
    assert not build(home).changed


def test_a_damaged_earlier_warehouse_is_passed_over(published_copy: Path) -> None:
    home = published_copy
    first = _agencies(home)
    _another_night(home, 1)
    _another_night(home, 2)
    _damage(previous(home)[0])
    (flaw,) = flaws(home)
    assert "may be deleted" in flaw
    assert superseded(home, 2) == [previous(home)[0]]
    roll_back(home)
    assert _agencies(home) == first
