"""Edges that a table lost in drawing: restored where the rest of the table and the text show that they belong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from transforms.documents.pdf.tables.grid import Table
from transforms.documents.pdf.writing import Run
from transforms.reading.labels import meanings
from transforms.reading.printed import looks_like_value

INCOMPLETE = "the lines around it are incomplete"
# How far from its middle a character surely has ink, in its width and height.
_BODY = 0.2
# An edge belongs where this part of its line, and of its row or column, is drawn.
_MOSTLY = 0.6
# Edges restored make others belong; what is not told after so many rounds is not told at all.
_MOST_ROUNDS = 4

Place = tuple[int, int]
# A word and the smallest cells that it stands in.
Standing = tuple[Run, list[Place]]
# ((row, column), is_right): the edge on the right of a smallest cell, or the one below it.
_Edge = tuple[Place, bool]


def mend(table: Table, places: Sequence[Standing]) -> set[Place]:
    """Restore lost edges and number the cells; returns the smallest cells whose edges had to be guessed.

    ``places``: the words in the table, each with the smallest cells that it stands in. No edge is put through a word.
    """
    table.join()
    crossed = {edge for _, own in places for edge in _edges_inside(own)}
    for _ in range(_MOST_ROUNDS):
        lost = [
            edge
            for edge in _missing(table, _open(table, places, crossed))
            if edge not in crossed and _belongs(table, edge)
        ]
        if not lost:
            break
        for edge in lost:
            _set(table, edge)
        table.join()
    _part_figures(table, places, crossed)
    _part_labels(table, places, crossed)
    guessed: set[Place] = set()
    for members in _uneven(table):
        guessed |= members
        for edge in _missing(table, [members]):
            _set(table, edge)
    if guessed:
        table.join()
    return guessed


def places_of(table: Table, run: Run) -> list[Place]:
    """The smallest cells that a word stands in; one where it begins and ends in the same."""
    first, last = run.glyphs[0], run.glyphs[-1]
    found = [table.place(first.x, first.y)]
    if last is first:
        # A digit in the middle of a cell of two columns stands on the line that parts them elsewhere.
        x, y = _BODY * (first.right - first.left), _BODY * (first.bottom - first.top)
        ends = {table.place(first.x - x, first.y - y), table.place(first.x + x, first.y + y)}
        return found + sorted(ends - {found[0]})
    if table.place(last.x, last.y) == found[0]:
        return found
    for glyph in run.glyphs:
        place = table.place(glyph.x, glyph.y)
        if place not in found:
            found.append(place)
    return found


def _edges_inside(places: Sequence[Place]) -> Iterable[_Edge]:
    for row, column in places:
        if (row, column + 1) in places:
            yield (row, column), True
        if (row + 1, column) in places:
            yield (row, column), False


def _is_even(members: set[Place]) -> bool:
    if len(members) == 1:
        return True
    rows, columns = {row for row, _ in members}, {column for _, column in members}
    return len(members) == (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)


def _uneven(table: Table) -> list[set[Place]]:
    return [members for members in table.members if not _is_even(members)]


def _open(table: Table, places: Sequence[Standing], crossed: set[_Edge]) -> list[set[Place]]:
    """Cells of several smallest ones that may have lost edges: all that are not a label within four sides."""
    words = _words(table, places)
    several = {number: members for number, members in enumerate(table.members) if len(members) > 1}
    doubtful = {
        number: members
        for number, members in several.items()
        if not (_is_even(members) and _is_label(words.get(number, [])))
    }
    if not doubtful:
        return []
    with_figures = {row for run, own in places if looks_like_value(run.text) for row, _ in own}
    return [
        members
        for number, members in doubtful.items()
        if not (_is_even(members) and _is_heading(words.get(number, []), members, with_figures, crossed))
    ]


def _is_label(words: Sequence[Standing]) -> bool:
    return bool(meanings("".join(run.text for run, _ in words)))


def _is_heading(words: Sequence[Standing], members: set[Place], with_figures: set[int], crossed: set[_Edge]) -> bool:
    """Whether a cell above all figures holds words of which none are a label of the form, as corners do."""
    if not words or any(row in with_figures for row, _ in members):
        return False
    texts = ["".join(run.text for run, own in words if own[0] in part) for part in _parts(members, crossed)]
    return not any(meanings(text) for text in texts if text)


def _words(table: Table, places: Sequence[Standing]) -> dict[int, list[Standing]]:
    words: defaultdict[int, list[Standing]] = defaultdict(list)
    for run, own in places:
        words[table.regions[own[0][0]][own[0][1]]].append((run, own))
    return words


def _missing(table: Table, regions: Iterable[set[Place]]) -> list[_Edge]:
    found: list[_Edge] = []
    for members in regions:
        for row, column in members:
            if (row, column + 1) in members and not table.right[row][column]:
                found.append(((row, column), True))
            if (row + 1, column) in members and not table.below[row][column]:
                found.append(((row, column), False))
    return found


def _set(table: Table, edge: _Edge) -> None:
    (row, column), is_right = edge
    (table.right if is_right else table.below)[row][column] = True


def _belongs(table: Table, edge: _Edge) -> bool:
    """Whether the edge is drawn nearly everywhere else on its line, and in its row (or column), or on both sides."""
    (row, column), is_right = edge
    rows, columns = table.shape
    if is_right:
        along = [table.right[r][column] for r in range(rows) if r != row]
        across = [table.right[row][c] for c in range(columns - 1) if c != column]
        beside = [table.right[r][column] for r in (row - 1, row + 1) if 0 <= r < rows]
    else:
        along = [table.below[row][c] for c in range(columns) if c != column]
        across = [table.below[r][column] for r in range(rows - 1) if r != row]
        beside = [table.below[row][c] for c in (column - 1, column + 1) if 0 <= c < columns]
    return (_share(along) >= _MOSTLY and _share(across) >= _MOSTLY) or (
        len(beside) == 2 and all(beside) and _share(across) >= _MOSTLY
    )


def _share(drawn: Sequence[bool]) -> float:
    return sum(drawn) / len(drawn) if drawn else 0.0


def _part_figures(table: Table, places: Sequence[Standing], crossed: set[_Edge]) -> None:
    """A figure that stands apart from other words is a cell of its own, whatever lines there are."""
    inside: defaultdict[int, list[Standing]] = defaultdict(list)
    for run, own in places:
        inside[table.regions[own[0][0]][own[0][1]]].append((run, own))
    members = table.members
    parted = False
    for number, words in inside.items():
        if len(members[number]) < 2:
            continue
        whole = [own for run, own in words if 1 in (len(own), len(run.glyphs)) and looks_like_value(run.text)]
        figures = {place for own in whole for place in own}
        others = {place for run, own in words for place in own if not looks_like_value(run.text)} - figures
        if not figures or len({own[0] for own in whole} | others) < 2:
            continue
        for edge in _missing(table, [members[number]]):
            (row, column), is_right = edge
            both = {(row, column), (row, column + 1) if is_right else (row + 1, column)}
            if both & figures and edge not in crossed:
                _set(table, edge)
                parted = True
    if parted:
        table.join()


def _part_labels(table: Table, places: Sequence[Standing], crossed: set[_Edge]) -> None:
    """Where a cell is no label of the form, but a part of it is one, the parts are cells."""
    parted = False
    for members in _open(table, places, crossed):
        if len({column for _, column in members}) == table.shape[1]:
            continue  # from side to side: text between tables that a frame holds together
        parts = _parts(members, crossed)
        owner = {place: number for number, part in enumerate(parts) for place in part}
        texts: defaultdict[int, str] = defaultdict(str)
        for run, own in places:
            if own[0] in owner:
                texts[owner[own[0]]] += run.text
        if len(texts) < 2 or not any(meanings(text) for text in texts.values()):
            continue
        for edge in _missing(table, [members]):
            if edge not in crossed:
                _set(table, edge)
                parted = True
    if parted:
        table.join()


def _parts(members: set[Place], crossed: set[_Edge]) -> list[set[Place]]:
    """The smallest cells of one cell, those that a word runs over together."""
    left, parts = set(members), []
    while left:
        stack = [left.pop()]
        part = set(stack)
        while stack:
            row, column = stack.pop()
            for place, edge in (
                ((row, column + 1), ((row, column), True)),
                ((row, column - 1), ((row, column - 1), True)),
                ((row + 1, column), ((row, column), False)),
                ((row - 1, column), ((row - 1, column), False)),
            ):
                if place in left and edge in crossed:
                    left.discard(place)
                    part.add(place)
                    stack.append(place)
        parts.append(part)
    return parts
