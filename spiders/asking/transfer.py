"""How answers come over the wire: each request made once, and compressed bodies taken only when they are whole."""

from __future__ import annotations

import zlib
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import ResponseDataLossError

# What zlib unpacks: gzip and zlib by their headers, and deflate without one, which some servers send.
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_CHUNK_BYTES = 64 * 1024


class OnceHandler(HTTP11DownloadHandler):
    """Scrapy's handler without Twisted's own second attempt, which asks at once and is counted by nobody when a
    server closes a kept connection instead of answering."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool.retryAutomatically = False


class WholeCompressionMiddleware(HttpCompressionMiddleware):
    """Scrapy's decompression, which alone would give out what could be unpacked of a body that is cut or damaged.

    Only formats are asked for whose end can be checked.
    """

    def process_request(self, request: Request, spider: Any = None) -> None:
        request.headers.setdefault("Accept-Encoding", b"gzip, deflate")

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        unpacked = HttpCompressionMiddleware._decode(body, encoding, max_size)
        if not is_whole(body, encoding):
            raise ResponseDataLossError(f"the {encoding.decode('latin-1')} body of {len(body)} bytes is cut or damaged")
        return unpacked


def is_whole(body: bytes, encoding: bytes) -> bool:
    """True when a body compressed as gzip or deflate can be unpacked to its end and its checksum is right.

    Of other formats nobody knows; whether one that was not asked for is whole, the page has to tell.
    """
    if encoding not in (b"gzip", b"x-gzip", b"deflate"):
        return True
    windows = [_GZIP_OR_ZLIB] if encoding != b"deflate" else [_GZIP_OR_ZLIB, -zlib.MAX_WBITS]
    return not body or any(_ends(body, window) for window in windows)


def _ends(body: bytes, window: int) -> bool:
    unpacking, rest = zlib.decompressobj(window), body
    try:
        while rest and not unpacking.eof:
            unpacking.decompress(rest, _CHUNK_BYTES)
            rest = unpacking.unconsumed_tail
        if not unpacking.eof:
            unpacking.flush(_CHUNK_BYTES)
    except zlib.error:
        return False
    return unpacking.eof
