"""Puts a checked warehouse in the place of the published one, in one step that no reader can see half done."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from warehouse.connection import (
    WarehouseError,
    candidate_path,
    is_lock_conflict,
    message,
    open_published,
    warehouse_path,
)

# The last row that a build writes, into build_info: a candidate without it is half built or failed its checks.
PASSED = ("checks", "passed")


def publish(home: Path) -> Path:
    """Replace the published warehouse by the candidate that ``build`` left; returns the published path.

    Without a candidate (the last build found nothing changed) the published file stays as it is. Readers who have
    the old file open keep reading it. Raises WarehouseError, with everything left as it was, when there is neither,
    when the candidate was not built to its end, when a write-ahead log lies beside either file, or when another
    program writes to one of them.
    """
    target, candidate = warehouse_path(home), candidate_path(home)
    if not candidate.exists():
        if target.exists():
            return target
        raise WarehouseError(f"There is nothing to publish: {candidate} does not exist. Run `gongkai load` first.")
    for path in (candidate, target):
        log = _log(path)
        if log.exists():
            raise WarehouseError(
                f"{log} lies beside {path.name}: a program is writing to that file, or died while it did. "
                "Close it (or, if none runs, open and close the file once with DuckDB) and run `gongkai load` again. "
                "The published warehouse was not touched."
            )
    _refuse_if_written(candidate)
    _refuse_unless_passed(candidate)
    if target.exists():
        open_published(home).close()
    try:
        _sync(candidate)
        os.replace(candidate, target)
        _sync(target.parent)
    except OSError as error:
        raise WarehouseError(
            f"{target} could not be replaced: {error}. Check the free space and the rights of {target.parent}, "
            "then run `gongkai load` again."
        ) from error
    return target


def remove_leftovers(home: Path) -> None:
    """Remove what a killed build left. Raises WarehouseError when another process is still building."""
    candidate = candidate_path(home)
    if candidate.exists():
        _refuse_if_written(candidate)
    for path in (candidate, _log(candidate)):
        path.unlink(missing_ok=True)
    shutil.rmtree(candidate.with_name(candidate.name + ".tmp"), ignore_errors=True)


def _refuse_if_written(candidate: Path) -> None:
    """A file that is open elsewhere cannot be opened; one that is broken for another reason is no one's."""
    try:
        duckdb.connect(str(candidate), read_only=True).close()
    except duckdb.Error as error:
        if is_lock_conflict(error):
            raise WarehouseError(
                f"{candidate} is being written by another process: wait for that build to end. {message(error)}"
            ) from error


def _refuse_unless_passed(candidate: Path) -> None:
    try:
        with duckdb.connect(str(candidate), read_only=True) as connection:
            passed = connection.execute("SELECT value FROM build_info WHERE key = ?", PASSED[:1]).fetchall()
    except duckdb.Error:
        passed = []
    if passed != [PASSED[1:]]:
        raise WarehouseError(
            f"{candidate} was not built to its end, or failed its checks: run `gongkai load` again. "
            "The published warehouse was not touched."
        )


def _log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
