"""ZIP archives and OLE compound files -> which kind of document they hold, by the names of their parts."""

from __future__ import annotations

import io
import re
import struct
import zipfile

from transforms.documents.package import DAMAGE, plain_name

ZIP, OLE = "application/zip", "application/x-ole-storage"
DOC, XLS, ODT = "application/msword", "application/vnd.ms-excel", "application/vnd.oasis.opendocument.text"
PROTECTED = "application/x-ole-protected"
OFD = "application/ofd"
_OOXML = "application/vnd.openxmlformats-officedocument"
DOCX, XLSX = f"{_OOXML}.wordprocessingml.document", f"{_OOXML}.spreadsheetml.sheet"
_PARTS = (
    ("word/document.xml", DOCX),
    ("xl/workbook.xml", XLSX),
    ("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    ("ppt/presentation.xml", f"{_OOXML}.presentationml.presentation"),
    ("ofd.xml", OFD),
)
_OPEN_DOCUMENT = re.compile(rb"application/vnd\.oasis\.opendocument\.[a-z-]+")
_LONGEST_MEDIA_TYPE = 100
# Header of a member: 22 bytes, lengths of its name and of its extra field, then both.
_MEMBER = re.compile(rb"PK\x03\x04.{22}(..)(..)", re.S)
# Streams at the root, the first that is there. WPS Office writes those of Word and Excel into .wps and .et files.
_STREAMS = (
    ("encryptedpackage", PROTECTED),
    ("worddocument", DOC),
    ("workbook", XLS),
    ("book", XLS),
    ("powerpoint document", "application/vnd.ms-powerpoint"),
)


def zip_kind(data: bytes) -> str:
    """Media type of a ZIP archive: that of the document which it is, or ``application/zip``."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {plain_name(member) for member in archive.infolist()}
    except DAMAGE:  # cut off before its directory: the members that are left still say what it was
        names = {_name_at(data, match).lower() for match in _MEMBER.finditer(data)}
    if "mimetype" in names and (declared := _declared(data)):
        return declared
    return next((kind for part, kind in _PARTS if part in names), ZIP)


def _name_at(data: bytes, match: re.Match[bytes]) -> str:
    length = int.from_bytes(match.group(1), "little")
    return data[match.end() : match.end() + length].decode("ascii", errors="replace")


def _declared(data: bytes) -> str | None:
    """The media type of an OpenDocument package: its first member, not compressed. A template is read as a document."""
    first = _MEMBER.match(data)
    if first is None or _name_at(data, first) != "mimetype":
        return None
    found = _OPEN_DOCUMENT.match(data, first.end() + len("mimetype") + int.from_bytes(first.group(2), "little"))
    if found is None or len(found.group()) > _LONGEST_MEDIA_TYPE:
        return None
    return found.group().decode("ascii").removesuffix("-template")


def ole_kind(data: bytes) -> str:
    """Media type of an OLE compound file by its streams; ``application/x-ole-storage`` for others and damaged ones."""
    import olefile

    if not _is_in_proportion(data):
        return OLE
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            names = {entry[0].lower() for entry in file.listdir() if len(entry) == 1}
    except MemoryError:
        raise
    except Exception:  # the library checks little of what it is given: anything may come of damaged bytes
        return OLE
    return next((kind for stream, kind in _STREAMS if stream in names), OLE)


def _is_in_proportion(data: bytes) -> bool:
    """Whether the tables that the header declares fit into the file: their loading takes time in proportion."""
    if len(data) < 512:
        return False
    shift, fat_sectors, more_sectors = struct.unpack_from("<30xH12xI24xI", data)
    if shift not in (9, 12):
        return False
    sectors = len(data) >> shift
    # One sector of the table stands for 128 or 1024 sectors of the file.
    return bool(fat_sectors <= sectors // 64 + 16 and more_sectors <= sectors)
