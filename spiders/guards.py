"""What may be asked and what an answer really is: host allow-list, private addresses, challenges, breaker.

Plain functions and small records without Scrapy, so that every rule can be read and tested by itself.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

# A host that says these is refusing, not failing; two of them end the night for it (portals/families.md §3).
REFUSING_STATUSES = frozenset({403, 412, 429, 521})
REFUSALS_BEFORE_STOP = 2
LOOPS_BEFORE_STOP = 2

# Only the head of a body is searched: challenge pages are small, and reports of megabytes need no scan.
_SEARCHED_BYTES = 64 * 1024

# Name, words of which one must occur in small letters, and what then must match: every answer is searched, and plain
# words are found many times faster than expressions.
_CHALLENGE_MARKS: tuple[tuple[str, tuple[bytes, ...], re.Pattern[bytes]], ...] = (
    ("a script challenge ($_ts)", (b"$_ts", b"_$ts"), re.compile(rb"\$_ts\b|window\._\$ts")),
    ("a slider challenge (puzzle-vcode)", (b"puzzle-vcode",), re.compile(rb"puzzle-vcode")),
    ("a Jiasule challenge (__jsl)", (b"__jsl",), re.compile(rb"__jsl")),
    (
        "an EdgeOne challenge (EO_Bot_Ssid)",
        (b"eo_bot_ssid", b"__tst_status", b"wtkkn"),
        re.compile(rb"EO_Bot_Ssid|__tst_status|WTKkN"),
    ),
    ("a WZWS challenge", (b"wzws",), re.compile(rb"wzwsquestion|wzwschallenge|WZWS-RAY|wzwsmethod", re.IGNORECASE)),
    ("a cookie challenge (C3VK)", (b"c3vk=",), re.compile(rb"C3VK=")),
)
_REPORT_MARKS = tuple(
    mark.encode(encoding) for encoding in ("utf-8", "gb18030") for mark in ("政府信息公开", "政务公开")
)


def host_key(url: str) -> str:
    """The host of a URL as an entry declares it: `host`, or `host:port` for a port that is not the scheme's.

    Empty for a URL without a host, with credentials in it or with an impossible port: no allow-list holds
    that.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if not host or parts.username is not None or parts.password is not None:
        return ""
    if ":" in host:
        host = f"[{host}]"
    if port is None or port == DEFAULT_PORTS.get(parts.scheme):
        return host
    return f"{host}:{port}"


def declared(url: str, hosts: Iterable[str]) -> bool:
    """True when the URL is http(s) and its host is exactly one of `hosts` (contract §6, exact allow-list)."""
    return url_scheme(url) in DEFAULT_PORTS and host_key(url) in set(hosts)


def url_scheme(url: str) -> str:
    """The scheme in lower case; empty when the URL cannot be read."""
    try:
        return urlsplit(url).scheme.lower()
    except ValueError:
        return ""


def is_private_address(address: str) -> bool:
    """True for every IP address that is not public: loopback, private, link-local, reserved, multicast."""
    try:
        parsed = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    if mapped is not None:
        parsed = mapped
    return not parsed.is_global or parsed.is_multicast


def is_private_host(host: str) -> bool:
    """True when a declared host (`name`, `name:port`, IP) can only mean this machine or a local network."""
    name = _host_name(host)
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    # Resolvers also take 127.1, 0x7f.1 and 2130706433 for addresses; no portal is called that.
    if re.fullmatch(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}", name) and not _is_plain_ipv4(name):
        return True
    return is_private_address(name)


def _host_name(host: str) -> str:
    """A declared host without its port, brackets and a last dot."""
    name = host.rsplit(":", 1)[0] if re.search(r":\d+$", host) and not host.endswith("]") else host
    return name.strip("[]").rstrip(".").lower()


def _is_plain_ipv4(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def challenge_in(status: int, body: bytes, cookies: Iterable[str] = ()) -> str | None:
    """What challenge an answer is, or None. Recognised, recorded and never solved (families.md §3).

    Args:
        status: HTTP status.
        body: the decoded body.
        cookies: values of Set-Cookie headers.
    """
    if status == 521:
        return "status 521 (Jiasule)"
    head = body[:_SEARCHED_BYTES]
    if status == 200 and b"\x00" in head:
        # Compressed bytes of a document hold any short mark now and then; a challenge is text.
        return None
    if status == 200 and len(body) > 4096 and any(mark in head for mark in _REPORT_MARKS):
        # A real page behind a protecting network may carry its script; it is still the page.
        return None
    found = _challenge_named_in(head)
    if found is None and status in REFUSING_STATUSES and any("__jsl" in cookie for cookie in cookies):
        found = "a Jiasule challenge (__jsl)"
    if found is None:
        return None
    return f"{found}, status {status}"


def _challenge_named_in(head: bytes) -> str | None:
    small = head.lower()
    for name, words, mark in _CHALLENGE_MARKS:
        if any(word in small for word in words) and mark.search(head):
            return name
    return None


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
            name = _host_name(host)
            self.declared_delays[name] = max(seconds, self.declared_delays.get(name, 0.0))

    def declared_delay(self, url: str) -> float:
        """The longest delay that any portal of this crawl declares for the host of a URL, whatever its port."""
        return self.declared_delays.get(_host_name(host_key(url)), 0.0)

    def count(self, portal_id: str, address: str, now_seconds: float) -> None:
        """Count one real request of a portal to an address."""
        self.requests[portal_id] = self.requests.get(portal_id, 0) + 1
        use = self.address(address)
        use.requests += 1
        if use.first_request_seconds is None:
            use.first_request_seconds = now_seconds
