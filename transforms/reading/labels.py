"""Printed labels -> keys: spelling made alike, then looked up in the labels of all forms."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache

import opencc

from transforms.forms import forms

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\ufffd]")
# Converters of glyphs leave the sound in brackets behind: 內(nèi)容.
_SOUND = re.compile(r"\([a-zA-Zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,7}\)")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_UNCLOSED = re.compile(r"[(\[].*$")
_ENUMERATOR = re.compile(
    r"^(?:\(([一二三四五六七八九十]{1,3}|\d{1,2})\)|([一二三四五六七八九十]{1,3})[、.:,]|(\d{1,2})[、.:,)])"
)
_PUNCTUATION = re.compile(r"[^\w+]|_")
_SHORT = 4
_HAS_CJK = re.compile(r"[\u3400-\u9fff]")


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=65536)
def simplified(text: str) -> str:
    """Text in simplified glyphs, full-width forms made half-width, marks that do not show removed."""
    text = _SOUND.sub("", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    return _converter().convert(text) if _HAS_CJK.search(text) else text


@dataclass(frozen=True, slots=True)
class Core:
    """A label taken apart: its enumerator (``三``, ``1`` or empty), its words, and the words with the brackets'."""

    enumerator: str
    words: str
    all_words: str


@lru_cache(maxsize=65536)
def core(text: str) -> Core:
    """Words of a label without enumerator, white space, punctuation and explanations in brackets."""
    plain = re.sub(r"\s+", "", simplified(text))
    enumerator = ""
    while match := _ENUMERATOR.match(plain):
        enumerator = next(group for group in match.groups() if group)
        plain = plain[match.end() :]
    everything = _PUNCTUATION.sub("", plain)
    previous = None
    while previous != plain:
        previous, plain = plain, _BRACKETED.sub("", plain)
    return Core(enumerator, _PUNCTUATION.sub("", _UNCLOSED.sub("", plain)), everything)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing a label may stand for: ``enumerators`` are those that the forms print before it.

    ``kind``: of table two ``item info column row extra sub``, of table three ``corner applicants organisations
    applicant group outcome``, of table four ``channel suits result``.
    """

    kind: str
    key: str
    enumerators: frozenset[str] = frozenset()


_FIXED = (
    ("info", "信息内容"),
    ("applicants", "申请人情况"),
    ("organisations", "法人或其他组织"),
    ("organisations", "法人或者其他组织"),
    ("suits", "行政诉讼"),
    ("item", "第二十条第一项"),
    ("item", "第二十条第五项"),
    ("item", "第二十条第六项"),
    ("item", "第二十条第八项"),
    ("item", "第二十条第九项"),
    ("item", "第二十条第"),
    ("item", "第二十条"),
)
_CORNER = re.compile("本列数据的?勾稽关系")
_ITEM = re.compile("^第二十条第?[一二三四五六七八九十]?项?$")


@cache
def _index() -> dict[str, frozenset[Meaning]]:
    """Words -> everything that they may stand for in any form."""
    index: defaultdict[str, set[Meaning]] = defaultdict(set)

    def add(spelling: str, kind: str, key: str) -> None:
        label = core(spelling)
        enumerators = frozenset({label.enumerator} if label.enumerator else ())
        index[label.all_words].add(Meaning(kind, key, enumerators))

    for kind, label in _FIXED:
        add(label, kind, label)
    for form in forms().values():
        for block in form.disclosure:
            for column in block.columns:
                for spelling in column.spellings:
                    add(spelling, "column", column.key)
            for row in block.rows:
                for spelling in row.spellings:
                    add(spelling, "row", row.key)
            for label in block.extra_rows:
                add(label, "extra", label)
            for label in block.sub_rows:
                add(label, "sub", label)
        for kind, labels in (
            ("group", form.groups),
            ("outcome", form.outcomes),
            ("applicant", form.applicants),
            ("result", form.results),
            ("channel", form.channels),
        ):
            for entry in labels:
                for spelling in entry.spellings:
                    add(spelling, kind, entry.key)
    return {words: frozenset(meanings) for words, meanings in index.items()}


@lru_cache(maxsize=65536)
def meanings(text: str) -> frozenset[Meaning]:
    """Everything that a printed label may stand for; empty when it is no label of any form."""
    label = core(text)
    if not label.words and not label.all_words:
        return frozenset()
    if _CORNER.search(label.all_words):
        return frozenset({Meaning("corner", "corner")})
    if _ITEM.match(label.all_words):
        return frozenset({Meaning("item", label.all_words)})
    found = _index().get(label.all_words) or _index().get(label.words) or frozenset()
    if not label.enumerator or len(label.words) > _SHORT:
        return found
    # A short word may stand in many places, its enumerator tells which: 3.其他 is an outcome, 其他 also a column.
    return frozenset(m for m in found if label.enumerator in m.enumerators)
