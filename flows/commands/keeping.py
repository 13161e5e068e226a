"""Commands for whoever keeps a home: is everything still as it was stored, back to the warehouse before, quarantine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from flows.commands import options
from flows.errors import OK, SOME_FAILED
from flows.lock import one_writer
from flows.progress import report, shown
from flows.settings import resolve

NONE_QUARANTINED = "No document is in quarantine."


@click.command(short_help="Whether archive, lake and warehouse are still as they were written.")
@options.home
def verify(home: Path | None) -> int:
    """Hash every archived document again, read every part of the lake, open the warehouses.

    Nothing is written. Every document that is missing or damaged is named, one a line, with what
    it was fetched from.

    \b
    Example:
      gongkai verify --home data/demo
    """
    from spiders.archive import check_archive

    settings = resolve(home)
    with shown():
        found = check_archive(settings.home, report)
        flaws = [f"{flaw.path}: {flaw.reason}" for flaw in found.flaws]
        flaws += [*_lake_flaws(settings.home), *_warehouse_flaws(settings.home)]
    for line in flaws:
        click.echo(line)
    click.echo(
        f"{found.documents} documents ({found.bytes / 1e6:.1f} MB) of {found.manifests} manifests, the lake and the "
        f"warehouses looked at; {len(flaws)} wrong.",
        err=True,
    )
    if found.leftovers:
        names = ", ".join(map(str, found.leftovers))
        click.echo(f"Left by crawls that were killed, and may be deleted: {names}", err=True)
    if found.pruned:
        click.echo(f"{found.pruned} documents were pruned: only the second archive holds them.", err=True)
    return SOME_FAILED if flaws else OK


@click.command(short_help="Publishes the warehouse that was published before.")
@options.home
def rollback(home: Path | None) -> None:
    """Publish the warehouse that the last publish replaced; the present one is kept aside.

    Readers see one or the other, never none. The next `gongkai load` that finds another lake
    publishes as always: find out first why the present one was wrong.

    \b
    Example:
      gongkai rollback --home data/demo
    """
    from warehouse.publish import previous, roll_back

    settings = resolve(home)
    with one_writer(settings.home, "gongkai rollback"):
        path = roll_back(settings.home)
    click.echo(f"{path} is the one published before; {len(previous(settings.home))} earlier ones are left.", err=True)


@click.group(short_help="Documents that broke the reader, and the way back.")
def quarantine() -> None:
    """Documents that cost the reader its time, its memory or its life, or met a fault of it.

    They are unreadable and cost nothing but themselves. Another version of the reader reads them
    again by itself; this one does only when it is told to.

    \b
    Example:
      gongkai quarantine list --home data/demo
    """


@quarantine.command("list", short_help="Which they are, and why.")
@options.home
@click.option("--format", "format_", type=click.Choice(("table", "json")), default="table", show_default=True)
def list_quarantined(home: Path | None, format_: str) -> None:
    """List the documents in quarantine, oldest first; json is one list of objects.

    \b
    Example:
      gongkai quarantine list --format json --home data/demo
    """
    from flows.views.quarantine import show
    from transforms.lake.quarantine import quarantined

    found = quarantined(resolve(home).home)
    show(found, format_)
    if not found:
        click.echo(NONE_QUARANTINED, err=True)


@quarantine.command(short_help="Has them read again.")
@click.argument("documents", nargs=-1, metavar="[SHA256]...")
@options.home
def retry(documents: tuple[str, ...], home: Path | None) -> None:
    """Have documents read again by the next `gongkai normalize` or nightly run: all, or those named.

    The first digits of a SHA256 are enough. Nothing is changed until then, and a document that
    breaks the reader again is in quarantine as before.

    \b
    Example:
      gongkai quarantine retry --home data/demo
    """
    from transforms.lake.quarantine import retry as read_again

    settings = resolve(home)
    with one_writer(settings.home, "gongkai quarantine retry"):
        chosen = read_again(settings.home, documents)
    for sha256 in chosen:
        click.echo(sha256)
    many = "1 document is" if len(chosen) == 1 else f"{len(chosen)} documents are"
    told = f"{many} read again by the next `gongkai normalize` or nightly run." if chosen else NONE_QUARANTINED
    click.echo(told, err=True)


def _lake_flaws(home: Path) -> Iterator[str]:
    from transforms import lake
    from transforms.schema import lake_tables

    for table in lake_tables():
        for year in lake.years(home, table.name):
            try:
                lake.read_part(home, table.name, year)
            except (lake.CorruptPart, lake.OutdatedPart) as error:
                yield f"{error} `gongkai normalize` makes it anew."


def _warehouse_flaws(home: Path) -> Iterator[str]:
    from warehouse.publish import flaws

    return flaws(home)
