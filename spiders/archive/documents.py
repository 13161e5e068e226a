"""Documents of the raw archive, named by the sha256 of their bytes and never overwritten."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from spiders.archive.manifest import ArchiveError


def document_path(home: Path, sha256: str) -> Path:
    """Where the document with this hash (64 lower-case hex digits) stands.

    Raises:
        ValueError: when `sha256` is no such hash; a path is never built from anything else.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError(f"expected a sha256 of 64 lower-case hex digits, found {sha256!r}")
    return Path(home) / "raw" / "documents" / sha256[:2] / sha256


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
        damaged = path.exists()
        if damaged and path.read_bytes() == data:
            return sha256
        _put(path, data, replace=damaged)
    except OSError as error:
        raise ArchiveError(
            f"the document {path} could not be written: {error.strerror or error}; check the free space and the"
            " rights of its folder, then crawl again"
        ) from error
    return sha256


def _put(path: Path, data: bytes, *, replace: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files private; the archive is as readable as everything else in the home.
        os.chmod(temporary, 0o644)
        if replace or not _linked(temporary, path):
            os.replace(temporary, path)
            temporary = ""
        _sync_folder(path.parent)
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


def read(home: Path, sha256: str) -> bytes:
    """The bytes of a stored document.

    Raises:
        FileNotFoundError: when the archive does not hold it.
        ValueError: when the stored bytes no longer have this hash.
    """
    path = document_path(home, sha256)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"the raw archive has no document {sha256} (expected at {path})") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"the archived document {path} no longer has the sha256 that names it; restore it")
    return data


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
