"""Benchmark (h): one crawl process and hundreds of hosts: pages a second, the least possible time, memory.

Run: python benchmarks/spider_hosts.py [hosts] [pages a host] [delay in seconds] [pages of the large crawl]

Politeness off: pages a second against the bare Scrapy spider of benchmark (b). Politeness on: wall time against the
least that is possible, the busiest host's requests times the delay. Memory: the largest resident size of the crawl
process at 10,000 pages and at ten times that.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml
from corpus import ROOT
from loopback import Portal, Server, article_documents, portals, registry, serving
from meter import TARGET_VARIABLE
from spider_pages import HERE, METER, measure

from spiders.crawl import run_crawl

HOSTS, PAGES_EACH, DELAY_SECONDS, LARGE = 300, 30, 2.0, 100_000
# One host has more to give than the others: it decides how long a polite crawl takes.
BUSIEST = 1.2


def crawl(folder: Path, made: list[Portal], server: Server, delay_seconds: float) -> dict[str, Any]:
    """One crawl into a new archive: wall seconds and the largest resident size in MB of its process."""
    declared = folder / "registry"
    declared.mkdir(exist_ok=True)
    entries = registry(made, server.port, delay_seconds)
    (declared / "bench.yaml").write_text(yaml.safe_dump(entries), encoding="utf-8")
    settings = {"EXTENSIONS": METER, "GONGKAI_ADDRESS_REQUESTS": 10**9}
    summary = run_crawl(Path(tempfile.mkdtemp(dir=folder)), declared, scrapy_settings=settings)
    if summary.failures:
        raise SystemExit(f"the crawl failed: {summary.failures[0].reason}")
    found: dict[str, Any] = json.loads(Path(os.environ[TARGET_VARIABLE]).read_text("utf-8"))
    return found


def polite(folder: Path, documents: list[bytes], hosts: int, pages_each: int, delay_seconds: float) -> None:
    """Print the wall time of a polite crawl and the least possible."""
    made = portals(hosts - 1, pages_each - 1, documents)
    made += portals(1, round(pages_each * BUSIEST) - 1, documents, first=hosts - 1)
    with serving(made) as server:
        took = crawl(folder, made, server, delay_seconds)["wall_seconds"]
        served = server.served()
    # The busiest host answers its lists, its articles and robots.txt; the last answer is waited for by nobody.
    busiest = max(len(portal.pages) for portal in made)
    least = (busiest - 1) * delay_seconds
    requests = sum(served.answers.values())
    print(f"politeness on: {hosts} hosts, {requests} requests, {delay_seconds:g} s between two of a host")
    print(
        f"  {took:.1f} s; the busiest host's {busiest} requests take {least:.1f} s at least: {took / least:.2f} times"
    )


def memory(folder: Path, documents: list[bytes], hosts: int, pages: int) -> None:
    """Print the largest resident size of the crawl process for so many pages over all hosts."""
    each = max(1, pages // hosts)
    made = portals(hosts, each, documents)
    with serving(made) as server:
        found = crawl(folder, made, server, 0)
        served = server.served()
    count = served.count("list") + served.count("article")
    speed = count / found["wall_seconds"]
    print(f"memory: {count:,} pages on {hosts} hosts, {found['peak_megabytes']:.0f} MB, {speed:.0f} pages/s")


def main(hosts: int, pages_each: int, delay_seconds: float, large: int) -> None:
    """Print all three."""
    plain, _ = article_documents(30)
    measure(f"politeness off, {hosts} hosts", plain, pages_each - 1, 3, hosts)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[TARGET_VARIABLE] = str(Path(folder) / "meter.json")
        polite(Path(folder), plain, hosts, pages_each, delay_seconds)
        for pages in (large // 10, large):
            memory(Path(folder), plain, hosts, pages)


if __name__ == "__main__":
    given = sys.argv[1:]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), str(HERE), os.environ.get("PYTHONPATH")]))
    main(
        int(given[0]) if given else HOSTS,
        int(given[1]) if len(given) > 1 else PAGES_EACH,
        float(given[2]) if len(given) > 2 else DELAY_SECONDS,
        int(given[3]) if len(given) > 3 else LARGE,
    )
