"""Rows -> Parquet: one file a table and report year, deterministic, replaced only when its content changes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.redaction import redacted
from transforms.schema import arrow_schema, conform, tables

_PART = "part-0.parquet"
# Rows are written and read so many at a time, however many a part has. DuckDB reads row groups of about this size side
# by side. The rule looks at nothing but the number of rows, so that the same rows give the same bytes.
ROW_GROUP = 131_072
_COMPARED_BYTES = 1 << 20
# Rows of Python that are there at a time: a year of them as objects would take ten times what Arrow does.
_CONVERTED = 4096

UNFINISHED = ".unfinished"
# What files of work in progress are called below ``lake/``, in the moment before they lose their name.
WORKING = ".working-"


class CorruptPart(OSError):
    """A Parquet part of the lake cannot be read, or has another schema than the one declared."""


class OutdatedPart(CorruptPart):
    """A part was written when its table had fewer columns: nothing is wrong with it, it is made again."""


class PartNotWritten(OSError):
    """A Parquet part of the lake cannot be written; the text says what to do."""


def part_path(home: Path, table: str, year: int) -> Path:
    return home / "lake" / table / f"report_year={year}" / _PART


def years(home: Path, table: str) -> list[int]:
    """Partitions of a table that exist; 0 is the one of unplaced reports and of tables without years."""
    folder = home / "lake" / table
    return sorted(int(p.parent.name.partition("=")[2]) for p in folder.glob(f"report_year=*/{_PART}"))


def batches(home: Path, table: str, year: int, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of one partition, some ten thousand at a time; none where it does not exist.

    ``columns`` None: all of them. Raises CorruptPart naming the file, maybe after some rows.
    """
    path = part_path(home, table, year)
    if not path.exists():
        return
    try:
        # With checksums a flipped bit is an error; without them it would be another figure.
        with pq.ParquetFile(path, page_checksum_verification=True) as part:
            if part.schema_arrow != arrow_schema(table):
                fault = OutdatedPart if set(part.schema_arrow) < set(arrow_schema(table)) else CorruptPart
                raise fault(f"{path} has other columns than transforms/schema/tables.yaml declares.")
            yield from part.iter_batches(columns=columns)
    except CorruptPart:
        raise
    except (OSError, pa.ArrowException) as error:
        raise CorruptPart(f"{path} cannot be read ({error}).") from error


def read_part(home: Path, table: str, year: int) -> pa.Table:
    """One whole partition; an empty table where none exists. Raises CorruptPart naming the file."""
    return pa.Table.from_batches(batches(home, table, year), schema=arrow_schema(table))


def set_aside(home: Path, table: str, year: int) -> None:
    """Give a part that cannot be read another name, for a person to look at."""
    path = part_path(home, table, year)
    path.replace(path.with_suffix(".corrupt"))


def write_part(
    home: Path,
    table: str,
    year: int,
    rows: Iterable[pa.Table],
    keep_empty: bool = False,
    problems: list[str] | None = None,
) -> bool:
    """Write one partition beside and move it into place; False when the file says the same already.

    ``rows`` are the partition's rows in the order of the table's key, in pieces of any size. The same rows give the
    same bytes, however they are cut. A partition without rows has no file, unless ``keep_empty``. A part that could
    not be read is replaced like any other, and named in ``problems``.
    Raises PartNotWritten, with the part as it was, when the disk refuses.
    """
    path = part_path(home, table, year)
    beside = path.with_suffix(".parquet.writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not _write(beside, arrow_schema(table), rows) and not keep_empty:
            existed = path.exists()
            path.unlink(missing_ok=True)
            return existed
        if path.exists():
            if _same_bytes(path, beside):
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


def _write(path: Path, schema: pa.Schema, rows: Iterable[pa.Table]) -> int:
    """Write rows in groups of one size; gives their number."""
    number = 0
    with pq.ParquetWriter(
        path, schema, compression="zstd", write_statistics=True, store_schema=True, write_page_checksum=True
    ) as writer:
        for group in _row_groups(rows):
            writer.write_table(group, row_group_size=ROW_GROUP)
            number += group.num_rows
    return number


def _row_groups(rows: Iterable[pa.Table]) -> Iterator[pa.Table]:
    waiting: list[pa.Table] = []
    number = 0
    for piece in rows:
        while number + piece.num_rows >= ROW_GROUP:
            yield pa.concat_tables([*waiting, piece.slice(0, ROW_GROUP - number)]).combine_chunks()
            piece, waiting, number = piece.slice(ROW_GROUP - number), [], 0
        waiting.append(piece)
        number += piece.num_rows
    if number:
        yield pa.concat_tables(waiting).combine_chunks()


def _same_bytes(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as left, other.open("rb") as right:
        while block := left.read(_COMPARED_BYTES):
            if block != right.read(_COMPARED_BYTES):
                return False
    return True


def _name_corrupt(home: Path, table: str, year: int, problems: list[str] | None) -> None:
    if problems is None:
        return
    try:
        for _ in batches(home, table, year):
            pass
    except OutdatedPart:
        return
    except CorruptPart as error:
        problems.append(f"{error} It was made again from the raw archive.")


def write_table(
    home: Path, table: str, rows: pa.Table | Iterable[Mapping[str, Any]], problems: list[str] | None = None
) -> list[str]:
    """Replace a whole table by ``rows``; gives the partitions that changed, as ``table/report_year=Y``.

    A row has at least the declared columns; from those that quote documents personal data is taken out. The rows of a
    year follow each other. Rows that are an Arrow table already are of a table without years, and quote nothing.
    Raises as ``conform`` and ``write_part`` do, and ValueError where a year comes again.
    """
    declared = tables()[table]
    if isinstance(rows, pa.Table):
        written = write_part(home, table, 0, [conform(rows, table)], problems=problems)
        return [f"{table}/report_year=0"] if written else []
    changed = []
    there = set(years(home, table))
    done: set[int] = set()
    for year, of_year in groupby(rows, lambda row: int(row["report_year"]) if declared.by_year else 0):
        if year in done:
            raise ValueError(f"{table}: the rows of {year} do not follow each other")
        done.add(year)
        pieces = []
        while piece := list(islice(of_year, _CONVERTED)):
            pieces.append(_arrow(piece, table))
        if write_part(home, table, year, [conform(pa.concat_tables(pieces), table)], problems=problems):
            changed.append(f"{table}/report_year={year}")
    for year in sorted(there - done):
        if write_part(home, table, year, [], problems=problems):
            changed.append(f"{table}/report_year={year}")
    return changed


def _arrow(rows: Sequence[Mapping[str, Any]], table: str) -> pa.Table:
    arrays = []
    for column, field in zip(tables()[table].columns, arrow_schema(table), strict=True):
        values = [row[column.name] for row in rows]
        arrays.append(pa.array([redacted(v) if v else v for v in values] if column.quotes else values, field.type))
    return pa.table(arrays, schema=arrow_schema(table))


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
    yield from (home / "lake").glob("*/report_year=*/*.writing")
    yield from (home / "lake").glob(f"{WORKING}*")
