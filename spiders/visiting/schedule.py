"""When a stored article is asked again, and which reports must be out by a day (条例 第四十九、五十条).

A report is corrected soon after it came out or hardly ever, so the schedule thins with age. In the harvest weeks
agencies publish and repair what they have just published.
"""

from __future__ import annotations

import datetime

from spiders.archive import Stored

# Younger than so many days: every so many days.
SCHEDULE = ((90, 7), (730, 30))
OLD_DAYS = 182
HARVEST_SCHEDULE = ((30, 2), (90, 4))
# Departments report by 31 January, governments by 31 March: (month, first day, last day).
HARVEST = ((1, 15, 31), (3, 15, 31))
# An address of a year that had no report: the newest year's is asked every night of a harvest, else weekly.
ABSENT_DAYS = 30
ABSENT_NEWEST_DAYS = 7


def in_harvest(today: datetime.date) -> bool:
    """True in the weeks in which most reports come out."""
    return any(today.month == month and first <= today.day <= last for month, first, last in HARVEST)


def is_due(stored: Stored, now: datetime.datetime) -> bool:
    """True when a stored article is to be asked again.

    Under 90 days old weekly, under two years every 30 days, older every 182 days; in the harvest weeks those under 30
    days old every second and those under 90 every fourth day. The age of one without a day counts as old.
    """
    return now - stored.asked_at >= datetime.timedelta(days=_every(stored.day, now.date()))


def _every(published_on: datetime.date | None, today: datetime.date) -> int:
    if published_on is None:
        return OLD_DAYS
    age = (today - published_on).days
    steps = (HARVEST_SCHEDULE if in_harvest(today) else ()) + SCHEDULE
    return next((days for younger, days in steps if age < younger), OLD_DAYS)


def is_absent_year_due(missed_at: datetime.datetime | None, report_year: int | None, now: datetime.datetime) -> bool:
    """True when the address of a year that answered 404 is to be asked again."""
    if missed_at is None:
        return True
    newest = report_year is None or report_year >= now.year - 1
    if newest and in_harvest(now.date()):
        return True
    return now - missed_at >= datetime.timedelta(days=ABSENT_NEWEST_DAYS if newest else ABSENT_DAYS)


def expected_year(today: datetime.date) -> int:
    """The newest year whose reports must be out: last year's from April on (条例 第五十条)."""
    return today.year - 1 if (today.month, today.day) > (3, 31) else today.year - 2
