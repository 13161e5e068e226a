"""The normalize stage: raw archive and manifests -> identity records and the lake."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms import READER_VERSION, gazetteer, lake, unchanged
from transforms.batch import judged
from transforms.document import ABSENT, Document, document_of_row
from transforms.identity.agencies import agency_type
from transforms.identity.divisions import division_table
from transforms.identity.placement import Named, Placement, place, unplaced, wait_for_page, years_in_conflict
from transforms.identity.review import review_rows, write_review
from transforms.identity.store import IdentityStore
from transforms.identity.succession import bodies_of, succession_rows
from transforms.lake import packed, quarantine, version_tables
from transforms.lake.rows import VERSION_TABLES
from transforms.lake.spill import ReadRows, Spill, read_rows, rows_of, spilling
from transforms.manifest import Fetch, Recorded, document_path, is_held, read_manifests
from transforms.reading import Reading
from transforms.redaction import redacted
from transforms.report_rows import (
    GatheredReport,
    agency_name_rows,
    agency_rows,
    alias_rows,
    event_rows,
    ordered,
    portal_rows,
    report_document_rows,
    report_row,
    seen_documents,
    version_rows,
)
from transforms.schema import arrow_schema
from transforms.versions import Read, versions_of

Progress = Callable[[str, int, int | None], None]
BringBack = Callable[[Sequence[str]], None]
ReadThem = Callable[[Iterable[Path]], Iterator[ReadRows]]

_log = logging.getLogger(__name__)


@dataclass
class NormalizeSummary:
    """What a run of the stage did; reports are counted against the lake that it found.

    ``unreadable_read`` and ``quarantined`` count unreadable documents: those that this run read, and of all that the
    archive holds those that broke the reader.
    """

    documents_read: int = 0
    unreadable_read: int = 0
    documents_known: int = 0
    by_outcome: dict[str, int] = field(default_factory=dict)
    reports_new: int = 0
    reports_revised: int = 0
    reports_unchanged: int = 0
    unplaced: int = 0
    partitions_written: tuple[str, ...] = ()
    failed_checks: int = 0
    quarantined: int = 0
    problems: list[str] = field(default_factory=list)


def _leave_absent(sha256s: Sequence[str]) -> None:
    """They are unreadable for now."""


@dataclass
class _Run:
    """The state of one run: what is known of every document, where the rows of those read in this run wait, what these
    were first fetched from, which are read again though this reader has read them, who brings absent ones back, and
    who reads them."""

    home: Path
    summary: NormalizeSummary
    spill: Spill
    documents: dict[str, Document] = field(default_factory=dict)
    sources: dict[str, Fetch] = field(default_factory=dict)
    again: frozenset[str] = frozenset()
    bring_back: BringBack = _leave_absent
    read: ReadThem = read_rows


def normalize(
    home: Path,
    on_progress: Progress | None = None,
    bring_back: BringBack | None = None,
    read: ReadThem | None = None,
) -> NormalizeSummary:
    """Read what the archive holds and bring the lake up to date; safe to run again at any time.

    A document already read by this reader version is not read again, unless it is in quarantine and was asked for.
    Parts whose content does not change are not touched. A corrupt part is named in ``problems`` and made again from the
    archive. Of each document a few hundred bytes stay in memory; its rows wait on disk, below ``lake/``. Where neither
    the archive nor the lake nor this software changed since a run without problems, nothing is done.

    ``bring_back`` is given the documents (sha256) that are to be read and are not in the archive, and may put them
    there; what it raises ends the run before their rows are written. ``read`` reads documents by their paths, in any
    order, somewhere else than in processes here (transforms/lake/cluster.py).
    """
    progress = on_progress or (lambda label, done, total: None)
    summary = NormalizeSummary()
    lake.remove_leftovers(home)
    recorded = read_manifests(home)
    again = quarantine.read_again(home)
    settled = unchanged.recall(home, unchanged.state(home, recorded))
    if settled is not None and not again:
        return NormalizeSummary(**settled)
    with spilling(home) as spill:
        run = _Run(home, summary, spill, again=again, bring_back=bring_back or _leave_absent, read=read or read_rows)
        run.documents = {d.sha256: d for d in _known_documents(run)}
        _read_new(run, recorded.fetches, progress)
        store = IdentityStore(home)
        placed = _place_all(run, recorded.fetches, store)
        store.save()
        with lake.being_written(home):
            _write(run, placed, recorded, store, progress)
    # Only now: a run that is stopped before leaves them to be read by the next one.
    quarantine.was_read_again(home)
    summary.quarantined = sum(quarantine.broke(document.reason) for document in run.documents.values())
    summary.by_outcome = dict(sorted(Counter(d.outcome for d in run.documents.values()).items()))
    if not summary.problems and all(d.reader_version == READER_VERSION for d in run.documents.values()):
        unchanged.remember(home, unchanged.state(home, recorded), _said_again(run))
    return summary


def _said_again(run: _Run) -> dict[str, Any]:
    """The summary of a run that finds everything as this one leaves it."""
    summary = run.summary
    return {
        "documents_known": len(run.documents),
        "by_outcome": summary.by_outcome,
        "reports_unchanged": summary.reports_new + summary.reports_revised + summary.reports_unchanged,
        "unplaced": summary.unplaced,
        "failed_checks": summary.failed_checks,
        "quarantined": summary.quarantined,
    }


def _known_documents(run: _Run) -> Iterator[Document]:
    """Documents read before; those of another reader version, or asked for, are left out, to be read again."""
    for row in _rows(run, "document"):
        if row["reader_version"] == READER_VERSION and row["sha256"] not in run.again:
            yield document_of_row(row)


def _rows(run: _Run, table: str) -> Iterator[dict[str, Any]]:
    for year in lake.years(run.home, table):
        yield from _part(run, table, year).to_pylist()


def _part(run: _Run, table: str, year: int) -> pa.Table:
    try:
        return lake.read_part(run.home, table, year)
    except lake.OutdatedPart:
        return arrow_schema(table).empty_table()
    except lake.CorruptPart as error:
        run.summary.problems.append(f"{error} It was set aside and is made again from the raw archive.")
        lake.set_aside(run.home, table, year)
        return lake.read_part(run.home, table, year)


def _read_new(run: _Run, fetches: Sequence[Fetch], progress: Progress) -> None:
    first_seen: dict[str, dt.datetime] = {}
    for fetch in fetches:
        first_seen.setdefault(fetch.sha256, fetch.fetched_at)
    new = [sha256 for sha256 in first_seen if sha256 not in run.documents]
    run.summary.documents_known = len(first_seen) - len(new)
    unread = set(new)
    run.sources = {fetch.sha256: fetch for fetch in reversed(fetches) if fetch.sha256 in unread}
    run.documents = {sha256: run.documents[sha256] for sha256 in first_seen if sha256 in run.documents}
    if new:
        gazetteer.load()  # which placing them needs; workers that are forked have it from here
    for read in _read(run, new, progress):
        run.summary.documents_read += 1
        run.summary.unreadable_read += read.document.outcome == "unreadable"
        run.documents[read.document.sha256] = read.document
    for sha256, document in run.documents.items():
        document.first_seen = first_seen[sha256]


def _read(run: _Run, wanted: Sequence[str], progress: Progress) -> Iterator[ReadRows]:
    """Read documents by sha256 and keep their rows; a missing raw file is unreadable now, tried again next time."""
    paths = {document_path(run.home, sha256): sha256 for sha256 in wanted}
    if absent := [sha256 for path, sha256 in paths.items() if not is_held(path)]:
        run.bring_back(absent)
    for number, read in enumerate(run.read(paths), start=1):
        sha256 = paths[read.path]
        error = read.error
        if error is None and read.document.sha256 != sha256:
            error = "its bytes are not those that were stored"
        if error is not None:
            run.summary.problems.append(
                f"The raw document {read.path} cannot be read ({error}): restore it, or crawl again with --recheck."
            )
            reason = "The raw document is not in the archive."
            reading = Reading(sha256, "application/octet-stream", "unreadable", reason)
            read = rows_of(judged(read.path, reading, 0, error))
        run.spill.add(read)
        _tell(read.document, run.sources.get(sha256))
        progress("reading documents", number, len(wanted))
        yield read


def _tell(document: Document, source: Fetch | None) -> None:
    level = logging.WARNING if document.outcome == "unreadable" else logging.INFO
    reason = f": {redacted(document.reason)}" if document.reason else ""
    about: dict[str, str | None] = {"document": document.sha256, "outcome": document.outcome}
    about |= {"portal_id": source.portal_id, "url": source.url} if source else {}
    _log.log(level, "document %s%s", document.outcome, reason, extra=about)


def _place_all(run: _Run, fetches: Sequence[Fetch], store: IdentityStore) -> dict[str, GatheredReport]:
    """Reports by id; attachments go with the page that they hang on, and wait for it where it is not on record."""
    reports: dict[str, GatheredReport] = {}
    in_time = ordered(fetches)
    # Pages first: a crawl that was killed may have left attachments whose page came only the night after.
    of_page: dict[str, Placement] = {}
    of_fetch: dict[int, Placement] = {}
    pages = [fetch for fetch in in_time if not fetch.article_url]
    conflicts = years_in_conflict(pages, lambda fetch: run.documents[fetch.sha256].printed_year is not None)
    for fetch in pages:
        document = run.documents[fetch.sha256]
        named = Named(document.agency_name, document.printed_year, document.edition, _codes(document))
        why = conflicts.get(id(fetch))
        of_page[fetch.source] = of_fetch[id(fetch)] = unplaced(fetch, why) if why else place(fetch, named, store)
    for fetch in in_time:
        placement = of_fetch.get(id(fetch)) or of_page.get(fetch.article_url or "") or wait_for_page(fetch)
        report = reports.setdefault(placement.report_id, GatheredReport(placement))
        report.fetches.append(fetch)
        report.placements.append(placement)
        run.documents[fetch.sha256].report_year = placement.report_year
    for report_id, report in reports.items():
        reads = {fetch.sha256: _as_read(run.documents[fetch.sha256]) for fetch in report.fetches}
        report.versions = versions_of(report_id, [f for f in report.fetches if f.declared_host], reads)
    return reports


def _codes(document: Document) -> tuple[str, ...]:
    return tuple((document.codes or "").split())


def _as_read(document: Document) -> Read:
    return Read(document.sha256, document.outcome, document.content_hash, document.doubtful_cells, document.figures)


def _write(
    run: _Run,
    reports: Mapping[str, GatheredReport],
    recorded: Recorded,
    store: IdentityStore,
    progress: Progress,
) -> None:
    before = {row["report_id"]: row["version_id"] for row in _rows(run, "report")}
    written = _write_version_tables(run, reports, progress)
    found = reports.values()
    # A home that nothing was crawled into has no rows at all.
    anything = recorded.portals or reports
    divisions = (
        division_table(recorded.portals, _governments(found)) if anything else arrow_schema("division").empty_table()
    )
    agencies = {row["agency_id"]: row for row in agency_rows(found, frozenset(divisions["division_id"].to_pylist()))}
    bodies = bodies_of(seen_documents(found, run.documents), agencies)
    review = review_rows(bodies, agencies, store)
    write_review(run.home, review)
    rows_of_table: dict[str, Callable[[], pa.Table | Iterable[Mapping[str, Any]]]] = {
        "document": lambda: (document.row() for document in run.documents.values()),
        "report": lambda: (report_row(report, run.documents) for report in found),
        "report_document": lambda: report_document_rows(found),
        "report_version": lambda: version_rows(found, run.documents),
        "report_event": lambda: event_rows(found, recorded.events),
        "agency": agencies.values,
        "agency_name": lambda: agency_name_rows(found, run.documents, agencies),
        "agency_alias": lambda: alias_rows(store.decisions, agencies),
        "agency_succession": lambda: succession_rows(bodies, store.decisions, agencies),
        "agency_review": lambda: review,
        "division": lambda: divisions,
        "division_succession": lambda: gazetteer.table("division_succession") if len(divisions) else [],
        "portal": lambda: portal_rows(recorded.portals),
    }
    for number, (table, rows) in enumerate(rows_of_table.items(), start=1):
        written += lake.write_table(run.home, table, rows(), run.summary.problems)
        progress("writing the lake", number, len(rows_of_table))
    run.summary.partitions_written = tuple(sorted(written))
    for report_id, report in reports.items():
        version_id = report.versions[-1].version_id if report.versions else None
        is_new = report_id not in before
        is_revised = not is_new and before[report_id] != version_id
        if is_new or is_revised:
            sha256 = (report.versions[-1].fetch if report.versions else report.fetches[-1]).sha256
            about = {"report_id": report_id, "document": sha256, "portal_id": report.fetches[-1].portal_id}
            _log.info("report %s", "new" if is_new else "revised", extra=about)
        run.summary.reports_new += is_new
        run.summary.reports_revised += is_revised
        run.summary.unplaced += report.placement.agency_id is None
    run.summary.reports_unchanged = len(reports) - run.summary.reports_new - run.summary.reports_revised


def _governments(reports: Iterable[GatheredReport]) -> dict[str, set[str]]:
    """Region code -> names of the governments that reported on its portals."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for report in reports:
        for placement, fetch in zip(report.placements, report.fetches, strict=True):
            if fetch.region_code and placement.agency_name and agency_type(placement.agency_name) == "government":
                found[fetch.region_code].add(placement.agency_name)
    return found


