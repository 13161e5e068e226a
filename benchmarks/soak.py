"""Benchmark (m): night after night one home grows to some hundred thousand documents; what memory each night takes.

``python benchmarks/soak.py [documents] [nights] [folder]``. Every report of seven years has figures of its own and is
of a real county's bureau. Each night adds as many documents, by a manifest such as a crawl writes; ``normalize``, and
``load`` with its publish, run as processes of their own, as every night does, and the most memory of each is told.
"""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.transforms.layouts import html_page, make_figures  # noqa: E402
from transforms.gazetteer import all_divisions  # noqa: E402

YEARS = range(2019, 2026)
BUREAUS = "人民政府 教育局 财政局 民政局 司法局 水利局 审计局 统计局 信访局 农业农村局 卫生健康局 应急管理局".split()


def reports(documents: int) -> Iterator[tuple[int, bytes]]:
    """Year and page of so many reports, year by year, each agency's figures other ones every year."""
    counties = sorted({one.full_name for one in all_divisions() if one.level == "county" and one.stood_in(YEARS[-1])})
    agencies = [county + bureau for bureau in BUREAUS for county in counties]
    of_year = -(-documents // len(YEARS))
    if of_year > len(agencies):
        sys.exit(f"There are {len(agencies)} agencies to report; {documents} documents would need {of_year}.")
    made = ((year, number) for year in YEARS for number in range(of_year))
    for year, number in islice(made, documents):
        figures = make_figures(year * 1_000_003 + number, "F2021" if year > 2020 else "F2019")
        figures.name, figures.year = agencies[number], year
        yield year, html_page(figures)


def fetch(home: Path, number: int, pages: list[tuple[int, bytes]]) -> None:
    """Lay down documents and manifest as the crawl of one night would."""
    at = datetime(2026, 1, 1) + timedelta(days=number)
    crawl_id = f"{at:%Y%m%dT%H%M%SZ}-{number:06x}"
    shared: dict[str, Any] = {"kind": "fetch", "crawl_id": crawl_id, "portal_id": "p", "role": "article"}
    shared |= {"outcome": "stored", "fetched_at": f"{at.isoformat()}+00:00", "declared_host": True}
    lines = []
    for which, (year, page) in enumerate(pages):
        sha256 = hashlib.sha256(page).hexdigest()
        path = home / "raw" / "documents" / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page)
        row = {**shared, "url": f"https://example.invalid/{number}/{which}.html", "sha256": sha256, "report_year": year}
        lines.append(json.dumps(row) + "\n")
    manifest = home / "raw" / "manifests" / f"{crawl_id}.jsonl"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text("".join(lines), "utf-8")


def stage(name: str, home: Path) -> dict[str, Any]:
    """Run a stage in this process: seconds, CPU seconds of it and its workers, peak memory in MB."""
    begun = time.monotonic()
    if name == "normalize":
        from transforms.normalize import normalize

        found = normalize(home)
        said = {"read": found.documents_read, "known": found.documents_known + found.documents_read}
        said |= {"problems": len(found.problems), "failed": found.failed_checks, "unplaced": found.unplaced}
    else:
        from warehouse.build import build, publish

        said = {"reports": build(home).tables["report"]}
        said |= {"file": publish(home).stat().st_size // 1_000_000}
    used = {who: resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)}
    return said | {
        "seconds": time.monotonic() - begun,
        "cpu": sum(one.ru_utime + one.ru_stime for one in used.values()),
        "peak": used[resource.RUSAGE_SELF].ru_maxrss / 1000,
        "worker": used[resource.RUSAGE_CHILDREN].ru_maxrss / 1000,
    }


def main(documents: int, nights: int, folder: Path) -> None:
    """Play the nights and print a row of a table for each."""
    home, size = folder / "home", -(-documents // nights)
    made = reports(documents)
    print("| night | documents | normalize: s | CPU s | MB | worker MB | load: s | CPU s | MB | file MB |", flush=True)
    print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for number in range(nights):
        fetch(home, number, list(islice(made, size)))
        n, w = _run("normalize", home), _run("load", home)
        if n["problems"] or n["unplaced"] or n["failed"] or w["reports"] != n["known"]:
            sys.exit(f"night {number + 1} is not as it must be: {n} {w}")
        cells = [number + 1, n["known"], f"{n['seconds']:.0f}", f"{n['cpu']:.0f}", f"{n['peak']:.0f}"]
        cells += [f"{n['worker']:.0f}", f"{w['seconds']:.0f}", f"{w['cpu']:.0f}", f"{w['peak']:.0f}", w["file"]]
        print(f"| {' | '.join(map(str, cells))} |", flush=True)


def _run(name: str, home: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--stage", name, str(home)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["--stage"]:
        print(json.dumps(stage(sys.argv[2], Path(sys.argv[3]))))
    else:
        given = [*sys.argv[1:], *("200000", "21")[len(sys.argv) - 1 :]]
        with tempfile.TemporaryDirectory() as temporary:
            main(int(given[0]), int(given[1]), Path(given[2]) if len(given) > 2 else Path(temporary))
