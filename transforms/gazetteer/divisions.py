"""The shipped divisions in memory: what each is, what stands above it, and which are one through all changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

Level = Literal["country", "province", "prefecture", "county", "township", "zone"]

# The regulation on disclosure came into force in 2008.
FIRST_REPORT_YEAR = 2008


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """One row of ``division``; years are those in which it stood at the year's end, None where it has no such end.

    ``line`` is the same for all that are one division under other codes, names or kinds (抚宁县 and 抚宁区).
    ``within``: the lines of itself and of all that ever stood above one of its line.
    """

    division_id: str
    code: str
    name: str
    level: Level
    parent: Division | None
    first: int | None
    last: int | None
    line: int
    within: frozenset[int]

    def stood_in(self, year: int, slack: int = 0) -> bool:
        """Whether it stood at the end of a year, or did so up to ``slack`` years before or after."""
        return (self.first or 0) - slack <= year <= (self.last or 9999) + slack

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
    return divisions_of(table("division").to_pylist(), table("division_succession").to_pylist())


def divisions_of(rows: Sequence[Mapping[str, Any]], successions: Iterable[Mapping[str, Any]]) -> tuple[Division, ...]:
    """Rows of the two tables as divisions, those above before those below."""
    number = {row["division_id"]: index for index, row in enumerate(rows)}
    pairs = [
        (number[change["from_division_id"]], number[change["to_division_id"]])
        for change in successions
        if change["kind"] in ("rename", "convert", "reassign")
    ]
    # Before there were reports counties became prefectures of their names and left others of their names behind.
    line = _lines(
        len(rows),
        [
            (old, new)
            for old, new in pairs
            if rows[old]["level"] == rows[new]["level"] or rows[new]["valid_from"].year >= FIRST_REPORT_YEAR
        ],
    )
    parent = [number.get(row["parent_id"]) for row in rows]
    above: defaultdict[int, set[int]] = defaultdict(set)
    for index, upper in enumerate(parent):
        if upper is not None:
            above[line[index]].add(line[upper])
    closed: dict[int, frozenset[int]] = {}

    def within(one: int) -> frozenset[int]:
        if one not in closed:
            closed[one] = frozenset({one})  # what stands above it in a circle of changes is not above it
            closed[one] = frozenset({one}).union(*(within(upper) for upper in above[one]))
        return closed[one]

    made: dict[int, Division] = {}

    def division(index: int) -> Division:
        if index not in made:
            row, upper = rows[index], parent[index]
            made[index] = Division(
                row["division_id"],
                row["code"],
                row["name"],
                row["level"],
                division(upper) if upper is not None else None,
                row["valid_from"].year if row["valid_from"] else None,
                row["valid_to"].year if row["valid_to"] else None,
                line[index],
                within(line[index]),
            )
        return made[index]

    for index in range(len(rows)):
        division(index)
    return tuple(made.values())


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
