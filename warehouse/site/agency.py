"""The page of one agency: every figure with its peers, its doubts and its documents, as JSON for site.js."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warehouse.compare.page.data import report_data
from warehouse.compare.reports import Compared
from warehouse.compare.rows import is_web
from warehouse.files import plain
from warehouse.indicators import Indicator
from warehouse.site.streams import Told

# Bounds of what one page tells, whatever portals and reports say: the newest reports, the first of their doubts and
# documents. The page says when it leaves something out.
LONGEST_TEXT = 200  # characters of a printed text or a place
MOST_CELLS = 12  # of one doubt


@dataclass(frozen=True)
class Extent:
    """How much a page tells: of reports (the newest), of those with what was printed, of doubts and of documents."""

    reports: int
    printed: int
    rows: int


# From all that a page ever tells to what is small whatever reports hold; the first is enough for nearly every agency.
EXTENTS = (Extent(40, 40, 150), Extent(40, 10, 60), Extent(40, 4, 30), Extent(20, 2, 20), Extent(8, 0, 8))

# Peers of a report: (type of agency, level of its division), by indicator, year and scope: number and quartiles.
Kind = tuple[str, str]
Peers = Mapping[tuple[Kind, str, int, str], tuple[int, Sequence[float]]]


@dataclass(frozen=True)
class About:
    """What the table of agencies says of one, and its level."""

    agency_type: str | None
    level: str | None
    status: str
    evidence: str


def agency_data(
    told: Told,
    about: About,
    shown: Sequence[Indicator],
    path_number: Mapping[str, int],
    peers: Peers,
    extent: Extent = EXTENTS[0],
) -> dict[str, Any]:
    """All that the page shows; as much of it as ``extent`` allows.

    agencies, reports, notes, strings   as in compare/page/data.py
    about       type, level, status, evidence, names [[name, kind, first, last]],
                successions [[kind, forward, id, name, day]]
    peers       for each report: for each indicator [number, lower quartile, median, upper quartile] or 0
    doubts      [report, source, code, severity, message, [path, …], number of paths]
    documents   [report, role, address, is web, sha256, first seen, last seen]
    versions    for each report: how many versions are known
    left_out    {reports, doubts, documents, printed}: how many of each the page leaves out
    """
    compared = told.compared[-extent.reports :]
    numbers = {one.source.report_id: at for at, one in enumerate(compared)}
    strings: dict[str | None, int] = {}
    notes: dict[tuple[str, str, str], int] = {}
    first_told = max(0, len(compared) - extent.printed)
    reports = []
    for at, one in enumerate(compared):
        rows = told.cells.get(one.source.report_id, ()) if at >= first_told else ()
        report = report_data(one, 0, shown, notes, _cells(rows, path_number, strings))
        reports.append(_shorter(report))
    doubts = [
        [numbers[report], source, code, severity, message, (cells or [])[:MOST_CELLS], len(cells or [])]
        for report, source, code, severity, message, cells, _ in told.doubts
        if report in numbers
    ]
    documents = [
        [numbers[report], role, url, is_web(url), sha256, plain(first), plain(last)]
        for report, role, url, sha256, first, last in told.documents
        if report in numbers
    ]
    documents.sort(key=lambda row: -row[0])  # the newest report's first; those of a report stay in their order
    return {
        "agencies": [list(told.agency)],
        "reports": reports,
        "notes": [list(note) for note in notes],
        "strings": list(strings),
        "about": {
            "type": about.agency_type,
            "level": about.level,
            "status": about.status,
            "evidence": about.evidence[:LONGEST_TEXT],
            "names": [[*row] for row in told.names[: extent.rows]],
            "successions": [[plain(value) for value in row] for row in told.successions[: extent.rows]],
        },
        "peers": [_peers(one, about, shown, peers) for one in compared],
        "doubts": doubts[: extent.rows],
        "documents": documents[: extent.rows],
        "versions": [told.versions.get(one.source.report_id, 0) for one in compared],
        "left_out": {
            "reports": len(told.compared) - len(compared),
            "printed": first_told,
            "doubts": max(0, len(doubts) - extent.rows),
            "documents": max(0, len(documents) - extent.rows),
        },
    }


def _cells(
    rows: Sequence[tuple[Any, ...]], path_number: Mapping[str, int], strings: dict[str | None, int]
) -> dict[int, list[Any]]:
    """Number of the path -> value for analysis, printed text, place, state, method, as in compare/page/data.py."""
    cells = {}
    for path, value, raw, locator, state, method in rows:
        number = path_number.get(path)
        if number is not None:
            told = [_cut(raw), _cut(locator), state, *([] if method == "printed" else [method])]
            cells[number] = [_short(value), *[strings.setdefault(text, len(strings)) for text in told]]
    return cells


def _peers(one: Compared, about: About, shown: Sequence[Indicator], peers: Peers) -> list[Any]:
    if about.agency_type is None or about.level is None:
        return []
    kind = (about.agency_type, about.level)
    found = [peers.get((kind, indicator.key, one.report_year, one.about.scope)) for indicator in shown]
    return [[here[0], *here[1]] if here else 0 for here in found] if any(found) else []


def _shorter(report: dict[str, Any]) -> dict[str, Any]:
    """Numbers as short as JSON allows, and texts within bounds."""
    for figure in report["f"]:
        figure[0], figure[1] = _short(figure[0]), _short(figure[1])
        # A share needs no more digits than its counts carry; the panel shows these.
        figure[2] = _short(None if figure[2] is None else round(figure[2], 6))
    report["title"] = _cut(report["title"])
    report["url"] = report["url"] and report["url"][: 5 * LONGEST_TEXT]
    return report


def _short(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
