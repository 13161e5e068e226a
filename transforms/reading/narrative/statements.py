"""The statements of ``statements.yaml`` as compiled patterns, one record a measure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from transforms.reading.narrative.quantities import DIGITS, NUMERALS

_WORD = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Told:
    """A measure as sentences tell it; ``statement`` fits at the end of a clause, with groups number and unit.

    ``keys``: form name -> key, None for every other form. The other fields are those of the YAML.
    """

    keys: dict[str | None, str]
    unit: str
    named: tuple[str, ...]
    statement: re.Pattern[str]
    context: re.Pattern[str] | None
    sections: frozenset[str]
    is_part: bool
    since: int
    unless: tuple[str, ...]
    not_followed_by: re.Pattern[str] | None

    def key(self, form: str | None) -> str:
        return self.keys.get(form) or self.keys[None]


@cache
def told_measures() -> tuple[Told, ...]:
    """All measures of ``statements.yaml``; raises KeyError for a word that it does not declare."""
    declared = yaml.load(
        resources.files(__package__).joinpath("statements.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader
    )
    words = {name: "".join(text.split()) for name, text in declared["words"].items()}
    return tuple(_told(entry, words) for entry in declared["measures"])


@cache
def _words() -> tuple[re.Pattern[str], dict[str, frozenset[int]]]:
    """Every word under ``named`` as one pattern, and the places of the measures that it stands under."""
    under: dict[str, set[int]] = {}
    for place, measure in enumerate(told_measures()):
        for word in measure.named:
            under.setdefault(word, set()).add(place)
    return re.compile("|".join(under)), {word: frozenset(places) for word, places in under.items()}


def measures_named(text: str) -> list[Told]:
    """The measures that a text may tell, in their order: those of which a word under ``named`` stands in it."""
    pattern, under = _words()
    places = {place for word in set(pattern.findall(text)) for place in under[word]}
    return [told_measures()[place] for place in sorted(places)]


def _told(entry: dict[str, Any], words: dict[str, str]) -> Told:
    number = rf"(?<![\d.])(?P<number>{DIGITS}|{NUMERALS})(?P<unit>{entry['counted']})"
    alternatives = [_expanded(statement, words) for statement in entry["statements"]]
    return Told(
        keys={None: entry["key"], **entry.get("in_form", {})},
        unit=entry["unit"],
        named=tuple(entry["named"].split("|")),
        statement=_compiled(alternatives, number),
        context=_pattern(entry.get("context")),
        sections=frozenset(entry.get("section", ())),
        is_part=entry.get("part", False),
        since=entry.get("since", 0),
        unless=tuple(entry["unless"].split("|")) if "unless" in entry else (),
        not_followed_by=_pattern(entry.get("not_followed_by")),
    )


def _expanded(text: str, words: dict[str, str]) -> str:
    while True:
        filled = _WORD.sub(lambda match: match.group() if match[1] == "n" else words[match[1]], text)
        if filled == text:
            return text
        text = filled


def _compiled(alternatives: list[str], number: str) -> re.Pattern[str]:
    # A name may stand for one group of a pattern only, so that each alternative has its own.
    numbered = []
    for index, alternative in enumerate(alternatives):
        full = alternative.replace("{n}", number)
        numbered.append(re.sub(r"\(\?P<([a-z]+)>", rf"(?P<\g<1>{index}>", full))
    return re.compile(f"(?:{'|'.join(numbered)})$")


def span(match: re.Match[str], name: str) -> tuple[int, int] | None:
    """Place of a named group in whichever alternative fitted: ``number``, ``unit``, ``last`` or ``next``."""
    # Names of groups end in the digit of their alternative (_compiled), of which no measure has ten.
    key = name + (match.lastgroup or "0")[-1]
    if key not in match.re.groupindex or match.start(key) < 0:
        return None
    return match.span(key)


def group(match: re.Match[str], name: str) -> str | None:
    """Text of a named group in whichever alternative fitted."""
    place = span(match, name)
    return match.string[place[0] : place[1]] if place else None


def _pattern(text: str | None) -> re.Pattern[str] | None:
    return re.compile(text) if text else None
