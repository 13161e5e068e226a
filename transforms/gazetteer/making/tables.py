"""Rows of ``division`` and ``division_succession`` from states, townships and zones and what became of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from transforms.gazetteer.making.history import FIRST_YEAR, Change, State, level_of
from transforms.gazetteer.making.townships import Local

Row = dict[str, Any]
COUNTRY: Row = {
    "division_id": "100000",
    "code": "100000",
    "name": "中华人民共和国",
    "level": "country",
    "parent_id": None,
    "valid_from": None,
    "valid_to": None,
    "source": "GB/T 2260",
}


@dataclass(frozen=True)
class Tables:
    """Rows of both tables, in the order of their keys."""

    divisions: list[Row]
    successions: list[Row]


def tables(
    states: Sequence[State],
    changes: Iterable[Change],
    found: Sequence[Local],
    became: Iterable[tuple[Local, Local, str, int]],
) -> Tables:
    """Both tables; ids as ``division`` declares them: the code, with its last year where another has it since."""
    every: list[State | Local] = [*states, *found]
    ids = _ids(every)
    of_code: defaultdict[str, list[State | Local]] = defaultdict(list)
    for one in every:
        of_code[one.code].append(one)

    def parent(one: State | Local) -> str:
        for code in _above(one):
            fitting = [p for p in of_code.get(code, ()) if p != one and _overlap(p, one)]
            if fitting:
                return ids[max(fitting, key=_begin)]
        return str(COUNTRY["division_id"])

    rows = [COUNTRY] + [
        {
            "division_id": ids[one],
            "code": one.code,
            "name": one.name,
            "level": "zone" if isinstance(one, Local) and one.is_zone else _level(one.code),
            "parent_id": parent(one),
            "valid_from": date(one.first, 1, 1) if one.first else None,
            "valid_to": date(one.last, 12, 31) if one.last else None,
            "source": one.source if isinstance(one, Local) else "list of names and changes",
        }
        for one in every
    ]
    edges = [(ids[c.old], ids[c.new], c.kind, c.year) for c in changes]
    edges += [(ids[old], ids[new], kind, year) for old, new, kind, year in became]
    successions = [
        {"from_division_id": old, "to_division_id": new, "kind": kind, "effective_on": date(year, 1, 1)}
        for old, new, kind, year in edges
    ]
    return Tables(
        sorted(rows, key=lambda row: row["division_id"]),
        sorted(successions, key=lambda row: (row["from_division_id"], row["to_division_id"])),
    )


def _ids(every: Sequence[State | Local]) -> Mapping[State | Local, str]:
    of_code: defaultdict[str, list[State | Local]] = defaultdict(list)
    for one in every:
        of_code[one.code].append(one)
    ids: dict[State | Local, str] = {}
    for code, holders in of_code.items():
        # The one that stands has the bare code; those before it are told apart by their last year.
        holders.sort(key=lambda one: (one.last or 9999, _begin(one), one.name), reverse=True)
        for number, one in enumerate(holders):
            ids[one] = code if number == 0 else f"{code}-{one.last}"
        if len({ids[one] for one in holders}) < len(holders) or sum(one.last is None for one in holders) > 1:
            raise ValueError(f"The code {code} stands for several at once: {holders}")
    return ids


def _begin(one: State | Local) -> int:
    return one.first or FIRST_YEAR


def _overlap(one: State | Local, other: State | Local) -> bool:
    return (one.last or 9999) >= _begin(other) - 1 and _begin(one) <= (other.last or 9999)


def _above(one: State | Local) -> tuple[str, ...]:
    """Codes under which the division above may stand, the nearest first."""
    if isinstance(one, Local):
        return (one.parent, one.parent[:4] + "00", one.code[:2] + "0000")
    above = {"province": (), "prefecture": (one.code[:2] + "0000",)}
    return above.get(level_of(one.code), (one.code[:4] + "00", one.code[:2] + "0000"))


def _level(code: str) -> str:
    return level_of(code) if len(code) == 6 else "township"
