"""One writer at a time: refusal at once, who holds it, and nothing left behind by a killed writer."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.commands.run import run_nightly
from flows.errors import LockedError
from flows.lock import HOLDER_NAME, one_writer
from flows.settings import resolve
from flows.views.status import show
from flows.watching import refusal

ROOT = Path(__file__).resolve().parent.parent.parent
HOLD = """
import sys, time, pathlib
from flows.lock import one_writer
with one_writer(pathlib.Path(sys.argv[1]), "gongkai nightly"):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(home: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_is_refused_at_once_and_told_who_writes(tmp_path: Path) -> None:
    process = holder(tmp_path)
    try:
        started = time.monotonic()
        with (
            pytest.raises(LockedError, match=rf"gongkai nightly.*process {process.pid}, since 20"),
            one_writer(tmp_path, "gongkai load"),
        ):
            pass
        assert time.monotonic() - started < 1
        assert json.loads((tmp_path / HOLDER_NAME).read_text())["pid"] == process.pid, "the note is the holder's"
    finally:
        process.kill()
        process.wait()


def test_a_night_that_is_refused_is_told_and_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(refusal, "send", lambda *message: sent.append(message))
    settings = replace(resolve(tmp_path), notify="slack-webhook/ops")
    process = holder(tmp_path)
    try:
        with pytest.raises(LockedError):
            run_nightly(settings)
    finally:
        process.kill()
        process.wait()
    ((block, _, (notice,)),) = sent
    assert (block, notice.key) == ("slack-webhook/ops", "night_refused")
    assert f"process {process.pid}" in notice.en
    show(tmp_path)
    shown = capsys.readouterr().out
    assert "a night did not run" in shown
    assert f"process {process.pid}" in shown
    # A run since then is what counts.
    assert refusal.last_refusal(tmp_path, "9999-01-01T00:00:00+00:00") is None


def test_a_killed_writer_leaves_nothing_to_clean_up(tmp_path: Path) -> None:
    process = holder(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with one_writer(tmp_path, "gongkai load"):
        assert json.loads((tmp_path / HOLDER_NAME).read_text())["command"] == "gongkai load"
    assert not (tmp_path / HOLDER_NAME).exists()


def test_the_lock_is_taken_again_within_one_process(tmp_path: Path) -> None:
    with one_writer(tmp_path, "gongkai demo"):
        with one_writer(tmp_path, "gongkai nightly"):
            assert json.loads((tmp_path / HOLDER_NAME).read_text())["command"] == "gongkai demo"
        assert (tmp_path / HOLDER_NAME).exists(), "the inner block does not let go of the outer one's lock"


def test_the_lock_is_let_go_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), one_writer(tmp_path, "gongkai load"):
        raise RuntimeError
    with one_writer(tmp_path, "gongkai load"):
        pass
