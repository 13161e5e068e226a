"""The names that people use for a division besides its full one: without its nationality, without its kind."""

from __future__ import annotations

import re
from enum import IntEnum


class Form(IntEnum):
    """How a name stands for a division, the surest first.

    ``full``: as it is called, or with its kind but without its nationality (三都县, 延边州). ``zone``: a zone as it is
    called within its city (高新区); many have that name. ``bare``: without the word for its kind (宁陕, 内蒙古); also a
    word of the language in many cases, so that only context makes it a name.
    """

    full = 0
    zone = 1
    bare = 2


# The nationalities in names of divisions, and 各族; some stand without 族 (锡伯自治县).
_NATIONALITY = (
    "(?:各族|(?:蒙古|维吾尔|哈萨克|柯尔克孜|塔吉克|塔塔尔|乌孜别克|俄罗斯|达斡尔|鄂温克|鄂伦春|锡伯|朝鲜|裕固|撒拉|保安|东乡|高山|赫哲"
    "|布依|土家|哈尼|傈僳|拉祜|纳西|景颇|布朗|毛南|仡佬|仫佬|阿昌|普米|德昂|独龙|基诺|门巴|珞巴"
    "|回|藏|苗|彝|壮|满|侗|瑶|白|傣|黎|佤|畲|水|土|羌|怒|京)族|(?:蒙古|维吾尔|哈萨克|柯尔克孜|塔吉克|达斡尔|锡伯|鄂伦春)(?=自治))"
)
_OF_A_NATIONALITY = re.compile(
    rf"^(?P<stem>.{{2,}}?){_NATIONALITY}+(?P<kind>自治区|自治州|自治县|自治旗|民族乡|苏木|[区县旗乡镇])$"
)
_KIND = re.compile(
    r"^(?P<stem>.{2,}?)(?P<kind>特别行政区|自治区|自治州|自治县|自治旗|地区|林区|矿区|特区|新区|省|市|县|区|州|盟|旗)$"
)
_TOWNSHIP_KIND = re.compile(r"^(?P<stem>.{2,}?)(?P<kind>民族乡|民族苏木|街道|苏木|地区办事处|办事处|地区|镇|乡)$")
_SHORT_KIND = {"自治州": "州", "自治县": "县", "自治旗": "旗"}

_ZONE = re.compile(
    r"(?P<kind>经济技术开发区|经济开发区|高新技术产业开发区|高新技术开发区|高新技术产业园区|高新区|经开区|旅游度假区|风景名胜区"
    r"|开发区|示范区|度假区|风景区|管理区|工业园区|产业园区|产业园|工业园|保税区|试验区|合作区|集聚区|聚集区|新区|新城|园区)$"
)
_ZONE_ALSO = {
    "经济技术开发区": ("经开区", "经济开发区", "开发区"),
    "经济开发区": ("经开区", "开发区"),
    "高新技术产业开发区": ("高新区", "高新技术开发区"),
    "高新技术开发区": ("高新区",),
    "高新技术产业园区": ("高新区",),
    "风景名胜区": ("风景区",),
    "旅游度假区": ("度假区",),
    "产业园区": ("产业园",),
    "工业园区": ("工业园",),
    "聚集区": ("集聚区",),
}
_OFFICE = re.compile(r"(管理委员会|管委会|办事处)$")


def names_of(name: str, level: str, above: tuple[str, ...] = ()) -> dict[str, Form]:
    """Every name that stands for a division of this name and level, with its form.

    ``above``: names of the divisions above a zone, the nearest first: 秦皇岛市经济技术开发区 is 开发区 in 秦皇岛.
    """
    if level == "zone":
        return _of_zone(name, above)
    found = {name: Form.full}
    kinds = _TOWNSHIP_KIND if level == "township" else _KIND
    if cut := _OF_A_NATIONALITY.match(name) or kinds.match(name):
        stem, kind = cut["stem"], cut["kind"]
        if kind in _SHORT_KIND:
            stem = stem.removesuffix("族")  # 东乡族自治县, 鄂温克族自治旗
        found.setdefault(stem + _SHORT_KIND.get(kind, kind), Form.full)
        found.setdefault(stem, Form.bare)
        if level == "township" and kind == "街道" and stem.endswith("街"):
            found.setdefault(stem + "道", Form.full)  # 新华街街道 and 新华街道
    return found


def _of_zone(name: str, above: tuple[str, ...]) -> dict[str, Form]:
    plain = _OFFICE.sub("", name)
    local = plain
    for _ in above:
        for upper in above:
            for prefix in (upper, bare(upper)):
                if local.startswith(prefix) and len(local) > len(prefix) + 1:
                    local = local.removeprefix(prefix)
    found = {plain: Form.full}
    kind = _ZONE.search(local)
    if kind:
        for word in (kind["kind"], *_ZONE_ALSO.get(kind["kind"], ())):
            found.setdefault(local[: kind.start()] + word, Form.zone)
    return found


def without_nationality(name: str) -> str:
    """A name without the nationality in it: 绥胜镇 for 绥胜满族镇."""
    cut = _OF_A_NATIONALITY.match(name)
    return cut["stem"] + cut["kind"] if cut else name


def bare(name: str) -> str:
    """A name at or above the county without nationality and kind; as it is where that leaves one glyph."""
    cut = _OF_A_NATIONALITY.match(name) or _KIND.match(name)
    return cut["stem"] if cut else name
