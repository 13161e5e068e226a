"""Benchmark (b): spider pages a second without politeness, against a bare Scrapy spider on the same portals.

Run: python benchmarks/spider_pages.py [articles a portal] [rounds]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import yaml
from corpus import ROOT
from loopback import FOLDER, Portal, Server, article_documents, portals, registry, serving
from meter import TARGET_VARIABLE

from spiders.crawl import run_crawl

PORTALS = 20
HERE = Path(__file__).parent
METER = json.dumps({"meter.Meter": 0})


class Cost(NamedTuple):
    """What one crawl cost from the opening of its spider to its end, and how many pages of portals it fetched."""

    cpu_seconds: float
    wall_seconds: float
    pages: int
    server_cpu_seconds: float


def bare(folder: Path, made: list[Portal], server: Server) -> Cost:
    """A bare spider, with one request at a time to an address, as ours."""
    urls = " ".join(f"http://{portal.address}:{server.port}{FOLDER}" for portal in made)
    settings = {
        "CONCURRENT_REQUESTS": 512,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0,
        "LOG_LEVEL": "WARNING",
        "EXTENSIONS": METER,
    }
    command = [sys.executable, "-m", "scrapy", "runspider", str(HERE / "bare_spider.py"), "-a", f"urls={urls}"]
    for name, value in settings.items():
        command += ["-s", f"{name}={value}"]
    subprocess.run(command, cwd=folder, check=True)
    return _cost(server, 0.0)


def ours(folder: Path, made: list[Portal], server: Server) -> Cost:
    """The crawl of the nightly job into a new archive; what following it costs the caller is added."""
    declared = folder / "registry"
    declared.mkdir(exist_ok=True)
    (declared / "bench.yaml").write_text(yaml.safe_dump(registry(made, server.port)), encoding="utf-8")
    # Homes stay until the end: removing thousands of files makes the disk slower for the next run.
    home = Path(tempfile.mkdtemp(dir=folder))
    begun = time.process_time()
    summary = run_crawl(home, declared, scrapy_settings={"EXTENSIONS": METER})
    following = time.process_time() - begun
    if summary.failures:
        raise SystemExit(f"the crawl failed: {summary.failures[0].reason}")
    return _cost(server, following)


def _cost(server: Server, caller_cpu_seconds: float) -> Cost:
    served = server.served()
    said = json.loads(Path(os.environ[TARGET_VARIABLE]).read_text("utf-8"))
    pages = served.count("list") + served.count("article")
    return Cost(said["cpu_seconds"] + caller_cpu_seconds, said["wall_seconds"], pages, served.cpu_seconds)


def measure(name: str, documents: list[bytes], articles_each: int, rounds: int, hosts: int = PORTALS) -> None:
    """Print the medians of both, taken turn and turn about, and of the ratios of neighbours."""
    made = portals(hosts, articles_each, documents)
    sides = {"bare Scrapy": bare, "gongkai": ours}
    costs: dict[str, list[Cost]] = {side: [] for side in sides}
    with tempfile.TemporaryDirectory() as folder, serving(made) as server:
        os.environ[TARGET_VARIABLE] = str(Path(folder) / "meter.json")
        for number in range(rounds):
            # Whoever goes first in one round goes second in the next.
            for side in list(sides)[:: 1 if number % 2 else -1]:
                costs[side].append(sides[side](Path(folder), made, server))
    pages = {cost.pages for runs in costs.values() for cost in runs}
    if len(pages) != 1:
        raise SystemExit(f"expected the same pages in every run, found {sorted(pages)}")
    size = sum(map(len, documents)) / len(documents) / 1024
    print(f"{name}: {hosts} portals, {pages.pop()} pages, articles of {size:.0f} kB")
    for side, runs in costs.items():
        cpu = statistics.median(cost.pages / cost.cpu_seconds for cost in runs)
        wall = statistics.median(cost.pages / cost.wall_seconds for cost in runs)
        load = statistics.median(cost.server_cpu_seconds / cost.wall_seconds for cost in runs)
        print(f"  {side:12} {cpu:6.0f} pages/CPU s {wall:6.0f} pages/s  server busy {load:4.0%}")
    pairs = list(zip(costs["bare Scrapy"], costs["gongkai"], strict=True))
    by_cpu = statistics.median(theirs.cpu_seconds / own.cpu_seconds for theirs, own in pairs)
    by_wall = statistics.median(theirs.wall_seconds / own.wall_seconds for theirs, own in pairs)
    print(f"  gongkai / bare Scrapy: {by_cpu:.0%} by CPU time, {by_wall:.0%} by wall time")


if __name__ == "__main__":
    articles_each = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), str(HERE), os.environ.get("PYTHONPATH")]))
    plain, pasted = article_documents(30)
    measure("plain pages", plain, articles_each, rounds)
    measure("pasted pages with navigation", pasted, articles_each, rounds)
