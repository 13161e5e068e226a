"""Tables of pages -> rows of the document: parts over page breaks in one grid, rows cut by a break made whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from transforms.documents.model import Cell, Mode, Row
from transforms.documents.pdf.tables.grid import TableCell
from transforms.reading.labels import meanings
from transforms.reading.printed import looks_like_value, read_printed

BROKEN = "is broken by the end of the page"
# In sizes of the text: sides of two parts of one table, and lines in them, lie within this.
_SAME = 0.6
# Figures of a row of tables three and four, and how many of them make a sum, its total the last: they are the same in
# all forms.
_PARTS_OF_SUMS = {7: 7, 15: 5}
_NOTHING = ("blank", "dash", "not_applicable")


@dataclass(frozen=True)
class PageTable:
    """A table, or the part of it on one page; ``number`` counts the tables of the page."""

    page: int
    number: int
    xs: tuple[float, ...]
    cells: tuple[TableCell, ...]
    em: float

    @property
    def width(self) -> float:
        return self.xs[-1] - self.xs[0]


class _Placed(NamedTuple):
    cell: TableCell
    locator: str


def goes_on(first: PageTable, second: PageTable) -> bool:
    """Whether the second table can be the continuation of the first on the next page: it is as wide."""
    near = _SAME * max(first.em, second.em)
    return second.page > first.page and abs(first.width - second.width) <= near


def rows_of_tables(parts: Sequence[PageTable], table: int, is_label: Callable[[str], bool]) -> list[Row]:
    """Rows of a table from its parts, one a page; ``table`` is its number in the document."""
    places = _common_places(parts)
    rows: list[list[_Placed]] = []
    for number, part in enumerate(parts):
        own = _rows(part, places)
        if number:
            own = own[_repeated(own, rows) :]
            if rows and own and (whole := _whole(rows[-1], own[0], is_label)) is not None:
                rows[-1] = whole
                own = own[1:]
            if own:
                rows, own = _labels_made_whole(rows, own, parts[number - 1])
        rows += own
    return [Row(tuple(_as_cell(placed) for placed in row), Mode.GRID, table) for row in rows]


def _as_cell(placed: _Placed) -> Cell:
    cell = placed.cell
    return Cell(cell.text, placed.locator, cell.column, cell.span, doubt=cell.doubt)


def _common_places(parts: Sequence[PageTable]) -> list[float]:
    """Places of upright lines in any of the parts, measured from the left side."""
    places: list[float] = []
    for x in sorted(x - part.xs[0] for part in parts for x in part.xs):
        if not places or x - places[-1] > _SAME * min(part.em for part in parts):
            places.append(x)
    return places


def _rows(part: PageTable, places: Sequence[float]) -> list[list[_Placed]]:
    """Rows of a part in the columns of the whole table."""
    columns = [min(range(len(places)), key=lambda n: abs(places[n] - (x - part.xs[0]))) for x in part.xs]
    rows: dict[int, list[_Placed]] = {}
    for cell in part.cells:
        row = rows.setdefault(cell.row, [])
        start, end = columns[cell.column], columns[cell.column + cell.span]
        where = f"page {part.page}, table {part.number}, row {cell.row + 1}, cell {len(row) + 1}"
        row.append(_Placed(cell._replace(column=start, span=max(1, end - start)), where))
    return [rows[number] for number in sorted(rows)]


def _texts(row: Sequence[_Placed]) -> list[str]:
    return ["".join(placed.cell.text.split()) for placed in row if placed.cell.text]


def _repeated(own: Sequence[Sequence[_Placed]], before: Sequence[Sequence[_Placed]]) -> int:
    """How many rows of a part repeat the head of the table."""
    count = 0
    for row, head in zip(own, before, strict=False):
        texts = _texts(row)
        if not texts or texts != _texts(head) or any(looks_like_value(text) for text in texts):
            break
        count += 1
    return count if count < len(own) else 0


def _broken(
    upper: Sequence[_Placed], below: dict[tuple[int, int], _Placed], is_label: Callable[[str], bool]
) -> list[_Placed] | None:
    """One row from a labelled one and what its narrow cells leave over below a page break: fewer figures, no label."""
    whole = [_put_together(above, below.get((above.cell.column, above.cell.span))) for above in upper]
    figures = [sum(bool(p.cell.text) and looks_like_value(p.cell.text) for p in row) for row in (upper, below.values())]
    words = [p for p in below.values() if p.cell.text and not _is_rest(p.cell.text)]
    if words or figures[0] <= figures[1] or not any(p.cell.text and is_label(p.cell.text) for p in upper):
        return None
    return [
        new if new.cell.text == old.cell.text else new._replace(cell=new.cell._replace(doubt=BROKEN))
        for old, new in zip(upper, whole, strict=True)
    ]


def _whole_by_sums(
    upper: Sequence[_Placed], below: dict[tuple[int, int], _Placed], is_label: Callable[[str], bool]
) -> list[_Placed] | None:
    """One row from its halves, beyond doubt: its sums close for both together and not for the upper one alone."""
    if any(p.cell.text and is_label(p.cell.text) for p in below.values()):
        return None
    whole = [_put_together(above, below.get((above.cell.column, above.cell.span))) for above in upper]
    return whole if _closes(whole) and not _closes(upper) else None


def _put_together(above: _Placed, under: _Placed | None) -> _Placed:
    """A cell with the rest of it below a page break: the digits of a figure in one, the words of a label in lines."""
    if under is None or not under.cell.text:
        return above
    parts = (above.cell.text, under.cell.text)
    text = "".join(parts) if _is_rest(parts[1]) else "\n".join(part for part in parts if part)
    return above._replace(cell=above.cell._replace(text=text, doubt=above.cell.doubt or under.cell.doubt))


def _is_rest(text: str) -> bool:
    """Whether a text can be the end of a figure: digits, a counter or both."""
    return looks_like_value(text) or read_printed(f"1{text}").value is not None


def _is_one_result(first: str, second: str) -> bool:
    """Whether two texts together are a result of table four, which heads a column, or a row of a turned table.

    维持 is one by itself as well, but 结果 above it is none.
    """
    whole, *parts = ([m for m in meanings(text) if m.kind == "result"] for text in (first + second, first, second))
    return bool(whole) and not all(parts)


def _closes(row: Sequence[_Placed]) -> bool:
    """Whether the figures behind the label of a row are those of table three or four, and their sums close."""
    texts = [placed.cell.text for placed in row]
    labels = [number for number, text in enumerate(texts) if text and not looks_like_value(text)]
    printed = [read_printed(text) for text in texts[labels[-1] + 1 if labels else 0 :]]
    parts = _PARTS_OF_SUMS.get(len(printed))
    if parts is None or any(one.value is None and one.state not in _NOTHING for one in printed):
        return False
    values = [one.value or 0 for one in printed]
    blocks = [values[start : start + parts] for start in range(0, len(values), parts)]
    return all(sum(block[:-1]) == block[-1] for block in blocks)


def _labels_made_whole(
    rows: list[list[_Placed]], own: list[list[_Placed]], before: PageTable
) -> tuple[list[list[_Placed]], list[list[_Placed]]]:
    """Rows above and below a page break, labels of several rows that it cuts with all their words in the upper part."""
    end = max(cell.row + cell.height for cell in before.cells)
    count = len({cell.row for cell in before.cells})
    cut = {
        (placed.cell.column, placed.cell.span): (number, place)
        for number in range(max(0, len(rows) - count), len(rows))
        for place, placed in enumerate(rows[number])
        if placed.cell.row + placed.cell.height == end and placed.cell.text
    }
    first = []
    for below in own[0]:
        number, place = cut.get((below.cell.column, below.cell.span), (-1, -1))
        if number >= 0 and below.cell.text and not meanings(below.cell.text):
            above = rows[number][place]
            text = f"{above.cell.text}\n{below.cell.text}"
            if meanings(text) and not looks_like_value(below.cell.text):
                rows[number][place] = above._replace(cell=above.cell._replace(text=text))
                below = below._replace(cell=below.cell._replace(text=""))
        first.append(below)
    return rows, [first, *own[1:]]


def _whole(upper: Sequence[_Placed], lower: Sequence[_Placed], is_label: Callable[[str], bool]) -> list[_Placed] | None:
    """One row from its halves above and below a page break; None where they are two rows."""
    below = {(placed.cell.column, placed.cell.span): placed for placed in lower}
    pairs = [(placed, below.get((placed.cell.column, placed.cell.span))) for placed in upper]
    alone = [p for p in lower if (p.cell.column, p.cell.span) not in {(u.cell.column, u.cell.span) for u in upper}]
    # A label that goes on below from a row further above has a column of its own; a figure belongs to a row.
    if any(p.cell.text and looks_like_value(p.cell.text) for p in alone):
        return None
    apart = any(p.cell.text for p in alone)
    if not apart and (whole := _whole_by_sums(upper, below, is_label)) is not None:
        return whole
    both = [(a.cell.text, b.cell.text) for a, b in pairs if b is not None and a.cell.text and b.cell.text]
    if any(looks_like_value(text) for pair in both for text in pair):
        return None if apart else _broken(upper, below, is_label)
    by_label = any((is_label(a + b) and not is_label(b)) or _is_one_result(a, b) for a, b in both)
    figures_above = any(p.cell.text and looks_like_value(p.cell.text) for p in upper)
    figures_below = any(p.cell.text and looks_like_value(p.cell.text) for p in lower)
    labels_below = any(p.cell.text and not looks_like_value(p.cell.text) for p in lower)
    labelled = any(p.cell.text and is_label(p.cell.text) for p in upper)
    complements = labelled and not figures_above and figures_below and not labels_below
    if not by_label and not complements:
        return None
    whole = []
    for above, under in pairs:
        text = "\n".join(part for part in (above.cell.text, under.cell.text if under else "") if part)
        doubt = above.cell.doubt or (under.cell.doubt if under else "")
        whole.append(_Placed(above.cell._replace(text=text, doubt=doubt), above.locator))
    return whole
