"""One document from bytes to checked figures: kind, rows, labels, form, cells, checks."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from transforms.checks.narrative import n_text
from transforms.checks.rules import exceeded_sums, run_checks
from transforms.documents.kinds import Reader, reader_of, refusal
from transforms.documents.model import OPENING_LINES, Document, MissingProgram, Row, UnreadableDocument
from transforms.documents.sniff import media_type
from transforms.forms import Form, forms
from transforms.identity.agencies import agency_type, scope_of, speaks_for_government
from transforms.identity.evidence import printed_codes
from transforms.identity.look_alikes import body_outside, is_placeholder, other_page, other_report, own_page
from transforms.identity.resolution import disagreement
from transforms.identity.titles import Title, find_title, periods, unusual_period, year_of_period
from transforms.reading.labels import core
from transforms.reading.legacy import Statistics, find_statistics, read_statistics
from transforms.reading.narrative import narrative_facts
from transforms.reading.parts import own_part
from transforms.reading.placing import is_blank
from transforms.reading.result import MISSING, CellPath, CellReading, Check, Reading
from transforms.reading.segments.found import Segments
from transforms.reading.segments.segment import segment
from transforms.reading.sheet import Sheet
from transforms.reading.tables import doubt_years, read_tables

# Lines of the page around a report that copies and templates leave inside it; counters change with every visit.
# A sentence may speak of the same things (网站访问量达到…): it is longer, or ends as sentences do.
_PAGE_FURNITURE = re.compile(
    r"(浏览|阅读|访问|点击|查看|关注|来访)(次数|人次|人数|量|数|率)?[:：（(\s]*\d+|第\s*\d+\s*位(访问|访客|来访|浏览)|^(访客|人气|热度|阅)[:：\s]*\d+"
    r"|(浏览|阅读|访问|点击|查看)(次数|人次|人数|量|数|率)[:：]?$"
    r"|打印(本页)?|关闭(窗口|本页|页面)|^分享(到|至)|字体?[:：]|字号|扫一扫|二维码"
    r"|^(上|下)一(篇|条)|相关(链接|信息|文档|附件)|责任编辑|信息来源|^来源[:：]|版权所有|ICP备|公网安备|网站标识码|网站地图|当前位置|您(现在)?(所)?在的?位置"
    r"|^[—\-–\s]*\d+[—\-–\s]*$"
)
_LONGEST_FURNITURE = 80
# As OpenCV, the C++ of onnxruntime, and libxml2 say it.
_OUT_OF_MEMORY = re.compile(r"insufficient memory|bad_alloc|failed to allocate|memory allocation failed", re.I)
_ANY_YEAR = re.compile(r"20\d\s*\d")
_ISSUER = ("填报单位", "填报单位盖章", "发布机构", "发布机关", "发文机关", "公开机构", "发布单位", "信息来源")


def read_document(data: bytes, name: str = "", reader: Reader | None = None) -> Reading:
    """Read one document: the outcome and the reason say what is wrong with a bad one.

    Raises MemoryError, and nothing else, when memory runs out, whatever the library calls it that asked for it.
    ``name`` is for messages only; a name is no evidence of what a document is. ``reader`` is used instead of the
    one for its kind, where a part of the work is done already.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    kind = media_type(data)
    if not data.strip():
        return Reading(sha256, kind, "unreadable", "The document is empty.")
    read = reader or reader_of(kind)
    if read is None:
        return Reading(sha256, kind, "unreadable", refusal(kind))
    try:
        document = read(data)
        return _interpret(sha256, kind, document)
    except UnreadableDocument as error:
        return Reading(sha256, kind, "unreadable", str(error), lacks_program=isinstance(error, MissingProgram))
    except RecursionError:
        return Reading(sha256, kind, "unreadable", "The document is nested too deeply.")
    except Exception as error:
        if _OUT_OF_MEMORY.search(str(error)) or isinstance(error, MemoryError):
            raise MemoryError from None
        # A document nobody has thought of must not end a night's run over all others; the reason makes it findable.
        reason = f"The reader failed on this document ({type(error).__name__}: {error}); please report it."
        return Reading(sha256, kind, "unreadable", reason)


