"""Which family a list page belongs to, told from its scripts, tags and address; the signs are data."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from spiders.reading.pages import Page

# What no sign tells is plain HTML: half of all portals (families.md §0).
DEFAULT_FAMILY = "static_list"
_MOST_CHARACTERS_SEARCHED = 500_000


@dataclass(frozen=True)
class Sniffed:
    """The family of a page, and what told it: the text that was found, or why nothing was."""

    family: str
    evidence: str


@dataclass(frozen=True)
class _Sign:
    family: str
    page: re.Pattern[str] | None
    url: re.Pattern[str] | None


@functools.cache
def _signs() -> tuple[_Sign, ...]:
    text = Path(__file__).with_name("signs.yaml").read_text(encoding="utf-8")

    def compiled(expression: str | None) -> re.Pattern[str] | None:
        return re.compile(expression, re.IGNORECASE) if expression else None

    return tuple(
        _Sign(sign["family"], compiled(sign.get("page")), compiled(sign.get("url")))
        for sign in yaml.load(text, Loader=yaml.CSafeLoader)
    )


def family_of(page: Page) -> Sniffed:
    """The family of a list page; static_list when no sign is found."""
    text = page.text[:_MOST_CHARACTERS_SEARCHED]
    for sign in _signs():
        for expression, where, said in ((sign.page, "page", text), (sign.url, "address", page.url)):
            found = expression.search(said) if expression else None
            if found:
                return Sniffed(sign.family, f"the {where} has {' '.join(found[0].split())[:80]}")
    return Sniffed(DEFAULT_FAMILY, "no sign of another system: a plain HTML list")
