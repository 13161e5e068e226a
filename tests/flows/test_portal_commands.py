"""portals check, sniff and new against loopback portals that no registry knows yet."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from flows.demo.server import Page, PortalServer
from spiders import registry
from tests.flows.conftest import Call
from tests.spiders.portal_kit import article, entry, hanweb_article, listing, row, title

LIST = "/zwgk/zfxxgknb/"


AGENCY = "甲县人民政府办公室"


def trs() -> dict[str, Page]:
    """Two pages of a TRS list with one document beside a report."""
    extra = '<div class="fujian">附件：<a href="./P020250120000001.pdf">年度报告.pdf</a></div>'
    rows = [
        row(f"./t{year + 1}0120_1.html", title(AGENCY, year), f"{year + 1}-01-20") for year in range(2024, 2016, -1)
    ]
    script = '<script>createPageHTML(2, 0, "index", "html");</script>'
    pages = {
        LIST: listing(*rows[:4], extra=script),
        f"{LIST}index_1.html": listing(*rows[4:], extra=script),
        f"{LIST}P020250120000001.pdf": Page(b"%PDF-1.4 x", content_type="application/pdf"),
    }
    for year in range(2017, 2025):
        day = f"{year + 1}-01-20"
        pages[f"{LIST}t{year + 1}0120_1.html"] = article(
            title(AGENCY, year), day=day, extra=extra if year == 2024 else ""
        )
    return pages


@pytest.fixture(scope="module")
def portal() -> Iterator[PortalServer]:
    with PortalServer(address="127.0.0.81") as server:
        server.pages = dict(trs())
        yield server


def suggested(out: str) -> dict[str, object]:
    (found,) = yaml.safe_load(out)
    return dict(found)


def test_sniff_prints_the_entry_and_writes_nothing(portal: PortalServer, tmp_path: Path, call: Call) -> None:
    home = tmp_path / "home"
    called = call("portals", "sniff", portal.url(LIST), "--home", home)
    assert called.status == 0, called.err
    found = suggested(called.out)
    assert found["family"] == "static_list"
    assert found["body"] == "甲县人民政府办公室"
    assert found["list"] == {"url": portal.url(LIST), "pager": {"kind": "index_n"}}
    assert found["local"] is True
    assert "to be filled in: id, region_code, level" in called.err
    assert not home.exists()


def test_sniff_tells_years_from_a_list_and_hanweb_from_plain_pages(tmp_path: Path, call: Call) -> None:
    years = {
        "/gknb/": listing(*(f"<li><a href='/gknb/{year}/'>{year}年</a></li>" for year in (2023, 2024))),
        **{
            f"/gknb/{year}/": listing(row(f"t{year}0120_1.html", title("河北省秦皇岛市抚宁区教育局", year)))
            for year in (2023, 2024)
        },
        **{
            f"/gknb/{year}/t{year}0120_1.html": article(title("河北省秦皇岛市抚宁区教育局", year))
            for year in (2023, 2024)
        },
        "/col/col7/index.html": Page(
            "<html><body><script>$('#1').jpage({totalRecord:1,perPage:15})</script><datastore><recordset><record>"
            f"<![CDATA[<a href='/art/2025/1/20/art_7_1.html'>{title('乙市', 2024)}</a>]]></record></recordset>"
            "</datastore></body></html>".encode()
        ),
        "/art/2025/1/20/art_7_1.html": hanweb_article(title("乙市", 2024)),
        "/about/": Page("<html><body><h1>关于我们</h1><p>欢迎</p></body></html>".encode()),
    }
    with PortalServer(years, address="127.0.0.82") as server:
        found = suggested(call("portals", "sniff", server.url("/gknb/")).out)
        assert found["list"]["entry"] == "year_nodes"  # type: ignore[index]
        assert (found["region_code"], found["level"]) == ("130306", "department")
        assert suggested(call("portals", "sniff", server.url("/col/col7/index.html")).out)["family"] == "hanweb"
        nothing = call("portals", "sniff", server.url("/about/"))
        assert "no report was found on the page" in nothing.err


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///etc/passwd", "expected an http or https address"),
        ("zfxxgknb", "expected an http or https address"),
        ("http://www.example.gov.cn/nb/", "GONGKAI_CONTACT is not set"),
    ],
)
def test_sniff_asks_only_what_may_be_asked(url: str, words: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GONGKAI_CONTACT", raising=False)
    called = call("portals", "sniff", url)
    assert called.status == 2
    assert words in called.err


def test_new_writes_an_entry_with_pages_and_a_test_that_fails_until_compared(
    portal: PortalServer, tmp_path: Path, call: Call
) -> None:
    folder = tmp_path / "portals"
    folder.mkdir()
    asked = ("portals", "new", portal.url(LIST), "--portals", folder)
    refused = call(*asked)
    assert refused.status == 2
    assert "--region CODE" in refused.err
    assert list(folder.iterdir()) == []

    written = call(*asked, "--region", "130306", "--level", "county", "--id", "cn-130306-x")
    assert (written.status, written.out.strip()) == (0, "cn-130306-x")
    (found,) = registry.load(folder)
    assert found.declared_at == f"{folder / '130000.yaml'}:1"
    assert found.evidence.verified_on is None
    assert call(*asked, "--region", "130306", "--level", "county", "--id", "cn-130306-x").status == 2

    pages = folder / "fixtures" / "cn-130306-x"
    expected = yaml.safe_load((pages / "expected.yaml").read_text("utf-8"))
    assert len(expected["listed"]) == 4, "a look reads the first page of the list"
    assert expected["reports"][0]["content_source"] == "县政府办公室"
    assert "nobody has looked at it yet" in run_test(pages, 1)
    (pages / "expected.yaml").write_text(
        yaml.safe_dump({**expected, "looked_at": datetime.date(2026, 7, 22)}, allow_unicode=True), "utf-8"
    )
    run_test(pages, 0)
    (pages / "expected.yaml").write_text(
        yaml.safe_dump({**expected, "attachments": [], "looked_at": datetime.date(2026, 7, 22)}, allow_unicode=True),
        "utf-8",
    )
    assert "finds other attachments" in run_test(pages, 1)

    good = call("portals", "check", "--portals", folder)
    assert good.status == 0, good.err
    assert "it answers as declared" in good.out


def run_test(pages: Path, status: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(pages)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def test_a_second_entry_goes_to_the_file_of_its_province(portal: PortalServer, tmp_path: Path, call: Call) -> None:
    folder = tmp_path / "portals"
    folder.mkdir()
    kept = "# 河北省\n" + yaml.safe_dump([entry("a", "www.a.gov.cn", local=False, politeness={})], allow_unicode=True)
    (folder / "130000-hebei.yaml").write_text(kept, "utf-8")
    assert (
        call("portals", "new", portal.url(LIST), "--portals", folder, "--region", "130306", "--level", "city").status
        == 0
    )
    text = (folder / "130000-hebei.yaml").read_text("utf-8")
    assert text.startswith(kept.rstrip()), "comments stay"
    assert [found.id for found in registry.load(folder)] == ["a", "cn-130306-127-0-0-81"]


def test_check_says_what_is_not_as_declared(portal: PortalServer, tmp_path: Path, call: Call) -> None:
    folder = tmp_path / "portals"
    folder.mkdir()
    wrong = [
        entry("body", portal.host, body="乙县人民政府", list={"url": portal.url(LIST)}),
        entry("gone", portal.host, list={"url": portal.url("/gone/")}),
        entry(
            "late", portal.host, body="甲县人民政府办公室", list={"url": portal.url(LIST)}, expect={"first_year": 2023}
        ),
    ]
    (folder / "test.yaml").write_text(yaml.safe_dump(wrong, allow_unicode=True), "utf-8")
    called = call("portals", "check", "--portals", folder)
    assert called.status == 1
    assert "body is 乙县人民政府, and the titles do not name it" in called.out
    assert "not_found: the list" in called.out
    assert "expect.first_year is 2023, and the list shows a report for 2021" in called.out
    assert "3 of 3 do not answer as declared: body, gone, late" in called.err


def test_check_tells_of_a_list_that_shrank_over_the_nights(portal: PortalServer, tmp_path: Path, call: Call) -> None:
    (tmp_path / "portals").mkdir()
    kept = entry("kept", portal.host, body="甲县人民政府办公室", list={"url": portal.url(LIST)})
    (tmp_path / "portals" / "test.yaml").write_text(yaml.safe_dump([kept], allow_unicode=True), "utf-8")
    checked = ("portals", "check", "--portals", tmp_path / "portals", "--home", tmp_path)
    assert call(*checked).status == 0
    (tmp_path / "runs").mkdir()
    for day, listed in ((1, 40), (2, 40), (3, 12)):
        row = {"portal_id": "kept", "outcome": "ok", "listed": listed, "reason": None}
        stages = [{"name": "crawl", "details": {"portals": [row]}}]
        run = {"run_id": f"2026060{day}T180000Z-abcdef", "options": {}, "stages": stages}
        (tmp_path / "runs" / f"{run['run_id']}.json").write_text(json.dumps(run), "utf-8")
    called = call(*checked)
    assert "nights      run 20260603T180000Z-abcdef found 12 in its list, usually 40" in called.out
    assert called.status == 0, "whoever mended the entry sees that it answers, before a night has run"
