"""The tables that a site offers to take away, with their sizes and checksums."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path

import duckdb
import yaml

from warehouse.connection import WarehouseError, message, warehouse_path

FOLDER = "downloads"
CHECKSUMS = "SHA256SUMS"  # as `sha256sum -c` reads it
_OPTIONS = {"parquet": "FORMAT parquet, COMPRESSION zstd", "csv": "FORMAT csv, HEADER"}

# A file: name, what it holds (English and Chinese, as the warehouse's comment tells it), bytes, SHA-256.
Download = tuple[str, str, int, str]


@cache
def offered() -> dict[str, list[str]]:
    """``downloads.yaml``: table or view -> formats."""
    return yaml.load(
        resources.files(__package__).joinpath("downloads.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader
    )


def write_downloads(
    home: Path, site: Path, on_progress: Callable[[str, int, int | None], None] | None = None
) -> list[Download]:
    """Write the files and their checksums to ``downloads/`` of a site; returns them in the order of their names.

    Needs the warehouse to be closed, for it opens it with the right to write files. Raises WarehouseError when that
    fails, or the writing.
    """
    folder = site / FOLDER
    folder.mkdir()
    found: list[Download] = []
    try:
        # One thread, so that rows of equal content always fall into the same groups of a file.
        connection = duckdb.connect(str(warehouse_path(home)), read_only=True, config={"threads": 1})
    except duckdb.Error as error:
        raise WarehouseError(f"{warehouse_path(home)} cannot be read now: {message(error)}") from error
    try:
        for done, (name, formats) in enumerate(offered().items()):
            if on_progress:
                on_progress("site: downloads", done, len(offered()))
            row = connection.execute(
                "SELECT comment FROM duckdb_tables() WHERE table_name = $name UNION ALL "
                "SELECT comment FROM duckdb_views() WHERE view_name = $name AND NOT internal",
                {"name": name},
            ).fetchone()
            for format in formats:
                path = folder / f"{name}.{format}"
                target = str(path).replace("'", "''")
                connection.execute(f"COPY (FROM \"{name}\" ORDER BY ALL) TO '{target}' ({_OPTIONS[format]})")
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                found.append((path.name, (row and row[0]) or "", path.stat().st_size, digest))
    except duckdb.Error as error:
        raise WarehouseError(
            f"The downloads of {site.name} broke off: {message(error)}. Check the free space."
        ) from error
    finally:
        connection.close()
    found.sort()
    (folder / CHECKSUMS).write_text("".join(f"{digest}  {name}\n" for name, _, _, digest in found), encoding="utf-8")
    return found
