"""The rules of the forms, one small function each, under the ids of the domain specification, section 3."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from transforms.forms import Form, forms
from transforms.reading.result import CellPath, CellReading, Check, Doubt

Cells = Mapping[CellPath, CellReading]

_ABSENT = CellReading(None, "missing", "", None)
_FIGURES = frozenset({"number", "zero"})
# Blank and dash cells count as nothing in a sum (contract, section 2); 无 says the same in a word.
_NOTHING = frozenset({"blank", "dash", "not_applicable"})
_COMPARABLE = _NOTHING | _FIGURES
_NO_SUM = Decimal(0)


class Equation(NamedTuple):
    """The first ``parts`` of ``paths`` add up to the others; without ``total`` there is nothing to compare."""

    rule: str
    subject: str
    paths: tuple[CellPath, ...]
    parts: int
    message: str
    total: CellPath | None = None


class Compiled(NamedTuple):
    """Equations with, for each, what takes its operands out of the readings of ``paths``."""

    paths: tuple[CellPath, ...]
    equations: tuple[tuple[Equation, Callable[[Sequence[Any]], tuple[Any, ...]]], ...]


def run_checks(cells: Cells, form: Form, agency_type: str | None) -> list[Check]:
    """All rules of a form over its cells, in a fixed order; tables that are wholly missing are not checked."""
    checks = [*t2_rules(cells, agency_type)]
    printed = _printed(cells)
    for table, equations in _equations(cells, form, printed):
        checks += _check_all(equations, cells)
        if table == "application":
            checks.append(t3_neg(cells))
    if any(table == "legacy" for table, _ in printed):
        checks += l14_sum(cells)
    return checks


def exceeded_sums(cells: Cells, form: Form) -> Iterator[Doubt]:
    """Sums of tables three and four that cannot be formed, of which what is known is more than the whole.

    A sum with a missing, text or unreadable operand is not assessable (contract, section 2). No part is negative, so
    whatever the lost operand is, one of the figures is wrong or stands in another cell.
    """
    for _, compiled in _equations(cells, form, _printed(cells)):
        readings = [cells.get(path, _ABSENT) for path in compiled.paths]
        if all(reading.state in _COMPARABLE for reading in readings):
            continue
        for equation, operands in compiled.equations:
            sides = [_known(side) for side in _sides(equation, operands(readings))]
            (left, left_whole), (right, right_whole) = sides
            no_total = equation.total is not None and cells.get(equation.total, _ABSENT).state in _NOTHING
            if left_whole is right_whole or no_total:
                continue
            part, whole = (right, left) if left_whole else (left, right)
            if part > whole:
                rule, subject, paths, _, message, _ = equation
                yield Doubt(
                    "sum_exceeded",
                    f"{rule} of {subject}, {message}: the figures known of one side add up to {part}, the other side "
                    f"to no more than {whole}; one of them is wrong or stands in another cell: compare the source.",
                    paths,
                )


def _sides(equation: Equation, readings: Sequence[CellReading]) -> tuple[Sequence[CellReading], Sequence[CellReading]]:
    return readings[: equation.parts], readings[equation.parts :]


def _known(readings: Sequence[CellReading]) -> tuple[Decimal, bool]:
    """The sum of what is known of one side, and whether that is all of it."""
    known = sum((one.value for one in readings if one.value is not None), _NO_SUM)
    return known, all(one.state in _COMPARABLE for one in readings)


def _printed(cells: Cells) -> set[tuple[str, str]]:
    """Tables and keys of the rows of which anything is printed."""
    return {path[:2] for path, cell in cells.items() if cell.state != "missing"}


def _equations(cells: Cells, form: Form, printed: set[tuple[str, str]]) -> Iterator[tuple[str, Compiled]]:
    """The tables that have equations and are printed, each with those."""
    tables = {table for table, _ in printed}
    if "application" in tables:
        own = {row.key for row in form.outcomes}
        others = tuple(sorted({path[1] for path in cells if path[0] == "application"} - own))
        required = _required(others, form)
        leaves = (*(r for r in form.outcome_leaves if r in required or ("application", r) in printed), *others)
        yield "application", _of_application(form.name, leaves, others)
    if "litigation" in tables:
        yield "litigation", _of_litigation(form.name)


def _required(others: tuple[str, ...], form: Form) -> set[str]:
    """Leaves that a complete column needs; where another form's single row stands, its parts are not missed."""
    parts = {"other_no_correction", "other_fee_unpaid", "other_misc"} if "other_processing" in others else set()
    return set(form.outcome_leaves) - parts


# Which equations there are rests on the labels that are printed, which are the same in nearly all reports.
@lru_cache(maxsize=256)
def _of_application(form: str, leaves: tuple[str, ...], others: tuple[str, ...]) -> Compiled:
    declared = forms()[form]
    return _compile([*t3_bal(declared), *t3_col(declared, leaves), *t3_row(declared, others)])


@lru_cache
def _of_litigation(form: str) -> Compiled:
    return _compile(list(t4_sum(forms()[form])))


def _compile(equations: Sequence[Equation]) -> Compiled:
    paths = tuple(dict.fromkeys(path for equation in equations for path in equation.paths))
    numbers = {path: number for number, path in enumerate(paths)}
    return Compiled(paths, tuple((one, itemgetter(*(numbers[path] for path in one.paths))) for one in equations))


