"""The log of a run: one JSON object a line, the run's id and stage in each, nothing that was not meant for it."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from flows import stages
from flows.stages import Failure, StageResult
from flows.watching import log
from spiders import log as room_log
from tests.transforms.stages.home_kit import Home, page
from transforms.normalize import normalize


def lines(home: Path, run_id: str = "r-1") -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.log_path(home, run_id).read_text("utf-8").splitlines()]


def test_every_line_has_the_run_and_its_stage(tmp_path: Path) -> None:
    def work() -> StageResult:
        log.step("rows", 0, 2)
        log.step("rows", 1, 2)
        log.step("rows", 2, 2)
        logging.getLogger("warehouse.build").warning("odd %s", "row", extra={"report_id": "r"})
        return StageResult("load", "failed", 1.5, (Failure("load", "x", "why"),), {"tables": {"report": 3}})

    with log.writing(tmp_path, "r-1"):
        log.tell("the night begins")
        stages.attempt("load", work)
    found = lines(tmp_path)
    assert {line["run_id"] for line in found} == {"r-1"}
    assert [(line["stage"], line["message"]) for line in found] == [
        (None, "the night begins"),
        ("load", "the stage begins"),
        ("load", "rows: begins"),
        ("load", "rows: done"),
        ("load", "odd row"),
        ("load", "x: why"),
        ("load", "the stage ends"),
    ]
    assert (found[4]["level"], found[4]["logger"], found[4]["report_id"]) == ("warning", "warehouse.build", "r")
    assert (found[-1]["status"], found[-1]["details"]) == ("failed", {"tables": {"report": 3}})


def test_a_document_is_followed_by_its_hash_and_its_portal(tmp_path: Path) -> None:
    home = Home(tmp_path)
    data = page()
    home.crawl({"data": data}, {"data": b"%PDF-1.7 torn", "url": "https://www.yl.gov.cn/nb/t2.pdf"})
    with log.writing(tmp_path, "r-1"), log.stage("normalize"):
        normalize(tmp_path)
    (read,) = [line for line in lines(tmp_path) if line["message"] == "document parsed"]
    assert (read["stage"], read["document"]) == ("normalize", home.store(data))
    assert (read["portal_id"], read["url"]) == ("cn-130300-yl", "https://www.yl.gov.cn/nb/t1.html")
    (bad,) = [line for line in lines(tmp_path) if line["level"] == "warning"]
    assert bad["message"].startswith("document unreadable: ")
    new = [line for line in lines(tmp_path) if line["message"] == "report new"]
    assert read["document"] in {line["document"] for line in new}
    assert all(line["report_id"] for line in new)


def test_only_declared_fields_come_in(tmp_path: Path) -> None:
    with log.writing(tmp_path, "r-1"):
        logging.getLogger("spiders.odd").info("asked", extra={"url": "http://x", "authorization": "Bearer s3cr3t"})
    (line,) = lines(tmp_path)
    assert set(line) == {"time", "level", "run_id", "stage", "url", "logger", "message"}
    assert "s3cr3t" not in json.dumps(line)


def test_afterwards_everything_is_as_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = [(room.level, room.propagate, list(room.handlers)) for room in map(logging.getLogger, log.ROOMS)]
    with log.writing(tmp_path, "r-1"):
        assert os.environ[room_log.RUN_VARIABLE] == "r-1"
        logging.getLogger("transforms.normalize").warning("for the log alone")
    assert [(room.level, room.propagate, list(room.handlers)) for room in map(logging.getLogger, log.ROOMS)] == before
    assert room_log.RUN_VARIABLE not in os.environ
    assert room_log.FILE_VARIABLE not in os.environ
    logging.getLogger("transforms.normalize").warning("for nobody")
    assert capsys.readouterr() == ("", "")
    assert len(lines(tmp_path)) == 1


def test_a_log_that_cannot_be_written_costs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "runs").write_text("a file where the folder belongs")
    with log.writing(tmp_path, "r-1"), log.stage("load"):
        log.tell("unheard")
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_costs_the_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handler = room_log.RunLog(Path("/dev/full"), {"run_id": "r-1"})
    handler.handle(logging.LogRecord("spiders.x", logging.INFO, "", 1, "text", None, None))
    handler.close()
    assert capsys.readouterr() == ("", "")


def test_an_error_brings_its_traceback(tmp_path: Path) -> None:
    with log.writing(tmp_path, "r-1"):
        try:
            raise ValueError("odd")
        except ValueError:
            logging.getLogger("spiders.x").error("broke", exc_info=sys.exc_info())
    assert lines(tmp_path)[0]["traceback"].endswith("ValueError: odd")


def test_a_crawl_tells_what_changed_and_what_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(room_log.FILE_VARIABLE, str(tmp_path / "log"))
    monkeypatch.setenv(room_log.RUN_VARIABLE, "r-1")
    joined = room_log.join("c-1")
    assert joined is not None
    row = {"kind": "fetch", "portal_id": "p", "role": "article", "url": "http://x/1", "sha256": "ab", "status": 200}
    room_log.tell({**row, "outcome": "stored", "reason": None, "title": "王五的报告"})
    room_log.tell({**row, "outcome": "unchanged", "reason": None})
    room_log.tell({**row, "role": "list", "outcome": "stored", "reason": None})
    room_log.tell({**row, "role": "list", "outcome": "failed", "reason": "down: no answer"})
    room_log.tell({"kind": "portal", "portal_id": "p", "outcome": "failed", "reason": "down", "elapsed_seconds": 2.0})
    room_log.tell({"kind": "sighting", "portal_id": "p", "url": "http://x/1", "seen": True})
    logging.getLogger("scrapy.core").info("Overridden settings")
    logging.getLogger("scrapy.core").warning("a fault")
    room_log.leave(joined)
    room_log.tell({**row, "outcome": "stored", "reason": None})
    found = [json.loads(line) for line in (tmp_path / "log").read_text("utf-8").splitlines()]
    assert [(line["level"], line["message"]) for line in found] == [
        ("info", "article stored"),
        ("warning", "list failed: down: no answer"),
        ("warning", "portal failed: down"),
        ("warning", "a fault"),
    ]
    assert all((line["run_id"], line["stage"], line["crawl_id"]) == ("r-1", "crawl", "c-1") for line in found)
    assert found[0]["document"] == "ab"
    assert "王五" not in (tmp_path / "log").read_text("utf-8")
