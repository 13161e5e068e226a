"""One page of a PDF -> its visible glyphs and drawn lines, upright, whatever way the page is turned."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from struct import Struct
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from transforms.documents.model import UnreadableDocument
from transforms.documents.pdf.calls import address, plain
from transforms.documents.pdf.objects import Area, Look, Objects, RawBox, as_box, walk_objects
from transforms.documents.pdf.opening import MOST_CHARACTERS
from transforms.documents.pdf.shapes import Box, Glyph, Sides, Turn, turned

SIDEWAYS = "is set sideways"
RECOGNISED = "comes from text recognition under a scanned page"
_PARTLY = "is partly hidden"
_OVER = "lies over another character"
UNMAPPED = "\ufffd"
# From here on characters are as wide as they are high; 0xE000 to 0xF8FF mean something in one font only.
_WIDE = 0x2E80
_PRIVATE = (0xE000, 0xF8FF)
_USUAL_SIZE = 10.5
# A scanned page is an image that leaves at most its margins free; a few characters are a stamp or a page number.
_IMAGE_SHARE = 0.5
_FEW_CHARACTERS = 40
# Line ends that PDFium marks as hyphens; in a table it is the dash of a cell.
_HYPHENS = (0x02, 0xFFFE)
_FARTHEST = 1e5
# More squares than a page is wide, however small its text: a row of them and the next have no number in common.
_MOST_SQUARES = 1 << 40
_UNICODE, _IS_GENERATED = plain(pdfium.FPDFText_GetUnicode), plain(pdfium.FPDFText_IsGenerated)
_LOOSE_BOX, _ORIGIN = plain(pdfium.FPDFText_GetLooseCharBox), plain(pdfium.FPDFText_GetCharOrigin)
_IS_UNMAPPED, _ANGLE = plain(pdfium.FPDFText_HasUnicodeMapError), plain(pdfium.FPDFText_GetCharAngle)
_TEXT_OBJECT, _FONT = plain(pdfium.FPDFText_GetTextObject), plain(pdfium.FPDFTextObj_GetFont)
_FONT_SIZE, _WIDTH = plain(pdfium.FPDFText_GetFontSize), plain(pdfium.FPDFFont_GetGlyphWidth)
_MATRIX = plain(pdfium.FPDFText_GetMatrix)
_FOUR_FLOATS, _TWO_DOUBLES = Struct("4f").unpack_from, Struct("2d").unpack_from


@dataclass(frozen=True)
class Page:
    """What a page shows. ``em``: size of its text in points; ``is_image``: a picture with hardly any text.

    ``doubt``: why no text on this page can be relied on; empty when it can.
    """

    number: int
    width: float
    height: float
    em: float
    glyphs: tuple[Glyph, ...]
    strokes: tuple[Sides, ...]
    objects: int
    is_image: bool = False
    doubt: str = ""


class _Character(NamedTuple):
    number: int
    text: str
    box: RawBox
    origin: tuple[float, float]


def read_page(page: pypdfium2.PdfPage, number: int, characters_before: int = 0, objects_before: int = 0) -> Page:
    """The visible content of a page. Raises UnreadableDocument when there is more than a report can hold."""
    text_page = page.get_textpage()
    try:
        handle = address(text_page.raw)
        count = pdfium.FPDFText_CountChars(text_page.raw)
        if count + characters_before > MOST_CHARACTERS:
            raise UnreadableDocument(f"The PDF has more than {MOST_CHARACTERS} characters: it is no report.")
        characters = _characters(handle, count)
        em = _size(characters)
        objects = walk_objects(page.raw, thin=0.3 * em, before=objects_before)
        shown: RawBox = page.get_bbox()
        quarters = _quarters(handle, characters) if objects.turned else {}
        doubt = ""
        visible: list[tuple[_Character, str]] = [(c, "") for c in characters]
        covering = _share_of_images(objects.areas, shown) >= _IMAGE_SHARE
        if _may_hide(objects):
            looks = [objects.looks.get(_TEXT_OBJECT(handle, c.number)) for c in characters]
            if covering and _is_recognised(characters, looks, objects.areas):
                doubt = RECOGNISED
            else:
                visible = _visible(characters, looks, objects.areas)
        quarter = Counter(quarters.values()).most_common(1)[0][0] if quarters else 0
        turn = turned(int(quarter or 0), shown)
        whole = turn(*shown)
        if quarters:
            glyphs = _turned_glyphs(handle, visible, quarters, quarter, turn, whole)
        else:
            glyphs = _glyphs(visible, shown)
    finally:
        text_page.close()
    told = sum(glyph.text != " " for glyph in glyphs)
    return Page(
        number=number,
        width=whole.width,
        height=whole.height,
        em=em,
        glyphs=tuple(_once(glyphs, em)),
        strokes=_strokes(objects.strokes, quarter, shown),
        objects=objects.count,
        is_image=covering and told < _FEW_CHARACTERS,
        doubt=doubt,
    )


def _strokes(boxes: Iterable[RawBox], quarter: int | None, shown: RawBox) -> tuple[Sides, ...]:
    """The lines of a page, but for those far outside of it."""
    far = _FARTHEST
    # What is no number is on neither side.
    near = [box for box in boxes if box[0] > -far and box[2] < far and box[1] > -far and box[3] < far]
    if quarter:
        turn = turned(quarter, shown)
        return tuple(turn(*box) for box in near)
    west, _, _, north = shown
    return tuple([(left - west, north - top, right - west, north - bottom) for left, bottom, right, top in near])


def _glyphs(visible: Iterable[tuple[_Character, str]], shown: RawBox) -> list[Glyph]:
    """Glyphs inside of what a page shows whose text is upright as it stands, as on nearly every page."""
    west, south, east, north = shown
    width, height = east - west, north - south
    found = []
    for (_, text, box, (_, base)), hidden in visible:
        left, top, right, bottom = box[0] - west, north - box[3], box[2] - west, north - box[1]
        if 0 <= (left + right) / 2 <= width and 0 <= (top + bottom) / 2 <= height:
            found.append(Glyph(text, left, top, right, bottom, north - base, hidden))
    return found


def _turned_glyphs(
    text_page: int,
    visible: Iterable[tuple[_Character, str]],
    quarters: Mapping[int, int | None],
    quarter: int | None,
    turn: Turn,
    whole: Box,
) -> list[Glyph]:
    """The same for a page on which some text is turned, most of it by ``quarter`` turns.

    The boxes of turned text are those of the letters of whatever font stands in for one that is not in the file.
    """
    found: list[Glyph] = []
    for character, hidden in visible:
        box = turn(*character.box)
        own = quarters.get(character.number, quarter)
        if own is None or not whole.holds((box.left + box.right) / 2, (box.top + box.bottom) / 2):
            continue  # a watermark across the page, or outside of what the page shows
        x, y = character.origin
        begin, _, _, base = turn(x, y, x, y)
        if own == quarter and own:
            box = box._replace(left=begin, right=begin + (_advance(text_page, character) or box.right - begin))
        found.append(Glyph(character.text, *box, base, doubt=hidden if own == quarter else SIDEWAYS))
    return found


def _advance(text_page: int, character: _Character) -> float:
    """How far it is from a character to the next, by the widths that the PDF gives; 0 where it gives none."""
    width, matrix = ctypes.c_float(), pdfium.FS_MATRIX()
    font = _FONT(_TEXT_OBJECT(text_page, character.number))
    size = _FONT_SIZE(text_page, character.number)
    if not _WIDTH(font, ord(character.text), size, ctypes.addressof(width)):
        return 0.0
    _MATRIX(text_page, character.number, ctypes.addressof(matrix))
    return float(width.value * math.hypot(matrix.a, matrix.b))


def _characters(text_page: int, count: int) -> list[_Character]:
    """All characters of a text page in the order of its content, with their boxes in the page's own space."""
    found = []
    box, origin = pdfium.FS_RECTF(), (ctypes.c_double * 2)()
    to_box, to_x, to_y = ctypes.addressof(box), ctypes.addressof(origin), ctypes.addressof(origin) + 8
    far = _FARTHEST
    for index in range(count):
        code = _UNICODE(text_page, index)
        if code in (10, 13) or (code == 32 and _IS_GENERATED(text_page, index) == 1):
            continue
        if not _LOOSE_BOX(text_page, index, to_box):
            continue
        left, top, right, bottom = _FOUR_FLOATS(box)
        # What is no number is on neither side.
        if not (left > -far and right < far and bottom > -far and top < far):
            continue
        _ORIGIN(text_page, index, to_x, to_y)
        text = _meaning(text_page, index, code)
        found.append(_Character(index, text, (left, bottom, right, top), _TWO_DOUBLES(origin)))
    return found


