"""Numbers as sentences print them: digits, Chinese numerals and 万, with how exact they are."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?万?"
NUMERALS = r"[零〇一二两三四五六七八九十百千万]+"

_DIGIT = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERALS = re.compile(
    r"(?:(?P<thousands>[一二两三四五六七八九])千)?零?"
    r"(?:(?P<hundreds>[一二两三四五六七八九])百)?零?"
    r"(?:(?P<tens>[一二三四五六七八九])?(?P<ten>十))?零?"
    r"(?P<ones>[零〇一二两三四五六七八九])?"
)
_ONE = Decimal(1)
_TEN_THOUSAND = Decimal(10_000)
# The longest count seen has eight; a longer number is one of another kind.
_MOST_DIGITS = 14


class Quantity(NamedTuple):
    """A number and the size of its last printed place: 1.2万 is 12000 and says nothing below 1000."""

    value: Decimal
    place: Decimal


def read_quantity(text: str) -> Quantity | None:
    """The quantity of a text that fits ``DIGITS`` or ``NUMERALS``; None where it is no number (二二, 千百)."""
    if text.isdecimal() and len(text) <= _MOST_DIGITS and (text[0] != "0" or len(text) == 1):
        return Quantity(Decimal(text), _ONE)
    if text[0].isdigit():
        factor = _TEN_THOUSAND if text.endswith("万") else _ONE
        plain = text.replace(",", "").removesuffix("万")
        if len(plain) > _MOST_DIGITS or (len(plain) > 1 and plain[0] == "0" and plain[1].isdigit()):
            return None
        number = Decimal(plain)
        exponent = number.as_tuple().exponent
        assert isinstance(exponent, int)
        return Quantity(number * factor, _ONE.scaleb(exponent) * factor)
    if len(text) > 1 and text[0] in "零〇":
        return None
    high, ten_thousand, low = text.rpartition("万")
    above = _below_ten_thousand(high) if ten_thousand else 0
    below = _below_ten_thousand(low) if low or not ten_thousand else 0
    if above is None or below is None or (ten_thousand and not above):
        return None
    place = _TEN_THOUSAND if ten_thousand and not low else _ONE
    return Quantity(Decimal(above * 10_000 + below), place)


def _below_ten_thousand(text: str) -> int | None:
    match = _NUMERALS.fullmatch(text)
    if not text or not match:
        return None
    thousands, hundreds, tens, ten, ones = match.group("thousands", "hundreds", "tens", "ten", "ones")
    if len(text) > 1 and ones in ("零", "〇"):
        return None
    # 一百五 may be 105 or 150; 一百零五 and 一百五十 are clear.
    if ones and not ten and (hundreds or thousands) and "零" not in text:
        return None
    whole = _DIGIT.get(thousands or "零", 0) * 1000 + _DIGIT.get(hundreds or "零", 0) * 100
    return whole + (_DIGIT[tens] if tens else 1 if ten else 0) * 10 + _DIGIT.get(ones or "零", 0)
