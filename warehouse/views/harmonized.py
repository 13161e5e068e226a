"""Harmonized measures over all forms: which cells make one up in which form, and the branches of that view."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from transforms.schema.measures import Measure
from warehouse.indicators import WideColumn, measure_columns


@dataclass
class Harmonized:
    """One harmonized measure; by form its signed cells and the measures that give it its comparability."""

    key: str
    cells: dict[str, list[tuple[int, WideColumn]]] = field(default_factory=dict)
    measures: dict[str, list[Measure]] = field(default_factory=dict)

    def add(self, measure: Measure, column: WideColumn, sign: int = 1) -> None:
        for form in column.forms:
            self.cells.setdefault(form, []).append((sign, column))
            self.measures.setdefault(form, []).append(measure)

    def comparability(self, form: str) -> str:
        """The worst class of the measures that this form prints for it."""
        return max(measure.comparability for measure in self.measures[form])


@cache
def harmonized() -> dict[str, Harmonized]:
    """Every harmonized measure by key, over all applicants; of table four reviews and lawsuits of both channels.

    What is no quantity of the forms (our own checks) is left out. That no key joins class C is held by
    ``transforms.schema.measures.impossible_joins``.
    """
    made: dict[str, Harmonized] = {}
    for measure, column in measure_columns():
        table, _, rest = column.path.partition(".")
        if table == "litigation":
            channel, result = rest.split(".")
            party = "review" if channel == "review" else "suit"
            made.setdefault(f"{party}_{result}", Harmonized(f"{party}_{result}")).add(measure, column)
            if result in ("total", "pending"):
                closed = made.setdefault(f"{party}_closed", Harmonized(f"{party}_closed"))
                closed.add(measure, column, -1 if result == "pending" else 1)
        elif table in ("disclosure", "legacy", "narrative") or column.path == f"application.{measure.measure}.total":
            made.setdefault(measure.harmonized_key, Harmonized(measure.harmonized_key)).add(measure, column)
    return made


def harmonized_branches() -> str:
    """The view ``harmonized``: a SELECT for each measure and form that prints it."""
    return "\nUNION ALL\n".join(_branch(one, form) for one in harmonized().values() for form in one.cells)


def _branch(one: Harmonized, form: str) -> str:
    cells, measures = one.cells[form], one.measures[form]
    value = " ".join(f'{"-" if sign < 0 else "+"} w."{column.name}"' for sign, column in cells).removeprefix("+ ")
    paths = ", ".join(f"'{column.path}'" for _, column in cells)
    # A flow is left when what is still pending, and will come back, has been taken from a total.
    over_years = one.key.endswith("_closed") or all(m.summable_over_years for m in measures)
    reasons = [m for m in measures if m.comparability != "A"]
    return (
        f"SELECT w.agency_id, w.report_year, w.scope, w.form, '{one.key}' AS measure,\n"
        f"    CAST({value} AS DECIMAL(18,4)) AS value, {_literal(measures[0].unit)} AS unit,\n"
        f"    CASE WHEN len(w.inferred) = 0 THEN 0 ELSE len(list_intersect(w.inferred, [{paths}])) END AS n_inferred,\n"
        "    CASE WHEN w.doubtful = '' THEN 0\n"
        f"    ELSE len(list_intersect(string_split(w.doubtful, ' '), ['*', {paths}])) END AS n_doubtful,\n"
        f"    '{one.comparability(form)}' AS comparability,\n"
        f"    {_literal('; '.join(dict.fromkeys(m.comparability_reason_en or '' for m in reasons)))} AS reason_en,\n"
        f"    {_literal('；'.join(dict.fromkeys(m.comparability_reason_zh or '' for m in reasons)))} AS reason_zh,\n"
        f"    {_truth(all(m.summable_over_agencies for m in measures))} AS summable_over_agencies,\n"
        f"    {_truth(over_years)} AS summable_over_years, w.is_counted, w.report_id\n"
        f"FROM store.report AS w WHERE w.form = '{form}' AND w.agency_id IS NOT NULL AND w.report_year > 0"
    )


def _literal(text: str | None) -> str:
    return "'" + text.replace("'", "''") + "'" if text else "CAST(NULL AS VARCHAR)"


def _truth(value: bool) -> str:
    return str(value).lower()
