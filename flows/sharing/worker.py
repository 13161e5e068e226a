"""The flow that a worker runs: one shard of a crawl, in the home of who shared it, as long as they want it.

A starter on another machine is heard by its lock on a file of the home, which the system gives free when it dies; the
worker is heard by the time of the crawl's log.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import signal
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from prefect import flow

import spiders
from flows.errors import GongkaiError
from flows.settings import CONTACT_VARIABLE
from spiders.process import CrawlProcess

BEAT_SECONDS = 1.0
_PR_SET_PDEATHSIG = 1  # of sys/prctl.h


class SharingError(GongkaiError):
    """A shard of a crawl cannot be started, or broke off."""


@flow(name="crawl-shard")
def crawl_shard(
    arguments: dict[str, str],
    software: str,
    contact: bool,
    scrapy_settings: dict[str, Any],
    surroundings: dict[str, str],
) -> None:
    """Crawl some portals into a home that other machines write to as well.

    Args:
        arguments: of the spider: `home`, `crawl_id`, `portal` and the others.
        software: the fingerprint of the software and the registry of who shares the crawl.
        contact: whether portals are asked with the contact address, which is this worker's own.
        scrapy_settings: overrides of Scrapy settings.
        surroundings: environment variables that name the log of the run.

    Raises:
        SharingError: when the crawl may not be run here, nobody wants it any more, or its process died.
    """
    crawl = CrawlProcess(Path(arguments["home"]), arguments["crawl_id"], (), arguments, _end_with_parent)
    if not is_wanted(crawl):
        raise SharingError(
            f"{crawl.home} is not the home of a crawl {crawl.crawl_id} that somebody waits for: a worker must see it "
            "under the same path, by a shared file system with locks; or whoever shared the crawl is gone."
        )
    if fingerprint(arguments["portals"]) != software:
        raise SharingError(
            "Other software or another registry than where the crawl was shared is on this worker. Install the same "
            "version everywhere and start the worker anew: what is fetched must not depend on where."
        )
    address = os.environ.get(CONTACT_VARIABLE, "").strip() if contact else ""
    if contact and not address:
        raise SharingError(f"{CONTACT_VARIABLE} is not set where this worker runs: set it and start the worker anew.")
    os.environ.update(surroundings)
    try:
        crawl.start(address or None, scrapy_settings)
        while crawl.status is None:
            if not is_wanted(crawl):
                raise SharingError("Whoever shared the crawl waits for it no longer.")
            crawl.log.touch()
            time.sleep(BEAT_SECONDS)
    finally:
        crawl.end()
    if crawl.status != 0:
        raise SharingError(crawl.why_unfinished(False, 0))


def wanted(crawl: CrawlProcess) -> Path:
    """The file that whoever waits for a crawl holds a lock on."""
    return crawl.log.with_suffix(".wanted")


def is_wanted(crawl: CrawlProcess) -> bool:
    """Whether somebody waits for a crawl."""
    if not wanted(crawl).exists():
        return False
    try:
        with FileLock(wanted(crawl), timeout=0):
            return False
    except Timeout:
        return True


def fingerprint(portals: str) -> str:
    """A hash of the spiders, of the versions of what they stand on and of a registry folder ("": that of the spiders).

    Raises SharingError when the folder is not there.
    """
    found = hashlib.sha256(" ".join(version(name) for name in ("scrapy", "lxml")).encode())
    for folder in (Path(spiders.__file__).parent, *([Path(portals)] if portals else [])):
        for path in _files(folder):
            found.update(f"{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise SharingError(f"The registry {folder} is not a folder on this machine; workers must see it as well.")
    yield from sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".yaml"))


def _end_with_parent() -> None:
    """Have Linux end the crawl with the flow run, even when that is killed: nobody else would end it."""
    with contextlib.suppress(OSError, AttributeError):  # other systems have no such call
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
