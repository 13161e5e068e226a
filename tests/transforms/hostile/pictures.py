"""Hostile pictures."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageDraw


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, bits: int = 1, colour: int = 0, before: bytes = b"") -> bytes:
    """A PNG of white pixels, every one of which is there; packed a row at a time, for it may be large."""
    row = b"\0" + b"\xff" * (width * bits * (1, 0, 3)[colour] // 8)
    packer = zlib.compressobj(1)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + before + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def png_bomb() -> bytes:
    return png(50_000, 50_000)


def png_as_large_as_may_be() -> bytes:
    return png(12_000, 10_000, 8, 2)


def png_ribbon() -> bytes:
    return png(60, 60_000, 8)


def png_comment_bomb() -> bytes:
    text = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b" " * (64 * 1024 * 1024), 9))
    return png(800, 600, 8, before=text)


def png_profile_bomb() -> bytes:
    profile = _chunk(b"iCCP", b"p\0\0" + zlib.compress(b" " * (64 * 1024 * 1024), 9))
    return png(800, 600, 8, before=profile)


def png_of_frames() -> bytes:
    """An animation that declares more pictures than there are."""
    return png(800, 600, 8, before=_chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)))


def jpeg_head() -> bytes:
    return b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 17, 8, 65_500, 65_500, 3) + b"\1\x22\0\2\x11\1\3\x11\1\xff\xda"


def gif_of_frames() -> bytes:
    """A hundred thousand pictures of one screen."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 800, 600, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return screen + (b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2D\1\0") * 100_000 + b";"


def gif_screen() -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff,"


def tiff(width: int, height: int, pages: int = 1, ring: bool = False) -> bytes:
    """Pages that share eight bytes, one after the other; ``ring``: the last is followed by the first."""
    size = 2 + 9 * 12 + 4
    out = bytearray(b"II*\0" + struct.pack("<I", 16) + b"\xff" * 8)
    for number in range(pages):
        tags = [(256, 4, width), (257, 4, height), (258, 3, 1), (259, 3, 1), (262, 3, 1), (273, 4, 8)]
        tags += [(277, 3, 1), (278, 4, height), (279, 4, 8)]
        following = 16 + size * (number + 1) if number + 1 < pages else 16 if ring else 0
        out += struct.pack("<H", 9) + b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
        out += struct.pack("<I", following)
    return bytes(out)


def tiff_of_pages() -> bytes:
    return tiff(800, 600, pages=100_000)


def tiff_in_a_ring() -> bytes:
    return tiff(800, 600, pages=2, ring=True)


def tiff_large() -> bytes:
    return tiff(2**31 - 1, 2**31 - 1)


def tiff_of_tags() -> bytes:
    return b"II*\0" + struct.pack("<IH", 8, 65_535) + struct.pack("<HHII", 65_000, 1, 2**32 - 1, 0) * 65_535


def bmp_head(width: int, height: int) -> bytes:
    return (
        b"BM"
        + struct.pack("<IHHI", 60, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    )


def chequers() -> bytes:
    """A table of a hundred thousand cells, with a stroke in each."""
    image = Image.new("L", (4000, 4000), 255)
    draw = ImageDraw.Draw(image)
    for at in range(0, 4000, 13):
        draw.line((at, 0, at, 4000), fill=0)
        draw.line((0, at, 4000, at), fill=0)
    draw.bitmap(
        (0, 0),
        Image.fromarray(np.tile(np.pad([[255]], ((6, 6), (6, 6))), (308, 308))[:4000, :4000].astype(np.uint8)),
        0,
    )
    return saved(image, "PNG")
