"""The printed header of table three: which applicant each column of figures is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transforms.documents.model import Cell, Mode
from transforms.forms import Form
from transforms.reading.segments.found import Found, HeaderCell


@dataclass(frozen=True)
class Header:
    """Applicant of each column (None: a column the form does not have) and, in a grid, its header cell."""

    columns: tuple[str | None, ...]
    cells: tuple[Cell | None, ...]
    known: bool
    usual: bool = True


class Headers:
    """Headers of table three, each worked out once: all rows below it share it."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._known: dict[tuple[int, bool], tuple[Found, Header]] = {}

    def of(self, found: Found) -> Header:
        key = (id(found.header), found.mode is Mode.GRID)
        if key not in self._known:
            # The row is kept with its header, so that the identity of the header stays its own.
            self._known[key] = (found, _header(found, self._form))
        return self._known[key][1]


def _header(found: Found, form: Form) -> Header:
    default = tuple(applicant.key for applicant in form.applicants)
    labels = [h for h in found.header if h.meaning and h.meaning.kind == "applicant"]
    unknown = [h for h in found.header if h.meaning is None]
    keys = [h.meaning.key for h in labels if h.meaning]
    if found.mode is Mode.GRID and labels:
        # Left of the applicants stand the corner and the labels of the rows, however the page cuts them.
        first = min(h.cell.column for h in labels)
        others = [h for h in unknown if h.cell.span == 1 and h.cell.column > first]
        # Figures right below the applicants, one each, know of no other column: the edge of a seal in a scan is none.
        if [cell.column for cell in found.values] == sorted(h.cell.column for h in labels):
            others = []
        leaves: list[HeaderCell] = sorted([*labels, *others], key=lambda h: h.cell.column)
        columns = tuple(h.meaning.key if h.meaning else None for h in leaves)
        cells = tuple(h.cell for h in leaves)
        if columns != default and keys[:1] == ["natural_person"] and not _stand_below(found.header):
            # Spans are wrong somewhere, and have pushed names aside; they are printed in order all the same.
            columns, cells = tuple(_reading_order(found.header, found.mode)), ()
    else:
        columns, cells = tuple(_reading_order(found.header, found.mode)), ()
    if sorted(key for key in columns if key) == sorted(default) and len(set(keys)) == len(keys):
        return Header(columns, cells, True, usual=columns == default)
    return Header(default, (), False)


def _stand_below(header: Sequence[HeaderCell]) -> bool:
    """Whether all kinds of organisations, and no other columns, stand below 法人或其他组织."""
    above = next((h.cell for h in header if h.meaning and h.meaning.kind == "organisations"), None)
    if above is None:
        return True
    names = [h for h in header if h.meaning and h.meaning.kind == "applicant"]
    return all(
        (above.column <= h.cell.column < above.column + above.span) == h.meaning.key.startswith("org_")
        for h in names
        if h.meaning
    )


def _reading_order(header: Sequence[HeaderCell], mode: Mode) -> list[str]:
    """Columns of a header written line by line.

    A header of several storeys prints 自然人 and 总计 on other lines than the kinds of organisation, so that only
    the order among these can be read; a flat one, without 法人或其他组织 above, is taken as it stands. Lines that
    leave blank what merged cells cover, as Markdown does, give each its own column.
    """
    applicants = [h for h in header if h.meaning and h.meaning.kind == "applicant"]
    if mode is Mode.LINE and len({h.cell.column for h in applicants}) == len(applicants):
        applicants.sort(key=lambda h: h.cell.column)
    order = [h.meaning.key for h in applicants if h.meaning]
    if not any(h.meaning and h.meaning.kind == "organisations" for h in header):
        return order
    organisations = [key for key in order if key.startswith("org_")]
    return [
        *(key for key in order if key == "natural_person"),
        *organisations,
        *(key for key in order if key == "total"),
    ]
