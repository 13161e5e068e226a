"""docs/dictionary.md says what the declarations say, and says everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms.schema import tables
from transforms.schema.measures import measures
from warehouse.indicators import indicators
from warehouse.views import views
from warehouse.views.dictionary import dictionary

FILE = Path(__file__).parents[2] / "docs" / "dictionary.md"


def test_the_file_is_up_to_date() -> None:
    assert FILE.read_text("utf-8") == dictionary() + "\n", "run `make docs` and commit docs/dictionary.md"


@pytest.mark.parametrize("name", [*tables(), *(view.name for view in views()), "report_wide"])
def test_every_table_and_view_stands_in_it(name: str) -> None:
    assert f"\n### `{name}`\n" in FILE.read_text("utf-8")


def test_every_measure_indicator_and_column_stands_in_it() -> None:
    text = FILE.read_text("utf-8")
    named = [m.measure for m in measures()] + list(indicators())
    named += [column for table in tables().values() for column in table.column_names]
    named += [column for view in views() for column in view.columns]
    assert [name for name in dict.fromkeys(named) if f"| `{name}` |" not in text] == []
