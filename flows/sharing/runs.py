"""Shards of a crawl as runs of a Prefect deployment: started, followed and ended from the machine of the night."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import httpx
from filelock import FileLock
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Cancelling

from flows.settings import DEPLOYMENT_VARIABLE
from flows.sharing.worker import SharingError, fingerprint, wanted
from spiders.log import FILE_VARIABLE, RUN_VARIABLE
from spiders.process import CrawlProcess
from spiders.registry import Portal

# A worker looks for work every few seconds; one that is busy with something else is no worker for this night.
TAKEN_WITHIN_SECONDS = 300.0
# A worker is heard every second; a shared file system may show it a minute later.
SILENT_SECONDS = 180.0
LOOK_SECONDS = 2.0
END_SECONDS = 60.0


class CrawlRun(CrawlProcess):
    """A crawl process on whatever machine a worker takes it, which sees the home under the same path."""

    def __init__(
        self, deployment: str, home: Path, crawl_id: str, portals: tuple[Portal, ...], arguments: Mapping[str, str]
    ) -> None:
        super().__init__(home, crawl_id, portals, arguments)
        self.deployment = deployment
        self._wanted = FileLock(wanted(self))
        self._open = contextlib.ExitStack()
        self._client: SyncPrefectClient | None = None
        self._run: UUID | None = None
        self._state: State | None = None
        self._status: int | None = None
        self._lost: str | None = None
        self._begun = False
        self._beat, self._heard_at, self._looked_at = 0, 0.0, 0.0

    def start(self, contact: str | None, scrapy_settings: Mapping[str, object]) -> None:
        """Create the flow run; raises SharingError when there is no such deployment, or no server answers."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.touch()
        self._wanted.acquire()
        self._beat, self._heard_at = self._beats(), time.monotonic()
        parameters = {
            "arguments": self.arguments,
            "software": fingerprint(self.arguments["portals"]),
            "contact": bool(contact),
            "scrapy_settings": dict(scrapy_settings),
            "surroundings": self._surroundings(),
        }
        try:
            self._client = self._open.enter_context(get_client(sync_client=True))
            deployment = self._client.read_deployment_by_name(self.deployment)
            run = self._client.create_flow_run_from_deployment(
                deployment.id, name=f"crawl {self.crawl_id}", parameters=parameters
            )
        except ObjectNotFound as error:
            raise SharingError(
                f"There is no deployment {self.deployment} ({DEPLOYMENT_VARIABLE}) on the Prefect server at "
                f"{self._client.api_url if self._client else 'none'}: set PREFECT_API_URL to the server of the workers "
                "and run `prefect deploy --name crawl-shard` there."
            ) from error
        except httpx.HTTPError as error:
            raise SharingError(f"The Prefect server did not take a shard of the crawl: {error!r}.") from error
        self._run, self._state = run.id, run.state

    @property
    def status(self) -> int | None:
        """0 when the run was completed, 1 when it ended in any other way or is given up; None before that."""
        if self._status is None and time.monotonic() - self._looked_at >= LOOK_SECONDS:
            self._look()
            self._looked_at = time.monotonic()
        return self._status

    def end(self) -> None:
        """End the run: the worker ends the crawl when nobody waits for it, and before it begins Prefect ends it."""
        self._wanted.release(force=True)
        if self._run is not None and self._status is None:
            with contextlib.suppress(httpx.HTTPError, ObjectNotFound):
                self._cancel(self._run)
            self._status = 1
        self._open.close()
        wanted(self).unlink(missing_ok=True)
        self._keep_log()
        if self._status and self._beats() and not self.log.stat().st_size:
            self.log.unlink()  # no crawl was begun

    def why_unfinished(self, timed_out: bool, elapsed_seconds: float) -> str:
        """As of a process on this machine; the run's state says what the worker found."""
        if timed_out:
            return super().why_unfinished(timed_out, elapsed_seconds)
        if self._lost is not None:
            return self._lost
        ended = f"{self._state.name}: {self._state.message}" if self._state is not None else "unknown"
        return f"crashed: flow run {self._run} ended before this portal was done ({ended})"

    def _look(self) -> None:
        """Ask for the state, and whether the worker is heard."""
        assert self._client is not None, "asked before it was started"
        assert self._run is not None
        try:
            self._state = self._client.read_flow_run(self._run).state
        except ObjectNotFound:
            self._lost = f"crashed: flow run {self._run} was deleted before this portal was done"
        except httpx.HTTPError:
            pass  # a server that is away for a while says nothing of the crawl
        assert self._state is not None
        beat, now = self._beats(), time.monotonic()
        if beat != self._beat or (not self._begun and self._state.is_running()):
            self._begun, self._beat, self._heard_at = True, beat, now
        silence = now - self._heard_at
        if self._lost is None and self._state.is_final():
            self._status = 0 if self._state.is_completed() else 1
        elif not self._begun and silence > TAKEN_WITHIN_SECONDS:
            self._lost = f"not_taken: no worker took this portal's share of the crawl within {silence:.0f} seconds"
        elif self._begun and silence > SILENT_SECONDS:
            self._lost = f"crashed: the worker of flow run {self._run} was silent for {silence:.0f} seconds"
        if self._lost is not None:
            self.end()

    def _beats(self) -> int:
        return self.log.stat().st_mtime_ns if self.log.exists() else 0

    def _cancel(self, run: UUID) -> None:
        assert self._client is not None
        deadline = time.monotonic() + (END_SECONDS if self._lost is None else 0)
        if not self._begun:
            self._client.set_flow_run_state(run, Cancelling())
        while not self._final(self._client, run):
            if time.monotonic() > deadline:
                self._client.set_flow_run_state(run, Cancelled(message=self._lost), force=True)
                return
            time.sleep(LOOK_SECONDS)

    @staticmethod
    def _final(client: SyncPrefectClient, run: UUID) -> bool:
        state = client.read_flow_run(run).state
        return state is not None and state.is_final()

    def _surroundings(self) -> dict[str, str]:
        """Where the shard's lines of the run's log go: files on shared systems lose lines when several append."""
        log, run_id = os.environ.get(FILE_VARIABLE), os.environ.get(RUN_VARIABLE)
        return {FILE_VARIABLE: f"{log}.{self.crawl_id}", RUN_VARIABLE: run_id} if log and run_id else {}

    def _keep_log(self) -> None:
        """Put the shard's lines into the run's log."""
        log = os.environ.get(FILE_VARIABLE)
        own = Path(f"{log}.{self.crawl_id}")
        if log is None or not own.exists():
            return
        with open(log, "ab") as file:
            file.write(own.read_bytes())
        own.unlink()
