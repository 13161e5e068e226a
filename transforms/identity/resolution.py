"""Where a body belongs and which body of that place it is, from its name, its codes and its portal's region."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from transforms.gazetteer import Division, resolve
from transforms.gazetteer.index import index
from transforms.identity.agencies import agency_type
from transforms.identity.evidence import division_code_of
from transforms.identity.names import body_key
from transforms.workers import allow

COUNTRY = "100000"
# Loading the gazetteer takes one or two seconds of a processor, and longer on a busy machine.
_GAZETTEER_SECONDS = 40.0
# A body at the centre: a ministry, commission, bureau or institution that no place stands before.
_CENTRAL = re.compile(r"^(?:国家|中国|中华人民共和国|全国|国务院)|(?:部|总局|总署|银行)$|委员会$|会$|局$|署$")


# What is left of a place below that has lost its name (大通县镇人民政府), and the levels whose own it can be.
_OF_LEVEL = (
    (re.compile(r"^[乡镇]|街道|办事处|^办$"), ("township",)),
    (re.compile(r"管理委|管委"), ("zone", "township")),
    (re.compile(r"^[县区旗]"), ("county", "zone")),
    (re.compile(r"^[市州盟]"), ("prefecture", "county")),
)


@dataclass(frozen=True, slots=True)
class Belonging:
    """The division of a body, and which of the division's bodies it is.

    ``division``: as it stood in the report year, None where nothing tells it. ``certain``: it is told by the name, or
    by a verified code, and nothing speaks against it; otherwise ``division`` only contains the body. ``body``: what the
    body is within its division, as ``body_key`` gives it. ``because``: what told it, one sentence. ``conflict``: what
    speaks against it, one sentence, None where nothing does.
    """

    division: Division | None
    certain: bool
    body: str
    because: str
    conflict: str | None = None

    @property
    def key(self) -> tuple[int, str] | None:
        """The same for all names of one body through renamings of its division; None where it is not certain."""
        return (self.division.line, self.body) if self.certain and self.division is not None else None


def belonging(name: str, region: str | None, year: int | None, codes: Sequence[str] = ()) -> Belonging:
    """Where the body called ``name`` belongs.

    ``region``: GB/T 2260 code of its portal; ``year``: the report year; ``codes``: verified codes that the document or
    its address print. The name goes first: a code settles what the name leaves open, and what the two say of different
    places is a conflict.
    """
    return _belonging(name, region, year, tuple(codes))


@lru_cache(maxsize=1 << 15)
def _belonging(name: str, region: str | None, year: int | None, codes: tuple[str, ...]) -> Belonging:
    if region == COUNTRY and _is_central(name):
        return Belonging(_division_of_code(COUNTRY), True, body_key(name), "a body at the centre, by its portal")
    told = resolve(name, region, year)
    registered = _registered_in(codes)
    if told.is_certain and told.division is not None:
        body = body_key(told.rest)
        if not body and not _is_its_own(told.rest, told.division):
            because = f"its name tells {told.division.full_name} and has lost that of a place within it"
            return Belonging(told.division, False, body, because)
        conflict = _conflict(name, told.division, registered)
        said = "its name tells" if told.reason == "parents" else "its name and region tell"
        because = f"{said} {told.division.full_name} ({told.reason})"
        return Belonging(told.division, conflict is None, body, because, conflict)
    if len(registered) == 1:
        place = registered[0]
        within = resolve(name, place.code, year)
        outer = index().of_code(region) if region else None
        conflict = (
            f"its code is of {place.full_name}, its portal of {outer.full_name}"
            if (outer is not None and not _related(place, outer))
            else None
        )
        because = f"its code tells {place.full_name}; its name: {told.reason}"
        if within.reason in ("parents", "region", "only_one", "region_alone") and within.division is not None:
            certain = conflict is None and within.unlisted is None
            return Belonging(within.division, certain, body_key(within.rest), because, conflict)
    if told.division is not None:
        what = f"{told.unlisted} is in no list of divisions" if told.unlisted else "its name tells no place"
        because = f"{what}; its portal's region is {told.division.full_name}"
        return Belonging(told.division, False, body_key(told.rest), because)
    # 本溪 is the city or its county: either way it lies in the city.
    wider = [one for one in told.candidates if all(other.is_within(one) for other in told.candidates)]
    if told.reason == "outside_region" and region is not None and (conflict := _elsewhere(name, region, year)):
        return Belonging(
            None, False, body_key(told.rest), "its name tells a place outside its portal's region", conflict
        )
    inside = wider[0] if told.reason == "ambiguous" and wider else None
    return Belonging(inside, False, body_key(told.rest), f"its name tells no one place ({told.reason})")


def disagreement(name: str | None, other: str | None, year: int | None, codes: Sequence[str]) -> str | None:
    """What a document says of two different places: its title, its issuer (``other``) and its codes; one sentence.

    Only what is certain is held against another: None where one of them names no place, or one is within the other.
    """
    if not name or not (codes or other):
        return None
    if not codes and other and name[:2] == other[:2]:
        return None  # of one place, and the gazetteer need not be loaded
    if index.cache_info().currsize == 0:
        # The first document that needs the gazetteer loads it, and is not to pay for that with its own time.
        allow(_GAZETTEER_SECONDS)
    told = resolve(name, None, year)
    if not told.is_certain or told.division is None:
        return None
    if conflict := _conflict(name, told.division, _registered_in(tuple(codes))):
        return conflict
    if other:
        second = resolve(other, None, year)
        if second.is_certain and second.division is not None and not _related(told.division, second.division):
            places = told.division.full_name, second.division.full_name
            return f"the title names {name} of {places[0]}, the issuer is {other} of {places[1]}"
    return None


def _conflict(name: str, division: Division, registered: Sequence[Division]) -> str | None:
    if registered and not any(_related(division, place) for place in registered):
        places = ", ".join(place.full_name for place in registered)
        return f"{name} is of {division.full_name}, the code printed with it of {places}"
    return None


def _elsewhere(name: str, region: str, year: int | None) -> str | None:
    """What speaks against a name that certainly is of another place than the portal's region."""
    told, outer = resolve(name, None, year), index().of_code(region)
    if not told.is_certain or told.division is None or outer is None or _related(told.division, outer):
        return None
    return f"{name} is of {told.division.full_name}, its portal of {outer.full_name}"


def _is_its_own(rest: str, division: Division) -> bool:
    """Whether ``rest`` names the government or committee of the place itself, not of one below without its name."""
    return all(division.level in levels for pattern, levels in _OF_LEVEL if pattern.search(rest))


def _is_central(name: str) -> bool:
    return not resolve(name, None, None).is_certain and bool(_CENTRAL.search(name)) and agency_type(name) is not None


@lru_cache(maxsize=1 << 16)
def _registered_in(codes: tuple[str, ...]) -> tuple[Division, ...]:
    """The divisions in which the bodies of codes are registered, none twice."""
    found = (_division_of_code(division) for code in codes if (division := division_code_of(code)))
    return tuple({one.line: one for one in found if one is not None}.values())


def _division_of_code(code: str) -> Division | None:
    found = index().of_code(code)
    return found if found is None or found.level != "country" or code == COUNTRY else None


def _related(one: Division, other: Division) -> bool:
    return one.is_within(other) or other.is_within(one)
