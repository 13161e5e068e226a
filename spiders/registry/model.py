"""The records of a registry entry, as contract §6 declares them, with the words that each field may hold."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

LEVELS = ("ministry", "province", "city", "county", "township", "department", "zone")
ENTRIES = ("flat", "hub", "year_nodes", "year_template", "direct")
PAGERS = ("none", "index_n", "n", "query", "next_link", "nextgroup", "json")
ACCESSES = ("open", "domestic_only", "blocked", "manual")
STATUSES = ("active", "moved", "retired")


@dataclass(frozen=True)
class Parameter:
    """One key of `list.params`: the pattern that its value matches in full, and what that is, for messages."""

    pattern: str
    what: str
    required: bool = False


@dataclass(frozen=True)
class FamilyRules:
    """What an entry may declare for its family; the first pager is that of an entry without one."""

    pagers: tuple[str, ...]
    params: dict[str, Parameter]


def _families() -> dict[str, FamilyRules]:
    text = Path(__file__).with_name("families.yaml").read_text(encoding="utf-8")
    return {
        name: FamilyRules(tuple(rules["pagers"]), {key: Parameter(**value) for key, value in rules["params"].items()})
        for name, rules in yaml.load(text, Loader=yaml.CSafeLoader).items()
    }


FAMILIES = _families()

# Contract §6: from the end of an answer to the next request; only `local: true` may ask sooner.
MINIMUM_DELAY_SECONDS = 2.0
DEFAULT_MAX_PAGES = 50


@dataclass(frozen=True)
class Pager:
    """How a list goes on. `first` is the suffix of page 2; `max` the most pages that are read."""

    kind: str = "none"
    first: int | None = None
    max: int = DEFAULT_MAX_PAGES


@dataclass(frozen=True)
class ListPage:
    """Where the list of reports is and how it is read; None means the family's own way."""

    url: str
    entry: str = "flat"
    year_link_re: str | None = None
    row: str | None = None
    date: str | None = None
    article_re: str | None = None
    pager: Pager = field(default_factory=Pager)
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ArticleSelectors:
    """CSS overrides for the article reader, and an encoding that the site hides."""

    body: str | None = None
    title: str | None = None
    date: str | None = None
    attachments: str | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Expectation:
    """What a healthy night shows; binding only once the entry was verified."""

    bodies_per_year: int | None = None
    first_year: int | None = None
    min_items: int | None = None


@dataclass(frozen=True)
class Politeness:
    """Seconds from the end of an answer to the next request to the same address."""

    delay_seconds: float = MINIMUM_DELAY_SECONDS


@dataclass(frozen=True)
class Evidence:
    """Where the entry comes from, and the day (YYYY-MM-DD) on which a person saw it answer."""

    source: str | None = None
    verified_on: str | None = None


@dataclass(frozen=True)
class Portal:
    """One registry entry. `declared_at` is the file and line it was read from, for messages."""

    id: str
    body: str | None
    region_code: str
    level: str
    family: str
    hosts: tuple[str, ...]
    list_page: ListPage
    local: bool = False
    article: ArticleSelectors = field(default_factory=ArticleSelectors)
    title_re: str | None = None
    expect: Expectation = field(default_factory=Expectation)
    politeness: Politeness = field(default_factory=Politeness)
    access: str = "open"
    status: str = "active"
    evidence: Evidence = field(default_factory=Evidence)
    declared_at: str = field(default="", compare=False)

    def as_dict(self) -> dict[str, Any]:
        """The entry as contract §6 writes it, all defaults filled in, as plain data."""
        whole = dataclasses.asdict(self)
        whole.pop("declared_at")
        listed = whole.pop("list_page")
        whole["hosts"] = list(self.hosts)
        ordered: dict[str, Any] = {}
        for key, value in whole.items():
            if key == "article":
                ordered["list"] = {
                    key: listed[key]
                    for key in (
                        "entry",
                        "url",
                        "year_link_re",
                        "row",
                        "date",
                        "article_re",
                        "pager",
                        "params",
                    )
                }
            ordered[key] = value
        return ordered

    def at_a_look(self) -> Portal:
        """The entry with nothing but the first page of each list."""
        first_page = dataclasses.replace(self.list_page, pager=Pager("none", max=1))
        return dataclasses.replace(self, list_page=first_page)

    def why_not_crawled(self) -> str | None:
        """Why a crawl leaves this entry out, as a sentence; None if it is asked."""
        if self.access in ("blocked", "manual"):
            return f"access is {self.access}: the portal is not asked"
        if self.status != "active":
            return f"status is {self.status}: the portal is not asked"
        return None
