"""A home with a raw archive written by hand: documents by their hash, and a manifest of each crawl."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests.transforms.layouts import Figures, html_page, plain_figures

BEGIN = datetime(2025, 1, 10, 2, 0, tzinfo=UTC)
PORTAL = {
    "id": "cn-130300-yl",
    "body": "云岭县人民政府",
    "region_code": "130324",
    "level": "county",
    "family": "static_list",
    "hosts": ["www.yl.gov.cn"],
    "list": {"url": "https://www.yl.gov.cn/nb/"},
}
PAGE = "https://www.yl.gov.cn/nb/t1.html"


def page(name: str = "云岭县教育局", year: int = 2022, counter: int = 33, **printed: str) -> bytes:
    """A report as a page; ``counter`` is a visit counter, ``printed`` changes figures of table two."""
    figures: Figures = plain_figures()
    figures.name, figures.year = name, year
    figures.disclosure |= printed
    return html_page(figures).replace(b"<div id=zoom>", f"<p>浏览次数：{counter}</p><div id=zoom>".encode())


def without_tables(name: str = "云岭县教育局", year: int = 2022) -> bytes:
    title = f"{name}{year}年政府信息公开工作年度报告"
    body = f"<p>一、总体情况</p><p>见附件。</p><p>二、主动公开政府信息情况</p><p>{year}</p>"
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div>{body}</div></body></html>".encode()


@dataclass
class Home:
    """``path`` is the home; each crawl is a night later than the one before."""

    path: Path
    portals: list[dict[str, Any]] = field(default_factory=lambda: [PORTAL])
    nights: int = 0

    def store(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path / "raw" / "documents" / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return sha256

    def crawl(self, *rows: dict[str, Any], part: bool = False, torn: str = "") -> None:
        """Write the manifest of one crawl; a row's ``data`` is stored, other keys stand over the usual ones."""
        self.nights += 1
        at = BEGIN + timedelta(days=self.nights)
        crawl_id = at.strftime("%Y%m%dT%H%M%SZ-") + f"{self.nights:06x}"
        lines: list[dict[str, Any]] = [{"kind": "crawl", "crawl_id": crawl_id, "portals": self.portals}]
        for number, row in enumerate(rows):
            lines.append(self._fetch(crawl_id, at + timedelta(seconds=number), dict(row)))
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines) + torn
        folder = self.path / "raw" / "manifests"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{crawl_id}.jsonl{'.part' if part else ''}").write_text(text, "utf-8")

    def _fetch(self, crawl_id: str, at: datetime, row: dict[str, Any]) -> dict[str, Any]:
        data = row.pop("data", None)
        usual: dict[str, Any] = {
            "kind": "fetch",
            "crawl_id": crawl_id,
            "portal_id": PORTAL["id"],
            "role": "article",
            "url": PAGE,
            "status": 200,
            "fetched_at": at.isoformat(),
            "at": at.isoformat(),
            "sha256": self.store(data) if data is not None else None,
            "title": None,
            "link_text": None,
            "link_date": "2023-01-20",
            "published_on": None,
            "report_year": None,
            "article_url": None,
            "declared_host": True,
            "body": None,
            "region_code": PORTAL["region_code"],
            "level": "county",
            "outcome": "stored",
            "reason": None,
        }
        return usual | row

    def event(self, event: str, url: str = PAGE, moved_to: str | None = None) -> dict[str, Any]:
        """A row for ``crawl`` that says what was judged of an address."""
        return {"kind": "event", "event": event, "url": url, "moved_to": moved_to, "outcome": None}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table of the lake."""
        found: list[dict[str, Any]] = []
        for path in sorted((self.path / "lake" / table).glob("report_year=*/part-0.parquet")):
            found += pq.ParquetFile(path).read().to_pylist()
        return found

    def files(self, folder: str) -> dict[str, tuple[int, bytes]]:
        """Time of writing and bytes of every file below a folder of the home."""
        root = self.path / folder
        found = sorted(path for path in root.rglob("*") if path.is_file())
        return {str(path.relative_to(root)): (path.stat().st_mtime_ns, path.read_bytes()) for path in found}

    def contents(self, folder: str) -> dict[str, bytes]:
        """Bytes of every file below a folder of the home, those set aside left out."""
        return {name: data for name, (_, data) in self.files(folder).items() if not name.endswith(".corrupt")}


def ingested(data: bytes, name: str = "report.html", **more: Any) -> dict[str, Any]:
    """A fetch row of a file that someone had."""
    return {
        "data": data,
        "role": "ingested",
        "portal_id": None,
        "url": None,
        "link_text": name,
        "link_date": None,
        "region_code": None,
        "level": None,
        **more,
    }
