"""The font that stands in for every font that a PDF names and does not hold, so that all machines read it alike.

PDFium takes what is installed, and leaves out of the text whatever has no letters there: without a Chinese font single
characters, and all Chinese on a turned page; with one, text whose order of characters the PDF alone knows. In the
stand-in all characters have one letter: two dots at opposite corners of a square. How wide text is and what it says the
PDF tells. Pages that are drawn (transforms/documents/scan) are drawn with the fonts that are installed.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import Any

import pypdfium2

# Of these PDFium has its own, and a PDF need not say how wide their letters are (ISO 32000-1, 9.6.2.2).
_STANDARD = ("helvetica", "arial", "times", "courier", "symbol", "dingbats")
_HANDLE = 1  # no address of any font
_GB2312 = 134
_NAME = b"gongkai stand-in\0"


class _StandIn(pypdfium2.PdfSysfontBase):
    """What PDFium asks for fonts. ``is_reading``: the stand-in is what it gets."""

    is_reading = False

    def __init__(self) -> None:
        self._font = resources.files(__package__).joinpath("stand_in.ttf").read_bytes()
        super().__init__()

    def MapFont(self, _: Any, weight: int, italic: int, charset: int, pitch: int, face: Any, exact: Any) -> Any:
        if not self.is_reading:
            return self.default.MapFont(self.default, weight, italic, charset, pitch, face, exact)
        name = (ctypes.cast(face, ctypes.c_char_p).value or b"").lower().decode("latin-1")
        return None if any(known in name for known in _STANDARD) else _HANDLE

    def GetFontData(self, _: Any, font: Any, table: int, buffer: Any, size: int) -> int:
        if font != _HANDLE:
            return int(self.default.GetFontData(self.default, font, table, buffer, size))
        if table:
            return 0
        if buffer and size >= len(self._font):
            ctypes.memmove(buffer, self._font, len(self._font))
        return len(self._font)

    def GetFaceName(self, _: Any, font: Any, buffer: Any, size: int) -> int:
        """PDFium keeps fonts by this name: what is drawn later must not get the stand-in."""
        if font != _HANDLE:
            return int(self.default.GetFaceName(self.default, font, buffer, size))
        if buffer and size >= len(_NAME):
            ctypes.memmove(buffer, _NAME, len(_NAME))
        return len(_NAME)

    def GetFontCharset(self, _: Any, font: Any) -> int:
        return _GB2312 if font == _HANDLE else int(self.default.GetFontCharset(self.default, font))

    def DeleteFont(self, _: Any, font: Any) -> None:
        if font != _HANDLE:
            self.default.DeleteFont(self.default, font)


@cache
def _stand_in() -> _StandIn:
    made = _StandIn()
    made.setup()
    return made


@contextmanager
def stand_in() -> Iterator[None]:
    """Fonts that a PDF does not hold are the stand-in for as long as this lasts."""
    fonts = _stand_in()
    fonts.is_reading = True
    try:
        yield
    finally:
        fonts.is_reading = False
