"""One article page to its title, day, source and attachments: meta tags first, then containers."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from spiders import addresses
from spiders.reading import listing, metadata, page_images, references, titles
from spiders.reading.listing import Attachment
from spiders.reading.pages import Element, Page, css, element_text, whole_text, xpath
from spiders.registry import ArticleSelectors

# Where bodies stand, the most used first (families.md §1.2).
CONTAINERS = (
    "#zoom, #Zoom",
    "div.TRS_Editor, .trs_editor_view, .TRS_UEDITOR, .TRS_PreAppend",
    "#UCAP-CONTENT, .ucapcontent, ucapcontent",
    ".wzcon.j-fontContent, .j-fontContent",
    "#vsb_content, .v_news_content",
    "#ivs_content, .Article_content",
    "#mainText, .main-txt, .artile_zw",
    ".epoint-article-content, #mainContent",
    ".xxgk_content, .bt_content, #NewsContent, .news_cont_d_wrap, #fontzoom, #BodyLabel",
)
# Hanweb marks the beginning of a text in whatever element holds it (families.md §2.2).
_MARKED = xpath(
    "//meta[translate(@name, 'CONTESAR', 'contesar') = 'contentstart']"
    "/parent::*[not(self::html or self::head or self::body)]"
)
_VIEWERS = xpath("//@data-value/.. | //iframe/@src/.. | //embed/@src/.. | //object/@data/..")
_SCRIPTS = xpath("//script/text()")
_QUOTED_PDF = re.compile(r"[\"']([^\"'\s<>]{1,300}\.pdf)[\"']", re.IGNORECASE)
# Names that other things carry as well, tried last.
LOOSE_CONTAINERS = (
    "[id^='con'][id*='1'], #con",
    ".article-content, .article-body, #content, div.content, .article",
)
# Boxes beside the body that hold attachments (families.md §1.3).
ATTACHMENT_BOXES = (
    ".fujian, .xgfj, .pdf-content, .xl_main, .fj, .attachment, .attachments, .accessory, .annex, .appendix,"
    " .artfile, #fujian, #attachment"
)
MAX_ATTACHMENTS = 20
_TAGS = ("articletitle", "pubdate", "contentsource")
MOST_CHARACTERS_COMPARED = 200_000

_DOWNLOAD_PATH = re.compile(
    r"/download\.jsp\?|downfile\.jsp\?|/module/download/|/attachments?/|downloadattach|/downfile|/filedownload"
    r"|/group\d+/M\d\d/|/down(?:load)?(?:file)?(?:\.\w{2,6})?\?|[?&](?:filename|wbfileid|attachid|fileid)=",
    re.IGNORECASE,
)
_IMAGE_ENDING = re.compile(r"\.(?:jpe?g|png|gif|bmp|webp|svg|ico|tiff?)$", re.IGNORECASE)
# What stands in a box of attachments is one, if it is not called like a page.
_PAGE_ENDING = re.compile(r"(?:/|\.(?:[sj]?html?|asp|php))$", re.IGNORECASE)
_ATTACHMENT_WORDS = re.compile(r"附件|年度报告|年报|下载|全文|\.(?:pdf|docx?|wps|xlsx?)\b", re.IGNORECASE)
_DATE_LABEL = re.compile(r"(?:发布|发文|公开|生成|成文)?(?:日期|时间)\s*[:：]?\s*(.{0,30})")

# The six statutory headings (specification §1) and those of the form before 2019; spaces are removed first.
HEADINGS = (
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "行政复议、行政诉讼情况",
    "行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
    "依申请公开",
    "主动公开",
    "概述",
)
_ERROR_WORDS = re.compile(
    r"页面不存在|页面未找到|找不到(?:您|你)?(?:所)?(?:访问|请求|浏览)?的?(?:页面|网页|内容)|您访问的(?:页面|网页|内容)不存在"
    r"|不合法的参数|404(?:notfound|错误|-)|文章不存在|信息不存在或已被?删除|网站正在维护|系统维护中"
)

# What a column shows in the place of the report of a year that it does not have.
_NOTHING_WORDS = re.compile(r"暂无(?:相关)?(?:信息|内容|数据|报告|年报)")


@dataclass(frozen=True)
class Article:
    """What an article page says of itself. Days are YYYY-MM-DD; what is not there is None.

    `pictures` are those of a report that has neither a table nor a document beside it.
    """

    title: str | None
    published_on: str | None
    content_source: str | None
    attachments: tuple[Attachment, ...]
    pictures: tuple[Attachment, ...] = ()


def read_article(page: Page, selectors: ArticleSelectors | None = None) -> Article:
    """Read one article page.

    Args:
        page: the page.
        selectors: the entry's own CSS, which comes before the general rules.
    """
    selectors = selectors or ArticleSelectors()
    meta = meta_tags(page)
    body = body_of(page, selectors.body)
    # Most pages carry the tags, and the others print the same beside their text.
    printed = {} if all(meta.get(name) for name in _TAGS) else metadata.printed(page)
    attachments = tuple(_attachments(page, body, selectors.attachments))[:MAX_ATTACHMENTS]
    return Article(
        title=_title(page, meta, printed, selectors.title),
        published_on=_published_on(page, meta, printed, selectors.date),
        content_source=meta.get("contentsource") or printed.get("source") or None,
        attachments=attachments,
        pictures=() if attachments else tuple(Attachment(url, "") for url in page_images.page_images(page, body)),
    )


def meta_tags(page: Page) -> dict[str, str]:
    """The page's meta tags by lower-case name (families.md §1.1); of equal names the first filled one."""
    found: dict[str, str] = {}
    for tag in page.tree.iter("meta"):
        attributes = {str(name).lower(): str(value) for name, value in tag.attrib.items()}
        name = attributes.get("name", "").strip().lower()
        content = " ".join(attributes.get("content", "").split())
        if name and content and name not in found:
            found[name] = content
    return found


