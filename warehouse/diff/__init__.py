"""What changed between two exports or warehouses: reports that came, went or were revised, and every figure."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import IO

import duckdb

from warehouse.connection import CompareError, WarehouseError, message
from warehouse.diff.sides import attach
from warehouse.diff.writing import Difference, write_csv, write_json, write_text
from warehouse.files import replacing

__all__ = ["FORMATS", "diff"]

FORMATS = ("table", "csv", "json")


def diff(
    a: Path,
    b: Path,
    format: str = "table",
    out: Path | None = None,
    limit: int = 50,
    stream: IO[str] | None = None,
    on_progress: Callable[[str, int, int | None], None] | None = None,
) -> dict[str, int]:
    """Write what changed from ``a`` to ``b``, and return how many reports stand under each change, and ``figures``.

    ``a`` and ``b``: folders of exports, homes or warehouse files, in any mixture. The changes: ``added`` and
    ``removed`` (only in b, only in a), ``revised`` (the source says something else: another current version),
    ``reread`` (the same version, from which other figures are read now), ``vanished`` and ``returned`` (the page is
    gone, or back), ``reassigned`` (another agency, year or scope). A figure has changed when its printed value or its
    value for analysis has; each comes with both printed texts, places and addresses.

    ``table`` counts first and then tells at most ``limit`` changes, by agency; ``csv`` and ``json`` have all. The
    result goes to ``out`` (whole or not at all), else to ``stream`` (standard output). All work is done by DuckDB on
    disk: memory does not limit how many reports can be compared.

    Raises CompareError when there is nothing to compare, WarehouseError when a side cannot be read.
    """
    if format not in FORMATS:
        raise CompareError(f"Unknown format {format!r}: choose one of {', '.join(FORMATS)}.")
    with tempfile.TemporaryDirectory(prefix="gongkai-diff-") as spill, duckdb.connect(":memory:") as connection:
        connection.execute("SET temp_directory = $1", [spill])
        sides = attach(connection, "a", a), attach(connection, "b", b)
        try:
            _compare(connection, on_progress)
            found = Difference(connection, *sides)
            if out is None:
                _write(found, format, stream or sys.stdout, limit, bom=False)
            else:
                with replacing(out) as beside, beside.open("w", encoding="utf-8", newline="") as file:
                    _write(found, format, file, limit, bom=True)
            return found.counts
        except duckdb.Error as error:
            raise WarehouseError(
                f"{a} and {b} could not be compared: {message(error)}. Check that both are whole and that there is "
                f"free space in {tempfile.gettempdir()}."
            ) from error


def _compare(connection: duckdb.DuckDBPyConnection, on_progress: Callable[[str, int, int | None], None] | None) -> None:
    side, changes = (resources.files(__package__).joinpath(name).read_text("utf-8") for name in _SQL)
    statements = duckdb.extract_statements(side.replace("{side}", "a") + side.replace("{side}", "b") + changes)
    for done, statement in enumerate(statements, start=1):
        connection.execute(statement)
        if on_progress:
            on_progress("diff", done, len(statements))


_SQL = ("side.sql", "changes.sql")


def _write(found: Difference, format: str, stream: IO[str], limit: int, bom: bool) -> None:
    if format == "table":
        write_text(found, stream, limit)
    elif format == "csv":
        write_csv(found, stream, bom)
    else:
        write_json(found, stream)
