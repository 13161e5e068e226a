"""Builds a new warehouse beside the published one from what the lake holds, and checks it; ``publish`` swaps it in."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

import transforms.schema
from transforms.schema import tables
from transforms.schema.measures import measures
from transforms.schema.packed import PACKED, packed_from
from warehouse import load
from warehouse.checks import PACKED_ROWS, Inputs, problems
from warehouse.connection import WarehouseError, candidate_path, message, published, warehouse_path
from warehouse.corrections import (
    Correction,
    Judged,
    apply_corrections,
    correction_rows,
    judge,
    read_corrections,
)
from warehouse.night import fill_parts, follow, may_follow
from warehouse.publish import PASSED, has_bytes_published, is_whole, previous, publish, remove_leftovers
from warehouse.rules import apply_rules, rule_rows
from warehouse.series import link_reports
from warehouse.store import fill as store
from warehouse.views.empty import SETTINGS, open_empty

# What transforms/lake.py leaves in the lake until an update is whole: each part is replaced in one step, all are not.
UNFINISHED = ".unfinished"

_log = logging.getLogger(__name__)

# The most memory of a night, which looks at every report but keeps few, and of a file made anew: bytes in all, or bytes
# a report where these are more. Without a limit DuckDB holds whatever it has read; of a million reports a third to
# two thirds of this are needed (benchmarks/README.md).
_NIGHT, _ANEW = (500 * 1000**2, 1500), (3 * 1000**3, 3000)

__all__ = ["BuildSummary", "build", "publish"]


@dataclass(frozen=True)
class BuildSummary:
    """What a build gave: the file to publish (the published one when nothing changed) and rows by table.

    Of the facts ``cells`` tells the number in all. ``amiss``: a sentence for each correction that was not applied,
    since its source prints something else by now. ``damaged``: a sentence where the published file was.
    """

    path: Path
    tables: dict[str, int]
    changed: bool
    amiss: tuple[str, ...] = ()
    damaged: str | None = None


def build(home: Path, on_progress: Callable[[str, int, int | None], None] | None = None) -> BuildSummary:
    """Build and check the candidate ``home/warehouse.duckdb.building``; nothing published is touched.

    When the published warehouse was built from the same lake by the same software, nothing is built and ``changed``
    is False. One whose bytes are not those that were published is built anew. Raises WarehouseError naming what is
    wrong: a lake that a normalize was stopped over, an unreadable or foreign part of it, every check that failed, a
    locked file, a full disk.
    """
    if (home / "lake" / UNFINISHED).exists():
        raise WarehouseError(
            f"The lake at {home / 'lake'} is half updated: `gongkai normalize` was stopped while it wrote there. Run "
            "it again, then `gongkai load`. The published warehouse was not touched."
        )
    parts = load.lake_parts(home)
    remove_leftovers(home)
    corrections = read_corrections(home)
    files = [part for of_table in parts.values() for part in of_table]
    with ThreadPoolExecutor() as threads:
        hashes = dict(zip(files, threads.map(_sha256, files), strict=True))
    info = _build_info(home, hashes, corrections)
    last = _last_published(home)
    if last is not None and last.info == info | dict([PASSED]):
        return _as_published(home)
    _from_what_they_say(parts, hashes)
    candidate = candidate_path(home)
    in_place = last is not None and may_follow(last.info, info)
    try:
        if in_place:
            in_place = _copied(warehouse_path(home), candidate)
        connection = duckdb.connect(str(candidate), config=SETTINGS) if in_place else open_empty(candidate)
        try:
            inputs = Inputs({}, last.reports if last else None, retired_reports(home))
            _limit_memory(connection, parts, *(_NIGHT if in_place else _ANEW))
            found, judged = ["much changed, or many nights went by"], list[Judged]()
            if in_place:
                try:
                    if (followed := follow(connection, home, parts, hashes)) is not None:
                        judged = _over_reports(connection, parts, corrections, on_progress, followed.stirred)
                        load.fill_build_info(connection, info)
                        inputs_now = replace(inputs, lake_rows=followed.lake_rows, followed=True)
                        found = problems(connection, inputs_now, on_progress)
                except duckdb.Error as error:
                    found = [message(error).partition("\n")[0]]
            if found:  # in doubt anew, whatever the reason
                if in_place:
                    _log.info("the warehouse is built anew, not brought up to date: %s", found[0])
                    connection.close()
                    remove_leftovers(home)  # with its log, which does not go with the file that is opened now
                    connection = open_empty(candidate)
                    _limit_memory(connection, parts, *_ANEW)
                lake_rows = load.load_lake(connection, parts, on_progress)
                _fill(connection, home, parts, hashes, on_progress)
                judged = _over_reports(connection, parts, corrections, on_progress)
                load.fill_build_info(connection, info)
                found = problems(connection, replace(inputs, lake_rows=lake_rows), on_progress)
            counts = _row_counts(connection)
            if not found:
                connection.execute("INSERT INTO build_info VALUES (?, ?)", PASSED)
            connection.execute("CHECKPOINT")
        finally:
            connection.close()
    except (duckdb.Error, OSError) as error:
        remove_leftovers(home)
        raise WarehouseError(
            f"The new warehouse could not be written to {candidate}: {message(error)}. Check the free space "
            "and memory, then run `gongkai load` again. The published warehouse was not touched."
        ) from error
    except WarehouseError:
        remove_leftovers(home)
        raise
    if found:
        remove_leftovers(home)
        listed = "\n".join(f"- {problem}" for problem in found)
        raise WarehouseError(
            f"The new warehouse failed {len(found)} check{'s' if len(found) > 1 else ''} and is not published; "
            f"the last one stays as it is:\n{listed}"
        )
    amiss = tuple(one.amiss for one in judged if one.amiss)
    return BuildSummary(candidate, counts, True, amiss, last.damaged if last else None)


def _fill(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    parts: dict[str, tuple[Path, ...]],
    hashes: dict[Path, str],
    on_progress: Callable[[str, int, int | None], None] | None,
) -> None:
    """Everything that is made from the tables of the lake, but what looks at several reports."""
    load.fill_runs(connection, home)
    link_reports(connection)
    load.fill_store(connection, parts, on_progress)
    fill_parts(connection, home, hashes)


def _over_reports(
    connection: duckdb.DuckDBPyConnection,
    parts: dict[str, tuple[Path, ...]],
    corrections: list[Correction],
    on_progress: Callable[[str, int, int | None], None] | None,
    stirred: str | None = None,
) -> list[Judged]:
    """Apply corrections, then the rules over years and agencies, which look at what was corrected.

    ``stirred``: SQL of the reports to which rules are limited, as ``apply_rules`` takes it.
    """
    judged = judge(connection, corrections)
    load.fill(connection, "correction", correction_rows(judged))
    apply_corrections(connection)
    store.view_unpublished(connection, parts)
    apply_rules(connection, stirred, on_progress)
    load.fill(connection, "rule", rule_rows(connection))
    # Of a night the rows that are new, and those of which findings were made anew.
    made = "SELECT report_id FROM touched UNION ALL SELECT report_id FROM chosen UNION ALL SELECT report_id FROM asked"
    of = f"report_id IN ({made})" if stirred else "true"
    store.take_up_likeness(connection, of)
    store.take_up_doubts(connection, of)
    return judged


def _limit_memory(
    connection: duckdb.DuckDBPyConnection, parts: dict[str, tuple[Path, ...]], least: int, a_report: int
) -> None:
    """Have what does not fit wait on disk: DuckDB takes four fifths of a machine for itself."""
    reports = 0
    with suppress(OSError, pa.ArrowInvalid):  # of a part that cannot be read loading tells
        reports = sum(pq.read_metadata(part).num_rows for part in parts["report"])
    most = max(least, a_report * reports)
    row = connection.execute("SELECT parse_formatted_bytes(current_setting('memory_limit'))").fetchone()
    if row and row[0] > most:
        connection.execute(f"SET memory_limit = '{most} bytes'")


def _copied(published: Path, candidate: Path) -> bool:
    try:
        shutil.copyfile(published, candidate)
    except OSError:
        candidate.unlink(missing_ok=True)
        return False
    return True


def _from_what_they_say(parts: dict[str, tuple[Path, ...]], hashes: dict[Path, str]) -> None:
    """Raise WarehouseError for packed parts that were not made from the long part beside them."""
    for table, names in PACKED.items():
        by_year = {name: {part.parent.name: part for part in parts[name]} for name in names}
        for part in parts[table]:
            expected = packed_from(table, hashes[part])
            for name in names:
                packed = by_year[name].pop(part.parent.name, None)
                if packed is None or load.made_from(packed) != expected:
                    with duckdb.connect() as connection:
                        load.part_rows(connection, tables()[table], part)  # says so if that one is damaged
                    raise WarehouseError(
                        f"{packed or part.parents[2] / name}: the packed rows are not those of {part}. Run `gongkai "
                        "normalize` again, which packs them anew. The published warehouse was not touched."
                    )
        for name in names:
            for packed in by_year[name].values():
                raise WarehouseError(
                    f"{packed}: the rows that it was packed from are gone. Run `gongkai normalize` again, which "
                    "removes it. The published warehouse was not touched."
                )


@dataclass(frozen=True)
class _Published:
    info: dict[str, str]
    reports: pa.Table | None
    damaged: str | None = None


def _last_published(home: Path) -> _Published | None:
    """What is asked of the published warehouse, which another version of this software may have written.

    Of a damaged one nothing is taken: which reports there were is told by the newest whole one before it.
    """
    path = warehouse_path(home)
    if not path.exists():
        return None
    if not has_bytes_published(home, path):
        damaged = f"{path} was damaged: its bytes were not those that were published. It is made anew from the lake."
        before = next((kept for kept in previous(home) if is_whole(home, kept)), None)
        if before is None:
            return _Published({}, None, damaged)
        with duckdb.connect(str(before), read_only=True) as connection:
            return _Published({}, _reports(connection), damaged)
    with published(home) as connection:
        try:
            has_info = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'build_info'").fetchone()
            info = dict(connection.execute("SELECT key, value FROM build_info").fetchall()) if has_info else {}
            return _Published(info, _reports(connection))
        except duckdb.Error as error:
            raise WarehouseError(
                f"{path} is no warehouse of this software: {message(error)}. Nothing was replaced; "
                "move that file away and run `gongkai load` again."
            ) from error


def _reports(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Columns report_id, agency_id: a row for each report. Arrow holds a million in a fifth of what a dict takes."""
    return connection.sql("SELECT report_id, agency_id FROM report").to_arrow_table()


