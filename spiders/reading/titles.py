"""Is this title the annual report that we want, whose and for which year; and if not, what it is instead.

The official name is 政府信息公开工作年度报告 (条例 第四十九、五十条); what portals print varies
(specification §6.1), and the same columns hold look-alikes (families.md §1.5), so a page is judged by its
title and not by its column.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

# Longer "titles" are sentences or hostile; nothing official comes near.
MAX_TITLE_CHARACTERS = 200

# One character for one character, so that positions stay comparable with the printed text.
_SIMPLIFIED = str.maketrans(
    "開報務縣圖讀區鎮鄉辦廳網規無資訊讯機關導製動畫長視頻關於據會議書單錄稱員處財農業發實檢舉記總結數匯統計",
    "开报务县图读区镇乡办厅网规无资信信机关导制动画长视频关于据会议书单录称员处财农业发实检举记总结数汇统计",
)
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE_YEAR = re.compile(r"二[〇○零0][〇○零一二三四五六七八九0-9]{2}(?=年)")

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_YEAR_WORDS = re.compile(r"(?<!\d)20\d\d(?!\d)(?:学?年)?(?:度(?!假))?")
_NAME = r"(?:政府信息公开|政务信息公开|政务公开|信息公开)"
# 政府信息公开 + words that may stand between (工作, 情况, 年度, a year) + 报告 or 年报. The counts bound the
# work.
_CORE = re.compile(
    _NAME
    + r"(?P<filler>(?:工作|情况|年|度|的|统计|(?<!\d)20\d\d(?!\d)|\(20\d\d年?度?\)){0,8})"
    + r"(?:报告|年报(?!表|送|名))(?!书|制度|单位|期)"
)
# What may follow the name: a variant or a year in brackets, a file name's end, a site's name after a dash.
_SUFFIX = re.compile(
    r"(?:\([^()]{1,30}\)|\[[^\[\]]{1,30}\]|【[^【】]{1,30}】|[》\"”'』」.。]|\.(?:pdf|docx?|wps|html?|xlsx?|rtf)"
    r"|全文|正文|图片版|超链版|文字版|网页版|pdf版|word版|(?:的)?(?:公示|公布|公告|通告)|20\d\d年?度?|[-_|—–·].*)*",
    re.IGNORECASE,
)
_LEADING = re.compile(r"^(?:\(?\d{1,3}[.、)]|附件\d*[:.、]?|[·•●◆■★>《\"“'『「\[\]【】:：,，.、\-_—|])+")
# The day of publication that some lists print before the title, within its link: its year is not the report's.
_DAY_BEFORE = re.compile(
    r"^\s*[\[(【（]?\s*20\d\d\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,2}\s?日?(?:\s*[\])】）]\s*|\s+|(?=[^-\d\s—–~至到]))"
)
_CUT = re.compile(r"(?:…+|\.{2,}|⋯+)$")

_LOOK_ALIKES_EVEN_WITH_NAME: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "explainer",
        "a picture or text that explains a report, not the report",
        re.compile(r"图解|一图读懂|一图看懂|一图了解|图说|长图|漫画|动画|视频|解读|一图速览"),
    ),
    (
        "website_report",
        "the yearly return of a government website, not the report on disclosure",
        re.compile(r"网站.{0,20}报表|报表.{0,20}网站"),
    ),
    (
        "notice",
        "a notice about making or sending reports, not a report",
        re.compile(
            r"(?:做好|编制|编写|填报|报送|上报|印发|开展|催报|撰写|规范).{0,60}(?:通知|函|通报|提示|说明)"
            r"|报告.{0,20}(?:的通知|的函|通报|情况通报)$"
        ),
    ),
    ("application_form", "an application form", re.compile(r"申请表|申请书|申请流程|依申请公开(?!情况)")),
    (
        "guide",
        "a guide, rule, list or template of disclosure, not a report",
        re.compile(
            r"报告(?:编制)?(?:制度|格式|模板|样式|指南|目录|规范|范本|汇总|专栏|专题|评估|考核|统计表|附表|要点)"
        ),
    ),
    (
        "news",
        "news about a report or a meeting, not the report",
        re.compile(r"召开|举办|培训会|培训班|座谈会|部署会|推进会|发布会|圆满|顺利完成|全面启动|全面完成|上线"),
    ),
    (
        "school_year",
        "a report of a school year, which another regulation governs",
        re.compile(r"学年"),
    ),
)
_LOOK_ALIKES_WITHOUT_NAME: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "website_report",
        "the yearly return of a government website, not the report on disclosure",
        re.compile(r"网站.{0,30}(?:报表|报告|年报)"),
    ),
    ("rule_of_law", "a report on building a law-based government", re.compile(r"法治政府|依法行政|法治建设")),
    ("housing_fund", "a report of a housing provident fund", re.compile(r"公积金")),
    ("public_institution", "the yearly return of a public institution", re.compile(r"事业单位|法人年")),
    (
        "guide",
        "a guide, rule, list or plan, not a report",
        re.compile(r"指南|制度|目录|办法|规定|条例|方案|要点|清单|须知|流程|规程"),
    ),
    ("notice", "a notice, not a report", re.compile(r"通知|通报|公告|的函|批复|意见")),
    ("application_form", "an application form", re.compile(r"申请")),
    (
        "budget",
        "a budget, plan or work summary, not the report on disclosure",
        re.compile(r"预算|决算|工作总结|工作计划|政府工作报告|述职"),
    ),
)
_SENTENCE_OTHER = "the title does not name an annual report on the disclosure of government information"


@dataclass(frozen=True)
class TitleVerdict:
    """Whether a title is the report; if not, `reason` is 'code: sentence'. Year and agency are as printed or
    None.

    `agency_name` has its spaces removed. `cut` says that the text ends in dots, so the page itself has to
    decide.
    """

    accepted: bool
    reason: str | None
    report_year: int | None
    agency_name: str | None
    cut: bool = False

    @property
    def code(self) -> str | None:
        """The reason's code; None when accepted."""
        return self.reason.split(":", 1)[0] if self.reason else None


