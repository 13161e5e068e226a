"""One page -> its tables with the text of their cells and its lines, turned the right way up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from transforms.documents.scan.cleaning import Page, Pixels, clean, quarter_turned
from transforms.documents.scan.figures import Figure, is_figure, is_settled, second_picture, settled, stroke, text_doubt
from transforms.documents.scan.grids import GridCell, Rulings, Table, find_tables
from transforms.documents.scan.lines import Content, Line, content_of, words_outside
from transforms.documents.scan.recognition import Recognised, recognise
from transforms.documents.scan.vocabulary import corrected_label

# A page is the right way up when so many characters are recognised of those that its lines have room for. On their
# side many are recognised as well: the network knows lines written downwards. There is none so long among them.
_UPRIGHT = 0.8
_LONG = 5.0
_NARROW = 0.5
_ENOUGH = 12.0
_SAMPLE = 8
_SAMPLE_WIDTH = (2.5, 16.0)
# A spread: two pages on one image, wider than high, with a gutter free of ink in its middle.
_SPREAD = 1.2
_GUTTER = 0.012
# Ink in specks of a cell that could be what is left of a character, in squares of the type's height.
_MUCH_SPECKS = 0.05
_MUCH_BLEACHED = 0.15
# A figure that a narrow cell breaks over lines: white between them, and beside them up to the rulings.
_LEADING = 0.95
_CELL_PADDING = 0.6
_WRAPPED = "it stands in several lines of a narrow cell"
# Middles of words of one line, in heights of the type.
_SAME_HEIGHT = 0.4


class ReadCell(NamedTuple):
    """A cell of a table with its text."""

    place: GridCell
    text: str
    doubt: str


class ReadTable(NamedTuple):
    """A table of a page; ``lines`` are the edges of its columns as parts of its width."""

    top: int
    lines: tuple[float, ...]
    cells: tuple[ReadCell, ...]
    open_top: bool
    open_bottom: bool


class ReadWord(NamedTuple):
    """Text outside of tables that no wide white parts; its box in heights of the page's type.

    ``is_figure``: it was recognised as a figure or a dash alone, though perhaps not without doubt; ``raw`` is what was
    recognised, before a figure was made of it.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    doubt: str = ""
    is_figure: bool = False
    raw: str = ""

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


class ReadLine(NamedTuple):
    """Words outside of tables that stand at one height, from left to right."""

    top: int
    words: tuple[ReadWord, ...]


class ReadPage(NamedTuple):
    """Lines and tables of a page from top to bottom; its width in heights of its type."""

    parts: tuple[ReadTable | ReadLine, ...]
    width: float = 1.0


class _Layout(NamedTuple):
    """What stands on a page before it is recognised."""

    page: Page
    rulings: Rulings
    cells: list[tuple[Table, GridCell, Content]]
    lines: list[Line]

    def every_line(self) -> list[Line]:
        """Lines in cells, then those outside."""
        return [line for _, _, content in self.cells for line in content.lines] + self.lines


def read_pages(image: Pixels) -> Iterator[ReadPage]:
    """The page on an image, or the two of a spread, left one first; nothing when the image is empty."""
    turned, layout, known = _upright(image)
    halves = _halves(turned)
    if len(halves) > 1:
        for half in map(_layout, halves):
            if half is not None:
                yield _read(half, {})
    elif layout is not None:
        yield _read(layout, known)


def _layout(image: Pixels) -> _Layout | None:
    page = clean(image)
    if page is None:
        return None
    rulings = find_tables(page)
    cells = [(table, cell, content_of(page, rulings, cell.box)) for table in rulings.tables for cell in table.cells]
    return _Layout(page, rulings, cells, words_outside(page, rulings))


def _upright(image: Pixels) -> tuple[Pixels, _Layout | None, dict[int, Recognised]]:
    """The image turned so that its text is recognised best, its layout, and lines of it that were recognised.

    Scans lie on their side or stand on their head.
    """
    best: tuple[Pixels, _Layout | None, dict[int, Recognised]] = (image, None, {})
    highest = 0.0
    for turns in (0, 2, 1, 3):
        turned = quarter_turned(image, turns)
        layout = _layout(turned)
        if layout is None:
            continue
        known = _sample(layout)
        score = _legibility(layout, known)
        if score > highest or best[1] is None:
            best, highest = (turned, layout, known), score
        if score >= _UPRIGHT and _longest(layout, known) >= _LONG:
            break
    return best