def body_of(page: Page, selector: str | None = None) -> Element | None:
    """The element that holds the text: the entry's, else the first known container that is not empty."""
    nodes = css(selector)(page.tree) if selector else _bodies(page)
    return next((node for node in nodes if _is_filled(node)), None)


def _bodies(page: Page) -> Iterator[Element]:
    for selector in CONTAINERS:
        yield from _found(page, selector)
    yield from _MARKED(page.tree)
    for selector in LOOSE_CONTAINERS:
        yield from _found(page, selector)


def _found(page: Page, selector: str) -> list[Element]:
    """What a selector finds in a page, without looking at every element where ids and classes tell."""
    needed = _names_of(selector)
    if not needed:
        return css(selector)(page.tree)
    if needed.isdisjoint(page.names):
        return []
    found = css(selector, "self::")
    return [node for node in _having(needed)(page.tree) if found(node)]


@functools.lru_cache(maxsize=64)
def _having(names: frozenset[str]) -> Callable[[Element], list[Element]]:
    """Elements with one of these words in their id or class, in the order of the page."""
    tests = (f"contains(concat(' ', normalize-space(.), ' '), ' {name} ')" for name in sorted(names))
    return xpath(f"(//@id | //@class)[{' or '.join(tests)}]/..")


@functools.lru_cache(maxsize=64)
def _names_of(selector: str) -> frozenset[str]:
    """Ids and classes of which an element must have one to match; none where something else may match."""
    parts = [re.findall(r"[#.]([\w-]+)", part) for part in selector.split(",")]
    return frozenset(name for part in parts for name in part) if all(parts) else frozenset()


def _is_filled(node: Element) -> bool:
    shown = next(node.iter("table", "img", "embed", "iframe"), None) is not None
    return shown or any("href" in link.attrib for link in node.iter("a")) or len(element_text(node)) >= 20


