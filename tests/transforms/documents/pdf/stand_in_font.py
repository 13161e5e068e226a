"""Makes transforms/documents/pdf/stand_in.ttf: ``python -m tests.transforms.documents.pdf.stand_in_font``."""

from __future__ import annotations

import io
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

FILE = Path(__file__).parents[4] / "transforms" / "documents" / "pdf" / "stand_in.ttf"
EM, DOT = 1000, 2
ASCENT, DESCENT = 880, -120  # as of most Chinese fonts


def font() -> bytes:
    """The font: one letter for every character."""
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", "any"])
    pen = TTGlyphPen(None)
    for x, y in ((0, DESCENT), (EM - DOT, ASCENT - DOT)):
        pen.moveTo((x, y))
        for corner in ((x, y + DOT), (x + DOT, y + DOT), (x + DOT, y)):
            pen.lineTo(corner)
        pen.closePath()
    letter = pen.glyph()
    builder.setupGlyf({".notdef": letter, "any": letter})
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", "any"), (EM, 0)))
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupCharacterMap({})
    many_to_one = CmapSubtable.newSubtable(13)
    many_to_one.platformID, many_to_one.platEncID, many_to_one.language = 3, 10, 0
    many_to_one.cmap = {code: "any" for code in range(0x21, 0x30000) if not 0xD800 <= code <= 0xDFFF}
    builder.font["cmap"].tables = [many_to_one]
    builder.setupNameTable({"familyName": "gongkai stand-in", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    builder.setupPost()
    builder.font.recalcTimestamp = False
    builder.updateHead(created=0, modified=0)
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


if __name__ == "__main__":
    FILE.write_bytes(font())
