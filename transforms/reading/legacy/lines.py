"""Labels of the statistics form of 2014 -> lines of the form: by their words, their place above and their order."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache
from typing import NamedTuple

from transforms.forms import Form, Statistic, forms
from transforms.reading.labels import core

_OF_WHICH = re.compile(r"^\s*其\s*中\s*[:：,，、]?\s*")
_UNIT = re.compile(
    r"^[(（]?(?:计量)?(?:单位[:：])?(条|件|次|篇|个|人|人次|项|场|期|起|场次|元|千元|百元|万元|亿元|[百千万][条件次篇个人项])[)）]?$"
)
_ARABIC = re.compile(r"^\d{1,2}$")


class Line(NamedTuple):
    """A line of the form: its number there, that of the line it stands under, and of the last line under it."""

    number: int
    statistic: Statistic
    under: int | None
    last: int
    enumerator: str


@cache
def form_of_2014() -> Form:
    return next(form for form in forms().values() if form.legacy)


@cache
def lines() -> tuple[Line, ...]:
    """The lines of the form in its order."""
    declared = form_of_2014().legacy
    numbers = {line.key: number for number, line in enumerate(declared)}
    above = [numbers[line.under] if line.under else None for line in declared]
    last = list(range(len(declared)))
    for number in reversed(range(len(declared))):
        parent = above[number]
        if parent is not None:
            last[parent] = max(last[parent], last[number])
    return tuple(
        Line(number, line, above[number], last[number], core(line.label).enumerator)
        for number, line in enumerate(declared)
    )


@cache
def _index() -> dict[str, tuple[frozenset[int], frozenset[int]]]:
    """Words -> lines that have them as their official label, and lines that have them as a short form."""
    official: defaultdict[str, set[int]] = defaultdict(set)
    short: defaultdict[str, set[int]] = defaultdict(set)
    for line in lines():
        official[words(line.statistic.label)].add(line.number)
        for spelling in line.statistic.also:
            short[words(spelling)].add(line.number)
    return {key: (frozenset(official[key]), frozenset(short[key])) for key in {*official, *short}}


def words(text: str) -> str:
    """Words of a label without 其中, enumerator, punctuation and remarks in brackets."""
    return core(_OF_WHICH.sub("", text)).words


@lru_cache(maxsize=16384)
def lines_named(text: str) -> frozenset[int]:
    """Numbers of the lines whose label a text may be; empty when it is no label of the form."""
    if not text or len(text) > 120 or not _is_balanced(text):
        return frozenset()
    official, short = _index().get(words(text), (frozenset(), frozenset()))
    return official | short


def needs_place(text: str, number: int) -> bool:
    """Whether a text is the label of line ``number`` only below the line that it belongs under."""
    official, short = _index()[words(text)]
    return bool(short) or number not in official or len(official) > 1


def choose(text: str, position: int) -> int | None:
    """The line that a label means behind line ``position``; None where the place does not settle it."""
    candidates = lines_named(text)
    if len(candidates) == 1:
        (number,) = candidates
        if not needs_place(text, number) or lines()[number].under is None:
            return number
    fitting = [number for number in candidates if _is_below(number, position)]
    return fitting[0] if len(fitting) == 1 else None


def _is_below(number: int, position: int) -> bool:
    """Whether line ``number`` follows ``position`` within what stands under its own heading."""
    under = lines()[number].under
    return under is not None and under <= position <= lines()[under].last and number > position


def twins(text: str) -> range | None:
    """The lines from the heading of the first to the last of those that a label may be; None where it is but one."""
    candidates = lines_named(text)
    if len(candidates) < 2:
        return None
    headings = [under for number in candidates if (under := lines()[number].under) is not None]
    return range(min(headings), max(lines()[heading].last for heading in headings) + 1)


def unit_of(text: str) -> str | None:
    """The unit that a cell of its own names; None when the text is no unit."""
    match = _UNIT.match("".join(text.split()))
    return match[1] if match else None


def arabic_number(number: int) -> str | None:
    """The Arabic number that the form prints before a line, which copies may set in a cell of its own."""
    enumerator = lines()[number].enumerator
    return enumerator if _ARABIC.match(enumerator) else None


def _is_balanced(text: str) -> bool:
    opened = text.count("(") + text.count("（")
    return opened == text.count(")") + text.count("）")


def is_open(text: str) -> bool:
    """Whether a remark in brackets goes on behind a text."""
    return text.count("(") + text.count("（") > text.count(")") + text.count("）")
