"""One portal, one night: what it was asked, what it offered, what came of it, and the row that says how it went."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable
from typing import Any

from spiders import log
from spiders.asking.politeness import night_of
from spiders.reading import article, listing, pages
from spiders.reading.listing import Candidate, Listing
from spiders.registry import Portal
from spiders.visiting.fetching import Answer, Link, ask, fetch_row
from spiders.visiting.night import Night, PortalResult

# A challenge takes two requests, robots.txt and the page.
CHALLENGES_BEFORE_STOP = 2


class ListFailed(Exception):
    """The list of a portal could not be read; `code` and the text say why."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Stopped(Exception):
    """The portal is not to be asked further tonight."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Visit:
    """The state of one portal's visit. A family reads the lists into it, spiders.visiting.articles the articles.

    Attributes:
        candidates: what the lists offered, by address.
        offered: how many candidates lists showed, those known already, too.
        list_urls: addresses that are lists, and so no articles.
        whole_list_read: false once a list was left out or not read to its end.
        gone: addresses of articles that answered 404 tonight, or with something else than a report.
        answered: addresses that answered with a document tonight.
        absent_years: addresses of a year that answered 404, or with no report, and never had one.
        column_name: what the first list page calls its column, if it does.
        learned: what a family found out about the portal while it read one list, for the next one.
        challenged: sentences of the challenges met on one host of several.
    """

    def __init__(self, night: Night, portal: Portal) -> None:
        self.night = night
        self.portal = portal
        self.result = PortalResult(portal.id)
        self.notes: list[str] = []
        self.candidates: dict[str, Candidate] = {}
        self.offered = 0
        self.list_urls: set[str] = set()
        self._list_answers: dict[str, Answer] = {}
        self.whole_list_read = True
        self.column_name: str | None = None
        self.learned: dict[str, str] = {}
        self.list_hashes: set[str] = set()
        self._refused_links: set[tuple[str, str, str]] = set()
        self.attempted = 0
        self.absent_years = 0
        self.gone: set[str] = set()
        self.answered: set[str] = set()
        self.challenged: list[str] = []
        self._article_faults: dict[str, int] = {}

    async def list_page(self, url: str, parent_url: str | None = None) -> tuple[pages.Page | None, Answer]:
        """Fetch one list page and record it; the page is None when the answer was no page. The declared page and the
        one before are not asked for again.

        Raises:
            Stopped: when the portal is not to be asked further.
        """
        answer = self._list_answers.get(url)
        if answer is None:
            answer = await self.ask_list(Link(url, parent_url=parent_url))
            # Hundreds of portals at once, each with dozens of list pages: their bytes are not all kept.
            first = {known: kept for known, kept in self._list_answers.items() if known == self.portal.list_page.url}
            self._list_answers = {**first, url: answer}
        if answer.body is None or answer.outcome == "failed":
            return None, answer
        page = pages.read_page(answer.final_url or url, answer.body, answer.content_type, self.portal.article.encoding)
        self.column_name = self.column_name or article.meta_tags(page).get("columnname")
        return page, answer

    async def ask_list(self, link: Link) -> Answer:
        """Ask for a part of a list, by GET or by POST, and record it, whatever its format.

        Raises:
            Stopped: when the portal is not to be asked further.
        """
        self.list_urls.add(link.url)
        answer = await ask(self.night, self.portal, link)
        self.write(fetch_row(self.night, self.portal, "list", answer))
        self.stop_if_told(answer)
        if answer.outcome != "failed":
            if answer.sha256:
                self.list_hashes.add(answer.sha256)
            self.list_urls.add(answer.final_url or link.url)
        return answer

    @staticmethod
    def list_failed(answer: Answer, where: str) -> ListFailed:
        """The error for a list page that brought no page: 'code: where: sentence'."""
        code, _, sentence = (answer.reason or "").partition(": ")
        return ListFailed(code, f"{code}: {where}: {sentence}")

    def read_rows(self, page: pages.Page) -> Listing:
        """The rows of a list page; candidates are kept, look-alikes go to the manifest once."""
        rows = self.rows_of(page)
        self.keep(rows)
        return rows

    def read_items(self, items: Iterable[listing.Item], page_url: str) -> Listing:
        """The rows of a list that comes as data, kept as `read_rows` keeps them."""
        rows = listing.read_items(items, page_url, self._rules(), self.list_urls)
        self.keep(rows)
        return rows

    def rows_of(self, page: pages.Page) -> Listing:
        """The rows of a list page, judged by the entry's rules; nothing is kept."""
        return listing.read_listing(page, self._rules(), self.list_urls)

    def text_of(self, answer: Answer) -> str:
        """The text of an answer that is no page (JSON, XML, scripts)."""
        return pages.decode(answer.body or b"", answer.content_type, self.portal.article.encoding)[0]

    def offer(self, candidate: Candidate) -> None:
        """Keep a candidate that no list shows: an address that the entry itself declares."""
        self.offered += 1
        self.candidates.setdefault(candidate.url, candidate)

    def _rules(self) -> listing.ListingRules:
        declared = self.portal
        return listing.ListingRules(
            hosts=declared.hosts,
            row=declared.list_page.row,
            date=declared.list_page.date,
            article_re=declared.list_page.article_re,
            title_re=declared.title_re,
        )

    def keep(self, rows: Listing) -> None:
        """Keep the candidates among rows; name the look-alikes in the manifest, each once.

        `offered` counts all candidates that lists showed, those that are known already, too.
        """
        self.offered += len(rows.candidates)
        for candidate in rows.candidates:
            self.candidates.setdefault(candidate.url, candidate)
        for refused in rows.rejected:
            if refused.url not in self.candidates:
                self._write_rejected_link(refused)

    def write_candidates(self) -> None:
        """Write what the lists offered to the manifest, for a look at a portal."""
        for candidate in self.candidates.values():
            row = {"kind": "candidate", "crawl_id": self.night.crawl_id, "portal_id": self.portal.id}
            self.write({**row, **dataclasses.asdict(candidate)})

    def finish(self, began_seconds: float) -> PortalResult:
        """Count the requests and join the notes; a night on which every article failed is a failure."""
        result = self.result
        if self.challenged and result.outcome in ("ok", "failed"):
            result.outcome, result.reason = "challenge", self.challenged[0]
        result.requests = self.requests
        result.elapsed_seconds = round(time.monotonic() - began_seconds, 3)
        broken = self.faults
        if broken:
            kinds = ", ".join(f"{code} ({count})" for code, count in sorted(self._article_faults.items()))
            self.notes.append(f"{broken} of {self.attempted} articles failed: {kinds}")
        has_any = result.fetched > 0 or bool(self.night.knowledge.articles(self.portal.id))
        if result.outcome == "ok" and broken and not has_any:
            only_robots = set(self._article_faults) == {"robots"}
            result.outcome = "refused_by_robots" if only_robots else "failed"
        if result.outcome == "ok" and self.absent_years and not has_any:
            result.outcome = "failed"
            result.reason = f"not_found: none of the {self.absent_years} addresses of a year has a report"
        if self.notes:
            result.reason = "; ".join(([result.reason] if result.reason else []) + self.notes)
        return result

    def record(
        self,
        answer: Answer,
        role: str,
        outcome: str,
        reason: str | None = None,
        said: dict[str, Any] | None = None,
    ) -> None:
        self.write(fetch_row(self.night, self.portal, role, answer, outcome=outcome, reason=reason, page=said))
        self.result.fetched += 1
        self.answered.add(answer.link.url)
        if outcome == "rejected":
            self.result.rejected += 1
        elif outcome == "unchanged":
            self.result.unchanged += 1
        else:
            self.result.stored += 1

    def count_fault(self, code: str) -> None:
        """Count an article that brought no report."""
        self._article_faults[code] = self._article_faults.get(code, 0) + 1

    def stop_if_told(self, answer: Answer) -> None:
        """Raise Stopped when an answer ends the portal's night. Of a portal on several hosts a host that is stopped
        ends only what stands on it; the second challenge ends all of it: four requests are the most for a portal that
        blocks (contract §6)."""
        one_of_several = len(self.portal.hosts) > 1 and answer.code in ("challenge", "host_stopped")
        if answer.stops and not one_of_several:
            raise Stopped(answer.code or "", answer.reason or "")
        if answer.code == "challenge":
            self.challenged.append(answer.reason or "")
        if len(self.challenged) >= CHALLENGES_BEFORE_STOP:
            raise Stopped("challenge", answer.reason or "")

    @property
    def faults(self) -> int:
        """How many articles brought no report tonight."""
        return sum(self._article_faults.values())

    @property
    def requests(self) -> int:
        """How many requests this portal was asked tonight."""
        return night_of(self.night.crawler).requests.get(self.portal.id, 0)

    @property
    def has_list(self) -> bool:
        """False for a portal whose addresses are the reports themselves."""
        return self.portal.list_page.entry != "direct" and self.portal.family != "year_page"

    def is_judged(self) -> bool:
        """True when what tonight did not show is missing: all went well, and every list was read to its end."""
        well = self.result.outcome == "ok" and not self.challenged and not self.night.years
        return well and (self.whole_list_read or not self.has_list)

    def _write_rejected_link(self, refused: listing.NotAReport) -> None:
        key = (self.portal.id, refused.url, refused.link_text)
        if key in self._refused_links:
            return
        self._refused_links.add(key)
        self.result.rejected += 1
        if key in self.night.knowledge.rejected_links:
            return
        self.night.knowledge.rejected_links.add(key)
        self.write(
            {
                "kind": "link",
                "crawl_id": self.night.crawl_id,
                "portal_id": self.portal.id,
                "url": refused.url,
                "link_text": refused.link_text,
                "link_date": refused.link_date,
                "parent_url": refused.parent_url,
                "outcome": "rejected",
                "reason": refused.reason,
            }
        )

    def write(self, row: dict[str, object]) -> None:
        self.night.writer.write(row)
        log.tell(row)
