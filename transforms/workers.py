"""Work done in processes of limited time and memory: a hostile document costs itself, never the batch."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Limits:
    """What one item may cost. Real reports take milliseconds and a few megabytes."""

    seconds: float = 8.0
    memory_bytes: int = 1024**3


STANDARD = Limits()


@dataclass(frozen=True)
class Failed:
    """Why an item gave no result: one sentence."""

    reason: str


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def limited_map(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int | None = None,
    limits: Limits = STANDARD,
) -> Iterator[tuple[Item, Result | Failed]]:
    """``function`` of every item, in the order in which they finish, each with its result or why there is none.

    ``function`` is a module's own (it is sent by name); items and results are pickled. A worker that runs out of
    time, memory or dies is replaced. No exception of ``function`` comes through: it becomes a Failed.
    """
    queue = iter(items)
    pool: list[_Worker[Item]] = []
    try:
        for _ in range(max(1, workers or cores())):
            item = next(queue, _END)
            if item is _END:
                break
            pool.append(_Worker(function, limits))
            pool[-1].begin(item)
        while busy := [worker for worker in pool if worker.busy]:
            soonest = min(worker.deadline for worker in busy)
            wait([worker.connection for worker in busy], timeout=max(0.0, soonest - time.monotonic()))
            for worker in busy:
                outcome = worker.outcome()
                if outcome is None:
                    continue
                done = worker.item
                worker.begin(next(queue, _END))
                yield done, outcome
    finally:
        for worker in pool:
            worker.close()


_END: Any = object()


class _Worker(Generic[Item]):
    """One process and the item it is at."""

    def __init__(self, function: Callable[[Item], Any], limits: Limits) -> None:
        self.function = function
        self.limits = limits
        self.item: Item = _END
        self.deadline = 0.0
        self.start()

    @property
    def busy(self) -> bool:
        return self.item is not _END

    def start(self) -> None:
        # A fork is quick but copies no threads, whose locks it may find held; then a fresh interpreter is used.
        alone = threading.active_count() == 1 and "fork" in multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("fork" if alone else "spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(  # type: ignore[attr-defined]
            target=_serve, args=(theirs, self.function, self.limits.memory_bytes), daemon=True
        )
        self.process.start()
        theirs.close()
        self.fresh = True

    def begin(self, item: Item) -> None:
        """Send the worker its next item; with none left it is idle."""
        self.item = item
        if item is _END:
            return
        if not self.process.is_alive():
            self.start()
        # A fresh interpreter has to import first: its first item gets time for that.
        self.deadline = time.monotonic() + self.limits.seconds + (20.0 if self.fresh else 0.0)
        self.connection.send(item)

    def outcome(self) -> Any | None:
        """Result or Failed of the item, None while it is at work."""
        if self.connection.poll():
            try:
                kind, value = self.connection.recv()
            except (EOFError, OSError):
                return self._ended(self._death())
            if kind == "ready":
                self.fresh = False
                self.deadline = time.monotonic() + self.limits.seconds
                return None
            return value if kind == "result" else Failed(value)
        if time.monotonic() >= self.deadline:
            self.process.kill()
            return self._ended(f"Reading took longer than {self.limits.seconds:g} seconds and was ended.")
        return None

    def _death(self) -> str:
        self.process.join(5)
        code = self.process.exitcode
        if code is not None and code < 0:
            return f"The reader was ended by {signal.Signals(-code).name}: the document broke it or memory ran out."
        return f"The reader ended with status {code}."

    def _ended(self, reason: str) -> Failed:
        # The next item, if there is one, starts another process.
        self.connection.close()
        self.process.join(5)
        return Failed(reason)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.close()
        self.process.join(0.5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join(5)


def _serve(connection: Connection, function: Callable[[Any], Any], memory_bytes: int) -> None:
    """The life of a worker: one item after the other until the parent hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(memory_bytes)
    with contextlib.suppress(OSError):
        connection.send(("ready", None))
    while True:
        try:
            item = connection.recv()
        except (EOFError, OSError):
            return
        try:
            message = ("result", function(item))
        except MemoryError:
            message = ("failed", f"Reading needed more than {memory_bytes // 1024**2} MB of memory.")
        except RecursionError:
            message = ("failed", "The document is nested too deeply.")
        except Exception as error:  # a fault of ours must not stop the batch; it is named instead
            message = ("failed", f"The reader failed on it: {type(error).__name__}: {error}"[:500])
        connection.send(message)


def _limit_memory(memory_bytes: int) -> None:
    """Let the process grow by so much over what it began with: a fork begins with all that its parent had mapped."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    with contextlib.suppress(ValueError, OSError):
        mapped = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (mapped + memory_bytes, resource.RLIM_INFINITY))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.RLIM_INFINITY))
