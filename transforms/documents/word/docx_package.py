"""A DOCX package -> its parsed parts, whatever the bytes are: damaged, protected, hostile or none."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from transforms.documents.model import UnreadableDocument

_DOCUMENT, _STYLES, _CORE = "word/document.xml", "word/styles.xml", "docProps/core.xml"
# The largest real report is 3 MB of XML; what is beyond these is an attack or no report.
_LARGEST_PART_BYTES = 16 * 1024 * 1024
_MOST_TAGS = 600_000
_MOST_ATTRIBUTES = 1_000_000
# Word writes these two; LZMA could ask for gigabytes of memory before the first byte.
_METHODS = frozenset([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
_DAMAGE: tuple[type[Exception], ...] = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, OSError),
    *(ValueError, IndexError, OverflowError, RuntimeError),
)
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))


@dataclass(frozen=True)
class Parts:
    """Root elements of the parts that are read; those that a package may lack are None."""

    body: etree._Element
    styles: etree._Element | None
    core: etree._Element | None


def read_parts(data: bytes) -> Parts:
    """The parts of a Word document. Raises UnreadableDocument with the reason when they cannot be read."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGE as error:
        raise UnreadableDocument(f"The Word document is damaged: it is no whole ZIP archive ({error}).") from None
    with package:
        # Some writers begin names with a slash or part them by backslashes; the format ignores their case.
        members = {m.filename.replace("\\", "/").lstrip("/").lower(): m for m in package.infolist()}
        root = _part(package, members, _DOCUMENT)
        if root is None:
            raise UnreadableDocument(f"The package has no {_DOCUMENT}: it is no Word document.")
        styles = _part(package, members, _STYLES)
        try:
            core = _part(package, members, _CORE)
        except UnreadableDocument:  # a spare source of the title, nothing else
            core = None
    body = next((element for element in root if local(element) == "body"), None)
    if body is None:
        raise UnreadableDocument(f"{_DOCUMENT} has no body.")
    return Parts(body, styles, core)


def _part(package: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str) -> etree._Element | None:
    member = members.get(name.lower())
    if member is None:
        return None
    if member.flag_bits & 1:
        raise UnreadableDocument(f"The Word document is protected by a password ({name} is encrypted).")
    if member.compress_type not in _METHODS:
        raise UnreadableDocument(f"{name} is packed by method {member.compress_type}, which Word does not use.")
    try:
        with package.open(member) as stream:
            # The size that the package declares may lie: never unpack more than the limit.
            xml = stream.read(_LARGEST_PART_BYTES + 1)
    except _DAMAGE as error:
        raise UnreadableDocument(f"The Word document is damaged: {name} cannot be unpacked ({error}).") from None
    return _parse(xml, name)


def _parse(xml: bytes, name: str) -> etree._Element:
    if len(xml) > _LARGEST_PART_BYTES:
        raise UnreadableDocument(f"{name} is larger than {_LARGEST_PART_BYTES // 1024**2} MB when unpacked.")
    if any(doctype in xml for doctype in _DOCTYPES):
        raise UnreadableDocument(f"{name} declares a document type (entities), which no Word document does.")
    # The tree takes a hundred times the memory of the shortest tag: count before it is built.
    if xml.count(b"<") > _MOST_TAGS or xml.count(b"=") > _MOST_ATTRIBUTES:
        raise UnreadableDocument(f"{name} has more than {_MOST_TAGS} tags or {_MOST_ATTRIBUTES} attributes.")
    # Without huge_tree the parser itself refuses elements nested more than 256 deep.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocument(f"{name} is no well-formed XML ({error}).") from None
    if root.getroottree().docinfo.internalDTD is not None:  # declared in an encoding not looked for above
        raise UnreadableDocument(f"{name} declares a document type (entities), which no Word document does.")
    return root


@lru_cache(maxsize=4096)
def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2]


def local(element: etree._Element) -> str:
    """Name without namespace: transitional and strict documents differ in nothing else. Comments have none."""
    return _local_name(element.tag) if isinstance(element.tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its local name."""
    return next((str(value) for key, value in element.attrib.items() if _local_name(str(key)) == name), None)


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
