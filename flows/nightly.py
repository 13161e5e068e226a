"""The nightly job as a Prefect flow: crawl, normalize, load, publish, and a report of the run.

Importing this module imports Prefect (seconds): call ``flows.prefect_environment.prepare`` first, and only
where the flow is really run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import State, Task, flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows import run_report, stages
from flows.lock import one_writer
from flows.settings import Settings, parse_time, resolve
from flows.stages import StageResult
from flows.watching import log
from flows.watching.evening import told, watched
from flows.watching.refusal import refusals_told


class StageBrokeError(Exception):
    """Carries a failed stage's result through Prefect, so that the task run shows as failed too."""

    def __init__(self, result: StageResult) -> None:
        super().__init__("; ".join(failure.reason for failure in result.failures))
        self.result = result


def _may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether trying again may help: an error of the system (disk, process), not one of the data."""
    error = state.result(raise_on_failure=False)
    cause = error.__cause__ if isinstance(error, BaseException) else None
    return isinstance(cause, OSError)


def _stage(name: str, run: Any) -> StageResult:
    """Run a stage inside its task; a stage that broke raises, so that Prefect may try it again."""
    raised: list[BaseException] = []

    def remember() -> StageResult:
        try:
            return run()
        except Exception as error:
            raised.append(error)
            raise

    result = stages.attempt(name, remember)
    if result.broke:
        raise StageBrokeError(result) from (raised[0] if raised else None)
    return result


# Results stay in this process (NO_CACHE, nothing persisted): what lasts is on disk, in the home.
@task(name="crawl", retries=1, retry_delay_seconds=5, retry_condition_fn=_may_pass, cache_policy=NO_CACHE)
def crawl_task(settings: Settings, portal_ids: list[str], years: list[int], recheck: bool) -> StageResult:
    return _stage("crawl", lambda: stages.crawl(settings, portal_ids, years, recheck))


@task(name="normalize", retries=1, retry_delay_seconds=2, retry_condition_fn=_may_pass, cache_policy=NO_CACHE)
def normalize_task(settings: Settings) -> StageResult:
    return _stage("normalize", lambda: stages.normalize(settings))


@task(name="load", retries=1, retry_delay_seconds=2, retry_condition_fn=_may_pass, cache_policy=NO_CACHE)
def load_task(settings: Settings) -> StageResult:
    return _stage("load", lambda: stages.load(settings))


@task(name="publish", retries=2, retry_delay_seconds=2, retry_condition_fn=_may_pass, cache_policy=NO_CACHE)
def publish_task(settings: Settings) -> StageResult:
    return _stage("publish", lambda: stages.publish(settings))


@flow(name="nightly", validate_parameters=False)
def nightly(
    home: str | None = None,
    portals: str | None = None,
    portal_ids: list[str] | None = None,
    years: list[int] | None = None,
    recheck: bool = False,
    as_of: str | None = None,
) -> State[Any]:
    """Run the whole job on a home folder; the state's message is the path of the run report (JSON).

    A crawl with failures is followed by the rest with what there is; a stage that breaks leaves those that
    need its output "not run". The report is written in every case. Raises RegistryError or UnknownPortal
    before anything is written, and LockedError when another run writes.
    """
    settings = resolve(
        Path(home) if home else None, Path(portals) if portals else None, parse_time(as_of) if as_of else None
    )
    options = {"portal": portal_ids or [], "year": years or [], "recheck": recheck, "as_of": as_of}
    started = datetime.now(UTC).isoformat(timespec="seconds")
    run_id = run_report.new_run_id(settings.home, settings.now)
    with refusals_told(settings), one_writer(settings.home, "gongkai nightly"), log.writing(settings.home, run_id):
        log.tell("the night begins", flow_run_id=flow_run.id, details=options)
        results = stages.in_order(
            {
                "crawl": lambda: _outcome(crawl_task, settings, portal_ids or [], years or [], recheck),
                "normalize": lambda: _outcome(normalize_task, settings),
                "load": lambda: _outcome(load_task, settings),
                "publish": lambda: _outcome(publish_task, settings),
            }
        )
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        report = run_report.RunReport(run_id, started, finished, options, results, clock=settings.now.isoformat())
        report = watched(settings.home, report)
        sending = settings.notify is not None and bool(report.notices)
        # Before anything is sent: a night that is killed meanwhile has its report, and the next one sends.
        path = run_report.write(settings.home, replace(report, notices_sent=False) if sending else report)
        if settings.notify is not None and sending:
            report = told(report, settings.notify)
            run_report.write(settings.home, report)
        log.tell("the night ends", status=report.status)
    create_markdown_artifact(
        run_report.markdown(report), key="nightly-run", description=f"Run {run_id}: {report.status}"
    )
    ending = Completed if report.status == "ok" else Failed
    return ending(message=str(path))


def run(settings: Settings, portal_ids: Sequence[str], years: Sequence[int], recheck: bool) -> Path:
    """Run the flow here and now and return the path of its report (JSON); raises what the flow raised."""
    state = nightly(
        home=str(settings.home),
        portals=str(settings.portals) if settings.portals else None,
        portal_ids=list(portal_ids),
        years=list(years),
        recheck=recheck,
        as_of=settings.as_of.isoformat() if settings.as_of else None,
        return_state=True,
    )
    path = Path(state.message or "")
    if path.suffix != ".json" or not path.is_file():
        state.result()
        raise StageBrokeError(StageResult("nightly", "failed"))
    return path


def _outcome(stage_task: Task[..., StageResult], *arguments: Any) -> StageResult:
    try:
        return stage_task(*arguments)
    except StageBrokeError as error:
        return error.result
