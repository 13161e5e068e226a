"""A second archive of a home: copied there by name and hash, identical bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from flows.errors import CalledWronglyError
from flows.keeping.places import (
    MirrorError,
    Place,
    content_hash,
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
from spiders.archive import HALF, PACKED, digest, document_path, pruned, standing, unpacked

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


def mirror(home: Path, where: Place, check: bool = False) -> Copied:
    """Copy to a place what of a home it does not hold; nothing is deleted there but parts that the lake no longer has.

    Most documents are copied before the home is locked, for they never change. Damaged ones are not copied, but
    named. ``check``: everything there is hashed again, and what is damaged is copied anew. Raises MirrorError when the
    place cannot be written, or holds the ids of another home; LockedError.
    """
    result = Copied()
    _refuse_other_home(home, where)
    if check:
        _mend_documents(home, where, result)
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
        _send_files(home, where, records, derived, result, check)
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


def _mend_documents(home: Path, where: Place, result: Copied) -> None:
    """Hash every document there, and copy those that are damaged anew."""
    there = documents_of(where)
    names = [name for name, _ in there.values()]
    whole = side_by_side(lambda name: is_whole(where, name), names, "documents in the mirror")
    for name in [name for name, good in zip(names, whole, strict=True) if not good]:
        path = standing(document_path(home, sha256_in(name)))
        size, flaw = _send_document(home, where, path)
        if not size:
            flaw = flaw or "the home does not hold it"
            result.flaws.append(f"{name} of the mirror {where.name} is damaged, and could not be copied anew: {flaw}")
            continue
        if Path(name).name != path.name:
            remove(where, name)
        result.files += 1
        result.bytes += size


def is_whole(where: Place, name: str) -> bool:
    """Whether a document's file in a place has the content that it is named by."""
    try:
        return content_hash(where, name) == sha256_in(name)
    except OSError:
        return False


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


def _send_files(home: Path, where: Place, records: list[str], derived: list[str], result: Copied, check: bool) -> None:
    before = read_index(where)
    there = listing(where)
    index = {name: _entry(home / name) for name in (*records, *derived)}
    # A file of the right hash by the index and of the right size by the listing is there.
    changed = [name for name in index if before.get(name) != index[name] or there.get(name) != index[name]["bytes"]]
    if check:
        changed += [
            name for name in index if name not in changed and digest(opened(where, name))[0] != index[name]["sha256"]
        ]
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
    """What the place holds besides documents; empty where it was never, or only half, copied to, or is damaged.

    Raises MirrorError when the place does not answer.
    """
    try:
        with opened(where, INDEX) as file:
            files: dict[str, dict[str, Any]] = json.loads(file.read())["files"]
        return files
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {}
    except OSError as error:
        raise MirrorError(f"{INDEX} of the mirror {where.name} cannot be read: {error}") from error


def _refuse_other_home(home: Path, where: Place) -> None:
    """Ids are only ever appended: a mirror whose records a home does not begin with is another's, or knows more."""
    index = read_index(where)
    for name in listing(where, "identity"):
        if not name.endswith(".jsonl"):
            continue
        ours = (home / name).read_bytes() if (home / name).exists() else b""
        # By the index where there is one: the file itself may have rotted.
        entry = index.get(name)
        if entry and hashlib.sha256(ours[: entry["bytes"]]).hexdigest() == entry["sha256"]:
            continue
        with opened(where, name) as file:
            recorded = file.read()
        # What follows the last line's end was cut off by a kill.
        if not ours.startswith(recorded[: recorded.rfind(b"\n") + 1]):
            raise MirrorError(
                f"{name} of the mirror {where.name} holds ids that {home} does not have: it is the mirror of another "
                "home, or this one has lost them. Name another mirror, or `gongkai restore` into an empty home. "
                "Nothing was copied."
            )
