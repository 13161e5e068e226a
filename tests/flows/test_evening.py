"""The end of a night: notices go into its report and to whoever is to be told, and nothing of that fails the night."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from flows import run_report
from flows.errors import CalledWronglyError
from flows.run_report import Notice, RunReport
from flows.settings import resolve
from flows.stages import StageResult
from flows.views.status import show
from flows.watching import evening, sending
from tests.flows.test_notices import down, night, portal

NOTICE = Notice("list_drifts:p-1", "The list of p-1 lost its rows", "列表锐减")


def kept(home: Path, report: dict[str, object]) -> None:
    (home / "runs").mkdir(exist_ok=True)
    (home / "runs" / f"{report['run_id']}.json").write_text(json.dumps(report), "utf-8")


def tonight(number: int, *portals: dict[str, object]) -> RunReport:
    run = night(number, *portals)
    stages = tuple(StageResult(stage["name"], "ok", details=stage["details"]) for stage in run["stages"])
    return RunReport(run["run_id"], "", "", run["options"], stages)


def test_notices_and_portals_in_trouble_stand_in_the_report(tmp_path: Path) -> None:
    for run in (night(0), night(1, down())):
        kept(tmp_path, run)
    report = evening.watched(tmp_path, tonight(2, down()))
    assert [notice.key for notice in report.notices] == ["portal_fails_again:p-1"]
    (troubled,) = report.troubled
    assert (troubled["portal_id"], troubled["nights_failing"], troubled["last_ok_at"]) == (
        "p-1",
        2,
        "2026-06-05T18:00:00+00:00",
    )
    assert run_report.read(run_report.write(tmp_path, report)) == report
    text = run_report.markdown(report)
    assert "- p-1 has not answered for 2 nights" in text
    assert "p-1 连续 2 夜未能正常获取" in text
    assert "| p-1 | 2026-06-05T18:00:00+00:00 | 2 | 0 | 40 |  |" in text
    assert any(line.startswith("notice     p-1 has not answered") for line in run_report.summary_lines(report))


def test_status_tells_of_portals_in_trouble_where_the_run_says_ok(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trouble = {"portal_id": "p-1", "last_ok_at": None, "nights_failing": 2, "listed": 0}
    quiet = replace(tonight(1, portal()), troubled=({**trouble, "usually_listed": 40, "drift": None},))
    run_report.write(tmp_path, quiet)
    assert quiet.status == "ok"
    show(tmp_path)
    assert "0 failed, 1 portal in trouble" in capsys.readouterr().out


def test_a_quiet_night_has_none(tmp_path: Path) -> None:
    kept(tmp_path, night(0))
    report = evening.watched(tmp_path, tonight(1, portal()))
    assert (report.notices, report.troubled, report.warnings, report.notices_sent) == ((), (), (), None)
    assert "Notices" not in run_report.markdown(report)


def test_what_could_not_be_sent_is_said_again_the_night_after(tmp_path: Path) -> None:
    unsent = {"key": NOTICE.key, "en": NOTICE.en, "zh": NOTICE.zh}
    kept(tmp_path, {**night(0), "notices": [unsent], "notices_sent": False})
    assert evening.watched(tmp_path, tonight(1, portal())).notices == (NOTICE,)
    kept(tmp_path, {**night(0), "notices": [unsent], "notices_sent": True})
    assert evening.watched(tmp_path, tonight(1, portal())).notices == ()


def test_a_message_that_is_not_taken_is_a_warning_and_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*arguments: object) -> None:
        raise sending.NotSentError("not taken by slack-webhook/ops")

    report = replace(tonight(1, portal()), notices=(NOTICE,))
    monkeypatch.setattr(evening, "send", refuses)
    told = evening.told(report, "slack-webhook/ops")
    assert (told.status, told.notices_sent, told.warnings) == ("ok", False, ("not taken by slack-webhook/ops",))
    assert "- not taken by slack-webhook/ops" in run_report.markdown(told)
    monkeypatch.setattr(evening, "send", lambda *arguments: None)
    assert evening.told(report, "slack-webhook/ops").notices_sent is True


def test_looking_the_night_over_never_fails_it(tmp_path: Path) -> None:
    kept(tmp_path, {**night(0), "notices": [{"odd": 1}], "notices_sent": False})
    report = evening.watched(tmp_path, tonight(1, portal()))
    assert report.status == "ok"
    assert report.warnings[0].startswith("The night was not looked over: TypeError")


def test_no_word_of_an_error_is_passed_on() -> None:
    error = RuntimeError("POST https://hooks.example.org/services/T0/s3cr3t failed")
    said = sending._why("slack-webhook/ops", error)
    assert "slack-webhook/ops (RuntimeError)" in said
    assert "s3cr3t" not in said
    assert "hooks.example.org" not in said


def test_the_setting_names_a_block(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GONGKAI_NOTIFY", raising=False)
    assert resolve(tmp_path).notify is None
    monkeypatch.setenv("GONGKAI_NOTIFY", "slack-webhook/ops")
    assert resolve(tmp_path).notify == "slack-webhook/ops"
    monkeypatch.setenv("GONGKAI_NOTIFY", "https://hooks.example.org/s3cr3t")
    with pytest.raises(CalledWronglyError, match="slack-webhook/ops") as caught:
        resolve(tmp_path)
    assert "s3cr3t" not in str(caught.value)
