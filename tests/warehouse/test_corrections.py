"""Corrections are applied beside what is printed, and no longer once the source prints something else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from flows.cli import cli, run_command
from flows.settings import resolve
from flows.stages import load
from tests.warehouse.sample_lake import Lake, applications
from warehouse.build import build, publish
from warehouse.corrections import CorrectionsError, read_corrections
from warehouse.query import execute

GRANTED = "application.granted.natural_person"
ENTRY = {
    "report": "r-ag-a-2022",
    "cell": GRANTED,
    "action": "override",
    "value": "45",
    "expect": "54",
    "reason": "digits in the wrong order",
    "reported_by": "甲",
    "status": "confirmed",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A report that prints 54 where its sums say 45, and what the figure puts in doubt."""
    lake = Lake()
    lake.division("340100", "甲市", None, "prefecture")
    lake.agency("ag-a", "甲市财政局", "340100")
    figures = applications(50, granted=45, partial=5)
    report = lake.report("ag-a", 2022, "F2021", {**figures, GRANTED: 54})
    row = "application.granted.natural_person application.granted.org_business application.granted.total"
    lake.check(report, 2022, "T3-ROW", row, left_value=Decimal(54), right_value=Decimal(45), delta=Decimal(9))
    lake.check(report, 2022, "T3-NEG", "application.partial.total", subject="counts")
    return lake.write(tmp_path)


def _correct(home: Path, **changed: Any) -> None:
    entry = {key: value for key, value in {**ENTRY, **changed}.items() if value is not None}
    (home / "corrections.yaml").write_text(yaml.safe_dump([entry], allow_unicode=True), "utf-8")


def _published(home: Path, query: str) -> list[tuple[Any, ...]]:
    build(home)
    publish(home)
    return [tuple(row) for row in execute(home, query).rows]


CELL = (
    "SELECT value, value_effective, effective_method, raw FROM application "
    "WHERE report_id = 'r-ag-a-2022' AND outcome = 'granted' AND applicant = 'natural_person'"
)
DOUBTS = "SELECT cell, source, code, severity FROM doubt ORDER BY ALL"


def test_an_override_stands_beside_what_is_printed_and_settles_what_it_closes(home: Path) -> None:
    assert (GRANTED, "check", "T3-ROW", "error") in _published(home, DOUBTS)
    _correct(home)
    assert _published(home, CELL) == [(54, 45, "corrected", "54")]
    # The row closes with it; what it has nothing to do with stays in doubt.
    assert _published(home, DOUBTS) == [("application.partial.total", "check", "T3-NEG", "error")]
    row = _published(home, "SELECT printed, value, state, reported_by, origin FROM correction")
    assert row == [("54", 45, "applied", "甲", "corrections.yaml, line 1")]
    assert _published(home, "SELECT count(*) FROM finding WHERE rule = 'T3-ROW'") == [(0,)]
    assert _published(home, "SELECT n_inferred FROM agency_year") == [(1,)]


def test_another_value_than_the_one_that_closes_leaves_the_doubt(home: Path) -> None:
    _correct(home, value="46")
    assert _published(home, CELL) == [(54, 46, "corrected", "54")]
    assert (GRANTED, "check", "T3-ROW", "error") in _published(home, DOUBTS)


def test_what_is_dropped_has_no_value_for_analysis(home: Path) -> None:
    _correct(home, action="drop", value=None)
    assert _published(home, CELL) == [(54, None, "corrected", "54")]


@pytest.mark.parametrize("changed", [{"action": "flag", "value": None}, {"status": "reported"}])
def test_what_is_flagged_or_not_confirmed_is_only_in_doubt(home: Path, changed: dict[str, Any]) -> None:
    _correct(home, **changed)
    assert _published(home, CELL) == [(54, 54, "printed", "54")]
    assert (GRANTED, "correction", changed.get("action", "override"), "warning") in _published(home, DOUBTS)


def test_what_is_withdrawn_changes_nothing(home: Path) -> None:
    _correct(home, status="withdrawn", expect="53")
    assert _published(home, CELL) == [(54, 54, "printed", "54")]
    assert build(home).amiss == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"expect": "53"}, "prints '54', expected '53'"),
        ({"cell": "application.granted.nobody"}, "no cell application.granted.nobody"),
        ({"report": "r-nobody"}, "no report r-nobody"),
    ],
)
def test_every_load_fails_while_a_correction_does_not_fit(home: Path, changed: dict[str, str], said: str) -> None:
    _correct(home, **changed)
    for _ in range(2):  # the second one finds everything as the first left it
        result = load(resolve(home))
        assert result.status == "failed"
        assert not result.broke
        assert said in result.failures[0].reason
        publish(home)
    assert _published(home, CELL) == [(54, 54, "printed", "54")]
    if "expect" in changed:
        assert (GRANTED, "correction", "override", "error") in _published(home, DOUBTS)
        assert _published(home, "SELECT rule_over, what_zh FROM finding ORDER BY ALL")[0][0] == "correction"
    done = CliRunner().invoke(cli, ["corrections", "check", "--home", str(home)])
    assert said in done.stderr
    assert run_command(["corrections", "check", "--home", str(home)]) == 1


def test_check_shows_what_becomes_of_each(home: Path) -> None:
    build(home)
    publish(home)
    _correct(home)
    done = CliRunner().invoke(cli, ["corrections", "check", "--home", str(home)])
    assert done.stdout.split()[:5] == ["applied", "r-ag-a-2022", GRANTED, "override", "'54'"]
    assert run_command(["corrections", "check", "--home", str(home)]) == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"action": "delete"}, "action: expected one of override"),
        ({"status": "done"}, "status: expected one of"),
        ({"value": "4.55555"}, "value: expected a number"),
        ({"value": "many"}, "value: expected a number"),
        ({"value": None}, "value: an override needs it"),
        ({"action": "drop"}, "value: an override needs it"),
        ({"reason": None}, "reason: it is missing"),
        ({"reason": " "}, "reason: it is missing"),
        ({"cell": "granted"}, "cell: expected a path"),
        ({"who": "x"}, "who: this key is not known"),
        ({"reason": ["a"]}, "reason: expected a text"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_its_place(home: Path, changed: dict[str, Any], said: str) -> None:
    _correct(home, **changed)
    with pytest.raises(CorrectionsError, match="line ") as refused:
        build(home)
    assert said in str(refused.value)
    assert run_command(["load", "--home", str(home)]) == 2


@pytest.mark.parametrize("text", ["a: b", "- x", "- [", "- {report: r, report: r"])
def test_no_list_of_corrections_is_refused(home: Path, text: str) -> None:
    (home / "corrections.yaml").write_text(text, "utf-8")
    with pytest.raises(CorrectionsError):
        read_corrections(home)


def test_a_cell_is_corrected_once(home: Path) -> None:
    (home / "corrections.yaml").write_text(yaml.safe_dump([ENTRY, dict(ENTRY)], allow_unicode=True), "utf-8")
    with pytest.raises(CorrectionsError, match=r"line 9.*already"):
        read_corrections(home)


def test_the_shipped_file_can_be_followed(tmp_path: Path) -> None:
    assert all(one.shipped for one in read_corrections(tmp_path))
