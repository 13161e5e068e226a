"""ZIP archives with one report in them, with several, with none, and hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from tests.transforms.documents.word.docx_kit import blocks, docx, package
from tests.transforms.documents.word.test_docx_hostile import unreadable
from tests.transforms.layouts import html_page, piped_rows, plain_figures
from tests.transforms.scoring import assert_reads
from transforms.reading import read_document

FIGURES = plain_figures()
DOCX = docx(blocks(FIGURES))
NAME = "教育局/2022年年度报告.docx"


@pytest.mark.parametrize(
    "beside",
    [
        {},
        {"__MACOSX/._a.docx": b"\0\5\26\7", ".DS_Store": b"\0\0\0\1Bud1", "教育局/Thumbs.db": b"\xd0\xcf"},
        {"图/": b"", "图/1.png": b"\x89PNG\r\n", "empty.txt": b" \n"},
        {"inner.zip": package({"b.docx": DOCX})},
        {"~lock.dat": b"\0\1\2"},
    ],
)
@pytest.mark.parametrize("content", [DOCX, html_page(FIGURES), piped_rows(FIGURES)])
def test_the_only_report_is_read_whatever_lies_beside(beside: dict[str, str | bytes], content: bytes) -> None:
    seen = assert_reads(package({**beside, NAME: content}), FIGURES.expected())
    assert seen.reading.media_type == "application/zip"


def test_several_reports_and_none_are_named() -> None:
    names = [f"报告{number}.docx" for number in range(7)]
    reading = unreadable(package(dict.fromkeys(names, DOCX)), "more than one", "报告0.docx", "and 2 more")
    assert "报告6" not in str(reading.reason)
    unreadable(package({"图.ofd": b"\x01\x00\x02"}), "no document that can be read", "图.ofd")
    unreadable(package({"inner.zip": package({"b.docx": DOCX})}), "no document that can be read", "inner.zip")
    unreadable(package({}), "it is empty")
    unreadable(package({"坏.docx": DOCX[: len(DOCX) // 2]}), "damaged")


def test_names_in_gbk() -> None:
    ascii_name, gbk = b"AAAAAAAA.ofd", "年度报告".encode("gbk") + b".ofd"
    data = package({ascii_name.decode(): b"\x01\x00\x02"}, zipfile.ZIP_STORED)
    unreadable(data.replace(ascii_name, gbk), "年度报告.ofd")


@pytest.mark.parametrize("name", ["/etc/passwd", "../../outside.docx", "C:\\x\\a.docx", "a\x01b.docx"])
def test_names_that_lead_elsewhere_lead_nowhere(name: str) -> None:
    assert_reads(package({name: DOCX}), FIGURES.expected())


def test_links_are_not_followed() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("report.html")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/hostname")
        archive.writestr("a.docx", DOCX)
    assert_reads(buffer.getvalue(), FIGURES.expected())


def test_bombs_and_lies_about_sizes() -> None:
    zeros = b"0" * (80 * 1024 * 1024)
    bomb = package({"a.txt": zeros})
    unreadable(bomb, "more than 64 MB")
    unreadable(bomb.replace(struct.pack("<I", len(zeros)), struct.pack("<I", 100)))
    unreadable(package({str(number): zeros[: 8 * 1024 * 1024] for number in range(9)}), "more than 64 MB")
    unreadable(package({str(number): "x" for number in range(600)}), "600 members")
    unreadable(package({"a.txt": "x"}, zipfile.ZIP_LZMA), "packed by method")


def test_encrypted_members() -> None:
    locked = bytearray(package({"a.docx": DOCX}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[(locked.find if mark[2] == 3 else locked.rfind)(mark) + offset] |= 1
    unreadable(bytes(locked), "password", "a.docx")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated(share: float) -> None:
    data = package({"a.docx": DOCX, "b.png": bytes(5000)})
    unreadable(data[: int(len(data) * share)], "damaged")


def test_a_damaged_byte_in_the_archive_is_named_or_harmless() -> None:
    data = package({"a.txt": piped_rows(FIGURES)})
    before = read_document(data)
    for at in range(0, len(data), 7):
        damaged = bytearray(data)
        damaged[at] ^= 0x55
        reading = read_document(bytes(damaged))
        if reading.outcome == "parsed":
            assert reading.cells == before.cells
        assert "please report it" not in str(reading.reason), reading.reason
