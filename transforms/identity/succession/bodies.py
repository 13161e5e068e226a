"""Agencies as their documents tell of them: which body of which division each is, and for which years it reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    """An agency: its name in ``agency``, the years of its documents, oldest report first, and what they tell.

    ``first``: year and id of its oldest report; ``first_url``, ``last_url``: addresses of the first and the last
    document; ``evidence``: what the last one's name rests on.
    """

    name: str
    years: list[int]
    told: Belonging
    first: tuple[int, str]
    first_url: str
    last_url: str
    evidence: str


def body_of(name: str, seen: Sequence[Seen]) -> Body:
    """A body from all its documents, oldest report first; it is what the newest that is certain tells, else the newest.

    ``name``: as its row of ``agency`` has it.
    """
    first, last = seen[0], seen[-1]
    told = (belonging(one.name, one.region, one.year, one.codes) for one in reversed(seen))
    newest = next(told)
    certain = newest if newest.certain else next((one for one in told if one.certain), newest)
    years = [one.year for one in seen]
    return Body(name, years, certain, (first.year, first.report_id), first.source_url, last.source_url, last.evidence)
