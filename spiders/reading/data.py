"""Lists that come as JSON: what may be trusted of an answer, and the days and texts in its rows.

Portals answer with error pages, other objects and broken text in the place of a list; whatever is not as expected is
named, never taken for an empty list.
"""

from __future__ import annotations

import datetime
import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from spiders.reading import listing

# Times are printed in the zone of the portals, and seconds since 1970 are meant in it (families.md §1.1).
CHINA = datetime.timezone(datetime.timedelta(hours=8))
# Milliseconds since 1970 of any day after 1973 are more than seconds of any day before the year 5000.
_MILLISECONDS_FROM = 100_000_000_000
_FIRST_DAY, _LAST_DAY = datetime.date(2000, 1, 1), datetime.date(2100, 1, 1)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_MOST_TEXT_CHARACTERS = 2_000
# No list counts more rows; what says so is no count.
_MOST_ROWS = 10_000_000


class NotAList(Exception):
    """An answer that is not the list it should be; the text says what was expected and what was found."""


def read_object(text: str, expected: str) -> dict[str, Any]:
    """The JSON object of an answer.

    Args:
        text: the answer.
        expected: what it should be, for the message.

    Raises:
        NotAList: when it is no JSON, JSON that is nested too deep, or no object.
    """
    try:
        said = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise NotAList(f"expected {expected}, found {shown(text)}") from error
    if not isinstance(said, dict):
        raise NotAList(f"expected {expected}, found {shown(text)}")
    return said


def rows_in(holder: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The rows under a key. Entries that are no object are left out; a list of nothing else is none.

    Raises:
        NotAList: when there is no list under the key, or one without a single object.
    """
    found = holder.get(key)
    if not isinstance(found, list):
        raise NotAList(f"expected a list of rows in {key}, found {kind_of(found)}")
    rows: list[Mapping[str, Any]] = [row for row in found if isinstance(row, dict)]
    if found and not rows:
        raise NotAList(f"expected objects in {key}, found {kind_of(found[0])}")
    return rows


def text_in(row: Mapping[str, Any], *keys: str) -> str:
    """The first filled text under one of the keys, without tags, entities and surplus spaces; empty: there is none."""
    for key in keys:
        value = row.get(key)
        if isinstance(value, str):
            said = " ".join(html.unescape(_TAG.sub("", _whole(value[:_MOST_TEXT_CHARACTERS]))).split())
            if said:
                return said
    return ""


def address_in(row: Mapping[str, Any], *keys: str) -> str:
    """The first filled text under one of the keys, as written; empty: there is none that can be an address."""
    for key in keys:
        value = row.get(key)
        if isinstance(value, str) and value.strip() and len(value) <= _MOST_TEXT_CHARACTERS:
            return _whole(value.strip())
    return ""


def _whole(text: str) -> str:
    """The text without halves of characters, which JSON can hold and no file and no address can."""
    return text.encode("utf-8", "replace").decode("utf-8")


def day_in(row: Mapping[str, Any], *keys: str) -> str | None:
    """The first day (YYYY-MM-DD) under one of the keys: a printed day, or seconds or milliseconds since 1970."""
    for key in keys:
        value = row.get(key)
        found = _day_of(value) if not isinstance(value, bool) else None
        if found:
            return found
    return None


def count_in(holder: Mapping[str, Any], key: str) -> int | None:
    """A number of rows, also one written as text; None: there is none, or one that no list can have."""
    value = holder.get(key)
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value.strip(), re.ASCII):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_ROWS:
        return value
    return None


def items_of(rows: Iterable[Mapping[str, Any]], items: Iterable[listing.Item | None]) -> tuple[listing.Item, ...]:
    """The items of all rows that have one.

    Args:
        rows: the rows, for the message.
        items: one for each row, None for a row without title or address.

    Raises:
        NotAList: when there are rows and not one is an item: the names of their fields are others.
    """
    rows = tuple(rows)
    found = tuple(item for item in items if item is not None)
    if rows and not found:
        names = ", ".join(sorted(map(str, rows[0]))[:8])[:200]
        raise NotAList(f"expected rows with a title and an address, found rows with {names or 'nothing'}")
    return found


def shown(text: str) -> str:
    """The beginning of an answer, for messages."""
    text = " ".join(text[:200].split())
    return repr(text if len(text) <= 80 else text[:77] + "…")


def kind_of(value: Any) -> str:
    """What a JSON value is, for messages."""
    if value is None:
        return "nothing"
    names = {"dict": "an object", "list": "a list", "str": "a text", "bool": "true or false"}
    return names.get(type(value).__name__, "a number")


def _day_of(value: Any) -> str | None:
    if isinstance(value, str):
        printed = listing.date_in(value[:100])
        if printed or not re.fullmatch(r"\d{9,13}", value.strip(), re.ASCII):
            return printed
        value = int(value)
    if not isinstance(value, int | float):
        return None
    try:
        seconds = value / 1000 if value >= _MILLISECONDS_FROM else value
        day = datetime.datetime.fromtimestamp(seconds, CHINA).date()
    except (ValueError, OverflowError, OSError):
        return None
    return day.isoformat() if _FIRST_DAY <= day < _LAST_DAY else None
