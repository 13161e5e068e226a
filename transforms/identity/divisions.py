"""Divisions of the warehouse: those of the gazetteer, and what portals declare beyond them; the one of an agency."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pyarrow as pa

from transforms import gazetteer
from transforms.identity.agencies import agency_type
from transforms.identity.resolution import belonging
from transforms.schema import arrow_schema

_BODY = re.compile(r"(人民政府(办公厅|办公室)?|政府(办公厅|办公室|办)|管理委员会|管委会)$")


_COUNTRY = "100000"


@cache
def known() -> frozenset[str]:
    """Ids of the divisions that the gazetteer has."""
    return frozenset(gazetteer.table("division")["division_id"].to_pylist())


def division_table(portals: Sequence[Mapping[str, Any]], governments: Mapping[str, set[str]] | None = None) -> pa.Table:
    """Rows of ``division``: the gazetteer's, and those of ``division_rows``."""
    declared = pa.Table.from_pylist(division_rows(portals, governments), arrow_schema("division"))
    return pa.concat_tables([gazetteer.table("division"), declared])


def division_rows(
    portals: Sequence[Mapping[str, Any]], governments: Mapping[str, set[str]] | None = None
) -> list[dict[str, Any]]:
    """Rows of ``division`` for the region codes of portals that the gazetteer does not have, and those above them.

    Such a division is named after the government or office that a portal of its code declares as body, else after the
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
        kinds = ("zone",) if level_of(code) == "zone" else ("government", "gov_office")
        if body and agency_type(body) in kinds:
            names.setdefault(code, _BODY.sub("", body) or body)
    for code, found in (governments or {}).items():
        if len(found) == 1:
            names.setdefault(code, _BODY.sub("", min(found)))
    return [
        {
            "division_id": code,
            "code": code,
            "name": names.get(code, code),
            "level": level_of(code),
            "parent_id": parent_of(code),
            "valid_from": None,
            "valid_to": None,
            "source": "registry of portals",
        }
        for code in sorted(codes - known())
    ]


def division_of(name: str, region: str | None, year: int | None, codes: Sequence[str] = ()) -> str | None:
    """Id of the division that a body belongs to: the one that its name tells within the portal's region, else that one.

    None without either, and where neither is told: of homonyms none is taken, unless one of the verified ``codes``
    printed with the name singles it out. ``year``: the report year.
    """
    if region is not None and region not in known():
        return region  # the gazetteer cannot tell what lies within it
    told = belonging(name, region, year, codes)
    if told.division is not None:
        return told.division.division_id
    return region


def level_of(code: str) -> str:
    """Level that a six-digit code stands for."""
    if code in (_COUNTRY, "000000"):
        return "country"
    if code.endswith("0000"):
        return "province"
    if "71" <= code[4:] <= "79":
        return "zone"
    return "prefecture" if code.endswith("00") else "county"


def parent_of(code: str) -> str | None:
    """Code of the division above; None for the country. Some counties are governed by their province itself."""
    level = level_of(code)
    if level == "country":
        return None
    if level == "province":
        return _COUNTRY
    province, prefecture = code[:2] + "0000", code[:4] + "00"
    if level == "prefecture" or (province in known() and prefecture not in known()):
        return province
    return prefecture


def _with_parents(code: str) -> list[str]:
    codes = [code]
    while (above := parent_of(codes[-1])) is not None:
        codes.append(above)
    return codes
