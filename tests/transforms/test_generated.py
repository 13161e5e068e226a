"""A small part of `make generate` and of the mutations: what others laid out is read, and never wrong unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.generator import mutate
from tests.generator.kinds.registry import KINDS
from tests.generator.layouts import layouts
from tests.generator.running import run, shared_reports

# Documents of a kind, and the least share of their cells to be read. The figures of whole runs stand in
# benchmarks/README.md: a handful of documents may hold one that is hard.
KINDS_HERE = {
    "html": (80, 0.995),
    "text": (80, 0.995),
    "markdown": (80, 0.995),
    "docx": (80, 0.995),
    "xlsx": (40, 0.995),
    "pdf": (20, 0.97),
    "odt": (8, 0.99),
    "doc": (6, 0.99),
    "scan": (2, 0.95),
}
MUTATED = 400


@pytest.mark.parametrize("name", KINDS_HERE)
def test_what_other_programs_laid_out_is_read_and_never_wrong_without_a_sign(name: str) -> None:
    kind, (number, share) = KINDS[name], KINDS_HERE[name]
    if reason := kind.missing():
        pytest.skip(reason)
    known = [*layouts().values()]
    # Named layouts in an order of their own for each kind, every fourth document mixed from all options.
    first = len(name) * 7 % len(known)
    turned = [*known[first:], *known[:first]]
    chosen = [None if at % 4 == 3 else layout for at, layout in enumerate(turned[:number])]
    outcome = run(kind, number, "suite", chosen, shared_reports(), workers=1)
    assert outcome.not_made == 0
    assert not outcome.not_read
    total = outcome.total
    shown = "\n".join(f"{flaw.path} [{flaw.layout.name}] {flaw.finding}" for flaw in outcome.flaws[:20])
    assert total.documents == number
    assert total.worst == 0, shown
    assert total.share_right >= share, shown


def test_damage_never_breaks_the_reader_nor_is_a_figure_wrong_that_sums_can_see(tmp_path: Path) -> None:
    result = mutate.run(MUTATED, "suite", list(mutate.RENDER), tmp_path, workers=1)
    assert sum(result.documents.values()) == MUTATED
    assert not result.defects, "\n".join(map(str, result.defects[:20]))
