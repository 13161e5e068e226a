"""Writes the packed tables of the lake beside the long ones that they are made from, and only when those changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.lake.packing import CellPacker, CheckPacker, layout_rows
from transforms.lake.parts import ROW_GROUP, CorruptPart, PartNotWritten, part_path, years
from transforms.schema import tables
from transforms.schema.packed import PACKED, PACKED_FROM, packed_from, packed_schemas
from transforms.workers import cores

# DuckDB reads row groups side by side. Wide rows of a year are some hundred thousand: several groups.
_WIDE_ROW_GROUP = 16_384


def pack(home: Path, problems: list[str] | None = None) -> list[str]:
    """Bring the packed tables up to date; gives the parts that changed, as ``table/report_year=Y``.

    Where a packed part says that it was made from the long part that is there, and can be read, nothing is done.
    One that cannot be read is made again and named in ``problems``. Raises PartNotWritten when the disk refuses, and
    CorruptPart for a long part that cannot be read.
    """
    wanted = sorted(
        {(year, table) for table, packed in PACKED.items() for each in (table, *packed) for year in years(home, each)}
    )
    with ThreadPoolExecutor(cores()) as threads:
        return [part for parts in threads.map(partial(_pack_part, home, problems), wanted) for part in parts]


def _pack_part(home: Path, problems: list[str] | None, wanted: tuple[int, str]) -> list[str]:
    year, table = wanted
    source = part_path(home, table, year)
    packed = [part_path(home, name, year) for name in PACKED[table]]
    if not source.exists():
        for path in packed:
            path.unlink(missing_ok=True)
        return [f"{path.parents[1].name}/report_year={year}" for path in packed]
    made_from = packed_from(table, _sha256(source)).encode()
    if all([_is_current(path, made_from, problems) for path in packed]):
        return []
    try:
        with ExitStack() as files:
            wide, odd, layouts = (
                files.enter_context(_Beside(path, packed_schemas()[name], made_from))
                for path, name in zip(packed, PACKED[table], strict=True)
            )
            packer = CellPacker() if table == "cell_version" else CheckPacker()
            for rows in _whole_versions(home, table, year):
                of_versions, rest = packer.pack(rows)
                wide.write(of_versions, _WIDE_ROW_GROUP)
                odd.write(rest, ROW_GROUP)
            layouts.write(layout_rows(PACKED[table][2], packer.layouts), ROW_GROUP)
        for file in (layouts, odd, wide):  # the wide rows last: they refer to the others
            os.replace(file.beside, file.path)
    except OSError as error:
        if isinstance(error, CorruptPart):
            raise
        raise PartNotWritten(
            f"{packed[0]} could not be written: {error}. Check the free space and the rights of its folder, then run "
            "`gongkai normalize` again; nothing is lost."
        ) from error
    finally:
        for path in packed:
            path.with_suffix(".parquet.writing").unlink(missing_ok=True)
    return [f"{name}/report_year={year}" for name in PACKED[table]]


class _Beside:
    """A Parquet file that is written beside its place; rows come in pieces of any size and go in groups of one size."""

    def __init__(self, path: Path, schema: pa.Schema, made_from: bytes) -> None:
        self.path, self.beside = path, path.with_suffix(".parquet.writing")
        self._schema = schema.with_metadata({PACKED_FROM: made_from})
        self._waiting: list[pa.Table] = []
        self._size = 0

    def __enter__(self) -> _Beside:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(
            self.beside,
            self._schema,
            compression="zstd",
            store_schema=True,
            store_decimal_as_integer=True,
            write_page_checksum=True,
        )
        return self

    def write(self, rows: pa.Table, size: int) -> None:
        self._size = size
        self._waiting.append(rows)
        if sum(piece.num_rows for piece in self._waiting) >= size:
            together = pa.concat_tables(self._waiting)
            whole = together.num_rows // size * size
            self._write(together.slice(0, whole))
            self._waiting = [together.slice(whole)]

    def _write(self, rows: pa.Table) -> None:
        if rows.num_rows:
            self._writer.write_table(rows.replace_schema_metadata(self._schema.metadata), row_group_size=self._size)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._waiting:
            self._write(pa.concat_tables(self._waiting))
        self._writer.close()
        if kind is None:
            with self.beside.open("rb") as written:
                os.fsync(written.fileno())


def _is_current(path: Path, made_from: bytes, problems: list[str] | None) -> bool:
    if not path.exists():
        return False
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as part:
            if (part.schema_arrow.metadata or {}).get(PACKED_FROM) != made_from:
                return False
            # Every column is read, for the sake of its checksums.
            for _ in part.iter_batches(_WIDE_ROW_GROUP):
                pass
    except (OSError, pa.ArrowException) as error:
        if problems is not None:
            problems.append(f"{path} cannot be read ({error}). It was made again from the lake.")
        return False
    return True


def _whole_versions(home: Path, table: str, year: int) -> Iterator[pa.Table]:
    """The rows of a part, some hundred thousand at a time, never cut within a version; texts are dictionaries."""
    path = part_path(home, table, year)
    texts = [column.name for column in tables()[table].columns if column.type == "text"]
    rest: pa.Table | None = None
    try:
        with pq.ParquetFile(path, read_dictionary=texts, page_checksum_verification=True) as part:
            for batch in part.iter_batches(ROW_GROUP):
                read = pa.Table.from_batches([batch])
                rows = pa.concat_tables([rest, read]) if rest is not None else read
                last = rows["version_id"][rows.num_rows - 1]
                begun = pc.index(rows["version_id"].cast(pa.string()), last).as_py()
                rest = rows.slice(begun)
                if begun:
                    yield rows.slice(0, begun)
    except (OSError, pa.ArrowException) as error:
        raise CorruptPart(f"{path} cannot be read ({error}).") from error
    if rest is not None:
        yield rest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
