"""Report files that someone already has, added to the raw archive as if they had been crawled."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from spiders import addresses
from spiders.archive import documents, manifest


@dataclass(frozen=True)
class Ingested:
    """What an ingest added: its manifest, and (path, sha256) of each file in the order given."""

    crawl_id: str
    manifest: Path
    documents: tuple[tuple[Path, str], ...]


def ingest(
    home: Path,
    paths: Iterable[Path],
    *,
    agency: str | None = None,
    year: int | None = None,
    url: str | None = None,
    declared_hosts: Iterable[str] = (),
    as_of: datetime.datetime | None = None,
) -> Ingested:
    """Store files with a manifest of their own; all of them are read before anything is written.

    Args:
        home: the home folder; made when missing.
        paths: files to add; no folders.
        agency: the issuing body, when the caller knows it.
        year: the report year, when the caller knows it.
        url: where the file came from.
        declared_hosts: all hosts of the registry, to say whether `url` is a declared one.
        as_of: the clock (aware); None is now. One behind the archive's goes on from there.

    Raises:
        ArchiveError: when a path cannot be read or no path is given; nothing was written then.
        ArchiveBusy: when another process is writing to the archive.
    """
    contents = []
    for path in map(Path, paths):
        try:
            contents.append((path, path.read_bytes()))
        except OSError as error:
            raise manifest.ArchiveError(
                f"cannot read {path}: {error.strerror or error}; nothing was ingested"
            ) from error
    if not contents:
        raise manifest.ArchiveError("expected at least one file to ingest, found none")
    now = datetime.datetime.now(datetime.UTC)
    moment = manifest.clock(home, as_of or now)
    clock = manifest.timestamp(moment)
    crawl_id = manifest.new_crawl_id(moment)
    trusted = url is None or addresses.declared(url, declared_hosts)
    added = []
    with manifest.ManifestWriter(home, crawl_id) as writer:
        writer.write(
            {
                "kind": "crawl",
                "crawl_id": crawl_id,
                "started_at": manifest.timestamp(now),
                "as_of": clock,
                "portals": [],
                "options": {"years": None, "recheck": False},
            }
        )
        for path, data in contents:
            sha256 = documents.store(home, data)
            writer.write(
                {
                    "kind": "fetch",
                    "crawl_id": crawl_id,
                    "portal_id": None,
                    "role": "ingested",
                    "url": url,
                    "final_url": url,
                    "status": None,
                    "fetched_at": clock,
                    "sha256": sha256,
                    "bytes": len(data),
                    "headers": {},
                    "title": None,
                    "link_text": path.name,
                    "link_date": None,
                    "published_on": None,
                    "content_source": None,
                    "report_year": year,
                    "parent_url": None,
                    "article_url": None,
                    "declared_host": trusted,
                    "body": agency,
                    "region_code": None,
                    "level": None,
                    "outcome": "stored",
                    "reason": None,
                    "elapsed_seconds": 0.0,
                }
            )
            added.append((path, sha256))
        writer.write({"kind": "end", "crawl_id": crawl_id, "finished_at": clock})
    return Ingested(crawl_id, writer.path, tuple(added))
