"""OLE compound files built by hand, for what no program here writes."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
# Shorter streams are kept in another place, which these files do without.
_SHORTEST_STREAM = 4096


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with these streams at its root."""
    names = ["Root Entry", *streams]
    directory_sectors = -(-len(names) * 128 // _SECTOR)
    table = [_FAT, *range(2, directory_sectors + 1), _END]
    body = b""
    entries = [_entry("Root Entry", 5, _END, 0, child=1 if streams else _FREE)]
    for number, (name, data) in enumerate(streams.items(), start=1):
        padded = data.ljust(_SHORTEST_STREAM, b"\0")
        padded += bytes(-len(padded) % _SECTOR)
        start, sectors = len(table), len(padded) // _SECTOR
        table += [*range(start + 1, start + sectors), _END]
        right = number + 1 if number < len(streams) else _FREE
        entries.append(_entry(name, 2, start, max(len(data), _SHORTEST_STREAM), right=right))
        body += padded
    assert len(table) <= _SECTOR // 4, "one sector holds the table of so many sectors"
    table += [_FREE] * (_SECTOR // 4 - len(table))
    directory = b"".join(entries).ljust(directory_sectors * _SECTOR, b"\0")
    return _header() + struct.pack(f"<{len(table)}I", *table) + directory + body


def _header() -> bytes:
    versions = struct.pack("<16xHHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    places = struct.pack("<IIIIIIIIII", 0, 1, 1, 0, _SHORTEST_STREAM, _END, 0, _END, 0, 0)
    return (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + versions + places).ljust(_SECTOR, b"\xff")


def _entry(name: str, kind: int, start: int, size: int, right: int = _FREE, child: int = _FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, _FREE, right, child)
    return head + struct.pack("<36xIQ", start, size)
