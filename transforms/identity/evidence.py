"""Codes of bodies as documents and addresses print them: read, and verified by their check digits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

# GB 32100-2015: the letters I, O, S, V and Z are not used.
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
# GB 11714-1997.
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_CREDIT_CODE = re.compile(r"(?<![0-9A-Z])[1-9A-HJ-NPQRTUWXY][1-9]\d{6}[0-9A-Z]{10}(?![0-9A-Z])")
_ORGANISATION_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{8}-?[0-9X](?=/|$)")
_LABEL = re.compile(r"^(?:信息)?索引(?:号|码|编号)?[:：]|^索引(?:号|码)$|信用代码|机构代码|^机构编码")
_CODE_IN_ADDRESS = re.compile(r"area|code|unit|organ|uscc", re.I)


@dataclass(frozen=True, slots=True)
class Codes:
    """What is printed where a body's code stands: ``valid`` ones as evidence, ``failed`` ones as nothing but a warning.

    A valid code is a credit code (18 characters) or an organisation code (9 characters, without a hyphen).
    """

    valid: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def is_credit_code(code: str) -> bool:
    """Whether 18 characters are a unified social credit code: alphabet and check digit of GB 32100."""
    if len(code) != 18 or any(letter not in _CREDIT_ALPHABET for letter in code):
        return False
    values = [_CREDIT_ALPHABET.index(letter) for letter in code]
    total = sum(value * weight for value, weight in zip(values, _CREDIT_WEIGHTS, strict=False))
    return values[-1] == -total % 31


def is_organisation_code(code: str) -> bool:
    """Whether 9 characters are an organisation code: check digit of GB 11714."""
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        return False
    total = sum(int(letter, 36) * weight for letter, weight in zip(code, _ORGANISATION_WEIGHTS, strict=False))
    return "0123456789X"[-total % 11] == code[-1]


def organisation_of(code: str) -> str:
    """The organisation code within a credit code, so that codes from before and after 2015 are compared."""
    return code[8:17] if len(code) == 18 else code


def division_code_of(code: str) -> str | None:
    """The six-digit division where the body of a credit code is registered; None for an organisation code."""
    return code[2:8] if len(code) == 18 else None


def printed_codes(lines: Iterable[str]) -> Codes:
    """Codes in the lines that carry the label of one (索引号, 统一社会信用代码 …) or stand right behind it."""
    valid: dict[str, None] = {}
    failed: dict[str, None] = {}
    for text in _labelled(lines):
        credit = _CREDIT_CODE.findall(text)
        for code in credit:
            (valid if is_credit_code(code) else failed)[code] = None
        if not credit:
            plain = (code.replace("-", "") for code in _ORGANISATION_CODE.findall(text))
            valid.update((code, None) for code in plain if is_organisation_code(code))
    return Codes(tuple(valid), tuple(failed))


def codes_in_address(address: str | None) -> Codes:
    """Codes in an address (``area=`` in Zhejiang and Shandong); what else stands there is none."""
    if not address or "?" not in address:
        return Codes()
    query = parse_qsl(urlsplit(address).query)
    found = [value.upper() for key, value in query if _CODE_IN_ADDRESS.search(key)]
    return Codes(tuple(dict.fromkeys(code for code in found if is_credit_code(code))))


def _labelled(lines: Iterable[str]) -> Iterator[str]:
    label_alone = False
    for line, _ in pairwise([*lines, ""]):
        plain = "".join(line.split()).upper()
        if label := _LABEL.search(plain):
            rest = plain[label.end() :].lstrip(":：")
            label_alone = not rest
            yield rest
        elif label_alone:
            label_alone = False
            yield plain
