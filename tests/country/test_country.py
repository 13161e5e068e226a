"""A country of known history: series go on and break where they should, sums count once, what was planted is found."""

from __future__ import annotations

import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pytest

from tests.country.lake import Published, everything_published, write
from tests.country.plants import Plant, plant
from warehouse.build import build, publish
from warehouse.connection import open_published
from warehouse.load import lake_parts
from warehouse.rules import apply_rules, rules
from warehouse.series import link_reports
from warehouse.store.fill import view_unpublished


@dataclass(frozen=True)
class Country:
    """The published warehouse, what was published, what was planted, and the (unit, year) that it touches."""

    home: Path
    warehouse: duckdb.DuckDBPyConnection
    reports: list[Published]
    plants: list[Plant]
    tampered: set[tuple[str, int]]

    @property
    def by_id(self) -> dict[str, Published]:
        return {one.report_id: one for one in self.reports}


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    home = tmp_path_factory.mktemp("country")
    reports, plants, tampered = plant(everything_published())
    write(home, reports)
    build(home)
    publish(home)
    warehouse = open_published(home)
    yield Country(home, warehouse, reports, plants, tampered)
    warehouse.close()


def test_it_is_a_country(country: Country) -> None:
    assert len({one.agency_id for one in country.reports}) >= 300
    assert len(country.reports) > 2500
    kinds = dict(country.warehouse.execute("SELECT kind, count(*) FROM agency_succession GROUP BY 1").fetchall())
    assert kinds.keys() == {"rename", "merge", "split", "transfer"}


def test_every_series_goes_on_and_breaks_where_it_should(country: Country) -> None:
    told = {
        report_id: (previous, reason)
        for report_id, previous, reason in country.warehouse.execute(
            "SELECT report_id, previous_report_id, break_reason_zh FROM agency_year"
        ).fetchall()
    }
    series: dict[tuple[str, int], list[Published]] = defaultdict(list)
    for one in country.reports:
        series[one.key].append(one)
    broken = joined = 0
    for one in country.reports:
        before = series.get((one.unit.id, one.year - 1), [])
        if len(series[one.key]) > 1 or len(before) > 1:
            continue  # several reports of a year: the next test
        previous, reason = told[one.report_id]
        breaks = one.year in one.unit.breaks
        assert (reason is not None) == breaks, (one.key, reason)
        broken += breaks
        goes_on = bool(before) and before[0].scope == one.scope
        assert previous == (before[0].report_id if goes_on else None), one.key
        joined += goes_on
    assert broken > 100
    assert joined > 2000


def test_a_year_that_old_and_new_body_tell_of_is_counted_once(country: Country) -> None:
    twins = [one for one in country.reports if one.unit.id == "泾县 environment" and one.year == 2019]
    counted = {
        name: counted
        for name, counted in country.warehouse.execute(
            "SELECT agency_name, is_counted FROM agency_year WHERE report_id IN (SELECT unnest($1))",
            [[one.report_id for one in twins]],
        ).fetchall()
    }
    assert counted == {"宣城市泾县环境保护局": False, "宣城市泾县生态环境局": True}
    (after,) = [one for one in country.reports if one.unit.id == "泾县 environment" and one.year == 2020]
    row = country.warehouse.execute(
        "SELECT agency_name FROM agency_year WHERE report_id = (SELECT previous_report_id FROM agency_year "
        "WHERE report_id = $1)",
        [after.report_id],
    ).fetchone()
    assert row == ("宣城市泾县生态环境局",)


@pytest.mark.parametrize("measure", ["received_new", "penalty_decisions"])
def test_no_total_of_a_division_counts_twice(country: Country, measure: str) -> None:
    path = "application.received_new.total" if measure == "received_new" else f"disclosure.{measure}"
    series: dict[tuple[str, int], list[Published]] = defaultdict(list)
    for one in country.reports:
        series[one.key].append(one)
    totals: dict[tuple[str, int], float] = defaultdict(float)
    for (_, year), several in series.items():
        # Of two reports of one year under one name none is taken.
        if (
            several[0].scope == "own"
            and path in several[0].figures
            and len({one.name for one in several}) == len(several)
        ):
            place = several[0].unit.place
            totals[place.name(2025).removeprefix(place.city) or place.city, year] += several[0].figures[path]
    found = country.warehouse.execute(
        "SELECT division, report_year, total FROM division_year WHERE scope = 'own' AND measure = $1 AND "
        "total IS NOT NULL",
        [measure],
    ).fetchall()
    assert {(place, year): float(total) for place, year, total in found} == {
        (name, year): total for (name, year), total in totals.items() if year >= 2019
    }


