"""What the tests of the command line share: calling it within this process, and the demo's portals on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from flows.cli import run_command
from flows.demo.portals import pages, registry
from flows.demo.reports import PORTALS
from flows.demo.server import Answering, Asked, Page, PortalServer


@dataclass(frozen=True)
class Called:
    """What a command line gave: exit status, standard output, standard error."""

    status: int
    out: str
    err: str


Call = Callable[..., Called]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command line within this process."""
    for name in ("GONGKAI_HOME", "GONGKAI_PORTALS", "GONGKAI_CONTACT", "GONGKAI_DEBUG", "GONGKAI_MIRROR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str | Path) -> Called:
        status = run_command([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Called(status, out, err)

    return run


@contextmanager
def demo_portals(folder: Path, edition: int = 1, visits: int = 1, delay_seconds: float = 0.0) -> Iterator[Path]:
    """Serve the portals of the demo and yield a registry folder that names them.

    A folder that holds a registry already keeps its ports: the same portals on another night.
    """
    ports = _ports(folder)
    with ExitStack() as stack:
        hosts = {}
        for portal_id in PORTALS:
            content = {path: _delayed(page, delay_seconds) for path, page in pages(portal_id, edition, visits).items()}
            server = stack.enter_context(PortalServer(content, port=ports.get(portal_id, 0)))
            hosts[portal_id] = server.host
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "demo.yaml").write_text(registry(hosts), encoding="utf-8")
        yield folder


def _delayed(page: Page | Answering, delay_seconds: float) -> Page | Answering:
    if isinstance(page, Page):
        return replace(page, delay_seconds=delay_seconds)

    def answer(asked: Asked) -> Page:
        return replace(page(asked), delay_seconds=delay_seconds)

    return answer


def _ports(folder: Path) -> dict[str, int]:
    if not (folder / "demo.yaml").exists():
        return {}
    entries = yaml.safe_load((folder / "demo.yaml").read_text("utf-8"))
    return {entry["id"]: int(entry["hosts"][0].rpartition(":")[2]) for entry in entries}
