"""The site in headless Chromium, from the disk: it draws, leads on, finds, fits phones and paper, fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from tests.warehouse.browser import Page, browser, needs_chromium
from tests.warehouse.hostile_lake import FORMULAS, MARKUP, hostile
from tests.warehouse.site.test_site import made, peers
from warehouse.site import site
from warehouse.site.divisions import LONGEST_NAME

pytestmark = needs_chromium
PAGES = (
    "index.html",
    "division/340100.html",
    "agency/ag-police.html",
    "search.html#甲市",
    "downloads.html",
    "findings.html",
)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("chromium")) as page:
        yield page


@pytest.fixture(scope="module")
def plain(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    site(published_home, folder)
    return folder


@pytest.fixture
def fresh(chromium: Page, plain: Path) -> Page:
    """The browser at the overview, in the language of the site, with nothing noted."""
    chromium.open((plain / "index.html").as_uri())
    chromium.run("localStorage.clear()")
    chromium.open((plain / "downloads.html").as_uri())
    chromium.open((plain / "index.html").as_uri())
    chromium.trouble.clear()
    chromium.requests.clear()
    return chromium


def texts(page: Page, selector: str) -> list[str]:
    return page.run(f"[...document.querySelectorAll({selector!r})].map((one) => one.textContent)")


def follow(page: Page, selector: str, text: str) -> None:
    """Click the link with this text and wait for the page behind it."""
    found = f"[...document.querySelectorAll({selector!r})].find((one) => one.textContent === {text!r})"
    page.run(f"window.before = true; {found}.click()")
    page.until("document.readyState === 'complete' && !window.before && typeof drawnAt === 'number'")


def test_one_finds_the_way_from_the_overview_to_what_was_printed(fresh: Page) -> None:
    assert texts(fresh, "h1") == ["政府信息公开年度报告"]
    assert texts(fresh, "#subtitle") == ["机构 6 个，报告 11 份，2018–2022"]
    assert fresh.run("document.querySelectorAll('#coverage .chart rect').length") >= 8
    follow(fresh, "#below a", "安徽省")
    follow(fresh, "#below a", "甲市")
    assert texts(fresh, "#path a") == ["总览", "安徽省"]
    # Too few agencies for a median: no empty chart stands there.
    assert fresh.run("document.getElementById('trend').hidden")
    line = next(row for row in texts(fresh, "#members tbody tr") if row.startswith("甲市公安局"))
    assert line == "甲市公安局部门✓✕?60% ? (2022)"
    follow(fresh, "#members a", "甲市公安局")
    assert texts(fresh, "h1") == ["甲市公安局"]
    assert texts(fresh, "#definition h2") == ["不予公开率"]
    assert fresh.run("document.querySelectorAll('#lines .chart a > path').length") == 2
    (row,) = [row for row in texts(fresh, "#figures tbody tr") if row.startswith("不予公开率")]
    assert row == "不予公开率50% °60% ?"
    (row,) = [row for row in texts(fresh, "#doubts tbody tr") if "T3-COL" in row]
    assert row == "2022错误校验未通过T3-COLT3-COL does not close（一）予以公开（七）总计"
    fresh.run("document.querySelector('#figures td.doubt a').click()")
    fresh.until("document.getElementById('figure').open")
    assert "存疑：T3-COL" in texts(fresh, "#figure .caveats")[0]
    assert "原文所印" in texts(fresh, "#figure h3")
    assert fresh.trouble == []


def test_the_language_goes_along(fresh: Page, plain: Path) -> None:
    fresh.run("document.getElementById('language').click()")
    assert texts(fresh, "h1") == ["Annual reports on open government information"]
    follow(fresh, "#nav a", "Downloads")
    assert texts(fresh, "h1") == ["Downloads"]
    (row,) = [row for row in texts(fresh, "#files tbody tr") if row.startswith("agency_year.csv")]
    assert not any("\u4e00" <= character <= "\u9fff" for character in row)
    for path in PAGES:
        fresh.open((plain / path.split("#")[0]).as_uri())
        fresh.until("document.documentElement.lang === 'en'")
        told = [text for text in texts(fresh, "h2, th, dt, label, button") if text != "中文"]
        assert not [text for text in told if any("\u4e00" <= character <= "\u9fff" for character in text)]


def test_search_finds_by_name_and_place(fresh: Page) -> None:
    fresh.run("document.getElementById('sought').value = '教育 乙区'")
    fresh.run("window.before = true; document.querySelector('#search button').click()")
    fresh.until("!window.before && document.querySelectorAll('#results li').length === 1")
    assert texts(fresh, "#results li a") == ["乙区教育局", "安徽省 › 甲市 › 乙区"]
    fresh.run("document.getElementById('sought').value = '教育'")
    fresh.run("document.querySelector('#search button').click()")
    fresh.until("document.querySelectorAll('#results li').length === 2")
    fresh.run("location.hash = '#%E4%'")  # no text at all
    fresh.until("document.querySelectorAll('#results li').length === 0")
    assert fresh.trouble == []


def test_medians_are_drawn_and_ranked(chromium: Page, plain: Path, tmp_path: Path) -> None:
    lake, _ = peers()
    folder = made(lake, tmp_path)
    chromium.trouble.clear()
    chromium.open((folder / "index.html").as_uri())
    chromium.run("localStorage.clear(); state.lang = 'zh'; draw()")
    assert texts(chromium, "#trend tbody tr") == ["2021本机关710%20%30%"]
    assert texts(chromium, "#ranked svg a > text") == ["20% (7)"]
    href = chromium.run("document.querySelector('#ranked svg a').href.baseVal")
    assert (folder / href).is_file()
    chromium.open((folder / "agency/ag-3.html").as_uri())
    assert "同类机构（部门，地级，本机关）的中位数与上下四分位" in texts(chromium, "#lines .legend")[0]
    assert any(row == "不予公开率20%20% (7)" for row in texts(chromium, "#figures tbody tr"))
    # Where there are too few, the page says so.
    chromium.open((plain / "agency/ag-police.html").as_uri())
    assert "同类机构不足" in texts(chromium, "#lines .legend")[0]
    assert chromium.trouble == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [390, 320])
def test_pages_fit_a_phone(chromium: Page, plain: Path, path: str, width: int) -> None:
    name, _, hash_ = path.partition("#")
    chromium.open((plain / name).as_uri() + (f"#{hash_}" if hash_ else ""), width=width, height=844)
    for lang in ("zh", "en"):
        chromium.run(f"state.lang = {lang!r}; draw()")
        assert chromium.run("document.documentElement.scrollWidth") <= width


def test_an_agency_prints_with_figures_and_sources(fresh: Page, plain: Path) -> None:
    fresh.open((plain / "agency/ag-police.html").as_uri())
    document = pypdfium2.PdfDocument(fresh.pdf())
    text = "".join(sheet.get_textpage().get_text_range() for sheet in document)
    for expected in ("甲市公安局", "不予公开率", "60%", "T3-COL", "=http://127.0.0.1/evil"):
        assert expected in text
    assert len(document) < 8


def test_hostile_text_is_shown_and_nothing_is_fetched(chromium: Page, tmp_path: Path) -> None:
    folder = made(hostile(), tmp_path)
    chromium.trouble.clear()
    chromium.requests.clear()
    seen = set()
    for path in [
        *sorted((folder / "agency").glob("ag-evil-*")),
        folder / "index.html",
        folder / "division/340100.html",
    ]:
        chromium.open(path.as_uri())
        if path.parent.name == "agency":
            seen.update(texts(chromium, "h1"))
            for number in range(len(chromium.run("data.indicators.map(({ key }) => key)"))):
                chromium.run(f"location.hash = '#figure=0.{number}'; tell()")
                assert chromium.run("document.getElementById('figure').open")
        else:
            assert path.name == "index.html" or {MARKUP[:LONGEST_NAME] + "…", *FORMULAS} <= set(
                texts(chromium, "#members td:first-child")
            )
        assert chromium.run("document.title") != "owned"
        assert not chromium.run("!!document.querySelector('img, table script, dialog script, table b')")
        links = chromium.run(
            "[...document.querySelectorAll('a')].map((a) => new URL(a.href.baseVal ?? a.href, location).href)"
        )
        assert {link.split(":")[0] for link in links} <= {"file", "http"}
    assert {MARKUP, *FORMULAS} <= {one.replace("\u00a0", " ") for one in seen}
    chromium.open((folder / "search.html").as_uri() + "#owned")
    assert len(texts(chromium, "#results li")) == 1
    assert chromium.trouble == []
    assert {one.split("#")[0] for one in chromium.requests if not one.startswith(folder.as_uri())} == set()
    # A script that gets in all the same does not run: the policy stops it.
    chromium.run("document.body.append(Object.assign(document.createElement('script'), {text: 'owned = 1'}))")
    assert chromium.run("typeof owned") == "undefined"
    assert len(chromium.trouble) == 1
