"""One writer at a time: an OS lock on the home folder, with a note beside it that says who holds it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from flows.errors import LockedError

LOCK_NAME = ".lock"
HOLDER_NAME = ".lock.json"


@contextmanager
def one_writer(home: Path, command: str) -> Iterator[None]:
    """Hold the home's lock while the block runs; within one process it may be taken again.

    The operating system releases the lock when the process ends, however it ends: a killed run leaves nothing
    to clean up. Raises LockedError at once, naming the holder, when another process has it.
    """
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / LOCK_NAME, timeout=0, thread_local=False, is_singleton=True)
    try:
        lock.acquire()
    except Timeout:
        raise LockedError(_refusal(home)) from None
    holder = home / HOLDER_NAME
    outermost = lock.lock_counter == 1
    if outermost:
        note = {
            "pid": os.getpid(),
            "command": command,
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        holder.write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
    try:
        yield
    finally:
        if outermost:
            holder.unlink(missing_ok=True)
        lock.release()


def _refusal(home: Path) -> str:
    try:
        note = json.loads((home / HOLDER_NAME).read_text(encoding="utf-8"))
        who = f"`{note['command']}` (process {note['pid']}, since {note['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        who = "another process"
    return (
        f"{home} is being written by {who}, and only one run may write at a time. "
        "Nothing was changed; wait for it to end, or use another --home. "
        "Reading (sql, compare, status) goes on meanwhile."
    )
