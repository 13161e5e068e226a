"""Every question of the cookbook is run on the demo's data, and the output in the file is what it gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.cookbook import COOKBOOK, Recipe, answer, recipes


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.title.split(".")[0])
def test_recipe(first_night: Path, recipe: Recipe) -> None:
    assert answer(first_night, recipe.sql) == recipe.output, "run `make docs` if the new output is right"


def test_every_question_has_a_query_that_was_run() -> None:
    headings = [line for line in COOKBOOK.read_text("utf-8").splitlines() if line.startswith("### ")]
    assert len(headings) >= 25
    assert [f"### {recipe.title}" for recipe in recipes()] == headings
    assert len({recipe.sql for recipe in recipes()}) == len(headings)
    assert [r.title for r in recipes() if len(r.output.splitlines()) < 3] == [], "an answer without a row shows nothing"
