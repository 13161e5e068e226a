"""Work done in processes of limited time and memory: a hostile document costs itself, never the batch."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Limits:
    """What one item may cost, unless it asks for more time by ``allow``.

    Real reports take milliseconds and a few megabytes.
    """

    seconds: float = 10.0
    memory_bytes: int = 1024**3


STANDARD = Limits()


@dataclass(frozen=True)
class Failed:
    """Why an item gave no result: one sentence."""

    reason: str


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def allow(seconds: float) -> None:
    """Let the item at work take so many seconds from now on, where its limit would end it sooner.

    For work that is known to be slow: another program, the recognition of many pages. To be called by the function
    of ``limited_map``, in its worker; anywhere else it does nothing.
    """
    if _parent is not None:
        _parent.send(("allow", seconds))


def limited_map(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int | None = None,
    limits: Limits = STANDARD,
) -> Iterator[tuple[Item, Result | Failed]]:
    """``function`` of every item, in the order in which they finish, each with its result or why there is none.

    ``function`` is a module's own (it is sent by name); items and results are pickled. A worker that runs out of
    time, memory or dies is replaced; an item for which memory ran out, or at which a worker died, that had others
    before it is tried once more in a fresh one: they may have left too little. No exception of ``function`` comes
    through: it becomes a Failed.
    """
    queue = iter(items)
    pool: list[_Worker[Item]] = []
    try:
        for _ in range(max(1, workers or cores())):
            worker = _Worker(function, limits)
            worker.feed(queue)
            if not worker.busy:
                break
            pool.append(worker)
        while busy := [worker for worker in pool if worker.busy]:
            soonest = min(worker.deadline for worker in busy)
            wait([worker.connection for worker in busy], timeout=max(0.0, soonest - time.monotonic()))
            for worker in busy:
                for done, outcome in worker.outcomes():
                    worker.feed(queue)
                    yield done, outcome
    finally:
        for worker in pool:
            worker.stop()
        for worker in pool:
            worker.close()


# In a worker: the connection to the process that feeds it.
_parent: Connection | None = None
_END: Any = object()
_STOP = "\0stop"
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # of malloc.h
_PR_SET_PDEATHSIG = 1  # of sys/prctl.h
_START_SECONDS = 20.0
# Of the time in which no processor was free an item gets this many times its own back, no more: nothing hangs.
_MOST_PATIENCE = 9
_LEAST_WAIT_SECONDS = 0.1
# One item at work and one waiting: the worker need not wait for us between two.
_PENDING = 2


class _Worker(Generic[Item]):
    """One process and the items that it was sent, the one at work first."""

    def __init__(self, function: Callable[[Item], Any], limits: Limits) -> None:
        self.function = function
        self.limits = limits
        self.pending: deque[Item] = deque()
        self.process: BaseProcess | None = None
        self.served = 0  # items that this process has ended
        self.seconds = limits.seconds  # what the item at work may take
        self.deadline = 0.0
        self.waited = 0.0  # that the process had waited for a processor when the item at work began
        self.given_back = 0.0

    @property
    def busy(self) -> bool:
        return bool(self.pending)

    def feed(self, queue: Iterator[Item]) -> None:
        """Send items until enough are pending or none is left."""
        while len(self.pending) < _PENDING:
            item = next(queue, _END)
            if item is _END:
                return
            self.pending.append(item)
            if self.process is None:
                self.start()
            else:
                self.send(item)

    def start(self) -> None:
        """Start a process and send it everything that is pending."""
        # A fork is quick but copies no threads, whose locks it may find held; then a fresh interpreter is used.
        alone = threading.active_count() == 1 and "fork" in multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("fork" if alone else "spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(  # type: ignore[attr-defined]
            target=_serve, args=(theirs, self.function, self.limits.memory_bytes), daemon=True
        )
        self.process.start()
        self.served = 0
        theirs.close()
        # A fresh interpreter has to import first.
        self.begin(_START_SECONDS)
        for item in self.pending:
            self.send(item)

    def send(self, item: Item) -> None:
        # A process that has just died is found out by `outcomes`; the item stays pending and goes to the next.
        with contextlib.suppress(OSError):
            self.connection.send(item)

    def outcomes(self) -> Iterator[tuple[Item, Any]]:
        """Items that came to an end since the last look, each with its result or Failed."""
        while self.pending and self.connection.poll():
            try:
                kind, value = self.connection.recv()
            except (EOFError, OSError):
                kind, value = "exhausted", self.death()
            now = time.monotonic()
            if kind == "allow":
                self.seconds = max(self.seconds, value)
                self.deadline = max(self.deadline, now + value)
                continue
            if kind == "exhausted":
                if self.served:
                    self.replace()
                else:
                    yield self.give_up(value)
                return
            self.begin()
            if kind != "ready":
                self.served += 1
                yield self.pending.popleft(), value if kind == "result" else Failed(value)
        if self.pending and time.monotonic() >= self.deadline and not self.was_kept_waiting():
            yield self.give_up(f"Reading took longer than {self.seconds:g} seconds and was ended.")

    def begin(self, more_seconds: float = 0.0) -> None:
        """Set the clock of the next item."""
        self.seconds = self.limits.seconds
        self.deadline = time.monotonic() + self.seconds + more_seconds
        self.waited = self.seconds_waited()
        self.given_back = 0.0

    def was_kept_waiting(self) -> bool:
        """Whether a busy machine kept the item from its time; then the deadline is that much later.

        Otherwise a document that takes seconds would be unreadable for as long as this version reads, because of what
        else ran that night.
        """
        lost = self.seconds_waited() - self.waited - self.given_back
        more = min(lost, _MOST_PATIENCE * self.seconds - self.given_back)
        if more < _LEAST_WAIT_SECONDS:
            return False
        self.deadline += more
        self.given_back += more
        return True

    def seconds_waited(self) -> float:
        return _seconds_waited(self.process.pid) if self.process is not None and self.process.pid else 0.0

    def death(self) -> str:
        assert self.process
        self.process.join(5)
        code = self.process.exitcode
        if code is not None and code < 0:
            return f"The reader was ended by {signal.Signals(-code).name}: the document broke it or memory ran out."
        return f"The reader ended with status {code}."

    def give_up(self, reason: str) -> tuple[Item, Failed]:
        """End the process and with it the item at work; what was waiting goes to the next process."""
        item = self.pending.popleft()
        self.replace()
        return item, Failed(reason)

    def replace(self) -> None:
        """End the process; another one goes on with what is pending."""
        if self.process is not None:
            self.process.kill()
        self.close()
        if self.pending:
            self.start()

    def stop(self) -> None:
        """Tell an idle process to end; a busy one is ended by ``close``."""
        if self.process is not None and not self.pending:
            with contextlib.suppress(OSError):
                self.connection.send(_STOP)

    def close(self) -> None:
        """End the process: an idle one was told to and gets a moment for it."""
        if self.process is None:
            return
        if not self.pending:
            self.process.join(1.0)
        self.process.kill()
        self.process.join(5)
        self.connection.close()
        self.process = None


def _seconds_waited(pid: int) -> float:
    """Seconds that a process was ready to run and no processor was free for it; 0 where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        # Linux: nanoseconds on a processor, nanoseconds in the queue for one, turns; of the main thread.
        return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[1]) / 1e9
    return 0.0


