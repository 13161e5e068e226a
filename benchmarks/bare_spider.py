"""The bare Scrapy spider that benchmark (b) compares with: lists to articles, nothing read, nothing kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response


class BareSpider(Spider):
    """Arguments (-a): urls, the addresses of the lists with spaces between."""

    name = "bare"

    def __init__(self, urls: str = "", **arguments: Any) -> None:
        super().__init__(**arguments)
        self.start_urls = urls.split()

    def parse(self, response: Response) -> Iterator[Request]:
        """Follow the articles and the further pages of a list."""
        for address in response.css("ul.list a::attr(href)").getall():
            yield response.follow(address, self.parse_article)
        total, number = map(int, response.css("script::text").re(r"createPageHTML\((\d+), (\d+)")[:2])
        if number + 1 < total:
            yield response.follow(f"index_{number + 1}.html", self.parse)

    def parse_article(self, response: Response) -> None:
        """An article has arrived."""
