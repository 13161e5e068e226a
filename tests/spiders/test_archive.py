"""The raw archive: nothing overwritten, nothing lost by a kill, and what earlier crawls taught."""

from __future__ import annotations

import datetime
import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from spiders import archive
from spiders.archive import ArchiveBusy, ArchiveError, ManifestWriter

AS_OF = datetime.datetime(2026, 1, 31, 18, 0, tzinfo=datetime.UTC)
CRAWL = "20260131T180000Z-00000a"


def fetch(url: str, sha256: str | None = "a" * 64, **more: Any) -> dict[str, Any]:
    return {
        "kind": "fetch", "portal_id": "p", "role": "article", "url": url, "sha256": sha256, "status": 200,
        "fetched_at": "2026-01-31T18:00:00Z", "outcome": "stored", "headers": {}, "link_text": "t",
        "link_date": None, "article_url": None, "reason": None, "published_on": None, **more,
    }  # fmt: skip


def test_documents_are_named_by_their_content(tmp_path: Path) -> None:
    sha256 = archive.store(tmp_path, b"report")
    assert sha256 == hashlib.sha256(b"report").hexdigest()
    path = archive.document_path(tmp_path, sha256)
    assert path == tmp_path / "raw" / "documents" / sha256[:2] / sha256
    assert archive.read(tmp_path, sha256) == b"report"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [other.name for other in path.parent.iterdir()] == [sha256], "no temporary file stays"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    sha256 = archive.store(tmp_path, b"report")
    path = archive.document_path(tmp_path, sha256)
    before = path.stat().st_ino, path.stat().st_mtime_ns
    assert archive.store(tmp_path, b"report") == sha256
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == before


def test_damaged_and_missing_documents_are_named(tmp_path: Path) -> None:
    sha256 = archive.store(tmp_path, b"report")
    archive.document_path(tmp_path, sha256).write_bytes(b"rep")
    with pytest.raises(ValueError, match="no longer has the sha256"):
        archive.read(tmp_path, sha256)
    with pytest.raises(FileNotFoundError, match="has no document"):
        archive.read(tmp_path, "0" * 64)
    with pytest.raises(ValueError, match="64 lower-case"):
        archive.read(tmp_path, "../../etc/passwd")


def test_a_manifest_is_renamed_at_its_end(tmp_path: Path) -> None:
    with ManifestWriter(tmp_path, CRAWL) as writer:
        writer.write({"kind": "crawl", "title": "甲"})
        assert list(archive.rows(tmp_path)) == [{"kind": "crawl", "title": "甲"}], "readable while it grows"
        assert archive.part_path(tmp_path, CRAWL).exists()
    assert writer.path.name == f"{CRAWL}.jsonl"
    assert not archive.part_path(tmp_path, CRAWL).exists()
    with pytest.raises(ArchiveError, match="used once"):
        ManifestWriter(tmp_path, CRAWL)


def test_a_killed_crawl_is_adopted_without_its_half_line(tmp_path: Path) -> None:
    part = archive.part_path(tmp_path, CRAWL)
    part.parent.mkdir(parents=True)
    part.write_bytes(b'{"kind":"crawl"}\n{"kind":"fetch","url":"x"}\n{"kind":"fet')
    assert len(list(archive.read_manifest(part))) == 2, "readers ignore the half line"
    with ManifestWriter(tmp_path, "20260131T180000Z-00000b") as writer:
        assert not part.exists()
        writer.write({"kind": "crawl"})
    adopted = part.with_suffix("")
    assert adopted.read_bytes().endswith(b'"url":"x"}\n')
    assert len(list(archive.rows(tmp_path))) == 3


def test_only_one_writer_at_a_time(tmp_path: Path) -> None:
    with ManifestWriter(tmp_path, CRAWL):
        with pytest.raises(ArchiveBusy, match="another crawl"):
            ManifestWriter(tmp_path, "20260131T180000Z-00000b")
        with pytest.raises(ArchiveBusy):
            archive.adopt(tmp_path)
    assert archive.adopt(tmp_path) == ()


