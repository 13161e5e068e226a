"""The jpage datastore of Hanweb pages: records, the next-page link and the parameters of its calls, as plain text.

No XML parser sees it: portals put stray markup between records, forget closing marks and cut answers short, and an
entity that is never expanded can do no harm (families.md §2.2 a).
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from spiders.reading.pages import Page, parse

DEFAULT_PROXY = "/module/web/jpage/dataproxy.jsp"
DEFAULT_PER_PAGE = 15
# A column asks for three pages at a time unless its call says otherwise.
DEFAULT_GROUP = 3
_MOST_PER_PAGE = 300
# A column has its list and some boxes around it; what a page holds beyond so many is left alone.
MAX_LISTS = 20

# What the scripts of a column send, in their order.
_PAGE_FIELDS = ("page", "appid", "webid", "path", "columnid", "unitid", "webname", "permissiontype")
_WINDOW_FIELDS = (
    *("col", "appid", "webid", "path", "columnid"),
    *("sourceContentType", "unitid", "webname", "permissiontype"),
)
# What an entry may declare of them.
FORM_PARAMS = ("columnid", "unitid", "webid", "webname", "appid", "path", "permissiontype")

_TOKEN = re.compile(r"<(/?)(datastore|recordset|record|nextgroup|script)\b[^<>]{0,500}>", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_HREF = re.compile(r"<a\b[^>]{0,2000}?\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
# Only what an attribute must escape: `&para…` in an encrypted address is no sign for a paragraph.
_AMPERSAND = re.compile(r"&(?:amp|#38|#x26);", re.IGNORECASE)
_OWNER = re.compile(r"\bid\s*=\s*[\"']?([\w-]{1,80})")
_OWNER_SEARCHED_CHARACTERS = 400

_CALL = re.compile(r"(?:[\"']#([\w-]{1,80})[\"']\s*\)\s*)?\.jpage\s*\(")
_CALL_CHARACTERS = 4000
_OBJECT = re.compile(r"\{([^{}]{1,2000})\}")
_PAIR = re.compile(
    r"[\"']?(\w{1,40})[\"']?\s*:\s*(?:'([^'\n]{0,300})'|\"([^\"\n]{0,300})\"|([\w.%/-]{1,300}))\s*(?=,|\}|$|\n|//)"
)
_PROXY = re.compile(r"[\"'=\s(]([\w:/.~-]{0,200}dataproxy\.jsp)", re.IGNORECASE)
_COLUMN_PATH = re.compile(r"/col/col([\w-]{1,60})/")
_ARTICLE_COLUMN = re.compile(r"/col/col([\w-]{1,60})/art/|/art_(\w{1,60}?)_\d+(?:_\d+)?\.s?html?$")


@dataclass(frozen=True)
class Store:
    """One datastore. `records` are HTML; `next_reference` is the link as written; incomplete: the text was cut."""

    records: tuple[str, ...] = ()
    next_reference: str | None = None
    unitid: str | None = None
    complete: bool = True


@dataclass(frozen=True)
class Call:
    """What a page's script says of one list: its unit, how many records there are, how and where to ask."""

    unitid: str | None = None
    total: int | None = None
    per_page: int | None = None
    group: int | None = None
    proxy: str | None = None


@dataclass(frozen=True)
class Column:
    """One list of a column page: what stands in the page, what its script says, and the form that asks for more."""

    store: Store
    call: Call
    proxy: str
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def window(self) -> int:
        """How many records one window asks for, as the page's own script does."""
        return self.per_page * min(self.call.group or DEFAULT_GROUP, 10)

    @property
    def per_page(self) -> int:
        """Records a page, within what servers answer."""
        return min(max(self.call.per_page or DEFAULT_PER_PAGE, 1), _MOST_PER_PAGE)

    def missing(self) -> tuple[str, ...]:
        """Parameters without which the dataproxy cannot be asked, and that neither page nor entry names."""
        return tuple(name for name in ("columnid", "unitid", "webid") if not self.form.get(name))

    def window_request(self, received: int) -> tuple[str, str]:
        """(reference, form) for the window of records after the first `received`."""
        start = received + 1
        query = f"startrecord={start}&endrecord={received + self.window}&perpage={self.per_page}"
        fields = {"col": "1", "appid": "1", **self.form}
        return _joined(self.proxy, query), urlencode([(name, fields.get(name, "")) for name in _WINDOW_FIELDS])

    def page_request(self, number: int) -> tuple[str, str]:
        """(reference, form) for one numbered page; both hold what is needed, so either may be sent."""
        fields = {"page": str(number), "appid": "1", **self.form}
        return self.proxy, urlencode([(name, fields.get(name, "")) for name in _PAGE_FIELDS])


