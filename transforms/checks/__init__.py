"""Arithmetic rules over the cells of a report, and the effective values that closing sums allow."""

from transforms.checks.effective import effective_values
from transforms.checks.rules import exceeded_sums, run_checks

__all__ = ["effective_values", "exceeded_sums", "run_checks"]
