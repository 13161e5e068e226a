"""Every quirk of portals/families.md is played, and every scenario names quirks that exist."""

from __future__ import annotations

from pathlib import Path

import yaml

from spiders.registry import FAMILIES
from tests.portals.conftest import scenarios

QUIRKS = yaml.safe_load(Path(__file__).with_name("quirks.yaml").read_text(encoding="utf-8"))
ALL = [quirk for group in QUIRKS.values() for quirk in group]


def test_quirks_are_named_once() -> None:
    assert len(ALL) == len(set(ALL))


def test_every_quirk_is_played() -> None:
    played = {quirk for scenario in scenarios() for quirk in scenario.quirks}
    assert played == set(ALL), sorted(played ^ set(ALL))


def test_every_family_is_played() -> None:
    assert {scenario.family for scenario in scenarios()} == set(FAMILIES)


def test_names_are_unique() -> None:
    names = [scenario.name for scenario in scenarios()]
    assert len(names) == len(set(names))
