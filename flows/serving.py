"""Serves the nightly job as a Prefect deployment: a server where none is configured, a schedule, and what runs it.

Importing this module does not import Prefect; serving does.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flows.errors import CalledWronglyError, GongkaiError
from flows.lock import one_writer
from flows.prefect_environment import ALWAYS, end_leftover_servers
from flows.settings import Settings

DEPLOYMENT = "nightly"
# Where Prefect itself shows its pages, if that port is free.
USUAL_PORT = 4200
# The first start makes the server's database.
START_SECONDS = 180.0
END_SECONDS = 20.0

# Unless the caller has chosen otherwise: who looks at the server's pages sees what each stage said.
UNLESS_SET = {
    "PREFECT_LOGGING_LEVEL": "INFO",
    "PREFECT_LOGGING_TO_API_ENABLED": "true",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    # One look every ten seconds; a night's job does not need more.
    "PREFECT_RUNNER_POLL_FREQUENCY": "10",
}

_NO_CRON = '--cron {!r} is no cron line: {}. Write five fields, such as "0 2 * * *" for two in the morning.'


class ServerError(GongkaiError):
    """The Prefect server does not start, or has ended while we served."""


def serve(settings: Settings, cron: str, timezone: str, say: Callable[[str], None]) -> None:
    """Serve the nightly job until interrupted; the schedule stays active, whatever ends us.

    With ``PREFECT_API_URL`` set, that server is used; else one is started beside, on loopback, whose database is in
    ``runs/.prefect-server`` of the home, so that schedule and history are there after a restart.

    Args:
        settings: home, registry and contact of the runs.
        cron: five fields, as crontab has them.
        timezone: name of the time zone that the fields are in, such as Asia/Shanghai.
        say: is told where the server is and when the job runs.

    Raises:
        CalledWronglyError: when the cron line or the time zone is none.
        ServerError: when the server does not start, or ends.
    """
    _check_timezone(timezone)
    if len(cron.split()) != 5:
        raise CalledWronglyError(_NO_CRON.format(cron, "it has other than five fields"))
    folder = settings.home / "runs" / ".prefect-server"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PREFECT_HOME"] = str(folder)
    os.environ.update(ALWAYS)
    for name, value in UNLESS_SET.items():
        os.environ.setdefault(name, value)
    with one_writer(folder, "gongkai serve"), _server(folder) as url:
        # Settings are read when Prefect is imported; it takes seconds.
        from prefect.flows import EntrypointType
        from prefect.schedules import Cron

        from flows.nightly import nightly

        try:
            schedule = Cron(cron, timezone=timezone)
        except ValueError as error:
            raise CalledWronglyError(_NO_CRON.format(cron, error)) from error
        say(f"The nightly job of {settings.home} runs at {cron} ({timezone}). Prefect: {url.removesuffix('/api')}")
        say("Stop with Ctrl-C; the schedule stays, and runs that were missed start when this is served again.")
        nightly.serve(
            name=DEPLOYMENT,
            schedule=schedule,
            parameters={"home": str(settings.home), "portals": str(settings.portals) if settings.portals else None},
            description="Crawl the portals, read what is new, build the warehouse and publish it.",
            # A home has one writer; a second run would only be refused.
            limit=1,
            pause_on_shutdown=False,
            print_starting_message=False,
            # The flow is part of an installed package: where the command was called does not matter.
            entrypoint_type=EntrypointType.MODULE_PATH,
        )


def _check_timezone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CalledWronglyError(f"--timezone {name!r} is no time zone; write one such as Asia/Shanghai.") from error


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[str]:
    """Address of the API that is configured, or of a server of our own, which ends with us."""
    configured = os.environ.get("PREFECT_API_URL", "").strip()
    if configured:
        yield configured
        return
    end_leftover_servers(folder)
    port = _free_port()
    url = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_for(url, server, folder)
        os.environ["PREFECT_API_URL"] = url
        ending = threading.Event()
        threading.Thread(target=_interrupt_at_end_of, args=(server, ending), daemon=True).start()
        try:
            yield url
        finally:
            lost = server.poll() is not None
            ending.set()
        if lost:
            raise ServerError(f"The Prefect server has ended; its log is {folder / 'server.log'}. Serve again.")
    finally:
        _end(server)


def _free_port() -> int:
    """The usual port, or any other where that is taken."""
    for port in (USUAL_PORT, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise ServerError("No port of 127.0.0.1 is free for the Prefect server.")


def _wait_for(url: str, server: subprocess.Popen[bytes], folder: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), opener.open(f"{url}/health", timeout=5):
            return
        time.sleep(0.5)
    raise ServerError(f"The Prefect server did not start; its log is {folder / 'server.log'}.")


def _interrupt_at_end_of(server: subprocess.Popen[bytes], ending: threading.Event) -> None:
    """Without its server a runner asks on for ever; a service manager starts again what has ended."""
    while not ending.wait(1.0):
        if server.poll() is not None:
            os.kill(os.getpid(), signal.SIGTERM)
            return


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server with its children: they are a group of their own."""
    for stop in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, stop)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(END_SECONDS)
            return