def _interpret(sha256: str, kind: str, document: Document) -> Reading:
    sheet = Sheet()
    inside = _first_lines(document.rows)
    title = find_title(_possible_titles(document, inside))
    document, other_report_title = own_part(document, title)
    if other_report_title is not None:
        sheet.doubt("other_report", f"The document holds another report as well, left out here: {other_report_title}")
        inside = _first_lines(document.rows)
    opening = [*document.above, *inside]
    segments = segment(document)
    for part in document.unread:
        sheet.doubt("part_unread", part)
    statistics = find_statistics(document)
    if title is None and statistics is not None and statistics.title:
        title = Title(statistics.title, statistics.agency_name, statistics.year, None)
    year = _year(title, opening, segments, sheet) or (statistics.year if statistics else None)
    form = _form(segments, year, sheet, statistics)
    if statistics is not None:
        read_statistics(statistics, document, sheet)
    if form is not None and form.legacy and statistics is not None:
        segments = segment(statistics.rest(document))
    elif form is not None:
        read_tables(segments, form, sheet)
        doubt_years(document.rows, sheet)
    sections = _sections(segments)
    other = _other_kind(segments, title, document, opening)
    if other and not sheet.cells:
        title = year = None  # what names a report here, a menu or a link, does not speak of this document
    issuer = _issuer(document, opening)
    name = None if other and not sheet.cells else (title.agency_name if title else None) or issuer
    codes = _codes(name, issuer, year, opening, sheet)
    outcome, reason = _outcome(segments, sheet, title, other, year is not None and not is_placeholder(name))
    if outcome != "parsed":
        sheet = Sheet(doubts=[d for d in sheet.doubts if not d.cells])
    body_type = agency_type(name or (title.remainder if title else None))
    cells = _every_cell(form, sheet) if form is not None and outcome in ("parsed", "no_tables") else {}
    facts = narrative_facts(sections, form.name if form else None, name, body_type, year)
    checks: list[Check] = []
    if form is not None and outcome == "parsed":
        checks = [*run_checks(cells, form, body_type), *n_text(cells, form, facts)]
        if any(check.status == "not_assessable" for check in checks):
            sheet.doubts += exceeded_sums(cells, form)
    _doubt_last_cell(document, sheet, checks)
    if words := speaks_for_government(body_type, [*opening, *sections.values()]):
        sheet.doubt("office_for_government", f"The office reports for its government as well: {words}.")
    return Reading(
        sha256=sha256,
        media_type=kind,
        outcome=outcome,
        reason=reason,
        form=form.name if form is not None and outcome != "out_of_format" else None,
        title=title.text if title else None,
        agency_name=name,
        agency_type=body_type,
        scope=scope_of(body_type, title.edition if title else None, [*opening, *sections.values()]),
        report_year=year,
        edition=title.edition if title else None,
        published_on=document.published_on,
        cells=cells,
        sections=sections,
        checks=tuple(checks),
        warnings=tuple(sheet.doubts),
        facts=facts,
        issuer=issuer,
        codes=codes,
    )


def _possible_titles(document: Document, inside: list[str]) -> Iterator[str]:
    """What may be the title, best first."""
    yield from document.titles
    yield from inside
    yield from _joined(inside)
    yield from _nearest_first([*document.above, *inside[:1]])


def _first_lines(rows: Sequence[Row]) -> list[str]:
    lines: list[str] = []
    for row in rows:
        lines += [" ".join(cell.text.split()) for cell in row.cells if not is_blank(cell)]
        if len(lines) >= OPENING_LINES:
            break
    return lines


def _joined(lines: list[str]) -> list[str]:
    """Titles broken over two lines; those without a year would be two entries of a menu as often."""
    pairs = (first + second for first, second in pairwise(lines))
    return [pair for pair in pairs if len(pair) < 70 and _ANY_YEAR.search(pair)]


def _nearest_first(lines: list[str]) -> list[str]:
    """Lines above a report, single and as titles over two lines: lists of other years' reports stand further away."""
    return [text for first, second in reversed([*pairwise(lines)]) for text in (first, *_joined([first, second]))]


