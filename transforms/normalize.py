"""The normalize stage: raw archive and manifests -> identity records and the lake."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms import READER_VERSION, gazetteer, lake, unchanged
from transforms.batch import judged
from transforms.document import ABSENT, Document, document_of_row
from transforms.identity.agencies import agency_type
from transforms.identity.divisions import division_table
from transforms.identity.placement import Named, place, unplaced, wait_for_page, years_in_conflict
from transforms.identity.review import questions_of, review_rows, write_review
from transforms.identity.store import IdentityStore
from transforms.identity.succession import Body, body_of, succession_rows
from transforms.lake import packed, quarantine, version_tables
from transforms.lake.rows import VERSION_TABLES
from transforms.lake.spill import ReadRows, Spill, read_rows, rows_of, spilling
from transforms.lake.workspace import Workspace, working
from transforms.manifest import AddressEvent, Fetch, document_path, is_held
from transforms.reading import Reading
from transforms.redaction import redacted
from transforms.report_rows import (
    GatheredReport,
    agency_name_rows,
    agency_rows,
    alias_rows,
    event_rows,
    portal_rows,
    report_document_rows,
    report_row,
    seen_by_agency,
    version_rows,
)
from transforms.schema import arrow_schema
from transforms.versions import Read, versions_of

Progress = Callable[[str, int, int | None], None]
BringBack = Callable[[Sequence[str]], None]
ReadThem = Callable[[Iterable[Path]], Iterator[ReadRows]]

_log = logging.getLogger(__name__)

_ROWS_AT_A_TIME = 1024


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
    """The state of one run: its working tables, where the rows of documents read in it wait, which are read again
    though this reader has read them, who brings absent ones back, and who reads them."""

    home: Path
    summary: NormalizeSummary
    workspace: Workspace
    spill: Spill
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
    archive. Nothing of a document stays in memory: what is known of it, and its rows, wait on disk, below ``lake/``.
    Where neither the archive nor the lake nor this software changed since a run without problems, nothing is done.

    ``bring_back`` is given the documents (sha256) that are to be read and are not in the archive, and may put them
    there; what it raises ends the run before their rows are written. ``read`` reads documents by their paths, in any
    order, somewhere else than in processes here (transforms/lake/cluster.py).
    """
    progress = on_progress or (lambda label, done, total: None)
    summary = NormalizeSummary()
    lake.remove_leftovers(home)
    with working(home) as workspace:
        portals, events = workspace.read_manifests(home)

        def state() -> str:
            return unchanged.state(home, chain(workspace.fetches(), portals, events))

        again = quarantine.read_again(home)
        settled = unchanged.recall(home, state())
        if settled is not None and not again:
            return NormalizeSummary(**settled)
        with spilling(home) as spill:
            run = _Run(home, summary, workspace, spill, again, bring_back or _leave_absent, read or read_rows)
            _read_new(run, progress)
            store = IdentityStore(home)
            _place_all(run, store)
            store.save()
            with lake.being_written(home):
                _write(run, portals, events, store, progress)
        # Only now: a run that is stopped before leaves them to be read by the next one.
        quarantine.was_read_again(home)
        if not summary.problems and workspace.all_read_by(READER_VERSION):
            unchanged.remember(home, state(), _said_again(run))
    return summary


def _said_again(run: _Run) -> dict[str, Any]:
    """The summary of a run that finds everything as this one leaves it."""
    summary = run.summary
    return {
        "documents_known": sum(summary.by_outcome.values()),
        "by_outcome": summary.by_outcome,
        "reports_unchanged": summary.reports_new + summary.reports_revised + summary.reports_unchanged,
        "unplaced": summary.unplaced,
        "failed_checks": summary.failed_checks,
        "quarantined": summary.quarantined,
    }


def _rows(run: _Run, table: str) -> Iterator[dict[str, Any]]:
    for year in lake.years(run.home, table):
        yield from _rows_of(run, table, year)


def _rows_of(run: _Run, table: str, year: int) -> Iterator[dict[str, Any]]:
    for batch in _part(run, table, year).to_batches(max_chunksize=_ROWS_AT_A_TIME):
        yield from batch.to_pylist()


def _part(run: _Run, table: str, year: int) -> pa.Table:
    try:
        return lake.read_part(run.home, table, year)
    except lake.OutdatedPart:
        return arrow_schema(table).empty_table()
    except lake.CorruptPart as error:
        run.summary.problems.append(f"{error} It was set aside and is made again from the raw archive.")
        lake.set_aside(run.home, table, year)
        return lake.read_part(run.home, table, year)


def _read_new(run: _Run, progress: Progress) -> None:
    """Read the documents that this reader has not read, and those that are asked for again."""
    workspace = run.workspace
    for row in _rows(run, "document"):
        if row["reader_version"] == READER_VERSION and row["sha256"] not in run.again:
            workspace.put(document_of_row(row))
    run.summary.documents_known, new = workspace.keep_fetched()
    if new:
        gazetteer.load()  # which placing them needs; workers that are forked have it from here
    for read, at in _read(run, workspace.unread, new, progress):
        workspace.put(read.document, at)
        run.summary.documents_read += 1
        run.summary.unreadable_read += read.document.outcome == "unreadable"


