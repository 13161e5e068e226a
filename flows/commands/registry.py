"""Commands on the registry: which portals are declared, and one entry in full."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands import options
from flows.settings import resolve


@click.group(short_help="The registry of portals: list, show.")
def portals() -> None:
    """Look at the registry: which portals are declared and how each is asked.

    \b
    Example:
      gongkai portals list
    """


@portals.command("list")
@options.home
@options.portals
def list_portals(home: Path | None, portals: Path | None) -> None:
    """One line an entry: id, level, family and entry mode, access, status, whose, where.

    \b
    Example:
      gongkai portals list --portals data/demo/portals
    """
    from flows.views.printing import aligned
    from spiders.registry import load

    entries = load(resolve(home, portals).portals)
    rows = [
        (
            portal.id,
            portal.level,
            f"{portal.family}/{portal.list_page.entry}",
            portal.access,
            portal.status,
            portal.body or "(hub of several bodies)",
            portal.list_page.url,
        )
        for portal in entries
    ]
    for line in aligned(rows):
        click.echo(line)
    click.echo(f"{len(rows)} entr{'y' if len(rows) == 1 else 'ies'}", err=True)


@portals.command("show")
@click.argument("portal_id", metavar="ID")
@options.home
@options.portals
def show_portal(portal_id: str, home: Path | None, portals: Path | None) -> None:
    """One entry as YAML, with every default filled in.

    \b
    Example:
      gongkai portals show demo-990100-yunze --portals data/demo/portals
    """
    import yaml

    from spiders.registry import load, select

    (portal,) = select(load(resolve(home, portals).portals), [portal_id])
    click.echo(yaml.safe_dump([portal.as_dict()], allow_unicode=True, sort_keys=False), nl=False)
    click.echo(f"declared at {portal.declared_at}", err=True)
