"""Names of agencies made alike for matching; what is stored and shown stays as printed."""

from __future__ import annotations

import re
from functools import lru_cache

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
    plain = re.sub(r"\s+", "", simplified(name))
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
