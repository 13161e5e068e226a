"""Whether a list is still the list that it was: rows, their number, the column's name, and what the entry expects."""

from __future__ import annotations

import re

from spiders.archive import PortalHistory
from spiders.visiting.schedule import expected_year
from spiders.visiting.visit import Visit

# Fewer than half of what the list last showed, and at least so many fewer, is another list.
LEAST_LOSS = 5
# What a column of these reports may be called (families.md §1.1).
_OWN_NAMES = re.compile(r"年报|年度报告|年度工作报告|信息公开|政务公开")


def check(visit: Visit, history: PortalHistory) -> None:
    """Make a portal `failed` whose list no longer is what it was; note what the entry expects and the list lacks.

    A list without rows failed. So did one that lost more than half of its rows, unless the entry's
    `expect.min_items` says that so few are right, and one whose column has another name that is none of these
    reports'. Fewer than the entry expects is a failure only once it was verified (contract §1).
    """
    result = visit.result
    result.column_name = visit.column_name
    if result.outcome != "ok":
        return
    wrong = _emptied(visit, history) or _renamed(visit, history) or _shrunk(visit, history)
    if wrong:
        result.outcome, result.reason = "failed", wrong
        return
    missed = _missed(visit)
    if missed and visit.portal.evidence.verified_on is not None:
        result.outcome, result.failure = "failed", True
    visit.notes.extend(missed)


def _emptied(visit: Visit, history: PortalHistory) -> str | None:
    if visit.candidates or visit.night.years:
        return None
    if history.last_listed:
        return f"list_changed: the list had {history.last_listed} reports before and shows none now"
    return "list_empty: the list shows no link to a report"


def _renamed(visit: Visit, history: PortalHistory) -> str | None:
    before, now = history.column_name, visit.column_name
    if not before or not now or before == now or _OWN_NAMES.search(now):
        return None
    return f"list_changed: the column was called {before} and is called {now} now; see whether the list has moved"


def _shrunk(visit: Visit, history: PortalHistory) -> str | None:
    listed, before, least = len(visit.candidates), history.last_listed, visit.portal.expect.min_items
    if not visit.whole_list_read or visit.night.years or listed * 2 >= before or before - listed < LEAST_LOSS:
        return None
    if least is not None and least <= listed:
        return None
    return (
        f"list_changed: the list had {before} reports before and shows {listed} now; if that is right, say so by"
        f" expect: {{min_items: {listed}}} in the entry"
    )


def _missed(visit: Visit) -> list[str]:
    expect, listed = visit.portal.expect, len(visit.candidates)
    missed = []
    if expect.min_items is not None and listed < expect.min_items and visit.whole_list_read:
        missed.append(f"expect.min_items is {expect.min_items}, the list shows {listed}")
    year = expected_year(visit.night.as_of.date())
    bodies = expect.bodies_per_year
    if bodies is not None and visit.night.wants(year) and year >= (expect.first_year or year):
        found = sum(candidate.report_year == year for candidate in visit.candidates.values())
        if found < bodies:
            missed.append(f"expect.bodies_per_year is {bodies}, the list shows {found} for {year}")
    return missed
