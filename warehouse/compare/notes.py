"""The caveats that stand beside a compared figure: doubts, missing operands, breaks, inferred and small numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from warehouse.indicators import SMALL_N, Indicator

_TEXTS = {
    "no_tables": ("报告中没有表格", "the report has no tables"),
    "unreadable": ("报告无法读取", "the report cannot be read"),
    "out_of_format": ("报告不采用规定格式", "the report does not follow the regulated forms"),
    "only_copies": (
        "仅见于其他网站的转载，不采用其数字",
        "known from copies on other hosts only, whose figures are not used",
    ),
    "doubtful": ("存疑", "doubtful"),
    "whole_report": ("整份报告存疑", "the whole report is doubtful"),
    "not_in_form": ("该格式不含", "not printed in this form"),
    "blank": ("空白", "blank"),
    "dash": ("横线", "dash"),
    "not_applicable": ("不适用", "not applicable"),
    "missing": ("缺行或缺列", "row or column missing"),
    "text": ("为文字", "text instead of a number"),
    "cell_unreadable": ("单元格无法读取", "unreadable cell"),
    "no_value": ("无值", "no value"),
    "zero_denominator": ("分母为 0", "the denominator is 0"),
    "scope_unknown": ("统计口径不明", "what the figures cover is not known"),
    "several": ("同年度同口径有多份报告", "several reports of this agency for this year and scope"),
    "reorganised": ("机构变更", "reorganisation"),
    "break": ("与上一格式有断点", "break against the form before"),
    "small": (f"分母小于 {SMALL_N}", f"denominator under {SMALL_N}"),
    "zero_if_sum_closes": ("空白按零计（合计相符）", "blank taken as zero, since the sums close"),
    "derived_total": ("合计由各项推得", "total derived from its parts"),
    "corrected": ("已更正", "corrected"),
}


# Asked for each figure of a comparison, and the same for every report of a form.
_operands = cache(Indicator.operands)


@cache
def _paths(indicator: Indicator, form: str | None) -> frozenset[str]:
    return frozenset(column.path for column in _operands(indicator, form))


@dataclass(frozen=True)
class Cell:
    """What a fact says of a cell that needs a remark: no effective value, or one that was not printed."""

    state: str
    method: str | None


@dataclass(frozen=True)
class Note:
    """One caveat: ``kind`` is report | doubt | missing | scope | several | reorganised | break | small |
    inferred."""

    kind: str
    text: str


@dataclass(frozen=True)
class Report:
    """What the notes need to know of a report besides its figures.

    ``doubts``: cell path (empty: the whole report) -> rules and warnings. ``cells``: by path, only those without an
    effective value or with an inferred one. ``reorganised``: what lies between it and the reports before, in Chinese
    and English. ``earlier_form``: form of the agency's report before it, if another.
    """

    form: str | None
    outcome: str
    reason: str | None
    scope: str
    only_copies: bool
    n_same_scope: int
    reorganised: tuple[str, str] | None
    earlier_form: str | None
    doubts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cells: Mapping[str, Cell] = field(default_factory=dict)


def said(key: str, lang: str) -> str:
    """A fixed text in ``zh`` or ``en``."""
    return _TEXTS[key][lang == "en"]


def notes(
    report: Report, indicator: Indicator, *, has_value: bool, small_n: bool, zero_denominator: bool, lang: str
) -> list[Note]:
    """All caveats of one indicator in one report, the gravest first; empty when there is none."""
    if report.only_copies:
        return [Note("report", said("only_copies", lang))]
    if report.outcome != "parsed":
        text = said(report.outcome, lang)
        return [Note("report", f"{text}{_colon(lang)}{report.reason}" if report.reason else text)]
    found = [Note("doubt", text) for text in _doubts(report, indicator, lang)]
    if not has_value:
        found += [Note("missing", text) for text in _missing(report, indicator, lang)]
        if zero_denominator:
            found.append(Note("missing", said("zero_denominator", lang)))
    if report.scope == "unknown":
        found.append(Note("scope", said("scope_unknown", lang)))
    if report.n_same_scope > 1:
        found.append(Note("several", said("several", lang)))
    if report.reorganised:
        found.append(
            Note("reorganised", f"{said('reorganised', lang)}{_colon(lang)}{report.reorganised[lang == 'en']}")
        )
    if report.earlier_form and indicator.comparability != "A":
        why = indicator.why_en if lang == "en" else indicator.why_zh
        forms = f"{report.earlier_form}→{report.form}"
        found.append(Note("break", f"{said('break', lang)} {forms}{_colon(lang)}{why}"))
    if small_n:
        found.append(Note("small", said("small", lang)))
    return found + [Note("inferred", text) for text in _inferred(report, indicator, lang)]


def joined(texts: Iterable[str], lang: str) -> str:
    """Caveats as one cell of a table."""
    return ("; " if lang == "en" else "；").join(texts)


def _doubts(report: Report, indicator: Indicator, lang: str) -> list[str]:
    if not report.doubts:
        return []
    by_code: dict[str, list[str]] = {}
    for column in _operands(indicator, report.form):
        for code in report.doubts.get(column.path, ()):
            by_code.setdefault(code, []).append(column.path)
    texts = [f"{said('doubtful', lang)}{_colon(lang)}{code} ({', '.join(paths)})" for code, paths in by_code.items()]
    whole = report.doubts.get("", ())
    return texts + ([f"{said('whole_report', lang)}{_colon(lang)}{', '.join(whole)}"] if whole else [])


def _missing(report: Report, indicator: Indicator, lang: str) -> list[str]:
    by_reason: dict[str, list[str]] = {}
    operands = _operands(indicator, report.form)
    for column in operands:
        if column.path in report.cells:
            if report.cells[column.path].method is None:
                state = report.cells[column.path].state
                key = {"unreadable": "cell_unreadable", "number": "no_value", "zero": "no_value"}.get(state, state)
                by_reason.setdefault(key, []).append(column.path)
        elif report.form not in column.forms:
            by_reason.setdefault("not_in_form", []).append(column.path)
    if not operands:
        return [f"{said('not_in_form', lang)} ({report.form})"]
    return [f"{said(key, lang)}{_colon(lang)}{', '.join(paths)}" for key, paths in by_reason.items()]


def _inferred(report: Report, indicator: Indicator, lang: str) -> list[str]:
    # Most figures have no such operand, and a site asks for millions of them.
    if report.cells.keys().isdisjoint(_paths(indicator, report.form)):
        return []
    by_method: dict[str, list[str]] = {}
    for column in _operands(indicator, report.form):
        cell = report.cells.get(column.path)
        if cell is not None and cell.method is not None:
            by_method.setdefault(cell.method, []).append(column.path)
    return [f"{said(method, lang)}{_colon(lang)}{', '.join(paths)}" for method, paths in by_method.items()]


def _colon(lang: str) -> str:
    return ": " if lang == "en" else "："
