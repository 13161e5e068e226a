"""A second archive of a home: copied there by name and hash, brought back from there, identical bytes either way."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, Any

from flows.errors import CalledWronglyError
from flows.keeping.places import (
    BLOCK_BYTES,
    MirrorError,
    Place,
    listing,
    opened,
    place,
    remove,
    send,
    send_text,
    side_by_side,
)
from flows.lock import one_writer
from flows.settings import MIRROR_VARIABLE
from spiders.archive import HALF, PACKED, digest, document_path, held, pruned, put, standing, unpacked

DOCUMENTS = "raw/documents"
# What cannot be made anew, and what comes from it. Manifests are copied once they are finished.
RECORDS = ("raw/manifests/*.jsonl", "identity/[!.]*", "corrections.yaml", "runs/*.json", "runs/*.md")
LAKE, WAREHOUSE = "lake/*/*/*.parquet", "warehouse.duckdb"
# What the mirror holds besides documents, by name, with hash and bytes. It stands only while nothing is half copied.
INDEX = "mirror.json"
# The mark of a lake that is half updated (transforms.lake): a mirror in a folder can be used as a home.
UNFINISHED = "lake/.unfinished"


@dataclass
class Copied:
    """What was copied, one way or the other: files, their bytes, and what is wrong, one sentence each."""

    files: int = 0
    bytes: int = 0
    flaws: list[str] = field(default_factory=list)


def sha256_in(name: str) -> str:
    """The document that a file of an archive holds, by the file's name."""
    return Path(name).name.removesuffix(PACKED)


_DOCUMENT = re.compile(r"raw/documents/([0-9a-f]{2})/\1[0-9a-f]{62}(\.zst)?")


def documents_of(where: Place) -> dict[str, tuple[str, int]]:
    """The documents that a place has a file of: sha256 -> the file's name and bytes. Raises MirrorError."""
    return {
        sha256_in(name): (name, size)
        for name, size in sorted(listing(where, DOCUMENTS).items())
        if _DOCUMENT.fullmatch(name)
    }


def named_place(mirror: str | None, home: Path) -> Place:
    """The second archive of a home; raises CalledWronglyError when none is named."""
    if mirror is None:
        raise CalledWronglyError(f"No second archive is named: name one with --mirror or {MIRROR_VARIABLE}.")
    return place(mirror, home)


def mirror(home: Path, where: Place) -> Copied:
    """Copy to a place what of a home it does not hold; nothing is deleted there but parts that the lake no longer has.

    Most documents are copied before the home is locked, for they never change. Damaged ones are not copied, but
    named. Raises MirrorError when the place cannot be written, or holds the ids of another home; LockedError.
    """
    result = Copied()
    _refuse_other_home(home, where)
    _send_documents(home, where, result)
    with one_writer(home, "gongkai mirror"):
        # Listed before the documents, so that none of them names one that is not there.
        records = _files(home, RECORDS)
        _send_documents(home, where, result)
        _refuse_other_home(home, where)
        derived = []
        if (home / UNFINISHED).exists():
            result.flaws.append("The lake is half updated and was not copied: `gongkai normalize` first.")
        else:
            derived = _files(home, (LAKE, WAREHOUSE))
        _send_files(home, where, records, derived, result)
        result.flaws += _held_elsewhere(home, where)
    return result


def _held_elsewhere(home: Path, where: Place) -> Iterator[str]:
    """Pruned documents that this place lacks: a mirror of another name has them, and this one is not whole."""
    there = documents_of(where)
    lacking = Counter(str(row.get("mirror")) for sha256, row in pruned(home).items() if sha256 not in there)
    for other, number in sorted(lacking.items()):
        yield (
            f"{number} documents were pruned that the mirror {where.name} does not hold: `gongkai restore --mirror "
            f"{other}`, then mirror again."
        )


def _files(home: Path, patterns: Iterable[str]) -> list[str]:
    found = chain.from_iterable(home.glob(pattern) for pattern in patterns)
    return sorted(path.relative_to(home).as_posix() for path in found if path.is_file())