def _meaning(text_page: int, index: int, code: int) -> str:
    """The character as text; one that its font does not explain must not pass for a digit."""
    if code >= _WIDE and not _PRIVATE[0] <= code <= _PRIVATE[1] and code != 0xFFFE:
        return chr(code) if not 0xD800 <= code <= 0xDFFF else UNMAPPED
    if code in (0x20, 0xA0, 0x09):
        return " "
    if code in _HYPHENS:
        return "-"
    if code < 0x20 or code >= _WIDE or _IS_UNMAPPED(text_page, index) == 1:
        return UNMAPPED
    return chr(code)


def _size(characters: Sequence[_Character]) -> float:
    """Size of the text in points: the width of Chinese characters, else the height of all."""
    wide = [min(b[2] - b[0], b[3] - b[1]) for _, text, b, _ in characters if ord(text) >= _WIDE and text != UNMAPPED]
    sizes = (
        wide if len(wide) > 10 else [min(b[2] - b[0], b[3] - b[1]) * 2 for _, text, b, _ in characters if text != " "]
    )
    sizes = [size for size in sizes if size > 0]
    return median(sizes) if sizes else _USUAL_SIZE


def _quarters(text_page: int, characters: Sequence[_Character]) -> dict[int, int | None]:
    """Quarter turns clockwise of each character; None for one that leans between them."""
    found: dict[int, int | None] = {}
    for character in characters:
        angle = math.degrees(_ANGLE(text_page, character.number))
        nearest = round(angle / 90)
        found[character.number] = nearest % 4 if abs(angle - 90 * nearest) < 8 else None
    return found