def _legibility(layout: _Layout, known: dict[int, Recognised]) -> float:
    """Characters recognised, each counted with its probability and width, for each that the lines have room for."""
    lines = layout.every_line()
    room = sum(lines[number].ink.shape[1] / lines[number].ink.shape[0] for number in known)
    odds = sum(
        odd * (_NARROW if character.isascii() else 1.0)
        for reading in known.values()
        for character, odd in zip(reading.text, reading.odds, strict=True)
    )
    return odds / max(room, _ENOUGH)


def _longest(layout: _Layout, known: dict[int, Recognised]) -> float:
    """Width for its height of the longest line that was recognised."""
    inks = [line.ink for number, line in enumerate(layout.every_line()) if number in known]
    return max((ink.shape[1] / ink.shape[0] for ink in inks), default=0.0)


def _sample(layout: _Layout) -> dict[int, Recognised]:
    """Some lines long enough to be words, recognised, by their number among all lines."""
    size = layout.page.type_size
    shortest, longest = _SAMPLE_WIDTH
    widths = [(line.box.right - line.box.left) / size for line in layout.every_line()]
    words = [number for number, width in enumerate(widths) if width >= shortest]
    # Those of moderate width first, as they cost less; but they alone may be no more than the number of the page.
    chosen = sorted(words, key=lambda number: (widths[number] > longest, -widths[number]))[:_SAMPLE]
    lines = layout.every_line()
    return dict(zip(chosen, recognise([lines[number].picture for number in chosen]), strict=True))


