"""`gongkai agency find` and `explain`: any name people use, honest lists, and every step of evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.cli import run_command
from tests.transforms.stages.home_kit import Home, page
from transforms.identity.asking import find_agencies
from transforms.normalize import normalize
from warehouse.agencies import NamedAgency, known_agencies
from warehouse.build import build
from warehouse.publish import publish

COUNTY = {"region_code": "630121", "body": None}
AT = "https://www.yl.gov.cn/"


def _load(home: Home) -> None:
    normalize(home.path)
    build(home.path)
    publish(home.path)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    pasted = page("宁国市民政局", 2021).replace(
        b"<div id=zoom>", "<p>索引号：11341702486344515H/2022-1</p><div id=zoom>".encode()
    )
    home.crawl(
        {"data": page("信访局", 2020), "url": AT + "1", **COUNTY},
        {"data": page("大通县信访局", 2021), "url": AT + "2", **COUNTY},
        {"data": page("大通县人社局", 2021), "url": AT + "3", **COUNTY},
        {"data": page("大通县环境保护局", 2017), "url": AT + "4", **COUNTY},
        {"data": page("大通县生态环境局", 2019), "url": AT + "5", **COUNTY},
        {"data": page("抚宁县教育局", 2013), "url": AT + "6", "region_code": "130300"},
        {"data": page("抚宁区教育局", 2020), "url": AT + "7", "region_code": "130300"},
        {"data": pasted, "url": AT + "8", "region_code": "341800"},
    )
    normalize(home.path)
    ids = {row["name"]: row["agency_id"] for row in home.rows("agency")}
    decisions = f"- agency: {ids['大通县生态环境局']}\n  successor_of: {ids['大通县环境保护局']}\n"
    (home.path / "identity" / "decisions.yaml").write_text(decisions, "utf-8")
    _load(home)
    return home


@pytest.fixture(scope="module")
def agencies(home: Home) -> tuple[NamedAgency, ...]:
    return known_agencies(home.path).agencies


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("大通县人社局", [("大通县人社局", "name")]),
        ("大通回族土族自治县人力资源和社会保障局", [("大通县人社局", "other form of the name")]),
        ("西宁市大通县人社局", [("大通县人社局", "other form of the name")]),
        ("人社局", [("大通县人社局", "without its place")]),
        ("抚宁县教育局", [("抚宁区教育局", "former name")]),
        ("撫寧區教育局", [("抚宁区教育局", "name")]),
        ("信访局", [("信访局", "name"), ("大通县信访局", "without its place")]),
        ("生态环境", [("大通县生态环境局", "part of the name")]),
        ("宁国市水利局", []),
        ("  ", []),
    ],
)
def test_any_name_finds_the_agency_or_an_honest_list(
    agencies: tuple[NamedAgency, ...], name: str, found: list[tuple[str, str]]
) -> None:
    assert [(one.agency.name, one.how) for one in find_agencies(name, agencies)] == found


def test_an_id_and_a_merged_id_find_the_agency() -> None:
    agency = NamedAgency("a1", "甲局", "department", None, "confirmed", (("甲局", "official"),), ("a0",))
    assert [one.how for one in find_agencies("a1", [agency])] == ["id"]
    assert [one.how for one in find_agencies("a0", [agency])] == ["merged id"]


def _run(home: Path, *arguments: str) -> int:
    return run_command(["agency", *arguments, "--home", str(home)])


def test_find_prints_place_kind_years_and_what_came_before(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(home.path, "find", "大通县生态环境局") == 0
    out = capsys.readouterr().out
    for expected in ("青海省西宁市大通回族土族自治县", "部门", "已核实", "2019", "大通县环境保护局"):
        assert expected in out
    assert _run(home.path, "find", "大通县生态环境局", "--lang", "en") == 0
    out = capsys.readouterr().out
    assert "confirmed" in out
    assert "department" in out
    assert _run(home.path, "find", "宁国市水利局") == 1
    assert "宁国市水利局" in capsys.readouterr().err


def test_explain_shows_the_step_that_decided(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(home.path, "explain", AT + "8", "--lang", "en") == 0
    out = capsys.readouterr().out
    assert "unconfirmed" in out
    assert "→  name on record" in out
    assert "places_differ" in out
    assert "贵池区" in out
    report_id = next(row["report_id"] for row in home.rows("report_document") if row["source_url"] == AT + "2")
    assert _run(home.path, "explain", report_id) == 0
    out = capsys.readouterr().out
    assert "大通县信访局" in out
    assert "最初登记" in out


def test_explain_a_file_that_the_home_does_not_have(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = home.contents("identity")
    path = tmp_path / "report.html"
    path.write_bytes(page("大通回族土族自治县人社局", 2022))
    assert _run(home.path, "explain", str(path), "--lang", "en") == 0
    out = capsys.readouterr().out
    assert "not in this home" in out
    assert "→  division and name" in out
    assert home.contents("identity") == before
    assert _run(home.path, "explain", "nothing") == 2
    assert _run(home.path, "explain", AT + "?q=" + "a" * 400) == 2


def test_decisions_that_cannot_be_followed_are_the_callers_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path)
    home.crawl({"data": page()})
    (tmp_path / "identity").mkdir()
    (tmp_path / "identity" / "decisions.yaml").write_text("- agency: nobody\n  confirmed: true\n", "utf-8")
    assert run_command(["normalize", "--home", str(tmp_path)]) == 2
    assert "decisions.yaml, line 1, agency" in capsys.readouterr().err