def _serve(connection: Connection, function: Callable[[Any], Any], memory_bytes: int) -> None:
    """The life of a worker: one item after the other until the parent hangs up."""
    global _parent
    _parent = connection
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    _be_sparing()
    _limit_memory(memory_bytes)
    with contextlib.suppress(OSError):
        connection.send(("ready", None))
    while True:
        try:
            item = connection.recv()
        except (EOFError, OSError):
            return
        if item == _STOP:
            return
        try:
            message = ("result", function(item))
        except MemoryError:
            message = ("exhausted", f"Reading needed more than {memory_bytes // 1024**2} MB of memory.")
        except RecursionError:
            message = ("failed", "The document is nested too deeply.")
        except Exception as error:  # a fault of ours must not stop the batch; it is named instead
            message = ("failed", f"The reader failed on it: {type(error).__name__}: {error}"[:500])
        connection.send(message)


def _end_with_parent() -> None:
    """Have Linux end this process with the one that feeds it, even when that is killed.

    Nothing else would: forks hold copies of the other ends of their connections, which therefore never close, and
    nobody is left to end a document that takes for ever.
    """
    with contextlib.suppress(OSError, AttributeError):  # other systems have no such call
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    parent = multiprocessing.parent_process()
    if parent is not None and os.name == "posix" and os.getppid() != parent.pid:  # it was killed before that
        os._exit(1)


def _be_sparing() -> None:
    """Take addresses only for what is used: the limit is one of addresses, and a worker reads many documents.

    Large pieces are returned when they are freed: kept in the heap, they lie between smaller ones, and page images
    fit in only without such gaps. Threads share two heaps, for each of which 64 MB are reserved. Arrow's own store,
    which reserves a gigabyte at its first use, is not taken.
    """
    with contextlib.suppress(OSError, AttributeError):  # not in other C libraries than GNU's
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 20)
        libc.mallopt(_M_ARENA_MAX, 2)
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    if arrow := sys.modules.get("pyarrow"):  # a fork has it from its parent, with the store chosen there
        arrow.set_memory_pool(arrow.system_memory_pool())


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
