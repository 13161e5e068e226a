"""Sections of a report -> the figures that its sentences tell for the reported year and the whole body.

A sentence is taken at its word only if nothing in it or before it in its paragraph may give it another meaning:
another year, a part of the body or of the year, a running total, a plan. When in doubt nothing is extracted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from transforms.glyphs import simplified
from transforms.reading.narrative.quantities import Quantity, read_quantity
from transforms.reading.narrative.statements import Told, group, measures_named, span
from transforms.reading.result import LARGEST, NarrativeFact

_COUNTED = re.compile(r"[\d零〇一二两三四五六七八九十百千万萬]\s*(?:[件份宗起例部次元]|[条條个個项項])")
# Of these characters (of 申请, 复议, 诉讼, 规章, 规范, 处理费, 许可, 处罚, 强制, 结转, 顺延) one stands in every
# paragraph that tells a figure, in either set of glyphs: a first look that costs next to nothing.
_SUBJECTS = frozenset("申议議诉訴章范範费費许許罚罰强強转轉顺順")
_ENDED = "。；;！!？?：:"
_UNENDED = ("，", ",", "、")
# A line that goes on in the next one is as wide as a page; shorter ones are headings and lists.
_WIDE = 20
_HEADING = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]|[一二三四五六七八九十]是|第[一二三四五六七八九十])"
)
_SENTENCE = re.compile(r"[^。!?]+")
# Commas inside figures part nothing; 、和及 part two statements only where the first one has its unit.
_CLAUSE_END = re.compile(
    r"[;()]|:(?!\d{1,7}[件份宗起例部次个条项元])|(?<!\d),|,(?!\d{3}(?!\d))|(?<=[件份宗起例部次个条项元])(?:、|和|及|以及|与)"
)
_LONGEST_CLAUSE = 90
# Real paragraphs have some hundred characters and real reports some ten figures; what goes far beyond is no prose.
_LONGEST_PARAGRAPH = 6000
_MOST_FACTS = 200

_YEAR = r"20\d\d"
_TOKEN = re.compile(
    r"\([一二三四五六七八九十\d]{1,2}\)|[一二三四五六七八九十]{1,2}、|\d{1,2}[、.)]|[一二三四五六七八九十]是"
    rf"|{_YEAR}年1月1日(?:至|到|起至|-|—|~)(?:20\d\d年)?12月31日(?:止|期间)?"
    rf"|{_YEAR}年(?:1-12月|1至12月|全年)|(?:在|自)?{_YEAR}年(?:度)?(?:内|期间|中)?"
    r"|本年度?(?:内)?|全年度?|今年|年内|当年|本报告年度|报告年度|报告期内"
    r"|共计|一共|总共|合计|总计|共|已|实际|依法|期间|均"
)
_PART_TOKEN = re.compile(r"其中包括|其中|包括|包含|含|另有|另外|另|还有|有")
# 全年 and 当年 are those of the year named last.
_REPORTED_YEAR = re.compile(r"本年|今年|报告年度|报告期")
_NAMED_YEAR = re.compile(r"(20\d\d)(?=年)")
_OF_OTHERS = re.compile(
    r"去年|前年|上年|上一年|往年|历年|累计|以来|截至|截止|上半年|下半年|季度|月份|(?<!1)[1-9]月(?!1日)|1[01]月"
    r"|12月(?!31日)|同期|计划|预计|力争|下一步|目标"
)
# What is only compared with the reported year leaves the rest of a sentence as it is.
_COMPARED = re.compile(r"较|比|同期|增长|上升|下降|回落|增加|减少")
_OF_A_PART = re.compile(
    r"各[市州盟区县旗镇乡街部单处科局]|区县|县区|市县|市[直属级]|区[直属级]|县[直属级]|省[直属级]|本级|镇街|直属|下属|所属|下辖|派出|分局"
)
# Most clauses have none of these.
_MARKED = re.compile("|".join(p.pattern for p in (_NAMED_YEAR, _OF_OTHERS, _OF_A_PART)))
_OWN = re.compile(
    r"(?:我|本)(?:局|办|厅|委|部|院|会|所|站|馆|队|处|社|署|镇|乡|街道|街|办事处|中心|单位|部门|机关|管委会|公司|支队|大队|总队|分局)+"
    r"|全(?:局|厅|委|镇|乡|街道|街)"
)
_OWN_TERRITORY = re.compile(
    r"(?:全|我)(?:省|市|州|盟|县|区|旗|自治区|自治州|自治县|开发区|新区|高新区|经开区)"
    r"(?:(?:各级)?各?(?:行政机关|职能部门|政府部门|部门|单位|政府|镇街|乡镇|街道)[、和及]?)*"
)
_MANNER = re.compile(r"在?(?:法定|规定)(?:的)?(?:期限|时限)内?|按时|按期|按规定|及时|依法|予以|全部|均")
_STANDS_FOR = re.compile(r"代表[\u4e00-\u9fff]{0,4}政府$")


class _Clause(NamedTuple):
    """A clause of a paragraph, placed in its folded text; ``behind`` is where the next one begins."""

    start: int
    end: int
    behind: int
    text: str


@dataclass
class _Folded:
    """Text in simplified, half-width glyphs without white space; ``places`` are those of its characters before."""

    text: str
    places: Sequence[int]

    def runs_on(self, start: int, end: int) -> bool:
        """Whether nothing stood between these characters that folding has taken out."""
        return self.places[end - 1] - self.places[start] == end - 1 - start


@dataclass(frozen=True)
class _Body:
    """Whose report it is, of which year and form: what a sentence may speak of."""

    name: str
    kind: str | None
    year: int
    form: str | None


def narrative_facts(
    sections: Mapping[str, str], form: str | None, agency_name: str | None, agency_type: str | None, year: int | None
) -> tuple[NarrativeFact, ...]:
    """Figures told in the sections' text; a figure told twice with different numbers is left out.

    ``form`` is the name of the report's form, None where its tables are not there. Without a report year nothing is
    extracted, for nobody can say then of which year a sentence speaks.
    """
    if year is None:
        return ()
    body = _Body("".join(simplified(agency_name or "").split()), agency_type, year, form)
    facts: list[NarrativeFact] = []
    for section, text in sections.items():
        if _may_tell(text):
            for start, end in _paragraphs(text):
                facts += _of_paragraph(section, text, start, end, body)
    if len(facts) > _MOST_FACTS:
        return ()
    values: defaultdict[str, set[Decimal]] = defaultdict(set)
    for fact in facts:
        values[fact.key].add(fact.value)
    return tuple(fact for fact in facts if len(values[fact.key]) == 1)


def _may_tell(text: str) -> bool:
    return not _SUBJECTS.isdisjoint(text) and bool(_COUNTED.search(text))


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Spans of paragraphs: lines that were broken for their width belong together."""
    begin, position = 0, 0
    lines = text.split("\n")
    for number, line in enumerate(lines):
        position += len(line) + 1
        following = lines[number + 1] if number + 1 < len(lines) else ""
        plain = line.rstrip()
        broken = len(plain) >= _WIDE and plain[-1] not in _ENDED
        goes_on = following and (broken or plain[-1:] in _UNENDED) and not _HEADING.match(following)
        if not goes_on:
            yield begin, position - 1
            begin = position


