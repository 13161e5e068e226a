"""Glyphs -> text: lines by height, runs by gaps, spaces where the page shows them, raised marks left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from transforms.documents.pdf.shapes import Box, Glyph

# In sizes of the glyphs: a wider gap parts two words, a narrower one between digits is their usual distance.
_WORD_GAP = 0.45
_FIGURE_GAP = 0.28
_BASE, _LEFT = attrgetter("base"), attrgetter("left")
_RAISED = "a raised or smaller mark beside it was left out"


@dataclass(frozen=True, eq=False)
class Run:
    """Glyphs of one line that stand together: a word, or a stretch of Chinese text."""

    glyphs: tuple[Glyph, ...]

    @cached_property
    def text(self) -> str:
        return "".join(glyph.text for glyph in self.glyphs)

    @cached_property
    def box(self) -> Box:
        if len(self.glyphs) == 1:
            return Box(*self.glyphs[0][1:5])
        return Box(
            self.glyphs[0].left,
            min(glyph.top for glyph in self.glyphs),
            max(glyph.right for glyph in self.glyphs),
            max(glyph.bottom for glyph in self.glyphs),
        )


def lines_of_glyphs(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Glyphs by the line that they stand on, lines from top to bottom, glyphs from left to right."""
    lines: list[list[Glyph]] = []
    base, size = 0.0, 0.0
    for glyph in sorted(glyphs, key=_BASE):
        _, _, top, _, bottom, own, _ = glyph
        height = bottom - top
        if lines and own - base <= 0.5 * (size if size > height else height):
            lines[-1].append(glyph)
            # The tallest glyph says where the line is: a raised mark must not move it.
            if height > size * 1.05:
                base, size = own, height
        else:
            lines.append([glyph])
            base, size = own, height
    for line in lines:
        line.sort(key=_LEFT)
    return lines


def is_apart(first: Glyph, second: Glyph) -> bool:
    """Whether two neighbours in a line are parted by more than the distance of letters."""
    gap = second.left - first.right
    if gap <= 0:  # letters of a word, mostly
        return False
    figures = not (_is_wide(first.text) or _is_wide(second.text))
    size = min(first.bottom - first.top, second.bottom - second.top)
    return gap > (_FIGURE_GAP if figures else _WORD_GAP) * size


def runs_of(line: Sequence[Glyph]) -> list[Run]:
    """The words of a line; spaces are in none of them."""
    runs: list[list[Glyph]] = []
    previous: Glyph | None = None
    for glyph in line:
        if glyph.text == " ":
            previous = None
            continue
        if previous is None or is_apart(previous, glyph):
            runs.append([])
        runs[-1].append(glyph)
        previous = glyph
    return [Run(tuple(run)) for run in runs]


def written(line: Sequence[Glyph]) -> tuple[str, str]:
    """Text of one line and why it is in doubt, empty when it is not."""
    if len(line) == 1:  # nearly every figure
        return " ".join(line[0].text.split()), line[0].doubt if line[0].text != " " else ""
    shown = [glyph for glyph in line if glyph.text != " "]
    if not shown:
        return "", ""
    size = max([glyph.bottom - glyph.top for glyph in shown])
    base = next(glyph.base for glyph in shown if glyph.bottom - glyph.top == size)
    doubt = ""
    parts: list[str] = []
    previous: Glyph | None = None
    for glyph in line:
        if glyph.text == " ":
            parts.append(" ")
            continue
        if parts and glyph.bottom - glyph.top < 0.8 * size and abs(glyph.base - base) > 0.08 * size:
            doubt = doubt or _RAISED
            continue
        if previous is not None and (is_apart(previous, glyph) or _is_other_size(previous, glyph)):
            parts.append(" ")
        parts.append(glyph.text)
        doubt = doubt or glyph.doubt
        previous = glyph
    return " ".join("".join(parts).split()), doubt


def text_of(glyphs: Iterable[Glyph]) -> tuple[str, str]:
    """Text of a cell, its lines parted by line feeds, and why it is in doubt."""
    lines = [written(line) for line in lines_of_glyphs(glyphs)]
    doubt = next((why for _, why in lines if why), "")
    return "\n".join(text for text, _ in lines if text), doubt


def _is_other_size(first: Glyph, second: Glyph) -> bool:
    """Figures of two sizes side by side are not one figure."""
    heights = first.bottom - first.top, second.bottom - second.top
    return first.text.isdigit() and second.text.isdigit() and min(heights) < 0.8 * max(heights)


def _is_wide(text: str) -> bool:
    return text >= "\u2e80"
