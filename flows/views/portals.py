"""What a look at a portal found, for a person: what is declared, what the page shows, and what does not agree."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click
import yaml

if TYPE_CHECKING:
    from flows.new_portal import Added
    from spiders.declaring.suggestion import Suggestion
    from spiders.declaring.trial import Trial
    from warehouse.status.health import PortalHealth

_SHOWN = 3


def print_trial(trial: Trial, health: PortalHealth | None = None) -> bool:
    """Print what was found of one entry on standard output; False when it does not answer as declared.

    ``health``: how the portal fared over the nights, where it was asked before.
    """
    portal, page = trial.portal, trial.page
    wrong = problems(trial)
    click.echo(f"{portal.id}  {portal.body or '(several bodies)'}")
    lines: list[tuple[str, str]] = [("asked", f"{trial.outcome.requests} requests: {trial.outcome.outcome}")]
    if trial.sniffed is not None:
        lines.append(
            ("family", f"declared {portal.family}, the page shows {trial.sniffed.family} ({trial.sniffed.evidence})")
        )
    if page is not None:
        from spiders.reading.article import meta_tags

        lines.append(("column", meta_tags(page).get("columnname", "not named")))
    lines.append(("reports", _years(trial)))
    lines += [("", f"{row['link_date'] or '          '} {row['link_text']}") for row in trial.reports[:_SHOWN]]
    if trial.rejected:
        lines.append(("left out", f"{len(trial.rejected)}, the first: {trial.rejected[0]['link_text']}"))
    for row in trial.articles:
        lines.append(("report", f"{row['title'] or row['link_text']} ({row['outcome']})"))
        lines.append(
            ("", f"published {row['published_on'] or 'on no day'} by {row['content_source'] or 'nobody named'}")
        )
        lines.append(("", row["url"]))
    if trial.attachments:
        lines.append(("attachments", ", ".join(row["link_text"] or row["url"] for row in trial.attachments)))
    # A look reads the first page of a list, which shows nothing odd when the rest is gone; nor what was mended since.
    if health is not None and health.drift is not None:
        lines.append(
            ("nights", f"run {health.run_id} found {health.listed} in its list, usually {health.usually_listed}")
        )
    lines += [("WRONG", problem) for problem in wrong] or [("good", "it answers as declared")]
    for label, text in lines:
        click.echo(f"  {label:<12}{text}")
    return not wrong


def problems(trial: Trial) -> list[str]:
    """What does not agree with the entry, a sentence each."""
    portal, outcome = trial.portal, trial.outcome
    found = []
    if outcome.outcome != "ok":
        found.append(f"{outcome.outcome}: {outcome.reason}")
    if trial.sniffed is not None and _disagrees(portal.family, trial.sniffed.family):
        found.append(f"family is {portal.family}, and the page shows {trial.sniffed.family}")
    kept = [row for row in trial.articles if row["outcome"] in ("stored", "unchanged")]
    if trial.articles and not kept:
        found.append(f"no report could be read: {trial.articles[0]['reason']}")
    if portal.body and kept and not any(portal.body in (row["title"] or row["link_text"] or "") for row in kept):
        named = kept[0]["title"] or kept[0]["link_text"]
        found.append(f"body is {portal.body}, and the titles do not name it ({named})")
    expect = portal.expect
    if expect.first_year is not None and trial.reports:
        oldest = min((row["report_year"] for row in trial.reports if row["report_year"]), default=None)
        if oldest is not None and oldest < expect.first_year:
            found.append(f"expect.first_year is {expect.first_year}, and the list shows a report for {oldest}")
    return found


def _disagrees(declared: str, shown: str) -> bool:
    if declared in ("auto", "year_page") or shown == declared:
        return False
    # Plain lists stand on portals of every system; these two are one system.
    return shown != "static_list" and {declared, shown} != {"hanweb", "jpaas"}


def _years(trial: Trial) -> str:
    if not trial.reports:
        return "none found on the pages looked at"
    years = Counter(row["report_year"] for row in trial.reports)
    shown = ", ".join(
        f"{year or 'no year'}: {count}" for year, count in sorted(years.items(), key=lambda y: -(y[0] or 0))
    )
    return f"{len(trial.reports)} on the pages looked at ({shown})"


def print_suggestion(entry: dict[str, Any], suggestion: Suggestion) -> None:
    """Print the entry as YAML on standard output, what it rests on and what is missing on standard error."""
    click.echo(yaml.safe_dump([entry], allow_unicode=True, sort_keys=False), nl=False)
    _print_notes(suggestion)
    missing = [key for key in ("id", "region_code", "level") if entry.get(key) is None]
    if missing:
        click.echo(f"to be filled in: {', '.join(missing)}", err=True)
    click.echo("`gongkai portals new` with the same address writes it, with its pages and a test.", err=True)


def print_added(added: Added, suggestion: Suggestion) -> None:
    """Say what was written, and what a person does next."""
    click.echo(added.portal_id)
    _print_notes(suggestion)
    test = added.fixtures[-1]
    click.echo(f"entry   {added.file}", err=True)
    click.echo(f"pages   {test.parent}", err=True)
    click.echo(f"next    compare the pages with expected.yaml, then: pytest {test}", err=True)


def _print_notes(suggestion: Suggestion) -> None:
    trial = suggestion.trial
    click.echo(f"reports {_years(trial)}", err=True)
    for row in trial.reports[:_SHOWN]:
        click.echo(f"        {row['link_date'] or '          '} {row['link_text']}", err=True)
    for note in suggestion.notes:
        click.echo(f"note    {note}", err=True)