def stores(text: str) -> tuple[Store, ...]:
    """All datastores of a page or of a dataproxy's answer, in order; records outside any are one of their own.

    What stands between records is skipped; a record that the text ends in is left out and its store incomplete.
    """
    return tuple(_stores(text))


def _stores(text: str) -> Iterator[Store]:
    records: list[str] = []
    following: str | None = None
    opened: int | None = None  # where the open store begins
    named = False
    record: int | None = None
    group: int | None = None
    scripts = 0  # that began within the store: its own script's end is one more
    for token in _TOKEN.finditer(text):
        closing, name = bool(token[1]), token[2].lower()
        if name == "record":
            if opened is None:
                opened = token.start()
            if record is not None:
                records.append(_contents(text[record : token.start()]))
            record = None if closing else token.end()
        elif name == "nextgroup":
            if group is not None:
                following = _reference(text[group : token.start()]) or following
            group = None if closing else token.end()
        elif name == "datastore" and not closing:
            if opened is not None and (records or named):
                yield _store(text, opened, records, following, record is None)
            records, following, record, group = [], None, None, None
            opened, named, scripts = token.start(), True, 0
        elif opened is not None and name == "script" and (not closing or scripts > 0 or record is not None):
            scripts += -1 if closing else 1
        elif opened is not None and name in ("datastore", "script"):
            yield _store(text, opened, records, following, record is None)
            records, following, record, group = [], None, None, None
            opened, named, scripts = None, False, 0
    if opened is not None and (records or named or record is not None):
        yield _store(text, opened, records, following, record is None and not named)


def _store(text: str, opened: int, records: list[str], following: str | None, complete: bool) -> Store:
    before = text[max(0, opened - _OWNER_SEARCHED_CHARACTERS) : opened]
    owners = _OWNER.findall(before)
    return Store(tuple(record for record in records if record), following, owners[-1] if owners else None, complete)


def _contents(text: str) -> str:
    """A record's HTML, out of CDATA or out of escapes."""
    inner = _CDATA.sub("", text).strip()
    return html.unescape(inner) if "<" not in inner and "&lt;" in inner else inner


def _reference(text: str) -> str | None:
    match = _HREF.search(_contents(text))
    if match is None:
        return None
    return _AMPERSAND.sub("&", match[1] or match[2] or match[3] or "").strip() or None


def calls(text: str) -> tuple[Call, ...]:
    """The calls `$('#unit').jpage({…})` of a page's scripts, in order, at most MAX_LISTS."""
    found = list(itertools.islice(_CALL.finditer(text), MAX_LISTS))
    ends = [*(match.start() for match in found[1:]), len(text)]
    read = []
    for match, end in zip(found, ends, strict=False):
        said = text[match.end() : min(end, match.end() + _CALL_CHARACTERS)]
        read.append(
            Call(
                unitid=match[1],
                total=_number(said, "totalRecord"),
                per_page=_number(said, "perPage"),
                group=_number(said, "groupSize"),
                proxy=_word(said, "proxyUrl"),
            )
        )
    return tuple(read)


def _number(text: str, name: str) -> int | None:
    match = re.search(rf"\b{name}[\"']?\s*:\s*[\"']?(\d{{1,9}})\b", text)
    return int(match[1]) if match else None


def _word(text: str, name: str) -> str | None:
    match = re.search(rf"\b{name}[\"']?\s*:\s*(?:'([^'\n]{{1,500}})'|\"([^\"\n]{{1,500}})\")", text)
    return (match[1] or match[2]).strip() if match else None


