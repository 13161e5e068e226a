"""What a sheet shows of its cells: rows and columns that are hidden, and how a number is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

# Cells of a sheet up to the last row and column in use: calamine makes them all, filled or not.
MOST_CELLS = 400_000
GENERAL = "General"
# Stands for a format whose text is not known, as those of dates and fractions that files do not spell out.
UNKNOWN = "unknown"
# Formats that have a number and no text in the file (ECMA-376 18.8.30), as far as they show figures.
BUILT_IN = {
    **{0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 49: "@"},
    **{37: "#,##0 ;(#,##0)", 38: "#,##0 ;(#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)"},
    **dict.fromkeys((41, 42), '#,##0;-#,##0;"-"'),
    **dict.fromkeys((43, 44), '#,##0.00;-#,##0.00;"-"'),
}
# Tokens of a format: texts, what is as wide as or filled by a character, colours and conditions, placeholders.
_TOKEN = re.compile(
    r'"(?P<text>[^"]*)"|\\(?P<literal>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General)|(?P<number>[#0?,.]+)|(?P<other>.)",
    re.I | re.S,
)
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[_*].|\[[^\]]*\]|[^;"])*', re.S)
_COLOUR = re.compile(
    r"(?:black|blue|cyan|green|magenta|red|white|yellow|黑色|蓝色|红色|color\s*\d+|颜色\s*\d+|dbnum0)$", re.I
)
_CURRENCY = re.compile(r"\$([^-]*)(?:-[0-9A-F]+)?$", re.I)
_PLACEHOLDER = re.compile(r"[#?0,]*?(?P<least>[0?,]*)(?:\.(?P<decimals>[#0?]*))?$")
_PLAIN = frozenset("%-+()（）¥￥$ :：")
# A column of the usual width shows so many digits of a number in the format General.
_GENERAL_DIGITS = 10
# Beyond these a number is no count, and not held exactly.
_LARGEST = 1e15
_MOST_DECIMALS = 15


@dataclass(frozen=True)
class Looks:
    """Looks of one sheet, rows and columns counted from 0.

    ``formats`` are those of numbers in formats other than General, ``texts`` what is printed of texts with raised or
    struck characters; ``uncomputed`` are formulas without a result.
    """

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict)
    texts: Mapping[tuple[int, int], str] = field(default_factory=dict)
    uncomputed: frozenset[tuple[int, int]] = frozenset()


@lru_cache(maxsize=4096)
def displayed(value: float, code: str) -> str | None:
    """A finite number as a format writes it; None where the format is not understood."""
    sections = _sections(code)
    if len(sections) > 2 and value == 0:
        section = sections[2]
    elif len(sections) > 1 and value < 0:
        section = sections[1]
    else:
        section = sections[0]
    own_sign = section is not sections[0] and value < 0
    text = _in_section(abs(value), section)
    if text is None:
        return None
    if value < 0 and own_sign:
        # A negative number in red or in brackets: a minus is what can be read for certain.
        return text if "-" in text or not text.strip() else None
    return f"-{text}" if value < 0 and any(c in "123456789" for c in text) else text


def _sections(code: str) -> list[str]:
    """The parts of a format for positive numbers, negative ones, zero and text; semicolons in texts part nothing."""
    found, at = [], 0
    while at <= len(code):
        match = _SECTION.match(code, at)
        end = match.end() if match else at
        if end < len(code) and code[end] != ";":  # a quotation mark that is not closed
            end = len(code)
        found.append(code[at:end])
        at = end + 1
    return found


def _in_section(value: float, section: str) -> str | None:
    parts: list[str] = []
    percent = value * 100 if "%" in section else value
    numbers = 0
    for token in _TOKEN.finditer(section):
        if (text := token["text"]) is not None:
            parts.append(text)
        elif token["literal"]:
            parts.append(token["literal"])
        elif token["bracket"] is not None:
            currency = _CURRENCY.match(token["bracket"])
            if not currency and not _COLOUR.match(token["bracket"]):
                return None
            parts.append(currency.group(1) if currency else "")
        elif token["general"] or token["other"] == "@":
            parts.append(_in_general(value))
            numbers += 1
        elif token["number"]:
            number = _in_placeholder(percent, token["number"])
            if number is None:
                return None
            parts.append(number)
            numbers += 1
        elif token["other"]:
            if token["other"] not in _PLAIN and ord(token["other"]) < 0x2E80:
                return None
            parts.append(token["other"])
    return "".join(parts) if numbers < 2 else None


def _in_placeholder(value: float, pattern: str) -> str | None:
    match = _PLACEHOLDER.match(pattern)
    if match is None or pattern.rstrip(".").endswith(","):  # a comma behind the digits divides by a thousand
        return None
    decimals = match["decimals"] or ""
    if value >= _LARGEST or len(decimals) > _MOST_DECIMALS:
        return None
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    whole, _, fraction = f"{rounded:f}".partition(".")
    while fraction and decimals[len(fraction) - 1] == "#" and fraction[-1] == "0":
        fraction = fraction[:-1]
    least = sum(c == "0" for c in match["least"])
    whole = whole.lstrip("0").rjust(least, "0")
    if "," in pattern and whole:
        whole = f"{int(whole):,}" if whole[0] != "0" else whole
    return f"{whole}.{fraction}" if fraction else whole


def _in_general(value: float) -> str:
    return str(int(value)) if value == int(value) and value < _LARGEST else f"{value:.{_GENERAL_DIGITS}g}"
