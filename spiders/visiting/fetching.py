"""One address asked once, conditionally where it is stored, and its answer put into the raw archive."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import time
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from spiders import archive
from spiders.archive.manifest import timestamp
from spiders.asking import faults
from spiders.asking.politeness import ChallengeMet
from spiders.registry import Portal
from spiders.visiting.night import Night

URLENCODED = "application/x-www-form-urlencoded; charset=UTF-8"
JSON = "application/json; charset=UTF-8"
KEPT_HEADERS = ("etag", "last-modified", "content-type", "content-disposition", "retry-after")


@dataclass(frozen=True)
class Link:
    """What led to an address: the page, the words and the day beside it; for attachments, their article.

    With a `form` it is asked by POST; `form_type` says what the form is: urlencoded, or JSON.
    """

    url: str
    text: str | None = None
    date: str | None = None
    parent_url: str | None = None
    article_url: str | None = None
    report_year: int | None = None
    form: str | None = None
    form_type: str = URLENCODED

    @property
    def key(self) -> str:
        """The name of this question in manifests: the address, and behind a fragment the form that is posted."""
        return self.url if self.form is None else f"{self.url}#post:{self.form}"


@dataclass(frozen=True)
class Answer:
    """What came of asking. `body` is there unless it failed, for a 304 from the archive."""

    link: Link
    outcome: str
    fetched_at: datetime.datetime
    elapsed_seconds: float
    code: str | None = None
    reason: str | None = None
    final_url: str | None = None
    status: int | None = None
    body: bytes | None = None
    sha256: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    previous: archive.Stored | None = None

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def stops(self) -> bool:
        """True when the portal is not to be asked further tonight."""
        return self.code in faults.STOPPING


async def ask(night: Night, portal: Portal, link: Link) -> Answer:
    """Ask for one address through Scrapy's downloader (guards, robots, politeness, one retry) and archive the
    answer.

    Never raises for what a portal does: every fault is an answer with outcome `failed`, a code and a
    sentence.
    """
    previous = night.knowledge.of(portal.id, link.key)
    answer = await _ask(night, portal, link, previous, previous)
    if answer.code == "archive":  # the portal says that it has not changed, and what is kept of it is damaged or gone
        answer = await _ask(night, portal, link, previous, None)
    return answer


async def _ask(
    night: Night, portal: Portal, link: Link, previous: archive.Stored | None, unless: archive.Stored | None
) -> Answer:
    """As ``ask``; ``unless``: what the portal need not send again."""
    began = time.monotonic()
    try:
        assert night.crawler.engine
        response = await night.crawler.engine.download_async(_request(portal, link, unless))
    except Exception as error:
        code, sentence = faults.fault(error)
        evidence = error.response if isinstance(error, ChallengeMet) else None
        answer = _answer(night, link, previous, began, evidence)
        return _failed(answer, code, sentence, await _store(night, evidence.body) if evidence else None)
    return await _judge(night, _answer(night, link, previous, began, response), response)


def fetch_row(
    night: Night,
    portal: Portal,
    role: str,
    answer: Answer,
    *,
    outcome: str | None = None,
    reason: str | None = None,
    page: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The manifest row of an answer.

    Args:
        night: the crawl.
        portal: whose address it is.
        role: list, article or attachment.
        answer: the answer.
        outcome: instead of the answer's own, once the page was read.
        reason: instead of the answer's own.
        page: what the page says: title, published_on, content_source, report_year.
    """
    page = page or {}
    link, outcome = answer.link, outcome or answer.outcome
    # A failed row keeps the hash of a challenge or of a page in the place of an article: evidence, no
    # document.
    return {
        "kind": "fetch",
        "crawl_id": night.crawl_id,
        "portal_id": portal.id,
        "role": role,
        "url": link.key,
        "final_url": answer.final_url,
        "status": answer.status,
        "fetched_at": timestamp(answer.fetched_at),
        "sha256": answer.sha256,
        "bytes": len(answer.body) if answer.sha256 and answer.body is not None else None,
        "headers": answer.headers,
        "title": page.get("title"),
        "link_text": link.text,
        "link_date": link.date,
        "published_on": page.get("published_on"),
        "content_source": page.get("content_source"),
        "report_year": page.get("report_year", link.report_year),
        "parent_url": link.parent_url,
        "article_url": link.article_url,
        # Whatever was fetched passed the exact allow-list; what was refused for its host says so.
        "declared_host": answer.code not in ("foreign_host", "undeclared"),
        "body": portal.body,
        "region_code": portal.region_code,
        "level": portal.level,
        "outcome": outcome,
        "reason": reason or answer.reason,
        "elapsed_seconds": answer.elapsed_seconds,
    }


