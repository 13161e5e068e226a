"""The ``datapackage.json`` of an export: a Frictionless Data Package, v1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import yaml

from transforms.schema import tables
from warehouse.connection import WarehouseError
from warehouse.export.columns import ExportColumn
from warehouse.views import WIDE_TABLE

DESCRIPTION = "datapackage.json"
FORMATS = ("parquet", "csv")

# What a column of this name refers to in views, which declare no keys.
_REFERENCES = {
    "report_id": "report.report_id",
    "agency_id": "agency.agency_id",
    "division_id": "division.division_id",
    "version_id": "report_version.version_id",
    "indicator": "indicator_definition.indicator",
}


@dataclass(frozen=True)
class Written:
    """A table as it was exported.

    ``empty``: required columns in which some text is empty; ``files``: name -> size in bytes and SHA-256.
    """

    name: str
    kind: str
    comment: str
    columns: tuple[ExportColumn, ...]
    rows: int
    empty: frozenset[str]
    files: dict[str, tuple[int, str]]


def described(connection: duckdb.DuckDBPyConnection, written: Sequence[Written]) -> dict[str, Any]:
    """The description of the tables that were written from this warehouse, ready for JSON."""
    info = dict(connection.execute("SELECT key, value FROM build_info").fetchall())
    said = _said()
    names = {one.name for one in written}
    return {
        "profile": "data-package",
        "name": said["name"],
        "title": said["title"],
        "description": said["description"],
        "version": info["package_version"],
        "keywords": said["keywords"],
        "licenses": list(said["licenses"].values()),
        "sources": [*_portals(connection), *said["division_sources"]],
        "fingerprint": {key: info[key] for key in sorted(info)},
        "resources": [_resource(one, path, names) for one in written for path in one.files],
    }


def described_files(path: Path) -> frozenset[str]:
    """Names of the files that a description lists; none where there is no description or it cannot be understood.

    Raises WarehouseError when it describes a data package of someone else; OSError when it cannot be read.
    """
    if not path.exists():
        return frozenset()
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        name = package["name"]
        files = [resource["path"] for resource in package["resources"]]
    except (ValueError, KeyError, TypeError):
        name, files = None, []
    if name != _said()["name"]:
        raise WarehouseError(
            f"{path} describes something else than an export of gongkai (found the name {name!r}). Nothing was "
            "written; choose another folder, or move that file away."
        )
    # Only what an export itself could have written: a name in the folder, and no way out of it.
    return frozenset(f for f in files if isinstance(f, str) and Path(f).name == f and Path(f).suffix[1:] in FORMATS)


def _resource(one: Written, path: str, exported: set[str]) -> dict[str, Any]:
    format = path.rpartition(".")[2]
    said = _said()["formats"][format]
    size, sha256 = one.files[path]
    is_text = format == "csv"
    resource: dict[str, Any] = {
        "profile": said["profile"],
        "name": f"{one.name}-{format}",
        "path": path,
        "description": f"{one.comment}\n{said['note']}" if is_text else one.comment,
        "format": format,
        "mediatype": said["mediatype"],
        "bytes": size,
        "hash": f"sha256:{sha256}",
        "kind": one.kind,
    }
    if is_text:
        resource |= {"encoding": "utf-8", "dialect": said["dialect"], "rows": one.rows}
    else:
        resource["type"] = "file"  # the profile is about text; so told, Frictionless checks size and hash and no cell
    if one.name in _said()["division_tables"]:
        resource |= {"licenses": [_said()["licenses"]["divisions"]], "sources": _said()["division_sources"]}
    schema: dict[str, Any] = {"fields": [c.field(is_text and c.name in one.empty) for c in one.columns]}
    if is_text:
        schema["missingValues"] = [""]
    if key := tables()[one.name].key if one.name in tables() else ("report_id",) if one.name == WIDE_TABLE else ():
        schema["primaryKey"] = list(key)
    foreign = [
        {
            "fields": [column],
            "reference": {"resource": "" if table == one.name else f"{table}-{format}", "fields": [other]},
        }
        for column, (table, other) in _references(one).items()
        if table in exported
    ]
    if foreign:
        schema["foreignKeys"] = foreign
    return resource | {"schema": schema}


def _references(one: Written) -> dict[str, tuple[str, str]]:
    """Column -> the table and column it refers to."""
    if one.name in tables():
        found = tables()[one.name].foreign
    else:
        found = {column.name: _REFERENCES[column.name] for column in one.columns if column.name in _REFERENCES}
    return {column: (target.partition(".")[0], target.partition(".")[2]) for column, target in found.items()}


def _portals(connection: duckdb.DuckDBPyConnection) -> list[dict[str, str]]:
    """The list pages that reports were found on. An address that the profile forbids (with "..") is left out."""
    rows = connection.execute(
        "SELECT coalesce(body, portal_id), list_url FROM portal WHERE list_url NOT LIKE '%..%' "
        "AND regexp_matches(list_url, '^https?://') ORDER BY portal_id"
    ).fetchall()
    return [{"title": title, "path": address} for title, address in rows]


@cache
def _said() -> dict[str, Any]:
    said: dict[str, Any] = yaml.load(
        resources.files(__package__).joinpath("package.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader
    )
    return said
