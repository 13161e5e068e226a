"""What taking a document apart gives: labelled groups of cells with their headers, and lines of text by section."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from transforms.documents.model import Cell, Mode
from transforms.reading.labels import Meaning


class HeaderCell(NamedTuple):
    """One printed column header; ``meaning`` is None when it is no label of any form."""

    meaning: Meaning | None
    cell: Cell


class Found(NamedTuple):
    """Cells behind one label: ``meanings`` empty when the label is lost, ``lead`` the text that stood there instead."""

    table: str
    meanings: frozenset[Meaning]
    label_cells: tuple[Cell, ...]
    values: tuple[Cell, ...]
    mode: Mode
    header: tuple[HeaderCell, ...]
    grid: int = 0
    lead: str = ""
    between: str = ""
    channel: str | None = None
    is_last: bool = False
    section: str | None = None

    def keys(self, kind: str) -> set[str]:
        return {m.key for m in self.meanings if m.kind == kind}


class State(NamedTuple):
    """Where in the form the reader of rows stands: table, section, header, and which channel was named last.

    ``after_info``: 信息内容 was read, so that what follows are columns, also those that no form knows.
    """

    table: str | None = None
    section: str | None = None
    in_body: bool = False
    header: tuple[HeaderCell, ...] = ()
    after_info: bool = False
    channel: str | None = None


@dataclass(frozen=True, eq=False)
class TableApart:
    """A table of a known layout taken apart: what it adds to the segments, and the state in which it leaves them.

    ``values`` are, for each of ``found``, the numbers of its values among all cells of the table.
    """

    found: tuple[Found, ...]
    values: tuple[tuple[int, ...], ...]
    texts: tuple[tuple[str | None, str], ...]
    labels: Counter[tuple[str, str]]
    sections: tuple[str, ...]
    with_figures: frozenset[str]
    after: State


class KnownTable(NamedTuple):
    """A table of a known layout with all its cells, in the order of the document."""

    apart: TableApart
    cells: tuple[Cell, ...]

    def found(self) -> list[Found]:
        """The groups of this table, each with its own values."""
        return [
            one._replace(values=tuple([self.cells[number] for number in numbers]))
            for one, numbers in zip(self.apart.found, self.apart.values, strict=True)
        ]


@dataclass
class Segments:
    """A document taken apart: groups of cells, lines of text by section, and how often each label stood.

    ``parts`` are single groups and whole tables of known layouts; ``with_figures`` outcomes whose rows are not blank.
    """

    parts: list[Found | KnownTable] = field(default_factory=list)
    texts: list[tuple[str | None, str]] = field(default_factory=list)
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)
    sections: list[str] = field(default_factory=list)
    with_figures: set[str] = field(default_factory=set)

    @cached_property
    def found(self) -> list[Found]:
        """All groups of cells; not asked for where every table is read by plan, so made only then."""
        found: list[Found] = []
        for part in self.parts:
            found += part.found() if isinstance(part, KnownTable) else [part]
        return found

    @property
    def known_tables(self) -> list[KnownTable] | None:
        """The tables, where all of them are of known layouts and no group stands outside of them."""
        tables = [part for part in self.parts if isinstance(part, KnownTable)]
        return tables if len(tables) == len(self.parts) else None
