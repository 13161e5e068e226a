"""The same figures in every layout that portals and copies use: all read, none doubted; damaged: none wrong unnamed."""

from __future__ import annotations

import random

import pytest

from tests.transforms.damage import HTML_DAMAGE, TEXT_DAMAGE, blank_some, damage_html, damage_text
from tests.transforms.layouts import LAYOUTS, make_figures
from tests.transforms.scoring import score_figures


@pytest.mark.parametrize("form", ["F2019", "F2021"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_every_figure_without_a_doubt(layout: str, form: str) -> None:
    for seed in range(4):
        figures = make_figures(seed, form)
        reading, score = score_figures(LAYOUTS[layout](figures), figures.expected())
        assert reading.form == form
        assert reading.report_year == figures.year
        assert reading.agency_name == figures.name
        assert reading.outcome == "parsed"
        assert score.counts == {"right": len(figures.expected())}, score.details[:5]
        assert not [c for c in reading.checks if c.status == "fail"]
        assert sorted(reading.sections) == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_blank_cells_never_become_figures(layout: str) -> None:
    for seed in range(12):
        rng = random.Random(seed)
        figures = make_figures(seed, rng.choice(["F2019", "F2021"]))
        blank_some(figures, rng)
        _, score = score_figures(LAYOUTS[layout](figures), figures.expected())
        assert not score.counts["unnamed"], (seed, score.details[:5])


@pytest.mark.parametrize("kind", HTML_DAMAGE)
def test_damaged_html_is_never_wrong_without_a_sign(kind: str) -> None:
    for seed in range(25):
        rng = random.Random(seed)
        figures = make_figures(seed, rng.choice(["F2019", "F2021"]))
        data = damage_html(LAYOUTS[rng.choice(["html", "html with fillers"])](figures), kind, rng)
        _, score = score_figures(data, figures.expected())
        assert not score.counts["unnamed"], (seed, score.details[:5])


@pytest.mark.parametrize("kind", TEXT_DAMAGE)
def test_damaged_text_is_never_wrong_without_a_sign(kind: str) -> None:
    texts = [name for name in LAYOUTS if not name.startswith("html")]
    for seed in range(40):
        rng = random.Random(seed)
        figures = make_figures(seed, rng.choice(["F2019", "F2021"]))
        data = damage_text(LAYOUTS[rng.choice(texts)](figures), kind, rng)
        _, score = score_figures(data, figures.expected())
        assert not score.counts["unnamed"], (seed, score.details[:5])
