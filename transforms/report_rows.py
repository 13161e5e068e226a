"""Rows of reports, versions, documents and agencies, from what was placed and which versions were found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from transforms.document import Document, parse_date
from transforms.gazetteer import resolve
from transforms.identity.agencies import agency_type
from transforms.identity.decisions import Decisions
from transforms.identity.divisions import division_of
from transforms.identity.names import body_key, is_short_for
from transforms.identity.placement import Placement
from transforms.identity.succession import Seen
from transforms.manifest import AddressEvent, Fetch
from transforms.redaction import redacted
from transforms.versions import Version

Row = dict[str, Any]
# Gives what is known of a document, by sha256.
Documents = Callable[[str], Document]


@dataclass(slots=True)
class GatheredReport:
    """One report: its first placement, every fetch that belongs to it, and its versions, oldest first."""

    placement: Placement
    fetches: list[Fetch] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)


def report_row(report: GatheredReport, document_of: Documents) -> Row:
    """Row of ``report``: the current version's document, or the newest copy where no declared host has it."""
    current = report.versions[-1] if report.versions else None
    fetch = current.fetch if current else report.fetches[-1]
    document = document_of(fetch.sha256)
    placement = report.placement
    figures = document.figures > 0
    reasons = document.trust_reasons
    return {
        "report_id": placement.report_id,
        "agency_id": placement.agency_id,
        "report_year": placement.report_year,
        "scope": document.scope,
        "form": document.form,
        "outcome": document.outcome,
        "reason": document.reason,
        "title": document.title or fetch.title or fetch.link_text,
        "source_url": fetch.url,
        "published_on": parse_date(fetch.published_on) or document.published_on,
        "fetched_at": fetch.fetched_at,
        "sha256": fetch.sha256,
        "version_id": current.version_id if current else None,
        "trust": ("doubtful" if reasons else "sound") if figures else "unread",
        "trust_reasons": reasons,
        "unplaced_reason": placement.unplaced_reason,
        "portal_id": fetch.portal_id,
    }


def report_document_rows(reports: Iterable[GatheredReport]) -> Iterator[Row]:
    """Rows of ``report_document``: each document of a report at each address."""
    for report in reports:
        rows: dict[tuple[str, str], Row] = {}
        for fetch in report.fetches:
            row = rows.setdefault(
                (fetch.sha256, _address(fetch)),
                {
                    "report_id": report.placement.report_id,
                    "report_year": report.placement.report_year,
                    "sha256": fetch.sha256,
                    "source_url": _address(fetch),
                    "role": "rendition" if fetch.declared_host else "copy",
                    "first_seen": fetch.fetched_at,
                    "last_seen": fetch.fetched_at,
                },
            )
            row["last_seen"] = max(row["last_seen"], fetch.fetched_at)
        yield from rows.values()


def _address(fetch: Fetch) -> str:
    """Where a document stood: its address, or the name of its file, which people may have named after a person."""
    return fetch.url or redacted(fetch.source)


def version_rows(reports: Iterable[GatheredReport], document_of: Documents) -> Iterator[Row]:
    """Rows of ``report_version``; the last version of a report is its current one."""
    for report in reports:
        for version in report.versions:
            yield {
                "version_id": version.version_id,
                "report_id": report.placement.report_id,
                "report_year": report.placement.report_year,
                "version_no": version.version_no,
                "content_hash": version.content_hash,
                "sha256": version.fetch.sha256,
                "source_url": _address(version.fetch),
                "reader_version": document_of(version.fetch.sha256).reader_version,
                "first_seen": version.first_seen,
                "last_seen": version.last_seen,
                "is_current": version is report.versions[-1],
            }


def event_rows(reports: Iterable[GatheredReport], events: Sequence[AddressEvent]) -> list[Row]:
    """Rows of ``report_event``, year by year: what crawls judged of the addresses of reports, and each version after
    the first."""
    rows: list[Row] = []
    wanted = {(event.portal_id, event.url) for event in events}
    at_address: dict[tuple[str | None, str], Placement] = {}
    for report in reports:
        for fetch in report.fetches:
            if (address := (fetch.portal_id, fetch.source)) in wanted:
                at_address[address] = report.placement
        for version in report.versions[1:]:
            url, at = _address(version.fetch), version.first_seen
            rows.append(_event_row(report.placement, "revised", at, url, None, version.version_id))
    for event in events:
        found = at_address.get((event.portal_id, event.url))
        # An address whose documents were all turned down has no report.
        if found is not None:
            rows.append(_event_row(found, event.event, event.happened_at, event.url, event.moved_to, None))
    return sorted(rows, key=lambda row: int(row["report_year"]))


def _event_row(
    placement: Placement, event: str, at: dt.datetime, url: str, moved_to: str | None, version_id: str | None
) -> Row:
    return {
        "report_id": placement.report_id,
        "report_year": placement.report_year,
        "event": event,
        "happened_at": at,
        "source_url": url,
        "moved_to": moved_to,
        "version_id": version_id,
    }


