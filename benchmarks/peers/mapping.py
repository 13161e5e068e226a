"""From a peer's tables to the cells of the form: the most favourable mapping that a user would write in an hour.

The form is told to it, though a user would have to find it out. A row of table three is one whose last seven cells are
figures, blanks or dashes, of table four one with fifteen of them and no more, of table two one that begins with a row
label of the form. If table three has as many such rows as the form, they are taken in order; else each by its label.
Limits: tables turned, cut into three or without labels are not undone; units in headers are not looked at; a cell that
a library repeats for each column that it spans counts as that many cells; where a library drops empty cells, rows
with blanks have too few. None of this costs a peer time.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from transforms.forms import Form, Label

Rows = Sequence[Sequence[str]]
Cells = Mapping[str, Decimal]

_GAP = frozenset(["", "-", "--", "/", "—", "——", "无", "nan", "none"])
_NUMBER = re.compile(r"(增加|减少)?([+-]?\d+(?:\.\d+)?)(件|项|个|宗|元|万元)?")
_NUMBERING = re.compile(r"^[（(]?[一二三四五六七八九十\d]+[)）]?[、.．]?")
_BRACKETED = re.compile(r"[（(].*")
_ALIKE = 0.75
_WAN = 10_000


def _plain(text: str) -> str:
    """Without spaces, in half width where there is one."""
    normal = unicodedata.normalize("NFKC", text).replace("−", "-").replace(",", "")
    return "".join(normal.split())


def figure(text: str, path: str = "") -> Decimal | None:
    """The number that a cell shows, in the unit of its key; None for a gap and for words."""
    found = _NUMBER.fullmatch(_plain(text))
    if not found:
        return None
    value = Decimal(found[2])
    if found[1] == "减少":
        value = -value
    if found[3] == "万元" and path.endswith("_yuan"):
        value *= _WAN
    if found[3] == "元" and path.endswith("_wanyuan"):
        value /= _WAN
    return value


def _is_figure(text: str) -> bool:
    return _plain(text).lower() in _GAP or figure(text) is not None


def _label(text: str) -> str:
    return _NUMBERING.sub("", _BRACKETED.sub("", _plain(text)) or _plain(text))


def _alike(text: str, label: Label) -> float:
    """How like a label a text is, 0 to 1: its best spelling counts."""
    own = _label(text)
    return max(difflib.SequenceMatcher(None, own, _label(spelling)).ratio() for spelling in label.spellings)


def map_tables(tables: Sequence[Rows], form: Form) -> dict[str, Decimal]:
    """The figures by PATH that tables hold, read by the rules above."""
    rows = [row for table in tables for row in _narrowed(table)]
    return {**_disclosure(rows, form), **_application(rows, form), **_litigation(rows, form)}


def _narrowed(table: Rows) -> list[list[str]]:
    """Rows without the empty columns that stand to the right of a block because another is wider, as in a sheet.

    A row with one text or none, a heading, ends a block.
    """
    rows: list[list[str]] = []
    block: list[list[str]] = []
    for row in [*([str(cell) for cell in row] for row in table), []]:
        if sum(bool(_plain(text)) for text in row) > 1:
            block.append(row)
            continue
        ends = [at + 1 for own in block for at, text in enumerate(own) if _plain(text)]
        rows += [own[: max(ends)] for own in block] + [row]
        block = []
    return rows


def map_ordered(tables: Sequence[Sequence[float | None]], form: Form) -> dict[str, Decimal]:
    """Figures of tables two, three and four in the order in which the form prints them, by PATH."""
    own = [[path for path in _paths(form) if path.startswith(name)] for name in ("disclosure", "application", "litig")]
    return {
        path: Decimal(str(value))
        for paths, values in zip(own, tables, strict=True)
        for path, value in zip(paths, values, strict=False)
        if value is not None
    }


def _paths(form: Form) -> list[str]:
    return [
        f"{table}.{row}" if column == "value" else f"{table}.{row}.{column}" for table, row, column in form.cell_paths
    ]


def _put(cells: dict[str, Decimal], paths: Sequence[str], texts: Sequence[str]) -> None:
    for path, text in zip(paths, texts, strict=False):
        value = figure(text, path)
        if value is not None:
            cells[path] = value


def _disclosure(rows: Rows, form: Form) -> dict[str, Decimal]:
    cells: dict[str, Decimal] = {}
    for block in form.disclosure:
        for label in block.rows:
            paths = [f"disclosure.{measure}" for measure in block.measures(label.key)]
            spellings = {_label(spelling) for spelling in label.spellings}
            for row in rows:
                at = next((at for at, text in enumerate(row) if _label(text) in spellings), None)
                figures = [] if at is None else [text for text in row[at + 1 :] if _is_figure(text)]
                if any(figure(text) is not None for text in figures):
                    # Where a cell spans columns, the places that it covers come as empty cells.
                    printed = [text for text in figures if _plain(text)]
                    _put(cells, paths, printed if len(printed) == len(paths) else figures)
                    break
    return cells


def _application(rows: Rows, form: Form) -> dict[str, Decimal]:
    width = len(form.applicants)
    found = [row for row in rows if all(map(_is_figure, row[-width:])) and figure(_words(row, width) or "0") is None]
    # Rows of headings span their columns, which are empty then.
    found = [row for row in found if any(figure(text) is not None for text in row[-width:])] or found
    pairs = zip(form.outcomes, found, strict=True) if len(found) == len(form.outcomes) else _by_label(found, form)
    cells: dict[str, Decimal] = {}
    for outcome, row in pairs:
        _put(cells, [f"application.{outcome.key}.{person.key}" for person in form.applicants], row[-width:])
    return cells


def _words(row: Sequence[str], width: int) -> str:
    """What stands nearest before the figures of a row."""
    return next((text for text in reversed(row[:-width]) if _plain(text)), "")


def _by_label(rows: Rows, form: Form) -> list[tuple[Label, Sequence[str]]]:
    """Each row with the outcome that its words are most like, among those that come after the last one."""
    pairs = []
    at = 0
    for row in rows:
        words = [text for text in row[: -len(form.applicants)] if _plain(text)]
        # Labels are broken over lines and stand among those of groups: a text, or two of them, may be the label.
        words += ["".join(pair) for pair in pairwise(words)]
        likeness = [
            (max(_alike(text, outcome) for text in words), -place)
            for place, outcome in enumerate(form.outcomes)
            if place >= at
        ]
        best, place = max(likeness, default=(0.0, 0))
        if best >= _ALIKE:
            pairs.append((form.outcomes[-place], row))
            at = -place + 1
    return pairs


def _litigation(rows: Rows, form: Form) -> dict[str, Decimal]:
    paths = [f"litigation.{channel.key}.{result.key}" for channel in form.channels for result in form.results]
    for row in reversed(rows):
        full = [text for text in row if _plain(text)]
        behind = full[max((at + 1 for at, text in enumerate(full) if not _is_figure(text)), default=0) :]
        for texts in (row, full, behind):
            if len(texts) == len(paths) and all(map(_is_figure, texts)) and any(figure(t) is not None for t in texts):
                cells: dict[str, Decimal] = {}
                _put(cells, paths, texts)
                return cells
    return {}
