"""What a document says, apart from how it is laid out: the hash by which revisions are told from visit counters."""

from __future__ import annotations

import hashlib
import json

from transforms.reading.result import Reading, path_text


def content_hash(reading: Reading) -> str:
    """Hash of title, cells and section text (contract, section 5); of the bytes where nothing was read.

    Cells count with state and value, or with their printed text where there is no value, so that neither places
    in the markup nor white space make a revision.
    """
    if reading.outcome in ("unreadable", "out_of_format"):
        return reading.sha256
    cells = {
        path_text(path): [
            cell.state,
            str(cell.value) if cell.value is not None else "".join(cell.raw.split()),
        ]
        for path, cell in sorted(reading.cells.items())
        if cell.state != "missing"
    }
    sections = {number: "".join(text.split()) for number, text in sorted(reading.sections.items())}
    title = "".join((reading.title or "").split())
    said = json.dumps([title, cells, sections], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def figures_hash(reading: Reading) -> str | None:
    """Hash of the figures alone, by which the places where one report stands are compared; None without figures."""
    figures = [f"{path_text(path)}={cell.value}" for path, cell in sorted(reading.cells.items()) if cell.value]
    return hashlib.sha256("\n".join(figures).encode()).hexdigest() if figures else None
