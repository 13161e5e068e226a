"""Makes the gazetteer's two files from a folder of downloaded sources: the same sources give the same bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from transforms.gazetteer.making import history, townships
from transforms.gazetteer.making.checking import disagreements, undecided
from transforms.gazetteer.making.sources import Sources
from transforms.gazetteer.making.tables import Tables, tables
from transforms.schema import conform

Progress = Callable[[str, int, int | None], None]


class Undecided(Exception):
    """The sources disagree on what ``decisions.yaml`` does not decide; the text lists it."""


@dataclass(frozen=True)
class Built:
    """How many rows the two files have, and how many disagreements of the sources the decisions settle."""

    divisions: int
    successions: int
    decided: int


def decisions() -> dict[str, Any]:
    """``decisions.yaml``, which a person has read and written."""
    text = resources.files("transforms.gazetteer").joinpath("decisions.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return found


def build(sources: Path, output: Path, on_progress: Progress | None = None) -> Built:
    """Write ``division.parquet`` and ``division_succession.parquet`` into the folder ``output``.

    ``sources``: the folder with the files that ``sources.yaml`` declares. Raises SourceError when one is absent or
    another, Undecided when the sources disagree on more than has been decided, ValueError when the changes do not
    lead from one year to the next.
    """
    made, decided = make(Sources(sources), decisions(), on_progress)
    output.mkdir(parents=True, exist_ok=True)
    for name, rows in (("division", made.divisions), ("division_succession", made.successions)):
        table = conform(pa.Table.from_pylist(rows), name)
        pq.write_table(table, output / f"{name}.parquet", compression="zstd", compression_level=19)
    return Built(len(made.divisions), len(made.successions), decided)


def make(sources: Sources, decided: dict[str, Any], on_progress: Progress | None = None) -> tuple[Tables, int]:
    """The rows of both tables, and the number of disagreements that the decisions settle; raises as ``build``."""
    names = sources.names()
    events = history.amended(sources.events(), decided)
    stands = history.standing(names.divisions, events, names.day.year)
    states = history.states(stands)
    changes = history.changes(states, events)
    snapshots = []
    for number, snapshot in enumerate(sources.snapshots(), start=1):
        snapshots.append(snapshot)
        if on_progress:
            on_progress("reading statistical codes", number, None)
    found = disagreements(stands, sources.code_books(), snapshots, decided)
    if open_ones := undecided(found, decided):
        listed = "\n".join(f"- {one}" for one in open_ones)
        raise Undecided(f"decisions.yaml, checked: {len(open_ones)} to be decided or taken out:\n{listed}")
    zones, ours = townships.zones_of_county_level(snapshots, stands, {row["code"] for row in decided["no_zones"]})
    of_code: defaultdict[str, list[history.State | townships.Local]] = defaultdict(list)
    parents: list[history.State | townships.Local] = [*states, *zones]
    for one in parents:
        of_code[one.code].append(one)
    below = [*townships.locals_of(townships.listings(snapshots, ours, names, stands), of_code), *zones]
    heirs: defaultdict[str, set[str]] = defaultdict(set)
    for change in changes:
        heirs[change.old.code].add(change.new.code)
    return tables(states, changes, below, townships.successions(below, heirs)), len(found)
