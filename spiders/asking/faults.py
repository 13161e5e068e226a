"""Names for what goes wrong on the way to an answer: the same words in manifests, rows and messages."""

from __future__ import annotations

from scrapy import exceptions
from scrapy.exceptions import IgnoreRequest

from spiders.asking.challenges import refusing_status
from spiders.asking.politeness import Refused

_CODES: tuple[tuple[type[BaseException], str, str], ...] = (
    (exceptions.CannotResolveHostError, "no_address", "the host name could not be resolved"),
    (exceptions.DownloadConnectionRefusedError, "down", "the host refused the connection"),
    (exceptions.DownloadTimeoutError, "timeout", "no complete answer came in time"),
    (exceptions.ResponseDataLossError, "truncated", "the answer ended before its announced length"),
    (exceptions.DownloadCancelledError, "too_large", "the answer is larger than the limit"),
    (exceptions.DownloadFailedError, "connection", "the connection failed"),
    (OSError, "connection", "the connection failed"),
)

# These end a portal's night: asking on would break a promise or meet the same wall.
STOPPING = frozenset({"challenge", "host_stopped", "budget", "night_limit"})


def fault(error: BaseException) -> tuple[str, str]:
    """(code, sentence) of an exception that a download raised."""
    if isinstance(error, Refused):
        code, _, sentence = str(error).partition(": ")
        return code, sentence
    if isinstance(error, IgnoreRequest) and "DOWNLOAD_MAXSIZE" in str(error):
        return "too_large", "the answer is larger than the limit when unpacked"
    said = " ".join(str(error).split())[:160]
    if "certificate verify failed" in said or "CertificateError" in said:
        return "certificate", "the host's certificate cannot be trusted (chain, name or date)"
    for kind, code, sentence in _CODES:
        if isinstance(error, kind):
            return code, f"{sentence} ({said})" if said else sentence
    return "connection", f"{type(error).__name__}: {said}" if said else type(error).__name__


def status_fault(status: int, method: str = "GET") -> tuple[str, str] | None:
    """(code, sentence) of a status that brings no document; None for one that does (200, 203, 304)."""
    if status in (200, 203, 304):
        return None
    if status in (404, 410):
        return "not_found", f"status {status}"
    if refusing_status(status, method):
        return "refused", f"status {status}: the server refuses us"
    if status >= 500:
        return "server_error", f"status {status}"
    return "status", f"status {status} is no answer to this request"


def reason_of(code: str, sentence: str) -> str:
    """'code: sentence', as manifests write it."""
    return f"{code}: {sentence}"
