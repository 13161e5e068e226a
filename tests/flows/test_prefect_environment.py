"""Prefect is told to be quiet, offline and at home; a server that a killed run left is ended, and no other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.prefect_environment import prepare

PROC = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux tells what a process serves")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PREFECT")]:
        monkeypatch.delenv(name)
    # Set first, so that what `prepare` writes is undone afterwards.
    for name in ("PREFECT_HOME", "PREFECT_SERVER_ANALYTICS_ENABLED", "DO_NOT_TRACK", "PREFECT_LOGGING_LEVEL"):
        monkeypatch.setenv(name, "set by the test")


def waiting(*arguments: str, prefect_home: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PREFECT_HOME": str(prefect_home)}
    code = "import time; print('up', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    return process


def test_prefect_is_at_home_in_our_folder_and_sends_nothing(tmp_path: Path) -> None:
    prepare(tmp_path)
    assert os.environ["PREFECT_HOME"] == str(tmp_path / "runs" / ".prefect")
    assert os.environ["DO_NOT_TRACK"] == "1"
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["PREFECT_LOGGING_LEVEL"] == "set by the test", "the caller's choice of log lines stands"


@PROC
def test_a_left_over_server_of_this_home_is_ended_and_nothing_else(tmp_path: Path) -> None:
    ours = tmp_path / "home" / "runs" / ".prefect"
    left = waiting("prefect.server.api.server:create_app", prefect_home=ours)
    others = [
        waiting("prefect.server.api.server:create_app", prefect_home=tmp_path / "another"),
        waiting("something else", prefect_home=ours),
    ]
    try:
        prepare(tmp_path / "home")
        assert left.wait(timeout=10) != 0
        assert [process.poll() for process in others] == [None, None]
    finally:
        for process in (left, *others):
            process.kill()
            process.wait()