def _as_published(home: Path) -> BuildSummary:
    """The summary of a build that finds everything as it is published."""
    with published(home) as connection:
        rows = connection.execute("SELECT amiss FROM correction ORDER BY ALL").fetchall()
        amiss = tuple(text for (text,) in rows if text)
        return BuildSummary(warehouse_path(home), _row_counts(connection), changed=False, amiss=amiss)


def _row_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    names = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary "
        "AND database_name = current_database() AND schema_name = 'main' ORDER BY 1"
    ).fetchall()
    counted = {name: f'SELECT count(*) FROM "{name}"' for (name,) in [*names, ("report",)]}
    counts = {}
    for name, sql in (counted | PACKED_ROWS).items():
        row = connection.execute(sql).fetchone()
        counts[name] = int(row[0]) if row else 0
    return counts


def retired_reports(home: Path) -> frozenset[str]:
    """Report ids whose end is recorded, with a reason, in ``identity/retired.jsonl``.

    Raises WarehouseError for a line that is no record: a reason that cannot be read is none.
    """
    path = home / "identity" / "retired.jsonl"
    if not path.exists():
        return frozenset()
    retired = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if not record["reason"]:
                raise KeyError("reason")
            retired.add(str(record["report_id"]))
        except (ValueError, KeyError, TypeError) as error:
            raise WarehouseError(
                f'{path}, line {number}: expected {{"report_id": "…", "reason": "…"}}, found {line.strip()[:80]}'
            ) from error
    return frozenset(retired)


def _build_info(home: Path, hashes: dict[Path, str], corrections: list[Correction]) -> dict[str, str]:
    """What the content depends on. Runs are left out: another night over the same lake changes no figure."""
    lake = hashlib.sha256()
    for part, sha256 in hashes.items():
        lake.update(f"{part.relative_to(home).as_posix()} {sha256}\n".encode())
    software = hashlib.sha256()
    for package in (Path(__file__).parent, Path(transforms.schema.__file__).parent):
        for path in sorted(p for p in package.rglob("*") if p.suffix in (".py", ".sql", ".yaml")):
            software.update(f"{path.relative_to(package).as_posix()} {_sha256(path)}\n".encode())
    software.update(repr(measures()).encode())  # the official labels come from the forms
    return {
        "package_version": _package_version(),
        "duckdb_version": duckdb.__version__,
        "lake_sha256": lake.hexdigest(),
        "corrections_sha256": hashlib.sha256(repr(corrections).encode()).hexdigest(),
        "software_sha256": software.hexdigest(),
    }


def _package_version() -> str:
    try:
        return metadata.version("gongkai")
    except metadata.PackageNotFoundError:
        return "not installed"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
