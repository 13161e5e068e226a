"""What people may mean by a name of a division: short and former names forgiven, every candidate given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transforms.gazetteer.divisions import Division
from transforms.gazetteer.index import index
from transforms.gazetteer.names import Form
from transforms.gazetteer.resolving import resolve
from transforms.glyphs import simplified

_ORDER = {"country": 0, "province": 1, "prefecture": 2, "county": 3, "zone": 4, "township": 5}


@dataclass(frozen=True, slots=True)
class Found:
    """A division that a name may mean; ``now``: what it is today (itself, or what followed it), None when it ended.

    ``form``: how the name stands for it; None when the name is only a part of its name.
    """

    division: Division
    form: Form | None
    now: Division | None


def find(name: str, region: str | None = None, year: int | None = None) -> list[Found]:
    """Every division that is called ``name`` or was, in full or short, the likeliest first.

    ``name`` may begin with divisions above it (江苏鼓楼区). ``region``: only what is within the division of this code;
    ``year``: only what stood in it. When nothing bears the name, those whose names contain it.
    """
    names = index()
    text = "".join(simplified(name).split())
    found: dict[Division, Form | None] = {
        division: form for division, form in sorted(names.named(text), key=lambda entry: entry[1], reverse=True)
    }
    if not found:
        resolution = resolve(text, region, year)
        if resolution.reason != "region_alone" and not resolution.rest:
            found = {division: resolution.form for division in resolution.candidates}
    if not found and len(text) > 1:
        found = {division: None for known in names.names() if text in known for division, _ in names.named(known)}
    outer = names.of_code(region) if region else None
    chosen = [
        Found(division, form, _now(names.states(division)))
        for division, form in found.items()
        if (outer is None or division.is_within(outer)) and (year is None or division.stood_in(year))
    ]
    return sorted(chosen, key=_likeliness)


def _now(states: Sequence[Division]) -> Division | None:
    return next((state for state in states if state.last is None), None)


def _likeliness(one: Found) -> tuple[int, bool, int, str]:
    form = one.form if one.form is not None else 9
    return form, one.division.last is not None, _ORDER[one.division.level], one.division.division_id
