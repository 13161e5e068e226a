"""What may be asked, what a challenge is, how long we wait, when a stored article is due, what a failure is."""

from __future__ import annotations

import datetime
from typing import Any, cast

import pytest
from scrapy import Request

from spiders import addresses
from spiders.archive import PortalHistory, Stored
from spiders.asking import challenges, limits
from spiders.asking.politeness import GuardMiddleware, Refused, delay_seconds
from spiders.registry import ListPage, Politeness, Portal
from spiders.visiting.night import is_failure
from spiders.visiting.schedule import expected_year, is_absent_year_due, is_due
from spiders.visiting.spider import parse_time

NOW = datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)


def portal(**more: Any) -> Portal:
    values: dict[str, Any] = {
        "id": "p", "body": None, "region_code": "110101", "level": "county", "family": "static_list",
        "hosts": ("a.gov.cn", "a.gov.cn:8080"), "list_page": ListPage("http://a.gov.cn/"), **more,
    }  # fmt: skip
    return Portal(**values)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://a.gov.cn/x", True),
        ("https://A.gov.cn:443/x", True),
        ("http://a.gov.cn:80", True),
        ("http://a.gov.cn:8080/x", True),
        ("https://a.gov.cn:80/", False),
        ("http://www.a.gov.cn/", False),
        ("http://a.gov.cn.evil.cn/", False),
        ("http://a.gov.cn@evil.cn/", False),
        ("http://user@a.gov.cn/", False),
        ("http://a.gov.cn:99999/", False),
        ("ftp://a.gov.cn/", False),
        ("file:///etc/passwd", False),
        ("//a.gov.cn/", False),
        ("http:///x", False),
    ],
)
def test_the_allow_list_is_exact(url: str, allowed: bool) -> None:
    assert addresses.declared(url, ("a.gov.cn", "a.gov.cn:8080")) is allowed


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "::1", "::ffff:127.0.0.1",
     "fe80::1", "fd00::1", "224.0.0.1", "100.64.0.1"],
)  # fmt: skip
def test_private_addresses(address: str) -> None:
    assert addresses.is_private_address(address)


def test_public_addresses() -> None:
    assert not addresses.is_private_address("124.16.0.1")
    assert not addresses.is_private_address("2400:3200::1")
    assert not addresses.is_private_host("www.a.gov.cn:8080")


async def _guarded(url: str, address: str, **more: Any) -> Request:
    guard = GuardMiddleware.__new__(GuardMiddleware)
    guard.crawler = cast(Any, _Crawler())
    guard._budget = limits.Budget(10, 10.0)

    async def resolve(host: str) -> str:
        return address

    guard._resolve = resolve  # type: ignore[method-assign]
    request = Request(url, meta={"portal": portal(**more)})
    await guard.process_request(request)
    return request


class _Crawler:
    """Something that a night can be kept for."""


def run(coroutine: Any) -> Any:
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("the guard waited")


def test_a_name_that_resolves_to_a_private_address_is_refused() -> None:
    with pytest.raises(Refused, match="private_address"):
        run(_guarded("http://a.gov.cn/", "127.0.0.1"))
    with pytest.raises(Refused, match="private_address"):
        run(_guarded("http://a.gov.cn/", "::ffff:10.0.0.1"))
    with pytest.raises(Refused, match="foreign_host"):
        run(_guarded("http://b.gov.cn/", "124.16.0.1"))
    assert run(_guarded("http://a.gov.cn/", "127.0.0.1", local=True)).meta["address"] == "127.0.0.1"


