"""A page as it was scanned -> grey text on even white, its ink, the size of its type; stamps bleached, skew undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

# Working size of the type of tables: below it digits blur together, above it only time is spent.
_SMALLEST_TYPE = 20.0
_LARGEST_TYPE = 48.0
_WORKING_TYPE = 28.0
_MOST_PIXELS = 40_000_000
# A pixel is red when its red stands out so far over green and blue; seals are larger than this part of the width.
_RED_LEAD = 45
_SEAL_WIDTH = 1 / 14
# A seal copied without colours, on a page whose ink is 0 and whose paper is 255: its shades, how far those of
# neighbours differ, and the part of its square that it covers at the least.
_SEAL_GREYS = (90, 225)
_FLAT = 45
_SEAL_FILLED = 0.03
# Faint strokes, in pixels and shades: how far away the paper beside one is, how much lighter, how long one is at most.
_FAINT_WIDTH = 3
_FAINT_LEAD = 20
_FAINT_LEAD_IN_SEAL = 40
_LONGEST_FAINT = 12
_STEEPEST_DEGREES = 4.0
_MOST_POINTS = 150_000


@dataclass(frozen=True)
class Page:
    """One upright page: ``grey`` 0 (ink) to 255 (paper); ``ink`` 0 or 1; ``bleached`` 1 where a seal was taken away.

    ``dark`` is the ink without faint strokes, which make rulings of those of characters one below the other.
    ``type_size``: height in pixels of the characters that most of the page is set in.
    """

    grey: Pixels
    ink: Pixels
    bleached: Pixels
    type_size: float
    dark: Pixels


def clean(image: Pixels) -> Page | None:
    """A page from an image (height × width, or × 3 as RGB); None when there is nothing on it."""
    grey, bleached = _without_seals(image)
    grey = _evenly_lit(grey)
    if not bleached.any():
        grey, bleached = _without_grey_seals(grey)
    size = _type_size(_dark(grey))
    if size is None:
        return None
    if not _SMALLEST_TYPE <= size <= _LARGEST_TYPE:
        factor = min(_WORKING_TYPE / size, 4.0, (_MOST_PIXELS / grey.size) ** 0.5)
        how = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
        grey = as_pixels(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=how))
        bleached = as_pixels(cv2.resize(bleached, grey.shape[::-1], interpolation=cv2.INTER_NEAREST))
        size *= factor
    angle = _skew(_dark(grey))
    if abs(angle) > 0.03:
        grey, bleached = _turned(grey, angle, 255), _turned(bleached, angle, 0)
    dark = _dark(grey)
    return Page(grey, _ink(grey, dark, bleached), bleached, size, dark)


def quarter_turned(image: Pixels, turns: int) -> Pixels:
    """The image turned by ``turns`` quarters of a circle, counter-clockwise."""
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image


def as_pixels(array: object) -> Pixels:
    """An array of OpenCV as the type it has here."""
    return np.asarray(array, dtype=np.uint8)


def _without_seals(image: Pixels) -> tuple[Pixels, Pixels]:
    """Grey of an image in which large red marks (seals) are as light as the paper, and where they were."""
    if image.ndim == 2:
        return image, np.zeros_like(image)
    grey = as_pixels(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    red, green, blue = cv2.split(image)
    lead = cv2.subtract(red, cv2.max(green, blue))
    mask = as_pixels(lead > _RED_LEAD)
    bleached = np.zeros_like(grey)
    if cv2.countNonZero(mask) < 100:
        return grey, bleached
    # The parts of a seal lie close together: joined on a smaller image they are one large thing, words in red are not.
    for area in _large_marks(mask):
        grey[area] = _lifted(as_pixels(np.asarray(red)[area]), as_pixels(mask[area]), 1)
        bleached[area] = mask[area]
    return grey, bleached


def _without_grey_seals(grey: Pixels) -> tuple[Pixels, Pixels]:
    """As ``_without_seals`` for a copy without colours, evenly lit: a seal is grey all over, text only at its rims."""
    # On a page of half the size: nothing as fine as text is sought, and large pages take much memory.
    half = as_pixels(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_NEAREST))
    half = as_pixels(cv2.medianBlur(half, 3))
    darkest, lightest = _SEAL_GREYS
    flat = cv2.subtract(cv2.dilate(half, np.ones((3, 3))), cv2.erode(half, np.ones((3, 3)))) < _FLAT
    mask = as_pixels((half > darkest) & (half < lightest) & flat)
    bleached = np.zeros_like(grey)
    if cv2.countNonZero(mask) < 25:
        return grey, bleached
    grey = grey.copy()
    # Crumbs of text are flat too; they would make one thing of a seal and the table around it.
    plain = as_pixels(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3))))
    for rows, columns in _large_marks(plain):
        if cv2.countNonZero(plain[rows, columns]) < _SEAL_FILLED * plain[rows, columns].size:
            continue
        area = np.s_[2 * rows.start : 2 * rows.stop, 2 * columns.start : 2 * columns.stop]
        part = as_pixels(grey[area])
        found = cv2.resize(mask[rows, columns], part.shape[::-1], interpolation=cv2.INTER_NEAREST)
        # Text and rulings that the seal lies over part it, and leave strips of it.
        between = as_pixels((part > darkest) & (part < lightest))
        whole = cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((9, 9)))
        whole = np.maximum(whole, cv2.dilate(found, np.ones((15, 15))) * between)
        grey[area] = _lifted(part, as_pixels(whole), 2)
        bleached[area] = whole
    return grey, bleached


def _large_marks(mask: Pixels) -> Iterator[tuple[slice, slice]]:
    """Areas in which parts of a mask lie so close together that they are one thing as large as a seal."""
    height, width = mask.shape
    # Joined on a smaller image.
    scale = max(1, round(width / 400))
    small = cv2.resize(mask, (-(-width // scale), -(-height // scale)), interpolation=cv2.INTER_AREA)
    joined = cv2.dilate(as_pixels(small > 0), np.ones((7, 7)))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for x, y, wide, tall, _ in stats[1:]:
        if min(wide, tall) * scale >= width * _SEAL_WIDTH:
            yield np.s_[y * scale : (y + tall) * scale, x * scale : (x + wide) * scale]


def _lifted(part: Pixels, mask: Pixels, rim: int) -> Pixels:
    """A part of a page in which what a mask covers, and so many pixels around, is as light as paper."""
    if not mask.any():
        return part
    seal = cv2.dilate(mask, np.ones((2 * rim + 1, 2 * rim + 1)))
    light = float(np.median(part[mask > 0]))
    lifted = np.minimum(part * (255.0 / max(light, 1.0)), 255.0).astype(np.uint8)
    return as_pixels(np.where(seal > 0, lifted, part))


def _evenly_lit(grey: Pixels) -> Pixels:
    """The page divided by its paper, so that shadows vanish, and its ink made black."""
    scale = max(1, round(min(grey.shape) / 200))
    small = cv2.resize(
        grey, (max(1, grey.shape[1] // scale), max(1, grey.shape[0] // scale)), interpolation=cv2.INTER_AREA
    )
    paper = cv2.medianBlur(as_pixels(cv2.morphologyEx(as_pixels(small), cv2.MORPH_CLOSE, np.ones((9, 9)))), 9)
    paper = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    even = as_pixels(cv2.divide(grey, np.maximum(paper, 40), scale=255))
    threshold = min(float(cv2.threshold(even, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[0]), 225.0)
    dark = even[even < threshold]
    if dark.size < 50:
        return even
    black = float(np.percentile(dark, 25))
    stretch = np.clip((np.arange(256) - black) * 255.0 / max(250.0 - black, 30.0), 0, 255).astype(np.uint8)
    return as_pixels(cv2.LUT(even, stretch))


def _dark(grey: Pixels) -> Pixels:
    threshold = float(cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[0])
    return as_pixels(grey < min(max(threshold, 100.0), 190.0))


def _ink(grey: Pixels, dark: Pixels, bleached: Pixels) -> Pixels:
    ink = dark.copy()
    # Of faces with thin strokes these are as light as the rims of thick ones, but they are darker than both their sides
    # and begin at a thicker one.
    lead = _lead(grey)
    faint = as_pixels(lead > _FAINT_LEAD)
    if bleached.any():
        # The rims of a seal are left as strokes that are fainter still.
        rim = 4 * _FAINT_WIDTH + 1
        beside = as_pixels(cv2.dilate(bleached, np.ones((rim, rim))))
        faint &= as_pixels(lead > _FAINT_LEAD_IN_SEAL) | (1 - beside)
    for _ in range(_LONGEST_FAINT):
        ink |= as_pixels(cv2.dilate(ink, np.ones((3, 3)))) & faint
    return ink


def _lead(grey: Pixels) -> Pixels:
    """By how much a page is darker than on both sides, be these left and right or above and below."""
    lead = np.zeros_like(grey)
    away = _FAINT_WIDTH
    for part, page in ((lead, grey), (lead.T, grey.T)):
        sides = cv2.min(np.ascontiguousarray(page[: -2 * away]), np.ascontiguousarray(page[2 * away :]))
        inner = part[away:-away]
        np.maximum(inner, cv2.subtract(sides, np.ascontiguousarray(page[away:-away])), out=inner)
    return lead


def _type_size(ink: Pixels) -> float | None:
    """Height of the characters that are met most, in pixels; None when there are next to none."""
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3)))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    widths, heights = stats[1:, 2], stats[1:, 3]
    glyphs = heights[(heights >= 7) & (heights <= 120) & (widths >= 3) & (widths <= 2 * heights)]
    return float(np.percentile(glyphs, 65)) if len(glyphs) >= 5 else None


def _skew(ink: Pixels) -> float:
    """Degrees by which rows of text and rulings rise to the right: where the ink falls into the fewest rows."""
    ys, xs = np.nonzero(ink)
    if len(xs) < 200:
        return 0.0
    if len(xs) > _MOST_POINTS:
        chosen = np.random.default_rng(0).choice(len(xs), _MOST_POINTS, replace=False)
        ys, xs = ys[chosen], xs[chosen]
    xs = xs - xs.mean()

    def sharpness(degrees: float) -> float:
        rows = np.rint(ys + xs * np.tan(np.radians(degrees)) + ink.shape[1]).astype(np.int64)
        counts = np.bincount(rows).astype(float)
        return float((counts * counts).sum())

    best = 0.0
    for width, stride in ((_STEEPEST_DEGREES, 0.25), (0.25, 0.05), (0.05, 0.0125)):
        around = np.arange(-width, width + stride / 2, stride) + best
        best = float(around[int(np.argmax([sharpness(angle) for angle in around]))])
    return best


def _turned(image: Pixels, degrees: float, border: int) -> Pixels:
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    how = cv2.INTER_CUBIC if border else cv2.INTER_NEAREST
    return as_pixels(cv2.warpAffine(image, matrix, (width, height), flags=how, borderValue=[border]))
