"""Which agencies people may mean by a name: exact names first, then short, former and partial ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol, get_args

from transforms.gazetteer import Division, all_divisions, resolve
from transforms.glyphs import simplified
from transforms.identity.names import body_key, long_form, name_key
from transforms.identity.resolution import belonging

How = Literal[
    "id",
    "merged id",
    "name",
    "former name",
    "short name",
    "other form of the name",
    "without its place",
    "part of the name",
]
_ORDER: tuple[How, ...] = get_args(How)
# Ways that leave no doubt about what a name with its place means: others are not listed beside them.
_EXACT = _ORDER[:6]
_IDS = _ORDER[:2]


class KnownAgency(Protocol):
    """An agency on record: ``names`` with their kinds as ``agency_name`` has them, ``aliases``: ids merged into it."""

    @property
    def agency_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def agency_type(self) -> str | None: ...
    @property
    def division_id(self) -> str | None: ...
    @property
    def status(self) -> str: ...
    @property
    def names(self) -> Sequence[tuple[str, str]]: ...
    @property
    def aliases(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class FoundAgency:
    """An agency that a name may mean; ``how`` the name stands for it."""

    agency: KnownAgency
    how: How


def find_agencies(name: str, agencies: Iterable[KnownAgency]) -> list[FoundAgency]:
    """Every agency that ``name`` may mean, the likeliest first; only exact ones where there are such.

    ``name`` is an id, a name now or of before in full or short, with its place in full or short (大通县人社局), or
    without it; any glyphs. Several of the best kind are homonyms or namesakes: a person has to choose.
    """
    text = "".join(simplified(name).split())
    if not text:
        return []
    asked = _Asked(text)
    found = [FoundAgency(one, how) for one in agencies if (how := asked.how(one)) is not None]
    # 信访局 is the name in full of whoever signs with it, and short for that of every county.
    decisive = _EXACT if asked.lines else _IDS
    exact = [one for one in found if one.how in decisive]
    return sorted(exact or found, key=lambda one: (_ORDER.index(one.how), one.agency.name, one.agency.agency_id))


class _Asked:
    """A name as it was asked for: its text, the lines of the divisions that it may name, and its body."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.key, self.long = name_key(text), long_form(text)
        told = resolve(text)
        named = (told.division,) if told.is_certain and told.division is not None else told.candidates
        self.lines = frozenset(one.line for one in named)
        self.body = body_key(told.rest)

    def how(self, agency: KnownAgency) -> How | None:
        if self.text == agency.agency_id:
            return "id"
        if self.text in agency.aliases:
            return "merged id"
        names: Sequence[tuple[str, str]] = ((agency.name, "official"), *agency.names)
        for name, kind in names:
            if self.text == "".join(simplified(name).split()):
                return "former name" if kind == "former" else "short name" if kind == "short" else "name"
        if any(self.key == name_key(name) or self.long == long_form(name) for name, _ in names):
            return "other form of the name"
        body, line = self._of(agency)
        if self.lines:
            if line in self.lines and body == self.body:
                return "other form of the name"
        elif self.body and body == self.body:
            return "without its place"
        return "part of the name" if any(self.text in simplified(name) for name, _ in names) else None

    def _of(self, agency: KnownAgency) -> tuple[str, int | None]:
        division = _divisions().get(agency.division_id or "")
        told = belonging(agency.name, division.code if division else None, None)
        if told.division is not None:
            return told.body, told.division.line if told.certain else (division.line if division else None)
        return told.body, None


@cache
def _divisions() -> dict[str, Division]:
    return {one.division_id: one for one in all_divisions()}
