"""Lines of text outside of tables: columns of text in order, page numbers left out, paragraphs joined."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from transforms.documents.pdf.page import SIDEWAYS
from transforms.documents.pdf.shapes import Box, Glyph
from transforms.documents.pdf.writing import Run, lines_of_glyphs, runs_of, written
from transforms.identity.titles import parse_title
from transforms.reading.labels import meanings, section_of

_DRESSED_NUMBER = re.compile(
    r"^[-—–―－·•\s]+\d{1,3}[-—–―－·•\s]+$|^第\s*\d+\s*页([,，/\s]*共\s*\d+\s*页)?$|^\d+\s*/\s*\d+\s*页?$"
)
_NUMBER = re.compile(r"^\d{1,3}$")
# Where on a page its number and running titles stand, as a share of its height.
_MARGIN = 0.12
# In sizes of the text: gutters between columns of text are at least this wide, columns at least that wide.
_GUTTER = 1.2
_COLUMN = 8
_LEAST_LINES = 5
# Of the lines of a column of text hardly any has a gap within.
_MOST_BROKEN = 0.2
_ENDS_SENTENCE = "。；！？：;!?:"


@dataclass(frozen=True)
class TextLine:
    """A line outside of tables; ``number`` counts the lines of its page from the top."""

    page: int
    number: int
    text: str
    box: Box
    runs: tuple[Run, ...]
    page_height: float
    doubt: str = ""

    @property
    def locator(self) -> str:
        return f"page {self.page}, line {self.number}"

    @property
    def size(self) -> float:
        return self.box.height


def text_lines(glyphs: Iterable[Glyph], page: int, page_height: float, em: float, doubt: str) -> list[list[TextLine]]:
    """The lines of a page in the order in which they are read; one list for each column of text that it has."""
    lines = lines_of_glyphs(glyph for glyph in glyphs if glyph.doubt != SIDEWAYS)
    gutter = _gutter([runs_of(line) for line in lines], em)
    parts: list[list[Glyph]] = []
    blocks: list[list[list[Glyph]]] = [parts]
    if gutter is None:
        parts.extend(lines)
    else:
        x, first, last = gutter
        left: list[list[Glyph]] = [[g for g in line if g.x < x] for line in lines[first : last + 1]]
        right: list[list[Glyph]] = [[g for g in line if g.x >= x] for line in lines[first : last + 1]]
        blocks = [lines[:first], left, right, lines[last + 1 :]]
    found: list[list[TextLine]] = []
    number = 0
    for block in blocks:
        column = []
        for line in block:
            text, why = written(line)
            runs = tuple(runs_of(line))
            if not text or not runs:
                continue
            number += 1
            boxes = [run.box for run in runs]
            box = Box(
                boxes[0].left, min(b.top for b in boxes), max(b.right for b in boxes), max(b.bottom for b in boxes)
            )
            column.append(TextLine(page, number, text, box, runs, page_height, why or doubt))
        if column:
            found.append(column)
    return found


def _gutter(lines: Sequence[Sequence[Run]], em: float) -> tuple[float, int, int] | None:
    """Place of the space between two columns of text, with the first and last line that it parts; None without."""
    gaps = [
        (before.box.right, after.box.left, number)
        for number, runs in enumerate(lines)
        for before, after in pairwise(runs)
        if after.box.left - before.box.right >= _GUTTER * em
    ]
    if len(gaps) < _LEAST_LINES:
        return None
    begins, ends = sorted(a for a, _, _ in gaps), sorted(b for _, b, _ in gaps)

    def lines_parted(gap: tuple[float, float, int]) -> int:
        middle = (gap[0] + gap[1]) / 2
        return bisect_left(begins, middle) - bisect_right(ends, middle)

    best = max(gaps, key=lines_parted)
    x = (best[0] + best[1]) / 2
    parted = sorted({number for a, b, number in gaps if a < x < b})
    if len(parted) < _LEAST_LINES:
        return None
    first, last = parted[0], parted[-1]
    inner = lines[first : last + 1]
    if any(run.box.left < x < run.box.right for runs in inner for run in runs):
        return None
    for side in (True, False):
        texts = [[run for run in runs if (run.box.right <= x) is side] for runs in inner]
        texts = [runs for runs in texts if runs]
        if sum(len(runs) > 1 for runs in texts) > _MOST_BROKEN * len(texts):
            return None  # a table: words and figures in columns of their own
        widths = sorted(runs[-1].box.right - runs[0].box.left for runs in texts)
        letters = "".join(run.text for runs in texts for run in runs)
        wide = sum(letter >= "\u2e80" for letter in letters)
        if widths[len(widths) // 2] < _COLUMN * em or wide < 0.6 * len(letters):
            return None
    return x, first, last


def is_page_number(text: str) -> bool:
    """Whether a line is a number dressed as that of a page, wherever it stands."""
    return _DRESSED_NUMBER.match(text) is not None


def without_page_numbers(pages: Sequence[Sequence[TextLine]]) -> list[list[TextLine]]:
    """Lines of each page without its number, and without running titles after the first time."""
    plain: Counter[int] = Counter()
    for number, lines in enumerate(pages):
        for line in _margin_lines(lines):
            if _NUMBER.match(line.text):
                plain[int(line.text) - number] += 1
    seen: set[tuple[str, int]] = set()
    kept: list[list[TextLine]] = []
    for number, lines in enumerate(pages):
        margin = set(map(id, _margin_lines(lines)))
        here: list[TextLine] = []
        for line in lines:
            if id(line) in margin:
                place = (line.text, round(line.box.top / 4))
                if is_page_number(line.text) or place in seen:
                    continue
                if _NUMBER.match(line.text) and plain[int(line.text) - number] > 1:
                    continue
                seen.add(place)
            here.append(line)
        kept.append(here)
    return kept


def _margin_lines(lines: Sequence[TextLine]) -> list[TextLine]:
    """The outermost lines of a page where they stand in its margins."""
    if not lines:
        return []
    ordered = sorted(lines, key=lambda line: line.box.top)
    height = lines[0].page_height
    found = [line for line in ordered[:2] if line.box.bottom < _MARGIN * height]
    return found + [line for line in ordered[-2:] if line.box.top > (1 - _MARGIN) * height]


def paragraphs(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Consecutive lines put together where a sentence runs from the end of one to the begin of the next."""
    if not lines:
        return []
    left = _usual([line.box.left for line in lines])
    right = _usual([-line.box.right for line in lines])
    found = [[lines[0]]]
    for before, line in pairwise(lines):
        size = max(before.size, line.size)
        full = before.box.right >= -right - 2.4 * size
        flush = line.box.left <= left + 0.6 * size and before.box.left <= left + 3 * size
        alike = abs(before.size - line.size) < 0.15 * size
        if _stands_alone(before, line):
            found.append([line])
        elif full and flush and alike and before.text[-1] not in _ENDS_SENTENCE:
            found[-1].append(line)
        elif full and flush and alike and before.box.left <= left + 0.6 * size:
            # A sentence that ends at the very end of a line; a new paragraph would be indented.
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _stands_alone(before: TextLine, line: TextLine) -> bool:
    """Whether a line is a label or heading, or follows a heading that it is no part of.

    Full lines say little where few are.
    """
    both = before.text + line.text
    heading = section_of(before.text) is not None and section_of(both) is None
    title = parse_title(before.text) is not None and (parse_title(both) is None or section_of(line.text) is not None)
    # A note may end just where its line does.
    next_heading = before.text[-1] in _ENDS_SENTENCE and section_of(line.text) is not None
    return heading or title or next_heading or bool(meanings(line.text))


def _usual(values: Sequence[float]) -> float:
    """The outermost place at which several lines begin: one line may hang out."""
    ordered = sorted(values)
    return ordered[min(len(ordered) // 10, len(ordered) - 1)]
