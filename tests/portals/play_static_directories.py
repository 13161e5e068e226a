"""Static portals of other makers: addresses of every shape, next links, query pages, GBK (families.md §2.5, §2.7 to
§2.9, §2.12, §2.13, §2.15)."""

from __future__ import annotations

from collections.abc import Callable

from flows.demo.server import Asked, Page
from tests.portals.columns import NAVIGATION, Column, article, framed, html, tagged
from tests.portals.scenario import HEADINGS, Pages

DOCX = Page(
    b"PK\x03\x04 x",
    content_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    etag="auto",
)


# The download script of VSB has no ending.
DOWNLOAD = "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=2"


def uuid(number: int) -> str:
    return f"67eb2365-22bc-45b5-be58-{number:012x}"


def digest(number: int) -> str:
    return f"{number:032x}"


def linked(*addresses: str) -> Callable[[str, int, int], str]:
    """List pages that link the pages beside them, by numbers and by 下一页; the last one has no address there."""

    def frame(rows: str, number: int, count: int) -> str:
        numbers = "".join(f'<a href="{address}">{at}</a>' for at, address in enumerate(addresses, 1))
        following = f'<a href="{addresses[number]}">下一页</a>' if number < count else "<a>下一页</a>"
        return framed(
            f"{rows}<div class='page'><a href='{addresses[0]}'>首页</a>{numbers}{following}</div>", number, count
        )

    return frame


def in_body(heading: str, day: str) -> Page:
    link = '<p><a href="http://{host}/attachment/0/8/8001/1.docx">附件：年度报告</a></p>' if "2024" in heading else ""
    script = "<script>window.NFCMS_SITE_ID=1;window.NFCMS_POST_ID=8001</script>"
    return tagged(heading, day, f'<div class="news_cont_d_wrap">{HEADINGS}{link}</div>{script}')


NFCMS = Column(
    lists=("/zwgk/xxgknb/index.html", "/zwgk/xxgknb/index_2.html"),
    path=lambda year: f"/zwgk/xxgknb/content/post_{year}01.html",
    others="/zwgk/xxgknb/content/post_900{}.html",
    reference=lambda path: "http://{host}" + path,
    frame=lambda rows, number, count: framed(f'<div class="common-list"><ul>{rows}</ul></div>', number, count),
    article=in_body,
    more={"/attachment/0/8/8001/1.docx": DOCX},
)
COLUMN = "/columns/29527d47-65f0-4e58-9a95-804549f339e9"
UUIDS = Column(
    lists=(f"{COLUMN}/index.html", f"{COLUMN}/index_1.html"),
    path=lambda year: f"{COLUMN}/{year + 1}01/20/{uuid(year)}.html",
    others=COLUMN + "/202501/18/00000000-22bc-45b5-be58-00000000000{}.html",
    article=article('<div id="con1">'),
)


def in_a_shanghai_box(heading: str, day: str) -> Page:
    box = '<div class="pdf-content"><a href="/files/0a1b.pdf">报告下载</a></div>' if "2024" in heading else ""
    return tagged(heading, day, f'<div id="ivs_content" class="Article_content">{HEADINGS}</div>{box}')


SHANGHAI_DEPARTMENT = Column(
    lists=("/txxgknb_17198/index.html",),
    path=lambda year: f"/txxgknb_17198/{year + 1}0120/t0035_13{year}.html",
    others="/txxgknb_17198/20250118/t0035_99{}.html",
    article=in_a_shanghai_box,
    more={"/files/0a1b.pdf": Page(b"%PDF-1.4 s", content_type="application/pdf", etag="auto")},
)


def visual_site_builder(following: dict[int, str], total: int) -> Callable[[str, int, int], str]:
    def frame(rows: str, number: int, count: int) -> str:
        link = f'<span class="p_next"><a href="{following[number]}">下页</a></span>' if number in following else ""
        last = f"<span class='p_t'>共{total}条</span>{link}"
        start = "<!--Announced by Visual SiteBuilder 9--><script src='/_sitegray/_sitegray.js'></script>"
        return framed(f'{start}<ul class="content-list">{rows}</ul><span class="p_pages">{last}</span>', number, count)

    return frame


def downloads(heading: str, day: str) -> Page:
    more = f'<ul><li>附件【<a href="{DOWNLOAD}">年报.docx</a>】</li></ul>' if "2024" in heading else ""
    return tagged(heading, day, f'<div id="vsb_content"><div class="v_news_content">{HEADINGS}</div></div>{more}')


def only_from_its_article(asked: Asked) -> Page:
    """The download script of VSB: without a Referer it shows a page in place of the document."""
    if not asked.headers.get("referer", "").endswith("/info/1001/20241.htm"):
        return html("<!DOCTYPE html><html><body>非法访问</body></html>", status=200)
    return Page(b"PK\x03\x04 v", content_type="application/octet-stream", headers={"Content-Disposition": "attachment"})


