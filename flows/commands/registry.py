"""Commands on the registry: what is declared, whether it answers as declared, and new entries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands import options
from flows.errors import CalledWronglyError
from flows.settings import Settings, resolve

if TYPE_CHECKING:
    from spiders.declaring.suggestion import Suggestion


@click.group(short_help="The registry of portals: list, show, check, sniff, new.")
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


@portals.command("check", short_help="Whether portals still answer as declared.")
@click.argument("portal_ids", metavar="[ID]…", nargs=-1)
@options.home
@options.portals
def check_portals(portal_ids: tuple[str, ...], home: Path | None, portals: Path | None) -> int:
    """Visit portals politely, a list page and a report or two each, and print what was found against what is declared.

    A list that shrank over the last nights is told too. Nothing is kept. Without an ID every entry that a night would
    ask is visited.

    \b
    Example:
      gongkai portals check demo-990100-yunze --portals data/demo/portals
    """
    from flows.commands.run import check_registry
    from flows.errors import OK, SOME_FAILED
    from flows.progress import report, shown
    from flows.views.portals import print_trial
    from spiders.declaring.trial import look
    from spiders.registry import load, select
    from warehouse.load import read_runs
    from warehouse.status.health import USUAL_NIGHTS, PortalHealth, add_run

    settings = resolve(home, portals)
    check_registry(settings, portal_ids)
    chosen = [p.id for p in select(load(settings.portals), portal_ids) if portal_ids or p.why_not_crawled() is None]
    with shown():
        trials = list(look(settings.portals, chosen, contact=settings.contact, on_progress=report))
    health: dict[str, PortalHealth] = {}
    for run in read_runs(settings.home, USUAL_NIGHTS):
        add_run(health, run)
    failed = [trial.portal.id for trial in trials if not print_trial(trial, health.get(trial.portal.id))]
    if failed:
        click.echo(f"{len(failed)} of {len(trials)} do not answer as declared: {', '.join(failed)}", err=True)
    return SOME_FAILED if failed else OK


@portals.command("sniff", short_help="Which family an address belongs to, and the entry it suggests.")
@click.argument("url", metavar="URL")
@options.home
def sniff(url: str, home: Path | None) -> None:
    """Look at the page that lists the reports and print the entry that it suggests, as YAML.

    The page, the lists of two years behind it and two reports are asked, politely; nothing is kept or written.

    \b
    Example:
      gongkai portals sniff http://127.0.0.1:8000/zfxxgknb/
    """
    from flows.views.portals import print_suggestion

    print_suggestion(*_suggest(url, resolve(home)))


@portals.command("new", short_help="Writes a new entry, saved pages and a test that fails until they were compared.")
@click.argument("url", metavar="URL")
@click.option("--id", "portal_id", metavar="ID", help="[default: cn-REGION and the host's first name]")
@click.option("--body", metavar="NAME", help="The issuing body as titles print it. [default: as the titles say]")
@click.option("--region", "region_code", metavar="CODE", help="Its division, GB/T 2260. [default: told from its name]")
@click.option("--level", metavar="LEVEL", help="ministry, province, city, county, township, department or zone.")
@click.option(
    "--fixtures",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the saved pages go. [default: tests/portals/fixtures for the shipped registry, else beside the entry]",
)
@options.home
@options.portals
def new_portal(
    url: str,
    portal_id: str | None,
    body: str | None,
    region_code: str | None,
    level: str | None,
    fixtures: Path | None,
    home: Path | None,
    portals: Path | None,
) -> None:
    """Look at the page that lists the reports, add its entry to the registry, and save what it answered.

    Beside the saved pages stands a test that fails until a person has compared what the entry finds with what the
    pages show.

    \b
    Example:
      gongkai portals new http://127.0.0.1:8000/zfxxgknb/ --region 990121 --portals data/demo/portals
    """
    from flows.new_portal import add
    from flows.views.portals import print_added

    settings = resolve(home, portals)
    entry, suggestion = _suggest(url, settings)
    entry |= {k: v for k, v in (("body", body), ("region_code", region_code), ("level", level)) if v is not None}
    added = add(entry, suggestion.trial, settings.portals, portal_id=portal_id, fixtures=fixtures)
    print_added(added, suggestion)


def _suggest(url: str, settings: Settings) -> tuple[dict[str, Any], Suggestion]:
    """The entry that an address suggests, region code and level told from the body's name where it has one."""
    from flows.new_portal import place
    from flows.progress import report, shown
    from spiders.crawl import MissingContact
    from spiders.declaring.suggestion import NoAddress, suggest

    try:
        with shown():
            suggestion = suggest(url, contact=settings.contact, on_progress=report)
    except (NoAddress, MissingContact) as error:
        raise CalledWronglyError(str(error)) from error
    return place(suggestion.entry), suggestion
