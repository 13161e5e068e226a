"""How we ask: slots by network address, the delay from the end of an answer, guards on each hop, the breaker.

Scrapy counts a delay from the start of a request and keeps slots by host name; contract §6 counts from the
end of the answer and by the address that hosts resolve to, robots.txt included.
"""

from __future__ import annotations

import time
import weakref
from typing import Any, cast

from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.core.downloader.handlers import DownloadHandlers
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred

from spiders import addresses
from spiders.asking import challenges, limits
from spiders.registry import Portal
from spiders.registry.model import MINIMUM_DELAY_SECONDS

_NIGHTS: weakref.WeakKeyDictionary[Crawler, limits.NightState] = weakref.WeakKeyDictionary()


class Refused(IgnoreRequest):
    """A request that we do not make, or an answer that we do not take; `code` names why."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code


class ChallengeMet(Refused):
    """The host answered with a challenge; `response` is kept as evidence."""

    def __init__(self, sentence: str, response: Response) -> None:
        super().__init__("challenge", sentence)
        self.response = response


def night_of(crawler: Crawler) -> limits.NightState:
    """The state of hosts and addresses of this crawl process."""
    return _NIGHTS.setdefault(crawler, limits.NightState())


def budget_of(crawler: Crawler) -> limits.Budget:
    """The budget of an address and night, from the settings."""
    return limits.Budget(
        requests=crawler.settings.getint("GONGKAI_ADDRESS_REQUESTS"),
        seconds=crawler.settings.getfloat("GONGKAI_ADDRESS_SECONDS"),
    )


def delay_seconds(night: limits.NightState, request: Request) -> float:
    """The delay a request's portal and robots.txt ask for; at least two seconds for any public address."""
    portal: Portal = request.meta["portal"]
    asked = night.host(request.url).robots_crawl_delay_seconds or 0.0
    delay = max(portal.politeness.delay_seconds, night.declared_delay(request.url), asked)
    if not addresses.is_private_address(request.meta["address"]):
        delay = max(delay, MINIMUM_DELAY_SECONDS)
    return delay


def refuse_if_stopped(
    night: limits.NightState, budget: limits.Budget, request: Request, wait_seconds: float = 0.0
) -> None:
    """Raise Refused when the host is stopped, the address's budget spent, also by the wait for the request's turn, or
    the portal's allowance used."""
    host = night.host(request.url)
    if host.stopped:
        raise Refused("host_stopped", f"{addresses.host_key(request.url)} is not asked again tonight: {host.stopped}")
    spent = budget.spent(night.address(request.meta["address"]), time.monotonic() + wait_seconds)
    if spent:
        raise Refused("budget", f"{spent} for {request.meta['address']}")
    portal: Portal = request.meta["portal"]
    allowance = night.allowances.get(portal.id)
    if allowance is not None and night.requests.get(portal.id, 0) >= allowance:
        raise Refused("night_limit", "a portal that blocks is asked four times a night at most")


class _CountedHandlers(DownloadHandlers):
    """Download handlers that count real requests and note when each answer ended."""

    def __init__(self, crawler: Crawler, downloader: PoliteDownloader) -> None:
        super().__init__(crawler)
        self._counted_crawler = crawler
        self._downloader = downloader
        self._budget = budget_of(crawler)

    async def download_request_async(self, request: Request) -> Response:
        night = night_of(self._counted_crawler)
        # The host may have been stopped while this request waited for its turn.
        refuse_if_stopped(night, self._budget, request)
        night.count(request.meta["portal"].id, request.meta["address"], time.monotonic())
        try:
            response = await super().download_request_async(request)
            encoding = response.headers.get(b"Content-Encoding")
            request.meta["content_encoding"] = encoding.decode("latin-1") if encoding else None
            return response
        finally:
            self._downloader.answered(request)


