"""The log of a run, one JSON object a line: the same run id in every line, whichever process or stage wrote it."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# What a line may tell beside its message. Whatever else a caller of the logging library attaches is left out, so that
# no configuration, header or environment comes in by the way.
FIELDS = (
    *("portal_id", "url", "document", "report_id", "outcome", "status", "seconds", "crawl_id", "flow_run_id"),
    *("done", "total", "details"),
)

# To the processes of a crawl: the file to append to, and the id of the run.
FILE_VARIABLE = "GONGKAI_RUN_LOG"
RUN_VARIABLE = "GONGKAI_RUN_ID"


class RunLog(logging.Handler):
    """Appends records to the log of a run; several processes may append to one file, each line in one write.

    ``common`` stands in every line; its values may be changed while the run goes on.
    """

    def __init__(self, path: Path, common: Mapping[str, Any], level: int = logging.INFO) -> None:
        super().__init__(level)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.common = dict(common)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a full disk costs the line and never the run."""
        try:
            os.write(self._file, self._line(record))
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing: standard error belongs to those who called."""

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        super().close()

    def _line(self, record: logging.LogRecord) -> bytes:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        found: dict[str, Any] = {"time": moment, "level": record.levelname.lower(), **self.common}
        found |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        found |= {"logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            found["traceback"] = logging.Formatter().formatException(record.exc_info)
        return json.dumps(found, ensure_ascii=False, default=str).encode("utf-8", "replace") + b"\n"


# What a crawl says of portals and documents; without a run's log nobody listens, and the crawl's own log never has it.
crawling = logging.getLogger("spiders.crawling")
crawling.propagate = False
crawling.addHandler(logging.NullHandler())


def join(crawl_id: str) -> RunLog | None:
    """Write to the log of the run that started this crawl, beside the crawl's own log: warnings of all libraries, and
    what ``crawling`` says. None when no run did; the caller closes it by ``leave``."""
    path, run_id = os.environ.get(FILE_VARIABLE), os.environ.get(RUN_VARIABLE)
    if not path or not run_id:
        return None
    log = RunLog(Path(path), {"run_id": run_id, "stage": "crawl", "crawl_id": crawl_id})
    log.addFilter(lambda record: record.name == crawling.name or record.levelno >= logging.WARNING)
    logging.getLogger().addHandler(log)
    crawling.addHandler(log)
    crawling.setLevel(logging.INFO)
    return log


def leave(log: RunLog) -> None:
    """Take a log that ``join`` gave away again, and close it."""
    for logger in (logging.getLogger(), crawling):
        logger.removeHandler(log)
    log.close()


def tell(row: Mapping[str, Any]) -> None:
    """Say what a row of the manifest says, but for what is as it was: unchanged documents, lists that answered."""
    kind, outcome = row["kind"], row.get("outcome")
    as_it_was = kind == "fetch" and (outcome == "unchanged" or (row["role"] == "list" and outcome != "failed"))
    if kind not in ("fetch", "portal", "event") or as_it_was:
        return
    what = row["role"] if kind == "fetch" else kind
    about = {"portal_id": row["portal_id"], "url": row.get("url"), "document": row.get("sha256"), "outcome": outcome}
    about |= {"status": row.get("status"), "seconds": row.get("elapsed_seconds")}
    reason = f": {row['reason']}" if row.get("reason") else ""
    level = logging.WARNING if outcome in ("failed", "challenge") else logging.INFO
    crawling.log(level, "%s %s%s", what, row.get("event") or outcome, reason, extra=about)
