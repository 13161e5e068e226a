"""The questions of docs/cookbook.md: each has its SQL and the output that the demo's data give.

``python -m tests.docs.cookbook HOME`` runs every query on the published warehouse of a home (the demo's, after its
first night) and writes what it gives into the file; the test compares instead.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from warehouse.query import execute, table_lines

COOKBOOK = Path(__file__).parents[2] / "docs" / "cookbook.md"
_RECIPE = re.compile(
    r"^### (?P<title>[^\n]+)\n.*?```sql\n(?P<sql>.*?)```\n\n```text\n(?P<output>.*?)```\n", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Recipe:
    """One question with its query and the output that stands below it."""

    title: str
    sql: str
    output: str


def recipes() -> list[Recipe]:
    """All questions of the cookbook, in its order."""
    return [Recipe(m["title"], m["sql"], m["output"]) for m in _RECIPE.finditer(COOKBOOK.read_text("utf-8"))]


def answer(home: Path, sql: str) -> str:
    """What ``gongkai sql`` prints for a query."""
    result = execute(home, sql)
    return "".join(f"{line}\n" for line in table_lines(result.columns, result.rows))


def rewrite(home: Path) -> None:
    """Put the answers of a home in the place of those in the cookbook."""

    def answered(recipe: re.Match[str]) -> str:
        return recipe[0].removesuffix(recipe["output"] + "```\n") + answer(home, recipe["sql"]) + "```\n"

    COOKBOOK.write_text(_RECIPE.sub(answered, COOKBOOK.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    rewrite(Path(sys.argv[1]))
