"""The page in headless Chromium: it draws, answers clicks, fits a phone and paper, and reaches for nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pypdfium2
import pytest

from tests.warehouse.browser import Page, browser, needs_chromium
from tests.warehouse.hostile_lake import FORMULAS, MARKUP, hostile
from warehouse.build import build, publish
from warehouse.compare import compare

pytestmark = needs_chromium
KEYS = ["refusal_rate", "normative_issued", "normative_repeal_ratio"]
CLICK = "document.querySelector({0!r}).dispatchEvent(new MouseEvent('click', {{bubbles: true, cancelable: true}}))"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("chromium")) as page:
        yield page


@pytest.fixture(scope="module")
def plain_page(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "c.html"
    compare(published_home, indicators=KEYS, out=path)
    return path.as_uri()


def click(page: Page, selector: str) -> None:
    page.run(f"document.querySelector({selector!r}).scrollIntoView()")
    page.run(CLICK.format(selector))


def texts(page: Page, selector: str) -> list[str]:
    return page.run(f"[...document.querySelectorAll({selector!r})].map((one) => one.textContent)")


def marks(page: Page, section: str, mark: str) -> int:
    return page.run(f"document.querySelectorAll('#{section} .chart a > {mark}').length")


def test_it_draws_every_chart_with_links(chromium: Page, plain_page: str) -> None:
    chromium.trouble.clear()
    chromium.open(plain_page)
    # The refusal rates that have a value: three of finance, two of police, two of the government, one of the school;
    # for 2022 the government's, of unknown scope, is ranked apart from the two others.
    assert marks(chromium, "lines", "path") == 8
    assert marks(chromium, "bars", "rect") == 3
    assert texts(chromium, "#bars h3") == ["本机关", "口径不明"]
    # A rate of 0 has no length, also where it is the only one.
    widths = chromium.run("[...document.querySelectorAll('#bars a > rect')].map((bar) => bar.width.baseVal.value)")
    assert widths[0] > widths[1] > 100
    assert widths[2] < 2
    assert marks(chromium, "composition", "rect") == 18
    assert marks(chromium, "coverage", "rect") == 11
    assert len(texts(chromium, "#table tbody tr")) == 11
    caveats = " ".join(texts(chromium, "#bars .caveats li"))
    assert "存疑：T3-COL (（七）总计) — 甲市公安局 2022" in caveats
    assert "报告中没有表格：images only — 甲市卫生健康委员会 2022" in caveats
    # Why a line is not there, or has a gap, stands below the lines as well.
    caveats = " ".join(texts(chromium, "#lines .caveats li"))
    assert "报告中没有表格：images only — 甲市卫生健康委员会 2022" in caveats
    assert "仅见于其他网站的转载，不采用其数字 — 乙区教育局 2022" in caveats
    assert chromium.trouble == []


def test_a_mark_leads_to_what_was_printed(chromium: Page, plain_page: str) -> None:
    chromium.open(plain_page)
    click(chromium, "#bars a[*|href]")
    chromium.until("document.getElementById('figure').open")
    (told,) = texts(chromium, "#figure .told")
    assert "60% = 30 / 50 ?" in told
    assert "存疑" in told
    assert "=http://127.0.0.1/evil" in told
    rows = texts(chromium, "#figure tbody tr")
    assert len(rows) == 9
    assert rows[-1].startswith("（七）总计5050数字cell ")
    assert not chromium.run("!!document.querySelector('#figure .told a')")
    chromium.run("document.querySelector('#figure button').click()")
    chromium.until("!document.getElementById('figure').open && location.hash === ''")


def test_the_language_the_indicator_and_the_order_change(chromium: Page, plain_page: str) -> None:
    chromium.open(plain_page)
    assert chromium.run("document.documentElement.lang") == "zh-CN"
    assert texts(chromium, "#definition h2") == ["不予公开率"]
    click(chromium, "#language")
    assert chromium.run("document.documentElement.lang") == "en"
    assert texts(chromium, "#definition h2") == ["Refusal rate"]
    assert "Refused: state secret" in " ".join(texts(chromium, "#definition dd"))
    assert not chromium.run("/[\u4e00-\u9fff]/.test(document.querySelector('#controls > label').textContent)")
    # Sorted by value: the highest first, what has none last; the other way round it is last too.
    click(chromium, "#table th:nth-child(7) button")
    values = texts(chromium, "#table tbody td:nth-child(7)")
    assert [value.split()[0] for value in values[:2]] == ["60%", "50%"]
    assert values[-1] == "no value"
    click(chromium, "#table th:nth-child(7) button")
    values = texts(chromium, "#table tbody td:nth-child(7)")
    assert [value.split()[0] for value in values[:2]] == ["0%", "0%"]
    assert values[-1] == "no value"
    # A break is shown where a series of class B changes its form, none where the indicator is the same in both.
    for at, broken in ((1, True), (0, False)):
        chromium.run(f"document.getElementById('indicator').value = {at}")
        chromium.run("document.getElementById('indicator').dispatchEvent(new Event('change'))")
        assert ("form changed" in texts(chromium, "#lines svg text")) == broken
    chromium.run("document.getElementById('nothing').click()")
    assert texts(chromium, "#bars .chart") == ["No figures in this selection."]


@pytest.mark.parametrize("width", [390, 320])
def test_it_fits_a_phone(chromium: Page, plain_page: str, width: int) -> None:
    chromium.open(plain_page, width=width, height=844)
    assert chromium.run("document.documentElement.scrollWidth") <= width
    click(chromium, "#table tbody a")
    chromium.until("document.getElementById('figure').open")
    assert chromium.run("document.documentElement.scrollWidth") <= width
    assert chromium.run("document.getElementById('figure').scrollWidth") <= width


def test_it_prints_its_figures_and_sources(chromium: Page, plain_page: str, tmp_path: Path) -> None:
    chromium.open(plain_page)
    document = pypdfium2.PdfDocument(chromium.pdf())
    text = "".join(sheet.get_textpage().get_text_range() for sheet in document)
    for expected in ("不予公开率", "甲市财政局", "60%", "注意事项", "http://127.0.0.1/r-ag-"):
        assert expected in text
    assert len(document) < 8


ASKED: list[str] = []


class _Thief(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        ASKED.append(self.path)
        self.send_error(404)


def test_hostile_text_is_shown_and_nothing_is_fetched(chromium: Page, tmp_path: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Thief)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        lake = hostile()
        lake.agency("ag-thief", f"<img src='http://127.0.0.1:{server.server_port}/stolen'>", "340100", "p-hub")
        lake.report("ag-thief", 2021, "F2021", {}, source_url=f"http://127.0.0.1:{server.server_port}/report")
        home = lake.write(tmp_path / "home")
        build(home)
        publish(home)
        compare(home, indicators=["refusal_rate"], out=tmp_path / "c.html")
        address = (tmp_path / "c.html").as_uri()
        chromium.trouble.clear()
        chromium.requests.clear()
        chromium.open(address)
        for number in range(chromium.run("data.reports.length")):
            chromium.run(f"location.hash = '#figure={number}.0'")
            chromium.until(
                f"document.querySelector('#figure h2')?.textContent.startsWith(named(data.reports[{number}]))"
            )
        assert chromium.run("document.title") == "政府信息公开年度报告对比"
        assert {MARKUP, *FORMULAS} <= set(texts(chromium, "#table td:first-child"))
        assert not chromium.run("!!document.querySelector('img, #table script, #figure script, b')")
        links = chromium.run("[...document.querySelectorAll('a')].map((a) => a.getAttribute('href') ?? a.href.baseVal)")
        assert {link.split(":")[0] for link in links if not link.startswith("#figure=")} == {"http"}
        # A script that gets in all the same does not run, and asks no one: the policy stops both.
        chromium.run("document.body.append(Object.assign(document.createElement('script'), {text: 'owned = 1'}))")
        picture = f"http://127.0.0.1:{server.server_port}/policy"
        chromium.run(f"document.body.append(Object.assign(new Image(), {{src: '{picture}'}}))")
        assert chromium.run("typeof owned") == "undefined"
        assert [one for one in chromium.trouble if "Content Security Policy" not in one] == []
        assert len(chromium.trouble) >= 2
        assert {one.split("#")[0] for one in chromium.requests if not one.endswith("/policy")} == {address}
    finally:
        server.shutdown()
        server.server_close()
    assert ASKED == []
