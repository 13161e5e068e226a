"""Nights in which anything may fail, one after the other in one home, and what must be true after each of them."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import yaml

from flows.prefect_environment import end_leftover_servers
from spiders import archive
from tests.chaos.reader import PAUSE_SECONDS, Readers, reading
from tests.chaos.world import Delivered, World, world
from tests.faults.kit import Launcher, documents, identity, lake, launched, leftovers, ok
from tests.faults.points import FULL_DISKS, KILLS
from tests.warehouse.test_night import APART, contents
from warehouse.publish import previous
from warehouse.store.declared import VIEWED

FIRST_NIGHT = datetime(2026, 2, 1, 18, tzinfo=UTC)
# Every so many nights one is left alone, with all portals well and everything asked again.
SETTLED_EVERY = 5
PREFECT_EVERY = 8
# How nights are disturbed, by how often.
FAULTS = {"none": 4, "point": 5, "kill": 5, "after": 5, "full": 3, "limit": 2, "rival": 3}
# Limits on the size of files are the server's of Prefect, too: it tries for minutes to make its database.
NOT_WITH_PREFECT = {"limit", "full-rows", "full-part-for-real", "full-build"}


@dataclass
class Trial:
    """One home over many nights."""

    home: Path
    rng: random.Random
    world: World
    launcher: Launcher
    readers: Readers
    tell: Callable[[str], None]
    registry: Path = field(init=False)
    clock: datetime = FIRST_NIGHT
    latest: datetime = FIRST_NIGHT  # that any night had, with a clock that may have been ahead
    number: int = 0
    plan: dict[str, Any] = field(default_factory=dict)
    # What went out in nights that were disturbed, and is to be in the archive or gone from its portal.
    owed: list[Delivered] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)  # portals that the last settled night asked for everything
    tally: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.registry = self.home.parent / "registry"
        self.registry.mkdir(parents=True)
        entries = [portal.entry() for portal in self.world.portals]
        (self.registry / "portals.yaml").write_text(yaml.safe_dump(entries, allow_unicode=True), "utf-8")

    # A night -----------------------------------------------------------------------------------------------------

    def night(self, prefect: bool, settled: bool) -> None:
        """One night, drawn, carried out and judged; raises AssertionError."""
        self.number += 1
        news = self.world.change() if self.number > 1 else []
        moods = self.world.fare(healthy=settled)
        self.plan = self._plan(prefect, settled)
        self.tell(f"{self.number}: {json.dumps({**self.plan, 'registry': None})} {news} {moods}")
        if self.rng.random() < 0.5:
            self.readers.again()
        self._move_file_times()
        before, published = self._reports(), self._file()
        status, results = self.launcher.run("none", "nights", self.home, json.dumps(self.plan))
        assert status == 0, Path(f"{self.home}.log").read_text("utf-8")[-4000:]
        assert results is not None
        reports = [json.loads(path.read_text("utf-8")) for path in self._reports() - before]
        self._judge_runs(results, reports, settled)
        self._judge_archive(settled)
        self._judge_warehouse(published, reports, settled)
        assert (trouble := self.readers.trouble()) == [], trouble
        if prefect:
            end_leftover_servers(self.home / "runs" / ".prefect")

    def _plan(self, prefect: bool, settled: bool) -> dict[str, Any]:
        self.clock += timedelta(days=self.rng.randint(1, 40))
        if settled:
            # Whoever looks after it has seen to the clock, too.
            self.clock = max(self.clock, self.latest + timedelta(days=1))
        as_of, jump = self.clock, self.rng.random()
        if jump < 0.08 and not settled:
            as_of -= timedelta(days=self.rng.randint(1, 800))
            self.tally["clock back"] += 1
        elif jump < 0.13 and not settled:
            as_of += timedelta(days=self.rng.randint(100, 900))
            self.tally["clock forward"] += 1
        self.latest = max(self.latest, as_of)
        kinds = {kind: often for kind, often in FAULTS.items() if not (prefect and kind in NOT_WITH_PREFECT)}
        kind = "none" if settled else self.rng.choices(list(kinds), list(kinds.values()))[0]
        runs = [self._run("none" if kind == "rival" else kind, 0.0, prefect)]
        if kind == "rival":
            runs[0] = self._run(self.rng.choice(("none", "after", "kill")), 0.0, prefect)
            runs.append(self._run("none", self.rng.choice((0.0, round(self.rng.uniform(0, 4), 2))), prefect))
        return {
            "registry": str(self.registry),
            "as_of": as_of.isoformat(),
            "recheck": settled or self.rng.random() < 0.4,
            "prefect": prefect,
            "runs": runs,
        }

    def _run(self, kind: str, delay: float, prefect: bool) -> dict[str, Any]:
        where, longest = self.rng.choice(("night", "night", "crawl")), 25.0 if prefect else 5.0
        match kind:
            case "point":
                points = [p for p in KILLS + FULL_DISKS if not (prefect and p.name in NOT_WITH_PREFECT)]
                point = self.rng.choice(points)
                fault, where = f"point:{point.name}", "crawl" if point.stage in ("spider", "crawl") else "night"
            case "kill":
                fault = f"kill:{int(self.rng.triangular(1, 40 if where == 'crawl' else 130, 20))}"
            case "full":
                most = 40 if where == "crawl" else 90
                fault = f"full:{self.rng.randint(1, most)}:{self.rng.choice((0, 0, 3, 1000))}"
            case "after":
                fault = f"after:{round(self.rng.uniform(0.1, longest), 2)}"
            case "limit":
                fault = f"limit:{int(8 * 2 ** self.rng.uniform(0, 9))}"
            case _:
                fault = "none"
        return {"delay": delay, "fault": fault, "where": where, "whole": self.rng.random() < 0.5}

    def _move_file_times(self) -> None:
        """The published file has the time of a clock that may have jumped."""
        path = self.home / "warehouse.duckdb"
        if path.exists() and self.rng.random() < 0.15:
            jump = self.rng.uniform(-500, 500) * 86400
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime + jump))
            self.tally["file times moved"] += 1

    # What must be true after it --------------------------------------------------------------------------------

    def _judge_runs(self, results: list[dict[str, Any]], reports: list[dict[str, Any]], settled: bool) -> None:
        runs = self.plan["runs"]
        last = max((path.stem for path in self._reports()), default=None)
        assert not reports or last in {report["run_id"] for report in reports}, f"{last} is not the last run"
        for run, result in zip(runs, results, strict=True):
            said, status = result["said"], result["status"]
            assert not result.get("hung"), f"it hung: {said}"
            assert not result.get("left"), f"processes outlived the night: {result['left']}"
            refused = "only one run may write at a time" in said
            self.tally[f"{run['fault'].partition(':')[0]}: {_ending(status, refused)}"] += 1
            if run["fault"] == "none":
                assert status in (0, 1), f"an undisturbed run ended with {status}: {said}"
                assert refused is False or len(runs) > 1, said
                assert refused or "Traceback" not in said, said
        if len(runs) == 1 and runs[0]["fault"] == "none":
            assert len(reports) == 1, reports
            broken = [stage for stage in reports[0]["stages"] if stage["name"] != "crawl" and stage["status"] != "ok"]
            assert broken == [], broken
        if settled:
            lost = [p for s in reports[0]["stages"] if s["name"] == "crawl" for p in s["details"]["portals"]]
            assert {portal["outcome"] for portal in lost} <= {"ok"} or all(
                "list_" in p["reason"] for p in lost if p["outcome"] != "ok"
            ), lost

    def _judge_archive(self, settled: bool) -> None:
        """Every document is whole and on record, and none is lost that a portal delivered whole."""
        flaws = [flaw for flaw in archive.check_archive(self.home).flaws if not flaw.path.name.startswith(archive.HALF)]
        assert flaws == [], flaws
        held = {row["sha256"] for row in archive.rows(self.home) if row["kind"] == "fetch" and row.get("sha256")}
        whole = {Path(name).name for name in documents(self.home)}
        assert held <= whole, held - whole
        delivered, self.world.delivered[:] = list(self.world.delivered), []
        undisturbed = all(run["fault"] == "none" for run in self.plan["runs"])
        lost = {one for one in delivered if one.sha256 not in held}
        if undisturbed:
            assert lost == set(), f"delivered in an undisturbed night and not in the archive: {lost}"
        self.tally["documents delivered"] += len(delivered)
        self.owed += sorted(lost, key=repr)
        if settled:
            seen = {one.shows for one in delivered if one.sha256 in held}
            due = [one for one in self.owed if one.shows[0] in self.asked]
            for one in due:
                gone = not self.world.shows(one.shows)
                self.tally["in flight at a kill, replaced before the next night"] += gone
                assert gone or one.shows in seen, f"lost: {one}"
            self.owed = [one for one in self.owed if one not in due]

    def _judge_warehouse(self, published: tuple[int, ...], reports: list[dict[str, Any]], settled: bool) -> None:
        """The published warehouse is that from before or the one that an undisturbed run makes of the archive, and what
        the night left is brought to that by the stages after the crawl."""
        runs, reference = self.plan["runs"], self._made_anew()
        ended_well = any(_stage(report, "publish") == "ok" for report in reports)
        changed = self._file() != published
        self.tally["published"] += changed
        if len(runs) == 1 and (changed or ended_well):
            assert_same_warehouse(self.home, reference, everything=self.number % SETTLED_EVERY == 0)
            assert leftovers(self.home) == [] or not ended_well, leftovers(self.home)
        if changed and published and len(runs) == 1:
            kept = [path.stat().st_ino for path in previous(self.home)[:1]]
            assert kept == [published[0]], f"the newest earlier warehouse is not the one that was replaced: {kept}"
        if not (len(runs) == 1 and ended_well and runs[0]["fault"] == "none"):
            recovered = self._recovered()
            assert_same_warehouse(recovered, reference, everything=False)
            assert_same(ids(recovered), ids(reference), "recovered identity")
            assert_same(lake(recovered), lake(reference), "recovered lake")
            shutil.rmtree(recovered)
        else:
            assert_same(ids(self.home), ids(reference), "identity")
            assert_same(lake(self.home), lake(reference), "lake")
        shutil.rmtree(reference)

    def _made_anew(self) -> Path:
        """A home made of the same archive by stages that nothing disturbs."""
        reference = self.home.parent / "reference"
        reference.mkdir()
        (reference / "raw").symlink_to(self.home / "raw")
        return self._finished(reference)

    def _recovered(self) -> Path:
        """A copy of the home after the stages that come after the crawl, undisturbed."""
        copy = self.home.parent / "recovered"
        shutil.copytree(self.home, copy, ignore=lambda folder, names: {"raw", ".prefect", "previous"} & set(names))
        (copy / "raw").symlink_to(self.home / "raw")
        return self._finished(copy)

    def _finished(self, home: Path) -> Path:
        status, results = self.launcher.run("none", "normalize", home)
        assert status == 0, Path(f"{home}.log").read_text("utf-8")[-4000:]
        assert results is not None
        ok(results)
        return home

    def _file(self) -> tuple[int, ...]:
        """Which file is published; none: ()."""
        path = self.home / "warehouse.duckdb"
        return (path.stat().st_ino,) if path.exists() else ()

    def _reports(self) -> set[Path]:
        return set((self.home / "runs").glob("*.json"))


def _stage(report: dict[str, Any], name: str) -> str:
    return next((stage["status"] for stage in report["stages"] if stage["name"] == name), "")


def _ending(status: int, refused: bool) -> str:
    return "refused" if refused else "killed" if status < 0 else "ok" if status == 0 else "failed"


def ids(home: Path) -> set[tuple[str, ...]]:
    """The ids on record; a home without a report has none."""
    return identity(home) if (home / "identity" / "reports.jsonl").exists() else set()


def assert_same_warehouse(home: Path, other: Path, everything: bool) -> None:
    """The same rows in every table and every fact, times included; ``everything``: in every view for people, too."""
    if everything:
        assert_same(contents(home), contents(other), home.name)
        return
    with duckdb.connect() as connection:
        for name, place in (("one", home), ("other", other)):
            connection.execute(f"ATTACH '{place / 'warehouse.duckdb'}' AS {name} (READ_ONLY)")
        sql = "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name = 'main' ORDER BY 1"
        tables, same = (connection.execute(sql, [name]).fetchall() for name in ("one", "other"))
        assert tables == same, f"{home.name}: other tables"
        for table in sorted({name for (name,) in tables} - APART | VIEWED):
            summed = f'SELECT count(*), sum(hash(t)) FROM {{}}."{table}" t'
            if connection.execute(f"{summed} EXCEPT {summed}".format("one", "other")).fetchall():
                rows = f'FROM {{}}."{table}" EXCEPT ALL FROM {{}}."{table}" LIMIT 3'
                more = connection.execute(rows.format("one", "other")).fetchall()
                less = connection.execute(rows.format("other", "one")).fetchall()
                raise AssertionError(f"{home.name}: {table}: too much {more}, missing {less}")


def assert_same(found: Any, wanted: Any, what: str) -> None:
    """Equal, or an AssertionError that shows the first of what differs."""
    if found == wanted:
        return
    if isinstance(found, dict) and isinstance(wanted, dict):
        assert found.keys() == wanted.keys(), f"{what}: {sorted(found.keys() ^ wanted.keys())}"
        for name in wanted:
            if found[name] != wanted[name]:
                if isinstance(found[name], bytes):
                    raise AssertionError(f"{what}: {name} has other bytes")
                more = [row for row in found[name] if row not in wanted[name]][:3]
                less = [row for row in wanted[name] if row not in found[name]][:3]
                raise AssertionError(f"{what}: {name}: too much {more}, missing {less}")
    raise AssertionError(f"{what}: too much {sorted(found - wanted)[:5]}, missing {sorted(wanted - found)[:5]}")


def run(
    folder: Path,
    seed: int,
    nights: int,
    prefect_nights: int,
    tell: Callable[[str], None],
    pause_seconds: float = PAUSE_SECONDS,
) -> Counter[str]:
    """So many nights, of which so many through Prefect; how often what happened. Readers read every ``pause_seconds``.

    Raises AssertionError, which names the seed and the night.
    """
    path = folder / "home" / "warehouse.duckdb"
    home = folder / "home"
    home.mkdir(parents=True)
    rng = random.Random(seed)
    through_prefect = {round((n + 0.5) * nights / prefect_nights) for n in range(prefect_nights)}
    with world(rng) as portals, launched("flows.nightly") as launcher, reading(path, pause_seconds) as readers:
        trial = Trial(home, rng, portals, launcher, readers, tell)
        try:
            for number in range(1, nights + 1):
                settled = number % SETTLED_EVERY == 0 or number == nights
                trial.night(number in through_prefect, settled)
            said = readers.close()
            assert all(line.startswith("read ") for line in said), said
            trial.tally["reads"] = sum(int(line.split()[1]) for line in said)
        except Exception as error:
            where = f"plan: {json.dumps(trial.plan)}\nhome: {home}"
            raise AssertionError(
                f"seed {seed}, night {trial.number}: {type(error).__name__}: {error}\n{where}"
            ) from error
    return trial.tally
