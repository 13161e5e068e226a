"""Readers of a published warehouse while nights go on: ``python -m tests.chaos.reader holder|newcomer PATH SECONDS``.

The holder keeps the file open from one line of its standard input to the next and asks the same of it all the time; the
newcomer opens it anew each time; both pause so many seconds in between. Each writes a line for every error, and at the
end of its input how often it read.
"""

from __future__ import annotations

import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from tests.faults.launcher import ROOT

PAUSE_SECONDS = 0.15
# A warehouse that is whole says so, and answers over its tables and over facts in its store.
QUERY = """
    SELECT (SELECT value FROM build_info WHERE key = 'checks'), (SELECT sum(length(title)) FROM report),
           (SELECT sum(length(text)) FROM section_text), (SELECT sum(value) FROM disclosure),
           (SELECT count(DISTINCT name) FROM division)
"""


def read(connection: duckdb.DuckDBPyConnection) -> tuple[object, ...]:
    found = connection.execute(QUERY).fetchone()
    assert found is not None
    if found[0] != "passed":
        raise AssertionError(f"the published warehouse did not pass its checks: {found}")
    return found


def follow(kind: str, path: Path, pause_seconds: float) -> None:
    """Read until the input ends."""
    times, connection, first, seen = 0, None, None, False
    while True:
        ready, _, _ = select.select([sys.stdin], [], [], pause_seconds)
        if ready:
            if not sys.stdin.readline():
                print(f"read {times}", flush=True)
                return
            if connection is not None:
                connection.close()
            connection = None
        if not seen and not path.exists():
            continue
        seen = True
        try:
            if connection is None:
                connection = duckdb.connect(str(path), read_only=True, config={"threads": 1})
                first = read(connection)
            elif (now := read(connection)) != first:
                raise AssertionError(f"the open file says {now}, and said {first}")
            if kind == "newcomer":
                connection.close()
                connection = None
            times += 1
        except Exception as error:
            print(f"{kind}: {type(error).__name__}: {error}".replace("\n", " "), flush=True)
            connection = None


class Readers:
    """Both readers of a file."""

    def __init__(self, path: Path, pause_seconds: float) -> None:
        self._processes = [
            subprocess.Popen(
                ["nice", sys.executable, "-m", "tests.chaos.reader", kind, str(path), str(pause_seconds)],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for kind in ("holder", "newcomer")
        ]  # fmt: skip

    def again(self) -> None:
        """Have the holder let go of its file and take the one that is published now."""
        holder = self._processes[0]
        assert holder.stdin is not None
        holder.stdin.write("\n")
        holder.stdin.flush()

    def trouble(self) -> list[str]:
        """Errors so far that were not told yet."""
        found = []
        for process in self._processes:
            assert process.stdout is not None
            while select.select([process.stdout], [], [], 0)[0] and (line := process.stdout.readline()):
                found.append(line.strip())
        return found

    def close(self) -> list[str]:
        """End both; what they said at last, and how often each read."""
        found = []
        for process in self._processes:
            found += process.communicate(timeout=30)[0].splitlines()
        return found


@contextmanager
def reading(path: Path, pause_seconds: float = PAUSE_SECONDS) -> Iterator[Readers]:
    """Readers of the file while the block runs."""
    readers = Readers(path, pause_seconds)
    try:
        yield readers
    finally:
        readers.close()


if __name__ == "__main__":
    follow(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
