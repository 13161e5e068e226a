"""One line of figures -> its text and what is doubtful in it: two readings and the shape of its ink must agree."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from transforms.documents.scan.cleaning import Pixels, as_pixels
from transforms.documents.scan.lines import Line, runs
from transforms.documents.scan.recognition import Recognised

# Characters for which a digit or a sign of a figure may be taken, and what they stand for.
_TAKEN_FOR = str.maketrans(
    {
        **dict.fromkeys("oOQDU〇○◯口囗。", "0"),
        **dict.fromkeys("lI|!丨", "1"),
        **dict.fromkeys("—–―‐−一_~", "-"),
        **dict.fromkeys("，、`'", ","),
        **dict.fromkeys("·・•", "."),
        **dict.fromkeys("zZ", "2"),
        **dict.fromkeys("sS", "5"),
        **dict.fromkeys("B", "8"),
        **dict.fromkeys("gq", "9"),
        **dict.fromkeys("十", "+"),
        **dict.fromkeys("/\\", "/"),
        " ": "",
    }
)
_SURE = 0.98
_FAIR = 0.8
# Gaps in a figure wider than this part of its height part two cells.
_CELL_GAP = 1.1
_TALL = 0.8
_SMALLEST_SIGN = 0.008
# A stroke in heights of the page's type: how thick it is at the most, how long at the least. One is a slash when it
# leans so far for its height; a digit 1 that leans half as far may be one.
_THICKEST_STROKE = 0.24
_SHORTEST_DASH = 0.2
_LONGEST_DASH = 2.6
_SHORTEST_SLASH = 0.6
_SLASH_LEANS = 0.2
_LEANS = 0.1
# What stands on a foot so wide for its height is a digit, wherever it leans.
_FOOT = 0.4
_STRAIGHT = 0.06
_NARROWEST_DIGIT = 0.36
_WIDEST_DIGIT = 0.85


class Figure(NamedTuple):
    """Text of a cell's line as it goes on, and why it may be wrong; empty: it is not."""

    text: str
    doubt: str = ""


def is_figure(text: str) -> bool:
    """Whether a recognised text can be a figure alone: digits, their signs and what these are mistaken for."""
    plain = unicodedata.normalize("NFKC", text).translate(_TAKEN_FOR)
    return bool(plain) and all(character in "0123456789.,+-/" for character in plain)


def stroke(ink: Pixels, size: float) -> str:
    """``-`` or ``/`` where the ink of a line is nothing but such a stroke, else empty.

    The network takes them for each other, for 1 and for 一; ``size``: height of the page's type.
    """
    height, width = ink.shape
    thickest = _THICKEST_STROKE * size
    if height <= thickest and max(_SHORTEST_DASH * size, 1.5 * height) <= width <= _LONGEST_DASH * size:
        return "-"
    if height < _SHORTEST_SLASH * size or ink.sum(axis=1, dtype=np.int64).max() > thickest:
        return ""
    lean, bend, thick = _slant(ink)
    straight = bend <= _STRAIGHT * size + 1 and thick <= thickest
    return "/" if straight and lean >= _SLASH_LEANS else ""


def _slant(ink: Pixels) -> tuple[float, float, float]:
    """How far ink leans to the right for its height, how far it is from a straight line, its thickness in pixels.

    White within is part of the thickness: a 0 of which strokes are lost is thick.
    """
    thickness = ink.sum(axis=1, dtype=np.float64)
    rows = np.flatnonzero(thickness)
    if len(rows) < 4:
        return 0.0, np.inf, np.inf
    thickness = thickness[rows]
    middle = (ink[rows] * np.arange(ink.shape[1])).sum(axis=1) / thickness
    across = [np.ptp(np.flatnonzero(row)) + 1 for row in ink[rows]]
    # The ends of a stroke are cut level.
    inner = slice(1, -1)
    slope, start = np.polyfit(rows[inner], middle[inner], 1)
    bend = np.abs(middle - (slope * rows + start))[inner].max()
    return -float(slope), float(bend), float(max(across))


def is_settled(line: Line, first: Recognised) -> bool:
    """Whether one reading is enough: every character is sure, read the same both ways, and the ink fits it."""
    return (
        _plain(first) == first.figure
        and min(first.odds, default=0.0) >= _SURE
        and fits_ink(first.figure, line.ink)
        and not _is_parted(line.ink)
        and line.uncut is None
        and not _may_be_slash(first.figure, line.ink)
    )


