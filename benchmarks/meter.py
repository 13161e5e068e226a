"""A Scrapy extension that writes down what a crawl cost between the opening and the end of its spider."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from scrapy import signals
from scrapy.crawler import Crawler

# Where the figures go: one JSON object with cpu_seconds, wall_seconds and peak_megabytes.
TARGET_VARIABLE = "GONGKAI_BENCHMARK_METER"


class Meter:
    """Measures from `spider_opened` to `spider_closed`; start-up and imports stay out."""

    def __init__(self, crawler: Crawler) -> None:
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Meter:
        return cls(crawler)

    def _opened(self) -> None:
        self._cpu, self._wall = time.process_time(), time.monotonic()

    def _closed(self) -> None:
        cost = {
            "cpu_seconds": time.process_time() - self._cpu,
            "wall_seconds": time.monotonic() - self._wall,
            "peak_megabytes": _peak_megabytes(),
        }
        Path(os.environ[TARGET_VARIABLE]).write_text(json.dumps(cost), encoding="utf-8")


def _peak_megabytes() -> float:
    """The largest resident size of this process since its program began.

    getrusage would say no less than what the parent held when it started us, which has all pages of the portals.
    """
    status = Path("/proc/self/status").read_text("ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) / 1024
