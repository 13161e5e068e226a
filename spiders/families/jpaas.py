"""The JPaaS unit of newer Hanweb pages: a script tag that names an address, and the JSON that answers there.

Plain functions (families.md §2.2 b); the asking is in spiders.families.hanweb.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from spiders.reading.pages import Page, xpath

PAGE_SIZE = 15
# A column has one list and some boxes around it; more units than this are no column page.
MAX_UNITS = 8

_PAIR = re.compile(r"[\"'](\w{1,60})[\"']\s*:\s*(?:'([^']{0,500})'|\"([^\"]{0,500})\"|([\w.-]{1,100}))")
_UNITS = xpath("//*[@querydata]")


class NotAUnit(Exception):
    """An answer that is not a unit's JSON; the text says what was found."""


@dataclass(frozen=True)
class Unit:
    """One unit of a page: its address as written, and the query that the page sends along, in its order."""

    reference: str
    query: tuple[tuple[str, str], ...]

    @property
    def tag(self) -> str:
        """The name of the unit within its page."""
        return dict(self.query).get("tagId", "")

    def request(self, number: int, page_size: int = PAGE_SIZE) -> str:
        """The reference for one page, counted from 1; the page number counts only inside `paramJson`."""
        wanted = json.dumps({"pageNo": number, "pageSize": page_size}, separators=(",", ":"))
        joint = "&" if "?" in self.reference else "?"
        return f"{self.reference}{joint}{urlencode([*self.query, ('paramJson', wanted)])}"


def units(page: Page, params: Mapping[str, str] | None = None) -> tuple[Unit, ...]:
    """The units of a page in order, at most MAX_UNITS; those of the column where the page tells them apart.

    Args:
        page: the column page.
        params: the entry's `list.params`; `tagId` there selects one unit.
    """
    found: dict[Unit, None] = {}
    # The HTML parser writes attribute names small.
    for tag in _UNITS(page.tree):
        reference = (tag.attrib.get("url") or "").strip()
        pairs = _PAIR.findall(tag.attrib.get("querydata") or "")
        query = tuple((name, single or double or bare) for name, single, double, bare in pairs if name != "paramJson")
        if reference and query and page.absolute(reference):
            found.setdefault(Unit(reference, query))
    wanted = (params or {}).get("tagId")
    if wanted:
        return tuple(unit for unit in found if unit.tag == wanted)[:MAX_UNITS]
    of_column = [unit for unit in found if dict(unit.query).get("pageType") == "column"]
    return tuple(of_column or found)[:MAX_UNITS]


def answered_html(text: str) -> str:
    """The HTML in a unit's answer; empty past the end of the list.

    Raises:
        NotAUnit: when the answer is no JSON, says that it failed, or has no HTML where it belongs.
    """
    try:
        said: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAUnit(f"expected JSON with data.html, found {_shown(text)}") from error
    if not isinstance(said, dict):
        raise NotAUnit(f"expected JSON with data.html, found {_shown(text)}")
    data = said.get("data")
    if data is None and said.get("success") is not False:
        return ""
    if said.get("success") is False or not isinstance(data, dict):
        raise NotAUnit(f"expected JSON with data.html, found {_shown(text)}")
    found = data.get("html")
    if found is not None and not isinstance(found, str):
        raise NotAUnit(f"expected text in data.html, found {type(found).__name__}")
    return found or ""


def _shown(text: str) -> str:
    text = " ".join(text[:200].split())
    return repr(text if len(text) <= 80 else text[:77] + "…")
