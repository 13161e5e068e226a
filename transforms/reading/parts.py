"""The report that a document is about, where another one follows or precedes it: of another year, of another body."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from transforms.documents.model import Document, Row
from transforms.identity.titles import Title, parse_title
from transforms.reading.labels import section_of

_LONGEST_TITLE = 80
# A list of links to other reports has no sections; the outline of a report is seen by three of its six.
_FEWEST_SECTIONS = 3


def own_part(document: Document, title: Title | None) -> tuple[Document, str | None]:
    """The part of a document that ``title`` names, and the title of another whole report in it, if there is one."""
    starts = [(0, title)]
    sections: list[set[str]] = [set()]
    for at, row in enumerate(document.rows):
        text = _alone(row)
        if not text:
            continue
        if section := section_of(text):
            sections[-1].add(section)
        elif "报" in text or "報" in text:
            found = parse_title(text)
            if found is not None and _is_other(found, starts[-1][1]):
                starts.append((at, found))
                sections.append(set())
            elif found is not None and starts[-1][1] is None:
                starts[-1] = (starts[-1][0], found)
    parts = _whole_reports(sections)
    if len(parts) < 2:
        return document, None
    own = next((number for number in parts if not _is_other(starts[number][1], title)), parts[0])
    other = next(number for number in parts if number != own)
    begin = starts[own][0] if own != parts[0] else 0
    following = next((number for number in parts if number > own), None)
    end = starts[following][0] if following is not None else len(document.rows)
    layouts = {at - begin: layout for at, layout in document.layouts.items() if begin <= at < end}
    part = replace(
        document,
        rows=document.rows[begin:end],
        layouts=layouts,
        ends_abruptly=document.ends_abruptly and end == len(document.rows),
    )
    of_other = starts[other][1]
    return part, of_other.text if of_other else ""


def _whole_reports(sections: list[set[str]]) -> list[int]:
    """Which parts begin a report: one that goes on where the last one stopped is the same under another name."""
    parts: list[int] = []
    seen: set[str] = set()
    for number, own in enumerate(sections):
        if not parts or (len(own) >= _FEWEST_SECTIONS and len(own & seen) > 1):
            if len(own) >= _FEWEST_SECTIONS:
                parts.append(number)
                seen = set(own)
        else:
            seen |= own
    return parts


def _alone(row: Row) -> str:
    """The text of a row that has no other."""
    if len(row.cells) == 1:
        only = row.cells[0].text
    else:
        filled = list(islice((cell.text for cell in row.cells if cell.text.strip()), 2))
        only = filled[0] if len(filled) == 1 else ""
    return only if len(only) <= _LONGEST_TITLE else ""


def _is_other(found: Title | None, known: Title | None) -> bool:
    """Whether two titles name different bodies or years; a running title may leave out either."""
    if found is None or known is None:
        return False
    if found.report_year and known.report_year and found.report_year != known.report_year:
        return True
    one, two = found.agency_name, known.agency_name
    return bool(one and two and not one.endswith(two) and not two.endswith(one))