def _issuer(document: Document, opening: list[str]) -> str | None:
    """The issuing body that the document's own metadata name: 发布机构 in a table of them, or a meta tag."""
    candidates: list[str] = []
    for line, following in pairwise([*opening, ""]):
        label, _, rest = line.replace("：", ":").partition(":")
        if core(label).all_words in _ISSUER:
            candidates.append(rest or following)
    for name in [*candidates, *document.issuers]:
        plain = "".join(name.split())
        if agency_type(plain) not in (None, "other") and len(plain) >= 4 and "网" not in plain:
            return plain
    return None


def _codes(name: str | None, issuer: str | None, year: int | None, opening: list[str], sheet: Sheet) -> tuple[str, ...]:
    """The verified codes of the document's metadata; what they or the issuer say against the title is a warning."""
    codes = printed_codes(opening)
    if codes.failed:
        printed = ", ".join(codes.failed)
        sheet.doubt("code_invalid", f"{printed} is printed as a credit code, but its check digit is wrong.")
    if conflict := disagreement(name, issuer, year, codes.valid):
        sheet.doubt("issuer_differs", f"The document names two bodies of different places: {conflict}.")
    return codes.valid


def _year(title: Title | None, opening: list[str], segments: Segments, sheet: Sheet) -> int | None:
    lines = periods([*opening, *(text for section, text in segments.texts if section in (None, "1"))])
    period = year_of_period(lines)
    if unusual := unusual_period(lines):
        sheet.doubt("period_unusual", f"The period of the figures is not a calendar year: {unusual}.")
    if title is None or title.report_year is None:
        return period
    if period is not None and period != title.report_year:
        sheet.doubt("year_differs", f"The title says {title.report_year}, the period of the figures is {period}.")
    return title.report_year


def _form(segments: Segments, year: int | None, sheet: Sheet, statistics: Statistics | None) -> Form | None:
    """The form whose own labels are printed; by the year only where all labels printed stand in several forms."""
    known = {name: form for name, form in forms().items() if not form.legacy}
    counts = {name: _own_labels(form, segments) for name, form in known.items()}
    best = max(counts, key=lambda name: counts[name])
    printed = [name for name, count in counts.items() if count]
    if statistics is not None:
        if not printed and not any(found.meanings and found.values for found in segments.found):
            return _form_of_statistics(year, sheet)
        sheet.doubt("mixed_forms", "The statistics form of 2014 is printed beside the tables of a later form.")
    if not printed:
        rows = [found for found in segments.found if found.values or found.header]
        if not rows and len(set(segments.sections) & {"2", "3", "4"}) < 2:
            return None
        covering = [form for form in known.values() if year is not None and form.covers(year)]
        return covering[0] if covering else (list(known.values())[-1] if rows and year is None else None)
    if len(printed) > 1:
        sheet.doubt("mixed_forms", f"Labels of {' and '.join(printed)} are printed; read as {best}.")
    elif year is not None and not known[best].covers(year):
        sheet.doubt("form_of_other_years", f"The form {best} is not the one of {year}.")
    return known[best]


def _form_of_statistics(year: int | None, sheet: Sheet) -> Form:
    form = next(form for form in forms().values() if form.legacy)
    if year is not None and not form.covers(year):
        sheet.doubt("form_of_other_years", f"The form {form.name} is not the one of {year}.")
    return form


def _own_labels(form: Form, segments: Segments) -> int:
    """Labels of a form that no other form has, each counted once; headings in running text count as well."""
    own = _own_keys(form.name)
    count = sum(
        1 for kind, key in own if segments.labels[kind, key] and (kind != "outcome" or key in segments.with_figures)
    )
    if not count:
        text = "".join(core(text).words for _, text in segments.texts if "第二十条" in text)
        own_columns = {key for kind, key in own if kind == "column"} if text else set()
        count = sum(
            any(core(column.label).words in text for column in block.columns if column.key in own_columns)
            for block in form.disclosure
        )
    return count


@cache
def _own_keys(name: str) -> frozenset[tuple[str, str]]:
    """Kind and key of the labels that no other form has."""
    others = (_label_keys(other) for other in forms().values() if other.name != name)
    return frozenset(_label_keys(forms()[name]).difference(*others))


