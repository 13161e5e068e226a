"""Whether the archive still holds every document that its manifests name, with the bytes that it was named by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from spiders.archive.documents import HALF, PACKED, RESTORE, digest, document_path, unpacked
from spiders.archive.manifest import ArchiveError, manifests, read_manifest
from spiders.archive.pruning import pruned


@dataclass(frozen=True)
class Flaw:
    """A document that is missing or damaged, an unreadable manifest, or a file that no document can be."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Checked:
    """What was looked at: documents and their bytes as they were fetched, manifests, and what is wrong.

    ``pruned``: documents that only the second archive holds. ``leftovers``: halves of documents that a killed crawl
    left; they may be deleted.
    """

    documents: int
    bytes: int
    manifests: int
    flaws: tuple[Flaw, ...]
    pruned: int = 0
    leftovers: tuple[Path, ...] = ()


def check_archive(home: Path, on_progress: Callable[[str, int, int | None], None] | None = None) -> Checked:
    """Hash every document of the archive again, and look for every one that a manifest names; nothing is written.

    Of a compressed document it is the content that is hashed.
    """
    report = on_progress or (lambda label, done, total: None)
    flaws: list[Flaw] = []
    wrong: dict[str, tuple[Path, str]] = {}
    named: set[str] = set()
    files = sorted(path for path in (home / "raw" / "documents").glob("*/*") if path.is_file())
    leftovers = tuple(path for path in files if path.name.startswith(HALF))
    size = 0
    for done, path in enumerate(files, start=1):
        report("documents", done, len(files))
        if path in leftovers:
            continue
        sha256 = path.name.removesuffix(PACKED)
        named.add(sha256)
        try:
            found, length = digest(unpacked(path))
        except OSError as error:
            wrong[sha256] = path, f"it cannot be read ({error.strerror or error})"
            continue
        size += length
        if found != sha256 or path.parent.name != sha256[:2]:
            wrong[sha256] = path, f"its bytes have the sha256 {found}"
    elsewhere = pruned(home)
    crawls = list(manifests(home))
    sources: dict[str, str] = {}
    for path in crawls:
        flaws += _missing(home, path, named | elsewhere.keys(), wrong.keys(), sources)
    damaged = [
        Flaw(path, f"{why}; it is of {sources.get(sha256, 'no address on record')}: {RESTORE}")
        for sha256, (path, why) in wrong.items()
    ]
    return Checked(len(named), size, len(crawls), (*damaged, *flaws), len(elsewhere), leftovers)


def _missing(home: Path, manifest: Path, named: Set[str], damaged: Set[str], sources: dict[str, str]) -> Iterator[Flaw]:
    """Documents that a manifest says are stored and that no file has the name of; each once.

    ``sources`` gains what those that are ``damaged`` were fetched from.
    """
    told: set[str] = set()
    try:
        for row in read_manifest(manifest):
            sha256, url = row.get("sha256"), row.get("url")
            if sha256 and url and sha256 in damaged:
                sources[sha256] = url
            if sha256 and sha256 not in named and sha256 not in told:
                told.add(sha256)
                yield Flaw(document_path(home, sha256), f"it is missing; {manifest.name} names it for {url}: {RESTORE}")
    except (OSError, ArchiveError) as error:
        yield Flaw(manifest, str(error))
