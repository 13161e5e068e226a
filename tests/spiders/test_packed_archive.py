"""Documents that lie compressed: read like others, never lost by a kill, left alone where nothing is gained."""

from __future__ import annotations

import datetime
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from spiders import archive
from spiders.archive import documents, packing

NOW = datetime.datetime.now(datetime.UTC)
TOMORROW = NOW + datetime.timedelta(days=1)
TEXTS = [f"<html>第{number}份报告".encode() * 400 for number in range(3)]


def stored(home: Path) -> list[str]:
    return [archive.store(home, text) for text in TEXTS]


def forms(home: Path) -> list[str]:
    return sorted(path.suffix for path in (home / "raw" / "documents").glob("*/*"))


def test_compressed_documents_are_read_stored_again_and_verified_alike(tmp_path: Path) -> None:
    sha256s = stored(tmp_path)
    before = archive.check_archive(tmp_path)
    packed = archive.pack(tmp_path, TOMORROW)
    assert (packed.documents, packed.bytes_before, packed.flaws) == (3, sum(map(len, TEXTS)), [])
    held = sum(path.stat().st_size for path in (tmp_path / "raw" / "documents").glob("*/*"))
    assert held == packed.bytes_after < packed.bytes_before / 20
    assert forms(tmp_path) == [".zst"] * 3
    assert [archive.read(tmp_path, sha256) for sha256 in sha256s] == TEXTS
    assert stored(tmp_path) == sha256s
    assert forms(tmp_path) == [".zst"] * 3, "what is there is not stored a second time"
    assert archive.check_archive(tmp_path) == before
    assert archive.pack(tmp_path, TOMORROW).documents == 0


def test_only_what_has_lain_long_enough_and_shrinks_is_compressed(tmp_path: Path) -> None:
    old, new = archive.store(tmp_path, TEXTS[0]), archive.store(tmp_path, TEXTS[1])
    noise = archive.store(tmp_path, os.urandom(9000))
    archive.store(tmp_path, b"")
    long_ago = (NOW - datetime.timedelta(days=40)).timestamp()
    for sha256 in (old, noise):
        os.utime(archive.document_path(tmp_path, sha256), (long_ago, long_ago))
    before = NOW - datetime.timedelta(days=30)
    dry = archive.pack(tmp_path, before, dry=True)
    assert (dry.documents, forms(tmp_path)) == (1, [""] * 4)
    done = archive.pack(tmp_path, before)
    assert (done, forms(tmp_path)) == (dry, ["", "", "", ".zst"])
    packed = archive.standing(archive.document_path(tmp_path, old))
    assert packed.suffix == ".zst"
    assert packed.stat().st_mtime == pytest.approx(long_ago), "its age stays"
    assert archive.standing(archive.document_path(tmp_path, new)).suffix == ""


def test_a_damaged_document_is_named_and_left_alone(tmp_path: Path) -> None:
    sha256 = stored(tmp_path)[0]
    path = archive.document_path(tmp_path, sha256)
    path.write_bytes(TEXTS[0] + b" ")
    packed = archive.pack(tmp_path, TOMORROW)
    assert [(flaw.path, "`gongkai restore`" in flaw.reason) for flaw in packed.flaws] == [(path, True)]
    assert (packed.documents, path.read_bytes()) == (2, TEXTS[0] + b" ")


@pytest.mark.parametrize("damage", ["cut", "flipped", "another"])
def test_a_damaged_compressed_document_is_named_and_put_right_when_it_is_stored_again(
    damage: str, tmp_path: Path
) -> None:
    sha256 = archive.store(tmp_path, TEXTS[0])
    archive.pack(tmp_path, TOMORROW)
    packed = archive.standing(archive.document_path(tmp_path, sha256))
    data = packed.read_bytes()
    other = packing._compressed(b"another document" * 50, 3)
    packed.write_bytes({"cut": data[:-9], "flipped": data[:40] + b"\xff\xff" + data[42:], "another": other}[damage])
    with pytest.raises(ValueError, match=r"cannot be unpacked|no longer has the sha256"):
        archive.read(tmp_path, sha256)
    (flaw,) = archive.check_archive(tmp_path).flaws
    assert flaw.path == packed
    assert archive.store(tmp_path, TEXTS[0]) == sha256
    assert archive.read(tmp_path, sha256) == TEXTS[0]
    assert archive.check_archive(tmp_path).flaws == ()


def test_a_disk_that_gives_back_other_bytes_costs_no_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = archive.store(tmp_path, TEXTS[0])
    real = documents.put

    def put(path: Path, chunks: Any, **more: Any) -> None:
        real(path, [packing._compressed(b"something else", 3)], **more)

    monkeypatch.setattr(packing, "put", put)
    with pytest.raises(OSError, match="the disk fails"):
        archive.pack(tmp_path, TOMORROW)
    assert forms(tmp_path) == [""]
    assert archive.read(tmp_path, sha256) == TEXTS[0]


