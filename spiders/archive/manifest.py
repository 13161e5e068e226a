"""Manifests of crawls: one JSON object a line, appended while the crawl runs and renamed when it ends."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import filelock

Row = dict[str, Any]
CRAWL_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")


class ArchiveError(Exception):
    """The archive cannot be used as asked; the text says where and why."""


class ArchiveBusy(ArchiveError):
    """Another process is writing to this archive."""


def manifest_folder(home: Path) -> Path:
    """Where the manifests of a home stand."""
    return Path(home) / "raw" / "manifests"


def part_path(home: Path, crawl_id: str) -> Path:
    """The manifest of a crawl while it runs."""
    return manifest_folder(home) / f"{crawl_id}.jsonl.part"


def new_crawl_id(as_of: datetime.datetime) -> str:
    """`YYYYMMDDTHHMMSSZ-<6 hex>` from the clock of the crawl (aware; UTC is written)."""
    return f"{as_of.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def timestamp(moment: datetime.datetime) -> str:
    """ISO 8601 in UTC with microseconds, so that text order is time order."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class ManifestWriter:
    """Writes the manifest of one crawl; only one writer at a time may hold an archive.

    Of a crawl by several processes each writes a manifest of its own: `shard` is its number from 1, and the process
    that started them holds the archive meanwhile.

    Used as a context manager. Leaving it without an `end` row still renames the file: the rows it holds are
    true.
    """

    def __init__(self, home: Path, crawl_id: str, shard: int | None = None) -> None:
        if not CRAWL_ID.fullmatch(crawl_id):
            raise ArchiveError(f"expected a crawl id such as 20260131T180000Z-1a2b3c, found {crawl_id!r}")
        self.home = Path(home)
        self.crawl_id = crawl_id
        self.path = manifest_folder(self.home) / f"{crawl_id}.jsonl"
        self._part = part_path(self.home, crawl_id)
        self._lock = held(self.home, shard)
        self._lock.__enter__()
        try:
            if shard is None:
                _adopt_parts(self.home)
            if self.path.exists():
                raise ArchiveError(f"the manifest {self.path} exists already; a crawl id is used once")
            self._descriptor: int | None = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            self._bytes = 0
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise

    def write(self, *rows: Mapping[str, Any]) -> None:
        """Append rows, all of them or none, and hand them to the operating system at once.

        Raises:
            ArchiveError: when they cannot be written (a full disk); nothing of them stays in the manifest then.
        """
        assert self._descriptor is not None, "the manifest is closed"
        text = [json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n" for row in rows]
        lines = "".join(text).encode()
        try:
            written = 0
            while written < len(lines):
                written += os.write(self._descriptor, lines[written:])
        except OSError as error:
            # A later row must not be glued to half of one of these.
            os.ftruncate(self._descriptor, self._bytes)
            os.lseek(self._descriptor, self._bytes, os.SEEK_SET)
            raise _not_written(self._part, error) from error
        self._bytes += len(lines)

    def close(self) -> None:
        """Make the manifest durable, give it its final name and release the archive. Twice does nothing.

        Raises:
            ArchiveError: when the disk refuses; the file keeps the name `.part` and the next crawl adopts it.
        """
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        try:
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.rename(self._part, self.path)
        except OSError as error:
            raise _not_written(self._part, error) from error
        finally:
            self._lock.__exit__(None, None, None)

    def __enter__(self) -> ManifestWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def adopt(home: Path, extra_rows: Mapping[str, list[Row]] | None = None) -> tuple[Path, ...]:
    """Take over the left-over `.part` files of killed crawls: drop an incomplete last line, rename.

    Args:
        home: the home folder.
        extra_rows: rows to append, by crawl id, before the file gets its name.

    Raises:
        ArchiveBusy: when a crawl is still writing.
    """
    if not manifest_folder(home).is_dir():
        return ()
    with held(home):
        return _adopt_parts(home, extra_rows or {})


def clock(home: Path, wanted: datetime.datetime) -> datetime.datetime:
    """The clock of a new crawl: `wanted`, or the second after all that is recorded when that is later.

    Versions of a report follow each other in the order of the clock. With one that jumped back, what is
    fetched now would count as older than what it replaces.
    """
    last = _last_moment(home)
    if last is None or wanted > last:
        return wanted
    return last.replace(microsecond=0) + datetime.timedelta(seconds=1)


def _last_moment(home: Path) -> datetime.datetime | None:
    """The latest moment that the newest manifests record; earlier ones cannot record a later one."""
    names = manifests(home)
    newest = [path for path in names if path.name[:16] == names[-1].name[:16]]
    moments = []
    for path in newest:
        for row in read_manifest(path):
            moments += [row[key] for key in ("as_of", "fetched_at", "finished_at") if isinstance(row.get(key), str)]
    parsed = [datetime.datetime.fromisoformat(text) for text in moments]
    return max((m if m.tzinfo else m.replace(tzinfo=datetime.UTC) for m in parsed), default=None)


def manifests(home: Path) -> tuple[Path, ...]:
    """All manifests of a home, finished and unfinished, in the order of their crawls' clocks."""
    folder = manifest_folder(home)
    if not folder.is_dir():
        return ()
    found = [path for path in folder.iterdir() if path.name.endswith((".jsonl", ".jsonl.part"))]
    return tuple(sorted(found, key=_order))


def read_manifest(path: Path) -> Iterator[Row]:
    """The rows of one manifest; an incomplete last line is ignored.

    Raises:
        ArchiveError: naming file and line when a complete line is no JSON object.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ArchiveError(
                    f"{path}:{number}: expected one JSON object a line, found {line[:60]!r} ({error});"
                    " restore the file or move it away"
                ) from error
            if not isinstance(row, dict):
                raise ArchiveError(f"{path}:{number}: expected a JSON object, found {line[:60]!r}")
            yield row


def rows(home: Path) -> Iterator[Row]:
    """The rows of all manifests of a home, oldest crawl first."""
    for path in manifests(home):
        yield from read_manifest(path)


def follow(path: Path, position: int) -> tuple[list[Row], int]:
    """The complete rows of a growing manifest after a byte position, and the new position."""
    try:
        with path.open("rb") as file:
            file.seek(position)
            data = file.read()
    except FileNotFoundError:
        return [], position
    complete = data[: data.rfind(b"\n") + 1]
    return [json.loads(line) for line in complete.splitlines()], position + len(complete)


def _order(path: Path) -> tuple[str, str, str]:
    # Two crawls of one second of an --as-of clock differ only by chance in their names: the real start
    # decides.
    stamp = path.name[:16]
    try:
        first = next(read_manifest(path), {})
    except ArchiveError:
        first = {}
    return stamp, str(first.get("started_at", "")), path.name


@contextlib.contextmanager
def held(home: Path, shard: int | None = None) -> Iterator[None]:
    """Hold the archive of a home alone; a shard holds only what keeps others from it.

    Raises:
        ArchiveBusy: when another crawl or ingest is writing.
    """
    with _locked(home, [_lock(home), *_shard_locks(home)] if shard is None else [_lock(home, shard)]):
        yield


@contextlib.contextmanager
def shared(home: Path) -> Iterator[None]:
    """Hold the archive of a home for the shards of one crawl, which are free to begin; nobody else may.

    Raises:
        ArchiveBusy: when another crawl or ingest is writing.
    """
    with _locked(home, [_lock(home)]):
        with _locked(home, _shard_locks(home)):
            pass  # none is left of a crawl whose starter is gone
        yield


@contextlib.contextmanager
def _locked(home: Path, names: Iterable[Path]) -> Iterator[None]:
    manifest_folder(home).mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        for name in names:
            try:
                # Whoever was killed a moment ago may still be dying; the home's own lock refuses a second writer at
                # once.
                stack.enter_context(filelock.FileLock(name, timeout=3))
            except filelock.Timeout:
                raise ArchiveBusy(
                    f"another crawl or ingest is writing to the archive of {home}; wait for it to end and try again"
                ) from None
        yield


def _lock(home: Path, shard: int | None = None) -> Path:
    return manifest_folder(home).parent / (".lock" if shard is None else f".lock-{shard}")


def _shard_locks(home: Path) -> list[Path]:
    """The locks that shards have ever held: the files stay."""
    return sorted(manifest_folder(home).parent.glob(".lock-*"))


def _adopt_parts(home: Path, extra_rows: Mapping[str, list[Row]] | None = None) -> tuple[Path, ...]:
    adopted = []
    for part in sorted(manifest_folder(home).glob("*.jsonl.part")):
        data = part.read_bytes()
        complete = data.rfind(b"\n") + 1
        crawl_id = part.name.removesuffix(".jsonl.part")
        with part.open("r+b") as file:
            file.truncate(complete)
            file.seek(complete)
            for row in (extra_rows or {}).get(crawl_id, []):
                file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        final = part.with_name(part.name.removesuffix(".part"))
        os.rename(part, final)
        adopted.append(final)
    if adopted:
        # Only a killed writer leaves half documents, and whoever is here holds the lock of all writers.
        for half in (Path(home) / "raw" / "documents").glob("*/.new-*"):
            half.unlink(missing_ok=True)
    return tuple(adopted)


def _not_written(path: Path, error: OSError) -> ArchiveError:
    return ArchiveError(
        f"{path} could not be written: {error.strerror or error}; check the free space and the rights of its"
        " folder, then crawl again: what is recorded stands"
    )
