"""LibreOffice for tests: documents in formats that only it writes, and a program that stands in for it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from transforms.documents.word.office import find_program

FILTERS_OF_HTML = {"writer": "HTML (StarWriter)", "calc": "HTML (StarCalc)"}


def written_by_office(
    documents: Mapping[str, bytes], ending: str, folder: Path, html_as: str | None = None
) -> dict[str, bytes]:
    """Documents by name (with its ending), saved in another format; the result is named without an ending.

    ``html_as``: the program that opens HTML, ``writer`` or ``calc``.
    """
    program = find_program()
    assert program
    sources, out = folder / "sources", folder / ending
    sources.mkdir(parents=True)
    for name, data in documents.items():
        (sources / name).write_bytes(data)
    command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += [f"--infilter={FILTERS_OF_HTML[html_as]}"] if html_as else []
    command += ["--convert-to", ending, "--outdir", str(out), *(str(sources / name) for name in documents)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    shutil.rmtree(sources)
    found = {path.stem: path.read_bytes() for path in out.glob("*")}
    assert len(found) == len(documents), done.stderr
    return found


# Reads what it is to do in each document; notes every start, and which program it left behind.
_STAND_IN = """#!/bin/sh
for argument; do
    [ "$previous" = --outdir ] && out=$argument
    case $argument in *.in) set -- "$@" "$argument"; names="$names $(head -c 20 "$argument" | tr -d '{\\\\ ')" ;; esac
    previous=$argument
done
echo "$names" >> FOLDER/starts
env > FOLDER/environment
for argument; do
    case $argument in *.in) ;; *) continue ;; esac
    output=$out/$(basename "$argument" .in).odt
    [ -e "$output" ] && continue
    case $(head -c 20 "$argument") in
        *hang*) sleep 300 & echo $! > FOLDER/left; wait ;;
        *break*) kill -SEGV $$ ;;
        *memory*) dd if=/dev/zero of=/dev/null bs=2000M count=1 || exit 7 ;;
        *nothing*) ;;
        *wrong*) echo text > "$output" ;;
        *) cp FOLDER/good.odt "$output" ;;
    esac
done
"""


def stand_in(folder: Path, good: bytes) -> Path:
    """A program that is called as LibreOffice is and does what its documents say; ``good`` is what it writes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "good.odt").write_bytes(good)
    program = folder / "soffice"
    program.write_text(_STAND_IN.replace("FOLDER", str(folder)), "utf-8")
    program.chmod(0o755)
    return program


def rtf(what: str) -> bytes:
    """A document that tells the stand-in what to do."""
    return b"{\\rtf1 " + what.encode() + b"}"
