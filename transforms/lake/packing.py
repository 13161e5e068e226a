"""Long rows of whole versions -> packed ones (schema/packed.py): by column, so that a year of rows takes seconds.

What is here decides what follows from what: a row is packed only if the row that the warehouse's views make of it is
the same in every column. All else stays as it is, as an odd row.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.schema.packed import FORM_TABLES, PackedCell, cells_of, packed_cells, packed_schemas

Numbers = npt.NDArray[Any]

_UNIT = 10_000  # DECIMAL(18,4) counts ten-thousandths
_LARGEST_WHOLE = 2**31 - 1
# How a value is usually written; anything else does not follow from it.
_USUAL = re.compile(r"-?(0|[1-9][0-9]{0,13})(\.[0-9]{0,3}[1-9])?")


@dataclass
class Layouts:
    """Layouts found so far: id -> what it says; equal ones have one id, whatever run finds them."""

    found: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    _ids: dict[tuple[Any, ...], str] = field(default_factory=dict)

    def id_of(self, key: tuple[Any, ...], content: Callable[[], tuple[Any, ...]]) -> str:
        """The id of the layout that ``content`` gives; it is asked once for each ``key``."""
        known = self._ids.get(key)
        if known is None:
            said = content()
            known = hashlib.sha256(repr(said).encode()).hexdigest()[:16]
            self._ids[key] = known
            self.found[known] = said
        return known


class Texts:
    """Numbers for texts that stay the same from one batch of rows to the next; -1 is null."""

    def __init__(self) -> None:
        self._numbers: dict[str | None, int] = {None: -1}
        self.texts: list[str] = []

    def numbers(self, column: pa.ChunkedArray) -> Numbers:
        found = _encoded(column)
        each = np.array([self._number(text) for text in found.dictionary.to_pylist()] + [-1], dtype=np.int64)
        return each[_indices(found)]

    def _number(self, text: str | None) -> int:
        number = self._numbers.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(str(text))
        return number

    def text(self, number: int) -> str | None:
        return None if number < 0 else self.texts[number]


class CellPacker:
    """Packs rows of ``cell_version``; the rows of a version come together, in the order of the key."""

    def __init__(self) -> None:
        self.layouts = Layouts()
        self._locators = Texts()

    def pack(self, rows: pa.Table) -> tuple[pa.Table, pa.Table]:
        """Rows of whole versions as rows of ``packed_cells`` and of ``odd_cell``."""
        version, first = _versions(rows)
        cell, table = _cells(rows)
        value, has_value = _decimals(rows["value"])
        effective, has_effective = _decimals(rows["value_effective"])
        again = np.zeros(len(cell), dtype=bool)
        again[1:] = (cell[1:] == cell[:-1]) & (version[1:] == version[:-1])
        twice = again | np.append(again[1:], False)
        known = (cell >= 0) & ~twice
        plain = known & has_value & has_effective & (value == effective) & _one_report(rows, version, first)
        plain &= _mapped(rows["raw"], _written_value, np.int64, _NO_VALUE) == value
        plain &= _mapped(rows["effective_method"], "printed".__eq__, np.bool_, False)
        state = _mapped(rows["state"], _STATES.get, np.int64, None)
        plain &= state == np.where(value == 0, _STATES["zero"], _STATES["number"])
        plain &= rows["is_total"].to_numpy() == _IS_TOTAL()[cell]
        is_detail = _IS_DETAIL()[cell]
        whole, rest = np.divmod(value, _UNIT)
        plain &= ~is_detail | ((rest == 0) & (np.abs(whole) <= _LARGEST_WHOLE))
        group = version * (len(FORM_TABLES) + 1) + table
        odd_rows = np.bincount(group, ~plain, len(first) * (len(FORM_TABLES) + 1))
        plain = odd_rows[group] == 0

        columns: dict[str, Any] = {
            **_of_versions(rows, first),
            "n_cells": np.bincount(version, minlength=len(first)).astype(np.int32),
            **self._inferred(rows, version, cell, len(first)),
            **self._layout_ids(rows["locator"], plain, group, cell, len(first)),
        }
        by_cell = np.argsort(cell, kind="stable")
        ends = np.searchsorted(cell[by_cell], np.arange(len(packed_cells()) + 1))
        for number, one in enumerate(packed_cells()):
            at = by_cell[ends[number] : ends[number + 1]]
            at = at[plain[at] if one.is_detail else has_effective[at] & known[at]]
            columns[one.name] = _column(one, version[at], (whole if one.is_detail else effective)[at], len(first))
        schema = packed_schemas()["packed_cells"]
        packed = pa.table([pa.array(columns[name], schema.field(name).type) for name in schema.names], schema=schema)
        return packed, rows.filter(pa.array(~plain)).cast(packed_schemas()["odd_cell"])

    def _inferred(self, rows: pa.Table, version: Numbers, cell: Numbers, number: int) -> dict[str, Any]:
        inferred = _mapped(rows["effective_method"], lambda method: method != "printed", np.bool_, False)
        paths: list[list[str]] = [[] for _ in range(number)]
        for at in np.flatnonzero(inferred & (cell >= 0) & ~_IS_DETAIL()[cell]):
            paths[version[at]].append(packed_cells()[cell[at]].path)
        counts = np.bincount(version, inferred, number).astype(np.int32)
        return {"n_inferred": counts, "inferred": [sorted(each) for each in paths]}

    def _layout_ids(
        self, locator: pa.ChunkedArray, plain: Numbers, group: Numbers, cell: Numbers, number: int
    ) -> dict[str, list[str | None]]:
        """The layout of each plain table of each version."""
        found: dict[str, list[str | None]] = {f"{table}_layout": [None] * number for table in FORM_TABLES}
        places = self._locators.numbers(locator)
        starts = np.flatnonzero(np.append(True, group[1:] != group[:-1])) if len(group) else np.zeros(0, np.int64)
        for begin, end in zip(starts.tolist(), [*starts[1:].tolist(), len(group)], strict=True):
            if not plain[begin]:
                continue
            version, table = divmod(int(group[begin]), len(FORM_TABLES) + 1)
            cells, at = cell[begin:end], places[begin:end]
            key = (table, cells.tobytes(), at.tobytes())
            found[f"{FORM_TABLES[table]}_layout"][version] = self.layouts.id_of(
                key,
                lambda table=table, cells=cells, at=at: self._layout(table, cells, at),  # type: ignore[misc]
            )
        return found

    def _layout(self, table: int, cells: Numbers, places: Numbers) -> tuple[Any, ...]:
        name = FORM_TABLES[table]
        begin = next(number for number, cell in enumerate(packed_cells()) if cell.table_name == name)
        locators: list[str | None] = [None] * len(cells_of(name))
        for cell, place in zip(cells.tolist(), places.tolist(), strict=True):
            locators[cell - begin] = self._locators.text(place)
        return (name, locators)


class CheckPacker:
    """Packs rows of ``check_result``; the rows of a version come together, in the order of the key.

    Packed are the sums of the form that close: what they compare is the same in every report of a layout.
    """

    def __init__(self) -> None:
        self.layouts = Layouts()
        self._texts = {name: Texts() for name in ("rule", "subject", "cells", "message")}

    def pack(self, rows: pa.Table) -> tuple[pa.Table, pa.Table]:
        """Rows of whole versions as rows of ``packed_checks`` and of ``odd_check``."""
        version, first = _versions(rows)
        texts = {name: numbers.numbers(rows[name]) for name, numbers in self._texts.items()}
        left, has_left = _decimals(rows["left_value"])
        right, has_right = _decimals(rows["right_value"])
        delta, has_delta = _decimals(rows["delta"])
        again = np.zeros(len(version), dtype=bool)
        again[1:] = version[1:] == version[:-1]
        for name in ("rule", "subject"):
            again[1:] &= texts[name][1:] == texts[name][:-1]
        whole, rest = np.divmod(left, _UNIT)
        packed = has_left & has_right & has_delta & (left == right) & (delta == 0)
        packed &= (rest == 0) & (np.abs(whole) <= _LARGEST_WHOLE) & ~(again | np.append(again[1:], False))
        packed &= _one_report(rows, version, first) & ~rows["inferred"].to_numpy()
        packed &= rows["other_report_id"].is_null().to_numpy()
        packed &= _mapped(rows["status"], "pass".__eq__, np.bool_, False)
        packed &= _mapped(rows["severity"], "error".__eq__, np.bool_, False)

        at = np.flatnonzero(packed)
        of_version, begins = np.unique(version[at], return_index=True)
        bounds = np.append(begins, len(at))
        ids = [self._layout_id(texts, at[begin:end]) for begin, end in pairwise(bounds)]
        schema = packed_schemas()["packed_checks"]
        sides = pa.ListArray.from_arrays(pa.array(bounds, pa.int32()), pa.array(whole[at].astype(np.int32)))
        columns: dict[str, Any] = {**_of_versions(rows, first[of_version]), "layout": ids, "sides": sides}
        table = pa.table([pa.array(columns[name], schema.field(name).type) for name in schema.names], schema=schema)
        return table, rows.filter(pa.array(~packed)).cast(packed_schemas()["odd_check"])

    def _layout_id(self, texts: dict[str, Numbers], at: Numbers) -> str:
        numbers = {name: of_rows[at] for name, of_rows in texts.items()}

        def said() -> tuple[Any, ...]:
            return tuple([self._texts[name].text(n) for n in numbers[name].tolist()] for name in self._texts)

        return self.layouts.id_of(tuple(each.tobytes() for each in numbers.values()), said)


def layout_rows(table: str, layouts: Layouts) -> pa.Table:
    """Rows of ``cell_layout`` or ``check_layout``, sorted by their ids."""
    schema = packed_schemas()[table]
    in_order = [(layout_id, *layouts.found[layout_id]) for layout_id in sorted(layouts.found)]
    columns: Iterable[Sequence[Any]] = zip(*in_order, strict=True) if in_order else [[] for _ in schema]
    return pa.table([pa.array(column, one.type) for column, one in zip(columns, schema, strict=True)], schema=schema)


_STATES = {"zero": 0, "number": 1}
# No value of DECIMAL(18,4) comes near it.
_NO_VALUE = np.iinfo(np.int64).min


@cache
def _IS_TOTAL() -> Numbers:
    return np.array([cell.is_total for cell in packed_cells()] + [False])


@cache
def _IS_DETAIL() -> Numbers:
    return np.array([cell.is_detail for cell in packed_cells()] + [False])


def _written_value(raw: str) -> int | None:
    """The value in ten-thousandths of which this is the usual way to write it; None of anything else."""
    if not _USUAL.fullmatch(raw) or raw == "-0":
        return None
    whole, _, decimals = raw.partition(".")
    return int(whole + decimals.ljust(4, "0"))


def _cells(rows: pa.Table) -> tuple[Numbers, Numbers]:
    """Numbers of cells, -1 for one that no form prints, and of tables of the forms, the last + 1 for any other."""
    parts = [_encoded(rows[name]) for name in ("table_name", "row_key", "column_key")]
    texts = [{text: number for number, text in enumerate(part.dictionary.to_pylist())} for part in parts]
    sizes = [len(each) for each in texts]
    of_texts = np.full(sizes, -1, dtype=np.int64)
    for number, cell in enumerate(packed_cells()):
        where = [of.get(key) for of, key in zip(texts, (cell.table_name, cell.row_key, cell.column_key), strict=True)]
        if None not in where:
            of_texts[tuple(where)] = number
    other = len(FORM_TABLES)
    tables = np.array([FORM_TABLES.index(text) if text in FORM_TABLES else other for text in texts[0]], dtype=np.int64)
    table, row, column = (_indices(part) for part in parts)
    return of_texts[table, row, column], tables[table] if len(tables) else table


def _versions(rows: pa.Table) -> tuple[Numbers, Numbers]:
    """The number of each row's version, from 0 on, and the first row of each version."""
    of_row = _indices(_encoded(rows["version_id"]))
    begins = np.append(True, of_row[1:] != of_row[:-1])[: len(of_row)]
    return np.cumsum(begins) - 1, np.flatnonzero(begins)


