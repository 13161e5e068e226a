"""Agencies of the published warehouse with all that people may call them by."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from warehouse.connection import published


@dataclass(frozen=True, slots=True)
class NamedAgency:
    """A row of ``agency``; ``names``: name and kind of each row of ``agency_name``, ``aliases``: ids merged into it."""

    agency_id: str
    name: str
    agency_type: str | None
    division_id: str | None
    status: str
    names: tuple[tuple[str, str], ...]
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownAgencies:
    """All agencies, and by id: ``places`` the full name of the division, ``years`` the report years, ``notes`` what
    came before and after.
    """

    agencies: tuple[NamedAgency, ...]
    places: dict[str, str]
    years: dict[str, tuple[int, ...]]
    notes: dict[str, tuple[str, ...]]


def known_agencies(home: Path) -> KnownAgencies:
    """Every agency of the published warehouse of ``home``. Raises QueryError when nothing is published."""
    names: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    aliases: defaultdict[str, list[str]] = defaultdict(list)
    notes: defaultdict[str, list[str]] = defaultdict(list)
    with published(home) as connection:
        ask = connection.execute
        for agency_id, name, kind in ask("SELECT agency_id, name, kind FROM agency_name ORDER BY ALL").fetchall():
            names[agency_id].append((name, kind))
        for alias_id, agency_id in ask("SELECT alias_id, agency_id FROM agency_alias ORDER BY ALL").fetchall():
            aliases[agency_id].append(alias_id)
        for before, old, after, new, kind in ask(_SUCCESSIONS).fetchall():
            notes[before].append(f"{kind}: → {new} ({after})")
            notes[after].append(f"{kind}: ← {old} ({before})")
        rows = ask("SELECT agency_id, name, agency_type, division_id, status FROM agency ORDER BY ALL").fetchall()
        years = ask(
            "SELECT agency_id, list_sort(list(DISTINCT report_year)) FROM report WHERE agency_id IS NOT NULL GROUP BY 1"
        ).fetchall()
        divisions = {row[0]: row for row in ask("SELECT division_id, name, parent_id, level FROM division").fetchall()}
    return KnownAgencies(
        tuple(
            NamedAgency(one, name, kind, division, status, tuple(names[one]), tuple(aliases[one]))
            for one, name, kind, division, status in rows
        ),
        {row[0]: _full_name(row[3], divisions) for row in rows if row[3] is not None},
        {agency_id: tuple(found) for agency_id, found in years},
        {agency_id: tuple(found) for agency_id, found in notes.items()},
    )


_SUCCESSIONS = """
SELECT s.from_agency_id, a.name, s.to_agency_id, b.name, s.kind FROM agency_succession AS s
JOIN agency AS a ON a.agency_id = s.from_agency_id JOIN agency AS b ON b.agency_id = s.to_agency_id ORDER BY ALL
"""


def _full_name(division_id: str | None, divisions: dict[str, tuple[str, str, str | None, str]]) -> str:
    names: list[str] = []
    while division_id is not None and (row := divisions.get(division_id)) is not None:
        # The country is told only of what is its own.
        if row[3] != "country" or not names:
            names.append(row[1])
        division_id = row[2]
    return "".join(reversed(names))
