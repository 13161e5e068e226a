"""The cells of a form in the order of the lake, and the sums that are checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from transforms.schema.measures import measures

MONEY = ("admin_fee_wanyuan", "procurement_amount_yuan")


class Form:
    """The cells of a form in the lake's order, and the sums that its checks add up."""

    def __init__(self, name: str) -> None:
        by_table: dict[str, list[str]] = {}
        for one in measures():
            if name in one.forms.split():
                by_table.setdefault(one.table_name, []).append(one.measure)
        self.applicants = [a for a in by_table["applicant"] if a != "total"]
        self.outcomes = by_table["application"]
        flows = ("received_new", "carried_in", "carried_out", "outcome_total")
        self.leaves = [o for o in self.outcomes if o not in flows]
        self.channels, self.results = by_table["channel"], by_table["result"]
        self.disclosure = by_table["disclosure"]
        self.kinds = {one.measure: one.kind for one in measures() if one.table_name == "disclosure"}
        self.cells = sorted(
            [("application", o, a) for o in self.outcomes for a in by_table["applicant"]]
            + [("disclosure", m, "value") for m in self.disclosure]
            + [("litigation", c, r) for c in self.channels for r in self.results]
        )
        self.at = {cell: number for number, cell in enumerate(self.cells)}
        self.is_total = np.array([column == "total" or row == "outcome_total" for _, row, column in self.cells])
        self.is_money = np.array([row in MONEY for _, row, _ in self.cells])
        self.checks = sorted(self._sums(), key=lambda check: check[:2])

    def path(self, cell: tuple[str, str, str]) -> str:
        return ".".join(part for part in cell if part != "value")

    def _sums(self) -> Iterator[tuple[str, str, list[int], list[int], str]]:
        def cells(table: str, rows: Sequence[str], columns: Sequence[str]) -> list[int]:
            return [self.at[table, row, column] for row in rows for column in columns]

        for a in (*self.applicants, "total"):
            before, after = cells("application", ["received_new", "carried_in"], [a]), ["outcome_total", "carried_out"]
            yield "T3-BAL", a, before, cells("application", after, [a]), "received + carried in = handled + carried out"
            total = cells("application", ["outcome_total"], [a])
            yield "T3-COL", a, cells("application", self.leaves, [a]), total, "sum of outcomes = total"
        for o in self.outcomes:
            parts, total = cells("application", [o], self.applicants), cells("application", [o], ["total"])
            yield "T3-ROW", o, parts, total, "sum of applicants = total"
        results = [r for r in self.results if r != "total"]
        for c in self.channels:
            parts, total = cells("litigation", [c], results), cells("litigation", [c], ["total"])
            yield "T4-SUM", c, parts, total, "sum of results = total"
        for o in ("carried_in", "carried_out", "granted", "outcome_total", "partial", "received_new"):
            cell = cells("application", [o], ["total"])
            yield "N-TEXT", f"application.{o}.total", cell, cell, "the sentence in section 1 (办理{}件) = the table"


@cache
def form_named(name: str) -> Form:
    return Form(name)
