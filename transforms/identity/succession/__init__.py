"""Which agency another one followed: by national reorganisations, by changes of divisions, and as a person decided.

Figures of a body go on through a rename; at a merger, a split or a transfer they do not, and the reason is told.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from transforms import gazetteer
from transforms.identity.decisions import Decisions
from transforms.identity.names import body_key
from transforms.identity.succession.bodies import Body, Seen, body_of

__all__ = ["Body", "Reorganisation", "Seen", "body_of", "may_follow", "reorganisations", "succession_rows"]

KINDS = frozenset({"rename", "merge", "split", "transfer"})
ENDING = frozenset({"rename", "merge"})
Row = dict[str, Any]
# (line of the division, what the body is within it), as Belonging.key.
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Reorganisation:
    """One body of before and the one after, each as ``body_key`` gives it.

    ``first_year``, ``last_year``: report years in which the change can show first. ``standing``: the one after was
    there before.
    """

    before: str
    after: str
    kind: str
    standing: bool
    first_year: int
    last_year: int
    source: str
    en: str
    zh: str


@cache
def reorganisations() -> tuple[Reorganisation, ...]:
    """All that reorganisations.yaml declares. Raises ValueError for an unknown kind, KeyError for an unknown reform."""
    declared = _declared()
    found = []
    for entry in declared["bodies"]:
        reform = declared["reforms"][entry["reform"]]
        for before, kind in entry["from"].items():
            if kind not in KINDS:
                raise ValueError(f"reorganisations.yaml: {entry['to']}: {before}: {kind} is none of {sorted(KINDS)}")
            found.append(
                Reorganisation(
                    body_key(before),
                    body_key(entry["to"]),
                    kind,
                    entry.get("standing", False),
                    reform["first_year"],
                    reform["last_year"],
                    f"reorganisations.yaml: {reform['source']}",
                    reform["en"],
                    reform["zh"],
                )
            )
    return tuple(found)


@cache
def _declared() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("reorganisations.yaml").read_text("utf-8")
    declared: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return declared


def succession_rows(bodies: Mapping[str, Body], decisions: Decisions, agencies: Collection[str]) -> list[Row]:
    """Rows of ``agency_succession`` between the ``agencies`` that there are; what a person decided goes first."""
    rows: dict[tuple[str, str], Row] = {}
    for one in decisions.successions:
        before, after = decisions.current(one.before), decisions.current(one.after)
        if before != after and {before, after} <= set(agencies):
            en, zh = "a person's decision", "人工裁定"
            rows[before, after] = _row(before, after, one.kind, one.effective_on, one.source, en, zh)
    for before, after, row in (*_reorganised(bodies), *_branches(bodies), *_of_divisions(bodies)):
        if not decisions.settled(before, after):
            rows.setdefault((before, after), row)
    return list(rows.values())


def may_follow(bodies: Mapping[str, Body], decisions: Decisions) -> Iterator[tuple[str, str]]:
    """(successor, predecessor) by id where more than one body may be the successor: a person decides."""
    followed = {before for before, _, row in _reorganised(bodies) if row["kind"] in ENDING}
    for before, after, how in _candidates(bodies):
        if how.kind in ENDING and before not in followed and not decisions.settled(before, after):
            yield after, before


def _reorganised(bodies: Mapping[str, Body]) -> Iterator[tuple[str, str, Row]]:
    """Edges by reorganisations, where one body alone can be the successor."""
    heirs: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    found = list(_candidates(bodies))
    # A body ends once: what the reform of 2018 made of its like was made of what followed it in 2013.
    ends: dict[str, int] = {}
    for before, _, how in found:
        if how.kind in ENDING:
            ends[before] = min(how.first_year, ends.get(before, how.first_year))
    found = [one for one in found if one[2].kind not in ENDING or one[2].first_year == ends[one[0]]]
    for before, after, how in found:
        heirs[before, how.source].add(after)
    for before, after, how in found:
        if how.kind in ENDING and len(heirs[before, how.source]) > 1:
            continue
        old, new = bodies[before].years, bodies[after].years
        # Reports tell the year within what the reform allows; where both told of one year, the new body's counts.
        shown = max(old) + 1 if how.standing else min(new)
        year = min(max(shown, how.first_year), how.last_year)
        day = dt.date(year, 1, 1)
        yield before, after, _row(before, after, how.kind, day, how.source, how.en, how.zh)


def _branches(bodies: Mapping[str, Body]) -> Iterator[tuple[str, str, Row]]:
    """Edges from bureaus of counties to the branches of the city's bureau that they became."""
    of_county: defaultdict[tuple[int, str], dict[str, str]] = defaultdict(dict)
    for agency_id, body in bodies.items():
        place = body.told.division
        if body.told.certain and place is not None and place.level == "county" and place.parent is not None:
            of_county[place.parent.line, _stem(place.name)][body.told.body] = agency_id
    for (line, name), after in _by_key(bodies).items():
        for entry in _declared()["branches"]:
            branch = re.fullmatch(f"{entry['of']}(.+)分局", name)
            county = of_county.get((line, _stem(branch[1]))) if branch else None
            before = (
                next((county[key] for key in map(body_key, entry["from"]) if key in county), None) if county else None
            )
            how = _declared()["reforms"][entry["reform"]]
            if before is not None and max(bodies[before].years) <= how["last_year"]:
                year = min(max(min(bodies[after].years), how["first_year"]), how["last_year"])
                source = f"reorganisations.yaml: {how['source']}"
                yield before, after, _row(before, after, "merge", dt.date(year, 1, 1), source, how["en"], how["zh"])


