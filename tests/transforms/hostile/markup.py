"""Hostile text, HTML, saved pages and RTF."""

from __future__ import annotations

import base64

from tests.transforms.documents.test_mhtml import mhtml

_MB = 1024 * 1024
LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))


def page(body: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body>{body}</body></html>".encode()


def million_cells(rows: int = 20_000) -> bytes:
    return page("<table>" + ("<tr>" + "<td>1</td>" * 50 + "</tr>") * rows + "</table>")


def million_cells_in_one_row() -> bytes:
    return page("<table><tr>" + "<td>1" * 1_000_000 + "</table>")


def endless_spans() -> bytes:
    return page("<table>" + f"<tr><td colspan={'9' * 30} rowspan={'9' * 30}>1</td></tr>" * 1000 + "</table>")


def nested_tables() -> bytes:
    return page("<table><tr><td>" * 5000 + "规章")


def tables_in_tables() -> bytes:
    return page(("<table><tr><td>" * 120 + "</td></tr></table>" * 120) * 300)


def open_blocks() -> bytes:
    return page("<div>" * 1_000_000)


def one_line_of_text() -> bytes:
    return ("行政许可 7 " * (50 * _MB // 16)).encode()


def one_line_of_digits() -> bytes:
    return b"7" * (50 * _MB)


def one_line_in_a_page() -> bytes:
    return page("<p>" + "行政许可 7 " * (50 * _MB // 16) + "</p>")


def one_attribute() -> bytes:
    return page(f'<p title="{"规" * (10 * _MB)}">x</p>')


def million_lines() -> bytes:
    return b"1\n" * 5_000_000


def million_bars() -> bytes:
    return b"|" * 5_000_000


def many_references() -> bytes:
    return page("<p>" + "&#x10ffff;&#xffffffffff;&nbsp;&unknown;" * 100_000)


def entities_of_markup() -> bytes:
    return f"<!DOCTYPE html [<!ENTITY a0 '九'>{LAUGHS}]><html><body><p>&a9;</p></body></html>".encode()


def entities_of_xhtml() -> bytes:
    return b'<?xml version="1.0"?>' + entities_of_markup()


def hidden_beside_text() -> bytes:
    return page("<p>" + "<b hidden></b>规" * 400_000 + "</p>")


def hidden_in_hidden() -> bytes:
    return page("<i hidden>" * 200 + "</i>" * 200 + "<u style='display:none'>x</u>" * 200_000)


def raised_text() -> bytes:
    return page("<p>" + "<sup>" * 200 + "1" + "</sup>" * 200 + "<sup>1</sup>" * 500_000)


def open_comments() -> bytes:
    return page("<!--" * 2_000_000)


def open_tags() -> bytes:
    return b"<html>" + b"<" * 2_000_000


def open_scripts() -> bytes:
    return page("<script>" * 1_000_000)


def many_attributes() -> bytes:
    return page("<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">x</p>")


def many_metas() -> bytes:
    return page("x", "<meta name=title content=x>" * 200_000)


def declared(encoding: str) -> bytes:
    """A page whose bytes are in no encoding, declared as one that Python knows and no page is in."""
    return f'<meta charset="{encoding}">'.encode() + "规章 0 0 0 ".encode("gb18030") * 50_000


def half_of_utf16() -> bytes:
    return b"\xff\xfe" + "规章".encode("utf-16-le") * 5_000_000 + b"\x00"


def with_frames_elsewhere(address: str) -> bytes:
    names = ("<img src='{}/a'>", "<iframe src='{}/b'></iframe>", "<link rel=stylesheet href='{}/c'>")
    more = ("<script src='{}/d'></script>", "<object data='{}/e'></object>", "<embed src='{}/f'>", "<base href='{}/g'>")
    parts = [one.format(address) for one in (*names, *more)]
    kind = f'<!DOCTYPE html PUBLIC "x" "{address}/h.dtd" [<!ENTITY x SYSTEM "{address}/i">]>'
    sheet = f'<?xml-stylesheet href="{address}/j.xsl" type="text/xsl"?>'
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}/k"/>'
    return f"{sheet}{kind}<html><body>{''.join(parts)}{include}<p>&x;规章</p></body></html>".encode()


def million_parts_of_mail() -> bytes:
    return mhtml(b"<p>x</p>") + b"\n--=_part\n\nx" * 1_000_000


def million_headers_of_mail() -> bytes:
    return b"".join(b"X-%d: y\n" % n for n in range(200_000)) + b"Content-Type: text/html\n\n<p>x</p>"


def folded_header_of_mail() -> bytes:
    return b"MIME-Version: 1.0\nContent-Type: multipart/related;\n" + b" a=b;\n" * 500_000


def base64_of_nothing() -> bytes:
    return mhtml(b"", "base64") + base64.encodebytes(b"\0" * (20 * _MB))


def page_in_mail(data: bytes) -> bytes:
    return mhtml(data)


def rtf_groups() -> bytes:
    return b"{\\rtf1 " + b"{" * 200_000


def rtf_binary() -> bytes:
    return b"{\\rtf1 {\\pict\\bin2147483647 " + b"\0" * 1000


def rtf_object() -> bytes:
    """An embedded object, as exploits of old Words carry them, under numbers beyond measure."""
    numbers = rb"\paperw2147483647\paperh-2147483648\fs2147483647\li2147483647 "
    embedded = rb"{\object\objemb\objupdate{\*\objclass Equation.3}{\*\objdata " + b"01050000" * 5000 + b"}}"
    return rb"{\rtf1" + numbers + embedded + rb"x\par}"


def rtf_elsewhere(address: str) -> bytes:
    fields = (f'INCLUDEPICTURE "{address}/a.png" \\\\d', f'INCLUDETEXT "{address}/b.rtf"', f'LINK Word "{address}/c"')
    text = "".join(f"{{\\field{{\\*\\fldinst {one}}}{{\\fldrslt x}}}}" for one in fields)
    return f"{{\\rtf1{{\\*\\template {address}/d.dot}}{text}}}".encode()


def word_xml(body: str, kind: str = "") -> bytes:
    space = "http://schemas.microsoft.com/office/word/2003/wordml"
    head = f'<?xml version="1.0"?><?mso-application progid="Word.Document"?>{kind}'
    return f'{head}<w:wordDocument xmlns:w="{space}"><w:body>{body}</w:body></w:wordDocument>'.encode()


def word_xml_laughs() -> bytes:
    kind = f'<!DOCTYPE w [<!ENTITY a0 "九">{LAUGHS}]>'
    return word_xml("<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>", kind)


def word_xml_elsewhere(address: str) -> bytes:
    kind = f'<!DOCTYPE w SYSTEM "{address}/a.dtd" [<!ENTITY x SYSTEM "{address}/b">]>'
    return word_xml("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", kind)


def word_xml_deep() -> bytes:
    return word_xml("<w:tbl><w:tr><w:tc>" * 3000)
