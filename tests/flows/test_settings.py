"""Options beat the environment, the environment beats the defaults; wrong folders and times are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.errors import CalledWronglyError
from flows.settings import parse_time, resolve


def test_an_option_beats_the_environment_and_that_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GONGKAI_HOME", raising=False)
    assert resolve().home == tmp_path / "data"
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path / "from-environment"))
    assert resolve().home == tmp_path / "from-environment"
    assert resolve(tmp_path / "from-option").home == tmp_path / "from-option"


def test_a_blank_contact_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_CONTACT", "  ")
    assert resolve(tmp_path).contact is None
    monkeypatch.setenv("GONGKAI_CONTACT", "you@example.org")
    assert resolve(tmp_path).contact == "you@example.org"


def test_a_deployment_for_crawls_has_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_CRAWL_DEPLOYMENT", "crawl-shard/crawl-shard")
    assert resolve(tmp_path).crawl_deployment == "crawl-shard/crawl-shard"
    monkeypatch.setenv("GONGKAI_CRAWL_DEPLOYMENT", "crawl-shard")
    with pytest.raises(CalledWronglyError, match="such as crawl-shard/crawl-shard"):
        resolve(tmp_path)


def test_wrong_folders_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(CalledWronglyError, match="not a folder"):
        resolve(file)
    with pytest.raises(CalledWronglyError, match="not a folder of YAML files"):
        resolve(tmp_path, tmp_path / "absent")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-31", datetime(2026, 3, 31, tzinfo=UTC)),
        ("2026-03-31T02:00:00Z", datetime(2026, 3, 31, 2, tzinfo=UTC)),
        ("2026-03-31T02:00+08:00", datetime(2026, 3, 30, 18, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_utc(text: str, moment: datetime) -> None:
    assert parse_time(text) == moment


def test_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="31 March"):
        parse_time("31 March")
