"""Homes with the sample lake, built once for the tests that only read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.warehouse.sample_lake import sample
from warehouse.build import build, publish


@pytest.fixture(scope="session")
def lake_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample lake and nothing else; copy it, do not write to it."""
    return sample().write(tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="session")
def published_home(lake_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the published warehouse of the sample lake, for tests that only read it."""
    home = tmp_path_factory.mktemp("published") / "home"
    shutil.copytree(lake_home, home)
    build(home)
    publish(home)
    return home


@pytest.fixture
def published_copy(published_home: Path, tmp_path: Path) -> Path:
    """A home of its own with the sample lake and its published warehouse."""
    own = tmp_path / "published"
    shutil.copytree(published_home, own)
    return own


@pytest.fixture
def home(lake_home: Path, tmp_path: Path) -> Path:
    """A home of its own with the sample lake, nothing built."""
    own = tmp_path / "home"
    shutil.copytree(lake_home, own)
    return own
