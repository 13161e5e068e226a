"""A small portal over two nights, homes made of it, and what is compared between two homes."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import yaml

from flows.demo import reports as demo
from flows.demo.server import Page, PortalServer
from tests.faults.launcher import ROOT
from tests.spiders.portal_kit import LIST, entry, listing, row
from warehouse.store.declared import VIEWED

NIGHT_ONE = datetime(2026, 2, 1, 18, 0, tzinfo=UTC)
NIGHT_TWO = NIGHT_ONE + timedelta(days=40)
AGAIN = NIGHT_TWO + timedelta(hours=1)
PORTAL = "cn-110101-demo"
# Read, compared and published, but other in every run: when something happened, and which run it was.
TIMES = frozenset({"happened_at", "first_seen", "last_seen", "fetched_at"})
OTHER_IN_EVERY_RUN = frozenset({"run", "build_info"})

Content = dict[str, list[dict[str, Any]]]
# What files with these bytes hold: most homes hold the same.
_contents: dict[str, dict[str, list[tuple[Any, ...]]]] = {}


def pages(night: int) -> dict[str, Page]:
    """Three reports; on the second night the newest is corrected and a fourth, with an attachment, is on top."""
    chosen = [("land", 2024), ("ecology", 2024), ("office", 2024), ("ecology", 2023)][0 if night > 1 else 1 :]
    found = {r: r for r in demo.reports(demo.CITY_PORTAL)}
    mine = [next(r for r in found if (r.agency.key, r.year) == subject) for subject in chosen]
    rows, made = [], {}
    for report in mine:
        name = f"t{report.published_on:%Y%m%d}_{report.agency.key}.html"
        below = '<div class="fujian"><a href="P1.pdf">附件.pdf</a></div>' if report.agency.key == "land" else ""
        html = demo.page(report, 2 if night > 1 else 1, below, "utf-8")
        rows.append(row(name, report.title, str(report.published_on)))
        made[LIST + name] = Page(html.encode(), etag="auto")
    attachment = Page("%PDF-1.4 附件".encode(), content_type="application/pdf", etag="auto")
    return {LIST: listing(*rows), f"{LIST}P1.pdf": attachment, **made}


class Launcher:
    """The process that forks one child for each fault; ``modules`` are loaded before, beside what all stages need."""

    def __init__(self, *modules: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.launcher", "--serve", *modules],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, point: str, stage: str, home: Path, *more: str) -> tuple[int, list[dict[str, Any]] | None]:
        """Run a stage struck at a point: exit status (negative: the signal) and the results, if it lived."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([point, stage, str(home), *more]) + "\n")
        self._process.stdin.flush()
        status, results = json.loads(self._process.stdout.readline())
        return status, results

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)


@dataclass
class Nights:
    """A portal that is up, the registry that declares it, and homes: not to be changed but by copies.

    Attributes:
        first: after a whole first night.
        second: that home after the crawl of the second night, and no further.
        normalized: that home with its lake brought up to date, the warehouse still that of the first night.
        undisturbed: that home after the rest of the second night.
    """

    folder: Path
    server: PortalServer
    launcher: Launcher
    registry: Path = field(init=False)
    first: Path = field(init=False)
    second: Path = field(init=False)
    normalized: Path = field(init=False)
    undisturbed: Path = field(init=False)

    def __post_init__(self) -> None:
        self.registry = self.folder / "registry"
        self.registry.mkdir(parents=True)
        declared = [entry(PORTAL, self.server.host, politeness={"delay_seconds": 0.0})]
        (self.registry / "portal.yaml").write_text(yaml.safe_dump(declared, allow_unicode=True), "utf-8")
        self.first = self.folder / "first"
        self.show(1)
        ok(self.crawl(self.first, NIGHT_ONE))
        ok(self.finish(self.first))
        self.show(2)
        self.second = self.copy(self.first, self.folder / "second")
        ok(self.crawl(self.second, NIGHT_TWO))
        self.normalized = self.copy(self.second, self.folder / "normalized")
        ok(self.finish(self.normalized, "lake"))
        self.undisturbed = self.copy(self.normalized, self.folder / "undisturbed")
        ok(self.finish(self.undisturbed, "load"))

    def show(self, night: int) -> None:
        self.server.pages.clear()
        self.server.pages.update(pages(night))

    @staticmethod
    def copy(home: Path, to: Path) -> Path:
        return Path(shutil.copytree(home, to))

    def crawl(self, home: Path, as_of: datetime = AGAIN) -> list[dict[str, Any]]:
        """The crawl alone, undisturbed."""
        return self._run("crawl", home, str(self.registry), as_of.isoformat())

    def finish(self, home: Path, stage: str = "normalize") -> list[dict[str, Any]]:
        """The stages from this one to the end, undisturbed."""
        return self._run(stage, home)

    def _run(self, stage: str, home: Path, *more: str) -> list[dict[str, Any]]:
        status, results = self.launcher.run("none", stage, home, *more)
        assert status == 0, Path(f"{home}.log").read_text("utf-8")
        assert results is not None
        return results


