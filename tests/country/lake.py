"""The lake of the country: what its bodies published, placed by the identity of the software, with what was planted."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from tests.country.history import FIRST, LAST, Figures, Unit, figures, form_of, units
from transforms.content import fingerprint
from transforms.gazetteer import table
from transforms.identity.agencies import agency_type
from transforms.identity.decisions import Decisions
from transforms.identity.divisions import division_of
from transforms.identity.placement import Named, Placement, place
from transforms.identity.store import IdentityStore
from transforms.identity.succession import Seen, body_of, succession_rows
from transforms.lake.packed import pack
from transforms.manifest import Fetch
from transforms.schema import conform, tables

_WORDS = "公开 政府 信息 工作 主动 申请 办理 机关 依法 规范 制度 平台 监督 保障 全年 及时 群众 服务 培训 专栏".split()
HOST = "https://www.example.gov.cn/"


@dataclass
class Published:
    """One report as it was published: by whom, under which name, what it prints; ``also``: further versions of it.

    ``also`` holds (figures, address) of what declared hosts showed before it, or show still under another address; an
    empty address is the report's own.
    """

    unit: Unit
    year: int
    figures: Figures
    text: list[str]
    scope: str
    name: str
    edition: str | None = None
    period: int | None = None
    also: list[tuple[Figures, str]] = field(default_factory=list)
    report_id: str = ""
    agency_id: str = ""

    @property
    def key(self) -> tuple[str, int]:
        return self.unit.id, self.year

    @property
    def section(self) -> str:
        """The text of its first section, which is all that it says."""
        period = self.period or self.year
        return "。".join([f"本报告所列数据的统计期限自{period}年1月1日起至{period}年12月31日止", *self.text]) + "。"


def everything_published() -> list[Published]:
    """The true history, nothing planted: each body's report of each year."""
    every = units()
    printed = figures(every)
    found = []
    for unit in every:
        for year in unit.years:
            scope = "own"
            if unit.kind == "government":
                # Mixed scopes: some governments once tell of their own level alone, or do not say.
                scope = "aggregate"
                if unit.place.key == "泾县" and year == 2022:
                    scope = "unknown"
                if unit.place.key == "卢龙县" and year in (2020, 2021):
                    scope = "own_level"
            text = _text(Random(f"{unit.id} {year}"))
            found.append(Published(unit, year, dict(printed[unit.id, year]), text, scope, unit.name(year)))
    return found


def _text(random: Random) -> list[str]:
    return ["".join(random.choices(_WORDS, k=16)) for _ in range(14)]


def write(home: Path, reports: list[Published], late: Collection[str] = ()) -> None:
    """Place every report as normalize does and write the lake; fills the ids of ``reports``.

    ``late``: ids of reports that are not in the lake yet.
    """
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    store = IdentityStore(home)
    seen: list[tuple[Seen, Placement]] = []
    for at, one in enumerate(reports):
        fetch = _fetch(one, at)
        placed = place(fetch, Named(one.name, one.year, one.edition), store)
        assert placed.agency_id is not None, placed
        one.report_id, one.agency_id = placed.report_id, placed.agency_id
        told = Seen(
            placed.agency_id,
            one.name,
            one.unit.place.region,
            one.year,
            (),
            None,
            "",
            placed.report_id,
            "",
            None,
            True,
            None,
        )
        seen.append((told, placed))
        if one.report_id not in late:
            _rows_of(rows, one, fetch)
    _agencies(rows, seen)
    names: tuple[Literal["division", "division_succession"], ...] = ("division", "division_succession")
    for name in names:
        part = home / "lake" / name / "report_year=0" / "part-0.parquet"
        part.parent.mkdir(parents=True)
        pq.write_table(table(name), part)
    for table_name, found in rows.items():
        groups: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in found:
            groups[row["report_year"] if tables()[table_name].by_year else 0].append(row)
        for year, group in groups.items():
            part = home / "lake" / table_name / f"report_year={year}" / "part-0.parquet"
            part.parent.mkdir(parents=True, exist_ok=True)
            columns = {c: pa.array([row.get(c) for row in group]) for c in tables()[table_name].column_names}
            pq.write_table(conform(pa.table(columns), table_name), part)
    pack(home)


