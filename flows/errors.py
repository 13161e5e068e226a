"""What can go wrong for a caller of the command line, and which exit status it has."""

from __future__ import annotations

OK = 0
SOME_FAILED = 1
CALLED_WRONGLY = 2


class GongkaiError(Exception):
    """Some of the work failed; the text is for the person who called."""

    exit_status = SOME_FAILED


class CalledWronglyError(GongkaiError):
    """The call cannot be carried out as it stands: a wrong argument, path, query or registry."""

    exit_status = CALLED_WRONGLY


class LockedError(GongkaiError):
    """Another process writes to this home."""
