"""Challenges: pages that want a browser or a person in place of an answer. Recognised, kept and never solved."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A host that says these is refusing, not failing; two of them end the night for it (portals/families.md §3). 401 and
# 451 refuse by name; a firewall refuses a GET with 405, or with a number of its own: 418, 493, 566, 567.
REFUSING_STATUSES = frozenset({401, 403, 405, 412, 418, 429, 451, 493, 521, 566, 567})

# Only the head of a body is searched: challenge pages are small, and reports of megabytes need no scan.
_SEARCHED_BYTES = 64 * 1024

# Name, words of which one must occur in small letters, and what then must match: every answer is searched, and plain
# words are found many times faster than expressions.
_CHALLENGE_MARKS: tuple[tuple[str, tuple[bytes, ...], re.Pattern[bytes]], ...] = (
    ("a script challenge ($_ts)", (b"$_ts", b"_$ts"), re.compile(rb"\$_ts\b|window\._\$ts")),
    ("a slider challenge (puzzle-vcode)", (b"puzzle-vcode",), re.compile(rb"puzzle-vcode")),
    ("a Jiasule challenge (__jsl)", (b"__jsl",), re.compile(rb"__jsl")),
    (
        "an EdgeOne challenge (EO_Bot_Ssid)",
        (b"eo_bot_ssid", b"__tst_status", b"wtkkn"),
        re.compile(rb"EO_Bot_Ssid|__tst_status|WTKkN"),
    ),
    ("a WZWS challenge", (b"wzws",), re.compile(rb"wzwsquestion|wzwschallenge|WZWS-RAY|wzwsmethod", re.IGNORECASE)),
    ("a cookie challenge (C3VK)", (b"c3vk=",), re.compile(rb"C3VK=")),
)


def _encoded(text: str) -> bytes:
    """An expression for a text in either encoding of Chinese pages."""
    return b"(?:%s)" % b"|".join(re.escape(text.encode(encoding)) for encoding in ("utf-8", "gb18030"))


def _any_of(*texts: str) -> bytes:
    return b"(?:%s)" % b"|".join(map(_encoded, texts))


# What a page is called that asks who is there, or says that a firewall stood in the way; and what such pages say.
# Pages that are what they should be load the same scripts for their forms, so that only small pages without a word of
# disclosure are looked at.
_WALL_TITLES = re.compile(
    rb"<title[^>]{0,80}>\s*(?:%s|Just a moment\.\.\.|Attention Required!)\s*(?:<|[-_|])"
    % _any_of(
        "安全验证", "访问验证", "人机验证", "滑动验证", "滑块验证", "行为验证", "智能验证", "验证码", "请输入验证码",
        "安全检查", "访问拦截", "访问被拦截", "请求被拦截", "拦截提示", "网站防火墙", "访问禁止",
    ),
    re.IGNORECASE,
)  # fmt: skip
_WALL_WORDS = re.compile(
    rb"%s|acw_sc__v2|_cf_chl_opt"
    % _any_of(
        "访问被阻断", "请求被阻断", "创宇盾拦截", "已被网站管理员设置拦截", "疑似黑客攻击", "拖动滑块", "滑动滑块",
        "完成安全验证", "完成人机验证", "点击按钮进行验证", "您的访问已被拦截", "您的请求已被拦截", "您的访问被拦截",
        "您的请求被拦截", "请求存在威胁", "访问存在威胁",
    ),
    re.IGNORECASE,
)  # fmt: skip
# Pages with links load these for a form.
_WALL_SCRIPTS = re.compile(
    rb"/cdn-cgi/challenge-platform/|TCaptcha(?:-global)?\.js|\bgt4?\.js\b|initGeetest", re.IGNORECASE
)
_LINK = re.compile(rb"<a\s", re.IGNORECASE)
_MOST_WALL_BYTES = 32 * 1024
# How a portal answers a user agent that it does not like: to be obeyed, and no page of a report (families.md §3).
_REFUSING_WORDS = re.compile(_encoded("不合法的参数"))
_MOST_REFUSING_BYTES = 2048
_REPORT_MARKS = tuple(
    mark.encode(encoding) for encoding in ("utf-8", "gb18030") for mark in ("政府信息公开", "政务公开")
)


def challenge_in(status: int, body: bytes, cookies: Iterable[str] = ()) -> str | None:
    """What challenge an answer is, or None. Recognised, recorded and never solved (families.md §3).

    Args:
        status: HTTP status.
        body: the decoded body.
        cookies: values of Set-Cookie headers.
    """
    if status == 521:
        return "status 521 (Jiasule)"
    head = body[:_SEARCHED_BYTES]
    if status == 200 and b"\x00" in head:
        # Compressed bytes of a document hold any short mark now and then; a challenge is text.
        return None
    if status == 200 and len(body) > 4096 and any(mark in head for mark in _REPORT_MARKS):
        # A real page behind a protecting network may carry its script; it is still the page.
        return None
    found = _challenge_named_in(head) or _wall_in(status, body)
    if found is None and status in REFUSING_STATUSES and any("__jsl" in cookie for cookie in cookies):
        found = "a Jiasule challenge (__jsl)"
    if found is None:
        return None
    return f"{found}, status {status}"


def _challenge_named_in(head: bytes) -> str | None:
    small = head.lower()
    for name, words, mark in _CHALLENGE_MARKS:
        if any(word in small for word in words) and mark.search(head):
            return name
    return None


def refusing_status(status: int, method: str = "GET") -> bool:
    """True for a status with which a host refuses who asks. 405 to a POST refuses the form, not the asker."""
    return status in REFUSING_STATUSES and not (status == 405 and method != "GET")


def refuses(status: int, body: bytes, method: str = "GET") -> bool:
    """True for an answer with which a host refuses who asks, by its status or its words."""
    if refusing_status(status, method):
        return True
    # JSON that says so is the answer of one function to one question.
    data = body.lstrip()[:1] in (b"{", b"[")
    return len(body) <= _MOST_REFUSING_BYTES and not data and _REFUSING_WORDS.search(body) is not None


def _wall_in(status: int, body: bytes) -> str | None:
    """A page that asks for a captcha or says that a firewall refused, by its title or its words."""
    if status == 200 and not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        # A portal's own scripts and data name such things, too.
        return None
    if len(body) > _MOST_WALL_BYTES or any(mark in body for mark in _REPORT_MARKS):
        return None
    found = _WALL_TITLES.search(body) or _WALL_WORDS.search(body)
    if found is None and not _LINK.search(body):
        found = _WALL_SCRIPTS.search(body)
    if found is None:
        return None
    words = found[0]
    try:
        said = words.decode("utf-8")
    except UnicodeDecodeError:
        said = words.decode("gb18030", "replace")
    said = re.sub(r"<[^>]*>", "", said).strip("<-_| \r\n\t")
    return f"a captcha or firewall page ({said})"
