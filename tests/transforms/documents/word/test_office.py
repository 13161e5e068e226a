"""The office as a program that may be absent, hang, break off or write nothing: each document answers for itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.transforms.documents.word.docx_kit import package
from tests.transforms.documents.word.odt_kit import blocks, odt
from tests.transforms.documents.word.office_kit import rtf, stand_in
from tests.transforms.layouts import make_figures
from tests.transforms.stages.home_kit import Home
from transforms import READER_VERSION
from transforms.batch import read_files
from transforms.documents.sniff import RTF
from transforms.documents.word import office
from transforms.documents.word.office import Source, convert
from transforms.lake.quarantine import broke
from transforms.normalize import normalize
from transforms.reading import read_document

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the office is driven by a POSIX shell")
FIGURES = make_figures(3)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a stand-in for LibreOffice, which is found instead of it and has a second for a document."""
    folder = tmp_path / "program"
    monkeypatch.setenv("GONGKAI_SOFFICE", str(stand_in(folder, odt(blocks(FIGURES)))))
    monkeypatch.setattr(office, "LONGEST_SECONDS", 1.0)
    return folder


def converted(tmp_path: Path, *documents: str) -> dict[str, str]:
    """What became of documents that were converted together: ``""`` or the reason."""
    folder = tmp_path / "work"
    folder.mkdir()
    sources = []
    for number, what in enumerate(documents):
        path = tmp_path / f"{number}"
        path.write_bytes(rtf(what))
        sources.append(Source(path, RTF))
    return {documents[int(source.path.name)]: outcome.reason for source, outcome in convert(sources, folder)}


def is_running(process_id: int) -> bool:
    """Whether a process is there and does more than wait for its burial."""
    status = Path(f"/proc/{process_id}/stat")
    if status.exists():
        return status.read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return not Path("/proc/self").exists()


def ends_soon(process_id: int) -> bool:
    for _ in range(100):
        if not is_running(process_id):
            return True
        time.sleep(0.1)
    return False


def starts(program: Path) -> list[list[str]]:
    return [line.split() for line in (program / "starts").read_text("utf-8").splitlines()]


def test_one_start_converts_all(tmp_path: Path, program: Path) -> None:
    assert set(converted(tmp_path, "a", "b", "c").values()) == {""}
    assert len(starts(program)) == 1


def test_what_breaks_one_document_leaves_the_others(tmp_path: Path, program: Path) -> None:
    found = converted(tmp_path, "a", "nothing", "b", "hang", "c", "break", "d")
    assert {what for what, reason in found.items() if not reason} == set("abcd")
    assert "longer than 1 seconds" in found["hang"]
    assert "broke off (status" in found["break"]
    assert "could not open it" in found["nothing"]
    assert {what for what, reason in found.items() if broke(reason)} == {"hang", "break"}, (
        "these are for the quarantine"
    )
    assert ends_soon(int((program / "left").read_text("utf-8")))


def test_memory_is_limited(tmp_path: Path, program: Path) -> None:
    assert "1536 MB" in converted(tmp_path, "memory")["memory"]


def test_nothing_of_the_surroundings_is_passed_on(
    tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://example.org")
    monkeypatch.setenv("LD_PRELOAD_X", "x")
    converted(tmp_path, "a")
    names = {line.split("=")[0] for line in (program / "environment").read_text("utf-8").splitlines()}
    assert {"PATH", "HOME"} <= names
    assert not names & {"http_proxy", "LD_PRELOAD_X", "GONGKAI_SOFFICE"}


def test_the_office_ends_with_whoever_started_it(tmp_path: Path, program: Path) -> None:
    (tmp_path / "a.rtf").write_bytes(rtf("hang"))
    code = (
        "import sys; from pathlib import Path; from transforms.documents.word.office import *\n"
        "list(convert([Source(Path(sys.argv[1]), 'application/rtf')], Path(sys.argv[2])))"
    )
    (tmp_path / "work").mkdir()
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "a.rtf"), str(tmp_path / "work")])
    try:
        for _ in range(300):
            if (program / "left").exists() and (program / "left").read_text("utf-8").strip():
                break
            time.sleep(0.1)
        left = int((program / "left").read_text("utf-8"))
        assert is_running(left)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert ends_soon(left)


def test_documents_of_a_night_are_converted_together(tmp_path: Path, program: Path) -> None:
    paths = []
    for number, what in enumerate([*"abcdefgh", "wrong", "nothing"]):
        path = tmp_path / f"{number}.doc"
        path.write_bytes(rtf(what))
        paths.append(path)
    page = tmp_path / "page.zip"
    page.write_bytes(package({"1.rtf": rtf("zip")}))
    found = {read.path: read.reading for read in read_files([*paths, page], workers=2)}
    assert [found[path].outcome for path in [*paths, page]] == ["parsed"] * 8 + ["unreadable"] * 2 + ["parsed"]
    assert "something else than a document" in str(found[paths[8]].reason)
    assert all(found[path].media_type == RTF and len(found[path].sha256) == 64 for path in paths)
    # One start for the archive, one for each half, and one more for the document that came to nothing.
    assert sorted(map(len, starts(program))) == [1, 1, 5, 5]


def test_without_the_office_the_reason_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_SOFFICE", "/nowhere/soffice")
    for data in (rtf("a"), package({"a.rtf": rtf("a")})):
        reading = read_document(data)
        assert (reading.outcome, reading.lacks_program) == ("unreadable", True)
        assert "apt install libreoffice-writer" in str(reading.reason)


def test_a_later_run_with_the_office_reads_what_an_earlier_one_could_not(
    tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    home.crawl({"data": rtf("a"), "role": "article"}, {"data": rtf("nothing"), "url": "https://www.yl.gov.cn/nb/2.doc"})
    with monkeypatch.context() as context:
        context.setenv("GONGKAI_SOFFICE", "/nowhere/soffice")
        assert normalize(home.path).by_outcome == {"unreadable": 2}
        assert [row["reason"] for row in home.rows("document") if "apt install" not in row["reason"]] == []
        before = home.files("lake")
        assert normalize(home.path).documents_read == 2
        assert home.files("lake") == before
    assert {row["reader_version"] for row in home.rows("document")} == {"absent"}
    summary = normalize(home.path)
    assert (summary.by_outcome, summary.problems) == ({"parsed": 1, "unreadable": 1}, [])
    assert {row["reader_version"] for row in home.rows("document")} == {READER_VERSION}
    assert {row["outcome"] for row in home.rows("report")} == {"parsed", "unreadable"}
    assert normalize(home.path).documents_read == 0
