"""Benchmark (a): HTML reading from bytes to checked figures, against merely parsing or merely finding the tables.

Run: python benchmarks/html_reading.py
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable

import pandas as pd
from corpus import pages, real_pages
from lxml import html
from selectolax.lexbor import LexborHTMLParser

from transforms.reading import read_document

ROUNDS = 9


def contenders() -> dict[str, Callable[[bytes], object]]:
    """What is compared, each from the same bytes; ours ends with checked figures, the others with a tree or frames."""
    return {
        "gongkai, bytes to checked figures": read_document,
        "lxml, parse only": html.document_fromstring,
        "selectolax, parse only": LexborHTMLParser,
        "pandas.read_html, tables only": lambda data: pd.read_html(io.BytesIO(data), encoding="utf-8"),
    }


def seconds_each(run: Callable[[bytes], object], corpus: list[bytes]) -> float:
    """CPU seconds a document, over the whole corpus once."""
    begun = time.process_time()
    for data in corpus:
        run(data)
    return (time.process_time() - begun) / len(corpus)


def measure(name: str, corpus: list[bytes]) -> None:
    """Print medians over interleaved rounds, so that a drift of the machine's speed meets all contenders."""
    size = sum(map(len, corpus)) / len(corpus) / 1024
    print(f"{name}: {len(corpus)} documents, {size:.0f} kB each")
    runs = contenders()
    times: dict[str, list[float]] = {label: [] for label in runs}
    for run in runs.values():
        seconds_each(run, corpus[:5])
    for _ in range(ROUNDS):
        for label, run in runs.items():
            times[label].append(seconds_each(run, corpus))
    parse = statistics.median(times["lxml, parse only"])
    for label, taken in times.items():
        median = statistics.median(taken)
        print(f"  {label:36} {median * 1000:8.2f} ms  {1 / median:7.0f} documents/s  {median / parse:6.2f} × lxml")


if __name__ == "__main__":
    laid_out = pages(60)
    measure("plain pages", laid_out[0::2])
    measure("pasted pages with navigation", laid_out[1::2])
    if real := real_pages():
        measure("real reports", real * 10)
