"""Invented figures of eight agencies for 2019 to 2024: deterministic, closing, and carried from year to year.

Nothing here is about a real place. A government's figures are the sums of its agencies' and of "the rest", so
that aggregates hold; what an agency carries out of a year it carries into the next.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

YEARS = tuple(range(2019, 2025))
LAST_F2019_YEAR = 2020

APPLICANTS = (
    ("natural_person", 0.80),
    ("org_business", 0.11),
    ("org_research", 0.01),
    ("org_public_interest", 0.02),
    ("org_legal_service", 0.04),
    ("org_other", 0.02),
)
# Shares of all outcomes in an ordinary year; the three "other" rows are one row before 2021.
OUTCOMES = {
    "granted": 0.44,
    "partial": 0.13,
    "refused_state_secret": 0.003,
    "refused_other_law": 0.008,
    "refused_security_stability": 0.003,
    "refused_third_party": 0.03,
    "refused_internal_affairs": 0.012,
    "refused_process_info": 0.03,
    "refused_enforcement_file": 0.02,
    "refused_admin_query": 0.02,
    "unavailable_not_held": 0.15,
    "unavailable_needs_creation": 0.025,
    "unavailable_unclear": 0.01,
    "not_processed_petition": 0.035,
    "not_processed_duplicate": 0.03,
    "not_processed_publication": 0.004,
    "not_processed_excessive": 0.006,
    "not_processed_reconfirm": 0.005,
    "other_no_correction": 0.018,
    "other_fee_unpaid": 0.004,
    "other_misc": 0.017,
}
OTHERS = ("other_no_correction", "other_fee_unpaid", "other_misc")
CHANNELS = (("review", 0.05), ("suit_direct", 0.015), ("suit_after_review", 0.012))
RESULTS = (("upheld", 0.6), ("corrected", 0.15), ("other", 0.15), ("pending", 0.1))

Cells = dict[str, Decimal]


@dataclass(frozen=True)
class Profile:
    """How an agency behaves: applications in an ordinary year, how readily it refuses, what it decides."""

    key: str
    volume: int
    refuses: Mapping[int, float] = field(default_factory=dict)
    decisions: int = 0
    makes_rules: bool = False
    parts: tuple[str, ...] = ()


# The planners refuse ever more until 2022: the story that a careful reader of the demo finds.
PROFILES = {
    profile.key: profile
    for profile in (
        Profile(
            "city",
            430,
            decisions=5200,
            makes_rules=True,
            parts=("office", "land", "market", "ecology", "county"),
        ),
        Profile("office", 185, decisions=0),
        Profile("land", 240, {2019: 1.1, 2020: 1.5, 2021: 2.3, 2022: 5.6, 2023: 3.1, 2024: 2.2}, decisions=1400),
        Profile("market", 150, {2021: 1.3, 2022: 1.2, 2023: 0.9}, decisions=9100),
        Profile("ecology", 72, {2020: 0.7, 2024: 0.8}, decisions=380),
        Profile("county", 140, {2019: 1.3, 2022: 1.2}, decisions=2100, parts=("town", "zone")),
        Profile("town", 9, decisions=60),
        Profile("zone", 41, {2020: 1.8, 2021: 1.5}, decisions=240),
    )
}


@cache
def history(key: str) -> dict[int, Cells]:
    """Every cell of an agency's tables by year, keyed by PATH (``application.granted.total``)."""
    profile = PROFILES[key]
    own = _own_history(profile)
    for part in profile.parts:
        for year, cells in history(part).items():
            own[year] = {path: value + cells[path] for path, value in own[year].items()}
    return own


def _own_history(profile: Profile) -> dict[int, Cells]:
    carried = {applicant: int(profile.volume * share * 0.04) for applicant, share in APPLICANTS}
    stock = _Stock(profile)
    years: dict[int, Cells] = {}
    for year in YEARS:
        rng = random.Random(f"gongkai demo {profile.key} {year}")
        application, carried = _applications(profile, year, rng, carried)
        years[year] = {**stock.disclosure(year, rng), **application, **_litigation(profile, rng)}
    return years


def _applications(
    profile: Profile, year: int, rng: random.Random, carried: Mapping[str, int]
) -> tuple[Cells, dict[str, int]]:
    refuses = profile.refuses.get(year, 1.0)
    weights = {
        outcome: share * (0.75 + 0.5 * rng.random()) * (refuses if outcome.startswith("refused") else 1.0)
        for outcome, share in OUTCOMES.items()
        if not (outcome == "other_fee_unpaid" and year < 2021)
    }
    growth = 1 + 0.05 * (year - YEARS[0])
    received = round(profile.volume * growth * (0.92 + 0.16 * rng.random()))
    shares = {applicant: share * (0.8 + 0.4 * rng.random()) for applicant, share in APPLICANTS}
    columns: dict[str, dict[str, int]] = {}
    carried_out: dict[str, int] = {}
    for applicant, new in _divide(received, shares).items():
        pool = new + carried[applicant]
        carried_out[applicant] = int(pool * (0.02 + 0.05 * rng.random()))
        handled = pool - carried_out[applicant]
        columns[applicant] = {
            "received_new": new,
            "carried_in": carried[applicant],
            **dict.fromkeys(OUTCOMES, 0),
            **_divide(handled, weights),
            "outcome_total": handled,
            "carried_out": carried_out[applicant],
        }
    cells: Cells = {}
    for applicant, column in columns.items():
        for outcome, number in _as_printed(column, year).items():
            cells[f"application.{outcome}.{applicant}"] = Decimal(number)
            total = f"application.{outcome}.total"
            cells[total] = cells.get(total, Decimal(0)) + number
    return cells, carried_out


