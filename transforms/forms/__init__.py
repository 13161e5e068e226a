"""The regulated forms as data: which tables, rows, columns and labels a report of which years has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

import yaml


@dataclass(frozen=True)
class Label:
    """A key with its official label and the misprints and short forms of it that were seen."""

    key: str
    label: str
    also: tuple[str, ...] = ()
    group: str | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.label, *self.also)


@dataclass(frozen=True)
class Block:
    """One block of table two, under one item of article 20 of the regulation."""

    heading: str
    columns: tuple[Label, ...]
    rows: tuple[Label, ...]
    extra_rows: tuple[str, ...] = ()
    sub_rows: tuple[str, ...] = ()

    def measures(self, row: str) -> tuple[str, ...]:
        """Measure keys of one row, in the order of the columns."""
        return tuple(f"{row}_{column.key}" for column in self.columns)


@dataclass(frozen=True)
class Statistic:
    """One line of the statistics form of 2014: ``unit`` as printed, None for a heading without a figure of its own.

    ``under`` is the key of the line that it stands below, ``also`` are forms of its label that count only there.
    """

    key: str
    label: str
    under: str | None
    unit: str | None
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """One regulated form; keys in the order in which the form prints them.

    ``sums`` are (total, parts) among the keys of ``legacy``.
    """

    name: str
    first_year: int
    last_year: int | None
    disclosure: tuple[Block, ...]
    groups: tuple[Label, ...]
    outcomes: tuple[Label, ...]
    applicants: tuple[Label, ...]
    channels: tuple[Label, ...]
    results: tuple[Label, ...]
    legacy: tuple[Statistic, ...] = ()
    sums: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(key for block in self.disclosure for row in block.rows for key in block.measures(row.key))

    @cached_property
    def cell_paths(self) -> tuple[tuple[str, str, str], ...]:
        """(table, row, column) of every cell in the order of the form; column is ``value`` in table two."""
        return (
            *(("disclosure", measure, "value") for measure in self.measures),
            *(("application", row.key, applicant.key) for row in self.outcomes for applicant in self.applicants),
            *(("litigation", channel.key, result.key) for channel in self.channels for result in self.results),
            *(("legacy", line.key, "value") for line in self.legacy if line.unit),
        )

    @property
    def outcome_leaves(self) -> tuple[str, ...]:
        """Outcomes that add up to ``outcome_total``: all rows but received, carried and the total itself."""
        outer = {"received_new", "carried_in", "outcome_total", "carried_out"}
        return tuple(row.key for row in self.outcomes if row.key not in outer)

    def covers(self, year: int) -> bool:
        return self.first_year <= year and (self.last_year is None or year <= self.last_year)


@cache
def forms() -> dict[str, Form]:
    """All declared forms by name, oldest first."""
    files = sorted(
        (f for f in resources.files(__package__).iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name
    )
    declared = [_form(yaml.load(f.read_text("utf-8"), Loader=yaml.CSafeLoader)) for f in files]
    return {form.name: form for form in sorted(declared, key=lambda form: form.first_year)}


def _label(spec: dict[str, Any]) -> Label:
    return Label(spec["key"], spec["label"], tuple(spec.get("also", ())), spec.get("group"))


def _labels(specs: Iterable[dict[str, Any]]) -> tuple[Label, ...]:
    return tuple(_label(spec) for spec in specs)


def _statistic(spec: dict[str, Any]) -> Statistic:
    return Statistic(spec["key"], spec["label"], spec.get("under"), spec.get("unit"), tuple(spec.get("also", ())))


def _form(spec: dict[str, Any]) -> Form:
    blocks = tuple(
        Block(
            heading=block["heading"],
            columns=_labels(block["columns"]),
            rows=_labels(block["rows"]),
            extra_rows=tuple(block.get("extra_rows", ())),
            sub_rows=tuple(block.get("sub_rows", ())),
        )
        for block in spec.get("disclosure", ())
    )
    application, litigation = spec.get("application", {}), spec.get("litigation", {})
    return Form(
        name=spec["form"],
        first_year=spec["first_year"],
        last_year=spec["last_year"],
        disclosure=blocks,
        groups=_labels(application.get("groups", ())),
        outcomes=_labels(application.get("rows", ())),
        applicants=_labels(application.get("applicants", ())),
        channels=_labels(litigation.get("channels", ())),
        results=_labels(litigation.get("results", ())),
        legacy=tuple(_statistic(line) for line in spec.get("legacy", ())),
        sums=tuple((total, tuple(parts)) for total, parts in spec.get("sums", {}).items()),
    )
