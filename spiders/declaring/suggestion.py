"""From an address to the registry entry that it suggests: looked at once or twice, never written anywhere."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spiders.addresses import host_key, is_private_host, url_scheme
from spiders.declaring.trial import Trial, look_at, today
from spiders.families import FAMILIES
from spiders.families.auto import as_found
from spiders.families.entries import linked_lists
from spiders.reading import titles
from spiders.registry import FAMILIES as RULES
from spiders.registry import Pager

# Which links of a navigation page lead to the list of a year.
YEAR_LINKS = r"(20\d\d)年?度?$|(20\d\d)年"
LEAST_YEARS = 2


class NoAddress(ValueError):
    """What was given is no address that a portal may have."""


@dataclass(frozen=True)
class Suggestion:
    """The entry (as contract §6 writes it, defaults left out), the look it rests on, and what a person should know.

    `entry` lacks region code and level where nothing told them: the caller has the gazetteer.
    """

    entry: dict[str, Any]
    trial: Trial
    notes: tuple[str, ...]


def suggest(url: str, **options: Any) -> Suggestion:
    """Look at a list page and suggest its entry.

    Args:
        url: the page that lists the reports, or that links the lists of the years.
        options: as for `trial.look`.

    Raises:
        NoAddress: when it is no http(s) address.
        MissingContact: when the host is public and no contact is given.
    """
    host = host_key(url)
    if url_scheme(url) not in ("http", "https") or not host:
        raise NoAddress(f"expected an http or https address such as http://www.ah.gov.cn/zfxxgknb/, found {url!r}")
    first: dict[str, Any] = {
        "id": "new", "body": None, "region_code": "100000", "level": "county", "family": "auto", "hosts": [host],
        "local": is_private_host(host), "list": {"url": url},
    }  # fmt: skip
    if first["local"]:
        first["politeness"] = {"delay_seconds": 0.1}
    trial = look_at(first, **options)
    if trial.page is not None and not trial.reports:
        trial = _look_again(first, trial, lambda entry: look_at(entry, **options))
    return _suggestion(first, trial)


def _look_again(first: dict[str, Any], trial: Trial, again: Callable[[dict[str, Any]], Trial]) -> Trial:
    """A page without reports may link the lists of the years, or be the report itself."""
    assert trial.page is not None
    years = {year for _, year in linked_lists(trial.page, YEAR_LINKS, tuple(first["hosts"])) if year}
    if len(years) >= LEAST_YEARS:
        found = again({**first, "list": {**first["list"], "entry": "year_nodes", "year_link_re": YEAR_LINKS}})
        if found.reports:
            return dataclasses.replace(found, page=trial.page, sniffed=trial.sniffed)
    found = again({**first, "list": {**first["list"], "entry": "direct"}})
    kept = [row for row in found.articles if row["outcome"] in ("stored", "unchanged")]
    return dataclasses.replace(found, page=trial.page, sniffed=trial.sniffed) if kept else trial


def _suggestion(first: dict[str, Any], trial: Trial) -> Suggestion:
    listed = trial.portal.list_page
    entry: dict[str, Any] = {"id": None, "body": _body(trial), "region_code": None, "level": None}
    notes: list[str] = []
    list_block: dict[str, Any] = {"url": listed.url}
    family = trial.sniffed.family if trial.sniffed else "static_list"
    if trial.sniffed:
        notes.append(f"family {family}: {trial.sniffed.evidence}")
    if listed.entry != "flat":
        list_block = {"entry": listed.entry, **list_block}
    if listed.year_link_re:
        list_block["year_link_re"] = listed.year_link_re
    if trial.page is not None and listed.entry != "direct":
        undeclared = dataclasses.replace(trial.portal, list_page=dataclasses.replace(listed, pager=Pager()))
        found = as_found(undeclared, trial.page, FAMILIES)
        pager = found.list_page.pager
        if pager.kind != "none":
            list_block["pager"] = {"kind": pager.kind, **({"first": pager.first} if pager.first else {})}
        params = {**_asked_with(trial, family), **found.list_page.params}
        if params:
            list_block["params"] = params
    entry |= {"family": family, "hosts": first["hosts"]}
    if first["local"]:
        entry |= {"local": True, "politeness": first["politeness"]}
    entry |= {"list": list_block, "evidence": {"source": f"looked at on {today()}", "verified_on": None}}
    notes += _what_to_know(trial)
    return Suggestion(entry, trial, tuple(notes))


def _asked_with(trial: Trial, family: str) -> Mapping[str, str]:
    """The parameters that a family needs, as the look itself asked with them: a script beside the page may name
    them."""
    found: dict[str, str] = {}
    for name, rule in RULES[family].params.items():
        asked = re.compile(rf"[?&\"]{name}\"?[=:]\"?({rule.pattern})(?=[&\"]|$)")
        for match in filter(None, (asked.search(answer.key) for answer in trial.answers if rule.required)):
            found.setdefault(name, match[1])
    return found


def _body(trial: Trial) -> str | None:
    """The issuing body when all titles name the same one."""
    said = [row["link_text"] for row in trial.reports] + [row["title"] for row in trial.articles]
    names = {name for title in said if title and (name := titles.classify(title).agency_name)}
    return names.pop() if len(names) == 1 else None


def _what_to_know(trial: Trial) -> list[str]:
    notes = []
    if trial.outcome.outcome != "ok":
        notes.append(f"{trial.outcome.outcome}: {trial.outcome.reason}")
    if not trial.reports and trial.portal.list_page.entry != "direct":
        notes.append("no report was found on the page: is it the page that lists them?")
    foreign = sorted({host_key(row["url"]) for row in trial.rejected if row["reason"].startswith("foreign_host")})
    if foreign:
        notes.append(
            f"reports on other hosts are left out; declare those that are the portal's own: {', '.join(foreign)}"
        )
    if trial.reports and _body(trial) is None:
        notes.append("titles name several bodies or none: body is null")
    return notes
