"""The tree of divisions that have a page, and the agencies, years and medians of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from itertools import pairwise
from typing import Any

import duckdb

from warehouse.files import plain

TOP = ""  # the page of everything
NOWHERE = "none"  # agencies of which no division is known
# The median of fewer agencies says more of them than of their kind.
LEAST = 5
LONGEST_NAME = 60  # characters, in lists and in the search
# (agency id or None, name, type, a letter of lines.sql or "." for each year, newest report's year, its scope, its
# refusal rate, the sign of that)
AgencyLine = list[Any]


@dataclass
class Place:
    """A division with a page: those below it, and the agencies (or portals without one yet) that are its own."""

    division_id: str
    name: str
    level: str | None
    above: str | None
    below: list[str] = field(default_factory=list)
    agencies: list[AgencyLine] = field(default_factory=list)
    n_agencies: int = 0  # of all below it too
    states: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def place_tree(connection: duckdb.DuckDBPyConnection, years: range) -> dict[str, Place]:
    """Every division with an agency in or below it, by id, under ``TOP``; townships are on the pages of their counties.

    A division that is not in the warehouse's list stands below ``NOWHERE``, as does what has no division.
    """
    known = {
        row[0]: row[1:]
        for row in connection.execute("SELECT division_id, name, level, parent_id FROM division").fetchall()
    }
    made = {TOP: Place(TOP, "", "country", None)}
    for division_id, line in _lines(connection, years):
        home = _home(division_id, known)
        path = _ensure(made, home, known)
        made[home].agencies.append(line)
        for one in path:
            made[one].n_agencies += line[0] is not None
            for year, state in zip(years, line[3], strict=True):
                if state != ".":
                    made[one].states[year][state] += 1
    for place in made.values():
        place.below.sort()
    return made


def path_to(made: Mapping[str, Place], division_id: str | None) -> list[str]:
    """The ids from a place up to ``TOP``, itself first."""
    found = []
    while division_id is not None:
        found.append(division_id)
        division_id = made[division_id].above
    return found


def _home(division_id: str | None, known: Mapping[str, tuple[Any, ...]]) -> str:
    """The division on whose page an agency stands: its own, or for a township the county above it."""
    if division_id is None or division_id not in known:
        return NOWHERE
    _, level, parent = known[division_id]
    if level == "country":
        return division_id
    return parent if level == "township" and parent in known else division_id


def _ensure(made: dict[str, Place], division_id: str, known: Mapping[str, tuple[Any, ...]]) -> list[str]:
    """Make a place and those above it; returns the ids up to ``TOP``. A ring of parents ends where it closes."""
    path = [division_id]
    while path[-1] != TOP:
        one = path[-1]
        if one not in made:
            name, level, parent = known.get(one, ("", None, None))
            # The country is the whole site; only bodies of its own (ministries) are on a page of that name.
            fits = parent in known and known[parent][1] != "country" and parent not in path
            made[one] = Place(one, name, level, parent if fits else TOP)
        path.append(made[one].above or TOP)
    for low, high in pairwise(path):
        if low not in made[high].below:
            made[high].below.append(low)
    return path


def _lines(connection: duckdb.DuckDBPyConnection, years: range) -> Iterable[tuple[str | None, AgencyLine]]:
    """(division, line) of every agency and of every portal of which no report is known, by name."""
    sql = resources.files(__package__).joinpath("lines.sql").read_text("utf-8")
    rows = connection.execute(sql).fetchall()
    for division, agency, name, kind, known, year, scope, value, small, trust in rows:
        by_year = {int(when): code for when, code in known or ()}
        states = "".join(by_year.get(one, ".") for one in years)
        sign = ("?" if trust == "doubtful" else "") + ("°" if small else "")
        yield (
            division,
            [
                agency,
                name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…",
                kind,
                states,
                year,
                scope,
                value if value is None else round(value, 4),
                sign,
            ],
        )


def medians(
    connection: duckdb.DuckDBPyConnection,
    groups: Mapping[str, list[int]],
    indicators: list[str] | None,
    least: int = LEAST,
) -> dict[int, list[tuple[str, int, str, int, list[float]]]]:
    """Group -> (indicator, year, scope, number of agencies, quartiles), as medians.sql tells them."""
    sql = resources.files(__package__).joinpath("medians.sql").read_text("utf-8")
    found: dict[int, list[tuple[str, int, str, int, list[float]]]] = defaultdict(list)
    pairs = [(agency, group) for agency, of in groups.items() for group in of]
    result = connection.execute(
        sql,
        {
            "agencies": [agency for agency, _ in pairs],
            "members": [group for _, group in pairs],
            "indicators": indicators,
            "least": least,
        },
    )
    while rows := result.fetchmany(10_000):
        for group, indicator, year, scope, n, quartiles in rows:
            found[group].append((indicator, year, scope, n, [plain(round(one, 4)) for one in quartiles]))
    return found


def years_of(connection: duckdb.DuckDBPyConnection) -> range:
    """From the first to the last year of which anything is known; empty for a warehouse without reports."""
    row = connection.execute("SELECT min(report_year), max(report_year) FROM coverage").fetchone()
    return range(row[0], row[1] + 1) if row and row[0] is not None else range(0)
