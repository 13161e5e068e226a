"""What people have installed: the published file opens in DuckDB 1.x too, and tells the same there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.connection import warehouse_path

CLIENTS = Path(__file__).parent / "clients"
VERSIONS = ("1.4.5", "1.5.6")  # the long-lived release of 1.x, and the last


def installed(version: str) -> Path:
    """A folder with that DuckDB alone, put beside the test environment once; skips without a wheel for this Python."""
    folder = Path(sys.prefix) / "clients" / f"duckdb-{version}"
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
            lock = CLIENTS / f"duckdb-{version}.lock"
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:"]
            run = subprocess.run(
                [*pip, "--require-hashes", "--target", beside, "-r", lock], capture_output=True, text=True, check=False
            )
            if "No matching distribution" in run.stderr:
                pytest.skip(f"DuckDB {version} has no wheel for this Python")
            assert run.returncode == 0, run.stderr
            if not folder.exists():
                os.rename(beside, folder)
                Path(beside).mkdir()  # for the context manager to remove
    return folder


def asked(file: Path, client: Path | None) -> dict[str, Any]:
    """What ``clients/ask.py`` prints, with this DuckDB or another one."""
    environment = {**os.environ, "PYTHONPATH": str(client) if client else ""}
    run = subprocess.run(
        [sys.executable, CLIENTS / "ask.py", file], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module")
def ours(published_home: Path) -> dict[str, Any]:
    return asked(warehouse_path(published_home), None)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_older_client_reads_every_table_view_and_macro(
    published_home: Path, ours: dict[str, Any], version: str
) -> None:
    theirs = asked(warehouse_path(published_home), installed(version))
    assert (theirs["version"], ours["version"]) == (version, duckdb.__version__)
    assert theirs["found"].keys() == ours["found"].keys()
    assert {name for name, rows in ours["found"].items() if rows != theirs["found"][name]} == set()
    assert ours["found"]["agency_history"]
    assert ours["found"]["compare"]
