"""The demo's invented reports: sums close, years follow on, and exactly the announced things are wrong."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

import pytest

from flows.demo.figures import APPLICANTS, PROFILES, YEARS, history
from flows.demo.portals import pages, registry
from flows.demo.reports import (
    AGENCIES,
    AS_WORD,
    CITY_PORTAL,
    CONTRADICTORY,
    COUNTY_PORTAL,
    PORTALS,
    REVISED,
    WITH_BLANKS,
    ZONE_PORTAL,
    Report,
    body,
    reports,
)
from flows.demo.server import Page
from flows.demo.word import word_document

OUTER = {"received_new", "carried_in", "outcome_total", "carried_out"}


def column(cells: dict[str, Decimal], applicant: str) -> dict[str, Decimal]:
    return {
        path.split(".")[1]: value
        for path, value in cells.items()
        if path.startswith("application.") and path.endswith(f".{applicant}")
    }


@pytest.mark.parametrize("key", sorted(PROFILES))
def test_every_sum_closes_and_every_year_follows_on(key: str) -> None:
    years = history(key)
    for year in YEARS:
        for applicant in (*(name for name, _ in APPLICANTS), "total"):
            figures = column(years[year], applicant)
            leaves = sum(value for outcome, value in figures.items() if outcome not in OUTER)
            assert leaves == figures["outcome_total"]
            assert figures["received_new"] + figures["carried_in"] == leaves + figures["carried_out"]
            if year + 1 in years:
                assert figures["carried_out"] == column(years[year + 1], applicant)["carried_in"]
        for outcome in column(years[year], "total"):
            row = [years[year][f"application.{outcome}.{name}"] for name, _ in APPLICANTS]
            assert sum(row) == years[year][f"application.{outcome}.total"]
        for channel in ("review", "suit_direct", "suit_after_review"):
            results = [years[year][f"litigation.{channel}.{r}"] for r in ("upheld", "corrected", "other", "pending")]
            assert sum(results) == years[year][f"litigation.{channel}.total"]


def test_each_form_has_its_number_of_cells() -> None:
    assert {year: len(history("office")[year]) for year in YEARS} == {
        year: 198 if year <= 2020 else 200 for year in YEARS
    }


def test_a_government_covers_its_agencies() -> None:
    for year in YEARS:
        for path, value in history("city")[year].items():
            if not path.endswith("items_change"):
                assert value >= sum(history(part)[year][path] for part in PROFILES["city"].parts), path


def test_one_agency_refuses_most_and_its_report_is_sound() -> None:
    def rate(key: str, year: int) -> Decimal:
        total = column(history(key)[year], "total")
        return sum(v for outcome, v in total.items() if outcome.startswith("refused")) / total["outcome_total"]

    rates = {(key, year): rate(key, year) for key in PROFILES for year in YEARS}
    first, second = sorted(((v, k) for k, v in rates.items() if k[0] != "land"), reverse=True)[:2]
    assert max(rates, key=lambda k: rates[k]) == ("land", 2022)
    assert rates["land", 2022] > Decimal("1.5") * max(first[0], second[0])


def test_the_contradictory_report_tempts_a_careless_reader() -> None:
    key, year = CONTRADICTORY
    agency = next(agency for agency in AGENCIES if agency.key == key)
    texts = Report(agency, year).texts(1)
    true = {path: str(value) for path, value in history(key)[year].items()}
    assert {path for path in texts if texts[path] != true[path] and "." not in texts[path]} >= {
        "application.refused_process_info.natural_person",
        "application.refused_process_info.total",
    }
    refused = sum(int(v) for p, v in texts.items() if p.startswith("application.refused") and p.endswith(".total"))
    highest_true = history("land")[2022]
    land = column(highest_true, "total")
    land_rate = sum(v for outcome, v in land.items() if outcome.startswith("refused")) / land["outcome_total"]
    assert Decimal(refused) / int(texts["application.outcome_total.total"]) > land_rate


def test_the_revised_report_changes_four_cells_and_still_adds_up() -> None:
    key, year = REVISED
    agency = next(agency for agency in AGENCIES if agency.key == key)
    first, second = Report(agency, year).texts(1), Report(agency, year).texts(2)
    changed = {path for path in first if first[path] != second[path]}
    assert changed == {
        f"application.{outcome}.{applicant}"
        for outcome in ("granted", "refused_third_party")
        for applicant in ("natural_person", "total")
    }
    assert sum(int(second[path]) - int(first[path]) for path in changed) == 0


def bodies(portal_id: str, edition: int = 1, visits: int = 1) -> dict[str, bytes]:
    """What stands at each path; answers that depend on what is asked are left out."""
    found = pages(portal_id, edition, visits)
    return {path: page.body for path, page in found.items() if isinstance(page, Page)}


def test_only_the_announced_reports_change_between_nights() -> None:
    for portal_id, changes in ((CITY_PORTAL, 1), (ZONE_PORTAL, 0)):
        before, after = bodies(portal_id, 1, 1), bodies(portal_id, 2, 2)
        assert before.keys() == after.keys()
        assert sum(before[path] != after[path] for path in before) == changes
    county = bodies(COUNTY_PORTAL, 1, 1), bodies(COUNTY_PORTAL, 1, 2)
    articles = [path for path in county[0] if "/t20" in path]
    assert all(county[0][path] != county[1][path] for path in articles), "the visit counter moves"


def test_blanks_stand_only_where_zero_is_meant() -> None:
    key, year = WITH_BLANKS
    agency = next(agency for agency in AGENCIES if agency.key == key)
    texts = Report(agency, year).texts(1)
    blank = [path for path, text in texts.items() if text == ""]
    assert len(blank) > 50
    assert all(history(key)[year][path] == 0 for path in blank)


def test_eight_agencies_forty_eight_reports_and_a_registry_that_loads(tmp_path: Path) -> None:
    from spiders.registry import load

    assert len(AGENCIES) == 8
    assert sum(len(reports(portal_id)) for portal_id in PORTALS) == 48
    hosts = {portal_id: f"127.0.0.1:{8990 + number}" for number, portal_id in enumerate(PORTALS)}
    (tmp_path / "demo.yaml").write_text(registry(hosts), encoding="utf-8")
    loaded = load(tmp_path)
    assert [portal.id for portal in loaded] == list(PORTALS)
    assert [portal.list_page.entry for portal in loaded] == ["flat", "year_nodes", "flat"]
    assert [portal.family for portal in loaded] == ["static_list", "static_list", "hanweb"]
    assert all(portal.local for portal in loaded)
    assert {portal.region_code[:2] for portal in loaded} == {"99"}, "no code of a real place"


def test_a_word_document_is_the_same_bytes_whenever_it_is_written() -> None:
    report = next(r for r in reports(ZONE_PORTAL) if (r.agency.key, r.year) in AS_WORD)
    first, second = (word_document(report.title, body(report, 1)) for _ in range(2))
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()
    assert first in bodies(ZONE_PORTAL).values()


def document_of(report: Report) -> bytes:
    """The document that carries the figures of a report: its page, or what hangs on it."""
    encoding = "gb18030" if report.agency.portal_id == COUNTY_PORTAL else "utf-8"
    mark = f'<meta name="ArticleTitle" content="{report.title}">'.encode(encoding)
    found = bodies(report.agency.portal_id)
    (page,) = (text for path, text in found.items() if mark in text)
    if (report.agency.key, report.year) not in AS_WORD:
        return page
    assert b"<table" not in page
    (attachment,) = (text for path, text in found.items() if path.replace("&", "&amp;").encode() in page)
    return attachment


@pytest.mark.parametrize("agency", AGENCIES, ids=lambda agency: agency.key)
def test_the_reader_reads_every_figure_of_the_pages(agency: object) -> None:
    """The whole way round: printed figures, page, reader, the same figures."""
    from transforms.reading import read_document

    for report in (r for portal_id in PORTALS for r in reports(portal_id) if r.agency is agency):
        document = read_document(document_of(report), "report").as_json("report")
        is_word = "wordprocessingml" in document["media_type"]
        assert is_word == ((report.agency.key, report.year) in AS_WORD)
        assert (document["outcome"], document["report_year"]) == ("parsed", report.year)
        assert document["form"] == ("F2019" if report.year <= 2020 else "F2021")
        assert document["agency_name"] == report.agency.name
        read = {
            **{f"disclosure.{m}": c for m, c in document["disclosure"].items()},
            **{f"application.{o}.{a}": c for o, row in document["application"].items() for a, c in row.items()},
            **{f"litigation.{c}.{r}": x for c, row in document["litigation"].items() for r, x in row.items()},
        }
        printed = report.texts(1)
        assert read.keys() == printed.keys()
        for path, text in printed.items():
            if text == "":
                assert read[path]["state"] == "blank", path
            else:
                assert Decimal(str(read[path]["value"])) == Decimal(text), path
        failed = [check for check in document["checks"] if check["status"] == "fail"]
        assert bool(failed) == ((report.agency.key, report.year) == CONTRADICTORY), failed
        assert document["warnings"] == []
