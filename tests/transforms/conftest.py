"""Fixtures of the transforms' tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_reports() -> Path:
    """The folder of real reports, which stays outside the repository."""
    root = Path(os.environ.get("GONGKAI_SHARED", Path(__file__).parents[3] / "shared"))
    folder = root / "reports"
    if not folder.is_dir():
        pytest.skip(f"the real reports are not here ({folder}); set GONGKAI_SHARED")
    return folder
