"""Frames -> Parquet: one file a table and report year, deterministic, replaced only when its content changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from transforms.schema import arrow_schema, conform, tables

_PART = "part-0.parquet"


UNFINISHED = ".unfinished"


class CorruptPart(OSError):
    """A Parquet part of the lake cannot be read, or has another schema than the one declared."""


class PartNotWritten(OSError):
    """A Parquet part of the lake cannot be written; the text says what to do."""


def part_path(home: Path, table: str, year: int) -> Path:
    return home / "lake" / table / f"report_year={year}" / _PART


def years(home: Path, table: str) -> list[int]:
    """Partitions of a table that exist; 0 is the one of unplaced reports and of tables without years."""
    folder = home / "lake" / table
    return sorted(int(p.parent.name.partition("=")[2]) for p in folder.glob(f"report_year=*/{_PART}"))


def read_part(home: Path, table: str, year: int) -> pa.Table:
    """One partition; an empty table where none exists. Raises CorruptPart naming the file."""
    path = part_path(home, table, year)
    if not path.exists():
        return arrow_schema(table).empty_table()
    try:
        # With checksums a flipped bit is an error; without them it would be another figure.
        part = pq.ParquetFile(path, page_checksum_verification=True).read()
    except (OSError, pa.ArrowException) as error:
        raise CorruptPart(f"{path} cannot be read ({error}).") from error
    if part.schema != arrow_schema(table):
        raise CorruptPart(f"{path} has other columns than transforms/schema/tables.yaml declares.")
    return part


def write_part(
    home: Path, table: str, year: int, rows: pa.Table, keep_empty: bool = False, problems: list[str] | None = None
) -> bool:
    """Write one partition beside and move it into place; False when the file says the same already.

    A part that could not be read is replaced like any other, and named in ``problems``.

    A partition without rows has no file, unless ``keep_empty``. The same rows give the same bytes.
    Raises PartNotWritten, with the part as it was, when the disk refuses.
    """
    path = part_path(home, table, year)
    if rows.num_rows == 0 and not keep_empty:
        existed = path.exists()
        path.unlink(missing_ok=True)
        return existed
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".parquet.writing")
    try:
        pq.write_table(
            rows, beside, compression="zstd", write_statistics=True, store_schema=True, write_page_checksum=True
        )
        if path.exists():
            if path.read_bytes() == beside.read_bytes():
                return False
            _name_corrupt(home, table, year, problems)
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise PartNotWritten(
            f"{path} could not be written: {error}. Check the free space and the rights of its folder, then run "
            "`gongkai normalize` again; the part that was there before is unchanged."
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return True


def _name_corrupt(home: Path, table: str, year: int, problems: list[str] | None) -> None:
    try:
        read_part(home, table, year)
    except CorruptPart as error:
        if problems is not None:
            problems.append(f"{error} It was made again from the raw archive.")


def write_table(home: Path, table: str, frame: pd.DataFrame, problems: list[str] | None = None) -> list[str]:
    """Replace a whole table by ``frame``; gives the partitions that changed, as ``table/report_year=Y``."""
    declared = tables()[table]
    changed = []
    wanted: dict[int, pa.Table] = {}
    if declared.by_year:
        for year, part in frame.groupby("report_year", sort=True):
            wanted[int(str(year))] = conform(part, table)
    elif len(frame):
        wanted[0] = conform(frame, table)
    for year in sorted({*wanted, *years(home, table)}):
        rows = wanted.get(year, arrow_schema(table).empty_table())
        if write_part(home, table, year, rows, problems=problems):
            changed.append(f"{table}/report_year={year}")
    return changed


@contextmanager
def being_written(home: Path) -> Iterator[None]:
    """Mark the lake as unfinished until the block has ended well, so that nobody takes half of an update for a whole.

    Each part is replaced in one step, the lake as a whole is not: a run that dies leaves the mark, and the next one
    that comes to its end takes it away.
    """
    mark = home / "lake" / UNFINISHED
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    yield
    mark.unlink()


def remove_leftovers(home: Path) -> None:
    """Remove files that a killed run left half written."""
    for path in _leftovers(home):
        path.unlink(missing_ok=True)


def _leftovers(home: Path) -> Iterator[Path]:
    return (home / "lake").glob("*/report_year=*/*.writing")
