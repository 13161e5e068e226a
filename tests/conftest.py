"""What the tests of all rooms share: documents of the world, and a demo home that a real night filled."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from filelock import FileLock

from flows.demo.reports import PORTALS

ROOT = Path(__file__).resolve().parent.parent
# The flow starts a Prefect server of its own; a busy machine needs its time.
NIGHT_TIMEOUT_SECONDS = 240


def gongkai(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does, in a process of its own, with a clean environment of ours."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("GONGKAI", "PREFECT"))}
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", *arguments],
        cwd=cwd,
        env={
            **surroundings,
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "120",
            **environment,
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=NIGHT_TIMEOUT_SECONDS,
        check=False,
    )


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of documents from the world; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("GONGKAI_SHARED", ROOT.parent / "shared"))
    if not (folder / "reports").is_dir():
        pytest.skip(f"no documents of the world at {folder} (GONGKAI_SHARED names another folder)")
    return folder


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after the demo's first night by the true flow; made once for all workers, not to be changed."""
    # The parent folder is common to the workers of one test run.
    common = (
        tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else tmp_path_factory.getbasetemp()
    )
    home = common / "first-night"
    with FileLock(common / "first-night.lock"):
        if not (home / "output.txt").exists():
            _choose_ports(home)
            done = gongkai("demo", "--home", str(home))
            assert done.returncode == 0, done.stderr
            (home / "errors.txt").write_text(done.stderr, encoding="utf-8")
            (home / "output.txt").write_text(done.stdout, encoding="utf-8")
    return home


def _choose_ports(home: Path) -> None:
    """Free ports for the demo, so that it meets no other demo on this machine."""
    home.mkdir()
    with ExitStack() as stack:
        ports = {}
        for portal_id in PORTALS:
            one = stack.enter_context(socket.socket())
            one.bind(("127.0.0.1", 0))
            ports[portal_id] = one.getsockname()[1]
    (home / "demo.json").write_text(json.dumps({"ports": ports, "nights": 0}), encoding="utf-8")


@pytest.fixture
def demo_home(first_night: Path, tmp_path: Path) -> Path:
    """A copy of that home which a test may change."""
    return Path(shutil.copytree(first_night, tmp_path / "home", ignore=shutil.ignore_patterns(".prefect")))


@pytest.fixture
def run_cli() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command line in a process of its own."""
    return gongkai
