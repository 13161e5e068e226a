"""Makes Prefect quiet, offline and at home in our folder; to be called before anything imports Prefect."""

from __future__ import annotations

import os
import signal
from pathlib import Path

# Whatever the surroundings say: nothing about a run leaves this machine.
ALWAYS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
}
# Unless the caller has chosen otherwise. CRITICAL: a failed stage is in our own summary, without a traceback.
UNLESS_SET = {
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    # The first start makes the server's database; a slow disk needs more than the default of 20 seconds.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}


def prepare(home: Path) -> None:
    """Point Prefect at ``runs/.prefect`` in the home and switch telemetry and log lines off.

    The caller holds the home's lock: whatever still serves this folder was left by a run that was killed.
    """
    folder = home / "runs" / ".prefect"
    folder.mkdir(parents=True, exist_ok=True)
    end_leftover_servers(folder)
    os.environ["PREFECT_HOME"] = str(folder)
    os.environ.update(ALWAYS)
    for name, value in UNLESS_SET.items():
        os.environ.setdefault(name, value)


def end_leftover_servers(folder: Path) -> None:
    """End Prefect servers that a killed run left on our folder; only where the system tells (Linux's /proc).

    The server is a process of its own and outlives a parent that is killed without warning.
    """
    for process in Path("/proc").glob("[0-9]*"):
        try:
            surroundings = (process / "environ").read_bytes().split(b"\0")
            if f"PREFECT_HOME={folder}".encode() not in surroundings or int(process.name) == os.getpid():
                continue
            # A server of a flow is a module of its own, one of `gongkai serve` the command `prefect server`.
            if b"prefect.server" in (process / "cmdline").read_bytes().replace(b"\0", b"."):
                os.kill(int(process.name), signal.SIGTERM)
        except OSError:
            continue  # another user's, or gone meanwhile
