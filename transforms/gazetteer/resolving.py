"""The name of a body, or a title's -> the division that it belongs to, or the divisions that it may belong to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from transforms.gazetteer.divisions import FIRST_REPORT_YEAR, Division
from transforms.gazetteer.index import NOWHERE, Bearers, Index, index
from transforms.gazetteer.names import Form
from transforms.glyphs import simplified

Reason = Literal[
    "parents",
    "region",
    "only_one",
    "region_alone",
    "ambiguous",
    "outside_region",
    "out_of_time",
    "bare_word",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name says of its division.

    ``division``: the one meant, as it stood in the report year; None where the name leaves it open. ``reason`` says on
    what it rests, or why it is open:

    * ``parents`` – the name itself tells which of that name, ``region`` – the portal's declared region does,
      ``only_one`` – no other has the name; ``region_alone`` – the name has no division: it is the region's.
    * ``ambiguous`` – several of ``candidates`` fit; ``outside_region`` – those that have the name lie elsewhere;
      ``out_of_time`` – nothing of that name stood in the report year; ``bare_word`` – a name without the word for its
      kind that nothing supports (港口局: 港口区?); ``unknown`` – no name of a division at the start, and no region.

    ``named``: the candidate as the name has it, when that is another state than ``division`` (a former name).
    ``form``: how it is named. ``rest``: the text behind the names of divisions, 人民政府 included. ``unlisted``: a
    township or zone at the start of ``rest`` that the gazetteer does not have: ``division`` then only contains it.
    """

    division: Division | None
    reason: Reason
    rest: str
    candidates: tuple[Division, ...] = ()
    named: Division | None = None
    form: Form | None = None
    unlisted: str | None = None

    @property
    def is_certain(self) -> bool:
        """Whether the division itself is known: decided, by its own name, and nothing below it is left unknown."""
        return self.division is not None and self.reason != "region_alone" and self.unlisted is None


# Heads of vertical systems that stand before the place: 国家税务总局宁陕县税务局.
_HEAD = re.compile(
    r"^(?:国家税务总局|国家统计局|国家金融监督管理总局|中国人民银行|中华人民共和国|国家外汇管理局|中国银保监会|中国证监会)(?=.)"
)
_HEADS_BEGIN = ("国", "中")
# What may stand between a place and one below it: 广州市荔湾区人民政府南源街道办事处.
_BETWEEN = re.compile(r"人民政府|政府|管理委员会|管委会|[、,，·—\-]")
_BETWEEN_BEGINS = frozenset("人政管、,，·—-")
# 省市场监管局, 县人民政府: the region's own province, city or county; not 市场监督管理局, 区划办.
_OWN = re.compile(r"^(?:我|本)?(?P<word>省|自治区|市|地区|州|盟|县|旗|区)(?!场|政[^府]|容|民|划|域)(?=.{2,})")
_LEVELS = {
    "省": ("province",),
    "自治区": ("province",),
    "市": ("prefecture", "county", "province"),
    "地区": ("prefecture",),
    "州": ("prefecture",),
    "盟": ("prefecture",),
    "县": ("county",),
    "旗": ("county",),
    "区": ("county", "zone"),
}
_TOWNSHIP = re.compile(r"^[\u4e00-\u9fff]{1,9}?(?:街道|民族乡|苏木|镇|乡)(?=人民政府|政府|办事处|党工委|党委|$)")
_ZONE = re.compile(
    r"^(?:[\u4e00-\u9fff]{0,12}?)(?:开发区|高新区|经开区|新区|湖区|园区|示范区|度假区|风景区|风景名胜区|管理区|保税区|试验区|合作区"
    r"|集聚区|临空区|产业园)(?=管理委员会|管委会|[\u4e00-\u9fff]{2,}局|$)"
)
_BELOW = frozenset("镇乡街苏区园")
# What a body is called behind its place: a bare word before anything else is none (公安 局, 东方 电气集团, 文昌 湖区).
_BODY = re.compile(
    r"(?!.区)(?:[省市县区旗州盟])?(?:人民政府|政府|[\u4e00-\u9fff]{2,}"
    r"(?:局|委员会|委|厅|办公室|办|中心|站|所|队|联合会|联社|总社|馆|处|区|管委会|街道|镇|乡|部门|法院|检察院)|$)"
)


def resolve(name: str, region: str | None = None, year: int | None = None) -> Resolution:
    """The division of the body that is called ``name``.

    ``name``: a body's name as a title prints it, the title's year and 政府信息公开… taken off; any glyphs, spaces
    allowed. ``region``: GB/T 2260 code of the portal's region; 100000 or None when it is no context. ``year``: the
    report year; None: any since 2008. Nothing is guessed: of homonyms only the one that the name's own parents or the
    region single out is given.
    """
    return _resolve("".join(simplified(name).split()), region, year)


def resolve_all(
    names: Iterable[str], regions: Iterable[str | None] | None = None, years: Iterable[int | None] | None = None
) -> list[Resolution]:
    """``resolve`` for many: three columns of one length, or names alone."""
    names = list(names)
    empty: list[None] = [None] * len(names)
    columns = zip(names, regions or empty, years or empty, strict=True)
    return [resolve(name, region, year) for name, region, year in columns]