def killed_at(step: int, work: Callable[[], Any]) -> bool:
    """Do work in a process that kills itself before the given call that changes the disk; whether it ended."""
    child = os.fork()
    if child == 0:
        left = [step]

        def deadly(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **more: Any) -> Any:
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*arguments, **more)

            return call

        for name in ("fsync", "replace", "link", "chmod", "utime", "unlink"):
            setattr(os, name, deadly(getattr(os, name)))
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_kill_at_any_step_leaves_every_document_whole(tmp_path: Path) -> None:
    whole = False
    for step in range(60):
        home = tmp_path / str(step)
        sha256s = stored(home)
        whole = killed_at(step, partial(archive.pack, home, TOMORROW))
        assert [archive.read(home, sha256) for sha256 in sha256s] == TEXTS, step
        archive.pack(home, TOMORROW)
        assert [archive.read(home, sha256) for sha256 in sha256s] == TEXTS, step
        assert forms(home) == [".zst"] * 3, "the next run goes on, and leaves nothing half"
        if whole:
            break
    assert whole
    assert step > 15, "the kills struck in the middle of the work"


def test_nothing_is_compressed_while_a_crawl_writes(tmp_path: Path) -> None:
    stored(tmp_path)
    with (
        archive.ManifestWriter(tmp_path, "20260131T180000Z-00000a"),
        pytest.raises(archive.ArchiveBusy, match="another crawl"),
    ):
        archive.pack(tmp_path, TOMORROW)
    assert forms(tmp_path) == [""] * 3


def learned(home: Path, sha256: str) -> tuple[archive.Stored | None, archive.Knowledge]:
    path = archive.manifest_folder(home) / "20260131T180000Z-00000a.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    row = (
        f'{{"kind":"fetch","portal_id":"p","role":"article","url":"u","sha256":"{sha256}","status":200,"bytes":'
        f'{len(TEXTS[0])},"fetched_at":"2026-01-31T18:00:00Z","outcome":"stored","headers":{{"etag":"1"}}}}\n'
    )
    path.write_text(row, "utf-8")
    knowledge = archive.learn(home)
    return knowledge.of("p", "u"), knowledge


def test_a_crawl_takes_a_compressed_document_for_whole(tmp_path: Path) -> None:
    sha256 = archive.store(tmp_path, TEXTS[0])
    archive.pack(tmp_path, TOMORROW)
    found, knowledge = learned(tmp_path, sha256)
    assert found is not None
    assert (found.lost, found.etag, knowledge.lost) == (False, "1", set())
    archive.standing(archive.document_path(tmp_path, sha256)).write_bytes(b"")
    found, knowledge = learned(tmp_path, sha256)
    assert found is not None
    assert (found.lost, knowledge.lost) == (True, {("p", "u")})


def test_a_pruned_document_is_not_lost_and_is_asked_for_without_conditions(tmp_path: Path) -> None:
    sha256 = archive.store(tmp_path, TEXTS[0])
    (tmp_path / "raw" / "pruned.jsonl").write_bytes(b'{"sha256": "cut o')
    assert list(archive.prune(tmp_path, [sha256], "/mnt/second", "2026-02-01T00:00:00Z")) == [sha256]
    assert forms(tmp_path) == []
    assert {one: row["mirror"] for one, row in archive.pruned(tmp_path).items()} == {sha256: "/mnt/second"}
    found, knowledge = learned(tmp_path, sha256)
    assert found is not None
    assert (found.etag, knowledge.lost) == (None, set()), "a 304 could not be read; the page is not visited for it"
    checked = archive.check_archive(tmp_path)
    assert (checked.flaws, checked.pruned) == ((), 1)
    archive.store(tmp_path, TEXTS[0])
    assert archive.pruned(tmp_path) == {}, "stored again it is there"
    found, _ = learned(tmp_path, sha256)
    assert found is not None
    assert found.etag == "1"


def test_a_kill_while_documents_are_pruned_leaves_each_there_or_on_record(tmp_path: Path) -> None:
    steps = 0
    for step in range(20):
        home = tmp_path / str(step)
        sha256s = stored(home)
        archive.pack(home, TOMORROW)
        pruning = archive.prune(home, sha256s, "/mnt/second", "2026-02-01T00:00:00Z")
        whole = killed_at(step, partial(list, pruning))
        gone = [s for s in sha256s if not archive.standing(archive.document_path(home, s)).exists()]
        assert sorted(archive.pruned(home)) == sorted(gone), step
        steps += 0 < len(gone) < 3
        if whole:
            break
    assert whole
    assert len(gone) == 3
    assert steps >= 2, "the kills struck in the middle of the work"
