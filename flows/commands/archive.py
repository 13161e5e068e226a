"""The commands of the raw archive: add files to it, compress it, copy it to a second one and back, prune it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click

from flows.commands import options
from flows.errors import OK, SOME_FAILED, CalledWronglyError
from flows.lock import one_writer
from flows.progress import report, shown
from flows.settings import MIRROR_VARIABLE, resolve

mirror_option = click.option(
    "--mirror", "mirror_", metavar="PLACE", help=f"Folder or s3://bucket/folder. [default: ${MIRROR_VARIABLE}]"
)
dry_run = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")


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


@click.command(short_help="Compresses the raw archive, verified.")
@options.home
@click.option("--days", type=click.IntRange(min=0), default=30, show_default=True, help="Only those stored before.")
@dry_run
def compress(home: Path | None, days: int, dry_run: bool) -> int:
    """Compress documents of the raw archive that lie uncompressed for longer than some days.

    A plain file goes only when the compressed one was read back and has the same content; those
    that hardly shrink (PDF, DOCX, images) are left as they are. Everything reads both alike.

    \b
    Example:
      gongkai compress --days 90 --home data/demo
    """
    from spiders.archive import pack

    settings = resolve(home)
    with shown(), one_writer(settings.home, "gongkai compress"):
        packed = pack(settings.home, _days_ago(days), report, dry_run)
    _tell_flaws([f"{flaw.path}: {flaw.reason}" for flaw in packed.flaws])
    click.echo(
        f"{packed.documents} documents {'would be' if dry_run else 'were'} compressed, from "
        f"{packed.bytes_before / 1e6:.1f} to {packed.bytes_after / 1e6:.1f} MB; {len(packed.flaws)} damaged.",
        err=True,
    )
    return SOME_FAILED if packed.flaws else OK


@click.command(short_help="Copies the home to a second archive.")
@options.home
@mirror_option
@click.option("--check", is_flag=True, help="Hash everything there again, and copy anew what is damaged.")
def mirror(home: Path | None, mirror_: str | None, check: bool) -> int:
    """Copy to another folder or an S3 bucket what it does not hold yet: raw/, identity/, corrections.yaml,
    run reports, the lake and the published warehouse.

    Documents there are never deleted or written over. Credentials and region of a bucket come from
    the usual variables (AWS_ACCESS_KEY_ID, …); one that is not Amazon's is named by
    s3://bucket/folder?endpoint_override=host:port.

    \b
    Example:
      gongkai mirror --mirror /mnt/second/gongkai --home data/demo
    """
    from flows.keeping.mirror import mirror as copy
    from flows.keeping.mirror import named_place

    settings = resolve(home)
    where = named_place(mirror_ or settings.mirror, settings.home)
    with shown():
        copied = copy(settings.home, where, check)
    _tell_flaws(copied.flaws)
    click.echo(f"{copied.files} files ({copied.bytes / 1e6:.1f} MB) were copied to {where.name}.", err=True)
    return SOME_FAILED if copied.flaws else OK


@click.command(short_help="Brings back from the second archive what is missing or damaged.")
@options.home
@mirror_option
def restore(home: Path | None, mirror_: str | None) -> int:
    """Bring back what the home lacks, into an empty one all of it, and documents that are damaged.

    Documents that were pruned come back, too. What stands whole is not touched; identity/ and lake/
    come only where the home has none.

    \b
    Example:
      gongkai restore --mirror /mnt/second/gongkai --home data/demo
    """
    from flows.keeping.mirror import named_place
    from flows.keeping.restoring import restore as bring

    settings = resolve(home)
    where = named_place(mirror_ or settings.mirror, settings.home)
    with shown():
        copied = bring(settings.home, where)
    _tell_flaws(copied.flaws)
    click.echo(f"{copied.files} files ({copied.bytes / 1e6:.1f} MB) were brought back from {where.name}.", err=True)
    return SOME_FAILED if copied.flaws else OK


@click.command(short_help="Deletes what a second archive holds, and old runs and warehouses.")
@options.home
@mirror_option
@click.option("--documents", type=click.IntRange(min=0), metavar="DAYS", help="Documents stored before so many days.")
@click.option("--runs", type=click.IntRange(min=0), metavar="DAYS", help="Logs and reports of runs before that.")
@click.option("--warehouses", type=click.IntRange(min=1), metavar="NUMBER", help="Earlier warehouses beyond so many.")
@dry_run
def prune(
    home: Path | None,
    mirror_: str | None,
    documents: int | None,
    runs: int | None,
    warehouses: int | None,
    dry_run: bool,
) -> int:
    """Delete what is asked for, and name everything that goes.

    A document goes only when the second archive holds it and its content there was hashed just now;
    when one is absent or damaged there, nothing at all is deleted. It is brought back when it has to
    be read again. The last 120 run reports, the last good run and the last good earlier warehouse
    stay.

    \b
    Example:
      gongkai prune --runs 365 --warehouses 1 --dry-run --home data/demo
    """
    from flows.keeping import pruning
    from flows.keeping.mirror import named_place

    if documents is None and runs is None and warehouses is None:
        raise CalledWronglyError("Nothing to prune was named: give --documents, --runs or --warehouses.")
    settings = resolve(home)
    where = named_place(mirror_ or settings.mirror, settings.home) if documents is not None else None
    plan = pruning.Plan()
    with shown(), one_writer(settings.home, "gongkai prune"):
        if documents is not None and where is not None:
            pruning.plan_documents(settings.home, where, _days_ago(documents), plan)
        if runs is not None:
            pruning.plan_runs(settings.home, _days_ago(runs), plan)
        if warehouses is not None:
            pruning.plan_warehouses(settings.home, warehouses, plan)
        _tell_flaws(plan.flaws)
        if plan.flaws:
            click.echo(f"Nothing was deleted: {len(plan.flaws)} documents are not safe in the mirror.", err=True)
            return SOME_FAILED
        for line in pruning.carry_out(settings.home, where, plan, dry_run):
            click.echo(f"{'would delete' if dry_run else 'deleted'} {line}", err=True)
    freed = sum((*plan.documents.values(), *plan.files.values())) / 1e6
    number, done = len(plan.documents) + len(plan.files), "would be" if dry_run else "were"
    click.echo(f"{number} documents and files ({freed:.1f} MB) {done} deleted.", err=True)
    return OK


def _days_ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def _tell_flaws(flaws: Sequence[str]) -> None:
    for flaw in flaws:
        click.echo(flaw, err=True)
