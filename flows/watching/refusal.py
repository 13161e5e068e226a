"""A night that could not begin because another run writes: told at once, and shown by `gongkai status`."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flows.errors import LockedError
from flows.prefect_environment import prepare
from flows.run_report import RUNS, Notice
from flows.settings import Settings
from flows.watching.sending import NotSentError, send

# In the folder of the reports, and none of them.
_NAME = ".refused"
_log = logging.getLogger(__name__)


@contextmanager
def refusals_told(settings: Settings) -> Iterator[None]:
    """Around what takes the home's lock: a LockedError is put on record and sent before it goes on."""
    try:
        yield
    except LockedError as error:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        with contextlib.suppress(OSError):  # the night has no report; that it has none matters more than this file
            folder = settings.home / RUNS
            folder.mkdir(parents=True, exist_ok=True)
            (folder / _NAME).write_text(json.dumps({"at": at, "reason": str(error)}, ensure_ascii=False), "utf-8")
        if settings.notify is not None:
            if "prefect" not in sys.modules:
                prepare(settings.home)
            notice = Notice(
                "night_refused", f"A night did not run: {error}", "本夜任务未运行：另一进程正在写入数据目录"
            )
            try:
                send(settings.notify, f"refused-{at}", (notice,))
            except NotSentError as not_sent:
                _log.warning("%s", not_sent)
        raise


def last_refusal(home: Path, since: str | None) -> str | None:
    """When and why a night did not begin, where that was after ``since`` (ISO 8601, UTC; None: ever)."""
    try:
        found = json.loads((home / RUNS / _NAME).read_text("utf-8"))
        at, reason = str(found["at"]), str(found["reason"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return f"{at}: {reason}" if since is None or at > since else None
