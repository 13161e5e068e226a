"""Names of agencies made alike for matching; what is stored and shown stays as printed."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import yaml

from transforms.glyphs import simplified

# Forms of one name that titles use side by side (domain specification, section 6.1), for matching only.
_ALIKE = (
    (re.compile(r"(人民)?政府(办公室|办公厅|办)$"), "政府办公室"),
    (re.compile(r"(街道)(办事处|办)$"), r"\1"),
    (re.compile(r"(管理委员会|管委会)$"), ""),
    (re.compile(r"委员会$"), "委"),
    (re.compile(r"人民政府$"), ""),
    (re.compile(r"([省市县区旗州盟乡镇])政府$"), r"\1"),
    (re.compile(r"人民政府(?=.)"), ""),
)
# Provinces, cities, counties and banners have names of their own within a province; districts (鼓楼区 stands twice in
# Jiangsu) and zones (every city has a 高新区) do not, nor do 城市管理局 and its like begin with a city.
_PLACE = re.compile(r"^.{2,10}?(省|自治区|市|县|自治州|自治县|州|盟|旗)")


@lru_cache(maxsize=65536)
def name_key(name: str) -> str:
    """The name as it is matched: simplified glyphs, no white space, long and short endings alike."""
    # The bracket at the end of 发展和改革局（粮食局） was long left out of the names on record.
    plain = re.sub(r"\s+", "", simplified(name)).strip("()（）")
    for pattern, alike in _ALIKE:
        plain = pattern.sub(alike, plain)
    return plain


def names_its_place(name: str) -> bool:
    """Whether a name is one body in its province: 信丰县卫生健康委 is, 信访局 and 鼓楼区教育局 are not."""
    return bool(_PLACE.match(name_key(name)))


def is_short_for(short: str, full: str) -> bool:
    """Whether ``short`` is the end of ``full`` without its place: 信访局 for 大通县信访局."""
    a, b = name_key(short), name_key(full)
    return a == b or (len(a) >= 3 and b.endswith(a))


# What remains of a government's or a committee's own name behind its place.
_ITSELF = re.compile(
    r"^(?:[省市县区旗州盟乡镇])?(?:人民政府|政府|行政公署|公署|管理委员会|管委会|管理委|(?:街道|党工委)?办事处|办)?(?:机关)?$"
)
_JOINED = re.compile(r"[和与及、]")
_OFFICE = re.compile(r"^(?:人民)?政府办(?:公[室厅])?$")


@lru_cache(maxsize=65536)
def body_key(rest: str) -> str:
    """What a body is within its place, from the text behind the place: long and short names alike.

    Empty for the government, committee or street office of the place itself. Other than ``name_key`` it is never put
    on record and may be bettered at any time.
    """
    plain = "".join(simplified(rest).split()).removesuffix("机关")
    if _ITSELF.match(plain):
        return ""
    return _joined(_full_names().get(plain, plain))


@lru_cache(maxsize=65536)
def long_form(name: str) -> str:
    """``name_key`` of a name with what its body is called in full, where it ends in a short form that is declared.

    Other than ``body_key`` it needs no place that the gazetteer knows.
    """
    plain = "".join(simplified(name).split())
    endings = (short for short in _full_names() if plain.endswith(short) and len(plain) > len(short))
    short = max(endings, key=len, default="")
    return name_key(plain.removesuffix(short) + _full_names()[short] if short else plain)


@cache
def _full_names() -> dict[str, str]:
    names: dict[str, str] = _declared()["short"]
    return names


@cache
def _declared() -> dict[str, Any]:
    declared: dict[str, Any] = yaml.load(
        resources.files(__package__).joinpath("names.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader
    )
    return declared


def _joined(name: str) -> str:
    """人力资源和社会保障局 and 人力资源社会保障局, 委员会 and 委, 办公室 and 办公厅 are one."""
    plain = _OFFICE.sub("政府办公室", _JOINED.sub("", name))
    return plain[:-2] if plain.endswith("委员会") else plain
