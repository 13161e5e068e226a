"""Make documents of one kind, read them as the pipeline does, and score them by layout."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.generator.compose import Report, make_report
from tests.generator.kinds.registry import Kind, render
from tests.generator.layouts import Layout
from tests.generator.scoring import Finding, Score, score
from transforms.batch import read_files

ROOT = Path(__file__).resolve().parent.parent.parent
# Rendered and read at a time, so that a long run shows how far it is and holds few documents.
BATCH = 200


@dataclass(frozen=True)
class Flaw:
    """A finding with the document that it was made in."""

    path: Path
    layout: Layout
    seed: str
    finding: Finding


@dataclass
class Outcome:
    """What came of one kind. ``unread``: the documents of each reason for which they were not read."""

    kind: str
    by_layout: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    flaws: list[Flaw] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    not_made: int = 0

    @property
    def total(self) -> Score:
        whole = Score()
        for part in self.by_layout.values():
            whole.add(part)
        return whole

    @property
    def not_read(self) -> bool:
        """Whether no document at all was read: the program that reads this kind is absent, say."""
        documents = self.total.documents
        return documents > 0 and self.unread.total() == documents


def shared_reports() -> Path | None:
    """The folder of real reports, None where there is none."""
    folder = Path(os.environ.get("GONGKAI_SHARED", ROOT.parent / "shared")) / "reports"
    return folder if folder.is_dir() else None


def make_reports(
    kind: Kind, number: int, seed: str, layouts: Sequence[Layout | None], shared: Path | None
) -> list[tuple[str, Report]]:
    """Reports with their seeds, the layouts taken in turn; a layout None is mixed from all options."""
    seeds = [f"{seed}-{at}" for at in range(number)]
    return [
        (name, make_report(name, layouts[at % len(layouts)], shared, kind.instead)) for at, name in enumerate(seeds)
    ]


def run(
    kind: Kind,
    number: int,
    seed: str,
    layouts: Sequence[Layout | None],
    shared: Path | None,
    workers: int | None = None,
    progress: Iterable[None] | None = None,
) -> Outcome:
    """Make, read and score ``number`` documents of a kind."""
    outcome = Outcome(kind.name)
    reports = make_reports(kind, number, seed, layouts, shared)
    for at in range(0, number, BATCH):
        batch = reports[at : at + BATCH]
        places = render(kind, [report for _, report in batch])
        made = {path: own for path, own in zip(places, batch, strict=True) if path.exists()}
        outcome.not_made += len(batch) - sum(path.exists() for path in places)
        for file in read_files(made, workers):
            name, report = made[file.path]
            document = file.reading.as_json(str(file.path))
            if document["outcome"] == "unreadable":
                outcome.unread[document["reason"]] += 1
            own = score(report, document)
            outcome.by_layout[report.layout.name].add(own)
            outcome.flaws += (Flaw(file.path, report.layout, name, finding) for finding in own.findings)
    return outcome
