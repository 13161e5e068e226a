"""Adding an entry to a registry: completed from the gazetteer, appended to its province's file, its pages saved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from flows.errors import CalledWronglyError

if TYPE_CHECKING:
    from spiders.declaring.trial import Trial

_NEEDED = {
    "region_code": "--region CODE (`gongkai division find NAME` knows codes)",
    "level": "--level LEVEL",
}
CENTRE = "100000"


@dataclass(frozen=True)
class Added:
    """What was written: the id, the registry file, and the saved pages with their test."""

    portal_id: str
    file: Path
    fixtures: tuple[Path, ...]


def place(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with region code and level told from the name of its body, where that tells them."""
    from transforms.identity.agencies import agency_type
    from transforms.identity.divisions import division_of, level_of

    filled = dict(entry)
    body = filled.get("body")
    if not body:
        return filled
    code = filled.get("region_code") or (division_of(body, None, None) or "")[:6] or None
    filled["region_code"] = code
    kind = agency_type(body)
    of_division = {"nation": "ministry", "prefecture": "city"}
    if filled.get("level") is None and code is not None:
        if kind in ("government", "gov_office"):
            level = level_of(code)
            filled["level"] = of_division.get(level, level)
        elif kind in ("township", "zone"):
            filled["level"] = kind
        else:
            filled["level"] = "ministry" if code == CENTRE else "department"
    return filled


def add(
    entry: Mapping[str, Any], trial: Trial, portals: Path | None, *, portal_id: str | None, fixtures: Path | None
) -> Added:
    """Append an entry to the registry and save the pages of the look that it rests on.

    Raises:
        CalledWronglyError: when something is missing that no page tells, or the id or its pages are there already.
        RegistryError: when the registry would not load with the entry; nothing stays written then.
    """
    from spiders import registry
    from spiders.declaring import fixtures as saved

    completed = place(entry)
    missing = [f"{key}: {how}" for key, how in _NEEDED.items() if not completed.get(key)]
    if missing:
        raise CalledWronglyError(f"The page does not tell what the entry needs. Give {'; '.join(missing)}.")
    folder = Path(portals) if portals is not None else registry.default_folder()
    completed["id"] = portal_id or _id(completed)
    known = {portal.id for portal in registry.load(folder)} if any(folder.glob("*.y*ml")) else set()
    if completed["id"] in known:
        raise CalledWronglyError(f"The registry has an entry {completed['id']} already; give another one with --id.")
    pages = (fixtures or _fixtures_of(folder)) / completed["id"]
    if pages.exists():
        raise CalledWronglyError(f"{pages} is there already; move it away or give another --id.")
    file = _file_of(folder, completed["region_code"])
    before = file.read_text("utf-8") if file.exists() else None
    text = yaml.safe_dump([completed], allow_unicode=True, sort_keys=False)
    file.write_text(text if before is None else f"{before.rstrip()}\n\n{text}", "utf-8")
    try:
        registry.load(folder)
    except registry.RegistryError:
        if before is None:
            file.unlink()
        else:
            file.write_text(before, "utf-8")
        raise
    return Added(completed["id"], file, saved.write(pages, completed, trial))


def _id(entry: Mapping[str, Any]) -> str:
    host = str(entry["hosts"][0]).removeprefix("www.")
    name = re.sub(r"[^a-z0-9]+", "-", host.rsplit(":", 1)[0].removesuffix(".gov.cn").lower()).strip("-")
    return f"cn-{entry['region_code']}-{name}"


def _file_of(folder: Path, region_code: str) -> Path:
    """The file of the entry's province: the one whose name begins with its code, `central.yaml` for the centre."""
    if region_code == CENTRE:
        return folder / "central.yaml"
    province = f"{region_code[:2]}0000"
    return next(iter(sorted(folder.glob(f"{province}*.yaml"))), folder / f"{province}.yaml")


def _fixtures_of(folder: Path) -> Path:
    from spiders import registry

    tests = Path(__file__).resolve().parent.parent / "tests" / "portals"
    shipped = folder.resolve() == registry.default_folder()
    return tests / "fixtures" if shipped and tests.is_dir() else folder / "fixtures"
