"""Commands that do the work: the demo, the nightly job and its single stages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from flows import run_report, stages
from flows.commands import options
from flows.errors import OK, SOME_FAILED, CalledWronglyError
from flows.lock import one_writer
from flows.prefect_environment import prepare
from flows.progress import report, shown
from flows.settings import CONTACT_VARIABLE, Settings, resolve
from flows.stages import Failure, StageResult
from flows.watching import log
from flows.watching.refusal import refusals_told


@click.command(short_help="Sample portals, the real nightly job on them, and what it found.")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the demo. [default: $GONGKAI_HOME/demo, else ./data/demo]",
)
def demo(home: Path | None) -> int:
    """Run the real nightly job against two invented portals on this machine.

    It needs no network. Afterwards it prints how often each agency refused, year by year. Run it
    again in the same home and it shows an incremental night with one revised report.

    \b
    Example:
      gongkai demo --home data/demo
    """
    from flows.demo.run import run_demo

    return run_demo(resolve(home or resolve().home / "demo"))


@click.command(short_help="The main job: crawl, normalize, load, publish.")
@options.home
@options.portals
@options.crawling
def nightly(
    home: Path | None,
    portals: Path | None,
    portal_ids: tuple[str, ...],
    years: tuple[int, ...],
    recheck: bool,
    as_of: datetime | None,
) -> int:
    """Crawl the portals, read what is new, build the warehouse and publish it.

    Safe to run again at any time: what is known is not fetched, read or written again. The run
    report is kept in the home as runs/<id>.md and .json.

    \b
    Example:
      GONGKAI_CONTACT=you@example.org gongkai nightly --year 2024
    """
    settings = resolve(home, portals, as_of)
    check_registry(settings, portal_ids)
    night = run_nightly(settings, portal_ids, years, recheck)
    return tell(night.failures, [*run_report.summary_lines(night), _where(settings, night)], night.status)


@click.command(short_help="Only the first stage: portals to raw archive.")
@options.home
@options.portals
@options.crawling
def crawl(
    home: Path | None,
    portals: Path | None,
    portal_ids: tuple[str, ...],
    years: tuple[int, ...],
    recheck: bool,
    as_of: datetime | None,
) -> int:
    """Fetch what the portals have into the raw archive, and nothing else.

    \b
    Example:
      gongkai crawl --portal demo-990100-yunze --portals data/demo/portals --home data/demo
    """
    settings = resolve(home, portals, as_of)
    check_registry(settings, portal_ids)

    def stage() -> StageResult:
        if settings.crawl_deployment is not None:
            prepare(settings.home)
        return stages.crawl(settings, portal_ids, years, recheck)

    return _stage(settings, "crawl", stage)


@click.command(short_help="Only the second stage: raw archive to Parquet.")
@options.home
def normalize(home: Path | None) -> int:
    """Read the documents of the raw archive that this reader has not read yet into the lake.

    \b
    Example:
      gongkai normalize --home data/demo
    """
    settings = resolve(home)
    return _stage(settings, "normalize", lambda: stages.normalize(settings))


@click.command(short_help="Only the last stages: Parquet to the published warehouse.")
@options.home
def load(home: Path | None) -> int:
    """Build a warehouse from the lake, check it, and publish it in one step.

    \b
    Example:
      gongkai load --home data/demo
    """
    settings = resolve(home)
    return _stage(settings, "load", lambda: stages.load(settings), lambda: stages.publish(settings))


def check_registry(settings: Settings, portal_ids: tuple[str, ...]) -> None:
    """Refuse a broken registry and an unknown portal id before anything starts; name a missing contact."""
    from spiders.registry import load as load_registry
    from spiders.registry import select

    chosen = select(load_registry(settings.portals), portal_ids)
    asked = [portal for portal in chosen if portal.why_not_crawled() is None]
    strangers = [portal.id for portal in asked if not portal.local]
    if not strangers or settings.contact is not None:
        return
    names = ", ".join(strangers[:5]) + (", …" if len(strangers) > 5 else "")
    message = (
        f"{CONTACT_VARIABLE} is not set, so only local portals are crawled; {names} will not be asked. "
        "Set it to an address at which those who run a portal can reach you: it goes into the user agent."
    )
    if len(strangers) == len(asked):
        raise CalledWronglyError(message)
    click.echo(message, err=True)


def run_nightly(
    settings: Settings, portal_ids: tuple[str, ...] = (), years: tuple[int, ...] = (), recheck: bool = False
) -> run_report.RunReport:
    """Run the Prefect flow and return its report. Raises LockedError at once when another run writes."""
    with refusals_told(settings), one_writer(settings.home, "gongkai nightly"), shown(at_once=True):
        report("starting Prefect", 0, None)
        prepare(settings.home)
        from flows.nightly import run

        return run_report.read(run(settings, portal_ids, years, recheck))


def tell(failures: tuple[Failure, ...], lines: list[str], status: str) -> int:
    """Say on standard error what was done and name each failure; return the exit status."""
    for line in lines:
        click.echo(line, err=True)
    if failures:
        click.echo(f"{len(failures)} failed:", err=True)
        for failure in failures:
            what = "" if failure.subject in ("", failure.stage) else f"{failure.subject}: "
            click.echo(f"  {failure.stage}: {what}{failure.reason}", err=True)
    return OK if status == "ok" else SOME_FAILED


def _stage(settings: Settings, name: str, *todo: Callable[[], StageResult]) -> int:
    """Run one stage, or two that belong together, alone on the home; its log has an id of its own, as a night's has."""
    results: list[StageResult] = []
    run_id = run_report.new_run_id(settings.home, settings.now)
    with one_writer(settings.home, f"gongkai {name}"), log.writing(settings.home, run_id), shown():
        for stage in todo:
            results.append(stages.attempt(name, stage))
            if results[-1].broke:
                break
    failures = tuple(failure for result in results for failure in result.failures)
    lines = run_report.summary_lines(run_report.RunReport("", "", "", {}, tuple(results)))
    return tell(failures, lines, "failed" if failures else "ok")


def _where(settings: Settings, night: run_report.RunReport) -> str:
    return f"report     {settings.home / run_report.RUNS / night.run_id}.md"
