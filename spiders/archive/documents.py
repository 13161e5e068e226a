"""Documents of the raw archive, named by the sha256 of their bytes and never overwritten.

A document may lie compressed, as `<sha256>.zst`: its name and its manifests know nothing of it, nor does anyone who
reads by this module. The transforms' own reading of the archive (`transforms.manifest.opened`) does the same.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, cast

from spiders.archive.manifest import ArchiveError

PACKED = ".zst"
HALF = ".new-"  # begins the name of a file that is being written
_CHUNK_BYTES = 1024 * 1024
# What to do about a document that is damaged or missing.
RESTORE = (
    "`gongkai restore` brings it back from a second archive; without one, `gongkai nightly --recheck` asks its portal "
    "for it again"
)


def document_path(home: Path, sha256: str) -> Path:
    """Where the document with this hash (64 lower-case hex digits) stands.

    Raises:
        ValueError: when `sha256` is no such hash; a path is never built from anything else.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError(f"expected a sha256 of 64 lower-case hex digits, found {sha256!r}")
    return Path(home) / "raw" / "documents" / sha256[:2] / sha256


def standing(path: Path) -> Path:
    """The file that holds a document: `path`, as `document_path` gives it, or the compressed one beside it.

    Where there is neither it is `path`.
    """
    packed = packed_path(path)
    return packed if not path.exists() and packed.exists() else path


def packed_path(path: Path) -> Path:
    """Where a document stands when it is compressed; `path` as `document_path` gives it."""
    return path.with_name(path.name + PACKED)


def opened(path: Path) -> IO[bytes]:
    """A document's bytes as they were fetched; `path` as `document_path` gives it.

    Raises:
        OSError: when there is none, here or (a damaged compressed file) when it is read.
    """
    try:
        return path.open("rb")
    except FileNotFoundError as absent:
        try:
            return unpacked(packed_path(path))
        except FileNotFoundError:
            raise absent from None


def unpacked(path: Path, file: IO[bytes] | None = None) -> IO[bytes]:
    """The content of a file of the archive, by whose name it is compressed or not; `file`: its bytes, from elsewhere.

    Raises OSError as `opened`.
    """
    file = file or path.open("rb")
    if not path.name.endswith(PACKED):
        return file
    # Not for a crawl that meets no compressed document.
    import pyarrow as pa

    return cast(IO[bytes], pa.CompressedInputStream(file, "zstd"))


def digest(file: IO[bytes]) -> tuple[str, int]:
    """The sha256 of what is left to read of a file, and its number of bytes; the file is closed then."""
    found, length = hashlib.sha256(), 0
    with file:
        while chunk := file.read(_CHUNK_BYTES):
            found.update(chunk)
            length += len(chunk)
    return found.hexdigest(), length


def store(home: Path, data: bytes) -> str:
    """Keep these exact bytes and return their sha256; bytes that are already there are left alone.

    The document is complete on disk (fsync) before the name exists, so that a manifest row written afterwards
    never points at half a document. A file of that name that was damaged since is put right.

    Raises:
        ArchiveError: when the disk refuses; no half document stays.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    path = document_path(home, sha256)
    try:
        damaged = standing(path)
        if damaged.exists():
            if _is(damaged, sha256):
                return sha256
            put(path, [data], replace=True)
            if damaged != path:
                damaged.unlink()
        else:
            put(path, [data])
    except OSError as error:
        raise ArchiveError(
            f"the document {path} could not be written: {error.strerror or error}; check the free space and the"
            " rights of its folder, then crawl again"
        ) from error
    return sha256


def put(path: Path, chunks: Iterable[bytes], *, replace: bool = False) -> None:
    """Write a file whole and durably (fsync) before it has its name; `replace` False leaves one of that name alone.

    Raises:
        OSError: when the disk refuses; no half file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=HALF, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files private; the archive is as readable as everything else in the home.
        os.chmod(temporary, 0o644)
        if replace or not _linked(temporary, path):
            os.replace(temporary, path)
            temporary = ""
        sync(path.parent)
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def _linked(temporary: str, path: Path) -> bool:
    """A link, unlike a rename, refuses an existing name: a whole document is never replaced."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return True
    except OSError:
        return False
    return True


def _is(path: Path, sha256: str) -> bool:
    """Whether a file of the archive holds the document of this hash; a compressed one that is damaged does not."""
    try:
        return digest(unpacked(path))[0] == sha256
    except OSError:
        if not path.name.endswith(PACKED):
            raise
        return False


def read(home: Path, sha256: str) -> bytes:
    """The bytes of a stored document.

    Raises:
        FileNotFoundError: when the archive does not hold it.
        ValueError: when the stored bytes no longer have this hash.
    """
    path = document_path(home, sha256)
    try:
        with opened(path) as file:
            data = file.read()
    except FileNotFoundError:
        raise FileNotFoundError(f"the raw archive has no document {sha256} (expected at {path})") from None
    except OSError as error:
        if standing(path) == path:
            raise
        raise ValueError(f"the archived document {standing(path)} cannot be unpacked ({error})") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"the archived document {path} no longer has the sha256 that names it")
    return data


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
