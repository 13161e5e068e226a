"""XLSX -> the looks of its sheets: what the XML of the package says beside the values."""

from __future__ import annotations

import posixpath
import re

from lxml import etree

from transforms.documents.model import UnreadableDocument
from transforms.documents.package import Package, attribute, local
from transforms.documents.spreadsheet.looks import BUILT_IN, GENERAL, MOST_CELLS, UNKNOWN, Looks
from transforms.documents.word.looks import PLAIN, Look, Piece, joined

_WORKBOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_STYLES, _STRINGS = "xl/styles.xml", "xl/sharedStrings.xml"
_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})$", re.I)
_MOST_ROWS, _MOST_COLUMNS = 20_000, 1_000
# Cells of these types hold no number.
_TEXTS = frozenset(["s", "str", "inlineStr", "b", "e", "d"])


def looks_of_xlsx(data: bytes) -> dict[str, Looks]:
    """Looks of the sheets of a workbook by name. Raises UnreadableDocument for one that is damaged, too large …"""
    package = Package(data, "workbook")
    workbook = package.xml(_WORKBOOK)
    if workbook is None:
        raise UnreadableDocument(f"The package has no {_WORKBOOK}: it is no workbook.")
    parts = _parts(package)
    formats = _formats(package)
    strings = _marked_strings(package)
    found = {}
    for sheet in (one for group in workbook if local(group) == "sheets" for one in group):
        part = parts.get(attribute(sheet, "id") or "")
        root = package.xml(part) if part else None
        if root is not None and local(root) == "worksheet":
            found[attribute(sheet, "name") or ""] = _looks(root, formats, strings)
    return found


def _parts(package: Package) -> dict[str, str]:
    """Names of the parts by the id of their link."""
    links = package.xml(_LINKS)
    found = {}
    for link in links if links is not None else ():
        target = (attribute(link, "Target") or "").replace("\\", "/")
        # A target with a slash before it begins at the root of the package, others beside the workbook.
        found[attribute(link, "Id") or ""] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return found


def _formats(package: Package) -> list[str]:
    """Number format of each style of cells, by its position."""
    styles = package.xml(_STYLES)
    groups = {local(group): group for group in styles} if styles is not None else {}
    own = {attribute(one, "numFmtId"): attribute(one, "formatCode") or GENERAL for one in groups.get("numFmts", ())}
    codes = []
    for style in groups.get("cellXfs", ()):
        code = own.get(attribute(style, "numFmtId"))
        codes.append(code or BUILT_IN.get(_whole(style, "numFmtId"), UNKNOWN))
    return codes


def _marked_strings(package: Package) -> dict[str, str]:
    """What is printed of shared texts in which some characters are raised or struck, by their number."""
    root = package.xml(_STRINGS)
    strings = (one for one in (root if root is not None else ()) if local(one) == "si")
    printed = ((str(number), _marked(string)) for number, string in enumerate(strings))
    return {number: text for number, text in printed if text is not None}


def _marked(string: etree._Element) -> str | None:
    """Text of a string by the looks of its runs; None where it has no run that is raised or struck."""
    pieces = [
        Piece("".join(child.text or "" for child in run if local(child) == "t"), _look(run))
        for run in string
        if local(run) == "r"
    ]
    return joined(pieces) if any(piece.look != PLAIN for piece in pieces) else None


def _look(run: etree._Element) -> Look:
    own = {local(one): one.get("val", "1") for group in run if local(group) == "rPr" for one in group}
    return Look(
        raised=own.get("vertAlign") in ("superscript", "subscript"),
        struck=own.get("strike", "0") in ("1", "true"),
    )


def _looks(root: etree._Element, formats: list[str], strings: dict[str, str]) -> Looks:
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    uncomputed: set[tuple[int, int]] = set()
    of_cells: dict[tuple[int, int], str] = {}
    texts: dict[tuple[int, int], str] = {}
    row_number = -1
    widest = declared = 0
    for element in root.iter("{*}col", "{*}row", "{*}c"):
        kind = local(element)
        if kind == "col":
            declared += 1
            if _is_true(element, "hidden"):
                first, last = _whole(element, "min"), _whole(element, "max")
                hidden_columns.update(range(first - 1, min(last, _MOST_COLUMNS)))
        elif kind == "row":
            row_number = _whole(element, "r") - 1 if element.get("r") else row_number + 1
            column = -1
            if _is_true(element, "hidden"):
                hidden_rows.add(row_number)
        else:
            column = _column(element.get("r")) if element.get("r") else column + 1
            widest = max(widest, column)
            kinds = {local(child) for child in element if child.text or local(child) == "f"}
            if "f" in kinds and not kinds & {"v", "is"}:
                uncomputed.add((row_number, column))
            style = _whole(element, "s")
            code = formats[style] if style < len(formats) else GENERAL
            if code != GENERAL and "v" in kinds and element.get("t", "n") not in _TEXTS:
                of_cells[row_number, column] = code
            text = _marked_text(element, strings)
            if text is not None:
                texts[row_number, column] = text
        if (
            row_number >= _MOST_ROWS
            or max(widest, declared) >= _MOST_COLUMNS
            or (row_number + 1) * (widest + 1) > MOST_CELLS
        ):
            raise UnreadableDocument("The sheet is larger than that of any report.")
    return Looks(frozenset(hidden_rows), frozenset(hidden_columns), of_cells, texts, frozenset(uncomputed))


def _marked_text(cell: etree._Element, strings: dict[str, str]) -> str | None:
    kind = cell.get("t")
    if kind == "s" and strings:
        return strings.get(next((child.text or "" for child in cell if local(child) == "v"), "").strip())
    if kind == "inlineStr":
        return next((_marked(child) for child in cell if local(child) == "is"), None)
    return None


def _is_true(element: etree._Element, name: str) -> bool:
    return element.get(name) in ("1", "true", "on")


def _whole(element: etree._Element, name: str) -> int:
    text = element.get(name) or "0"
    return int(text[:9]) if text.isascii() and text.isdecimal() else 0


def _column(address: str | None) -> int:
    """Number of the column in ``C12``, from 0."""
    match = _ADDRESS.match(address or "")
    if match is None:
        raise UnreadableDocument(f"The sheet has a cell with the address {address!r}.")
    number = 0
    for letter in match.group(1).upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
