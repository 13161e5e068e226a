"""Portals on loopback that answer faster than they are asked: prepared pages, plain asyncio, a process of their own."""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from corpus import pages

FOLDER = "/zfxxgknb/"
ROWS_A_LIST_PAGE = 20
# Every second portal sends validators, so that a second night meets both 304 and the same bytes again.
_AGENCY = "云岭县教育局"
_NAVIGATION = "".join(f'<li><a href="/zwgk/{n}/" title="栏目{n}">栏目{n}</a></li>' for n in range(60))


@dataclass(frozen=True)
class Answer:
    """One prepared page: its kind (list, article, robots), its bytes on the wire, and those of a 304."""

    kind: str
    whole: bytes
    unchanged: bytes
    etag: bytes


@dataclass(frozen=True)
class Portal:
    """One portal: its address on loopback, and its pages by path."""

    address: str
    pages: Mapping[str, Answer]


@dataclass(frozen=True)
class Served:
    """What the server did since it was last asked: answers by (kind, status), and the CPU seconds they took."""

    answers: Mapping[tuple[str, int], int]
    cpu_seconds: float

    def count(self, kind: str) -> int:
        """All answers of one kind."""
        return sum(number for (found, _), number in self.answers.items() if found == kind)


def portals(count: int, articles_each: int, documents: Sequence[bytes], first: int = 0) -> list[Portal]:
    """Portals of one address each, with lists of twenty rows a page; each article is of an agency of its own.

    ``first`` is the number of the first one: portals of other numbers have other addresses and agencies.
    """
    return [
        Portal(_address(number), _pages(number, articles_each, documents, validators=number % 2 == 0))
        for number in range(first, first + count)
    ]


def _address(number: int) -> str:
    return f"127.0.{number // 200}.{number % 200 + 2}"


def registry(made: Sequence[Portal], port: int, delay_seconds: float = 0) -> list[dict[str, Any]]:
    """The entries that declare these portals; without any delay, unless one is given."""
    return [
        {
            "id": f"bench-{number:03}",
            "body": None,
            "region_code": "110101",
            "level": "county",
            "family": "static_list",
            "hosts": [f"{portal.address}:{port}"],
            "local": True,
            "list": {"url": f"http://{portal.address}:{port}{FOLDER}", "pager": {"kind": "index_n", "max": 1000}},
            "politeness": {"delay_seconds": delay_seconds},
        }
        for number, portal in enumerate(made)
    ]


def article_documents(count: int) -> tuple[list[bytes], list[bytes]]:
    """Laid-out reports as a portal shows them: plain ones, and ones pasted from a word processor with navigation."""
    laid_out = pages(2 * count)
    return laid_out[0::2], laid_out[1::2]


def _pages(number: int, articles: int, documents: Sequence[bytes], *, validators: bool) -> dict[str, Answer]:
    made = {"/robots.txt": _answer("robots", b"User-agent: *\nDisallow: /admin/\n", "text/plain", validators)}
    rows = []
    for article in range(articles):
        serial = number * articles + article
        agency = f"云岭县第{serial}局"
        page = documents[serial % len(documents)].decode().replace(_AGENCY, agency)
        day = f"{2015 + article % 8}-01-{1 + article % 28:02}"
        page = page.replace("<head>", f'<head><meta name="PubDate" content="{day} 10:00">')
        address = f"t{day.replace('-', '')}_{100000 + serial}.html"
        made[FOLDER + address] = _answer("article", page.encode(), "text/html", validators)
        title = page.partition('name="ArticleTitle" content="')[2].partition('"')[0]
        rows.append(f'<li><a href="{address}">{title}</a><span>{day}</span></li>')
    total = max(1, -(-articles // ROWS_A_LIST_PAGE))
    for part in range(total):
        shown = "".join(rows[part * ROWS_A_LIST_PAGE : (part + 1) * ROWS_A_LIST_PAGE])
        html = (
            f'<html><head><meta charset="utf-8"></head><body><div class=nav><ul>{_NAVIGATION}</ul></div>'
            f'<ul class=list>{shown}</ul><script>createPageHTML({total}, {part}, "index", "html");</script>'
            "</body></html>"
        )
        path = FOLDER if part == 0 else f"{FOLDER}index_{part}.html"
        made[path] = _answer("list", html.encode(), "text/html", validators)
    return made


def _answer(kind: str, body: bytes, content_type: str, validators: bool) -> Answer:
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"' if validators else ""
    tag = f"ETag: {etag}\r\n" if validators else ""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}; charset=utf-8\r\n{tag}Content-Length: {len(body)}\r\n\r\n"
    return Answer(kind, head.encode() + body, f"HTTP/1.1 304 Not Modified\r\n{tag}\r\n".encode(), etag.encode())


_MISSING = Answer("missing", b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b"", b"")


class Server:
    """The running server: its port, and what it served."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.port: int = pipe.recv()

    def served(self) -> Served:
        """What was served since this was last asked."""
        self._pipe.send("served")
        found: Served = self._pipe.recv()
        return found


@contextmanager
def serving(made: Sequence[Portal]) -> Iterator[Server]:
    """Serve portals, all on one port, until the context ends."""
    # A forked child has the prepared pages without copying them.
    forking = multiprocessing.get_context("fork")
    ours, theirs = forking.Pipe()
    child = forking.Process(target=_serve, args=(made, theirs), daemon=True)
    child.start()
    try:
        yield Server(ours)
    finally:
        child.terminate()
        child.join()


class _Connection(asyncio.Protocol):
    """One connection, kept alive; requests without a body, as Scrapy makes them."""

    def __init__(self, portal: Portal, answers: dict[tuple[str, int], int]) -> None:
        self._pages = portal.pages
        self._answers = answers
        self._pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while b"\r\n\r\n" in self._pending:
            head, _, self._pending = self._pending.partition(b"\r\n\r\n")
            answer = self._pages.get(head.split(b" ", 2)[1].decode("latin-1"), _MISSING)
            known = bool(answer.etag) and b"If-None-Match: " + answer.etag in head
            key = answer.kind, 304 if known else 404 if answer is _MISSING else 200
            self._answers[key] = self._answers.get(key, 0) + 1
            self._transport.write(answer.unchanged if known else answer.whole)


def _serve(made: Sequence[Portal], pipe: Connection) -> None:
    asyncio.run(_run(made, pipe))


async def _run(made: Sequence[Portal], pipe: Connection) -> None:
    loop = asyncio.get_running_loop()
    answers: dict[tuple[str, int], int] = {}
    servers, port = [], 0
    for portal in made:
        # A port that is free at the first address is free at the others of a machine that runs no second benchmark.
        server = await loop.create_server(lambda portal=portal: _Connection(portal, answers), portal.address, port)
        port = server.sockets[0].getsockname()[1]
        servers.append(server)
    ended = asyncio.Event()
    begun = time.process_time()

    def asked() -> None:
        nonlocal begun
        try:
            pipe.recv()
        except EOFError:
            ended.set()
            return
        now = time.process_time()
        pipe.send(Served(dict(answers), now - begun))
        begun = now
        answers.clear()

    loop.add_reader(pipe.fileno(), asked)
    pipe.send(port)
    await ended.wait()