def _request(portal: Portal, link: Link, previous: archive.Stored | None) -> Request:
    headers: dict[str, str] = {}
    if link.parent_url and link.parent_url.isascii():
        # Some download scripts answer only to a request that names the page it comes from (families.md §1.3).
        headers["Referer"] = link.parent_url
    asked: dict[str, Any] = {"meta": {"portal": portal}, "callback": NO_CALLBACK}
    if link.form is not None:
        # Conditions belong to GET (RFC 9110 §13.2.1); what comes back is compared by its bytes.
        headers["Content-Type"] = link.form_type
        return Request(link.url, method="POST", headers=headers, body=link.form, **asked)
    if previous is not None and previous.etag:
        headers["If-None-Match"] = previous.etag
    if previous is not None and previous.last_modified:
        headers["If-Modified-Since"] = previous.last_modified
    return Request(link.url, headers=headers, **asked)


def _answer(
    night: Night, link: Link, previous: archive.Stored | None, began: float, response: Response | None
) -> Answer:
    headers: dict[str, str] = {}
    if response is not None:
        for name in KEPT_HEADERS:
            value = response.headers.get(name)
            if value is not None:
                headers[name] = value.decode("utf-8", "replace")
        encoding = response.request.meta.get("content_encoding") if response.request else None
        if encoding:
            headers["content-encoding"] = encoding
    return Answer(
        link=link,
        outcome="failed",
        fetched_at=night.now(),
        elapsed_seconds=round(time.monotonic() - began, 3),
        final_url=response.url if response is not None else None,
        status=response.status if response is not None else None,
        body=response.body if response is not None else None,
        headers=headers,
        previous=previous,
    )


async def _judge(night: Night, answer: Answer, response: Response) -> Answer:
    previous = answer.previous
    fault = faults.status_fault(response.status, "GET" if answer.link.form is None else "POST")
    if fault:
        return _failed(answer, *fault)
    if response.status == 304:
        if previous is None or answer.link.form is not None:
            return _failed(answer, "status", "status 304 to a request without conditions")
        try:
            body = archive.read(night.home, previous.sha256)
        except (FileNotFoundError, ValueError) as error:
            return _failed(answer, "archive", str(error))
        # A 304 repeats few headers; the validators and the type stay those of the stored answer.
        headers = {**dict(previous.headers), **answer.headers}
        return _with(answer, "unchanged", body, previous.sha256, headers)
    if not response.body:
        return _failed(answer, "empty", "the answer has no content")
    sha256 = await _store(night, response.body)
    outcome = "unchanged" if previous is not None and previous.sha256 == sha256 else "stored"
    return _with(answer, outcome, response.body, sha256, answer.headers)


async def _store(night: Night, body: bytes) -> str:
    """Keep bytes in the archive. The disk takes its time to make them durable; other portals are not kept waiting."""
    return await asyncio.to_thread(archive.store, night.home, body)


def _with(answer: Answer, outcome: str, body: bytes, sha256: str, headers: dict[str, str]) -> Answer:
    return dataclasses.replace(answer, outcome=outcome, body=body, sha256=sha256, headers=headers)


def _failed(answer: Answer, code: str, sentence: str, sha256: str | None = None) -> Answer:
    reason = faults.reason_of(code, sentence)
    return dataclasses.replace(answer, outcome="failed", code=code, reason=reason, sha256=sha256)
