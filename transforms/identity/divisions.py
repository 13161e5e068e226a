"""Divisions as far as portals declare them: code, level and parent from GB/T 2260, names from the bodies of portals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from transforms.identity.agencies import agency_type

_BODY = re.compile(r"(人民政府(办公厅|办公室)?|政府(办公厅|办公室|办)|管理委员会|管委会)$")


_COUNTRY = "100000"


def division_rows(
    portals: Sequence[Mapping[str, Any]], governments: Mapping[str, set[str]] | None = None
) -> list[dict[str, Any]]:
    """Rows of ``division`` for the region codes of portals and the divisions above them.

    A division is named after the government or office that a portal of its code declares as body, else after the
    only government that reported on a portal of its code (``governments``: code -> their names). Its code stands for
    the name where neither settles it.
    """
    names: dict[str, str] = {}
    codes: set[str] = set()
    for entry in portals:
        code = str(entry["region_code"])
        codes.update(_with_parents(code))
        body = entry.get("body")
        # A zone has a statistical code of its own (71 to 79); under its county's code it does not name the county.
        kinds = ("zone",) if "71" <= code[-2:] <= "79" else ("government", "gov_office")
        if body and agency_type(body) in kinds:
            names.setdefault(code, _BODY.sub("", body) or body)
    for code, found in (governments or {}).items():
        if len(found) == 1:
            names.setdefault(code, _BODY.sub("", min(found)))
    return [
        {
            "division_id": code,
            "name": names.get(code, code),
            "level": level_of(code),
            "parent_id": parent_of(code),
            "valid_from": None,
            "valid_to": None,
        }
        for code in sorted(codes)
    ]


def level_of(code: str) -> str:
    """Level that a six-digit code stands for."""
    if code in (_COUNTRY, "000000"):
        return "country"
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def parent_of(code: str) -> str | None:
    """Code of the division above; None for the country."""
    level = level_of(code)
    if level == "country":
        return None
    if level == "province":
        return _COUNTRY
    return code[:2] + "0000" if level == "prefecture" else code[:4] + "00"


def _with_parents(code: str) -> list[str]:
    codes = [code]
    while (above := parent_of(codes[-1])) is not None:
        codes.append(above)
    return codes
