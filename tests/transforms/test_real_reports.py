"""The reader against real reports with the figures that a careful reader sees in them."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.transforms.scoring import Score, flat_cells, named_cells
from transforms.reading import read_document


def cases(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    found = []
    for expected in sorted(folder.glob("*.expected.json")):
        stem = expected.name.removesuffix(".expected.json")
        document = next(p for p in folder.glob(f"{stem}.*") if p.suffix != ".json")
        found.append((document, json.loads(expected.read_text("utf-8"))))
    return found


def expected_figures(case: dict[str, Any]) -> dict[str, float]:
    figures = {f"disclosure.{key}": value for key, value in case["disclosure"].items()}
    for table in ("application", "litigation"):
        for row, columns in case[table].items():
            figures |= {f"{table}.{row}.{column}": value for column, value in columns.items()}
    return figures


def score_case(document: Path, case: dict[str, Any]) -> Score:
    got = json.loads(json.dumps(read_document(document.read_bytes()).as_json("copy"), allow_nan=False))
    cells, named, figures = flat_cells(got), named_cells(got), expected_figures(case)
    score = Score()
    for path, value in figures.items():
        read = cells.get(path, {}).get("value")
        if read is None:
            score.add("missed", f"{document.name} {path}: {value}")
        elif abs(read - value) < 1e-9:
            score.add("right")
            if path in named:
                score.add("noise", f"{document.name} {path}")
        else:
            score.add("wrong", f"{document.name} {path}: {value} read as {read}")
            if path not in named:
                score.add("unnamed", f"{document.name} {path}")
    for path, cell in cells.items():
        if cell["value"] is not None and path not in figures and not _allowed(path, cell["value"], case, named):
            score.add("wrong", f"{document.name} {path}: {cell['value']} is not in the document")
            if path not in named:
                score.add("unnamed", f"{document.name} {path}")
    for state in ("blank", "dash", "missing"):
        for path in case.get(state) or ():
            if cells.get(path, {}).get("state") != state:
                score.add("state", f"{document.name} {path} is {cells.get(path)}, not {state}")
    places = Counter(cell["locator"] for cell in cells.values() if cell["locator"])
    for place, count in places.items():
        if count > 1:
            score.add("locator", f"{document.name}: {count} cells at {place}")
    for key in ("form", "report_year", "agency_name"):
        wanted = case.get(key)
        if wanted and got[key] not in (wanted if isinstance(wanted, list) else [wanted]):
            score.add("identity", f"{document.name} {key}: {got[key]}, not {wanted}")
    if got["outcome"] not in case["outcome"]:
        score.add("outcome", f"{document.name}: {got['outcome']}")
    if case["whole"] and any(c["status"] == "fail" and c["severity"] == "error" for c in got["checks"]):
        score.add("false alarm", document.name)
    return score


def _allowed(path: str, value: float, case: dict[str, Any], named: set[str]) -> bool:
    ambiguous = case.get("ambiguous") or ()
    settled = any(path == a or (a.endswith("*") and path.startswith(a[:-1])) for a in ambiguous)
    return settled and path in named and value in (case.get("accept") or {}).get(path, [value])


def test_every_expected_figure_is_read_and_none_is_wrong(
    shared_reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    total: Counter[str] = Counter()
    details: list[str] = []
    for document, case in cases(shared_reports):
        score = score_case(document, case)
        total.update(score.counts)
        details += score.details
    with capsys.disabled():
        kinds = ("right", "wrong", "missed", "unnamed", "noise")
        print("\nreal reports: " + ", ".join(f"{total[kind]} {kind}" for kind in kinds))
    failures = [d for d in details if not d.startswith("noise")]
    assert not failures, "\n".join(failures)
    assert total["right"] > 1500
    # A warning on a figure that is right is noise: units that were converted, sums over blanks, rules of townships.
    assert total["noise"] <= total["right"] // 100, "\n".join(details)


def test_a_name_is_no_evidence(shared_reports: Path) -> None:
    data = (shared_reports / "qinhuangdao-etdz-2022.txt").read_bytes()
    assert read_document(data, "2019.pdf").as_json("x") == read_document(data, "other.html").as_json("x")


DAMAGE: dict[str, Callable[[list[str], random.Random], None]] = {
    "drop line": lambda lines, rng: lines.__delitem__(rng.randrange(len(lines))),
    "double line": lambda lines, rng: lines.insert(at := rng.randrange(len(lines)), lines[at]),
    "page number": lambda lines, rng: lines.insert(rng.randrange(len(lines)), "— 6 —"),
    "drop cell": lambda lines, rng: _sub(lines, rng, r"\| *[\d.]+ *\|", "|"),
    "drop figure": lambda lines, rng: _sub(lines, rng, r"[\d.]+", ""),
    "drop label": lambda lines, rng: _sub(lines, rng, "[\u4e00-\u9fff、，。（）()]+", ""),
}


def _sub(lines: list[str], rng: random.Random, pattern: str, new: str) -> None:
    hits = [at for at, line in enumerate(lines) if re.search(pattern, line)]
    if hits:
        at = rng.choice(hits)
        lines[at] = re.sub(pattern, new, lines[at], count=1)


@pytest.mark.parametrize("kind", [*DAMAGE, "cut"])
def test_damaged_real_reports_are_never_wrong_without_a_sign(shared_reports: Path, kind: str) -> None:
    for document, case in cases(shared_reports):
        rng = random.Random(f"{document.name} {kind}")
        figures, text = expected_figures(case), document.read_text("utf-8")
        ambiguous = tuple(path.rstrip("*") for path in case.get("ambiguous") or ())
        if kind == "cut":
            text = text[: rng.randrange(50, len(text))]
        else:
            lines = text.split("\n")
            DAMAGE[kind](lines, rng)
            text = "\n".join(lines)
        got = read_document(text.encode()).as_json("copy")
        named = named_cells(got)
        for path, cell in flat_cells(got).items():
            if cell["value"] is not None and path not in named and not (ambiguous and path.startswith(ambiguous)):
                assert figures.get(path) == pytest.approx(cell["value"]), (document.name, path, cell)
