"""Benchmark (d): the normalize stage on one core and on two, over the same archive, and what memory it takes.

Run: python benchmarks/normalizing.py [documents] [rounds]

Each run is a process of its own that may use one processor or two. It first normalizes a home of three documents, so
that libraries, forms and schemas are loaded; the time of that (start-up, a second or so) is left out. The sides take
turns, and of each the fastest round counts.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from corpus import ROOT, pages

_MB = 1024**2


def archive(home: Path, count: int) -> Path:
    """A raw archive of ``count`` laid-out reports, each of an agency of its own."""
    laid_out = enumerate(pages(count))
    return archive_of(home, [page.replace("云岭县教育局".encode(), f"云岭县第{n}局".encode()) for n, page in laid_out])


def archive_of(home: Path, documents: Iterable[bytes]) -> Path:
    """A raw archive of these documents, as if one crawl had fetched them."""
    crawl_id = "20260101T000000Z-abcdef"
    shared = {"kind": "fetch", "crawl_id": crawl_id, "portal_id": "p", "role": "article", "outcome": "stored"}
    rows = []
    for number, data in enumerate(documents):
        sha256 = hashlib.sha256(data).hexdigest()
        path = home / "raw" / "documents" / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        url = f"https://example.invalid/{number}.html"
        rows.append({**shared, "url": url, "sha256": sha256, "fetched_at": "2026-01-01T00:00:00+00:00"})
    manifest = home / "raw" / "manifests" / f"{crawl_id}.jsonl"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return home


def once(warm: Path, home: Path) -> dict[str, float]:
    """Normalize in this process, warmed up: wall and CPU seconds of it and its workers, and peak memory in MB."""
    from transforms.normalize import normalize

    normalize(warm)
    before = _resident_mb()
    begun, cpu = time.monotonic(), _cpu_seconds()
    normalize(home)
    return {
        "seconds": time.monotonic() - begun,
        "cpu": _cpu_seconds() - cpu,
        "own_mb": _peak_mb(resource.RUSAGE_SELF),
        "grown_mb": _peak_mb(resource.RUSAGE_SELF) - before,
        "worker_mb": _peak_mb(resource.RUSAGE_CHILDREN),
    }


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak_mb(who: int) -> float:
    return resource.getrusage(who).ru_maxrss * 1024 / _MB


def _resident_mb() -> float:
    pages_resident = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages_resident * resource.getpagesize() / _MB


def run(warm: Path, home: Path, cores: list[int]) -> dict[str, Any]:
    """``once`` in a process that may use these processors; lake and ids are made anew."""
    for folder in ("lake", "identity"):
        shutil.rmtree(home / folder, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, __file__, "--once", str(warm), str(home)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    return json.loads(done.stdout)


def main(count: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        warm, home = archive(Path(folder) / "warm", 3), archive(Path(folder) / "home", count)
        print(f"{count} documents, normalize without start-up")
        sides = {"one core": [0], "two cores": [0, 1]}
        rounds_of: dict[str, list[dict[str, Any]]] = {name: [] for name in sides}
        for _ in range(rounds):
            for name, cores in sides.items():
                rounds_of[name].append(run(warm, home, cores))
        fastest = []
        for name, found in rounds_of.items():
            # Other work on the machine only ever adds: the fastest round is the least disturbed one.
            best = min(found, key=lambda one: one["seconds"])
            fastest.append(best["seconds"])
            print(
                f"  {name:9} {best['seconds']:6.2f} s  {count / best['seconds']:5.0f} documents/s  "
                f"CPU {best['cpu']:6.2f} s  "
                f"memory {best['own_mb']:4.0f} MB, grown by {best['grown_mb']:4.0f} MB; a worker "
                f"{best['worker_mb']:4.0f} MB"
            )
        print(f"  ratio {fastest[0] / fastest[1]:4.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        print(json.dumps(once(Path(sys.argv[2]), Path(sys.argv[3]))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