def test_every_plant_is_found(country: Country) -> None:
    found = {
        (rule, severity, report_id, other)
        for rule, severity, report_id, other in country.warehouse.execute(
            "SELECT rule, severity, report_id, other_report_id FROM check_result WHERE status = 'fail'"
        ).fetchall()
    }
    alone = {row[:3] for row in found}
    mirrored = {rule.name for rule in rules() if rule.mirrored}
    for one in country.plants:
        either = {one.report.report_id}
        if one.rule == "D-DUP" and not one.report.also:
            either = {r.report_id for r in country.reports if r.key == one.report.key}
        if one.rule == "D-COPY" and one.other is None:
            # Of two that are alike nobody can tell which is the copy.
            either |= {r.report_id for r in country.reports if r.key == ("泾县 审计局", 2025)}
        assert alone & {(one.rule, one.severity, report) for report in either}, (one.rule, one.report.key)
        if one.other is not None:
            assert (one.rule, one.severity, one.report.report_id, one.other.report_id) in found, one
            if one.rule in mirrored:
                assert (one.rule, one.severity, one.other.report_id, one.report.report_id) in found, one


def test_each_report_says_how_much_of_its_text_stood_in_that_of_the_year_before(country: Country) -> None:
    """Sentences taken apart here by themselves: the opening one is the same every year but for its numbers."""

    def letters(one: Published) -> dict[str, int]:
        assert one.name not in one.section
        said = (re.sub(r"[0-9]", "", sentence) for sentence in one.section.split("。"))
        return {sentence: len(sentence) for sentence in said if sentence}

    found = country.warehouse.execute(
        "SELECT report_id, previous_report_id, break_reason_en, letters_repeated, letters_compared, text_repeat "
        "FROM agency_year"
    ).fetchall()
    assert len(found) == len(country.reports)
    compared = copied = 0
    for report_id, previous, reason, repeated, longer, share in found:
        if previous is None or reason is not None:
            assert (repeated, longer, share) == (None, None, None)
            continue
        own, before = letters(country.by_id[report_id]), letters(country.by_id[previous])
        assert repeated == sum(own[sentence] for sentence in own.keys() & before.keys())
        assert longer == max(sum(own.values()), sum(before.values()))
        assert share == pytest.approx(float(repeated / longer))
        compared += 1
        copied += share > 0.9
    assert compared > 2000
    assert copied == len(
        [one for one in country.plants if (one.rule, one.severity) == ("D-COPY", "info") and one.other]
    )


def test_hardly_anything_else_is_found(country: Country) -> None:
    found = country.warehouse.execute(
        "SELECT rule, report_id, other_report_id, message FROM check_result WHERE status = 'fail'"
    ).fetchall()
    false = [
        (rule, country.by_id[report_id].key, message)
        for rule, report_id, other, message in found
        if not country.tampered & {country.by_id[one].key for one in (report_id, other) if one}
    ]
    assert len(false) <= len(found) / 100, false
    assessed = dict(country.warehouse.execute("SELECT rule, n_assessed FROM rule WHERE over = 'reports'").fetchall())
    assert min(assessed.values()) >= 4, assessed


def test_each_finding_names_cells_of_its_own_report(country: Country) -> None:
    rows = country.warehouse.execute(
        "SELECT rule, report_id, unnest(string_split(cells, ' ')) FROM check_result WHERE cells <> ''"
    ).fetchall()
    assert rows
    for rule, report_id, cell in rows:
        assert any(cell in one.figures for one in country.reports if one.report_id == report_id), (rule, cell)
    texts = country.warehouse.execute("SELECT DISTINCT message FROM check_result").fetchall()
    assert all(text.count(" | ") == 1 and "{" not in text for (text,) in texts)