def why_no_article(page: Page, article: Article, link_text: str, title_re: str | None = None) -> str | None:
    """Why a page that answered 200 is not the article that its link promised, or None if it may be.

    Portals answer with an error text, their home page or a list in the place of an article (families.md §3).
    A page counts as an article when its own title is a report's, or its text has two of the statutory
    headings, or its text holds the link's title together with a table, an attachment or a picture.
    """
    text = _text_in(page, "body")
    if _headings_in(text) >= 2:
        return None
    compact = titles.normal(text, MOST_CHARACTERS_COMPARED)
    if _headings_in(compact) >= 2:
        return None
    error = _ERROR_WORDS.search(titles.normal(_text_in(page, "title"))) or (
        _ERROR_WORDS.search(compact) if len(compact) < 1500 else None
    )
    if error:
        return f"soft_404: the page answers 200 and says {error[0]}"
    body = body_of(page)
    nothing = _NOTHING_WORDS.search(compact) if len(compact) < 1500 else None
    if nothing and not article.attachments and (body is None or not _says_more(body)):
        return f"soft_404: the page answers 200 and says {nothing[0]}"
    rows = listing.read_listing(page, listing.ListingRules(hosts=_own_host(page), title_re=title_re))
    others = [c for c in rows.candidates if titles.normal(c.link_text) != titles.normal(link_text)]
    verdict = titles.classify(article.title, title_re)
    named = verdict.accepted
    substance = next(page.tree.iter("table"), None) is not None or bool(article.attachments) or body is not None
    if len(others) >= 2 and not article.attachments and not (named and body is not None and _says_more(body)):
        return "soft_404: the page is a list of reports, not a report"
    # The bare name of the report is the heading of an empty shell, too.
    if named and (substance or verdict.report_year is not None or verdict.agency_name is not None):
        return None
    if not named and titles.classify(article.title).code not in ("other", "empty", "too_long", "cut"):
        return None
    wanted = titles.normal(link_text).rstrip("….")
    if wanted and wanted in compact and substance:
        return None
    return "soft_404: the page has neither the title of its link nor the headings of a report"


def _text_in(page: Page, name: str) -> str:
    """The text of the first element of this name, without spaces and cut where it is no page any more."""
    found = next(page.tree.iter(name), None)
    return "" if found is None else "".join(whole_text(found).split())[:MOST_CHARACTERS_COMPARED]


def _headings_in(text: str) -> int:
    return sum(heading in text for heading in HEADINGS)


def _says_more(body: Element) -> bool:
    return next(body.iter("table", "img", "embed", "iframe"), None) is not None or len(element_text(body)) >= 200


def _own_host(page: Page) -> tuple[str, ...]:
    return (addresses.host_key(page.url),)


def _title(page: Page, meta: dict[str, str], printed: dict[str, str], selector: str | None) -> str | None:
    for node in css(selector)(page.tree) if selector else ():
        if said := element_text(node):
            return said
    if meta.get("articletitle"):
        return meta["articletitle"]
    sources = [
        element_text(node)
        for node in css("#title, .wztit, .artT, .article-title, .arti_title, h1, h2, h3, .title, .bt, .xl_title, .tit")(
            page.tree
        )[:12]
    ]
    sources.append(printed.get("title", ""))
    head = next((element_text(node) for node in page.tree.iter("title")), "")
    sources.append(re.split(r"\s*[-_|—–]{1,2}\s*(?=[^-_|—–]*$)", head)[0])
    filled = [source for source in sources if source]
    if selector and filled:
        return filled[0]
    # Without the tag the first heading may be the site's name: one that speaks of disclosure is better.
    for source in filled:
        if titles.classify(source).accepted:
            return source
    named = [source for source in filled if titles.classify(source).code not in ("other", "too_long", "empty")]
    best = named or filled
    return best[0] if best else None


def _published_on(page: Page, meta: dict[str, str], printed: dict[str, str], selector: str | None) -> str | None:
    if selector:
        for node in css(selector)(page.tree):
            found = listing.date_in(element_text(node))
            if found:
                return found
    tagged = listing.date_in(meta.get("pubdate", "")) or listing.date_in(printed.get("day", ""))
    if tagged:
        return tagged
    for node in _found(page, "#pubDate, .fbsj, .pubtime, .time, .date, .art_infos, .xx_con, .info"):
        found = listing.date_in(element_text(node)[:200])
        if found:
            return found
    text = element_text(page.tree)[:20_000]
    for match in _DATE_LABEL.finditer(text):
        found = listing.date_in(match[1])
        if found:
            return found
    return None


