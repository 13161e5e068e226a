"""Benchmark (l): documents read on one worker of a Dask cluster on this machine and on two.

Run: python benchmarks/cluster.py [pages]

The whole normalize stage over laid-out pages. A worker is a process of one thread that has each batch read in a process
of its own; the start of the cluster is left out, that of each batch is not.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import dask
from distributed import LocalCluster
from normalizing import archive

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from transforms.lake.cluster import read_rows_on  # noqa: E402
from transforms.normalize import normalize  # noqa: E402


def seconds(home: Path, workers: int) -> float:
    """Wall seconds of a normalize that makes lake and ids anew."""
    for folder in ("lake", "identity"):
        shutil.rmtree(home / folder, ignore_errors=True)
    with (
        dask.config.set({"distributed.worker.daemon": False}),
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster,
    ):
        begun = time.monotonic()
        summary = normalize(home, read=partial(read_rows_on, cluster.scheduler_address))
        assert not summary.problems, summary.problems
        return time.monotonic() - begun


def main(pages: int) -> None:
    """Print the seconds of one worker and of two, and their ratio; the two take turns, the faster round counts."""
    with tempfile.TemporaryDirectory() as folder:
        home = archive(Path(folder) / "home", pages)
        found = {workers: min(seconds(home, workers) for _ in range(2)) for workers in (1, 2)}
        for workers, taken in found.items():
            print(f"{workers} worker(s): {pages} pages in {taken:.1f} s, {pages / taken:.0f} documents/s")
        print(f"ratio {found[1] / found[2]:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
