"""All names of all divisions, and which of them a text begins with."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from transforms.gazetteer.divisions import Division, all_divisions
from transforms.gazetteer.names import Form, names_of
from transforms.glyphs import all_simplified

Entry = tuple[Division, Form]


@dataclass(frozen=True, slots=True, eq=False)
class Bearers:
    """The divisions that a name stands for, below others or anywhere: only those for which it stands most surely.

    ``lines``: their lines; ``above``: those below which they were looked for, empty for anywhere.
    """

    name: str
    divisions: tuple[Division, ...]
    form: Form
    lines: frozenset[int]
    above: frozenset[int]


# Names that more have than this are sorted by what stands above their bearers, once someone asks for one of them.
_MANY = 8
NOWHERE: frozenset[int] = frozenset()


class Index:
    """Names of divisions and what they stand for. What was looked up once is kept: batches repeat their places.

    ``words``: names without the word for their kind that are words of offices as well.
    """

    def __init__(self, divisions: Iterable[Division]) -> None:
        self._entries: defaultdict[str, list[Entry]] = defaultdict(list)
        declared = yaml.load(
            resources.files(__package__).joinpath("aliases.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader
        )
        aliases: dict[str, str] = declared["aliases"]
        self.words: frozenset[str] = frozenset(declared["words"])
        short = defaultdict(list)
        for alias, name in aliases.items():
            short[name].append(alias)
        self._of_line: defaultdict[int, list[Division]] = defaultdict(list)
        self._of_code: dict[str, Division] = {}
        named: list[tuple[str, Entry]] = []
        for division in divisions:
            self._of_line[division.line].append(division)
            if division.division_id == division.code:
                self._of_code[division.code] = division
            above = tuple(one.name for one in reversed(division.path[:-1])) if division.level == "zone" else ()
            for name, form in names_of(division.name, division.level, above).items():
                named.append((name, (division, form)))
            named += ((alias, (division, Form.full)) for alias in short.get(division.name, ()))
        # As texts are looked up: where they are made alike, the 乾 of 乾县 is taken for 干.
        alike = all_simplified([name for name, _ in named])
        for name, (_, entry) in zip(alike, named, strict=True):
            self._entries[name].append(entry)
        self._lengths: dict[str, tuple[int, ...]] = _lengths(self._entries)
        self._sorted: dict[str, dict[int, list[Entry]]] = {}
        self._known: dict[tuple[str, frozenset[int]], Bearers | None] = {}

    def named(self, name: str) -> Sequence[Entry]:
        """All divisions of this very name, in any form."""
        return self._entries.get(name, ())

    def states(self, division: Division) -> Sequence[Division]:
        """All that are one division with this one, itself included."""
        return self._of_line[division.line]

    def of_code(self, code: str) -> Division | None:
        """The division that has a code, or had it last."""
        return self._of_code.get(code)

    def names(self) -> Iterable[str]:
        """Every name."""
        return self._entries.keys()

    def starting(self, text: str, at: int, above: frozenset[int] = NOWHERE) -> list[Bearers]:
        """What the names in ``text`` from place ``at`` on stand for, the longest name first.

        ``above``: only what stands below one of these lines.
        """
        lengths = self._lengths.get(text[at : at + 2])
        if lengths is None:
            return []
        found = []
        for length in lengths:
            name = text[at : at + length]
            if len(name) == length and name in self._entries:
                key = (name, above)
                if key not in self._known:
                    self._known[key] = self._chosen(name, above)
                if (bearers := self._known[key]) is not None:
                    found.append(bearers)
        return found

    def _chosen(self, name: str, above: frozenset[int]) -> Bearers | None:
        entries = self.within(name, above) if above else self._entries[name]
        usable = [
            (division, form)
            for division, form in entries
            # Below another one, not below what it once was itself: 绍兴县 in 绍兴市, though it was a 绍兴市 before.
            if (not above or not above.isdisjoint(division.above))
            # 新市 for 新市镇 would be a word of many titles.
            and (form is not Form.bare or division.level not in ("township", "zone"))
        ]
        if not usable:
            return None
        surest = min(form for _, form in usable)
        # 新区 is a zone of many cities and the name in full of none; 长安 is a bare word beside no name in full.
        chosen = tuple(d for d, form in usable if form is surest or (surest is Form.full and form is Form.zone))
        return Bearers(name, chosen, surest, frozenset(division.line for division in chosen), above)

    def within(self, name: str, lines: frozenset[int]) -> list[Entry]:
        """The divisions of a name that are, or stand below, one of these lines."""
        entries = self._entries[name]
        if len(entries) <= _MANY:
            return [(one, form) for one, form in entries if one.line in lines or not lines.isdisjoint(one.above)]
        by_line = self._sorted.get(name)
        if by_line is None:
            by_line = self._sorted[name] = {}
            for entry in entries:
                for line in (entry[0].line, *entry[0].above):
                    by_line.setdefault(line, []).append(entry)
        found = [entry for line in lines for entry in by_line.get(line, ())]
        return found if len(lines) == 1 else list(dict.fromkeys(found))


def _lengths(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for name in names:
        found[name[:2]].add(len(name))
    return {start: tuple(sorted(lengths, reverse=True)) for start, lengths in found.items()}


@cache
def index() -> Index:
    """The index of the shipped divisions, made once in a process."""
    # All of it stays: looking for what is no longer used among half a million objects takes a third of the time.
    gc.disable()
    try:
        return Index(all_divisions())
    finally:
        gc.enable()
