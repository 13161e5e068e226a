"""The page of a comparison: its data, what it may load and run, and that hostile text stays text."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import html

from tests.warehouse.hostile_lake import FORMULAS, MARKUP, SEPARATORS, hostile
from warehouse.build import build, publish
from warehouse.compare import compare, page
from warehouse.compare.definitions import texts
from warehouse.compare.page import as_json, assembled
from warehouse.compare.page.data import COMPOSITION
from warehouse.connection import CompareError

KEYS = ["refusal_rate", "applications_received", "normative_issued"]
FILES = resources.files("warehouse.compare.page")


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    home = hostile().write(folder / "home")
    build(home)
    publish(home)
    compare(home, indicators=["refusal_rate"], out=folder / "page.html")
    return folder / "page.html"


def tree_of(path: Path) -> Any:
    return html.document_fromstring(path.read_text("utf-8"))


def data_of(path: Path) -> dict[str, Any]:
    (element,) = tree_of(path).xpath("//script[@id='data']")
    return json.loads(element.text)


def test_the_figures_are_those_of_the_csv(published_home: Path, tmp_path: Path) -> None:
    made = compare(published_home, indicators=KEYS, lang="en", out=tmp_path / "c.html")
    compare(published_home, indicators=KEYS, lang="en", out=tmp_path / "c.csv")
    data = data_of(tmp_path / "c.html")
    with (tmp_path / "c.csv").open(encoding="utf-8-sig", newline="") as file:
        expected = list(csv.DictReader(file))
    found = [
        (report, report["f"][at], data["indicators"][at]) for report in data["reports"] for at in range(data["wanted"])
    ]
    assert made.rows == len(found) == len(expected) > 30
    for (report, (numerator, denominator, value, small, inferred, notes), indicator), row in zip(
        found, expected, strict=True
    ):
        assert [data["agencies"][report["a"]][0], str(report["y"]), indicator["key"]] == [
            row["agency_id"],
            row["report_year"],
            row["indicator"],
        ]
        for number, text in ((numerator, row["numerator"]), (denominator, row["denominator"]), (value, row["value"])):
            assert number == (float(text) if text else None)
        assert (bool(small), str(inferred)) == (row["small_n"] == "true", row["n_inferred"])
        assert "; ".join(data["notes"][note][2] for note in notes) == row["note"]


def test_each_figure_leads_to_what_was_printed_and_where(published_home: Path, tmp_path: Path) -> None:
    compare(published_home, ["ag-police"], indicators=["refusal_rate"], out=tmp_path / "c.html")
    data = data_of(tmp_path / "c.html")
    report = data["reports"][1]
    (indicator, *_) = data["indicators"]
    paths = [data["paths"][path][0] for path in indicator["operands"][report["form"]]]
    assert paths[0] == "application.refused_state_secret.total"
    assert paths[-1] == "application.outcome_total.total"
    cells = [report["c"][str(path)] for path in indicator["operands"][report["form"]]]
    assert sum(value for value, *_ in cells[:-1]) == report["f"][0][0] == 30
    value, *numbers = cells[-1]
    raw, locator, state = (data["strings"][number] for number in numbers)
    assert (value, raw, state) == (50, "50", "number")
    assert locator.startswith("cell ")
    assert (report["published"], report["fetched"], report["trust"]) == (None, "2023-05-01", "doubtful")
    # An address that is none on the web is no link.
    assert (report["url"], report["web"]) == ("=http://127.0.0.1/evil", False)
    assert (data["reports"][0]["web"], data["reports"][0]["url"]) == (True, "http://127.0.0.1/r-ag-police-2020.html")


def test_the_composition_is_all_applications_handled(published_home: Path, tmp_path: Path) -> None:
    compare(published_home, indicators=["carry_over_rate"], out=tmp_path / "c.html")
    data = data_of(tmp_path / "c.html")
    assert [data["indicators"][at]["key"] for at in data["composition"]] == list(COMPOSITION)
    whole = 0
    for report in data["reports"]:
        parts = [report["f"][at] for at in data["composition"]]
        if all(part[0] is not None for part in parts):
            whole += 1
            assert sum(part[0] for part in parts) == parts[0][1]
    assert whole > 5


def test_coverage_tells_why_there_is_nothing(published_home: Path, tmp_path: Path) -> None:
    compare(published_home, indicators=["refusal_rate"], out=tmp_path / "c.html")
    data = data_of(tmp_path / "c.html")
    states = {(data["agencies"][agency][0], year): state for agency, year, state in data["coverage"]}
    assert states["ag-finance", 2019] == "read"
    assert states["ag-finance", 2018] == "awaited"
    assert states["ag-police", 2021] == "awaited"
    assert states["ag-police", 2022] == "doubtful"
    assert states["ag-health", 2022] == "unread"
    assert states["ag-school2", 2022] == "copies"


def test_nothing_of_the_network_and_only_our_scripts(hostile_page: Path) -> None:
    text = hostile_page.read_text("utf-8")
    tree = tree_of(hostile_page)
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert set(rules) == {"default-src", "script-src", "style-src", "base-uri", "form-action"}
    scripts = [script.text for script in tree.xpath("//script[not(@type)]")]
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert rules["script-src"].split() == [f"'sha256-{digest}'" for digest in digests]
    assert len(scripts) == 6
    assert not tree.xpath("//*[@src or @href or @srcset or @data or @action]")
    assert not re.search(r"url\(|@import", FILES.joinpath("page.css").read_text("utf-8"))
    assert "Permission to use, copy, modify" in text


def test_hostile_text_stays_within_the_data(hostile_page: Path) -> None:
    text = hostile_page.read_text("utf-8")
    assert text.count("</script") == 7
    assert "\u2028" not in text.split('id="data">')[1].split("</script")[0]
    assert not tree_of(hostile_page).xpath("//img")
    names = {agency[1] for agency in data_of(hostile_page)["agencies"]}
    assert {MARKUP, SEPARATORS, *FORMULAS} <= names


@pytest.mark.parametrize("text", ["</script>", "<!--", "\u2028", "a & b", '"\\'])
def test_json_within_a_script_ends_nothing(text: str) -> None:
    made = as_json({"k": text})
    assert json.loads(made) == {"k": text}
    assert not set(made) & set("<>&\u2028\u2029")


def test_places_to_fill_in_the_data_are_not_filled() -> None:
    assert "{{LANG}}" in assembled({"name": "{{LANG}}"}, "zh")


def test_a_page_is_small(published_home: Path, tmp_path: Path) -> None:
    compare(published_home, out=tmp_path / "c.html")
    assert (tmp_path / "c.html").stat().st_size < 1_000_000


def test_more_than_a_browser_shows_is_refused(
    published_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MAX_FIGURES", 65)
    with pytest.raises(CompareError, match=r"a page of 66 figures is more.*CSV or XLSX"):
        compare(published_home, indicators=["refusal_rate"], out=tmp_path / "c.html")
    assert not (tmp_path / "c.html").exists()
    monkeypatch.setattr(page, "MAX_FIGURES", 66)
    compare(published_home, indicators=["refusal_rate"], out=tmp_path / "c.html")
    with pytest.raises(CompareError, match=r"no report of 甲市公安局 for 2021"):
        compare(published_home, ["ag-police"], years="2021", out=tmp_path / "d.html")


def test_the_libraries_are_those_that_were_published() -> None:
    versions = yaml.safe_load(FILES.joinpath("vendor/versions.yaml").read_text("utf-8"))
    for name, told in versions.items():
        content = FILES.joinpath(f"vendor/{told['file']}").read_bytes()
        assert hashlib.sha256(content).hexdigest() == told["sha256"], name
        version = re.search(r"@(\d+\.\d+\.\d+),", told["from"])
        assert version is not None
        assert version[1] in content[:200].decode()
        assert "Permission to use" in FILES.joinpath(f"vendor/{name}.LICENSE.txt").read_text("utf-8")


def test_every_text_of_the_page_is_there_in_both_languages_and_used() -> None:
    names = ("page.html", "kit.js", "charts.js", "panel.js", "page.js")
    code = "".join(FILES.joinpath(name).read_text("utf-8") for name in names)
    for group, entries in texts().items():
        for key, text in entries.items():
            assert set(text) == {"zh", "en"}, (group, key)
            assert all(text.values()), (group, key)
    called = set(re.findall(r'\bt\("(\w+)"[),]|\bt\("(\w+)", \{ ', code)) | set(re.findall(r'data-t="(\w+)"()', code))
    missing = {one or other for one, other in called} - set(texts()["page"])
    assert not missing
    unused = {key for key in texts()["page"] if not re.search(rf'["\s]{key}["\s:]', code)}
    assert not unused
    drawn = set(re.findall(r"(\w+): \[\"#[0-9a-f]{6}\", ", code))
    assert drawn == set(texts()["states"])
