"""The true flow, as a user starts it: the demo's second night, and a night on which the portals are down.

Prefect needs ten seconds to start, so the flow runs three times in the whole suite: here twice, and once for the
home that every test of the command line reads. What the stages do is tested without Prefect beside this module.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from flows.demo.reports import PORTALS
from tests.conftest import ROOT
from tests.flows.conftest import demo_portals

Run = Callable[..., subprocess.CompletedProcess[str]]


# Run in a process of its own: Prefect takes its settings when it is imported.
SAVE_BLOCK = """
import sys
from pathlib import Path
from flows.prefect_environment import prepare
prepare(Path(sys.argv[1]))
from prefect.blocks.notifications import CustomWebhookNotificationBlock
block = CustomWebhookNotificationBlock(
    name="ops", url=sys.argv[2] + "/{{token}}", json_data={"text": "{{subject}} {{body}}"}, secrets={"token": "s3cr3t"}
)
block.save("ops")
"""


@contextmanager
def taking_messages() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A webhook on loopback: its address, and the messages that it was sent, as path and body."""
    messages: list[tuple[str, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            messages.append((self.path, json.loads(body)["text"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", messages
        server.shutdown()


def runs(home: Path) -> list[dict[str, object]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted((home / "runs").glob("*.json"))]


def test_the_first_night_shows_who_refused_most_and_whether_to_trust_it(first_night: Path) -> None:
    out = (first_night / "output.txt").read_text("utf-8")
    err = (first_night / "errors.txt").read_text("utf-8")
    row = next(line for line in out.splitlines() if line.strip().startswith("云泽市市场监督管理局"))
    assert "62%?" in row, "the doubtful figure is marked"
    assert "云泽市自然资源局 in 2022: 106 of 271 applications, 39%. To be trusted" in out
    assert "云泽市市场监督管理局 in 2023 prints more (111 of 179, 62%). Not to be trusted" in out
    assert "48 reports new" in err
    assert len(err.splitlines()) <= 6, f"nobody but us speaks on the terminal:\n{err}"
    (night,) = runs(first_night)
    assert night["status"] == "ok"
    assert [stage["name"] for stage in night["stages"]] == ["crawl", "normalize", "load", "publish"]  # type: ignore[attr-defined]
    assert (first_night / "runs" / ".prefect").is_dir(), "Prefect keeps its things in our home"


def test_the_second_night_shows_one_revised_report(demo_home: Path, run_cli: Run) -> None:
    done = run_cli("demo", "--home", str(demo_home))
    assert done.returncode == 0, done.stderr
    assert "0 reports new, 1 revised, 47 unchanged" in done.stderr
    revised = [line for line in done.stdout.splitlines() if "revised since the last night" in line]
    assert len(revised) == 1
    assert "云泽市生态环境局 2024, 8 of 91 (9%) became 12 of 91 (13%)" in revised[0]
    (row,) = [line for line in done.stdout.splitlines() if "its environment bureau" in line]
    assert row.split()[-1] == "13%*", "a revision is no contradiction"
    assert len(runs(demo_home)) == 2


def test_a_night_on_which_the_portals_are_down_names_them_and_keeps_what_was_published(
    demo_home: Path, tmp_path: Path, run_cli: Run
) -> None:
    figures = ("sql", "SELECT * FROM agency_year ORDER BY ALL", "--format", "csv", "--home", str(demo_home))
    before = run_cli(*figures).stdout
    with demo_portals(tmp_path / "down") as registry:
        pass
    with taking_messages() as (address, messages):
        subprocess.run([sys.executable, "-c", SAVE_BLOCK, str(demo_home), address], cwd=ROOT, check=True, timeout=240)
        notify = {"GONGKAI_NOTIFY": "custom-webhook/ops"}
        done = run_cli("nightly", "--home", str(demo_home), "--portals", str(registry), "--recheck", **notify)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for portal_id in PORTALS:
        assert f"crawl: {portal_id}: " in done.stderr
    assert "0 reports new, 0 revised, 48 unchanged" in done.stderr, "the other stages run all the same"
    assert len(before.splitlines()) == 49
    assert run_cli(*figures).stdout == before
    night = runs(demo_home)[-1]
    assert night["status"] == "failed"
    assert {failure["subject"] for failure in night["failures"]} == set(PORTALS)  # type: ignore[attr-defined]
    markdown = next((demo_home / "runs").glob(f"{night['run_id']}.md")).read_text("utf-8")
    assert "## Failures" in markdown
    assert night["notices_sent"] is True
    assert [
        (path, "3 of 3 portals gave nothing usable tonight (100.0%; earlier 0.0%)" in text) for path, text in messages
    ] == [("/s3cr3t", True)]
    log = (demo_home / "runs" / f"{night['run_id']}.log.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in log.splitlines()]
    assert {line["run_id"] for line in lines} == {night["run_id"]}
    assert {line["stage"] for line in lines} == {None, "crawl", "normalize", "load", "publish"}
    failed = {line["portal_id"] for line in lines if line["message"].startswith("portal failed")}
    assert failed == set(PORTALS), "the crawl's own process writes there too"
    assert "s3cr3t" not in log + markdown + json.dumps(night) + done.stderr
