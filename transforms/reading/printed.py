"""One printed cell -> its state and quantity, never a guess (domain specification, 4.1; contract, section 2)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from transforms.glyphs import simplified

_DASH = re.compile(r"^[-—–―‐−─－_/\\~～]+$")
_NOT_APPLICABLE = re.compile(r"^(无|不适用|不涉及|无此项|无此项目|无此项业务|n/?a|none|nil)$", re.I)
_NUMBER = r"[+\-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[+\-]?\.\d+"
_PLAIN = re.compile(rf"^({_NUMBER})$", re.A)
_WITH_UNIT = re.compile(
    rf"^({_NUMBER})(元|千元|万元|亿元|万|件|条|项|次|个|宗|份|人|人次|起|篇|笔|例|家|户)(?:整|人民币|(?<=万)[件条项次个宗份人起篇笔例家户])?$",
    re.A,
)
_CHANGE = re.compile(
    rf"^(增加了?|增长了?|新增|增|上升|[↑⬆]|减少了?|减|下降|降低|[↓⬇])({_NUMBER})(件|条|项|次|个)?$", re.A
)
_ANNOTATED = re.compile(rf"^({_NUMBER})(件|条|项|元|万元)?(\([^()]*\)|\[[^\[\]]*\])$", re.A)
# A unit that stands in brackets behind the figure, and a decrease that does.
_REMARK_UNIT = re.compile(r"^(?:单位:?)?(元|千元|万元|亿元|万|件|条|项|次|个)$")
_REMARK_SCALES = re.compile(r"^(?:单位:?)?[百千万亿]|^%$")
_REMARK_TURNS = re.compile(r"^(减少?|下降|降低?|[↓⬇-])$")
_SAYS_DECREASE = re.compile(r"减|降|少|负|[↓⬇]")
_BEGINS_WITH_FIGURE = re.compile(r"^[+\-]?\d[\d,]*(?:\.\d+)?\s*(?:[(\[元万亿千件条项次个]|余|多|左右|$)")
# What recognition of an image makes of a figure that it cannot tell: it stands where a figure does.
_UNSURE = re.compile(r"^[\d.,+\-/]*\?$")
# Raised, circled and broken figures: made plain they would be digits of the figure beside them.
# So is a character that was lost on the way: it may have been a sign or a digit.
_NOTE_MARK = re.compile("[²³¹⁰-₉①-⓿½¼¾⅐-⅟\ufffd]")
# A letter or a circle that stands where a nought does.
_LIKE_ZERO = re.compile(r"^[OoＯｏ○◯ΟοОо]$")
_ZERO_WORD = re.compile(r"^[零〇]$")
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_MONEY = {"元": Decimal(1)} | {f"{scale}元": Decimal(factor) for scale, factor in _SCALES.items()}
_HEADER_UNIT = re.compile(r"((?:[十百千]万|[百千万亿])?(?<![美欧港日澳加])元)")
# 本年处理决定数量（万件）, 行政许可（单位：千件）.
_COUNT_UNIT = re.compile(r"[(（](?:单位[:：]?)?([十百千]?万|[十百千亿])[件条項项次个宗][)）]")
# The largest count seen in one city is 11,398,889: a longer one is several cells run together.
_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Printed:
    """What one cell shows. ``unit`` as typed in the cell; ``note`` says what had to be interpreted, None if nothing.

    ``plain``: digits alone, a count that needs no further look. ``remark``: what stands in brackets behind the figure.
    """

    state: str
    value: Decimal | None = None
    unit: str | None = None
    note: str | None = None
    plain: bool = False
    remark: str = ""


@lru_cache(maxsize=65536)
def read_printed(text: str) -> Printed:
    """State and quantity of a cell's text; state ``text`` when it is not a single clear quantity."""
    if text.isdecimal() and text.isascii() and len(text) < _MOST_DIGITS and (text[0] != "0" or text == "0"):
        return Printed("number" if text != "0" else "zero", Decimal(text), plain=True)
    if _NOTE_MARK.search(text):
        return Printed("text", note="carries a mark that is no digit")
    plain = unicodedata.normalize("NFKC", simplified(text)).replace("−", "-").strip()
    if not plain:
        return Printed("blank")
    if _DASH.match(plain):
        return Printed("dash")
    if _NOT_APPLICABLE.match(plain):
        return Printed("not_applicable")
    if _ZERO_WORD.match(plain):
        return Printed("zero", Decimal(0), note="is written as a word")
    # White space inside a figure may part two cells: it is kept, so that no pattern fits.
    compact = re.sub(r"(?<=[^\d\s])\s+|\s+(?=[^\d\s])", "", plain)
    if match := _PLAIN.match(compact):
        return _number(match.group(1))
    if match := _WITH_UNIT.match(compact):
        return _number(match.group(1), match.group(2))
    if match := _CHANGE.match(compact):
        sign = -1 if match.group(1)[0] in "减下降↓⬇" else 1
        read = _number(match.group(2))
        if read.value is None or match.group(2)[0] in "+-":
            return Printed("text", note="is not a single quantity")
        return Printed(read.state, sign * read.value, "change", "is a change in words")
    if match := _ANNOTATED.match(compact):
        return _annotated(match.group(1), match.group(2), match.group(3)[1:-1])
    return Printed("text", note="is not a single quantity")


