"""A document and its manifest row -> the agency and report that it belongs to, or why it belongs to none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from transforms.identity.agencies import agency_type
from transforms.identity.evidence import codes_in_address
from transforms.identity.look_alikes import is_placeholder
from transforms.identity.names import is_short_for, name_key, names_its_place
from transforms.identity.resolution import Belonging, belonging
from transforms.identity.store import IdentityStore, opaque_id
from transforms.identity.titles import Title, parse_title
from transforms.manifest import Fetch
from transforms.redaction import redacted


@dataclass(frozen=True)
class Named:
    """What the reading of a document, or of the page that it hangs on, says of its identity."""

    agency_name: str | None
    report_year: int | None
    edition: str | None
    codes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of evidence: what there was of it, what it said, and the agency on record that it names, if it does.

    ``decided``: it settled which agency it is; those behind it only agree or disagree.
    """

    kind: str
    found: str
    said: str
    agency_id: str | None = None
    decided: bool = False


class Placement(NamedTuple):
    """Report and agency of a document; ``agency_id`` None and ``unplaced_reason`` set when it has no place."""

    report_id: str
    report_year: int
    agency_id: str | None = None
    agency_name: str | None = None
    confirmed: bool = False
    evidence: str = ""
    unplaced_reason: str | None = None
    conflict: str | None = None
    codes: tuple[str, ...] = ()


def place(fetch: Fetch, named: Named, store: IdentityStore, trace: list[Step] | None = None) -> Placement:
    """Place a document by its own title, then by the link that led to it, then by its portal's declared body.

    Nothing is guessed: without a name or a year it is unplaced, under an id of its own. ``trace`` is given the steps
    by which the agency was found.
    """
    linked = _linked(fetch)
    year = named.report_year or year_of_link(fetch)
    if fetch.role == "ingested" and fetch.report_year:
        year = fetch.report_year
    names = (named.agency_name, linked.agency_name if linked else None)
    printed = next((name for name in names if name and _is_name(name, fetch, store)), None)
    name, evidence, agreed = _name(printed, fetch)
    missing = [what for what, value in (("agency", name), ("report year", year)) if not value]
    if missing or year is None or name is None:
        reason = f"no {' and no '.join(missing)} in title, text, link or registry"
        return unplaced(fetch, reason)
    codes = tuple(dict.fromkeys([*named.codes, *codes_in_address(fetch.url).valid]))
    told = belonging(name, fetch.region_code, year, codes)
    region, key = _region(name, fetch, store), name_key(name)
    same_as = _decide(_steps(name, region, key, codes, told, fetch, store), trace)
    evidence_row: dict[str, Any] = {
        "name": name,
        "portal_id": fetch.portal_id,
        "evidence": evidence,
        "url": fetch.source,
    }
    evidence_row |= {"report_year": year} | ({"codes": list(codes)} if codes else {})
    first_id = store.agency(region, key, evidence_row, fetch.fetched_at, same_as)
    if told.certain:
        store.has_code(first_id, codes, fetch.source, fetch.fetched_at)
    agency_id = store.current(first_id)
    if agency_id != first_id and trace is not None:
        trace.append(
            Step("decision of a person", store.decisions.same_as[first_id][1], f"it is {agency_id}", agency_id)
        )
    report_id = store.report(
        agency_id,
        year,
        named.edition or (linked.edition if linked else None) or "",
        {"portal_id": fetch.portal_id, "url": fetch.source},
        fetch.fetched_at,
    )
    confirmed = first_id in store.decisions.confirmed or _is_confirmed(name, agreed, told, fetch)
    because = f"{evidence}; {told.because}"
    return Placement(report_id, year, agency_id, name, confirmed, because, None, told.conflict, codes)


def year_of_link(fetch: Fetch) -> int | None:
    """The report year that the address, its link and the title of its page give, whatever the document says."""
    linked = _linked(fetch)
    return fetch.report_year or (linked.report_year if linked else None)


def _linked(fetch: Fetch) -> Title | None:
    return parse_title(redacted(fetch.title or "")) or parse_title(redacted(fetch.link_text or ""))


