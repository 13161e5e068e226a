"""The pages of places, the overview being that of everything, and what the search looks through."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb

from warehouse.compare.page.data import COMPOSITION
from warehouse.site.divisions import LEAST, TOP, Place, path_to
from warehouse.site.pages import shown

# What the pages of places compare: what became of applications, how many there are, and how many reviews correct it.
# All of them mean the same in every form, so that no line needs a break (a test holds it).
KEY_INDICATORS = tuple(
    dict.fromkeys(("refusal_rate", "disclosure_rate", *COMPOSITION, "applications_received", "review_correction_rate"))
)
LINES = 1_000  # agencies that a page lists; more are on further pages of the place
OTHER_NAMES = 20  # of an agency, that the search knows
YEARS = 10  # the newest ones, for which the places below are compared

Medians = Sequence[tuple[str, int, str, int, list[float]]]
# Path within the site, the way back to its folder, title, data.
PlacePage = tuple[str, str, str, dict[str, Any]]


def file_name(key: str) -> str:
    """An id as the name of a file: itself where every file system takes it as it is."""
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", key):
        return key
    return "x" + hashlib.sha256(key.encode()).hexdigest()[:24]


def place_pages(tree: Mapping[str, Place], years: range, medians: Mapping[str, Medians]) -> Iterator[PlacePage]:
    """The overview (``index.html``), then every division, those with many agencies on several pages.

    path        [[file, name], …] from the top to the place above
    years, states   for each year the number of agencies by state
    least           a median is of so many agencies at least
    indicators_here  numbers of the indicators compared
    medians     [[indicator, year, scope, n, lower quartile, median, upper quartile], …]
    below       [[file, name, number of agencies, [[reported, awaited] for each year]], …]
    below_medians   {indicator: {year: {scope: [[place below, n, median], …]}}}
    lines       [[file or null, name, type, states, year, scope, refusal rate, sign], …]
    part, parts     which page of how many
    """
    number = {indicator.key: at for at, indicator in enumerate(shown())}
    for place in tree.values():
        data = {
            "id": place.division_id,
            "name": place.name,
            "level": place.level,
            "path": [[file_name(one), tree[one].name] for one in path_to(tree, place.above)[::-1] if one != TOP],
            "years": list(years),
            "states": [dict(sorted(place.states[year].items())) for year in years],
            "n_agencies": place.n_agencies,
            "least": LEAST,
            "indicators_here": [number[key] for key in KEY_INDICATORS],
            "medians": [
                [number[indicator], year, scope, n, *quartiles]
                for indicator, year, scope, n, quartiles in medians[place.division_id]
            ],
            "below": [
                [file_name(one), tree[one].name, tree[one].n_agencies, _reported(tree[one], years)]
                for one in place.below
            ],
            "below_medians": _below(place, medians, number, years[-YEARS:]),
        }
        parts = [place.agencies[at : at + LINES] for at in range(0, len(place.agencies), LINES)] or [[]]
        for part, lines in enumerate(parts):
            told = [[line[0] and file_name(line[0]), *line[1:]] for line in lines]
            name = file_name(place.division_id) + (f"-p{part + 1}" if part else "")
            top = place.division_id == TOP
            path = "index.html" if top and not part else f"division/{name}.html"
            file = {"file": file_name(place.division_id), "part": part, "parts": len(parts), "lines": told}
            # Further pages of a place are lists and nothing else.
            whole = data if not part else {**data, "medians": [], "below": [], "below_medians": {}}
            yield path, "" if path == "index.html" else "../", place.name or "gongkai", {**whole, **file}


def _reported(place: Place, years: range) -> list[list[int]]:
    counted = [place.states[year] for year in years]
    return [[sum(states[code] for code in "rduc"), states["a"]] for states in counted]


def _below(place: Place, medians: Mapping[str, Medians], number: Mapping[str, int], years: range) -> dict[int, Any]:
    found: dict[int, dict[int, dict[str, list[list[Any]]]]] = {}
    for at, one in enumerate(place.below):
        for indicator, year, scope, n, (_, median, _) in medians[one]:
            if year in years:
                by_year = found.setdefault(number[indicator], {})
                by_year.setdefault(year, {}).setdefault(scope, []).append([at, n, median])
    return found


def search_index(connection: duckdb.DuckDBPyConnection, tree: Mapping[str, Place]) -> dict[str, Any]:
    """``places`` [[file, names from the top down], …] and ``agencies`` [[file, name, place, other names], …]."""
    others: dict[str, list[str]] = defaultdict(list)
    for agency_id, name in connection.execute(
        "SELECT n.agency_id, left(n.name, 60) FROM agency_name AS n JOIN agency AS a ON a.agency_id = n.agency_id "
        "WHERE n.name <> a.name ORDER BY ALL"
    ).fetchall():
        others[agency_id].append(name)
    named = [place for place in tree.values() if place.division_id != TOP]
    return {
        "places": [
            [
                file_name(place.division_id),
                [tree[one].name for one in path_to(tree, place.division_id)[::-1] if one != TOP],
            ]
            for place in named
        ],
        "agencies": [
            [file_name(line[0]), line[1], at, *others.get(line[0], ())[:OTHER_NAMES]]
            for at, place in enumerate(named)
            for line in place.agencies
            if line[0] is not None
        ],
    }
