"""Lines of text -> rows of the tables of the form that stand in them without upright lines; other lines stay."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.documents.model import Row
from transforms.documents.pdf.lines import TextLine
from transforms.documents.pdf.unruled.application import read_application
from transforms.documents.pdf.unruled.disclosure import read_disclosure
from transforms.documents.pdf.unruled.litigation import read_litigation
from transforms.documents.pdf.unruled.sheet import Sheet
from transforms.documents.pdf.unruled.words import split_line
from transforms.reading.labels import section_of


def rows_without_lines(lines: Sequence[TextLine]) -> list[TextLine | Row]:
    """Lines outside of ruled tables, over any number of pages: those of tables as rows, every other line as it was."""
    sheet = Sheet([split_line(line) for line in lines])
    # A table that was left blank has no figures, only its heading.
    if sum(bool(one.figures) for one in sheet.split) > 1 or any(section_of(line.text) for line in lines):
        read_disclosure(sheet)
        read_application(sheet)
        read_litigation(sheet)
    return sheet.items()
