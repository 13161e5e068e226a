"""The loopback portal: what the crawl tests rely on is true."""

from __future__ import annotations

import http.client
from collections.abc import Mapping

import pytest

from flows.demo.server import Answering, Page, PortalServer


def get(server: PortalServer, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection(server.host, timeout=5)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def test_pages_validators_and_counters() -> None:
    dated = "Thu, 01 Jan 2026 00:00:00 GMT"
    pages: dict[str, Page | Answering] = {
        "/a": Page(b"a", etag="auto"),
        "/d": Page(b"d", last_modified=dated),
        "/v": Page(b"visit {visits}"),
        "/q?x=1": Page(b"one"),
        "/q": Page(b"any"),
        "/r": Page(redirect="/a", status=301),
        "/f": Page(b"well", fail_times=2, fail_status=503),
        "/say": lambda asked: Page(f"{asked.visit} {asked.headers['x-who']}".encode()),
    }
    with PortalServer(pages) as server:
        status, body, headers = get(server, "/a")
        assert (status, body) == (200, b"a")
        assert get(server, "/a", {"If-None-Match": headers["etag"]})[:2] == (304, b"")
        assert get(server, "/a", {"If-None-Match": '"other"'})[0] == 200
        assert get(server, "/d", {"If-Modified-Since": dated})[0] == 304
        assert [get(server, "/v")[1] for _ in range(2)] == [b"visit 1", b"visit 2"]
        assert (get(server, "/q?x=1")[1], get(server, "/q?x=2")[1]) == (b"one", b"any")
        assert get(server, "/r")[2]["location"] == "/a"
        assert [get(server, "/f")[0] for _ in range(3)] == [503, 503, 200]
        assert get(server, "/say", {"X-Who": "me"})[1] == b"1 me"
        assert get(server, "/none")[0] == 404
        assert server.paths()[:2] == ["/a", "/a"]
        assert all(served.started_seconds <= served.ended_seconds for served in server.requests)
        server.forget()
        assert server.requests == ()


def test_what_is_posted_is_told_and_has_no_conditions() -> None:
    pages: dict[str, Page | Answering] = {
        "/say": lambda asked: Page(f"{asked.method} {dict(asked.form)}".encode(), etag="auto")
    }
    with PortalServer(pages) as server:
        for _ in range(2):
            connection = http.client.HTTPConnection(server.host, timeout=5)
            connection.request("POST", "/say?a=1&b=2", body="b=3&c=%E4%B9%99", headers={"If-None-Match": "*"})
            answer = connection.getresponse()
            assert (answer.status, answer.read().decode()) == (200, "POST {'a': '1', 'b': '3', 'c': '乙'}")
            connection.close()
        assert [(served.method, served.posted) for served in server.requests] == [("POST", "b=3&c=%E4%B9%99")] * 2
        assert get(server, "/say?a=1", {"If-None-Match": "*"})[0] == 304


def test_a_truncated_answer_is_truncated() -> None:
    with PortalServer({"/t": Page(b"0123456789", truncate=4)}) as server:
        with pytest.raises(http.client.IncompleteRead) as cut:
            get(server, "/t")
        assert cut.value.partial == b"012345"


def test_a_taken_port_gives_another_one_and_addresses_are_loopback() -> None:
    with PortalServer() as first:
        port = int(first.host.split(":")[1])
        with PortalServer(port=port) as second:
            assert second.host != first.host
    with pytest.raises(ValueError, match="loopback"):
        PortalServer(address="0.0.0.0")
