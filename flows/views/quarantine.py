"""Documents in quarantine, as `gongkai quarantine list` prints them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from flows.views.printing import aligned

if TYPE_CHECKING:
    from transforms.lake.quarantine import Quarantined

_HEAD = ("sha256", "first seen", "reader", "kind", "bytes", "year", "", "reason", "address")


def show(lines: Sequence[Quarantined], format_: str) -> None:
    """Print documents on standard output, as a table or as one list of objects (times in ISO 8601, UTC)."""
    if format_ == "json":
        rows = [asdict(line) | {"first_seen": f"{line.first_seen.isoformat()}Z"} for line in lines]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif lines:
        for text in aligned([_HEAD, *map(_cells, lines)]):
            click.echo(text)


def _cells(line: Quarantined) -> tuple[str, ...]:
    return (
        line.sha256,
        str(line.first_seen.date()),
        line.reader_version,
        line.media_type,
        f"{line.bytes:,}",
        str(line.report_year or "unplaced"),
        "read again next" if line.waiting else "",
        line.reason,
        line.source_url or "",
    )
