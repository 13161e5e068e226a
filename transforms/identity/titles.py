"""Titles of reports -> issuing body, year and edition, as printed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from transforms.glyphs import simplified

_YEAR = r"(?:19|20)\d{2}"
# What the report is called: 政府信息公开工作年度报告 and the shorter and misprinted forms that were seen.
_CALLED = (
    r"(?:政府信息公开|政务信息公开|政务公开|信息公开)(?:政府信息公开)?(?:工作)?(?:情况)?(?:的)?"
    rf"(?P<inner>{_YEAR}年?(?:度)?(?:的)?)?"
    r"(?:年度工作报告|年度报告|工作报告|报告|年报|告年度报|年度总结报告)"
)
_TITLE = re.compile(
    rf"(?P<before>.*?)(?:(?P<year>{_YEAR})(?:年度|年))?(?:的)?(?P<called>{_CALLED})(?P<variant>.*)$", re.S
)
_LEADING_YEAR = re.compile(rf"^(?P<year>{_YEAR})(?:年度|年)?(?:的)?")
_TRAILING_YEAR = re.compile(rf"(?P<year>{_YEAR})(?:年度|年)(?:度)?$")
_VARIANT = re.compile(r"^[(（\[【]([^()（）\[\]【】]{1,20})[)）\]】]")
_SITE = re.compile(r"\s*(?:[-_|—–]{1,2}|>>|»)\s*")
_ADDED = re.compile(
    r"^(?:[(【\[]?(?:更正|订正|勘误|修订|补发|重发)版?(?:[)】\]][:：]?|[:：])|【[^】]{1,8}】|\[[^\]]{1,8}\]|附件\d{0,2}[:：.、]?|\d{1,2}[.、:：]|(?:标题|名称|题名|题目)[:：]|[《【\[]|关于(?:公布|发布|印发)?)+"
    r"|[》\]】]+$"
)
# 2023年_政府信息公开年报: a path of menus, whose year is that of a folder.
_PATH = re.compile(r"^[_|>»]+$")
_RANGE = re.compile(rf"{_YEAR}年?(?:度)?[-—–~至、/]+$")
_EDITION_OF_NAME = re.compile(r"[(（【]([^()（）【】]{1,10})[)）】]$")
_BRACKET, _OPENING, _CLOSING = re.compile(r"[()（）]"), re.compile(r"[(（]"), re.compile(r"[)）]")
_NOT_IN_A_NAME = re.compile(r"[-_|—–>»]")
_CHINESE_YEAR = re.compile(r"[二2][〇零○0Oo][〇零○0-9一二三四五六七八九]{2}(?=年)")
_DIGITS = str.maketrans("〇零○一二三四五六七八九Oo", "00012345678900")
_LONGEST_TITLE = 80
# Not a body: what remains of a name that the copy has lost.
_NO_NAME = re.compile(r"^(?:乡|镇|县|区|市|省|局|本机关|本单位|本部门|我局|我单位|年度|关于|的|x+|\*+|某+.?)$", re.I)
_LOOK_ALIKE = re.compile(
    r"网站.{0,8}(?:年度)?(?:工作)?(?:年度)?报(?:表|告)|一图(?:读|看)懂|图解|法治政府建设|住房公积金(?!管理|中心)|事业单位法人|申请表|指南|目录"
    r"|情况统计表|解读|通知|意见|制度"
)
_EDITIONS = (
    ("own_level", re.compile(r"本级|机关本级")),
    ("aggregate", re.compile(r"汇总|全市|全县|全区|全省|综合")),
)


@dataclass(frozen=True)
class Title:
    """A title of a report: ``text`` as printed, ``agency_name`` without white space, ``edition`` when it names one.

    ``remainder`` is what stands in the name's place, also where it is no name (镇2023年…): it may still tell the type.
    """

    text: str
    agency_name: str | None
    report_year: int | None
    edition: str | None
    remainder: str = ""


def find_title(candidates: Iterable[str]) -> Title | None:
    """The title among lines given best first; a later line may add the name or the year that the first lacks."""
    best: Title | None = None
    for text in candidates:
        title = parse_title(text)
        if title is None:
            continue
        if best is None or not (best.agency_name or best.report_year):
            best = title
        elif _same_report(best, title):
            best = Title(
                best.text,
                best.agency_name or title.agency_name,
                best.report_year or title.report_year,
                best.edition or title.edition,
                best.remainder or title.remainder,
            )
        if best.agency_name and best.report_year:
            break
    return best


def _same_report(first: Title, second: Title) -> bool:
    return first.report_year is None or second.report_year in (None, first.report_year)


@lru_cache(maxsize=4096)
def parse_title(text: str) -> Title | None:
    """A line as the title of a report; None when it is not one.

    A school year (2022-2023学年) is that of a university's report: its halves must not be tried alone.
    """
    if "学年" in simplified(text):
        return None
    for part in dict.fromkeys([text, *_SITE.split(text)]):
        title = _parse(part)
        if title is not None:
            return title
    return None


def _parse(text: str) -> Title | None:
    printed = " ".join(text.split())
    if not printed or len(printed) > _LONGEST_TITLE:
        return None
    compact = _ADDED.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", printed)))
    alike = _CHINESE_YEAR.sub(lambda m: m.group().translate(_DIGITS), simplified(compact))
    # Glyphs are converted one to one, so that places in both texts agree; the name is kept as printed.
    source = compact if len(compact) == len(alike) else alike
    match = _TITLE.match(alike)
    if not match or re.search(r"[。;；，,?？]", alike) or _LOOK_ALIKE.search(alike):
        return None
    year = match["year"]
    start, end = match.span("before")
    # 上海市人民政府信息公开…: 人民 is no end of a name, 政府 belongs to it and not to what follows.
    end += 2 if alike[:end].endswith("人民") and alike.startswith("政府", end) else 0
    if leading := _LEADING_YEAR.match(alike[start:end]):
        year = year or leading["year"]
        start += leading.end()
    if trailing := _TRAILING_YEAR.search(alike[start:end]):
        year = trailing["year"]
        end = start + trailing.start()
    if _PATH.match(source[start:end]):
        return None
    in_name = source[start:end]
    if spans := _RANGE.search(alike[start:end]):
        in_name, year = in_name[: spans.start()], None
    in_name = in_name.strip("·:：、-—_|《》【】\"“”'")
    edition = _edition(_variant(match["variant"]))
    if edition is None and (bracketed := _EDITION_OF_NAME.search(in_name)) and (edition := _edition(bracketed[1])):
        in_name = in_name[: bracketed.start()]
    name = _balanced(in_name).removesuffix("关于").removesuffix("關於")
    if _NOT_IN_A_NAME.search(name):
        return None  # the name of a site stands before the title: its parts are tried alone
    if not spans:
        year = year or match["inner"] or _year_in(_variant(match["variant"]))
    plain_name = remainder = simplified(name)
    if _NO_NAME.match(plain_name) or not re.search(r"[\u4e00-\u9fff]{2}", plain_name):
        name = ""
    return Title(printed, name or None, int(year[:4]) if year else None, edition, remainder)


def _edition(text: str) -> str | None:
    return next((key for key, pattern in _EDITIONS if pattern.search(text)), None)


def _balanced(name: str) -> str:
    """A name without brackets at its ends that are of nothing in it, and without those that are round all of it."""
    name = name.strip("·:：、-—_|《》【】\"“”'")
    if name[:1] in "(（" and name[-1:] in ")）" and len(_BRACKET.findall(name)) == 2:
        name = name[1:-1]
    while name and (name[0] in ")）" or (name[0] in "(（" and not _CLOSING.search(name))):
        name = name[1:]
    while name and (name[-1] in "(（" or (name[-1] in ")）" and not _OPENING.search(name))):
        name = name[:-1]
    return name


def _variant(text: str) -> str:
    match = _VARIANT.match(text)
    return match.group(1) if match else ""


def _year_in(variant: str) -> str | None:
    match = re.match(rf"({_YEAR})年?度?$", variant)
    return match.group(1) if match else None


_PERIOD = re.compile(rf"({_YEAR})年1月1日?[^。]{{0,12}}?(?:至|到|起|-|—|~|止)[^。]{{0,10}}?12月31日")
_SAYS_PERIOD = re.compile(r"统计(期限|时限|期间|时间|周期)|所列数据|数据.{0,6}统计")
_DATES = re.compile(
    r"(\d{2,8})年(\d{1,2})月(\d{1,2})日[^。]{0,6}?(?:至|到|起|-|—|~|止)[^。\d]{0,4}(?:(\d{2,8})年)?(\d{1,2})月(\d{1,2})日"
)


def periods(lines: Iterable[str]) -> list[str]:
    """The lines that name two dates, in plain glyphs without white space: only they can tell a period."""
    return ["".join(simplified(line).split()) for line in lines if line.count("月") > 1 and "日" in line]


def year_of_period(lines: Iterable[str]) -> int | None:
    """Year of the sentence on the statistical period: 统计期限自2022年1月1日起，至2022年12月31日止.

    ``lines`` as ``periods`` gives them.
    """
    match = next(filter(None, map(_PERIOD.search, lines)), None)
    return int(match.group(1)) if match else None


def unusual_period(lines: Iterable[str]) -> str | None:
    """The dates of a sentence on the statistical period that are not 1 January to 31 December of one year.

    ``lines`` as ``periods`` gives them.
    """
    for plain in lines:
        match = _DATES.search(plain) if _SAYS_PERIOD.search(plain) else None
        if match:
            year, *start, last_year, month, day = match.groups()
            whole = [int(part) for part in (*start, month, day)] == [1, 1, 12, 31]
            if not whole or len(year) != 4 or last_year not in (None, year):
                return match.group()
    return None
