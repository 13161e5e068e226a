"""The rules of the forms, one small function each, under the ids of the domain specification, section 3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from transforms.forms import Form
from transforms.reading.result import CellPath, CellReading, Check

Cells = Mapping[CellPath, CellReading]

_ABSENT = CellReading(None, "missing", "", None)
# Blank and dash cells count as nothing in a sum (contract, section 2); 无 says the same in a word.
_NOTHING = frozenset({"blank", "dash", "not_applicable"})
_COMPARABLE = _NOTHING | {"number", "zero"}


def run_checks(cells: Cells, form: Form, agency_type: str | None) -> list[Check]:
    """All rules of a form over its cells, in a fixed order; tables that are wholly missing are not checked."""
    checks = [*t2_rules(cells, agency_type)]
    if any(path[0] == "application" and cell.state != "missing" for path, cell in cells.items()):
        checks += [*t3_bal(cells, form), *t3_col(cells, form), *t3_row(cells, form), t3_neg(cells)]
    if any(path[0] == "litigation" and cell.state != "missing" for path, cell in cells.items()):
        checks += t4_sum(cells, form)
    return checks


def t3_bal(cells: Cells, form: Form) -> Iterator[Check]:
    """Received plus carried in equals handled plus carried out: printed in the corner of table three."""
    for applicant in form.applicants:
        left = [("application", row, applicant.key) for row in ("received_new", "carried_in")]
        right = [("application", row, applicant.key) for row in ("outcome_total", "carried_out")]
        yield _equation("T3-BAL", applicant.key, cells, left, right, "received + carried in = handled + carried out")


def t3_col(cells: Cells, form: Form) -> Iterator[Check]:
    """The outcomes of a column add up to its total."""
    printed = {path[1] for path, cell in cells.items() if path[0] == "application" and cell.state != "missing"}
    others = _beyond(cells, form)
    leaves = [*(row for row in form.outcome_leaves if row in printed or row in _required(others, form)), *others]
    for applicant in form.applicants:
        left = [("application", row, applicant.key) for row in leaves]
        total = [("application", "outcome_total", applicant.key)]
        yield _equation("T3-COL", applicant.key, cells, left, total, "sum of outcomes = total", total)


def _beyond(cells: Cells, form: Form) -> list[str]:
    """Outcomes printed that the form does not have."""
    return sorted({path[1] for path in cells if path[0] == "application"} - {row.key for row in form.outcomes})


def _required(others: list[str], form: Form) -> set[str]:
    """Leaves that a complete column needs; where another form's single row stands, its parts are not missed."""
    parts = {"other_no_correction", "other_fee_unpaid", "other_misc"} if "other_processing" in others else set()
    return set(form.outcome_leaves) - parts


def t3_row(cells: Cells, form: Form) -> Iterator[Check]:
    """The applicants of a row add up to its total."""
    for row in (*(outcome.key for outcome in form.outcomes), *_beyond(cells, form)):
        left = [("application", row, a.key) for a in form.applicants if a.key != "total"]
        total = [("application", row, "total")]
        yield _equation("T3-ROW", row, cells, left, total, "sum of applicants = total", total)


def t3_neg(cells: Cells) -> Check:
    """Counts are whole and not negative."""
    values = {p: c.value for p, c in cells.items() if p[0] != "disclosure" and c.value is not None}
    wrong = tuple(p for p, v in values.items() if v < 0 or v != v.to_integral_value())
    status = "fail" if wrong else ("pass" if values else "not_assessable")
    message = "counts of tables three and four are whole and not negative"
    return Check("T3-NEG", "counts", None, None, status, "error", False, wrong, message)


def t4_sum(cells: Cells, form: Form) -> Iterator[Check]:
    """The results of each channel add up to its total."""
    for channel in form.channels:
        left = [("litigation", channel.key, r.key) for r in form.results if r.key != "total"]
        total = [("litigation", channel.key, "total")]
        yield _equation("T4-SUM", channel.key, cells, left, total, "sum of results = total", total)


def t2_rules(cells: Cells, agency_type: str | None) -> Iterator[Check]:
    """Townships, zones, vertical and local departments cannot make 规章: such figures are often one row off."""
    if agency_type not in ("township", "zone", "department", "vertical", "gov_office"):
        return
    # A government's office reports for the government, which may make them.
    if agency_type == "gov_office":
        return
    wrong = tuple(
        p
        for p, c in cells.items()
        if p[0] == "disclosure" and p[1].startswith("rules_") and c.value is not None and c.value > 0
    )
    if wrong:
        message = f"a body of type {agency_type} makes no rules of its own; the figures may belong to the next row"
        yield Check("T2-RULES", "rules", None, None, "fail", "warning", False, wrong, message)


def _equation(
    rule: str,
    subject: str,
    cells: Cells,
    left: list[CellPath],
    right: list[CellPath],
    message: str,
    needed: list[CellPath] | None = None,
) -> Check:
    """Sum of ``left`` equals sum of ``right``; ``needed`` are operands without which there is nothing to compare."""
    paths = (*left, *right)
    readings = [cells.get(path, _ABSENT) for path in paths]
    states = {reading.state for reading in readings}
    nothing = states & _NOTHING
    unknown = states - _COMPARABLE
    no_total = any(cells.get(path, _ABSENT).state in _NOTHING for path in needed or ())
    if unknown or states == nothing or no_total:
        return Check(rule, subject, None, None, "not_assessable", "error", False, paths, message)
    values = [reading.value for reading in readings]
    left_sum = sum((value for value in values[: len(left)] if value is not None), Decimal(0))
    right_sum = sum((value for value in values[len(left) :] if value is not None), Decimal(0))
    inferred = bool(nothing)
    closes = left_sum == right_sum
    severity = "warning" if inferred and not closes else "error"
    return Check(rule, subject, left_sum, right_sum, "pass" if closes else "fail", severity, inferred, paths, message)
