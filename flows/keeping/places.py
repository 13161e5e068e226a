"""Where a second archive lies: a folder, or a bucket of S3-compatible storage; the same few functions use either."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar, cast
from urllib.parse import urlsplit

from flows.errors import CalledWronglyError, GongkaiError
from flows.progress import report
from spiders.archive import digest, put, sync, unpacked

Item = TypeVar("Item")
Result = TypeVar("Result")

BLOCK_BYTES = 1024 * 1024
# Answers of a bucket take their time, whatever is asked for.
_AT_A_TIME = 8


class MirrorError(GongkaiError):
    """The second archive cannot be used, or does not hold what it should; the text says where and what to do."""


@dataclass(frozen=True)
class Place:
    """A second archive, laid out as a home is.

    ``name`` is what messages call it, without options; ``folder`` is None where it is a bucket.
    """

    filesystem: Any
    root: str
    name: str
    folder: Path | None = None


def place(mirror: str, home: Path) -> Place:
    """The place that an option or ``GONGKAI_MIRROR`` names: a folder, or ``s3://bucket/folder[?options]``.

    Raises CalledWronglyError for anything else, a folder that does not exist, that is or holds the home or lies in it,
    and an address with credentials in it: those belong into the environment.
    """
    from pyarrow import ArrowException, fs

    parts = urlsplit(mirror)
    if "://" not in mirror:
        folder = Path(mirror).expanduser().resolve()
        if folder == home or folder in home.parents or home in folder.parents:
            raise CalledWronglyError(f"The mirror {folder} and the home {home} lie within each other; name another.")
        if not folder.is_dir():
            raise CalledWronglyError(
                f"The mirror {folder} does not exist. If its disk is mounted, make the folder; on a disk that is not, "
                "it would be no second one."
            )
        return Place(fs.LocalFileSystem(), str(folder), str(folder), folder)
    if parts.scheme != "s3" or not parts.hostname:
        raise CalledWronglyError("The mirror is no folder and no s3://bucket/folder; name one of these.")
    if "@" in parts.netloc:
        raise CalledWronglyError(
            "The address of the mirror has credentials in it, which logs would show: set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY instead."
        )
    name = f"s3://{parts.netloc}{parts.path.rstrip('/')}"
    try:
        # A small file takes one request and not three.
        filesystem, root = fs.FileSystem.from_uri(mirror + ("&" if parts.query else "?") + "allow_delayed_open=true")
    except (ArrowException, OSError) as error:
        raise CalledWronglyError(f"The mirror {name} cannot be used: {error}") from None
    return Place(filesystem, root.rstrip("/"), name)


def listing(where: Place, folder: str = "") -> dict[str, int]:
    """Every file below a folder of a place, by its name from the place's root, and its bytes. Raises MirrorError."""
    from pyarrow import fs

    selector = fs.FileSelector(_path(where, folder), allow_not_found=True, recursive=True)
    try:
        found = where.filesystem.get_file_info(selector)
    except OSError as error:
        raise MirrorError(f"The mirror {where.name} cannot be listed: {error}") from error
    names = {file.path[len(where.root) + 1 :]: file.size for file in found if file.type == fs.FileType.File}
    for name in names:
        # A bucket takes any name; one of these would be written outside of the home.
        if ".." in name.split("/"):
            raise MirrorError(f"The mirror {where.name} holds {name!r}, which no home has: find out who put it there.")
    return names


def opened(where: Place, name: str) -> IO[bytes]:
    """The bytes of a file as they lie there; raises OSError."""
    return cast(IO[bytes], where.filesystem.open_input_stream(_path(where, name), compression=None))


def content_hash(where: Place, name: str) -> str:
    """The sha256 of a file's content, a compressed document's as it was fetched; raises OSError."""
    return digest(unpacked(Path(name), opened(where, name)))[0]


def send(where: Place, name: str, source: Path) -> int:
    """Put a copy of a file there, in one step and durably; returns its bytes. Raises MirrorError."""
    try:
        if where.folder is not None:
            with source.open("rb") as file:
                put(where.folder / name, iter(lambda: file.read(BLOCK_BYTES), b""), replace=True)
        else:
            with (
                source.open("rb") as file,
                where.filesystem.open_output_stream(_path(where, name), compression=None) as sent,
            ):
                shutil.copyfileobj(file, sent, BLOCK_BYTES)
        (there,) = where.filesystem.get_file_info([_path(where, name)])
    except OSError as error:
        raise MirrorError(f"{name} could not be written to the mirror {where.name}: {error}") from error
    size = source.stat().st_size
    if there.size != size:
        raise MirrorError(f"{name} has {there.size} bytes in the mirror {where.name}, not {size}: mirror it again.")
    return size


def send_text(where: Place, name: str, text: str) -> None:
    """Put a small file there. Raises MirrorError."""
    try:
        if where.folder is not None:
            put(where.folder / name, [text.encode()], replace=True)
        else:
            with where.filesystem.open_output_stream(_path(where, name), compression=None) as sent:
                sent.write(text.encode())
    except OSError as error:
        raise MirrorError(f"{name} could not be written to the mirror {where.name}: {error}") from error


def remove(where: Place, name: str) -> None:
    """Delete a file there that may be absent. Raises MirrorError."""
    try:
        where.filesystem.delete_file(_path(where, name))
    except FileNotFoundError:
        return
    except OSError as error:
        raise MirrorError(f"{name} could not be deleted from the mirror {where.name}: {error}") from error


def make_durable(where: Place, name: str) -> None:
    """See to it that a file which was found there outlives a loss of power; raises OSError."""
    if where.folder is not None:
        sync(where.folder / name)


def is_same_file(where: Place, name: str, path: Path) -> bool:
    """Whether a file there is this very one, by a link or a mount, and no second copy."""
    return where.folder is not None and path.exists() and os.path.samefile(where.folder / name, path)


def side_by_side(function: Callable[[Item], Result], items: Iterable[Item], label: str) -> Iterator[Result]:
    """``function`` of every item, in their order, several at a time; the first error ends it."""
    everything = list(items)
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        for done, result in enumerate(pool.map(function, everything), start=1):
            report(label, done, len(everything))
            yield result


def _path(where: Place, name: str) -> str:
    return f"{where.root}/{name}".rstrip("/")
