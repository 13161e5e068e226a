"""The command: damage documents at random and see that the reader neither breaks nor hangs nor is wrong unseen."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.generator import arithmetic
from tests.generator.compose import Report, make_report
from tests.generator.kinds.docx import render_docx
from tests.generator.kinds.html import render_html
from tests.generator.kinds.text import render_markdown, render_text
from tests.generator.layouts import Layout, layouts
from tests.generator.mutations import damaged_bytes, mutated
from tests.generator.running import shared_reports
from tests.generator.scoring import doubted_cells, read_cells
from transforms.batch import read_files

RENDER: dict[str, tuple[str, Callable[[Report], bytes]]] = {
    "html": (".html", render_html),
    "text": (".txt", render_text),
    "markdown": (".md", render_markdown),
    "docx": (".docx", render_docx),
}
# Of so many documents one has its bytes changed instead of its tables.
BYTES_EVERY = 4
BATCH = 500
# How the batch reader words what must not happen.
_BROKEN = ("the reader failed", "took longer", "memory", "ended", "died")


@dataclass(frozen=True)
class Defect:
    """What must not happen: the reader broke, a rule fails unsaid, or a figure is wrong without a sign."""

    kind: str
    mutation: str
    path: Path
    seed: str
    cell: str
    detail: str


@dataclass
class Result:
    documents: Counter[str] = field(default_factory=Counter)
    cells: int = 0
    unread: int = 0
    defects: list[Defect] = field(default_factory=list)


@dataclass(frozen=True)
class _Made:
    report: Report
    mutation: str
    seed: str
    allowed: Mapping[str, frozenset[Decimal]] | None


def run(number: int, seed: str, kinds: Sequence[str], folder: Path, workers: int | None = None) -> Result:
    """Mutate, read and judge ``number`` documents; those with a defect stay in ``folder``."""
    result = Result()
    chosen: list[Layout | None] = [None, *(layout for layout in layouts().values() if not layout.rare)]
    for at in range(0, number, BATCH):
        made = dict(_documents(range(at, min(at + BATCH, number)), seed, kinds, chosen, folder))
        for file in read_files(made, workers):
            own = made[file.path]
            result.documents[own.mutation] += 1
            defects = list(_judge(own, file.path, file.reading.as_json(str(file.path)), result))
            result.defects += defects
            if not defects:
                file.path.unlink()
    return result


def _documents(
    numbers: range, seed: str, kinds: Sequence[str], chosen: Sequence[Layout | None], folder: Path
) -> Iterator[tuple[Path, _Made]]:
    shared = shared_reports()
    for at in numbers:
        name = f"{seed}-{at}"
        rng = random.Random(f"mutate {name}")
        report = make_report(name, rng.choice(chosen), shared)
        suffix, render = RENDER[kinds[at % len(kinds)]]
        if at % BYTES_EVERY == 0:
            data, made = damaged_bytes(render(report), rng), _Made(report, "bytes", name, None)
        else:
            mutant = mutated(report, rng)
            data, made = render(mutant.report), _Made(mutant.report, mutant.name, name, mutant.allowed)
        path = folder / f"{name}{suffix}"
        path.write_bytes(data)
        yield path, made


def _judge(made: _Made, path: Path, document: dict[str, Any], result: Result) -> Iterator[Defect]:
    def defect(kind: str, cell: str, detail: str) -> Defect:
        return Defect(kind, made.mutation, path, made.seed, cell, detail)

    if document["outcome"] != "parsed":
        result.unread += 1
        reason = document["reason"] or ""
        if any(words in reason.lower() for words in _BROKEN):
            yield defect("broken", "", reason)
        return
    cells, doubted = read_cells(document), doubted_cells(document)
    values = {path: None if c["value"] is None else Decimal(str(c["value"])) for path, c in cells.items()}
    result.cells += len(values)
    if made.report.figures.form.name == document["form"]:
        for rule in arithmetic.rules(made.report.figures.form):
            if all(values.get(cell) is not None for cell in rule.cells) and arithmetic.difference(rule, values):
                for cell in sorted({*rule.cells} - doubted):
                    yield defect("unflagged", cell, f"{rule.name} does not close; read {values[cell]}")
    if made.allowed is None:
        return
    for cell, value in values.items():
        allowed = made.allowed.get(cell, frozenset())
        if value is not None and value not in allowed and cell not in doubted and (cell in made.allowed or value):
            shown = " or ".join(f"{number:f}" for number in sorted(allowed)) or "nothing"
            yield defect("wrong unnamed", cell, f"expected {shown}, read {value:f} from {cells[cell]['raw']!r}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 if there was any defect."""
    parser = argparse.ArgumentParser(prog="python -m tests.generator.mutate", description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--kind", action="append", choices=list(RENDER))
    parser.add_argument("--folder", type=Path, help="where documents with a defect stay (default: a new folder)")
    parser.add_argument("--errors", type=int, default=30, help="how many documents with defects to print")
    parser.add_argument("--workers", type=int)
    options = parser.parse_args(arguments)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="gongkai-mutants-"))
    folder.mkdir(parents=True, exist_ok=True)
    result = run(options.documents, options.seed, options.kind or list(RENDER), folder, options.workers)
    _print(result, options.errors)
    return 1 if result.defects else 0


def _print(result: Result, errors: int) -> None:
    total = sum(result.documents.values())
    print(f"{total} documents, {result.unread} without figures, {result.cells} cells of the others")
    by_document: dict[Path, list[Defect]] = {}
    for defect in result.defects:
        by_document.setdefault(defect.path, []).append(defect)
    kinds = Counter((d[0].kind, d[0].mutation) for d in by_document.values())
    for (kind, mutation), number in kinds.most_common():
        print(f"  {number:5} documents  {kind:14} after {mutation} (of {result.documents[mutation]})")
    for path, defects in list(by_document.items())[:errors]:
        first = defects[0]
        print(f"  {first.kind} after {first.mutation}: {first.cell} {first.detail}")
        print(f"    {path} [seed {first.seed}], {len(defects)} cells")


if __name__ == "__main__":
    sys.exit(main())
