"""One article page: meta tags, containers, attachments; wrong encodings; pages that are no articles."""

from __future__ import annotations

import pytest

from spiders.reading.article import Article, is_document_link, read_article, why_no_article
from spiders.reading.pages import decode, looks_like_html, read_page
from spiders.registry import ArticleSelectors

URL = "http://www.a.gov.cn/zfxxgknb/202501/t20250120_1.html"
TITLE = "甲县人民政府办公室2024年政府信息公开工作年度报告"
BODY = "<p>一、总体情况</p><p>二、主动公开政府信息情况</p><table><tr><td>1</td></tr></table>"


def read(html: str, selectors: ArticleSelectors | None = None, url: str = URL) -> Article:
    return read_article(read_page(url, html.encode()), selectors)


def refusal(html: str, link_text: str = TITLE, url: str = URL) -> str | None:
    page = read_page(url, html.encode())
    return why_no_article(page, read_article(page), link_text)


def test_meta_tags_in_any_case_and_order() -> None:
    found = read(
        f"""<META CONTENT="{TITLE}" NAME="ARTICLETITLE"><meta name="pubdate" content="2025-01-20 10:35">
        <meta content=" 县政府办公室 " name="ContentSource"><h1>别的标题</h1><div id="zoom">{BODY}</div>"""
    )
    assert found.title == TITLE
    assert found.published_on == "2025-01-20"
    assert found.content_source == "县政府办公室"


def test_without_meta_tags() -> None:
    found = read(
        f"""<title>{TITLE}_甲县人民政府</title><h1>甲县人民政府网</h1><h2>{TITLE}</h2>
        <span class="fbsj">发布时间：2025年1月20日</span><div class="TRS_Editor">{BODY}</div>"""
    )
    assert found.title == TITLE
    assert found.published_on == "2025-01-20"
    assert found.content_source is None
    only_head = read(f"<title>{TITLE} - 甲县人民政府</title><div class=x>发布日期: 2025-01-21</div>")
    assert only_head.title == TITLE
    assert only_head.published_on == "2025-01-21"


def test_overrides_come_first() -> None:
    selectors = ArticleSelectors(title="h4", date=".d", attachments=".files", body=".b")
    found = read(
        """<meta name="ArticleTitle" content="甲"><h4>乙</h4><i class="d">2024-05-06</i>
        <div class="files"><a href="x?id=1">下载</a></div><div class="b"><a href="y.pdf">y</a></div>""",
        selectors,
    )
    assert (found.title, found.published_on) == ("乙", "2024-05-06")
    assert [a.url for a in found.attachments] == ["http://www.a.gov.cn/zfxxgknb/202501/x?id=1"]


def test_attachments_inside_beside_and_in_viewers() -> None:
    found = read(
        """<div><a href="/help.pdf">浏览帮助</a></div>
        <div id="zoom"><p>一、总体情况</p><a href="./P020250120.pdf">正文</a>
        <a href="P1.jpg"><img src="P1.jpg"></a><a href="t20240101_3.html">上一篇</a>
        <a href="/module/download/downfile.jsp?classid=0&filename=0123.pdf">年报</a></div>
        <div class="fujian">附件：<a class="fujianClass" href="W0202.docx">表</a></div>
        <li>附件【<a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&wbfileid=2">年报</a>】</li>
        <div id="pdfshow" data-value="/files/1.pdf"></div><iframe src="/viewer.html?file=%2Ffiles%2F2.pdf"></iframe>
        <p><a href="javascript:down('x.pdf')">x.pdf</a><a href="./P020250120.pdf">again</a></p>"""
    )
    base = "http://www.a.gov.cn"
    assert [a.url for a in found.attachments] == [
        f"{base}/zfxxgknb/202501/P020250120.pdf",
        f"{base}/module/download/downfile.jsp?classid=0&filename=0123.pdf",
        f"{base}/zfxxgknb/202501/W0202.docx",
        f"{base}/system/_content/download.jsp?urltype=news.DownloadAttachUrl&wbfileid=2",
        f"{base}/files/1.pdf",
        f"{base}/files/2.pdf",
    ]
    assert found.attachments[2].link_text == "表"


