"""What a page prints about itself beside its text: 索引号, 发布机构, 发布日期 … in tables, lists and tags of its own.

Tells title, source and day of pages without the standard meta tags (families.md §1.1, §2.3, §2.4).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from spiders.reading.pages import Element, Page, element_text

# A label by what it says, the likelier first.
LABELS = {
    "title": ("名称", "信息名称", "文件名称", "标题"),
    "source": ("发布机构", "公开主体", "公开机构", "信息来源", "来源"),
    "day": ("发布日期", "发布时间", "公开日期", "公开时间", "发文日期"),
}
# Tags that UCAP puts around title and day (families.md §2.3).
OWN_TAGS = {"title": ("ucaptitle",), "source": (), "day": ("publishtime",)}

_MEANT = {label: (meaning, rank) for meaning, labels in LABELS.items() for rank, label in enumerate(labels)}
# Between the characters of a label: spaces and tags. Most pages have no label outside their text, which one search
# tells at a tenth of what looking at every cell of a report's tables costs.
_GAP = r"(?:\s|&nbsp;|&e[mn]sp;|<[^<>]{0,200}>)*+"
_ANY_LABEL = re.compile(
    rf"[>\s;](?:{'|'.join(_GAP.join(label) for label in sorted(_MEANT, key=len, reverse=True))})(?=\s|[:：<&])"
)
_LABEL_TAGS = ("td", "th", "dt", "b", "strong", "label", "span", "em", "i")
_MOST_CHARACTERS = 200
# What stands so far down a page is its text and not its head.
_MOST_ELEMENTS = 2_000
_MOST_LABELS = 40


def printed(page: Page) -> dict[str, str]:
    """Title, source and day as the page prints them, under the keys of LABELS; what is not there is left out."""
    found: dict[str, tuple[int, str]] = {}
    for meaning, tags in OWN_TAGS.items():
        for tag in tags:
            said = _short(next(page.tree.iter(tag), None))
            if said:
                found.setdefault(meaning, (-1, said))
    # Characters that are written as numbers are not seen by a search in the source.
    labelled = _labelled(page) if _ANY_LABEL.search(page.text) or "&#" in page.text else ()
    for meaning, rank, value in labelled:
        if meaning not in found or rank < found[meaning][0]:
            found[meaning] = (rank, value)
    return {meaning: value for meaning, (_, value) in found.items()}


def _labelled(page: Page) -> Iterator[tuple[str, int, str]]:
    met = 0
    for node in itertools.islice(page.tree.iter(*_LABEL_TAGS), _MOST_ELEMENTS):
        label, _, rest = _own_text(node).replace("：", ":").partition(":")
        meant = _MEANT.get("".join(label.split()))
        if meant is None:
            continue
        met += 1
        if met > _MOST_LABELS:
            return
        value = " ".join(rest.split()) or _beside(node)
        if value and value not in _MEANT:
            yield (*meant, value)


def _own_text(node: Element) -> str:
    """The text of a small element; empty for one that holds more than a label and its value."""
    if len(node) > 3 or any(len(child) for child in node):
        return ""
    parts = [node.text or "", *(part or "" for child in node for part in (child.text, child.tail))]
    return "".join(parts) if sum(map(len, parts)) <= _MOST_CHARACTERS else ""


def _beside(node: Element) -> str:
    """What stands behind a label: the text after it, or the next element."""
    tail = node.tail or ""
    if len(tail) > _MOST_CHARACTERS:
        return ""
    return " ".join(tail.split()).lstrip(":： ") or _short(node.getnext())


def _short(node: Element | None) -> str:
    said = "" if node is None or not isinstance(node.tag, str) else element_text(node)
    # A value that is another label is none: the cell was left empty.
    return said if len(said) <= _MOST_CHARACTERS and not re.search(r"[:：]$", said) else ""
