"""What a person settled about agencies: ``identity/decisions.yaml`` of the home, read and checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

NAME = "decisions.yaml"
_RELATIONS = ("same_as", "not_same", "successor_of", "confirmed")
_NOTES = ("who", "when", "why")
_CHANGES = ("rename", "merge", "split", "transfer", "abolish")


class DecisionsError(Exception):
    """The file of decisions cannot be followed; the text says file, line, key, what was found and what is expected."""


@dataclass(frozen=True)
class Succession:
    """An agency that another one followed; ``kind`` as in ``agency_succession``."""

    before: str
    after: str
    kind: str
    effective_on: dt.date | None
    source: str


@dataclass
class Decisions:
    """``same_as``: merged id -> the id that stays, and why; ``not_same``: pairs that are no longer proposed.

    ``confirmed``: ids of agencies that a person has looked at and found right.
    """

    same_as: dict[str, tuple[str, str]] = field(default_factory=dict)
    not_same: set[frozenset[str]] = field(default_factory=set)
    successions: list[Succession] = field(default_factory=list)
    confirmed: set[str] = field(default_factory=set)

    def current(self, agency_id: str) -> str:
        """The id that stays of one that was merged, or the same id."""
        while agency_id in self.same_as:
            agency_id = self.same_as[agency_id][0]
        return agency_id

    def settled(self, one: str, other: str) -> bool:
        """Whether a person has said how two agencies stand to each other."""
        pair = frozenset((one, other))
        return pair in self.not_same or any(frozenset((s.before, s.after)) == pair for s in self.successions)


def read_decisions(
    folder: Path, known: Collection[str], merged: Mapping[str, tuple[str, str]] | None = None
) -> Decisions:
    """The decisions of a home's ``identity`` folder; none where there is no file.

    ``known``: the ids on record; ``merged``: those merged before, as ``same_as`` has them. A decision is ``agency: ID``
    with one of ``same_as: ID`` (the first is merged into the second), ``not_same: ID``, ``successor_of: ID`` (with
    ``kind`` and ``effective_on``, if they are known) or ``confirmed: true``; ``who``, ``when`` and ``why`` may say
    more. Raises DecisionsError.
    """
    path = folder / NAME
    decisions = Decisions(same_as=dict(merged or {}))
    if not path.exists():
        return decisions
    lines: dict[frozenset[str], int] = {}
    for line, entry, at in _entries(path):
        _follow(decisions, path, line, entry, at, known)
        relation = next(key for key in _RELATIONS if key in entry)
        lines[frozenset((entry["agency"], str(entry[relation])))] = at[relation]
    _refuse_contradictions(decisions, path, lines)
    return decisions


def _entries(path: Path) -> Iterator[tuple[int, dict[str, Any], dict[str, int]]]:
    """Line and content of every decision, and the line of each of its keys."""
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DecisionsError(f"{path} is no YAML: {error}") from error
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        raise DecisionsError(f"{path}, line 1: expected a list of decisions, each beginning with `- agency: ID`.")
    for node in root.value:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            raise DecisionsError(f"{path}, line {line}: expected `agency: ID` and what is decided of it.")
        at = {key.value: key.start_mark.line + 1 for key, _ in node.value}
        yield line, yaml.constructor.SafeConstructor().construct_document(node), at


def _follow(
    decisions: Decisions, path: Path, line: int, entry: dict[str, Any], at: dict[str, int], known: Collection[str]
) -> None:
    def refuse(key: str, why: str) -> DecisionsError:
        return DecisionsError(f"{path}, line {at.get(key, line)}, {key}: {why}")

    relations = [key for key in _RELATIONS if key in entry]
    if "agency" not in entry:
        raise refuse("agency", "it is missing; every decision names the agency that it is about.")
    if len(relations) != 1:
        raise refuse("agency", f"expected one of {', '.join(_RELATIONS)}, found {' and '.join(relations) or 'none'}.")
    relation = relations[0]
    allowed = {"agency", relation, *_NOTES, *(("kind", "effective_on") if relation == "successor_of" else ())}
    for key in entry:
        if key not in allowed:
            raise refuse(str(key), f"this key is not known here; allowed are {', '.join(sorted(allowed))}.")
    if relation == "confirmed" and entry[relation] is not True:
        raise refuse(relation, f"expected true, found {entry[relation]!r}.")
    for key in ("agency", *(() if relation == "confirmed" else (relation,))):
        if entry[key] not in known:
            raise refuse(key, f"no agency on record has the id {entry[key]!r}; `gongkai agency find` gives ids.")
    agency, other = entry["agency"], entry[relation]
    if agency == other:
        raise refuse(relation, "it names the agency itself.")
    said = [f"{key}: {entry[key]}" for key in _NOTES if entry.get(key)]
    source = "; ".join([f"{path.name} ({relation})", *said])
    if relation == "same_as":
        if decisions.same_as.get(agency, (other,))[0] != other:
            raise refuse(relation, f"{agency} is merged into {decisions.same_as[agency][0]} already.")
        decisions.same_as[agency] = (other, source)
    elif relation == "not_same":
        decisions.not_same.add(frozenset((agency, other)))
    elif relation == "confirmed":
        decisions.confirmed.add(agency)
    else:
        kind, day = entry.get("kind", "rename"), entry.get("effective_on")
        if kind not in _CHANGES:
            raise refuse("kind", f"expected one of {', '.join(_CHANGES)}, found {kind!r}.")
        if day is not None and not (isinstance(day, dt.date) and not isinstance(day, dt.datetime)):
            raise refuse("effective_on", f"expected a day such as 2018-10-01, found {day!r}.")
        decisions.successions.append(Succession(other, agency, kind, day, source))


def _refuse_contradictions(decisions: Decisions, path: Path, lines: dict[frozenset[str], int]) -> None:
    for agency in decisions.same_as:
        passed = [agency]
        while passed[-1] in decisions.same_as:
            passed.append(decisions.same_as[passed[-1]][0])
            if passed[-1] == agency:
                chain = " → ".join(passed)
                raise DecisionsError(
                    f"{path}, line {lines.get(frozenset(passed[:2]), 1)}, same_as: the merges go in a circle: {chain}."
                )
    for pair in decisions.not_same:
        if len({decisions.current(one) for one in pair}) == 1:
            raise DecisionsError(
                f"{path}, line {lines[pair]}, not_same: {' and '.join(sorted(pair))} are merged by same_as as well."
            )
