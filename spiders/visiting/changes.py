"""Change as data: reports that are missing, gone, moved or back, as rows of the manifest with their day.

A report is missing on a night whose complete listing does not show it, or on which its page answers 404 or something
else than the report. Only the second such night is an event: one night may be the portal's own trouble. A night whose
listing failed or was cut short judges nothing. What a page
says differently is no matter of addresses: versions of reports are made where pages are read.
"""

from __future__ import annotations

from spiders.archive import Stored
from spiders.archive.manifest import timestamp
from spiders.reading import titles
from spiders.visiting.articles import as_candidate, read_article
from spiders.visiting.visit import Visit

NIGHTS_BEFORE_EVENT = 2


async def judge(visit: Visit) -> None:
    """Write the sightings and events of a portal's stored articles, after its articles were read.

    Rows of kind `sighting` say that a night saw an article missing, or saw it again. Rows of kind `event` say
    `vanished` (its page is gone), `unlisted` (the list dropped it, its page still answers), `moved` (the same report
    stands at another address) or `returned`.

    Raises:
        Stopped: when the portal is not to be asked further.
    """
    knowledge, portal_id = visit.night.knowledge, visit.portal.id
    if not visit.is_judged():
        return
    for stored in knowledge.articles(portal_id):
        absence = knowledge.absence(portal_id, stored.url)
        unlisted = visit.has_list and stored.url not in visit.candidates
        if stored.url in visit.gone or unlisted:
            told = absence.event in ("vanished", "moved") or (
                absence.event == "unlisted" and stored.url not in visit.gone
            )
            if (told and absence.nights >= NIGHTS_BEFORE_EVENT) or not absence.another_night(visit.night.as_of):
                continue
            _sighting(visit, stored, seen=False)
            if absence.nights + 1 >= NIGHTS_BEFORE_EVENT:
                await _judge_missing(visit, stored, absence.event)
        elif stored.url in visit.candidates or stored.url in visit.answered:
            _judge_seen(visit, stored, absence.nights, absence.event)


async def _judge_missing(visit: Visit, stored: Stored, last_event: str | None) -> None:
    if last_event in ("vanished", "moved"):
        return
    if stored.url not in visit.gone and stored.url not in visit.answered and last_event is None:
        # The list dropped it; whether its page did, too, only asking tells.
        await read_article(visit, as_candidate(stored, visit.portal.list_page.url))
    successor = _successor(visit, stored)
    if successor is not None:
        _event(visit, stored, "moved", successor)
    elif stored.url in visit.gone:
        _event(visit, stored, "vanished")
    elif stored.url in visit.answered and last_event != "unlisted":
        _event(visit, stored, "unlisted")


def _judge_seen(visit: Visit, stored: Stored, nights: int, last_event: str | None) -> None:
    # A page that had vanished is back when it has answered, not when a list still names it.
    if last_event in ("vanished", "moved") and stored.url not in visit.answered:
        return
    if last_event is not None and last_event != "returned":
        _event(visit, stored, "returned")
    if nights:
        _sighting(visit, stored, seen=True)


def _successor(visit: Visit, stored: Stored) -> str | None:
    """Another address of tonight's list with the same title and year; None when there is none or several."""
    title = titles.normal(stored.link_text or "")
    if not title:
        return None
    same = [
        url
        for url, candidate in visit.candidates.items()
        if url != stored.url
        and candidate.report_year == stored.report_year
        and titles.normal(candidate.link_text) == title
    ]
    return same[0] if len(same) == 1 else None


def _sighting(visit: Visit, stored: Stored, *, seen: bool) -> None:
    visit.write({**_row(visit, stored), "kind": "sighting", "seen": seen})


def _event(visit: Visit, stored: Stored, event: str, moved_to: str | None = None) -> None:
    visit.write({**_row(visit, stored), "kind": "event", "event": event, "moved_to": moved_to})


def _row(visit: Visit, stored: Stored) -> dict[str, object]:
    return {
        "kind": "",
        "crawl_id": visit.night.crawl_id,
        "portal_id": visit.portal.id,
        "url": stored.url,
        "at": timestamp(visit.night.now()),
        "sha256": stored.sha256,
        "report_year": stored.report_year,
    }
