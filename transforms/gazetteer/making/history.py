"""Divisions from the county up: how those of today became what they are, told backwards from the changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transforms.gazetteer.making.sources import Coded, Event

FIRST_YEAR = 1980
# Another division got the code: nothing became of the one that had it.
_CODE_ALONE = "码位改派"
# What is told of the seat of a government changes no division.
_SEAT = "驻地迁移"
_ENDED = "撤销"
_FOUNDED = "新设"


@dataclass(frozen=True)
class State:
    """A division as long as it had one code, one name and one parent: years are those at whose end it stood.

    ``first`` None: it stood at the end of 1980, or when its source begins; ``last`` None: it still stands.
    """

    code: str
    name: str
    first: int | None
    last: int | None

    @property
    def coded(self) -> Coded:
        return self.code, self.name


@dataclass(frozen=True)
class Change:
    """One state followed another in a year; ``kind`` as ``division_succession`` declares it."""

    old: State
    new: State
    kind: str
    year: int


def amended(events: Iterable[Event], decisions: Mapping[str, Any]) -> list[Event]:
    """The changes as told, less those that ``drop`` refutes, with those that ``add`` supplies, names set right.

    ``became`` says what an abolished division became, against what is told or where nothing is. Raises ValueError for
    a decision that meets no event: it was taken on other data.
    """
    right = {(row["code"], row["printed"]): row["name"] for row in decisions["names"]}
    drop = {_event(row) for row in decisions["drop"]}
    became = {(row["year"], _side(row["old"])): _side(row["new"]) for row in decisions["became"]}
    kept: list[Event] = []
    met: set[Event | tuple[int, Coded | None]] = set()
    for event in events:
        event = Event(event.year, event.kind, _named(event.old, right), _named(event.new, right))
        end = (event.year, event.old)
        if event in drop:
            met.add(event)
            continue
        if end in became and event.kind == _ENDED:
            met.add(end)
            event = Event(event.year, event.kind, event.old, became[end])
        kept.append(event)
    if unused := (drop | became.keys()) - met:
        raise ValueError(f"decisions.yaml, drop or became: no source tells of {sorted(unused, key=str)}")
    kept += [_event(row) for row in decisions["add"]]
    return sorted(dict.fromkeys(kept), key=lambda event: event.year)


def standing(current: Mapping[str, str], events: Sequence[Event], until: int) -> dict[int, set[Coded]]:
    """The divisions at the end of each year from 1980 to ``until``, from those of today by undoing the changes.

    Raises ValueError naming a change whose outcome does not stand at the end of its year: the chain is broken there.
    """
    of_year: defaultdict[int, list[Event]] = defaultdict(list)
    for event in events:
        of_year[event.year].append(event)
    stands = set(current.items())
    found = {until: stands}
    for year in range(until, FIRST_YEAR, -1):
        ended = {event.old for event in of_year[year] if event.old and event.kind not in (_FOUNDED, _SEAT)}
        begun = {event.new for event in of_year[year] if event.new and event.kind not in (_ENDED, _SEAT)}
        if broken := sorted(begun - stands):
            raise ValueError(f"{year}: {broken} came into being, but did not stand at the end of the year")
        stands = (stands - begun) | ended
        found[year - 1] = stands
    return found


def states(stands: Mapping[int, set[Coded]]) -> list[State]:
    """Unbroken spans of years of each code with one name."""
    years: defaultdict[Coded, list[int]] = defaultdict(list)
    for year in sorted(stands):
        for coded in stands[year]:
            years[coded].append(year)
    begin, end = min(stands), max(stands)
    found = []
    for (code, name), seen in sorted(years.items()):
        for span in _spans(seen):
            first, last = span[0], span[-1]
            found.append(State(code, name, None if first == begin else first, None if last == end else last))
    return found


def changes(found: Sequence[State], events: Sequence[Event]) -> list[Change]:
    """What became of each state that ended: as told, and the same division under another code where nobody tells it."""
    standing_in: defaultdict[Coded, list[State]] = defaultdict(list)
    for state in found:
        standing_in[state.coded].append(state)
    told = set()
    for event in events:
        if event.kind in (_CODE_ALONE, _SEAT) or event.old is None or event.new is None:
            continue
        old = _at(standing_in[event.old], event.year - 1)
        new = _at(standing_in[event.new], event.year)
        if old and new and old != new:
            told.add((old, new, event.year))
    told = {follows for follows in told if not _rises_beside_another(follows, told)}
    told |= _recoded(found, {old for old, *_ in told})
    fellows: defaultdict[tuple[State, int], set[str]] = defaultdict(set)
    heirs = Counter((old, year) for old, _, year in told)
    for old, new, year in told:
        fellows[new, year].add(old.name)
    named = [Change(o, n, kind_of(o, n, y, fellows[n, y], heirs[o, y]), y) for o, n, y in told]
    return sorted(named, key=lambda change: (change.year, change.old.coded, change.new.coded))


def kind_of(old: State, new: State, year: int, fellows: set[str], heirs: int) -> str:
    """The kind of a change, from names and years, for the labels of sources are often wrong.

    ``fellows``: the names of all that became ``new`` that year; ``heirs``: how many ``old`` became.
    """
    if (new.first or 0) < year:
        return "merge"
    if old.last is None or old.last >= year or heirs > 1:
        return "split"
    if old.name == new.name:
        return "reassign"
    if stem(old.name) != stem(new.name) and (
        stem(new.name) in map(stem, fellows) or (len(fellows) > 1 and old.code != new.code)
    ):
        return "merge"  # another one, of the same name or under the same code, is what went on
    if len(fellows) > 1 and new.name in fellows:
        return "merge"
    return "convert" if suffix(old.name) != suffix(new.name) else "rename"


_SUFFIXES = ("自治区", "自治州", "自治县", "自治旗", "地区", "林区", "矿区", "特区", "新区", *"省市县区州盟旗")


def suffix(name: str) -> str:
    """The word for its kind that a name at or above the county ends in; empty when it has none."""
    return next((word for word in _SUFFIXES if name.endswith(word)), "")


def stem(name: str) -> str:
    """A name without the word for its kind: 抚宁 of 抚宁县 and of 抚宁区."""
    return name.removesuffix(suffix(name))


def level_of(code: str) -> str:
    """Level that a six-digit code of GB/T 2260 stands for."""
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


_Follows = tuple[State, State, int]


def _rises_beside_another(follows: _Follows, told: set[_Follows]) -> bool:
    """Whether a division seems to have become one of another level, which another one of that level became: the county
    铜仁市 of 铜仁地区 is told to have become the prefecture 铜仁市, for their names are one."""
    old, new, year = follows
    level = level_of(new.code)
    return level_of(old.code) != level and any(
        (other_new, other_year) == (new, year) and level_of(other.code) == level
        for other, other_new, other_year in told
    )


def _recoded(found: Sequence[State], told: set[State]) -> set[_Follows]:
    """Divisions of which nobody tells, and one of the same name and level began in the province as they ended."""
    beginning: defaultdict[tuple[str, str, int], list[State]] = defaultdict(list)
    for state in found:
        if state.first is not None:
            beginning[state.code[:2], state.name, state.first].append(state)
    recoded = set()
    for old in found:
        news = beginning[old.code[:2], old.name, (old.last or 0) + 1]
        if len(news) == 1 and old not in told and level_of(old.code) == level_of(news[0].code):
            recoded.add((old, news[0], news[0].first or 0))
    return recoded


def _at(candidates: Sequence[State], year: int) -> State | None:
    fitting = (s for s in candidates if (s.first or 0) <= year and (s.last is None or s.last >= year))
    return next(fitting, None)


def _spans(years: Sequence[int]) -> list[list[int]]:
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return spans


def _named(coded: Coded | None, right: Mapping[Coded, str]) -> Coded | None:
    return coded and (coded[0], right.get(coded, coded[1]))


def _event(row: Mapping[str, Any]) -> Event:
    return Event(row["year"], row["kind"], _side(row.get("old")), _side(row.get("new")))


def _side(text: str | None) -> Coded | None:
    if text is None:
        return None
    code, _, name = text.partition(" ")
    return code, name