class _Glyphs(dict[int, str]):
    """For ``str.translate``: every character in its simplified, half-width form, one for one; a space for none."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        # A raised or circled figure is a mark beside a number and none of its digits.
        plain = character if character.isdigit() and not character.isdecimal() else simplified(character)
        self[code] = plain = " " if not plain.strip() else plain if len(plain) == 1 else character
        return plain


_GLYPHS = _Glyphs()


def _folded(text: str, start: int, end: int) -> _Folded:
    plain = text[start:end].translate(_GLYPHS)
    if " " not in plain:
        return _Folded(plain, range(start, end))
    places = [place for place, character in enumerate(plain, start) if character != " "]
    return _Folded(plain.replace(" ", ""), places)


def _of_paragraph(section: str, text: str, start: int, end: int, body: _Body) -> Iterator[NarrativeFact]:
    if end - start > _LONGEST_PARAGRAPH or not _may_tell(text[start:end]):
        return
    folded = _folded(text, start, end)
    of_others = False
    for sentence in _SENTENCE.finditer(folded.text):
        of_a_part = False
        for clause in _clauses(folded.text, sentence.start(), sentence.end()):
            told = _told(clause, section, folded, body)
            if told is None:
                # What a government's office received is a part of what the government did.
                of_a_part = of_a_part or (body.kind == "government" and "政府办" in clause.text)
                if not _MARKED.search(clause.text) or _COMPARED.search(clause.text):
                    continue
                years = {int(year) for year in _NAMED_YEAR.findall(clause.text)}
                if years:
                    of_others = years != {body.year}
                if _OF_OTHERS.search(clause.text):
                    of_others = True
                of_a_part = of_a_part or bool(_OF_A_PART.search(clause.text))
                continue
            measure, match, quantity, lead = told
            standing = _standing(lead, measure.is_part, body)
            if standing is None:
                of_a_part = of_a_part or bool(_MANNER.sub("", lead))
                of_others = of_others or bool(_OF_OTHERS.search(lead))
                continue
            if standing:
                of_others = False
            if of_others or of_a_part:
                continue
            first, last = clause.start + match.start(), clause.end
            number = span(match, "number")
            if number is None or not folded.runs_on(clause.start + number[0], clause.start + number[1]):
                continue
            if measure.unit != "yuan" and quantity.value != quantity.value.to_integral_value():
                continue
            unit = 10_000 if group(match, "unit") == "万元" else 1
            if quantity.value * unit >= LARGEST:
                continue
            yield NarrativeFact(
                key=measure.key(body.form),
                value=quantity.value * unit,
                place=quantity.place * unit if quantity.place > 1 or unit > 1 else Decimal(0),
                unit=measure.unit,
                section=section,
                statement=text[folded.places[first] : folded.places[last - 1] + 1],
                sentence=text[folded.places[sentence.start()] : _closed(text, folded.places[sentence.end() - 1] + 1)],
            )


def _closed(text: str, end: int) -> int:
    """The end of a sentence with the mark that ends it."""
    return end + 1 if text[end : end + 1] in ("。", "！", "？", "!", "?") else end


def _clauses(text: str, start: int, end: int) -> Iterator[_Clause]:
    position = start
    for stop in [*_CLAUSE_END.finditer(text, start, end), None]:
        finish = stop.start() if stop else end
        if position < finish:
            behind = stop.end() if stop else end
            yield _Clause(position, finish, behind, text[position:finish])
        position = stop.end() if stop else end


def _told(
    clause: _Clause, section: str, folded: _Folded, body: _Body
) -> tuple[Told, re.Match[str], Quantity, str] | None:
    """The measure that a clause ends in telling, and what stands before that."""
    if len(clause.text) > _LONGEST_CLAUSE or not _COUNTED.search(clause.text):
        return None
    for measure in measures_named(clause.text):
        match = measure.statement.search(clause.text)
        if match is None or body.year < measure.since:
            continue
        number = group(match, "number")
        quantity = read_quantity(number) if number else None
        if quantity is None or not _years_fit(match, body.year):
            continue
        known = measure.context is None or section in measure.sections
        if not known and not (measure.context and measure.context.search(folded.text, 0, clause.end)):
            continue
        if any(word in folded.text for word in measure.unless):
            continue
        if measure.not_followed_by and measure.not_followed_by.match(folded.text, clause.behind):
            continue
        return measure, match, quantity, clause.text[: match.start()]
    return None


def _years_fit(match: re.Match[str], year: int) -> bool:
    """2021年结转 and 结转至2023年 in a report on 2022."""
    last, following = group(match, "last"), group(match, "next")
    return (last is None or int(last) == year - 1) and (following is None or int(following) == year + 1)


def _standing(lead: str, is_part: bool, body: _Body) -> bool | None:
    """Whether an introduction names the reported year itself; None when it may change what the statement says."""
    years = {int(year) for year in _NAMED_YEAR.findall(lead)}
    if years - {body.year}:
        return None
    rest = _without_tokens(lead, is_part)
    if rest and not _is_own(rest, body):
        return None
    return bool(years) or bool(_REPORTED_YEAR.search(lead))


def _without_tokens(lead: str, is_part: bool) -> str:
    """An introduction without years, counts and numbering at its ends."""
    patterns = (_TOKEN, _PART_TOKEN) if is_part else (_TOKEN,)
    changed = True
    while lead and changed:
        changed = False
        for pattern in patterns:
            if match := pattern.match(lead):
                lead, changed = lead[match.end() :], True
    changed = True
    while lead and changed:
        changed = False
        for cut in range(1, min(len(lead), 12) + 1):
            if any(pattern.fullmatch(lead, len(lead) - cut) for pattern in patterns):
                lead, changed = lead[:-cut], True
                break
    return lead


def _is_own(subject: str, body: _Body) -> bool:
    """Whether a subject is the reporting body: by 我局, by its name or a short form of it, by its territory."""
    subject = _STANDS_FOR.sub("", subject)
    if _OWN.fullmatch(subject):
        return True
    if body.kind in ("government", "zone") and _OWN_TERRITORY.fullmatch(subject):
        return True
    if not body.name or len(subject) < 3:
        return False
    if body.kind == "government":
        # 市政府 in the report of a whole city may be the city's own level only.
        return subject == body.name
    return subject[-1] == body.name[-1] and _is_within(subject, body.name)


def _is_within(short: str, name: str) -> bool:
    """Whether all characters of a short form stand in the name in their order: 市政府办公室, 市人民政府办公室."""
    characters = iter(name)
    return all(character in characters for character in short)