def _as_printed(column: Mapping[str, int], year: int) -> dict[str, int]:
    """A column with the rows of its year's form: one row of other outcomes until 2020, three since."""
    if year > LAST_F2019_YEAR:
        return dict(column)
    rows = {outcome: number for outcome, number in column.items() if outcome not in OTHERS}
    return {**rows, "other_processing": sum(column[outcome] for outcome in OTHERS)}


def _litigation(profile: Profile, rng: random.Random) -> Cells:
    cells: Cells = {}
    for channel, share in CHANNELS:
        cases = round(profile.volume * share * (0.5 + rng.random()))
        results = _divide(cases, {result: weight * (0.5 + rng.random()) for result, weight in RESULTS})
        cells.update({f"litigation.{channel}.{result}": Decimal(number) for result, number in results.items()})
        cells[f"litigation.{channel}.total"] = Decimal(cases)
    return cells


class _Stock:
    """What an agency has in force or on its lists, moved on from year to year."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.normative = 4 + profile.volume // 6
        self.rules = 21 if profile.makes_rules else 0
        self.items = dict.fromkeys(("licence", "other_service", "penalty", "coercion", "admin_fee"), 0)
        if profile.decisions:
            self.items = {"licence": 12, "other_service": 30, "penalty": 85, "coercion": 6, "admin_fee": 2}

    def disclosure(self, year: int, rng: random.Random) -> Cells:
        made = rng.randrange(self.profile.volume // 12 + 2)
        repealed = min(rng.randrange(self.profile.volume // 20 + 1), self.normative)
        rules_made = rng.randrange(3) if self.profile.makes_rules else 0
        rules_repealed = rng.randrange(2) if self.profile.makes_rules else 0
        decisions = {
            "licence_decisions": round(self.profile.decisions * (0.9 + 0.2 * rng.random())),
            "penalty_decisions": round(self.profile.decisions * 0.12 * (0.8 + 0.4 * rng.random())),
            "coercion_decisions": round(self.profile.decisions * 0.01 * (0.5 + rng.random())),
        }
        self.normative += made - repealed
        self.rules += rules_made - rules_repealed
        if year > LAST_F2019_YEAR:
            figures: dict[str, int | Decimal] = {
                "rules_made": rules_made,
                "rules_repealed": rules_repealed,
                "rules_in_force": self.rules,
                "normative_made": made,
                "normative_repealed": repealed,
                "normative_in_force": self.normative,
                **decisions,
                "admin_fee_wanyuan": Decimal(round(self.profile.decisions * (4 + rng.random()))) / 100,
            }
        else:
            changes = {item: rng.randrange(-2, 4) if number else 0 for item, number in self.items.items()}
            changes = {item: max(change, -self.items[item]) for item, change in changes.items()}
            figures = {
                "rules_newly_made": rules_made,
                "rules_newly_published": rules_made,
                "rules_published_total": self.rules,
                "normative_newly_made": made,
                "normative_newly_published": made,
                "normative_published_total": self.normative,
                **{f"{item}_items_prev": number for item, number in self.items.items()},
                **{f"{item}_items_change": change for item, change in changes.items()},
                **decisions,
                "other_service_decisions": round(self.profile.decisions * 0.4),
                "procurement_projects": 1 + self.profile.volume // 30,
                "procurement_amount_yuan": (1 + self.profile.volume // 30) * rng.randrange(90_000, 400_000, 500),
            }
            self.items = {item: number + changes[item] for item, number in self.items.items()}
        return {f"disclosure.{measure}": Decimal(value) for measure, value in figures.items()}


def _divide(whole: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Divide a whole number in proportion to the weights, without a remainder (largest fractions first)."""
    total = sum(weights.values())
    exact = {key: whole * weight / total for key, weight in weights.items()}
    parts = {key: int(value) for key, value in exact.items()}
    by_fraction = sorted(exact, key=lambda key: (parts[key] - exact[key], key))
    for key in by_fraction[: whole - sum(parts.values())]:
        parts[key] += 1
    return parts


def printed(cells: Iterable[tuple[str, Decimal]]) -> dict[str, str]:
    """Cells as a report prints them: plain digits, decimals only where there are some."""
    return {path: str(int(v)) if v == v.to_integral_value() else str(v.normalize()) for path, v in cells}