def _resolve(text: str, region: str | None, year: int | None) -> Resolution:
    names = index()
    head = _HEAD.match(text) if text[:1] in _HEADS_BEGIN else None
    at = head.end() if head else 0
    first: Resolution | None = None
    for bearers, tokens, end in _walks(names, text, at, NOWHERE):
        if tokens == 1 and bearers.form is Form.bare and not _BODY.match(text, end):
            continue
        rest = text[end:]
        unlisted = _unlisted(rest)
        supported = tokens > 1 or bool(unlisted and _ZONE.match(unlisted) and bearers.name not in names.words)
        reason, division, named, candidates = _decide(bearers, supported, region, year)
        found = Resolution(division, reason, rest, candidates, named, bearers.form, unlisted)
        if reason not in ("outside_region", "out_of_time"):
            return found
        local = any(one.level in ("township", "zone") for one in candidates)
        if reason == "outside_region" and tokens == 1 and local:
            # Townships and zones of one name are many: it is one of the region that the gazetteer does not have.
            place = names.of_code(region or "")
            found = Resolution(place, "region_alone", text[at:], candidates, None, bearers.form, bearers.name)
        # 达县市 is long gone, 达县市场监督管理局 not: a shorter name may fit better.
        first = first or found
    return first or _without_a_name(names, text[at:], region)


def _walks(names: Index, text: str, at: int, above: frozenset[int]) -> Iterator[tuple[Bearers, int, int]]:
    """Of divisions named one below the other from ``at`` on the last, how many there are, and where the last ends."""
    for bearers in names.starting(text, at, above):
        end = at + len(bearers.name)
        if above and bearers.form is Form.bare and (bearers.name in names.words or not _BODY.match(text, end)):
            continue
        if text[end - 1 : end + 1] == "市场":
            continue  # 梅县 and its 市场监督管理局, not 梅县市
        starts = [end]
        if text[end : end + 1] in _BETWEEN_BEGINS and (between := _BETWEEN.match(text, end)):
            starts.append(between.end())
        for start in starts:
            for last, tokens, stop in _walks(names, text, start, bearers.lines):
                yield last, tokens + 1, stop
        yield bearers, 1, end


_Decision = tuple[Reason, Division | None, Division | None, tuple[Division, ...]]


@lru_cache(maxsize=1 << 16)
def _decide(bearers: Bearers, supported: bool, region: str | None, year: int | None) -> _Decision:
    """Reason, division, the state that bears the name where that is another, and candidates."""
    names, divisions = index(), bearers.divisions
    place = names.of_code(region) if region else None
    context = place if place is not None and place.level != "country" else None
    reason: Reason = "parents" if supported else "only_one"
    if context is not None:
        related = tuple(one for one in divisions if _related(one, context))
        if not related:
            return "outside_region", None, None, divisions
        reason, divisions = ("parents" if supported else "region"), related
    timely = _timely(names, divisions, year)
    if not timely:
        return "out_of_time", None, None, divisions
    if bearers.form is Form.zone and len({one.line for one, _ in timely}) > 1:
        # 高新区 in a city is the city's own, not one of its counties'.
        upper = bearers.above or (frozenset({context.line}) if context else NOWHERE)
        timely = [(named, one) for named, one in timely if one.parent and one.parent.line in upper] or timely
    if all(one.level in ("township", "zone") for _, one in timely):
        # A zone and a part of it that has its name.
        timely = [pair for pair in timely if all(other.is_within(pair[1]) for _, other in timely)] or timely
    if len({one.parent and one.parent.line for _, one in timely}) == 1:
        # 绥胜镇 and 绥胜满族镇 of one county: each by its own name.
        timely = [(named, one) for named, one in timely if named.name == bearers.name] or timely
    divisions = tuple(named for named, _ in timely)
    if len({one.line for one in divisions}) > 1:
        return "ambiguous", None, None, divisions
    if bearers.form is Form.bare and not supported:
        is_word = bearers.name in names.words and (context is None or context.line not in bearers.lines)
        if context is None or is_word:
            return "bare_word", None, None, divisions
    named, division = max(timely, key=lambda pair: (pair[1].last or 9999, pair[0].last or 9999, pair[0].first or 0))
    return reason, division, named if named is not division else None, (division,)


def _timely(names: Index, divisions: Sequence[Division], year: int | None) -> list[tuple[Division, Division]]:
    """Those named that the year allows, each with the state that stood then.

    First those that stood in the year itself, else in a year beside it, else those whose name was a former one then or
    was still to come. Without a year those that stood since there are reports, as they are now.
    """
    if year is None:
        recent = [one for one in divisions if (one.last or 9999) >= FIRST_REPORT_YEAR - 1] or divisions
        return [(one, max(names.states(one), key=lambda state: state.last or 9999)) for one in recent]
    for slack in (0, 1):
        if timely := [(one, one) for one in divisions if one.stood_in(year, slack)]:
            return timely
    return [(one, state) for one in divisions for state in names.states(one) if state.stood_in(year)]


def _related(division: Division, region: Division) -> bool:
    """Whether one of the two is or was within the other."""
    return division.is_within(region) or region.is_within(division)


def _without_a_name(names: Index, text: str, region: str | None) -> Resolution:
    """A text that begins with no division: 省市场监管局 is the region's province's, 信访局 the region's own."""
    place = names.of_code(region) if region else None
    if place is None:
        return Resolution(None, "unknown", text, unlisted=_unlisted(text))
    if own := _OWN.match(text):
        word, rest = own["word"], text[own.end("word") :]
        for one in reversed(place.path):
            if one.level in _LEVELS[word] and (word != "市" or one.level == "prefecture" or one.name.endswith("市")):
                return Resolution(one, "region", rest, (one,), form=Form.bare, unlisted=_unlisted(rest))
    return Resolution(place, "region_alone", text, unlisted=_unlisted(text))


def _unlisted(rest: str) -> str | None:
    if _BELOW.isdisjoint(rest):
        return None
    found = _TOWNSHIP.match(rest) or _ZONE.match(rest)
    return found.group() if found else None
