"""A country whose history is known: bodies of three prefectures from 2014 to 2025, what became of them, their figures.

Nothing here asks the software under test: which body goes on as which, and where a series breaks, is written down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

FIRST, LAST = 2014, 2025
REFORM = 2019  # report year in which the reform of 2018 and 2019 shows, in all divisions but those of EARLY
EARLY = 2018
# (region code of the portal, full names by the year from which they hold, first year, last year)
Names = tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Place:
    """A division; ``city``: that of the prefecture above, itself for a prefecture."""

    key: str
    region: str
    names: Names
    city: str
    first: int = FIRST
    last: int = LAST

    def name(self, year: int) -> str:
        return [name for since, name in self.names if since <= year][-1]


def _places() -> tuple[Place, ...]:
    found = []
    for region, city, below in (
        ("130300", "秦皇岛市", "海港区 山海关区 昌黎县 卢龙县"),
        ("330100", "杭州市", "上城区 余杭区"),
        ("341800", "宣城市", "郎溪县 泾县 绩溪县 旌德县 宁国市"),
    ):
        found.append(Place(city, region, ((FIRST, city),), city))
        found += [Place(name, region, ((FIRST, city + name),), city) for name in below.split()]
    found.append(Place("抚宁", "130300", ((FIRST, "秦皇岛市抚宁县"), (2015, "秦皇岛市抚宁区")), "秦皇岛市"))
    found.append(Place("江干区", "330100", ((FIRST, "杭州市江干区"),), "杭州市", last=2020))
    found.append(Place("临平区", "330100", ((FIRST, "杭州市临平区"),), "杭州市", first=2021))
    return tuple(found)


PLACES = _places()


@dataclass
class Unit:
    """One body through all its names. ``made_of``: the units that it was made of or took in, by year."""

    place: Place
    key: str
    names: Names
    first: int
    last: int
    kind: str = "department"
    breaks: set[int] = field(default_factory=set)
    made_of: dict[int, list[Unit]] = field(default_factory=dict)

    def name(self, year: int) -> str:
        return self.place.name(year) + [name for since, name in self.names if since <= year][-1]

    @property
    def years(self) -> range:
        return range(max(self.first, self.place.first), min(self.last, self.place.last) + 1)

    @property
    def id(self) -> str:
        return f"{self.place.key} {self.key}"


def units() -> list[Unit]:
    """Every body of every place, with the years of its breaks."""
    found: dict[tuple[str, str], Unit] = {}
    for place in PLACES:
        for unit in _of_place(place):
            if unit.years:
                found[place.key, unit.key] = unit
    # 2021: 江干区 went into 上城区, 临平区 was split off 余杭区; every body with it.
    for (place_key, key), unit in found.items():
        if place_key == "上城区":
            _follows(unit, found["江干区", key], 2021)
        if place_key == "临平区":
            unit.breaks.add(2021)
            found["余杭区", key].breaks.add(2021)
    return list(found.values())


def _of_place(place: Place) -> Iterator[Unit]:
    reform = EARLY if place.key in ("郎溪县", "昌黎县") else REFORM

    def unit(key: str, *names: tuple[int, str], first: int = FIRST, last: int = LAST, kind: str = "department") -> Unit:
        return Unit(place, key, names or ((FIRST, key),), first, last, kind)

    yield unit("government", (FIRST, "人民政府"), kind="government")
    yield unit("office", (FIRST, "人民政府办公室"), kind="gov_office")
    for plain in ("教育局", "财政局", "审计局"):
        yield unit(plain)
    yield unit("environment", (FIRST, "环境保护局"), (reform, "生态环境局"))
    yield unit("health", (FIRST, "卫生和计划生育局"), (reform, "卫生健康局"))
    market = unit("市场监督管理局", first=reform)
    land = unit("自然资源和规划局", first=reform)
    for into, olds in ((market, ("工商行政管理局", "质量技术监督局")), (land, ("国土资源局",))):
        for old in olds:
            before = unit(old, last=reform - 1)
            yield before
            _follows(into, before, reform)
        yield into
    law, justice = unit("法制办公室", last=reform - 1), unit("司法局")
    yield law
    yield justice
    _follows(justice, law, reform)
    civil, veterans = unit("民政局"), unit("退役军人事务局", first=reform)
    yield civil
    yield veterans
    if place.first < reform:
        veterans.breaks.add(reform)
        civil.breaks.add(reform)
    relief = unit("relief", (FIRST, "扶贫开发办公室"), (2021, "乡村振兴局"), last=2023)
    farming, fields = unit("农业局", last=reform - 1), unit("农业农村局", first=reform)
    yield relief
    yield farming
    yield fields
    _follows(fields, farming, reform)
    _follows(fields, relief, 2024)


def _follows(after: Unit, before: Unit, year: int) -> None:
    if before.years and after.years:
        after.breaks.add(year)
        after.made_of.setdefault(year, []).append(before)


# Figures ----------------------------------------------------------------------------------------------------------

Figures = dict[str, float]


def form_of(year: int) -> str:
    return "F2014" if year <= 2018 else "F2019" if year <= 2020 else "F2021"


def figures(everything: list[Unit]) -> dict[tuple[str, int], Figures]:
    """What every body prints for every year: pending applications and stocks go on, wholes hold their parts."""
    found: dict[tuple[str, int], Figures] = {}
    rooms = {unit.id: _Room(Random(unit.id)) for unit in everything}
    for year in range(FIRST, LAST + 1):
        for unit in everything:
            if year in unit.years and unit.kind != "government":
                for one in unit.made_of.get(year, ()):
                    rooms[unit.id].take_in(rooms[one.id])
                found[unit.id, year] = rooms[unit.id].next(year)
    for year in range(FIRST, LAST + 1):
        for unit in sorted(everything, key=lambda one: one.place.key == one.place.city):
            if year in unit.years and unit.kind == "government":
                found[unit.id, year] = _whole(unit, everything, found, year)
    return found


class _Room:
    """One body's figures from year to year."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.base = random.randint(30, 300)
        self.carried = (0, 0)
        self.items = {kind: random.randint(5, 60) for kind in ("licence", "penalty", "coercion", "other_service")}
        self.items["admin_fee"] = random.randint(0, 9)
        self.in_force = random.randint(10, 80)

    def take_in(self, other: _Room) -> None:
        self.carried = (self.carried[0] + other.carried[0], self.carried[1] + other.carried[1])
        self.in_force += other.in_force

    def next(self, year: int) -> Figures:
        random = self.random
        received = int(self.base * random.uniform(0.7, 1.4))
        if form_of(year) == "F2014":
            return {"legacy.l14_received": received, "legacy.l14_replied": received}
        firms = received // 5
        came_in, out = self.carried, (random.randint(0, 9), random.randint(0, 3))
        handled = (received - firms + came_in[0] - out[0], firms + came_in[1] - out[1])
        made = _application("received_new", received - firms, firms) | _application("carried_in", *came_in)
        made |= _application("outcome_total", *handled) | _application("granted", *handled)
        made |= _application("carried_out", *out)
        self.carried = out
        made["disclosure.licence_decisions"] = int(self.base * 4 * random.uniform(0.8, 1.25))
        made["disclosure.penalty_decisions"] = int(self.base * random.uniform(0.8, 1.25))
        if form_of(year) == "F2019":
            for kind, number in self.items.items():
                change = random.randint(-2, 4) if number > 2 else 1
                made[f"disclosure.{kind}_items_prev"], made[f"disclosure.{kind}_items_change"] = number, change
                self.items[kind] = number + change
        else:
            issued, repealed, expired = random.randint(0, 6), random.randint(0, 3), random.randint(0, 2)
            self.in_force += issued - repealed - expired
            made["disclosure.normative_made"], made["disclosure.normative_repealed"] = issued, repealed
            made["disclosure.normative_in_force"] = self.in_force
            made["disclosure.admin_fee_wanyuan"] = round(self.base * random.uniform(0.8, 1.25), 2)
        return made


def _application(row: str, persons: float, firms: float) -> Figures:
    parts = {"natural_person": persons, "org_business": firms, "total": persons + firms}
    return {f"application.{row}.{applicant}": number for applicant, number in parts.items()}


def _whole(unit: Unit, everything: list[Unit], found: dict[tuple[str, int], Figures], year: int) -> Figures:
    """A government's figures: the sum of all that it covers, so that pending applications go on as theirs do."""
    whole: Figures = {}
    for one in everything:
        below = one.place.key == unit.place.key and one.kind != "government"
        above = unit.place.key == unit.place.city and one.place.city == unit.place.key and one.kind == "government"
        if year in one.years and (below or (above and one is not unit)):
            for path, value in found[one.id, year].items():
                if "_items_" not in path:
                    whole[path] = round(whole.get(path, 0) + value, 2)
    return whole
