"""The benchmarks still run, on a size at which their figures mean nothing; and what the quick commands load."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks.peers.__main__ import Tally, main, table
from benchmarks.peers.mapping import figure, map_ordered, map_tables
from tests.generator.compose import make_report
from tests.generator.layouts import layouts
from tests.generator.model import Beside, Table, expanded
from transforms.forms import forms

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
def test_spider_hosts() -> None:
    said = run("spider_hosts.py", "3", "2", "0.1", "60")
    assert "politeness off, 3 hosts: 3 portals, 6 pages" in said
    assert re.search(r"the busiest host's 3 requests take 0\.2 s at least: \d+\.\d\d times", said)
    assert len(re.findall(r"memory: \d+ pages on 3 hosts, \d+ MB", said)) == 2


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


@pytest.mark.parametrize("layout", ["official", "official in one table", "spans differ by row", "no borders"])
@pytest.mark.parametrize("seed", ["1", "2", "4"])
def test_peers_are_mapped_in_their_favour(layout: str, seed: str) -> None:
    """Whoever reads every cell of every table has every figure, and no other."""
    report = make_report(seed, layouts()[layout])
    blocks = [table for block in report.blocks for table in (block.tables if isinstance(block, Beside) else (block,))]
    found = map_tables([expanded(block) for block in blocks if isinstance(block, Table)], report.figures.form)
    truth = {path: one.value for path, one in report.truth.items() if one.value is not None}
    assert found == truth


def test_figures_of_peers_in_the_unit_of_their_key() -> None:
    said = {"1,024": "1024", "５件": "5", "减少2": "-2", "+0": "0", "3.0": "3", "-": None, "nan": None, "规章": None}
    assert {text: figure(text) for text in said} == {
        text: None if value is None else Decimal(value) for text, value in said.items()
    }
    assert figure("1.5万元", "disclosure.procurement_amount_yuan") == 15_000
    ordered = map_ordered([[1.0], [None, 2.0], []], forms()["F2021"])
    assert ordered == {"disclosure.rules_made": 1, "application.received_new.org_business": 2}


def test_peers_on_one_kind_without_any_peer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--work", str(tmp_path), "--kind", "html", "--documents", "4", "--peer", "gongkai"]) == 0
    (row,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("| html"))
    assert re.fullmatch(r"\| html \| gongkai \| [\d.e+]+ \| 100.0 % \| 0 \| 100.0 % \| 0 \| 4 \| 0 \|", row)
    records = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert len(records) == 4


def test_a_peer_that_fails_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    said = table("pdf", [("official", "camelot", "F2021", Tally(0.5, cells=200, error="ImportError: x"))])
    assert said == "| pdf | camelot | 2 | 0.0 % | 0 |  |  | 1 | 1 |"
    assert "ImportError: x (1 documents)" in capsys.readouterr().err
