"""Titles and names that the world prints, labelled by hand, against what this project makes of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.transforms.stages.test_report_versions import FIRST
from transforms.gazetteer import Division, all_divisions
from transforms.identity.agencies import agency_type, scope_of
from transforms.identity.divisions import division_of
from transforms.identity.placement import Named, Placement, place
from transforms.identity.store import IdentityStore
from transforms.identity.titles import parse_title

FIELDS = ("agency", "type", "division", "scope", "year")
# The year of names on list pages that print none: the newest of the collection.
NEWEST = 2025
_CENTRAL = "100000"
_NAME = re.compile(r"^(?P<name>.*?)(?:\((?P<year>20\d\d)?.*\))?$")

Entry = dict[str, Any]


def _labelled() -> list[Entry]:
    entries: list[Entry] = yaml.safe_load(Path(__file__).with_name("real_titles.yaml").read_text("utf-8"))
    # Descriptions of list pages in the collector's own words are printed nowhere.
    return [entry for entry in entries if entry["kind"] != "other"]


@dataclass(frozen=True)
class Answer:
    """What the pipeline says of an entry; ``fields`` as the labels have them."""

    fields: dict[str, Any]
    division: Division | None
    placed: Placement


def _province(entry: Entry) -> str | None:
    """The province that the list gives, as the portal's region code."""
    province = entry["context"]["province"]
    if province is None:
        return None
    codes = [
        d.code for d in all_divisions() if d.level == "province" and d.last is None and d.name.startswith(province)
    ]
    return codes[0] if codes else _CENTRAL


def _named(entry: Entry) -> Named:
    if entry["kind"] == "title":
        title = parse_title(entry["title"])
        return Named(None, None, None) if title is None else Named(title.agency_name, title.report_year, title.edition)
    match = _NAME.match(entry["title"])
    assert match is not None
    return Named(match["name"], int(match["year"]) if match["year"] else None, None)


def _answer(entry: Entry, store: IdentityStore, region: str | None, codes: Sequence[str] = ()) -> Answer:
    named = replace(_named(entry), codes=codes)
    fetch = FIRST._replace(
        url=entry["url"], region_code=region, body=None, report_year=None, title=None, link_text=None
    )
    placed = place(fetch, replace(named, report_year=named.report_year or NEWEST), store)
    kind = agency_type(named.agency_name)
    division = None
    if placed.agency_name is not None:
        told = division_of(placed.agency_name, region, named.report_year or NEWEST, placed.codes)
        division = {d.division_id: d for d in all_divisions()}[told] if told else None
    fields = {
        "agency": named.agency_name,
        "type": kind,
        "scope": scope_of(kind, named.edition, []),
        "year": named.report_year,
    }
    return Answer(fields, division, placed)


def _is_right(entry: Entry, answer: Answer, field: str) -> bool:
    if field == "division":
        return _is_right_division(entry, answer)
    truth, said = entry[field], answer.fields[field]
    return said in truth if isinstance(truth, list) else said == truth


def _is_right_division(entry: Entry, answer: Answer) -> bool:
    """A title without a body has no division to tell. A zone of the gazetteer lies in what the labels name for it."""
    if entry["agency"] is None:
        return answer.division is None
    if answer.division is None:
        # A name that stands in no list (of a misprint, of an invented place) belongs nowhere.
        return entry["division"] is None and not entry.get("candidates")
    path = [one.name for one in answer.division.path if one.name not in ("市辖区", "中华人民共和国")]
    if entry["division"] is None:
        # The labels leave it open: what contains all possibilities is right as long as it confirms nothing.
        return not answer.placed.confirmed and all(way[: len(path)] == path for way in entry["candidates"])
    is_zone = answer.division.level == "zone"
    return path == entry["division"] or (is_zone and path[: len(entry["division"])] == entry["division"])


def _misses(entries: list[Entry], answers: list[Answer]) -> Iterator[tuple[Entry, Answer, str]]:
    for entry, answer in zip(entries, answers, strict=True):
        yield from ((entry, answer, field) for field in FIELDS if not _is_right(entry, answer, field))


def _line(entry: Entry, answer: Answer, field: str) -> str:
    said = answer.division.full_name if field == "division" and answer.division else answer.fields.get(field)
    confirmed = "CONFIRMED" if answer.placed.confirmed else "unconfirmed"
    return f"{entry['title']}: {field} is {entry[field]!r}, said {said!r}, {confirmed}"


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return _labelled()


@pytest.fixture(scope="module")
def on_provinces_portals(entries: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> list[Answer]:
    """The answers where nothing but the province of the portal is known beside the words."""
    home = tmp_path_factory.mktemp("home")
    return [_answer(entry, IdentityStore(home), _province(entry)) for entry in entries]


@pytest.fixture(scope="module")
def on_their_portals(entries: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> list[Answer]:
    """The answers where the portal declares its region and the document prints its codes, as in a real night."""
    home = tmp_path_factory.mktemp("home")
    contexts = [entry["context"] for entry in entries]
    return [
        _answer(entry, IdentityStore(home), context.get("region", _province(entry)), context.get("codes", ()))
        for entry, context in zip(entries, contexts, strict=True)
    ]


def _score(misses: Sequence[tuple[Entry, Answer, str]], number: int) -> dict[str, float]:
    of_field = Counter(field for _, _, field in misses)
    return {field: round(100 * (1 - of_field[field] / number), 2) for field in FIELDS}


def test_99_of_100_are_right_and_nothing_is_confidently_wrong(
    entries: list[Entry], on_their_portals: list[Answer]
) -> None:
    misses = list(_misses(entries, on_their_portals))
    score, listed = _score(misses, len(entries)), "\n".join(_line(*miss) for miss in misses)
    assert len(entries) > 250
    assert not [miss for miss in misses if miss[1].placed.confirmed], f"confidently wrong; {score}\n{listed}"
    assert min(score.values()) >= 99, f"{score}\n{listed}"


def test_with_the_province_alone_less_is_told_and_nothing_is_confidently_wrong(
    entries: list[Entry], on_provinces_portals: list[Answer]
) -> None:
    misses = list(_misses(entries, on_provinces_portals))
    score, listed = _score(misses, len(entries)), "\n".join(_line(*miss) for miss in misses)
    assert not [miss for miss in misses if miss[1].placed.confirmed], f"confidently wrong; {score}\n{listed}"
    assert min(score[field] for field in FIELDS if field != "division") >= 99, f"{score}\n{listed}"
    assert score["division"] >= 97, f"{score}\n{listed}"


@pytest.mark.parametrize("answers", ["on_their_portals", "on_provinces_portals"])
def test_what_can_be_certain_is_confirmed(entries: list[Entry], answers: str, request: pytest.FixtureRequest) -> None:
    """A reader that confirmed nothing could not be confidently wrong."""
    given: list[Answer] = request.getfixturevalue(answers)
    named = [
        answer
        for entry, answer in zip(entries, given, strict=True)
        if entry["agency"] and entry["division"] is not None
    ]
    confirmed = sum(answer.placed.confirmed for answer in named)
    assert confirmed >= 0.93 * len(named), [a.placed.agency_name for a in named if not a.placed.confirmed]
