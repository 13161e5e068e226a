"""Titles of reports -> issuing body, year and edition, as printed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from transforms.reading.labels import simplified

_YEAR = r"(?:19|20)\d{2}"
# What the report is called: 政府信息公开工作年度报告 and the shorter and misprinted forms that were seen.
_CALLED = (
    r"(?:政府信息公开|政务信息公开|政务公开|信息公开)(?:政府信息公开)?(?:工作)?(?:情况)?(?:的)?"
    r"(?:年度工作报告|年度报告|工作报告|报告|年报|告年度报|年度总结报告)"
)
_TITLE = re.compile(
    rf"(?P<before>.*?)(?:(?P<year>{_YEAR})(?:年度|年))?(?:的)?(?P<called>{_CALLED})(?P<variant>.*)$", re.S
)
_LEADING_YEAR = re.compile(rf"^(?P<year>{_YEAR})(?:年度|年)?(?:的)?")
_TRAILING_YEAR = re.compile(rf"(?P<year>{_YEAR})(?:年度|年)(?:度)?$")
_VARIANT = re.compile(r"^[(（\[【]([^()（）\[\]【】]{1,20})[)）\]】]")
_SITE = re.compile(r"\s*(?:[-_|—–]{1,2}|>>|»)\s*")
_ADDED = re.compile(r"^(?:标题|名称|题名|题目)[:：]|^[《【\[]+|[》]+$|^关于(?:公布|发布|印发)?")
_LONGEST_TITLE = 80
# Not a body: what remains of a name that the copy has lost.
_NO_NAME = re.compile(r"^(?:乡|镇|县|区|市|省|局|本机关|本单位|本部门|我局|我单位|年度|关于|的|x+|\*+|某+.?)$", re.I)
_LOOK_ALIKE = re.compile(
    r"网站.{0,8}(?:年度)?(?:工作)?(?:年度)?报(?:表|告)|一图读懂|图解|法治政府建设|住房公积金|事业单位法人|申请表|指南|目录"
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
        if best is None:
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
    """A line as the title of a report; None when it is not one."""
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
    alike = simplified(compact)
    # Glyphs are converted one to one, so that places in both texts agree; the name is kept as printed.
    source = compact if len(compact) == len(alike) else alike
    match = _TITLE.match(alike)
    if not match or re.search(r"[。;；，,?？]", alike) or _LOOK_ALIKE.search(alike):
        return None
    year = match["year"]
    start, end = match.span("before")
    if leading := _LEADING_YEAR.match(alike[start:end]):
        year = year or leading["year"]
        start += leading.end()
    if trailing := _TRAILING_YEAR.search(alike[start:end]):
        year = trailing["year"]
        end = start + trailing.start()
    name = source[start:end].strip("·:：、-—_|()（）《》【】\"“”'")
    plain_name = remainder = simplified(name)
    edition = next((key for key, pattern in _EDITIONS if pattern.search(_variant(match["variant"]))), None)
    if _NO_NAME.match(plain_name) or not re.search(r"[\u4e00-\u9fff]{2}", plain_name):
        name = ""
    return Title(printed, name or None, int(year) if year else None, edition, remainder)


def _variant(text: str) -> str:
    match = _VARIANT.match(text)
    return match.group(1) if match else ""


def is_look_alike(titles: Sequence[str]) -> str | None:
    """A title that names another kind of document that stands in the same columns; None when there is none."""
    return next((t for t in titles if _LOOK_ALIKE.search(simplified(t)) and parse_title(t) is None), None)


_PERIOD = re.compile(rf"({_YEAR})年1月1日?[^。]{{0,12}}?(?:至|到|起|-|—|~|止)[^。]{{0,10}}?12月31日")


def year_of_period(lines: Iterable[str]) -> int | None:
    """Year of the sentence on the statistical period: 统计期限自2022年1月1日起，至2022年12月31日止."""
    for line in lines:
        match = _PERIOD.search(re.sub(r"\s+", "", simplified(line)))
        if match:
            return int(match.group(1))
    return None
