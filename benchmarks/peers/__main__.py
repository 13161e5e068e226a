"""Benchmark (f): ours and what a user would pick instead, on the same documents with known figures.

Run: python -m benchmarks.peers --work DIR [--kind KIND …] [--documents N] [--govnianbao CHECKOUT]
"""

from __future__ import annotations

import argparse
import json
import random
import select
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.peers import environments, readers
from benchmarks.peers.mapping import map_ordered, map_tables
from tests.generator.compose import Report
from tests.generator.kinds.registry import KINDS, render
from tests.generator.layouts import layouts
from tests.generator.running import make_reports

OURS = "gongkai"


class Peer(NamedTuple):
    """``environment``: a key of PACKAGES. ``forms``: those it knows, the others are not given to it."""

    environment: str
    reads_figures: bool = True
    forms: tuple[str, ...] = ("F2019", "F2021")


PEERS = {
    "pandas.read_html": Peer("pandas"),
    "pandas.read_excel": Peer("pandas"),
    "openpyxl": Peer("openpyxl"),
    "python-docx": Peer("python-docx"),
    "pdfplumber": Peer("pdfplumber"),
    "camelot": Peer("camelot"),
    "tablers": Peer("tablers"),
    "img2table": Peer("img2table"),
    "img2table with recognition": Peer("img2table"),
    "rapidocr, whole pages": Peer("rapidocr"),
    "pypdfium2, text only": Peer("pypdfium2", reads_figures=False),
    "govnianbao": Peer("govnianbao", forms=("F2021",)),
}
_PDF = ("pypdfium2, text only", "tablers", "pdfplumber", "camelot", "img2table", "govnianbao")
_PICTURES = ("img2table with recognition", "rapidocr, whole pages")
# The kinds with those that can read them, and how many documents: the slow ones few.
SIDES: dict[str, tuple[tuple[str, ...], int]] = {
    "html": (("pandas.read_html", "govnianbao"), 80),
    "docx": (("python-docx", "govnianbao"), 80),
    "xlsx": (("openpyxl", "pandas.read_excel", "govnianbao"), 80),
    "pdf": (_PDF, 40),
    "pdf-office": (_PDF, 40),
    "pdf-browser": (_PDF, 40),
    "scan": (_PICTURES, 12),
    "picture": (_PICTURES, 12),
}
# A reading that takes longer is given up and counts as nothing read.
_SECONDS = 180.0
# Quick readings are repeated, the fastest counts: other work on the machine only ever adds.
_ROUNDS, _SLOW_SECONDS = 3, 0.5
LAID_OUT = ("official", "all layouts")


@dataclass
class Tally:
    """What a contender made of one document: cells with a figure or without, by what was read."""

    seconds: float
    cells: int = 0  # that have a figure
    right: int = 0
    wrong: int = 0  # another figure, or one where there is none, and nothing says so
    named: int = 0  # the same, with a warning or a failed check that names the cell
    error: str | None = None


