"""`gongkai quarantine`: what is listed on standard output, what retry says, and how it is called wrongly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.flows.conftest import Call
from tests.transforms.stages.home_kit import Home, page
from transforms.lake import quarantine


@pytest.fixture
def home(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with a torn document, whose reason is taken for that of one which broke the reader."""
    home = Home(tmp_path)
    home.crawl({"data": page()}, {"data": b"%PDF-1.7 torn", "url": "https://www.yl.gov.cn/nb/t2.pdf"})
    assert call("normalize", "--home", tmp_path).status == 0
    (torn,) = [row for row in home.rows("document") if row["outcome"] == "unreadable"]
    monkeypatch.setattr(quarantine, "broke", lambda reason: reason == torn["reason"])
    return home


def test_the_list_names_documents_reasons_and_addresses(home: Home, call: Call) -> None:
    sha256 = home.store(b"%PDF-1.7 torn")
    shown = call("quarantine", "list", "--home", home.path)
    assert (shown.status, shown.err) == (0, "")
    head, line = shown.out.splitlines()
    assert head.startswith("sha256")
    assert line.startswith(f"{sha256}  2025-01-11  ")
    assert line.endswith("https://www.yl.gov.cn/nb/t2.pdf")
    (found,) = json.loads(call("quarantine", "list", "--format", "json", "--home", home.path).out)
    assert (found["sha256"], found["waiting"], found["first_seen"]) == (sha256, False, "2025-01-11T02:00:01Z")
    assert found["reason"] in line


def test_retry_names_what_is_read_again(home: Home, call: Call) -> None:
    sha256 = home.store(b"%PDF-1.7 torn")
    done = call("quarantine", "retry", sha256[:10], "--home", home.path)
    assert (done.status, done.out) == (0, f"{sha256}\n")
    assert "1 document is read again by the next `gongkai normalize`" in done.err
    assert "read again next" in call("quarantine", "list", "--home", home.path).out
    assert call("normalize", "--home", home.path).status == 0
    assert "read again next" not in call("quarantine", "list", "--home", home.path).out


def test_what_is_not_there_is_a_wrong_call(home: Home, call: Call) -> None:
    done = call("quarantine", "retry", "ffff", "--home", home.path)
    assert (done.status, done.out) == (2, "")
    assert "'ffff' names none of the 1 documents in quarantine" in done.err


def test_an_empty_home_has_none(tmp_path: Path, call: Call) -> None:
    assert call("quarantine", "list", "--home", tmp_path).err == "No document is in quarantine.\n"
    assert call("quarantine", "list", "--format", "json", "--home", tmp_path).out == "[]\n"
    assert call("quarantine", "retry", "--home", tmp_path).err == "No document is in quarantine.\n"
