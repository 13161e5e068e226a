"""Word documents that are damaged, protected, hostile or none: `unreadable` with the reason, soon, in little memory."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from tests.transforms.documents.word.docx_kit import (
    HEAD,
    TRANSITIONAL,
    blocks,
    document,
    docx,
    p,
    package,
    run,
    sdt,
    tbl,
    tc,
    tr,
)
from tests.transforms.layouts import make_figures
from transforms.documents.model import UnreadableDocument
from transforms.documents.word.docx import read_docx
from transforms.reading import Reading, read_document

X = ("<x>", "</x>")
LARGEST_BYTES = 1024**3
LONGEST_SECONDS = 10  # of a processor: what else runs on the machine is not for the reader


def unreadable(data: bytes, *words: str) -> Reading:
    started = time.process_time()
    reading = read_document(data)
    assert time.process_time() - started < LONGEST_SECONDS
    assert reading.outcome == "unreadable", reading.outcome
    reason = str(reading.reason)
    assert "please report it" not in reason, f"nobody has thought of this one: {reason}"
    for word in words:
        assert word in reason, reason
    return reading


@pytest.fixture(scope="module")
def whole() -> bytes:
    return docx(blocks(make_figures(1)))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_truncated(whole: bytes, share: float) -> None:
    unreadable(whole[: int(len(whole) * share)])


def test_empty_package_and_packages_of_something_else() -> None:
    unreadable(package({}))
    with pytest.raises(UnreadableDocument, match=r"no word/document\.xml"):
        read_docx(package({"word/document.xml.bak": "x"}))
    unreadable(package({"word/document.xml": ""}), "XML")
    unreadable(package({"word/document.xml": "一、总体情况"}), "XML")
    unreadable(package({"word/document.xml": f'<w:document xmlns:w="{TRANSITIONAL}"/>'}), "no body")
    unreadable(package({"word/document.xml": document(p("x"))[:-9]}), "XML")


def test_a_zip_bomb_says_its_size_or_does_not() -> None:
    spaces = b"<w:t>" + b" " * (200 * 1024 * 1024)
    bomb = package({"word/document.xml": spaces})
    assert len(bomb) < 1024 * 1024
    tracemalloc.start()
    unreadable(bomb, "larger than")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 * 1024 * 1024
    size = struct.pack("<I", len(spaces))
    assert bomb.count(size) == 2
    for lie in (1, 100, 2**32 - 2):
        unreadable(bomb.replace(size, struct.pack("<I", lie)))


def test_a_zip_bomb_in_the_styles() -> None:
    unreadable(docx(p("x"), styles=" " * (40 * 1024 * 1024)), "word/styles.xml is larger than")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_entity_bombs_and_document_types(encoding: str) -> None:
    levels = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    laughs = f'<!DOCTYPE w:document [<!ENTITY a0 "九">{levels}]>'
    outside = '<!DOCTYPE w:document [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>'
    for declared in (laughs, outside):
        text = document(p(run("&a9;").replace("&amp;", "&"))).replace(HEAD, f'<?xml version="1.0"?>{declared}')
        unreadable(package({"word/document.xml": text.encode(encoding)}), "document type")


@pytest.mark.parametrize(
    "wrap",
    [sdt, lambda inside: tbl(tr(tc(inside))), lambda inside: p(f"<w:r>{inside}</w:r>"), lambda inside: inside.join(X)],
)
@pytest.mark.parametrize("depth", [40, 10_000])
def test_nested_deeply(wrap: Callable[[str], str], depth: int) -> None:
    before, after = wrap("|").split("|")
    text = document(before * depth + p("一、总体情况") + after * depth)
    reading = read_document(package({"word/document.xml": text}))
    assert "please report it" not in str(reading.reason)
    if depth > 1000:
        assert reading.outcome == "unreadable"


def test_nested_just_within_the_limit_of_the_parser_needs_no_recursion() -> None:
    figures = make_figures(2)
    deep = 110
    content = "<w:sdt><w:sdtContent>" * deep + blocks(figures) + "</w:sdtContent></w:sdt>" * deep
    assert read_document(docx(content)).outcome == "parsed"


@pytest.mark.parametrize("element", ["<w:tbl/>", "<a b='' c='' d='' e='' f='' g='' h='' i=''/>"])
def test_more_elements_than_any_report_has(element: str) -> None:
    """What a document may cost at most, in a process whose memory is limited as the nightly job's workers' is."""
    text = document(element * (15 * 1024 * 1024 // len(element)))
    unreadable(package({"word/document.xml": text}), "more than")
    data = package({"word/document.xml": document(element * (120_000 if "=" in element else 590_000))})
    program = (
        "import resource, sys; from transforms.reading import read_document\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({LARGEST_BYTES}, {LARGEST_BYTES}))\n"
        f"resource.setrlimit(resource.RLIMIT_CPU, ({LONGEST_SECONDS}, {LONGEST_SECONDS}))\n"
        "print(read_document(sys.stdin.buffer.read()).outcome)"
    )
    done = subprocess.run([sys.executable, "-c", program], input=data, capture_output=True, check=False)
    assert done.stdout.strip() in (b"out_of_format", b"unreadable"), done.stderr[-500:]


def test_spans_and_cells_without_end() -> None:
    row = tr(*(tc("5", 60) for _ in range(5000)))
    reading = read_document(docx(tbl(*([row] * 4))))
    assert reading.outcome in ("out_of_format", "no_tables")


def test_tables_nested_in_tables_by_the_thousand() -> None:
    inner = tbl(tr(tc("1"), tc("2"), tc("3")))
    for _ in range(8):
        inner = tbl(tr(tc(inner), tc(inner)))
    assert read_document(docx(inner)).outcome == "out_of_format"


def test_protected_by_a_password(whole: bytes) -> None:
    locked = bytearray(whole)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := locked.find(mark, at + 1)) >= 0:
            locked[at + offset] |= 1
    unreadable(bytes(locked), "password")
    unreadable(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "OLE compound file is damaged")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packed_in_a_way_that_word_does_not_use(method: int) -> None:
    unreadable(package({"word/document.xml": document(p("x"))}, method), "packed by method")


def test_a_damaged_byte_anywhere_is_named_or_harmless(whole: bytes) -> None:
    rng = random.Random(7)
    before = read_document(whole)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(rng.choice([1, 1, 4])):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        reading = read_document(bytes(damaged))
        if reading.outcome == "parsed":
            assert reading.cells == before.cells
        else:
            assert reading.outcome == "unreadable"
            assert "please report it" not in str(reading.reason), reading.reason


def test_the_archive_holds_twenty_thousand_names() -> None:
    names: dict[str, str | bytes] = {f"{number}": "" for number in range(20_000)}
    data = package(names | {"word/document.xml": document(p("x"))})
    started = time.process_time()
    read_document(data)
    assert time.process_time() - started < LONGEST_SECONDS
