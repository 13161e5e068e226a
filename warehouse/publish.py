"""Puts a checked warehouse in the place of the published one, in one step that no reader can see half done."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from warehouse.connection import (
    PREVIOUS_NAME,
    WarehouseError,
    candidate_path,
    is_lock_conflict,
    message,
    open_published,
    warehouse_path,
)

# The last row that a build writes, into build_info: a candidate without it is half built or failed its checks.
PASSED = ("checks", "passed")
# Earlier ones by the time at which they were published.
_KEPT_NAME = "warehouse-%Y%m%dT%H%M%S.%fZ.duckdb"
# So many published warehouses are kept besides the present one.
KEPT = 2
# Beside the earlier ones: the sha256 of every file that was published, a line each.
_PUBLISHED_NAME = "published.sha256"


def publish(home: Path) -> Path:
    """Replace the published warehouse by the candidate that ``build`` left; returns the published path.

    Without a candidate (the last build found nothing changed) the published file stays as it is. Readers who have
    the old file open keep reading it. The last ones published stay in ``previous/``, for ``roll_back``.

    Raises WarehouseError, with everything left as it was, when there is neither, when the candidate was not built to
    its end, when a write-ahead log lies beside either file, or when another program writes to one of them.
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
    # One that is damaged is replaced, and not kept as one to go back to.
    if target.exists() and has_bytes_published(home, target):
        open_published(home).close()
    try:
        _sync(candidate)
        _keep(home)
        _remember(home, candidate)
        os.replace(candidate, target)
        _sync(target.parent)
        for old in previous(home)[KEPT:]:
            old.unlink()
    except OSError as error:
        raise WarehouseError(
            f"{target} could not be replaced: {error}. Check the free space and the rights of {target.parent}, "
            "then run `gongkai load` again."
        ) from error
    return target


def previous(home: Path) -> list[Path]:
    """The warehouses that were published before, the newest first."""
    return sorted((home / PREVIOUS_NAME).glob("warehouse-*.duckdb"), reverse=True)


def roll_back(home: Path) -> Path:
    """Publish the warehouse that was published before the present one; returns the published path.

    The present one is moved aside as ``warehouse.duckdb.rolled-back``. The next build that finds another lake or other
    software publishes as always. One that is damaged is passed over. Raises WarehouseError when no whole one is there.
    """
    target = warehouse_path(home)
    kept = [path for path in previous(home) if is_whole(home, path)]
    if not kept:
        raise WarehouseError(
            f"There is no earlier warehouse in {home / PREVIOUS_NAME} that is whole: each publish keeps the one that "
            "it replaces. `gongkai load` builds the present one anew from the lake."
        )
    aside = _aside(home)
    try:
        aside.unlink(missing_ok=True)
        if target.exists():
            _name_again(target, aside)
        os.replace(kept[0], target)
        _sync(target.parent)
    except OSError as error:
        raise WarehouseError(f"{target} could not be replaced: {error}. {kept[0]} is the earlier one.") from error
    return target


def superseded(home: Path, kept: int) -> list[Path]:
    """Files of earlier warehouses beyond the newest ``kept`` whole ones; none of a home without a whole published one.

    Those that are damaged are among them, and so is the one that a rollback moved aside.
    """
    if not is_whole(home, warehouse_path(home)):
        return []
    found = [aside for aside in [_aside(home)] if aside.exists()]
    for path in previous(home):
        whole = is_whole(home, path)
        kept -= whole
        if not whole or kept < 0:
            found.append(path)
    return found


def flaws(home: Path) -> Iterator[str]:
    """What is wrong with the published warehouse and those before it: files that do not open, were not finished, or do
    not have the bytes that were published."""
    for path in (warehouse_path(home), *previous(home)):
        if path.exists() and not is_whole(home, path):
            cure = "`gongkai load` makes it anew" if path == warehouse_path(home) else "it may be deleted"
            yield f"{path} is damaged: its bytes are not those that were published, or it does not open; {cure}."


def is_whole(home: Path, path: Path) -> bool:
    """Whether a file was built to its end, passed its checks, and has the bytes that were published.

    Of homes in which no publish has left the hashes yet the bytes are taken for right.
    """
    try:
        _refuse_unless_passed(path)
    except WarehouseError:
        return False
    return has_bytes_published(home, path)


def has_bytes_published(home: Path, path: Path) -> bool:
    """Whether a file has the bytes of one that was published, as far as that is on record."""
    known = _published(home)
    return not known or _sha256(path) in known


def _remember(home: Path, candidate: Path) -> None:
    """Put the hash of what is about to be published on record; that of what it replaces stays there."""
    record = home / PREVIOUS_NAME / _PUBLISHED_NAME
    record.parent.mkdir(exist_ok=True)
    with record.open("a", encoding="ascii") as file:
        file.write(f"\n{_sha256(candidate)}\n")  # whatever a machine that stopped left of the line before
    _sync(record)


def _published(home: Path) -> list[str]:
    try:
        return (home / PREVIOUS_NAME / _PUBLISHED_NAME).read_text("ascii").split()
    except FileNotFoundError:
        return []


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _aside(home: Path) -> Path:
    return warehouse_path(home).with_name(warehouse_path(home).name + ".rolled-back")


def _keep(home: Path) -> None:
    """Give the published file a second name, which costs no copy; readers notice nothing.

    Names are in the order of publishing, also where the clock was put back meanwhile.
    """
    target = warehouse_path(home)
    if not target.exists() or not has_bytes_published(home, target):
        return
    folder = home / PREVIOUS_NAME
    folder.mkdir(exist_ok=True)
    published_at = datetime.fromtimestamp(target.stat().st_mtime, UTC)
    if kept := previous(home)[:1]:
        if _is_same(target, kept[0]):
            return  # by a publish that was killed before the swap
        with suppress(ValueError):
            last = datetime.strptime(kept[0].name, _KEPT_NAME).replace(tzinfo=UTC)
            published_at = max(published_at, last + timedelta(microseconds=1))
    _name_again(target, folder / published_at.strftime(_KEPT_NAME))


def _is_same(path: Path, other: Path) -> bool:
    """One file with two names, or, where the file system knows no such thing, a whole copy."""
    one, two = path.stat(), other.stat()
    return path.samefile(other) or (one.st_size, one.st_mtime_ns) == (two.st_size, two.st_mtime_ns)


def _name_again(path: Path, name: Path) -> None:
    """A second name for a file; a copy where the file system knows no such thing."""
    try:
        os.link(path, name)
    except FileExistsError:
        return
    except OSError:
        shutil.copy2(path, name)


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
