"""A portal that no registry knows, to practise on: `python -m flows.demo.sample` serves it for ten minutes.

Its list stands in a script, over two pages, with something else between the reports.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping

from flows.demo import hanweb_pages
from flows.demo.figures import YEARS
from flows.demo.portals import NOTICE
from flows.demo.reports import Agency, Report, body
from flows.demo.server import Answering, Page, PortalServer

ADDRESS, PORT, SECONDS = "127.0.0.1", 18127, 600
COLUMN = "1229777"
# Its figures are those of another bureau of the demo.
EDUCATION = Agency("ecology", "云泽市教育局", "Yunze's education bureau", "", (1, 16))
LOOK_ALIKE = ("云泽市教育局网站2024年工作年度报表", "2025-01-09", "<p>网站运行情况如下。</p>")


def pages() -> Mapping[str, Page | Answering]:
    """Every page of the portal by path."""
    documents = [
        (report.title, str(report.published_on), body(report, 1))
        for year in YEARS
        if (report := Report(EDUCATION, year))
    ]
    found: dict[str, Page | Answering] = {}
    records = []
    newest_first = sorted([*documents, LOOK_ALIKE], key=lambda document: document[1], reverse=True)
    for number, (title, day, text) in enumerate(newest_first, start=301):
        href = hanweb_pages.article_path(COLUMN, day, number)
        html = hanweb_pages.article_page(title, day, EDUCATION.name, text, note=NOTICE, site="云泽市教育局")
        found[href] = Page(html.encode(), etag="auto")
        records.append(hanweb_pages.Record(href, title, day))
    column = hanweb_pages.Column(COLUMN, "5551", tuple(records), webname="云泽市教育局", per_page=4, note=NOTICE)
    return found | hanweb_pages.jpage_pages([column])


def main() -> None:
    """Serve the portal until the time is over."""
    parser = argparse.ArgumentParser(description="Serves a sample portal that no registry knows.")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    asked = parser.parse_args()
    with PortalServer(pages(), address=ADDRESS, port=asked.port) as server:
        print(f"{server.url(hanweb_pages.column_path(COLUMN))}  for {asked.seconds:g} seconds", flush=True)
        time.sleep(asked.seconds)


if __name__ == "__main__":
    main()