VSB_UP = Column(
    lists=("/zfxxgk/zfxxgknb.htm", "/zfxxgk/zfxxgknb/1.htm", "/zfxxgk/zfxxgknb/2.htm"),
    path=lambda year: f"/info/1001/{year}1.htm",
    others="/info/1001/900{}.htm",
    frame=visual_site_builder({1: "zfxxgknb/1.htm", 2: "2.htm"}, 14),
    article=downloads,
)
VSB_DOWN = Column(
    lists=("/zfxxgk/zfxxgknb.htm", "/zfxxgk/zfxxgknb/2.htm", "/zfxxgk/zfxxgknb/1.htm"),
    path=lambda year: f"/info/1648/{year}2.htm",
    others="/info/1648/900{}.htm",
    frame=visual_site_builder({1: "zfxxgknb/2.htm", 2: "1.htm"}, 14),
    article=article('<div class="v_news_content">'),
)


def vsb_pages(host: str, removed: str | None) -> Pages:
    return {**VSB_UP.pages(host, removed), "/system/_content/download.jsp": only_from_its_article}


def untagged(heading: str, day: str) -> Page:
    """No standard tags: the culture department of Henan."""
    return html(
        f"""<html><head><title>{heading}_甲省文化和旅游厅</title></head><body>{NAVIGATION}<h1>甲省文化和旅游厅</h1>
        <h3 id="title">{heading}</h3><span id="pubDate">{day} 10:35</span><div id="content">{HEADINGS}</div>
        </body></html>"""
    )


HENAN = Column(
    lists=("/zwgk/xxgk/zfxxgknb/", "/zwgk/xxgk/zfxxgknb/index_1.html"),
    path=lambda year: f"/{year + 1}/01-15/31{year}.html" if year > 2017 else "/zwgk/xxgk/zfxxgknb/2017.pdf",
    others="/2025/01-18/900{}.html",
    article=lambda heading, day: (
        untagged(heading, day)
        if "2017" not in heading
        else Page(b"%PDF-1.4 2017", content_type="application/pdf", etag="auto")
    ),
)
SHAPES: tuple[tuple[str, str, Column, dict[str, object]], ...] = (
    (
        "liaoning", "liaoning_long_ids",
        Column(
            lists=("/web/zwgkx/zfxxgk1/zfxxgknb/index.shtml", "/web/zwgkx/zfxxgk1/zfxxgknb/index_1.shtml"),
            path=lambda year: f"/web/zwgkx/zfxxgk1/zfxxgknb/{year + 1}012010354{year}/index.shtml",
            others="/web/zwgkx/zfxxgk1/zfxxgknb/202501181035400{}/index.shtml",
        ), {"kind": "index_n"},
    ),
    (
        "kunming", "kunming_c",
        Column(
            lists=("/zfxxgk/zfxxgknb/index.shtml", "/zfxxgk/zfxxgknb/index_2.shtml"),
            path=lambda year: f"/c/{year + 1}-01-29/66{year}.shtml",
            others="/c/2025-01-18/9900{}.shtml",
            frame=linked("index.shtml", "index_2.shtml"),
            article=article("<article>", "</article>"),
        ), {"kind": "index_n"},
    ),
    (
        "binhai", "contents_category",
        Column(
            lists=("/kfq/zfxxgknb/index.html",), path=lambda year: f"/kfq/contents/10994/27{year}.html",
            others="/kfq/contents/10994/90{}.html",
        ), {"kind": "none"},
    ),
    (
        "wuxi", "wuxi_doc",
        Column(
            lists=("/zfxxgk/xxgknb/index.shtml", "/zfxxgk/xxgknb/index_1.shtml"),
            path=lambda year: f"/doc/{year + 1}/01/17/44{year}.shtml", others="/doc/2025/01/18/90{}.shtml",
        ), {"kind": "index_n"},
    ),
    (
        "yanan", "numbered_lists",
        Column(
            lists=("/zfxxgk/zfxxgknb/1.html", "/zfxxgk/zfxxgknb/2.html", "/zfxxgk/zfxxgknb/3.html"),
            path=lambda year: f"/zfxxgk/zfxxgknb/161959365554870{year}.html",
            others="/zfxxgk/zfxxgknb/161959365554870000{}.html",
        ), {"kind": "n"},
    ),
    (
        "baoding", "baoding_years",
        Column(
            lists=("/zfgknb/",), path=lambda year: f"/zfgknb/{year}/16418825981{year}.html",
            others="/zfgknb/2024/16418825990000{}.html",
        ), {"kind": "none"},
    ),
    (
        "qujing", "qujing_auto",
        Column(
            lists=("/list/xxgknb/auto/124.html", "/list/xxgknb/auto/124_2.html"),
            path=lambda year: f"/html/xxgknb/12{year}.html", others="/html/xxgknb/9900{}.html",
            frame=linked("124.html", "124_2.html"),
        ), {"kind": "next_link"},
    ),
    (
        "nanping", "nanping_cms",
        Column(
            lists=("/cms/html/npszf/zfxxgknb/index.html",),
            path=lambda year: f"/cms/html/npszf/{year + 1}-01-25/177{year}18.html",
            others="/cms/html/npszf/2025-01-18/17799900{}.html",
        ), {"kind": "none"},
    ),
    (
        "sasac", "sasac_content",
        Column(
            lists=("/n2588020/n2588072/index.html",), path=lambda year: f"/n2588020/n2588072/c26{year}/content.html",
            others="/n2588020/n2588072/c990{}/content.html",
        ), {"kind": "none"},
    ),
    (
        "jiangxi", "jiangxi_pc_list",
        Column(
            lists=("/jxsrmzf/xxgkn142/pc/list.html", "/jxsrmzf/xxgkn142/pc/list_2.html"),
            path=lambda year: f"/jxsrmzf/xxgkn142/pc/content/content_18{year}.html",
            others="/jxsrmzf/xxgkn142/pc/content/content_990{}.html",
        ), {"kind": "index_n", "first": 2},
    ),
    (
        "jeecms", "jeecms",
        Column(
            lists=("/xxgknb/index.jhtml", "/xxgknb/index_2.jhtml"), path=lambda year: f"/xxgknb/{year - 2000}.jhtml",
            others="/xxgknb/90{}.jhtml", frame=linked("index.jhtml", "index_2.jhtml"),
        ), {"kind": "index_n"},
    ),
)  # fmt: skip


