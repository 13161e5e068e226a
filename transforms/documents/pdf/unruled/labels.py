"""Labels of the form in lines of text: broken over lines, beside the labels of groups, in the order of the form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from transforms.documents.pdf.lines import TextLine, is_page_number
from transforms.documents.pdf.shapes import Box
from transforms.documents.pdf.unruled.words import Split
from transforms.documents.pdf.writing import Run
from transforms.forms import Label, forms
from transforms.reading.labels import core, meanings, section_of

# Lines that a label is broken over in the narrowest columns, and lines of other cells that stand between them.
_MOST_LINES = 12
# In sizes of the text: lines of one cell follow one another within this.
_PITCH = 2.3
# A label beside figures is worth more than some letters that would be left over.
_FIGURE = 6


class Labelled(NamedTuple):
    """A label of the form on lines ``start`` to ``end`` (exclusive); ``figures``: the line of its figures, if any."""

    key: str
    text: str
    start: int
    end: int
    figures: int | None
    left: float


def labels_in(split: Sequence[Split], kind: str, orders: Iterable[Sequence[Label]]) -> list[Labelled]:
    """The labels of a kind that fill the lines best in one of the ``orders``, each at most once."""
    found = list(_candidates(split, kind))
    best: list[Labelled] = []
    worth = 0
    for order in orders:
        places = {label.key: number for number, label in enumerate(order)}
        own, total = _chain([one for one in found if one.key in places], places)
        if total > worth:
            best, worth = own, total
    return best


def _chain(found: Sequence[Labelled], places: dict[str, int]) -> tuple[list[Labelled], int]:
    """The candidates that follow one another in the lines as in the form, worth most together."""
    ordered = sorted(found, key=lambda one: (one.end, one.start))
    totals: list[tuple[int, int | None]] = []
    for number, one in enumerate(ordered):
        own = len(core(one.text).all_words) + (_FIGURE if one.figures is not None else 0)
        best: tuple[int, int | None] = (own, None)
        for before in range(number):
            other = ordered[before]
            follows = other.end <= one.start and places[other.key] < places[one.key]
            if follows and totals[before][0] + own > best[0]:
                best = (totals[before][0] + own, before)
        totals.append(best)
    if not totals:
        return [], 0
    last: int | None = max(range(len(totals)), key=lambda n: totals[n][0])
    total = totals[last][0] if last is not None else 0
    chain = []
    while last is not None:
        chain.append(ordered[last])
        last = totals[last][1]
    return chain[::-1], total


def _candidates(split: Sequence[Split], kind: str) -> Iterator[Labelled]:
    for start, one in enumerate(split):
        for first in range(len(one.labels)):
            yield from _from(split, start, one.labels[first:], kind)


def _from(split: Sequence[Split], start: int, runs: Sequence[Run], kind: str) -> Iterator[Labelled]:
    """Labels that begin with these words of a line and go on in the lines below, in the same column."""
    text = "".join(run.text for run in runs)
    left, right = runs[0].box.left, runs[-1].box.right
    parts: list[tuple[int, Box]] = [(split[start].line.page, runs[0].box)]
    figures = start if split[start].figures else None
    for end in range(start + 1, min(len(split), start + _MOST_LINES) + 1):
        if not _begins(text, kind):
            return
        if figures is None or figures == start or _is_beside(split[figures], parts):
            for key in sorted({m.key for m in meanings(text) if m.kind == kind}):
                yield Labelled(key, text, start, end, figures, left)
        if end == len(split) or section_of(split[end].line.text):
            return
        one = split[end]
        if one.figures:
            # Fewer figures below others of the same row are those that a narrow column breaks over lines.
            if figures is not None and len(one.figures) >= len(split[figures].figures):
                return
            figures = end if figures is None else figures
        own = [run for run in one.labels if run.box.left < right and left < run.box.right]
        if not own:
            continue
        page, last = parts[-1]
        if page == one.line.page and own[0].box.top > last.top + _PITCH * last.height:
            return
        text += "".join(run.text for run in own)
        left, right = min(left, own[0].box.left), max(right, own[-1].box.right)
        parts.append((one.line.page, own[0].box))


def _is_beside(one: Split, parts: Sequence[tuple[int, Box]]) -> bool:
    """Whether figures stand level with a label, given by the boxes of its lines with their pages."""
    boxes = [box for page, box in parts if page == one.line.page]
    middle = (one.line.box.top + one.line.box.bottom) / 2
    return bool(boxes) and boxes[0].top - boxes[0].height / 2 < middle < boxes[-1].bottom + boxes[-1].height / 2


def _begins(text: str, kind: str) -> bool:
    """Whether a text may go on to be a label of a kind."""
    label = core(text)
    begins = _begins_of(kind)
    return label.words in begins or label.all_words in begins


@cache
def _begins_of(kind: str) -> frozenset[str]:
    found = {""}
    for form in forms().values():
        labels: dict[str, Iterable[Label]] = {
            "outcome": form.outcomes,
            "row": [row for block in form.disclosure for row in block.rows],
            "channel": form.channels,
            "result": form.results,
        }
        for label in labels[kind]:
            for spelling in label.spellings:
                words = core(spelling)
                for whole in (words.words, words.all_words):
                    found.update(whole[:end] for end in range(1, len(whole) + 1))
    return frozenset(found)


def figure_lines(split: Sequence[Split], row: Labelled, after: int) -> list[int]:
    """Lines of the figures of a row, that of most first, then those of figures broken over lines.

    ``after``: first line of the next row. A line without words between two rows belongs to the one above where it
    follows as lines of one cell do.
    """
    if row.figures is None:
        return [row.start]
    others = [number for number in range(row.start, row.end) if number != row.figures and split[number].figures]
    first = split[min([row.figures, *others])].line
    above = row.start - 1
    if above >= 0 and _is_rest(split[above], first) and not (above and _is_nearer(split, above, first)):
        others.append(above)
    last = split[max([row.figures, *others])].line
    for number in range(row.end, after):
        if not _is_rest(split[number], last) and not _goes_on(row, split[number], last):
            break
        if number + 1 == after < len(split) and not _is_nearer(split, number, split[after].line):
            break
        others.append(number)
        last = split[number].line
    return [row.figures, *others]


def _is_rest(one: Split, beside: TextLine) -> bool:
    """Whether a line holds nothing but figures, as far from a line of a row as lines of one cell are."""
    if one.labels or not one.figures or one.line.page != beside.page or is_page_number(one.line.text):
        return False
    return abs(one.line.box.top - beside.box.top) <= _PITCH * beside.box.height


def _goes_on(row: Labelled, one: Split, above: TextLine) -> bool:
    """Whether a line holds the rest of a row's label, such as that of its remark, beside figures broken over lines."""
    if not one.labels or not _is_rest(one._replace(labels=()), above):
        return False
    text = row.text + "".join(run.text for run in one.labels if run.box.right > row.left)
    return any(meaning.key == row.key for meaning in meanings(text))


def _is_nearer(split: Sequence[Split], number: int, below: TextLine) -> bool:
    """Whether a line stands nearer to the one above it than to that below, of the same page."""
    line, above = split[number].line, split[number - 1].line
    if above.page != line.page:
        return False
    return below.page != line.page or line.box.top - above.box.top < below.box.top - line.box.top
