"""Documents of other kinds that stand in the same columns as reports: which kind a title or a body tells."""

from __future__ import annotations

import re
from collections.abc import Iterable

from transforms.glyphs import simplified
from transforms.identity.titles import parse_title

# Yearly publications of their own: such a title settles what a document is, whatever it speaks of.
_OTHER_REPORTS = (
    ("the yearly return of a government website", re.compile(r"网站.{0,12}(?:报表|年度报告|年报)")),
    (
        "a report on building a law-based government",
        re.compile(r"(?:法治政府建设|依法行政|法治建设).{0,12}(?:报告|总结)(?![一-龥])"),
    ),
    ("a report of a housing provident fund", re.compile(r"公积金.{0,20}(?:报告|年报)(?![一-龥])")),
    (
        "a university's report of a school year (Ministry of Education order 29)",
        re.compile(r"学年.*(?:报告|年报)|(?:报告|年报).*学年"),
    ),
    ("the yearly report of a public institution as a legal person", re.compile(r"事业单位法人")),
    (
        "a picture or text that explains a report",
        re.compile(r"一图(?:读|看)懂|一图了解|图解|图说|解读.*报告|报告.*解读"),
    ),
)
_OTHER_PAGES = (
    ("a guide to disclosure", re.compile(r"指南")),
    ("a catalogue of disclosure", re.compile(r"目录|清单")),
    ("an application form", re.compile(r"申请表")),
    ("a notice, an opinion or a rule", re.compile(r"通知|意见|制度|办法")),
    ("the return of a website", re.compile(r"网站.{0,8}(?:年度)?(?:工作)?(?:年度)?报(?:表|告)")),
)
# A page of a body's own; as the name of a column such words stand over reports as well.
_OWN_PAGE = re.compile(r"^.{3,}?(?:政府信息|政务|信息).{0,8}(?:指南|目录|清单|申请表|制度)$")
_SENTENCE = re.compile(r"[。；;，,？?！!]")
_LONGEST_TITLE = 80
# Bodies that report under rules of their own; those of them that print the three tables are read all the same.
_UNIVERSITY = re.compile(
    r"(?:大学|学院)(?:[(（].*[)）]|.{0,6}校区|.{0,6}分校)?$|(?:专科|高等|职业|技工|师范|卫生|干部)学校$"
)
_NO_EXECUTIVE = re.compile(r"(人民法院|人民检察院|人民代表大会常务委员会|人大常委会)(办公厅|办公室)?$")
_PUBLIC_BODY = re.compile(
    r"(?:小学|中学|高中|学校|幼儿园|幼教中心|医院|卫生院|卫生服务中心|保健院|保健站|急救中心|血站|中心血站"
    r"|公司|集团|水厂|电厂|热力站|供电所|公交总站|客运站)(?:[(（].*[)）])?$"
)
_PLACEHOLDER = re.compile(r"[xX×*○〇_]{2,}|某|单位名称|机关名称|部门名称|填报单位")


def other_report(titles: Iterable[str]) -> str | None:
    """What the title of another yearly publication says that the document is; None without such a title."""
    return _kind(titles, _OTHER_REPORTS)


def own_page(titles: Iterable[str]) -> str | None:
    """As ``other_page``, for titles in which a body names its own guide, catalogue, form or rule."""
    return other_page(title for title in titles if _OWN_PAGE.match("".join(simplified(title).split())))


def other_page(titles: Iterable[str]) -> str | None:
    """As ``other_report``, with guides, catalogues, forms and notices, which reports speak of as well."""
    return _kind(titles, (*_OTHER_REPORTS, *_OTHER_PAGES))


def _kind(titles: Iterable[str], kinds: Iterable[tuple[str, re.Pattern[str]]]) -> str | None:
    kinds = tuple(kinds)
    for title in titles:
        plain = "".join(simplified(title).split())
        if not plain or len(plain) > _LONGEST_TITLE or _SENTENCE.search(plain) or parse_title(title) is not None:
            continue
        for kind, pattern in kinds:
            if pattern.search(plain):
                return f"The title names {kind}: {' '.join(title.split())[:60]}"
    return None


def body_outside(name: str | None) -> str | None:
    """Why a body's report need not have the three tables: it is a university, a court or a public enterprise."""
    plain = simplified(name or "")
    if _UNIVERSITY.search(plain):
        return f"{plain} is a university or college, which reports under order 29 of the Ministry of Education."
    if _PUBLIC_BODY.search(plain):
        return f"{plain} is a public enterprise or institution, whose reports need not follow the form."
    if _NO_EXECUTIVE.search(plain):
        return f"{plain} is no executive body, and the form is that of executive bodies."
    return None


def is_placeholder(name: str | None) -> bool:
    """Whether a form names no body or only the place for one: ××局, （单位名称）."""
    return name is None or bool(_PLACEHOLDER.search(simplified(name)))
