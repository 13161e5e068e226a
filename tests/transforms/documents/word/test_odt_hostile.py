"""OpenDocument texts that are damaged, protected, hostile or none: `unreadable` with the reason, soon."""

from __future__ import annotations

import random

import pytest

from tests.transforms.documents.word.docx_kit import HEAD, package
from tests.transforms.documents.word.odt_kit import blocks, content, odt, odt_package, p, table, td, tr
from tests.transforms.documents.word.test_docx_hostile import unreadable
from tests.transforms.layouts import make_figures
from transforms.reading import read_document


@pytest.fixture(scope="module")
def whole() -> bytes:
    return odt(blocks(make_figures(1)))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.99])
def test_truncated(whole: bytes, share: float) -> None:
    unreadable(whole[: int(len(whole) * share)])


def test_packages_of_something_else() -> None:
    unreadable(odt_package({}), "no content.xml")
    unreadable(odt_package({"content.xml": ""}), "XML")
    unreadable(odt_package({"content.xml": content(p("x"))[:-9]}), "XML")
    unreadable(odt_package({"content.xml": content(p("x")).replace("office:text", "office:drawing")}), "no text")


def test_protected_by_a_password() -> None:
    manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    unreadable(odt_package({"META-INF/manifest.xml": manifest, "content.xml": b"\x12\x90\xff"}), "password")


def test_bombs() -> None:
    unreadable(odt_package({"content.xml": b"<x>" + b" " * (200 * 1024 * 1024)}), "larger than")
    unreadable(odt_package({"content.xml": content(p("x")), "styles.xml": " " * (40 * 1024 * 1024)}), "styles.xml")
    levels = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    laughs = content(p("<text:s/>&a9;")).replace(HEAD, f'<!DOCTYPE x [<!ENTITY a0 "九">{levels}]>')
    unreadable(odt_package({"content.xml": laughs}), "document type")


@pytest.mark.parametrize("depth", [40, 10_000])
@pytest.mark.parametrize(
    "wrap",
    [
        "<text:section>|</text:section>",
        "<text:p><text:span>|</text:span></text:p>",
        table(tr(td("<x>|</x>"))),
    ],
)
def test_nested_deeply(wrap: str, depth: int) -> None:
    before, after = wrap.split("|")
    reading = read_document(odt(before * depth + p("一、总体情况") + after * depth))
    assert "please report it" not in str(reading.reason)
    if depth > 1000:
        assert reading.outcome == "unreadable"


def test_repetitions_without_end() -> None:
    many = ' table:number-columns-repeated="999999"'
    rows = tr(td("5", own=many), td("6", own=many), own=' table:number-rows-repeated="999999"') * 400
    unreadable(odt(table(rows)), "more than", "cells")
    assert read_document(odt(table(tr(td("5", own=many))))).outcome == "out_of_format"


def test_a_damaged_byte_anywhere_is_named_or_harmless(whole: bytes) -> None:
    rng = random.Random(7)
    before = read_document(whole)
    for _ in range(100):
        damaged = bytearray(whole)
        for _ in range(rng.choice([1, 1, 4])):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        reading = read_document(bytes(damaged))
        if reading.outcome == "parsed":
            assert reading.cells == before.cells
        else:
            assert reading.outcome == "unreadable"
            assert "please report it" not in str(reading.reason), reading.reason


def test_a_spreadsheet_is_no_text() -> None:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    unreadable(package({"mimetype": kind, "content.xml": content(p("x"))}, stored="mimetype"), kind)
