"""A document and its manifest row -> the agency and report that it belongs to, or why it belongs to none."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.identity.agencies import agency_type
from transforms.identity.names import is_short_for, name_key, names_its_place
from transforms.identity.store import IdentityStore, opaque_id
from transforms.identity.titles import parse_title
from transforms.manifest import Fetch
from transforms.redaction import redacted


@dataclass(frozen=True)
class Named:
    """What the reading of a document, or of the page that it hangs on, says of its identity."""

    agency_name: str | None
    report_year: int | None
    edition: str | None


@dataclass(frozen=True, slots=True)
class Placement:
    """Report and agency of a document; ``agency_id`` None and ``unplaced_reason`` set when it has no place."""

    report_id: str
    report_year: int
    agency_id: str | None = None
    agency_name: str | None = None
    confirmed: bool = False
    evidence: str = ""
    unplaced_reason: str | None = None


def place(fetch: Fetch, named: Named, store: IdentityStore) -> Placement:
    """Place a document by its own title, then by the link that led to it, then by its portal's declared body.

    Nothing is guessed: without a name or a year it is unplaced, under an id of its own.
    """
    linked = parse_title(redacted(fetch.title or "")) or parse_title(redacted(fetch.link_text or ""))
    ingested = fetch.role == "ingested"
    year = named.report_year or fetch.report_year or (linked.report_year if linked else None)
    if ingested and fetch.report_year:
        year = fetch.report_year
    printed = named.agency_name or (linked.agency_name if linked else None)
    name, evidence, confirmed = _name(printed, fetch)
    missing = [what for what, value in (("agency", name), ("report year", year)) if not value]
    if missing or year is None or name is None:
        reason = f"no {' and no '.join(missing)} in title, text, link or registry"
        return Placement(opaque_id("u", "unplaced", fetch.publication), 0, unplaced_reason=reason)
    region, key = _region(name, fetch, store), name_key(name)
    agency_id = store.agency(
        region,
        key,
        {"name": name, "portal_id": fetch.portal_id, "evidence": evidence, "url": fetch.source},
        fetch.fetched_at,
    )
    report_id = store.report(
        agency_id,
        year,
        named.edition or (linked.edition if linked else None) or "",
        {"portal_id": fetch.portal_id, "url": fetch.source},
        fetch.fetched_at,
    )
    return Placement(report_id, year, agency_id, name, confirmed, evidence)


def wait_for_page(fetch: Fetch) -> Placement:
    """The place of an attachment whose page is not on record: none yet, under an id that no report ever has.

    A crawl records a page after its attachments; one that was killed between asks for both again. Agency and report
    come from the page, which says more than a file named 附件.pdf: placed before it, the attachment would mint ids that
    an undisturbed run never would.
    """
    reason = f"the page that it hangs on, {fetch.article_url}, is not on record: crawl again, or ingest the document"
    return Placement(opaque_id("u", "unplaced", fetch.publication), 0, unplaced_reason=reason)


def _name(printed: str | None, fetch: Fetch) -> tuple[str | None, str, bool]:
    """Full name, what it rests on, and whether title and registry (or the person who ingested it) agree."""
    body = fetch.body
    if fetch.role == "ingested" and body:
        return body, "named by the person who ingested it", True
    if printed and body:
        if is_short_for(printed, body):
            return body, "title and registry name the same body", True
        return printed, f"title; the registry's body is {body}", False
    if printed:
        return printed, "title; the registry names no body", names_its_place(printed)
    if body:
        return body, "registry; the title names no body", agency_type(body) is not None
    return None, "", False


def _region(name: str, fetch: Fetch, store: IdentityStore) -> str:
    """Within which region the name is one agency: a name with its place is so in a province, 朝阳乡 is not."""
    code = fetch.region_code or ""
    if code:
        return code[:2] if names_its_place(name) else code
    regions = store.regions(name_key(name), fetch.fetched_at)
    return regions[0] if len(regions) == 1 else ""
