"""Labels that recognition got nearly right -> the official label that is meant, if only one can be; never a figure."""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from transforms.forms import Form, forms
from transforms.glyphs import simplified

_OTHER_LABELS = (
    "信息内容",
    "申请人情况",
    "法人或其他组织",
    "行政诉讼",
    *(f"第二十条第（{number}）项" for number in "一五六八九"),
    "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）",
)
_HEADINGS = (
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "五、政府信息公开工作存在的主要问题及改进情况",
    "六、其他需要报告的事项",
)
_REPORT = "政府信息公开工作年度报告"
_NOT_WORDS = re.compile(r"[^\w]|_")
_BRACKETED = re.compile(r"\([^()]*\)")
# What 万 is taken for; another character before 元 may be another unit.
_UNIT = re.compile(r"单位[:.]?[方力刀厉刁]元")
# The only word of one character that stands in the place of a figure, and what the network takes it for.
_NOTHING = "无"
_TAKEN_FOR_NOTHING = ("兀", "旡")
# One wrong character in so many; and the next label must be further away by so many more.
_CHARACTERS_PER_ERROR = 4
_MARGIN = 2
_LONGEST_LINE = 45


def corrected_label(text: str) -> str:
    """The official label that a cell's text stands for, what it has in brackets kept; itself if none or several fit."""
    return _NOTHING if text in _TAKEN_FOR_NOTHING else _nearest(text, _labels())


def is_label(text: str) -> bool:
    """Whether the words are those of an official label."""
    return _words(text) in _labels() or _words(_BRACKETED.sub("", simplified(text))) in _labels()


def misread(text: str, label: str) -> int:
    """How many characters of a text are wrong, missing or too many, if it is to be this label."""
    read, meant = _words(text), _words(label)
    return min(Levenshtein.distance(one, meant) for one in (read, _words(_BRACKETED.sub("", simplified(text))) or read))


def corrected_line(text: str) -> str:
    """A line outside of tables, with misread headings of sections and the last words of the title put right."""
    if len(text) > _LONGEST_LINE:
        return text
    nearest = _nearest(text, _headings())
    return nearest if nearest != text else _with_title(text)


def _words(text: str) -> str:
    return _NOT_WORDS.sub("", simplified(text))


def _nearest(text: str, labels: dict[str, str]) -> str:
    plain = simplified(text)
    words = _words(_BRACKETED.sub("", plain)) or _words(plain)
    if _words(plain) in labels:
        return labels[_words(plain)]
    rest = _UNIT.sub("单位:万元", "".join(_BRACKETED.findall(plain)))
    if words in labels:
        return labels[words] + rest
    allowed = len(words) // _CHARACTERS_PER_ERROR
    if not allowed:
        return text
    near = process.extract(
        words, labels.keys(), scorer=Levenshtein.distance, score_cutoff=allowed + _MARGIN, limit=None
    )
    near.sort(key=lambda found: found[1])
    if not near or near[0][1] > allowed:
        return text
    best, distance, _ = near[0]
    meant = _meant(best)
    # A figure beside a label is no misread character of it.
    if sum(map(str.isdigit, words)) > sum(map(str.isdigit, best)):
        return text
    if any(other < distance + _MARGIN and not meant & _meant(label) for label, other, _ in near[1:]):
        return text
    return labels[best] + rest


def _with_title(text: str) -> str:
    plain = simplified(text)
    if _REPORT in plain or len(plain) < len(_REPORT) - 2:
        return text
    found = fuzz.partial_ratio_alignment(_REPORT, plain, score_cutoff=80)
    if found is None:
        return text
    start, end = found.dest_start, found.dest_end
    if Levenshtein.distance(plain[start:end], _REPORT) > len(_REPORT) // _CHARACTERS_PER_ERROR:
        return text
    return plain[:start] + _REPORT + plain[end:]


@cache
def _headings() -> dict[str, str]:
    return {_words(heading): heading for heading in _HEADINGS}


@cache
def _labels() -> dict[str, str]:
    """Words of every spelling of a label that a form prints -> the spelling."""
    spellings = [spelling for form in forms().values() for spelling, _ in _spellings(form)]
    return {_words(spelling): spelling for spelling in (*spellings, *_OTHER_LABELS, *_HEADINGS)}


@cache
def _official() -> dict[str, frozenset[str]]:
    """Words of every spelling -> the words of the official labels that it stands for."""
    official: dict[str, set[str]] = {}
    for form in forms().values():
        for spelling, label in _spellings(form):
            official.setdefault(_words(spelling), set()).add(_words(label))
    return {words: frozenset(labels) for words, labels in official.items()}


def _meant(words: str) -> frozenset[str]:
    return _official().get(words, frozenset({words}))


def _spellings(form: Form) -> list[tuple[str, str]]:
    of_blocks = [label for block in form.disclosure for label in (*block.columns, *block.rows)]
    fixed = [(block.heading, block.heading) for block in form.disclosure]
    fixed += [(label, label) for block in form.disclosure for label in (*block.extra_rows, *block.sub_rows)]
    every = [*of_blocks, *form.groups, *form.outcomes, *form.applicants, *form.channels, *form.results]
    return fixed + [(spelling, label.label) for label in every for spelling in label.spellings]
