"""Townships and functional zones, from yearly statistical codes and from the list of names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from transforms.gazetteer.making.history import State
from transforms.gazetteer.making.sources import Coded, Names, Snapshot
from transforms.gazetteer.names import without_nationality

# Third part of a nine-digit code, by its hundreds: 0 streets, 1 towns, 2 and 3 townships; 4 to 6 what is run like one
# (开发区, 农场, 林场), which the list of names leaves out.
_LIKE_A_TOWNSHIP = "456"
SOURCE = "statistical codes"


@dataclass
class Listing:
    """What one source lists below the county on one day: (code of the parent, name) -> nine-digit code."""

    day: date
    source: str
    has_zones: bool = False
    townships: dict[Coded, str] = field(default_factory=dict)
    zones: dict[Coded, str] = field(default_factory=dict)
    # Parents of which it lists what is below them, also where all of that is counted to another.
    covers: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Local:
    """A township or a zone as long as it had one name and one parent; years as in ``State``."""

    code: str
    name: str
    parent: str
    first: int | None
    last: int | None
    is_zone: bool
    source: str


def zones_of_county_level(
    snapshots: Sequence[Snapshot], stands: Mapping[int, set[Coded]], left_out: set[str]
) -> tuple[list[Local], list[dict[str, str]]]:
    """Zones that statistical codes treat as counties, and for each snapshot what code of ours each of its counties has.

    A county of a snapshot is the legal one of the same code or else of the same name in its province (statistics kept
    codes of their own for a few); what is neither is a functional zone (130371 秦皇岛市经济技术开发区).
    """
    seen: defaultdict[Coded, list[int]] = defaultdict(list)
    ours = []
    for number, snapshot in enumerate(snapshots):
        # A change decided in the course of a year may be in that year's codes or not.
        legal = stands[snapshot.day.year] | stands[snapshot.day.year - 1]
        codes = {code for code, _ in legal}
        alike: defaultdict[Coded, list[str]] = defaultdict(list)
        for code, name in stands[snapshot.day.year]:
            alike[code[:2], name].append(code)
        mapping = {}
        for code, name in snapshot.counties.items():
            fellows = alike[code[:2], name]
            mapping[code] = code if (code, name) in legal or len(fellows) != 1 else fellows[0]
            if mapping[code] == code and code not in codes and code not in left_out:
                seen[code, name].append(number)
        ours.append(mapping)
    begin = min((numbers[0] for numbers in seen.values()), default=0)
    found = []
    for (code, name), numbers in sorted(seen.items()):
        first = None if numbers[0] == begin else snapshots[numbers[0] - 1].day.year + 1
        last = None if numbers[-1] == len(snapshots) - 1 else snapshots[numbers[-1]].day.year
        found.append(Local(code, name, code[:4] + "00", first, last, True, SOURCE))
    return found, ours


def listings(
    snapshots: Sequence[Snapshot],
    ours: Sequence[Mapping[str, str]],
    names: Names,
    stands: Mapping[int, set[Coded]],
) -> list[Listing]:
    """All lists in the order of their days, each township under the legal county that it belongs to.

    Where statistics count a township to a zone and the list of names to one county of the same city, it is the
    county's: a zone is no legal parent.
    """
    county_of: defaultdict[Coded, list[str]] = defaultdict(list)
    for county, below in names.townships.items():
        for name in below.values():
            county_of[county[:4], name].append(county)
    found = []
    for snapshot, mapping in zip(snapshots, ours, strict=True):
        listing = Listing(snapshot.day, SOURCE, has_zones=snapshot.has_zones)
        legal_codes = {code for code, _ in stands[snapshot.day.year]}
        for code, name in snapshot.townships.items():
            # A city without districts has no row of its own among the counties of the codes.
            parent = mapping.get(code[:6]) or (code[:6] if code[:6] in legal_codes else code[:4] + "00")
            listing.covers.add(parent)
            legal = county_of[parent[:4], name]
            if is_zone_code(parent) and len(legal) == 1:
                parent = legal[0]
            is_zone = code[6] in _LIKE_A_TOWNSHIP and parent not in legal
            (listing.zones if is_zone else listing.townships)[parent, name] = code
        found.append(listing)
    last = Listing(names.day, "list of names", covers=set(names.townships))
    for county, below in names.townships.items():
        last.townships |= {(county, name): code for code, name in below.items() if code[6] not in _LIKE_A_TOWNSHIP}
    return [*found, last]


def locals_of(lists: Sequence[Listing], parents: Mapping[str, Sequence[State | Local]]) -> list[Local]:
    """Townships and zones with their years; ``parents``: the states of each code.

    A township begins in the year after the last list without it. The first list and the last one in which its parent
    stands say nothing of what was before and after: it then begins and ends with the parent, where that is within the
    years of the lists, else nobody knows when.
    """
    return [
        *_locals([(one.townships, one) for one in lists], parents, is_zone=False),
        *_locals([(one.zones, one) for one in lists if one.has_zones], parents, is_zone=True),
    ]


def _locals(
    lists: Sequence[tuple[Mapping[Coded, str], Listing]],
    parents: Mapping[str, Sequence[State | Local]],
    *,
    is_zone: bool,
) -> list[Local]:
    seen: defaultdict[Coded, list[int]] = defaultdict(list)
    covering: defaultdict[str, list[int]] = defaultdict(list)
    for number, (entries, listing) in enumerate(lists):
        for coded in entries:
            seen[coded].append(number)
        for parent in listing.covers | {parent for parent, _ in entries}:
            covering[parent].append(number)
    years = [listing.day.year for _, listing in lists]
    found = []
    for (parent, name), numbers in sorted(seen.items()):
        first, last = numbers[0], numbers[-1]
        states = parents.get(parent, ())
        begun, ended = _nearest(states, years[first]), _nearest(states, years[last])
        since: int | None = years[first - 1] + 1
        if first == covering[parent][0]:
            since = begun.first if begun and first > 0 and (begun.first or 0) >= years[0] else None
        until: int | None = years[last]
        if last == covering[parent][-1]:
            until = ended.last if ended else None
        if since is not None and until is not None:
            since = min(since, until)  # a list that came late with the end of the parent
        entries, listing = lists[last]
        found.append(Local(entries[parent, name], name, parent, since, until, is_zone, listing.source))
    return found


def is_zone_code(code: str) -> bool:
    """Whether a six-digit code is one that statistics give to a zone that they treat as a county."""
    return "71" <= code[4:] <= "79"


def _nearest(states: Sequence[State | Local], year: int) -> State | Local | None:
    """The state of a code that stood in a year, else the one that ended last before it."""
    begun = [state for state in states if (state.first or 0) <= year]
    return max(begun, key=lambda state: state.first or 0, default=states[0] if states else None)


_KINDS = ("民族苏木", "民族乡", "街道", "苏木", "地区", "镇", "乡")


def township_stem(name: str) -> str:
    """A township's name without nationality and the word for its kind: 武安 of 武安镇, 绥胜 of 绥胜满族镇."""
    name = without_nationality(name)
    kind = next((word for word in _KINDS if name.endswith(word) and len(name) > len(word) + 1), "")
    return name.removesuffix(kind)