def test_hanweb_marks_its_text() -> None:
    inside = f"""<META NAME="contentstart">{BODY}<a href="/module/download/downfile.jsp?classid=0&filename=0123.pdf">
    <img src="/module/jslib/icons/pdf.png"/></a><meta name="ContentEnd">"""
    around = '<div class="content"><a href="/module/download/downfile.jsp?filename=help.doc">x</a></div>'
    for body in (f'<div class="any">{inside}</div>', f'<div class="artile_zw">{inside}</div>', f"<td>{inside}</td>"):
        found = read(f'<meta name="ArticleTitle" content="{TITLE}">{around}{body}')
        assert [(a.url, a.link_text) for a in found.attachments] == [
            ("http://www.a.gov.cn/module/download/downfile.jsp?classid=0&filename=0123.pdf", "0123.pdf")
        ], body
    bare = read(f"<body><meta name='ContentStart'>{BODY}<div id='content'>{BODY}<a href='a.pdf'>附件</a></div></body>")
    assert len(bare.attachments) == 1, "the whole page is no container"


def test_headings_far_down_a_page_count() -> None:
    navigation = "<ul>" + "<li><a href='/a/'> 栏目 </a></li>\n" * 3000 + "</ul>"
    page = read_page(URL, f"<title>某网</title>{navigation}<div id=zoom>{BODY}{'全年' * 3000}主动公开</div>".encode())
    assert why_no_article(page, read_article(page), "另一个标题") is None


def test_a_base_address_counts_and_a_page_of_links_has_an_end() -> None:
    found = read('<base href="http://f.a.gov.cn/"><div id="zoom"><a href="x.pdf">附件</a></div>')
    assert found.attachments[0].url == "http://f.a.gov.cn/x.pdf"
    many = read("<div id=zoom>" + "".join(f'<a href="{n}.pdf">附件{n}</a>' for n in range(500)) + "</div>")
    assert len(many.attachments) == 20


@pytest.mark.parametrize(
    ("reference", "text", "expected"),
    [
        ("a.PDF", "", True),
        ("a.wps?x=1", "", True),
        ("/attachment/1/12541123", "", True),
        ("/d/12541123", "年报.docx", True),
        ("/t/1.html", "年报.docx", False),
        ("a.png", "附件.pdf", False),
        ("mailto:a@b.cn", "a.pdf", False),
        ("/about", "关于", False),
    ],
)
def test_what_suggests_a_document(reference: str, text: str, expected: bool) -> None:
    assert is_document_link(reference, text) is expected


TEXT = f"<html><head><title>{TITLE}</title></head><body>中华人民共和国政府信息公开条例</body></html>"


@pytest.mark.parametrize(
    ("encoding", "header", "meta"),
    [
        ("utf-8", "text/html; charset=utf-8", ""),
        ("utf-8", "text/html; charset=gbk", '<meta charset="gb2312">'),
        ("gb18030", "text/html; charset=utf-8", '<meta charset="utf-8">'),
        ("gb18030", "text/html", ""),
        ("gb18030", "text/html; charset=iso-8859-1", ""),
        ("gb18030", "", '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'),
        ("gb18030", "text/html; charset=klingon", ""),
        ("big5", "text/html; charset=big5", ""),
        ("utf-16", "", ""),
        ("utf-8-sig", "text/html; charset=gbk", ""),
    ],
)
def test_any_declaration_of_the_encoding_is_survived(encoding: str, header: str, meta: str) -> None:
    text = meta + TEXT
    if encoding == "big5":
        text = "政府資訊公開年度報告甲縣人民政府辦公室"
    assert decode(text.encode(encoding), header)[0] == text


def test_a_truncated_page_keeps_its_encoding() -> None:
    data = (TEXT * 3).encode("utf-8")[:-17]
    text, encoding = decode(data + b"\xe4", "text/html; charset=gbk")
    assert encoding == "utf-8"
    assert text.startswith(TEXT)


def test_an_entry_s_encoding_comes_before_everything() -> None:
    assert decode("政府".encode("gb18030"), "text/html; charset=utf-8", "gb18030") == ("政府", "gb18030")


def test_bytes_decide_what_is_a_page() -> None:
    assert looks_like_html(b"  <!DOCTYPE html>", "application/pdf")
    assert not looks_like_html(b"%PDF-1.4", "text/html")
    assert not looks_like_html(b"PK\x03\x04...", "")
    assert not looks_like_html(b"\xd0\xcf\x11\xe0", "text/html; charset=utf-8")
    assert not looks_like_html(b"\x00\x01", "application/octet-stream")


