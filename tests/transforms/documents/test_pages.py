"""HTML as portals serve it: the report found in the page round it, whatever markup, nesting or damage it comes in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.transforms.layouts import SECTIONS, html_page, html_tables, piped_cells, piped_rows, plain_figures
from tests.transforms.scoring import Seen, assert_reads, see
from transforms.content import content_hash
from transforms.reading import read_document

TITLE = plain_figures().title
NAV = "".join(
    f'<li><a href="/{n}">{name}</a></li>'
    for n, name in enumerate(
        ["首页", "政务公开", "行政复议", "主动公开政府信息", "依申请公开", "政府信息公开年报", "其他", "规章"]
    )
)
SIDE = "".join(
    f'<li><a href="/{y}.html">云岭县教育局{y}年政府信息公开工作年度报告</a><span>{y + 1}-01-20</span></li>'
    for y in (2023, 2021, 2020, 2019)
)

FOOTER = "主办：云岭县人民政府 网站标识码：1234560001 ICP备12号 您是第 123456 位访客"


def _body() -> str:
    """Headings, sentences and tables of a report, without a page round it."""
    return re.sub(r"(?s)^.*<div id=zoom>|</div></body></html>$", "", html_page(plain_figures()).decode())


def _portal(body: str, counter: str = "浏览次数：<span id=hits>33</span>", footer: str = "") -> str:
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>{TITLE}-云岭县人民政府</title><script>var n = "予以公开 9";</script><style>td {{ color: red }}</style></head>
<body><div class="header"><ul>{NAV}</ul></div><div class="main"><div class="side"><ul>{SIDE}</ul></div>
<div class="article"><h1>{TITLE}</h1><div class="info">发布时间：2023-01-20 来源：县教育局 {counter}</div>
<div class="TRS_Editor">{body}</div><div class="share">【打印本页】【关闭窗口】</div></div></div>
<div class="footer">{footer or FOOTER}</div></body></html>"""


def _agrees(page: str | bytes) -> Seen:
    seen = assert_reads(page, plain_figures().expected())
    assert seen.reading.agency_name == "云岭县教育局"
    assert seen.reading.report_year == 2022
    return seen


def test_a_page_with_navigation_side_bar_and_footer() -> None:
    seen = _agrees(_portal(_body()))
    assert seen.reading.sections["6"] == "无。"
    assert seen.reading.sections["1"] == "全年主动公开信息2022条。"


@pytest.mark.parametrize(
    ("counter", "again"),
    [
        ("浏览次数：<span id=hits>33</span>", "浏览次数：<span id=hits>1034</span>"),
        ("点击数：33 次", "点击数：34 次"),
        ("阅读 33", "阅读 99"),
        ("访问量：<b>33</b>", "访问量：<b>34</b>"),
    ],
)
@pytest.mark.parametrize("place", ["above", "inside", "below", "footer"])
def test_a_visit_counter_changes_nothing_that_is_said(counter: str, again: str, place: str) -> None:
    hashes = set()
    texts = set()
    for printed in (counter, again):
        body = _body()
        if place == "inside":
            body = f"<p>{printed}</p>{body}"
        if place == "below":
            body = f"{body}<p>{printed}</p>"
        page = _portal(body, printed if place == "above" else "", printed if place == "footer" else "")
        seen = _agrees(page)
        hashes.add(content_hash(seen.reading))
        texts.add(str(seen.reading.sections))
    assert len(hashes) == len(texts) == 1


@pytest.mark.parametrize(
    "line",
    [
        "您是第{}位访问者",
        "今日访问：{} 总访问：4000",
        "本文已被浏览{}次",
        "点击：{}",
        "（浏览{}次）",
        "阅读人数：{}",
        "访客：{}",
        "人气：{}",
    ],
)
def test_counters_of_every_kind_below_a_report_that_stands_in_the_body_itself(line: str) -> None:
    said = set()
    for count in (33, 1034):
        page = f"<html><body><h1>{TITLE}</h1>{_body()}<p>{line.format(count)}</p></body></html>"
        said.add(content_hash(_agrees(page).reading))
    assert len(said) == 1