def _one_report(rows: pa.Table, version: Numbers, first: Numbers) -> Numbers:
    """Whether a row names the same report and report year as the first row of its version."""
    report, year = _indices(_encoded(rows["report_id"])), rows["report_year"].to_numpy()
    same: Numbers = (report == report[first][version]) & (year == year[first][version])
    return same


def _of_versions(rows: pa.Table, first: Numbers) -> dict[str, Any]:
    taken = rows.select(["version_id", "report_id", "report_year"]).take(pa.array(first))
    return {name: _plain_texts(taken[name]) for name in taken.column_names}


def _plain_texts(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    whole = whole if isinstance(whole, pa.Array) else whole.chunk(0)
    return whole.dictionary_decode() if pa.types.is_dictionary(whole.type) else whole


def _column(cell: PackedCell, at: Numbers, values: Numbers, number: int) -> pa.Array:
    """The column of the wide row for one cell: values at their versions, null at all others."""
    absent = np.ones(number, dtype=bool)
    absent[at] = False
    if cell.is_detail:
        of_versions = np.zeros(number, dtype=np.int32)
        of_versions[at] = values
        return pa.array(of_versions, mask=absent)
    wide = np.zeros((number, 2), dtype=np.int64)
    wide[at, 0] = values
    wide[:, 1] = wide[:, 0] >> 63
    valid = pa.py_buffer(np.packbits(~absent, bitorder="little"))
    return pa.Array.from_buffers(pa.decimal128(18, 4), number, [valid, pa.py_buffer(wide)])


def _decimals(column: pa.ChunkedArray) -> tuple[Numbers, Numbers]:
    """Values of DECIMAL(18,4) in ten-thousandths, and where there is one; 0 where there is none."""
    whole = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    has_value = whole.is_valid().to_numpy(zero_copy_only=False)
    begin = 2 * whole.offset
    low = np.frombuffer(whole.buffers()[1] or b"", dtype=np.int64)[begin : begin + 2 * len(whole) : 2]
    return np.where(has_value, low, 0), has_value


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    else:
        column = pc.dictionary_encode(column).unify_dictionaries()
    if column.num_chunks == 0:
        return pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.string()))
    dictionary = column.chunk(0).dictionary
    indices = pa.concat_arrays([chunk.indices for chunk in column.chunks])
    return pa.DictionaryArray.from_arrays(indices, dictionary)


def _indices(encoded: pa.DictionaryArray) -> Numbers:
    """The place of each row's text in the dictionary; -1 of null."""
    indices: Numbers = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return indices


def _mapped(column: pa.ChunkedArray, change: Callable[[str], Any], kind: Any, absent: Any) -> Numbers:
    """``change`` done to each distinct text; ``absent`` for null, and where it gives None."""
    found = _encoded(column)
    nothing = _NO_VALUE if absent is None else absent
    each = [change(text) for text in found.dictionary.to_pylist()]
    values = np.array([nothing if one is None else one for one in each] + [nothing], dtype=kind)
    of_rows: Numbers = values[_indices(found)]
    return of_rows
