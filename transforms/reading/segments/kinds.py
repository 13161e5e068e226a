"""Kinds of labels: which table they belong to, which stand in headers, and what a label means where it stands."""

from __future__ import annotations

from transforms.reading.labels import Meaning

TABLE_OF_SECTION = {"2": "disclosure", "3": "application", "4": "litigation"}
TABLE_OF_KIND = {
    "item": "disclosure",
    "info": "disclosure",
    "column": "disclosure",
    "row": "disclosure",
    "extra": "disclosure",
    "sub": "disclosure",
    "corner": "application",
    "applicants": "application",
    "organisations": "application",
    "applicant": "application",
    "group": "application",
    "outcome": "application",
    "result": "litigation",
    "channel": "litigation",
    "suits": "litigation",
}
HEADER_KINDS = {
    "info",
    "column",
    "corner",
    "applicants",
    "organisations",
    "applicant",
    "result",
    "channel",
    "suits",
}


def pick(found: frozenset[Meaning], table: str | None, in_body: bool) -> Meaning | None:
    """The meaning that the place allows: 其他 and 总计 stand in all tables."""
    if len(found) == 1:
        return next(iter(found))
    by_kind = {meaning.kind: meaning for meaning in found}
    order: tuple[str, ...]
    if table == "litigation":
        order = ("result", "channel", "outcome", "applicant")
    elif table == "application" and in_body:
        order = ("outcome", "group", "applicant", "result")
    elif table == "application":
        order = ("applicant", "outcome", "result")
    elif table == "disclosure":
        order = ("row", "column", "sub", "extra")
    else:
        order = ("row", "outcome") if "result" not in by_kind else ()
    return next((by_kind[kind] for kind in order if kind in by_kind), None)
