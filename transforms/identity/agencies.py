"""Kind and scope of an issuing body, told from its name and from what the text says of its figures."""

from __future__ import annotations

import re
from collections.abc import Iterable

from transforms.glyphs import simplified

# In this order: the first that fits. Contract, section 2: TYPE.
_TYPES = (
    ("gov_office", re.compile(r"(人民政府|政府|行政公署)(办公厅|办公室|办)$")),
    (
        "township",
        re.compile(
            r"(街道办事处|街道办|街道|[乡镇](人民政府|政府)?|苏木(人民政府)?|民族乡(人民政府)?|街道党工委办事处)$"
        ),
    ),
    (
        "vertical",
        re.compile(
            r"(税务总?局|海关|气象(局|部门)|海事局|调查(总?队)|金融监管(局|总局|分局|支局)|金融监督管理(总局|局|分局|支局)|银保监(分?局)|银监(分?局)|证监局"
            r"|邮政管理局|烟草专卖局|人民银行.*|外汇管理局.*|消防救援(支队|大队|总队)|出入境边防检查站|矿山安全监察局.*|通信管理局|铁路监督管理局|民航.*管理局)$"
        ),
    ),
    (
        "zone",
        re.compile(
            r"(开发区|经开区|高新区|新区|园区|示范区|度假区|风景区|风景名胜区|管理区|保税区|保税港区|试验区|合作区|产业园|经济区|临空区|集聚区|综保区|自贸区)"
            r"(管理委员会|管委会|工作委员会)?$|(?<!监督)(?<!城市)(?<!公积金)(管理委员会|管委会)$"
        ),
    ),
    (
        "government",
        re.compile(
            r"(人民政府|行政公署|[省市县区旗州盟]政府|自治区|自治[州县旗]|特别行政区|[省市县区旗州盟]|地区)$"
            # A province alone, as lists of governments' reports name it.
            r"|^(北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南"
            r"|重庆|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆)$"
        ),
    ),
    (
        "department",
        re.compile(
            r"(局|委员会|委|厅|部|署|院|办公厅|办公室|办|中心|总队|支队|大队|队|所|站|处|社|会|馆|残联|工商联|妇联|科协|文联|联合会|司|公司|集团|分局|学校|医院)$"
        ),
    ),
)
# 市场监督管理局机关: the bureau itself, without those below it.
_ALSO_CALLED = re.compile(r"(?<=.{2})[(（][^()（）]*[)）]$")
_ITSELF = re.compile(r"(?<=[局厅委])机关$")
_SYSTEM = re.compile(r"全系统|本系统|系统各(单位|级)|所属各(单位|级)|各直属(单位|机构)|全国.{0,6}系统")
_AGGREGATE = re.compile(
    r"(综合|汇总|涵盖|包括|根据)[^。]{0,40}(各县|各区|各市|各乡镇|各镇|各街道|各级政府|下级政府|各[县区市、（）()]+人民政府|县\(市、区\))"
)
# An office speaks of those below its government in every other sentence: only what tells of the report itself counts.
_OF_ALL = re.compile(
    r"(?:本报告|本年报|本年度报告|所列数据|统计数据|数据统计|统计范围)[^。]{0,30}(?:综合|汇总|涵盖|包括|包含|含)[^。]{0,30}"
    r"(?:各县|各区|各市|各乡镇|各镇|各街道|各级|各部门|各单位|县\(市、区\))"
)
_FOR_GOVERNMENT = re.compile(r"[^。;,]{0,20}代表(?:本|我)?[省市县区州盟旗](?:人民)?政府[^。;,]{0,20}")
_OWN_LEVEL = re.compile(r"(市|县|区|省|州)本级(政府)?(数据|统计|情况|政府信息公开)|统计范围[^。]{0,12}本级")


def agency_type(name: str | None) -> str | None:
    """Type of a body by the ending of its name; ``other`` when the ending is not known, None without a name."""
    if not name:
        return None
    plain = _ITSELF.sub("", _ALSO_CALLED.sub("", simplified(name)))
    return next((kind for kind, pattern in _TYPES if pattern.search(plain)), "other")


def scope_of(kind: str | None, edition: str | None, lines: Iterable[str]) -> str:
    """What a report's figures cover, from its edition and its own words; ``unknown`` where nothing says it.

    A government's title does not settle whether lower governments are counted in (domain specification,
    section 1.2), so a sentence has to; every other body reports for itself unless it speaks of its system, or as a
    government's office says that its report covers those below.
    """
    if edition:
        return edition
    if kind is None or kind == "other":
        return "unknown"
    if kind == "government":
        for line in lines:
            plain = simplified(line)
            if _OWN_LEVEL.search(plain):
                return "own_level"
            if _AGGREGATE.search(plain):
                return "aggregate"
        return "unknown"
    if kind == "gov_office" and any(_OF_ALL.search(simplified(line)) for line in lines):
        return "aggregate"
    if kind == "vertical" and any(_SYSTEM.search(simplified(line)) for line in lines):
        return "system_aggregate"
    return "own"


def speaks_for_government(kind: str | None, lines: Iterable[str]) -> str | None:
    """The words in which a government's office says that it acts for the government; None for any other body.

    Its figures then are the government's own as well (市政府办公厅代表市政府共受理…): a report of the government for
    the same year may hold them again.
    """
    if kind != "gov_office":
        return None
    found = (_FOR_GOVERNMENT.search(simplified(line)) for line in lines)
    return next((match.group().strip() for match in found if match), None)