def _agencies(rows: dict[str, list[dict[str, Any]]], seen: list[tuple[Seen, Placement]]) -> None:
    agencies: dict[str, dict[str, Any]] = {}
    for one, _ in sorted(seen, key=lambda pair: pair[0].year):
        agencies[one.agency_id] = {
            "agency_id": one.agency_id,
            "name": one.name,
            "agency_type": agency_type(one.name),
            "division_id": division_of(one.name, one.region, one.year),
            "status": "confirmed",
            "evidence": "title",
        }
        key = (one.agency_id, one.name)
        if not any((row["agency_id"], row["name"]) == key for row in rows["agency_name"][-1:]):
            rows["agency_name"].append({"agency_id": one.agency_id, "name": one.name, "kind": "official"})
    rows["agency_name"] = list({(row["agency_id"], row["name"]): row for row in rows["agency_name"]}.values())
    rows["agency"] = list(agencies.values())
    of_agency: defaultdict[str, list[Seen]] = defaultdict(list)
    for one, _ in sorted(seen, key=lambda pair: pair[0].year):
        of_agency[one.agency_id].append(one)
    bodies = {agency_id: body_of(agencies[agency_id]["name"], found) for agency_id, found in of_agency.items()}
    rows["agency_succession"] = succession_rows(bodies, Decisions(), agencies)


def _fetch(one: Published, at: int) -> Fetch:
    return Fetch(
        crawl_id="c",
        portal_id="p",
        role="page",
        url=f"{HOST}{at}",
        fetched_at=datetime(one.year + 1, 4, 1) + timedelta(minutes=at),
        sha256=_sha256(f"{at}"),
        title=None,
        link_text=None,
        published_on=None,
        report_year=None,
        article_url=None,
        declared_host=True,
        body=None,
        region_code=one.unit.place.region,
        level=None,
    )


def _rows_of(rows: dict[str, list[dict[str, Any]]], one: Published, fetch: Fetch) -> None:
    common = {"report_id": one.report_id, "report_year": one.year, "form": form_of(one.year), "scope": one.scope}
    common |= {"outcome": "parsed", "reader_version": "1", "trust": "sound", "agency_id": one.agency_id}
    versions = [*one.also, (one.figures, fetch.source)]
    if told := fingerprint({"1": one.section}, one.name):
        common |= {"text_letters": told.letters, "text_bits": told.bits, "sentences": list(told.sentences)}
        common |= {f"text_band_{number}": band for number, band in enumerate(told.bands, start=1)}
    for number, (printed, url) in enumerate(versions, start=1):
        sha256 = fetch.sha256 if number == len(versions) else _sha256(f"{fetch.sha256} {number}")
        when = fetch.fetched_at + timedelta(days=number)
        version_id = f"v-{one.report_id}-{number}"
        more = {**common, "sha256": sha256, "source_url": url or fetch.source, "first_seen": when, "last_seen": when}
        more |= {"version_id": version_id, "version_no": number, "is_current": number == len(versions)}
        more |= {"content_hash": sha256, "figures_hash": _sha256(str(sorted(printed.items()))), "figures": len(printed)}
        more |= {"doubtful_cells": 0, "fetched_at": when, "media_type": "text/html", "bytes": 1, "role": "rendition"}
        rows["document"].append(more)
        rows["report_document"].append(more)
        rows["report_version"].append(more)
        for path, value in printed.items():
            table_name, row_key, *column = path.split(".")
            number_ = Decimal(str(value))
            rows["cell_version"].append(
                {
                    **{key: more[key] for key in ("version_id", "report_id", "report_year")},
                    "table_name": table_name,
                    "row_key": row_key,
                    "column_key": column[0] if column else "value",
                    "is_total": column == ["total"] or row_key == "outcome_total",
                    "value": number_,
                    "value_effective": number_,
                    "effective_method": "printed",
                    "state": "number" if number_ else "zero",
                    "raw": str(value),
                }
            )
    rows["report"].append(more)
    rows["section_text"].append({**more, "section": "1", "text": one.section})
    if told:
        rows["text_fingerprint"].append(more)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


__all__ = ["FIRST", "LAST", "Published", "everything_published", "write"]
