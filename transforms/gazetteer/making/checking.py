"""The history held against code books that did not make it: every disagreement must have been decided by a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transforms.gazetteer.making.sources import Coded, Snapshot
from transforms.gazetteer.making.townships import is_zone_code


@dataclass(frozen=True, order=True)
class Disagreement:
    """A division that only one side has: ``book`` (a code book that checks) or ``history`` (what was made)."""

    source: str
    side: str
    code: str
    name: str
    years: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.source}, {_years(self.years)}: only the {self.side} has {self.code} {self.name}"


def disagreements(
    stands: Mapping[int, set[Coded]],
    books: Mapping[int, Mapping[str, str]],
    snapshots: Sequence[Snapshot],
    decisions: Mapping[str, Any],
) -> list[Disagreement]:
    """Where the books of GB/T 2260 and the counties of the statistical codes differ from the history.

    Left out: codes of statistics for zones; until ``codes_redrawn_until`` divisions that both name in a province
    under different codes; what a snapshot taken before the year's end has as the end of the year before.
    """
    redrawn = decisions["codes_redrawn_until"]
    seen: defaultdict[tuple[str, str, Coded], list[int]] = defaultdict(list)
    for year, book in books.items():
        listed = {coded for coded in book.items() if not is_zone_code(coded[0])}
        only_book, only_history = listed - stands[year], stands[year] - listed
        if year <= redrawn:
            only_book, only_history = _of_other_names(only_book, only_history)
        _note(seen, "GB/T 2260", year, only_book, only_history)
    for snapshot in snapshots:
        year = snapshot.day.year
        listed = {coded for coded in snapshot.counties.items() if not is_zone_code(coded[0])}
        now, before = (
            {coded for coded in stands[y] if not coded[0].endswith("00") and coded[0] < "70"} for y in (year, year - 1)
        )
        _note(seen, "statistical codes", year, listed - now - before, now & before - listed)
    return sorted(Disagreement(source, side, *coded, tuple(years)) for (source, side, coded), years in seen.items())


def undecided(found: Iterable[Disagreement], decisions: Mapping[str, Any]) -> list[str]:
    """Disagreements that no decision covers, and decisions that cover none; both sentences for a person."""
    covered: dict[tuple[str, str, str], set[int]] = {}
    for group in decisions["checked"]:
        first, last = group["years"]
        for coded in group["divisions"]:
            covered.setdefault((group["source"], group["only"], coded), set()).update(range(first, last + 1))
    open_ones, met = [], set()
    for one in found:
        key = (one.source, one.side, f"{one.code} {one.name}")
        met.add(key)
        if left := set(one.years) - covered.get(key, set()):
            open_ones.append(f"{one} (not decided: {_years(sorted(left))})")
    return open_ones + [f"decided, but no disagreement: {' '.join(key)}" for key in sorted(covered.keys() - met)]


def _of_other_names(one: set[Coded], other: set[Coded]) -> tuple[set[Coded], set[Coded]]:
    names, other_names = ({(code[:2], name) for code, name in side} for side in (one, other))
    return (
        {(code, name) for code, name in one if (code[:2], name) not in other_names},
        {(code, name) for code, name in other if (code[:2], name) not in names},
    )


def _note(
    seen: defaultdict[tuple[str, str, Coded], list[int]],
    source: str,
    year: int,
    only_book: Iterable[Coded],
    only_history: Iterable[Coded],
) -> None:
    for side, coded_ones in (("book", only_book), ("history", only_history)):
        for coded in coded_ones:
            seen[source, side, coded].append(year)


def _years(years: Sequence[int]) -> str:
    return f"{years[0]}" if years[0] == years[-1] else f"{years[0]} to {years[-1]}"
