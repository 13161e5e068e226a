"""robots.txt, obeyed: rules and Crawl-delay of each origin; no challenge or HTML page is taken for rules."""

from __future__ import annotations

import math
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler, load_object
from twisted.internet.defer import Deferred

from spiders.asking.faults import fault
from spiders.asking.politeness import ChallengeMet, Refused, budget_of, night_of
from spiders.reading.pages import looks_like_html

# RFC 9309 §2.5: at least 500 kibibytes are to be read.
MAX_ROBOTS_BYTES = 512 * 1024


class RobotsMiddleware:
    """Asks each origin for its robots.txt once a crawl, politely, and refuses what it forbids."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._user_agent = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._parser = load_object(crawler.settings["ROBOTSTXT_PARSER"])
        self._night_seconds = budget_of(crawler).seconds
        self._known: dict[str, RobotParser | Refused | None] = {}
        self._waiting: dict[str, list[Deferred[None]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise Refused: `robots` for a forbidden address, or what kept robots.txt from being read."""
        if request.meta.get("is_robots"):
            return
        rules = await self._rules(request)
        if isinstance(rules, ChallengeMet):
            raise ChallengeMet(str(rules).split(": ", 1)[1], rules.response)
        if isinstance(rules, Refused):
            raise Refused(rules.code, str(rules).split(": ", 1)[1])
        if rules is not None and not rules.allowed(request.url, self._user_agent):
            raise Refused("robots", f"robots.txt forbids {request.url}")

    async def _rules(self, request: Request) -> RobotParser | Refused | None:
        url = urlparse_cached(request)
        origin = f"{url.scheme}://{url.netloc}"
        while origin in self._waiting:
            turn: Deferred[None] = Deferred()
            self._waiting[origin].append(turn)
            await maybe_deferred_to_future(turn)
        if origin in self._known:
            return self._known[origin]
        self._waiting[origin] = []
        try:
            rules = await self._ask(origin, request)
            # A portal's own limit says nothing about the host: the next portal may ask.
            if not (isinstance(rules, Refused) and rules.code in ("budget", "night_limit")):
                self._known[origin] = rules
            return rules
        finally:
            for turn in self._waiting.pop(origin):
                turn.callback(None)

    async def _ask(self, origin: str, request: Request) -> RobotParser | Refused | None:
        asked = Request(
            f"{origin}/robots.txt",
            meta={"portal": request.meta["portal"], "is_robots": True},
            callback=NO_CALLBACK,
        )
        assert self.crawler.engine
        try:
            response = await self.crawler.engine.download_async(asked)
        except Refused as refused:
            # A robots.txt that leads elsewhere is none (RFC 9309 §2.3.1.2, .3).
            return None if refused.code in ("foreign_host", "private_address") else refused
        except Exception as error:
            code, sentence = fault(error)
            return Refused(code, f"{origin}/robots.txt could not be read, so nothing was asked: {sentence}")
        if response.status >= 500:
            return Refused("server_error", f"{origin}/robots.txt answered {response.status}, so nothing was asked")
        return self._parse(request, response)

    def _parse(self, request: Request, response: Response) -> RobotParser | Refused | None:
        kind = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
        if response.status != 200 or (looks_like_html(response.body) and response.body.lstrip()[:1] == b"<"):
            return None
        if kind.startswith(("text/html", "application/xhtml")) and b"<html" in response.body[:2048].lower():
            return None
        rules: Any = build_from_crawler(self._parser, self.crawler, response.body[:MAX_ROBOTS_BYTES])
        delay = rules.crawl_delay(self._user_agent)
        if delay is not None and math.isfinite(delay) and delay > 0:
            if delay > self._night_seconds:
                # Nobody waits for that: it is said to keep crawlers out.
                return Refused("robots", f"robots.txt asks for a pause of {delay:g} seconds, longer than a night")
            night_of(self.crawler).host(request.url).robots_crawl_delay_seconds = delay
        return rules
