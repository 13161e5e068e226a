"""How faults are brought about in the process that runs into them; no product code knows of it."""

from __future__ import annotations

import errno
import functools
import os
import resource
import signal
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, NoReturn

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
# In the environment: a kill takes all processes of the group, as when the machine stops.
WHOLE_GROUP = "GONGKAI_TESTS_KILL_GROUP"


def die() -> NoReturn:
    """As if the power went: no handler runs, nothing is flushed."""
    if WHOLE_GROUP in os.environ:
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)
    raise AssertionError("a process outlived SIGKILL")


def disk_is_full() -> NoReturn:
    raise FULL


Strike = Callable[[], None]
Chosen = Callable[..., bool]


def before(owner: Any, name: str, nth: int = 1, when: Chosen = lambda *a, **k: True, strike: Strike = die) -> None:
    """Strike in the place of the nth call of ``owner.name`` that ``when`` chooses by its arguments."""
    real, seen = getattr(owner, name), [0]

    @functools.wraps(real)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if when(*args, **kwargs):
            seen[0] += 1
            if seen[0] == nth:
                strike()
        return real(*args, **kwargs)

    setattr(owner, name, wrapped)


def after(owner: Any, name: str, nth: int = 1, when: Chosen = lambda *a, **k: True, strike: Strike = die) -> None:
    """Strike when the nth call of ``owner.name`` that ``when`` chooses has come back."""
    real, seen = getattr(owner, name), [0]

    @functools.wraps(real)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        if when(*args, **kwargs):
            seen[0] += 1
            if seen[0] == nth:
                strike()
        return result

    setattr(owner, name, wrapped)


class Own(ModuleType):
    """A library as one module alone sees it, so that a wrapped function of it strikes there and nowhere else."""

    def __init__(self, real: ModuleType) -> None:
        super().__init__(real.__name__)
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def own(module: ModuleType, library: str) -> Own:
    """Give ``module`` its own view of a library that it imports as ``library``, and return the view."""
    view = Own(getattr(module, library))
    setattr(module, library, view)
    return view


# spiders --------------------------------------------------------------------------------------------------------


