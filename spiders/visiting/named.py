"""The spiders that Scrapy finds: one for the nightly job, and one for each family."""

from __future__ import annotations

from spiders.visiting.spider import PortalSpider


class AllPortalsSpider(PortalSpider):
    """`scrapy crawl portals`: all selected portals in one process, so that a host has one asker."""

    name = "portals"


class StaticListSpider(PortalSpider):
    """`scrapy crawl static_list -a portal=ID`."""

    name = family = "static_list"


class UcapSpider(PortalSpider):
    """`scrapy crawl ucap -a portal=ID`."""

    name = family = "ucap"


class HanwebSpider(PortalSpider):
    """`scrapy crawl hanweb -a portal=ID`."""

    name = family = "hanweb"


class JpaasSpider(PortalSpider):
    """`scrapy crawl jpaas -a portal=ID`."""

    name = family = "jpaas"


class GkmlptSpider(PortalSpider):
    """`scrapy crawl gkmlpt -a portal=ID`."""

    name = family = "gkmlpt"


class LonsunSpider(PortalSpider):
    """`scrapy crawl lonsun -a portal=ID`."""

    name = family = "lonsun"


class YearPageSpider(PortalSpider):
    """`scrapy crawl year_page -a portal=ID`."""

    name = family = "year_page"


class EpointSpider(PortalSpider):
    """`scrapy crawl epoint -a portal=ID`."""

    name = family = "epoint"
