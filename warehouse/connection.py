"""Where the warehouse file lies, how it is opened for reading, and the errors of this room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

FILE_NAME = "warehouse.duckdb"
CANDIDATE_NAME = "warehouse.duckdb.building"
PREVIOUS_NAME = "previous"

# The same for every reader: within one process DuckDB refuses connections to one file with different settings.
# Queries come from people and programs, so they get no files, no network and no settings.
_READER_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "lock_configuration": "true",
}


class WarehouseError(Exception):
    """The warehouse cannot be built, published or read; the text says what to do."""


class QueryError(WarehouseError):
    """A query cannot be carried out as it stands."""


class CompareError(WarehouseError):
    """A comparison cannot be made as it was asked for."""


def warehouse_path(home: Path) -> Path:
    """The published warehouse of a home."""
    return home / FILE_NAME


def candidate_path(home: Path) -> Path:
    """The file that a build writes, beside the published one so that it can be moved in its place in one step."""
    return home / CANDIDATE_NAME


def open_published(home: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the published warehouse; the caller closes it.

    Raises WarehouseError when there is none, when another program writes to it, or when it is no DuckDB file.
    """
    path = warehouse_path(home)
    if not path.is_file():
        raise WarehouseError(
            f"There is no warehouse at {path}. Run `gongkai nightly` to collect reports and build it, or "
            "`gongkai load` if the lake is filled already; --home or GONGKAI_HOME names another home."
        )
    try:
        return duckdb.connect(str(path), read_only=True, config=_READER_CONFIG)
    except duckdb.Error as error:
        raise WarehouseError(_why_not_opened(path, error)) from error


@contextmanager
def published(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """``open_published`` for a ``with`` block."""
    connection = open_published(home)
    try:
        yield connection
    finally:
        connection.close()


def is_lock_conflict(error: duckdb.Error) -> bool:
    """Whether a file could not be opened because someone else holds it."""
    return "lock on file" in str(error) or "different configuration" in str(error)


def _why_not_opened(path: Path, error: duckdb.Error) -> str:
    if is_lock_conflict(error):
        return (
            f"{path} is open for writing in another program, so it cannot be read now. Close that program "
            "(a database browser, or `duckdb` without -readonly) and try again. "
            f"DuckDB said: {message(error)}"
        )
    return (
        f"{path} cannot be read as a DuckDB file: {message(error)}. Move it away and run `gongkai load`, "
        "which builds it anew from the lake; nothing else is lost."
    )


def message(error: BaseException) -> str:
    """What an error says, on one line where it is one sentence."""
    return str(error).strip()
