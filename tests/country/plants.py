"""What is wrong in the country's reports: each inconsistency with the rule that has to find it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

from tests.country.lake import HOST, Published

Reports = dict[tuple[str, int], Published]


@dataclass(frozen=True)
class Plant:
    """A failure that must be found: rule, severity, the report it stands with and, unless None, the other one."""

    rule: str
    severity: str
    report: Published
    other: Published | None = None


def plant(reports: list[Published]) -> tuple[list[Published], list[Plant], set[tuple[str, int]]]:
    """Reports with what was planted, what must be found, and the reports that were tampered with."""
    by_key: Reports = {one.key: one for one in reports}
    plants: list[Plant] = []
    extra: list[Published] = []

    def pair(rule: str, severity: str, unit: str, year: int) -> None:
        plants.append(Plant(rule, severity, by_key[unit, year], by_key[unit, year - 1]))

    # X-CARRY: through the rename of 2019 as well, and over the form of 2021.
    for unit, year in (
        ("海港区 教育局", 2020),
        ("泾县 审计局", 2021),
        ("宁国市 environment", 2023),
        ("杭州市 health", 2024),
        ("抚宁 财政局", 2022),
        ("杭州市 relief", 2021),
    ):
        _add(by_key[unit, year], 7, "application.carried_in.natural_person", "application.carried_in.total")
        pair("X-CARRY", "warning", unit, year)
    # Applicants of other classes under the same total.
    for unit, year in (("昌黎县 财政局", 2022), ("旌德县 教育局", 2023)):
        _add(by_key[unit, year], 2, "application.carried_in.natural_person")
        _add(by_key[unit, year], -2, "application.carried_in.org_business")
        pair("X-CARRY", "info", unit, year)
    for unit in ("山海关区 财政局", "绩溪县 教育局"):
        _add(by_key[unit, 2020], 5, "disclosure.penalty_items_prev")
        pair("T2-ITEMS", "warning", unit, 2020)
    for unit, year in (("上城区 审计局", 2023), ("宣城市 财政局", 2025)):
        # The stock stays where it is from then on: one year alone does not meet.
        for later in range(year, 2026):
            _add(by_key[unit, later], 40, "disclosure.normative_in_force")
        pair("T2-STOCK", "warning", unit, year)
    stock = by_key["郎溪县 审计局", 2025].figures
    stock["disclosure.normative_in_force"] = round(stock["disclosure.normative_in_force"] * 0.3)
    pair("T2-STOCK", "info", "郎溪县 审计局", 2025)
    # The last year of a series, so that it jumps once; 元 printed where 万元 are meant.
    for unit in ("卢龙县 财政局", "宣城市 审计局"):
        one = by_key[unit, 2025]
        one.figures["disclosure.licence_decisions"] *= 10
        pair("X-JUMP", "info", unit, 2025)
    by_key["泾县 财政局", 2025].figures["disclosure.admin_fee_wanyuan"] *= 10000
    pair("X-JUMP", "warning", "泾县 财政局", 2025)
    # A whole that is less than its parts; an office with more than its government.
    whole = by_key["绩溪县 government", 2023]
    whole.figures["disclosure.penalty_decisions"] = round(whole.figures["disclosure.penalty_decisions"] / 2)
    plants.append(Plant("A-SUM", "info", whole))
    office, government = by_key["山海关区 office", 2024], by_key["山海关区 government", 2024]
    government.figures["disclosure.penalty_decisions"] = office.figures["disclosure.penalty_decisions"] - 1
    plants.append(Plant("A-OFFICE", "warning", office, government))
    # Two reports of one year; a page revised; another page with other figures.
    double = deepcopy(by_key["昌黎县 教育局", 2021])
    double.edition = "own_level"
    double.scope = "own"
    _add(double, 3, "disclosure.penalty_decisions")
    extra.append(double)
    plants.append(Plant("D-DUP", "warning", double))
    for unit, year, address, severity in (
        ("杭州市 财政局", 2022, None, "info"),
        ("宁国市 教育局", 2022, f"{HOST}twin", "warning"),
    ):
        one = by_key[unit, year]
        before = dict(one.figures)
        before["disclosure.licence_decisions"] += 11
        one.also.append((before, address or ""))
        plants.append(Plant("D-DUP", severity, one))
    # A clone of a neighbour's report; last year's report once more; last year's text; last year's period.
    clone, original = by_key["旌德县 审计局", 2025], by_key["泾县 审计局", 2025]
    clone.figures, clone.text = dict(original.figures), list(original.text)
    plants += [Plant("D-COPY", "warning", clone), Plant("D-COPY", "info", clone)]
    again, before_ = by_key["余杭区 教育局", 2025], by_key["余杭区 教育局", 2024]
    again.figures = dict(before_.figures)
    plants.append(Plant("D-COPY", "warning", again, before_))
    for unit, year in (("海港区 财政局", 2023), ("宣城市 office", 2016)):
        by_key[unit, year].text = by_key[unit, year - 1].text[:13] + by_key[unit, year].text[:1]
        plants.append(Plant("D-COPY", "info", by_key[unit, year], by_key[unit, year - 1]))
    for unit, year in (("杭州市 审计局", 2021), ("昌黎县 民政局", 2019)):
        by_key[unit, year].period = year - 1
        plants.append(Plant("N-YEAR", "warning", by_key[unit, year]))
    # The new bureau of the environment also has a report of the year before it was renamed: nothing is counted twice.
    for unit in ("卢龙县 environment", "泾县 environment"):
        twin = deepcopy(by_key[unit, 2019])
        twin.name = twin.unit.name(2018)
        extra.append(twin)
    # What governments print stayed as it was.
    wholes = {
        (f"{place} government", p.report.year)
        for p in plants
        for place in (p.report.unit.place.key, p.report.unit.place.city)
    }
    tampered = wholes | {p.report.key for p in plants} | {p.other.key for p in plants if p.other is not None}
    return [*reports, *extra], plants, tampered


def _add(report: Published, number: float, *paths: str) -> None:
    for path in paths:
        report.figures[path] += number
