"""Plain text -> rows: tab-separated, piped rows, one cell a line with or without pipes, Markdown; also mixed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from transforms.documents.model import Cell, Document, Mode, Row, UnreadableDocument
from transforms.documents.sniff import decode

_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_HEADING_MARK = re.compile(r"^\s*#{1,6}\s+")
_BREAK = re.compile(r"<br\s*/?>", re.I)
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*")
# What Markdown writes round the text of a cell: escapes, code, links, struck text and raised marks.
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~>])")
_CODE = re.compile(r"`([^`]*)`")
_LINK = re.compile(r"(?<!!)\[([^\[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*\)")
_NO_DIGITS_OF_IT = re.compile(r"~~[^~]*~~|<(s|del|sup|sub)>[^<]*</\1>|\[\^[^\[\]]*\]")
# Characters that stand for a pipe: full-width ones, and those that draw boxes.
_PIPES = str.maketrans("｜│┃║", "||||")
_DRAWN_RULE = re.compile(r"^\s*[─━═┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬|+\-]*[─━═┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬][─━═┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬|+\-]*\s*$")
_HEADING_LINE = re.compile(r"^\s*(?:#{1,6}\s*)?[一二三四五六七][、.．][^|\t]*$")
_FIGURE_LINE = re.compile(r"^[\s|]*[+\-−＋－]?[\d.,，．]+\s*(?:件|[条條]|[项項]|份|宗|[万萬]?元)?[\s|]*$")
# A line feed may have been added behind the place where a copy was cut; a separator shows that a cell was whole.
_ENDS_INSIDE = re.compile(r"[^\s|]\s*\Z")

# A long report has a thousand lines and fifty thousand characters.
_MOST_BYTES, _MOST_LINES, _MOST_CELLS = 8 * 1024 * 1024, 100_000, 200_000


def read_text(data: bytes) -> Document:
    """Rows of a text file in any encoding. Raises UnreadableDocument when the bytes are no text, or too much of it."""
    if len(data) > _MOST_BYTES:
        raise UnreadableDocument(f"The text is larger than {_MOST_BYTES // 1024**2} MB: it is no report.")
    text = decode(data)
    if any(pipe in text for pipe in "｜│┃║"):
        text = text.translate(_PIPES)
    lines = [line for line in text.splitlines() if not _DRAWN_RULE.match(line)] if "─" in text else text.splitlines()
    if len(lines) > _MOST_LINES or text.count("|") + text.count("\t") > _MOST_CELLS:
        raise UnreadableDocument(f"The text has more than {_MOST_LINES} lines or {_MOST_CELLS} cells: it is no report.")
    return Document(rows=tuple(rows_of_text(lines)), ends_abruptly=bool(_ENDS_INSIDE.search(text[-200:])))


def rows_of_text(lines: Iterable[str], first_line: int = 1) -> Iterator[Row]:
    """Rows of consecutive lines; ``first_line`` is the number of the first, for locators."""
    lines = list(lines)
    if not any("|" in line or "\t" in line for line in lines):
        yield from _bare_rows(lines, first_line)
        return
    usual = _prefers_single_cells(lines)
    for start, part in _parts(lines):
        # Copies print one table in rows and the next with a cell a line: each part is told by its own lines.
        own = _prefers_single_cells(part)
        yield from _rows_of_part(part, first_line + start, bool(usual if own is None else own))


def _bare_rows(lines: list[str], first_line: int) -> Iterator[Row]:
    """Rows of lines that nothing parts into cells, which is most text."""
    gap = 0
    for number, line in enumerate(lines, start=first_line):
        text = line.strip()
        if not text:
            gap += 1
        elif not _RULE.match(line):
            yield Row((Cell(_plain(line), f"line {number}", gap=gap),), Mode.BARE)
            gap = 0


def _parts(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The lines between headings that stand outside of tables, each part with the index of its first line."""
    starts = [0, *(i for i, line in enumerate(lines) if i and _HEADING_LINE.match(line)), len(lines)]
    for start, end in pairwise(starts):
        yield start, lines[start:end]