def test_a_sentence_about_visits_to_the_site_is_part_of_the_report() -> None:
    told = "全年门户网站访问量达到 33 万人次，发布信息 2022 条，其中依申请公开栏目浏览次数较上年有所增长。"
    seen = _agrees(_portal(_body().replace("全年主动公开信息2022条。", told)))
    assert seen.reading.sections["1"] == told


def test_a_changed_figure_or_sentence_is_something_else_said() -> None:
    first = read_document(_portal(_body()).encode())
    for old, new in (("<p>345</p>", "<p>346</p>"), ("工作还有差距", "工作已无差距"), ("<p>96.5</p>", "<p></p>")):
        assert content_hash(read_document(_portal(_body().replace(old, new)).encode())) != content_hash(first)
    spaced = _portal(_body().replace("<p>", "<p> <span>").replace("</p>", "</span>&nbsp;</p>\n"))
    assert content_hash(read_document(spaced.encode())) == content_hash(first)


# Encodings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("actual", ["utf-8", "gbk", "gb18030", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "GBK", None, "iso-8859-1", "no-such-charset", "big5"])
def test_any_encoding_declared_rightly_or_wrongly(actual: str, declared: str | None) -> None:
    page = _portal(_body()).replace("charset=utf-8", f"charset={declared}" if declared else "x")
    prefix = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(actual, b"")
    _agrees(prefix + page.encode(actual))


@pytest.mark.parametrize("actual", ["utf-8", "gbk", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("make", [piped_rows, piped_cells])
def test_text_files_in_any_encoding(actual: str, make: Callable[..., bytes]) -> None:
    text = make(plain_figures()).decode().encode(actual)
    assert_reads(text, plain_figures().expected())
    assert_reads(text.replace("\n".encode(actual)[-1:], "\n".encode(actual)[-1:]), plain_figures().expected())


def test_traditional_page_in_big5() -> None:
    import opencc

    page = opencc.OpenCC("s2t").convert(_portal(_body())).replace("charset=utf-8", "charset=big5")
    seen = assert_reads(page.encode("big5hkscs", errors="xmlcharrefreplace"), plain_figures().expected())
    assert seen.reading.report_year == 2022


def test_a_few_broken_bytes_do_not_lose_the_page() -> None:
    page = _portal(_body()).encode("gbk")
    at = page.index("工作还有差距".encode("gbk"))
    _agrees(page[: at + 1] + b"\xff\xff" + page[at + 2 :])


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
def test_line_ends_of_every_system(ends: str) -> None:
    text = piped_rows(plain_figures()).decode().replace("\n", ends)
    assert_reads(text, plain_figures().expected())


# Markup -----------------------------------------------------------------------------------------------------------


def _word(text: str) -> str:
    """Markup as it is pasted from a word processor."""
    text = re.sub(
        r"<p>([^<]+)</p>",
        r'<p class=MsoNormal align=center style="text-align:center;mso-pagination:widow-orphan"><span lang=EN-US '
        r'style="font-size:10.5pt;font-family:宋体"><!--[if gte mso 9]><xml>5</xml><![endif]-->'
        r"\1<o:p></o:p></span></p>",
        text,
    )
    text = re.sub(r"<td", '<td width=98 nowrap valign=center style="border:solid windowtext 1.0pt;padding:0cm"', text)
    return text.replace("<p></p>", "<p><span><o:p>&nbsp;</o:p></span></p>")


def test_word_processor_markup() -> None:
    _agrees(_portal(_word(_body())))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r'colspan="(\d+)"', r'colspan="\1px"'),
        (r'colspan="(\d+)"', r"colspan='\1 '"),
        (r'rowspan="(\d+)"', r"ROWSPAN=\1"),
        (r"<td", "<th"),
        (r"</td>", ""),
        (r"</p>|</td>|</tr>", ""),
        (r"<tr>", "<tr>\n\n  "),
        (r"<table border=1>", "<table><tbody><thead></thead>"),
        (r"<td", "<TD"),
        (r"<p>", "<p><br>"),
        (r"<p>(\d+)</p>", r"<div><font color=black>\1</font></div>"),
        (r"<p>(\d)(\d+)</p>", r"<p><span>\1</span><span>\2</span></p>"),
        (r"<p>(\d+)</p>", r"<p>\1</p><p>&nbsp;</p>"),
        (r"<p>(\d+)</p>", r"<p><!-- 7 -->\1<script>8</script><span style='display: none'>9</span></p>"),
        (r"<p>(\d+)</p>", r"<p>&#160;\1&ensp;&#8203;</p>"),
        (r"</table>", "</table><br/>&nbsp;"),
    ],
)
def test_markup_in_every_sloppy_form(old: str, new: str) -> None:
    body = _body()
    assert re.search(old, body)
    if old == "<td":
        body = body.replace("</td>", new.replace("<", "</") + ">")
    _agrees(_portal(re.sub(old, new, body)))


