"""Faults at random places: the nth time that a process changes something in a home, or a limit on the size of files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from tests.faults.points import POINTS
from tests.faults.strikes import Strike, die, disk_is_full, small_files

# Events of Python's audit hooks that are about to change the file whose path is the first argument (or the second).
CHANGES = frozenset({"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.copyfile"})
# What a disk that is full refuses; to remove and to rename takes no room.
TAKES_ROOM = frozenset({"open", "os.link", "os.mkdir", "shutil.copyfile"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def arm(fault: str, home: Path) -> None:
    """Arm a fault in this process.

    ``point:NAME`` is one of tests/faults; ``kill:N`` kills at the nth change of a file or folder of the home that
    Python makes, ``full:N:M`` finds the disk full at the nth and the M after it, ``limit:K`` lets no file grow beyond
    K kilobytes.
    """
    kind, *numbers = fault.split(":")
    match kind:
        case "point":
            POINTS[numbers[0]].strike()
        case "kill":
            at_changes(home, range(int(numbers[0]), int(numbers[0]) + 1), die)
        case "full":
            first, more = map(int, numbers)
            at_changes(home, range(first, first + more + 1), disk_is_full)
        case "limit":
            small_files(int(numbers[0]))()
        case _:
            raise ValueError(f"no such fault: {fault}")


def at_changes(home: Path, struck: range, strike: Strike) -> None:
    """Strike before those changes of files below the home whose numbers, counted from 1, are in ``struck``."""
    seen, full = [0], strike is disk_is_full
    below, not_ours = f"{home}{os.sep}", f"{home}{os.sep}runs{os.sep}.prefect"

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            if not isinstance(arguments[2], int) or not arguments[2] & _WRITING:
                return
        elif event not in CHANGES:
            return
        paths = [os.fsdecode(path) for path in arguments[:2] if isinstance(path, (str, bytes, os.PathLike))]
        if not any(path.startswith(below) and not path.startswith(not_ours) for path in paths):
            return
        if full and event not in TAKES_ROOM:
            return
        seen[0] += 1
        if seen[0] in struck:
            strike()

    sys.addaudithook(hook)
