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
from transforms.schema import tables


def frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a frame with exactly the declared columns; values stay Python objects until Arrow types them."""
    return pd.DataFrame(list(rows), columns=list(tables()[table].column_names), dtype=object)


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
                "raw": cell.raw,
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