def joined(attachments: tuple[Attachment, ...], documents: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    """The attachments of an article, and those that only its list names; each address once."""
    found = {one.url: one for one in attachments}
    for document in documents:
        found.setdefault(document.url, document)
    return tuple(found.values())[:MAX_ATTACHMENTS]


def _attachments(page: Page, body: Element | None, selector: str | None) -> Iterator[Attachment]:
    seen = {page.url}

    def fresh(reference: str, text: str) -> Iterator[Attachment]:
        url = page.absolute(reference)
        url = None if url is None else references.behind_viewer(url)
        if url is not None and url not in seen:
            seen.add(url)
            yield Attachment(url, text or _named_in(url))

    if selector:
        for node in css(selector)(page.tree):
            for link in node.iter("a"):
                if "href" in link.attrib:
                    yield from fresh(link.get("href", ""), listing.link_text(link))
        return
    boxes = [*([body] if body is not None else []), *_found(page, ATTACHMENT_BOXES)]
    for box in boxes:
        beside = box is not body and "xl_main" not in box.get("class", "").split()
        for link in box.iterdescendants("a"):
            reference, text = references.reference_of(link), listing.link_text(link)
            placed = "download" in link.attrib or (beside and _ATTACHMENT_WORDS.search(text + _around(link)))
            if is_document_link(reference, text) or (placed and _may_be_document(reference)):
                yield from fresh(reference, text)
    for link in page.links():
        reference, text = references.reference_of(link), listing.link_text(link)
        called = is_document_link(reference, text) or ("download" in link.attrib and _may_be_document(reference))
        if called and _ATTACHMENT_WORDS.search(text + _around(link)):
            yield from fresh(reference, text)
    # Viewers name the document in an attribute instead of a link.
    for viewer in _VIEWERS(page.tree):
        reference = viewer.get("data-value") or viewer.get("src") or viewer.get("data") or ""
        url = page.absolute(reference)
        if url is None or references.behind_viewer(url) == url:
            inner = re.search(r"[?&]file=([^&]+)", reference)
            reference = unquote(inner[1]) if inner else reference
            if not references.DOCUMENT_ENDING.search(reference):
                continue
        yield from fresh(reference, viewer.get("title", ""))
    if len(seen) == 1 and (body is None or next(body.iter("table"), None) is None):
        # Or a script names it, for a viewer that it makes itself.
        for script in _SCRIPTS(page.tree):
            for reference in _QUOTED_PDF.findall(script[:MOST_CHARACTERS_COMPARED]):
                yield from fresh(reference, "")


def _may_be_document(reference: str) -> bool:
    """True for an address that is neither a page's nor a picture's, where it stands in the place of a document's."""
    path = urlsplit(reference).path if reference else "/"
    return not reference.lower().startswith(("mailto:", "data:")) and not (
        _PAGE_ENDING.search(path) or _IMAGE_ENDING.search(path)
    )


def _named_in(url: str) -> str:
    """The file name that a download script is asked for (`filename=`), for links that are only a picture."""
    name = re.search(r"[?&]filename=([^&#]{1,200})", url, re.IGNORECASE)
    return unquote(name[1]) if name else ""


def _around(link: Element) -> str:
    """The text of a link's parent when that is small: a whole page mentions attachments somewhere."""
    parent = link.getparent()
    if parent is None or listing.has_more_links(parent, listing.MOST_LINKS_OF_A_ROW):
        return ""
    text = whole_text(parent)
    return text if len(text) <= 120 else ""


def is_document_link(reference: str, text: str = "") -> bool:
    """True when an address or its text suggests a document or a download without an ending; no pictures."""
    reference = reference.strip()
    if reference.lower().startswith(("javascript:", "mailto:", "data:", "#")):
        return False
    try:
        path = urlsplit(reference).path
    except ValueError:
        return False
    if _IMAGE_ENDING.search(path):
        return False
    if references.DOCUMENT_ENDING.search(reference) or _DOWNLOAD_PATH.search(reference):
        return True
    return bool(references.DOCUMENT_ENDING.search(text.strip())) and not re.search(r"\.s?html?$", path, re.IGNORECASE)
