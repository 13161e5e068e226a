"""Every command line in both READMEs runs on the demo's home, and gives the output that stands below it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.demo import sample
from flows.demo.server import PortalServer

ROOT = Path(__file__).resolve().parent.parent.parent
READMES = ("README.md", "README.zh.md")
# What sets up or changes the surroundings: seen by other tests, or nothing that could fail here.
NOT_RUN_HERE = (". .venv/bin/activate", "export ", "python -m flows.demo.sample")
HOST = f"{sample.ADDRESS}:{sample.PORT}"
# What they say goes to standard error.
SAY_NOTHING = ("mkdir ", "gongkai crawl", "gongkai export", "gongkai site")


@dataclass(frozen=True)
class Line:
    """One command line of a README and the output printed below it, "" where none is shown."""

    command: str
    output: str


def lines(name: str) -> list[Line]:
    text = (ROOT / name).read_text("utf-8")
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append(Line(command, output.strip()))
    return found


@pytest.fixture(scope="module")
def checkout(first_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as it is after `make demo`: the demo's home, and `gongkai` on the path."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(first_night, folder / "data" / "demo", ignore=shutil.ignore_patterns(".prefect"))
    (folder / "bin").mkdir()
    command = folder / "bin" / "gongkai"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flows.cli "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return folder


def shell(command: str, checkout: Path) -> subprocess.CompletedProcess[str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GONGKAI")}
    path = os.pathsep.join([str(checkout / "bin"), os.environ["PATH"]])
    return subprocess.run(
        ["sh", "-c", command],
        cwd=checkout,
        env={**ours, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_every_command_line_runs_and_gives_the_output_shown(checkout: Path) -> None:
    readme = READMES[0]
    with PortalServer(sample.pages(), address=sample.ADDRESS, port=sample.PORT) as server:
        # The port that the READMEs name may be taken by somebody who tries them out.
        there = (Line(line.command.replace(HOST, server.host), line.output) for line in lines(readme))
        shown = sum(bool(line.output) for line in there if _runs(line, checkout))
    assert shown == 6, "queries, comparisons and the new portal stand there with their output"
    for name in ("portals", "mine"):
        shutil.rmtree(checkout / "data" / name)


def _runs(line: Line, checkout: Path) -> bool:
    """Whether a line is run here; it fails the test when it does not give what stands below it."""
    if line.command.startswith(NOT_RUN_HERE):
        return False
    if line.command.startswith("make "):
        # Their recipes are what the flow's own tests and this very suite do.
        done = subprocess.run(
            [*line.command.split(), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return False
    done = shell(line.command, checkout)
    assert done.returncode == 0, f"{line.command}\n{done.stderr}"
    assert done.stdout.strip() or " -o " in line.command or line.command.startswith(SAY_NOTHING), line.command
    if line.output:
        assert done.stdout.strip() == line.output, line.command
    return True


@pytest.mark.parametrize("readme", READMES)
def test_the_demo_table_is_what_the_demo_prints(readme: str, first_night: Path) -> None:
    printed = [line.rstrip() for line in (first_night / "output.txt").read_text("utf-8").splitlines()]
    text = (ROOT / readme).read_text("utf-8")
    (table,) = re.findall(r"^```text\n( Agency.*?)^```", text, re.MULTILINE | re.DOTALL)
    for line in table.splitlines():
        assert line.rstrip() in printed


def test_the_twins_show_the_same_commands() -> None:
    english, chinese = (lines(name) for name in READMES)
    assert [line.command for line in english] == [line.command for line in chinese]
    # What is shown below a command is what it prints, in both.
    assert [line.output for line in english] == [line.output for line in chinese]
    assert "README.zh.md" in (ROOT / "README.md").read_text("utf-8")
    assert "README.md" in (ROOT / "README.zh.md").read_text("utf-8")


def test_what_the_demo_says_to_try_next_works(first_night: Path, checkout: Path) -> None:
    out = (first_night / "output.txt").read_text("utf-8")
    commands = [line.strip() for line in out.splitlines() if line.startswith("  gongkai ")]
    assert len(commands) == 4
    for command in commands[:3]:
        done = shell(command.replace(str(first_night), "data/demo"), checkout)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
    assert commands[3].startswith("gongkai demo --home")
