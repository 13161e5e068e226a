"""What may be deleted from a home, and its deletion: never the only copy of a document, never the last good run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from flows.keeping.mirror import DOCUMENTS, documents_of, is_whole, sha256_in
from flows.keeping.places import Place, is_same_file, make_durable, side_by_side
from flows.run_report import RUNS
from spiders.archive import HALF, held, prune

# As many as `gongkai status` and the notices look back on.
KEPT_REPORTS = 120


@dataclass
class Plan:
    """What is to go: documents (sha256) and other files, with their bytes; and why nothing may go at all."""

    documents: dict[str, int] = field(default_factory=dict)
    files: dict[Path, int] = field(default_factory=dict)
    flaws: list[str] = field(default_factory=list)


def plan_documents(home: Path, where: Place, before: datetime, plan: Plan) -> None:
    """Add the documents that the archive has had since before a moment (aware), each just found whole in the mirror.

    One that is absent or damaged there, or is the same file, becomes a flaw. Raises MirrorError.
    """
    paths = [path for path in sorted((home / DOCUMENTS).glob("*/*")) if not path.name.startswith(HALF)]
    old = [path for path in paths if path.stat().st_mtime < before.timestamp()]
    there = documents_of(where)
    for path, flaw in side_by_side(partial(_look, where, there), old, "documents in the mirror"):
        if flaw:
            plan.flaws.append(f"{path}: {flaw}")
        else:
            sha256 = sha256_in(path.name)
            plan.documents[sha256] = plan.documents.get(sha256, 0) + path.stat().st_size


def _look(where: Place, there: dict[str, tuple[str, int]], path: Path) -> tuple[Path, str | None]:
    sha256 = sha256_in(path.name)
    if sha256 not in there:
        return path, f"the mirror {where.name} does not hold it; `gongkai mirror` copies it"
    name = there[sha256][0]
    if not is_whole(where, name):
        return path, f"it is damaged in the mirror {where.name} ({name}); `gongkai mirror --check` copies it anew"
    make_durable(where, name)
    if is_same_file(where, name, path):
        return path, f"{name} of the mirror {where.name} is this very file, no second copy"
    return path, None


def plan_runs(home: Path, before: datetime, plan: Plan) -> None:
    """Add logs and reports of runs that were last written before a moment (aware).

    The newest KEPT_REPORTS reports stay, and so do report and log of the last run and of the last good one.
    """
    folder = home / RUNS
    reports = sorted(folder.glob("*.json"), reverse=True)
    spared = {path.stem for path in (*reports[:1], *_last_good(reports))}
    kept = spared | {path.stem for path in reports[:KEPT_REPORTS]}
    for suffix, staying in ((".log.jsonl", spared), (".json", kept), (".md", kept)):
        for path in sorted(folder.glob(f"*{suffix}")):
            if path.name.removesuffix(suffix) not in staying and path.stat().st_mtime < before.timestamp():
                plan.files[path] = path.stat().st_size


def _last_good(reports: list[Path]) -> Iterator[Path]:
    for path in reports:
        try:
            if json.loads(path.read_text("utf-8"))["status"] == "ok":
                yield path
                return
        except (ValueError, KeyError, TypeError):
            continue


def plan_warehouses(home: Path, kept: int, plan: Plan) -> None:
    """Add earlier warehouses beyond the newest ``kept`` whole ones; none where the published one is not whole."""
    from warehouse.publish import superseded

    plan.files |= {path: path.stat().st_size for path in superseded(home, kept)}


def carry_out(home: Path, where: Place | None, plan: Plan, dry: bool = False) -> Iterator[str]:
    """Delete what is planned, and say what went, a line each; nothing where the plan has flaws.

    ``dry``: only say it. Raises OSError, ArchiveBusy.
    """
    if plan.flaws:
        return
    if plan.documents and where is not None:
        with nullcontext() if dry else held(home):
            now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            for sha256 in plan.documents if dry else prune(home, plan.documents, where.name, now):
                yield f"document {sha256} ({plan.documents[sha256]:,} bytes), held by {where.name}"
    for path, size in plan.files.items():
        if not dry:
            path.unlink(missing_ok=True)
        yield f"{path} ({size:,} bytes)"
