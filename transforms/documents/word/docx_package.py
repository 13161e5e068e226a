"""A DOCX package -> its parts, and how the elements of its XML are looked into."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from transforms.documents.model import UnreadableDocument
from transforms.documents.package import Package, attribute, local

_DOCUMENT, _STYLES, _CORE = "word/document.xml", "word/styles.xml", "docProps/core.xml"


@dataclass(frozen=True)
class Parts:
    """Root elements of the parts that are read; those that a package may lack are None."""

    body: etree._Element
    styles: etree._Element | None
    core: etree._Element | None


def read_parts(data: bytes) -> Parts:
    """The parts of a Word document. Raises UnreadableDocument with the reason when they cannot be read."""
    package = Package(data, "Word document")
    root = package.xml(_DOCUMENT)
    if root is None:
        raise UnreadableDocument(f"The package has no {_DOCUMENT}: it is no Word document.")
    styles = package.xml(_STYLES)
    try:
        core = package.xml(_CORE)
    except UnreadableDocument:  # a spare source of the title, nothing else
        core = None
    body = next((element for element in root if local(element) == "body"), None)
    if body is None:
        raise UnreadableDocument(f"{_DOCUMENT} has no body.")
    return Parts(body, styles, core)


def properties(element: etree._Element, group: str) -> dict[str, etree._Element]:
    """The properties of an element by name (``group`` is rPr, tcPr …), as they are now: not those before a change."""
    return {local(one): one for child in element if local(child) == group for one in child}


def is_on(element: etree._Element | None) -> bool:
    """Whether a property that is on or off is on: it is when it stands there and does not say otherwise."""
    return element is not None and attribute(element, "val") not in ("0", "false", "off", "none")


def shown(alternatives: etree._Element) -> list[etree._Element]:
    """Of the readings of mc:AlternateContent the one that is shown: the first choice, else the fallback."""
    choices = [child for child in alternatives if local(child) == "Choice"]
    return choices[:1] or [child for child in alternatives if local(child) == "Fallback"][:1]
