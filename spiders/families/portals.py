"""The spider of the nightly job: all selected portals in one process, so that a host has one asker."""

from __future__ import annotations

from typing import ClassVar

from spiders.families import hanweb, static_list
from spiders.families.spider import PortalSpider
from spiders.families.visit import Family


class AllPortalsSpider(PortalSpider):
    """`scrapy crawl portals`: what the command line and the nightly flow start."""

    name = "portals"
    crawlers: ClassVar[dict[str, Family]] = {
        "static_list": static_list.crawl,
        "hanweb": hanweb.crawl,
    }