def in_a_table(address: str, heading: str, day: str) -> str:
    return f'<tr><td class="tdbg"><a href="{address}">·{heading}</a></td><td>{day.replace("-0", "-")}</td></tr>'


def old_table(rows: str, number: int, count: int) -> str:
    charset = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
    following = f'<a href="list.asp?page={number + 1}">下一页</a>' if number < count else "下一页"
    return f"<html><head>{charset}</head><body><table>{rows}</table>{following}</body></html>"


def old_article(heading: str, day: str) -> Page:
    body = (
        f"<table><tr><td align=center><b class=title>{heading}</b></td></tr><tr><td>发布日期：{day}</td></tr></table>"
    )
    charset = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
    head = f"<html><head><title>{heading}</title>{charset}</head>"
    return html(f"{head}<body>{body}<table><tr><td>{HEADINGS}</table></body></html>", "gbk", content_type="text/html")


GBK_PAGE: dict[str, object] = {"content_type": "text/html"}
ASP = Column(
    lists=("/list.asp", "/list.asp?page=2", "/list.asp?page=3"),
    path=lambda year: f"/show.asp?id={year}",
    others="/show.asp?id=900{}",
    reference=lambda path: path.lstrip("/"),
    row=in_a_table,
    frame=old_table,
    article=old_article,
    encoding="gbk",
    page=GBK_PAGE,
)
QUERY = Column(
    lists=tuple(f"/InfoPublic.aspx?cid=1019&pid=971&page={number}&kw=" for number in (1, 2, 3)),
    path=lambda year: f"/InfoDetail.aspx?cid=1019&id={year}",
    others="/InfoDetail.aspx?cid=1019&id=900{}",
    row=in_a_table,
    frame=lambda rows, number, count: f"<html><body>{NAVIGATION}<table>{rows}</table></body></html>",
)
PHP = Column(
    lists=("/list.php?catid=7",),
    path=lambda year: f"/show.php?catid=7&id={year}",
    others="/show.php?catid=7&id=900{}",
)
# A server without pages answers every number with all it has.
SAME = Column(lists=("/nb/list.jsp",), path=lambda year: f"/nb/view.jsp?id={year}", others="/nb/view.jsp?id=900{}")


def query_pages(host: str, removed: str | None) -> Pages:
    """Every number after the last page is answered with the last page."""
    pages = QUERY.pages(host, removed)
    return {**pages, "/InfoPublic.aspx": pages[QUERY.lists[-1]]}


SCENARIOS = [
    NFCMS.scenario(
        "nfcms", ("nfcms", "attachment_in_body"), {"kind": "index_n", "first": 2}, ["/attachment/0/8/8001/1.docx"]
    ),
    UUIDS.scenario("uuid", ("uuid_columns",), {"kind": "index_n"}),
    SHANGHAI_DEPARTMENT.scenario("shanghai-department", ("shanghai_departments",), None, ["/files/0a1b.pdf"]),
    VSB_UP.scenario(
        "vsb", ("vsb_next_link", "attachment_no_ending"), {"kind": "next_link"}, [DOWNLOAD], pages=vsb_pages
    ),
    VSB_DOWN.scenario("vsb-down", ("vsb_counts_down",), {"kind": "next_link"}),
    HENAN.scenario("henan", ("henan_dated", "no_meta_tags", "attachment_item"), {"kind": "index_n"}),
    *(column.scenario(name, (quirk,), pager) for name, quirk, column, pager in SHAPES),
    ASP.scenario("asp", ("legacy_asp_gbk", "gbk_undeclared"), {"kind": "next_link"}),
    QUERY.scenario("query-pages", ("legacy_query_pages",), {"kind": "query"}, pages=query_pages),
    PHP.scenario("php", ("legacy_php",)),
    SAME.scenario("same-page", ("pages_repeat",), {"kind": "query"}),
]
