"""Several processes share a crawl: a host belongs to one of them, and all are one archive."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from spiders import archive
from spiders.archive import ArchiveBusy
from spiders.registry import ListPage, Portal
from spiders.sharding import shards
from tests.spiders.portal_kit import LIST, NIGHT_ONE, Nights, PortalServer, article, entry, listing, row, title


def portal(name: str, *hosts: str) -> Portal:
    return Portal(name, None, "110101", "county", "static_list", hosts, ListPage(f"http://{hosts[0]}/"))


ADDRESSES = {
    "a.gov.cn": "1.1.1.1",
    "b.gov.cn": "1.1.1.2",
    "c.gov.cn": "1.1.1.1",
    "d.gov.cn": None,
    "e.gov.cn": "1.1.1.5",
}


def names(*portals: Portal, count: int) -> list[list[str]]:
    return sorted([p.id for p in part] for part in shards(portals, count, ADDRESSES.get))


def test_a_host_and_an_address_belong_to_one_process() -> None:
    one, two, three = portal("1", "a.gov.cn"), portal("2", "b.gov.cn"), portal("3", "c.gov.cn:8080")
    assert names(one, two, three, count=3) == [["1", "3"], ["2"]], "c has the address of a"
    linking = portal("4", "b.gov.cn", "a.gov.cn")
    assert names(one, two, three, linking, count=3) == [["1", "2", "3", "4"]]
    nowhere = portal("5", "d.gov.cn")
    assert names(one, two, three, nowhere, portal("6", "d.gov.cn"), count=9) == [["1", "3"], ["2"], ["5", "6"]]


def test_shards_are_even_and_never_empty() -> None:
    many = [portal(str(n), f"{n}.gov.cn") for n in range(10)]
    assert sorted(len(part) for part in shards(many, 3, lambda name: name)) == [3, 3, 4]
    assert shards(many[:2], 5, lambda name: name) == [(many[0],), (many[1],)]
    assert shards(many, 1) == [tuple(many)]
    assert shards([], 4) == []


def test_processes_crawl_side_by_side_into_one_archive(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    with ExitStack() as stack:
        servers = {}
        for number in range(4):
            heading = title(f"甲{number}局", 2024)
            pages = {
                LIST: listing(row(f"{LIST}t20250120_1.html", heading)),
                f"{LIST}t20250120_1.html": article(heading),
            }
            servers[f"p{number}"] = stack.enter_context(PortalServer(pages, address=f"127.0.0.{60 + number}"))
        nights.declare(*(entry(name, server.host) for name, server in servers.items()))
        first = nights.crawl(processes=2)
        assert [(p.portal_id, p.outcome, p.stored) for p in first.portals] == [(f"p{n}", "ok", 1) for n in range(4)]
        assert len(first.manifests) == 2
        assert archive.manifests(nights.home) == tuple(
            sorted(first.manifests, key=archive.manifests(nights.home).index)
        )
        asked = {name: len(server.requests) for name, server in servers.items()}
        assert set(asked.values()) == {3}, "robots.txt, list, article: no portal was asked by two processes"
        for number, processes in enumerate((1, 2), start=1):
            later = nights.crawl(number, processes=processes)
            assert {p.stored for p in later.portals} == {0}, "what one process learnt the next night knows"
            assert not any(p.failure for p in later.portals)


def test_nobody_else_writes_while_a_shard_does(tmp_path: Path) -> None:
    crawl_id = archive.new_crawl_id(NIGHT_ONE)
    with archive.shared(tmp_path), archive.ManifestWriter(tmp_path, crawl_id, 1) as writer:
        writer.write({"kind": "crawl"})
        with pytest.raises(ArchiveBusy):
            archive.adopt(tmp_path)
    # The process that started the shards may be gone: what they hold still keeps others out.
    with archive.ManifestWriter(tmp_path, archive.new_crawl_id(NIGHT_ONE), 1):
        with pytest.raises(ArchiveBusy):
            archive.adopt(tmp_path)
        with pytest.raises(ArchiveBusy), archive.shared(tmp_path):
            pass
    assert archive.adopt(tmp_path) == ()