def successions(found: Sequence[Local], county_changes: Mapping[str, set[str]]) -> list[tuple[Local, Local, str, int]]:
    """What became of townships: another kind (乡 -> 镇), another county, another name under the same code.

    ``county_changes``: code of a county -> codes of those that it became. Nothing is said of those that were merged:
    the lists do not tell into which. A code alone makes no heir where either name is known elsewhere in the city, or
    where ``new`` has come from another one.
    """
    by_stem: defaultdict[Coded, list[Local]] = defaultdict(list)
    by_name: defaultdict[Coded, list[Local]] = defaultdict(list)
    by_code: defaultdict[Coded, list[Local]] = defaultdict(list)
    fellows: Counter[Coded] = Counter()
    for local in found:
        by_stem[local.parent, township_stem(local.name)].append(local)
        by_name[local.parent, local.name].append(local)
        by_code[local.parent, local.code].append(local)
        fellows[local.code[:4], local.name] += 1
    told = []
    for old in found:
        heirs, kept = sorted(county_changes.get(old.parent, ())), township_stem(old.name)
        moved = [new for county in heirs for new in by_name[county, old.name]]
        both = [new for county in heirs for new in by_stem[county, kept]]
        new = _heir(old, moved) or _heir(old, by_stem[old.parent, kept]) or _heir(old, both)
        if new is not None:
            kind = "reassign" if old.name == new.name else "convert"
            told.append((old, new, kind, (old.last or 0) + 1))
    olds, news = {old for old, *_ in told}, {new for _, new, *_ in told}
    for old in found:
        new = _heir(old, by_code[old.parent, old.code]) if old not in olds else None
        if (
            new is not None
            and new not in news
            and fellows[old.code[:4], old.name] == fellows[old.code[:4], new.name] == 1
        ):
            told.append((old, new, "rename", (old.last or 0) + 1))
    return told


def _heir(old: Local, candidates: Sequence[Local]) -> Local | None:
    if old.last is None:
        return None
    fitting = [n for n in candidates if n != old and n.first is not None and abs(n.first - old.last - 1) <= 1]
    return fitting[0] if len(fitting) == 1 else None
