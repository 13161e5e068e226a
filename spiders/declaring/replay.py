"""Runs an entry against saved answers instead of a portal: the same code as in a night, without a network."""

from __future__ import annotations

import asyncio
import datetime
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.http import HtmlResponse, Response

from spiders import archive
from spiders.asking.politeness import Refused
from spiders.declaring.trial import SavedAnswer
from spiders.families import FAMILIES, entries
from spiders.registry import Portal
from spiders.visiting import articles
from spiders.visiting.night import Night
from spiders.visiting.visit import ListFailed, Stopped, Visit


class NotSaved(Refused):
    """Something was asked that no saved answer holds."""

    def __init__(self, key: str) -> None:
        super().__init__("night_limit", f"no saved answer to {key}")


class _Saved:
    """Stands in for Scrapy's crawler and its engine: answers from what was saved, and keeps what was asked."""

    def __init__(self, answers: Iterable[SavedAnswer]) -> None:
        self._answers = {answer.key: answer for answer in answers}
        self.asked: list[str] = []
        self.engine = self

    async def download_async(self, request: Request) -> Response:
        key = request.url if request.method == "GET" else f"{request.url}#post:{request.body.decode()}"
        self.asked.append(key)
        if key not in self._answers:
            raise NotSaved(key)
        answer = self._answers[key]
        headers = {"Content-Type": answer.content_type} if answer.content_type else {}
        return HtmlResponse(request.url, body=answer.body, headers=headers, request=request)


class _Rows:
    """A manifest that is kept in memory."""

    def __init__(self) -> None:
        self.rows: list[Mapping[str, Any]] = []

    def write(self, *rows: Mapping[str, Any]) -> None:
        self.rows.extend(rows)


class Replayed:
    """What came of a replay: the addresses asked, in order; the visit; its rows; what the list failed with."""

    def __init__(self, asked: list[str], visit: Visit, rows: list[Mapping[str, Any]], failed: str | None) -> None:
        self.asked, self.visit, self.rows, self.failed = asked, visit, rows, failed


def replay(portal: Portal, answers: Iterable[SavedAnswer] = (), *, sample: int | None = None) -> Replayed:
    """Visit an entry with saved answers; what is not among them ends the visit there."""
    saved, rows = _Saved(answers), _Rows()
    with tempfile.TemporaryDirectory(prefix="gongkai-replay-") as folder:
        night = Night(
            crawler=saved,  # type: ignore[arg-type]
            home=Path(folder),
            crawl_id="replay",
            as_of=datetime.datetime.now(datetime.UTC),
            years=(),
            recheck=False,
            knowledge=archive.Knowledge(),
            writer=rows,  # type: ignore[arg-type]
            sample=sample,
        )
        visit = Visit(night, portal if sample is None else portal.at_a_look())
        failed = asyncio.run(_visit(visit))
    return Replayed(saved.asked, visit, rows.rows, failed)


async def _visit(visit: Visit) -> str | None:
    try:
        await entries.read_lists(visit, FAMILIES[visit.portal.family])
        await articles.read_articles(visit)
    except (ListFailed, Stopped) as error:
        return str(error)
    return None