def columns(text: str, url: str, params: Mapping[str, str]) -> tuple[Column, ...]:
    """The lists of a column page: its datastores, and calls or declared units that have none in the page.

    Args:
        text: the page.
        url: its address, which names the column when nothing else does.
        params: the entry's `list.params`; `unitid` there selects one list, the others fill and overrule.
    """
    inline, said = list(itertools.islice(_stores(text), MAX_LISTS)), list(calls(text))
    if not inline and not said and params.get("unitid"):
        said = [Call(unitid=params["unitid"])]
    pairs: list[tuple[Store, Call]] = []
    for store in inline:
        # A call belongs to the store in the element that it names, or it is the only one.
        own = next((call for call in said if call.unitid and call.unitid == store.unitid), None)
        if own is None and len(inline) == len(said) == 1:
            own = said[0]
        if own is not None:
            said.remove(own)
        pairs.append((store, own or Call(unitid=store.unitid)))
    pairs += [(Store(unitid=call.unitid), call) for call in said]
    wanted = params.get("unitid")
    if wanted and any(call.unitid == wanted for _, call in pairs):
        pairs = [(store, call) for store, call in pairs if call.unitid == wanted]
    objects, named = _declared_units(text), _PROXY.search(text)
    proxy = named[1] if named else DEFAULT_PROXY
    return tuple(_column(store, call, url, params, objects, proxy) for store, call in pairs)


def _column(
    store: Store,
    call: Call,
    url: str,
    params: Mapping[str, str],
    objects: list[dict[str, str]],
    page_proxy: str,
) -> Column:
    form = {"path": "/", "sourceContentType": "1", "permissiontype": "0"}
    address = _COLUMN_PATH.search(url)
    if address:
        form["columnid"] = address[1]
    if call.unitid:
        form["unitid"] = call.unitid
    declared = next((one for one in objects if call.unitid in (None, one["unitid"])), {})
    for source in (_query(store.next_reference), declared):
        form.update({name: value for name, value in source.items() if value})
    # The site is the same for every list of its page.
    for one in objects:
        for name in ("webid", "webname", "appid"):
            if one.get(name):
                form.setdefault(name, one[name])
    form.update({name: params[name] for name in FORM_PARAMS if params.get(name)})
    for name in ("page", "startrecord", "endrecord", "perpage", "proxyUrl"):
        form.pop(name, None)
    proxy = params.get("proxy") or call.proxy or (store.next_reference or "").partition("?")[0]
    per_page = int(params["perpage"]) if params.get("perpage") else call.per_page
    read = Call(call.unitid, call.total, per_page, call.group, call.proxy)
    return Column(store, read, proxy or page_proxy, form)


def _query(reference: str | None) -> dict[str, str]:
    """The fields of a next-page link."""
    try:
        return dict(parse_qsl(urlsplit(reference or "").query, max_num_fields=100))
    except ValueError:
        return {}


def _declared_units(text: str) -> list[dict[str, str]]:
    """The script objects of a page that name a unit and its site."""
    found = []
    for match in _OBJECT.finditer(text):
        if "unitid" not in match[1]:
            continue
        pairs = {pair[1]: pair[2] or pair[3] or pair[4] or "" for pair in _PAIR.finditer(match[1])}
        if pairs.get("unitid"):
            found.append({name: value for name, value in pairs.items() if name in _WINDOW_FIELDS})
        if len(found) >= MAX_LISTS:
            break
    return found


def page_of(records: tuple[str, ...], url: str) -> Page:
    """Records as a page, each parsed by itself so that a broken one spoils no other.

    Args:
        records: HTML of each.
        url: the page on which they are shown: relative links stand on it.
    """
    tree = parse("<html><body></body></html>")
    body = tree.find("body")
    assert body is not None
    for record in records:
        inner = parse(f"<div>{record}</div>").find("body")
        for child in list(inner) if inner is not None else ():
            body.append(child)
    return Page(url, "\n".join(records), tree, "utf-8")


def _joined(reference: str, query: str) -> str:
    return f"{reference}{'&' if '?' in reference else '?'}{query}"


def column_of(url: str) -> str | None:
    """The column that an article's address names; newer addresses name none."""
    found = _ARTICLE_COLUMN.search(urlsplit(url).path)
    return (found[1] or found[2]) if found else None


def shown(text: str) -> str:
    """The beginning of an answer, for messages."""
    text = " ".join(text[:200].split())
    return repr(text if len(text) <= 80 else text[:77] + "…")
