"""The declared table of points at which a fault strikes: where, how it is brought about, what is to come of it."""

from __future__ import annotations

import errno
import functools
import os
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NoReturn

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
# In the environment: a kill takes all processes of the group, as when the machine stops.
WHOLE_GROUP = "GONGKAI_TESTS_KILL_GROUP"


@dataclass(frozen=True)
class Point:
    """One named point.

    Attributes:
        name: as the launcher and the table call it.
        stage: what runs into it: spider (the crawl's process alone, as if the machine stopped), crawl, normalize,
            load, publish or report.
        where: the place, in words.
        strike: brings the fault about in the process that calls it; no product code knows of it.
        outcome: what is to come of it.
        left: patterns of what is left in the home until the next run.
        says: for faults that are no kill, what the stage's failure says (regular expression).
    """

    name: str
    stage: str
    where: str
    strike: Callable[[], None]
    outcome: str
    left: tuple[str, ...] = ()
    says: str = ""


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


PART = "raw/manifests/*.jsonl.part"
CANDIDATE = "warehouse.duckdb.building"

KILLS = (
    Point(
        "document-half-written", "spider", "inside the write of a raw document", half_document,
        "the half file has no hash for a name and is removed; the document is fetched again",
        (PART, "raw/documents/*/.new-*"),
    ),
    Point(
        "document-unnamed", "spider", "document whole on disk, its name not yet given", document_unnamed,
        "as above", (PART, "raw/documents/*/.new-*"),
    ),
    Point(
        "document-without-row", "spider", "between document bytes and manifest row", at_row("fetch", "article", 2),
        "the article is asked again, its bytes are there already; the manifest is adopted", (PART,),
    ),
    Point(
        "attachment-without-page", "spider", "attachment fetched, its page not yet recorded",
        at_row("fetch", "article", 1),
        "read before that, the attachment waits without a place; page and attachment are asked again and are one "
        "version with the id of an undisturbed run", (PART,),
    ),
    Point(
        "row-torn", "spider", "inside a manifest row, in the middle of a Chinese character",
        at_row("fetch", "article", 2, torn=True),
        "the torn line is no row: readers pass it over, the next crawl cuts it off", (PART,),
    ),
    Point(
        "first-row-torn", "spider", "inside a manifest's first row", at_row("crawl", torn=True),
        "the manifest is adopted empty", (PART,),
    ),
    Point(
        "portal-without-row", "spider", "articles recorded, the portal's row not", at_row("portal"),
        "what was recorded stands and is not asked again", (PART,),
    ),
    Point(
        "manifest-without-end", "spider", "between the last portal's row and the end row", at_row("end"),
        "as above", (PART,),
    ),
    Point(
        "manifest-unrenamed", "spider", "between the last manifest row and the closing rename", manifest_unrenamed,
        "the manifest is adopted whole", (PART,),
    ),
    Point(
        "normalize-reading", "normalize", "while documents are read", while_reading,
        "nothing was written; all are read again",
    ),
    Point(
        "identity-torn", "normalize", "inside an identity append, in the middle of a Chinese character", torn_identity,
        "the torn line is no record; the same ids are minted again",
    ),
    Point(
        "identity-half-saved", "normalize", "agencies appended, their reports not", identity_half_saved,
        "the same ids are minted again",
    ),
    Point(
        "identity-without-lake", "normalize", "between identity and lake", identity_saved,
        "the ids on record are found again",
    ),
    Point(
        "part-half-written", "normalize", "inside a Parquet write", half_part,
        "the half file lies beside under another name, is removed and made again", ("lake/*/*/*.writing",),
    ),
    Point(
        "part-unplaced", "normalize", "Parquet part whole, not yet moved into place", part_unplaced,
        "as above", ("lake/*/*/*.writing",),
    ),
    Point(
        "between-parts", "normalize", "between two lake partitions", between_parts,
        "the parts not yet written are written",
    ),
    Point(
        "agencies-without-names", "normalize", "between the last lake partitions but one", after_table("agency"),
        "as above; until then load refuses the half lake",
    ),
    Point(
        "documents-without-reports", "normalize", "table of documents written, reports not", after_table("document"),
        "documents known, reports placed again with the same ids",
    ),
    Point(
        "before-load", "load", "between lake and load", lake_untouched_by_load,
        "the published warehouse stays; the next load builds",
    ),
    Point(
        "while-loading", "load", "inside the build: lake half copied in", while_loading,
        "publish refuses the half candidate; the next load starts it anew", (CANDIDATE,),
    ),
    Point(
        "facts-half-made", "load", "inside the build: checks without the figures", facts_half_made,
        "as above", (CANDIDATE,),
    ),
    Point(
        "before-checks", "load", "inside the build: filled, not checked", before_checks,
        "as above", (CANDIDATE,),
    ),
    Point(
        "before-checkpoint", "load", "inside the build: checks passed, still in the write-ahead log", before_checkpoint,
        "as above", (CANDIDATE, CANDIDATE + ".wal"),
    ),
    Point(
        "before-publish", "load", "between build and publish", candidate_stands,
        "the published warehouse stays; the next load builds and publishes the same", (CANDIDATE,),
    ),
    Point(
        "before-swap", "publish", "candidate checked, right before the swap", around_swap(before),
        "as above", (CANDIDATE,),
    ),
    Point(
        "after-swap", "publish", "right after the swap", around_swap(after),
        "the new warehouse is published whole; the next load finds nothing to do",
    ),
    Point(
        "report-half-written", "report", "inside the write of a run report", half_report(".json"),
        "no half report has a report's name; the night is published, the next run reports itself",
        ("runs/*.json.part",),
    ),
    Point(
        "report-half-there", "report", "Markdown report written, JSON not", second_form_missing,
        "as above", ("runs/*.md",),
    ),
)  # fmt: skip

