"""A few nights of the chaos trial, and that its judges see what they are there for; `make chaos` has a hundred."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.chaos.reader import reading
from tests.chaos.trial import Trial, assert_same_warehouse, run
from tests.chaos.world import Delivered, world

NIGHTS = 3
# Has a kill, a full disk and portals that fail in so few nights.
SEED = 1


def test_nights_in_which_anything_may_fail(tmp_path: Path) -> None:
    tally = run(tmp_path, SEED, NIGHTS, 0, print, pause_seconds=1.0)
    struck = ("after: killed", "full: failed", "published", "documents delivered")
    assert [what for what in struck if not tally[what]] == []
    assert tally["reads"] > 10
    # The judge of the warehouse sees a fact that changed in its store.
    home, other = tmp_path / "home", tmp_path / "other"
    shutil.copytree(home, other, ignore=shutil.ignore_patterns("raw", "runs", "previous"))
    with duckdb.connect(str(other / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE store.odd_check SET message = message || '?' WHERE message IS NOT NULL")
    with pytest.raises(AssertionError, match=r"home: check_result: too much \["):
        assert_same_warehouse(home, other, everything=False)


def test_a_reader_sees_a_file_that_is_not_whole(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE build_info AS SELECT 'checks' AS key, 'passed' AS value")
    os.truncate(path, path.stat().st_size // 2)
    with reading(path) as readers:
        said: list[str] = []
        deadline = time.monotonic() + 30
        while {line.partition(":")[0] for line in said} < {"holder", "newcomer"} and time.monotonic() < deadline:
            time.sleep(0.1)
            said += readers.trouble()
    assert {line.partition(":")[0] for line in said} == {"holder", "newcomer"}


@pytest.mark.parametrize(("fault", "message"), [("none", "not in the archive"), ("kill:1", "lost: ")])
def test_a_lost_document_is_seen(tmp_path: Path, fault: str, message: str) -> None:
    rng = random.Random(1)
    with world(rng) as portals:
        nothing: Any = None
        trial = Trial(tmp_path / "home", rng, portals, nothing, nothing, print)
        trial.plan = {"runs": [{"fault": fault}]}
        city = portals.portals[0]
        trial.asked = {city.portal_id}
        shows = (city.portal_id, city.items[0].name, "page", city.items[0].revision)
        portals.delivered.append(Delivered(shows, "0" * 64))
        with pytest.raises(AssertionError, match=message):
            trial._judge_archive(settled=True)
        # Of what a portal has replaced meanwhile, nobody can ask it again.
        trial.plan = {"runs": [{"fault": "kill:1"}]}
        trial.owed = [Delivered(shows, "0" * 64)]
        city.items[0].revision += 1
        trial._judge_archive(settled=True)


def test_a_seed_says_all(tmp_path: Path) -> None:
    def drawn(seed: int) -> list[Any]:
        with world(random.Random(seed)) as portals:
            return [(portals.change(), portals.fare(healthy=False)) for _ in range(20)]

    assert drawn(5) == drawn(5) != drawn(6)
