"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from flows.settings import parse_time

Command = Callable[..., Any]

home = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of everything that is written. [default: $GONGKAI_HOME, else ./data]",
)
portals = click.option(
    "--portals",
    type=click.Path(path_type=Path),
    help="Folder of registry files (YAML). [default: $GONGKAI_PORTALS, else those shipped]",
)


class Moment(click.ParamType):
    """A day or a time in ISO 8601; without a zone it is UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return parse_time(value)
        except ValueError:
            self.fail(f"{value!r} is no time; write 2026-03-31 or 2026-03-31T02:00:00Z.", param, ctx)


as_of = click.option("--as-of", type=Moment(), help="Clock of schedules and manifests. [default: now]")


def crawling(command: Command) -> Command:
    """The options that choose what a crawl asks for."""
    for option in (
        as_of,
        click.option("--recheck", is_flag=True, help="Ask again for every stored article, conditionally."),
        click.option(
            "--year",
            "years",
            multiple=True,
            type=click.IntRange(2008, 2100),
            help="Only reports of this year; may be given several times.",
        ),
        click.option("--portal", "portal_ids", multiple=True, metavar="ID", help="Only this portal; may be repeated."),
    ):
        command = option(command)
    return command
