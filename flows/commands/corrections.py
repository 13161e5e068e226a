"""Commands on corrections: whether each still fits what its source prints."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands import options
from flows.errors import OK, SOME_FAILED
from flows.settings import resolve


@click.group(short_help="Corrections of misprints: check.")
def corrections() -> None:
    """Corrections of what sources print, from corrections.yaml of the home and the one that ships.

    \b
    Example:
      gongkai corrections check --home data/demo
    """


@corrections.command("check", short_help="Whether each correction fits what its source prints now.")
@options.home
def check(home: Path | None) -> int:
    """Show what becomes of every correction, with what the published warehouse has in its place; nothing is written.

    Exit status 1 when one of them does not fit: its source prints something else by now, or there is no such cell.

    \b
    Example:
      gongkai corrections check --home data/demo
    """
    from flows.views.printing import aligned
    from warehouse.corrections import check_corrections

    judged = check_corrections(resolve(home).home)
    rows = [
        (
            one.state.replace("_", " "),
            one.correction.report_id,
            one.correction.cell,
            one.correction.action,
            "–" if one.printed is None else repr(one.printed),
            "" if one.correction.value is None else f"→ {one.correction.value}",
            one.correction.reason,
        )
        for one in judged
    ]
    for line in aligned(rows) or ["There are no corrections."]:
        click.echo(line)
    amiss = [one.amiss for one in judged if one.amiss]
    for text in amiss:
        click.echo(text, err=True)
    return SOME_FAILED if amiss else OK
