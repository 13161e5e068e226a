"""ZIP archives with one report in them -> rows of that report."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator

from transforms.documents.containers import ZIP
from transforms.documents.kinds import reader_of
from transforms.documents.model import Document, UnreadableDocument
from transforms.documents.package import DAMAGE
from transforms.documents.sniff import media_type

# An archive of a report holds it, perhaps with pictures of its pages; what is far beyond is no such archive.
_MOST_MEMBERS = 500
_LARGEST_BYTES = 64 * 1024 * 1024
# Other methods may ask for gigabytes of memory before the first byte.
_METHODS = frozenset([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
_IS_UTF8, _IS_ENCRYPTED = 0x800, 1
# What programs leave beside the files that people put in.
_LITTER = frozenset([".ds_store", "thumbs.db", "desktop.ini"])
_MOST_NAMED = 5


def read_archive(data: bytes) -> Document:
    """Rows of the only report document in an archive, in whatever folder of it.

    Nothing is unpacked to disk, links and archives within are not followed. Raises UnreadableDocument when there is
    no such document or more than one, naming them, and when the archive is damaged, protected or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = list(_documents(archive))
    except UnreadableDocument:
        raise
    except DAMAGE as error:
        raise UnreadableDocument(f"The ZIP archive is damaged ({error}).") from None
    known = [(name, content, kind) for name, content, kind in found if reader_of(kind) and kind != ZIP]
    # Pictures beside a document belong to it.
    readable = [one for one in known if not one[2].startswith("image/")] or known
    if len(readable) != 1:
        what = "more than one document that may be the report" if readable else "no document that can be read"
        names = [name for name, _, _ in readable or found]
        raise UnreadableDocument(f"The ZIP archive holds {what}: {_listed(names)}.")
    ((_, content, kind),) = readable
    read = reader_of(kind)
    assert read is not None
    return read(content)


def _documents(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes, str]]:
    """Name, bytes and media type of every file that people put into the archive."""
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise UnreadableDocument(f"The ZIP archive has {len(members)} members; that of a report has a few.")
    left = _LARGEST_BYTES
    for member in members:
        name = _name(member)
        if member.is_dir() or stat.S_ISLNK(member.external_attr >> 16) or _is_litter(name):
            continue
        if member.flag_bits & _IS_ENCRYPTED:
            raise UnreadableDocument(f"The ZIP archive is protected by a password ({name} is encrypted).")
        if member.compress_type not in _METHODS:
            raise UnreadableDocument(f"{name} in the ZIP archive is packed by method {member.compress_type}.")
        with archive.open(member) as stream:
            # The size that the archive declares may lie: never unpack more than the limit.
            content = stream.read(left + 1)
        left -= len(content)
        if left < 0:
            raise UnreadableDocument(f"The ZIP archive unpacks to more than {_LARGEST_BYTES // 1024**2} MB.")
        if content.strip():
            yield name, content, media_type(content)


def _name(member: zipfile.ZipInfo) -> str:
    """Name of a member; without a mark for UTF-8 it is in whatever encoding its writer used, here mostly GBK."""
    if member.flag_bits & _IS_UTF8:
        return member.filename
    raw = member.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _is_litter(name: str) -> bool:
    parts = name.replace("\\", "/").lower().split("/")
    return "__macosx" in parts or parts[-1].startswith("._") or parts[-1] in _LITTER


def _listed(names: list[str]) -> str:
    shown = ["".join(c for c in name if c.isprintable())[:80] for name in names[:_MOST_NAMED]]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ("、".join(shown) + more) or "it is empty"
