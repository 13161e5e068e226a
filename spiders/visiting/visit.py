"""One portal, one night: its lists, its articles with attachments, and the row that says how it went."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from spiders.archive import Stored
from spiders.asking import faults
from spiders.asking.politeness import night_of
from spiders.reading import article, listing, pages, titles
from spiders.reading.listing import Candidate, Listing
from spiders.registry import Portal
from spiders.visiting.fetching import Answer, Link, ask, fetch_row
from spiders.visiting.night import Night, PortalResult, is_due

# Title reasons that say nothing about what a page is, so that the link's title stands.
_SILENT_CODES = frozenset({"other", "empty", "too_long", "cut", "title_re"})


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
    """The state of one portal's visit; a family reads the lists, this reads the articles."""

    def __init__(self, night: Night, portal: Portal) -> None:
        self.night = night
        self.portal = portal
        self.result = PortalResult(portal.id)
        self.notes: list[str] = []
        self.candidates: dict[str, Candidate] = {}
        self.offered = 0
        self.list_urls: set[str] = set()
        self.unread_lists: set[str] = set()
        self._list_answers: dict[str, Answer] = {}
        self.whole_list_read = True
        self._list_hashes: set[str] = set()
        self._refused_links: set[tuple[str, str, str]] = set()
        self._attempted = 0
        self._article_faults: dict[str, int] = {}

    async def list_page(self, url: str, parent_url: str | None = None) -> tuple[pages.Page | None, Answer]:
        """Fetch one list page and record it; the page is None when the answer was no page. A page that was fetched
        tonight is not asked for again.

        Raises:
            Stopped: when the portal is not to be asked further.
        """
        answer = self._list_answers.get(url)
        if answer is None:
            answer = self._list_answers[url] = await self.ask_list(Link(url, parent_url=parent_url))
        if answer.body is None or answer.outcome == "failed":
            return None, answer
        declared = self.portal.article.encoding
        return pages.read_page(answer.final_url or url, answer.body, answer.content_type, declared), answer

    async def ask_list(self, link: Link) -> Answer:
        """Ask for a part of a list, by GET or by POST, and record it, whatever its format.

        Raises:
            Stopped: when the portal is not to be asked further.
        """
        self.list_urls.add(link.url)
        answer = await ask(self.night, self.portal, link)
        self._write(fetch_row(self.night, self.portal, "list", answer))
        if answer.stops:
            raise Stopped(answer.code or "", answer.reason or "")
        if answer.outcome != "failed":
            if answer.sha256:
                self._list_hashes.add(answer.sha256)
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

    async def read_articles(self) -> None:
        """Fetch what this night asks for: new, changed and due articles, on the list today or not.

        Raises:
            Stopped: when the portal is not to be asked further.
        """
        self.result.listed = len(self.candidates)
        for candidate in self._planned():
            await self._read_article(candidate)

    def finish(self, began_seconds: float) -> PortalResult:
        """Count the requests and join the notes; a night on which every article failed is a failure."""
        result = self.result
        result.requests = night_of(self.night.crawler).requests.get(self.portal.id, 0)
        result.elapsed_seconds = round(time.monotonic() - began_seconds, 3)
        broken = sum(self._article_faults.values())
        if broken:
            kinds = ", ".join(f"{code} ({count})" for code, count in sorted(self._article_faults.items()))
            self.notes.append(f"{broken} of {self._attempted} articles failed: {kinds}")
        has_any = result.fetched > 0 or bool(self.night.knowledge.articles(self.portal.id))
        if result.outcome == "ok" and broken and not has_any:
            only_robots = set(self._article_faults) == {"robots"}
            result.outcome = "refused_by_robots" if only_robots else "failed"
        if self.notes:
            result.reason = "; ".join(([result.reason] if result.reason else []) + self.notes)
        return result

    def _planned(self) -> Iterable[Candidate]:
        """Candidates to fetch, as the list has them; then stored articles that it no longer shows."""
        now, knowledge, portal_id = self.night.now(), self.night.knowledge, self.portal.id
        for candidate in tuple(self.candidates.values()):
            stored = knowledge.of(portal_id, candidate.url)
            if self.night.wants(candidate.report_year) and (
                stored is None
                or self.night.recheck
                or _changed(stored, candidate)
                or is_due(stored, now)
                or knowledge.lacks_attachments(portal_id, candidate.url)
            ):
                yield candidate
        for stored in knowledge.articles(portal_id):
            if stored.url in self.candidates or not self.night.wants(stored.row.get("report_year")):
                continue
            if self.night.recheck or is_due(stored, now):
                row = stored.row
                yield Candidate(
                    stored.url,
                    row.get("link_text") or "",
                    row.get("link_date"),
                    row.get("report_year"),
                    row.get("parent_url") or self.portal.list_page.url,
                )

    async def _read_article(self, candidate: Candidate) -> None:
        link = Link(
            candidate.url,
            candidate.link_text,
            candidate.link_date,
            candidate.parent_url,
            report_year=candidate.report_year,
        )
        answer = await ask(self.night, self.portal, link)
        self._attempted += 1
        if answer.outcome == "failed":
            self._record_fault(answer)
            return
        assert answer.body is not None
        if not pages.looks_like_html(answer.body, answer.content_type):
            self._record(answer, "article", answer.outcome)
            return
        page = pages.read_page(
            answer.final_url or answer.link.url,
            answer.body,
            answer.content_type,
            self.portal.article.encoding,
        )
        read = article.read_article(page, self.portal.article)
        verdict = titles.classify(read.title, self.portal.title_re)
        year = verdict.report_year if verdict.accepted and verdict.report_year else candidate.report_year
        said: dict[str, Any] = {
            "title": read.title,
            "published_on": read.published_on,
            "content_source": read.content_source,
            "report_year": year,
        }
        wrong = self._why_no_article(page, read, candidate, answer)
        if wrong:
            self._article_faults["soft_404"] = self._article_faults.get("soft_404", 0) + 1
            self._write(
                fetch_row(self.night, self.portal, "article", answer, outcome="failed", reason=wrong, page=said)
            )
            return
        refused = not verdict.accepted and (verdict.code not in _SILENT_CODES or not candidate.certain)
        if refused:
            self._record(answer, "article", "rejected", verdict.reason, said)
            return
        # The article's row comes after its attachments: a crawl that is killed between asks for all of it
        # again.
        try:
            await self._read_attachments(read, link)
        finally:
            self._record(answer, "article", answer.outcome, None, said)

    def _why_no_article(
        self, page: pages.Page, read: article.Article, candidate: Candidate, answer: Answer
    ) -> str | None:
        if answer.sha256 in self._list_hashes:
            return "soft_404: the page is the list page itself"
        return article.why_no_article(page, read, candidate.link_text, self.portal.title_re)

    async def _read_attachments(self, read: article.Article, parent: Link) -> None:
        for attachment in read.attachments:
            link = Link(
                attachment.url,
                attachment.link_text or None,
                None,
                parent.url,
                article_url=parent.url,
                report_year=parent.report_year,
            )
            answer = await ask(self.night, self.portal, link)
            if answer.outcome == "failed":
                self._write(fetch_row(self.night, self.portal, "attachment", answer))
                self.notes.append(f"attachment {attachment.url}: {answer.reason}")
                if answer.stops:
                    raise Stopped(answer.code or "", answer.reason or "")
            elif answer.body is not None and self._is_page(answer):
                reason = "not_a_document: a page came in the place of the attachment"
                self._write(fetch_row(self.night, self.portal, "attachment", answer, outcome="failed", reason=reason))
                self.notes.append(f"attachment {attachment.url}: {reason}")
            else:
                self._record(answer, "attachment", answer.outcome)

    @staticmethod
    def _is_page(answer: Answer) -> bool:
        body = (answer.body or b"")[:1024].lstrip().lower()
        return body.startswith((b"<!doctype html", b"<html"))

    def _record(
        self,
        answer: Answer,
        role: str,
        outcome: str,
        reason: str | None = None,
        said: dict[str, Any] | None = None,
    ) -> None:
        self._write(fetch_row(self.night, self.portal, role, answer, outcome=outcome, reason=reason, page=said))
        self.result.fetched += 1
        if outcome == "rejected":
            self.result.rejected += 1
        elif outcome == "unchanged":
            self.result.unchanged += 1
        else:
            self.result.stored += 1

    def _record_fault(self, answer: Answer) -> None:
        self._write(fetch_row(self.night, self.portal, "article", answer))
        if answer.code == "not_found" and answer.previous is not None:
            self.result.vanished.append(answer.link.url)
        elif answer.code not in faults.STOPPING:
            code = answer.code or "failed"
            self._article_faults[code] = self._article_faults.get(code, 0) + 1
        if answer.stops:
            raise Stopped(answer.code or "", answer.reason or "")

    def _write_rejected_link(self, refused: listing.NotAReport) -> None:
        key = (self.portal.id, refused.url, refused.link_text)
        if key in self._refused_links:
            return
        self._refused_links.add(key)
        self.result.rejected += 1
        if key in self.night.knowledge.rejected_links:
            return
        self.night.knowledge.rejected_links.add(key)
        self._write(
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

    def _write(self, row: dict[str, object]) -> None:
        self.night.writer.write(row)


def _changed(stored: Stored, candidate: Candidate) -> bool:
    row = stored.row
    return row.get("link_text") != candidate.link_text or row.get("link_date") != candidate.link_date
