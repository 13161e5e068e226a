"""Our own progress on standard error: a bar on a terminal for what lasts, nothing at all elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

APPEARS_AFTER_SECONDS = 1.5


class Display:
    """Shows the latest report of each label; starts drawing only when the work has lasted a while."""

    def __init__(self, at_once: bool) -> None:
        self.appears_at = time.monotonic() + (0 if at_once else APPEARS_AFTER_SECONDS)
        self.progress: Progress | None = None
        self.tasks: dict[str, TaskID] = {}

    def update(self, label: str, done: int, total: int | None) -> None:
        """Note that of ``total`` steps (None: not known) of the work called ``label`` so many are done."""
        if self.progress is None:
            if time.monotonic() < self.appears_at:
                return
            self.progress = _bar()
            self.progress.start()
        if label not in self.tasks:
            # One line at a time: the stage before has ended when the next one reports.
            for task in self.tasks.values():
                self.progress.update(task, visible=False)
            self.tasks[label] = self.progress.add_task(label, total=total)
        self.progress.update(self.tasks[label], completed=done, total=total)

    def stop(self) -> None:
        if self.progress is not None:
            self.progress.stop()


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


_active: Display | None = None


@contextmanager
def shown(at_once: bool = False) -> Iterator[None]:
    """Show what is reported while the block runs, if standard error is a terminal.

    ``at_once`` is for work that is sure to last; otherwise the bar appears only when the work has lasted.
    """
    global _active
    if _active is not None or not sys.stderr.isatty():
        yield
        return
    _active = Display(at_once)
    try:
        yield
    finally:
        _active.stop()
        _active = None


def report(label: str, done: int, total: int | None) -> None:
    """What every stage is given as its ``on_progress``."""
    if _active is not None:
        _active.update(label, done, total)
