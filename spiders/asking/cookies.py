"""Cookies, kept without asking anyone else: Scrapy's own middleware fetches a list of public suffixes from the web."""

from __future__ import annotations

from scrapy.downloadermiddlewares import cookies
from tldextract import TLDExtract

# The list that comes with the library. A crawl asks declared portals and nobody else.
cookies._split_domain = TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


class OfflineCookiesMiddleware(cookies.CookiesMiddleware):
    """Scrapy's cookies with the list of suffixes that is at hand."""
