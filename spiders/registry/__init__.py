"""The registry: which portals exist and how each is asked; YAML, refused when it is not exact."""

from __future__ import annotations

from spiders.registry.model import (
    FAMILIES,
    ArticleSelectors,
    Evidence,
    Expectation,
    ListPage,
    Pager,
    Politeness,
    Portal,
)
from spiders.registry.reading import Problem, RegistryError, UnknownPortal, default_folder, load, load_file, select

__all__ = [
    "FAMILIES",
    "ArticleSelectors",
    "Evidence",
    "Expectation",
    "ListPage",
    "Pager",
    "Politeness",
    "Portal",
    "Problem",
    "RegistryError",
    "UnknownPortal",
    "default_folder",
    "load",
    "load_file",
    "select",
]
