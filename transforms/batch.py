"""Documents read one after the other or side by side, each within limits of time, memory and size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeVar

from transforms.content import content_hash
from transforms.documents.sniff import media_type
from transforms.documents.word.office import KINDS as OFFICE_KINDS
from transforms.documents.word.office import Converted, Source, convert, read_converted, seconds_for
from transforms.manifest import opened
from transforms.reading import Reading, read_document
from transforms.reading.trust import doubtful_cells, reasons
from transforms.workers import STANDARD, Failed, Limits, allow, cores, limited_map

Result = TypeVar("Result")

# The largest report seen is 4 MB; what is far beyond is no report and is not taken into memory.
LARGEST_BYTES = 64 * 1024 * 1024
# Documents that one start of the office converts: it takes a second to start and a fifth for each.
_LARGEST_GROUP = 24


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
    the others go on. ``workers`` None: as many as there are processors. Documents that need the office come last:
    it is started once for many of them.
    """
    return read_and(_as_it_is, paths, workers, limits)


def read_and(
    then: Callable[[ReadFile], Result], paths: Iterable[Path], workers: int | None = None, limits: Limits = STANDARD
) -> Iterator[Result]:
    """As ``read_files``, with ``then`` done to each document in the worker that read it: a module's own function."""
    for_office: list[Source] = []
    for path, outcome in limited_map(partial(_read_file, then), paths, workers, limits):
        if isinstance(outcome, Source):
            for_office.append(outcome)
        else:
            yield then(_given_up(path, outcome.reason)) if isinstance(outcome, Failed) else outcome
    if for_office:
        with TemporaryDirectory(prefix="gongkai-office-", ignore_cleanup_errors=True) as folder:
            converted = _convert(for_office, Path(folder), workers, limits)
            for (source, _), read in limited_map(partial(_read_converted, then), converted, workers, limits):
                yield then(_given_up(source.path, read.reason)) if isinstance(read, Failed) else read


def _as_it_is(read: ReadFile) -> ReadFile:
    return read


def _read_file(then: Callable[[ReadFile], Result], path: Path) -> Result | Source:
    """Read one document, or say that the office has to convert it first."""
    try:
        with opened(path) as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        reading = Reading("", "application/octet-stream", "unreadable", "The bytes of the document cannot be read.")
        return then(judged(path, reading, 0, error.strerror or str(error)))
    if len(data) > LARGEST_BYTES:
        return then(_given_up(path, None))
    if (kind := media_type(data)) in OFFICE_KINDS:
        return Source(path, kind)
    return then(judged(path, read_document(data, path.name), len(data)))


def _convert(
    sources: Sequence[Source], folder: Path, workers: int | None, limits: Limits
) -> Iterator[tuple[Source, Converted]]:
    """Convert documents in groups, as many at a time as there are workers."""
    size = max(1, min(_LARGEST_GROUP, -(-len(sources) // (workers or cores()))))
    groups = [
        _Group(tuple(sources[at : at + size]), folder / str(number))
        for number, at in enumerate(range(0, len(sources), size))
    ]
    for group, outcome in limited_map(_convert_group, groups, workers, limits):
        if isinstance(outcome, Failed):
            outcome = tuple((source, Converted(None, outcome.reason)) for source in group.sources)
        yield from outcome


class _Group(NamedTuple):
    sources: tuple[Source, ...]
    folder: Path


def _convert_group(group: _Group) -> tuple[tuple[Source, Converted], ...]:
    allow(seconds_for(len(group.sources)))
    group.folder.mkdir()
    return tuple(convert(group.sources, group.folder))


def _read_converted(then: Callable[[ReadFile], Result], item: tuple[Source, Converted]) -> Result:
    source, converted = item
    with opened(source.path) as file:
        data = file.read()
    reading = read_document(data, source.path.name, lambda _: read_converted(converted))
    if converted.path is not None:
        converted.path.unlink()
    return then(judged(source.path, reading, len(data)))


def judged(path: Path, reading: Reading, size: int, error: str | None = None) -> ReadFile:
    """A reading with its content hash and how far it can be relied on."""
    why = "; ".join(reasons(reading)) or None
    return ReadFile(path, reading, size, error, content_hash(reading), doubtful_cells(reading), why)


def _given_up(path: Path, reason: str | None) -> ReadFile:
    """An unreadable document with the hash of all its bytes; ``reason`` None: it is too large."""
    digest = hashlib.sha256()
    size = 0
    head = b""
    with opened(path) as file:
        while block := file.read(1 << 20):
            head = head or block
            size += len(block)
            digest.update(block)
    reason = reason or f"The document has {size} bytes; reports have {LARGEST_BYTES} at the most."
    return judged(path, Reading(digest.hexdigest(), media_type(head), "unreadable", reason), size)
