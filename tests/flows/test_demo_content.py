"""The demo's invented reports: sums close, years follow on, and exactly the announced things are wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from flows.demo.figures import APPLICANTS, PROFILES, YEARS, history
from flows.demo.portals import pages, registry
from flows.demo.reports import (
    AGENCIES,
    CITY_PORTAL,
    CONTRADICTORY,
    COUNTY_PORTAL,
    REVISED,
    WITH_BLANKS,
    Report,
    reports,
)

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


def test_only_the_announced_reports_change_between_nights() -> None:
    before, after = pages(CITY_PORTAL, 1, 1), pages(CITY_PORTAL, 2, 2)
    assert before.keys() == after.keys()
    changed = [path for path in before if before[path].body != after[path].body]
    assert len(changed) == 1
    county = pages(COUNTY_PORTAL, 1, 1), pages(COUNTY_PORTAL, 1, 2)
    articles = [path for path in county[0] if "/t20" in path]
    assert all(county[0][path].body != county[1][path].body for path in articles), "the visit counter moves"


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
    assert len(reports(CITY_PORTAL)) + len(reports(COUNTY_PORTAL)) == 48
    hosts = {CITY_PORTAL: "127.0.0.1:8990", COUNTY_PORTAL: "127.0.0.1:8991"}
    (tmp_path / "demo.yaml").write_text(registry(hosts), encoding="utf-8")
    city, county = load(tmp_path)
    assert (city.list_page.entry, county.list_page.entry) == ("flat", "year_nodes")
    assert city.local
    assert county.local
    assert {city.region_code[:2], county.region_code[:2]} == {"99"}, "no code of a real place"


@pytest.mark.parametrize("agency", AGENCIES, ids=lambda agency: agency.key)
def test_the_reader_reads_every_figure_of_the_pages(agency: object) -> None:
    """The whole way round: printed figures, page, reader, the same figures."""
    from transforms.reading import read_document

    for report in (r for portal in (CITY_PORTAL, COUNTY_PORTAL) for r in reports(portal) if r.agency is agency):
        encoding = "utf-8" if report.agency.portal_id == CITY_PORTAL else "gb18030"
        bodies = {page.body for page in pages(report.agency.portal_id, 1, 1).values()}
        body = next(b for b in bodies if f"<h1>{report.title}</h1>".encode(encoding) in b)
        document = read_document(body, "page.html").as_json("page.html")
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
