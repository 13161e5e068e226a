"""The dictionary of measures: what the forms print, with units, kinds and comparability over the years."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from transforms.forms import forms


@dataclass(frozen=True)
class Measure:
    """One row of the warehouse's table ``measure``; the fields are its columns."""

    table_name: str
    measure: str
    label_zh: str
    label_en: str
    unit: str | None
    kind: str
    forms: str
    summable_over_agencies: bool | None
    summable_over_years: bool | None
    harmonized_key: str
    comparability: str
    comparability_reason_en: str | None
    comparability_reason_zh: str | None


@cache
def measures() -> tuple[Measure, ...]:
    """All measures, outcomes, applicants, channels and results, in the order of ``measures.yaml``.

    Raises KeyError for a key that no form prints, so that the two declarations cannot drift apart, and ValueError
    for a harmonized key that would join what is not one quantity (see ``impossible_joins``).
    """
    declared = yaml.load(
        resources.files(__package__).joinpath("measures.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader
    )
    labels = _official_labels()
    made = []
    for table, body in declared.items():
        for key, spec in body["measures"].items():
            full = {**body["defaults"], **spec}
            made.append(_measure(table, key, full, (full["zh"], full["forms"]) if "zh" in full else labels[table, key]))
    wrong = impossible_joins(made)
    if wrong:
        raise ValueError("measures.yaml: " + "; ".join(wrong))
    return tuple(made)


def impossible_joins(declared: Iterable[Measure]) -> list[str]:
    """A sentence for each harmonized key under which views would join what must not be joined; none is well.

    Several measures may share a key only if none is of comparability class C (domain specification, section 2.3) and
    unit, kind and what may be summed are the same: then their figures are one series.
    """
    by_key: dict[str, list[Measure]] = {}
    for measure in declared:
        if measure.kind != "dimension":
            by_key.setdefault(measure.harmonized_key, []).append(measure)
    wrong = []
    for key, joined in by_key.items():
        names = ", ".join(m.measure for m in joined)
        if len(joined) > 1 and any(m.comparability == "C" for m in joined):
            wrong.append(f"harmonized key {key} joins {names}, but class C means that nothing may be joined to it")
        if len({(m.unit, m.kind, m.summable_over_agencies, m.summable_over_years) for m in joined}) > 1:
            wrong.append(f"harmonized key {key} joins {names}, which differ in unit, kind or what may be summed")
    return wrong


def _measure(table: str, key: str, spec: dict[str, Any], printed: tuple[str, list[str]]) -> Measure:
    label, printed_in = printed
    return Measure(
        table_name=table,
        measure=key,
        label_zh=label,
        label_en=spec["en"],
        unit=spec.get("unit"),
        kind=spec["kind"],
        forms=" ".join(printed_in),
        summable_over_agencies=spec.get("sum_agencies"),
        summable_over_years=spec.get("sum_years"),
        harmonized_key=spec.get("harmonized", key),
        comparability=spec["class"],
        comparability_reason_en=spec.get("why_en"),
        comparability_reason_zh=spec.get("why_zh"),
    )


def _official_labels() -> dict[tuple[str, str], tuple[str, list[str]]]:
    """(table, key) -> (official label of the newest form that prints it, names of the forms that do)."""
    labels: dict[tuple[str, str], tuple[str, list[str]]] = {}

    def add(table: str, key: str, label: str, form: str) -> None:
        known = labels.get((table, key), (label, []))
        labels[table, key] = (label, [*known[1], form])

    for form in forms().values():
        for block in form.disclosure:
            for row in block.rows:
                for column, key in zip(block.columns, block.measures(row.key), strict=True):
                    add("disclosure", key, f"{row.label} / {column.label}", form.name)
        group_labels = {group.key: group.label for group in form.groups}
        for outcome in form.outcomes:
            prefix = f"{group_labels[outcome.group]} / " if outcome.group else ""
            add("application", outcome.key, prefix + outcome.label, form.name)
        for table, dimension in (
            ("applicant", form.applicants),
            ("channel", form.channels),
            ("result", form.results),
        ):
            for label in dimension:
                add(table, label.key, label.label, form.name)
        lines = {line.key: line for line in form.legacy}
        for line in form.legacy:
            # What a figure is part of belongs to its name; a heading without a figure is left out.
            above = lines[line.under].label + " / " if line.under and lines[line.under].unit else ""
            add("legacy", line.key, above + line.label, form.name)
    return labels
