"""ZIP packages of XML -> their parsed parts, whatever the bytes are: damaged, protected, hostile or none."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import lru_cache

from lxml import etree

from transforms.documents.model import UnreadableDocument

# The largest real report is 3 MB of XML; what is beyond these is an attack or no report.
_LARGEST_PART_BYTES = 16 * 1024 * 1024
_MOST_TAGS = 600_000
_MOST_ATTRIBUTES = 1_000_000
# Office programs write these two; LZMA could ask for gigabytes of memory before the first byte.
_METHODS = frozenset([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
# What reading a ZIP archive of arbitrary bytes may raise.
DAMAGE: tuple[type[Exception], ...] = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, OSError),
    *(ValueError, IndexError, OverflowError, RuntimeError),
)
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))


class Package:
    """A document that is a ZIP archive of parts. ``what`` names its kind in messages: Word document, workbook …"""

    def __init__(self, data: bytes, what: str) -> None:
        self.what = what
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except DAMAGE as error:
            raise UnreadableDocument(f"The {what} is damaged: it is no whole ZIP archive ({error}).") from None
        self._members = {plain_name(member): member for member in self._archive.infolist()}

    def xml(self, name: str) -> etree._Element | None:
        """Root of a part, None where there is none. Raises UnreadableDocument for one that cannot be read."""
        data = self.read(name)
        return None if data is None else self._parse(data, name)

    def read(self, name: str) -> bytes | None:
        """Bytes of a part, None where there is none. Raises UnreadableDocument for one that cannot be unpacked."""
        member = self._members.get(name.lower())
        if member is None:
            return None
        if member.flag_bits & 1:
            raise UnreadableDocument(f"The {self.what} is protected by a password ({name} is encrypted).")
        if member.compress_type not in _METHODS:
            raise UnreadableDocument(f"{name} is packed by method {member.compress_type}, which no {self.what} uses.")
        try:
            with self._archive.open(member) as stream:
                # The size that the package declares may lie: never unpack more than the limit.
                data = stream.read(_LARGEST_PART_BYTES + 1)
        except DAMAGE as error:
            raise UnreadableDocument(f"The {self.what} is damaged: {name} cannot be unpacked ({error}).") from None
        if len(data) > _LARGEST_PART_BYTES:
            raise UnreadableDocument(f"{name} is larger than {_LARGEST_PART_BYTES // 1024**2} MB when unpacked.")
        return data

    def _parse(self, xml: bytes, name: str) -> etree._Element:
        entities = UnreadableDocument(f"{name} declares a document type (entities), which no {self.what} does.")
        if any(doctype in xml for doctype in _DOCTYPES):
            raise entities
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
            raise entities
        return root


def plain_name(member: zipfile.ZipInfo) -> str:
    """Name of a member to compare by: some writers begin with a slash or part by backslashes; case is ignored."""
    return member.filename.replace("\\", "/").lstrip("/").lower()


@lru_cache(maxsize=4096)
def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2]


def local(element: etree._Element) -> str:
    """Name without namespace: writers and versions of a format differ in nothing else. Comments have none."""
    return _local_name(element.tag) if isinstance(element.tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its local name."""
    return next((str(value) for key, value in element.attrib.items() if _local_name(str(key)) == name), None)
