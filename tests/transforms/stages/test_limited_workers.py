"""Documents are read within limits of time and memory: a hostile one costs itself, the batch goes on."""

from __future__ import annotations

import hashlib
import importlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.transforms.layouts import html_page, make_figures
from transforms import workers
from transforms.batch import ReadFile, read_files
from transforms.documents import containers
from transforms.lake.quarantine import broke
from transforms.reading import read_document
from transforms.workers import Failed, Limits, allow, limited_map

QUICK = Limits(seconds=3.0, memory_bytes=256 * 1024**2)
_kept: list[bytearray] = []


def behave(what: str) -> str:
    if what == "loop":
        while True:
            time.sleep(0.01)
    if what.startswith("slow"):
        allow(60.0)
        time.sleep(1.5)
    if what == "nap":
        time.sleep(2.0)
    if what == "late":
        allow(0.2)
        time.sleep(60.0)
    if what == "memory":
        return str(len(bytearray(4 * 1024**3)))
    if what == "keep":
        _kept.append(bytearray(200 * 1024**2))
    if what == "some":
        return str(len(bytearray(100 * 1024**2)))
    if what == "store":
        import pyarrow

        return str(pyarrow.default_memory_pool().backend_name)
    if what == "die":
        os._exit(3)
    if what == "raise":
        raise ValueError("no")
    if what == "deep":
        return behave(what)
    return what.upper()


@pytest.mark.parametrize("alone", [True, False])
def test_what_breaks_one_item_leaves_the_others(alone: bool) -> None:
    # With another thread a fresh interpreter is used instead of a fork.
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    if not alone:
        thread.start()
    try:
        items = ["a", "loop", "memory", "die", "b", "raise", "deep", "c"]
        found = dict(limited_map(behave, items, workers=2, limits=QUICK))
    finally:
        stop.set()
    assert [found[item] for item in "abc"] == ["A", "B", "C"]
    reasons = {item: outcome.reason for item, outcome in found.items() if isinstance(outcome, Failed)}
    assert reasons.keys() == {"loop", "memory", "die", "raise", "deep"}
    assert "longer than 3 seconds" in reasons["loop"]
    assert "256 MB" in reasons["memory"]
    assert "status 3" in reasons["die"]
    assert "ValueError: no" in reasons["raise"]
    assert "too deeply" in reasons["deep"]
    assert all(map(broke, reasons.values())), "each of them is for the quarantine"


def test_memory_that_one_item_took_is_not_missing_to_the_next() -> None:
    found = dict(limited_map(behave, ["keep", "some", "a"], workers=1, limits=QUICK))
    assert found == {"keep": "KEEP", "some": str(100 * 1024**2), "a": "A"}


@pytest.mark.parametrize(
    ("name", "data"),
    [("PIL.Image.open", b"\x89PNG\r\n\x1a\n" + bytes(64)), ("olefile.OleFileIO", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")],
)
def test_a_document_for_which_memory_ran_out_is_not_called_damaged(
    name: str, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    module, _, attribute = name.rpartition(".")
    monkeypatch.setattr(importlib.import_module(module), attribute, exhausted)
    monkeypatch.setattr(containers, "_is_in_proportion", lambda data: True)
    with pytest.raises(MemoryError):
        read_document(data)


def test_the_store_of_arrow_reserves_nothing_in_a_worker() -> None:
    assert list(limited_map(behave, ["store"], workers=1)) == [("store", "system")]


def test_an_item_may_ask_for_more_time_and_the_next_one_has_its_own() -> None:
    found = dict(limited_map(behave, ["slow", "late", "slow too", "a"], workers=1, limits=Limits(seconds=1.0)))
    assert (found["slow"], found["slow too"], found["a"]) == ("SLOW", "SLOW TOO", "A")
    # Asking for less than the limit takes nothing away.
    assert isinstance(found["late"], Failed)
    assert "longer than 1 seconds" in found["late"].reason


def test_a_busy_machine_takes_no_time_from_a_document_and_nothing_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    # As if the process had a processor for a fifth of the time.
    monkeypatch.setattr(workers, "_seconds_waited", lambda pid: 0.8 * time.monotonic())
    monkeypatch.setattr(workers, "_MOST_PATIENCE", 3)
    found = dict(limited_map(behave, ["nap", "loop", "a"], workers=1, limits=Limits(seconds=1.0)))
    assert (found["nap"], found["a"]) == ("NAP", "A")
    assert isinstance(found["loop"], Failed)
    assert "longer than 1 seconds" in found["loop"].reason


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="only Linux tells how long a process waited")
def test_the_time_that_a_process_waits_is_told() -> None:
    before = workers._seconds_waited(os.getpid())
    rivals = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3 * workers.cores())]
    try:
        deadline = time.monotonic() + 30
        while workers._seconds_waited(os.getpid()) == before and time.monotonic() < deadline:
            sum(range(100_000))
    finally:
        for rival in rivals:
            rival.kill()
            rival.wait()
    assert workers._seconds_waited(os.getpid()) > before
    assert workers._seconds_waited(2**30) == 0.0


