"""The dictionary of measures: what the forms print, with units, kinds and comparability over the years."""

from __future__ import annotations

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

    Raises KeyError for a key that no form prints, so that the two declarations cannot drift apart.
    """
    declared = yaml.safe_load(resources.files(__package__).joinpath("measures.yaml").read_text("utf-8"))
    labels = _official_labels()
    return tuple(
        _measure(table, key, {**body["defaults"], **spec}, labels[table, key])
        for table, body in declared.items()
        for key, spec in body["measures"].items()
    )


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