class Contender:
    """A process that reads what it is told to, started anew when it hangs or dies."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self.command = command
        self.process: subprocess.Popen[str] | None = None

    def read(self, path: Path) -> dict[str, Any]:
        """The answer for one document (see ``readers``)."""
        if self.process is None:
            root = Path(__file__).parents[2]
            threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": ""}
            if self.name == OURS:
                threads["PYTHONPATH"] = str(root)
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env={**environments.surroundings(), **threads},
            )
        process = self.process
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], _SECONDS)
        line = process.stdout.readline() if ready else ""
        if not line:
            self.close()
            return {"seconds": _SECONDS, "error": "died" if ready else f"took longer than {_SECONDS:g} s"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def tally(report: Report, answer: dict[str, Any]) -> Tally:
    """Compare an answer with the truth."""
    result = Tally(answer["seconds"], error=answer.get("error"))
    form = report.figures.form
    doubted = frozenset(answer.get("doubted", ()))
    found: dict[str, Any] = {}
    if "cells" in answer:
        found = {path: value for path, value in answer["cells"].items() if value is not None}
    elif "ordered" in answer:
        found = dict(map_ordered(answer["ordered"], form))
    elif "tables" in answer:
        found = dict(map_tables(answer["tables"], form))
    for path, truth in report.truth.items():
        result.cells += truth.value is not None
        value = found.get(path)
        if value is None:
            continue
        if truth.value is not None and float(value) == float(truth.value):
            result.right += 1
        elif path in doubted:
            result.named += 1
        else:
            result.wrong += 1
    return result


def commands(names: Sequence[str], work: Path, govnianbao: Path | None) -> dict[str, list[str]]:
    """How each contender is started; environments that are not there are made."""
    script = str(Path(readers.__file__))
    found = {OURS: [sys.executable, script, OURS]}
    for name in names:
        if PEERS[name].environment == "govnianbao" and govnianbao is None:
            continue
        python = environments.interpreter(PEERS[name].environment, work / "environments")
        found[name] = [str(python), script, name, str(govnianbao)]
    return found


def measure(kind: str, number: int, seed: str, started: dict[str, list[str]]) -> Iterator[tuple[str, str, str, Tally]]:
    """(layouts, contender, form, tally) of every reading: half the documents laid out officially, half in all ways."""
    known = layouts()
    half = max(1, number // 2)
    every = random.Random(seed).sample([*known.values()], len(known))
    chosen = {
        LAID_OUT[0]: make_reports(KINDS[kind], half, f"{seed}-official", [known["official"]], None),
        LAID_OUT[1]: make_reports(KINDS[kind], half, f"{seed}-all", every, None),
    }
    jobs = []
    made: list[tuple[Report, Path]] = []
    for group, reports in chosen.items():
        own = [report for _, report in reports]
        for report, path in zip(own, render(KINDS[kind], own), strict=True):
            if path.exists():
                jobs += [(group, name, report, path) for name in started if _knows(name, report)]
                made.append((report, path))
    random.Random(seed).shuffle(jobs)
    with ExitStack() as stack:
        contenders = {name: Contender(name, command) for name, command in started.items()}
        for name, contender in contenders.items():
            stack.callback(contender.close)
            contender.read(next(path for report, path in made if _knows(name, report)))
        for done, (group, name, report, path) in enumerate(jobs):
            print(f"\r{kind} {done + 1}/{len(jobs)} ", end="", file=sys.stderr, flush=True)
            answers = [contenders[name].read(path)]
            while answers[0]["seconds"] < _SLOW_SECONDS and len(answers) < _ROUNDS:
                answers.append(contenders[name].read(path))
            best = min(answers, key=lambda one: one["seconds"])
            yield group, name, report.figures.form.name, tally(report, best)
    print(file=sys.stderr)


def _knows(name: str, report: Report) -> bool:
    return name == OURS or report.figures.form.name in PEERS[name].forms


def table(kind: str, found: Sequence[tuple[str, str, str, Tally]]) -> str:
    """The rows of one kind in Markdown."""
    groups: dict[str, dict[str, list[Tally]]] = defaultdict(lambda: defaultdict(list))
    for group, name, _, one in found:
        groups[name][group].append(one)
    lines = []
    for name in sorted(groups, key=lambda name: (name != OURS, name)):
        both = [one for group in LAID_OUT for one in groups[name][group]]
        seconds = statistics.median(one.seconds for one in both)
        cells = [kind, name, f"{1 / seconds:.3g}"]
        for group in LAID_OUT:
            cells += _shares(groups[name][group]) if name == OURS or PEERS[name].reads_figures else ["", ""]
        failed = [one.error for one in both if one.error]
        for error in dict.fromkeys(failed):
            print(f"{kind}, {name}: {error} ({failed.count(error)} documents)", file=sys.stderr)
        lines.append("| " + " | ".join([*cells, str(len(both)), str(len(failed))]) + " |")
    return "\n".join(lines)


def _shares(tallies: Sequence[Tally]) -> list[str]:
    cells = sum(one.cells for one in tallies)
    if not cells:
        return ["", ""]
    return [f"{100 * sum(one.right for one in tallies) / cells:.1f} %", f"{sum(one.wrong for one in tallies)}"]


HEADER = """\
| kind | reader | documents/s | official: right | wrong, unnamed | all: right | wrong, unnamed | documents | failed |
|---|---|---|---|---|---|---|---|---|"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for environments and results; kept and reused")
    parser.add_argument("--kind", action="append", choices=list(SIDES), help="a kind of file; again for more of them")
    parser.add_argument("--peer", action="append", choices=[OURS, *PEERS], help="only these, and ours always")
    parser.add_argument("--documents", type=int, help="how many of each kind; half of them in the official layout")
    parser.add_argument("--seed", default="peers", help="the same seed gives the same documents")
    parser.add_argument("--govnianbao", type=Path, help="a checkout of github.com/zxj6827111-blip/govnianbao")
    options = parser.parse_args(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    rows, records = [], []
    for kind in options.kind or SIDES:
        reason = KINDS[kind].missing()
        if reason:
            print(f"{kind}: skipped, {reason}", file=sys.stderr)
            continue
        names = [name for name in SIDES[kind][0] if not options.peer or name in options.peer]
        started = commands(names, options.work, options.govnianbao)
        found = [*measure(kind, options.documents or SIDES[kind][1], options.seed, started)]
        records += [{"kind": kind, "layouts": g, "reader": n, "form": f, **asdict(one)} for g, n, f, one in found]
        rows.append(table(kind, found))
        print(rows[-1], file=sys.stderr)
    (options.work / "results.json").write_text(json.dumps(records, indent=1), "utf-8")
    used = dict.fromkeys(PEERS[record["reader"]].environment for record in records if record["reader"] != OURS)
    print("\n".join([HEADER, *rows, ""]))
    print("; ".join(environments.versions(name, options.work / "environments") for name in used))
    return 0


if __name__ == "__main__":
    sys.exit(main())
