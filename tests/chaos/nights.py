"""Whole nights of a home as a fault strikes them, each in processes of its own; runs in a child of the launcher.

A plan is plain JSON: ``registry``, ``as_of``, ``recheck``, ``prefect`` (as users start it, or the flow's function
alone) and ``runs``, nights that are started side by side, each with ``delay`` (seconds), ``fault`` (``none``, those of
tests/chaos/strikes.py, or ``after:SECONDS``, a kill from outside), ``where`` (``night`` or ``crawl``: the process that
it strikes) and ``whole`` (whether a kill takes all processes of the night, as a power cut does).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.faults.launcher import ROOT, strike, strike_crawl
from tests.faults.strikes import WHOLE_GROUP

LONGEST_SECONDS = 180.0
LONGEST_PREFECT_SECONDS = 300.0


def supervise(home: Path, plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Carry the plan out; of each night its exit status (negative: the signal), what it said, whether it hung.

    Comes back when no process of the nights is left but servers of Prefect.
    """
    runs, began = plan["runs"], time.monotonic()
    children: dict[int, int] = {}
    deadlines: dict[int, float] = {}
    for number, run in enumerate(runs):
        child = os.fork()
        if child == 0:
            _one(home, plan, run, number)
        with suppress(OSError):
            os.setpgid(child, child)  # the child does so too: whoever comes first
        children[child] = number
        longest = LONGEST_PREFECT_SECONDS if plan["prefect"] else LONGEST_SECONDS
        deadlines[child] = began + run["delay"] + _after(run["fault"], longest)
    groups = list(children)
    found: list[dict[str, Any]] = [{} for _ in runs]
    while children:
        time.sleep(0.005)
        for child, number in list(children.items()):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                del children[child]
                said = _log(home, number).read_text("utf-8", errors="replace")[-4000:]
                found[number] |= {"status": os.waitstatus_to_exitcode(status), "said": said}
            elif time.monotonic() > deadlines[child]:
                found[number] |= {"hung": not runs[number]["fault"].startswith("after:")}
                (os.killpg if runs[number]["whole"] else os.kill)(child, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while left := _of_groups(groups):
        if time.monotonic() > deadline:
            found[0]["left"] = left
            break
        time.sleep(0.05)
    return found


def _after(fault: str, otherwise: float) -> float:
    kind, _, seconds = fault.partition(":")
    return float(seconds) if kind == "after" else otherwise


def _of_groups(groups: list[int]) -> list[str]:
    """The processes, beside Prefect's servers, that nights left; the dead that nobody asks about are none."""
    table = subprocess.run(["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in table.splitlines()]
    return [
        row[2] for row in rows
        if int(row[0]) in groups and not row[1].startswith("Z") and len(row) > 2 and "prefect.server" not in row[2]
    ]  # fmt: skip


def _log(home: Path, number: int) -> Path:
    return Path(f"{home}.night-{number}.log")


def _one(home: Path, plan: dict[str, Any], run: dict[str, Any], number: int) -> None:
    """One night in this process, which ends with it."""
    status = 1
    try:
        os.setpgid(0, 0)
        log = os.open(_log(home, number), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        for stream in (1, 2):
            os.dup2(log, stream)
        if run["whole"]:
            os.environ[WHOLE_GROUP] = "1"
        time.sleep(run["delay"])
        fault = "none" if run["fault"].startswith("after:") else run["fault"]
        if plan["prefect"]:
            _command(home, plan, fault, run["where"])
        (strike_crawl(fault) if run["where"] == "crawl" else strike(fault, home))
        status = _flow(home, plan)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _flow(home: Path, plan: dict[str, Any]) -> int:
    """The flow's own function, its tasks as plain functions: no Prefect is started, nothing is tried again."""
    from flows import nightly

    def plain(stage: Any, *arguments: Any) -> Any:
        try:
            return stage.fn(*arguments)
        except nightly.StageBrokeError as error:
            return error.result

    nightly._outcome = plain  # type: ignore[assignment]
    nightly.create_markdown_artifact = lambda *a, **k: None  # type: ignore[assignment]
    state = nightly.nightly.fn(
        home=str(home), portals=plan["registry"], recheck=plan["recheck"], as_of=plan["as_of"]
    )  # fmt: skip
    return 0 if state.is_completed() else 1


def _command(home: Path, plan: dict[str, Any], fault: str, where: str) -> None:
    """``gongkai nightly`` in the place of this process."""
    words = ["nightly", "--home", str(home), "--portals", plan["registry"], "--as-of", plan["as_of"]]
    words += ["--recheck"] if plan["recheck"] else []
    struck = [] if fault == "none" else [fault, where, str(home)]
    os.chdir(ROOT)
    os.environ.pop("PREFECT_HOME", None)
    module = ["tests.chaos.nights", *struck, "--"] if struck else ["flows.cli"]
    os.execv(sys.executable, [sys.executable, "-m", *module, *words])


def main(arguments: list[str]) -> None:
    """``FAULT WHERE HOME -- WORDS``: the command line with these words, struck by the fault."""
    fault, where, home, _, *words = arguments
    (strike_crawl(fault) if where == "crawl" else strike(fault, Path(home)))
    from flows.cli import main as command

    sys.argv = ["gongkai", *words]
    command()


if __name__ == "__main__":
    main(sys.argv[1:])
