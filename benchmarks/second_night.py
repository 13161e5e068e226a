"""Benchmark (c): an unchanged second night over 1,000 articles on 20 portals, against the first.

Run: python benchmarks/second_night.py [articles a portal] [rounds]

A night is the commands crawl, normalize and load, in processes of their own; their CPU seconds are those that the
system counts for each and for all that it started. Start-up is what the same three commands cost where there is
nothing to do: the second night of an empty registry, whose archive is empty and whose warehouse stands. It is
measured in every round and subtracted from both nights.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import yaml
from corpus import ROOT
from loopback import Portal, Server, article_documents, portals, registry, serving

PORTALS = 20
STAGES = ("crawl", "normalize", "load")
FIRST, SECOND = "2026-02-01T18:00:00Z", "2026-02-02T18:00:00Z"


class NightCost(NamedTuple):
    """CPU seconds by stage, and how many requests the portals were asked."""

    cpu_seconds: tuple[float, ...]
    requests: int


def night(home: Path, declared: Path, as_of: str, server: Server) -> NightCost:
    """Run one night in a home."""
    seconds = []
    for stage in STAGES:
        options = ["--portals", str(declared), "--as-of", as_of] if stage == "crawl" else []
        begun = _children_seconds()
        done = subprocess.run(
            [sys.executable, "-m", "flows.cli", stage, "--home", str(home), *options],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"gongkai {stage} failed: {done.stderr}")
        seconds.append(_children_seconds() - begun)
    return NightCost(tuple(seconds), sum(server.served().answers.values()))


def _children_seconds() -> float:
    times = os.times()
    return times.children_user + times.children_system


def one_round(folder: Path, made: list[Portal], server: Server) -> tuple[NightCost, NightCost, NightCost]:
    """Start-up, first night and second night, each in a home of its own."""
    costs = []
    for name, entries in (("nothing", []), ("portals", registry(made, server.port))):
        declared = folder / name
        declared.mkdir()
        (declared / "bench.yaml").write_text(yaml.safe_dump(entries), encoding="utf-8")
        costs += [night(folder / f"home-{name}", declared, as_of, server) for as_of in (FIRST, SECOND)]
    _, start_up, first, second = costs
    return start_up, first, second


def measure(articles_each: int, rounds: int) -> None:
    """Print requests and CPU seconds of both nights: medians over rounds, ratios of the same round."""
    plain, pasted = article_documents(30)
    made = portals(PORTALS, articles_each, [page for pair in zip(plain, pasted, strict=True) for page in pair])
    taken = []
    with serving(made) as server:
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                taken.append(one_round(Path(folder), made, server))
    print(f"{PORTALS} portals, {PORTALS * articles_each} articles; CPU seconds, medians of {rounds} rounds")
    print(f"  {'':14} {'requests':>8} " + " ".join(f"{stage:>10}" for stage in (*STAGES, "night")))
    for number, name in enumerate(("start-up", "first night", "second night")):
        costs = [costs[number] for costs in taken]
        by_stage = [statistics.median(cost.cpu_seconds[n] for cost in costs) for n in range(len(STAGES))]
        whole = statistics.median(sum(cost.cpu_seconds) for cost in costs)
        figures = " ".join(f"{seconds:8.2f} s" for seconds in (*by_stage, whole))
        print(f"  {name:14} {costs[0].requests:8} {figures}")
    requests = statistics.median(second.requests / first.requests for _, first, second in taken)
    ratios = [_ratio(costs, range(len(STAGES))) for costs in taken]
    crawls = [_ratio(costs, range(1)) for costs in taken]
    print(f"  second / first: {requests:.1%} of the requests, {statistics.median(ratios):.1%} of the CPU seconds")
    print(f"  the crawl alone: {statistics.median(crawls):.1%} of the CPU seconds")


def _ratio(costs: tuple[NightCost, NightCost, NightCost], stages: range) -> float:
    start_up, first, second = (sum(cost.cpu_seconds[n] for n in stages) for cost in costs)
    return (second - start_up) / (first - start_up)


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 50, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