def _may_be_slash(text: str, ink: Pixels) -> bool:
    lean, _, widest = _slant(ink)
    return text == "1" and abs(lean) >= _LEANS and widest < _FOOT * ink.shape[0]


def second_picture(line: Line) -> Pixels:
    """The same line smaller on more paper, or with the ruling it touches: what is read differently is not sure."""
    if line.uncut is not None:
        return line.uncut
    rim = max(3, round(line.picture.shape[0] * 0.22))
    wide = cv2.copyMakeBorder(line.picture, rim, rim, rim * 2, rim * 2, cv2.BORDER_CONSTANT, value=255)
    return as_pixels(cv2.GaussianBlur(wide, (3, 3), 0))


def settled(line: Line, first: Recognised, second: Recognised) -> Figure:
    """What two readings of one line come to."""
    if _is_parted(line.ink):
        return Figure(" ".join(first.text.split()) or "?", "figures stand apart in one cell, which may be several")
    plain = _plain(first)
    if plain in ("-", "/"):
        return Figure(plain)
    candidates = list(dict.fromkeys([plain, first.figure, _plain(second), second.figure]))
    fitting = [text for text in candidates if text and fits_ink(text, line.ink)]
    if _may_be_slash(first.figure, line.ink):
        return Figure("1", "it leans as a slash does")
    odds = max(min(first.figure_odds, default=0.0), min(second.figure_odds, default=0.0))
    seen = " or ".join(text for text in candidates if text) or "nothing"
    if not fitting and candidates == [plain] and plain and odds >= _SURE:
        # Thin strokes that the threshold has broken leave the ink of other figures.
        return Figure(plain, "" if fits_ink(plain, _closed(line.ink)) else "its ink is not all there")
    if not fitting:
        return Figure(f"{candidates[0]}?", f"recognised as {seen}, which does not fit the ink")
    if len(candidates) == 1 and odds >= _FAIR:
        return Figure(fitting[0])
    if len(candidates) == 1 or len(set(fitting)) == 1:
        return Figure(fitting[0], f"recognised with little certainty ({odds:.0%})")
    return Figure(f"{fitting[0]}?", f"recognised as {seen}")


def _plain(reading: Recognised) -> str:
    return unicodedata.normalize("NFKC", reading.text).translate(_TAKEN_FOR)


def _is_parted(ink: Pixels) -> bool:
    spans = runs(ink, 0)
    height = ink.shape[0]
    return any(start - end > _CELL_GAP * height for (_, end), (start, _) in pairwise(spans))


def fits_ink(text: str, ink: Pixels) -> bool:
    """Whether so many digits and signs can have left this ink: none lost, none invented."""
    height = ink.shape[0]
    digits = sum(character.isdigit() for character in text)
    signs = len(text) - digits
    tall: list[int] = []
    small = 0
    for left, right in runs(ink, 0):
        part = ink[:, left:right]
        rows = np.flatnonzero(part.max(axis=1))
        if int(part.sum()) < _SMALLEST_SIGN * height * height:
            continue
        if rows[-1] - rows[0] + 1 >= _TALL * height:
            tall.append(right - left)
        else:
            small += 1
    if not digits:
        return len(tall) + small == signs
    # Digits that touch are one piece of ink, wider than any single one.
    most = sum(1 if width < _WIDEST_DIGIT * height else round(width / (_NARROWEST_DIGIT * height)) for width in tall)
    # A plus sign is nearly as tall as a digit.
    most_tall = digits + text.count("+")
    return len(tall) <= most_tall and digits <= most and small <= signs <= small + len(tall)


def _closed(ink: Pixels) -> Pixels:
    """Ink with gaps in thin strokes filled: those of two halves of a 0, not those between two digits."""
    reach = max(3, round(ink.shape[0] * 0.2) | 1)
    wide = cv2.copyMakeBorder(ink, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((3, reach)))
    return as_pixels(closed[reach:-reach, reach:-reach])


def text_doubt(readings: Sequence[Recognised]) -> str:
    """Why a text with digits in it (a figure with its unit) may be wrong; empty: no reason."""
    odds = [
        odd
        for reading in readings
        for character, odd in zip(reading.text, reading.odds, strict=True)
        if character.isdigit()
    ]
    lowest = min(odds, default=1.0)
    return f"recognised with little certainty ({lowest:.0%})" if lowest < _SURE else ""
