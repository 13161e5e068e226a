"""The threat model names tests that exist."""

from __future__ import annotations

import re

from tests.conftest import ROOT


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "security.md").read_text("utf-8"))
    assert len(named) > 30
    missing = [
        f"{path}::{name}"
        for path, name in named
        if f"def {name}(" not in ((ROOT / path).read_text("utf-8") if (ROOT / path).is_file() else "")
    ]
    assert not missing
