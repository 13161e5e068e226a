"""The run report: both forms are written whole, failures are named, and a stage that cannot run says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from flows import run_report, stages
from flows.run_report import RunReport
from flows.stages import Failure, StageResult
from warehouse.load import read_runs
from warehouse.status.health import moment_of

PORTALS = [
    {
        "portal_id": "p-1",
        "outcome": "ok",
        "failure": False,
        "reason": None,
        "requests": 5,
        "listed": 3,
        "stored": 2,
        "unchanged": 1,
        "rejected": 1,
        "vanished": ["http://127.0.0.1/gone.html"],
        "seconds": 1.5,
    },
    {
        "portal_id": "p-2",
        "outcome": "refused_by_robots",
        "failure": False,
        "reason": "robots.txt forbids | it",
        "requests": 1,
        "listed": 0,
        "stored": 0,
        "unchanged": 0,
        "rejected": 0,
        "vanished": [],
        "seconds": 0.1,
    },
]
REJECTED = [{"portal_id": "p-1", "url": "http://127.0.0.1/x.html", "title": "图解", "reason": "explainer: a picture"}]
EVENTS = [
    {"portal_id": "p-1", "event": "vanished", "url": "http://127.0.0.1/gone.html", "moved_to": None},
    {"portal_id": "p-1", "event": "moved", "url": "http://127.0.0.1/old.html", "moved_to": "http://127.0.0.1/new.html"},
]
NORMALIZED = {
    "documents_read": 2,
    "documents_known": 1,
    "documents_by_outcome": {"parsed": 2},
    "reports_new": 1,
    "reports_revised": 1,
    "reports_unchanged": 0,
    "reports_unplaced": 0,
    "failed_checks": 3,
    "partitions_written": [],
}


def night(*results: StageResult) -> RunReport:
    return RunReport("20260101T000000Z-abcdef", "2026-01-01T00:00:00+00:00", "2026-01-01T00:01:00+00:00", {}, results)


def whole_night() -> RunReport:
    return night(
        StageResult(
            "crawl", "ok", 2.0, (), {"crawl_ids": ["c"], "portals": PORTALS, "rejected": REJECTED, "events": EVENTS}
        ),
        StageResult("normalize", "ok", 1.0, (), NORMALIZED),
        StageResult("load", "ok", 1.0, (), {"tables": {"report": 2}, "changed": True}),
        StageResult("publish", "ok", 0.1, (), {"warehouse": "warehouse.duckdb"}),
    )


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    report = whole_night()
    path = run_report.write(tmp_path, report)
    assert run_report.read(path) == report
    assert sorted(file.name for file in (tmp_path / "runs").iterdir()) == [
        f"{report.run_id}.json",
        f"{report.run_id}.md",
    ]
    assert json.loads(path.read_text("utf-8"))["status"] == "ok"


def test_the_markdown_names_portals_rejections_and_what_vanished() -> None:
    text = run_report.markdown(whole_night())
    assert "| p-2 | refused_by_robots | 1 |" in text
    assert "robots.txt forbids \\| it" in text, "a bar in a reason does not break the table"
    assert "| p-1 | 图解 | explainer: a picture | http://127.0.0.1/x.html |" in text
    assert "| p-1 | http://127.0.0.1/gone.html |" in text
    assert "| p-1 | moved | http://127.0.0.1/old.html | http://127.0.0.1/new.html |" in text
    assert "| vanished | 1 |" in text
    assert "| moved to another address | 1 |" in text
    assert "| back again | 0 |" in text
    assert "| revised | 1 |" in text


def test_a_portal_that_robots_forbids_is_named_and_no_failure() -> None:
    lines = "\n".join(run_report.summary_lines(whole_night()))
    assert "p-2: refused by robots: robots.txt forbids | it" in lines
    assert "1 reports new, 1 revised" in lines
    assert whole_night().failures == ()


def test_a_broken_stage_names_itself_and_the_next_is_not_run() -> None:
    def breaks() -> StageResult:
        raise OSError("disk full")

    broken = stages.attempt("normalize", breaks)
    assert broken.failures == (Failure("normalize", "normalize", "OSError: disk full"),)
    assert broken.broke
    report = night(
        StageResult("crawl", "ok", details={"portals": [], "rejected": [], "events": []}),
        broken,
        stages.not_run("load", "normalize"),
    )
    assert report.status == "failed"
    assert "| load | not run |" in run_report.markdown(report)
    assert any("not run: normalize failed" in line for line in run_report.summary_lines(report))


def test_a_night_goes_on_after_a_crawl_with_failures_but_not_after_a_broken_stage() -> None:
    def fine(name: str) -> StageResult:
        return StageResult(name, "ok")

    def broken(name: str) -> StageResult:
        return StageResult(name, "failed", 0.0, (Failure(name, name, "why"),))

    def statuses(*breaking: str) -> dict[str, str]:
        steps = {n: partial(broken if n in breaking else fine, n) for n in stages.STAGES}
        return {result.name: result.status for result in stages.in_order(steps)}

    assert set(statuses().values()) == {"ok"}
    assert statuses("crawl") == {"crawl": "failed", "normalize": "ok", "load": "ok", "publish": "ok"}
    assert statuses("normalize") == {"crawl": "ok", "normalize": "failed", "load": "not run", "publish": "not run"}
    assert statuses("load") == {"crawl": "ok", "normalize": "ok", "load": "failed", "publish": "not run"}


def test_a_failed_portal_is_a_failure_but_the_stage_did_not_break() -> None:
    result = StageResult(
        "crawl", "failed", 1.0, (Failure("crawl", "p-1", "down"),), {"portals": PORTALS, "rejected": []}
    )
    assert not result.broke
    assert night(result).status == "failed"


def test_run_ids_sort_by_time_and_differ(tmp_path: Path) -> None:
    moments = [datetime(2026, 1, 1, hour, tzinfo=UTC) for hour in (1, 2)]
    first, second = (run_report.new_run_id(tmp_path, moment) for moment in moments)
    assert first < second
    assert run_report.new_run_id(tmp_path, moments[0]) != first


def test_run_ids_are_in_the_order_of_runs_where_the_clock_is_put_back(tmp_path: Path) -> None:
    ahead, true = datetime(2031, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, 18, tzinfo=UTC)
    for name in ("20319999T000000Z-bad.json", "notes.json"):
        (tmp_path / "runs").mkdir(exist_ok=True)
        (tmp_path / "runs" / name).write_text("{}")
    written = []
    for clock in (ahead, true, true, true + timedelta(days=1)):
        run_id = run_report.new_run_id(tmp_path, clock)
        report = replace(night(), run_id=run_id, clock=clock.isoformat())
        run_report.write(tmp_path, report)
        assert run_report.read(tmp_path / "runs" / f"{run_id}.json") == report
        written.append(run_id)
    assert [run_id[:16] for run_id in written[:2]] == ["20310101T000000Z", "20310101T000001Z"]
    read = [run for run in read_runs(tmp_path) if run["run_id"] in written]
    assert [run["run_id"] for run in read] == written
    assert [moment_of(run) for run in read] == [ahead, true, true, true + timedelta(days=1)]
