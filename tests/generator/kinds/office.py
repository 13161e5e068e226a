"""Documents converted by LibreOffice: many files in one call, every output checked for."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.generator import cache

# One call must end even where a file makes the suite hang; a hundred files take about half a minute.
BATCH = 40
SECONDS_A_BATCH = 240

FILTERS = {
    "docx": "docx:MS Word 2007 XML",
    "doc": "doc:MS Word 97",
    "odt": "odt:writer8",
    "rtf": "rtf:Rich Text Format",
    "pdf": "pdf:writer_pdf_Export",
    "xls": "xls:MS Excel 97",
    "ods": "ods:calc8",
}


def absent() -> str | None:
    """Why nothing can be converted here, or None."""
    return None if shutil.which("soffice") else "LibreOffice (soffice) is not installed"


def convert(pairs: Sequence[tuple[Path, Path]], target: str) -> None:
    """Convert each source file to the place beside it in its pair; what the suite does not convert is not there."""
    for at in range(0, len(pairs), BATCH):
        batch = [(source, place) for source, place in pairs[at : at + BATCH] if not place.exists()]
        if batch:
            _convert(batch, target)
            # A file that breaks the suite takes the rest of its batch along: those once more, one by one.
            for source, place in batch:
                if not place.exists() and len(batch) > 1:
                    _convert([(source, place)], target)


def _convert(batch: list[tuple[Path, Path]], target: str) -> None:
    with tempfile.TemporaryDirectory(prefix="gongkai-office-") as name:
        work = Path(name)
        out = work / "out"
        sources = []
        for at, (source, _) in enumerate(batch):
            copy = work / f"{at:03d}{source.suffix}"
            shutil.copyfile(source, copy)
            sources.append(str(copy))
        # Pages of HTML would be opened by the web variant of the writer, which has no pages.
        infilter = ["--infilter=HTML (StarWriter)"] if batch[0][0].suffix == ".html" else []
        command = ["soffice", f"-env:UserInstallation={(work / 'profile').as_uri()}", "--headless", *infilter]
        command += ["--convert-to", FILTERS[target], "--outdir", str(out), *sources]
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, capture_output=True, timeout=SECONDS_A_BATCH, check=False)
        for at, (_, place) in enumerate(batch):
            made = out / f"{at:03d}.{target}"
            if made.exists() and made.stat().st_size:
                cache.write(place, made.read_bytes())