def _halves(image: Pixels) -> list[Pixels]:
    """Left and right page of a spread, else the image as it is."""
    height, width = image.shape[:2]
    if width < _SPREAD * height:
        return [image]
    page = clean(image)
    if page is None:
        return [image]
    ink = np.asarray(page.ink.max(axis=0))
    scale = width / len(ink)
    middle = len(ink) // 2
    reach, gutter = len(ink) // 10, max(4, int(len(ink) * _GUTTER))
    free = [x for x in range(middle - reach, middle + reach) if not ink[x : x + gutter].any()]
    if not free or not ink[: free[0]].any() or not ink[free[-1] + gutter :].any():
        return [image]
    nearest = min(free, key=lambda x: abs(x + gutter // 2 - middle))
    at = round((nearest + gutter / 2) * scale)
    return [np.ascontiguousarray(image[:, :at]), np.ascontiguousarray(image[:, at:])]


def _read(layout: _Layout, known: dict[int, Recognised]) -> ReadPage:
    """Everything on a page; ``known``: lines that were recognised before, by their number."""
    lines = layout.every_line()
    size = layout.page.type_size
    # The network would only take them for something else.
    strokes = {number: sign for number, line in enumerate(lines) if (sign := stroke(line.ink, size))}
    known = known | {number: Recognised(sign, (1.0,), sign, (1.0,)) for number, sign in strokes.items()}
    rest = [number for number in range(len(lines)) if number not in known]
    by_number = known | dict(zip(rest, recognise([lines[number].picture for number in rest]), strict=True))
    readings = [by_number[number] for number in range(len(lines))]
    figures = _figures(lines, readings, strokes)
    texts: list[ReadCell] = []
    position = 0
    for _, cell, content in layout.cells:
        end = position + len(content.lines)
        texts.append(_cell(cell, content, readings[position:end], figures[position:end], size))
        position = end
    parts: list[ReadTable | ReadLine] = list(_tables(layout, texts))
    parts += _lines(layout, readings[position:], figures[position:])
    width = layout.page.ink.shape[1] / layout.page.type_size
    return ReadPage(tuple(sorted(parts, key=lambda part: part.top)), width)


def _lines(layout: _Layout, readings: Sequence[Recognised], figures: Sequence[Figure | None]) -> Iterator[ReadLine]:
    """Words outside of tables in their lines."""
    size = layout.page.type_size
    words: list[ReadWord] = []
    for line, reading, figure in zip(layout.lines, readings, figures, strict=True):
        # Ink that was not recognised may be a figure.
        text = figure.text if figure else reading.text.strip() or "?"
        left, top, right, bottom = (edge / size for edge in line.box)
        words.append(
            ReadWord(text, left, top, right, bottom, figure.doubt if figure else "", figure is not None, reading.text)
        )
    lines: list[list[ReadWord]] = []
    for word in sorted(words, key=lambda word: word.middle):
        if lines and word.middle - lines[-1][0].middle <= _SAME_HEIGHT:
            lines[-1].append(word)
        else:
            lines.append([word])
    for members in lines:
        members.sort(key=lambda word: word.left)
        yield ReadLine(round(min(word.top for word in members) * size), tuple(members))


def _figures(lines: Sequence[Line], readings: Sequence[Recognised], strokes: Mapping[int, str]) -> list[Figure | None]:
    """The figure that each line holds, None for words; those not settled by one reading are read again."""
    figures: list[Figure | None] = [None] * len(lines)
    again: list[int] = []
    for number, (line, reading) in enumerate(zip(lines, readings, strict=True)):
        if number in strokes:
            figures[number] = Figure(strokes[number])
            continue
        if not is_figure(reading.text) and not (not reading.text.strip() and reading.figure):
            continue
        if is_settled(line, reading):
            figures[number] = Figure(reading.figure)
        else:
            again.append(number)
    seconds = recognise([second_picture(lines[number]) for number in again])
    for number, second in zip(again, seconds, strict=True):
        figures[number] = settled(lines[number], readings[number], second)
    return figures


def _cell(
    place: GridCell, content: Content, readings: Sequence[Recognised], figures: Sequence[Figure | None], size: float
) -> ReadCell:
    """Text of a cell: lines of figures stay apart, for they may be two cells, unless the cell is too narrow for one."""
    doubts: list[str] = []
    if figures and _is_wrapped(place, content, figures, size):
        text, doubts = "".join(figure.text for figure in figures if figure), [_WRAPPED]
    elif figures and all(figure is not None for figure in figures):
        text = "\n".join(figure.text for figure in figures if figure)
        doubts += [figure.doubt for figure in figures if figure]
    else:
        text = corrected_label("".join(reading.text.strip() for reading in readings))
        if not text:
            if content.lines:
                text, doubts = "?", ["there is ink that was not recognised"]
            elif content.specks > _MUCH_SPECKS * size * size:
                doubts.append("specks of ink lie in it")
            elif content.bleached > _MUCH_BLEACHED * size * size:
                doubts.append("a seal lies over it")
        elif any(character.isdigit() for character in text):
            doubts.append(text_doubt(readings))
    if place.unsure:
        doubts.append("rulings around it are broken")
    return ReadCell(place, text, "; ".join(doubt for doubt in dict.fromkeys(doubts) if doubt))


def _is_wrapped(place: GridCell, content: Content, figures: Sequence[Figure | None], size: float) -> bool:
    """Whether lines in a cell are one figure: digits without doubt or point, as near as lines are, the cell full."""
    texts = [figure.text if figure and not figure.doubt else "" for figure in figures]
    boxes = [line.box for line in content.lines]
    if len(texts) < 2 or content.specks or place.unsure or not all(text.isdecimal() for text in texts):
        return False
    if any(lower.top - upper.bottom > _LEADING * size for upper, lower in pairwise(boxes)):
        return False
    room = place.box.right - place.box.left - 2 * _CELL_PADDING * size
    # Full-width digits stand in the middle of their squares.
    digits = [(box.right - box.left) / (len(text) - 0.5) for box, text in zip(boxes, texts, strict=True)]
    is_full = all(room - (box.right - box.left) < digit for box, digit in zip(boxes[:-1], digits, strict=False))
    return is_full and len(texts[-1]) <= len(texts[0])


def _tables(layout: _Layout, texts: Sequence[ReadCell]) -> Iterator[ReadTable]:
    position = 0
    for table in layout.rulings.tables:
        cells = texts[position : position + len(table.cells)]
        position += len(table.cells)
        left, width = table.lines[0], max(1, table.lines[-1] - table.lines[0])
        lines = tuple((line - left) / width for line in table.lines)
        yield ReadTable(table.box.top, lines, tuple(cells), table.open_top, table.open_bottom)