def _send_documents(home: Path, where: Place, result: Copied) -> None:
    there = documents_of(where)
    new = []
    for path in sorted((home / DOCUMENTS).glob("*/*")):
        name, size = there.get(sha256_in(path.name), ("", 0))
        # Of the same form it has the same bytes; one that broke off is sent again.
        broken = Path(name).name == path.name and size != path.stat().st_size
        if not path.name.startswith(HALF) and (not name or broken):
            new.append(path)
    for size, flaw in side_by_side(partial(_send_document, home, where), new, "documents"):
        result.files += size > 0
        result.bytes += size
        result.flaws += [flaw] if flaw and flaw not in result.flaws else []


def _send_document(home: Path, where: Place, path: Path) -> tuple[int, str | None]:
    try:
        found = digest(unpacked(path))[0]
    except FileNotFoundError:  # compressed meanwhile: it is found under its other name
        return 0, None
    except OSError as error:
        found = str(error)
    if found != sha256_in(path.name):
        return 0, f"{path} is damaged and was not copied: `gongkai restore`, or restore it from a backup."
    return send(where, path.relative_to(home).as_posix(), path), None


def _send_files(home: Path, where: Place, records: list[str], derived: list[str], result: Copied) -> None:
    before = read_index(where)
    there = listing(where)
    index = {name: _entry(home / name) for name in (*records, *derived)}
    # A file of the right hash by the index and of the right size by the listing is there.
    changed = [name for name in index if before.get(name) != index[name] or there.get(name) != index[name]["bytes"]]
    of_lake = {name for name in derived if name.startswith("lake/")}
    stale = [name for name in there if Path(name).match(LAKE) and of_lake and name not in of_lake]
    if not changed and not stale and before:
        return
    remove(where, INDEX)
    half = any(name in of_lake for name in changed) or stale
    if half:
        send_text(where, UNFINISHED, "")
    for size in side_by_side(lambda name: send(where, name, home / name), changed, "records, lake and warehouse"):
        result.files += 1
        result.bytes += size
    for name in stale:
        remove(where, name)
    if half:
        remove(where, UNFINISHED)
    kept = {name: entry for name, entry in before.items() if name in there and name not in stale}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    send_text(where, INDEX, json.dumps({"mirrored_at": now, "files": kept | index}, ensure_ascii=False, indent=1))


def _entry(path: Path) -> dict[str, Any]:
    sha256, size = digest(path.open("rb"))
    return {"sha256": sha256, "bytes": size}


def read_index(where: Place) -> dict[str, dict[str, Any]]:
    """What the place holds besides documents; empty where it was never, or only half, copied to. Raises MirrorError."""
    try:
        with opened(where, INDEX) as file:
            files: dict[str, dict[str, Any]] = json.loads(file.read())["files"]
        return files
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError) as error:
        raise MirrorError(f"{INDEX} of the mirror {where.name} cannot be read: {error}") from error


def _refuse_other_home(home: Path, where: Place) -> None:
    """Ids are only ever appended: a mirror whose records a home does not begin with is another's, or knows more."""
    for name in listing(where, "identity"):
        if not name.endswith(".jsonl"):
            continue
        with opened(where, name) as file:
            recorded = file.read()
        recorded = recorded[: recorded.rfind(b"\n") + 1]
        path = home / name
        if not (path.read_bytes() if path.exists() else b"").startswith(recorded):
            raise MirrorError(
                f"{name} of the mirror {where.name} holds ids that {home} does not have: it is the mirror of another "
                "home, or this one has lost them. Name another mirror, or `gongkai restore` into an empty home. "
                "Nothing was copied."
            )


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
        has_ids = any((home / "identity").glob("*.jsonl"))
        has_lake = any(home.glob(LAKE))
        for name in sorted(listing(where)):
            path = Path(name)
            derived = path.match(LAKE) or name == WAREHOUSE
            wanted = derived and index and not (has_lake and path.match(LAKE))
            wanted = wanted or (any(path.match(one) for one in RECORDS) and not (has_ids and name[:9] == "identity/"))
            if wanted and not (home / name).exists():
                _bring_file(home, where, name, index.get(name), result)
    return result


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


def _bring_file(home: Path, where: Place, name: str, entry: dict[str, Any] | None, result: Copied) -> None:
    path = home / name
    try:
        put(path, _whole(opened(where, name), entry["sha256"] if entry else None))
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
