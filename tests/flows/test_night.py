"""The true flow, as a user starts it: the demo's second night, and a night on which the portals are down.

Prefect needs ten seconds to start, so the flow runs three times in the whole suite: here twice, and once for the
home that every test of the command line reads. What the stages do is tested without Prefect beside this module.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from flows.demo.reports import PORTALS
from tests.flows.conftest import demo_portals

Run = Callable[..., subprocess.CompletedProcess[str]]


def runs(home: Path) -> list[dict[str, object]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted((home / "runs").glob("*.json"))]


def test_the_first_night_shows_who_refused_most_and_whether_to_trust_it(first_night: Path) -> None:
    out = (first_night / "output.txt").read_text("utf-8")
    err = (first_night / "errors.txt").read_text("utf-8")
    row = next(line for line in out.splitlines() if line.strip().startswith("云泽市市场监督管理局"))
    assert "62%?" in row, "the doubtful figure is marked"
    assert "云泽市自然资源局 in 2022: 106 of 271 applications, 39%. To be trusted" in out
    assert "云泽市市场监督管理局 in 2023 prints more (111 of 179, 62%). Not to be trusted" in out
    assert "48 reports new" in err
    assert len(err.splitlines()) <= 6, f"nobody but us speaks on the terminal:\n{err}"
    (night,) = runs(first_night)
    assert night["status"] == "ok"
    assert [stage["name"] for stage in night["stages"]] == ["crawl", "normalize", "load", "publish"]  # type: ignore[attr-defined]
    assert (first_night / "runs" / ".prefect").is_dir(), "Prefect keeps its things in our home"


def test_the_second_night_shows_one_revised_report(demo_home: Path, run_cli: Run) -> None:
    done = run_cli("demo", "--home", str(demo_home))
    assert done.returncode == 0, done.stderr
    assert "0 reports new, 1 revised, 47 unchanged" in done.stderr
    revised = [line for line in done.stdout.splitlines() if "revised since the last night" in line]
    assert len(revised) == 1
    assert "云泽市生态环境局 2024, 8 of 91 (9%) became 12 of 91 (13%)" in revised[0]
    assert len(runs(demo_home)) == 2


def test_a_night_on_which_the_portals_are_down_names_them_and_keeps_what_was_published(
    demo_home: Path, tmp_path: Path, run_cli: Run
) -> None:
    figures = ("sql", "SELECT * FROM agency_year ORDER BY ALL", "--format", "csv", "--home", str(demo_home))
    before = run_cli(*figures).stdout
    with demo_portals(tmp_path / "down") as registry:
        pass
    done = run_cli("nightly", "--home", str(demo_home), "--portals", str(registry), "--recheck")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for portal_id in PORTALS:
        assert f"crawl: {portal_id}: " in done.stderr
    assert "0 reports new, 0 revised, 48 unchanged" in done.stderr, "the other stages run all the same"
    assert len(before.splitlines()) == 49
    assert run_cli(*figures).stdout == before
    night = runs(demo_home)[-1]
    assert night["status"] == "failed"
    assert {failure["subject"] for failure in night["failures"]} == set(PORTALS)  # type: ignore[attr-defined]
    markdown = next((demo_home / "runs").glob(f"{night['run_id']}.md")).read_text("utf-8")
    assert "## Failures" in markdown