def half_document(strike: Strike = die) -> None:
    from spiders.archive import documents

    view = own(documents, "os")
    real = documents.os.fdopen

    def opened(*args: Any, **kwargs: Any) -> Any:
        file = real(*args, **kwargs)
        write = file.write

        def half(data: bytes) -> int:
            write(data[: len(data) // 2])
            file.flush()
            strike()
            return len(data)

        return _Proxy(file, write=half)

    view.fdopen = opened  # type: ignore[attr-defined]


class _Proxy:
    """An object with some methods exchanged."""

    def __init__(self, real: Any, **exchanged: Any) -> None:
        self._real = real
        self.__dict__.update(exchanged)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __enter__(self) -> _Proxy:
        self._real.__enter__()
        return self

    def __exit__(self, *error: Any) -> Any:
        return self._real.__exit__(*error)


def document_unnamed() -> None:
    from spiders.archive import documents

    before(own(documents, "os"), "link", nth=2)


def at_row(kind: str, role: str = "", nth: int = 1, torn: bool = False, strike: Strike = die) -> Strike:
    """Strike before a row of this kind (and role) is written, or in the middle of a Chinese character of it."""

    def install() -> None:
        from spiders.archive import manifest

        def chosen(self: Any, *rows: dict[str, Any]) -> bool:
            return any(row["kind"] == kind and (not role or row.get("role") == role) for row in rows)

        if not torn:
            before(manifest.ManifestWriter, "write", nth, chosen, strike)
            return
        real, seen = manifest.ManifestWriter.write, [0]

        def write(self: Any, *rows: dict[str, Any]) -> None:
            seen[0] += chosen(self, *rows)
            if chosen(self, *rows) and seen[0] == nth:
                torn_append(manifest, strike)
            real(self, *rows)

        manifest.ManifestWriter.write = write  # type: ignore[method-assign,assignment]

    return install


def torn_append(module: ModuleType, strike: Strike = die) -> None:
    """From now on ``os.write`` of a module writes up to the middle of a Chinese character, then strikes."""
    view = own(module, "os")
    real = os.write

    def write(descriptor: int, data: Any) -> int:
        data = bytes(data)
        middle = 1 + max((at for at, byte in enumerate(data) if byte >= 0xE0), default=len(data) // 2)
        real(descriptor, data[:middle])
        strike()
        return middle

    view.write = write  # type: ignore[attr-defined]


def manifest_unrenamed() -> None:
    from spiders.archive import manifest

    before(own(manifest, "os"), "rename")


# transforms -----------------------------------------------------------------------------------------------------


def while_reading() -> None:
    from transforms.lake.spill import Spill

    before(Spill, "add", nth=2)


def full_rows() -> None:
    """The file in which rows wait is full as those of the second document come."""
    from transforms.lake import spill

    before(own(spill, "os"), "pwrite", nth=2, strike=disk_is_full)


def torn_identity(strike: Strike = die) -> None:
    from transforms.identity import store

    torn_append(store, strike)


def identity_half_saved() -> None:
    from transforms.identity import store

    before(store, "_append", nth=2)


def identity_saved() -> None:
    from transforms.identity.store import IdentityStore

    after(IdentityStore, "save")


def half_part(strike: Strike = die, nth: int = 2) -> None:
    """Leave half of a Parquet file where a whole one was to be."""
    from transforms.lake import parts

    view, seen = own(parts, "pq"), [0]
    real = parts.pq.ParquetWriter

    class Half(real):  # type: ignore[misc,valid-type]
        def close(self) -> None:
            was_open = self.is_open
            super().close()
            seen[0] += was_open
            if was_open and seen[0] == nth:
                os.truncate(self.where, os.path.getsize(self.where) // 2)
                strike()

    view.ParquetWriter = Half  # type: ignore[attr-defined]


def part_unplaced() -> None:
    from transforms.lake import parts

    before(own(parts, "os"), "replace", nth=3)


def between_parts(nth: int = 1) -> None:
    from transforms.lake import parts

    after(own(parts, "os"), "replace", nth)


def after_table(table: str) -> Strike:
    def install() -> None:
        from transforms import lake

        after(lake, "write_table", when=lambda home, name, *rest, **more: name == table)

    return install


# warehouse ------------------------------------------------------------------------------------------------------


def lake_untouched_by_load() -> None:
    from warehouse import load

    before(load, "lake_parts")


def while_loading() -> None:
    from warehouse import load

    before(load, "insert_parts", nth=5)


def facts_half_made() -> None:
    from warehouse.store import fill

    before(fill, "add_figures")


def before_checks() -> None:
    from warehouse import build

    before(build, "problems")


def before_checkpoint() -> None:
    """All is written and marked as passed, and still in the write-ahead log."""
    from warehouse import build

    view = own(build, "duckdb")
    real = build.duckdb.connect

    def connect(*args: Any, **kwargs: Any) -> Any:
        connection = real(*args, **kwargs)

        def execute(sql: str, *rest: Any) -> Any:
            if sql == "CHECKPOINT":
                die()
            return connection.execute(sql, *rest)

        return _Proxy(connection, execute=execute)

    view.connect = connect  # type: ignore[attr-defined]


def candidate_stands() -> None:
    from warehouse import build

    after(build, "build")


def around_swap(when: Callable[..., None]) -> Strike:
    def install() -> None:
        from warehouse import publish

        when(own(publish, "os"), "replace")

    return install


# flows ----------------------------------------------------------------------------------------------------------


def half_report(suffix: str, strike: Strike = die) -> Strike:
    def install() -> None:
        from flows import run_report

        real = run_report._put

        def put(path: Any, text: str) -> None:
            if path.suffix == suffix:
                path.with_name(path.name + ".part").write_text(text[: len(text) // 2], encoding="utf-8")
                strike()
            real(path, text)

        run_report._put = put

    return install


def second_form_missing() -> None:
    from flows import run_report

    before(run_report, "_put", nth=2)


def full(strike: Callable[[Strike], None]) -> Strike:
    return lambda: strike(disk_is_full)


def small_files(kilobytes: int) -> Strike:
    """No file may grow beyond this: what the libraries in C and C++ meet when a disk is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, resource.RLIM_INFINITY))


def small_parts(kilobytes: int) -> None:
    """As above, from when the parts of the lake begin to be written."""
    from transforms.lake import version_tables

    before(version_tables, "write", strike=small_files(kilobytes))
