"""Lakes drawn at random for property tests: few agencies of all kinds, and every scope, form and kind of cell."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.warehouse.sample_lake import Lake, keys

YEARS = (2018, 2019, 2020, 2021, 2022)
DIVISIONS = ("340100", "340102", "420100", None)
KINDS = ("government", "gov_office", "department", None)
SCOPES = ("own", "own_level", "aggregate", "unknown")

agencies = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(DIVISIONS)), min_size=2, max_size=5)
# agency, year, scope, form of a late drafter, what is odd about it, seed of its figures
reports = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(YEARS),
        st.sampled_from(SCOPES),
        st.booleans(),
        st.sampled_from(("", "", "", "", "", "copy", "no_tables", "revised", "doubtful", "doubtful")),
        st.integers(0, 2**32),
    ),
    min_size=6,
    max_size=24,
)


def drawn(kinds: list[tuple[str | None, str | None]], wanted: list[tuple[Any, ...]]) -> Lake:
    """A lake with these agencies and reports."""
    lake = Lake()
    lake.division("340000", "安徽省", None, "province")
    lake.division("340100", "甲市", "340000", "prefecture")
    lake.division("340102", "乙区", "340100", "county")
    lake.division("420000", "湖北省", None, "province")
    lake.division("420100", "丙市", "420000", "prefecture")
    for number, (kind, division) in enumerate(kinds):
        lake.agency(f"ag-{number}", f"机构{number}", division, agency_type=kind)
    for number, (agency, year, scope, late, oddity, seed) in enumerate(wanted):
        random = Random(seed)
        form = "F2014" if year <= 2018 else "F2019" if year <= 2020 or late else "F2021"
        report_id = lake.report(
            f"ag-{agency % len(kinds)}",
            year,
            None if oddity == "no_tables" else form,
            _figures(random, form),
            scope=scope,
            outcome="no_tables" if oddity == "no_tables" else "parsed",
            versions=2 if oddity == "revised" else 1,
            copy=oddity == "copy",
            suffix=f"-{number}",
        )
        if oddity == "doubtful":
            _doubts(lake, random, report_id, year, form)
        if oddity not in ("no_tables", "copy") and random.random() < 0.8:
            lake.text(report_id, year, _sentences(random), version=2 if oddity == "revised" else 1)
    return lake


def _paths(form: str) -> list[str]:
    return [
        *(f"disclosure.{m}" for m in keys("disclosure", form)),
        *(f"application.{o}.{a}" for o in keys("application", form) for a in keys("applicant", form)),
        *(f"litigation.{c}.{r}" for c in keys("channel", form) for r in keys("result", form)),
        *(f"legacy.{m}" for m in keys("legacy", form)),
    ]


def _figures(random: Random, form: str) -> dict[str, Any]:
    full = random.random() < 0.5  # half the reports have every figure, so that sums and rates have something to show
    return {path: _figure(random, full) for path in _paths(form)}


def _figure(random: Random, full: bool) -> Any:
    chance = random.random()
    if chance < 0.02:
        return (5, random.randrange(9), "corrected", "number")
    if chance < 0.10:
        return (None, 0, "zero_if_sum_closes", "blank")
    if chance < 0.13 and not full:
        return (None, None, None, random.choice(("blank", "dash", "missing", "text", "unreadable")))
    if chance < 0.16:
        return f"{random.randrange(10**6)}.{random.randrange(1, 10**4):04}"
    return random.randrange(200) if chance < 0.8 else 0


def _sentences(random: Random) -> list[int]:
    """A dozen of the twenty sentences that there are, each always of the same letters."""
    return sorted(((hashed << 16) | (12 + hashed)) for hashed in random.sample(range(-10, 10), 12))


def _doubts(lake: Lake, random: Random, report_id: str, year: int, form: str) -> None:
    paths = _paths(form)
    for number in range(6):
        some = " ".join(random.sample(paths, 12))
        status = random.choice(("pass", "fail", "not_assessable"))
        severity = random.choice(("error", "error", "warning", "info"))
        lake.check(report_id, year, "T3-ROW", some, status=status, severity=severity, subject=f"row {number}")
    lake.warning(report_id, year, random.choice(("money_without_unit", "extra_row")), random.choice(("", paths[0])))