@pytest.fixture
def copy(country: Country, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse to write to, with what the rules need besides."""
    connection = duckdb.connect(str(tmp_path / "copy.duckdb"))
    connection.execute(f"ATTACH '{country.home / 'warehouse.duckdb'}' AS whole (READ_ONLY)")
    connection.execute("COPY FROM DATABASE whole TO copy")
    connection.execute("CREATE TEMP TABLE lake_report AS FROM report")
    view_unpublished(connection, lake_parts(country.home))
    link_reports(connection)
    yield connection
    connection.close()


def test_rules_may_be_limited_to_what_was_touched(country: Country, copy: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT * FROM check_result ORDER BY ALL"
    before = copy.execute(query).fetchall()
    touched = [one.report.report_id for one in country.plants[::2]]
    copy.execute("DELETE FROM store.made_check WHERE report_id IN (SELECT unnest($1))", [touched])
    assert copy.execute(query).fetchall() != before
    apply_rules(copy, f"SELECT report_id, report_year FROM report WHERE report_id IN ({str(touched)[1:-1]})")
    assert copy.execute(query).fetchall() == before


def test_nights_find_what_a_build_of_everything_finds(
    country: Country, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports come late, in no order of years: they are held against those that were there, and these against them."""
    limited: list[str | None] = []

    def noting(connection: duckdb.DuckDBPyConnection, asked: str | None = None, *rest: Any) -> None:
        limited.append(asked)
        apply_rules(connection, asked, *rest)

    late = [one.report_id for one in country.reports][::7]
    exceeded = next(one.report.unit.place for one in country.plants if one.rule == "A-SUM")
    below = [
        one.report_id
        for one in country.reports
        if (one.unit.place, one.unit.kind, one.year) == (exceeded, "department", 2023) and one.report_id not in late
    ]
    parts: list[tuple[int, int]] = []
    monkeypatch.setattr("warehouse.build.apply_rules", noting)
    for missing in ([*late, *below[:2]], [*late[::2], *below[:1]], []):
        shutil.rmtree(tmp_path / "lake", ignore_errors=True)
        write(tmp_path, country.reports, missing)
        build(tmp_path)
        publish(tmp_path)
        parts.append(_parts_of_exceeded(tmp_path))
    # How much of a whole is known is told with what exceeds it, as of every night.
    assert parts[0][0] < parts[1][0] < parts[2][0] == parts[2][1]
    assert all(known < expected for known, expected in parts[:2])
    assert limited[0] is None
    assert None not in limited[1:]
    queries = ["FROM check_result ORDER BY ALL", "FROM rule ORDER BY ALL", "FROM store.assessed ORDER BY ALL"]
    with open_published(tmp_path) as followed:
        for query in [*queries, "FROM doubt ORDER BY ALL", "FROM report_wide ORDER BY report_id"]:
            assert followed.execute(query).fetchall() == country.warehouse.execute(query).fetchall()


def _parts_of_exceeded(home: Path) -> tuple[int, int]:
    with open_published(home) as warehouse:
        message = warehouse.execute(
            "SELECT any_value(message) FROM check_result WHERE rule = 'A-SUM' AND subject LIKE '%penalty_decisions'"
        ).fetchone()
    told = re.search(r"(\d+) of (\d+) expected reports", str(message))
    assert told, message
    return int(told[1]), int(told[2])


def test_no_rule_holds_every_report_against_every_other(copy: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """What joins figures before their reports passes on rows by the square of the reports: weeks for a million."""
    figures = sum(
        len(copy.execute(f"SELECT report_id FROM {table}").fetchall())
        for table in ("disclosure", "application", "litigation", "legacy_stat")
    )
    profile = tmp_path / "profile.json"
    copy.execute(f"SET enable_profiling = 'json'; SET profiling_output = '{profile}'")

    class Profiled:
        most: ClassVar[dict[str, int]] = {}

        def execute(self, sql: str, *parameters: object) -> duckdb.DuckDBPyConnection:
            found = copy.execute(sql, *parameters)
            self.most[sql] = _most_rows(json.loads(profile.read_text("utf-8")))
            return found

    apply_rules(Profiled())  # type: ignore[arg-type]
    assert 10_000 < max(Profiled.most.values()) < 3 * figures


def _most_rows(node: Any) -> int:
    """The most rows that any operator of a query plan passed on."""
    inner = (one for value in node.values() if isinstance(value, list) for one in value if isinstance(one, dict))
    return max([int(node.get("intermediate_rows", 0)), *map(_most_rows, inner)])


def test_one_query_follows_a_body_through_its_names_and_says_why_it_breaks(country: Country) -> None:
    def history(name: str) -> dict[int, tuple[str, str | None]]:
        rows = country.warehouse.execute(
            "SELECT report_year, agency_name, change_zh FROM agency_history($1) WHERE is_counted", [name]
        ).fetchall()
        return {year: (agency, change) for year, agency, change in rows}

    health = history("杭州市卫生和计划生育局")
    assert health == history("杭州市卫生健康局")
    assert list(health) == list(range(2014, 2026))
    assert {year: change for year, (_, change) in health.items() if change} == {
        2019: "杭州市卫生和计划生育局更名（2018—2019 年机构改革）"
    }
    market = history("杭州市质量技术监督局")
    assert market[2018] == ("杭州市质量技术监督局", None)
    assert market[2019] == (
        "杭州市市场监督管理局",
        "2019 年并入杭州市工商行政管理局、杭州市质量技术监督局（2018—2019 年机构改革）",
    )
    district = history("杭州市江干区教育局")
    assert district[2020][0] == "杭州市江干区教育局"
    assert district[2021] == ("杭州市上城区教育局", "2021 年并入杭州市江干区教育局（2021 年行政区划合并）")
    assert len({agency for agency, _ in history("秦皇岛市抚宁区教育局").values()}) == 1
