"""A portal on several hosts: one that challenges ends what stands on it, a second one ends the portal's night."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from spiders.registry import ListPage, Portal
from spiders.visiting.fetching import Answer, Link
from spiders.visiting.visit import Stopped, Visit


def visit(*hosts: str) -> Visit:
    night: Any = None
    return Visit(night, Portal("p", None, "110101", "county", "static_list", hosts, ListPage(f"http://{hosts[0]}/")))


def answer(code: str) -> Answer:
    moment = datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)
    return Answer(Link("http://a.gov.cn/"), "failed", moment, 0.1, code, f"{code}: said")


def test_a_portal_on_one_host_stops_at_once() -> None:
    with pytest.raises(Stopped):
        visit("a.gov.cn").stop_if_told(answer("challenge"))


def test_of_several_hosts_the_second_challenge_stops_the_portal() -> None:
    hub = visit("a.gov.cn", "b.gov.cn", "c.gov.cn")
    hub.stop_if_told(answer("challenge"))
    hub.stop_if_told(answer("host_stopped"))
    with pytest.raises(Stopped, match="challenge: said"):
        hub.stop_if_told(answer("challenge"))
    with pytest.raises(Stopped):
        visit("a.gov.cn", "b.gov.cn").stop_if_told(answer("budget"))