def test_articles_are_recognised() -> None:
    assert refusal(f'<meta name="ArticleTitle" content="{TITLE}"><p>见附件</p>') is None
    assert refusal(f"<h1>本县</h1>{BODY}") is None, "two statutory headings"
    assert refusal("<h3>信息公开年度报告</h3><table><tr><td>1</td></tr></table>") is None
    assert refusal('<h3>信息公开年度报告</h3><div id="zoom"><img src="1.jpg"></div>') is None
    assert refusal(f"<h1>本县</h1><div>{TITLE}</div><table><tr><td>1</td></tr></table>") is None
    sidebar = "".join(
        f'<a href="t2024{n}111_1.html">乙{n}局2023年政府信息公开工作年度报告</a>' for n in range(1000, 1005)
    )
    assert refusal(f'<meta name="ArticleTitle" content="{TITLE}"><div id=zoom>{BODY}</div>{sidebar}') is None
    assert refusal("<h1>甲县2024年法治政府建设年度报告</h1>") is None, "a look-alike: rejected by its title later"
    beside = f"<h1>{TITLE}</h1><div id=zoom><img src='1.jpg'></div><div>相关文件：暂无相关信息</div>"
    assert refusal(beside) is None, "a report of pictures with an empty box beside"
    assert refusal(f"<h1>{TITLE}</h1><p>附件：<a href='1.pdf'>年报</a></p><p>暂无数据</p>") is None


@pytest.mark.parametrize(
    "html",
    [
        "<title>404</title><body>您访问的页面不存在</body>",
        "<body>抱歉，页面不存在</body>",
        "<body><h1>甲县人民政府</h1><p>欢迎访问</p></body>",
        "<body>不合法的参数</body>",
        "<body><h3>信息公开年度报告</h3><p>暂无相关信息</p></body>",
        "<html></html>",
        "<title>政府信息公开年报</title><ul><li>2024年</li></ul><div class='xxgk_nav_con'>暂无相关信息</div>",
        f"<h1>{TITLE}</h1><div class='xxgk_content'>暂 无 内 容</div>",
        f"<title>政府信息公开年报</title><a href='t20250120_1.html'>{TITLE}</a>"
        "<a href='t20250120_2.html'>甲县财政局2024年政府信息公开工作年度报告</a>"
        "<a href='t20250120_3.html'>甲县教育局2024年政府信息公开工作年度报告</a>",
    ],
)
def test_what_comes_in_the_place_of_an_article_is_named(html: str) -> None:
    assert (refusal(html) or "").startswith("soft_404: ")


def pictures(body: str) -> list[str]:
    found = read(f'<meta name="ArticleTitle" content="{TITLE}（图片版）"><div id="zoom">{body}</div>')
    return [picture.url.removeprefix("http://www.a.gov.cn/zfxxgknb/202501/") for picture in found.pictures]


def test_a_report_of_pictures_only() -> None:
    assert pictures(
        """<p><img src="./W01.jpg" width="800px"></p><p><img src="W02.PNG" width="100%"><img src="./W01.jpg"></p>
        <img src="loading.png" data-src="W03.jpeg"><img src="W04.jpg" height="24"><img src="/images/icon_pdf.png">
        <img src="icon.gif"><img src="qrcode.jpg"><img src="data:image/png;base64,AAAA"><img>
        <img src="http://[bad/1.jpg"><img src="http://b.gov.cn/W05.jpg">"""
    ) == ["W01.jpg", "W02.PNG", "W03.jpeg", "http://b.gov.cn/W05.jpg"]


def test_pictures_of_a_page_without_a_known_body() -> None:
    found = read(f'<h1>{TITLE}</h1><img src="/top.jpg"><div class="x"><p><b><img src="W01.jpg"></b></p></div>')
    assert [picture.url[-7:] for picture in found.pictures] == ["W01.jpg"]


def test_pictures_beside_figures_or_documents_are_ornament() -> None:
    words = "<p>本机关主动公开政府信息。</p>" * 60
    headings = "<p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p>"
    assert pictures(f'{words}{headings}<img src="W01.jpg">') == ["W01.jpg"], "headings without their tables"
    assert pictures(f'{words}<img src="chart.jpg">') == [], "a report in words, as before 2019"
    assert pictures(f'{BODY}<img src="W01.jpg">') == []
    assert pictures('<img src="W01.jpg"><a href="W01.pdf">年度报告</a>') == []
    assert len(pictures("".join(f'<img src="W{number}.jpg">' for number in range(500)))) == 40
