"""The articles of one portal in one night: which are asked, what their pages are, and their attachments."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from spiders.archive import Stored
from spiders.asking import faults
from spiders.reading import article, pagers, pages, titles
from spiders.reading.listing import Attachment, Candidate
from spiders.visiting.fetching import Answer, Link, ask, fetch_row
from spiders.visiting.schedule import is_absent_year_due, is_due
from spiders.visiting.visit import Visit

# A portal whose articles fail one after the other is broken, or refuses in a way that nobody knows.
MOST_FAILURES_IN_A_ROW = 10
# Title reasons that say nothing about what a page is, so that the link's title stands.
_SILENT_CODES = frozenset({"other", "empty", "too_long", "cut", "title_re"})


async def read_articles(visit: Visit) -> None:
    """Fetch what this night asks for: new, changed and due articles, on the list today or not.

    So many that fail in a row say more about the portal than about them: the rest is left for another night, and what
    did not answer is not taken for gone.

    Raises:
        Stopped: when the portal is not to be asked further.
    """
    visit.result.listed = len(visit.candidates)
    planned = itertools.islice(_planned(visit), visit.night.sample)
    in_a_row = 0
    for candidate in planned:
        fetched, faults_before, asked = visit.result.fetched, visit.faults, visit.requests
        await read_article(visit, candidate)
        if visit.result.fetched > fetched:
            in_a_row = 0
        elif visit.faults > faults_before and visit.requests > asked:
            in_a_row += 1
        if in_a_row == MOST_FAILURES_IN_A_ROW and (left := sum(1 for _ in planned)):
            visit.notes.append(f"{in_a_row} articles in a row failed, so the other {left} were left for another night")
            visit.whole_list_read = False
            return


def _planned(visit: Visit) -> Iterable[Candidate]:
    """Candidates to fetch, as the list has them: new ones, so that a budget that is too small for all is not spent on
    asking again; those that are due; stored articles that the list no longer shows; then those that have only failed,
    because two that are refused end the night."""
    night, portal_id = visit.night, visit.portal.id
    now, knowledge = night.now(), night.knowledge
    known: list[tuple[Candidate, Stored]] = []
    failed: list[Candidate] = []
    for candidate in tuple(visit.candidates.values()):
        if not night.wants(candidate.report_year):
            continue
        stored = knowledge.of(portal_id, candidate.url)
        if stored is not None:
            known.append((candidate, stored))
            continue
        missed = knowledge.missed_at(portal_id, candidate.url) if candidate.only_year else None
        if night.recheck or is_absent_year_due(missed, candidate.report_year, now):
            if (portal_id, candidate.url) in knowledge.failed:
                failed.append(candidate)
            else:
                yield candidate
    for candidate, stored in known:
        if (
            night.recheck
            or stored.gone
            or _changed(stored, candidate)
            or is_due(stored, now)
            or knowledge.lacks_attachments(portal_id, candidate.url, now)
        ):
            yield candidate
    for stored in knowledge.articles(portal_id):
        if stored.url in visit.candidates or not night.wants(stored.report_year):
            continue
        if night.recheck or is_due(stored, now):
            yield as_candidate(stored, visit.portal.list_page.url)
    yield from failed


def as_candidate(stored: Stored, list_url: str) -> Candidate:
    """A stored article as a list once offered it."""
    return Candidate(
        stored.url, stored.link_text or "", stored.link_date, stored.report_year, stored.parent_url or list_url
    )


def _changed(stored: Stored, candidate: Candidate) -> bool:
    if candidate.only_year or not candidate.link_text:
        return False
    return stored.link_text != candidate.link_text or stored.link_date != candidate.link_date


async def read_article(visit: Visit, candidate: Candidate) -> None:
    """Fetch one article with its attachments and record what came.

    Raises:
        Stopped: when the portal is not to be asked further.
    """
    night, portal = visit.night, visit.portal
    link = Link(
        candidate.url, candidate.link_text, candidate.link_date, candidate.parent_url, report_year=candidate.report_year
    )
    answer = await _led_on(visit, candidate, await ask(night, portal, link))
    visit.attempted += 1
    if answer.outcome == "failed":
        _record_fault(visit, answer, candidate)
        return
    assert answer.body is not None
    if not pages.looks_like_html(answer.body, answer.content_type):
        visit.record(answer, "article", answer.outcome)
        return
    page = _page_of(visit, answer)
    read = article.read_article(page, portal.article)
    verdict = titles.classify(read.title, portal.title_re)
    said: dict[str, Any] = {
        "title": read.title,
        "published_on": read.published_on,
        "content_source": read.content_source,
        "report_year": (verdict.report_year if verdict.accepted else None) or candidate.report_year,
    }
    wrong = _why_no_article(visit, page, read, candidate, answer)
    if wrong:
        if candidate.only_year and answer.previous is None:
            # Some answer for a year without a report with an empty shell.
            visit.absent_years += 1
        else:
            visit.count_fault("soft_404")
        visit.gone.add(candidate.url)
        visit.write(fetch_row(night, portal, "article", answer, outcome="failed", reason=wrong, page=said))
        return
    refused = not verdict.accepted and (verdict.code not in _SILENT_CODES or not candidate.certain)
    if refused:
        visit.record(answer, "article", "rejected", verdict.reason, said)
        return
    if candidate.only_year and verdict.report_year not in (None, candidate.report_year):
        reason = f"other_year: the page for {candidate.report_year} shows the report of {verdict.report_year}"
        visit.gone.add(candidate.url)
        visit.record(answer, "article", "rejected", reason, said)
        return
    # The article's row comes after its attachments: a crawl that is killed between asks for all of it
    # again.
    try:
        documents = article.joined(read.attachments, candidate.documents)
        await _read_attachments(visit, documents or read.pictures, link)
    finally:
        visit.record(answer, "article", answer.outcome, None, said)


def _page_of(visit: Visit, answer: Answer) -> pages.Page:
    url = answer.final_url or answer.link.url
    return pages.read_page(url, answer.body or b"", answer.content_type, visit.portal.article.encoding)


async def _led_on(visit: Visit, candidate: Candidate, answer: Answer) -> Answer:
    """The answer, or where it is a page that only sends its reader on, by a refresh or a script, that of the address
    it names. Portals make such a page for a report that stands in another column (TRS calls it a link document)."""
    if answer.body is None or answer.outcome == "failed" or not pages.looks_like_html(answer.body, answer.content_type):
        return answer
    page = _page_of(visit, answer)
    target = pagers.moved_to(page)
    known = {answer.link.url, answer.final_url, *visit.list_urls, *visit.candidates}
    if target is None or target in known or urlsplit(target).path in ("", "/"):
        return answer
    read = article.read_article(page, visit.portal.article)
    if _why_no_article(visit, page, read, candidate, answer) is None:
        return answer
    further = await ask(visit.night, visit.portal, dataclasses.replace(answer.link, url=target, parent_url=page.url))
    # The report keeps the address that the list knows. The validators are those of another address.
    headers = {name: value for name, value in further.headers.items() if name not in ("etag", "last-modified")}
    same = answer.previous is not None and answer.previous.sha256 == further.sha256
    outcome = "unchanged" if further.outcome == "stored" and same else further.outcome
    return dataclasses.replace(further, link=answer.link, previous=answer.previous, headers=headers, outcome=outcome)


def _why_no_article(
    visit: Visit, page: pages.Page, read: article.Article, candidate: Candidate, answer: Answer
) -> str | None:
    if answer.sha256 in visit.list_hashes:
        return "soft_404: the page is the list page itself"
    return article.why_no_article(page, read, candidate.link_text, visit.portal.title_re)


async def _read_attachments(visit: Visit, attachments: Iterable[Attachment], parent: Link) -> None:
    for attachment in attachments:
        link = Link(
            attachment.url,
            attachment.link_text or None,
            None,
            parent.url,
            article_url=parent.url,
            report_year=parent.report_year,
        )
        answer = await ask(visit.night, visit.portal, link)
        if answer.outcome == "failed":
            visit.write(fetch_row(visit.night, visit.portal, "attachment", answer))
            visit.notes.append(f"attachment {attachment.url}: {answer.reason}")
            visit.stop_if_told(answer)
        elif answer.body is not None and _is_page(answer):
            reason = "not_a_document: a page came in the place of the attachment"
            row = fetch_row(visit.night, visit.portal, "attachment", answer, outcome="failed", reason=reason)
            visit.write(row)
            visit.notes.append(f"attachment {attachment.url}: {reason}")
        else:
            visit.record(answer, "attachment", answer.outcome)


def _is_page(answer: Answer) -> bool:
    body = (answer.body or b"")[:1024].lstrip().lower()
    return body.startswith((b"<!doctype html", b"<html"))


def _record_fault(visit: Visit, answer: Answer, candidate: Candidate) -> None:
    visit.write(fetch_row(visit.night, visit.portal, "article", answer))
    if answer.code == "not_found" and answer.previous is not None:
        visit.result.vanished.append(answer.link.url)
        visit.gone.add(answer.link.url)
    elif answer.code == "not_found" and candidate.only_year:
        visit.absent_years += 1
    elif answer.code not in faults.STOPPING:
        visit.count_fault(answer.code or "failed")
    visit.stop_if_told(answer)
