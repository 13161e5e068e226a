"""Brings the tables of cells, checks, warnings and sections up to date: kept rows and new ones merged, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from transforms.lake.parts import CorruptPart, batches, part_path, set_aside, write_part
from transforms.lake.rows import VERSION_TABLES, with_key
from transforms.lake.spill import Spill
from transforms.schema import checked, tables
from transforms.workers import cores

# Versions that are merged at a time: some ten thousand cells.
_WINDOW = 256


@dataclass(frozen=True)
class Versions:
    """The versions of one report year: those that are to be there, by id, and those whose rows stand in the lake.

    ``wanted`` gives report_id and sha256 of the document that was read for a version.
    """

    year: int
    wanted: Mapping[str, tuple[str, str]]
    held: Set[str]


@dataclass(frozen=True)
class PartPlan:
    """What is to be done with one part: whether it has the rows of the versions held, and of others, which go.

    ``problem`` is set where it could not be read and was set aside.
    """

    table: str
    year: int
    has_held: bool
    has_others: bool = False
    problem: str | None = None

    def kept(self, versions: Versions) -> Set[str]:
        """Versions whose rows stay."""
        return versions.held if self.has_held else frozenset()

    def missing(self, versions: Versions) -> Set[str]:
        """Versions whose rows the part lacks."""
        return versions.wanted.keys() - self.kept(versions)


def plans(home: Path, versions: Versions) -> list[PartPlan]:
    """Look at the part of a year in every table of versions, several side by side; corrupt ones are set aside."""
    with ThreadPoolExecutor(cores()) as threads:
        return list(threads.map(partial(_plan, home, versions), VERSION_TABLES))


def _plan(home: Path, versions: Versions, table: str) -> PartPlan:
    path = part_path(home, table, versions.year)
    if not path.exists():
        # A part that is not there has lost its versions; one without rows would be there, empty.
        return PartPlan(table, versions.year, False)
    held = pa.array(sorted(versions.held), pa.string())
    try:
        # Every column is read, for the sake of its checksums.
        known = [pc.all(pc.is_in(batch["version_id"], held)).as_py() for batch in batches(home, table, versions.year)]
    except CorruptPart as error:
        set_aside(home, table, versions.year)
        problem = f"{error} It was set aside and is made again from the raw archive."
        return PartPlan(table, versions.year, False, problem=problem)
    return PartPlan(table, versions.year, bool(versions.held), not all(known))


def write(
    home: Path, made: Sequence[PartPlan], versions: Versions, spill: Spill, places: Mapping[str, int]
) -> Iterator[str | None]:
    """Carry the plans of a year out, several side by side; gives, in their order, the part that changed or None.

    ``places``: where the spill has the rows of every document that a missing version rests on. Raises as
    ``lake.write_part`` does.
    """
    with ThreadPoolExecutor(cores()) as threads:
        yield from threads.map(partial(_write, home, versions, spill, places), made)


def _write(home: Path, versions: Versions, spill: Spill, places: Mapping[str, int], plan: PartPlan) -> str | None:
    if plan.kept(versions) and not plan.missing(versions) and not plan.has_others:
        return None
    rows = _merged(home, plan, versions, spill, places)
    if write_part(home, plan.table, plan.year, rows, keep_empty=bool(versions.wanted)):
        return f"{plan.table}/report_year={plan.year}"
    return None


def _merged(
    home: Path, plan: PartPlan, versions: Versions, spill: Spill, places: Mapping[str, int]
) -> Iterator[pa.Table]:
    """The rows of a part in the order of its key, a window of versions at a time."""
    wanted, kept = versions.wanted, plan.kept(versions)
    in_order = sorted(wanted)
    kept_rows = _KeptRows(home, plan, kept)
    for begin in range(0, len(in_order), _WINDOW):
        window = in_order[begin : begin + _WINDOW]
        pieces = kept_rows.until(window[-1])
        new = [(v, wanted[v][0], spill.rows(places[wanted[v][1]], plan.table)) for v in window if v not in kept]
        if new:
            pieces.append(checked(with_key(plan.table, new, plan.year), plan.table))
        if not pieces:
            continue
        rows = pa.concat_tables(pieces)
        # Kept rows alone and new rows alone are in order already.
        mixed = bool(new) and len(pieces) > 1
        yield rows.sort_by([(name, "ascending") for name in tables()[plan.table].key]) if mixed else rows


class _KeptRows:
    """The rows of a part that stay, read as far as they are asked for."""

    def __init__(self, home: Path, plan: PartPlan, kept: Set[str]) -> None:
        self._stream = self._filtered(home, plan, kept) if kept else iter(())
        self._begun: pa.Table | None = None

    @staticmethod
    def _filtered(home: Path, plan: PartPlan, of_versions: Set[str]) -> Iterator[pa.Table]:
        kept = pa.array(sorted(of_versions), pa.string())
        for batch in batches(home, plan.table, plan.year):
            rows = pa.Table.from_batches([batch])
            yield rows.filter(pc.is_in(rows["version_id"], kept)) if plan.has_others else rows

    def until(self, version_id: str) -> list[pa.Table]:
        """The next rows, up to those of this version."""
        found = []
        while (rows := self._next()) is not None:
            number = pc.sum(pc.less_equal(rows["version_id"], version_id)).as_py() or 0
            found.append(rows.slice(0, number))
            if number < rows.num_rows:
                self._begun = rows.slice(number)
                break
        return [rows for rows in found if rows.num_rows]

    def _next(self) -> pa.Table | None:
        rows, self._begun = self._begun, None
        return next(self._stream, None) if rows is None else rows
