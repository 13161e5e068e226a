"""Crawls shared among Prefect workers: the same night as by one process, and what becomes of workers that fail."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from flows import stages
from flows.demo import reports as demo
from flows.demo.server import Answering, Asked, Page, PortalServer
from flows.settings import Settings
from spiders import archive
from spiders.process import CrawlProcess
from tests.conftest import ROOT
from tests.faults.kit import assert_same
from tests.spiders.portal_kit import LIST, NIGHT_ONE, Nights, article, entry, listing, outcome, row, title

DEPLOYMENT = "crawl-shard/crawl-shard"
SERVE = """
import asyncio
from prefect.flows import EntrypointType
from prefect.runner import Runner
from flows.sharing.worker import crawl_shard
runner = Runner(limit=1)
runner.add_flow(crawl_shard, name="crawl-shard", entrypoint_type=EntrypointType.MODULE_PATH)
print("ready", flush=True)
asyncio.run(runner.start())
"""
pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux tells whose a process is")


class Workers:
    """A Prefect server on loopback, and workers that take one share of a crawl each; known by their addresses."""

    def __init__(self, folder: Path) -> None:
        # Not the usual port: several processes of a test run may start one at once.
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.api = f"http://127.0.0.1:{self.port}/api"
        self._surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")} | {
            "PREFECT_HOME": str(folder),
            "PREFECT_API_URL": self.api,
            "PREFECT_RUNNER_POLL_FREQUENCY": "1",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_LOGGING_LEVEL": "ERROR",
            "DO_NOT_TRACK": "1",
        }
        self._started = [self._start("-m", "prefect", "server", "start", "--port", str(self.port))]

    def wait(self) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), opener.open(f"{self.api}/health", timeout=5):
                return
            time.sleep(0.3)
        raise AssertionError("the Prefect server does not start")

    def add(self) -> str:
        contact = f"{uuid.uuid4().hex}@example.org"
        self._started.append(self._start("-c", SERVE, GONGKAI_CONTACT=contact))
        return contact

    def ready(self, count: int) -> None:
        for worker in self._started[-count:]:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"ready\n"

    def kill(self, contact: str) -> None:
        """As when a machine loses its power; ``contact`` is a text with the address of its worker."""
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, StopIteration):
                surroundings = (process / "environ").read_bytes().split(b"\0")
                address = next(words[16:] for words in surroundings if words.startswith(b"GONGKAI_CONTACT="))
                if address and address.decode() in contact:
                    os.kill(int(process.name), signal.SIGKILL)

    def end(self) -> None:
        for process in self._started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, *words: str, **more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env=self._surroundings | more, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if "-c" in words else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    workers = Workers(tmp_path_factory.mktemp("prefect"))
    try:
        workers.wait()
        yield workers
    finally:
        workers.end()


@pytest.fixture(scope="module")
def contacts(workers: Workers) -> list[str]:
    both = [workers.add(), workers.add()]
    workers.ready(2)
    return both


@pytest.fixture
def shared(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What makes a crawl one that is shared."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.sharing.runs import CrawlRun

    with temporary_settings({PREFECT_API_URL: workers.api}):
        yield {"processes": 2, "crawl_process": partial(CrawlRun, DEPLOYMENT), "contact": "night@example.org"}


def portal_pages(*reports: demo.Report) -> dict[str, Page | Answering]:
    names = [f"{LIST}t{report.published_on:%Y%m%d}_{report.agency.key}{report.year}.html" for report in reports]
    rows = [row(name, report.title, str(report.published_on)) for name, report in zip(names, reports, strict=True)]
    made = {name: Page(demo.page(report, 1, "", "utf-8").encode()) for name, report in zip(names, reports, strict=True)}
    return {LIST: listing(*rows), **made}


def once_at(begun: threading.Barrier, page: Page | Answering) -> Answering:
    """A page that waits the first time until another one is asked for, too."""
    waited = threading.Event()

    def answer(asked: Asked) -> Page:
        if not waited.is_set():
            waited.set()
            with contextlib.suppress(threading.BrokenBarrierError):
                begun.wait(60)
        return page if isinstance(page, Page) else page(asked)

    return answer


def ask_nobody_twice(*servers: PortalServer) -> None:
    """Whatever runs at these servers of one host, it is one request at a time."""
    times = sorted((asked.started_seconds, asked.ended_seconds) for server in servers for asked in server.requests)
    assert all(ended <= begun for (_, ended), (begun, _) in itertools.pairwise(times))


def user_agents(*servers: PortalServer) -> str:
    return " ".join(sorted({asked.headers["user-agent"] for server in servers for asked in server.requests}))


def test_a_shared_night_is_that_of_one_process(
    contacts: list[str], shared: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.nightly import run as night

    nights = Nights(tmp_path)
    with ExitStack() as stack:
        reports = [*demo.reports(demo.CITY_PORTAL)[:4], *demo.reports(demo.COUNTY_PORTAL)[:2]]
        servers = [
            stack.enter_context(
                PortalServer(portal_pages(*reports[2 * n : 2 * n + 2]), address=f"127.0.0.{70 + n % 2}")
            )
            for n in range(3)
        ]
        # The shares go on when both were begun: a worker that is quick would take one after the other.
        begun = threading.Barrier(2)
        for server in servers[:2]:
            server.pages[LIST] = once_at(begun, server.pages[LIST])
        nights.declare(*(entry(f"cn-11010{n}-x", server.host) for n, server in enumerate(servers)))
        for name, value in (("DEPLOYMENT", DEPLOYMENT), ("PROCESSES", "2")):
            monkeypatch.setenv(f"GONGKAI_CRAWL_{name}", value)
        monkeypatch.setenv("GONGKAI_CONTACT", "night@example.org")
        night(Settings(nights.home, nights.registry, as_of=NIGHT_ONE), (), (), False)
        found = user_agents(*servers)
        assert [contact in found for contact in contacts] == [True, True], "both have done some"
        assert "night@" not in found, "each asks with its own address"
        ask_nobody_twice(servers[0], servers[2])
        alone = Settings(tmp_path / "alone", nights.registry, as_of=NIGHT_ONE)
        for stage in (stages.crawl, stages.normalize, stages.load, stages.publish):
            assert stage(alone).failures == ()
    assert_same(nights.home, alone.home, same_clock=False)
    assert outcomes(nights.home) == outcomes(alone.home)
    assert len(archive.manifests(nights.home)) == 2
    assert {path.suffix for path in archive.manifest_folder(nights.home).iterdir()} == {".jsonl"}
    (log,) = (nights.home / "runs").glob("*.log.jsonl*")
    assert log.read_text("utf-8").count("article stored") == len(reports), "what the shares said is in the night's log"


def outcomes(home: Path) -> list[tuple[Any, ...]]:
    names = ("portal_id", "outcome", "reason", "requests", "listed", "fetched", "stored", "rejected")
    return sorted(tuple(found[name] for name in names) for found in archive.rows(home) if found["kind"] == "portal")


class Hanging:
    """Two portals on two hosts; one answers, the other one lets its list be waited for."""

    def __init__(self, nights: Nights, stack: ExitStack) -> None:
        self.asked = threading.Event()
        self.over = threading.Event()
        self.by = ""
        stack.callback(self.over.set)
        quick = {
            LIST: listing(row(f"{LIST}t1.html", title("甲局", 2024))),
            f"{LIST}t1.html": article(title("甲局", 2024)),
        }
        servers = {
            "quick": stack.enter_context(PortalServer(quick, address="127.0.0.72")),
            "hanging": stack.enter_context(PortalServer({LIST: self._answer}, address="127.0.0.73")),
        }
        nights.declare(*(entry(name, server.host) for name, server in servers.items()))

    def _answer(self, asked: Asked) -> Page:
        self.by = asked.headers["user-agent"]
        self.asked.set()
        self.over.wait(60)
        return listing()

    def then(self, strike: Callable[[str], None]) -> None:
        def wait() -> None:
            assert self.asked.wait(60)
            strike(self.by)

        threading.Thread(target=wait, daemon=True).start()


PATIENT = {"DOWNLOAD_TIMEOUT": 120}


def test_other_software_is_refused(
    contacts: list[str], shared: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.sharing.runs.fingerprint", lambda portals: "another")
    nights = Nights(tmp_path)
    nights.declare(entry("one", "127.0.0.72:9"), entry("two", "127.0.0.73:9"))
    summary = nights.crawl(**shared)
    assert [portal.portal_id for portal in summary.failures] == ["one", "two"]
    assert all("Other software" in (portal.reason or "") for portal in summary.failures)


def test_no_deployment_and_no_server_are_told(shared: dict[str, Any], tmp_path: Path) -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.sharing.runs import CrawlRun
    from flows.sharing.worker import SharingError

    nights = Nights(tmp_path)
    nights.declare(entry("one", "127.0.0.72:9"), entry("two", "127.0.0.73:9"))
    with pytest.raises(SharingError, match="prefect deploy --name crawl-shard"):
        nights.crawl(**shared | {"crawl_process": partial(CrawlRun, "crawl-shard/none")})
    with (
        temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}),
        pytest.raises(SharingError, match="server did"),
    ):
        nights.crawl(**shared)
    assert archive.adopt(nights.home) == (), "the archive is free"


def test_a_worker_that_dies_costs_its_portals_and_no_others(
    workers: Workers, contacts: list[str], shared: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.sharing.runs.SILENT_SECONDS", 5.0)
    nights = Nights(tmp_path)
    with ExitStack() as stack:
        portals = Hanging(nights, stack)
        portals.then(workers.kill)
        summary = nights.crawl(**shared, scrapy_settings=PATIENT, loud=True)
        assert outcome(summary, "quick").outcome == "ok"
        assert "was silent for" in (outcome(summary, "hanging").reason or "")
        assert archive.adopt(nights.home) == (), "nobody writes any more, and nothing is half"


def test_what_no_worker_takes_is_given_up(
    workers: Workers, contacts: list[str], shared: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for contact in contacts:
        workers.kill(contact)
    monkeypatch.setattr("flows.sharing.runs.TAKEN_WITHIN_SECONDS", 3.0)
    nights = Nights(tmp_path)
    nights.declare(entry("one", "127.0.0.72:9"), entry("two", "127.0.0.73:9"))
    summary = nights.crawl(**shared)
    reasons = [portal.reason or "" for portal in summary.failures]
    assert ["no worker took this portal's share" in reason for reason in reasons] == [True] * 2, reasons


def test_a_worker_says_why_it_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.sharing.worker import SharingError, crawl_shard, fingerprint, wanted

    monkeypatch.delenv("GONGKAI_CONTACT", raising=False)
    crawl = CrawlProcess(tmp_path, archive.new_crawl_id(NIGHT_ONE), (), {"home": str(tmp_path), "portals": ""})

    def refusal(software: str = fingerprint(""), **other: str) -> str:
        with pytest.raises(SharingError) as caught:
            crawl_shard.fn(crawl.arguments | other, software, True, {}, {})
        return str(caught.value)

    assert "by a shared file system" in refusal()
    crawl.log.parent.mkdir(parents=True)
    with FileLock(wanted(crawl)):
        assert "GONGKAI_CONTACT is not set where this worker runs" in refusal()
        assert "Other software" in refusal("another")
        assert "workers must see it as well" in refusal(portals=str(tmp_path / "absent"))
    assert "whoever shared the crawl is gone" in refusal(), "the lock is free"


def test_a_worker_ends_what_nobody_waits_for_any_more(tmp_path: Path) -> None:
    from flows.sharing.worker import SharingError, crawl_shard, fingerprint, wanted

    nights = Nights(tmp_path)
    arguments = {"home": str(nights.home), "portals": str(nights.registry), "shard": "1"}
    crawl = CrawlProcess(nights.home, archive.new_crawl_id(NIGHT_ONE), (), arguments)
    crawl.log.parent.mkdir(parents=True)
    with ExitStack() as stack:
        portals = Hanging(nights, stack)
        waiting = stack.enter_context(FileLock(wanted(crawl), thread_local=False))
        portals.then(lambda by: waiting.release())
        with pytest.raises(SharingError, match="no longer"):
            crawl_shard.fn(crawl.arguments, fingerprint(arguments["portals"]), False, PATIENT, {})
        assert portals.asked.is_set()
        # It would be refused if the crawl were still at work.
        (manifest,) = archive.adopt(nights.home)
        assert manifest.stem == crawl.crawl_id
