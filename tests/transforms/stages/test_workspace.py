"""The working tables of a normalize: in the order of time, on disk, and gone with the process."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest

from transforms.document import Document
from transforms.identity.placement import unplaced
from transforms.lake import PartNotWritten, remove_leftovers
from transforms.lake.workspace import Workspace, working

MANY = 4000


def record(home: Path, *rows: Mapping[str, object]) -> None:
    """A manifest of fetches; what a row does not say is as in most."""
    usual = {"kind": "fetch", "crawl_id": "c", "role": "article", "outcome": "stored"}
    folder = home / "raw" / "manifests"
    folder.mkdir(parents=True)
    lines = (json.dumps({**usual, "fetched_at": "2026-01-01T00:00:00+00:00", **row}) for row in rows)
    (folder / "c.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")


def document(sha256: str) -> Document:
    return Document(
        sha256, 0, "text/html", 1, "parsed", None, "1", "F2021", "title" * 20, "局" * 20, None, "own", 2024, None, None,
        "hash" * 16, 99, 0, None,
    )  # fmt: skip


def test_pages_come_before_their_attachments_and_all_in_time(tmp_path: Path) -> None:
    record(
        tmp_path,
        {"url": "http://h/b", "sha256": "2", "fetched_at": "2026-01-02T00:00:00+00:00"},
        {"url": "http://h/1.pdf", "sha256": "3", "role": "attachment", "article_url": "http://h/c"},
        {"url": "http://h/c", "sha256": "1"},
        {"url": "http://h/c", "sha256": "1", "outcome": "unchanged", "fetched_at": "2026-01-03T00:00:00+00:00"},
        {"url": "http://h/c", "sha256": "4", "fetched_at": "2026-01-04T00:00:00+00:00"},
        # A page that goes back to what it said before changes too.
        {"url": "http://h/c", "sha256": "1", "outcome": "unchanged", "fetched_at": "2026-01-05T00:00:00+00:00"},
    )
    with working(tmp_path) as workspace:
        workspace.read_manifests(tmp_path)
        assert [(fetch.url, fetch.sha256) for fetch in workspace.fetches()] == [
            ("http://h/c", "1"),
            ("http://h/1.pdf", "3"),
            ("http://h/b", "2"),
            ("http://h/c", "4"),
            ("http://h/c", "1"),
        ]
        assert [fetch.sha256 for _, fetch in workspace.attachments()] == ["3"]
        assert workspace.keep_fetched() == (0, 4)
        assert list(workspace.unread()) == ["1", "3", "2", "4"]


def test_documents_and_places_take_no_memory(tmp_path: Path) -> None:
    record(tmp_path, *({"url": f"http://h/{n}", "sha256": f"{n:064}"} for n in range(MANY)))
    with working(tmp_path) as workspace:
        workspace.read_manifests(tmp_path)
        fill(workspace)  # whatever is loaded once
        tracemalloc.start()
        try:
            fill(workspace)
            for turn, fetch in workspace.pages():
                workspace.put_placement(turn, unplaced(fetch, "no year"))
            workspace.put_reports(workspace.gathered())
            assert sum(len(report.fetches) for report in workspace.reports()) == MANY
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 100 * MANY, "objects for each document would take thousands of bytes of it"


def fill(workspace: Workspace) -> None:
    for number in range(MANY):
        workspace.put(document(f"{number:064}"))


def test_nothing_is_left_of_it(tmp_path: Path) -> None:
    with working(tmp_path):
        assert list((tmp_path / "lake").iterdir()) == [], "a process that is killed leaves no file"
    (tmp_path / "lake" / ".working-abc").touch()  # but one that is killed before the file has lost its name
    remove_leftovers(tmp_path)
    assert list((tmp_path / "lake").iterdir()) == []


def test_a_disk_that_refuses_is_named(tmp_path: Path) -> None:
    def overfill() -> None:
        with working(tmp_path) as workspace:
            workspace._connection.execute("PRAGMA max_page_count = 10")
            fill(workspace)

    with pytest.raises(PartNotWritten, match=r"Working tables .*free space"):
        overfill()