@contextmanager
def launched(*modules: str) -> Iterator[Launcher]:
    launcher = Launcher(*modules)
    try:
        yield launcher
    finally:
        launcher.close()


def ok(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The results of stages that all went well."""
    assert [(r["name"], r["status"], r["failures"]) for r in results if r["status"] != "ok"] == []
    return results


def failed(results: list[dict[str, Any]] | None, stage: str) -> str:
    """What a stage that failed said."""
    assert results is not None
    (found,) = [result for result in results if result["name"] == stage]
    assert found["status"] == "failed", found
    return "\n".join(failure["reason"] for failure in found["failures"])


# What a home holds -------------------------------------------------------------------------------------------------


def files(folder: Path) -> dict[str, bytes]:
    """The bytes of every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def documents(home: Path) -> dict[str, bytes]:
    return files(home / "raw" / "documents")


def lake(home: Path) -> dict[str, bytes]:
    """The files of the lake; parts that were set aside as corrupt are none of it."""
    return {name: data for name, data in files(home / "lake").items() if not name.endswith(".corrupt")}


def identity(home: Path) -> set[tuple[str, ...]]:
    """The ids on record and what they stand for, without the circumstances of their minting."""
    found = set()
    for name, keys in (
        ("agencies", ("agency_id", "region", "name_key")),
        ("reports", ("report_id", "agency_id", "report_year", "edition")),
    ):
        lines = (home / "identity" / f"{name}.jsonl").read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        found |= {tuple(str(one[key]) for key in keys) for one in rows}
        assert len(rows) == len({str(one[keys[0]]) for one in rows}), f"an id stands twice in {name}"
    return found


def lake_content(home: Path) -> Content:
    """The rows of the lake without times."""
    found: Content = {}
    for path in sorted((home / "lake").glob("*/report_year=*/part-0.parquet")):
        found.setdefault(path.parent.parent.name, []).extend(_part_content(path.read_bytes()))
    return {table: sorted(rows, key=repr) for table, rows in found.items()}


@lru_cache(maxsize=512)
def _part_content(data: bytes) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if name not in TIMES}
        for row in pq.ParquetFile(BytesIO(data)).read().to_pylist()
    ]


def warehouse_content(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of all tables of the published warehouse without times, also of those that are views over the store."""
    path = home / "warehouse.duckdb"
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if sha256 not in _contents:
        with duckdb.connect(str(path), read_only=True) as connection:
            names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall()
            timeless = f"SELECT COLUMNS(lambda c: c NOT IN {tuple(sorted(TIMES))})"
            _contents[sha256] = {
                table: connection.execute(f'{timeless} FROM "{table}" ORDER BY ALL').fetchall()
                for table in (*(name for (name,) in names), *sorted(VIEWED))
                if table not in OTHER_IN_EVERY_RUN
            }
    return _contents[sha256]


def leftovers(home: Path) -> list[str]:
    """Whatever only a run under way may leave."""
    patterns = (
        "raw/manifests/*.part",
        "raw/documents/*/.new-*",
        "lake/.unfinished",
        "lake/*/*/*.writing",
        "warehouse.duckdb.*",
    )
    return sorted(str(path.relative_to(home)) for pattern in patterns for path in home.glob(pattern))


def assert_same_lake(home: Path, other: Path, *, same_clock: bool) -> None:
    """Nothing lost, doubled or half: the same content, and the same bytes where the clock was the same."""
    assert leftovers(home) == []
    assert documents(home) == documents(other)
    assert identity(home) == identity(other)
    found, wanted = lake_content(home), lake_content(other)
    assert found.keys() == wanted.keys()
    for table in wanted:
        assert found[table] == wanted[table], table
    if same_clock:
        assert files(home / "identity") == files(other / "identity")
        assert lake(home) == lake(other)


def assert_same(home: Path, other: Path, *, same_clock: bool) -> None:
    """The same lake, and the same published warehouse."""
    assert_same_lake(home, other, same_clock=same_clock)
    found, wanted = warehouse_content(home), warehouse_content(other)
    assert {table: len(rows) for table, rows in found.items()} == {table: len(rows) for table, rows in wanted.items()}
    for table in wanted:
        assert found[table] == wanted[table], table