def _steps(
    name: str, region: str, key: str, codes: Sequence[str], told: Belonging, fetch: Fetch, store: IdentityStore
) -> Iterator[Step]:
    """What each kind of evidence says of the agency, in order: the first that knows it decides.

    A name that is on record in its region keeps its id, whatever other evidence says since; then credit code,
    organisation code, division and name. Portal and region make a new agency of what none of them knows.
    """
    known = store.known(region, key)
    where = f"{key} in {region or 'no region'}"
    yield Step("name on record", where, f"it is {known}" if known else "not on record", known)
    for kind, length in (("credit code", 18), ("organisation code", 9)):
        of_kind = [code for code in codes if len(code) == length]
        if not of_kind:
            yield Step(kind, "none", "the document and its address print none that passes its check digit")
        for code in of_kind:
            known = None if told.conflict else store.by_code(code, name, fetch.fetched_at)
            said = f"it is {known}" if known else told.conflict or "no one agency of such a name was seen with it"
            yield Step(kind, code, said, known)
    if told.key is None:
        yield Step("division and name", told.because, told.conflict or "it is not certain")
    else:
        known = store.by_body(told.key, fetch.fetched_at)
        said = f"it is {known}" if known else "no one agency on record is this body of this division"
        yield Step("division and name", told.because, said, known)
    yield Step("portal and region", f"portal {fetch.portal_id or 'none'}, region {region or 'none'}", "a new agency")


def _decide(steps: Iterator[Step], trace: list[Step] | None) -> str | None:
    """Id of the agency on record that the first step that knows one names; None for a new one.

    With a ``trace`` all steps are asked, so that it shows what else agrees or disagrees.
    """
    if trace is None:
        return next((step.agency_id for step in steps if step.agency_id), None)
    found = list(steps)
    last = len(found) - 1
    deciding = next((number for number, step in enumerate(found) if step.agency_id), last)
    asked = found if deciding == last else found[:last]
    trace += [replace(step, decided=number == deciding) for number, step in enumerate(asked)]
    return found[deciding].agency_id


def wait_for_page(fetch: Fetch) -> Placement:
    """The place of an attachment whose page is not on record: none yet, under an id that no report ever has.

    A crawl records a page after its attachments; one that was killed between asks for both again. Agency and report
    come from the page, which says more than a file named 附件.pdf: placed before it, the attachment would mint ids that
    an undisturbed run never would.
    """
    reason = f"the page that it hangs on, {fetch.article_url}, is not on record: crawl again, or ingest the document"
    return unplaced(fetch, reason)


def unplaced(fetch: Fetch, reason: str) -> Placement:
    """The place of a document that has none, under an id of its own."""
    return Placement(opaque_id("u", "unplaced", fetch.publication), 0, unplaced_reason=reason)


def years_in_conflict(fetches: Iterable[tuple[int, Fetch]]) -> dict[int, str]:
    """Reasons why fetches have no report year, by their number: one document stands for several years and prints none.

    Some portals answer for a year without a report with another year's. What an earlier crawl placed stays, since
    nothing else was known then; what comes at once cannot be told apart.

    Args:
        fetches: number and fetch of pages and documents that print no year, in the order of time, without attachments.
    """
    seen: dict[str, dict[int, list[tuple[int, Fetch]]]] = {}
    found: dict[int, str] = {}
    for number, fetch in fetches:
        if not fetch.declared_host or fetch.role == "ingested":
            continue
        if (year := year_of_link(fetch)) is None:
            continue
        by_year = seen.setdefault(fetch.sha256, {})
        by_year.setdefault(year, []).append((number, fetch))
        for other_year, others in by_year.items():
            if other_year == year:
                continue
            found[number] = _stands_for(other_year, others[0][1])
            found |= {n: _stands_for(year, fetch) for n, other in others if other.crawl_id == fetch.crawl_id}
    return found


def _stands_for(year: int, other: Fetch) -> str:
    return f"it prints no report year, and the same document stands for {year} at {other.source}"


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
        return printed, "title; the registry names no body", False
    if body:
        return body, "registry; the title names no body", True
    return None, "", False


def _is_name(name: str, fetch: Fetch, store: IdentityStore) -> bool:
    """Whether a name is one and no placeholder (某局); what was once put on record as a name keeps its reports."""
    return not is_placeholder(name) or store.known(_region(name, fetch, store), name_key(name)) is not None


def _is_confirmed(name: str, agreed: bool, told: Belonging, fetch: Fetch) -> bool:
    """Whether it is certain which body a name means: nothing speaks against it, and title and registry agree or the
    name's place is known beyond doubt. On the page of one bureau the report of another one is to be looked at.
    """
    if told.conflict is not None or agency_type(name) in (None, "other"):
        return False
    of_many = fetch.body is None or agency_type(fetch.body) in ("government", "gov_office")
    return agreed or (told.certain and of_many)


def _region(name: str, fetch: Fetch, store: IdentityStore) -> str:
    """Within which region the name is one agency: a name with its place is so in a province, 朝阳乡 is not."""
    code = fetch.region_code or ""
    if code:
        return code[:2] if names_its_place(name) else code
    regions = store.regions(name_key(name), fetch.fetched_at)
    return regions[0] if len(regions) == 1 else ""