def _stem(name: str) -> str:
    """抚宁 of 抚宁区 and 抚宁县: branches are called by either."""
    return name[:-1] if len(name) > 2 and name[-1] in "区县市旗" else name


def _candidates(bodies: Mapping[str, Body]) -> Iterator[tuple[str, str, Reorganisation]]:
    """(before, after, how) of bodies of one division that a reorganisation joins and whose years allow it."""
    of_key = _by_key(bodies)
    declared: defaultdict[str, list[Reorganisation]] = defaultdict(list)
    for one in reorganisations():
        declared[one.before].append(one)
    for (line, name), before in of_key.items():
        for how in declared.get(name, ()):
            after = of_key.get((line, how.after))
            if after is None or after == before:
                continue
            old, new = bodies[before].years, bodies[after].years
            ended = how.kind == "transfer" or max(old) <= how.last_year
            began = how.standing or min(new) >= how.first_year - 1
            if ended and began and min(old) <= how.last_year and max(new) >= how.first_year:
                yield before, after, how


def _of_divisions(bodies: Mapping[str, Body]) -> Iterator[tuple[str, str, Row]]:
    """Edges between like bodies of divisions of which one was merged into the other, or split off it."""
    of_line: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for (line, name), agency_id in _by_key(bodies).items():
        of_line[line][name] = agency_id
    for old, new, kind, year in _division_changes():
        for name in of_line.get(old, {}).keys() & of_line.get(new, {}).keys():
            before, after = of_line[old][name], of_line[new][name]
            if kind == "merge" and max(bodies[before].years) > year:
                continue
            en = f"the division was {'merged into another' if kind == 'merge' else 'split'} in {year}"
            zh = f"{year} 年行政区划{'合并' if kind == 'merge' else '析置'}"
            day = dt.date(year, 1, 1)
            yield before, after, _row(before, after, kind, day, "division_succession", en, zh)


@cache
def _division_changes() -> tuple[tuple[int, int, str, int], ...]:
    """(line before, line after, kind, year) of the mergers and splits of divisions since there are reports."""
    by_id = {one.division_id: one for one in gazetteer.all_divisions()}
    found = []
    for row in gazetteer.table("division_succession").to_pylist():
        old, new, day = by_id[row["from_division_id"]], by_id[row["to_division_id"]], row["effective_on"]
        if row["kind"] in ("merge", "split") and day is not None and old.line != new.line:
            found.append((old.line, new.line, row["kind"], day.year))
    return tuple(found)


def _by_key(bodies: Mapping[str, Body]) -> dict[Key, str]:
    return {body.told.key: agency_id for agency_id, body in bodies.items() if body.told.key is not None}


def _row(before: str, after: str, kind: str, day: dt.date | None, source: str, en: str, zh: str) -> Row:
    return {
        "from_agency_id": before,
        "to_agency_id": after,
        "kind": kind,
        "effective_on": day,
        "source": source,
        "reason_en": en,
        "reason_zh": zh,
    }
