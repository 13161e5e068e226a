"""Addresses: the host as an entry declares it, the exact allow-list, and what is no public address."""

from __future__ import annotations

import datetime
import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_DAYS = (
    re.compile(r"/t(20\d\d)([01]\d)([0-3]\d)_"),
    re.compile(r"/(20\d\d)[-/](\d{1,2})[-/](\d{1,2})/"),
    re.compile(r"/(20\d\d)([01]\d)([0-3]\d)/"),
    re.compile(r"/(20\d\d)([01]\d)/([0-3]\d)/"),
)
DEFAULT_PORTS = {"http": 80, "https": 443}


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
    name = host_name(host)
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    # Resolvers also take 127.1, 0x7f.1 and 2130706433 for addresses; no portal is called that.
    if re.fullmatch(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}", name) and not _is_plain_ipv4(name):
        return True
    return is_private_address(name)


def host_name(host: str) -> str:
    """A declared host without its port, brackets and a last dot."""
    name = host.rsplit(":", 1)[0] if re.search(r":\d+$", host) and not host.endswith("]") else host
    return name.strip("[]").rstrip(".").lower()


def _is_plain_ipv4(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def day_in(url: str) -> datetime.date | None:
    """The day that an address names, as those of articles often do (/t20250120_1.html, /art/2025/1/20/)."""
    for pattern in _DAYS:
        for found in pattern.findall(url):
            try:
                return datetime.date(*map(int, found))
            except ValueError:
                continue
    return None
