"""The site: what its pages tell is what the warehouse says, within bounds, and only a folder of ours is replaced."""

from __future__ import annotations

import hashlib
import json
import re
import statistics
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import html

from tests.warehouse.hostile_lake import FORMULAS, MARKUP, SEPARATORS, hostile
from tests.warehouse.sample_lake import Lake, applications
from warehouse import site as room
from warehouse.build import build, publish
from warehouse.compare import compare
from warehouse.compare.definitions import texts
from warehouse.connection import WarehouseError, published
from warehouse.indicators import indicators
from warehouse.site import LARGEST_PAGE, site
from warehouse.site.agency import EXTENTS, LONGEST_TEXT
from warehouse.site.pages import SCRIPTS, shown
from warehouse.site.places import KEY_INDICATORS, file_name
from warehouse.site.streams import agencies_told

FILES = resources.files("warehouse.site")


def made(lake: Lake, folder: Path) -> Path:
    """The site of a lake."""
    home = lake.write(folder / "home")
    build(home)
    publish(home)
    site(home, folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def plain(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    site(published_home, folder)
    return folder


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(hostile(), tmp_path_factory.mktemp("hostile"))


def tree_of(path: Path) -> Any:
    return html.document_fromstring(path.read_text("utf-8"))


def data_of(path: Path) -> dict[str, Any]:
    (element,) = tree_of(path).xpath("//script[@id='data']")
    return json.loads(element.text)


def shared_of(folder: Path, name: str = "shared") -> Any:
    text = (folder / "assets" / f"{name}.js").read_text("utf-8")
    return json.loads(text.removeprefix(f'"use strict";\nglobalThis.{name} = ').rstrip(";\n"))


def test_each_agency_and_place_has_a_page(plain: Path) -> None:
    assert sorted(path.stem for path in (plain / "agency").iterdir()) == [
        "ag-finance",
        "ag-gov",
        "ag-health",
        "ag-police",
        "ag-school",
        "ag-school2",
    ]
    # No agency is in the other place of the same name.
    assert sorted(path.stem for path in (plain / "division").iterdir()) == ["340000", "340100", "340102"]
    overview = data_of(plain / "index.html")
    assert [name for _, name, *_ in overview["below"]] == ["安徽省"]
    assert overview["n_agencies"] == 6
    city = data_of(plain / "division" / "340100.html")
    assert (city["name"], city["path"], city["n_agencies"]) == ("甲市", [["340000", "安徽省"]], 6)
    # The portal from which nothing has come is there without a link.
    assert [line[:2] for line in city["lines"]] == [
        [None, "丙局"],
        ["ag-gov", "甲市人民政府"],
        ["ag-police", "甲市公安局"],
        ["ag-health", "甲市卫生健康委员会"],
        ["ag-school", "甲市教育局"],
        ["ag-finance", "甲市财政局"],
    ]
    states = {line[0]: dict(zip(city["years"], line[3], strict=True)) for line in city["lines"]}
    assert states["ag-finance"] == {2018: "a", 2019: "r", 2020: "r", 2021: "r", 2022: "a"}
    assert states["ag-police"] == {2018: ".", 2019: ".", 2020: "r", 2021: "a", 2022: "d"}
    assert states["ag-health"][2022] == "u"
    assert states[None][2022] == "a"
    # The newest refusal rate, with its sign: 30 of 50, in a report in doubt.
    assert next(line[4:] for line in city["lines"] if line[0] == "ag-police") == [2022, "own", 0.6, "?"]
    # What is counted for a place holds the places below it; the copy counts there.
    assert city["states"][-1] == {"a": 2, "c": 1, "d": 1, "r": 2, "u": 1}
    assert data_of(plain / "division" / "340102.html")["states"][-1] == {"c": 1}


def test_the_figures_of_a_page_are_those_of_a_comparison(plain: Path, published_home: Path, tmp_path: Path) -> None:
    shared = shared_of(plain)
    seen = 0
    for path in sorted((plain / "agency").iterdir()):
        compare(published_home, [path.stem], out=tmp_path / "c.html")
        expected, found = data_of(tmp_path / "c.html"), {**shared, **data_of(path)}
        assert [one["key"] for one in found["indicators"]] == [one["key"] for one in expected["indicators"]]
        assert [readable(found, at) for at in range(len(found["reports"]))] == [
            readable(expected, at) for at in range(len(expected["reports"]))
        ]
        assert found["agencies"] == expected["agencies"]
        seen += len(found["reports"])
    assert seen == 11


def readable(data: dict[str, Any], at: int) -> dict[str, Any]:
    """A report with its numbers of notes, paths and strings replaced by what they stand for."""
    report = dict(data["reports"][at])
    report["f"] = [
        [*figure[:2], pytest.approx(figure[2], abs=1e-6), *figure[3:5], [data["notes"][note] for note in figure[5]]]
        for figure in report["f"]
    ]
    report["c"] = {
        data["paths"][int(path)][0]: [cell[0], *(data["strings"][text] for text in cell[1:])]
        for path, cell in report["c"].items()
    }
    return report


def test_checks_documents_and_names_stand_on_the_page(plain: Path) -> None:
    police = data_of(plain / "agency" / "ag-police.html")
    (failed,) = [doubt for doubt in police["doubts"] if doubt[1] == "check"]
    assert failed == [
        1,
        "check",
        "T3-COL",
        "error",
        "T3-COL does not close",
        ["application.granted.total", "application.outcome_total.total"],
        2,
    ]
    # A check that passed is no doubt; a warning about the document names no cell.
    assert {(doubt[2], bool(doubt[5])) for doubt in police["doubts"]} == {
        ("T3-COL", True),
        ("money_without_unit", True),
        ("mixed_form", False),
    }
    assert [row[:2] for row in police["documents"]] == [[1, "rendition"], [0, "rendition"]]
    assert data_of(plain / "agency" / "ag-finance.html")["versions"] == [1, 1, 2]
    assert set(police["left_out"].values()) == {0}


def rates(lake: Lake, refused: dict[str, int], year: int, **values: Any) -> None:
    """A sound report of 100 applications of each agency, so many of which are refused."""
    for agency, number in refused.items():
        lake.report(agency, year, "F2021", applications(100, granted=100 - number, refused_other_law=number), **values)


def peers() -> tuple[Lake, dict[str, int]]:
    """Seven departments of one city, and what must not count: a doubtful report, two of a year, another scope."""
    lake = Lake()
    lake.division("340000", "安徽省")
    lake.division("340100", "甲市", "340000")
    lake.rows["division"][0]["level"], lake.rows["division"][1]["level"] = "province", "prefecture"
    for number in range(10):
        lake.agency(f"ag-{number}", f"甲市{number}局", "340100")
    refused = {f"ag-{number}": value for number, value in enumerate([3, 41, 8, 20, 12, 33, 27])}
    rates(lake, refused, 2021)
    rates(lake, {"ag-7": 99}, 2021, trust="doubtful")
    rates(lake, {"ag-8": 98}, 2021)
    rates(lake, {"ag-8": 97}, 2021, suffix="-again")
    rates(lake, {"ag-9": 96}, 2021, scope="aggregate")
    lake.report("ag-9", 2021, "F2021", applications(7, refused_other_law=7), suffix="-own")
    return lake, refused


def test_medians_are_those_of_the_agencies_that_bear_comparison(tmp_path: Path) -> None:
    lake, refused = peers()
    folder = made(lake, tmp_path)
    number = [indicator.key for indicator in shown()].index("refusal_rate")
    quartiles = statistics.quantiles([value / 100 for value in refused.values()], n=4, method="inclusive")
    expected = [7, *(pytest.approx(one, abs=1e-4) for one in quartiles)]
    for page in ("index.html", "division/340000.html", "division/340100.html"):
        medians = data_of(folder / page)["medians"]
        assert [row[1:] for row in medians if row[0] == number] == [[2021, "own", *expected]]
    assert data_of(folder / "index.html")["below_medians"][str(number)] == {"2021": {"own": [[0, 7, expected[2]]]}}
    assert data_of(folder / "agency" / "ag-3.html")["peers"][0][number] == expected
    # The one of another scope has no peers at all.
    (aggregate,) = [
        peers
        for report, peers in zip(
            data_of(folder / "agency" / "ag-9.html")["reports"],
            data_of(folder / "agency" / "ag-9.html")["peers"],
            strict=True,
        )
        if report["scope"] == "aggregate"
    ]
    assert aggregate == []


def test_what_places_compare_is_comparable_over_all_forms() -> None:
    assert {indicators()[key].comparability for key in KEY_INDICATORS} == {"A"}


def test_slices_of_any_size_tell_the_same(published_home: Path) -> None:
    with published(published_home) as connection:
        agencies = connection.execute(
            "SELECT a.agency_id, a.name, d.name FROM agency AS a LEFT JOIN division AS d USING (division_id) ORDER BY 1"
        ).fetchall()
        whole = list(agencies_told(connection, agencies))
        assert [len(told.compared) for told in whole] == [3, 2, 2, 2, 1, 1]
        for size in (1, 2, 4):
            assert list(agencies_told(connection, agencies, size)) == whole


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_equal_content_gives_equal_bytes_and_the_folder_is_replaced(
    plain: Path, published_home: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    written = site(published_home, tmp_path / "empty")
    assert everything(tmp_path / "empty") == everything(plain)
    assert (written.pages, written.agencies) == (len(list(plain.rglob("*.html"))), 6)
    (tmp_path / "empty" / "agency" / "ag-gone.html").write_text("of an agency that is no more")
    seen: list[tuple[str, int, int | None]] = []
    site(published_home, tmp_path / "empty", on_progress=lambda *told: seen.append(told))
    assert everything(tmp_path / "empty") == everything(plain)
    assert seen[0][0] == "site: downloads"
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_a_folder_that_is_not_ours_is_left_alone(published_home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter.txt").write_text("years of work")
    with pytest.raises(WarehouseError, match=r"holds other files and is no site that gongkai wrote.*empty folder"):
        site(published_home, folder)
    (folder / "gongkai-site.json").write_text('{"made_by": "someone else"}')
    with pytest.raises(WarehouseError, match="is no site that gongkai wrote"):
        site(published_home, folder)
    with pytest.raises(WarehouseError, match="is a file"):
        site(published_home, folder / "chapter.txt")
    assert (folder / "chapter.txt").read_text() == "years of work"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis"]
    with pytest.raises(WarehouseError, match="There is no warehouse"):
        site(tmp_path, tmp_path / "new")


@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt()])
def test_a_site_that_breaks_off_leaves_the_one_before(
    published_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    site(published_home, tmp_path / "site")
    before = everything(tmp_path / "site")

    def broken(*_: Any) -> bytes:
        raise error

    monkeypatch.setattr(room, "page", broken)
    with pytest.raises(WarehouseError if isinstance(error, OSError) else KeyboardInterrupt):
        site(published_home, tmp_path / "site")
    assert everything(tmp_path / "site") == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_the_checksums_of_downloads_are_right(plain: Path) -> None:
    told = data_of(plain / "downloads.html")["files"]
    lines = (plain / "downloads" / "SHA256SUMS").read_text().splitlines()
    assert lines == [f"{digest}  {name}" for name, _, _, digest in told]
    assert {name for name, *_ in told} == {path.name for path in (plain / "downloads").iterdir()} - {"SHA256SUMS"}
    assert {"agency_year.csv", "agency_year.parquet", "indicator.parquet"} <= {name for name, *_ in told}
    for name, comment, size, digest in told:
        content = (plain / "downloads" / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, digest)
        assert " | " in comment, "the meaning in both languages"


def test_hostile_text_stays_within_the_data(hostile_site: Path) -> None:
    evil = sorted((hostile_site / "agency").glob("ag-evil-*.html"))
    assert len(evil) == len(FORMULAS) + 2
    names = set()
    for path in [*evil, hostile_site / "index.html", hostile_site / "division" / "340100.html"]:
        text = path.read_text("utf-8")
        tree = tree_of(path)
        kind = "division" if "evil" not in path.name else "agency"
        assert text.count("</script") == len(SCRIPTS[kind]) + 1
        assert not set(text.split('id="data">')[1].split("</script")[0]) & set("<>&\u2028\u2029")
        assert not tree.xpath("//img | //iframe | //object | //@onerror | //a[starts-with(@href, 'javascript')]")
        if kind == "agency":
            (title,) = tree.xpath("//title")
            names.add(title.text_content())
            assert not data_of(path)["reports"][0]["web"]
    assert names == {MARKUP, SEPARATORS, *FORMULAS}
    assert not {"<", "\u2028"} & set((hostile_site / "assets" / "index.js").read_text("utf-8"))


def test_pages_load_only_their_own_files(plain: Path) -> None:
    for path in plain.rglob("*.html"):
        tree = tree_of(path)
        (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
        assert rules["script-src"] == "'self'"
        assert not tree.xpath("//script[not(@src) and not(@type)] | //*[@style] | //style")
        for address in tree.xpath("//script/@src | //link/@href | //a/@href"):
            assert (path.parent / address).resolve().is_file(), (path.name, address)
    for sheet in ("page.css", "site.css"):
        assert not re.search(r"url\(|@import", (plain / "assets" / sheet).read_text("utf-8"))


def test_ids_that_are_no_file_names_get_one() -> None:
    assert file_name("af7gqnbxswf66ioiw") == "af7gqnbxswf66ioiw"
    assert file_name("340000-2010") == "340000-2010"
    odd = ("../../etc/passwd", "A", "a", "", "a/b", "a\x00", "x" * 300, "con.", ".git", "局")
    names = [file_name(one) for one in odd]
    assert len(set(names)) == len(odd)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", name) for name in names)


@pytest.mark.parametrize("worse", [False, True])
def test_a_page_stays_small_whatever_reports_print(tmp_path: Path, worse: bool) -> None:
    lake = Lake()
    lake.division("340000", "安徽省")
    lake.agency("ag-long", "长" * 500, "340000")
    years = range(1980, 1980 + EXTENTS[0].reports + 5)
    every_cell = " ".join(f"application.{'x' * 50}{number}.total" for number in range(200))
    for year in years:
        url = f"http://127.0.0.1/{year}" + "网" * 5000 * worse
        report = lake.report("ag-long", year, "F2021", applications(100, granted=100), source_url=url)
        lake.rows["report"][-1]["title"] = "题" * 5000
        for number in range(10):
            lake.warning(
                report, year, f"odd_{number}", every_cell if worse else "application.granted.total", number + 1
            )
            lake.rows["reading_warning"][-1]["message"] = "疑" * 5000 * worse
        lake.report("ag-long", year, outcome="unreadable", reason="因" * 5000, suffix="-pictures")
    for number, cell in enumerate(lake.rows["cell_version"]):
        cell["raw"], cell["locator"] = f"{number} " + "长" * 2000, f"{number} " + "处" * 2000
    folder = made(lake, tmp_path)
    assert max(path.stat().st_size for path in folder.rglob("*.html")) <= LARGEST_PAGE
    data = data_of(folder / "agency" / "ag-long.html")
    assert data["reports"][-1]["y"] == years[-1]
    left = data["left_out"]
    assert left["reports"] == 2 * len(years) - len(data["reports"]) > 0
    assert min(left["printed"], left["doubts"]) > 0
    assert max((len(text or "") for text in data["strings"]), default=0) <= LONGEST_TEXT + 1


def test_a_place_with_many_agencies_has_several_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.site.places.LINES", 4)
    lake, _ = peers()
    folder = made(lake, tmp_path)
    parts = [data_of(folder / "division" / f"340100{part}.html") for part in ("", "-p2", "-p3")]
    assert [len(part["lines"]) for part in parts] == [4, 4, 2]
    assert [(part["part"], part["parts"]) for part in parts] == [(0, 3), (1, 3), (2, 3)]


def test_agencies_without_a_known_division_are_found_too(tmp_path: Path) -> None:
    lake = Lake()
    lake.division("340000", "安徽省")
    # A ring of parents, which no list should hold.
    lake.division("1", "甲", "2")
    lake.division("2", "乙", "1")
    for number, division in enumerate((None, "no-such-code", "1", "2")):
        lake.agency(f"ag-{number}", f"{number}局", division if division != "no-such-code" else None)
        rates(lake, {f"ag-{number}": number}, 2021)
    folder = made(lake, tmp_path)
    assert [line[1] for line in data_of(folder / "division" / "none.html")["lines"]] == ["0局", "1局"]
    index = shared_of(folder, "index")
    assert sorted(name for _, name, *_ in index["agencies"]) == ["0局", "1局", "2局", "3局"]
    assert data_of(folder / "index.html")["n_agencies"] == 4


def test_an_empty_warehouse_gives_a_site(tmp_path: Path) -> None:
    lake = Lake()
    lake.division("340000", "安徽省")
    assert data_of(made(lake, tmp_path) / "index.html")["years"] == []


def test_every_text_is_there_in_both_languages_and_used() -> None:
    own = yaml.safe_load(FILES.joinpath("texts.yaml").read_text("utf-8"))
    assert not set(own) & set(texts())
    for group, entries in own.items():
        for key, text in entries.items():
            assert set(text) == {"zh", "en"}, (group, key)
            assert all(text.values()), (group, key)
    code = "".join(path.read_text("utf-8") for path in FILES.iterdir() if path.name.endswith((".js", ".html")))
    called = set(re.findall(r'\bs\("(\w+)"', code)) | set(re.findall(r'data-s="(\w+)"', code))
    assert not called - set(own["site"])
    # Said by their keys in the data: who found a doubt, what a document is, how certain an agency.
    by_key = {"check", "warning", "correction", "rendition", "copy", "confirmed", "unconfirmed"}
    assert not set(own["site"]) - called - by_key
