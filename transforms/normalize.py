"""The normalize stage: raw archive and manifests -> identity records and the lake."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms import READER_VERSION, frames, lake, unchanged
from transforms.batch import ReadFile, judged, read_files
from transforms.identity.agencies import agency_type
from transforms.identity.divisions import division_rows
from transforms.identity.placement import Named, Placement, place
from transforms.identity.store import IdentityStore
from transforms.manifest import Fetch, document_path, read_manifests
from transforms.reading import Reading
from transforms.redaction import redacted
from transforms.report_rows import (
    GatheredReport,
    agency_name_rows,
    agency_rows,
    ordered,
    parse_date,
    report_document_rows,
    report_row,
    version_rows,
)
from transforms.schema import conform, tables
from transforms.versions import Read, versions_of

Progress = Callable[[str, int, int | None], None]

# Tables whose rows belong to a version: taken over from the lake when the version was read before.
_OF_VERSION: tuple[tuple[str, Callable[[Mapping[str, Any], Reading], list[dict[str, Any]]]], ...] = (
    ("cell_version", frames.cell_rows),
    ("check_result", frames.check_rows),
    ("reading_warning", frames.warning_rows),
    ("section_text", frames.section_rows),
    ("narrative_fact", frames.fact_rows),
)


@dataclass
class NormalizeSummary:
    """What a run of the stage did; reports are counted against the lake that it found."""

    documents_read: int = 0
    documents_known: int = 0
    by_outcome: dict[str, int] = field(default_factory=dict)
    reports_new: int = 0
    reports_revised: int = 0
    reports_unchanged: int = 0
    unplaced: int = 0
    partitions_written: tuple[str, ...] = ()
    failed_checks: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass
class _Run:
    """The state of one run: what is known of every document, and readings made in this run."""

    home: Path
    summary: NormalizeSummary
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)


def normalize(home: Path, on_progress: Progress | None = None) -> NormalizeSummary:
    """Read what the archive holds and bring the lake up to date; safe to run again at any time.

    A document already read by this reader version is not read again. Parts whose content does not change are not
    touched. A corrupt part is named in ``problems`` and made again from the archive. Where neither the archive nor
    the lake nor this software changed since a run without problems, nothing is done.
    """
    progress = on_progress or (lambda label, done, total: None)
    run = _Run(home, NormalizeSummary())
    lake.remove_leftovers(home)
    fetches, portals = read_manifests(home)
    settled = unchanged.recall(home, unchanged.state(home, fetches, portals))
    if settled is not None:
        return NormalizeSummary(**settled)
    run.documents = _known_documents(run)
    _read_new(run, fetches, progress)
    store = IdentityStore(home)
    placed = _place_all(run, fetches, store)
    store.save()
    with lake.being_written(home):
        _write(run, placed, portals, store, progress)
    run.summary.by_outcome = dict(sorted(Counter(d["outcome"] for d in run.documents.values()).items()))
    if not run.summary.problems and all(d["reader_version"] == READER_VERSION for d in run.documents.values()):
        unchanged.remember(home, unchanged.state(home, fetches, portals), _said_again(run))
    return run.summary


def _said_again(run: _Run) -> dict[str, Any]:
    """The summary of a run that finds everything as this one leaves it."""
    return {
        "documents_known": len(run.documents),
        "by_outcome": run.summary.by_outcome,
        "reports_unchanged": run.summary.reports_new + run.summary.reports_revised + run.summary.reports_unchanged,
        "unplaced": run.summary.unplaced,
        "failed_checks": run.summary.failed_checks,
    }


def _known_documents(run: _Run) -> dict[str, dict[str, Any]]:
    """Documents read before, by sha256; those of another reader version are left out, to be read again."""
    known: dict[str, dict[str, Any]] = {}
    for row in _rows(run, "document"):
        if row["reader_version"] == READER_VERSION:
            known[row["sha256"]] = row
    return known


def _rows(run: _Run, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for year in lake.years(run.home, table):
        rows += _part(run, table, year).to_pylist()
    return rows


def _part(run: _Run, table: str, year: int) -> pa.Table:
    try:
        return lake.read_part(run.home, table, year)
    except lake.CorruptPart as error:
        path = lake.part_path(run.home, table, year)
        run.summary.problems.append(f"{error} It was set aside and is made again from the raw archive.")
        path.replace(path.with_suffix(".corrupt"))
        return lake.read_part(run.home, table, year)


def _read_new(run: _Run, fetches: Sequence[Fetch], progress: Progress) -> None:
    wanted = list(dict.fromkeys(fetch.sha256 for fetch in fetches))
    new = [sha256 for sha256 in wanted if sha256 not in run.documents]
    run.summary.documents_known = len(wanted) - len(new)
    run.documents = {sha256: run.documents[sha256] for sha256 in wanted if sha256 in run.documents}
    first_seen: dict[str, dt.datetime] = {}
    for fetch in fetches:
        first_seen.setdefault(fetch.sha256, fetch.fetched_at)
    for row in run.documents.values():
        row["first_seen"] = first_seen[row["sha256"]]
    for read in _read(run, new, progress):
        run.summary.documents_read += 1
        sha256 = read.reading.sha256
        run.documents[sha256] = _document_row(read, first_seen[sha256])


def _document_row(read: ReadFile, first_seen: dt.datetime) -> dict[str, Any]:
    reading = read.reading
    return {
        "sha256": reading.sha256,
        "report_year": 0,
        "media_type": reading.media_type,
        "bytes": read.bytes,
        "outcome": reading.outcome,
        "reason": reading.reason,
        # What could not be had or read here is tried again by the next run.
        "reader_version": "absent" if read.error or reading.lacks_program else READER_VERSION,
        "form": reading.form,
        # Redacted here, for what is placed by them must be placed the same when they come back from the lake.
        "title": redacted(reading.title) if reading.title else None,
        "agency_name": redacted(reading.agency_name) if reading.agency_name else None,
        "agency_type": reading.agency_type,
        "scope": reading.scope,
        "printed_year": reading.report_year,
        "edition": reading.edition,
        "published_on": parse_date(reading.published_on),
        "content_hash": read.content_hash,
        "figures": sum(1 for cell in reading.cells.values() if cell.value is not None),
        "doubtful_cells": read.doubtful_cells,
        "trust_reasons": read.trust_reasons,
        "first_seen": first_seen,
    }


def _read(run: _Run, wanted: Sequence[str], progress: Progress) -> Iterator[ReadFile]:
    """Read documents by sha256 and keep their readings; a missing raw file is unreadable now, tried again next time."""
    paths = {document_path(run.home, sha256): sha256 for sha256 in wanted}
    for number, read in enumerate(read_files(paths), start=1):
        sha256 = paths[read.path]
        error = read.error
        if error is None and read.reading.sha256 != sha256:
            error = "its bytes are not those that were stored"
        if error is not None:
            run.summary.problems.append(
                f"The raw document {read.path} cannot be read ({error}): restore it, or crawl again with --recheck."
            )
            reason = "The raw document is not in the archive."
            reading = Reading(sha256, "application/octet-stream", "unreadable", reason)
            read = judged(read.path, reading, 0, error)
        run.readings[sha256] = read.reading
        progress("reading documents", number, len(wanted))
        yield read


def _place_all(run: _Run, fetches: Sequence[Fetch], store: IdentityStore) -> dict[str, GatheredReport]:
    """Reports by id; attachments go with the page that they hang on."""
    reports: dict[str, GatheredReport] = {}
    of_page: dict[str, Placement] = {}

    def place_alone(fetch: Fetch) -> Placement:
        document = run.documents[fetch.sha256]
        return place(fetch, Named(document["agency_name"], document["printed_year"], document["edition"]), store)

    # Pages first: a crawl that was killed may have left attachments whose page came only the night after.
    in_time = ordered(fetches)
    placements = {id(fetch): place_alone(fetch) for fetch in in_time if not fetch.article_url}
    of_page.update((fetch.source, placements[id(fetch)]) for fetch in in_time if id(fetch) in placements)
    for fetch in in_time:
        document = run.documents[fetch.sha256]
        placement = placements.get(id(fetch)) or of_page.get(fetch.article_url or "") or place_alone(fetch)
        report = reports.setdefault(placement.report_id, GatheredReport(placement))
        report.fetches.append(fetch)
        report.placements.append(placement)
        document["report_year"] = placement.report_year
    reads = {
        sha256: Read(sha256, d["outcome"], d["content_hash"], d["doubtful_cells"], d["figures"])
        for sha256, d in run.documents.items()
    }
    for report_id, report in reports.items():
        report.versions = versions_of(report_id, [f for f in report.fetches if f.declared_host], reads)
    return reports


def _write(
    run: _Run,
    reports: Mapping[str, GatheredReport],
    portals: Sequence[Mapping[str, Any]],
    store: IdentityStore,
    progress: Progress,
) -> None:
    before = {row["report_id"]: row["version_id"] for row in _rows(run, "report")}
    written = _write_version_tables(run, reports, progress)
    divisions = division_rows(portals, _governments(reports))
    rows_of: dict[str, list[dict[str, Any]]] = {
        "document": list(run.documents.values()),
        "report": [report_row(report, run.documents) for report in reports.values()],
        "report_document": report_document_rows(reports),
        "report_version": version_rows(reports, run.documents),
        "agency": agency_rows(reports, {row["division_id"] for row in divisions}),
        "agency_name": agency_name_rows(reports, run.documents),
        "agency_alias": [{k: row[k] for k in ("alias_id", "agency_id", "reason")} for row in store.aliases],
        "agency_succession": [],
        "division": divisions,
        "division_succession": [],
        "portal": frames.portal_rows(portals),
    }
    for number, (table, rows) in enumerate(rows_of.items(), start=1):
        written += lake.write_table(run.home, table, frames.frame(table, rows), run.summary.problems)
        progress("writing the lake", number, len(rows_of))
    run.summary.partitions_written = tuple(sorted(written))
    after = {row["report_id"]: row["version_id"] for row in rows_of["report"]}
    run.summary.reports_new = sum(1 for report_id in after if report_id not in before)
    run.summary.reports_revised = sum(1 for r, v in after.items() if r in before and before[r] != v)
    run.summary.reports_unchanged = len(after) - run.summary.reports_new - run.summary.reports_revised
    run.summary.unplaced = sum(1 for row in rows_of["report"] if row["agency_id"] is None)


def _governments(reports: Mapping[str, GatheredReport]) -> dict[str, set[str]]:
    """Region code -> names of the governments that reported on its portals."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for report in reports.values():
        for placement, fetch in zip(report.placements, report.fetches, strict=True):
            if fetch.region_code and placement.agency_name and agency_type(placement.agency_name) == "government":
                found[fetch.region_code].add(placement.agency_name)
    return found


