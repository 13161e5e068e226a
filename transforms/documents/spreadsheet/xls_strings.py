"""Shared texts of XLS -> what is printed of those in which some characters are raised or struck ([MS-XLS] 2.5.293)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from transforms.documents.word.looks import PLAIN, Look, Piece, joined

_IS_WIDE, _HAS_EXTENSION, _HAS_RUNS = 1, 4, 8
_STRUCK = 8


def look_of_font(body: bytes) -> Look:
    """Look of a FONT record."""
    flags, raised = struct.unpack_from("<2xH4xH", body)
    return Look(raised=raised in (1, 2), struck=bool(flags & _STRUCK))


def marked_strings(parts: Sequence[bytes], fonts: Sequence[Look]) -> dict[int, str]:
    """What is printed of the marked ones among the shared texts, by their number.

    ``parts`` are an SST record and those that continue it. Raises IndexError or struct.error for damaged ones.
    """
    if all(font == PLAIN for font in fonts):
        return {}
    found = {}
    reader = _Reader(parts)
    _, count = struct.unpack("<II", reader.take(8))
    for number in range(count):
        length, flags = struct.unpack("<HB", reader.take(3))
        (runs,) = struct.unpack("<H", reader.take(2)) if flags & _HAS_RUNS else (0,)
        (extension,) = struct.unpack("<I", reader.take(4)) if flags & _HAS_EXTENSION else (0,)
        text = reader.characters(length, bool(flags & _IS_WIDE))
        starts = list(struct.iter_unpack("<HH", reader.take(4 * runs)))
        reader.take(extension)
        pieces = _pieces(text, starts, fonts) if starts else []
        if any(piece.look != PLAIN for piece in pieces):
            found[number] = joined(pieces)
    return found


def _pieces(text: str, starts: Sequence[tuple[int, int]], fonts: Sequence[Look]) -> list[Piece]:
    ends = [*(start for start, _ in starts[1:]), len(text)]
    pieces = [Piece(text[: starts[0][0]], PLAIN)]
    for (start, font), end in zip(starts, ends, strict=True):
        # No font has the number 4: those behind it stand one place further up.
        at = font - 1 if font > 4 else font
        pieces.append(Piece(text[start:end], fonts[at] if at < len(fonts) else PLAIN))
    return [piece for piece in pieces if piece.text]


class _Reader:
    """Reads on over the ends of records; a text that goes on in the next one says anew how wide its characters are."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self.parts = parts
        self.part = self.at = 0

    def take(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            piece = self.parts[self.part][self.at : self.at + count - len(found)]
            self.at += len(piece)
            found += piece
            if not piece:
                self.part, self.at = self.part + 1, 0
        return found

    def characters(self, count: int, is_wide: bool) -> str:
        found = b""
        while len(found) < 2 * count:
            if self.at >= len(self.parts[self.part]):
                self.part, self.at = self.part + 1, 1
                is_wide = bool(self.parts[self.part][0] & _IS_WIDE)
            size = 2 if is_wide else 1
            piece = self.parts[self.part][self.at : self.at + size * (count - len(found) // 2)]
            if not piece or len(piece) % size:
                raise IndexError("a text is cut off")
            self.at += len(piece)
            found += piece if is_wide else piece.decode("latin-1").encode("utf-16-le")
        return found.decode("utf-16-le", errors="replace")
