"""What a page of a comparison shows, as JSON: every figure with its operands as printed, its caveats and its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from warehouse.compare.definitions import definition, texts
from warehouse.compare.reports import Compared
from warehouse.compare.rows import is_web
from warehouse.compare.selection import Agency
from warehouse.files import plain
from warehouse.indicators import Indicator, form_names, indicators, wide_columns

LANGUAGES = ("zh", "en")

# The outcomes that together are all applications handled, in the order of the form (domain specification,
# section 1.6): the page stacks them whatever was asked for.
COMPOSITION = (
    "full_disclosure_rate",
    "partial_disclosure_rate",
    "refusal_rate",
    "unavailable_share",
    "not_processed_share",
    "other_share",
)


def shown_indicators(wanted: Sequence[Indicator]) -> tuple[Indicator, ...]:
    """The indicators asked for, then those of the composition that are not among them."""
    return tuple(dict.fromkeys([*wanted, *(indicators()[key] for key in COMPOSITION)]))


def page_data(
    connection: duckdb.DuckDBPyConnection,
    agencies: Sequence[Agency],
    years: frozenset[int] | None,
    wanted: Sequence[Indicator],
    compared: Sequence[Compared],
    lang: str,
) -> dict[str, Any]:
    """All that page.js reads. Rows are lists, and what repeats (agencies, paths, caveats) is told once and numbered.

    agencies    [id, name, division]
    indicators  see ``_indicator``; ``wanted``: how many of them were asked for, the rest serve the composition
    paths       [path, label zh, label en]
    notes       [kind, zh, en]
    reports     {a: agency, y: year, scope, form, outcome, title, url, published, fetched, sha256, trust,
                f: [[numerator, denominator, value, small, inferred, [note, …]], …] as indicators are,
                c: {path: [value, raw, locator, state, method]}}; value is the one for analysis, the others are
                numbers of strings, and a method that is left out is `printed`
    strings     printed texts, places, states and methods
    coverage    [agency, year, state]; state as in texts.yaml, group states
    """
    shown = shown_indicators(wanted)
    number = {agency: at for at, agency in enumerate(agencies)}
    path_number = numbered_paths(shown)
    strings: dict[str | None, int] = {}
    cells = _evidence(connection, [one.source.report_id for one in compared], path_number, strings)
    notes: dict[tuple[str, str, str], int] = {}
    return {
        "lang": lang,
        "version": package_version(connection),
        "agencies": [list(agency) for agency in agencies],
        "wanted": len(wanted),
        **dictionary(shown),
        "reports": [
            report_data(one, number[one.agency], shown, notes, cells.get(one.source.report_id, {})) for one in compared
        ],
        "notes": [list(note) for note in notes],
        "strings": list(strings),
        "coverage": _coverage(connection, number, years, compared),
        "texts": texts(),
    }


def dictionary(shown: Sequence[Indicator]) -> dict[str, Any]:
    """What figures mean: ``indicators``, ``composition`` (which of them) and ``paths`` of ``page_data``."""
    path_number = numbered_paths(shown)
    return {
        "indicators": [_indicator(indicator, path_number) for indicator in shown],
        "composition": [shown.index(indicators()[key]) for key in COMPOSITION],
        "paths": [[column.path, column.zh, column.en] for column in wide_columns() if column.path in path_number],
    }


def numbered_paths(shown: Sequence[Indicator]) -> dict[str, int]:
    """The paths of all cells that make up these indicators, numbered in the order of the forms."""
    operands = {column for i in shown for form in form_names() for column in i.operands(form)}
    return {column.path: at for at, column in enumerate(c for c in wide_columns() if c in operands)}


def report_data(
    one: Compared,
    agency: int,
    shown: Sequence[Indicator],
    notes: dict[tuple[str, str, str], int],
    cells: Mapping[int, Sequence[Any]],
) -> dict[str, Any]:
    """One of ``reports`` of ``page_data``; ``notes`` numbers the caveats of the page and grows."""
    source = one.source
    return {
        "a": agency,
        "y": one.report_year,
        "scope": one.about.scope,
        "form": one.about.form,
        "outcome": one.about.outcome,
        "title": source.title,
        # Only an address on the web becomes a link; any other is shown as text.
        "url": source.url,
        "web": bool(source.url and is_web(source.url)),
        "published": plain(source.published_on),
        "fetched": plain(source.fetched_at.date()),
        "sha256": source.sha256,
        "trust": source.trust,
        "f": [_figure(one, indicator, notes) for indicator in shown],
        "c": cells,
    }


def _figure(one: Compared, indicator: Indicator, known: dict[tuple[str, str, str], int]) -> list[Any]:
    figure = one.figures[indicator.key]
    # Most figures have no caveat: the second language is asked for only where there is something to say.
    in_zh = one.notes(indicator, "zh")
    pairs = zip(in_zh, one.notes(indicator, "en"), strict=True) if in_zh else ()
    numbers = [known.setdefault((zh.kind, zh.text, en.text), len(known)) for zh, en in pairs]
    return [
        plain(figure.numerator),
        plain(figure.denominator),
        plain(figure.value),
        int(figure.small_n),
        figure.n_inferred,
        numbers,
    ]


def _indicator(indicator: Indicator, path_number: dict[str, int]) -> dict[str, Any]:
    told = {lang: definition(indicator, lang) for lang in LANGUAGES}
    return {
        "key": indicator.key,
        "zh": indicator.zh,
        "en": indicator.en,
        "ratio": indicator.is_ratio,
        "unit": indicator.unit,
        "class": indicator.comparability,
        "why": {lang: told[lang].why for lang in LANGUAGES},
        "numerator": {lang: told[lang].numerator for lang in LANGUAGES},
        "denominator": {lang: told[lang].denominator for lang in LANGUAGES},
        "formula": told["en"].formula,
        "operands": {form: [path_number[column.path] for column in indicator.operands(form)] for form in form_names()},
    }


def _evidence(
    connection: duckdb.DuckDBPyConnection,
    report_ids: Sequence[str],
    path_number: dict[str, int],
    strings: dict[str | None, int],
) -> dict[str, dict[int, list[Any]]]:
    """Report -> number of the path -> value for analysis, printed text, place, state, method."""
    cells: dict[str, dict[int, list[Any]]] = {}
    for report_id, path, value, *printed in connection.execute(
        """
        SELECT report_id, path, value_effective, raw, locator, state, effective_method FROM (
            SELECT report_id, 'disclosure.' || measure AS path, value_effective, raw, locator, state, effective_method
            FROM disclosure
            UNION ALL
            SELECT report_id, 'application.' || outcome || '.' || applicant, value_effective, raw, locator, state,
                effective_method
            FROM application
            UNION ALL
            SELECT report_id, 'litigation.' || channel || '.' || result, value_effective, raw, locator, state,
                effective_method
            FROM litigation
        )
        WHERE report_id IN (SELECT unnest($reports)) AND path IN (SELECT unnest($paths))
        ORDER BY report_id, path
        """,
        {"reports": list(report_ids), "paths": list(path_number)},
    ).fetchall():
        told = printed[:-1] if printed[-1] == "printed" else printed
        cell = [plain(value), *(strings.setdefault(text, len(strings)) for text in told)]
        cells.setdefault(report_id, {})[path_number[path]] = cell
    return cells


def _coverage(
    connection: duckdb.DuckDBPyConnection,
    number: dict[Agency, int],
    years: frozenset[int] | None,
    compared: Sequence[Compared],
) -> list[list[Any]]:
    by_id = {agency[0]: at for agency, at in number.items()}
    doubtful = {(one.agency[0], one.report_year) for one in compared if one.source.trust == "doubtful"}
    rows = connection.execute(
        "SELECT agency_id, report_year, expected, reported, outcome, only_copies FROM coverage "
        "WHERE agency_id IN (SELECT unnest($agencies)) AND ($years IS NULL OR list_contains($years, report_year)) "
        "ORDER BY ALL",
        {"agencies": list(by_id), "years": None if years is None else sorted(years)},
    ).fetchall()
    found = []
    for agency_id, year, expected, reported, outcome, only_copies in rows:
        if reported:
            state = "copies" if only_copies else "unread" if outcome != "parsed" else "read"
            state = "doubtful" if state == "read" and (agency_id, year) in doubtful else state
        else:
            state = "awaited" if expected else "not_expected"
        found.append([by_id[agency_id], year, state])
    return found


def package_version(connection: duckdb.DuckDBPyConnection) -> str:
    """The version of gongkai that built the warehouse; empty when it does not say."""
    found = connection.execute("SELECT value FROM build_info WHERE key = 'package_version'").fetchone()
    return found[0] if found else ""