def _read(
    run: _Run, wanted: Callable[[], Iterator[str]], number: int, progress: Progress
) -> Iterator[tuple[ReadRows, int]]:
    """Read documents by sha256; gives each and where its rows wait.

    One whose raw file is missing is unreadable now, and tried again next time.
    """
    paths = (document_path(run.home, sha256) for sha256 in wanted())
    if absent := [path.name for path in paths if not is_held(path)]:
        run.bring_back(absent)
    paths = (document_path(run.home, sha256) for sha256 in wanted())
    for done, read in enumerate(run.read(paths), start=1):
        sha256 = read.path.name
        error = read.error
        if error is None and read.document.sha256 != sha256:
            error = "its bytes are not those that were stored"
        if error is not None:
            run.summary.problems.append(
                f"The raw document {read.path} cannot be read ({error}): `gongkai restore` brings it back from "
                "a second archive; without one, `gongkai nightly --recheck` asks its portal for it again."
            )
            reason = "The raw document is not in the archive."
            reading = Reading(sha256, "application/octet-stream", "unreadable", reason)
            read = rows_of(judged(read.path, reading, 0, error))
        at = run.spill.add(read)
        _tell(read.document, run.workspace.first_fetch(sha256))
        progress("reading documents", done, number)
        yield read, at


def _tell(document: Document, source: Fetch | None) -> None:
    level = logging.WARNING if document.outcome == "unreadable" else logging.INFO
    reason = f": {redacted(document.reason)}" if document.reason else ""
    about: dict[str, str | None] = {"document": document.sha256, "outcome": document.outcome}
    about |= {"portal_id": source.portal_id, "url": source.url} if source else {}
    _log.log(level, "document %s%s", document.outcome, reason, extra=about)


def _place_all(run: _Run, store: IdentityStore) -> None:
    """Gather reports; attachments go with the page that they hang on, and wait for it where it is not on record."""
    workspace = run.workspace
    conflicts = years_in_conflict(workspace.pages_without_year())
    # Pages first: a crawl that was killed may have left attachments whose page came only the night after.
    for turn, fetch in workspace.pages():
        document = workspace.document(fetch.sha256)
        named = Named(document.agency_name, document.printed_year, document.edition, _codes(document))
        why = conflicts.get(turn)
        workspace.put_placement(turn, unplaced(fetch, why) if why else place(fetch, named, store))
    for turn, fetch in workspace.attachments():
        of_page = workspace.placement_of_page(fetch.article_url or "")
        workspace.put_placement(turn, of_page or wait_for_page(fetch))
    workspace.put_reports(_with_versions(workspace))


def _codes(document: Document) -> tuple[str, ...]:
    return tuple((document.codes or "").split())


def _with_versions(workspace: Workspace) -> Iterator[tuple[int, GatheredReport]]:
    for turn, report in workspace.gathered():
        reads = {fetch.sha256: _as_read(workspace.document(fetch.sha256)) for fetch in report.fetches}
        declared = [fetch for fetch in report.fetches if fetch.declared_host]
        report.versions = versions_of(report.placement.report_id, declared, reads)
        yield turn, report


def _as_read(document: Document) -> Read:
    return Read(document.sha256, document.outcome, document.content_hash, document.doubtful_cells, document.figures)


def _write(
    run: _Run,
    portals: Sequence[dict[str, Any]],
    events: Sequence[AddressEvent],
    store: IdentityStore,
    progress: Progress,
) -> None:
    workspace = run.workspace
    workspace.put_before(_rows(run, "report"))
    written = _write_version_tables(run, progress)
    divisions = arrow_schema("division").empty_table()
    if portals or workspace.count_reports():  # a home that nothing was crawled into has no rows at all
        divisions = division_table(portals, _governments(workspace.in_time()))
    known = frozenset(divisions["division_id"].to_pylist())
    agencies = {row["agency_id"]: row for row in agency_rows(workspace.reports(), known)}
    bodies, questions = _bodies(workspace, agencies, store)
    review = review_rows(bodies, agencies, store, questions)
    write_review(run.home, review)
    names = agency_name_rows(workspace.in_time(), workspace.document, agencies)
    rows_of_table: dict[str, pa.Table | Iterable[Mapping[str, Any]]] = {
        "document": _document_rows(run),
        "report": (report_row(report, workspace.document) for report in workspace.reports()),
        "report_document": report_document_rows(workspace.reports()),
        "report_version": version_rows(workspace.reports(), workspace.document),
        "report_event": event_rows(workspace.in_time(), events),
        "agency": agencies.values(),
        "agency_name": names,
        "agency_alias": alias_rows(store.decisions, agencies),
        "agency_succession": succession_rows(bodies, store.decisions, agencies),
        "agency_review": review,
        "division": divisions,
        "division_succession": gazetteer.table("division_succession") if len(divisions) else [],
        "portal": portal_rows(portals),
    }
    for number, (table, rows) in enumerate(rows_of_table.items(), start=1):
        written += lake.write_table(run.home, table, rows, run.summary.problems)
        progress("writing the lake", number, len(rows_of_table))
    run.summary.partitions_written = tuple(sorted(written))
    _count_reports(run)


