"""Runs a stage of a home in a process of its own that a fault strikes at one named point.

By hand: ``python -m tests.faults.launcher POINT STAGE HOME [REGISTRY [AS_OF]]`` (POINT "none" for no fault); it
prints what the stages gave as JSON. The tests keep one process that has loaded the libraries (``--serve``) and let it
fork for each of them.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import traceback
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
# Stages after the crawl, in their order; a run that begins at one of them goes on to the end.
STAGES = ("normalize", "load", "publish", "report")
RUN_STARTED = "2026-03-13T18:00:00+00:00"


def run_stages(home: Path, first: str = "normalize", last: str = "report") -> list[dict[str, Any]]:
    """Run the stages from ``first`` to ``last`` as a night does; gives their results."""
    from flows import stages
    from flows.settings import Settings
    from flows.stages import StageResult

    settings = Settings(home)
    wanted = STAGES[STAGES.index(first) : STAGES.index(last) + 1]
    steps = {
        name: lambda name=name: stages.attempt(name, lambda: getattr(stages, name)(settings))
        for name in wanted
        if name != "report"
    }
    results = list(stages.in_order(steps))
    if "report" in wanted and not any(result.broke for result in results):
        results.append(stages.attempt("report", lambda: StageResult("report", _write_report(home, tuple(results)))))
    return [asdict(result) for result in results]


def _write_report(home: Path, results: tuple[Any, ...]) -> str:
    from flows import run_report

    run_id = run_report.new_run_id(home, datetime.now(UTC))
    run_report.write(home, run_report.RunReport(run_id, RUN_STARTED, RUN_STARTED, {}, results))
    return "ok"


def run_crawl(home: Path, registry: Path, as_of: datetime, point: str = "none") -> list[dict[str, Any]]:
    """The crawl as the stage does it; the crawl's own process, not this one, is struck at the point."""
    from flows import stages
    from flows.settings import Settings

    strike_crawl(point)
    settings = Settings(home, registry, None, as_of)
    return [asdict(stages.attempt("crawl", lambda: stages.crawl(settings)))]


def run_spider(home: Path, registry: Path, as_of: datetime) -> None:
    """The crawl's process alone: nobody is left to clean up behind it when it dies."""
    from spiders import archive, process

    arguments = {
        "home": str(home),
        "portals": str(registry),
        "as_of": as_of.isoformat(),
        "crawl_id": archive.new_crawl_id(as_of),
    }
    os.environ.update(process.environment(None))
    _scrapy(process.command(arguments, {})[3:])


def _scrapy(arguments: list[str]) -> None:
    from scrapy.cmdline import execute

    execute(["scrapy", *arguments])


def strike(point: str, home: Path) -> None:
    """Arm the fault of a point in this process; those with a colon are drawn by chance (tests/chaos)."""
    if ":" in point:
        from tests.chaos.strikes import arm

        arm(point, home)
    elif point != "none":
        from tests.faults.points import POINTS

        POINTS[point].strike()


def strike_crawl(point: str) -> None:
    """Arm the fault in the crawl's processes that this one will start."""
    if point != "none":
        from spiders import process

        real = process.command

        def command(arguments: Any, scrapy_settings: Any) -> list[str]:
            struck = [sys.executable, "-m", "tests.faults.launcher", "--scrapy", point]
            return [*struck, *real(arguments, scrapy_settings)[3:]]

        process.command = command


def run(point: str, stage: str, home: Path, registry: str = "", as_of: str = "") -> list[dict[str, Any]]:
    """Run a stage, struck at the point.

    Stages after the crawl go on to the end, ``publish`` and ``report`` begin with the load that they need; ``lake`` is
    normalize and nothing more. ``nights`` are whole ones as tests/chaos plans them, in JSON.
    """
    if stage == "nights":
        from tests.chaos.nights import supervise

        return supervise(home, json.loads(registry))
    clock = datetime.fromisoformat(as_of) if as_of else datetime.now(UTC)
    if stage == "crawl":
        return run_crawl(home, Path(registry), clock, point)
    strike(point, home)
    if stage == "spider":
        run_spider(home, Path(registry), clock)
        return []
    if stage == "lake":
        return run_stages(home, "normalize", "normalize")
    return run_stages(home, {"publish": "load", "report": "load"}.get(stage, stage))


def serve(*modules: str) -> None:
    """Read requests (a JSON list a line), fork a process for each, answer with its exit status and results.

    ``modules`` are loaded before, beside what every stage needs.
    """
    for module in modules:
        importlib.import_module(module)
    _warm_up()

    for line in sys.stdin:
        request = json.loads(line)
        result = Path(f"{request[2]}.result.json")
        result.unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            _serve_one(request, result)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        found = json.loads(result.read_text("utf-8")) if result.exists() else None
        print(json.dumps([status, found]), flush=True)


def _warm_up() -> None:
    """Load what every child would load again."""
    import scrapy.cmdline
    import scrapy.crawler  # noqa: F401

    import transforms.normalize  # noqa: F401
    import warehouse.build  # noqa: F401
    from flows.demo import reports
    from transforms import gazetteer
    from transforms.reading import read_document
    from transforms.schema import arrow_schema, conform, tables
    from warehouse.indicators import indicators
    from warehouse.views import empty, views

    gazetteer.load()
    empty._file()
    read_document(reports.page(reports.reports(reports.CITY_PORTAL)[0], 1, "", "utf-8").encode())
    for name, table in tables().items():
        if table.store == "lake":
            conform(arrow_schema(name).empty_table(), name)
    views(), indicators()
    assert threading.active_count() == 1, "a fork copies no threads"
    assert "twisted.internet.reactor" not in sys.modules, "each child has a reactor of its own"


def _serve_one(request: list[str], result: Path) -> None:
    status = 1
    try:
        log = os.open(f"{request[2]}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        for stream in (1, 2):
            os.dup2(log, stream)
        found = run(request[0], request[1], Path(request[2]), *request[3:])
        # Written by another process than the struck one would be fairer; a limit on file sizes spares small files.
        result.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        status = 0
    except SystemExit as error:
        status = int(error.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--serve"]:
        serve(*arguments[1:])
    elif arguments[:1] == ["--scrapy"]:
        strike(arguments[1], Path.cwd())
        _scrapy(arguments[2:])
    else:
        point, stage, home, *rest = arguments
        print(json.dumps(run(point, stage, Path(home).resolve(), *rest), ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
