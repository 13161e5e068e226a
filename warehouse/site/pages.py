"""Pages and shared files of a site as text: what changes in a page is put in as JSON that ends no element."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib import resources
from typing import Any

import yaml

from warehouse.compare.definitions import texts
from warehouse.compare.page import as_json
from warehouse.compare.page.data import dictionary, shown_indicators
from warehouse.indicators import Indicator, indicators

ASSETS = "assets"
_PAGE = "warehouse.compare.page"
_OWN = "warehouse.site"

# The files that pages share: name -> where it comes from. A licence stands beside each library.
_SHARED = {
    "d3.min.js": (_PAGE, "vendor/d3.min.js"),
    "d3.LICENSE.txt": (_PAGE, "vendor/d3.LICENSE.txt"),
    "plot.min.js": (_PAGE, "vendor/plot.min.js"),
    "plot.LICENSE.txt": (_PAGE, "vendor/plot.LICENSE.txt"),
    "kit.js": (_PAGE, "kit.js"),
    "charts.js": (_PAGE, "charts.js"),
    "panel.js": (_PAGE, "panel.js"),
    "page.css": (_PAGE, "page.css"),
    "site.js": (_OWN, "site.js"),
    "agency.js": (_OWN, "agency.js"),
    "division.js": (_OWN, "division.js"),
    "search.js": (_OWN, "search.js"),
    "downloads.js": (_OWN, "downloads.js"),
    "findings.js": (_OWN, "findings.js"),
    "site.css": (_OWN, "site.css"),
}
_CHARTS = ("d3.min.js", "plot.min.js", "shared.js", "kit.js", "charts.js", "panel.js", "site.js")
_TEXT = ("shared.js", "kit.js", "site.js")
# Kind of page -> the scripts that it runs, in their order.
SCRIPTS = {
    "agency": (*_CHARTS, "agency.js"),
    "division": (*_CHARTS, "division.js"),
    "search": (*_TEXT, "index.js", "search.js"),
    "downloads": (*_TEXT, "downloads.js"),
    "findings": (*_TEXT, "findings.js"),
}


@cache
def shown() -> tuple[Indicator, ...]:
    """The indicators of an agency's page: all of them, in the order of their declaration."""
    return shown_indicators(tuple(indicators().values()))


def page(kind: str, root: str, title: str, data: Mapping[str, Any], lang: str) -> bytes:
    """A page of one of the kinds of ``SCRIPTS``; ``root`` leads from it to the folder of the site ("" or "../")."""
    scripts = "\n".join(f'<script src="{root}{ASSETS}/{name}"></script>' for name in SCRIPTS[kind])
    parts = {
        "LANG": "zh-CN" if lang == "zh" else "en",
        "TITLE": escape(title),
        "ROOT": root,
        "MAIN": _own(f"{kind}.html"),
        "DATA": as_json({"lang": lang, "root": root, **data}),
        "SCRIPTS": scripts,
    }
    # In one pass, so that nothing in the data is taken for a place to fill.
    return re.sub(r"\{\{([A-Z]+)\}\}", lambda found: parts[found[1]], _own("site.html")).encode()


def shared_files(version: str, index: Mapping[str, Any]) -> dict[str, bytes]:
    """Name -> content of what the pages share; ``index`` is what the search looks through."""
    files = {name: resources.files(room).joinpath(path).read_bytes() for name, (room, path) in _SHARED.items()}
    own = yaml.load(_own("texts.yaml"), Loader=yaml.CSafeLoader)
    shared = {
        "version": version,
        "agencies": [],
        "reports": [],
        "wanted": len(shown()),
        "texts": {**texts(), **own},
        **dictionary(shown()),
    }
    files["shared.js"] = _script("shared", shared)
    files["index.js"] = _script("index", index)
    return files


def _script(name: str, value: Any) -> bytes:
    # A script file, since a page that is opened from a disk may fetch no other file.
    return f'"use strict";\nglobalThis.{name} = {as_json(value)};\n'.encode()


@cache
def _own(name: str) -> str:
    return resources.files(_OWN).joinpath(name).read_text("utf-8")
