"""Entries of the statistics form of 2014 -> its cells: each figure under one line of the form, or named as unread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import dropwhile, pairwise

from transforms.documents.model import Cell, Document
from transforms.reading.labels import core
from transforms.reading.legacy.entries import Entry
from transforms.reading.legacy.lines import Line, arabic_number, choose, lines, twins
from transforms.reading.legacy.statistics import Statistics
from transforms.reading.printed import looks_like_value, money_factor, read_printed, unit_in_header
from transforms.reading.result import VALUE, CellPath
from transforms.reading.sheet import Sheet

# So many figures that rise so slowly from line to line are the numbers of the lines; headings may have one too.
_SURELY_NUMBERED = 8
_WIDEST_STEP = 3
_MOST_OF_THEM = 0.7
_FEWEST_NUMBERED = 3
# So many labels with two figures show that the table has two columns of them.
_FEWEST_IN_PAIRS = 3
_MOST_NAMED = 6


def read_statistics(statistics: Statistics, document: Document, sheet: Sheet) -> None:
    """Read the form into ``sheet`` under paths (legacy, key, value); what cannot be told apart is unreadable."""
    entries = [entry for entry in statistics.entries if entry.lines]
    _drop_numbers(entries)
    unsure = _may_be_numbers(entries)
    pairs = sum(sum(read_printed(cell.text).value is not None for cell in entry.values) > 1 for entry in entries)
    in_pairs = pairs >= _FEWEST_IN_PAIRS
    position = -1
    found: dict[int, Entry] = {}
    unsettled: list[Entry] = []
    for entry in entries:
        number = choose(entry.text, position)
        if number is None:
            unsettled.append(entry)
            continue
        position = number
        found.setdefault(number, entry)
        is_cut = entry is entries[-1] and _ends_with(document, entry)
        is_open = (unsure and not entry.whole) or entry.columns > 1 or (in_pairs and len(entry.values) > 1)
        _read(lines()[number], entry, sheet, is_cut, is_open)
    for entry in unsettled:
        _not_settled(entry, sheet)
    _doubt_places(found, sheet)
    _name_left_over(statistics.entries, sheet)


def _read(line: Line, entry: Entry, sheet: Sheet, is_cut: bool, is_open: bool) -> None:
    """Read one line; ``is_open``: its figure may be one of several columns or no figure at all."""
    path = _path(line)
    if line.statistic.unit is None:
        filled = [cell for cell in entry.values if read_printed(cell.text).value is not None]
        if filled:
            text = f"{line.statistic.label} has no figure of its own in the form: {_texts(filled)}"
            sheet.doubt("left_over", text, locator=filled[0].locator)
        return
    if not entry.values and (entry.whole or is_cut):
        return  # the row is cut: a blank cell would show, and the end of the document shows nothing
    filled = [cell for cell in entry.values if cell.text.strip()]
    figures = _figures(entry)
    if len(figures) > 1 or (figures and is_open) or (filled and entry.values[0] is not filled[0]):
        message = f"{line.statistic.label}: whether {_texts(filled)} is the figure of the year cannot be told."
        sheet.unreadable("two_readings", message, [path], _texts(filled), filled[0].locator)
        return
    cell = filled[0] if filled else (entry.values[0] if entry.values else None)
    place = f"{entry.label.locator}, behind the label"
    if cell is None:
        sheet.read(path, None, VALUE, "", place)
        return
    is_money = line.statistic.unit == "万元"
    unit = _unit(entry, is_money)
    wrong = unit is None or (bool(unit) and not is_money and ((len(unit) > 1 and unit[0] in "百千万") or "元" in unit))
    if filled and (wrong or (is_money and bool(unit) and money_factor(unit) is None)):
        message = (
            f"{line.statistic.label}: {cell.text!r} with the unit {entry.unit or unit}, not {line.statistic.unit}."
        )
        sheet.unreadable("other_unit", message, [path], cell.text, cell.locator)
        return
    sheet.read(path, cell, "wanyuan" if is_money else VALUE, unit if is_money and unit else "", place)


def _figures(entry: Entry) -> list[Cell]:
    return [cell for cell in entry.values if cell.text.strip() and looks_like_value(cell.text)]


def _unit(entry: Entry, is_money: bool) -> str | None:
    """The unit printed beside a figure or in its label, empty when none is; None when they differ."""
    if entry.unit and "/" in entry.unit:
        return None
    if not is_money:
        return entry.unit or ""
    in_label = unit_in_header(entry.text)
    if entry.unit and in_label and entry.unit != in_label:
        return None
    return entry.unit or in_label or ""


def _not_settled(entry: Entry, sheet: Sheet) -> None:
    """A label that stands in several places of the form, without the heading that would tell which is meant."""
    filled = [cell for cell in entry.values if cell.text.strip()]
    if not filled:
        return
    paths = [_path(lines()[number]) for number in sorted(entry.lines) if lines()[number].statistic.unit]
    message = f"{entry.text.strip()}: its place in the form cannot be told."
    sheet.unreadable("label_ambiguous", message, paths, _texts(filled), filled[0].locator)


def _doubt_places(found: dict[int, Entry], sheet: Sheet) -> None:
    """Labels that stand twice were placed by what stands above: where lines between are lost, that may mislead."""
    doubted = []
    for number, entry in found.items():
        group = twins(entry.text)
        if group is None or lines()[number].statistic.unit is None:
            continue
        behind = any(other >= group.stop for other in found)
        last = group.stop if behind else max(other for other in found if other in group) + 1
        if any(other not in found for other in range(group.start, last)):
            path = _path(lines()[number])
            if path in sheet.cells and sheet.cells[path].value is not None:
                doubted.append(path)
    if doubted:
        message = "These labels stand twice in the form, and lines between are missing: the figures may be the other's."
        sheet.doubt("label_ambiguous", message, doubted)


def _drop_numbers(entries: Sequence[Entry]) -> None:
    """Take the numbers of lines out of the cells behind labels; they are no figures."""
    for place in (0, -1):
        numbered = [entry for entry in entries if entry.values and _has_figure(entry)]
        # Without row ends the number of the next line stands behind a figure, so behind the last one stands none.
        last = numbered.pop() if numbered and not numbered[-1].whole and numbered[-1] is entries[-1] else None
        if not _rise(numbers := [_whole(entry.values[place]) for entry in numbered]):
            continue
        if last is not None and _rise([*numbers, _whole(last.values[place])]):
            numbered.append(last)  # cut behind the number of the next line
        for entry in numbered:
            entry.values.pop(place)
        for entry in entries:
            if not _has_figure(entry):
                entry.values = [cell for cell in entry.values if _whole(cell) is None]
    # 1, 2, 3 … in cells of their own before the labels: without row ends they stand behind the label before.
    pairs = [
        (entry, expected)
        for entry, following in pairwise(entries)
        if not entry.whole and (expected := _number_apart(following)) and entry.lines
    ]
    fitting = [(e, n) for e, n in pairs if e.values and e.values[-1].text.strip().rstrip(".、") == n]
    if len(fitting) >= _FEWEST_NUMBERED and len(fitting) == len(pairs):
        for entry, _ in fitting:
            entry.values.pop()


def _has_figure(entry: Entry) -> bool:
    """Whether the form has a figure in this line, so that a heading's dashes do not count."""
    return any(lines()[number].statistic.unit for number in entry.lines)


