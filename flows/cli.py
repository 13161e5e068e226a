"""The command line: the group of all commands, and how errors become one message and an exit status."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import click

from flows.commands import agencies, archive, corrections, divisions, keeping, query, reading, registry, run, serving
from flows.errors import CALLED_WRONGLY, OK, SOME_FAILED, GongkaiError
from flows.settings import DEBUG_VARIABLE, debugging
from flows.stages import explain, is_callers_error


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="gongkai", prog_name="gongkai")
def cli() -> None:
    """China's annual reports on open government information, from portals to comparable figures.

    Data goes to standard output, everything else to standard error. Exit status: 0 it did what
    was asked; 1 some of the work failed, and each failure is named; 2 it was called wrongly.

    \b
    Begin with:
      gongkai demo
    """


for command in (
    run.demo,
    run.nightly,
    run.crawl,
    run.normalize,
    run.load,
    serving.serve,
    archive.ingest,
    archive.compress,
    archive.mirror,
    archive.restore,
    archive.prune,
    reading.parse,
    registry.portals,
    divisions.division,
    agencies.agency,
    corrections.corrections,
    query.sql,
    query.compare,
    query.site,
    query.export,
    query.diff,
    query.status,
    keeping.verify,
    keeping.rollback,
    keeping.quarantine,
):
    cli.add_command(command)


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status; what went wrong is said on standard error."""
    try:
        status = cli.main(
            args=list(arguments) if arguments is not None else None,
            prog_name="gongkai",
            standalone_mode=False,
        )
    except click.exceptions.Exit as exit_request:
        return exit_request.exit_code
    except click.ClickException as error:
        error.show()
        return CALLED_WRONGLY
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. What was written stays valid; the same command goes on from there.", err=True)
        return SOME_FAILED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing more can be written there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SOME_FAILED
    except Exception as error:
        return _report(error)
    return status if isinstance(status, int) else OK


def _report(error: Exception) -> int:
    if debugging():
        traceback.print_exc()
    known = isinstance(error, GongkaiError) or is_callers_error(error) or type(error).__module__ != "builtins"
    click.echo(f"gongkai: {explain(error)}", err=True)
    if not known and not debugging():
        click.echo(f"This was not foreseen; {DEBUG_VARIABLE}=1 shows where it happened.", err=True)
    if isinstance(error, GongkaiError):
        return error.exit_status
    return CALLED_WRONGLY if is_callers_error(error) else SOME_FAILED


def main() -> None:
    """The entry point of the `gongkai` command."""
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(run_command())


def _stop(*_: object) -> NoReturn:
    """A polite end is treated as Ctrl-C, so that the crawl and the flow's server, our own processes, end with us."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
