"""Documents read in workers, which give their rows as compact bytes; these wait on disk until the lake takes them."""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from transforms.batch import ReadFile, read_and
from transforms.content import fingerprint
from transforms.document import Document, document_of
from transforms.lake.parts import PartNotWritten
from transforms.lake.rows import VERSION_TABLES, block_schema, blocks


@dataclass(frozen=True, slots=True)
class ReadRows:
    """A document that was read, as the lake needs it: ``rows`` are those of the tables of a version, packed."""

    path: Path
    document: Document
    rows: bytes
    error: str | None


def read_rows(paths: Iterable[Path], workers: int | None = None) -> Iterator[ReadRows]:
    """Read documents in worker processes and make their rows there, in the order in which they finish.

    As ``batch.read_files``: a hostile document is ``unreadable`` with the reason, the others go on.
    """
    return read_and(_rows_in_worker, paths, workers)


def _rows_in_worker(read: ReadFile) -> ReadRows:
    # Arrow's own pool may set aside a gigabyte of addresses at once, which is all that a worker is allowed.
    pa.set_memory_pool(pa.system_memory_pool())
    return rows_of(read)


def rows_of(read: ReadFile) -> ReadRows:
    """What the lake needs of a document that was read."""
    text = fingerprint(read.reading.sections, read.reading.agency_name)
    return ReadRows(read.path, document_of(read, text), _packed(blocks(read.reading, text)), read.error)


# Before the rows of a document: the packed and the plain size of each table's.
_SIZES = struct.Struct(f"<{2 * len(VERSION_TABLES)}I")
# A fraction of the size for a hundredth of a millisecond.
_CODEC = "lz4"


def _packed(of_tables: dict[str, pa.RecordBatch]) -> bytes:
    codec = pa.Codec(_CODEC)
    sizes: list[int] = []
    packed: list[bytes] = []
    for table in VERSION_TABLES:
        plain = of_tables[table].serialize()
        packed.append(codec.compress(plain, asbytes=True))
        sizes += (len(packed[-1]), plain.size)
    return b"".join([_SIZES.pack(*sizes), *packed])


class Spill:
    """Rows of documents in a file."""

    def __init__(self, file: IO[bytes], folder: Path) -> None:
        self._file = file.fileno()
        self._folder = folder
        self._end = 0

    def add(self, read: ReadRows) -> int:
        """Keep the rows of a document; gives their place. Raises PartNotWritten when the disk refuses."""
        try:
            written = 0
            while written < len(read.rows):
                written += os.pwrite(self._file, read.rows[written:], self._end + written)
        except OSError as error:
            raise PartNotWritten(
                f"Rows that wait for the lake could not be written below {self._folder}: {error}. Check its free space "
                "and rights, then run `gongkai normalize` again; the lake is unchanged."
            ) from error
        place, self._end = self._end, self._end + len(read.rows)
        return place

    def rows(self, place: int, table: str) -> pa.RecordBatch:
        """A document's rows of one table, without the columns of their version; from any thread."""
        number = VERSION_TABLES.index(table)
        sizes = _SIZES.unpack(os.pread(self._file, _SIZES.size, place))
        packed, plain = sizes[2 * number : 2 * number + 2]
        data = os.pread(self._file, packed, place + _SIZES.size + sum(sizes[: 2 * number : 2]))
        return pa.ipc.read_record_batch(pa.Codec(_CODEC).decompress(data, plain), block_schema(table))


@contextmanager
def spilling(home: Path) -> Iterator[Spill]:
    """A Spill whose file has no name: it is gone with the process, however that ends."""
    folder = home / "lake"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        yield Spill(file, folder)
