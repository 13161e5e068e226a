"""Commands on agencies: which one a name means, and why a report is taken for one's."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands import options
from flows.errors import CalledWronglyError, GongkaiError
from flows.settings import resolve

lang = click.option("--lang", type=click.Choice(("zh", "en")), default="zh", show_default=True, help="Labels.")


@click.group(short_help="Who is who: find, explain.")
def agency() -> None:
    """Look up agencies by any name that people use, and see what decided whose a report is.

    \b
    Example:
      gongkai agency find 云泽市自然资源局 --home data/demo
    """


@agency.command("find", short_help="The agencies that a name may mean.")
@click.argument("name")
@options.home
@lang
def find(name: str, home: Path | None, lang: str) -> None:
    """Every agency of the warehouse that NAME may mean: exact names alone where there are such, else all that fit.

    NAME may be in full, short (大通县人社局), of before, without its place (信访局), an id or one that was merged.

    \b
    Examples:
      gongkai agency find 云泽市自然资源局 --home data/demo
      gongkai agency find 信访局
    """
    from flows.views.agencies import show_found
    from transforms.identity.asking import find_agencies
    from warehouse.agencies import known_agencies

    if not name.strip():
        raise CalledWronglyError("A name is wanted, such as 云泽市自然资源局.")
    known = known_agencies(resolve(home).home)
    found = find_agencies(name, known.agencies)
    if not found:
        raise GongkaiError(f"No agency that has reported is called {name}, or has it in its name.")
    show_found(found, known, lang)


@agency.command("explain", short_help="What decided whose a report is.")
@click.argument("report")
@options.home
@lang
def explain(report: str, home: Path | None, lang: str) -> None:
    """Show step by step which evidence decided the agency of REPORT: a report id, an address, or a file.

    A file that the home does not have is placed as `gongkai ingest` would place it; nothing is written.

    \b
    Examples:
      gongkai agency explain report.html
      gongkai agency explain https://www.example.gov.cn/nb/t1.html
    """
    from flows.views.agencies import show_explained
    from transforms.identity.asking import NotKnown
    from transforms.identity.asking import explain as explain_report

    try:
        explained = explain_report(resolve(home).home, report)
    except NotKnown as error:
        raise CalledWronglyError(str(error)) from error
    show_explained(explained, lang)