def test_asking_for_time_outside_of_a_worker_does_nothing() -> None:
    allow(1.0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends processes with their parent")
@pytest.mark.parametrize("items", [["a", "b", "loop", "loop"], ["loop"] * 4])
def test_a_killed_process_leaves_no_worker(items: list[str]) -> None:
    # One worker idle and one, or both, at work on what never ends: nobody is left to tell them.
    script = f"""
import multiprocessing, signal
from tests.transforms.stages.test_limited_workers import behave
from transforms.workers import Limits, limited_map

signal.signal(signal.SIGALRM, lambda *_: print(*(one.pid for one in multiprocessing.active_children()), flush=True))
signal.setitimer(signal.ITIMER_REAL, 1.0)
list(limited_map(behave, {items!r}, workers=2, limits=Limits(seconds=60.0)))
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers_of_it = [Path(f"/proc/{pid}") for pid in parent.stdout.readline().split()]
        assert len(workers_of_it) == 2
        assert all(_runs(path) for path in workers_of_it)
        parent.kill()
    deadline = time.monotonic() + 10.0
    while any(_runs(path) for path in workers_of_it) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [path for path in workers_of_it if _runs(path)]


def _runs(process: Path) -> bool:
    """Whether a process is there and no zombie that only waits to be collected."""
    try:
        return process.joinpath("stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_nothing_to_do_starts_nothing() -> None:
    assert list(limited_map(behave, [])) == []


HOSTILE = {
    "deep": b"<html><body>" + b"<div>" * 100_000,
    "wide": b"<table>" + b"<tr><td rowspan=1000000 colspan=1000000>x</td></tr>" * 2000 + b"</table>",
    "endless rows": "<table><tr><td>规章</td><td>0</td></tr></table>".encode() * 400_000,
    "empty": b"",
    "blank": b" \n ",
    "binary": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_end_in_time_with_a_reason(name: str, tmp_path: Path) -> None:
    path, good = tmp_path / "hostile.html", tmp_path / "good.html"
    path.write_bytes(HOSTILE[name])
    figures = make_figures(1)
    good.write_bytes(html_page(figures))
    begun = time.monotonic()
    read: dict[Path, ReadFile] = {r.path: r for r in read_files([path, good], workers=1, limits=Limits(seconds=5.0))}
    assert time.monotonic() - begun < 30
    assert read[good].reading.outcome == "parsed"
    assert read[path].reading.outcome in ("unreadable", "out_of_format", "no_tables")
    assert read[path].reading.reason
    assert read[path].reading.sha256 == hashlib.sha256(HOSTILE[name]).hexdigest()
    assert not any(cell.value is not None for cell in read[path].reading.cells.values())


def test_a_file_that_is_not_there_is_an_error_and_no_document(tmp_path: Path) -> None:
    (read,) = read_files([tmp_path / "absent"])
    assert read.error
    assert read.reading.outcome == "unreadable"