def _share_of_images(areas: Sequence[Area], shown: RawBox) -> float:
    """Which part of the page the images on it cover, overlaps counted twice."""
    whole = (shown[2] - shown[0]) * (shown[3] - shown[1])
    covered = 0.0
    for area in areas:
        if area.image:
            width = min(area.box[2], shown[2]) - max(area.box[0], shown[0])
            height = min(area.box[3], shown[3]) - max(area.box[1], shown[1])
            covered += max(width, 0.0) * max(height, 0.0)
    return covered / whole if whole > 0 else 0.0


def _may_hide(objects: Objects) -> bool:
    first = min((look.order for look in objects.looks.values()), default=0)
    return any(look.undrawn or look.white or look.clip for look in objects.looks.values()) or any(
        area.opaque and area.order > first for area in objects.areas
    )


def _is_recognised(characters: Sequence[_Character], looks: Sequence[Look | None], areas: Sequence[Area]) -> bool:
    """Whether most text of a page that is an image was put there by text recognition: undrawn, or below the image."""
    images = [area for area in areas if area.image]
    hidden = sum(
        look is not None and (look.undrawn or any(i.order > look.order and _in(i.box, c.box) for i in images))
        for c, look in zip(characters, looks, strict=True)
    )
    return hidden * 2 > len(characters)


def _in(area: RawBox, box: RawBox) -> bool:
    return as_box(area).holds((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _visible(
    characters: Sequence[_Character], looks: Sequence[Look | None], areas: Sequence[Area]
) -> list[tuple[_Character, str]]:
    """The characters that a reader of the page sees; those of a text that is hidden in part are in doubt."""
    seen: list[tuple[_Character, Look | None]] = []
    cut: set[int] = set()
    for character, look in zip(characters, looks, strict=True):
        if look is None or not _is_hidden(character, look, areas):
            seen.append((character, look))
        elif character.text != " ":
            cut.add(look.order)
    return [(character, _PARTLY if look is not None and look.order in cut else "") for character, look in seen]


def _is_hidden(character: _Character, look: Look, areas: Sequence[Area]) -> bool:
    if look.undrawn:
        return True
    if look.clip is not None and not _in(look.clip, character.box):
        return True
    if any(area.order > look.order and area.opaque and _in(area.box, character.box) for area in areas):
        return True
    if look.white:
        # White on a dark ground is how headers are often set.
        below = [area for area in areas if area.order < look.order and _in(area.box, character.box)]
        return not below or below[-1].white
    return False


def _once(glyphs: Sequence[Glyph], em: float) -> list[Glyph]:
    """Each glyph once: bold letters are often drawn twice, a hair apart. Different ones in one place are in doubt."""
    kept: list[Glyph] = []
    places: dict[int, list[int]] = {}
    # Twice as far as glyphs may be apart, so that a close one is on this side of the square or beyond the nearest.
    near_x, near_y = 0.2 * em, 0.35 * em
    wide, high = 2 * near_x, 2 * near_y
    for glyph in glyphs:
        text, left, top, right, bottom, _, _ = glyph
        if text == " ":
            kept.append(glyph)
            continue
        x, y = (left + right) / 2, (top + bottom) / 2
        column, row = int(x / wide), int(y / high)
        square = row * _MOST_SQUARES + column
        beside = square + 1 if x - column * wide > near_x else square - 1
        below = _MOST_SQUARES if y - row * high > near_y else -_MOST_SQUARES
        if square in places or beside in places or square + below in places or beside + below in places:
            near = [n for s in (square, beside, square + below, beside + below) for n in places.get(s, ())]
            close = [n for n in near if abs(kept[n].x - x) < near_x and abs(kept[n].y - y) < near_y]
            if any(kept[n].text == text for n in close):
                continue
            over = [n for n in close if min(right - left, kept[n].right - kept[n].left) > 0.3 * em]
            for n in over:
                kept[n] = kept[n]._replace(doubt=kept[n].doubt or _OVER)
            glyph = glyph._replace(doubt=glyph.doubt or _OVER) if over else glyph
        places.setdefault(square, []).append(len(kept))
        kept.append(glyph)
    return kept
