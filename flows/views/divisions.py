"""Candidates for a name of a division, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from flows.views.printing import console
from transforms.gazetteer import Division, Found


def show(found: Sequence[Found]) -> None:
    """Print a row for each: id, name and what stands above it, level, years, what it is now, how the name stands."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("division_id", "name", "above", "level", "years", "now", "matched by"):
        table.add_column(heading, overflow="fold")
    for one in found:
        division = one.division
        table.add_row(
            division.division_id,
            division.name,
            "".join(upper.name for upper in division.path[:-1]),
            division.level,
            _years(division),
            _now(one),
            {"full": "name", "zone": "name within its city", "bare": "short name"}.get(
                one.form.name if one.form is not None else "", "part of the name"
            ),
        )
    console().print(table)


def _years(division: Division) -> str:
    """From which year on and until when: 1983–2014, –2009, 2010–; a dash alone where neither is known or to come."""
    return f"{division.first or ''}–{division.last or ''}"


def _now(one: Found) -> str:
    if one.now is None:
        return "ended"
    return "" if one.now is one.division else f"{one.now.name} ({one.now.division_id})"
