"""Readings -> rows of the tables that belong to a version, in the columns of ``schema/tables.yaml``, as Arrow data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from transforms.checks import effective_values
from transforms.content import Fingerprint
from transforms.forms import forms
from transforms.reading import Reading
from transforms.reading.result import LARGEST, SCALE, path_text
from transforms.redaction import redacted
from transforms.schema import arrow_schema, tables

# Columns that a row gets with its version; what a document alone gives has the others.
KEY = ("version_id", "report_id", "report_year")

_Row = tuple[Any, ...]


def blocks(reading: Reading, text: Fingerprint | None) -> dict[str, pa.RecordBatch]:
    """Rows of every table of a version that a reading gives, without the columns of ``KEY``, sorted by the others.

    ``text``: the fingerprint of what it says, if that is to be compared.
    """
    made = {table: _block(table, names, rows(reading)) for table, (names, rows) in _ROWS.items()}
    return made | {_OF_TEXT: _block(_OF_TEXT, ("sentences",), [(text.sentences,)] if text else [])}


def with_key(table: str, of_versions: Sequence[tuple[str, str, pa.RecordBatch]], report_year: int) -> pa.Table:
    """Blocks of versions, each with its version_id and report_id, as one table of all declared columns."""
    counts = [block.num_rows for _, _, block in of_versions]
    each = pa.array(np.repeat(np.arange(len(counts)), counts))
    parts = pa.Table.from_batches([block for _, _, block in of_versions], schema=block_schema(table))
    columns = {name: parts[name] for name in parts.column_names}
    columns["version_id"] = pa.array([version_id for version_id, _, _ in of_versions], pa.string()).take(each)
    columns["report_id"] = pa.array([report_id for _, report_id, _ in of_versions], pa.string()).take(each)
    columns["report_year"] = pa.repeat(pa.scalar(report_year, pa.int32()), parts.num_rows)
    schema = arrow_schema(table)
    return pa.table([columns[name] for name in schema.names], schema=schema)


@cache
def block_schema(table: str) -> pa.Schema:
    """The Arrow schema of a table of versions without the columns of ``KEY``."""
    return pa.schema([column for column in arrow_schema(table) if column.name not in KEY])


def _block(table: str, names: Sequence[str], rows: Sequence[_Row]) -> pa.RecordBatch:
    schema = block_schema(table)
    if not rows:
        return pa.RecordBatch.from_pylist([], schema=schema)
    columns: dict[str, Sequence[Any]] = dict(zip(names, zip(*rows, strict=True), strict=True))
    for name in _quotes(table).intersection(columns):
        columns[name] = [redacted(text) if text else text for text in columns[name]]
    return pa.record_batch([_array(columns[column.name], column.type) for column in schema], schema=schema)


@cache
def _quotes(table: str) -> frozenset[str]:
    """The columns that hold text of documents: personal data is taken out of them."""
    return frozenset(column.name for column in tables()[table].columns if column.quotes)


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if not pa.types.is_decimal(kind):
        return pa.array(values, kind)
    try:
        return pa.array(values, kind)
    except pa.ArrowInvalid:  # more decimals or digits than the type holds
        return pa.array([_fitting(value) for value in values], kind)


def _fitting(value: Decimal | None) -> Decimal | None:
    """A value in DECIMAL(18,4), the lake's type; a sum of readings may go beyond it, a reading never does."""
    if value is None or abs(value) >= LARGEST:
        return None
    return value.quantize(SCALE)


def _cell_rows(reading: Reading) -> list[_Row]:
    if not reading.cells or reading.form is None:
        return []
    effective = effective_values(reading.cells, reading.checks, forms()[reading.form])
    return [
        (
            *path,
            path[2] == "total" or path[1] == "outcome_total",
            cell.value,
            *effective[path],
            cell.state,
            # The digits of a figure are those of its value, however much they look like a telephone number.
            cell.raw if cell.value is not None else redacted(cell.raw),
            cell.locator,
        )
        for path, cell in sorted(reading.cells.items())
    ]


def _check_rows(reading: Reading) -> list[_Row]:
    rows = []
    for check in sorted(reading.checks, key=lambda check: (check.rule, check.subject)):
        both = check.left is not None and check.right is not None
        rows.append(
            (
                None,
                check.rule,
                check.subject,
                check.left,
                check.right,
                check.left - check.right if both else None,  # type: ignore[operator]
                check.status,
                check.severity,
                check.inferred,
                " ".join(path_text(path) for path in check.cells),
                check.message,
            )
        )
    return rows


def _warning_rows(reading: Reading) -> list[_Row]:
    return [
        (
            number,
            warning.code,
            warning.message,
            " ".join(path_text(path) for path in warning.cells),
            warning.locator,
        )
        for number, warning in enumerate(reading.warnings, start=1)
    ]


def _section_rows(reading: Reading) -> list[_Row]:
    return sorted(reading.sections.items())


def _fact_rows(reading: Reading) -> list[_Row]:
    """Spans are places in the section's text as the lake holds it."""
    stored = {number: redacted(text) for number, text in reading.sections.items()} if reading.facts else {}
    return [
        (
            number,
            fact.key,
            fact.value,
            fact.unit,
            fact.section,
            _span(stored[fact.section], redacted(fact.sentence), fact.statement),
            fact.sentence,
        )
        for number, fact in enumerate(reading.facts, start=1)
    ]


def _span(text: str, sentence: str, statement: str) -> str | None:
    """Where a statement stands; None where a name was taken out of the sentence in one place and not in the other."""
    begin = text.find(sentence)
    within = sentence.rfind(statement)
    if begin < 0 or within < 0:
        return None
    return f"{begin + within}:{begin + within + len(statement)}"


# Tables whose rows belong to a version: their columns but for those of KEY, and the rows of one reading.
_ROWS: Mapping[str, tuple[tuple[str, ...], Callable[[Reading], Sequence[_Row]]]] = {
    "cell_version": (
        (
            "table_name", "row_key", "column_key", "is_total", "value", "value_effective", "effective_method",
            "state", "raw", "locator",
        ),
        _cell_rows,
    ),
    "check_result": (
        (
            "other_report_id", "rule", "subject", "left_value", "right_value", "delta", "status", "severity",
            "inferred", "cells", "message",
        ),
        _check_rows,
    ),
    "reading_warning": (("warning_no", "code", "message", "cells", "locator"), _warning_rows),
    "section_text": (("section", "text"), _section_rows),
    "narrative_fact": (("fact_no", "fact_key", "value", "unit", "section", "span", "sentence"), _fact_rows),
}  # fmt: skip
_OF_TEXT = "text_fingerprint"
VERSION_TABLES = (*_ROWS, _OF_TEXT)
