"""Printed labels -> keys, and headings -> sections: spelling made alike, then looked up in what the forms print."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

from transforms.forms import forms
from transforms.glyphs import simplified

_NOTE_MARK = re.compile("[²³¹⁰-₉①-⓿]")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_UNCLOSED = re.compile(r"[(\[].*$")
_ENUMERATOR = re.compile(
    r"^(?:\(([一二三四五六七八九十]{1,3}|\d{1,2})\)|([一二三四五六七八九十]{1,3})[、.:,]|(\d{1,2})[、.:,)])"
)
_PUNCTUATION = re.compile(r"[^\w+]|_")
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Core:
    """A label taken apart: its enumerator (``三``, ``1`` or empty), its words, and the words with the brackets'."""

    enumerator: str
    words: str
    all_words: str


@lru_cache(maxsize=65536)
def core(text: str) -> Core:
    """Words of a label without enumerator, white space, punctuation and explanations in brackets."""
    plain = re.sub(r"\s+", "", simplified(_NOTE_MARK.sub("", text)))
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
        for group in form.groups:
            # Group and first item in one cell: （三）不予公开 1.属于国家秘密.
            for outcome in (one for one in form.outcomes if one.group == group.key):
                for before, spelling in product(group.spellings, outcome.spellings):
                    add(before + spelling, "outcome", outcome.key)
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


# Article 50 of the regulation and the outline in both forms; order matters: the first that fits.
_HEADINGS = (
    ("4", re.compile(r"行政复议.{0,6}(提起)?行政诉讼.{0,4}(情况)?$|^(因)?政府信息公开.{0,8}行政复议")),
    (
        "3",
        re.compile(r"收到和处理.{0,6}信息公开申请|^依申请公开(政府)?信息(公开)?(办理)?情况$|^申请公开.{0,6}情况$"),
    ),
    ("2", re.compile(r"^(行政机关)?主动公开(政府)?信息(公开)?(工作)?情况")),
    ("5", re.compile(r"(存在的?|主要)(主要)?(问题|困难).{0,8}(改进|措施|$)|改进(情况|措施)$")),
    ("6", re.compile(r"^其他需要?报告的?(事项|情况)")),
    (
        "1",
        re.compile(r"^(总体|基本|概述|总体工作|工作总体)(情况|概述|概况)?$|^概述$|^政府信息公开工作(总体|基本)情况$"),
    ),
)
# Headings of reports before 2019 that say the same; without 一、 before them they head parts of a section.
_OLDER_HEADINGS = (
    ("4", re.compile(r"(行政)?复议.{0,4}(行政)?诉讼.{0,6}情况$")),
    ("3", re.compile(r"^(政府信息)?依申请公开(政府)?(信息)?的?(公开)?(工作|办理|受理|处理|答复)*的?情况$")),
    ("2", re.compile(r"^(政府信息)?主动公开(政府)?(信息)?的?(公开)?(工作|基本|主要)*情况$")),
    ("5", re.compile(r"^(工作中?)?(存在的?)(主要)?(问题|不足|困难)")),
)
_LONGEST_HEADING = 45


@lru_cache(maxsize=16384)
def section_of(text: str) -> str | None:
    """Number of the section that a line opens, ``1`` to ``6``; None when the line is no heading."""
    if (
        len(text) > _LONGEST_HEADING
        or len(text) < 3
        or text.rstrip()[-1:] in "。；;，,？?|"
        or text.lstrip()[:1] in "（("
    ):
        return None
    label = core(re.sub(r"^\s*表[一二三四]\s*[：:]", "", text))
    if label.enumerator.isdigit() or (not label.enumerator and len(label.words) > 24):
        return None
    patterns = (*_HEADINGS, *_OLDER_HEADINGS) if label.enumerator else _HEADINGS
    return next((number for number, pattern in patterns if pattern.search(label.words)), None)
