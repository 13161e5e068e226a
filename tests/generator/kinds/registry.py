"""The kinds of file that reports are rendered to: each from a report, or from files of another kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name

from tests.generator import cache
from tests.generator.compose import Instead, Report
from tests.generator.kinds import browser, office, scan

_HERE = "tests.generator.kinds"


@dataclass(frozen=True)
class Kind:
    """A kind of file. ``render`` names a function(report) -> bytes; without it files of ``source`` are converted.

    ``convert`` names a function(pairs of paths, target); ``module`` is what it needs to be importable. ``instead``: see
    ``make_report``.
    """

    name: str
    suffix: str
    render: str | None = None
    source: str | None = None
    convert: str | None = None
    module: str | None = None
    absent: Callable[[], str | None] = lambda: None
    instead: Instead = field(default_factory=dict)

    def missing(self) -> str | None:
        """Why this kind cannot be made here, or None."""
        if self.module and not find_spec(self.module):
            return f"the Python module {self.module} is not installed"
        return self.absent() or (KINDS[self.source].missing() if self.source else None)


_OFFICE = f"{_HERE}.office:convert"

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("html", ".html", f"{_HERE}.html:render_html"),
        Kind("text", ".txt", f"{_HERE}.text:render_text"),
        Kind("markdown", ".md", f"{_HERE}.text:render_markdown"),
        Kind("docx", ".docx", f"{_HERE}.docx:render_docx", module="docx"),
        Kind("docx-office", ".docx", source="html", convert=_OFFICE, absent=office.absent),
        Kind("doc", ".doc", source="docx", convert=_OFFICE, absent=office.absent),
        Kind("odt", ".odt", source="docx", convert=_OFFICE, absent=office.absent),
        Kind("rtf", ".rtf", source="docx", convert=_OFFICE, absent=office.absent),
        Kind("xlsx", ".xlsx", f"{_HERE}.spreadsheet:render_xlsx", module="openpyxl"),
        Kind("xls", ".xls", source="xlsx", convert=_OFFICE, absent=office.absent),
        Kind("ods", ".ods", source="xlsx", convert=_OFFICE, absent=office.absent),
        Kind("pdf", ".pdf", f"{_HERE}.portable:render_pdf", module="reportlab"),
        # A tab before a figure moves it to the next stop, which lies behind the edge of a narrow cell: it is lost.
        Kind(
            "pdf-office",
            ".pdf",
            source="docx",
            convert=_OFFICE,
            absent=office.absent,
            instead={"pad": ("tab", "spaces")},
        ),
        Kind("pdf-browser", ".pdf", source="html", convert=f"{_HERE}.browser:convert", absent=browser.absent),
        Kind("scan", ".pdf", source="pdf", convert=f"{_HERE}.scan:to_pdf", absent=scan.absent),
        Kind("picture", ".png", source="pdf", convert=f"{_HERE}.scan:to_picture", absent=scan.absent),
    )
}


def render(kind: Kind, reports: Sequence[Report]) -> list[Path]:
    """The files of these reports, in their order; a file that could not be made is not there."""
    places = [cache.place(kind.name, report.key, kind.suffix) for report in reports]
    if kind.render:
        make = resolve_name(kind.render)
        for report, place in zip(reports, places, strict=True):
            if not place.exists():
                cache.write(place, make(report))
        return places
    todo = [(report, place) for report, place in zip(reports, places, strict=True) if not place.exists()]
    if todo:
        assert kind.source
        assert kind.convert
        sources = render(KINDS[kind.source], [report for report, _ in todo])
        pairs = [(source, place) for source, (_, place) in zip(sources, todo, strict=True) if source.exists()]
        resolve_name(kind.convert)(pairs, kind.suffix.removeprefix("."))
    return places


def named(names: Iterable[str]) -> list[Kind]:
    """Kinds by name; KeyError names one that there is not."""
    return [KINDS[name] for name in names]