def agency_rows(reports: Iterable[GatheredReport], divisions: frozenset[str]) -> list[Row]:
    """Rows of ``agency``: name as its newest report gives it, confirmed if any of its reports confirms it.

    Its division is told from that name as well, within the region of the portal. ``reports``: oldest first;
    ``divisions``: the ids that there are.
    """
    rows: dict[str, Row] = {}
    told_by: dict[str, tuple[str, str | None, int, tuple[str, ...]]] = {}
    for report in reports:
        for placement, fetch in zip(report.placements, report.fetches, strict=True):
            agency_id, name = placement.agency_id, placement.agency_name
            if agency_id is None or name is None:
                continue
            known = rows.get(agency_id)
            if known is None:
                known = rows[agency_id] = {
                    "agency_id": agency_id,
                    "name": name,
                    "portal_id": fetch.portal_id,
                    "status": "unconfirmed",
                    "evidence": placement.evidence,
                }
            known["name"] = _fuller(name, known["name"])
            if placement.confirmed:
                known["status"] = "confirmed"
            told_by[agency_id] = (name, fetch.region_code, placement.report_year, placement.codes)
    for agency_id, row in rows.items():
        division_id = division_of(*told_by[agency_id])
        row["division_id"] = division_id if division_id in divisions else None
        row["agency_type"] = agency_type(told_by[agency_id][0])
    return list(rows.values())


def _fuller(name: str, known: str) -> str:
    """Of two forms of one name the fuller; the newer where both are full."""
    return known if is_short_for(name, known) and len(known) > len(name) else name


def seen_by_agency(reports: Iterable[GatheredReport], document_of: Documents) -> Iterator[tuple[str, list[Seen]]]:
    """Every agency with all its documents, oldest reports first, as the review list looks at it.

    ``reports``: those of one agency after the other, of each the oldest first.
    """
    for agency_id, of_agency in groupby(reports, lambda report: report.placement.agency_id):
        seen = [
            Seen(
                agency_id=placement.agency_id,
                name=placement.agency_name,
                region=fetch.region_code,
                year=placement.report_year,
                codes=placement.codes,
                conflict=placement.conflict,
                evidence=placement.evidence,
                report_id=report.placement.report_id,
                source_url=_address(fetch),
                link_year=fetch.report_year,
                declared_host=fetch.declared_host,
                figures_hash=document_of(fetch.sha256).figures_hash,
            )
            for report in of_agency
            for placement, fetch in zip(report.placements, report.fetches, strict=True)
            if placement.agency_id is not None and placement.agency_name is not None
        ]
        if agency_id is not None and seen:
            yield agency_id, seen


def alias_rows(decisions: Decisions, agencies: Collection[str]) -> Iterator[Row]:
    """Rows of ``agency_alias``: merged ids of the ``agencies`` that there are."""
    for alias, (_, reason) in sorted(decisions.same_as.items()):
        if (agency_id := decisions.current(alias)) in agencies:
            yield {"alias_id": alias, "agency_id": agency_id, "reason": reason}


def agency_name_rows(
    reports: Iterable[GatheredReport], document_of: Documents, agencies: Mapping[str, Row]
) -> list[Row]:
    """Rows of ``agency_name``: every name under which an agency reported, with the years it did."""
    rows: dict[tuple[str, str], Row] = {}
    for report in reports:
        year = report.placement.report_year
        for placement, fetch in zip(report.placements, report.fetches, strict=True):
            if placement.agency_id is None or placement.agency_name is None:
                continue
            # Copies on other hosts replace the names of places: nothing is learned from them.
            if not fetch.declared_host:
                continue
            printed = document_of(fetch.sha256).agency_name
            for name in dict.fromkeys([placement.agency_name, *([printed] if printed else [])]):
                where = "title of a report" if name == printed else placement.evidence
                row = rows.setdefault(
                    (placement.agency_id, name),
                    {
                        "agency_id": placement.agency_id,
                        "name": name,
                        "kind": "official" if name == placement.agency_name else "title_form",
                        "first_year": year,
                        "last_year": year,
                        "source": f"{where}, {_address(fetch)}",
                    },
                )
                row["first_year"] = min(row["first_year"], year)
                row["last_year"] = max(row["last_year"], year)
    _tell_names_apart(rows, agencies)
    return list(rows.values())


def _tell_names_apart(rows: Mapping[tuple[str, str], Row], agencies: Mapping[str, Row]) -> None:
    """Kind and validity of every name beside the one that its agency has now."""
    for (agency_id, name), row in rows.items():
        now = agencies[agency_id]["name"]
        current = rows.get((agency_id, now))
        if name != now and current is not None:
            if is_short_for(name, now) or _is_other_form(name, now, agencies[agency_id]["division_id"], current):
                row["kind"] = "short" if len(name) < len(now) else "official"
            elif row["kind"] == "official" and row["last_year"] < current["first_year"]:
                row["kind"] = "former"
        row["valid_from"] = dt.date(row["first_year"], 1, 1)
        row["valid_to"] = dt.date(row["last_year"], 12, 31) if row["kind"] == "former" else None


def _is_other_form(name: str, now: str, division_id: str | None, current: Row) -> bool:
    """Whether a name is another form of the present one and still in use: with 大通回族土族自治县 for 大通县."""
    region = division_id.partition("-")[0] if division_id else None
    one, other = (resolve(each, region, current["last_year"]) for each in (name, now))
    in_use = one.is_certain and one.named is None
    return in_use and one.division is other.division and body_key(one.rest) == body_key(other.rest)


def portal_rows(portals: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Rows of ``portal`` from registry entries as the last crawl that used them saw them."""
    return [
        {
            "portal_id": entry["id"],
            "body": entry.get("body"),
            "region_code": str(entry["region_code"]),
            "level": entry["level"],
            "family": entry["family"],
            "list_url": entry["list"]["url"],
            "hosts": " ".join(entry["hosts"]),
            "access": entry.get("access", "open"),
            "status": entry.get("status", "active"),
            "first_year": (entry.get("expect") or {}).get("first_year"),
        }
        for entry in portals
    ]