def t3_bal(form: Form) -> Iterator[Equation]:
    """Received plus carried in equals handled plus carried out: printed in the corner of table three."""
    for applicant in form.applicants:
        rows = ("received_new", "carried_in", "outcome_total", "carried_out")
        paths = tuple(("application", row, applicant.key) for row in rows)
        yield Equation("T3-BAL", applicant.key, paths, 2, "received + carried in = handled + carried out")


def t3_col(form: Form, leaves: tuple[str, ...]) -> Iterator[Equation]:
    """The outcomes of a column add up to its total."""
    for applicant in form.applicants:
        parts = [("application", row, applicant.key) for row in leaves]
        total = ("application", "outcome_total", applicant.key)
        yield Equation("T3-COL", applicant.key, (*parts, total), len(parts), "sum of outcomes = total", total)


def t3_row(form: Form, others: tuple[str, ...]) -> Iterator[Equation]:
    """The applicants of a row add up to its total; ``others`` are rows printed that the form does not have."""
    for row in (*(outcome.key for outcome in form.outcomes), *others):
        parts = [("application", row, a.key) for a in form.applicants if a.key != "total"]
        total = ("application", row, "total")
        yield Equation("T3-ROW", row, (*parts, total), len(parts), "sum of applicants = total", total)


def t3_neg(cells: Cells) -> Check:
    """Counts are whole and not negative."""
    counts = [(p, c.value) for p, c in cells.items() if c.state in _FIGURES and p[0] in ("application", "litigation")]
    wrong = tuple(p for p, v in counts if v and (v < 0 or v != v.to_integral_value()))
    status = "fail" if wrong else ("pass" if counts else "not_assessable")
    message = "counts of tables three and four are whole and not negative"
    return Check("T3-NEG", "counts", None, None, status, "error", False, wrong, message)


def t4_sum(form: Form) -> Iterator[Equation]:
    """The results of each channel add up to its total."""
    for channel in form.channels:
        parts = [("litigation", channel.key, r.key) for r in form.results if r.key != "total"]
        total = ("litigation", channel.key, "total")
        yield Equation("T4-SUM", channel.key, (*parts, total), len(parts), "sum of results = total", total)


def l14_sum(cells: Cells) -> Iterator[Check]:
    """The totals of the statistics form of 2014, as far as all operands are printed.

    What adds up to what is not settled by a real form: a failure is a warning, and a blank is never counted as
    nothing, which holds for tables three and four only (contract, section 2).
    """
    for total, parts in (one for form in forms().values() for one in form.sums):
        paths = tuple(("legacy", key, "value") for key in (*parts, total))
        equation = Equation("L14-SUM", total, paths, len(parts), "sum of the lines below = the line", paths[-1])
        values = [value for path in paths if (value := cells.get(path, _ABSENT).value) is not None]
        if len(values) < len(paths):
            yield Check(equation.rule, total, None, None, "not_assessable", "warning", False, paths, equation.message)
        else:
            yield _compare(equation, values, False)._replace(severity="warning")


def t2_rules(cells: Cells, agency_type: str | None) -> Iterator[Check]:
    """Townships, zones, vertical and local departments cannot make 规章: such figures are often one row off.

    A government's office is left out: it reports for the government, which may make them.
    """
    if agency_type not in ("township", "zone", "department", "vertical"):
        return
    wrong = tuple(
        p
        for p, c in cells.items()
        if p[0] == "disclosure" and p[1].startswith("rules_") and c.value is not None and c.value > 0
    )
    if wrong:
        message = f"a body of type {agency_type} makes no rules of its own; the figures may belong to the next row"
        yield Check("T2-RULES", "rules", None, None, "fail", "warning", False, wrong, message)


def _check_all(compiled: Compiled, cells: Cells) -> Iterator[Check]:
    readings = [cells.get(path, _ABSENT) for path in compiled.paths]
    values = [reading.value for reading in readings]
    complete = all(value is not None for value in values)
    for equation, operands in compiled.equations:
        if complete:
            yield _compare(equation, operands(values), False)
        else:
            yield _check(equation, operands(readings), cells)


def _check(equation: Equation, readings: Sequence[CellReading], cells: Cells) -> Check:
    """Whether an equation holds; blank and dash operands count as nothing and are said to be inferred."""
    states = {reading.state for reading in readings}
    nothing = states - _FIGURES
    if nothing:
        no_total = equation.total is not None and cells.get(equation.total, _ABSENT).state in _NOTHING
        if states - _COMPARABLE or states == nothing or no_total:
            rule, subject, paths, _, message, _ = equation
            return Check(rule, subject, None, None, "not_assessable", "error", False, paths, message)
    return _compare(equation, [_NO_SUM if one.value is None else one.value for one in readings], bool(nothing))


def _compare(equation: Equation, values: Sequence[Decimal], inferred: bool) -> Check:
    rule, subject, paths, parts, message, _ = equation
    left, right = sum(values[:parts], _NO_SUM), sum(values[parts:], _NO_SUM)
    closes = left == right
    severity = "warning" if inferred and not closes else "error"
    return Check(rule, subject, left, right, "pass" if closes else "fail", severity, inferred, paths, message)
