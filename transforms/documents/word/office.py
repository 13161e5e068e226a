"""DOC, WPS, RTF and Word XML -> ODT by LibreOffice, a program of its own: many in one call, each within its limits."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from transforms.documents.containers import DOC, ODT
from transforms.documents.model import Document, MissingProgram, UnreadableDocument
from transforms.documents.sniff import RTF, WORD_XML, media_type
from transforms.manifest import opened
from transforms.workers import allow

# LibreOffice guesses what it is given and takes anything for text: the filter is named, so that it cannot.
_FILTERS = {DOC: "MS Word 97", RTF: "Rich Text Format", WORD_XML: "MS Word 2003 XML"}
KINDS = frozenset(_FILTERS)
LONGEST_SECONDS = 20.0
_SPARE_SECONDS = 10.0
_MEMORY_KILOBYTES = 1536 * 1024
_LOOK_SECONDS = 0.05
_LARGEST_OUTPUT_BYTES = 64 * 1024 * 1024
_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/usr/local/bin/soffice",
    "/opt/libreoffice/program/soffice",
    "/snap/bin/libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_ABSENT = (
    "Word documents of this kind are read with LibreOffice, which was not found. Install it (Debian, Ubuntu: "
    "apt install libreoffice-writer), or name it: GONGKAI_SOFFICE=/path/to/soffice; the next run reads the document."
)
# No macros, no content from elsewhere (pictures, sections, templates), no Java; a proxy that answers nothing.
_SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "2"),
    ("Office.Writer/Content/Update", "Field", "false"),
    ("Office.Java/VirtualMachine", "Enable", "false"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("Inet/Settings", "ooInetNoProxy", ""),
)
# Runs a program with limited memory and ends it, and all that it started, when it is told to or when we are gone:
# standard input is a pipe that nobody writes to.
_GUARD = """
ulimit -c 0; ulimit -S -v "$1"; shift
exec 3<&0
"$@" 3<&- </dev/null &
program=$!
{ read -r _; kill -KILL 0; } <&3 &
wait $program; status=$?
kill -KILL $! 2>/dev/null
exit $status
"""


class Source(NamedTuple):
    """A document to be converted: where its bytes are, and which of KINDS it is."""

    path: Path
    kind: str


class Converted(NamedTuple):
    """What came of a source: the ODT, or why there is none (``lacks_program``: only because the office is absent)."""

    path: Path | None
    reason: str = ""
    lacks_program: bool = False


def find_program() -> str | None:
    """Path of LibreOffice: ``GONGKAI_SOFFICE``, else on the PATH, else in the usual places; None where it is not."""
    named = os.environ.get("GONGKAI_SOFFICE")
    if named:
        return shutil.which(named)
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in _PLACES if os.access(place, os.X_OK)), None)


def read_by_office(data: bytes) -> Document:
    """Rows of a single document. Raises MissingProgram without LibreOffice, UnreadableDocument for a bad document."""
    with tempfile.TemporaryDirectory(prefix="gongkai-office-") as folder:
        source = Path(folder) / "source"
        source.write_bytes(data)
        allow(seconds_for(1))
        ((_, converted),) = convert([Source(source, media_type(data))], Path(folder))
        return read_converted(converted)


def read_converted(converted: Converted) -> Document:
    """Rows of a document that was converted; raises what ``read_by_office`` raises."""
    if converted.path is None:
        raise (MissingProgram if converted.lacks_program else UnreadableDocument)(converted.reason)
    data = converted.path.read_bytes()
    if media_type(data) != ODT:
        raise UnreadableDocument("LibreOffice wrote something else than a document.")
    # Its libraries are not for those who only want to know which kinds the office reads.
    from transforms.documents.word.odt import read_odt

    document = read_odt(data)
    if not document.rows:
        raise UnreadableDocument("LibreOffice found no text in it: the document is damaged, or holds only pictures.")
    return document


def seconds_for(documents: int) -> float:
    """How long ``convert`` may take for so many documents: of several each may be tried once more alone."""
    tries = 2 * documents + 1 if documents > 1 else 1
    return tries * LONGEST_SECONDS + _SPARE_SECONDS


def convert(sources: Sequence[Source], folder: Path) -> Iterator[tuple[Source, Converted]]:
    """Convert documents to ODT in ``folder``, which must be there and ours alone; every source comes back once.

    One call converts all of a kind. What it leaves out, because of the document itself or because another one broke
    or delayed the call, is tried alone: what becomes of a document does not hang on those beside it.
    """
    program = find_program()
    if program is None or os.name != "posix":
        yield from ((source, Converted(None, _ABSENT, lacks_program=True)) for source in sources)
        return
    profile = _make_profile(folder)
    places = [
        (source, folder / f"{number:04}.in", folder / f"{number:04}.odt") for number, source in enumerate(sources)
    ]
    for kind in _FILTERS:
        of_kind = [place for place in places if place[0].kind == kind]
        for source, copy, _ in of_kind:
            with opened(source.path) as document, copy.open("wb") as file:
                shutil.copyfileobj(document, file)
        if len(of_kind) > 1:
            _call(program, profile, kind, [(copy, output) for _, copy, output in of_kind])
        for source, copy, output in of_kind:
            reason = "" if _is_there(output) else _call(program, profile, kind, [(copy, output)])
            copy.unlink()
            yield source, Converted(output) if _is_there(output) else Converted(None, reason)


def _is_there(output: Path) -> bool:
    return output.is_file() and 0 < output.stat().st_size <= _LARGEST_OUTPUT_BYTES


def _call(program: str, profile: Path, kind: str, files: Sequence[tuple[Path, Path]]) -> str:
    """One run of LibreOffice over files that lie in one folder; returns what to say of one without an output."""
    command = [
        *("sh", "-c", _GUARD, "sh", str(_MEMORY_KILOBYTES), program),
        *(f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nologo", "--nodefault"),
        *("--nolockcheck", f"--infilter={_FILTERS[kind]}", "--convert-to", "odt:writer8", "--outdir"),
        *(str(files[0][1].parent), *(str(copy) for copy, _ in files)),
    ]
    # Whatever the surroundings ask for (a display, a proxy, libraries to load) is not for it.
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"}
    environment |= {"HOME": str(profile), "TMPDIR": str(profile)}
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=profile,
        start_new_session=True,
    )
    try:
        in_time = _wait(process, [output for _, output in files])
    finally:
        _end(process)
    if not in_time:
        return f"LibreOffice took longer than {LONGEST_SECONDS:g} seconds to open it and was ended."
    if process.returncode:
        return (
            f"LibreOffice broke off (status {process.returncode}): the document is damaged, or needs more than "
            f"{_MEMORY_KILOBYTES // 1024} MB of memory."
        )
    return "LibreOffice could not open it: the document is damaged, incomplete or protected by a password."


def _wait(process: subprocess.Popen[bytes], outputs: Iterable[Path]) -> bool:
    """Wait for the end; False as soon as no output has been added for as long as one document may take."""
    left = list(outputs)
    deadline = time.monotonic() + LONGEST_SECONDS
    while process.poll() is None:
        if (missing := [output for output in left if not output.exists()]) != left:
            left = missing
            deadline = time.monotonic() + LONGEST_SECONDS
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_SECONDS)
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and all that it started, whether it has ended by itself or not."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, 9)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _make_profile(folder: Path) -> Path:
    """A new user profile: LibreOffice lets only one process at a time use one, and remembers nothing of it here."""
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value>'
        "</prop></item>"
        for path, name, value in _SETTINGS
    )
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>',
        encoding="utf-8",
    )
    return profile
