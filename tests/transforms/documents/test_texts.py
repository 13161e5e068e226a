"""Text files as other programs write them: pipes of other kinds, and cells with the marks of Markdown round them."""

from __future__ import annotations

import re

import pytest

from tests.transforms.layouts import LAYOUTS, plain_figures
from tests.transforms.scoring import assert_reads, see

LAYOUT = ["piped rows", "piped rows, leading", "piped cells", "markdown"]


@pytest.mark.parametrize("layout", LAYOUT)
@pytest.mark.parametrize("pipe", "｜│┃║")
def test_other_characters_for_a_pipe(layout: str, pipe: str) -> None:
    text = LAYOUTS[layout](plain_figures()).decode().replace("|", pipe)
    assert_reads(text, plain_figures().expected())


def test_a_drawn_table() -> None:
    text = LAYOUTS["piped rows, leading"](plain_figures()).decode().replace("|", "│")
    text = re.sub(r"(?m)^(│.*)$", r"├────────┼────────┤\n\1", text)
    assert_reads(text, plain_figures().expected())


@pytest.mark.parametrize("layout", ["piped rows", "markdown"])
@pytest.mark.parametrize(
    "written",
    [
        *("**{}**", "`{}`", "[{}](http://www.a.gov.cn/art/2022/7.html)", "{}<sup>1</sup>", "{}[^1]"),
        *("~~7~~ {}", "<del>7</del>{}", "~~7~~{}", "\\ {}"),
    ],
)
def test_marks_round_a_figure_are_no_digits_of_it(layout: str, written: str) -> None:
    text = re.sub(
        r"(?<=\| )(\d+)(?= \|)", lambda found: written.format(found[1]), LAYOUTS[layout](plain_figures()).decode()
    )
    if "\\ " in written:
        seen = see(text)
        assert not [path for path, cell in seen.cells.items() if cell["value"] is None and path not in seen.named]
        return
    assert_reads(text, plain_figures().expected())


@pytest.mark.parametrize("layout", ["piped rows", "markdown"])
def test_escaped_points_and_brackets_in_labels(layout: str) -> None:
    text = LAYOUTS[layout](plain_figures()).decode()
    text = re.sub(r"(?m)(?<=[| ])(\d)\.(?=[\u4e00-\u9fff])", r"\1\\.", text).replace(
        "（单位：万元）", r"\(单位：万元\)"
    )
    assert_reads(text, plain_figures().expected())


@pytest.mark.parametrize("layout", ["html", "piped rows", "tabbed", "markdown"])
@pytest.mark.parametrize("word", ["（图）", "“{}”", "见附件{}"])
def test_rows_of_no_figures_are_named(layout: str, word: str) -> None:
    figures = plain_figures()
    figures.application = {key: word.format(text) for key, text in figures.application.items()}
    figures.litigation = {key: word.format(text) for key, text in figures.litigation.items()}
    seen = see(LAYOUTS[layout](figures))
    cells = {path: cell for path, cell in seen.cells.items() if not path.startswith("disclosure.")}
    assert not [path for path, cell in cells.items() if cell["value"] is not None]
    assert all(path in seen.named for path in cells)
