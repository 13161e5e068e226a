"""The log of a night, ``runs/<run id>.log.jsonl``: every line has the run's id and its stage, whoever wrote it."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows import progress
from spiders.log import FILE_VARIABLE, RUN_VARIABLE, RunLog

# The rooms' own loggers; Prefect keeps its log itself.
ROOMS = ("flows", "spiders", "transforms", "warehouse")

_log = logging.getLogger("flows.night")
_active: RunLog | None = None


def log_path(home: Path, run_id: str) -> Path:
    """Where the log of a run stands."""
    return home / "runs" / f"{run_id}.log.jsonl"


@contextmanager
def writing(home: Path, run_id: str) -> Iterator[None]:
    """Write the log of a run while the block lasts; crawl processes that it starts append to the same file.

    A log that cannot be written costs the run nothing.
    """
    global _active
    path = log_path(home, run_id)
    try:
        _active = RunLog(path, {"run_id": run_id, "stage": None})
    except OSError:
        yield
        return
    rooms = [logging.getLogger(name) for name in ROOMS]
    before = [(room.level, room.propagate) for room in rooms]
    surroundings = {name: os.environ.get(name) for name in (FILE_VARIABLE, RUN_VARIABLE)}
    os.environ.update({FILE_VARIABLE: str(path), RUN_VARIABLE: run_id})
    for room in rooms:
        room.addHandler(_active)
        room.setLevel(logging.INFO)
        # Others' handlers (Prefect's writes to the terminal) are not for it.
        room.propagate = False
    try:
        yield
    finally:
        for room, (level, propagate) in zip(rooms, before, strict=True):
            room.removeHandler(_active)
            room.setLevel(level)
            room.propagate = propagate
        for name, value in surroundings.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        _active.close()
        _active = None


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Put the stage's name into every line while the block lasts."""
    if _active is None:
        yield
        return
    _active.common["stage"] = name
    _steps.clear()
    try:
        yield
    finally:
        _active.common["stage"] = None


def tell(message: str, level: int = logging.INFO, **about: Any) -> None:
    """One line of our own; ``about`` are fields of ``spiders.log.FIELDS``."""
    if _active is not None:
        _log.log(level, message, extra=about)


# Steps of the stage at work: when each began, None once it is done.
_steps: dict[str, float | None] = {}


def step(label: str, done: int, total: int | None) -> None:
    """What every stage is given as its ``on_progress``: shown on a terminal, and logged when a step begins and ends."""
    progress.report(label, done, total)
    if _active is None:
        return
    if label not in _steps:
        _steps[label] = time.monotonic()
        tell(f"{label}: begins", total=total)
    began = _steps[label]
    if began is not None and total is not None and done >= total:
        _steps[label] = None
        tell(f"{label}: done", done=done, total=total, seconds=round(time.monotonic() - began, 2))
