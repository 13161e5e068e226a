"""Tables without rulings between their columns: figures under the header words of the known form, labels beside them.

Words that are no part of such a table stay lines. What cannot be told (a figure between two columns, a row without its
label) stays a line too, so that the reader says what is left over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from transforms.documents.model import Cell, Mode, Row
from transforms.documents.scan.pages import ReadLine, ReadWord
from transforms.documents.scan.unruled.labels import Label, is_value, labels_of, marks_joined, shared
from transforms.forms import forms
from transforms.reading.labels import section_of

# In heights of the type: how far a figure may stand from the middle of its label, how far a header reaches up and down.
_SAME_ROW = 0.75
_HEADER_REACH = 3.5
# A gap to the nearest header that is so many times smaller than that to the next one settles the column.
_NEARER = 2.0
_ROW_KINDS = {"applicant": ("outcome",), "column": ("row", "extra"), "result": ("channel",)}


@dataclass(frozen=True)
class Header:
    """Header labels of the columns of figures from left to right, with the stretch that each column is known to take.

    ``above`` are the channels of table four over them. ``carried``: it stands on a page before, whose paper may have
    lain elsewhere.
    """

    kind: str
    leaves: tuple[Label, ...]
    stretches: tuple[tuple[float, float], ...]
    above: tuple[Label, ...] = ()
    carried: bool = False

    @property
    def top(self) -> float:
        return min(label.top for label in (*self.leaves, *self.above))

    @property
    def bottom(self) -> float:
        return max(label.bottom for label in self.leaves)


class Part(NamedTuple):
    """A row of a table, or a line of words, with the height at which it stands."""

    top: float
    content: Row | ReadLine


class Carried(NamedTuple):
    """The table that may go on at the top of the next page; ``width`` is that of its page in heights of its type."""

    header: Header
    table: int
    width: float


class Stretch(NamedTuple):
    """Lines of a page that follow each other, and its width in heights of its type."""

    lines: Sequence[ReadLine]
    page: int
    width: float


def rows_without_rulings(
    stretch: Stretch, carried: Carried | None, table: int
) -> tuple[list[Row | ReadLine], Carried | None]:
    """Lines without rulings around them, those of tables as rows; and the table that their end is in.

    ``table``: number that rows of the first new table get; those of further ones get the numbers below it.
    """
    lines, page, width = stretch
    lines = marks_joined(lines)
    words = [word for line in lines for word in line.words]
    values = [word for word in words if is_value(word)]
    labels = list(labels_of([word for word in words if not is_value(word)]))
    headers = sorted(_headers(labels), key=lambda header: header.top)
    breaks = [word.top for word in words if section_of(word.text)]
    used: set[ReadWord] = set()
    parts: list[Part] = []
    starts = [-1.0, *(header.top for header in headers)]
    bottom = max((word.bottom for word in words), default=0.0) + 1
    before = _on_this_page(carried, width) if carried else None
    for number, header in enumerate([before, *headers]):
        if header is None:
            continue
        start = header.bottom if number else -1.0
        end = min([bottom, *(top for top in (*starts[number + 1 :], *breaks) if top > start)])
        own = table - max(0, number - 1)
        if number:
            parts += _header_rows(header, page, own)
        else:
            own = carried.table if carried else table
        region = [word for word in values if start <= word.middle < end]
        rows = [label for label in labels if start <= label.middle < end and label.key(*_ROW_KINDS[header.kind])]
        header = _widened(header, region)
        taken, made = _table_rows(header, rows, region, page, own)
        parts += made
        used |= taken
        if number:
            used |= {word for label in (*header.leaves, *header.above) for word in label.words}
        if made and header.kind == "applicant":
            # Labels of groups and of the header's storeys stand left of and above the figures of the table.
            last = max(part.top for part in made)
            kinds = ("group", "corner", "applicants", "organisations")
            begin = header.top - _HEADER_REACH if number else -1.0
            used |= {w for one in labels if begin <= one.top <= last and one.key(*kinds) for w in one.words}
        carried = Carried(header, own, width) if end == bottom else None
    for line in lines:
        rest = tuple(word for word in line.words if word not in used)
        if rest:
            parts.append(Part(min(word.top for word in rest), ReadLine(line.top, rest)))
    parts.sort(key=lambda part: part.top)
    return [part.content for part in parts], carried


def _on_this_page(carried: Carried, width: float) -> Header:
    """The header of a table that goes on, its columns where they stand on a page of another size of type."""
    scale = width / carried.width
    stretches = tuple((left * scale, right * scale) for left, right in carried.header.stretches)
    return replace(carried.header, stretches=stretches, carried=True)


# Headers ------------------------------------------------------------------------------------------------------------


def _headers(labels: Sequence[Label]) -> Iterator[Header]:
    form = next(iter(form for form in forms().values() if form.applicants))
    applicants = [applicant.key for applicant in form.applicants]
    results = [result.key for result in form.results]
    for group in _level(labels, "applicant"):
        if sorted(label.key("applicant") or "" for label in group) == sorted(applicants):
            yield _header("applicant", group)
    for group in _level(labels, "result"):
        counts = Counter(label.key("result") for label in group)
        if sorted(map(str, counts)) == sorted(results) and len(set(counts.values())) == 1:
            yield _header("result", group, _channels(labels, group))
    for info in (label for label in labels if label.key("info")):
        beside = [
            label
            for label in labels
            if label.key("column") and label.left > info.right and abs(label.middle - info.middle) <= _SAME_ROW
        ]
        if beside:
            header = _header("column", beside)
            yield Header("column", header.leaves, header.stretches, (info,))


def _header(kind: str, leaves: Sequence[Label], above: Sequence[Label] = ()) -> Header:
    ordered = sorted(leaves, key=lambda label: label.left)
    return Header(kind, tuple(ordered), tuple((label.left, label.right) for label in ordered), tuple(above))


def _level(labels: Sequence[Label], kind: str) -> list[list[Label]]:
    """Labels of a kind that stand side by side; those of another storey of a header no further away than it is high.

    Words that may mean something else too (其他, 总计) only go along with those that cannot.
    """
    of_kind = sorted((label for label in labels if label.key(kind)), key=lambda label: label.middle)
    groups: list[list[Label]] = []
    for label in (label for label in of_kind if len({m.kind for m in label.meanings}) == 1):
        if groups and label.middle - groups[-1][-1].middle <= _HEADER_REACH:
            groups[-1].append(label)
        else:
            groups.append([label])
    for group in groups:
        top, bottom = min(label.top for label in group), max(label.bottom for label in group)
        group += [
            label
            for label in of_kind
            if label not in group
            and top - _SAME_ROW <= label.middle <= bottom + _SAME_ROW
            and not any(shared(label, other) > 0 for other in group)
        ]
    return groups


def _channels(labels: Sequence[Label], leaves: Sequence[Label]) -> list[Label]:
    """The channels above the results of table four from left to right; none where its rows name them, or not all do."""
    each = len({leaf.key("result") for leaf in leaves})
    top = min(leaf.top for leaf in leaves)
    above = [one for one in labels if one.key("channel") and top - 2 * _HEADER_REACH <= one.middle < top]
    return [] if len(above) * each != len(leaves) else sorted(above, key=lambda label: label.left)


def _header_rows(header: Header, page: int, table: int) -> list[Part]:
    place = f"page {page}, header at {header.top:.0f}"
    leaves = [
        Cell(leaf.text, f"{place}, column {number}", number) for number, leaf in enumerate(header.leaves, start=1)
    ]
    rows = []
    if header.kind == "result" and header.above:
        span = len(leaves) // len(header.above)
        channels = [
            Cell(label.text, f"{place}, channel {number + 1}", 1 + number * span, span)
            for number, label in enumerate(header.above)
        ]
        rows.append(channels)
    elif header.above:
        leaves.insert(0, Cell(header.above[0].text, f"{place}, label", 0))
    rows.append(leaves)
    return [Part(header.top, Row(tuple(cells), Mode.GRID, table)) for cells in rows]


def _widened(header: Header, values: Sequence[ReadWord]) -> Header:
    """The header with the stretches that the figures of whole rows take; on a new page these alone count."""
    whole = [line for line in _level_values(values) if len(line) == len(header.leaves)]
    if not whole:
        return header
    columns = list(zip(*whole, strict=True))
    own = [(min(w.left for w in column), max(w.right for w in column)) for column in columns]
    if any(left[1] >= right[0] for left, right in pairwise(own)):
        return header
    if not header.carried:
        own = [(min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(own, header.stretches, strict=True)]
        if any(left[1] >= right[0] for left, right in pairwise(own)):
            return header
    return replace(header, stretches=tuple(own), carried=False)


# Rows ---------------------------------------------------------------------------------------------------------------


def _level_values(values: Sequence[ReadWord]) -> list[list[ReadWord]]:
    lines: list[list[ReadWord]] = []
    for word in sorted(values, key=lambda word: word.middle):
        if lines and word.middle - lines[-1][0].middle <= _SAME_ROW:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.left) for line in lines]


def _table_rows(
    header: Header, labels: Sequence[Label], values: Sequence[ReadWord], page: int, table: int
) -> tuple[set[ReadWord], list[Part]]:
    """Rows of a table: each label with the figures at its height. Returns the words that they took, and the rows."""
    used: set[ReadWord] = set()
    parts: list[Part] = []
    waiting = _level_values(values)
    for label in sorted(labels, key=lambda label: label.middle):
        lines = [line for line in waiting if abs(_middle(line) - label.middle) <= _SAME_ROW]
        if len(lines) > 1:
            continue
        line = lines[0] if lines else []
        if any(word.left < label.right for word in line):
            continue
        cells = _in_columns(header, line, page, label.middle)
        if cells is None:
            continue
        if line:
            waiting.remove(line)
        used |= {*line, *label.words}
        first = Cell(label.text, f"page {page}, label at {label.middle:.0f}", 0)
        parts.append(Part(label.middle, Row((first, *cells), Mode.GRID, table)))
    for line in waiting:
        # A row that has no label of its own shows which it is only where all of its figures are printed.
        if len(line) == len(header.leaves) or (header.kind == "result" and not labels):
            cells = _in_columns(header, line, page, _middle(line))
            if cells is not None:
                used |= set(line)
                parts.append(Part(_middle(line), Row(tuple(cells), Mode.GRID, table)))
    return used, parts


def _middle(line: Sequence[ReadWord]) -> float:
    return sum(word.middle for word in line) / len(line)


def _in_columns(header: Header, line: Sequence[ReadWord], page: int, height: float) -> list[Cell] | None:
    """A cell for each column, blank where no word stands; None where a word may belong to two columns."""
    width = len(header.leaves)
    # A row that prints as many figures as there are columns is trusted over their places.
    columns = list(range(width)) if len(line) == width else [_column(header, word) for word in line]
    if None in columns or len(set(columns)) < len(columns):
        return None
    placed = dict(zip(columns, line, strict=True))
    cells = []
    for number in range(width):
        where = f"page {page}, row at {height:.0f}, column {number + 1}"
        own = placed.get(number)
        cells.append(Cell(own.text if own else "", where, number + 1, doubt=own.doubt if own else ""))
    return cells


def _column(header: Header, word: ReadWord) -> int | None:
    """The column whose stretch a word shares, or else stands much nearer to than to any other."""
    gaps = [max(left - word.right, word.left - right) for left, right in header.stretches]
    order = sorted(range(len(gaps)), key=lambda number: gaps[number])
    if len(order) == 1:
        return order[0]
    nearest, next_one = gaps[order[0]], gaps[order[1]]
    clear = next_one > 0 and (nearest <= 0 or (next_one >= _NEARER * nearest and not header.carried))
    return order[0] if clear else None