def _number(digits: str, unit: str | None = None) -> Printed:
    plain = digits.replace(",", "")
    whole = plain.lstrip("+-").split(".")[0]
    if len(whole) > _MOST_DIGITS:
        return Printed("text", note="has more digits than any count can have")
    if len(whole) > 1 and whole[0] == "0":
        return Printed("text", note="begins with 0: cells may have run together")
    value = Decimal(plain.rstrip(".") or "0")
    note = "ends in a point: it may be cut" if plain.endswith(".") else None
    return Printed("number" if value else "zero", value, unit, note)


def _annotated(digits: str, unit: str | None, remark: str) -> Printed:
    """A figure with a remark in brackets, which may be its unit."""
    read = _number(digits, unit)
    if read.value is None:
        return read
    if (named := _REMARK_UNIT.match(remark)) and unit in (None, named[1]):
        unit = named[1]
    elif _REMARK_SCALES.search(remark):
        return Printed("text", note="has a remark that may change its size")
    return Printed(read.state, read.value, unit, "carries a remark", remark=remark)


def as_change(printed: Printed) -> Printed:
    """What a cell says in a column of changes, where 3（减） is three less."""
    if not _SAYS_DECREASE.search(printed.remark) and not _REMARK_TURNS.match(printed.remark):
        return printed
    if printed.value is None or printed.value < 0:
        return printed
    if _REMARK_TURNS.match(printed.remark):
        return Printed(printed.state, -printed.value, "change", "is a change in words")
    return Printed("text", note="has a remark that may change its sign")


def looks_like_value(text: str) -> bool:
    """Whether a text can be the figure (or the blank, dash, 无) of a cell rather than a label or a sentence."""
    read = read_printed(text)
    if read.state != "text":
        return True
    plain = unicodedata.normalize("NFKC", text.replace("\ufffd", "")).strip()
    patterns = (_BEGINS_WITH_FIGURE, _CHANGE, _UNSURE, _LIKE_ZERO)
    return not plain or (len(plain) <= 40 and any(pattern.match(plain) for pattern in patterns))


def money_factor(unit: str | None) -> Decimal | None:
    """Yuan in one of a unit of money; None for anything else."""
    return _MONEY.get(unit) if unit else None


def units_in_header(text: str) -> list[str]:
    """Units of money that a header and the label of a row name: 采购总金额(万元), 行政事业性收费（元）."""
    return list(dict.fromkeys(_HEADER_UNIT.findall(re.sub(r"\s+", "", simplified(text)))))


def count_factor(text: str) -> tuple[str, int] | None:
    """The unit of counts that a column header or the label of a row names, and its factor; None for single ones."""
    match = _COUNT_UNIT.search(re.sub(r"\s+", "", simplified(text)))
    return (match.group(1), _SCALES[match.group(1)]) if match else None


def unit_in_header(text: str) -> str | None:
    return next(iter(units_in_header(text)), None)
