"""Compresses documents of the archive; a plain file goes only when the compressed one was read back and is the same."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from spiders.archive.checking import Flaw
from spiders.archive.documents import HALF, PACKED, RESTORE, digest, packed_path, put, sync, unpacked
from spiders.archive.manifest import held

# Higher ones take several times as long for another hundredth.
_LEVEL, _QUICK_LEVEL = 12, 1
# PDF, DOCX and images are compressed already: less than an eighth is not worth a file that other programs cannot open.
_WORTH = 7 / 8
# Enough to tell by, so that those which gain nothing are not compressed as a whole every time.
_TRIED_BYTES = 64 * 1024


@dataclass
class Packed:
    """What came of it: documents compressed, their bytes before and after, and what is wrong with those left alone."""

    documents: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    flaws: list[Flaw] = field(default_factory=list)


def pack(
    home: Path, before: datetime, on_progress: Callable[[str, int, int | None], None] | None = None, dry: bool = False
) -> Packed:
    """Compress the documents that lie uncompressed since before a moment (aware) and shrink by it.

    Killed at any time it leaves of each document a whole file, plain or compressed. A document that does not have the
    hash that names it is left alone and named in ``flaws``. ``dry``: nothing is written, the sizes are those that
    would be.

    Raises:
        ArchiveBusy: when a crawl or an ingest is writing.
        OSError: when the disk refuses; what was compressed until then stands.
    """
    report = on_progress or (lambda label, done, total: None)
    result = Packed()
    if not (home / "raw" / "documents").is_dir():
        return result
    with held(home):
        paths = sorted((home / "raw" / "documents").glob("*/*"))
        for half in paths:
            # Whoever is here holds the lock of all writers.
            if half.name.startswith(HALF) and not dry:
                half.unlink()
        plain = [path for path in paths if not path.name.startswith(HALF) and path.suffix != PACKED]
        for done, path in enumerate(plain, start=1):
            if path.stat().st_mtime < before.timestamp():
                _pack(path, result, dry)
            report("documents", done, len(plain))
    return result


def _pack(path: Path, result: Packed, dry: bool) -> None:
    if not _worth_it(path):
        return
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != path.name:
        result.flaws.append(Flaw(path, f"its bytes are not those that it is named by: {RESTORE}"))
        return
    packed = _compressed(data, _LEVEL)
    if len(packed) > _WORTH * len(data):
        return
    if not dry:
        _replace(path, packed)
    result.documents += 1
    result.bytes_before += len(data)
    result.bytes_after += len(packed)


def _replace(path: Path, packed: bytes) -> None:
    beside = packed_path(path)
    # One that a run which was killed has left is written again.
    put(beside, [packed], replace=True)
    if digest(unpacked(beside))[0] != path.name:
        beside.unlink()
        raise OSError(f"{beside} was read back with other bytes than were written: the disk fails; {path} stands.")
    # Its age is that of the document.
    os.utime(beside, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    path.unlink()
    sync(path.parent)


def _worth_it(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_TRIED_BYTES)
    return len(_compressed(head, _QUICK_LEVEL)) <= _WORTH * len(head)


def _compressed(data: bytes, level: int) -> bytes:
    import pyarrow as pa

    packed: bytes = pa.Codec("zstd", compression_level=level).compress(data, asbytes=True)
    return packed
