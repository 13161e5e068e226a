"""The nights that the faults strike, made once, and the table of what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.demo.server import PortalServer
from tests.faults.kit import Launcher, Nights, launched
from tests.faults.points import DAMAGES, POINTS


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    with launched() as process:
        yield process


@pytest.fixture(scope="session")
def nights(tmp_path_factory: pytest.TempPathFactory, launcher: Launcher) -> Iterator[Nights]:
    with PortalServer() as server:
        yield Nights(tmp_path_factory.mktemp("nights"), server, launcher)


@pytest.fixture
def first(nights: Nights, tmp_path: Path) -> Path:
    """A home of one's own: the first night published, the portal as it is on the second."""
    return nights.copy(nights.first, tmp_path / "home")


@pytest.fixture
def second(nights: Nights, tmp_path: Path) -> Path:
    """A home of one's own: the first night published, the second one crawled."""
    return nights.copy(nights.second, tmp_path / "home")


@pytest.fixture
def normalized(nights: Nights, tmp_path: Path) -> Path:
    """A home of one's own: the first night published, the second one in the lake."""
    return nights.copy(nights.normalized, tmp_path / "home")


@pytest.fixture
def undisturbed(nights: Nights, tmp_path: Path) -> Path:
    """A home of one's own: both nights published."""
    return nights.copy(nights.undisturbed, tmp_path / "home")


@pytest.fixture(autouse=True)
def named(request: pytest.FixtureRequest, record_property: object) -> None:
    """Each test of a declared point says so in its report, from which the table is printed."""
    marker = request.node.get_closest_marker("fault")
    point = marker.args[0] if marker else getattr(request.node, "callspec", None) and request.node.callspec.params
    name = point if isinstance(point, str) else getattr((point or {}).get("point"), "name", None)
    if name and callable(record_property):
        record_property("fault", name)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "fault(name): the declared damage that a test is about")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of points, with what came of each in this run."""
    seen = [
        (name, word)
        for word in ("passed", "failed")
        for report in terminalreporter.stats.get(word, [])
        for key, name in getattr(report, "user_properties", [])
        if key == "fault" and report.when == "call"
    ]
    if not seen:
        return
    words = {name: {word for found, word in seen if found == name} for name, _ in seen}
    terminalreporter.section("faults")
    for name in [*POINTS, *DAMAGES]:
        if name in words:
            declared = POINTS.get(name) or DAMAGES[name]
            came = "as declared" if words[name] == {"passed"} else "OTHERWISE"
            terminalreporter.write_line(f"{name:26} {came:12} {declared.where} -> {declared.outcome}")
