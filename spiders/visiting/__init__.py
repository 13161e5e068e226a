"""One night at the portals: the spiders that Scrapy finds, and the visit of each portal."""
