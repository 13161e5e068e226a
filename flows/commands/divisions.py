"""Commands on the gazetteer: which divisions a name means, and how its files are made."""

from __future__ import annotations

from pathlib import Path

import click

from flows.errors import CalledWronglyError, GongkaiError


@click.group(short_help="The gazetteer of divisions: find, build.")
def division() -> None:
    """Look up divisions of China by any name that people use, former and short ones too.

    \b
    Example:
      gongkai division find 抚宁县
    """


@division.command("find", short_help="The divisions that a name may mean.")
@click.argument("name")
@click.option("--region", metavar="CODE", help="Only what lies within the division of this code.")
@click.option("--year", type=click.IntRange(1980, 2100), help="Only what stood in this year.")
def find_division(name: str, region: str | None, year: int | None) -> None:
    """Every division that is called NAME or once was, the likeliest first; what it is now stands beside it.

    NAME may be short (宁陕, 延边州), former (襄樊市) or begin with what stands above it (江苏省鼓楼区).

    \b
    Examples:
      gongkai division find 鼓楼区
      gongkai division find 城关镇 --region 620000 --year 2022
    """
    from flows.views.divisions import show
    from transforms.gazetteer import find

    if not name.strip():
        raise CalledWronglyError("A name is wanted, such as 抚宁县.")
    found = find(name, region, year)
    if not found:
        kept = [f"within {region}" if region else "", f"in {year}" if year else ""]
        raise GongkaiError(" ".join(["No division is called", name, *filter(None, kept)]) + ".")
    show(found)


@division.command("build", short_help="Makes the gazetteer anew from its sources.")
@click.argument("sources", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="DIR")
def build_divisions(sources: Path, output: Path) -> None:
    """Make division.parquet and division_succession.parquet from the files in the folder SOURCES.

    Only who brings the gazetteer up to date needs this: the software ships with both files. Which sources, how each is
    fetched and under which licence is in transforms/gazetteer/sources.yaml; what was decided where they disagree in
    decisions.yaml beside it. Where they disagree on more, nothing is written and each disagreement is named.

    \b
    Example:
      gongkai division build ~/sources -o transforms/gazetteer
    """
    from flows.progress import report, shown
    from transforms.gazetteer.making.building import Undecided, build
    from transforms.gazetteer.making.sources import SourceError

    try:
        with shown():
            made = build(sources, output, on_progress=report)
    except SourceError as error:
        raise CalledWronglyError(str(error)) from error
    except Undecided as error:
        raise GongkaiError(str(error)) from error
    click.echo(
        f"{made.divisions} divisions and {made.successions} successions in {output}; "
        f"{made.decided} disagreements of the sources are decided.",
        err=True,
    )
