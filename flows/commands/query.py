"""Commands that read the published warehouse: query, comparison, site, export, diff, status."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands import options
from flows.settings import resolve

FORMATS = ("table", "csv", "json", "parquet")


@click.command(short_help="One query on the published warehouse, read-only.")
@click.argument("query")
@options.home
@click.option("--format", "format_", type=click.Choice(FORMATS), help="[default: table, or by the name of FILE]")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
def sql(query: str, home: Path | None, format_: str | None, output: Path | None) -> None:
    """Run one SQL query (DuckDB's dialect) on the published warehouse.

    `json` is one list of objects. Every table and column has a comment that says what it means:
    SELECT table_name, column_name, comment FROM duckdb_columns().

    \b
    Example:
      gongkai sql "SELECT agency_name, report_year, refusal_rate FROM agency_year" --home data/demo
    """
    from warehouse.query import write_query

    rows = write_query(resolve(home).home, query, format_ or _format_of(output), output)
    if output is not None:
        click.echo(f"{rows} rows in {output}", err=True)


@click.command(short_help="Agencies over years, as CSV, spreadsheet or page.")
@click.argument("agencies", nargs=-1, metavar="[AGENCY]...")
@options.home
@click.option("--division", metavar="D", help="Only agencies of this division (code or name).")
@click.option("--years", metavar="YEARS", help="Report years, such as 2019-2024 or 2019,2021.")
@click.option("--indicator", "indicators", multiple=True, metavar="I", help="Indicator; may be repeated.")
@click.option("--wide", is_flag=True, help="One row for each agency and year.")
@click.option(
    "--lang", type=click.Choice(("zh", "en")), default="zh", show_default=True, help="Language of notes and headers."
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE.csv|.xlsx|.html"
)
def compare(
    agencies: tuple[str, ...],
    home: Path | None,
    division: str | None,
    years: str | None,
    indicators: tuple[str, ...],
    wide: bool,
    lang: str,
    output: Path,
) -> None:
    """Write a comparison of agencies over years, with what it takes to judge each figure.

    Agencies are named as in their reports, or by id; none means all. No indicator means all.

    The name of the file chooses the format. CSV: one row for each figure, or with --wide for each report. XLSX: the
    same with number formats, and sheets of definitions, caveats and sources. HTML: one page with charts that needs no
    network; each figure leads to its report, the printed text and the place, and a button changes the language.

    \b
    Examples:
      gongkai compare 云泽市自然资源局 --indicator refusal_rate --home data/demo -o refusal.csv
      gongkai compare --division 云泽市 --years 2021-2024 --home data/demo -o yunze.xlsx
      gongkai compare --indicator refusal_rate --lang en --home data/demo -o refusal.html
    """
    from flows.progress import report, shown
    from warehouse.compare import compare as write_comparison

    with shown():
        written = write_comparison(
            resolve(home).home, agencies, division, years, indicators, wide, lang, out=output, on_progress=report
        )
    for agency in written.without_report:
        click.echo(f"No report in this selection: {agency}", err=True)
    click.echo(f"{written.rows} rows in {output}", err=True)


@click.command(short_help="The whole warehouse as a static site.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@options.home
@click.option(
    "--lang",
    type=click.Choice(("zh", "en")),
    default="zh",
    show_default=True,
    help="Language in which pages open; a button changes it.",
)
def site(folder: Path, home: Path | None, lang: str) -> None:
    """Write the whole warehouse as a site of plain files: put it on any web server, or open index.html from the disk.

    An overview with coverage and medians over the years, a page for each province, division and agency, search, and
    downloads with checksums. No page needs a network. DIR is replaced whole, and only if it is new, empty, or a site
    that this command wrote.

    \b
    Example:
      gongkai site data/demo/exports/site --home data/demo
    """
    from flows.progress import report, shown
    from warehouse.site import site as write_site

    with shown():
        made = write_site(resolve(home).home, folder, lang, on_progress=report)
    click.echo(f"{made.pages} pages in {folder}, {made.agencies} of them of agencies", err=True)


@click.command(short_help="The whole warehouse as Parquet and CSV.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@options.home
def export(folder: Path, home: Path | None) -> None:
    """Write every table as Parquet and CSV, with a datapackage.json that describes them.

    The description is a Frictionless Data Package: types, units and meanings in English and Chinese, keys, sources,
    licences, sizes and SHA-256. The same content gives the same bytes. CSV is UTF-8 without BOM; for Excel, `gongkai
    compare` writes a spreadsheet.

    \b
    Example:
      gongkai export data/demo/exports/all --home data/demo
    """
    from flows.progress import report, shown
    from warehouse.export import export as write_export

    with shown():
        names = write_export(resolve(home).home, folder, on_progress=report)
    click.echo(f"{len(names)} tables in {folder}", err=True)


@click.command(short_help="What changed between two exports or warehouses.")
@click.argument("a", type=click.Path(exists=True, path_type=Path), metavar="A")
@click.argument("b", type=click.Path(exists=True, path_type=Path), metavar="[B]", required=False)
@options.home
@click.option("--format", "format_", type=click.Choice(FORMATS[:3]), help="[default: table, or by the name of FILE]")
@click.option(
    "--limit", type=click.IntRange(min=0), default=50, show_default=True, help="Most changes that a table tells."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
def diff(a: Path, b: Path | None, home: Path | None, format_: str | None, limit: int, output: Path | None) -> None:
    """Tell what changed from A to B: reports that were added, revised or vanished, and every figure, by agency.

    A and B are folders of exports, homes, or warehouse files; without B, A is compared with the published warehouse of
    the home. Each figure comes with its old and new value, the printed texts, their places and the addresses. csv and
    json have all changes, a table has the counts and the first of them.

    \b
    Examples:
      gongkai diff data/demo/exports/all --home data/demo
      gongkai diff exports/2026-03 exports/2026-04 -o changes.csv
    """
    from flows.progress import report, shown
    from warehouse.diff import diff as write_diff

    with shown():
        counts = write_diff(
            a, b or resolve(home).home, format_ or _format_of(output), output, limit, on_progress=report
        )
    if output is not None:
        click.echo(", ".join(f"{number} {what}" for what, number in counts.items() if number) or "no change", err=True)


@click.command(short_help="Last runs, portals, coverage, open findings.")
@options.home
def status(home: Path | None) -> None:
    """Show how things stand: runs, portals by health, who has reported, what is unplaced or in doubt.

    \b
    Example:
      gongkai status --home data/demo
    """
    from flows.views.status import show

    show(resolve(home).home)


def _format_of(output: Path | None) -> str:
    ending = output.suffix.lower().lstrip(".") if output else ""
    return ending if ending in FORMATS else "table"
