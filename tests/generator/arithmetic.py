"""The form's own rules over any set of figures: which sums there are and which of them do not close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from transforms.forms import Form


class Rule(NamedTuple):
    """``left`` and ``right`` are PATHs whose sums must be equal."""

    name: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return self.left + self.right


def rules(form: Form) -> Iterator[Rule]:
    """Every rule that the forms print or imply: balance and outcomes of a column, applicants of a row, results."""
    for applicant in form.applicants:

        def cell(outcome: str, key: str = applicant.key) -> str:
            return f"application.{outcome}.{key}"

        received = (cell("received_new"), cell("carried_in"))
        yield Rule(f"balance of {applicant.key}", received, (cell("outcome_total"), cell("carried_out")))
        leaves = tuple(cell(leaf) for leaf in form.outcome_leaves)
        yield Rule(f"outcomes of {applicant.key}", leaves, (cell("outcome_total"),))
    for outcome in form.outcomes:
        parts = tuple(f"application.{outcome.key}.{a.key}" for a in form.applicants if a.key != "total")
        yield Rule(f"applicants of {outcome.key}", parts, (f"application.{outcome.key}.total",))
    for channel in form.channels:
        parts = tuple(f"litigation.{channel.key}.{r.key}" for r in form.results if r.key != "total")
        yield Rule(f"results of {channel.key}", parts, (f"litigation.{channel.key}.total",))


def difference(rule: Rule, values: Mapping[str, Decimal | None]) -> Decimal:
    """Left side minus right side, a cell without a figure counted as nothing."""
    left = sum((values.get(path) or Decimal(0) for path in rule.left), Decimal(0))
    return left - sum((values.get(path) or Decimal(0) for path in rule.right), Decimal(0))
