"""Readings, versions and placements -> frames of the lake's tables, in the columns of ``schema/tables.yaml``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from transforms.checks import effective_values
from transforms.forms import forms
from transforms.reading import Reading
from transforms.reading.result import LARGEST, SCALE, path_text
from transforms.redaction import redacted
from transforms.schema import tables


def frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a frame with exactly the declared columns; values stay Python objects until Arrow types them.

    Every row of the lake passes here: from the columns that quote documents personal data is taken out.
    """
    made = pd.DataFrame(list(rows), columns=list(tables()[table].column_names), dtype=object)
    for column in tables()[table].columns:
        if column.quotes:
            made[column.name] = made[column.name].map(redacted, na_action="ignore")
    return made


def cell_rows(key: Mapping[str, Any], reading: Reading) -> list[dict[str, Any]]:
    """Rows of ``cell_version`` of one version; ``key`` gives version_id, report_id and report_year."""
    if not reading.cells or reading.form is None:
        return []
    effective = effective_values(reading.cells, reading.checks, forms()[reading.form])
    rows = []
    for path, cell in reading.cells.items():
        table, row, column = path
        value, method = effective[path]
        is_total = column == "total" or row == "outcome_total"
        rows.append(
            {
                **key,
                "table_name": table,
                "row_key": row,
                "column_key": column,
                "is_total": is_total,
                "value": _decimal(cell.value),
                "value_effective": _decimal(value),
                "effective_method": method,
                "state": cell.state,
                # The digits of a figure are those of its value, however much they look like a telephone number.
                "raw": cell.raw if cell.value is not None else redacted(cell.raw),
                "locator": cell.locator,
            }
        )
    return rows


def check_rows(key: Mapping[str, Any], reading: Reading) -> list[dict[str, Any]]:
    """Rows of ``check_result`` of one version."""
    rows = []
    for check in reading.checks:
        both = check.left is not None and check.right is not None
        rows.append(
            {
                **key,
                "other_report_id": None,
                "rule": check.rule,
                "subject": check.subject,
                "left_value": _decimal(check.left),
                "right_value": _decimal(check.right),
                "delta": _decimal(check.left - check.right) if both else None,  # type: ignore[operator]
                "status": check.status,
                "severity": check.severity,
                "inferred": check.inferred,
                "cells": " ".join(path_text(path) for path in check.cells),
                "message": check.message,
            }
        )
    return rows


def warning_rows(key: Mapping[str, Any], reading: Reading) -> list[dict[str, Any]]:
    """Rows of ``reading_warning`` of one version."""
    return [
        {
            **key,
            "warning_no": number,
            "code": warning.code,
            "message": warning.message,
            "cells": " ".join(path_text(path) for path in warning.cells),
            "locator": warning.locator,
        }
        for number, warning in enumerate(reading.warnings, start=1)
    ]


def section_rows(key: Mapping[str, Any], reading: Reading) -> list[dict[str, Any]]:
    """Rows of ``section_text`` of one version."""
    return [{**key, "section": number, "text": text} for number, text in reading.sections.items()]


def fact_rows(key: Mapping[str, Any], reading: Reading) -> list[dict[str, Any]]:
    """Rows of ``narrative_fact`` of one version; spans are places in the section's text as the lake holds it."""
    rows = []
    stored = {number: redacted(text) for number, text in reading.sections.items()} if reading.facts else {}
    for number, fact in enumerate(reading.facts, start=1):
        rows.append(
            {
                **key,
                "fact_no": number,
                "fact_key": fact.key,
                "value": _decimal(fact.value),
                "unit": fact.unit,
                "section": fact.section,
                "span": _span(stored[fact.section], redacted(fact.sentence), fact.statement),
                "sentence": fact.sentence,
            }
        )
    return rows


def _span(text: str, sentence: str, statement: str) -> str | None:
    """Where a statement stands; None where a name was taken out of the sentence in one place and not in the other."""
    begin = text.find(sentence)
    within = sentence.rfind(statement)
    if begin < 0 or within < 0:
        return None
    return f"{begin + within}:{begin + within + len(statement)}"


def portal_rows(portals: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of ``portal`` from registry entries as the last crawl that used them saw them."""
    return [
        {
            "portal_id": entry["id"],
            "body": entry.get("body"),
            "region_code": str(entry["region_code"]),
            "level": entry["level"],
            "family": entry["family"],
            "list_url": entry["list"]["url"],
            "hosts": " ".join(entry["hosts"]),
            "access": entry.get("access", "open"),
            "status": entry.get("status", "active"),
            "first_year": (entry.get("expect") or {}).get("first_year"),
        }
        for entry in portals
    ]


def _decimal(value: Decimal | None) -> Decimal | None:
    """A value in DECIMAL(18,4), the lake's type; a sum of readings may go beyond it, a reading never does."""
    if value is None or abs(value) >= LARGEST:
        return None
    return value.quantize(SCALE)
