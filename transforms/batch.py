"""Documents read one after the other or side by side, each within limits of time, memory and size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from transforms.content import content_hash
from transforms.documents.sniff import media_type
from transforms.reading import Reading, read_document
from transforms.reading.trust import doubtful_cells, reasons
from transforms.workers import STANDARD, Failed, Limits, limited_map

# The largest report seen is 4 MB; what is far beyond is no report and is not taken into memory.
LARGEST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class ReadFile:
    """What came of one file; ``error`` says why its bytes could not be had, None when they were read.

    ``content_hash``, ``doubtful_cells`` and ``trust_reasons`` are worked out beside the reading, in the worker.
    """

    path: Path
    reading: Reading
    bytes: int
    error: str | None = None
    content_hash: str = ""
    doubtful_cells: int = 0
    trust_reasons: str | None = None


def read_files(paths: Iterable[Path], workers: int | None = None, limits: Limits = STANDARD) -> Iterator[ReadFile]:
    """Read documents in worker processes, in the order in which they finish.

    A document that takes too long, needs too much memory or breaks the reader is ``unreadable`` with that reason;
    the others go on. ``workers`` None: as many as there are processors.
    """
    for path, outcome in limited_map(read_file, paths, workers, limits):
        yield given_up(path, outcome.reason) if isinstance(outcome, Failed) else outcome


def read_file(path: Path) -> ReadFile:
    """Read one document here and now, without limits of time and memory."""
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            return given_up(path, f"The document has {size} bytes; reports have {LARGEST_BYTES} at the most.")
        data = path.read_bytes()
    except OSError as error:
        reading = Reading("", "application/octet-stream", "unreadable", "The bytes of the document cannot be read.")
        return judged(path, reading, 0, error.strerror or str(error))
    return judged(path, read_document(data, path.name), len(data))


def judged(path: Path, reading: Reading, size: int, error: str | None = None) -> ReadFile:
    """A reading with its content hash and how far it can be relied on."""
    why = "; ".join(reasons(reading)) or None
    return ReadFile(path, reading, size, error, content_hash(reading), doubtful_cells(reading), why)


def given_up(path: Path, reason: str) -> ReadFile:
    """A document that is ``unreadable`` for this reason, with what its bytes alone tell."""
    digest = hashlib.sha256()
    size = 0
    head = b""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            head = head or block
            size += len(block)
            digest.update(block)
    return judged(path, Reading(digest.hexdigest(), media_type(head), "unreadable", reason), size)