def _rows_of_part(lines: list[str], first_line: int, one_cell_a_line: bool) -> Iterator[Row]:
    single = Mode.STREAM if one_cell_a_line and any("|" in line for line in lines) else Mode.BARE
    leading = _begin_with_pipes(lines)
    gap = 0
    open_cell = False  # the line before is a cell whose closing pipe is still to come
    numbered = enumerate(lines, start=first_line) if one_cell_a_line else _whole_rows(lines, first_line, leading)
    for number, line in numbered:
        if not line.strip():
            gap += 1
            continue
        if _RULE.match(line):
            continue
        # Where each cell has a line of its own, or a pipe at its end, tabs around a figure part nothing.
        if "|" not in line and "\t" in (line.strip() if one_cell_a_line else line.strip("\n")):
            yield _row([part.strip(" ") for part in line.split("\t")], number)
            open_cell = False
        elif "|" in line:
            parts = [_plain(part) for part in line.split("|")]
            filled = sum(bool(part) for part in parts)
            if filled > 1 or not one_cell_a_line:
                yield _row(_without_outer_pipes(parts, leading), number)
            else:
                # The first pipe of a line that has nothing before it closes the cell of the line before.
                closes = open_cell and not parts[0]
                cells = parts[1:] if closes else parts
                yield from _stream(cells[:-1] if not cells[-1] else cells, number, gap)
            open_cell = bool(parts[-1]) and filled == 1
        else:
            yield Row((Cell(_plain(line), f"line {number}", gap=gap),), single)
            open_cell = True
        gap = 0


def _whole_rows(lines: list[str], first_line: int, leading: bool) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, those joined that a line break inside a cell has parted: rows begin or end in pipes."""
    rows = [line.strip() for line in lines if line.count("|") > 2]
    closed = not leading and 10 * sum(row.endswith("|") for row in rows) > 9 * len(rows)
    opened = leading and 10 * sum(row.startswith("|") for row in rows) > 9 * len(rows)
    waiting: tuple[int, str] | None = None
    for number, line in enumerate(lines, start=first_line):
        own = line.strip()
        if waiting is not None and "|" in own and (closed or (opened and not own.startswith("|"))):
            waiting = (waiting[0], waiting[1].rstrip() + own)
        else:
            if waiting is not None:
                yield waiting
            waiting = (number, line)
        if "|" not in own or (closed and own.endswith("|")):
            yield waiting
            waiting = None
    if waiting is not None:
        yield waiting


def _prefers_single_cells(lines: list[str]) -> bool | None:
    """Whether pipes part cells that stand on lines of their own, rather than the cells of one line; None: no sign."""
    single = sum(1 for line in lines if _FIGURE_LINE.match(line))
    rows = sum(1 for line in lines if sum(bool(part.strip()) for part in line.split("|")) > 1)
    return single > rows if single or rows else None


def _plain(text: str) -> str:
    if "<" in text:
        text = _BREAK.sub("\n", text).strip()
    if any(mark in text for mark in "\\`[~<"):
        text = _unmarked(text)
    if "#" not in text and "*" not in text:
        return text.strip(" \t")
    return _EMPHASIS.sub(r"\1", _HEADING_MARK.sub("", text)).strip(" \t")


def _unmarked(text: str) -> str:
    """A text without the marks of Markdown; what is struck or raised is left out where there is other text."""
    bare = _NO_DIGITS_OF_IT.sub(" ", text)
    text = bare if bare.strip() else text
    return _ESCAPED.sub(r"\1", _CODE.sub(r"\1", _LINK.sub(r"\1", text))).strip()


def _begin_with_pipes(lines: list[str]) -> bool:
    """Whether rows open with a pipe; else an empty text before the first pipe is a blank cell, as in half of them."""
    rows = [line.lstrip() for line in lines if line.count("|") > 1]
    return 5 * sum(line.startswith("|") for line in rows) > 4 * len(rows)


def _without_outer_pipes(parts: list[str], leading: bool) -> list[str]:
    if leading and len(parts) > 1 and not parts[0]:
        parts = parts[1:]
    return parts[:-1] if len(parts) > 1 and not parts[-1] else parts


def _row(parts: list[str], number: int) -> Row:
    cells = (
        Cell(text, f"line {number}, cell {position}", column=position) for position, text in enumerate(parts, start=1)
    )
    return Row(tuple(cells), Mode.LINE)


def _stream(parts: list[str], number: int, gap: int) -> Iterator[Row]:
    for position, text in enumerate(parts, start=1):
        yield Row((Cell(text, f"line {number}, cell {position}", gap=gap),), Mode.STREAM)