def _bodies(
    workspace: Workspace, agencies: Mapping[str, dict[str, Any]], store: IdentityStore
) -> tuple[dict[str, Body], list[dict[str, Any]]]:
    """Every agency with documents, by id, oldest report first, and what is not certain about their reports."""
    bodies: dict[str, Body] = {}
    questions: list[dict[str, Any]] = []
    for agency_id, seen in seen_by_agency(workspace.by_agency(), workspace.document):
        bodies[agency_id] = body_of(agencies[agency_id]["name"], seen)
        questions += questions_of(agency_id, bodies[agency_id], seen, store.decisions)
    return dict(sorted(bodies.items(), key=lambda item: item[1].first)), questions


def _document_rows(run: _Run) -> Iterator[dict[str, Any]]:
    """Rows of ``document``, which are counted as they go."""
    outcomes: Counter[str] = Counter()
    for document in run.workspace.documents():
        outcomes[document.outcome] += 1
        run.summary.quarantined += quarantine.broke(document.reason)
        yield document.row()
    run.summary.by_outcome = dict(sorted(outcomes.items()))


def _count_reports(run: _Run) -> None:
    """Count and log the reports that are new or revised against the lake that was found."""
    for report in run.workspace.in_time():
        before = run.workspace.before(report.placement.report_id)
        version_id = report.versions[-1].version_id if report.versions else None
        is_new = before is None
        is_revised = before is not None and before[0] != version_id
        if is_new or is_revised:
            sha256 = (report.versions[-1].fetch if report.versions else report.fetches[-1]).sha256
            about = {"document": sha256, "portal_id": report.fetches[-1].portal_id}
            about |= {"report_id": report.placement.report_id}
            _log.info("report %s", "new" if is_new else "revised", extra=about)
        run.summary.reports_new += is_new
        run.summary.reports_revised += is_revised
        run.summary.reports_unchanged += not is_new and not is_revised
        run.summary.unplaced += report.placement.agency_id is None


def _governments(reports: Iterable[GatheredReport]) -> dict[str, set[str]]:
    """Region code -> names of the governments that reported on its portals."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for report in reports:
        for placement, fetch in zip(report.placements, report.fetches, strict=True):
            if fetch.region_code and placement.agency_name and agency_type(placement.agency_name) == "government":
                found[fetch.region_code].add(placement.agency_name)
    return found


def _write_version_tables(run: _Run, progress: Progress) -> list[str]:
    """Write the tables of cells, checks, warnings and sections, reading only what they do not hold yet."""
    workspace = run.workspace
    years = workspace.years_with_versions()
    years |= {year for table in VERSION_TABLES for year in lake.years(run.home, table)}
    plans = {}
    for year in sorted(years):
        versions = _versions(run, year)
        plans[year] = version_tables.plans(run.home, versions)
        run.summary.problems += [plan.problem for plan in plans[year] if plan.problem]
        documents = _of_missing(plans[year], versions)
        lost = sorted(documents - workspace.places(documents).keys())
        for read, at in _read(run, partial(iter, lost), len(lost), progress):
            document = workspace.document(read.path.name)
            document.reader_version = ABSENT if read.error is not None else document.reader_version
            workspace.put(document, at)
    written: list[str] = []
    # Only now, when whatever is missing was read.
    for number, (year, of_year) in enumerate(plans.items(), start=1):
        versions = _versions(run, year)
        places = workspace.places(_of_missing(of_year, versions))
        written += filter(None, version_tables.write(run.home, of_year, versions, run.spill, places))
        progress("writing cells", number, len(plans))
    written += packed.pack(run.home, run.summary.problems)
    run.summary.failed_checks = sum(
        pc.sum(pc.equal(batch["status"], "fail")).as_py() or 0
        for year in lake.years(run.home, "check_result")
        for batch in lake.batches(run.home, "check_result", year, ["status"])
    )
    return written


def _of_missing(plans: Iterable[version_tables.PartPlan], versions: version_tables.Versions) -> set[str]:
    """The documents of the versions that any part of a year lacks."""
    return {versions.wanted[version_id][1] for plan in plans for version_id in plan.missing(versions)}


def _versions(run: _Run, year: int) -> version_tables.Versions:
    """The versions that a year of the lake is to have, and those among them that it has."""
    wanted = run.workspace.versions(year)
    held = {
        row["version_id"]
        for row in _rows_of(run, "report_version", year)
        if row["reader_version"] == READER_VERSION
        and row["sha256"] not in run.again
        and wanted.get(row["version_id"]) == (row["report_id"], row["sha256"])
    }
    return version_tables.Versions(year, wanted, held)
