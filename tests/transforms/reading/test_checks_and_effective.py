"""The arithmetic rules with their severities, and the effective values that closing sums allow; by hand-made tables."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.transforms.layouts import make_figures
from transforms.checks import effective_values, exceeded_sums, run_checks
from transforms.forms import forms
from transforms.reading.printed import read_printed
from transforms.reading.result import CellPath, CellReading, Check

FORM = forms()["F2021"]
PEOPLE = [a.key for a in FORM.applicants]
Cells = dict[CellPath, CellReading]


def _cell(text: str | None) -> CellReading:
    if text is None:
        return CellReading(None, "missing", "", None)
    if text == "?":
        return CellReading(None, "unreadable", "?", "here")
    read = read_printed(text)
    return CellReading(read.value, read.state, text, "here")


def _table(form_name: str = "F2021", **rows: str) -> Cells:
    """Table three of zeros, but for ``rows``: seven texts, ``_`` a blank, ``-`` a dash, ``!`` a missing cell."""
    form = forms()[form_name]
    cells: Cells = {}
    for outcome in form.outcomes:
        texts = rows.get(outcome.key, "0 0 0 0 0 0 0").split()
        for person, text in zip(PEOPLE, texts, strict=True):
            cells["application", outcome.key, person] = _cell({"_": "", "!": None}.get(text, text))
    for channel in form.channels:
        texts = rows.get(channel.key, "0 0 0 0 0").split()
        for result, text in zip(form.results, texts, strict=True):
            cells["litigation", channel.key, result.key] = _cell({"_": "", "!": None}.get(text, text))
    return cells


def _check(cells: Cells, rule: str, subject: str, kind: str | None = None) -> Check:
    return next(c for c in run_checks(cells, FORM, kind) if (c.rule, c.subject) == (rule, subject))


GOOD = {
    "received_new": "12 3 0 0 0 0 15",
    "carried_in": "1 0 0 0 0 0 1",
    "granted": "7 3 0 0 0 0 10",
    "partial": "5 0 0 0 0 0 5",
    "outcome_total": "12 3 0 0 0 0 15",
    "carried_out": "1 0 0 0 0 0 1",
}


def test_a_table_that_agrees_passes_every_rule() -> None:
    checks = run_checks(_table(**GOOD), FORM, "department")
    assert {c.status for c in checks} == {"pass"}
    assert not any(c.inferred for c in checks)
    counts = {rule: sum(c.rule == rule for c in checks) for rule in ("T3-BAL", "T3-COL", "T3-ROW", "T3-NEG", "T4-SUM")}
    assert counts == {"T3-BAL": 7, "T3-COL": 7, "T3-ROW": 25, "T3-NEG": 1, "T4-SUM": 3}


@pytest.mark.parametrize(
    ("rule", "subject", "rows"),
    [
        ("T3-BAL", "natural_person", {"carried_in": "2 0 0 0 0 0 2"}),
        ("T3-COL", "natural_person", {"partial": "4 0 0 0 0 0 4"}),
        ("T3-ROW", "granted", {"granted": "7 3 0 0 0 0 11"}),
        ("T4-SUM", "review", {"review": "1 1 0 0 3"}),
    ],
)
def test_a_contradiction_fails_as_an_error_with_both_sides_and_every_operand(
    rule: str, subject: str, rows: dict[str, str]
) -> None:
    check = _check(_table(**{**GOOD, **rows}), rule, subject)
    assert (check.status, check.severity, check.inferred) == ("fail", "error", False)
    assert check.left is not None
    assert check.right is not None
    assert check.left != check.right
    operands = {"T3-BAL": 4, "T3-COL": 22, "T3-ROW": 7, "T4-SUM": 5}
    assert len(check.cells) == len(set(check.cells)) == operands[rule]


@pytest.mark.parametrize("nothing", ["_", "-", "无"])
def test_nothing_printed_counts_as_nothing_and_is_said(nothing: str) -> None:
    closes = _check(_table(**{**GOOD, "granted": f"7 3 {nothing} 0 0 {nothing} 10"}), "T3-ROW", "granted")
    assert (closes.status, closes.inferred) == ("pass", True)
    fails = _check(_table(**{**GOOD, "granted": f"7 {nothing} 0 0 0 0 10"}), "T3-ROW", "granted")
    assert (fails.status, fails.severity, fails.inferred) == ("fail", "warning", True)
    assert len(fails.cells) == 7


@pytest.mark.parametrize("lost", ["!", "?", "详见附件"])
@pytest.mark.parametrize(
    ("rule", "subject"), [("T3-ROW", "granted"), ("T3-COL", "org_business"), ("T3-BAL", "org_business")]
)
def test_a_lost_operand_is_not_assessable(rule: str, subject: str, lost: str) -> None:
    rows = {**GOOD, "granted": f"7 {lost} 0 0 0 0 10", "carried_in": f"1 {lost} 0 0 0 0 1"}
    check = _check(_table(**rows), rule, subject)
    assert (check.status, check.left, check.right) == ("not_assessable", None, None)


@pytest.mark.parametrize("lost", ["!", "?", "详见附件"])
@pytest.mark.parametrize(
    ("rule", "operands", "rows"),
    [
        ("T4-SUM", 5, {"review": "7 {} 0 0 5"}),
        ("T3-ROW", 7, {"granted": "7 4 {} 0 0 0 10"}),
        ("T3-COL", 22, {"granted": "77 3 0 0 0 0 80", "partial": "{} 0 0 0 0 0 5"}),
        # The balance has two parts on either side: what is known of one may not exceed the other where that is whole.
        ("T3-BAL", 4, {"received_new": "44 3 0 0 0 0 47", "carried_in": "{} 0 0 0 0 0 1"}),
        ("T3-BAL", 4, {"carried_out": "44 0 0 0 0 0 44", "outcome_total": "{} 3 0 0 0 0 15"}),
    ],
)
def test_known_parts_that_exceed_the_total_are_named_where_no_sum_can_be_formed(
    rule: str, operands: int, rows: dict[str, str], lost: str
) -> None:
    cells = _table(**{**GOOD, **{row: texts.format(lost) for row, texts in rows.items()}})
    named = [doubt for doubt in exceeded_sums(cells, FORM) if rule in doubt.message]
    assert [doubt.code for doubt in named] == ["sum_exceeded"]
    assert len(named[0].cells) == operands
    check = next(c for c in run_checks(cells, FORM, None) if c.rule == rule and c.cells == named[0].cells)
    assert check.status == "not_assessable"


@pytest.mark.parametrize(
    "rows",
    [
        {},
        {"review": "7 ? 0 0 7", "granted": "7 2 ? 0 0 0 10"},  # not more than the total
        {"review": "7 ? 0 0 ?", "granted": "7 ! 0 0 0 0 !"},  # no total
        {"review": "7 ? 0 0 _", "granted": "7 ? 0 0 0 0 -"},  # a blank total says nothing
        {"received_new": "44 3 0 0 0 0 47", "carried_in": "? 0 0 0 0 0 1", "carried_out": "? 0 0 0 0 0 1"},
        {"review": "7 9 0 0 3", "granted": "7 _ 0 0 0 0 1"},  # complete: the checks fail
    ],
)
def test_sums_that_may_be_or_that_fail_are_not_named_again(rows: dict[str, str]) -> None:
    assert [*exceeded_sums(_table(**{**GOOD, **rows}), FORM)] == []


def test_a_row_of_blanks_and_a_blank_total_are_not_assessable() -> None:
    cells = _table(**{**GOOD, "refused_state_secret": "_ _ _ _ _ _ _", "granted": "7 3 0 0 0 0 _"})
    assert _check(cells, "T3-ROW", "refused_state_secret").status == "not_assessable"
    assert _check(cells, "T3-ROW", "granted").status == "not_assessable"


@pytest.mark.parametrize("text", ["-3", "2.5"])
def test_counts_are_whole_and_not_negative(text: str) -> None:
    cells = _table(**{**GOOD, "granted": f"{text} 3 0 0 0 0 10"})
    check = _check(cells, "T3-NEG", "counts")
    assert (check.status, check.severity) == ("fail", "error")
    assert check.cells == (("application", "granted", "natural_person"),)


def test_tables_that_are_missing_are_not_checked() -> None:
    cells = {path: _cell(None) for path in _table()}
    assert run_checks(cells, FORM, None) == []


@pytest.mark.parametrize(
    ("kind", "fails"), [("township", True), ("department", True), ("zone", True), ("vertical", True)]
)
def test_rules_made_by_a_body_that_makes_none(kind: str, fails: bool) -> None:
    cells: Cells = {("disclosure", "rules_in_force", "value"): _cell("6")}
    failed = [c for c in run_checks(cells, FORM, kind) if c.status == "fail"]
    assert [(c.rule, c.severity, c.cells) for c in failed] == [
        ("T2-RULES", "warning", (("disclosure", "rules_in_force", "value"),))
    ] * fails


@pytest.mark.parametrize("kind", ["government", "gov_office", "other", None])
def test_rules_made_by_a_body_that_may(kind: str | None) -> None:
    assert run_checks({("disclosure", "rules_in_force", "value"): _cell("6")}, FORM, kind) == []


def test_the_single_row_of_the_older_form_is_its_own_leaf() -> None:
    form = forms()["F2019"]
    cells = _table("F2019", **{**GOOD, "granted": "3 3 0 0 0 0 6", "other_processing": "4 0 0 0 0 0 4"})
    checks = run_checks(cells, form, None)
    assert {c.status for c in checks} == {"pass"}


# Effective values ------------------------------------------------------------------------------------------------


def _effective(cells: Cells) -> dict[CellPath, tuple[Decimal | None, str | None]]:
    return effective_values(cells, run_checks(cells, FORM, None), FORM)


def test_what_is_printed_is_effective() -> None:
    values = _effective(_table(**GOOD))
    assert {method for _, method in values.values()} == {"printed"}
    assert values["application", "granted", "total"] == (Decimal(10), "printed")


def test_a_blank_is_zero_where_a_sum_closes_without_it() -> None:
    values = _effective(_table(**{**GOOD, "granted": "7 3 _ - 0 0 10", "review": "2 _ _ _ 2"}))
    assert values["application", "granted", "org_research"] == (Decimal(0), "zero_if_sum_closes")
    assert values["application", "granted", "org_public_interest"] == (Decimal(0), "zero_if_sum_closes")
    assert values["litigation", "review", "pending"] == (Decimal(0), "zero_if_sum_closes")


def test_a_blank_stays_empty_where_no_sum_proves_it() -> None:
    values = _effective(_table(**{**GOOD, "granted": "7 _ 0 0 0 0 10", "review": "2 _ _ _ 3"}))
    assert values["litigation", "review", "corrected"] == (None, None)
    assert values["application", "granted", "org_business"] == (None, None)


def test_a_blank_total_is_the_sum_of_its_parts() -> None:
    values = _effective(_table(**{**GOOD, "granted": "7 3 0 0 0 0 _", "review": "2 1 0 0 _"}))
    assert values["application", "granted", "total"] == (Decimal(10), "derived_total")
    assert values["litigation", "review", "total"] == (Decimal(3), "derived_total")


def test_a_blank_total_of_blanks_stays_empty() -> None:
    values = _effective(_table(**{**GOOD, "review": "_ _ _ _ _", "refused_state_secret": "_ _ _ _ _ _ _"}))
    assert values["litigation", "review", "total"] == (None, None)
    # The columns close without the blank row: its cells are nothing, and so is their total.
    assert values["application", "refused_state_secret", "natural_person"] == (Decimal(0), "zero_if_sum_closes")
    assert values["application", "refused_state_secret", "total"][0] == 0


def test_nothing_is_inferred_in_a_sum_that_fails() -> None:
    # The row closes without the blank, the column fails as an error elsewhere: the blank is in doubt.
    cells = _table(**{**GOOD, "granted": "7 3 _ 0 0 0 10", "outcome_total": "12 3 4 0 0 0 19"})
    values = _effective(cells)
    assert values["application", "granted", "org_research"] == (None, None)


def test_an_inferred_zero_is_withdrawn_where_another_sum_contradicts_it() -> None:
    cells = _table(**{**GOOD, "granted": "7 _ 0 0 0 0 7", "outcome_total": "12 3 0 0 0 0 15"})
    values = _effective(cells)
    # T3-ROW closes with nothing, T3-COL of the column needs three: neither may be believed.
    assert values["application", "granted", "org_business"] == (None, None)


@pytest.mark.parametrize("lost", ["!", "?", "若干"])
def test_what_is_lost_is_never_inferred(lost: str) -> None:
    values = _effective(_table(**{**GOOD, "granted": f"7 3 {lost} 0 0 0 10"}))
    assert values["application", "granted", "org_research"] == (None, None)


def test_blanks_of_table_two_say_nothing() -> None:
    cells: Cells = {("disclosure", "licence_decisions", "value"): _cell(""), **_table(**GOOD)}
    assert _effective(cells)["disclosure", "licence_decisions", "value"] == (None, None)


def test_no_effective_value_differs_from_a_printed_one_or_breaks_a_sum() -> None:
    cells = _table(
        **{**GOOD, "granted": "7 _ _ _ _ _ _", "partial": "5 _ _ _ _ _ 5", "outcome_total": "12 _ _ _ _ _ _"}
    )
    values = _effective(cells)
    for path, cell in cells.items():
        if cell.value is not None:
            assert values[path] == (cell.value, "printed")
    for outcome in FORM.outcomes:
        row = [values["application", outcome.key, person][0] for person in PEOPLE]
        if all(value is not None for value in row):
            assert sum(row[:-1]) == row[-1]  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(30))
def test_every_inferred_value_is_held_by_a_closing_sum_and_contradicted_by_none(seed: int) -> None:
    rng = random.Random(seed)
    figures = make_figures(seed, "F2021", size=4)
    cells = {("application", *key): _cell(text) for key, text in figures.application.items()}
    cells |= {("litigation", *key): _cell(text) for key, text in figures.litigation.items()}
    cells |= {path: _cell(rng.choice(["", "-"])) for path in rng.sample(list(cells), 60)}
    cells |= {path: _cell(str(rng.randint(0, 5))) for path in rng.sample(list(cells), 3)}
    values = _effective(cells)
    held: set[CellPath] = set()
    for parts, total in _all_sums():
        operands = [values[path][0] for path in (*parts, total)]
        if any(operand is None for operand in operands):
            continue
        closes = sum(operands[:-1]) == operands[-1]  # type: ignore[arg-type]
        assert closes or all(values[path][1] == "printed" for path in (*parts, total)), total
        held |= {*parts, total} if closes else set()
    assert {path for path, (_, method) in values.items() if method not in ("printed", None)} <= held


def _all_sums() -> Iterator[tuple[list[CellPath], CellPath]]:
    for outcome in FORM.outcomes:
        yield [("application", outcome.key, p) for p in PEOPLE[:-1]], ("application", outcome.key, "total")
    for person in PEOPLE:
        leaves: list[CellPath] = [("application", leaf, person) for leaf in FORM.outcome_leaves]
        yield leaves, ("application", "outcome_total", person)
    for channel in FORM.channels:
        parts: list[CellPath] = [("litigation", channel.key, r.key) for r in FORM.results if r.key != "total"]
        yield parts, ("litigation", channel.key, "total")
