"""How portals are asked, measured by the portals: gaps, shared addresses, hosts, the user agent, the contact."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from spiders.crawl import MissingContact
from spiders.registry import FAMILIES, RegistryError, UnknownPortal
from tests.spiders.portal_kit import (
    LIST,
    Nights,
    Page,
    PortalServer,
    article,
    entry,
    listing,
    outcome,
    row,
    rows_of,
    title,
)

ROOT = Path(__file__).resolve().parents[2]
DELAY_SECONDS = 0.3
CRAWL_DELAY_SECONDS = 0.6


def portal(count: int = 2, **pages: Any) -> dict[str, Any]:
    names = [f"t20260120_{n}.html" for n in range(count)]
    listed = listing(*(row(name, title(f"甲{n}局", 2025)) for n, name in enumerate(names)))
    # Answers take a while, so that a delay counted from the start of a request would be seen.
    articles = {f"{LIST}{name}": article(title(f"甲{n}局", 2025), delay_seconds=0.2) for n, name in enumerate(names)}
    return {LIST: listed, **articles, **pages}


def gaps(*servers: PortalServer) -> list[float]:
    """Seconds from the end of each answer to the start of the next request, over all servers of an address."""
    served = sorted((s for server in servers for s in server.requests), key=lambda s: s.started_seconds)
    return [after.started_seconds - before.ended_seconds for before, after in itertools.pairwise(served)]


class Asked:
    """One crawl of portals that share addresses, lead elsewhere and ask for patience."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        def server(pages: dict[str, Any], address: str) -> PortalServer:
            return stack.enter_context(PortalServer(pages, address=address))

        self.nights = Nights(folder)
        self.one = server(portal(), "127.0.3.1")
        self.two = server(portal(), "127.0.3.1")
        rules = Page(f"User-agent: *\nCrawl-delay: {CRAWL_DELAY_SECONDS}\n".encode(), content_type="text/plain")
        self.patient = server(portal(1, **{"/robots.txt": rules}), "127.0.3.2")
        again = Page(status=429, headers={"Retry-After": "1"})
        self.waiting = server(portal(2, **{f"{LIST}t20260120_0.html": again}), "127.0.3.3")
        self.foreign = server(portal(), "127.0.3.4")
        self.leading = server(
            {
                LIST: listing(
                    row(self.foreign.url(f"{LIST}t20260120_0.html"), title("外局", 2025)),
                    row("t20260120_1.html", title("转局", 2025)),
                    row("t20260120_2.html", title("附局", 2025)),
                    row("t20260120_3.html", title("内局", 2025)),
                ),
                f"{LIST}t20260120_1.html": Page(redirect=self.foreign.url(f"{LIST}t20260120_1.html")),
                f"{LIST}t20260120_2.html": article(
                    title("附局", 2025), extra=f'<p>附件<a href="{self.foreign.url("/a.pdf")}">a.pdf</a></p>'
                ),
                f"{LIST}t20260120_3.html": Page(redirect="moved.html"),
                f"{LIST}moved.html": article(title("内局", 2025)),
            },
            "127.0.3.5",
        )
        self.led_away = server({LIST: Page(redirect=self.foreign.url(LIST))}, "127.0.3.6")
        slow = {"politeness": {"delay_seconds": DELAY_SECONDS}}
        self.nights.declare(
            entry("one", self.one.host, **slow),
            entry("two", self.two.host, politeness={"delay_seconds": 0.01}),
            entry("one-again", self.one.host, politeness={"delay_seconds": 0.01}),
            entry("patient", self.patient.host),
            entry("waiting", self.waiting.host),
            entry("leading", self.leading.host),
            entry("led-away", self.led_away.host),
        )
        self.crawl = self.nights.crawl(contact="tests@example.org", loud=True)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with ExitStack() as stack:
        yield Asked(tmp_path_factory.mktemp("politeness"), stack)


def test_the_delay_counts_from_the_end_of_an_answer_and_by_address(asked: Asked) -> None:
    measured = gaps(asked.one, asked.two)
    # robots.txt of two origins, three lists (one conditional portal of its own), six articles.
    assert len(measured) >= 10
    assert min(measured) >= DELAY_SECONDS - 0.01, "two ports and three portals of one address share its delay"