class PoliteDownloader(Downloader):
    """Scrapy's downloader with slots by address and the delay from the end of an answer."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.handlers = _CountedHandlers(crawler, self)
        self._delays: dict[str, float] = {}

    def get_slot_key(self, request: Request) -> str:
        # Never from meta["download_slot"]: a redirect copies it from another host.
        return str(request.meta.get("address") or urlparse_cached(request).hostname or "")

    def _get_slot(self, request: Request, spider: Any = None) -> tuple[str, Slot]:
        key, slot = super()._get_slot(request)
        wanted = delay_seconds(night_of(self.crawler), request)
        # The most careful portal at an address decides, also after Scrapy has dropped an idle slot.
        self._delays[key] = slot.delay = max(self._delays.get(key, 0.0), wanted)
        return key, slot

    def answered(self, request: Request) -> None:
        """Note the end of an answer: the next request to this address waits its delay from now."""
        slot = self.slots.get(request.meta[self.DOWNLOAD_SLOT])
        if slot is not None:
            slot.lastseen = max(slot.lastseen, time.monotonic())

    def postpone(self, request: Request, seconds: float) -> None:
        """Let the next request to this address wait at least this long from now (Retry-After)."""
        slot = self.slots.get(request.meta[self.DOWNLOAD_SLOT])
        if slot is not None:
            slot.lastseen = max(slot.lastseen, time.monotonic() + seconds - slot.delay)


class GuardMiddleware:
    """Passes only requests to declared hosts; it sees first requests, redirects, retries, robots.txt."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._budget = budget_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise Refused for what is not to be asked; note the address that the host resolves to."""
        portal: Portal | None = request.meta.get("portal")
        if portal is None:
            raise Refused("undeclared", f"{request.url} belongs to no portal of the registry")
        if addresses.url_scheme(request.url) not in addresses.DEFAULT_PORTS:
            raise Refused("scheme", f"{request.url[:80]} is neither http nor https")
        if not addresses.declared(request.url, portal.hosts):
            host = addresses.host_key(request.url) or request.url[:80]
            raise Refused("foreign_host", f"{host} is not a declared host of this portal")
        address = await self._resolve(urlparse_cached(request).hostname or "")
        if addresses.is_private_address(address) and not portal.local:
            raise Refused("private_address", f"{addresses.host_key(request.url)} resolves to {address}")
        request.meta["address"] = address
        night = night_of(self.crawler)
        refuse_if_stopped(night, self._budget, request, delay_seconds(night, request))

    async def _resolve(self, host: str) -> str:
        from twisted.internet import reactor

        try:
            # Scrapy's own caching resolver: the connection is made to the address that was judged here.
            resolving: Deferred[Any] = cast(Any, reactor).resolve(host)
            return str(await maybe_deferred_to_future(resolving))
        except Exception as error:
            raise CannotResolveHostError(f"{host} has no address ({error})") from error


class WatchMiddleware:
    """Watches answers: refusals feed the breaker, Retry-After is honoured, a challenge stops its host."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._longest = crawler.settings.getfloat("GONGKAI_RETRY_AFTER_MAX_SECONDS")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> WatchMiddleware:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Give the response back, or raise ChallengeMet."""
        host = night_of(self.crawler).host(request.url)
        cookies = [value.decode("latin-1") for value in response.headers.getlist(b"Set-Cookie")]
        challenge = challenges.challenge_in(response.status, response.body, cookies)
        if challenge:
            host.stop(f"it answered with {challenge}")
            raise ChallengeMet(f"{request.url} answered with {challenge}; it is not solved", response)
        if challenges.refuses(response.status, response.body, request.method):
            host.refuse(response.status)
        header = response.headers.get(b"Retry-After")
        if header and response.status >= 400:
            wait = limits.retry_after_seconds(header.decode("latin-1"), time.time())
            if wait is not None and wait > self._longest:
                host.stop(f"it asked to come back after {wait:.0f} seconds")
            elif wait is not None:
                downloader = self.crawler.engine.downloader if self.crawler.engine else None
                if isinstance(downloader, PoliteDownloader):
                    downloader.postpone(request, wait)
        return response


class NamedRedirectMiddleware(RedirectMiddleware):
    """Scrapy's redirects, with a name of its own for a loop, which counts for the breaker.

    An address that comes again without any cookie having been set on the way answers as before: it is not asked again.
    """

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        # A redirect takes this along.
        request.meta["cookie_set"] = request.meta.get("cookie_set", False) or b"Set-Cookie" in response.headers
        return super().process_response(request, response)

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        asked = [*request.meta.get("redirect_urls", ()), request.url]
        again = redirected.url in asked and redirected.method == request.method and not request.meta["cookie_set"]
        try:
            if not again:
                return super()._redirect(redirected, request, reason)
        except IgnoreRequest as error:
            raise self._loop(redirected, request) from error
        raise self._loop(redirected, request)

    def _loop(self, redirected: Request, request: Request) -> Refused:
        night_of(self.crawler).host(request.url).loop()
        first = (request.meta.get("redirect_urls") or [request.url])[0]
        times = request.meta.get("redirect_times", 0)
        sentence = f"{first} was still redirecting after {times} redirects, to {redirected.url}"
        return Refused("redirect_loop", sentence)
