"""A process that crawls: started with Scrapy's own command, followed by what its manifest gains, ended at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from spiders import archive
from spiders.registry import Portal

Progress = Callable[[str, int, int | None], None]

_FOLLOW_EVERY_SECONDS = 0.1
_LOG_TAIL_CHARACTERS = 1500


class CrawlProcess:
    """One crawl process of a home: its portals, its arguments, its manifest while it grows, its log.

    ``before`` is called in the process before it becomes a crawl, on systems that have forks.
    """

    def __init__(
        self,
        home: Path,
        crawl_id: str,
        portals: tuple[Portal, ...],
        arguments: Mapping[str, str],
        before: Callable[[], None] | None = None,
    ) -> None:
        self.home, self.crawl_id, self.portals, self.before = home, crawl_id, portals, before
        self.arguments = {**arguments, "crawl_id": crawl_id}
        self.log = archive.manifest_folder(home) / f"{crawl_id}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._position = 0

    @property
    def status(self) -> int | None:
        """The exit status; None while it runs."""
        return self._process.poll() if self._process is not None else None

    def start(self, contact: str | None, scrapy_settings: Mapping[str, object]) -> None:
        """Start the process; what it says goes to the log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                command(self.arguments, scrapy_settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(contact),
                cwd=self.home,
                preexec_fn=self.before,
            )

    def end(self) -> None:
        """End our own process at once: a gentle end would wait for the answers that it hangs on, and the archive
        loses nothing by a kill (documents come before rows, and what a crawl leaves is adopted)."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def news(self) -> tuple[int, int]:
        """How many portals were finished and documents fetched since this was last asked."""
        part = archive.part_path(self.home, self.crawl_id)
        # At its end the crawl renames the file, and its last rows are read under the final name.
        rows, self._position = archive.follow(part if part.exists() else part.with_suffix(""), self._position)
        portals = sum(row["kind"] == "portal" for row in rows)
        return portals, sum(row["kind"] == "fetch" and row["role"] != "list" for row in rows)

    def why_unfinished(self, timed_out: bool, elapsed_seconds: float) -> str:
        """Why a portal of this process has no outcome, as 'code: sentence'."""
        if timed_out:
            return f"timeout: the crawl was ended after {elapsed_seconds:.0f} seconds before this portal was done"
        tail = self.log.read_text(encoding="utf-8", errors="replace").strip()[-_LOG_TAIL_CHARACTERS:]
        said = f"; the end of its log: {tail}" if tail else ""
        return f"crashed: the crawl process ended with status {self.status} before this portal was done{said}"


def follow(crawls: Sequence[CrawlProcess], on_progress: Progress | None, timeout_seconds: float) -> bool:
    """Wait for all processes while reporting what their manifests gain; True when the time ran out."""
    deadline = time.monotonic() + timeout_seconds
    total, done, documents = sum(len(crawl.portals) for crawl in crawls), 0, 0
    report = on_progress or (lambda label, done, total: None)
    report("portals", 0, total)
    while True:
        running = None in [crawl.status for crawl in crawls]
        finished, fetched = (sum(counts) for counts in zip(*(crawl.news() for crawl in crawls), strict=True))
        if fetched:
            documents += fetched
            report("documents", documents, None)
        if finished:
            done += finished
            report("portals", done, total)
        if not running:
            report("portals", total, total)
            return False
        if time.monotonic() > deadline:
            return True
        time.sleep(_FOLLOW_EVERY_SECONDS)


def command(arguments: Mapping[str, str], scrapy_settings: Mapping[str, object]) -> list[str]:
    """The command line of a crawl process."""
    words = [sys.executable, "-m", "scrapy", "crawl", "portals"]
    for name, value in arguments.items():
        if value:
            words += ["-a", f"{name}={value}"]
    for name, setting in scrapy_settings.items():
        words += ["-s", f"{name}={setting}"]
    return words


def environment(contact: str | None) -> dict[str, str]:
    """The environment of a crawl process."""
    environment = dict(os.environ)
    root = str(Path(__file__).resolve().parent.parent)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH")]))
    environment["SCRAPY_SETTINGS_MODULE"] = "spiders.settings"
    environment["PYTHONUNBUFFERED"] = "1"
    # The caller's choice counts, not what happens to be in the environment.
    environment.pop("GONGKAI_CONTACT", None)
    environment.pop("GONGKAI_PORTALS", None)
    if contact:
        environment["GONGKAI_CONTACT"] = contact
    return environment
