"""The command that adds files which someone already has to the raw archive."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import click

from flows.commands import options
from flows.errors import CalledWronglyError
from flows.lock import one_writer
from flows.settings import resolve


@click.command(short_help="Adds report files that you already have.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@options.home
@options.portals
@click.option("--agency", metavar="NAME", help="Issuing body of these files.")
@click.option("--year", type=click.IntRange(2008, 2100), help="Report year of these files.")
@click.option("--url", help="Address at which the file stands; for one file only.")
@options.as_of
def ingest(
    paths: tuple[Path, ...],
    home: Path | None,
    portals: Path | None,
    agency: str | None,
    year: int | None,
    url: str | None,
    as_of: datetime | None,
) -> None:
    """Add files, or all files of a folder, to the raw archive, as if they had been crawled.

    The next `gongkai normalize` (or nightly run) reads them. A file on a host that the registry
    does not declare is kept as a copy and never becomes the current version of a report.

    \b
    Example:
      gongkai ingest report.html --agency 望溪县财政局 --year 2023 --home data/demo
    """
    from spiders.addresses import declared
    from spiders.archive import ingest as add
    from spiders.registry import load

    settings = resolve(home, portals, as_of)
    files = [file for path in paths for file in _files(path)]
    if url is not None and len(files) != 1:
        raise CalledWronglyError(f"--url names the address of one file, but {len(files)} were given.")
    if url is not None and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise CalledWronglyError(f"--url {url} is no web address; it begins with http:// or https://.")
    hosts = [host for portal in load(settings.portals) for host in portal.hosts] if url is not None else []
    with one_writer(settings.home, "gongkai ingest"):
        added = add(
            settings.home,
            files,
            agency=agency,
            year=year,
            url=url,
            declared_hosts=hosts,
            as_of=settings.as_of,
        )
    for path, sha256 in added.documents:
        click.echo(f"{sha256}  {path}")
    click.echo(f"{len(added.documents)} added; `gongkai normalize` reads them.", err=True)
    if url is not None and not declared(url, hosts):
        click.echo(
            f"{urlsplit(url).netloc} is no declared host of the registry: the file is kept as a copy, whose figures "
            "enter no comparison. Declare the host in a portal entry, or leave out --url, to have it count.",
            err=True,
        )


def _files(path: Path) -> list[Path]:
    """The path itself, or the visible files directly in the folder that it names, sorted by name."""
    if not path.is_dir():
        return [path]
    files = sorted(entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith("."))
    if not files:
        raise CalledWronglyError(f"The folder {path} holds no files to ingest.")
    return files
