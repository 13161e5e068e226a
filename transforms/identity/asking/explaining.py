"""Why a report is taken for one agency's: every piece of evidence in the order in which it is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from transforms import lake
from transforms.batch import read_files
from transforms.document import Document, document_of, document_of_row
from transforms.gazetteer import all_divisions
from transforms.identity.agencies import agency_type
from transforms.identity.divisions import division_of
from transforms.identity.placement import Named, Placement, Step, place
from transforms.identity.store import IdentityStore
from transforms.lake.workspace import working
from transforms.manifest import Fetch


class NotKnown(Exception):
    """The report that was asked for is not in this home; the text says what was looked for."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One document with its place. ``steps``: first what names the body and the year, then what tells the agency.

    ``division``: full name of the agency's division. ``on_record``: whether the document is in the archive; a file that
    is not is placed as `gongkai ingest` would place it. ``open_questions``: its rows of the review list.
    """

    source: str
    placement: Placement
    agency_type: str | None
    division: str | None
    scope: str
    steps: tuple[Step, ...]
    on_record: bool
    open_questions: tuple[str, ...] = ()


def explain(home: Path, report: str) -> list[Explanation]:
    """Every document of a report, newest first, with what decided its place; nothing is written.

    ``report``: a report id, the address of a page or an attachment, or a file. Raises NotKnown.
    """
    with working(None) as workspace:
        workspace.read_manifests(home)
        fetches = list(workspace.fetches())
    path = Path(report)
    if _is_file(path):
        document = document_of(next(iter(read_files([path], workers=1))), None)
        wanted = [fetch for fetch in fetches if fetch.sha256 == document.sha256]
        return _of_fetches(home, wanted, fetches) or [_of_file(home, path, document)]
    placed = {
        (row["sha256"], row["source_url"])
        for row in _rows(home, "report_document")
        if report in (row["report_id"], row["source_url"])
    }
    wanted = [fetch for fetch in fetches if (fetch.sha256, fetch.source) in placed or fetch.url == report]
    found = _of_fetches(home, wanted, fetches)
    if not found:
        raise NotKnown(f"{report} is no report id, no address and no file that this home or folder has.")
    return found


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # an address may be longer than a file's name can be
        return False


def _of_fetches(home: Path, wanted: Iterable[Fetch], fetches: Iterable[Fetch]) -> list[Explanation]:
    """Explanations of what was fetched last from each address; an attachment's is its page's."""
    pages: dict[str, Fetch] = {}
    newest = {fetch.source: fetch for fetch in fetches}
    for fetch in wanted:
        page = newest.get(fetch.article_url, fetch) if fetch.article_url else fetch
        pages[page.source] = page
    documents = {row["sha256"]: document_of_row(row) for row in _rows(home, "document")} if pages else {}
    store = IdentityStore(home)
    known = (fetch for fetch in pages.values() if fetch.sha256 in documents)
    ordered = sorted(known, key=lambda fetch: fetch.fetched_at, reverse=True)
    return [_explained(home, fetch, documents[fetch.sha256], store, True) for fetch in ordered]


def _of_file(home: Path, path: Path, document: Document) -> Explanation:
    fetch = Fetch(
        crawl_id="",
        portal_id=None,
        role="ingested",
        url=None,
        fetched_at=dt.datetime.now(dt.UTC).replace(tzinfo=None),
        sha256=document.sha256,
        title=None,
        link_text=path.name,
        published_on=None,
        report_year=None,
        article_url=None,
        declared_host=True,
        body=None,
        region_code=None,
        level=None,
    )
    return _explained(home, fetch, document, IdentityStore(home), False)


def _explained(home: Path, fetch: Fetch, document: Document, store: IdentityStore, on_record: bool) -> Explanation:
    codes = tuple((document.codes or "").split())
    trace: list[Step] = []
    placed = place(fetch, Named(document.agency_name, document.printed_year, document.edition, codes), store, trace)
    division = kind = None
    if placed.agency_name is not None:
        kind = agency_type(placed.agency_name)
        told = division_of(placed.agency_name, fetch.region_code, placed.report_year, placed.codes)
        division = next((one.full_name or one.name for one in all_divisions() if one.division_id == told), told)
    questions = tuple(
        f"{row['kind']}: {row['reason']}"
        + (f" ({row['other_name']}, {row['other_agency_id']})" if row["other_name"] else "")
        for row in _rows(home, "agency_review")
        if row["agency_id"] == placed.agency_id and row["report_id"] in (None, placed.report_id)
    )
    steps = (*_names(fetch, document), *trace, *_records(placed, trace, store))
    return Explanation(fetch.source, placed, kind, division, document.scope, steps, on_record, questions)


def _names(fetch: Fetch, document: Document) -> Iterator[Step]:
    """What names the body and the year: the document itself, the link that led to it, the registry."""
    said = f"{document.agency_name or 'no body'}, {document.printed_year or 'no year'}"
    yield Step("document", document.title or "no title", said)
    if document.issuer or document.codes:
        yield Step("metadata", document.codes or "no code", document.issuer or "no issuer")
    if fetch.role != "ingested":
        yield Step("link", fetch.link_text or fetch.title or "none", f"{fetch.report_year or 'no year'}")
        where = f"region {fetch.region_code or 'none'}" + ("" if fetch.declared_host else ", not a declared host")
        yield Step("registry", fetch.body or "no body", where)
    elif fetch.body or fetch.report_year:
        yield Step("person who ingested it", fetch.body or "no body", f"{fetch.report_year or 'no year'}")


def _records(placed: Placement, trace: Iterable[Step], store: IdentityStore) -> Iterator[Step]:
    """On what the ids rest that the steps name: the first evidence of each."""
    ids = dict.fromkeys([*(step.agency_id for step in trace if step.agency_id), placed.agency_id])
    for agency_id in filter(None, ids):
        for row in store.records(agency_id)[:1]:
            since = f"{row['first_seen'][:10]}, {row.get('url') or 'no address'}"
            yield Step(
                "first record",
                f"{agency_id}: {row.get('name') or row['name_key']}",
                f"{row.get('evidence') or ''}; {since}",
            )


def _rows(home: Path, table: str) -> Iterator[dict[str, object]]:
    for year in lake.years(home, table):
        yield from lake.read_part(home, table, year).to_pylist()