def test_a_public_address_waits_two_seconds_whatever_is_declared() -> None:
    quick = run(_guarded("http://a.gov.cn/", "124.16.0.1", local=True, politeness=Politeness(0.0)))
    night = limits.NightState()
    assert delay_seconds(night, quick) == 2.0
    night.host("http://a.gov.cn/").robots_crawl_delay_seconds = 7.0
    assert delay_seconds(night, quick) == 7.0
    night.host("http://a.gov.cn/").robots_crawl_delay_seconds = 0.5
    slow = run(_guarded("http://a.gov.cn/", "124.16.0.1", politeness=Politeness(5.0)))
    assert delay_seconds(night, slow) == 5.0, "never less than declared"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (412, b"<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=1;</script>"),
        (200, b"<html>" + b" " * 22_000 + b"<div class='puzzle-vcode'></div></html>"),
        (521, b""),
        (200, b"<script>document.cookie='__jsl_clearance_s=1'</script>"),
        (200, b"<script>var WTKkN=1;document.cookie='EO_Bot_Ssid=1'</script>"),
        (200, b"<script src='/WZWSREL/x'></script>wzwsquestion"),
        (200, "<html><head><title>安全验证</title></head><div id='captcha'></div></html>".encode()),
        (200, "<title> 访问验证 - 甲县</title>拖动".encode("gbk")),
        (405, "<title>405</title>由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。".encode()),
        (200, "<title>提示</title>您的请求带有不合法参数，已被网站管理员设置拦截！".encode("gbk")),
        (403, "当前访问疑似黑客攻击，已被创宇盾拦截。".encode()),
        (200, b"<script>var arg1='9E5D';setCookie('acw_sc__v2',x);document.location.reload()</script>"),
        (503, b"<title>Just a moment...</title><script>window._cf_chl_opt={}</script>"),
        (200, b"<body><script src='https://turing.captcha.qcloud.com/TCaptcha.js'></script></body>"),
    ],
)
def test_challenges_are_recognised(status: int, body: bytes) -> None:
    assert challenges.challenge_in(status, body)


def test_what_is_no_challenge() -> None:
    page = "<title>政府信息公开年报</title>".encode() + b" " * 5000 + b"EO_Bot_Ssid"
    assert challenges.challenge_in(200, page) is None, "the real page may carry the protector's script"
    assert challenges.challenge_in(403, b"forbidden") is None
    assert challenges.challenge_in(200, b"%PDF-1.4 \x00 $_ts=1 WTKkN") is None, "chance in a document"
    assert challenges.challenge_in(200, "点了 puzzle 游戏".encode()) is None
    form = "<a href='/'>甲县</a><script src='/TCaptcha.js'></script><title>甲县人民政府</title>".encode()
    assert challenges.challenge_in(200, form) is None, "a page that guards its form with a captcha"
    report = "<title>安全验证</title>政府信息公开：拖动滑块放大".encode()
    assert challenges.challenge_in(200, report) is None, "a page that speaks of disclosure"
    script = "function login() { initGeetest(); alert('请完成安全验证'); }".encode()
    assert challenges.challenge_in(200, script) is None, "a portal's own script"
    assert challenges.challenge_in(200, "<title>关于安全验证的通知</title>".encode()) is None


def test_who_refuses() -> None:
    assert all(challenges.refuses(status, b"") for status in (401, 403, 405, 412, 418, 429, 451, 493, 521, 567))
    assert not any(challenges.refuses(status, b"") for status in (200, 304, 400, 404, 410, 500, 503))
    assert challenges.refuses(200, "<html>不合法的参数</html>".encode()), "an answer to the user agent"
    assert not challenges.refuses(200, "不合法的参数".encode() + b" " * 4000)
    assert not challenges.refuses(200, '{"msg": "不合法的参数"}'.encode())
    assert not challenges.refuses(405, b"", "POST"), "the form is refused, not the asker"


def test_the_breaker_opens_at_the_second_refusal() -> None:
    night = limits.NightState()
    host = night.host("http://a.gov.cn/x")
    host.refuse(403)
    assert host.stopped is None
    night.host("http://a.gov.cn/y").refuse(429)
    assert "429" in (host.stopped or "")
    assert night.host("http://a.gov.cn:8080/").stopped is None


def test_budgets() -> None:
    use = limits.AddressUse(requests=3, first_request_seconds=100.0)
    assert limits.Budget(4, 50.0).spent(use, 149.0) is None
    assert "3 requests" in (limits.Budget(3, 50.0).spent(use, 110.0) or "")
    assert "50 seconds" in (limits.Budget(4, 50.0).spent(use, 150.0) or "")


