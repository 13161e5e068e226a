"""Many documents as `gongkai parse` sums them up for people: what was read, what is in doubt and why, what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.views.printing import aligned, console

if TYPE_CHECKING:
    from transforms.batch import ReadFile

_KINDS = {
    "text/html": "HTML",
    "text/plain": "text",
    "application/pdf": "PDF",
    "application/msword": "DOC",
    "application/rtf": "RTF",
    "application/zip": "ZIP",
    "application/vnd.ms-excel": "XLS",
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/octet-stream": "?",
}
_HEAD = ("file", "kind", "form", "year", "agency", "figures", "in doubt", "")
_RIGHT = (5, 6)


@dataclass(frozen=True)
class Line:
    """One document of a summary; ``why`` are the reasons for doubt, or why there are no figures.

    ``messages`` has what the document says of each reason for doubt.
    """

    name: str
    kind: str
    outcome: str
    form: str
    year: str
    agency: str
    figures: int
    doubtful: int
    why: str
    messages: Mapping[str, str]


def line_of(read: ReadFile, name: str) -> Line:
    """What a summary says of a document that was read."""
    reading = read.reading
    said = [(warning.code, warning.message) for warning in reading.warnings]
    said += [(check.rule, check.message) for check in reading.checks if check.status == "fail"]
    return Line(
        name=name,
        kind=_KINDS.get(reading.media_type) or reading.media_type.rpartition("/")[2],
        outcome=reading.outcome,
        form=reading.form or "",
        year=str(reading.report_year or ""),
        agency=reading.agency_name or "",
        figures=sum(1 for cell in reading.cells.values() if cell.value is not None),
        doubtful=read.doubtful_cells,
        why=(read.trust_reasons or "") if reading.outcome == "parsed" else f"{reading.outcome}: {reading.reason or ''}",
        messages={code: message for code, message in reversed(said)},
    )


def name_in(path: Path, folder: Path | None) -> str:
    """A file's name below the folder that was asked for, or as it was given."""
    return path.relative_to(folder).as_posix() if folder is not None else str(path)


def show_summary(lines: Sequence[Line]) -> None:
    """Print one line a document on standard output, and below what all of them come to."""
    out = console()
    rows = [list(_HEAD), *(_cells(line) for line in lines)]
    for column in _RIGHT:
        width = max(len(row[column]) for row in rows)
        for row in rows:
            row[column] = row[column].rjust(width)
    head, *body = aligned(rows)
    out.print(head, style="bold", markup=False, overflow="ellipsis", no_wrap=True)
    for line, text in zip(lines, body, strict=True):
        style = "" if line.outcome == "parsed" and not line.why else "red" if line.doubtful else "yellow"
        out.print(text, style=style, markup=False, overflow="ellipsis", no_wrap=True)
    out.print()
    for text in _totals(lines):
        out.print(text, markup=False)


def _cells(line: Line) -> list[str]:
    parsed = line.outcome == "parsed"
    figures, doubtful = (f"{line.figures:,}", f"{line.doubtful:,}" if line.doubtful else "-") if parsed else ("", "")
    return [line.name, line.kind, line.form, line.year, line.agency, figures, doubtful, line.why]


def _totals(lines: Sequence[Line]) -> list[str]:
    outcomes = Counter(line.outcome for line in lines)
    figures = sum(line.figures for line in lines)
    in_doubt = [line for line in lines if line.outcome == "parsed" and line.why]
    told = ", ".join(
        f"{outcomes[outcome]:,} {outcome}"
        for outcome in ("parsed", "no_tables", "out_of_format", "unreadable")
        if outcomes[outcome]
    )
    totals = [f"{_count(len(lines), 'document')}: {told}.", f"{_count(figures, 'figure')} read."]
    if in_doubt:
        cells = _count(sum(line.doubtful for line in in_doubt), "cell")
        totals[1] += f" In doubt: {cells} in {_count(len(in_doubt), 'document')}, for the reasons given there."
        totals += _reasons(in_doubt)
        totals.append("`gongkai parse FILE` shows a document with each doubtful cell marked.")
    else:
        totals[1] += " No sum contradicts itself and no cell is in doubt."
    return totals


def _reasons(lines: Sequence[Line]) -> list[str]:
    """Each reason for doubt, most frequent first: documents, and what the first of them says."""
    codes = Counter(code for line in lines for code in line.why.split("; "))
    first = {code: line.messages.get(code, "") for line in reversed(lines) for code in line.why.split("; ")}
    rows = [[f"  {code}", _count(number, "document"), first[code]] for code, number in codes.most_common()]
    return aligned(rows)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