@pytest.mark.parametrize(
    "mark", ["<sup>1</sup>", "<sup>[1]</sup>", "<s>2</s>", "<del>2</del>", "<strike>2</strike>", "<br>6"]
)
def test_raised_and_struck_marks_are_not_digits(mark: str) -> None:
    seen = see(_portal(_body().replace("<p>345</p>", f"<p>345{mark}</p>")))
    cell = seen.cells["disclosure.licence_decisions"]
    assert cell["value"] in (None, 345)
    assert "disclosure.licence_decisions" in seen.named or cell["value"] == 345


def test_spans_beyond_the_table() -> None:
    body = _body().replace('rowspan="3"', 'rowspan="3000000"', 1).replace('colspan="3"', 'colspan="99999999999"', 1)
    expected = plain_figures().expected()
    seen = see(_portal(body))
    wrong = {p: c for p, c in seen.cells.items() if c["value"] not in (None, float(expected[p]))}
    assert set(wrong) <= seen.named, wrong


def test_a_label_that_spans_a_million_rows() -> None:
    body = _body()
    rows = re.search(r'rowspan="(\d\d)"', body)
    assert rows
    expected = plain_figures().expected()
    seen = see(_portal(body.replace(rows.group(), 'rowspan="1000000"')))
    wrong = {p: c for p, c in seen.cells.items() if c["value"] not in (None, float(expected[p]))}
    assert set(wrong) <= seen.named, wrong
    assert sum(c["value"] is not None for c in seen.cells.values()) > 100


@pytest.mark.parametrize("frames", [1, 4])
def test_layout_tables_of_old_pages_round_the_data_tables(frames: int) -> None:
    body = _body()
    for _ in range(frames):
        side = f"<td width=200><table><tr><td>{SIDE}</td></tr></table></td>"
        body = f"<table width=960><tr>{side}<td>{body}</td></tr></table>"
    page = f"<html><body><table><tr><td>{NAV}</td></tr></table><h1>{TITLE}</h1>{body}</body></html>"
    seen = _agrees(page)
    assert sorted(seen.reading.sections) == ["1", "2", "3", "4", "5", "6"]


def test_one_cell_holds_title_text_and_tables() -> None:
    page = f"<html><body><table><tr><td>{TITLE}</td></tr><tr><td>{_body()}</td></tr></table></body></html>"
    _agrees(page)


def test_a_table_nested_in_a_cell_of_figures() -> None:
    body = _body().replace("<p>345</p>", "<table><tr><td>345</td></tr></table>")
    seen = see(_portal(body))
    cell = seen.cells["disclosure.licence_decisions"]
    assert cell["value"] in (None, 345)
    others = {p: t for p, t in plain_figures().expected().items() if p != "disclosure.licence_decisions"}
    assert_reads(_portal(body), others, doubted=seen.named & {"disclosure.licence_decisions"})


def test_each_table_wrapped_in_a_table_of_one_cell() -> None:
    body = (
        _body().replace("<table border=1>", "<table><tr><td><table>").replace("</table>", "</table></td></tr></table>")
    )
    _agrees(_portal(body))


@pytest.mark.parametrize("make", [piped_rows, piped_cells])
def test_text_tables_in_pre(make: Callable[..., bytes]) -> None:
    text = make(plain_figures()).decode()
    _agrees(f"<html><body><ul>{NAV}</ul><pre>{text}</pre></body></html>")


