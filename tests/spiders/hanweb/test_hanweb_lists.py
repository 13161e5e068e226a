"""The datastore of jpage and the unit of JPaaS as plain text: every quirk seen, and hostile answers."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from flows.demo import hanweb_pages
from flows.demo.hanweb_pages import Column, Proxy, Record
from spiders.families.hanweb import jpaas, jpage
from spiders.families.hanweb.jpage import Store
from spiders.reading.listing import ListingRules, is_article_shaped, read_listing
from spiders.reading.pages import read_page, whole_text
from tests.spiders.portal_kit import title

HOST = "www.b.gov.cn"
URL = f"http://{HOST}/col/col1001/index.html"
NEXT = "/module/web/jpage/dataproxy.jsp?page=1&appid=1&webid=1&path=/&columnid=1001&unitid=2002&permissiontype=0"


def record(number: int, mark: str = "'") -> str:
    address = f"/art/2025/1/{number % 28 + 1}/art_1001_{number}.html"
    return f"<li><a href={mark}{address}{mark}>{title(f'乙{number}局', 2024)}</a><span>2025-01-20</span></li>"


def written(*records: str, group: str = "", between: str = "") -> str:
    lines = between.join(f"<record><![CDATA[{one}]]></record>" for one in records)
    return f"<datastore>{group}<recordset>{lines}</recordset></datastore>"


def only(text: str) -> Store:
    (store,) = jpage.stores(text)
    return store


def candidates(store: Store) -> list[str]:
    rules = ListingRules(hosts=(HOST,))
    return [urlsplit(c.url).path for c in read_listing(jpage.page_of(store.records, URL), rules).candidates]


def test_records_and_the_next_link_as_it_is_written() -> None:
    group = f'<nextgroup><![CDATA[<a href="{NEXT}"></a>]]></nextgroup>'
    store = only(written(record(1), record(2, '"'), group=group))
    assert store.next_reference == NEXT
    assert store.complete
    assert candidates(store) == ["/art/2025/1/2/art_1001_1.html", "/art/2025/1/3/art_1001_2.html"]


@pytest.mark.parametrize(
    "link",
    [
        "/module/jpage/dataproxy.jsp?columnid=a%2BB+c/%3D&unitid=%E4%B9%99&para=1&copy=2&not=3",
        "/module/jslib/jquery/jpage/dataproxy.jsp?page=2",
        "http://www.b.gov.cn/module/web/jpage/morecolumndataproxy.jsp?page=2",
        "dataproxy.jsp",
    ],
)
@pytest.mark.parametrize("mark", ['"', "'"])
def test_an_encrypted_link_is_followed_letter_by_letter(link: str, mark: str) -> None:
    group = f"<nextgroup><![CDATA[<a target=x href={mark}{link}{mark}></a>]]></nextgroup>"
    assert only(written(record(1), group=group)).next_reference == link
    escaped = group.replace("&", "&amp;")
    assert only(written(record(1), group=escaped)).next_reference == link


@pytest.mark.parametrize("group", ["<nextgroup></nextgroup>", "<nextgroup><![CDATA[]]></nextgroup>", "", "<nextgroup>"])
def test_no_next_link_is_the_end(group: str) -> None:
    store = only(written(record(1), group=group))
    assert store.next_reference is None
    assert len(store.records) == 1


@pytest.mark.parametrize(
    "between", ["<table><tr><td>x</td></tr></table>", "<ul>", "</ul><ul>", "\n\n", "<!-- -->", "<script>a<b</script>"]
)
def test_what_stands_between_records_is_no_record(between: str) -> None:
    store = only(between + written(record(1), record(2), between=between) + between)
    assert len(candidates(store)) == 2


def test_records_without_cdata_without_store_without_ends() -> None:
    escaped = "<record>&lt;li&gt;&lt;a href=&quot;/art/2025/1/1/art_1_1.html&quot;&gt;甲&lt;/a&gt;</record>"
    assert only(escaped).records == ('<li><a href="/art/2025/1/1/art_1_1.html">甲</a>',)
    assert len(only(f"<recordset><record>{record(1)}</record><record>{record(2)}</recordset>").records) == 1
    no_marks = f"<datastore><record><![CDATA[{record(1)}</record><RECORD>{record(2)}]]></RECORD></datastore>"
    assert only(no_marks).records == (record(1), record(2))
    assert only("<datastore><record></record><record><![CDATA[ ]]></record></datastore>").records == ()


def test_a_broken_record_spoils_no_other() -> None:
    store = only(written("<li><a href='/art/2025/1/1/art_1", record(2), "</div></ul></body>", "<tr><td>" + record(3)))
    assert candidates(store) == ["/art/2025/1/3/art_1001_2.html", "/art/2025/1/4/art_1001_3.html"]
    (row,) = read_listing(
        jpage.page_of((f"<tr><td><a href=a/art_1_2.html>{title('乙', 2024)}</a></td><td>2025-01-02</td></tr>",), URL),
        ListingRules(hosts=(HOST,)),
    ).candidates
    assert (row.link_date, row.url) == ("2025-01-02", f"http://{HOST}/col/col1001/a/art_1_2.html")


@pytest.mark.parametrize("cut", [25, 60, 200])
def test_a_datastore_that_is_cut_short_says_so(cut: int) -> None:
    whole = written(record(1), record(2), record(3))
    store = only(whole[:-cut])
    assert not store.complete
    assert set(store.records) <= set(only(whole).records), "half a record is none"
    page = f"<div id='2002'><script>{whole[:-60]}</script></div><p>rest"
    assert len(only(page).records) == 2
    assert only(f"<div id='2002'><script>{whole[:-12]}</script></div>").complete, "only its last mark is missing"


@pytest.mark.parametrize("text", ["", " ", "<datastore></datastore>", "<html><body>404</body></html>", "x" * 54])
def test_an_answer_without_records_has_none(text: str) -> None:
    assert [store.records for store in jpage.stores(text)] in ([], [()])


def test_entities_are_never_expanded() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    bomb += f']><datastore><record>&i;</record><record><![CDATA[<?xml encoding="x"?>&i;{record(1)}\x00]]></record>'
    bomb += '<record><!ENTITY x SYSTEM "file:///etc/passwd">&x;</record></datastore>'
    began = time.process_time()
    store = only(bomb)
    tree = jpage.page_of(store.records, URL).tree
    assert len(whole_text(tree)) < 300
    assert len(candidates(store)) == 1
    assert time.process_time() - began < 1


def test_ten_thousand_records_take_no_minutes() -> None:
    began = time.process_time()
    store = only(written(*(record(number) for number in range(10_000))))
    assert len(candidates(store)) == 10_000
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "unit", ["<record>", "<datastore>", "<nextgroup>", "<![CDATA[", "<record", "</record>", "{unitid:", ".jpage("]
)
def test_endless_openings_take_no_minutes(unit: str) -> None:
    began = time.process_time()
    assert all(not any(store.records) for store in jpage.stores(unit * 50_000))
    jpage.columns(unit * 50_000, URL, {})
    assert time.process_time() - began < 3


PAGE = """<div id="2002"><script type="text/xml">{store}</script></div><div id="3003"><script>{other}</script></div>
<script>$('#3003').jpage({{perPage:5,totalRecord:'7'}});
$("#2002").jpage({{ totalRecord : 4895, perPage: 19, groupSize:2, proxyUrl:'/module/jpage/dataproxy.jsp',
  ajaxParam : {{col:1, appid:1, webid : 12, path:'/', columnid:1001,
  sourceContentType:3, unitid:'2002', webname:'乙市', permissiontype:0}} }});</script>"""


def test_the_call_says_how_many_and_where() -> None:
    text = PAGE.format(store=written(record(1)), other=written(record(2)))
    first, second = jpage.columns(text, URL, {})
    assert (first.call.unitid, first.call.total, first.per_page, first.window) == ("2002", 4895, 19, 38)
    assert (second.call.unitid, second.call.total, second.per_page, second.window) == ("3003", 7, 5, 15)
    reference, form = first.window_request(19)
    assert reference == "/module/jpage/dataproxy.jsp?startrecord=20&endrecord=57&perpage=19"
    assert parse_qsl(form) == [
        ("col", "1"), ("appid", "1"), ("webid", "12"), ("path", "/"), ("columnid", "1001"),
        ("sourceContentType", "3"), ("unitid", "2002"), ("webname", "乙市"), ("permissiontype", "0"),
    ]  # fmt: skip
    reference, form = first.page_request(3)
    assert reference == "/module/jpage/dataproxy.jsp"
    assert form.startswith("page=3&appid=1&webid=12&path=%2F&columnid=1001&unitid=2002&")
    assert second.form["unitid"] == "3003"
    assert (second.form["webid"], second.missing()) == ("12", ()), "the site is that of the page"
    assert [column.call.unitid for column in jpage.columns(text, URL, {"unitid": "3003"})] == ["3003"]


def test_parameters_come_from_the_address_the_link_and_the_entry() -> None:
    group = f'<nextgroup><a href="{NEXT.replace("1001", "9").replace("/web", "")}"></a></nextgroup>'
    (linked,) = jpage.columns(written(record(1), group=group), URL, {})
    assert (linked.form["columnid"], linked.form["unitid"], linked.form["webid"]) == ("9", "2002", "1")
    assert linked.proxy == "/module/jpage/dataproxy.jsp"
    assert "page" not in linked.form
    (bare,) = jpage.columns(f"<div id=77>{written(record(1))}</div>", URL, {})
    assert (bare.form["columnid"], bare.form["unitid"], bare.missing()) == ("1001", "77", ("webid",))
    assert bare.proxy == jpage.DEFAULT_PROXY
    params = {"columnid": "5", "unitid": "6", "webid": "7", "proxy": "/x/dataproxy.jsp", "perpage": "20"}
    (declared,) = jpage.columns("<p>nothing</p>", URL, params)
    assert declared.missing() == ()
    assert declared.per_page == 20
    assert declared.window_request(0)[0] == "/x/dataproxy.jsp?startrecord=1&endrecord=60&perpage=20"
    assert jpage.columns("<p>nothing</p>", URL, {}) == ()
    seen = "<script>var u = '/module/web/jpage/morecolumndataproxy.jsp';</script>"
    (more,) = jpage.columns(seen, URL, {"unitid": "6"})
    assert more.proxy == "/module/web/jpage/morecolumndataproxy.jsp"


def test_the_pages_of_the_demo_are_read() -> None:
    records = tuple(Record(f"/art/2025/1/2/art_1001_{n}.html", title(f"乙{n}局", 2024), "2025-01-02") for n in range(4))
    column = Column("1001", "2002", records, webid="9", per_page=3)
    page = hanweb_pages.jpage_pages([column], Proxy(stray="<ul>", quote='"'))[column.path]
    assert isinstance(page, hanweb_pages.Page)
    (read,) = jpage.columns(page.body.decode(), URL, {})
    assert (len(read.store.records), read.call.total, read.missing()) == (3, 4, ())
    assert parse_qs(urlsplit(read.store.next_reference or "").query)["page"] == ["1"]
    assert (read.form["webid"], read.form["webname"]) == ("9", column.webname)


UNIT = """<script src="/images/AuthorizedRead/unitbuild.js" url="/api-gateway/front/page/build/unit"
queryData="{{'webId':'3001','tplSetId':'tpl1','pageType':'{kind}','tagId':'{tag}','editType':'null',
'pageId':1229000001,'parseType':'bulidstatic'}}"></script>"""


