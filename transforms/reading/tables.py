"""The three tables of a report, read from labelled groups of cells; known layouts by the plan of an earlier reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from transforms.forms import Form
from transforms.reading.application import read_application
from transforms.reading.disclosure import find_fused, read_disclosure
from transforms.reading.litigation import read_litigation
from transforms.reading.result import CellPath
from transforms.reading.segments.found import Found, Segments, TableApart
from transforms.reading.sheet import Sheet


class _Step(NamedTuple):
    """A printed cell, as the number of its group and its number among the values there, and the path it belongs to."""

    group: int | None
    value: int
    path: CellPath
    column: str
    header_text: str
    place: str


# By form and layout; None where figures had a say in what stands where.
_plans: dict[tuple[str, tuple[TableApart, ...]], tuple[_Step, ...] | None] = {}
_MOST_PLANS = 300


def read_tables(segments: Segments, form: Form, sheet: Sheet) -> None:
    """Read everything that ``segments`` found of the three tables of ``form`` into ``sheet``."""
    found, layout = segments.found, segments.layout
    plan = _plans.get((form.name, layout)) if layout else None
    if plan is not None:
        for group, value, path, column, header_text, place in plan:
            cell = found[group].values[value] if group is not None else None
            sheet.fill(path, cell, column, header_text, place)
    else:
        sheet.by_layout = True
        read_disclosure(found, form, sheet)
        read_application(found, form, sheet)
        read_litigation(found, form, sheet)
        if layout and (form.name, layout) not in _plans:
            if len(_plans) >= _MOST_PLANS:
                _plans.clear()
            _plans[form.name, layout] = _plan(found, sheet)
    find_fused([text for _, text in segments.texts], form, sheet)


def _plan(found: Sequence[Found], sheet: Sheet) -> tuple[_Step, ...] | None:
    """What was done to fill ``sheet``, for other figures in the same layout; None if these figures had a say in it."""
    places = {id(cell): (group, value) for group, one in enumerate(found) for value, cell in enumerate(one.values)}
    paths = {read.path for read in sheet.log}
    printed = [read.cell for read in sheet.log if read.cell is not None]
    if not sheet.by_layout or len(paths) != len(sheet.log) or any(id(cell) not in places for cell in printed):
        return None
    steps = []
    for path, cell, column, header_text, place in sheet.log:
        group, value = places[id(cell)] if cell is not None else (None, 0)
        steps.append(_Step(group, value, path, column, header_text, place))
    return tuple(steps)
