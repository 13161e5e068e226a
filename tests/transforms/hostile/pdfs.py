"""Hostile PDFs, written object by object."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping

from pypdf import PdfReader, PdfWriter

from tests.transforms.documents.pdf.pdf_kit import report
from tests.transforms.layouts import plain_figures

_MB = 1024 * 1024
_PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def pdf(
    objects: Mapping[int, bytes], root: bytes = b"<< /Type /Catalog /Pages 2 0 R >>", trailer: bytes = b""
) -> bytes:
    """A file of these objects by number (1 is the catalogue) with a right table of places."""
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in {1: root, **objects}.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    count = max(places) + 1
    lines = [
        b"%010d %05d %s \n" % (places.get(n, 0), 0 if n in places else 65535, b"nf"[n not in places :][:1])
        for n in range(count)
    ]
    out += b"xref\n0 %d\n%s" % (count, b"".join(lines))
    return bytes(out + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (count, trailer, start))


def stream(content: bytes, entries: bytes = b"", packed: bool = False) -> bytes:
    if packed:
        content, entries = zlib.compress(content, 1), entries + b" /Filter /FlateDecode"
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def page(content: bytes, resources: bytes = b"", box: bytes = b"[0 0 595 842]", more: bytes = b"") -> dict[int, bytes]:
    """Objects of a document of one page."""
    own = b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources << %s >> %s >>" % (
        box,
        resources,
        more,
    )
    return {2: _PAGES, 3: own, 4: stream(content, packed=True)}


_SMALL_IMAGE = b"/Type /XObject /Subtype /Image /Width 10 /Height 10 /ColorSpace /DeviceGray /BitsPerComponent 8"
_TEXT = b"/Font << /F 9 0 R >>"


def protected(algorithm: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(report(plain_figures()))))
    writer.encrypt("secret", "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def protected_by_another_handler() -> bytes:
    return pdf(page(b""), trailer=b"/Encrypt << /Filter /Company.DRM /V 9 >> /ID [<00> <00>]")


def pages_in_a_ring() -> bytes:
    ring = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Parent %d 0 R >>"
    return pdf({2: ring % (3, 3), 3: ring % (2, 2)})


def page_that_is_its_own_parent() -> bytes:
    return pdf({2: b"<< /Type /Pages /Kids [2 0 R 2 0 R 2 0 R] /Count 9 /Parent 2 0 R >>"})


def pages_without_end() -> bytes:
    return pdf({2: b"<< /Type /Pages /Kids [3 0 R] /Count 2147483647 >>", **{3: page(b"")[3], 4: stream(b"")}})


def pages_deep() -> bytes:
    tree = {n: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (n + 1) for n in range(2, 20_000)}
    return pdf({**tree, 20_000: b"<< /Type /Page /MediaBox [0 0 9 9] >>"})


def hundred_thousand_pages() -> bytes:
    kids = b" ".join([b"3 0 R"] * 100_000)
    return pdf({2: b"<< /Type /Pages /Kids [%s] /Count 100000 >>" % kids, 3: page(b"")[3], 4: stream(b"")})


def arrays_deep() -> bytes:
    return pdf({**page(b""), 9: b"[" * 500_000}, trailer=b"/Info 9 0 R")


def table_in_a_ring() -> bytes:
    data = pdf(page(b""))
    start = data.rindex(b"xref\n0")
    return data.replace(b"/Size", b"/Prev %d /Size" % start)


def object_streams_in_a_ring() -> bytes:
    """The catalogue lies in a stream of objects that lies in itself and goes on in itself."""
    inner = b"1 0 " + b"<< /Type /Catalog /Pages 2 0 R >>"
    own = stream(inner, b"/Type /ObjStm /N 1 /First 4 /Extends 5 0 R")
    head = b"%PDF-1.7\n5 0 obj\n" + own + b"\nendobj\n"
    rows = b"".join([b"\0\0\0\0", b"\2\0\5\0", b"\2\0\5\0", b"\2\0\5\0", b"\2\0\5\0", b"\2\0\5\0"])
    table = stream(rows, b"/Type /XRef /Size 6 /W [1 2 1] /Root 1 0 R")
    return head + b"6 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF" % len(head)


def content_bomb() -> bytes:
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(b" " * _MB) for _ in range(600)) + packer.flush()
    return pdf(
        {**page(b""), 4: b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)}
    )


def content_bomb_twice_packed() -> bytes:
    twice = zlib.compress(zlib.compress(b"0 0 m " * (20 * _MB), 9), 9)
    own = page(b"")
    own[4] = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (len(twice), twice)
    return pdf(own)


def tiny_paths() -> bytes:
    return pdf(page(b"".join(b"%d %d 1 1 re f\n" % (n % 50, n // 50) for n in range(10_000)) * 100))


def one_long_path() -> bytes:
    return pdf(page(b"0 0 m " + b"".join(b"%d %d l " % (n % 500, n % 700) for n in range(10_000)) * 100 + b"S"))


def ruled_like_a_sieve() -> bytes:
    """As many lines as may be, each across the page: a hundred million crossings."""
    level = b"".join(b"0 %.3f m 595 %.3f l S\n" % (n * 0.0842, n * 0.0842) for n in range(10_000))
    upright = b"".join(b"%.3f 0 m %.3f 842 l S\n" % (n * 0.0595, n * 0.0595) for n in range(10_000))
    return pdf({**page(level + upright + b"BT /F 9 Tf 9 9 Td (1) Tj ET", _TEXT), 9: _FONT})


def ruled_finely() -> bytes:
    level = b"".join(b"0 %d m 595 %d l S\n" % (n * 3, n * 3) for n in range(280))
    upright = b"".join(b"%d 0 m %d 842 l S\n" % (n * 3, n * 3) for n in range(198))
    text = b"".join(b"BT /F 2 Tf %d %d Td (1) Tj ET\n" % (x * 3 + 1, y * 3 + 1) for x in range(197) for y in range(279))
    return pdf({**page(level + upright + text, _TEXT), 9: _FONT})


def million_characters() -> bytes:
    lines = b"".join(b"BT /F 1 Tf 1 %d Td (%s) Tj ET\n" % (n % 840, b"7" * 1000) for n in range(1000))
    return pdf({**page(lines, _TEXT), 9: _FONT})


def characters_in_one_place() -> bytes:
    return pdf({**page(b"BT /F 9 Tf 0 Tc -100 Tz 99 99 Td " + b"(1) Tj " * 100_000 + b"ET", _TEXT), 9: _FONT})


def forms_in_forms() -> bytes:
    """Each form draws the next one ten times: ten to the thirtieth."""
    forms = {
        n: stream(
            b"/X Do " * 10,
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>" % (n + 1),
        )
        for n in range(10, 40)
    }
    last = stream(b"0 0 m 9 9 l S", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    return pdf({**page(b"/X Do", b"/XObject << /X 10 0 R >>"), **forms, 40: last})


def form_in_itself() -> bytes:
    own = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 10 0 R >> >>"
    return pdf({**page(b"/X Do", b"/XObject << /X 10 0 R >>"), 10: stream(b"/X Do /X Do", own)})


def page_as_large_as_a_town() -> bytes:
    return pdf({**page(b"BT /F 9 Tf 9 9 Td (1) Tj ET", _TEXT, b"[-1e30 -1e30 1e30 1e30]"), 9: _FONT})


def page_without_size() -> bytes:
    return pdf({**page(b"BT /F 9 Tf 9 9 Td (1) Tj ET", _TEXT, b"[0 0 0 0]"), 9: _FONT})


def numbers_beyond_measure() -> bytes:
    return pdf(
        {**page(b"1e38 0 0 1e38 1e38 1e38 cm BT /F 1e38 Tf 1e38 1e38 Td (1) Tj ET 0 0 1e38 1e38 re S", _TEXT), 9: _FONT}
    )


def scan(width: int, height: int, content: bytes, entries: bytes, box: bytes = b"[0 0 595 842]") -> bytes:
    """A page that shows nothing but one image."""
    size = b"/Type /XObject /Subtype /Image /Width %d /Height %d %s" % (width, height, entries)
    own = page(b"595 0 0 842 0 0 cm /I Do", b"/XObject << /I 10 0 R >>", box)
    return pdf({**own, 10: stream(content, size)})


def scan_bomb() -> bytes:
    """50,000 × 50,000 pixels of one bit, white: 300 MB from 300 kB."""
    packer = zlib.compressobj(1)
    content = b"".join(packer.compress(b"\xff" * 6250) for _ in range(50_000)) + packer.flush()
    return scan(50_000, 50_000, content, b"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode")


def scan_that_promises_more() -> bytes:
    content = zlib.compress(b"\xff" * 1000)
    return scan(60_000, 60_000, content, b"/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode")


def scan_on_a_ribbon() -> bytes:
    content = zlib.compress(b"\xff" * 100)
    return scan(10, 10, content, b"/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode", b"[0 0 2 800000]")


def scan_of_a_hundred_pages() -> bytes:
    kids = b" ".join([b"3 0 R"] * 100)
    image = stream(
        b"\xff" * 100,
        b"/Type /XObject /Subtype /Image /Width 10 /Height 10 /ColorSpace /DeviceGray /BitsPerComponent 8",
    )
    own = page(b"595 0 0 842 0 0 cm /I Do", b"/XObject << /I 10 0 R >>")
    return pdf({**own, 2: b"<< /Type /Pages /Kids [%s] /Count 100 >>" % kids, 10: image})


def pattern_of_a_billion_tiles() -> bytes:
    tile = b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.01 /YStep 0.01"
    drawn = b"/Pattern cs /P scn 0 0 595 842 re f q 595 0 0 842 0 0 cm /I Do Q"
    own = page(drawn, b"/Pattern << /P 11 0 R >> /XObject << /I 10 0 R >>")
    inner = stream(b"0 0 0.005 0.005 re f", tile + b" /Resources << >>")
    return pdf({**own, 10: stream(b"\xff" * 100, _SMALL_IMAGE), 11: inner})


def elsewhere(address: str) -> bytes:
    """Everything that may make a viewer ask for something or run something."""
    place = address.encode()
    script = b"/S /JavaScript /JS (app.launchURL\\('%s/b'\\))" % place
    actions = b"/OpenAction << /S /URI /URI (%s/a) /Next << %s >> >>" % (place, script)
    root = b"<< /Type /Catalog /Pages 2 0 R %s /AA << /WC << /S /Launch /F (%s/c) >> >> >>" % (actions, place)
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Ref << /F << /FS /URL /F (%s/d) >> /Page 0 >>" % place
    image = _SMALL_IMAGE + b" /F << /FS /URL /F (%s/e) >>" % place
    own = page(b"/X Do /I Do BT /F 9 Tf 9 9 Td (1) Tj ET", _TEXT + b" /XObject << /X 10 0 R /I 11 0 R >>")
    return pdf({**own, 9: _FONT, 10: stream(b"", form), 11: stream(b"", image)}, root)
