"""The raw archive: each fetched document by its sha256, a manifest of each crawl, nothing overwritten."""

from __future__ import annotations

from spiders.archive.checking import Checked, Flaw, check_archive
from spiders.archive.documents import document_path, read, store
from spiders.archive.ingest import Ingested, ingest
from spiders.archive.knowledge import Knowledge, PortalHistory, Stored, learn
from spiders.archive.manifest import (
    ArchiveBusy,
    ArchiveError,
    ManifestWriter,
    adopt,
    clock,
    follow,
    held,
    manifest_folder,
    manifests,
    new_crawl_id,
    part_path,
    read_manifest,
    rows,
)

__all__ = [
    "ArchiveBusy",
    "ArchiveError",
    "Checked",
    "Flaw",
    "Ingested",
    "Knowledge",
    "ManifestWriter",
    "PortalHistory",
    "Stored",
    "adopt",
    "check_archive",
    "clock",
    "document_path",
    "follow",
    "held",
    "ingest",
    "learn",
    "manifest_folder",
    "manifests",
    "new_crawl_id",
    "part_path",
    "read",
    "read_manifest",
    "rows",
    "store",
]
