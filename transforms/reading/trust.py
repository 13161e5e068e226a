"""How far a reading can be relied on: the reasons that an analyst filters by."""

from __future__ import annotations

from transforms.reading.result import Check, Doubt, Reading

# Warnings that say how something was read, not that it may be wrong.
_NOTES = frozenset(
    {
        *("unit_converted", "unit_in_cell", "labels_detached", "extra_row", "form_of_other_years"),
        *("office_for_government", "other_report"),
    }
)


def reasons(reading: Reading) -> list[str]:
    """Rules that failed and kinds of doubt, each once, rules first; empty for a sound reading."""
    found = [check.rule for check in reading.checks if _counts(check)]
    found += [warning.code for warning in reading.warnings if warning.code not in _NOTES]
    return list(dict.fromkeys(found))


def doubtful_cells(reading: Reading) -> int:
    """Number of cells that a failed check or a doubt names."""
    named = {cell for check in reading.checks if _counts(check) for cell in check.cells}
    named |= {cell for doubt in reading.warnings if _doubts(doubt) for cell in doubt.cells}
    return len(named)


def _counts(check: Check) -> bool:
    return check.status == "fail" and check.severity != "info"


def _doubts(doubt: Doubt) -> bool:
    return doubt.code not in _NOTES
