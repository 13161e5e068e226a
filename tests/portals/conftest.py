"""Five nights of all portals at once, each on a loopback address of its own; the tests only look at what came of it."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.demo.server import Answering, Asked, Page, PortalServer, Served
from spiders.crawl import CrawlSummary
from tests.portals.scenario import Scenario
from tests.spiders.portal_kit import Nights

FAMILIES = sorted(path.stem for path in Path(__file__).parent.glob("play_*.py"))


def scenarios() -> list[Scenario]:
    """All scenarios of the modules play_*.py."""
    return [found for name in FAMILIES for found in importlib.import_module(f"tests.portals.{name}").SCENARIOS]


# Of each night: whether the revised report says something else, the removed one is gone, everything is asked again.
NIGHTS = (
    (False, False, False),
    (False, False, False),
    (True, True, True),
    (True, True, False),
    (True, False, False),
)


DELAY_SECONDS = 0.01
LATER = "Mon, 02 Feb 2026 02:35:00 GMT"


class Played:
    """The nights: summaries in order, and what each portal was asked in each night."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self.nights = Nights(folder)
        self.scenarios = scenarios()
        numbers = itertools.count()

        def host() -> PortalServer:
            number = next(numbers)
            return stack.enter_context(PortalServer(address=f"127.0.{2 + number // 200}.{1 + number % 200}"))

        # The portal's own host first, then its further ones.
        self.servers = {
            scenario.name: [host() for _ in range(1 + len(scenario.further))] for scenario in self.scenarios
        }
        self.nights.declare(*(self._entry(scenario) for scenario in self.scenarios))
        self.summaries: list[CrawlSummary] = []
        self.asked: list[dict[str, tuple[Served, ...]]] = []
        for number, (revised, removed, recheck) in enumerate(NIGHTS):
            for scenario in self.scenarios:
                self._show(scenario, revised, removed)
            self.summaries.append(self.nights.crawl(number, recheck=recheck))
            asked = {
                name: [one for server in servers for one in server.requests] for name, servers in self.servers.items()
            }
            self.asked.append({name: tuple(requests) for name, requests in asked.items()})
            for server in itertools.chain(*self.servers.values()):
                server.forget()

    def _entry(self, scenario: Scenario) -> dict[str, Any]:
        hosts = [server.host for server in self.servers[scenario.name]]
        listed = dict(scenario.listed)
        if str(listed["url"]).startswith("/"):
            listed["url"] = f"http://{hosts[0]}{listed['url']}"
        return {
            "id": scenario.name, "body": "甲县人民政府", "region_code": "110101", "level": "county",
            "family": scenario.family, "hosts": hosts, "local": True, "list": listed,
            "politeness": {"delay_seconds": DELAY_SECONDS}, **scenario.entry,
        }  # fmt: skip

    def _show(self, scenario: Scenario, revised: bool, removed: bool) -> None:
        servers = self.servers[scenario.name]
        gone = scenario.removed if removed else None
        for server, given in zip(servers, (scenario.pages, *scenario.further), strict=True):
            pages = {path: self._linked(page, servers) for path, page in given(server.host, gone).items()}
            assert gone is None or gone not in pages, f"{scenario.name}: the removed report is still there"
            if revised and scenario.revised in pages:
                pages[scenario.revised] = _revised(pages[scenario.revised])
            server.pages = pages

    @staticmethod
    def _linked(page: Page | Answering, servers: list[PortalServer]) -> Page | Answering:
        """The page with the addresses of further hosts filled in; the tests that make answers do so themselves."""
        if not isinstance(page, Page):
            return page
        body = page.body
        for number, server in enumerate(servers[1:], 2):
            body = body.replace(b"{host%d}" % number, server.host.encode())
        return dataclasses.replace(page, body=body)


def _revised(page: Any) -> Any:
    def change(shown: Page) -> Page:
        changed = LATER if shown.last_modified else ""
        return dataclasses.replace(shown, body=shown.body + "<!-- 更正 -->".encode(), last_modified=changed)

    if isinstance(page, Page):
        return change(page)

    def answer(asked: Asked) -> Page:
        return change(page(asked))

    return answer


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with contextlib.ExitStack() as stack:
        yield Played(tmp_path_factory.mktemp("portals"), stack)
