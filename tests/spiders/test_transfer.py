"""Bodies that are cut or damaged under their compression, and servers that hang up on a request."""

from __future__ import annotations

import gzip
import socketserver
import threading
import zlib
from pathlib import Path

import pytest

from spiders.asking.transfer import is_whole
from tests.spiders.portal_kit import LIST, Nights, article, entry, listing, outcome, row, rows_of, title

BODY = bytes(range(256)) * 400
GZIP, ZLIB = gzip.compress(BODY), zlib.compress(BODY)
_RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
RAW = _RAW.compress(BODY) + _RAW.flush()


@pytest.mark.parametrize(
    ("body", "encoding", "expected"),
    [
        (GZIP, b"gzip", True),
        (GZIP + b"\0\0", b"x-gzip", True),
        (GZIP[:-1], b"gzip", False),
        (GZIP[: len(GZIP) // 2], b"gzip", False),
        (GZIP[:-8] + b"\0\0\0\0" + GZIP[-4:], b"gzip", False),
        (b"<html>", b"gzip", False),
        (ZLIB, b"deflate", True),
        (RAW, b"deflate", True),
        (ZLIB[:-1], b"deflate", False),
        (RAW[: len(RAW) // 2], b"deflate", False),
        (b"", b"gzip", True),
        (b"anything", b"br", True),
    ],
)
def test_a_body_is_whole_or_it_is_none(body: bytes, encoding: bytes, expected: bool) -> None:
    assert is_whole(body, encoding) is expected


class HangsUp(socketserver.StreamRequestHandler):
    """Answers on a kept connection, and hangs up when it is asked for the first article."""

    asked: list[str]

    def handle(self) -> None:
        while request := self.rfile.readline().decode("latin-1"):
            path = request.split()[1]
            while self.rfile.readline().strip():
                pass
            self.asked.append(path)
            if path.endswith("_1.html"):
                return
            body, status = b"none", b"404 Not Found"
            if path == LIST:
                rows = (row(f"t20260120_{n}.html", title(f"甲{n}局", 2025)) for n in (1, 2))
                body, status = listing(*rows).body, b"200 OK"
            elif path.endswith("_2.html"):
                body, status = article(title("甲2局", 2025)).body, b"200 OK"
            head = b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
            self.wfile.write(head + body)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


def test_every_request_is_counted_and_none_is_made_twice_at_once(tmp_path: Path) -> None:
    HangsUp.asked = []
    with _Server(("127.0.4.9", 0), HangsUp) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        nights = Nights(tmp_path)
        nights.declare(entry("hangs-up", f"127.0.4.9:{server.server_address[1]}"))
        crawl = nights.crawl()
        server.shutdown()
    found = outcome(crawl, "hangs-up")
    assert (found.outcome, found.stored, found.requests) == ("ok", 1, len(HangsUp.asked))
    # The first article is asked a second time by us, after the delay.
    assert [path[-6:] for path in HangsUp.asked].count("1.html") == 2
    (failed,) = rows_of(crawl, "hangs-up", outcome="failed")
    assert failed["reason"].startswith("connection: ")