def _label_keys(form: Form) -> set[tuple[str, str]]:
    keys = {("column", column.key) for block in form.disclosure for column in block.columns}
    keys |= {("row", row.key) for block in form.disclosure for row in block.rows}
    return keys | {("outcome", row.key) for row in form.outcomes}


def _sections(segments: Segments) -> dict[str, str]:
    lines: dict[str, list[str]] = {section: [] for section in segments.sections}
    for section, text in segments.texts:
        if section is not None and text.strip(" \t\n\ufffd") and not _is_furniture(text.strip()):
            lines[section].append(text.strip())
    return {section: "\n".join(lines[section]) for section in sorted(lines)}


def _is_furniture(line: str) -> bool:
    return len(line) <= _LONGEST_FURNITURE and line[-1] not in "。；" and bool(_PAGE_FURNITURE.search(line))


def _outcome(
    segments: Segments, sheet: Sheet, title: Title | None, other: str | None, is_named: bool
) -> tuple[str, str | None]:
    """Outcome and reason; ``other``: what other kind the document is; ``is_named``: a body and a year are printed."""
    if any(cell.value is not None for cell in sheet.cells.values()):
        return "parsed", None
    visible = Counter(cell.state for cell in sheet.cells.values())
    filled = visible["dash"] + visible["not_applicable"] + visible["unreadable"] + visible["text"]
    if visible["blank"] >= 3 and not filled and not is_named:
        return "out_of_format", "A blank form: it has no figure and names no body or no year."
    if visible["blank"] + filled >= 3:
        return "parsed", None
    if other := other or body_outside(title.agency_name if title else None):
        return "out_of_format", other
    if not _is_named(title) and not segments.sections and not sheet.cells:
        return "out_of_format", "Neither a title nor a section or table of the report was found."
    return "no_tables", "None of the three tables was found in the text."


def _is_named(title: Title | None) -> bool:
    """A menu's 政府信息公开年报 is a title of neither body nor year: it says nothing of the document."""
    return title is not None and bool(title.agency_name or title.report_year)


def _other_kind(segments: Segments, title: Title | None, document: Document, opening: list[str]) -> str | None:
    """What other kind of document the titles say that this is, in one sentence; None when it may be a report."""
    if any((own := find_title([one])) and own.report_year for one in document.titles):
        return None
    is_report = len(segments.sections) > 1
    other = other_report(document.titles) or (None if is_report else own_page(document.titles))
    if other is None and not _is_named(title):
        other = other_report(opening) if is_report else other_page([*document.titles, *opening])
    return other


def _doubt_last_cell(document: Document, sheet: Sheet, checks: list[Check]) -> None:
    """A copy that stops inside a figure: the last cell may have lost digits, unless a sum closes with it."""
    if not document.ends_abruptly or not document.rows:
        return
    last = document.rows[-1].cells[-1].locator
    whole = {path for check in checks if check.status == "pass" for path in check.cells}
    # A count that begins with 0 is whole; money may go on behind the point.
    cut = [
        path
        for path, cell in sheet.cells.items()
        if cell.locator == last and path not in whole and (cell.value or (cell.state == "zero" and _is_money(path)))
    ]
    if cut:
        sheet.doubt("cut_off", "The document ends right behind this figure: digits may be lost.", cut, last)


def _is_money(path: CellPath) -> bool:
    return path[1].endswith(("_yuan", "_wanyuan")) or path[1] in ("l14_fee", "l14_org_budget")


def _every_cell(form: Form, sheet: Sheet) -> dict[CellPath, CellReading]:
    """Every key of the form in its order, then keys printed beyond it, which are named in a warning."""
    cells = {path: sheet.cells.get(path, MISSING) for path in form.cell_paths}
    if not sheet.cells.keys() <= cells.keys():
        beyond = {path: cell for path, cell in sheet.cells.items() if path not in cells}
        sheet.doubt("beyond_form", f"These cells are printed but are not part of {form.name}.", beyond)
        cells.update(beyond)
    return cells
