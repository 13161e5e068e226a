"""Writing a file so that nobody ever sees half of it, and the forms that values take in CSV and JSON."""

from __future__ import annotations

import math
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from warehouse.connection import WarehouseError

BOM = "\ufeff"  # Excel takes a CSV file for UTF-8 only with it


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path`` that takes its place when the block ends well, and vanishes if not.

    Raises WarehouseError when the folder cannot be written.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise WarehouseError(
            f"{path} could not be written: {error}. Check the folder, its rights and the free space; "
            "a file that was there before is unchanged."
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def plain(value: Any) -> Any:
    """A value of a query as JSON has it: decimals as numbers, dates as ISO 8601, inf and nan as null."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (date, time)):  # datetime is a date
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value)


def number_text(value: Decimal | float | int | None) -> str:
    """A number without superfluous zeros; nothing for none."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def harmless(text: str) -> str:
    """Text from outside with an apostrophe before it where a spreadsheet would take it for a formula."""
    if text[:1] not in ("=", "+", "-", "@", "\t", "\r"):
        return text
    try:
        float(text)
    except ValueError:
        return "'" + text
    return text
