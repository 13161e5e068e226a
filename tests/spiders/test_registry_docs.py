"""docs/registry.md: its examples load, and it names what there is."""

from __future__ import annotations

import re
from pathlib import Path

from spiders import registry
from spiders.registry.model import ENTRIES, FAMILIES

TEXT = (Path(__file__).resolve().parent.parent.parent / "docs" / "registry.md").read_text("utf-8")


def test_its_examples_load(tmp_path: Path) -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    (tmp_path / "examples.yaml").write_text("\n".join(blocks), "utf-8")
    assert {portal.family for portal in registry.load(tmp_path)} == {"static_list", "gkmlpt", "year_page"}


def test_it_names_every_entry_mode_and_family() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE))
    assert named == {*ENTRIES, *FAMILIES}


def test_parameters_it_names_are_known() -> None:
    for family, cell in re.findall(r"^\| `(\w+)` \|[^|]*\|[^|]*\|([^|]*)\|$", TEXT, re.MULTILINE):
        named = set(re.findall(r"`(\w+)`", cell)) - {"year_template", "direct"}
        assert named <= set(FAMILIES[family].params), family
