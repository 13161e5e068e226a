"""Kinds of documents by their bytes, and characters in every encoding that servers send."""

from __future__ import annotations

import codecs
import random

import pytest

from tests.transforms.documents.ole_kit import ole
from tests.transforms.documents.word.docx_kit import package
from transforms.documents.containers import ole_kind
from transforms.documents.model import Mode, UnreadableDocument
from transforms.documents.sniff import decode, media_type
from transforms.documents.text import read_text
from transforms.reading import read_document

ZIP = "application/zip"
OOXML = "application/vnd.openxmlformats-officedocument"
OPEN = "application/vnd.oasis.opendocument"
WORD_XML = '<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?>\n<w:wordDocument/>'
TEXT = "云岭县教育局2022年政府信息公开工作年度报告\n规章 | 0 | 0 | 0 |\n"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (ole({"WordDocument": b"", "1Table": b""}), "application/msword"),
        (ole({"1Table": b"", "WPS Data": b"", "WordDocument": b""}), "application/msword"),
        (ole({"Workbook": b""}), "application/vnd.ms-excel"),
        (ole({"ETExtData": b"", "Workbook": b""}), "application/vnd.ms-excel"),
        (ole({"Book": b""}), "application/vnd.ms-excel"),
        (ole({"EncryptionInfo": b"", "EncryptedPackage": b""}), "application/x-ole-protected"),
        (ole({"PowerPoint Document": b""}), "application/vnd.ms-powerpoint"),
        (ole({"\5SummaryInformation": b""}), "application/x-ole-storage"),
        (b"{\\rtf1", "application/rtf"),
        (b"PK\x03\x04", "application/zip"),
        (b"PK\x03\x04..word/document.xml", "application/zip"),
        (package({"a": "", "word/document.xml": ""}), f"{OOXML}.wordprocessingml.document"),
        (package({"\\Word\\document.xml": ""}), f"{OOXML}.wordprocessingml.document"),
        (package({"word/document.xml": "x" * 99})[:-30], f"{OOXML}.wordprocessingml.document"),
        (package({"xl/workbook.xml": "", "xl/a/word/document.xml": ""}), f"{OOXML}.spreadsheetml.sheet"),
        (package({"ppt/presentation.xml": ""}), f"{OOXML}.presentationml.presentation"),
        (package({"OFD.xml": ""}), "application/ofd"),
        (package({"a.txt": "word/document.xml xl/workbook.xml application/vnd.oasis.opendocument.text"}), ZIP),
        (package({"mimetype": f"{OPEN}.text"}, stored="mimetype"), f"{OPEN}.text"),
        (package({"mimetype": f"{OPEN}.text-template"}, stored="mimetype"), f"{OPEN}.text"),
        (package({"mimetype": f"{OPEN}.spreadsheet"}, stored="mimetype"), f"{OPEN}.spreadsheet"),
        (package({"mimetype": "application/epub+zip"}, stored="mimetype"), ZIP),
        (package({"mimetype": "x" * 10_000}), ZIP),
        (b"\x89PNG\r\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"\x1f\x8b\x08", "application/gzip"),
        (b"\x00\x01\x02", "application/octet-stream"),
        (b"<!DOCTYPE html><html>", "text/html"),
        (b"  \n<HTML>", "text/html"),
        (b"<?xml version='1.0'?><html>", "text/html"),
        (b"<div><p>1", "text/html"),
        (WORD_XML.encode(), "application/vnd.ms-wordml"),
        (WORD_XML.encode("utf-16"), "application/vnd.ms-wordml"),
        (b"<?xml version='1.0'?><w:wordDocument xmlns:w='x'>", "application/vnd.ms-wordml"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n boundary=x\r\n\r\n<html>", "message/rfc822"),
        (b"\nFrom: <x>\nA-b:\n c\nContent-Type: text/html\n\n<html>", "message/rfc822"),
        ("标题：年度报告\nContent-Type: text/html".encode(), "text/plain"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "application/octet-stream"),
        (TEXT.encode(), "text/plain"),
        (TEXT.encode("gbk"), "text/plain"),
        (TEXT.encode("utf-16"), "text/plain"),
        (codecs.BOM_UTF8 + b"<html>", "text/html"),
        ("<html>".encode("utf-16"), "text/html"),
        (b"BM lines of text that begin with two letters", "text/plain"),
        (b"", "text/plain"),
        (b"1 < 2 and 3 > 2", "text/plain"),
    ],
)
def test_the_kind_is_told_by_the_bytes(data: bytes, kind: str) -> None:
    assert media_type(data) == kind


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-32"])
def test_text_in_every_encoding(name: str) -> None:
    assert decode(TEXT.encode(name)) == TEXT


@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "big5", "iso-8859-1", "nonsense", "windows-1252"])
def test_a_wrong_declaration_is_not_believed(declared: str) -> None:
    head = f'<meta charset="{declared}">'
    assert decode((head + TEXT * 3).encode("gbk")) == head + TEXT * 3
    assert decode((head + TEXT * 3).encode()) == head + TEXT * 3


def test_a_rightly_declared_big5_page() -> None:
    text = '<meta charset="big5">雲嶺縣教育局年度報告信息公開' * 2
    assert decode(text.encode("big5hkscs")) == text


def test_a_cut_character_does_not_change_the_encoding() -> None:
    data = (TEXT * 20).encode()
    for cut in (1, 2):
        text = decode(data[:-10][: len(data) - 10 - cut])
        assert text.startswith(TEXT)
    assert decode((TEXT * 20).encode("gbk")[:-9]).startswith(TEXT)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(UnreadableDocument):
        decode(bytes([0x80, 0xFF, 0xFE, 0x81]) * 500)


def test_rows_of_a_text_file() -> None:
    document = read_text(TEXT.encode())
    assert [row.mode for row in document.rows] == [Mode.BARE, Mode.LINE]
    assert [cell.text for cell in document.rows[1].cells] == ["规章", "0", "0", "0"]
    assert [cell.locator for cell in document.rows[1].cells] == [f"line 2, cell {n}" for n in range(1, 5)]
    assert not document.ends_abruptly
    assert read_text(TEXT.encode() + b"12\n").ends_abruptly


def test_compound_files_that_are_damaged_end_soon_and_have_no_kind() -> None:
    whole = ole({"WordDocument": b"x" * 9000, "1Table": b"y" * 5000})
    assert all(ole_kind(whole[:size]) == "application/x-ole-storage" for size in (8, 80, 511, 512, 700, 1000))
    rng = random.Random(3)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(rng.choice([1, 8])):
            damaged[rng.randrange(1600)] = rng.choice([0, 1, 255, rng.randrange(256)])
        assert ole_kind(bytes(damaged)) in ("application/x-ole-storage", "application/msword")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (ole({"EncryptedPackage": b""}), "protected by a password"),
        (package({"OFD.xml": ""}), "OFD document"),
        (ole({"x": b""}), "neither a Word text nor an Excel workbook"),
        (b"Rar!\x1a\x07", "application/vnd.rar are not read"),
    ],
)
def test_why_a_kind_is_not_read(data: bytes, words: str) -> None:
    assert words in str(read_document(data).reason)
