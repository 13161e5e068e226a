"""What a comparison was asked for: agencies, a division, report years and indicators, told from what people type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import duckdb

from warehouse.connection import CompareError
from warehouse.indicators import Indicator, indicators

CANDIDATES = 10  # how many a message lists
_YEARS = re.compile(r"(\d{4})(?:\s*[-–]\s*(\d{4}))?")

# A row for each agency: id, name, name of its division.
Agency = tuple[str, str, str | None]


def chosen_years(text: str | Iterable[int] | None) -> frozenset[int] | None:
    """Years from ``2021``, ``2019-2024`` or ``2019,2021``; None means all. Raises CompareError for anything else."""
    if text is None:
        return None
    if not isinstance(text, str):
        return frozenset(text)
    years: set[int] = set()
    for part in text.split(","):
        found = _YEARS.fullmatch(part.strip())
        if found is None:
            raise CompareError(f"Years {text!r}: write 2021, 2019-2024 or 2019,2021.")
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise CompareError(f"Years {text!r}: {first} comes after {last}.")
        years |= set(range(first, last + 1))
    return frozenset(years)


def chosen_indicators(keys: Sequence[str]) -> tuple[Indicator, ...]:
    """The indicators of these keys or labels in this order; none means all. Raises CompareError for an unknown one."""
    known = indicators()
    by_label = {i.zh: i for i in known.values()} | {i.en.lower(): i for i in known.values()}
    chosen: list[Indicator] = []
    for key in keys:
        indicator = known.get(key) or by_label.get(key) or by_label.get(key.lower())
        if indicator is None:
            similar = [k for k, i in known.items() if key.lower() in k or key.lower() in i.en.lower() or key in i.zh]
            raise CompareError(f"Unknown indicator {key!r}. " + _listed(similar or list(known), "Known"))
        chosen.append(indicator)
    return tuple(dict.fromkeys(chosen)) or tuple(known.values())


def chosen_agencies(
    connection: duckdb.DuckDBPyConnection, wanted: Sequence[str], division: str | None
) -> tuple[Agency, ...]:
    """The agencies asked for; all, or all of the division and those below it, when none is named.

    Each is told by its id, its exact name (former ones too) or a part of its name that only one has, and stands for the
    whole of its series: for those that had its place under another name, before or after it, too.
    Raises CompareError with candidates when one is unknown or several could be meant.
    """
    agencies = connection.execute(
        "SELECT a.agency_id, a.name, d.name, a.division_id FROM agency AS a "
        "LEFT JOIN division AS d ON d.division_id = a.division_id ORDER BY a.division_id, a.name, a.agency_id"
    ).fetchall()
    everywhere: list[Agency] = [(agency_id, name, place) for agency_id, name, place, _ in agencies]
    if division is not None:
        inside = _division_and_below(connection, division)
        agencies = [row for row in agencies if row[3] in inside]
        if not agencies:
            raise CompareError(f"No agency is known in the division {division!r}.")
    known: list[Agency] = [(agency_id, name, place) for agency_id, name, place, _ in agencies]
    if not wanted:
        return tuple(known)
    names: dict[str, set[str]] = {}
    for agency_id, name in connection.execute("SELECT agency_id, name FROM agency_name").fetchall():
        names.setdefault(agency_id, set()).add(name)
    merged = dict(connection.execute("SELECT alias_id, agency_id FROM agency_alias").fetchall())
    lines = dict(connection.execute("SELECT agency_id, line_id FROM store.line").fetchall())
    chosen = dict.fromkeys(_agency(one, known, names, merged) for one in wanted)
    series = {lines[agency[0]] for agency in chosen if agency[0] in lines}
    renamed = {agency: None for agency in everywhere if lines.get(agency[0]) in series}
    return tuple(chosen | renamed)


def _agency(wanted: str, known: Sequence[Agency], names: dict[str, set[str]], merged: dict[str, str]) -> Agency:
    text = wanted.strip()
    by_id = [agency for agency in known if agency[0] in (text, merged.get(text))]
    if by_id:
        return by_id[0]
    exact = [a for a in known if a[1] == text] or [a for a in known if text in names.get(a[0], ())]
    found = exact or [a for a in known if text and any(text in name for name in {a[1], *names.get(a[0], ())})]
    if len(found) == 1:
        return found[0]
    if found:
        raise CompareError(f"{wanted!r} could be several agencies; give one by its id. " + _agencies_listed(found))
    similar = sorted(known, key=lambda a: -_likeness(text, a[1]))[:CANDIDATES]
    similar = [agency for agency in similar if _likeness(text, agency[1]) > 0]
    raise CompareError(
        f"No agency is called {wanted!r}. "
        + (_agencies_listed(similar) if similar else '`gongkai sql "SELECT agency_id, name FROM agency"` lists all.')
    )


def _likeness(text: str, name: str) -> float:
    """Share of neighbouring pairs of characters that two names have in common."""
    ours, theirs = ({one[i : i + 2] for i in range(len(one) - 1)} for one in (text, name))
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else 0.0


def _division_and_below(connection: duckdb.DuckDBPyConnection, wanted: str) -> set[str]:
    # Of all divisions those with an agency in them: people choose among what there is.
    rows = connection.execute(
        "WITH RECURSIVE used AS (SELECT division_id FROM agency UNION SELECT d.parent_id FROM division AS d "
        "JOIN used ON d.division_id = used.division_id) SELECT division_id, name, parent_id FROM division "
        "WHERE division_id IN (SELECT division_id FROM used) ORDER BY division_id"
    ).fetchall()
    text = wanted.strip()
    found = (
        [row for row in rows if row[0] == text]
        or [row for row in rows if row[1] == text]
        or [row for row in rows if text and text in row[1]]
    )
    if len(found) != 1:
        listed = _listed([f"{name} ({division_id})" for division_id, name, _ in found or rows], "Candidates")
        raise CompareError(
            f"{wanted!r} could be several divisions; give one by its id. {listed}"
            if found
            else f"No division is called {wanted!r}. {listed}"
        )
    inside = {found[0][0]}
    while below := {division_id for division_id, _, parent in rows if parent in inside} - inside:
        inside |= below
    return inside


def _agencies_listed(agencies: Sequence[Agency]) -> str:
    return _listed([f"{a[1]} ({a[0]}{', ' + a[2] if a[2] else ''})" for a in agencies], "Candidates")


def _listed(names: Sequence[str], label: str) -> str:
    more = f" and {len(names) - CANDIDATES} more" if len(names) > CANDIDATES else ""
    return f"{label}: {', '.join(names[:CANDIDATES])}{more}." if names else f"{label}: none."
