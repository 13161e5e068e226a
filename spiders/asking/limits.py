"""What the hosts and addresses of one crawl process have done and may still be asked: breaker and budgets.

Small records without Scrapy, so that every rule can be read and tested by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from spiders.addresses import host_key, host_name

REFUSALS_BEFORE_STOP = 2
LOOPS_BEFORE_STOP = 2


def retry_after_seconds(value: str, now_epoch_seconds: float) -> float | None:
    """Seconds to wait by a Retry-After header (number or HTTP date, RFC 9110 §10.2.3); None: unreadable."""
    value = value.strip()
    if re.fullmatch(r"\d{1,9}", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, moment.timestamp() - now_epoch_seconds)


@dataclass
class HostState:
    """What one host (as declared) has done tonight; the only mutable record of the guards."""

    refusals: int = 0
    loops: int = 0
    stopped: str | None = None
    robots_crawl_delay_seconds: float | None = None

    def refuse(self, status: int) -> None:
        """Count a refusing status; the second one stops the host for the night (families.md §3)."""
        self.refusals += 1
        if self.refusals >= REFUSALS_BEFORE_STOP:
            self.stop(f"{self.refusals} refusals, the last with status {status}")

    def loop(self) -> None:
        """Count a redirect loop; the second one stops the host for the night."""
        self.loops += 1
        if self.loops >= LOOPS_BEFORE_STOP:
            self.stop(f"{self.loops} redirect loops")

    def stop(self, reason: str) -> None:
        """No further request to this host tonight; the first reason is kept."""
        self.stopped = self.stopped or reason


@dataclass
class AddressUse:
    """Requests and time that one network address has been given tonight."""

    requests: int = 0
    first_request_seconds: float | None = None


@dataclass(frozen=True)
class Budget:
    """How much one address may be asked in one night."""

    requests: int
    seconds: float

    def spent(self, use: AddressUse, now_seconds: float) -> str | None:
        """Which part of the budget is used up, as a sentence, or None."""
        if use.requests >= self.requests:
            return f"{use.requests} requests were made of {self.requests} allowed a night"
        if use.first_request_seconds is not None and now_seconds - use.first_request_seconds >= self.seconds:
            return f"the {self.seconds:.0f} seconds allowed a night are over"
        return None


@dataclass
class NightState:
    """All hosts and addresses of one crawl process; requests made and still allowed by portal id."""

    hosts: dict[str, HostState] = field(default_factory=dict)
    addresses: dict[str, AddressUse] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    allowances: dict[str, int] = field(default_factory=dict)
    declared_delays: dict[str, float] = field(default_factory=dict)

    def host(self, url: str) -> HostState:
        """The state of the host of a URL."""
        return self.hosts.setdefault(host_key(url), HostState())

    def address(self, address: str) -> AddressUse:
        """The use of a network address."""
        return self.addresses.setdefault(address, AddressUse())

    def declare_delay(self, hosts: Iterable[str], seconds: float) -> None:
        """Note the delay that a portal declares, so that its hosts are asked no sooner for another portal either."""
        for host in hosts:
            name = host_name(host)
            self.declared_delays[name] = max(seconds, self.declared_delays.get(name, 0.0))

    def declared_delay(self, url: str) -> float:
        """The longest delay that any portal of this crawl declares for the host of a URL, whatever its port."""
        return self.declared_delays.get(host_name(host_key(url)), 0.0)

    def count(self, portal_id: str, address: str, now_seconds: float) -> None:
        """Count one real request of a portal to an address."""
        self.requests[portal_id] = self.requests.get(portal_id, 0) + 1
        use = self.address(address)
        use.requests += 1
        if use.first_request_seconds is None:
            use.first_request_seconds = now_seconds
