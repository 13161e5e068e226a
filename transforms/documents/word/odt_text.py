"""Paragraphs of an ODT -> the text that is printed, with the looks that its styles give."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from transforms.documents.package import attribute, local
from transforms.documents.word.looks import PLAIN, Look, Piece

# Not printed, or no text of the document: deleted text, comments, notes, readings of ruby, declarations, indexes.
_UNSEEN = frozenset(
    (
        "tracked-changes annotation annotation-end note ruby-text title desc forms event-listeners script image "
        "sequence-decls variable-decls user-field-decls dde-connection-decls control table-of-content "
        "illustration-index table-index object-index user-index alphabetical-index bibliography"
    ).split()
)
DRAWN = frozenset(
    (
        "frame g rect ellipse circle custom-shape polygon polyline path line connector caption measure regular-polygon"
    ).split()
)
PARAGRAPHS = frozenset(["p", "h"])
_OBJECTS = frozenset(["object", "object-ole"])
_PICTURE = "□"
_AS_TEXT = {"s": " ", "tab": "\t", "line-break": "\n"}
_LONGEST_CHAIN_OF_STYLES = 20
# White space of the file is none of the document, whose spaces, tabs and breaks are elements.
_SPACES = re.compile(r"[ \t\r\n]+")


class Styles:
    """Looks that the styles of a document give to paragraphs and spans, by (family, name)."""

    def __init__(self, groups: Iterable[etree._Element]) -> None:
        self._own: dict[tuple[str, str], dict[str, Any]] = {}
        self._above: dict[tuple[str, str], str] = {}
        self._resolved: dict[tuple[str, str], dict[str, Any]] = {}
        for style in (one for group in groups for one in group if local(one) == "style"):
            key = (attribute(style, "family") or "", attribute(style, "name") or "")
            self._own[key] = _looks([one for one in style if local(one) == "text-properties"])
            if above := attribute(style, "parent-style-name"):
                self._above[key] = above

    def look(self, element: etree._Element, around: Look = PLAIN) -> Look:
        """Look of the text in a paragraph or a span: its own style before what stands around it."""
        name = attribute(element, "style-name")
        if name is None:
            return around
        says = self._of("paragraph" if local(element) in PARAGRAPHS else "text", name)
        return around._replace(**says) if says else around

    def _of(self, family: str, name: str) -> dict[str, Any]:
        key = (family, name)
        if key not in self._resolved:
            chain = [name]
            while (family, chain[-1]) in self._above and len(chain) < _LONGEST_CHAIN_OF_STYLES:
                chain.append(self._above[family, chain[-1]])
            found: dict[str, Any] = {}
            for one in reversed(chain):
                found |= self._own.get((family, one), {})
            self._resolved[key] = found
        return self._resolved[key]


def _looks(own: Iterable[etree._Element]) -> dict[str, Any]:
    """Only what the properties say, so that they can stand over those of a style."""
    found: dict[str, Any] = {}
    for element in own:
        if display := attribute(element, "display"):
            found["hidden"] = display == "none"
        line = attribute(element, "text-line-through-style") or attribute(element, "text-line-through-type")
        if line:
            found["struck"] = line != "none"
        if position := attribute(element, "text-position"):
            found |= _position(position.split())
    return found


def _position(words: list[str]) -> dict[str, Any]:
    """``super 58%`` is a mark of smaller letters, ``20% 100%`` shifted text of full size, ``0% 100%`` neither."""
    shift = words[0]
    if shift in ("super", "sub"):
        return {"raised": True, "place": ""}
    if not shift.strip("-+0.%"):
        return {"raised": False, "place": ""}
    is_small = len(words) > 1 and words[1] != "100%"
    return {"raised": is_small, "place": "" if is_small else shift}


def is_unseen(element: etree._Element) -> bool:
    """Whether an element and all in it is left out: by its kind, or because it is hidden."""
    if local(element) in _UNSEEN:
        return True
    # Sections under a condition and hidden text say whether they are hidden now.
    return attribute(element, "display") == "none" or (
        attribute(element, "is-hidden") == "true" and local(element) != "hidden-paragraph"
    )


@dataclass
class Paragraph:
    """What a paragraph prints: its text, and the drawings that hang on it, which may hold text boxes."""

    pieces: list[Piece] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)


def read_paragraph(paragraph: etree._Element, styles: Styles) -> Paragraph:
    """The printed text of a paragraph; breaks are line feeds."""
    found = Paragraph()
    stack: list[tuple[etree._Element | str, Look]] = [(paragraph, PLAIN)]
    while stack:
        node, look = stack.pop()
        if isinstance(node, str):
            if not look.hidden:
                found.pieces.append(Piece(_SPACES.sub(" ", node), look))
            continue
        kind = local(node)
        if kind == "hidden-paragraph" and attribute(node, "is-hidden") == "true":
            return Paragraph()
        if not kind or is_unseen(node):
            continue
        if kind in _AS_TEXT:
            if not look.hidden:
                found.pieces.append(Piece(_AS_TEXT[kind], look))
            continue
        if kind in DRAWN:
            # A formula or an embedded table is printed, but it is no text of this document.
            if any(local(child) in _OBJECTS for child in node):
                found.pieces.append(Piece(_PICTURE, look))
            else:
                found.boxes.append(node)
            continue
        if kind in PARAGRAPHS or kind == "span":
            look = styles.look(node, look)
        for child in reversed(node):
            if child.tail:
                stack.append((child.tail, look))
            stack.append((child, look))
        if node.text:
            stack.append((node.text, look))
    return found