def _rise(numbers: Sequence[int | None], share: float = 1.0) -> bool:
    """Whether figures are the numbers of lines: many, each a little more than the one before in ``share`` of them."""
    steps = [b - a if a is not None and b is not None else 0 for a, b in pairwise(numbers)]
    return len(steps) >= _SURELY_NUMBERED and sum(0 < one <= _WIDEST_STEP for one in steps) >= share * len(steps)


def _may_be_numbers(entries: Sequence[Entry]) -> bool:
    """Whether numbers of lines may be left behind labels where row ends do not show, with some of them lost."""
    open_ended = [entry for entry in entries if entry.values and not entry.whole and _has_figure(entry)]
    double = sum(len([cell for cell in entry.values if _whole(cell) is not None]) > 1 for entry in open_ended)
    return double >= _FEWEST_NUMBERED or _rise([_whole(entry.values[-1]) for entry in open_ended], _MOST_OF_THEM)


def _number_apart(entry: Entry) -> str | None:
    """The Arabic number of the line that the form prints but this label lacks."""
    if core(entry.text).enumerator or len(entry.lines) != 1:
        return None
    number = arabic_number(next(iter(entry.lines)))
    return number if number and number != "1" else None


def _whole(cell: Cell) -> int | None:
    text = cell.text.strip()
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 4 else None


def _name_left_over(entries: Iterable[Entry], sheet: Sheet) -> None:
    """Name the figures of rows that the form does not have, and those in no column of figures."""
    unknown: list[str] = []
    loose: list[Cell] = []
    numbers: list[tuple[Entry, Cell]] = []
    for entry in dropwhile(lambda one: not one.lines and not one.whole, entries):
        figures = [c for c in (*entry.values, *entry.others) if read_printed(c.text).value is not None]
        if not entry.lines and entry.text and figures:
            unknown.append(f"{entry.text.strip()}: {_texts(figures)}")
        elif entry.others:
            loose += [cell for cell in entry.others if read_printed(cell.text).value is not None]
        numbers += [(entry, cell) for cell in entry.before]
    if not _rise([_whole(cell) for _, cell in numbers]):
        loose += [cell for entry, cell in numbers if not _is_own_number(entry, cell)]
    if unknown:
        more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
        sheet.doubt("extra_row", f"Rows that the form does not have: {'; '.join(unknown[:_MOST_NAMED])}{more}.")
    if loose:
        message = f"Figures in the statistics form belong to no label: {_texts(loose[:_MOST_NAMED])}"
        sheet.doubt("left_over", message, locator=loose[0].locator)


def _is_own_number(entry: Entry, cell: Cell) -> bool:
    numbers = {arabic_number(number) for number in entry.lines}
    return cell.text.strip().rstrip(".、") in numbers


def _ends_with(document: Document, entry: Entry) -> bool:
    return document.ends_abruptly and entry.rows[-1] == len(document.rows) - 1


def _path(line: Line) -> CellPath:
    return ("legacy", line.statistic.key, VALUE)


def _texts(cells: Iterable[Cell]) -> str:
    return ", ".join(cell.text.strip() for cell in cells)
