"""A lake of any size with figures like those of real reports: mostly zeros, sums that close, a few blanks and doubts.

Nothing in it is real but the divisions. All is made by column with numpy and Arrow, never row by row, so that a million
reports (200 million cells) take a few minutes. The same numbers give the same lake.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.synthetic.chunk import CHUNK, PORTALS, Chunk
from benchmarks.synthetic.columns import make_ids, make_table
from transforms.lake import part_path
from transforms.lake.packed import pack
from transforms.lake.parts import ROW_GROUP
from transforms.schema import tables

GAZETTEER = Path(__file__).parents[2] / "transforms" / "gazetteer"
YEARS = tuple(range(2019, 2026))
_BUREAUS = "财政 公安 教育 民政 司法 卫生健康 自然资源 生态环境 水利 商务 审计 统计 应急管理 交通运输".split()


def write_lake(home: Path, reports: int, held_back: int = 0) -> None:
    """Write the lake of ``reports`` reports; a night brings the last ``held_back`` of the newest year."""
    agencies = -(-reports // len(YEARS))
    write_year_less(home, agencies)
    with ThreadPoolExecutor(2) as threads:
        for done in [
            threads.submit(write_year, home, year, agencies - (held_back if year == YEARS[-1] else 0), agencies)
            for year in reversed(YEARS)
        ]:
            done.result()
    pack(home)


def write_year_less(home: Path, agencies: int) -> None:
    """The tables without years: divisions as they are, and made-up agencies and portals."""
    for name in ("division", "division_succession"):
        part = part_path(home, name, 0)
        part.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(GAZETTEER / f"{name}.parquet", part)
    divisions = pq.read_table(part_path(home, "division", 0))
    divisions = divisions.filter(pc.and_(pc.is_null(divisions["valid_to"]), pc.is_valid(divisions["parent_id"])))
    which = np.random.default_rng(1).integers(0, divisions.num_rows, agencies)
    numbers = np.arange(agencies)
    name = pc.binary_join_element_wise(
        divisions["name"].take(which).combine_chunks(),
        pa.array(_BUREAUS).take(numbers % len(_BUREAUS)),
        pc.cast(pa.array(numbers // len(_BUREAUS)), pa.string()),
        "局",
        "",
    )
    ids = _agency_ids(agencies)
    portals = pc.binary_join_element_wise("p-", pc.cast(pa.array(np.arange(PORTALS)), pa.string()), "")
    _write_whole(
        home,
        "agency",
        agency_id=ids,
        name=name,
        agency_type="department",
        division_id=divisions["division_id"].take(which),
        portal_id=portals.take(numbers % PORTALS),
        status="confirmed",
        evidence="title and portal",
    )
    _write_whole(home, "agency_name", agency_id=ids, name=name, kind="official", first_year=2019, source="title")
    _write_whole(
        home,
        "portal",
        portal_id=portals,
        region_code="340000",
        level="province",
        family="static_list",
        list_url="http://127.0.0.1/",
        hosts="127.0.0.1",
        access="open",
        status="active",
    )


def write_year(home: Path, year: int, reports: int, agencies: int) -> None:
    """Write every table of one report year; the first reports are the same whatever their number."""
    ids = _agency_ids(agencies)
    with _Parts(home, year) as parts:
        for number, begin in enumerate(range(0, agencies, CHUNK)):
            chunk = Chunk(year, number, ids[begin : min(begin + CHUNK, agencies)], begin)
            for table, rows in chunk.tables(max(0, min(reports - begin, CHUNK))):
                parts.write(table, rows)


class _Parts:
    """The open files of one year."""

    def __init__(self, home: Path, year: int) -> None:
        self._home, self._year = home, year
        self._files: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> _Parts:
        return self

    def write(self, table: str, rows: pa.Table) -> None:
        if table not in self._files:
            path = part_path(self._home, table, self._year)
            path.parent.mkdir(parents=True, exist_ok=True)
            # Columns with few values are dictionaries here; without Arrow's schema the file is as any other.
            self._files[table] = pq.ParquetWriter(path, rows.schema, compression="zstd", store_schema=False)
        self._files[table].write_table(rows, row_group_size=ROW_GROUP)

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()


@cache
def _agency_ids(agencies: int) -> pa.Array:
    return make_ids("a", "", agencies, np.random.default_rng(2))


def _write_whole(home: Path, table: str, **given: Any) -> None:
    number = next(len(value) for value in given.values() if isinstance(value, (pa.Array, pa.ChunkedArray)))
    rows = make_table(table, number, **given).sort_by([(key, "ascending") for key in tables()[table].key])
    path = part_path(home, table, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, path, compression="zstd", store_schema=False)