def _write_version_tables(run: _Run, reports: Mapping[str, GatheredReport], progress: Progress) -> list[str]:
    """Write the tables of cells, checks, warnings and sections, reading only what they do not hold yet."""
    plans = version_tables.plans(run.home, _versions_by_year(run, reports))
    run.summary.problems += [plan.problem for plan in plans if plan.problem]
    lost = {plan.versions.wanted[v][1] for plan in plans for v in plan.missing}
    for read in _read(run, sorted(sha256 for sha256 in lost if sha256 not in run.spill), progress):
        if read.error is not None:
            run.documents[read.document.sha256].reader_version = ABSENT
    written: list[str] = []
    for number, part in enumerate(version_tables.write(run.home, plans, run.spill), start=1):
        written += [part] if part else []
        progress("writing cells", number, len(plans))
    written += packed.pack(run.home, run.summary.problems)
    run.summary.failed_checks = sum(
        pc.sum(pc.equal(batch["status"], "fail")).as_py() or 0
        for year in lake.years(run.home, "check_result")
        for batch in lake.batches(run.home, "check_result", year, ["status"])
    )
    return written


def _versions_by_year(run: _Run, reports: Mapping[str, GatheredReport]) -> list[version_tables.Versions]:
    """The versions that every year of the lake is to have, and those among them that it has."""
    wanted: defaultdict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    for report_id, report in reports.items():
        for version in report.versions:
            wanted[report.placement.report_year][version.version_id] = (report_id, version.fetch.sha256)
    every_year = {*wanted, *(year for table in VERSION_TABLES for year in lake.years(run.home, table))}
    found = []
    for year in sorted(every_year):
        held = {
            row["version_id"]
            for row in _part(run, "report_version", year).to_pylist()
            if row["reader_version"] == READER_VERSION
            and row["sha256"] not in run.again
            and wanted[year].get(row["version_id"]) == (row["report_id"], row["sha256"])
        }
        found.append(version_tables.Versions(year, wanted[year], held))
    return found
