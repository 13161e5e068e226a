"""Walks the objects of a page: which lines are drawn, what covers what, and which text is not meant to be seen."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from struct import Struct
from typing import Any, NamedTuple, NoReturn

import pypdfium2.raw as pdfium

from transforms.documents.model import UnreadableDocument
from transforms.documents.pdf.calls import address, plain
from transforms.documents.pdf.opening import MOST_OBJECTS
from transforms.documents.pdf.shapes import Box

# A form inside a form inside a form: real pages have one or two storeys.
_DEEPEST_FORM = 6
# Paler than this is white to the eye; printers and screens differ below.
_WHITE = 235
_OPAQUE = 250
_FAINT = 25
# Text modes of PDF: 3 draws nothing, 7 only clips.
_UNDRAWN = (3, 7)

_OBJECT, _TYPE = plain(pdfium.FPDFPage_GetObject), plain(pdfium.FPDFPageObj_GetType)
_INNER_COUNT, _INNER_OBJECT = plain(pdfium.FPDFFormObj_CountObjects), plain(pdfium.FPDFFormObj_GetObject)
_MATRIX, _BOUNDS = plain(pdfium.FPDFPageObj_GetMatrix), plain(pdfium.FPDFPageObj_GetBounds)
_FILL_COLOUR, _STROKE_COLOUR = plain(pdfium.FPDFPageObj_GetFillColor), plain(pdfium.FPDFPageObj_GetStrokeColor)
_IS_TRANSPARENT, _TEXT_MODE = plain(pdfium.FPDFPageObj_HasTransparency), plain(pdfium.FPDFTextObj_GetTextRenderMode)
_CLIP_PATH, _CLIPS = plain(pdfium.FPDFPageObj_GetClipPath), plain(pdfium.FPDFClipPath_CountPaths)
_CLIP_SIZE, _CLIP_SEGMENT = plain(pdfium.FPDFClipPath_CountPathSegments), plain(pdfium.FPDFClipPath_GetPathSegment)
_DRAW_MODE = plain(pdfium.FPDFPath_GetDrawMode)
_PATH_SIZE, _PATH_SEGMENT = plain(pdfium.FPDFPath_CountSegments), plain(pdfium.FPDFPath_GetPathSegment)
_SEGMENT_TYPE, _IS_CLOSED = plain(pdfium.FPDFPathSegment_GetType), plain(pdfium.FPDFPathSegment_GetClose)
_POINT = plain(pdfium.FPDFPathSegment_GetPoint)
_FOUR_FLOATS, _SIX_FLOATS, _FOUR_NUMBERS = Struct("4f").unpack_from, Struct("6f").unpack_from, Struct("4I").unpack_from

_Matrix = tuple[float, float, float, float, float, float]
_UNIT: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
# (left, bottom, right, top) in the page's own space, y upwards.
RawBox = tuple[float, float, float, float]


class Look(NamedTuple):
    """How a text object is drawn: its place among all objects, and why it may not be seen."""

    order: int
    undrawn: bool
    white: bool
    clip: RawBox | None


class Area(NamedTuple):
    """Something that fills an area: an image, or a path filled in one colour."""

    order: int
    box: RawBox
    image: bool
    white: bool
    opaque: bool


@dataclass
class Objects:
    """What stands on a page besides its characters; boxes in the page's own space.

    ``strokes`` are boxes of lines: one of their sides is the line's thickness.
    """

    strokes: list[RawBox] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    looks: dict[int, Look] = field(default_factory=dict)
    turned: bool = False
    count: int = 0


def walk_objects(page: Any, thin: float, before: int = 0) -> Objects:
    """All objects of a page, forms inside it included; each is known by its address.

    ``thin``: up to which thickness in points a shape is a line; ``before``: number of objects on the pages before.
    Raises UnreadableDocument when there are more objects than any report has.
    """
    walk = _Walk(thin, before)
    walk.visit(address(page), pdfium.FPDFPage_CountObjects(page), _OBJECT, _UNIT, 0)
    return walk.found


class _Walk:
    def __init__(self, thin: float, before: int) -> None:
        self.found = Objects()
        self._most = MOST_OBJECTS - before
        self._thin = thin
        # Where PDFium writes its answers: six floats or whole numbers, and the address of each.
        self._floats, self._numbers = (ctypes.c_float * 6)(), (ctypes.c_uint * 4)()
        self._to_floats = [ctypes.addressof(self._floats) + 4 * n for n in range(4)]
        self._to_numbers = [ctypes.addressof(self._numbers) + 4 * n for n in range(4)]
        self._to_two = self._to_numbers[:2]

    def visit(self, whole: int, count: int, item_of: Callable[[int, int], int], matrix: _Matrix, depth: int) -> None:
        """The objects of a page or of a form; ``item_of`` gives the one of a number."""
        # Most objects of a page are the sides of its cells: for each of them every step counts.
        text, path, found = pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH, self.found
        for index in range(count):
            found.count += 1
            if found.count > self._most:
                self._refuse()
            item = item_of(whole, index)
            kind = _TYPE(item)
            if kind == path:
                self._path(item, matrix)
            elif kind == text:
                self._text(item, matrix)
            elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                self._image(item, matrix)
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
                inner = _times(self._own_matrix(item), matrix)
                self.visit(item, _INNER_COUNT(item), _INNER_OBJECT, inner, depth + 1)

    def _refuse(self) -> NoReturn:
        raise UnreadableDocument(f"The PDF draws more than {MOST_OBJECTS} shapes and texts: it is no report.")

    def _own_matrix(self, item: int) -> _Matrix:
        return _SIX_FLOATS(self._floats) if _MATRIX(item, self._to_floats[0]) else _UNIT

    def _bounds(self, item: int, matrix: _Matrix) -> RawBox | None:
        if not _BOUNDS(item, *self._to_floats):
            return None
        box = _FOUR_FLOATS(self._floats)
        return box if matrix is _UNIT else _box(matrix, box)

    def _is_white(self, read: Any, item: int) -> tuple[bool, int]:
        """Whether a colour is white to the eye, and how opaque it is (0 to 255)."""
        if not read(item, *self._to_numbers):
            return False, 255
        red, green, blue, alpha = _FOUR_NUMBERS(self._numbers)
        return red >= _WHITE and green >= _WHITE and blue >= _WHITE, alpha

    def _text(self, item: int, matrix: _Matrix) -> None:
        mode = _TEXT_MODE(item)
        white, alpha = self._is_white(_FILL_COLOUR, item)
        if mode in (1, 5):  # drawn by its outline alone
            white, alpha = self._is_white(_STROKE_COLOUR, item)
        _, slope, _, _, _, _ = own = _times(self._own_matrix(item), matrix)
        self.found.turned = self.found.turned or abs(slope) > 1e-3 * abs(own[0]) or own[0] < 0
        look = Look(self.found.count, mode in _UNDRAWN or alpha < _FAINT, white, self._clip(item, matrix))
        self.found.looks[item] = look

    def _clip(self, item: int, matrix: _Matrix) -> RawBox | None:
        """Bounds that a text object is clipped to; None where it is whole."""
        path = _CLIP_PATH(item)
        count = _CLIPS(path) if path else 0
        bounds: RawBox | None = None
        for number in range(min(max(count, 0), 16)):
            size = _CLIP_SIZE(path, number)
            segments = (_CLIP_SEGMENT(path, number, i) for i in range(min(max(size, 0), 64)))
            box = self._around(segments, matrix)
            if box is not None:
                bounds = box if bounds is None else _common(bounds, box)
        own = self._bounds(item, matrix) if bounds is not None else None
        if bounds is None or own is None:
            return None
        inside = bounds[0] <= own[0] + 1 and bounds[1] <= own[1] + 1 and bounds[2] >= own[2] - 1
        return None if inside and bounds[3] >= own[3] - 1 else bounds

    def _around(self, segments: Iterable[int], matrix: _Matrix) -> RawBox | None:
        points = [_apply(matrix, *self._point(segment)) for segment in segments]
        if not points:
            return None
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return (min(xs), min(ys), max(xs), max(ys))

    def _point(self, segment: int) -> tuple[float, float]:
        _POINT(segment, self._to_floats[0], self._to_floats[1])
        return self._floats[0], self._floats[1]

    def _image(self, item: int, matrix: _Matrix) -> None:
        box = self._bounds(item, matrix)
        if box is None:
            return
        if self._is_thin(box):
            self.found.strokes.append(box)
        else:
            opaque = not _IS_TRANSPARENT(item)
            self.found.areas.append(Area(self.found.count, box, True, False, opaque))

    def _is_thin(self, box: RawBox) -> bool:
        return box[2] - box[0] <= self._thin or box[3] - box[1] <= self._thin

    def _path(self, item: int, matrix: _Matrix) -> None:
        box = self._bounds(item, matrix)
        if box is None or not _DRAW_MODE(item, *self._to_two):
            return
        filled, stroked, _, _ = _FOUR_NUMBERS(self._numbers)
        if not filled and not stroked:
            return
        if box[2] - box[0] <= self._thin or box[3] - box[1] <= self._thin:
            # A line, whatever it is made of: a stroke, a filled rectangle, a row of dashes.
            self.found.strokes.append(box)
            return
        if filled:
            white, alpha = self._is_white(_FILL_COLOUR, item)
            opaque = alpha >= _OPAQUE and not _IS_TRANSPARENT(item)
            if alpha >= _FAINT:
                self.found.areas.append(Area(self.found.count, box, False, white, opaque))
        self._lines(item, matrix, stroked)

    def _lines(self, item: int, matrix: _Matrix, stroked: bool) -> None:
        """The straight level and upright lines of a path; of one that is only filled, its thin parts."""
        own = _times(self._own_matrix(item), matrix)
        count = _PATH_SIZE(item)
        self.found.count += max(count, 0)
        if self.found.count > self._most:
            self._refuse()
        start = last = (0.0, 0.0)
        part: list[tuple[float, float]] = []
        for index in range(max(count, 0)):
            segment = _PATH_SEGMENT(item, index)
            kind = _SEGMENT_TYPE(segment)
            point = _apply(own, *self._point(segment))
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                self._part(part, stroked)
                part = []
                start = point
            elif kind == pdfium.FPDF_SEGMENT_LINETO and stroked:
                self._stroke(last, point)
            part.append(point)
            if stroked and _IS_CLOSED(segment):
                self._stroke(point, start)
            last = point
        self._part(part, stroked)

    def _part(self, part: list[tuple[float, float]], stroked: bool) -> None:
        if part and not stroked:
            xs, ys = [x for x, _ in part], [y for _, y in part]
            box = (min(xs), min(ys), max(xs), max(ys))
            if self._is_thin(box):
                self.found.strokes.append(box)

    def _stroke(self, first: tuple[float, float], second: tuple[float, float]) -> None:
        box = (*map(min, first, second), *map(max, first, second))
        if self._is_thin(box):  # type: ignore[arg-type]
            self.found.strokes.append(box)  # type: ignore[arg-type]


def _times(first: _Matrix, second: _Matrix) -> _Matrix:
    """The matrix that applies ``first``, then ``second``."""
    if second is _UNIT:
        return first
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _apply(matrix: _Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return (a * x + c * y + e, b * x + d * y + f)


def _box(matrix: _Matrix, box: RawBox) -> RawBox:
    corners = [_apply(matrix, x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return (min(xs), min(ys), max(xs), max(ys))


def _common(first: RawBox, second: RawBox) -> RawBox:
    return (
        max(first[0], second[0]),
        max(first[1], second[1]),
        min(first[2], second[2]),
        min(first[3], second[3]),
    )


def as_box(raw: RawBox) -> Box:
    """A raw box read as it stands, for containment only."""
    return Box(raw[0], raw[1], raw[2], raw[3])
