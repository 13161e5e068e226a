"""A portal on loopback for the demo and the tests: declared pages and faults, a record of each request.

Standard library only. A page can be late, truncated, broken for its first requests, redirected, guarded by a
challenge or changed with each visit; what was asked and when is kept, so that politeness can be measured.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Page:
    """One answer of a portal.

    Attributes:
        body: the bytes; `{visits}` in them becomes the number of this visit, counted from 1.
        status: HTTP status.
        content_type: the Content-Type header; "" sends none.
        headers: further headers.
        etag: "" sends none; "auto" is made of the body; anything else is sent as it is.
        last_modified: HTTP date, or "" for none.
        delay_seconds: time before the answer begins.
        truncate: number of bytes at the end that are announced but never sent.
        fail_times: the first so many requests are answered with `fail_status`; the page is healed after.
        fail_status: see `fail_times`.
        redirect: an address to redirect to (status 302 unless `status` is another 3xx).
    """

    body: bytes = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    last_modified: str = ""
    delay_seconds: float = 0.0
    truncate: int = 0
    fail_times: int = 0
    fail_status: int = 500
    redirect: str = ""


@dataclass(frozen=True)
class Asked:
    """What a request says, for answering functions: path with query, lower-case headers, visit number.

    `form` holds the fields of the query and, over them, of a form that was posted; `posted` is the body as it came.
    """

    path: str
    headers: Mapping[str, str]
    visit: int
    method: str = "GET"
    form: Mapping[str, str] = field(default_factory=dict)
    posted: str = ""


@dataclass(frozen=True)
class Served:
    """One request as it was served, with the body that was posted; times are seconds of a monotonic clock."""

    path: str
    method: str
    status: int
    headers: Mapping[str, str]
    started_seconds: float
    ended_seconds: float
    posted: str = ""


Answering = Callable[[Asked], Page]


class PortalServer:
    """Serves declared pages on a loopback address until its context ends.

    Args:
        pages: by path with query; a value is a Page, or a function from Asked to a Page. A path that is not
        declared
            with its query is looked up without it. Anything else is a 404.
        address: a loopback address; another one than 127.0.0.1 is another host for politeness.
        port: the port to listen on; a free one when it is 0 or taken.
    """

    def __init__(
        self,
        pages: Mapping[str, Page | Answering] | None = None,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        if not address.startswith("127."):
            raise ValueError(f"expected a loopback address such as 127.0.0.1, found {address!r}")
        self.pages: dict[str, Page | Answering] = dict(pages or {})
        self._served: list[Served] = []
        self._visits: dict[str, int] = {}
        self._under_way = 0
        self._lock = threading.Condition()
        try:
            self._server = _Server((address, port), self)
        except OSError:
            self._server = _Server((address, 0), self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> PortalServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    @property
    def host(self) -> str:
        """`address:port`, as a registry entry declares it."""
        address, port = self._server.server_address[:2]
        return f"{address!s}:{port}"

    def url(self, path: str = "/") -> str:
        """The whole address of a path."""
        return f"http://{self.host}{path}"

    @property
    def requests(self) -> tuple[Served, ...]:
        """All requests served so far, in the order in which their answers began.

        The last byte is with the client before the end is noted: answers that are just ending are waited for.
        """
        with self._lock:
            self._lock.wait_for(lambda: self._under_way == 0, timeout=1.0)
            return tuple(sorted(self._served, key=lambda served: served.started_seconds))

    def paths(self) -> list[str]:
        """The paths asked so far, in order."""
        return [served.path for served in self.requests]

    def forget(self) -> None:
        """Forget the requests served so far; visit counters go on."""
        with self._lock:
            self._lock.wait_for(lambda: self._under_way == 0, timeout=1.0)
            self._served.clear()

    def answer(self, path: str, headers: Mapping[str, str], method: str = "GET", posted: str = "") -> tuple[Page, int]:
        """The page for a request, with faults and visit counter applied, and the number of the visit."""
        with self._lock:
            self._under_way += 1
            declared = self.pages.get(path, self.pages.get(urlsplit(path).path))
            visit = self._visits[path] = self._visits.get(path, 0) + 1
        if declared is None:
            return Page(b"<html><body>404</body></html>", status=404), visit
        if isinstance(declared, Page):
            page = declared
        else:
            fields = parse_qsl(urlsplit(path).query, keep_blank_values=True)
            form = dict(fields + parse_qsl(posted, keep_blank_values=True))
            page = declared(Asked(path, headers, visit, method, form, posted))
        if visit <= page.fail_times:
            return replace(page, body=b"failing", status=page.fail_status, truncate=0, etag="", redirect=""), visit
        return replace(page, body=page.body.replace(b"{visits}", str(visit).encode())), visit

    def record(self, served: Served) -> None:
        """Keep what was served."""
        with self._lock:
            self._served.append(served)
            self._under_way -= 1
            self._lock.notify_all()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Tests open and close many servers; a late client must not keep one alive.
    block_on_close = False

    def __init__(self, address: tuple[str, int], portal: PortalServer) -> None:
        self.portal = portal
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._serve("")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._serve(self.rfile.read(length).decode("utf-8", "replace"))

    def _serve(self, posted: str) -> None:
        started = time.monotonic()
        headers = {name.lower(): value for name, value in self.headers.items()}
        page, _ = self.server.portal.answer(self.path, headers, self.command, posted)
        if page.delay_seconds:
            time.sleep(page.delay_seconds)
        etag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"' if page.etag == "auto" else page.etag
        # Conditions do not apply to a POST (RFC 9110 §13.2.1).
        status = _status(page, etag, {} if self.command == "POST" else headers)
        body = b"" if status == 304 or self.command == "HEAD" else page.body
        try:
            self.send_response(status)
            if page.redirect:
                self.send_header("Location", page.redirect)
            if page.content_type and status != 304:
                self.send_header("Content-Type", page.content_type)
            if etag:
                self.send_header("ETag", etag)
            if page.last_modified:
                self.send_header("Last-Modified", page.last_modified)
            for name, value in page.headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            sent = body[: len(body) - page.truncate] if page.truncate else body
            self.wfile.write(sent)
            self.wfile.flush()
            if page.truncate:
                self.close_connection = True
        except OSError:
            self.close_connection = True
        finally:
            served = Served(self.path, self.command, status, headers, started, time.monotonic(), posted)
            self.server.portal.record(served)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal: the record is `PortalServer.requests`."""


def _status(page: Page, etag: str, headers: Mapping[str, str]) -> int:
    """302 for a redirect, 304 when a condition holds (RFC 9110 §13.2.2), else the page's own status."""
    if page.redirect:
        return page.status if 300 <= page.status < 400 else 302
    if page.status == 200:
        wanted = headers.get("if-none-match")
        if wanted is not None:
            known = [tag.strip().removeprefix("W/") for tag in wanted.split(",")]
            if etag and (etag.removeprefix("W/") in known or "*" in known):
                return 304
        elif page.last_modified and headers.get("if-modified-since") == page.last_modified:
            return 304
    return page.status