FULL_DISKS = (
    Point(
        "full-document", "crawl", "disk full inside the write of a raw document", full(half_document),
        "the crawl's failure names it; space freed, the next crawl fetches what is missing",
        says="No space left on device",
    ),
    Point(
        "full-row", "crawl", "disk full inside a manifest row", at_row("fetch", "article", 2, True, disk_is_full),
        "the row is taken back whole; the crawl's failure names it", says="No space left on device",
    ),
    Point(
        "full-identity", "normalize", "disk full inside an identity append", full(torn_identity),
        "the append is taken back; the message names the file",
        says=r"agencies\.jsonl could not be written.*No space left.*free space",
    ),
    Point(
        "full-tables", "normalize", "files limited to 8 kB while documents are read", small_files(8),
        "nothing was written; the message says where the working tables are",
        says=r"Working tables could not be written below .*lake: .*free space",
    ),
    Point(
        "full-rows", "normalize", "disk full as the rows of a document are put aside", full_rows,
        "nothing was written; the message says where rows wait for the lake",
        says=r"Rows that wait for the lake could not be written below .*lake: .*free space",
    ),
    Point(
        "full-part", "normalize", "disk full inside a Parquet write", full(half_part),
        "nothing half stays; the message names the part",
        says=r"part-0\.parquet could not be written.*No space left.*free space",
    ),
    Point(
        "full-part-for-real", "normalize", "files limited to 4 kB while the lake is written", lambda: small_parts(4),
        "as above", says=r"part-0\.parquet could not be written.*free space",
    ),
    Point(
        "full-build", "load", "files limited to 512 kB while the warehouse is built", small_files(512),
        "no candidate stays; the published warehouse was not touched",
        says=r"could not be written.*free space.*published warehouse was not touched",
    ),
    Point(
        "full-report", "report", "disk full inside the write of a run report", half_report(".json", disk_is_full),
        "the night is published; the error is the caller's to see", says="No space left on device",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Damage:
    """What is found wrong by a run that nothing disturbs: where, and what is to come of it."""

    where: str
    outcome: str


DAMAGES = {
    "crawl-dies-alone": Damage(
        "the crawl's process killed, the night that started it lives",
        "its portals are failures with the reason; what was recorded stands",
    ),
    "part-truncated": Damage(
        "a lake part cut off", "load refuses and names it; normalize names it and makes it again, the same"
    ),
    "part-flipped": Damage(
        "one bit of a lake part flipped", "found by its checksum; normalize names it and makes it again, the same"
    ),
    "document-missing": Damage(
        "a raw document gone", "named, unreadable for now; the next crawl asks for it without conditions"
    ),
    "document-truncated": Damage("a raw document cut off", "as above"),
    "manifest-damaged": Damage(
        "a line inside a manifest damaged", "the crawl stops before it asks anyone and names file and line"
    ),
    "clock-back": Damage(
        "the clock 400 days behind the last crawl", "the crawl is recorded as right after the last one and says so"
    ),
    "clock-forward": Damage(
        "the clock five years ahead for one night", "as above on the nights after; versions keep order and ids"
    ),
    "second-writer": Damage("another run, crawl or build is at work", "refused at once, naming it; nothing changed"),
    "stale-locks": Damage("lock files of a dead process", "the lock died with the process; the run goes on"),
    "leftovers": Damage(
        "left-over .part, .new-, .writing, .building and .wal", "none is taken for whole; all are removed"
    ),
}

POINTS = {point.name: point for point in KILLS + FULL_DISKS}


def table() -> str:
    """The fault table as the README has it."""
    head = "| Point | Where the fault strikes | What comes of it |\n| --- | --- | --- |\n"
    rows = [(p.name, p.where, p.outcome) for p in KILLS + FULL_DISKS]
    rows += [(name, damage.where, damage.outcome) for name, damage in DAMAGES.items()]
    above = ""
    lines = []
    for name, where, outcome in rows:
        above = above if outcome == "as above" else outcome
        lines.append(f"| `{name}` | {where} | {above} |\n")
    return head + "".join(lines)
