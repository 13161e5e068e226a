"""Benchmark (d): the normalize stage on one core and on two, over the same archive.

Run: python benchmarks/normalizing.py [documents]
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus import ROOT, pages

_RUN = "from pathlib import Path; from transforms.normalize import normalize; normalize(Path({home!r}))"


def archive(home: Path, count: int) -> None:
    """A raw archive of ``count`` laid-out reports, each of an agency of its own."""
    crawl_id = "20260101T000000Z-abcdef"
    shared = {"kind": "fetch", "crawl_id": crawl_id, "portal_id": "p", "role": "article", "outcome": "stored"}
    rows = []
    for number, page in enumerate(pages(count)):
        data = page.replace("云岭县教育局".encode(), f"云岭县第{number}局".encode())
        sha256 = hashlib.sha256(data).hexdigest()
        path = home / "raw" / "documents" / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        url = f"https://example.invalid/{number}.html"
        rows.append({**shared, "url": url, "sha256": sha256, "fetched_at": "2026-01-01T00:00:00+00:00"})
    manifest = home / "raw" / "manifests" / f"{crawl_id}.jsonl"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def seconds(home: Path, cores: list[int]) -> float:
    """Wall seconds of one run on these processors, with start-up; the lake is made anew."""
    shutil.rmtree(home / "lake", ignore_errors=True)
    begun = time.monotonic()
    subprocess.run(
        [sys.executable, "-c", _RUN.format(home=str(home))],
        cwd=ROOT,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    return time.monotonic() - begun


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        archive(home, count)
        print(f"{count} documents, normalize with start-up")
        for _ in range(3):
            one, two = seconds(home, [0]), seconds(home, [0, 1])
            print(f"  one core {one:6.2f} s  two cores {two:6.2f} s  ratio {one / two:4.2f}")
