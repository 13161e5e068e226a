"""What a report means to say: figures drawn at random that obey the form's arithmetic, or those of real reports."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from transforms.forms import Form, forms

# Why a cell has no figure: printed empty, printed as a dash, or its whole row left out.
BLANK, DASH, MISSING = "blank", "dash", "missing"

# Name of the issuing body, its kind, and how large its figures are.
BODIES = (
    ("云岭县教育局", "department", "small"),
    ("临川市交通运输局", "department", "middle"),
    ("安平省生态环境厅", "department", "large"),
    ("青石镇人民政府", "township", "zeros"),
    ("永兴街道办事处", "township", "zeros"),
    ("白沙乡人民政府", "township", "small"),
    ("江州市人民政府办公室", "office", "middle"),
    ("江州市人民政府", "city", "huge"),
    ("东陵县人民政府", "county", "large"),
    ("国家税务总局江州市税务局", "department", "middle"),
    ("江州经济技术开发区管理委员会", "zone", "small"),
)
# Largest count of one cell of table three and of table two.
SIZES = {
    "zeros": (1, 3),
    "small": (9, 400),
    "middle": (90, 30_000),
    "large": (900, 2_000_000),
    "huge": (9_000, 11_000_000),
}
PROCUREMENT_LARGEST_YUAN = 90_000_000


@dataclass(frozen=True)
class Figures:
    """The meaning of one report: ``values`` by PATH of the contract, ``gaps`` the reason where a cell has none."""

    form: Form
    year: int
    name: str
    body: str
    values: Mapping[str, Decimal]
    gaps: Mapping[str, str]
    source: str = "random"

    def path_missing(self, paths: list[str]) -> bool:
        """Whether a row, given by its cells, is left out of the document."""
        return all(self.gaps.get(path) == MISSING for path in paths)


def paths(form: Form) -> list[str]:
    """All PATHs of a form, in the order in which it prints them."""
    found = [f"disclosure.{measure}" for measure in form.measures]
    found += [f"application.{o.key}.{a.key}" for o in form.outcomes for a in form.applicants]
    return found + [f"litigation.{c.key}.{r.key}" for c in form.channels for r in form.results]


def random_figures(rng: random.Random, form_name: str | None = None) -> Figures:
    """Figures of an invented agency whose balances and sums close; mostly zeros, as the real ones are."""
    form = forms()[form_name or rng.choice(["F2019", "F2021"])]
    name, body, size = rng.choice(BODIES)
    largest, decisions = SIZES[size]
    # Some reports are dense, so that a value in the wrong place is never hidden by an equal neighbour.
    zeros = rng.choice([0.97, 0.8, 0.8, 0.5, 0.0])
    values = {f"disclosure.{key}": value for key, value in _disclosure(rng, form, body, decisions, zeros).items()}
    values |= _applications(rng, form, largest, zeros)
    values |= _litigation(rng, form, largest, zeros)
    year = rng.choice([2019, 2020]) if form.name == "F2019" else rng.randint(2021, 2025)
    return Figures(form, year, name, body, values, {})


def _count(rng: random.Random, largest: int, zeros: float) -> int:
    """A count up to ``largest``, zero with the given probability; every order of magnitude is as likely."""
    if rng.random() < zeros:
        return 0
    return rng.randint(1, 10 ** rng.randint(1, len(str(largest)))) % (largest + 1)


def _disclosure(rng: random.Random, form: Form, body: str, largest: int, zeros: float) -> dict[str, Decimal]:
    figures: dict[str, Decimal] = {}
    for key in form.measures:
        if key.startswith("rules_"):
            number = rng.randint(0, 40) if body == "city" else 0
        elif key.startswith("normative_"):
            number = _count(rng, 300, zeros / 2)
        elif key.endswith("_change"):
            number = rng.choice([0, 0, *range(-9, 10), -417, 1036])
        elif key == "procurement_amount_yuan":
            figures[key] = rng.choice([Decimal(0), Decimal(rng.randint(1, PROCUREMENT_LARGEST_YUAN * 10)) / 10])
            continue
        elif key == "admin_fee_wanyuan":
            figures[key] = rng.choice([Decimal(0), Decimal(rng.randint(1, 9_999_999)) / 10 ** rng.randint(0, 4)])
            continue
        else:
            number = _count(rng, largest, zeros / 2)
        figures[key] = Decimal(number)
    for kind in ("rules", "normative"):
        if (total := f"{kind}_published_total") in figures:
            # What was published this year is part of all that is published.
            figures[total] += figures[f"{kind}_newly_published"]
    return figures


def _applications(rng: random.Random, form: Form, largest: int, zeros: float) -> dict[str, Decimal]:
    figures: dict[str, int] = {}
    people = [a.key for a in form.applicants if a.key != "total"]
    for person in people:
        most = largest if person == "natural_person" else max(largest // 5, 1)
        rare = zeros if person == "natural_person" else zeros**0.5
        column = {leaf: _count(rng, most, rare) for leaf in form.outcome_leaves}
        total = sum(column.values())
        carried_out = _count(rng, max(most // 4, 1), rare)
        carried_in = rng.randint(0, min(total + carried_out, max(most // 4, 1)))
        column |= {"received_new": total + carried_out - carried_in, "carried_in": carried_in}
        column |= {"outcome_total": total, "carried_out": carried_out}
        figures |= {f"application.{outcome}.{person}": number for outcome, number in column.items()}
    for outcome in form.outcomes:
        figures[f"application.{outcome.key}.total"] = sum(figures[f"application.{outcome.key}.{p}"] for p in people)
    return {path: Decimal(number) for path, number in figures.items()}


def _litigation(rng: random.Random, form: Form, largest: int, zeros: float) -> dict[str, Decimal]:
    figures: dict[str, Decimal] = {}
    for channel in form.channels:
        parts = {r.key: _count(rng, max(largest // 9, 2), zeros) for r in form.results if r.key != "total"}
        parts["total"] = sum(parts.values())
        figures |= {f"litigation.{channel.key}.{result}": Decimal(number) for result, number in parts.items()}
    return figures


def real_figures(rng: random.Random, folder: Path) -> Figures:
    """Figures of a real report; the tables that its copy does not hold are drawn at random."""
    case = rng.choice(_cases(folder))
    figures = random_figures(rng, case["form"])
    form = figures.form
    printed = {f"disclosure.{key}": value for key, value in case.get("disclosure", {}).items()}
    for table in ("application", "litigation"):
        for row, columns in case.get(table, {}).items():
            printed |= {f"{table}.{row}.{column}": value for column, value in columns.items()}
    gaps = {path: kind for kind in (BLANK, DASH, MISSING) for path in case.get(kind, [])}
    unknown = tuple(path for path in case.get("ambiguous", []))
    values = dict(figures.values)
    for table in ("disclosure", "application", "litigation"):
        own = [path for path in paths(form) if path.startswith(f"{table}.")]
        # A table of which rows are neither printed, empty nor absent was cut: its sums would not close.
        known = sum(path in printed or path in gaps for path in own)
        if table != "disclosure" and known < len(own):
            gaps = {path: kind for path, kind in gaps.items() if path not in own}
            continue
        values |= {path: Decimal(str(printed[path])) for path in own if path in printed and path not in unknown}
    gaps = {path: kind for path, kind in gaps.items() if path in values}
    values = {path: value for path, value in values.items() if path not in gaps}
    return replace(figures, values=values, gaps=gaps, source=case["file"])


@cache
def _cases(folder: Path) -> list[dict]:
    cases = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.expected.json"))]
    for case, path in zip(cases, sorted(folder.glob("*.expected.json")), strict=True):
        case.setdefault("file", path.name.removesuffix(".expected.json"))
    return [case for case in cases if case.get("form") in forms() and case.get("disclosure")]


def damaged(rng: random.Random, figures: Figures) -> Figures:
    """The same figures with one to three of tables three and four changed, so that a sum no longer closes."""
    values = dict(figures.values)
    places = [path for path in values if not path.startswith("disclosure.")]
    for path in rng.sample(places, rng.randint(1, 3)):
        values[path] += rng.choice([1, 1, 2, 9, 10, 100, 123456])
    return replace(figures, values=values)
