"""The benchmarks still run, on a size at which their figures mean nothing; and what the quick commands load."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=BENCHMARKS, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have 127.0.0.1 alone of the loopback addresses")
def test_spider_pages() -> None:
    said = run("spider_pages.py", "1", "1")
    assert "20 portals, 40 pages" in said
    assert re.search(r"gongkai / bare Scrapy: \d+% by CPU time", said)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have 127.0.0.1 alone of the loopback addresses")
def test_second_night() -> None:
    said = run("second_night.py", "1", "1")
    assert re.search(r"first night +60 ", said), "robots.txt, one list and one article of each portal"
    assert re.search(r"second night +40 ", said), "no article is asked again"


def test_quick_commands_load_neither_prefect_nor_scrapy(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import start_up; folder = Path(sys.argv[1]); start_up.prepare(folder); "
        "start_up.forget([folder / 'report.html']); given = start_up.commands(folder); "
        "[print(name, *start_up.loaded(given[name])) for name in start_up.QUICK]"
    )
    said = dict(line.split(" ", 1) for line in run("-c", code, str(tmp_path)).splitlines())
    assert said.keys() == {"parse", "sql", "compare"}
    assert "duckdb" in said["sql"].split()
    assert not {"prefect", "scrapy", "twisted", "pandas"} & set(" ".join(said.values()).split())
