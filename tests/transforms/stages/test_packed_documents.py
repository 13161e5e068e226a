"""The normalize stage on an archive whose documents lie compressed, or are brought back: the same bytes of the lake."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from spiders import archive
from tests.transforms.documents.word.odt_kit import blocks, odt
from tests.transforms.documents.word.office_kit import rtf, stand_in
from tests.transforms.layouts import make_figures, piped_rows
from tests.transforms.stages.home_kit import Home, ingested, page
from transforms import batch, workers
from transforms.normalize import normalize

TOMORROW = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Documents of several kinds, one that no reader takes and one that is too large."""
    home = Home(tmp_path / "home")
    home.crawl(
        {"data": page()},
        {"data": page("云岭县水利局", counter=1), "url": "https://www.yl.gov.cn/nb/t2.html"},
        {"data": odt(blocks(make_figures(5))), "url": "https://www.yl.gov.cn/nb/t3.odt"},
        {"data": b"\0nothing known" * 99, "url": "https://www.yl.gov.cn/nb/t4"},
        {"data": rtf("a") + b" " * 400, "url": "https://www.yl.gov.cn/nb/t5.doc"},
        ingested(piped_rows(make_figures(4)), "a.txt"),
        ingested(b"<html>" + b" " * 300_000, "large.html"),
    )
    return home


def lake_of(home: Home) -> dict[str, bytes]:
    """The lake and the ids that it was given, without the time of day of the latter."""
    summary = normalize(home.path)
    assert summary.problems == []
    return home.contents("lake") | home.contents("identity")


@pytest.mark.skipif(os.name != "posix", reason="the office is driven by a POSIX shell")
def test_the_lake_has_the_same_bytes_however_the_documents_lie(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Workers have what is changed here when they are forked, which is not done beside threads of other tests.
    monkeypatch.setattr(workers, "threading", SimpleNamespace(active_count=lambda: 1))
    monkeypatch.setattr(batch, "LARGEST_BYTES", 200_000)
    monkeypatch.setenv("GONGKAI_SOFFICE", str(stand_in(tmp_path / "program", odt(blocks(make_figures(3))))))
    plain = lake_of(home)
    outcomes = [(row["outcome"], row["reason"]) for row in home.rows("document")]
    assert [outcome for outcome, _ in outcomes].count("parsed") >= 5
    assert [reason for _, reason in outcomes if reason and "300006 bytes" in reason], "one is too large"
    for folder in ("lake", "identity"):
        (home.path / folder).rename(tmp_path / f"{folder} before")
    assert archive.pack(home.path, TOMORROW).documents >= 5
    assert lake_of(home) == plain


def test_a_damaged_compressed_document_is_named_and_costs_nothing_but_itself(home: Home) -> None:
    archive.pack(home.path, TOMORROW)
    damaged = sorted((home.path / "raw" / "documents").glob("*/*.zst"))[0]
    data = damaged.read_bytes()
    damaged.write_bytes(data[: len(data) // 2])
    (problem,) = normalize(home.path).problems
    assert str(damaged.with_suffix("")) in problem
    assert "Truncated" in problem
    damaged.write_bytes(data)
    assert normalize(home.path).problems == []


@pytest.mark.skipif(os.name != "posix", reason="the office is driven by a POSIX shell")
def test_absent_documents_are_asked_for_before_they_are_read(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_SOFFICE", str(stand_in(tmp_path / "program", odt(blocks(make_figures(3))))))
    normalize(home.path)
    whole = home.contents("lake")
    away = tmp_path / "away"
    (home.path / "raw" / "documents").rename(away)
    (home.path / "raw" / "documents").mkdir()
    asked: list[Sequence[str]] = []

    def bring_back(sha256s: Sequence[str]) -> None:
        asked.append(sha256s)
        for sha256 in sha256s:
            archive.store(home.path, (away / sha256[:2] / sha256).read_bytes())

    normalize(home.path, bring_back=bring_back)
    assert asked == [], "what was read is not needed"
    for part in (home.path / "lake" / "document").rglob("*.parquet"):
        part.unlink()
    summary = normalize(home.path, bring_back=bring_back)
    assert (sorted(asked[0]), len(asked)) == (sorted(path.name for path in away.glob("*/*")), 1)
    assert summary.problems == []
    assert home.contents("lake") == whole


def test_nothing_is_called_unreadable_when_bringing_back_fails(home: Home) -> None:
    normalize(home.path)
    for part in (home.path / "lake" / "document").rglob("*.parquet"):
        part.unlink()
    before = home.contents("lake")
    for path in (home.path / "raw" / "documents").glob("*/*"):
        path.unlink()

    def refuse(sha256s: Sequence[str]) -> None:
        raise ConnectionError("the second archive does not answer")

    with pytest.raises(ConnectionError):
        normalize(home.path, bring_back=refuse)
    assert home.contents("lake") == before