def test_retry_after() -> None:
    assert limits.retry_after_seconds("120", 0.0) == 120.0
    assert limits.retry_after_seconds("Thu, 01 Jan 1970 00:01:00 GMT", 20.0) == 40.0
    assert limits.retry_after_seconds("Thu, 01 Jan 1970 00:01:00 GMT", 100.0) == 0.0
    assert limits.retry_after_seconds("soon", 0.0) is None


@pytest.mark.parametrize(
    ("published_on", "asked_days_ago", "due"),
    [
        ("2026-03-01", 6, False),
        ("2026-03-01", 7, True),
        ("2026-01-01", 7, False),
        ("2025-03-01", 29, False),
        ("2025-03-01", 30, True),
        ("2020-03-01", 181, False),
        ("2020-03-01", 182, True),
        (None, 181, False),
        (None, 182, True),
    ],
)
def test_the_schedule_thins_with_age(published_on: str | None, asked_days_ago: int, due: bool) -> None:
    stored = Stored("http://a/", "0", NOW - datetime.timedelta(days=asked_days_ago), published_on=published_on)
    assert is_due(stored, NOW) is due


@pytest.mark.parametrize(
    ("today", "published_on", "asked_days_ago", "due"),
    [
        ("2026-01-20", "2026-01-16", 1, False),
        ("2026-01-20", "2026-01-16", 2, True),
        ("2026-03-20", "2026-01-16", 3, False),
        ("2026-03-20", "2026-01-16", 4, True),
        ("2026-01-14", "2026-01-02", 6, False),
        ("2026-02-01", "2026-01-16", 6, False),
        ("2026-01-20", "2025-09-01", 29, False),
        ("2026-01-20", "2015-03-01", 181, False),
    ],
)
def test_the_schedule_is_tighter_in_the_harvest_weeks(
    today: str, published_on: str, asked_days_ago: int, due: bool
) -> None:
    now = datetime.datetime.fromisoformat(f"{today}T18:00:00+00:00")
    stored = Stored("http://a/", "0", now - datetime.timedelta(days=asked_days_ago), published_on=published_on)
    assert is_due(stored, now) is due


def test_a_year_without_a_report_is_asked_for_the_likelier_it_comes() -> None:
    january = datetime.datetime(2026, 1, 20, 18, tzinfo=datetime.UTC)
    may = datetime.datetime(2026, 5, 20, 18, tzinfo=datetime.UTC)
    day = datetime.timedelta(days=1)
    assert is_absent_year_due(None, 2012, may), "never asked"
    assert is_absent_year_due(january - day, 2025, january), "the newest year, in the harvest"
    assert not is_absent_year_due(january - day, 2019, january)
    assert not is_absent_year_due(may - 6 * day, 2025, may)
    assert is_absent_year_due(may - 7 * day, 2025, may)
    assert not is_absent_year_due(may - 29 * day, 2019, may)
    assert is_absent_year_due(may - 30 * day, 2019, may)


@pytest.mark.parametrize(
    ("outcome", "ever_ok", "last", "failure"),
    [
        ("failed", False, None, True),
        ("failed", False, "failed", True),
        ("failed", True, "ok", True),
        ("failed", True, "budget", True),
        ("failed", True, "failed", False),
        ("challenge", True, "challenge", True),
        ("refused_by_robots", False, None, False),
        ("ok", False, None, False),
        ("budget", True, "ok", False),
    ],
)
def test_what_counts_as_a_failure(outcome: str, ever_ok: bool, last: str | None, failure: bool) -> None:
    assert is_failure(outcome, PortalHistory(last_outcome=last, ever_ok=ever_ok)) is failure


def test_clocks() -> None:
    assert parse_time("2026-01-31T18:00:00") == parse_time("2026-02-01T02:00:00+08:00")
    assert parse_time("").tzinfo is not None
    with pytest.raises(ValueError, match="tomorrow"):
        parse_time("tomorrow")
    assert expected_year(datetime.date(2026, 3, 31)) == 2024
    assert expected_year(datetime.date(2026, 4, 1)) == 2025
