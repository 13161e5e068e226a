"""Benchmark (l): documents read on one worker of a Dask cluster on this machine and on two.

Run: python benchmarks/cluster.py [pages] [scans]

The whole normalize stage over laid-out pages, and over scanned reports of tests/generator (extra ocr). A worker is a
process of one thread that has each batch read in a process of its own; the start of the cluster is left out, that of
each batch is not. Scans come in batches of four, so that two workers have the same to do.
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
from normalizing import archive, archive_of

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import transforms.lake.cluster  # noqa: E402
from tests.generator.compose import make_report  # noqa: E402
from tests.generator.kinds.registry import named, render  # noqa: E402
from tests.generator.layouts import layouts  # noqa: E402
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


def compare(kind: str, home: Path, number: int, rounds: int = 2) -> None:
    """Print the seconds of one worker and of two, and their ratio; the two take turns, the faster round counts."""
    found = {workers: min(seconds(home, workers) for _ in range(rounds)) for workers in (1, 2)}
    taken = ", ".join(f"{workers} worker(s) {each:.1f} s" for workers, each in found.items())
    print(f"{number} {kind}: {taken}, ratio {found[1] / found[2]:.2f}", flush=True)


def main(pages: int, scans: int) -> None:
    """Compare over pages, then over scans; none of a kind leaves it out."""
    with tempfile.TemporaryDirectory() as folder:
        if pages:
            compare("pages", archive(Path(folder) / "pages", pages), pages)
        if scans:
            (kind,) = named(["scan"])
            reports = [make_report(f"cluster-{number}", layouts()["official"], None) for number in range(scans)]
            documents = [path.read_bytes() for path in render(kind, reports)]
            transforms.lake.cluster._BATCH_SECONDS = 4.0
            compare("scans", archive_of(Path(folder) / "scans", documents), scans, rounds=1)


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:3]]
    main(given[0] if given else 4000, given[1] if len(given) > 1 else 24)
