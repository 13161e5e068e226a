"""Replaces a whole folder in one step, but only one that was written by us or holds nothing."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.connection import WarehouseError

MARK = "gongkai-site.json"  # says that a folder is a site of ours


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside ``folder`` that takes its place when the block ends well, and vanishes if not.

    Whoever writes to it leaves a file ``MARK`` there. Raises WarehouseError when ``folder`` is a file or holds anything
    that is no site of ours (nothing is touched then), and when it cannot be written.
    """
    target = folder.resolve()
    _refuse_what_is_not_ours(folder, target)
    number = secrets.token_hex(4)
    beside = target.with_name(f".{target.name}.{number}.part")
    try:
        beside.mkdir(parents=True)
        yield beside
        _swap(beside, target, target.with_name(f".{target.name}.{number}.old"))
    except OSError as error:
        raise WarehouseError(
            f"The site {folder} could not be written: {error}. Check the folder, its rights and the free space; "
            "a site that was there before is unchanged."
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _refuse_what_is_not_ours(folder: Path, target: Path) -> None:
    what = None
    if target.exists() and not target.is_dir():
        what = "is a file"
    elif target.is_dir() and any(target.iterdir()) and not _is_ours(target):
        what = "holds other files and is no site that gongkai wrote"
    if what:
        raise WarehouseError(
            f"{folder} {what}; a site replaces its whole folder, so it is left as it is. Name a new or empty folder, "
            f"or one that `gongkai site` wrote (it holds {MARK})."
        )


def _is_ours(folder: Path) -> bool:
    try:
        found = json.loads((folder / MARK).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("made_by") == "gongkai"


def _swap(new: Path, target: Path, old: Path) -> None:
    """Between the two renames there is no folder for a moment; if the second one fails, the old one is put back."""
    if not target.exists():
        os.rename(new, target)
        return
    os.rename(target, old)
    try:
        os.rename(new, target)
    except OSError:
        os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)
