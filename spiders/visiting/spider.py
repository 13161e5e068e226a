"""The spider under every family: options, one manifest, all selected portals, one row for each."""

from __future__ import annotations

import asyncio
import datetime
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError

from spiders import archive, log, registry
from spiders.archive import PortalHistory
from spiders.asking.politeness import night_of
from spiders.families import FAMILIES, entries
from spiders.registry import Portal
from spiders.visiting import articles, changes, expectations
from spiders.visiting.night import Night, PortalResult, is_failure
from spiders.visiting.visit import ListFailed, Stopped, Visit

NOT_AGAIN = "; not asked again tonight"
NO_CONTACT = "GONGKAI_CONTACT is not set: without an address to write to only local portals are crawled"


class PortalSpider(Spider):
    """Visits registry entries. Arguments (-a): portal, year, recheck, as_of, home, portals, crawl_id, sample, shard.

    `portal` is one id or a comma list, or @ and a file that holds it (default: all, or all of the spider's `family`);
    `year` a comma list of report years; `home` and `portals` default to GONGKAI_HOME and GONGKAI_PORTALS. The spiders
    yield one PortalResult a portal.
    """

    family: ClassVar[str | None] = None

    def __init__(
        self,
        name: str | None = None,
        *,
        portal: str = "",
        year: str = "",
        recheck: str = "0",
        as_of: str = "",
        home: str = "",
        portals: str = "",
        crawl_id: str = "",
        sample: str = "",
        shard: str = "",
        **unknown: Any,
    ) -> None:
        super().__init__(name)
        if unknown:
            raise UsageError(f"unknown argument -a {', '.join(unknown)}")
        self.home = Path(home or os.environ.get("GONGKAI_HOME") or "data")
        folder = portals or os.environ.get("GONGKAI_PORTALS")
        try:
            self.selected = self._select(registry.load(Path(folder) if folder else None), portal)
            self.as_of = parse_time(as_of)
            self.years = tuple(sorted({int(word) for word in year.split(",") if word.strip()}))
        except (registry.RegistryError, registry.UnknownPortal, ValueError, OSError) as error:
            raise UsageError(str(error)) from error
        self.sample = int(sample) if sample else None
        self.shard = int(shard) if shard else None
        self.recheck = recheck.strip().lower() in ("1", "true", "yes")
        self.crawl_id = crawl_id or archive.new_crawl_id(self.as_of)
        self._writer: archive.ManifestWriter | None = None
        self._log = log.join(self.crawl_id)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> PortalSpider:
        """As Scrapy does, and close the manifest when the spider closes, however that comes."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.close_manifest, signal=signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Visit all portals side by side; a fault of one is the row of that one."""
        writer = self._writer = archive.ManifestWriter(self.home, self.crawl_id, self.shard)
        night = Night(
            crawler=self.crawler,
            home=self.home,
            crawl_id=self.crawl_id,
            as_of=self.as_of,
            years=self.years,
            recheck=self.recheck,
            knowledge=archive.learn(self.home, {portal.id for portal in self.selected}),
            writer=writer,
            sample=self.sample,
        )
        night.write_beginning(self.selected)
        for portal in self.selected:
            if portal.why_not_crawled() is None:
                night_of(self.crawler).declare_delay(portal.hosts, portal.politeness.delay_seconds)
        gate = asyncio.Semaphore(self.settings.getint("GONGKAI_PORTALS_AT_ONCE"))

        async def in_turn(portal: Portal) -> PortalResult:
            async with gate:
                return await self._visit(night, portal)

        for finished in asyncio.as_completed([in_turn(portal) for portal in self.selected]):
            yield await finished
        night.write_end()

    def close_manifest(self) -> None:
        """Give the manifest its final name."""
        if self._writer is not None:
            self._writer.close()
        if self._log is not None:
            log.leave(self._log)

    def _select(self, portals: tuple[Portal, ...], wanted: str) -> tuple[Portal, ...]:
        if wanted.startswith("@"):
            wanted = Path(wanted[1:]).read_text("utf-8")
        ids = [word.strip() for word in wanted.split(",") if word.strip()]
        selected = registry.select(portals, ids)
        if self.family is None:
            return selected
        foreign = [portal.id for portal in selected if portal.family != self.family]
        if ids and foreign:
            raise ValueError(f"{', '.join(foreign)}: not of the family {self.family}")
        return tuple(portal for portal in selected if portal.family == self.family)

    async def _visit(self, night: Night, portal: Portal) -> PortalResult:
        began = time.monotonic()
        history = night.knowledge.history(portal.id)
        result = self._not_asked(night, portal, history)
        if result is None:
            try:
                result = await self._crawl(night, portal, history, began)
            except Exception as error:
                self.logger.exception("portal %s", portal.id)
                result = PortalResult(portal.id, "failed", True, f"internal: {type(error).__name__}: {error}")
                result.requests = night_of(self.crawler).requests.get(portal.id, 0)
                result.elapsed_seconds = round(time.monotonic() - began, 3)
        night.writer.write(row := result.row(night.crawl_id))
        log.tell(row)
        return result

    def _not_asked(self, night: Night, portal: Portal, history: PortalHistory) -> PortalResult | None:
        why = portal.why_not_crawled()
        if why is None and not portal.local and not self.settings["CONTACT"]:
            why = NO_CONTACT
        if why is not None:
            return PortalResult(portal.id, "skipped", False, why)
        allowance = self._allowance(night, history)
        if allowance is None:
            return None
        night_of(self.crawler).allowances[portal.id] = allowance
        if allowance > 0 or history.last_outcome is None:
            return None
        reason = f"{(history.last_reason or '').removesuffix(NOT_AGAIN)}{NOT_AGAIN}"
        return PortalResult(portal.id, history.last_outcome, history.last_failure, reason)

    def _allowance(self, night: Night, history: PortalHistory) -> int | None:
        """Requests left tonight for a portal that blocked, looped or forbade us earlier; None: no limit."""
        code = (history.last_reason or "").split(":", 1)[0]
        blocked = history.last_outcome in ("challenge", "refused_by_robots") or (
            history.last_outcome == "failed" and code in ("host_stopped", "night_limit", "refused", "redirect_loop")
        )
        if not blocked:
            return None
        length = datetime.timedelta(seconds=self.settings.getfloat("GONGKAI_NIGHT_SECONDS"))
        used = sum(
            requests
            for moment, outcome, requests in history.recent
            if outcome not in ("ok", "budget") and datetime.timedelta(0) <= night.as_of - moment < length
        )
        return max(0, self.settings.getint("GONGKAI_BLOCKED_PORTAL_REQUESTS") - used) if used else None

    async def _crawl(self, night: Night, portal: Portal, history: PortalHistory, began: float) -> PortalResult:
        visit = Visit(night, portal if night.sample is None else portal.at_a_look())
        result = visit.result
        try:
            await entries.read_lists(visit, FAMILIES[portal.family])
            await articles.read_articles(visit)
            if night.sample is not None:
                visit.write_candidates()
            expectations.check(visit, history)
            await changes.judge(visit)
        except ListFailed as error:
            result.outcome = "refused_by_robots" if error.code == "robots" else "failed"
            result.reason = str(error)
        except Stopped as error:
            outcomes = {"challenge": "challenge", "budget": "budget"}
            result.outcome, result.reason = outcomes.get(error.code, "failed"), str(error)
        result.listed, result.of_some_years = len(visit.candidates), bool(night.years)
        visit.finish(began)
        result.failure = result.failure or is_failure(result.outcome, history)
        return result


def parse_time(text: str) -> datetime.datetime:
    """An --as-of time (ISO 8601; without a zone it is UTC); now when the text is empty.

    Raises:
        ValueError: when the text is no such time.
    """
    if not text:
        return datetime.datetime.now(datetime.UTC)
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
