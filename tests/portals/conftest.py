"""Five nights of all portals at once, each on a loopback address of its own; the tests only look at what came of it."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.demo.server import Asked, Page, PortalServer, Served
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


class Played:
    """The nights: summaries in order, and what each portal was asked in each night."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self.nights = Nights(folder)
        self.scenarios = scenarios()
        self.servers = {
            scenario.name: stack.enter_context(PortalServer(address=f"127.0.{2 + number // 200}.{1 + number % 200}"))
            for number, scenario in enumerate(self.scenarios)
        }
        self.nights.declare(*(self._entry(scenario) for scenario in self.scenarios))
        self.summaries: list[CrawlSummary] = []
        self.asked: list[dict[str, tuple[Served, ...]]] = []
        for number, (revised, removed, recheck) in enumerate(NIGHTS):
            for scenario in self.scenarios:
                self._show(scenario, revised, removed)
            self.summaries.append(self.nights.crawl(number, recheck=recheck))
            self.asked.append({name: server.requests for name, server in self.servers.items()})
            for server in self.servers.values():
                server.forget()

    def _entry(self, scenario: Scenario) -> dict[str, Any]:
        host = self.servers[scenario.name].host
        listed = dict(scenario.listed)
        if str(listed["url"]).startswith("/"):
            listed["url"] = f"http://{host}{listed['url']}"
        return {
            "id": scenario.name, "body": "甲县人民政府", "region_code": "110101", "level": "county",
            "family": scenario.family, "hosts": [host], "local": True, "list": listed,
            "politeness": {"delay_seconds": 0.01}, **scenario.entry,
        }  # fmt: skip

    def _show(self, scenario: Scenario, revised: bool, removed: bool) -> None:
        server = self.servers[scenario.name]
        pages = dict(scenario.pages(server.host, scenario.removed if removed else None))
        assert not (removed and scenario.removed in pages), f"{scenario.name}: the removed report is still there"
        if revised:
            pages[scenario.revised] = _revised(pages[scenario.revised])
        server.pages = pages


def _revised(page: Any) -> Any:
    def change(shown: Page) -> Page:
        return dataclasses.replace(shown, body=shown.body + "<!-- 更正 -->".encode())

    if isinstance(page, Page):
        return change(page)

    def answer(asked: Asked) -> Page:
        return change(page(asked))

    return answer


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with contextlib.ExitStack() as stack:
        yield Played(tmp_path_factory.mktemp("portals"), stack)