def test_crawl_delay_is_kept(asked: Asked) -> None:
    measured = gaps(asked.patient)
    assert len(measured) == 2
    assert min(measured) >= CRAWL_DELAY_SECONDS - 0.01


def test_retry_after_is_kept(asked: Asked) -> None:
    served = asked.waiting.requests
    refused = next(n for n, s in enumerate(served) if s.status == 429)
    assert served[refused + 1].started_seconds - served[refused].ended_seconds >= 0.99
    assert outcome(asked.crawl, "waiting").stored == 1


def test_no_request_ever_goes_to_another_host(asked: Asked) -> None:
    assert asked.foreign.requests == ()
    (link,) = rows_of(asked.crawl, "leading", kind="link")
    assert link["reason"].startswith("foreign_host: ")
    (redirected,) = rows_of(asked.crawl, "leading", url=asked.leading.url(f"{LIST}t20260120_1.html"))
    assert redirected["reason"].startswith("foreign_host: ")
    (attached,) = rows_of(asked.crawl, "leading", role="attachment")
    assert attached["reason"].startswith("foreign_host: ")
    assert attached["declared_host"] is False
    (within,) = rows_of(asked.crawl, "leading", url=asked.leading.url(f"{LIST}t20260120_3.html"))
    assert within["final_url"] == asked.leading.url(f"{LIST}moved.html")
    assert within["outcome"] == "stored"


def test_a_list_that_moved_to_another_host_is_a_failure_that_says_so(asked: Asked) -> None:
    found = outcome(asked.crawl, "led-away")
    assert (found.outcome, found.failure) == ("failed", True)
    assert (found.reason or "").startswith("foreign_host: the list ")


def test_we_say_who_asks(asked: Asked) -> None:
    agents = {served.headers["user-agent"] for served in (*asked.one.requests, *asked.patient.requests)}
    (agent,) = agents
    assert agent.startswith("gongkai/")
    assert agent.endswith(" (+tests@example.org)")
    assert asked.one.requests[0].path == "/robots.txt"
    articles = [s for s in asked.one.requests if s.path.endswith(".html")]
    assert {s.headers["referer"] for s in articles} == {asked.one.url(LIST)}


def test_without_a_contact_nothing_public_is_asked(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    nights.declare(
        entry("a", "www.a.gov.cn", local=False, politeness={"delay_seconds": 2}), entry("b", "b.cn", access="blocked")
    )
    with pytest.raises(MissingContact, match="GONGKAI_CONTACT"):
        nights.crawl()
    assert not nights.home.exists(), "nothing was begun"
    assert outcome(nights.crawl(portal_ids=["b"]), "b").outcome == "skipped"


def test_wrong_calls_are_refused_before_anything_begins(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    nights.declare(entry("a", "127.0.0.1:9"))
    with pytest.raises(UnknownPortal, match="no portal is called b"):
        nights.crawl(portal_ids=["b"])
    nights.declare({"id": "a"})
    with pytest.raises(RegistryError, match=r"test\.yaml:1"):
        nights.crawl()
    assert not nights.home.exists()


def scrapy(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("GONGKAI_")} | environment
    command = [sys.executable, "-m", "scrapy", *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_scrapy_s_own_commands_work(tmp_path: Path) -> None:
    assert scrapy("list").stdout.split() == sorted({"portals", *FAMILIES} - {"auto"})
    nights = Nights(tmp_path)
    with PortalServer(portal(1)) as server:
        nights.declare(entry("a", server.host), entry("b", server.host, family="hanweb"))
        where = {"GONGKAI_HOME": str(nights.home), "GONGKAI_PORTALS": str(nights.registry)}
        done = scrapy("crawl", "static_list", "-a", "portal=a", "-a", "year=2025", **where)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        assert f"{LIST}t20260120_0.html" in server.paths()
        assert len(list((nights.home / "raw" / "manifests").glob("*.jsonl"))) == 1
        wrong = scrapy("crawl", "static_list", "-a", "portal=nowhere", **where)
        assert "no portal is called nowhere" in wrong.stderr
