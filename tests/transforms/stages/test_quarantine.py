"""Documents that broke the reader: told from others, listed, and read again when asked for, losing nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.transforms.stages.home_kit import Home, page, without_tables
from transforms import READER_VERSION, lake
from transforms import normalize as stage
from transforms.batch import judged
from transforms.documents.model import Document, UnreadableDocument
from transforms.lake import quarantine
from transforms.lake.spill import ReadRows, read_rows, rows_of
from transforms.normalize import normalize
from transforms.reading import Reading, read_document

WHY = "Reading took longer than 10 seconds and was ended."
BAD = page("云岭县水利局")

Breaking = Callable[[set[str]], list[str]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.crawl({"data": page()}, {"data": BAD, "url": "https://www.yl.gov.cn/nb/t2.html"})
    return home


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Breaking:
    """Let documents, by sha256, break the reader from now on; gives those that are read, as they are read."""
    asked: list[str] = []
    bad: set[str] = set()

    def reading(paths: Iterable[Path]) -> Iterator[ReadRows]:
        for read in read_rows(paths):
            asked.append(read.path.name)
            if read.path.name in bad:
                given_up = Reading(read.path.name, "text/html", "unreadable", WHY)
                yield rows_of(judged(read.path, given_up, read.path.stat().st_size))
            else:
                yield read

    def begin(chosen: set[str]) -> list[str]:
        bad.clear()
        bad.update(chosen)
        asked.clear()
        return asked

    monkeypatch.setattr(stage, "read_rows", reading)
    return begin


def test_a_document_that_broke_the_reader_is_listed_with_the_reason(home: Home, breaking: Breaking) -> None:
    bad = home.store(BAD)
    breaking({bad})
    assert normalize(home.path).quarantined == 1
    (line,) = quarantine.quarantined(home.path)
    assert (line.sha256, line.reason, line.reader_version) == (bad, WHY, READER_VERSION)
    assert (line.bytes, line.media_type, line.source_url) == (len(BAD), "text/html", "https://www.yl.gov.cn/nb/t2.html")
    assert not line.waiting
    assert normalize(home.path).quarantined == 1, "a run that has nothing to do says the same"


def test_a_fault_of_the_reader_is_for_the_quarantine_and_a_bad_document_is_not() -> None:
    def fails(error: Exception) -> str | None:
        def read(data: bytes) -> Document:
            raise error

        return read_document(b"<html>x</html>", "x.html", read).reason

    assert quarantine.broke(fails(KeyError("a table without rows")))
    assert quarantine.broke(fails(RecursionError()))
    assert not quarantine.broke(fails(UnreadableDocument("The reader of this kind needs a password.")))
    assert not quarantine.broke(None)


def test_other_unreadable_documents_are_not_in_quarantine(home: Home) -> None:
    home.crawl({"data": b"%PDF-1.7 torn", "url": "https://www.yl.gov.cn/nb/t3.pdf"})
    summary = normalize(home.path)
    assert (summary.by_outcome.get("unreadable"), summary.unreadable_read, summary.quarantined) == (1, 1, 0)
    assert normalize(home.path).unreadable_read == 0
    assert quarantine.quarantined(home.path) == []
    assert quarantine.retry(home.path) == []
    assert not list((home.path / "lake").glob(".read-again*"))


def test_what_is_read_again_is_as_if_it_had_never_broken_anything(
    home: Home, breaking: Breaking, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bad = home.store(BAD)
    breaking({bad})
    normalize(home.path)
    asked = breaking(set())
    normalize(home.path)
    assert asked == [], "the same reader does not try again by itself"
    assert quarantine.retry(home.path, [bad[:12].upper()]) == [bad]
    assert quarantine.retry(home.path) == [bad], "asking twice is asking once"
    assert [line.waiting for line in quarantine.quarantined(home.path)] == [True]
    summary = normalize(home.path)
    assert asked == [bad]
    assert (summary.quarantined, summary.by_outcome, summary.problems) == (0, {"parsed": 2}, [])
    assert quarantine.read_again(home.path) == frozenset()

    untroubled = Home(tmp_path_factory.mktemp("untroubled"))
    untroubled.crawl({"data": page()}, {"data": BAD, "url": "https://www.yl.gov.cn/nb/t2.html"})
    normalize(untroubled.path)
    settled = "/.settled.json"
    ours, theirs = (
        {name: data for name, data in home.contents("lake").items() if not f"/{name}".endswith(settled)}
        for home in (home, untroubled)
    )
    assert ours == theirs
    asked.clear()
    normalize(home.path)
    assert asked == []


def test_what_breaks_the_reader_again_is_in_quarantine_as_before(home: Home, breaking: Breaking) -> None:
    bad = home.store(BAD)
    breaking({bad})
    normalize(home.path)
    before = home.contents("lake")
    quarantine.retry(home.path)
    asked = breaking({bad})
    assert normalize(home.path).quarantined == 1
    assert asked == [bad]
    assert home.contents("lake") == before


def test_a_run_that_is_stopped_reads_them_the_next_time(
    home: Home, breaking: Breaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = home.store(BAD)
    breaking({bad})
    normalize(home.path)
    quarantine.retry(home.path)
    asked = breaking(set())
    with monkeypatch.context() as patch:
        patch.setattr(stage, "_place_all", lambda *arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            normalize(home.path)
    assert asked == [bad]
    assert quarantine.read_again(home.path) == {bad}
    assert normalize(home.path).by_outcome == {"parsed": 2}


def test_a_version_that_rests_on_another_document_keeps_its_rows(home: Home, breaking: Breaking) -> None:
    pdf = without_tables()
    home.crawl(
        {"data": pdf, "url": "https://www.yl.gov.cn/nb/f1.html", "article_url": "https://www.yl.gov.cn/nb/t1.html"}
    )
    breaking({home.store(pdf)})
    normalize(home.path)
    cells = home.rows("cell_version")
    quarantine.retry(home.path)
    breaking(set())
    normalize(home.path)
    assert home.rows("cell_version") == cells
    assert quarantine.quarantined(home.path) == []


@pytest.mark.parametrize("text", ["", "abc", "0" * 64])
def test_only_what_is_in_quarantine_can_be_asked_for(home: Home, breaking: Breaking, text: str) -> None:
    breaking({home.store(BAD)})
    normalize(home.path)
    with pytest.raises(quarantine.NotQuarantined, match="quarantine list"):
        quarantine.retry(home.path, [home.store(BAD), text])
    assert quarantine.read_again(home.path) == frozenset()


def test_a_damaged_list_of_what_to_read_again_is_none(home: Home) -> None:
    normalize(home.path)
    for damage in ("", "{", "7"):
        (home.path / "lake" / ".read-again.json").write_text(damage, "utf-8")
        assert normalize(home.path).problems == []
    assert lake.years(home.path, "document") == [2022]
