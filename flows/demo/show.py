"""What the demo prints: who refused how much and when, which figure not to trust, what to try next."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.demo.figures import YEARS
from flows.demo.reports import AGENCIES
from flows.views.printing import console

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

DOUBTFUL, SMALL, REVISED = "?", "°", "*"

RATES = """
SELECT agency.name, indicator.report_year, indicator.value, indicator.numerator, indicator.denominator,
       indicator.small_n, indicator.report_id
FROM indicator JOIN agency USING (agency_id)
WHERE indicator.indicator = 'refusal_rate' AND indicator.value IS NOT NULL
"""
# A figure is in doubt when one of the cells it is made of is.
DOUBTS = """
SELECT DISTINCT doubt.report_id, doubt.code, doubt.message, check_result.left_value, check_result.right_value
FROM doubt LEFT JOIN check_result
    ON check_result.version_id = doubt.version_id AND check_result.rule = doubt.code
    AND check_result.status = 'fail' AND contains(check_result.cells, doubt.cell)
WHERE regexp_matches(doubt.cell, '^application\\.(refused_\\w+|outcome_total)\\.total$')
    AND doubt.severity <> 'info'  -- worth knowing, as that it was revised, and no doubt
ORDER BY ALL
"""
FIRST_QUERY = (
    "SELECT agency_name, report_year, round(refusal_rate, 3) AS refusal_rate, trust "
    "FROM agency_year ORDER BY refusal_rate DESC LIMIT 5"
)

Key = tuple[str, int]


@dataclass(frozen=True)
class Rate:
    """A refusal rate: refused of handled applications, and what puts it in doubt."""

    value: float
    refused: int
    handled: int
    small: bool
    doubts: tuple[str, ...]


def rates(home: Path) -> dict[Key, Rate]:
    """The refusal rates in the published warehouse by (agency name, year)."""
    from warehouse.query import execute

    doubts: dict[str, list[str]] = {}
    for report_id, code, message, left, right in execute(home, DOUBTS).rows:
        sides = "" if left is None or right is None else f", {int(left)} against {int(right)}"
        doubts.setdefault(str(report_id), []).append(f"{code}: {message}{sides}")
    return {
        (name, year): Rate(float(value), int(refused), int(handled), bool(small), tuple(doubts.get(report_id, ())))
        for name, year, value, refused, handled, small, report_id in execute(home, RATES).rows
    }


def show(home: Path, before: Mapping[Key, Rate]) -> None:
    """Print the demo's result on standard output; ``before`` is what the night before had published."""
    now = rates(home)
    changed = [key for key in now if key in before and before[key] != now[key]]
    out = console()
    out.print()
    out.print("[bold]Share of applications refused[/bold] 不予公开率, by agency and report year")
    out.print(table(now, changed, wide=out.width >= 100))
    out.print(f"[bold red]{DOUBTFUL}[/bold red] the report contradicts itself here: do not trust the figure")
    if any(rate.small for rate in now.values()):
        out.print(f"[cyan]{SMALL}[/cyan] fewer than 30 applications: one more or less moves the share a lot")
    for name, year in changed:
        old, new = before[name, year], now[name, year]
        out.print(
            f"[green]{REVISED}[/green] revised since the last night: {name} {year}, "
            f"{old.refused} of {old.handled} ({old.value:.0%}) became "
            f"{new.refused} of {new.handled} ({new.value:.0%})"
        )
    out.print()
    _conclude(out, now)
    out.print()
    for line in _next_steps(home, first_time=not before):
        out.print(line, markup=False, soft_wrap=True)


def table(now: Mapping[Key, Rate], changed: Sequence[Key], wide: bool) -> Table:
    """Agencies by years; ``wide`` adds what each agency is in English."""
    from rich import box
    from rich.table import Table

    found = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    found.add_column("Agency", no_wrap=True)
    if wide:
        found.add_column("", style="dim", no_wrap=True)
    for year in YEARS:
        found.add_column(str(year), justify="right", no_wrap=True)
    trusted = [rate.value for rate in now.values() if not rate.doubts and not rate.small]
    highest = max(trusted, default=None)
    for agency in AGENCIES:
        cells = [_cell(now.get((agency.name, year)), (agency.name, year) in changed, highest) for year in YEARS]
        found.add_row(agency.name, *((agency.name_en,) if wide else ()), *cells)
    return found


def _cell(rate: Rate | None, changed: bool, highest: float | None) -> Text:
    from rich.text import Text

    if rate is None:
        return Text("–", style="dim")
    style = "red" if rate.doubts else "bold" if rate.value == highest else ""
    text = Text(f"{rate.value:.0%}", style=style)
    sign, colour = next(
        (
            (sign, colour)
            for sign, colour, applies in (
                (DOUBTFUL, "bold red", rate.doubts),
                (REVISED, "green", changed),
                (SMALL, "cyan", rate.small),
            )
            if applies
        ),
        (" ", ""),
    )
    return text.append(sign, style=colour)


def _conclude(out: Console, now: Mapping[Key, Rate]) -> None:
    """Say who refused most, and why the highest figure is not the answer."""
    sound = {key: rate for key, rate in now.items() if not rate.doubts and not rate.small}
    if not sound:
        return
    (name, year), best = max(sound.items(), key=lambda item: item[1].value)
    doubtful = {key: rate for key, rate in now.items() if rate.doubts and rate.value > best.value}
    out.print("[bold]Who refused most?[/bold]")
    out.print(
        f"{name} in {year}: {best.refused} of {best.handled} applications, {best.value:.0%}. "
        "[green]To be trusted[/green]: no check of these figures fails."
    )
    for (other, other_year), rate in sorted(doubtful.items(), key=lambda item: -item[1].value):
        out.print(
            f"{other} in {other_year} prints more ({rate.refused} of {rate.handled}, {rate.value:.0%}). "
            f"[red]Not to be trusted[/red]: its table does not add up ({rate.doubts[0]})."
        )


def _next_steps(home: Path, first_time: bool) -> list[str]:
    place = _shown(home)
    command, option = _command(), f" --home {shlex.quote(place)}"
    again = "see a night on which one report was revised" if first_time else "see that nothing changes"
    return [
        "Where the results are",
        f"  {place}/warehouse.duckdb    the published warehouse",
        f"  {place}/runs                a report of every run",
        "What to try next",
        f'  {command} sql "{FIRST_QUERY}"{option}',
        f"  {command} compare 云泽市自然资源局 --indicator refusal_rate{option} -o refusal.csv",
        f"  {command} status{option}",
        f"  {command} demo{option}    (again: {again})",
    ]


def _shown(path: Path) -> str:
    """The path as a person standing here would type it."""
    relative = os.path.relpath(path)
    return relative if not relative.startswith("..") else str(path)


def _command() -> str:
    """`gongkai`, or its path where the shell would not find it by that name."""
    called = Path(sys.argv[0])
    if called.name != "gongkai":
        return "gongkai"
    found = shutil.which("gongkai")
    return "gongkai" if found and Path(found).resolve() == called.resolve() else _shown(called.absolute())
