"""What a page of a PDF is taken apart into: glyphs, boxes and lines, in points, from the top left, text upright."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle; ``top`` < ``bottom``."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom


# The same as a plain tuple, where thousands are made: left, top, right, bottom.
Sides = tuple[float, float, float, float]


class Glyph(NamedTuple):
    """One character where it stands: its box is its advance by the size of its font. A space is a glyph too.

    ``base`` is where the line that it is written on runs: it is the same for all glyphs of a line, while the heights of
    boxes are those of whatever font stands in for one that is not in the file.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float
    doubt: str = ""

    @property
    def x(self) -> float:
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        return (self.top + self.bottom) / 2


# The box of (left, bottom, right, top) in the page's own space -> the box as read.
Turn = Callable[[float, float, float, float], Box]


def turned(quarter: int, page: tuple[float, float, float, float]) -> Turn:
    """How boxes of a page's own space (y upwards) stand when its text is upright.

    ``quarter``: quarter turns clockwise by which the text runs away from left to right; ``page``: left, bottom,
    right, top of what the page shows.
    """
    west, south, east, north = page
    if quarter == 1:  # text runs downwards
        return lambda left, bottom, right, top: Box(north - top, east - right, north - bottom, east - left)
    if quarter == 2:
        return lambda left, bottom, right, top: Box(east - right, bottom - south, east - left, top - south)
    if quarter == 3:  # text runs upwards
        return lambda left, bottom, right, top: Box(bottom - south, left - west, top - south, right - west)
    return lambda left, bottom, right, top: Box(left - west, north - top, right - west, north - bottom)
