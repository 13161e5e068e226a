"""Pages saved as one file with their pictures, as Word does under the name .doc."""

from __future__ import annotations

import base64
import quopri

import pytest

from tests.transforms.documents.word.test_docx_hostile import unreadable
from tests.transforms.layouts import html_page, plain_figures
from tests.transforms.scoring import assert_reads, see
from transforms.documents.sniff import media_type
from transforms.reading import read_document

FIGURES = plain_figures()
PAGE = html_page(FIGURES)


def mhtml(page: bytes, encoding: str = "quoted-printable", charset: str = "utf-8", end: str = "--") -> bytes:
    body = quopri.encodestring(page) if encoding == "quoted-printable" else base64.encodebytes(page)
    head = (
        "MIME-Version: 1.0\r\nX-Program: a word processor\r\n"
        'Content-Type: multipart/related;\r\n\tboundary="=_part"\r\n\r\n'
        "This document is a single file web page.\r\n\r\n--=_part\r\n"
        f"Content-Location: file:///C:/a.htm\r\nContent-Transfer-Encoding: {encoding}\r\n"
        f'Content-Type: text/html; charset="{charset}"\r\n\r\n'
    )
    picture = "\r\n--=_part\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
    header = "\r\n--=_part\r\nContent-Type: text/html\r\n\r\n<p>行政许可</p><p>9999</p>\r\n"
    return head.encode() + body + picture.encode() + header.encode() + f"--=_part{end}\r\n".encode()


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "unicode"])
def test_the_page_in_it_is_read(encoding: str, charset: str) -> None:
    page = PAGE if charset == "utf-8" else PAGE.decode().encode("gb18030")
    data = mhtml(page, encoding, charset)
    assert media_type(data) == "message/rfc822"
    seen = assert_reads(data, FIGURES.expected())
    assert "9999" not in str(seen.document)


def test_a_figure_at_the_place_where_a_copy_was_cut_is_doubted() -> None:
    data = mhtml(PAGE, "base64")
    assert "cut_off" not in see(data).codes
    table = b"<table><tr><td>\xe8\xa1\x8c\xe6\x94\xbf\xe8\xae\xb8\xe5\x8f\xaf</td><td>345</td></tr></table>"
    whole = mhtml(PAGE.split(b"<table")[0] + table)
    assert "cut_off" in see(whole[: whole.index(b"</table>") + 8]).codes


def test_damaged_and_hostile_ones() -> None:
    unreadable(mhtml(PAGE).split(b"Content-Location")[0], "no part with HTML")
    unreadable(mhtml(b""), "no part with HTML")
    unreadable(mhtml(PAGE) + b"\n--x" * 5000, "parts")
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(1500))
    unreadable(b"MIME-Version: 1.0\n" + nested)
    data = mhtml(PAGE)
    for at in range(0, len(data), 101):
        assert "please report it" not in str(read_document(data[:at] + b"\xff\n" + data[at + 3 :]).reason)
