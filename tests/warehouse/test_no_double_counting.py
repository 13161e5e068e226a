"""No view double counts: every total equals the one that plain Python makes from the raw cells, on random lakes."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

from tests.warehouse.oracle import CLASS_B, CLASS_C, Report, column_name, read, series_key
from tests.warehouse.random_lake import agencies, drawn, reports
from warehouse.build import build, publish
from warehouse.connection import open_published

PROVINCE = {"340100": "340000", "340102": "340000", "420100": "420000", None: None}
LEVEL = {"340100": "prefecture", "340102": "county", "420100": "prefecture", None: None}

# A government and its office that both tell of the whole city, until the office does so alone; a department with two
# reports of a year, and one in doubt.
DOUBLES: list[tuple[Any, ...]] = [
    (0, 2021, "aggregate", False, "", 1),
    (1, 2021, "aggregate", False, "", 2),
    (0, 2022, "aggregate", False, "", 3),
    (1, 2022, "aggregate", False, "", 4),
    (0, 2019, "aggregate", False, "", 10),
    (1, 2019, "aggregate", False, "", 11),
    (1, 2020, "aggregate", False, "", 12),
    (2, 2021, "own", False, "", 5),
    (2, 2022, "own", False, "", 6),
    (2, 2022, "own", False, "revised", 7),
    (2, 2020, "own", False, "", 8),
    (2, 2019, "own", False, "doubtful", 13),
    (2, 2018, "own", False, "", 9),
]
CITY: list[tuple[str | None, str | None]] = [
    ("government", "340100"),
    ("gov_office", "340100"),
    ("department", "340100"),
]


# Every example builds a warehouse: a failure is shown as it was found, for making it smaller would take minutes.
@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(agencies, reports)
@example(CITY, DOUBLES)
def test_every_total_is_that_of_the_raw_cells(
    kinds: list[tuple[str | None, str | None]], wanted: list[tuple[Any, ...]]
) -> None:
    with _published(kinds, wanted) as (home, warehouse):
        found = read(home)
        definitions = {row["indicator"]: row for row in _rows(warehouse, "FROM indicator_definition")}
        assert len(definitions) > 50
        _agency_year(warehouse, found, definitions)
        indicators = _indicator(warehouse, found, definitions)
        _yearly_change(warehouse, found, definitions, indicators)
        _division_year(warehouse, found)
        _province_year(warehouse, found, definitions, indicators)
        _indicator_peer(warehouse, found, indicators)


@contextmanager
def _published(
    kinds: list[tuple[str | None, str | None]], wanted: list[tuple[Any, ...]]
) -> Iterator[tuple[Path, duckdb.DuckDBPyConnection]]:
    home = Path(tempfile.mkdtemp(prefix="gongkai-"))
    try:
        drawn(kinds, wanted).write(home)
        build(home)
        publish(home)
        connection = open_published(home)
        try:
            yield home, connection
        finally:
            connection.close()
    finally:
        shutil.rmtree(home)


def _rows(warehouse: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = warehouse.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _by(rows: list[dict[str, Any]], *key: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    made = {tuple(row[name] for name in key): row for row in rows}
    assert len(made) == len(rows), f"{key} stands twice"
    return made


def _ratio(numerator: Decimal | None, denominator: Decimal | None) -> float | None:
    return None if numerator is None or not denominator else float(numerator) / float(denominator)


def _near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)


def _agency_year(
    warehouse: duckdb.DuckDBPyConnection, found: list[Report], definitions: dict[str, dict[str, Any]]
) -> None:
    wide = _by(_rows(warehouse, "FROM agency_year"), "report_id")
    assert set(wide) == {(report.id,) for report in found}
    for report in found:
        row = wide[report.id,]
        assert row["is_counted"] == report.counted
        for path, cell in report.cells.items():
            name = column_name(path)
            assert name is None or row[name] == cell.value, (report.id, path)
        assert row["n_inferred"] == sum(cell.inferred for cell in report.cells.values())
        for key, formula in definitions.items():
            value, expected = row[key], report.evaluate(formula["numerator"])
            if formula["kind"] == "ratio":
                assert value == _near(_ratio(expected, report.evaluate(formula["denominator"]))), (report.id, key)
            else:
                assert value == expected, (report.id, key)


def _indicator(
    warehouse: duckdb.DuckDBPyConnection, found: list[Report], definitions: dict[str, dict[str, Any]]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    rows = _by(_rows(warehouse, "FROM indicator"), "report_id", "indicator")
    assert set(rows) == {(report.id, key) for report in found for key in definitions}
    for report in found:
        for key, formula in definitions.items():
            row, terms = rows[report.id, key], (formula["numerator"], formula["denominator"])
            above, below = (report.evaluate(text) for text in terms)
            ratio = formula["kind"] == "ratio"
            assert (row["numerator"], row["denominator"]) == (above, below), (report.id, key)
            expected = _ratio(above, below) if ratio else None if above is None else float(above)
            assert row["value"] == _near(expected), (report.id, key)
            assert row["small_n"] == (below is not None and below < 30)
            assert row["n_inferred"] == report.n_inferred(*terms), (report.id, key)
            assert row["n_doubtful"] == report.n_doubtful(*terms), (report.id, key)
    return rows


def _yearly_change(
    warehouse: duckdb.DuckDBPyConnection,
    found: list[Report],
    definitions: dict[str, dict[str, Any]],
    indicators: dict[tuple[Any, ...], dict[str, Any]],
) -> None:
    rows = _by(_rows(warehouse, "FROM yearly_change"), "report_id", "indicator")
    pairs = {report.id: report.previous for report in found if report.previous is not None}
    assert set(rows) == {(report_id, key) for report_id in pairs for key in definitions}
    forms = {report.id: report.row["form"] for report in found}
    for (report_id, key), row in rows.items():
        before = pairs[report_id]
        old, new = indicators[before.id, key]["value"], indicators[report_id, key]["value"]
        assert (row["previous_report_id"], row["previous_value"], row["value"]) == (before.id, old, new)
        assert row["n_doubtful"] == sum(indicators[one, key]["n_doubtful"] for one in (before.id, report_id))
        differ = None not in (forms[report_id], forms[before.id]) and forms[report_id] != forms[before.id]
        apart = differ and definitions[key]["comparability"] == "C"
        assert row["change"] == _near(None if apart or old is None or new is None else new - old)


def _division_year(warehouse: duckdb.DuckDBPyConnection, found: list[Report]) -> None:
    rows = _by(_rows(warehouse, "FROM division_year"), "division_id", "report_year", "scope", "measure")
    groups: dict[tuple[Any, ...], list[Report]] = defaultdict(list)
    for report in found:
        groups[report.agency["division_id"], report.row["report_year"], report.row["scope"]].append(report)
    keys = {series_key(path) for report in found for path in report.cells} - {None}
    assert {key[:3] for key in rows} == set(groups)
    assert keys <= {key[3] for key in rows}
    for (division, year, scope, measure), row in rows.items():
        group = groups[division, year, scope]
        summed = [r for r in group if r.counted and r.of_series(measure)[0] is not None]
        assert (row["n_reports"], row["n_missing"]) == (len(summed), len(group) - len(summed))
        assert row["n_inferred"] == sum(report.of_series(measure)[1] for report in summed)
        assert row["n_doubtful"] == sum(report.doubted(measure) for report in summed)
        assert row["total"] == _total(summed, measure, scope), (division, year, scope, measure)
        same = [
            (r, r.previous)
            for r in summed
            if r.previous is not None and r.previous.counted and r.previous.of_series(measure)[0] is not None
        ]
        now, before = _total([r for r, _ in same], measure, scope), _total([p for _, p in same], measure, scope)
        assert (row["n_same"], row["same_total"], row["same_previous_total"]) == (len(same), now, before)
        differ = any(r.row["form"] != p.row["form"] for r, p in same)
        apart = now is None or before is None or (measure in CLASS_C and differ)
        assert row["same_change"] == (None if apart else now - before)  # type: ignore[operator]
        assert row["is_break"] == (differ and measure in CLASS_B | CLASS_C)


def _total(reports: list[Report], measure: str, scope: str) -> Decimal | None:
    if not reports or (scope == "unknown" and len(reports) > 1):
        return None
    return sum((report.of_series(measure)[0] or Decimal(0) for report in reports), Decimal(0))


def _province_year(
    warehouse: duckdb.DuckDBPyConnection,
    found: list[Report],
    definitions: dict[str, dict[str, Any]],
    indicators: dict[tuple[Any, ...], dict[str, Any]],
) -> None:
    key = ("province_id", "agency_type", "level", "scope", "report_year", "indicator")
    rows = _by(_rows(warehouse, "FROM province_year"), *key)
    groups: dict[tuple[Any, ...], list[Report]] = defaultdict(list)
    for r in found:
        division = r.agency["division_id"]
        place = (PROVINCE[division], r.agency["agency_type"], LEVEL[division])
        groups[*place, r.row["scope"], r.row["report_year"]].append(r)
    assert set(rows) == {(*group, indicator) for group in groups for indicator in definitions}
    for (*group, indicator), row in rows.items():
        ratio = definitions[indicator]["kind"] == "ratio"
        summed = []
        for report in groups[tuple(group)]:
            one = indicators[report.id, indicator]
            if report.counted and one["numerator"] is not None and (one["denominator"] is not None or not ratio):
                summed.append(one)
        _, kind, level, scope, _ = group
        unclear = scope == "unknown" or (scope != "own" and (level is None or kind is None))
        nothing = not summed or (unclear and len(summed) > 1)
        above = None if nothing else sum((one["numerator"] for one in summed), Decimal(0))
        below = None if nothing or not ratio else sum((one["denominator"] for one in summed), Decimal(0))
        assert (row["n_reports"], row["numerator"], row["denominator"]) == (len(summed), above, below)
        expected = _ratio(above, below) if ratio else None if above is None else float(above)
        assert row["value"] == _near(expected)
        assert row["n_doubtful"] == sum(one["n_doubtful"] > 0 for one in summed)


def _indicator_peer(
    warehouse: duckdb.DuckDBPyConnection, found: list[Report], indicators: dict[tuple[Any, ...], dict[str, Any]]
) -> None:
    rows = _by(_rows(warehouse, "FROM indicator_peer"), "report_id", "indicator")
    by_id = {report.id: report for report in found}
    groups: dict[tuple[Any, ...], dict[str, float]] = defaultdict(dict)
    for (report_id, key), one in indicators.items():
        r = by_id[report_id]
        kind, level, scope = r.agency["agency_type"], LEVEL[r.agency["division_id"]], r.row["scope"]
        bears = one["value"] is not None and not one["small_n"] and one["n_doubtful"] == 0 and r.n_same == 1
        if bears and None not in (kind, level) and scope != "unknown":
            groups[key, r.row["report_year"], kind, level, scope][report_id] = one["value"]
    assert set(rows) == {(report_id, group[0]) for group, values in groups.items() for report_id in values}
    for group, values in groups.items():
        for report_id, value in values.items():
            row = rows[report_id, group[0]]
            higher, lower = (sum(v > value for v in values.values()), sum(v < value for v in values.values()))
            assert (row["rank"], row["n_peers"]) == (higher + 1, len(values))
            assert row["percentile"] == _near(lower / (len(values) - 1) if len(values) > 1 else None)
            assert row["peer_median"] == _near(median(values.values()))
