"""Agencies as their documents tell of them: which body of which division each is, and for which years it reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transforms.identity.resolution import Belonging, belonging


@dataclass(frozen=True, slots=True)
class Seen:
    """A document with a place, as the list of open questions looks at it.

    ``region`` is its portal's, ``link_year`` its link's year.
    """

    agency_id: str
    name: str
    region: str | None
    year: int
    codes: Sequence[str]
    conflict: str | None
    evidence: str
    report_id: str
    source_url: str
    link_year: int | None
    declared_host: bool
    figures_hash: str | None


@dataclass(slots=True)
class Body:
    """An agency: its name in ``agency``, the documents that tell of it, oldest report first, and what they tell."""

    name: str
    seen: list[Seen]
    told: Belonging

    @property
    def years(self) -> list[int]:
        return [one.year for one in self.seen]


def bodies_of(seen: Iterable[Seen], agencies: Mapping[str, dict[str, Any]]) -> dict[str, Body]:
    """Every agency with documents, by id. ``agencies``: rows of ``agency`` by id."""
    of_agency: defaultdict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        of_agency[one.agency_id].append(one)
    return {agency_id: _body(agencies[agency_id]["name"], found) for agency_id, found in of_agency.items()}


def _body(name: str, seen: list[Seen]) -> Body:
    """What the newest document that is certain tells, else the newest."""
    told = [belonging(one.name, one.region, one.year, one.codes) for one in seen]
    return Body(name, seen, next((one for one in reversed(told) if one.certain), told[-1]))
