"""Which portals one crawl process takes: a host belongs to one process, and so do hosts that share an address."""

from __future__ import annotations

import concurrent.futures
import socket
from collections.abc import Callable, Iterable, Sequence

from spiders.addresses import host_name
from spiders.registry import Portal

# Names are resolved side by side: one that nobody answers for takes seconds.
_RESOLVING_AT_ONCE = 64


def shards(
    portals: Sequence[Portal], count: int, resolve: Callable[[str], str | None] | None = None
) -> list[tuple[Portal, ...]]:
    """Divide portals among at most so many processes, as evenly as whole groups allow; none is empty.

    Args:
        portals: in registry order, which each shard keeps.
        count: how many processes there may be.
        resolve: the address of a host name, or None when it has none; the system's resolver by default.
    """
    if count <= 1 or len(portals) <= 1:
        return [tuple(portals)] if portals else []
    groups = _groups(portals, _addresses({host_name(host) for p in portals for host in p.hosts}, resolve or _resolved))
    loads: list[list[Portal]] = [[] for _ in range(count)]
    for group in sorted(groups, key=len, reverse=True):
        min(loads, key=len).extend(group)
    order = {portal.id: number for number, portal in enumerate(portals)}
    return [tuple(sorted(load, key=lambda portal: order[portal.id])) for load in loads if load]


def _groups(portals: Iterable[Portal], addresses: dict[str, str | None]) -> list[list[Portal]]:
    """Portals that share a host or an address, directly or through others."""
    group_of: dict[str, list[Portal]] = {}
    for portal in portals:
        joined = [portal]
        known = (group_of.get(key) for key in _keys_of([portal], addresses))
        for group in {id(found): found for found in known if found}.values():
            joined = [*group, *joined]
        group_of.update(dict.fromkeys(_keys_of(joined, addresses), joined))
    return list({id(group): group for group in group_of.values()}.values())


def _keys_of(portals: Iterable[Portal], addresses: dict[str, str | None]) -> set[str]:
    names = {host_name(host) for portal in portals for host in portal.hosts}
    return names | {address for name in names if (address := addresses[name])}


def _addresses(names: Iterable[str], resolve: Callable[[str], str | None]) -> dict[str, str | None]:
    names = sorted(names)
    with concurrent.futures.ThreadPoolExecutor(_RESOLVING_AT_ONCE) as pool:
        return dict(zip(names, pool.map(resolve, names), strict=True))


def _resolved(name: str) -> str | None:
    try:
        return socket.gethostbyname(name)
    except OSError:
        # The crawl itself will name it; nobody shares what has no address.
        return None
