"""Where a command works and for whom: the home folder, the registry, the contact address and the clock."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.errors import CalledWronglyError

HOME_VARIABLE = "GONGKAI_HOME"
PORTALS_VARIABLE = "GONGKAI_PORTALS"
CONTACT_VARIABLE = "GONGKAI_CONTACT"
DEBUG_VARIABLE = "GONGKAI_DEBUG"
PROCESSES_VARIABLE = "GONGKAI_CRAWL_PROCESSES"
DEPLOYMENT_VARIABLE = "GONGKAI_CRAWL_DEPLOYMENT"
NOTIFY_VARIABLE = "GONGKAI_NOTIFY"
MIRROR_VARIABLE = "GONGKAI_MIRROR"
DASK_VARIABLE = "GONGKAI_DASK"
DEFAULT_HOME = Path("data")


@dataclass(frozen=True)
class Settings:
    """What every stage needs to know; an option beats the environment, the environment beats the default.

    ``home`` is the folder of everything that is written, ``portals`` a folder of registry files (None: the
    shipped registry), ``contact`` the address in the user agent (None: only local portals are crawled),
    ``as_of`` the clock of schedules and manifests in UTC (None: the real one), ``crawl_processes`` how many processes
    share a crawl: one serves some five hundred hosts. ``crawl_deployment`` is the Prefect deployment that these are
    runs of, as flow and name (``crawl-shard/crawl-shard``); None: they are processes here. ``notify`` is the Prefect
    block that a night's notices are sent by, as type and name (``slack-webhook/ops``); None: they are only kept with
    the run. ``mirror`` is the second archive, a folder or ``s3://bucket/folder``; documents that were pruned are
    brought back from it. ``dask`` is the address of a Dask scheduler on whose workers documents are read; None: in
    processes here.
    """

    home: Path
    portals: Path | None = None
    contact: str | None = None
    as_of: datetime | None = None
    crawl_processes: int = 1
    crawl_deployment: str | None = None
    notify: str | None = None
    mirror: str | None = None
    dask: str | None = None

    @property
    def now(self) -> datetime:
        """The clock of this run, in UTC, to the second."""
        return (self.as_of or datetime.now(UTC)).replace(microsecond=0)


def resolve(home: Path | None = None, portals: Path | None = None, as_of: datetime | None = None) -> Settings:
    """Settings from options and environment, with absolute paths.

    Raises CalledWronglyError when the registry folder does not exist or the home is a file.
    """
    folder = home or _path(HOME_VARIABLE) or DEFAULT_HOME
    if folder.exists() and not folder.is_dir():
        raise CalledWronglyError(f"The home {folder} is not a folder. Name a folder with --home or {HOME_VARIABLE}.")
    registry = portals or _path(PORTALS_VARIABLE)
    if registry is not None and not registry.is_dir():
        raise CalledWronglyError(
            f"The registry {registry} is not a folder of YAML files. Name one with --portals or "
            f"{PORTALS_VARIABLE}, or neither for the registry that ships with gongkai."
        )
    return Settings(
        home=folder.resolve(),
        portals=registry.resolve() if registry else None,
        contact=os.environ.get(CONTACT_VARIABLE, "").strip() or None,
        as_of=as_of,
        crawl_processes=_count(PROCESSES_VARIABLE),
        crawl_deployment=_deployment(DEPLOYMENT_VARIABLE),
        notify=_block(NOTIFY_VARIABLE),
        mirror=os.environ.get(MIRROR_VARIABLE, "").strip() or None,
        dask=os.environ.get(DASK_VARIABLE, "").strip() or None,
    )


def parse_time(text: str) -> datetime:
    """A moment in UTC from ``2026-03-31`` or ``2026-03-31T02:00[:00][Z|+08:00]``; without a zone it is UTC.

    Raises ValueError when the text is neither.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def debugging() -> bool:
    """Whether the user asked for tracebacks."""
    return os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")


def _count(variable: str) -> int:
    text = os.environ.get(variable, "").strip()
    if not text:
        return 1
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 64:
        raise CalledWronglyError(f"{variable} is {text!r}; write a number from 1 to 64.")
    return int(text)


def _block(variable: str) -> str | None:
    text = os.environ.get(variable, "").strip()
    if text and not re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+", text):
        raise CalledWronglyError(
            # What was written may be the address itself, which is a secret.
            f"{variable} names no block; write the type and the name of one that is saved in Prefect, such as "
            "slack-webhook/ops."
        )
    return text or None


def _deployment(variable: str) -> str | None:
    text = os.environ.get(variable, "").strip()
    if text and not re.fullmatch(r"[^/]+/[^/]+", text):
        raise CalledWronglyError(
            f"{variable} is {text!r}; write a flow and its deployment, such as crawl-shard/crawl-shard."
        )
    return text or None


def _path(variable: str) -> Path | None:
    text = os.environ.get(variable, "").strip()
    return Path(text).expanduser() if text else None
