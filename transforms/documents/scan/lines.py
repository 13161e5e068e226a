"""Ink in a cell or on a page -> lines of text as pictures, with specks, remnants of rulings and seals told apart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from transforms.documents.scan.cleaning import Page, Pixels, as_pixels
from transforms.documents.scan.grids import Box, Rulings

# In heights of the page's type.
_SPECK = 0.17
_NEAR = 0.12
_SMALLEST_LINE = 0.24
_BASELINE = 0.7
_LINE_GAP = 0.1
_TALLEST_LINE = 1.35
_WORD_GAP = 0.6
_LINES_GAP = 0.45
_MARK_GAP = 0.95
_TALLEST_WORD = 6.0
_LOWEST_WORD = 0.35
_LONGEST_DASH = 2.6
_RIM = 0.12
_PADDING = 0.18
# A point: how high a digit beside it is, how much of it there is at the least (thin strokes are lost), how far away the
# strokes of what stands before and behind it begin, how far off its foot it may be.
_POINT_BESIDE = 0.7
_POINT_LEAST = 0.35
_POINT_BEHIND = 0.8
_POINT_BEFORE = 0.8
_POINT_FOOT = 0.12
# Ink that reaches along so much of a cell's edge is its ruling.
_ALONG_EDGE = 0.6


class Line(NamedTuple):
    """One line of text: ``picture`` is its grey with white around, ``ink`` the same in 0 and 1; ``box`` on the page.

    ``uncut`` is the grey with all that stands around where the text touches a ruling, so that strokes may be lost.
    """

    picture: Pixels
    ink: Pixels
    box: Box
    uncut: Pixels | None = None


class Content(NamedTuple):
    """What a cell holds: lines from top to bottom; ``specks`` and ``bleached`` count pixels that were left out."""

    lines: tuple[Line, ...]
    specks: int
    bleached: int


def content_of(page: Page, rulings: Rulings, box: Box) -> Content:
    """Lines of text inside a cell, without its rulings."""
    rim = max(1, round(page.type_size * _RIM))
    inner = Box(box.left + rim, box.top + rim, max(box.right - rim, box.left + rim + 1), box.bottom - rim)
    if inner.bottom - inner.top < 4 or inner.right - inner.left < 4:
        return Content((), 0, 0)
    area = np.s_[inner.top : inner.bottom, inner.left : inner.right]
    free = as_pixels(page.ink[area] * (1 - rulings.mask[area]))
    ink, spots = _without_specks(free, page.type_size, at_edges=True)
    specks = int(spots.sum())
    lines: list[Line] = []
    for span in _spans(ink, page.type_size):
        line = _line(page, ink, spots, inner, span)
        if max(line.ink.shape) < page.type_size * _SMALLEST_LINE:
            specks += int(line.ink.sum())
        else:
            uncut = _grey(page, line.box, rim * 2) if _touches(line.box, inner, rulings) else None
            lines.append(line._replace(uncut=uncut))
    return Content(tuple(lines), specks, int(page.bleached[area].sum()))


def _touches(box: Box, inner: Box, rulings: Rulings) -> bool:
    """Whether a line of text reaches the rim of its cell or a ruling within it."""
    at_rim = box.top <= inner.top or box.bottom >= inner.bottom or box.left <= inner.left or box.right >= inner.right
    return at_rim or bool(rulings.mask[box.top - 1 : box.bottom + 1, box.left - 1 : box.right + 1].any())


def words_outside(page: Page, rulings: Rulings) -> list[Line]:
    """Words that stand outside of all tables, each a line that no wide white parts."""
    free = as_pixels(page.ink * (1 - cv2.dilate(rulings.mask, np.ones((3, 3)))))
    rim = round(page.type_size * 0.3)
    for table in rulings.tables:
        box = table.box
        free[max(0, box.top - rim) : box.bottom + rim, max(0, box.left - rim) : box.right + rim] = 0
    ink, spots = _without_specks(free, page.type_size, at_edges=False)
    ink |= _points_between(ink, spots, page.type_size)
    whole = Box(0, 0, ink.shape[1], ink.shape[0])
    return [_picture(page, ink, spots, whole, box) for box in _words(ink, whole, page.type_size)]


def _words(ink: Pixels, box: Box, size: float) -> Iterator[Box]:
    """Boxes of words, parted by white across and down in turn: lines of cells side by side stand at any height."""
    for top, bottom in _spans(ink[box.top : box.bottom, box.left : box.right], size):
        band = ink[box.top + top : box.top + bottom, box.left : box.right]
        # White through more than one line parts them, be it narrow.
        is_tall = bottom - top > size * _TALLEST_LINE
        for left, right in _parts(band, size, _LINES_GAP if is_tall else _WORD_GAP):
            spans = _spans(band[:, left:right], size)
            inner = Box(box.left + left, box.top + top, box.left + right, box.top + bottom)
            if len(spans) > 1:
                yield from _words(ink, inner, size)
                continue
            first, last = spans[0]
            word = inner._replace(top=inner.top + first, bottom=inner.top + last)
            # Shadows of the book's edge, pictures and coats of arms are no words; what is low may be a dash.
            height, width = word.bottom - word.top, word.right - word.left
            if height <= size * _TALLEST_WORD and (height >= size * _LOWEST_WORD or width <= size * _LONGEST_DASH):
                yield word


def _without_specks(ink: Pixels, size: float, at_edges: bool) -> tuple[Pixels, Pixels]:
    """Ink without specks and, at the edges, without what is left of rulings; and the specks.

    A speck may be a decimal point: those beside characters are put back into the picture of their line.
    """
    # The pieces of a stroke that the scan has broken are no specks: they are one thing with what is near.
    reach = max(3, round(size * _NEAR) | 1)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((reach, reach)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    height, width = ink.shape
    smallest = max(2.0, size * _SPECK)
    keep = np.ones(count, dtype=np.uint8)
    spots = np.zeros(count, dtype=np.uint8)
    keep[0] = 0
    for number in range(1, count):
        left, top, wide, tall, area = stats[number].tolist()
        if wide <= smallest and tall <= smallest:
            keep[number] = 0
            spots[number] = area > 1
        elif at_edges and _is_remnant(left, top, wide, tall, width, height, size):
            keep[number] = 0
    return as_pixels(keep[labels] * ink), as_pixels(spots[labels] * ink)


def _is_remnant(left: int, top: int, wide: int, tall: int, width: int, height: int, size: float) -> bool:
    """Thin ink that touches an edge of the cell and runs along it."""
    thin = size * 0.16
    along_side = (left == 0 or left + wide == width) and wide <= thin and tall >= min(height * _ALONG_EDGE, size)
    along_top = (top == 0 or top + tall == height) and tall <= thin and wide >= min(width * _ALONG_EDGE, size)
    corner = wide <= thin and tall <= thin * 2 and (left == 0 or left + wide == width)
    return along_side or along_top or corner


def runs(ink: Pixels, axis: int) -> list[tuple[int, int]]:
    """Start and end of each run of columns (axis 0) or rows (axis 1) that hold ink."""
    filled = np.asarray(ink.max(axis=axis), dtype=np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], filled, [0]))))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _spans(ink: Pixels, size: float) -> list[tuple[int, int]]:
    """Top and bottom of each line of text; strokes that stand apart within one line (三) belong together."""
    spans: list[tuple[int, int]] = []
    for top, bottom in runs(ink, 1):
        if spans:
            start, end = spans[-1]
            close = top - end <= size * _LINE_GAP
            small = min(end - start, bottom - top) < size * 0.55
            if (close or (small and top - end <= size * 0.6)) and bottom - start <= size * _TALLEST_LINE:
                spans[-1] = (start, bottom)
                continue
        spans.append((top, bottom))
    return spans


def _parts(ink: Pixels, size: float, gap: float) -> Iterator[tuple[int, int]]:
    """Left and right of parts of a line that stand further apart than ``gap`` heights of the type."""
    parts = runs(ink, 0)
    if not parts:
        return
    left = parts[0][0]
    for (before, end), (start, _) in pairwise(parts):
        white = (start - end) / size
        if white > gap and not (white <= _MARK_GAP and _is_mark(ink[:, before:end], size)):
            yield left, end
            left = start
    yield left, parts[-1][1]


def _is_mark(ink: Pixels, size: float) -> bool:
    """Whether ink is small and low, as 、 and 。 are: white beside them is part of them."""
    rows = np.flatnonzero(ink.max(axis=1))
    height = len(ink)
    return bool(rows[0] >= height * 0.45 and rows[-1] >= height * 0.75 and rows[-1] - rows[0] <= size * 0.5)


def _line(page: Page, ink: Pixels, spots: Pixels, inner: Box, span: tuple[int, int]) -> Line:
    top, bottom = span
    columns = np.flatnonzero(ink[top:bottom].any(axis=0))
    return _picture(page, ink, spots, inner, Box(int(columns[0]), top, int(columns[-1]) + 1, bottom))


def _picture(page: Page, ink: Pixels, spots: Pixels, origin: Box, box: Box) -> Line:
    """Cut a line out of ``ink``, whose left top corner stands at ``origin`` on the page."""
    pad = max(2, round(page.type_size * _PADDING))
    band = np.s_[box.top : box.bottom, box.left : box.right]
    part = as_pixels(ink[band] | _points(ink[band], spots[band]))
    placed = cv2.copyMakeBorder(part, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    # Grey around the ink belongs to it; everything else in the picture (rulings, specks, other lines) is paper.
    near = cv2.dilate(placed, np.ones((5, 5)))
    on_page = Box(*(a + b for a, b in zip(box, (origin.left, origin.top) * 2, strict=True)))
    grey = _grey(page, on_page, pad)
    picture = np.where(near > 0, grey, np.uint8(255)).astype(np.uint8)
    return Line(picture, as_pixels(part), on_page)


def _points(ink: Pixels, spots: Pixels) -> Pixels:
    """Those spots that can be decimal points: they stand low, with nothing else above them."""
    low = spots.copy()
    low[: round(len(spots) * _BASELINE)] = 0
    free = (ink.max(axis=0) == 0) & (spots.sum(axis=0) == low.sum(axis=0))
    return as_pixels(low * free)


def _points_between(ink: Pixels, spots: Pixels, size: float) -> Pixels:
    """Those spots that stand on the foot of a character with another one behind: the point after the number of a label.

    Without it the white on its two sides would part the number from the label.
    """
    points = np.zeros_like(spots)
    parts = (_POINT_BESIDE, _POINT_LEAST, _POINT_BEHIND, _POINT_BEFORE, _POINT_FOOT)
    tall, least, near, wide, foot = (round(size * part) for part in parts)
    _, _, stats, _ = cv2.connectedComponentsWithStats(spots, connectivity=8)
    for left, top, width, height, area in stats[1:].tolist():
        right, bottom = left + width, top + height
        if area < 3 or top < tall:
            continue
        before = np.flatnonzero(ink[bottom - tall : bottom + foot + 1, max(0, left - near) : left].any(axis=1))
        if not len(before) or abs(int(before[-1]) - (tall - 1)) > foot or np.ptp(before) < least:
            continue
        if ink[bottom - tall : bottom, right : right + wide].any():
            box = np.s_[top:bottom, left:right]
            points[box] = spots[box]
    return points


def _grey(page: Page, box: Box, pad: int) -> Pixels:
    height, width = page.grey.shape
    left, top, right, bottom = box.left - pad, box.top - pad, box.right + pad, box.bottom + pad
    part = page.grey[max(0, top) : min(height, bottom), max(0, left) : min(width, right)]
    return as_pixels(
        cv2.copyMakeBorder(
            part,
            max(0, -top),
            max(0, bottom - height),
            max(0, -left),
            max(0, right - width),
            cv2.BORDER_CONSTANT,
            value=255,
        )
    )
