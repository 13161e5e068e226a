"""Hostile documents of every kind, read as the nightly job reads them: each costs itself and says what is wrong."""

from __future__ import annotations

import os
import re
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.transforms.hostile import packages
from tests.transforms.hostile.documents import ENDED, HOSTILE
from tests.transforms.layouts import html_page, make_figures, plain_figures
from tests.transforms.scoring import score_figures
from transforms.batch import ReadFile, read_and
from transforms.documents.scan import reading as scan
from transforms.documents.word import office
from transforms.lake.quarantine import broke
from transforms.workers import Limits

MOST_RESIDENT_BYTES = 1536 * 1024**2
# What a worker of the nightly job holds before its first document, libraries for text recognition included.
BEGINS_WITH_BYTES = 400 * 1024**2
# What a process may take to start and to be ended, over its limit.
SPARE_SECONDS = 30.0
FIGURES = make_figures(1)


class Measured(NamedTuple):
    file: ReadFile
    process: int
    resident_bytes: int


def measured(file: ReadFile) -> Measured:
    return Measured(file, os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def needs_office(name: str) -> bool:
    return name.startswith(("rtf", "wordml", "doc:")) and "package" not in name


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_costs_itself_and_says_why(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if needs_office(name) and office.find_program() is None:
        pytest.skip("LibreOffice is not installed")
    hostile = HOSTILE[name]
    if hostile.seconds < Limits().seconds:
        monkeypatch.setattr(office, "LONGEST_SECONDS", hostile.seconds)
        monkeypatch.setattr(scan, "_SECONDS_TO_BEGIN", hostile.seconds)
        monkeypatch.setattr(scan, "_SECONDS_A_PAGE", 0.0)
    path, good = tmp_path / "hostile", tmp_path / "good.html"
    path.write_bytes(hostile.make())
    good.write_bytes(html_page(FIGURES))
    # The worker is a copy of this process, and that holds what all other tests have loaded.
    held = int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()
    begun = time.monotonic()
    read = {
        one.file.path: one
        for one in read_and(measured, [path, good], workers=1, limits=Limits(seconds=hostile.seconds))
    }
    assert time.monotonic() - begun < hostile.seconds + SPARE_SECONDS
    found = read[path].file.reading
    assert found.outcome == hostile.outcome, found.reason
    if hostile.finding == ENDED:
        assert broke(found.reason), "it is for the quarantine"
    assert re.search(hostile.finding, str(found.reason)), found.reason
    assert "please report it" not in str(found.reason)
    assert not any(cell.value is not None for cell in found.cells.values())
    # A reader that was ended is measured no more; its limit has held.
    if read[path].process != os.getpid():
        assert read[path].resident_bytes - held < MOST_RESIDENT_BYTES - BEGINS_WITH_BYTES
    assert read[good].file.reading.outcome == "parsed", "the batch goes on"


@pytest.mark.parametrize("make", [packages.docx_with_macros, packages.xlsx_with_macros])
def test_programs_in_a_document_are_no_part_of_it(make: Callable[[], bytes]) -> None:
    _, score = score_figures(make(), plain_figures().expected())
    assert score.counts["right"] == sum(score.counts.values()), score.details
