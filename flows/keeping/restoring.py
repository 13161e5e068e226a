"""Brings back from the second archive what a home lacks: identical bytes, or a sentence about what could not be had."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

from flows.errors import CalledWronglyError
from flows.keeping.mirror import DOCUMENTS, LAKE, RECORDS, WAREHOUSE, Copied, documents_of, read_index
from flows.keeping.places import BLOCK_BYTES, MirrorError, Place, listing, opened, place, side_by_side
from flows.lock import one_writer
from flows.settings import MIRROR_VARIABLE
from spiders.archive import digest, document_path, held, pruned, put, standing, sync, unpacked


def restore(home: Path, where: Place) -> Copied:
    """Bring back what a home lacks, and documents that are damaged; what stands whole there is never touched.

    The records of identity and the lake come only as a whole, where the home has none. Raises MirrorError when the
    place cannot be read; LockedError, ArchiveBusy.
    """
    result = Copied()
    with one_writer(home, "gongkai restore"), held(home):
        there = documents_of(where)
        if not there and not listing(where):
            raise MirrorError(f"The mirror {where.name} holds nothing.")
        _bring_documents(home, where, [sha256 for sha256 in there if not _is_whole(home, sha256)], there, result)
        index = read_index(where)
        if not index:
            result.flaws.append(
                f"The mirror {where.name} was never copied to its end: lake and warehouse were left out. "
                "`gongkai normalize` and `gongkai load` make them from the rest."
            )
        names = [name for name in sorted(listing(where)) if not name.startswith(DOCUMENTS)]
        identity = [name for name in names if Path(name).match("identity/[!.]*")]
        lake = [name for name in names if Path(name).match(LAKE) and name in index]
        _bring_folder(home, where, "identity", identity, index, result)
        _bring_folder(home, where, "lake", lake, index, result)
        for name in names:
            single = any(Path(name).match(one) for one in RECORDS) or (name == WAREHOUSE and name in index)
            if single and name not in identity and not (home / name).exists():
                _bring_file(where, name, home / name, index, result)
        lacking = [name for name in identity if not (home / name).exists()]
        if lacking and (home / "identity").exists():
            result.flaws.append(
                f"{home / 'identity'} was left as it is, but lacks {', '.join(lacking)}, which the mirror {where.name} "
                "has: move it away and restore again."
            )
    return result


def _bring_folder(
    home: Path, where: Place, folder: str, names: list[str], index: dict[str, dict[str, Any]], result: Copied
) -> None:
    """Bring back a folder that the home has no files of: all of it at once, or, where one is damaged, nothing."""
    if any(path.is_file() for path in (home / folder).rglob("[!.]*")):
        return
    beside = home / f".{folder}.restoring"
    shutil.rmtree(beside, ignore_errors=True)
    flaws = len(result.flaws)
    for name in names:
        _bring_file(where, name, beside / Path(name).relative_to(folder), index, result)
    if beside.exists() and len(result.flaws) == flaws:
        # Of a folder without files only marks and notes are left, which speak of something else.
        shutil.rmtree(home / folder, ignore_errors=True)
        beside.rename(home / folder)
        sync(home)
    shutil.rmtree(beside, ignore_errors=True)


def _is_whole(home: Path, sha256: str) -> bool:
    try:
        return digest(unpacked(standing(document_path(home, sha256))))[0] == sha256
    except OSError:
        return False


def bring_back(home: Path, mirror: str | None, sha256s: Sequence[str]) -> None:
    """Bring back those of some absent documents that were pruned, for they are to be read; others are left absent.

    Raises MirrorError when the second archive is not named, does not answer, or does not hold one of them.
    """
    gone = pruned(home)
    wanted = [sha256 for sha256 in sha256s if sha256 in gone]
    if not wanted:
        return
    held_by = ", ".join(sorted({str(gone[sha256].get("mirror")) for sha256 in wanted}))
    if mirror is None:
        raise MirrorError(
            f"{len(wanted)} documents must be read again that were pruned; {held_by} has them. Name it by "
            f"{MIRROR_VARIABLE} and run this again. The lake is unchanged."
        )
    try:
        where = place(mirror, home)
    except CalledWronglyError as error:  # the setting, and not whoever called
        raise MirrorError(str(error)) from error
    result = Copied()
    _bring_documents(home, where, wanted, documents_of(where), result)
    if result.flaws:
        more = f" (and {len(result.flaws) - 1} more)" if len(result.flaws) > 1 else ""
        raise MirrorError(f"{result.flaws[0]}{more} It was pruned and must be read again. The lake is unchanged.")


def _bring_documents(
    home: Path, where: Place, sha256s: Sequence[str], there: dict[str, tuple[str, int]], result: Copied
) -> None:
    bring = partial(_bring_document, home, where, there)
    for size, flaw in side_by_side(bring, sha256s, "documents brought back"):
        result.files += flaw is None
        result.bytes += size
        result.flaws += [flaw] if flaw else []


def _bring_document(home: Path, where: Place, there: dict[str, tuple[str, int]], sha256: str) -> tuple[int, str | None]:
    if sha256 not in there:
        return 0, f"The mirror {where.name} does not hold the document {sha256}."
    name = there[sha256][0]
    try:
        with opened(where, name) as file:
            data = file.read()
        whole = digest(unpacked(Path(name), io.BytesIO(data)))[0] == sha256
    except OSError as error:
        return 0, f"{name} of the mirror {where.name} cannot be read: {error}."
    if not whole:
        return 0, f"{name} of the mirror {where.name} is damaged."
    damaged = standing(document_path(home, sha256))
    path = damaged.with_name(Path(name).name)
    put(path, [data], replace=True)
    if damaged != path:
        damaged.unlink(missing_ok=True)
    return len(data), None


def _bring_file(where: Place, name: str, path: Path, index: dict[str, dict[str, Any]], result: Copied) -> None:
    try:
        put(path, _whole(opened(where, name), index[name]["sha256"] if name in index else None))
    except _DamagedError:
        result.flaws.append(f"{name} of the mirror {where.name} is damaged and was left out.")
        return
    except OSError as error:
        raise MirrorError(f"{name} could not be brought back from the mirror {where.name}: {error}") from error
    result.files += 1
    result.bytes += path.stat().st_size


class _DamagedError(Exception):
    """What was read is not what was mirrored."""


def _whole(file: IO[bytes], sha256: str | None) -> Iterator[bytes]:
    """The blocks of a file; raises _DamagedError at its end when they are not those of the hash."""
    found = hashlib.sha256()
    with file:
        while block := file.read(BLOCK_BYTES):
            found.update(block)
            yield block
    if sha256 not in (None, found.hexdigest()):
        raise _DamagedError