def _write_version_tables(run: _Run, reports: Mapping[str, GatheredReport], progress: Progress) -> list[str]:
    """Write the tables of cells, checks, warnings and sections, reading only what they do not hold yet."""
    wanted: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    for report_id, report in reports.items():
        for version in report.versions:
            wanted[report.placement.report_year][version.version_id] = (report_id, version.fetch.sha256)
    held = {
        row["version_id"]: (row["report_id"], row["sha256"], row["report_year"])
        for row in _rows(run, "report_version")
        if row["reader_version"] == READER_VERSION
    }
    every_year = {*wanted, *(year for table, _ in _OF_VERSION for year in lake.years(run.home, table))}
    written: list[str] = []
    for number, year in enumerate(sorted(every_year), start=1):
        versions = wanted.get(year, {})
        parts = {table: _part(run, table, year) for table, _ in _OF_VERSION}
        held_here = {v for v, (report_id, sha256) in versions.items() if held.get(v) == (report_id, sha256, year)}
        # A part that is not there has lost its versions; one without rows would be there, empty.
        kept_in = {t: held_here if lake.part_path(run.home, t, year).exists() else set() for t in parts}
        lost = {versions[v][1] for kept in kept_in.values() for v in versions.keys() - kept} - run.readings.keys()
        for _ in _read(run, sorted(lost), progress):
            pass
        for table, make_rows in _OF_VERSION:
            part, kept = parts[table], kept_in[table]
            new_rows = [
                row
                for version_id, (report_id, sha256) in versions.items()
                if version_id not in kept
                for row in make_rows(
                    {"version_id": version_id, "report_id": report_id, "report_year": year},
                    run.readings[sha256],
                )
            ]
            old = part.filter(pc.is_in(part["version_id"], pa.array(sorted(kept), pa.string())))
            rows = pa.concat_tables([old, conform(frames.frame(table, new_rows), table)])
            rows = rows.sort_by([(name, "ascending") for name in tables()[table].key])
            if lake.write_part(run.home, table, year, rows.combine_chunks(), keep_empty=bool(versions)):
                written.append(f"{table}/report_year={year}")
        progress("writing cells", number, len(every_year))
    run.summary.failed_checks = sum(
        pc.sum(pc.equal(_part(run, "check_result", year)["status"], "fail")).as_py() or 0 for year in wanted
    )
    return written
