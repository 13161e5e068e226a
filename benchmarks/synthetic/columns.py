"""Columns of Arrow tables, made at once from arrays of numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.schema import arrow_schema

Numbers = npt.NDArray[Any]


def make_ids(letter: str, prefix: str, number: int, random: np.random.Generator) -> pa.Array:
    alphabet = np.frombuffer(b"234567abcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
    letters = alphabet[random.integers(0, 32, (number, 16), dtype=np.uint8)]
    start = np.frombuffer(prefix.encode(), dtype=np.uint8)
    letters[:, : len(start)] = start
    return fixed_text(np.hstack([np.full((number, 1), ord(letter), np.uint8), letters]))


def make_hashes(number: int, random: np.random.Generator) -> pa.Array:
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    return fixed_text(digits[random.integers(0, 16, (number, 64), dtype=np.uint8)])


def fixed_text(letters: Numbers) -> pa.Array:
    """Rows of letters as strings of one length."""
    number, width = letters.shape
    offsets = np.arange(0, (number + 1) * width, width, dtype=np.int32)
    data = np.ascontiguousarray(letters)
    return pa.Array.from_buffers(pa.string(), number, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def decimals(hundredths: Numbers, absent: Numbers | None = None) -> pa.Array:
    """DECIMAL(18,4) of integers in hundredths."""
    wide = np.empty((len(hundredths), 2), dtype=np.int64)
    wide[:, 0] = hundredths * 100
    wide[:, 1] = wide[:, 0] >> 63
    valid = None if absent is None else pa.py_buffer(np.packbits(~absent, bitorder="little"))
    return pa.Array.from_buffers(pa.decimal128(18, 4), len(hundredths), [valid, pa.py_buffer(wide)])


def few(indices: Numbers, values: Sequence[str | None]) -> pa.Array:
    if None in values:  # a dictionary with a null in it cannot be written
        return pa.array(values, pa.string()).take(pa.array(indices.astype(np.int32)))
    return pa.DictionaryArray.from_arrays(pa.array(indices.astype(np.int32)), pa.array(values, pa.string()))


def as_printed(hundredths: Numbers, text: str = "{}") -> pa.DictionaryArray:
    """Figures as printed, each distinct one written once."""
    found = pa.array(hundredths).dictionary_encode()
    values = [n // 100 if n % 100 == 0 else n / 100 for n in found.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(found.indices, pa.array([text.format(v) for v in values], pa.string()))


def make_table(table: str, number: int, **given: Any) -> pa.Table:
    """Rows of a declared table: arrays, or one value for every row; null where nothing is given."""
    columns, fields = [], []
    for field in arrow_schema(table):
        value = given.get(field.name)
        if isinstance(value, (pa.Array, pa.ChunkedArray)):
            column = value
        elif isinstance(value, np.ndarray):
            column = pa.array(value, field.type)
        elif isinstance(value, str):
            column = few(np.zeros(number), [value])
        else:
            column = pa.repeat(pa.scalar(value, field.type), number)
        columns.append(column)
        fields.append(pa.field(field.name, column.type, field.nullable))
    return pa.table(columns, schema=pa.schema(fields))


def repeat_each(keys: dict[str, Any], times: int) -> dict[str, Any]:
    """Version and report ids for several rows each, as dictionaries."""
    which = pa.array(np.repeat(np.arange(len(keys["version_id"])), times).astype(np.int32))
    return {
        name: pa.DictionaryArray.from_arrays(which, value) if isinstance(value, pa.Array) else value
        for name, value in keys.items()
    }
