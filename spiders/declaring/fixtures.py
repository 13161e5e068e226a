"""Saved pages that prove an entry: written by `gongkai portals new`, checked by the test that it writes beside them.

A folder holds `entry.yaml` (the entry), `answers.yaml` (what was asked and which file holds the answer) and
`expected.yaml`: what the entry found in them, and `looked_at: null` until a person has compared both.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from spiders import registry
from spiders.declaring.replay import replay
from spiders.declaring.trial import SavedAnswer, Trial

_ENDINGS = {"text/html": ".html", "application/json": ".json", "text/xml": ".xml", "application/pdf": ".pdf"}
_TEST = '''"""The entry {id} against the pages that were saved when it was written."""

from pathlib import Path

from spiders.declaring.fixtures import verify


def test_the_entry_finds_what_a_person_sees() -> None:
    verify(Path(__file__).parent)
'''


class NotVerified(AssertionError):
    """The saved pages and what is expected of them do not agree, or nobody has compared them."""


def write(folder: Path, entry: Mapping[str, Any], trial: Trial) -> tuple[Path, ...]:
    """Save the pages of a look, what the entry finds in them, and the test; returns the files.

    Raises:
        FileExistsError: when the folder is there already.
    """
    folder.mkdir(parents=True)
    files = []
    index = []
    for number, answer in enumerate(trial.answers, start=1):
        name = f"{number}{_ENDINGS.get(answer.content_type.split(';')[0].strip().lower(), '.bin')}"
        (folder / name).write_bytes(answer.body)
        index.append({"key": answer.key, "content_type": answer.content_type, "file": name})
        files.append(folder / name)
    _dump(folder / "entry.yaml", [dict(entry)])
    _dump(folder / "answers.yaml", index)
    _dump(folder / "expected.yaml", {"looked_at": None, **found(folder)})
    test = folder / f"test_{re.sub(r'[^a-z0-9]', '_', str(entry['id']))}.py"
    test.write_text(_TEST.format(id=entry["id"]), "utf-8")
    return (*files, folder / "entry.yaml", folder / "answers.yaml", folder / "expected.yaml", test)


def found(folder: Path) -> dict[str, Any]:
    """What the entry of a folder finds in its saved pages: rows of the list, and the reports as their pages say."""
    (portal,) = registry.load_file(folder / "entry.yaml")
    index = yaml.load((folder / "answers.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    answers = [SavedAnswer(row["key"], (folder / row["file"]).read_bytes(), row["content_type"]) for row in index]
    done = replay(portal, answers, sample=2)
    return {
        "listed": [
            {"title": candidate.link_text, "day": candidate.link_date, "year": candidate.report_year, "url": url}
            for url, candidate in done.visit.candidates.items()
        ],
        "turned_down": [
            {"title": row["link_text"], "reason": row["reason"]} for row in done.rows if row["kind"] == "link"
        ],
        "reports": [
            {key: row[key] for key in ("title", "published_on", "content_source", "report_year", "url")}
            for row in done.rows
            if row["kind"] == "fetch" and row["role"] == "article" and row["outcome"] in ("stored", "unchanged")
        ],
        "attachments": [row["url"] for row in done.rows if row["kind"] == "fetch" and row["role"] == "attachment"],
    }


def verify(folder: Path) -> None:
    """Compare what the entry finds in its saved pages with what a person expects.

    Raises:
        NotVerified: when they differ, and as long as `looked_at` in expected.yaml names no day.
    """
    expected = yaml.load((folder / "expected.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    looked_at = expected.pop("looked_at", None)
    now = found(folder)
    wrong = [key for key in now if now[key] != expected.get(key)]
    if wrong:
        raise NotVerified(
            f"{folder}: the entry finds other {', '.join(wrong)} than expected.yaml says. Found:\n"
            + yaml.safe_dump({key: now[key] for key in wrong}, allow_unicode=True, sort_keys=False)
        )
    if not isinstance(looked_at, datetime.date):
        raise NotVerified(
            f"{folder}: nobody has looked at it yet. Open the saved pages, compare them with expected.yaml (all"
            " reports, nothing else, titles and days), correct the entry or expected.yaml, and write the day of it as"
            " looked_at: 2026-07-22."
        )


def _dump(path: Path, value: Any) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), "utf-8")
