"""Documents read on a Dask cluster, for archives with more scans than one machine reads in a night.

The Prefect collection for Dask would make a task run of each batch, and needs a flow; a client of the scheduler does
the same for every command. Each batch is read in processes of limited time and memory, as on one machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from transforms.lake.spill import ReadRows, read_rows
from transforms.manifest import opened
from transforms.unchanged import software

# A batch costs half a second to begin, and should end within a minute. What may be a scan, which takes seconds, counts
# as one of a second, anything else by what a page takes at most.
_BATCH_SECONDS = 20.0
_SLOW, _QUICK = 1.0, 0.02
_MAY_BE_SCANS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
_PENDING = 2  # batches that a worker has, one of them at work


class ClusterError(Exception):
    """Documents could not be read on the cluster; the text says what to do."""


def read_rows_on(address: str, paths: Iterable[Path]) -> Iterator[ReadRows]:
    """As ``read_rows``, on the workers of the Dask scheduler at ``address``, which must see the same files.

    Raises ClusterError when the extra ``dask`` is not installed, no scheduler or worker answers, a worker has other
    software than this process, or a batch was lost with its workers more often than the scheduler allows.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise ClusterError(f"Reading on Dask needs the extra: pip install 'gongkai[dask]' ({error}).") from error
    batches = _batched(paths)
    if (first := next(batches, None)) is None:
        return
    try:
        with Client(address, timeout=10) as client:
            workers = client.run(_software)
            _same_everywhere(address, workers)
            begun = islice(batches, _PENDING * len(workers) - 1)
            running = as_completed(client.map(_read, [first, *begun], pure=False))
            for done in running:
                read: list[ReadRows] = done.result()
                done.release()
                if (batch := next(batches, None)) is not None:
                    running.add(client.submit(_read, batch, pure=False))
                yield from read
    except ClusterError:
        raise
    except Exception as error:
        raise ClusterError(
            f"Reading on the Dask cluster at {address} broke off: {type(error).__name__}: {error}. Nothing is lost; "
            "mend the cluster and run `gongkai normalize` again, or run it without GONGKAI_DASK."
        ) from error


def _batched(paths: Iterable[Path]) -> Iterator[list[Path]]:
    batch, seconds = list[Path](), 0.0
    for path in paths:
        batch.append(path)
        seconds += _seconds(path)
        if seconds >= _BATCH_SECONDS:
            yield batch
            batch, seconds = [], 0.0
    if batch:
        yield batch


def _seconds(path: Path) -> float:
    try:
        with opened(path) as file:
            return _SLOW if file.read(8).startswith(_MAY_BE_SCANS) else _QUICK
    except OSError:  # for whoever reads it to tell
        return _QUICK


def _read(paths: Sequence[Path]) -> list[ReadRows]:
    """In a worker of the cluster, which counts as one processor."""
    return list(read_rows(paths, workers=1))


def _software() -> str:
    return software()


def _same_everywhere(address: str, workers: dict[str, Any]) -> None:
    if not workers:
        raise ClusterError(f"The Dask scheduler at {address} has no workers. Start some with `dask worker {address}`.")
    if others := sorted(worker for worker, found in workers.items() if found != software()):
        raise ClusterError(
            f"Other software than here is on {len(others)} of the {len(workers)} Dask workers, as {others[0]}. Install "
            "the same version everywhere: what is read must not depend on where."
        )
