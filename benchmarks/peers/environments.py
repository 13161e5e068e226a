"""A virtual environment for each library that is compared with, made once under the work folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

# What is installed for each; the newest that resolve. The first is the library itself.
PACKAGES = {
    "pandas": ("pandas", "lxml", "beautifulsoup4", "html5lib", "openpyxl"),
    "pdfplumber": ("pdfplumber",),
    "camelot": ("camelot-py",),
    "tablers": ("tablers",),
    "img2table": ("img2table", "pandas", "rapidocr", "onnxruntime"),
    "rapidocr": ("rapidocr", "onnxruntime", "pypdfium2", "pillow"),
    "pypdfium2": ("pypdfium2",),
    "python-docx": ("python-docx",),
    "openpyxl": ("openpyxl",),
    # Turns text into figures and reads no file itself: these take the text out of files for it.
    "govnianbao": ("beautifulsoup4", "lxml", "python-docx", "openpyxl", "pypdfium2"),
}


def interpreter(name: str, folder: Path) -> Path:
    """The Python of an environment, which is made if it is not there whole. Raises CalledProcessError if pip fails."""
    place = folder / name
    python = place / "bin" / "python"
    stamp = place / "installed.json"
    wanted = list(PACKAGES[name])
    if stamp.exists() and json.loads(stamp.read_text("utf-8")) == wanted:
        return python
    print(f"Installing {', '.join(wanted)} …", file=sys.stderr)
    venv.create(place, clear=True, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*pip, *wanted], check=True)
    stamp.write_text(json.dumps(wanted), "utf-8")
    return python


def versions(name: str, folder: Path) -> str:
    """The versions of what was asked for in an environment, as ``name version`` with commas between."""
    code = (
        "import json, sys; from importlib.metadata import version; "
        "print(', '.join(f'{name} {version(name)}' for name in json.loads(sys.argv[1])))"
    )
    command = [str(interpreter(name, folder)), "-c", code, json.dumps(PACKAGES[name])]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def surroundings() -> dict[str, str]:
    """The variables of this process without those that point a Python at other modules."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
