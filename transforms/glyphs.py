"""Spellings of one text made alike: simplified glyphs, half-width forms, no marks that do not show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

import opencc

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\ufffd]")
# Converters of glyphs leave the sound in brackets behind: 內(nèi)容.
_SOUND = re.compile(r"\([a-zA-Zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,7}\)")
_HAS_CJK = re.compile(r"[\u3400-\u9fff]")


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=65536)
def simplified(text: str) -> str:
    """Text in simplified glyphs, full-width forms made half-width, marks that do not show removed."""
    text = _plain(text)
    return _converter().convert(text) if _HAS_CJK.search(text) else text


def all_simplified(texts: Sequence[str]) -> list[str]:
    """``simplified`` of many texts of one line each, several times as fast."""
    return _converter().convert("\n".join(_plain(text) for text in texts)).split("\n")


def _plain(text: str) -> str:
    return _SOUND.sub("", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
