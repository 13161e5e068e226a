"""What all portals of one crawl share: clock, options, manifest, and the outcome of each portal."""

from __future__ import annotations

import datetime
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler

from spiders import archive
from spiders.archive.manifest import timestamp
from spiders.registry import Portal


@dataclass
class Night:
    """One crawl: everything its portals need and none of them owns."""

    crawler: Crawler
    home: Path
    crawl_id: str
    as_of: datetime.datetime
    years: tuple[int, ...]
    recheck: bool
    knowledge: archive.Knowledge
    writer: archive.ManifestWriter
    # Only a look: so many lists and so many articles of each portal. None is all.
    sample: int | None = None
    started_seconds: float = field(default_factory=time.monotonic)

    def now(self) -> datetime.datetime:
        """The crawl's clock: --as-of, and the time that has passed since."""
        return self.as_of + datetime.timedelta(seconds=time.monotonic() - self.started_seconds)

    def wants(self, report_year: int | None) -> bool:
        """True when --year asks for this report year, or the year is not known."""
        return not self.years or report_year is None or report_year in self.years

    def write_beginning(self, portals: tuple[Portal, ...]) -> None:
        """The first row of the manifest."""
        self.writer.write(
            {
                "kind": "crawl",
                "crawl_id": self.crawl_id,
                "started_at": timestamp(datetime.datetime.now(datetime.UTC)),
                "as_of": timestamp(self.as_of),
                "portals": [portal.as_dict() for portal in portals],
                "options": {"years": list(self.years) or None, "recheck": self.recheck},
            }
        )

    def write_end(self) -> None:
        """The last row of the manifest: every portal was visited or left out on purpose."""
        self.writer.write({"kind": "end", "crawl_id": self.crawl_id, "finished_at": timestamp(self.now())})


@dataclass
class PortalResult:
    """The portal row while it is counted: ok, failed, challenge, refused_by_robots, skipped or budget."""

    portal_id: str
    outcome: str = "ok"
    failure: bool = False
    reason: str | None = None
    requests: int = 0
    listed: int = 0
    fetched: int = 0
    stored: int = 0
    unchanged: int = 0
    rejected: int = 0
    vanished: list[str] = field(default_factory=list)
    column_name: str | None = None
    of_some_years: bool = False  # asked for some years only: ``listed`` is no count of its lists
    elapsed_seconds: float = 0.0

    def row(self, crawl_id: str) -> dict[str, Any]:
        """The row as the manifest holds it."""
        return {"kind": "portal", "crawl_id": crawl_id, **asdict(self)}


def is_failure(outcome: str, history: archive.PortalHistory) -> bool:
    """Contract §1: a portal that challenges; one that fails and answered last time or was never reached."""
    if outcome == "challenge":
        return True
    return outcome == "failed" and (not history.ever_ok or history.last_outcome in ("ok", "budget"))
