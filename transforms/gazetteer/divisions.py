"""The shipped divisions in memory: what each is, what stands above it, and which are one through all changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Level = Literal["country", "province", "prefecture", "county", "township", "zone"]

# The regulation on disclosure came into force in 2008.
FIRST_REPORT_YEAR = 2008


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """One row of ``division``; years are those in which it stood at the year's end, None where it has no such end.

    ``line`` is the same for all that are one division under other codes, names or kinds (抚宁县 and 抚宁区).
    ``above``: the lines of all that ever stood above one of its line.
    """

    division_id: str
    code: str
    name: str
    level: Level
    parent: Division | None
    first: int | None
    last: int | None
    line: int
    above: frozenset[int]

    def stood_in(self, year: int, slack: int = 0) -> bool:
        """Whether it stood at the end of a year, or did so up to ``slack`` years before or after."""
        return (self.first or 0) - slack <= year <= (self.last or 9999) + slack

    def is_within(self, other: Division) -> bool:
        """Whether it is the other one, or one of its line stood below one of the other's."""
        return other.line == self.line or other.line in self.above

    @property
    def path(self) -> tuple[Division, ...]:
        """What stands above it and itself, the province first; the country is left out."""
        above = self.parent.path if self.parent is not None and self.parent.level != "country" else ()
        return (*above, self)

    @property
    def full_name(self) -> str:
        """Its name after those of all above it."""
        return "".join(one.name for one in self.path)


def table(name: Literal["division", "division_succession"]) -> pa.Table:
    """A shipped table, in the declared schema and order."""
    with resources.as_file(resources.files(__package__).joinpath(f"{name}.parquet")) as path:
        return pq.read_table(path)


@cache
def all_divisions() -> tuple[Division, ...]:
    """Every shipped division, those above before those below."""
    return divisions_of(table("division"), table("division_succession"))


def divisions_of(divisions: pa.Table, successions: pa.Table) -> tuple[Division, ...]:
    """The rows of the two tables as divisions, those above before those below."""
    ids: list[str] = divisions["division_id"].to_pylist()
    number = {division_id: index for index, division_id in enumerate(ids)}
    levels: list[Level] = divisions["level"].to_pylist()
    first, last = (pc.year(divisions[name]).to_pylist() for name in ("valid_from", "valid_to"))
    same = successions.filter(pc.is_in(successions["kind"], pa.array(["rename", "convert", "reassign"])))
    pairs = (
        (number[old], number[new])
        for old, new in zip(same["from_division_id"].to_pylist(), same["to_division_id"].to_pylist(), strict=True)
    )
    # Before there were reports counties became prefectures of their names and left others of their names behind.
    joined = ((old, new) for old, new in pairs if levels[old] == levels[new] or first[new] >= FIRST_REPORT_YEAR)
    line = _lines(len(ids), joined)
    parent = [number.get(division_id) for division_id in divisions["parent_id"].to_pylist()]
    above = _above(line, parent)
    columns = zip(ids, divisions["code"].to_pylist(), divisions["name"].to_pylist(), levels, first, last, strict=True)
    rows = list(columns)
    made: dict[int, Division] = {}

    def division(index: int) -> Division:
        if index not in made:
            division_id, code, name, level, begin, end = rows[index]
            upper = parent[index]
            parent_division = division(upper) if upper is not None else None
            own = line[index]
            made[index] = Division(division_id, code, name, level, parent_division, begin, end, own, above[own])
        return made[index]

    for index in range(len(rows)):
        division(index)
    return tuple(made.values())


def _above(line: Sequence[int], parent: Sequence[int | None]) -> dict[int, frozenset[int]]:
    """For each line the lines of all that ever stood above one of it; equal sets are one."""
    directly: defaultdict[int, set[int]] = defaultdict(set)
    for index, upper in enumerate(parent):
        if upper is not None and line[upper] != line[index]:
            directly[line[index]].add(line[upper])
    found: dict[int, frozenset[int]] = {}
    alike: dict[frozenset[int], frozenset[int]] = {}

    def of(one: int) -> frozenset[int]:
        if one not in found:
            found[one] = frozenset()  # what stands above it in a circle of changes is not above it
            everything = frozenset(directly[one]).union(*(of(upper) for upper in directly[one])) - {one}
            found[one] = alike.setdefault(everything, everything)
        return found[one]

    return {one: of(one) for one in set(line)}


def _lines(size: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """For each of so many the smallest of those that it is one with."""
    root = list(range(size))

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for one, other in pairs:
        low, high = sorted((find(one), find(other)))
        root[high] = low
    return [find(one) for one in range(size)]
