"""`gongkai serve`: a server of its own, a schedule that outlives it, a run on demand, and nothing left behind."""

from __future__ import annotations

import inspect
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.flows.conftest import Call

LONG = 120.0


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A registry with one portal on this machine, at which nobody answers."""
    entry = {
        "id": "nobody",
        "body": "云岭县人民政府",
        "region_code": "130324",
        "level": "county",
        "family": "static_list",
        "hosts": ["127.0.0.1:9"],
        "local": True,
        "list": {"url": "http://127.0.0.1:9/nb/"},
        "politeness": {"delay_seconds": 0.1},
    }
    folder = tmp_path / "registry"
    folder.mkdir()
    (folder / "nobody.yaml").write_text(yaml.safe_dump([entry], allow_unicode=True), encoding="utf-8")
    return folder


def _ask(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for waited_seconds in (1, 2, 4, 8):
        try:
            with opener.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 503:  # its database is busy
                raise
        time.sleep(waited_seconds)
    raise AssertionError(f"{url} has no time")


def _until(found: Callable[[], Any], served: subprocess.Popen[str]) -> Any:
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline and served.poll() is None:
        if result := found():
            return result
        time.sleep(0.3)
    raise AssertionError(f"nothing came; exit status {served.poll()}")


def test_a_schedule_that_outlives_its_server_and_a_run_on_demand(tmp_path: Path, registry: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-m", "flows.cli", "serve", "--home", str(home), "--portals", str(registry)]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    served = subprocess.Popen(
        [*command, "--cron", "30 2 * * *"], env=surroundings | {"PREFECT_RUNNER_POLL_FREQUENCY": "1"},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert served.stderr is not None
        said = served.stderr.readline()
        assert "runs at 30 2 * * * (Asia/Shanghai)" in said
        api = said.rsplit("Prefect: ", 1)[1].strip() + "/api"
        assert api.startswith("http://127.0.0.1:")
        # Whoever serves the same home again is refused and ends no server but his own.
        again = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=LONG, check=False)
        assert (again.returncode, "gongkai serve" in again.stderr) == (1, True)
        (deployment,) = _until(lambda: _ask(f"{api}/deployments/filter", {}), served)
        (schedule,) = deployment["schedules"]
        assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("30 2 * * *", "Asia/Shanghai")
        _ask(f"{api}/deployments/{deployment['id']}/create_flow_run", {})
        report = json.loads(_until(lambda: list((home / "runs").glob("*.json")), served)[0].read_text("utf-8"))
        assert report["status"] == "failed"
        assert "nobody" in json.dumps(report["failures"])
        (artifact,) = _until(lambda: _ask(f"{api}/artifacts/filter", {}), served)
        assert artifact["key"] == "nightly-run"
    finally:
        served.send_signal(signal.SIGTERM)
        served.communicate(timeout=LONG)
    with pytest.raises(urllib.error.URLError):
        _ask(f"{api}/deployments/filter", {})
    with sqlite3.connect(home / "runs" / ".prefect-server" / "prefect.db") as database:
        assert database.execute("SELECT paused FROM deployment").fetchall() == [(0,)]
        assert database.execute("SELECT active FROM deployment_schedule").fetchall() == [(1,)]


def test_the_deployments_for_a_work_pool_fit_the_flow() -> None:
    from prefect.schedules import Cron

    from flows.nightly import nightly
    from flows.sharing.worker import crawl_shard

    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]
    assert [one["name"] for one in declared] == ["nightly", "harvest", "back-fill", "crawl-shard"]
    for one in declared:
        function = crawl_shard.fn if one["name"] == "crawl-shard" else nightly.fn
        path, _, name = one["entrypoint"].partition(":")
        assert (ROOT / path, name) == (Path(inspect.getfile(function)), function.__name__)
        assert set(one.get("parameters", ())) <= set(inspect.signature(function).parameters)
        for schedule in one["schedules"]:
            assert Cron(schedule["cron"], timezone=schedule["timezone"]).timezone == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--cron", "at two", "--cron 'at two' is no cron line"),
        ("--timezone", "Asia/Peking", "--timezone 'Asia/Peking' is no time zone"),
        ("--timezone", "../etc", "is no time zone"),
    ],
)
def test_what_is_no_schedule_is_refused_before_anything_starts(
    call: Call, tmp_path: Path, registry: Path, option: str, value: str, said: str
) -> None:
    found = call("serve", "--home", tmp_path / "home", "--portals", registry, option, value)
    assert (found.status, said in found.err) == (2, True)
    assert not (tmp_path / "home").exists()
