"""The raw archive: each fetched document by its sha256, a manifest of each crawl, nothing overwritten."""

from __future__ import annotations

from spiders.archive.checking import Checked, Flaw, check_archive
from spiders.archive.documents import (
    HALF,
    PACKED,
    digest,
    document_path,
    opened,
    put,
    read,
    standing,
    store,
    sync,
    unpacked,
)
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
    shared,
)
from spiders.archive.packing import Packed, pack
from spiders.archive.pruning import prune, pruned

__all__ = [
    "HALF",
    "PACKED",
    "ArchiveBusy",
    "ArchiveError",
    "Checked",
    "Flaw",
    "Ingested",
    "Knowledge",
    "ManifestWriter",
    "Packed",
    "PortalHistory",
    "Stored",
    "adopt",
    "check_archive",
    "clock",
    "digest",
    "document_path",
    "follow",
    "held",
    "ingest",
    "learn",
    "manifest_folder",
    "manifests",
    "new_crawl_id",
    "opened",
    "pack",
    "part_path",
    "prune",
    "pruned",
    "put",
    "read",
    "read_manifest",
    "rows",
    "shared",
    "standing",
    "store",
    "sync",
    "unpacked",
]
