"""What the look of a text says of it: a raised 1 is no digit of a figure, struck and hidden text is not printed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_SPACES = re.compile(r"[^\S\t\n]+")


class Look(NamedTuple):
    """What the look of a run says of its text; ``place`` differs where text is shifted up or down."""

    hidden: bool = False
    raised: bool = False
    struck: bool = False
    place: str = ""


class Piece(NamedTuple):
    """A run of text of one look."""

    text: str
    look: Look


PLAIN = Look()


def joined(pieces: Iterable[Piece]) -> str:
    """Text of consecutive pieces.

    As in HTML, raised marks behind a text are left out, and what stands higher, lower or beside a struck text is kept
    apart by a space: 345 with a raised 1 is 345, never 3451. Struck text is left out as well.
    """
    parts: list[str] = []
    before: Look | None = None
    has_text = False
    for text, look in pieces:
        if before is not None and look != before:
            parts.append(" ")
        before = look
        if look.struck or (look.raised and has_text):
            continue
        parts.append(text)
        has_text = has_text or (not look.raised and bool(text.strip()))
    return _SPACES.sub(" ", "".join(parts))