def test_text_tables_with_breaks_in_a_paragraph() -> None:
    text = piped_rows(plain_figures()).decode().replace("\n", "<br>\n")
    _agrees(f"<html><body><div><p>{text}</p></div></body></html>")


def test_tables_split_at_page_breaks_with_the_header_repeated() -> None:
    figures = plain_figures()
    _, three, _ = html_tables(figures)
    rows = re.findall("<tr>.*?</tr>", three)
    cut = next(n for n, row in enumerate(rows) if "结转下年度" in row)
    split = "".join(rows[:cut]) + "</table><p>- 6 -</p><table border=1>" + "".join(rows[:3]) + "".join(rows[cut:])
    _agrees(_portal(_body().replace("".join(rows), split)))


def test_hidden_rows_and_tables_are_not_read() -> None:
    body = _body()
    body = body.replace("<td><p>行政处罚", '<td style="display:none"><p>行政处罚</p></td><td><p>行政处罚')
    ghost = html_page(plain_figures()).decode().replace("<p>345</p>", "<p>999</p>")
    ghost = re.sub(r"(?s)^.*<div id=zoom>|</div></body></html>$", "", ghost)
    _agrees(_portal(f'<div style="display:none">{ghost}</div>{body}<table hidden><tr><td>行政许可<td>4</table>'))


# Damage -----------------------------------------------------------------------------------------------------------


def test_ten_thousand_deep() -> None:
    deep = "<div>" * 10_000
    assert read_document(f"<html><body>{deep}{_body()}".encode()).outcome in (
        "parsed",
        "no_tables",
        "unreadable",
        "out_of_format",
    )
    tables = "<table><tr><td>" * 3_000
    assert read_document(f"<html><body>{tables}5".encode()).outcome


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \n\t ",
        b"\x00" * 5000,
        bytes(range(256)) * 40,
        b"<html>",
        b"<!DOCTYPE html>",
        b"<",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"%PDF-1.4 \x00\x01",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04word/document.xml",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        "浏览".encode("utf-16"),
        b"<html><body>" + b"\xfe\xfd\xfc" * 3000,
    ],
)
def test_bytes_that_are_no_report(data: bytes) -> None:
    reading = read_document(data)
    assert reading.outcome in ("unreadable", "out_of_format")
    assert reading.reason
    assert not reading.cells
    assert "failed on this document" not in reading.reason


def test_a_page_of_another_kind_is_out_of_format() -> None:
    page = _portal("<p>关于做好防汛工作的通知。</p>").replace(TITLE, "云岭县教育局防汛通知").replace(SIDE, "")
    assert read_document(page.encode()).outcome == "out_of_format"


def test_only_images_have_no_tables() -> None:
    seen = see(_portal('<p><img src="1.jpg"/></p><p><img src="2.jpg"/></p>'))
    assert seen.reading.outcome == "no_tables"
    assert seen.reading.agency_name == "云岭县教育局"
    assert not [p for p, c in seen.cells.items() if c["value"] is not None]


def test_headings_stay_in_their_order() -> None:
    assert list(_agrees(_portal(_body())).reading.sections) == [str(n) for n in range(1, len(SECTIONS) + 1)]


@pytest.mark.parametrize("order", ["side first", "side last"])
def test_links_to_other_years_never_give_the_title(order: str) -> None:
    parts = [f"<div><p>政府信息公开年报</p><ul>{SIDE}</ul></div>", f"<div><p>{TITLE}</p><div>{_body()}</div></div>"]
    page = "".join(parts if order == "side first" else parts[::-1])
    seen = _agrees(f"<html><head><title>云岭县人民政府</title></head><body>{page}</body></html>")
    assert seen.reading.title == TITLE


def test_a_title_over_two_lines_above_the_report() -> None:
    above = f"<ul>{SIDE}</ul><p>云岭县教育局2022年</p><p>政府信息公开工作年度报告</p>"
    page = f"<html><body>{above}<div>{_body()}</div></body></html>"
    _agrees(page)
