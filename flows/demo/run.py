"""Runs the demo: three portals on this machine, the real nightly flow against them, and what came of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from flows import run_report
from flows.commands.run import run_nightly, tell
from flows.demo.portals import pages, registry
from flows.demo.reports import PORTALS
from flows.demo.server import Answering, Page, PortalServer
from flows.demo.show import Rate, rates, show
from flows.errors import CalledWronglyError
from flows.lock import one_writer
from flows.settings import Settings

STATE_NAME = "demo.json"
# Asked for first, so that a demo home keeps its addresses; any other free port does as well.
FIRST_PORTS = {portal_id: 8990 + number for number, portal_id in enumerate(PORTALS)}


@dataclass(frozen=True)
class State:
    """What a demo home remembers: its ports, and how many nights were published."""

    ports: dict[str, int]
    nights: int = 0


def run_demo(settings: Settings) -> int:
    """One night of the demo in this home; returns the exit status.

    The first night finds forty-eight reports. From the second night on the portals show one of them revised,
    and every article is asked for again. Raises CalledWronglyError for a home that is not a demo's.
    """
    home = settings.home
    _refuse_real_home(home)
    with one_writer(home, "gongkai demo"):
        state = _read_state(home)
        first_time = state.nights == 0
        click.echo(
            f"{'First' if first_time else 'Another'} night in {home}: three sample portals on this machine, "
            "then crawl, normalize, load, publish …",
            err=True,
        )
        before = _published_rates(home)
        with _portals(home, state) as ports:
            report = run_nightly(replace(settings, portals=home / "portals"), recheck=not first_time)
        if report.status == "ok":
            _write_state(home, State(ports, state.nights + 1))
    status = tell(report.failures, run_report.summary_lines(report), report.status)
    if (home / "warehouse.duckdb").is_file():
        show(home, before)
    return status


@contextmanager
def _portals(home: Path, state: State) -> Iterator[dict[str, int]]:
    """Serve the portals while the block runs, and write their registry into the home; yields the ports."""
    edition = 1 if state.nights == 0 else 2
    with ExitStack() as stack:
        ports: dict[str, int] = {}
        for portal_id in PORTALS:
            content = pages(portal_id, edition, visits=118 + 7 * state.nights)
            server = stack.enter_context(_server(content, state.ports[portal_id]))
            ports[portal_id] = int(server.host.rpartition(":")[2])
        folder = home / "portals"
        folder.mkdir(parents=True, exist_ok=True)
        text = registry({portal_id: f"127.0.0.1:{port}" for portal_id, port in ports.items()})
        (folder / "demo.yaml").write_text(text, encoding="utf-8")
        _write_state(home, State(ports, state.nights))
        yield ports


def _server(content: Mapping[str, Page | Answering], port: int) -> PortalServer:
    """A portal on its own port, or on any other where that one is taken."""
    try:
        return PortalServer(content, port=port)
    except OSError:
        return PortalServer(content)


def _published_rates(home: Path) -> dict[tuple[str, int], Rate]:
    return rates(home) if (home / "warehouse.duckdb").is_file() else {}


def _refuse_real_home(home: Path) -> None:
    """Invented agencies must not get among real ones."""
    if (home / "raw").exists() and not (home / STATE_NAME).exists():
        raise CalledWronglyError(
            f"{home} holds reports that are not the demo's; invented agencies must not get among them. "
            "Give the demo a home of its own, such as --home data/demo."
        )


def _read_state(home: Path) -> State:
    try:
        stored = json.loads((home / STATE_NAME).read_text(encoding="utf-8"))
        ports = {portal_id: int(stored["ports"].get(portal_id, port)) for portal_id, port in FIRST_PORTS.items()}
        return State(ports, int(stored["nights"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return State(dict(FIRST_PORTS))


def _write_state(home: Path, state: State) -> None:
    beside = home / (STATE_NAME + ".part")
    beside.write_text(json.dumps({"ports": state.ports, "nights": state.nights}), encoding="utf-8")
    os.replace(beside, home / STATE_NAME)
