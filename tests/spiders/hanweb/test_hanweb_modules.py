"""The search of the disclosure module and the windows of TrueCMS as text: what pages say, and hostile answers."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from flows.demo.hanweb_pages import Column, Record, datastore
from spiders.families.hanweb import jpage, truecms, xxgk
from spiders.reading.pages import Page, read_page
from tests.spiders.hanweb.module_pages import AREA, FRAME, JOINED, LOAD, NODES, TYPE, shell, truecms_pages

HOST = "http://www.b.gov.cn"
URL = f"{HOST}/col/col1001/index.html"
COLUMN = Column("1001", "2002", (), per_page=2)


def page(text: str, url: str = URL) -> Page:
    return read_page(url, text.encode())


def search(text: str, url: str = URL, **params: str) -> xxgk.Search:
    found = xxgk.search_of(page(text, url), params)
    assert found is not None
    return found


def fields(text: str, url: str = URL, **params: str) -> dict[str, str]:
    return dict(parse_qsl(search(text, url, **params).form(1)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (shell(COLUMN, LOAD, infotype=TYPE).body.decode(), {"infotypeId": TYPE, "area": AREA, "jdid": "2"}),
        (shell(COLUMN, JOINED).body.decode(), {"area": AREA, "jdid": "2", "standardXxgk": "1"}),
        (shell(COLUMN, FRAME).body.decode(), {"area": AREA, "jdid": "1", "standardXxgk": "1"}),
        (
            "<script>$.ajax({url:'/module/xxgk/search.jsp',data:{infotypeId:'A02','jdid' : '1305',area:''}})</script>",
            {"infotypeId": "A02", "jdid": "1305"},
        ),
        (
            "<script>var u='/module/xxgk/search.jsp';var q='infotypeId=A02&jdid=149&area=&divid=div7&x=1';</script>",
            {"infotypeId": "A02", "jdid": "149", "divid": "div7"},
        ),
        (
            "<form action='/module/xxgk/search.jsp'><input type=hidden name=area value=0022><input name=x value=1>",
            {"area": "0022", "jdid": "1"},
        ),
    ],
)
def test_the_page_says_what_the_search_is_asked_for(text: str, wanted: dict[str, str]) -> None:
    assert fields(text) == {"divid": "div1001", "currpage": "1", **wanted}


def test_the_address_of_a_shell_and_the_entry_fill_and_overrule() -> None:
    address = f"{HOST}/col/col1001/index.html?vc_xxgkarea=11220100&number=B01"
    text = "<script src='/module/xxgk/search.jsp'></script>"
    assert fields(text, address) == {
        "area": "11220100", "infotypeId": "B01", "jdid": "1", "divid": "div1001", "currpage": "1",
    }  # fmt: skip
    declared = search("<p>loading</p>", area="7", infotypeId="A", divid="div5", jdid="3", sortfield="compaltedate:0")
    assert dict(parse_qsl(declared.form(12))) == {
        "area": "7", "infotypeId": "A", "divid": "div5", "jdid": "3", "sortfield": "compaltedate:0", "currpage": "12",
    }  # fmt: skip
    assert declared.reference == "/module/xxgk/search.jsp"
    asked = search("<table></table>", f"{HOST}/zwgk/module/xxgk/search.jsp?area=5&infotypeId=&currpage=3")
    assert asked.reference == f"{HOST}/zwgk/module/xxgk/search.jsp"
    assert dict(parse_qsl(asked.form(1)))["currpage"] == "1", "the address's own page number does not count"
    assert asked.is_named


def test_navigation_says_nothing_of_the_search() -> None:
    links = "<a href='/module/xxgk/tree.jsp?area=9'>目录</a><a href='/module/xxgk/search.jsp?infotypeId=1'>查询</a>"
    assert xxgk.search_of(page(links), {}) is None
    assert xxgk.search_of(page("<script>var area = '9';</script>"), {}) is None
    framed = search(shell(COLUMN, FRAME).body.decode())
    assert not framed.is_named, "a tree beside a list is no search"
    assert framed.tree == f"/module/xxgk/tree.jsp?standardXxgk=1&area={AREA}&divid=div1001"
    assert not search("<script>$.post('/module/xxgk/search.jsp')</script>").is_named


def test_the_tree_names_the_type_of_annual_reports() -> None:
    assert xxgk.infotype_of(NODES) == TYPE
    assert xxgk.infotype_of("""<a onclick="funclick('N9','x')"> 年度报告 </a>""") == "N9"
    assert xxgk.infotype_of("<a onclick=\"funclick('N9')\">政府网站工作年度报告</a>") == ""
    both = "<a onclick=\"funclick('N1')\">公开年报</a><a onclick=\"funclick('N2')\">信息公开年度报告</a>"
    assert xxgk.infotype_of(both) == "", "which of two is not guessed"
    assert xxgk.infotype_of("") == ""


@pytest.mark.parametrize(
    ("path", "column"),
    [
        ("/art/2025/1/20/art_1001_5001.html", "1001"),
        ("/art/2025/1/20/art_1229498488_59012345.html", "1229498488"),
        ("/col/col9/art/2025/art_0f0e0d0c-0b0a-4909-8807-060504030201.html", "9"),
        ("/art/2025/art_f00dfacec0ffee12.html", None),
        ("/module/download/downfile.jsp?filename=art_1_2.html", None),
    ],
)
def test_the_column_in_an_address(path: str, column: str | None) -> None:
    assert jpage.column_of(f"{HOST}{path}") == column


def test_addresses_of_the_module() -> None:
    assert xxgk.is_report_page(f"{HOST}/module/xxgk/xxgkAnnualReport.jsp?area=1&fbtime=2022")
    assert not xxgk.is_report_page(f"{HOST}/module/xxgk/search.jsp")
    assert not xxgk.is_report_page(URL)


def column(text: str, **params: str) -> truecms.Column:
    found = truecms.column_of(page(text), params)
    assert found is not None
    return found


def test_truecms_pages_say_how_they_are_asked() -> None:
    records = tuple(Record(f"/zf/content/{n}.html", f"甲{n}", "2025-01-01") for n in range(40))
    pages = truecms_pages("zf", Column("754f6db5-d294", "", records, per_page=10))
    text = pages["/zf/gknb/gknb.html"].body.decode()
    found = column(text)
    assert (found.columnid, found.total, found.per_page, found.group) == ("754f6db5-d294", 40, 10, 3)
    assert found.windows == ((30, 10), (10, 10))
    parts = urlsplit(found.request(30, (30, 10)))
    assert parts.path == "/truecms/messageController/getMessage.do"
    assert parse_qs(parts.query) == {
        "startrecord": ["31"], "endrecord": ["60"], "perpage": ["10"], "columnId": ["754f6db5-d294"],
        "callback": ["cb"],
    }  # fmt: skip
    assert len(truecms.first_screen(page(text))) == 30
    larger = column(text, columnid="c", perpage="50", proxy=f"{HOST}/TrueCMS/messageController/getMessage.do")
    assert larger.windows == ((150, 50), (50, 50), (10, 10)), "smaller each time, what every site takes last"
    assert larger.request(0, (50, 50)).startswith(f"{HOST}/TrueCMS/messageController/getMessage.do?startrecord=1&")
    assert larger.columnid == "c"
    assert truecms.column_of(page("<script>$('#1').jpage({totalRecord:7})</script>"), {}) is None
    assert truecms.first_screen(page("<p>")) == frozenset()


def test_records_of_an_answer() -> None:
    store = datastore((Record("/a/content/1.html", "甲", "2025-01-01"), Record("/b", "乙", "2025-01-01")), None)
    said = json.dumps({"result": store})
    for text in (f"cb({said})", f" jQuery1_2({said});\n", said, f"$.x ({said})"):
        assert len(truecms.records_of(text)) == 2
    assert truecms.records_of('cb({"result":null})') == ()
    assert truecms.records_of('cb({"result":""})') == ()


@pytest.mark.parametrize(
    "wrong",
    [
        "", "<html>login (please)</html>", "cb()", "cb([1])", 'cb({"data":1})', 'cb({"result":7})',
        'cb({"result":{"a":1}})', "cb(" + "[" * 100_000 + ")", "cb" * 50_000 + "(", "cb(" * 50_000, "(" + ")" * 50_000,
    ],
)  # fmt: skip
def test_an_answer_that_is_something_else_is_named(wrong: str) -> None:
    began = time.process_time()
    with pytest.raises(truecms.NotMessages, match="expected JSONP"):
        truecms.records_of(wrong)
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "unit",
    [
        "/module/xxgk/search.jsp?", "loadDynamic('", "'+a+'", "area='", "funclick('a", "a" * 50,
        "'/module/xxgk/tree.jsp'", "x/messageController/getMessage.do", "columnId:'",
    ],
)  # fmt: skip
def test_endless_scripts_take_no_minutes(unit: str) -> None:
    began = time.process_time()
    hostile = page(f"<script>/module/xxgk/ {unit * (2_000_000 // len(unit) // 4)}</script>")
    xxgk.search_of(hostile, {})
    xxgk.infotype_of(hostile.text)
    truecms.column_of(hostile, {})
    assert time.process_time() - began < 5
