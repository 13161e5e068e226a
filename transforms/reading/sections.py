"""The six sections of a report, told by the words of their headings, whatever number stands before them."""

from __future__ import annotations

import re
from functools import lru_cache

from transforms.reading.labels import core

# Article 50 of the regulation and the outline in both forms; order matters: the first that fits.
_HEADINGS = (
    ("4", re.compile(r"行政复议.{0,6}(提起)?行政诉讼.{0,4}(情况)?$|^(因)?政府信息公开.{0,8}行政复议")),
    (
        "3",
        re.compile(r"收到和处理.{0,6}信息公开申请|^依申请公开(政府)?信息(公开)?(办理)?情况$|^申请公开.{0,6}情况$"),
    ),
    ("2", re.compile(r"^(行政机关)?主动公开(政府)?信息(公开)?(工作)?情况")),
    ("5", re.compile(r"(存在的?|主要)(主要)?(问题|困难).{0,8}(改进|措施|$)|改进(情况|措施)$")),
    ("6", re.compile(r"^其他需要?报告的?(事项|情况)")),
    (
        "1",
        re.compile(r"^(总体|基本|概述|总体工作|工作总体)(情况|概述|概况)?$|^概述$|^政府信息公开工作(总体|基本)情况$"),
    ),
)
_LONGEST_HEADING = 45


@lru_cache(maxsize=16384)
def section_of(text: str) -> str | None:
    """Number of the section that a line opens, ``1`` to ``6``; None when the line is no heading."""
    if (
        len(text) > _LONGEST_HEADING
        or len(text) < 3
        or text.rstrip()[-1:] in "。；;，,？?|"
        or text.lstrip()[:1] in "（("
    ):
        return None
    label = core(re.sub(r"^\s*表[一二三四]\s*[：:]", "", text))
    if label.enumerator.isdigit() or (not label.enumerator and len(label.words) > 24):
        return None
    return next((number for number, pattern in _HEADINGS if pattern.search(label.words)), None)
