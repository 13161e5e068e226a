"""Challenges: pages that want a browser or a person in place of an answer. Recognised, kept and never solved."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A host that says these is refusing, not failing; two of them end the night for it (portals/families.md §3).
REFUSING_STATUSES = frozenset({403, 412, 429, 521})

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
    found = _challenge_named_in(head)
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