def test_units_of_a_page() -> None:
    text = UNIT.format(kind="site", tag="nav") + UNIT.format(kind="column", tag="list") * 2
    page = read_page(URL, text.encode())
    (unit,) = jpaas.units(page)
    assert unit.tag == "list"
    parts = urlsplit(unit.request(2))
    assert parts.path == "/api-gateway/front/page/build/unit"
    query = parse_qs(parts.query)
    assert json.loads(query.pop("paramJson")[0]) == {"pageNo": 2, "pageSize": 15}
    assert query == {
        "webId": ["3001"], "tplSetId": ["tpl1"], "pageType": ["column"], "tagId": ["list"], "editType": ["null"],
        "pageId": ["1229000001"], "parseType": ["bulidstatic"],
    }  # fmt: skip
    assert [unit.tag for unit in jpaas.units(page, {"tagId": "nav"})] == ["nav"]
    assert jpaas.units(page, {"tagId": "other"}) == ()
    many = "".join(UNIT.format(kind="column", tag=f"t{n}") for n in range(50))
    assert len(jpaas.units(read_page(URL, many.encode()))) == jpaas.MAX_UNITS
    wrong = "<script queryData=\"{'a':'b'}\"></script><script url='javascript:x' queryData=\"{'a':'b'}\"></script>"
    assert jpaas.units(read_page(URL, wrong.encode())) == ()


def test_a_unit_s_answer() -> None:
    assert jpaas.answered_html('{"success":true,"code":"200","data":{"html":"<ul></ul>"}}') == "<ul></ul>"
    assert jpaas.answered_html('{"success":true,"data":{"html":null}}') == ""
    assert jpaas.answered_html('{"success":true,"data":null}') == ""
    for wrong in (
        "", "<html>login</html>", "[1]", '{"success":false,"data":null}', '{"data":"x"}', '{"data":{"html":{"a":1}}}',
        "[" * 100_000,
    ):  # fmt: skip
        with pytest.raises(jpaas.NotAUnit, match="expected"):
            jpaas.answered_html(wrong)


@pytest.mark.parametrize(
    "path",
    [
        "/art/2025/1/20/art_1001_5001.html",
        "/art/2025/art_f00dfacec0ffee12.html",
        "/col/col9/art/2025/art_0f0e0d0c-0b0a-4909-8807-060504030201.html",
        "/module/download/downfile.jsp?classid=0&filename=0123456789abcdef0123456789abcdef.pdf",
    ],
)
def test_addresses_of_articles(path: str) -> None:
    assert is_article_shaped(f"http://{HOST}{path}")
    assert not is_article_shaped(URL)