def test_a_damaged_line_is_named_with_its_place(tmp_path: Path) -> None:
    path = archive.manifest_folder(tmp_path) / f"{CRAWL}.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text('{"kind":"crawl"}\nnonsense\n', encoding="utf-8")
    with pytest.raises(ArchiveError, match=rf"{CRAWL}\.jsonl:2"):
        list(archive.rows(tmp_path))


def test_following_a_growing_manifest(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.part"
    assert archive.follow(path, 0) == ([], 0)
    path.write_bytes(b'{"n":1}\n{"n":2')
    rows, position = archive.follow(path, 0)
    assert rows == [{"n": 1}]
    path.write_bytes(b'{"n":1}\n{"n":2}\n')
    assert archive.follow(path, position)[0] == [{"n": 2}]


def test_crawl_ids_and_order(tmp_path: Path) -> None:
    assert archive.new_crawl_id(AS_OF).startswith("20260131T180000Z-")
    zone = datetime.timezone(datetime.timedelta(hours=8))
    assert archive.new_crawl_id(AS_OF.astimezone(zone)).startswith("20260131T180000Z-")
    for name, started in (("20260131T180000Z-ffffff", "1"), ("20260131T180000Z-000000", "2")):
        with ManifestWriter(tmp_path, name) as writer:
            writer.write({"kind": "crawl", "started_at": started})
    assert [row["started_at"] for row in archive.rows(tmp_path)] == ["1", "2"], "equal clocks: by the real start"
    with pytest.raises(ArchiveError, match="crawl id"):
        ManifestWriter(tmp_path, "../x")


def learn(tmp_path: Path, *rows: dict[str, Any]) -> archive.Knowledge:
    with ManifestWriter(tmp_path, CRAWL) as writer:
        writer.write({"kind": "crawl", "as_of": "2026-01-31T18:00:00Z"})
        for row in rows:
            writer.write(row)
    return archive.learn(tmp_path)


def test_the_latest_usable_row_of_an_address_counts(tmp_path: Path) -> None:
    knowledge = learn(
        tmp_path,
        fetch("u", headers={"etag": '"1"', "last-modified": "yesterday"}, published_on="2026-01-01"),
        fetch("u", "b" * 64, outcome="rejected", fetched_at="2026-02-01T00:00:00Z", link_date="2026-01-02"),
        fetch("u", None, outcome="failed", status=500, fetched_at="2026-02-02T00:00:00Z"),
        fetch("v", None, outcome="failed"),
        fetch("w", outcome="unchanged"),
        fetch("w", None, outcome="failed", status=404, fetched_at="2026-03-01T00:00:00Z"),
        fetch("l", role="list"),
    )
    stored = knowledge.of("p", "u")
    assert stored is not None
    assert stored.sha256 == "b" * 64
    assert stored.day == datetime.date(2026, 1, 2)
    assert stored.asked_at.month == 2
    assert knowledge.of("p", "v") is None
    assert knowledge.of("other", "u") is None
    gone = knowledge.of("p", "w")
    assert gone is not None
    assert gone.gone
    assert gone.asked_at.month == 3, "a 404 was an attempt"
    assert [article.url for article in knowledge.articles("p")] == ["u", "w"]


def test_a_year_that_shows_another_report_is_asked_like_one_without(tmp_path: Path) -> None:
    """Kept as an answer it would wait as long as an old report does, and the year's own would come months late."""
    other = "other_year: the page for 2025 shows the report of 2024"
    knowledge = learn(
        tmp_path,
        fetch("new", outcome="rejected", reason=other, fetched_at="2026-01-20T00:00:00Z"),
        fetch("had", fetched_at="2026-01-20T00:00:00Z"),
        fetch("had", outcome="rejected", reason=other, fetched_at="2026-02-20T00:00:00Z"),
    )
    assert knowledge.of("p", "new") is None
    missed = knowledge.missed_at("p", "new")
    assert missed is not None
    assert missed.month == 1
    had = knowledge.of("p", "had")
    assert had is not None
    assert had.gone


def test_portals_links_and_attachments_are_remembered(tmp_path: Path) -> None:
    portal = {"kind": "portal", "portal_id": "p", "failure": False, "reason": None, "requests": 3}
    knowledge = learn(
        tmp_path,
        {"kind": "link", "portal_id": "p", "url": "u", "link_text": "t"},
        fetch("a.pdf", None, role="attachment", article_url="u", outcome="failed", status=500, reason="x: y"),
        fetch("b.pdf", None, role="attachment", article_url="w", outcome="failed", reason="foreign_host: y"),
        {**portal, "outcome": "ok", "listed": 7},
        {**portal, "outcome": "failed", "listed": 0, "failure": True, "reason": "down: x"},
        {**portal, "outcome": "skipped", "listed": 0},
    )
    assert knowledge.rejected_links == {("p", "u", "t")}
    assert knowledge.lacks_attachments("p", "u", AS_OF)
    assert not knowledge.lacks_attachments("p", "w", AS_OF), "what is refused stays refused"
    history = knowledge.history("p")
    assert (history.ever_ok, history.last_outcome, history.last_listed) == (True, "failed", 7)
    assert history.last_reason == "down: x"
    assert not knowledge.history("q").ever_ok


def test_ingest_adds_files_as_if_crawled(tmp_path: Path) -> None:
    home, one = tmp_path / "home", tmp_path / "report.html"
    one.write_bytes(b"<p>1</p>")
    added = archive.ingest(
        home, [one], agency="甲县", year=2024, url="http://a.gov.cn/x", declared_hosts=["b.gov.cn"], as_of=AS_OF
    )
    crawl, row, end = archive.read_manifest(added.manifest)
    assert (crawl["kind"], end["kind"]) == ("crawl", "end")
    assert row["role"] == "ingested"
    assert (row["body"], row["report_year"], row["link_text"]) == ("甲县", 2024, "report.html")
    assert row["declared_host"] is False
    assert row["outcome"] == "stored"
    assert added.documents == ((one, row["sha256"]),)
    assert archive.read(home, row["sha256"]) == b"<p>1</p>"
    again = archive.ingest(home, [one], url="http://a.gov.cn/x", declared_hosts=["a.gov.cn"], as_of=AS_OF)
    rows = list(archive.read_manifest(again.manifest))
    assert rows[1]["declared_host"] is True
    assert archive.ingest(home, [one]).documents[0][1] == row["sha256"]
    assert json.loads(again.manifest.read_text(encoding="utf-8").splitlines()[0])["as_of"].startswith("2026-01-31T18")


def test_ingest_reads_everything_before_it_writes(tmp_path: Path) -> None:
    one = tmp_path / "report.html"
    one.write_bytes(b"1")
    home = tmp_path / "home"
    with pytest.raises(ArchiveError, match=r"cannot read .*none\.html"):
        archive.ingest(home, [one, tmp_path / "none.html"])
    with pytest.raises(ArchiveError, match="at least one"):
        archive.ingest(home, [])
    assert not home.exists()


def test_the_whole_archive_is_hashed_again(tmp_path: Path) -> None:
    kept, damaged, lost = (archive.store(tmp_path, data) for data in (b"kept", b"damaged", b"lost"))
    with ManifestWriter(tmp_path, CRAWL) as writer:
        for number, sha256 in enumerate((kept, damaged, lost, lost)):
            writer.write(fetch(f"https://www.yl.gov.cn/nb/t{number}.html", sha256))
    assert archive.check_archive(tmp_path) == archive.Checked(3, 15, 1, ())
    archive.document_path(tmp_path, damaged).write_bytes(b"other")
    archive.document_path(tmp_path, lost).unlink()
    found = archive.check_archive(tmp_path)
    assert [(flaw.path.name, flaw.reason.split(";")[0].split(":")[0]) for flaw in found.flaws] == [
        (damaged, f"its bytes have the sha256 {hashlib.sha256(b'other').hexdigest()}"),
        (lost, "it is missing"),
    ]
    assert "https://www.yl.gov.cn/nb/t2.html" in found.flaws[1].reason
    manifest = archive.manifest_folder(tmp_path) / f"{CRAWL}.jsonl"
    manifest.write_text("no row\n", "utf-8")
    assert archive.check_archive(tmp_path).flaws[-1].path == manifest
