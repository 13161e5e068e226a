"""The command that runs the nightly job on a schedule."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands import options
from flows.settings import resolve


@click.command(short_help="The nightly job on a schedule, as a Prefect deployment.")
@options.home
@options.portals
@click.option("--cron", default="0 2 * * *", show_default=True, help="When: minute, hour, day, month, weekday.")
@click.option("--timezone", default="Asia/Shanghai", show_default=True, help="The time zone of --cron.")
def serve(home: Path | None, portals: Path | None, cron: str, timezone: str) -> None:
    """Run the nightly job at the times that --cron names, until stopped.

    Uses the Prefect server of PREFECT_API_URL, or starts one on this machine. The schedule survives
    a restart; run this under a service manager.

    \b
    Example:
      GONGKAI_CONTACT=you@example.org gongkai serve --cron "0 2 * * *" --timezone Asia/Shanghai
    """
    from flows.commands.run import check_registry
    from flows.serving import serve as serve_nightly

    settings = resolve(home, portals)
    check_registry(settings, ())
    serve_nightly(settings, cron, timezone, lambda line: click.echo(line, err=True))
