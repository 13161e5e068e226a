"""A portal as the tests play it: its pages, its registry entry, its reports, and which quirks it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.demo.server import Answering, Page

Pages = Mapping[str, Page | Answering]


@dataclass(frozen=True)
class Scenario:
    """One portal of a family, played for five nights.

    Night one finds everything; night two changes nothing; before night three the report `revised` says something else
    and the report `removed` is gone from the list and answers 404; night four sees that a second time; before night
    five it is back.

    Attributes:
        name: id of the portal, unique.
        family: as the registry entry declares it.
        quirks: ids of tests/portals/quirks.yaml that this portal shows.
        pages: the pages of the portal, given its `host:port` and the path of a report that is removed, or None; the
            list must not show that one, and its page must not be there.
        listed: the `list` block of the entry; an `url` that begins with / stands on the portal.
        reports: paths (with query) of all reports that are wanted, removed and revised ones included.
        attachments: paths (with query) of all documents that are wanted beside them.
        revised: path of a report; tests change its body by appending to the text.
        removed: path of a report that can be removed.
        entry: further keys of the registry entry.
        further: pages of further hosts, given their own `host:port` and what is removed; they stand among the
            entry's hosts. `{host2}` in the bodies of all pages is the first of them, `{host3}` the second.
        restless: the bytes of articles change with every visit, so that a night that asks again stores them all.
        cookie_wall: every page redirects to itself until the cookie comes back; these answers do not count.
    """

    name: str
    family: str
    quirks: tuple[str, ...]
    pages: Callable[[str, str | None], Pages]
    listed: Mapping[str, Any]
    reports: tuple[str, ...]
    revised: str
    removed: str | None
    attachments: tuple[str, ...] = ()
    entry: Mapping[str, Any] = field(default_factory=dict)
    further: tuple[Callable[[str, str | None], Pages], ...] = ()
    restless: bool = False
    cookie_wall: bool = False


def title(agency: str, year: int) -> str:
    """A report's title, as the official form has it."""
    return f"{agency}{year}年政府信息公开工作年度报告"


HEADINGS = (
    "<p>一、总体情况</p><p>二、主动公开政府信息情况</p><table><tr><td>1</td></tr></table>"
    "<p>三、收到和处理政府信息公开申请情况</p>"
)