def classify(title: str | None, title_re: str | None = None) -> TitleVerdict:
    """Judge one title.

    Args:
        title: as printed; None or blank is rejected as `empty`.
        title_re: an entry's own expression. It alone decides then, searched in the text without spaces; its
        groups
            `year` and `agency`, if it has them, are taken.
    """
    title = title or ""
    text = normal(_DAY_BEFORE.sub("", title) if title_re is None else title)
    if not text:
        return TitleVerdict(False, "empty: there is no title", None, None)
    if len(text) > MAX_TITLE_CHARACTERS:
        sentence = f"too_long: {len(text)} characters are no title (at most {MAX_TITLE_CHARACTERS})"
        return TitleVerdict(False, sentence, None, None)
    return _judged(text, title_re)


# A title is judged as the text of a link and again as that of its page, and navigation repeats on every page.
@functools.lru_cache(maxsize=4096)
def _judged(text: str, title_re: str | None) -> TitleVerdict:
    if title_re is not None:
        return _by_own_expression(text, title_re)
    cut = bool(_CUT.search(text))
    plain = _plain(text)
    for code, sentence, pattern in _LOOK_ALIKES_EVEN_WITH_NAME:
        if pattern.search(plain):
            return TitleVerdict(False, f"{code}: {sentence}", report_year(text), None)
    core = _core(plain)
    if core is None:
        return _without_core(plain, text, cut)
    suffix = plain[core.end() :]
    if not _SUFFIX.fullmatch(suffix) and not cut:
        sentence = f"other: something else follows the name of the report ({suffix[:30]})"
        return TitleVerdict(False, sentence, report_year(text), None)
    return TitleVerdict(True, None, _year_of(plain, core), _agency_of(plain, text, core))


def normal(text: str, most: int = MAX_TITLE_CHARACTERS * 20) -> str:
    """The text in compatibility form (full-width digits become digits) without white or hidden space.

    Of a longer text only the first `most` characters are taken.
    """
    # Compatibility forms can multiply the length: cut hostile input before it is worked on.
    text = "".join(unicodedata.normalize("NFKC", text[:most]).split())
    if text.isprintable():
        # Nothing is hidden: characters of the categories below are not printable.
        return text
    return "".join(
        character
        for character in text
        if not character.isspace() and unicodedata.category(character) not in ("Cf", "Cc", "Zs")
    )


def report_year(text: str) -> int | None:
    """The one year 20XX that a text names; None when it names none or several."""
    years = set(_YEAR.findall(_plain(normal(text))))
    return int(years.pop()) if len(years) == 1 else None


def _plain(text: str) -> str:
    text = text.translate(_SIMPLIFIED).replace("政府资信", "政府信息")
    return _CHINESE_YEAR.sub(lambda match: "2" + match[0][1:].translate(_CHINESE_DIGITS), text)


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _by_own_expression(text: str, title_re: str) -> TitleVerdict:
    match = _compiled(title_re).search(text)
    if match is None:
        return TitleVerdict(False, "title_re: the title does not match the entry's title_re", report_year(text), None)
    groups = match.groupdict()
    year = groups.get("year")
    found = int(year) if year and re.fullmatch(r"20\d\d", year) else report_year(text)
    return TitleVerdict(True, None, found, groups.get("agency") or None)


def _core(plain: str) -> re.Match[str] | None:
    """The report's own name in the text: the last one, because an agency's name may hold such words, too."""
    found = None
    for match in _CORE.finditer(plain):
        found = match
        # A site's name after a dash may repeat the words; the first complete name before it counts.
        if re.match(r"[-_|—–]", plain[match.end() :]):
            break
    return found


def _without_core(plain: str, text: str, cut: bool) -> TitleVerdict:
    year = report_year(text)
    if cut and re.search(_NAME, plain):
        return TitleVerdict(False, "cut: the title is cut off before it says what it is", year, None, cut=True)
    for code, sentence, pattern in _LOOK_ALIKES_WITHOUT_NAME:
        if pattern.search(plain):
            return TitleVerdict(False, f"{code}: {sentence}", year, None)
    return TitleVerdict(False, f"other: {_SENTENCE_OTHER}", year, None, cut=cut)


def _year_of(plain: str, core: re.Match[str]) -> int | None:
    for part in (plain[: core.start()] + core["filler"], plain[core.end() :]):
        years = set(_YEAR.findall(part))
        if years:
            # 2019-2021 or two different years: the page itself has to say which it is.
            return int(years.pop()) if len(years) == 1 else None
    return None


def _agency_of(plain: str, text: str, core: re.Match[str]) -> str | None:
    start = core.start()
    # 上海市人民政府信息公开…: the 政府 belongs to 人民政府, the report's name borrows it.
    if plain[:start].endswith("人民") and plain.startswith("政府", start):
        start += 2
    same_length = len(plain) == len(text)
    name = text[:start] if same_length else plain[:start]
    if same_length:
        name = re.sub(r"二[〇○零0][〇○零一二三四五六七八九0-9]{2}年(?:度(?!假))?", "", name)
    name = _YEAR_WORDS.sub("", name)
    name = re.sub(r"^(?:关于)?(?:公布|发布|公开)", "", _LEADING.sub("", name))
    name = re.sub(_NAME + r"(?:和|及|暨|与|、)$", "", name)
    name = name.strip("()[]【】《》\"“”'·:,，、。.-_—|")
    name = re.sub(r"(?:的|年度)$", "", name)
    return name or None
