"""The declared table of points at which a fault strikes: where, how it is brought about, what is to come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.strikes import (
    after,
    after_table,
    around_swap,
    at_row,
    before,
    before_checkpoint,
    before_checks,
    between_parts,
    candidate_stands,
    disk_is_full,
    document_unnamed,
    facts_half_made,
    full,
    full_rows,
    half_document,
    half_part,
    half_report,
    identity_half_saved,
    identity_saved,
    lake_untouched_by_load,
    manifest_unrenamed,
    part_unplaced,
    second_form_missing,
    small_files,
    small_parts,
    torn_identity,
    while_loading,
    while_reading,
)


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
