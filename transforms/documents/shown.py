"""What a browser shows of a page: what is hidden taken out of its tree, what is raised or struck made known as such."""

from __future__ import annotations

import re

from lxml import etree

# What is not shown gets this name, which no page can write, and is taken out in one go: one by one, the text behind
# each would be joined to all before it.
_UNSEEN = "{gongkai}unseen"
_NOT_DISPLAYED = re.compile(r"display\s*:\s*none|visibility\s*:\s*collapse", re.I)
_INVISIBLE = re.compile(r"visibility\s*:\s*hidden", re.I)
_STRUCK = re.compile(r"text-decoration[a-z-]*\s*:[^;]*line-through", re.I)
_RAISED = re.compile(r"vertical-align\s*:\s*(super|sub)\b", re.I)
_TINY = re.compile(r"font-size\s*:\s*0(\.0*)?\s*(px|pt|r?em|%)?\s*(;|!|$)", re.I)
_STRUCK_TAGS = frozenset(["s", "strike", "del"])
_INLINE = frozenset(["span", "font", "a", "b", "i", "em", "strong", "u", "small", "label"])
# What a style sheet hides by class is hidden for good in a row or a line; whole parts of a page a script shows again.
_ROW_OR_CELL = frozenset(["tr", "td", "th"])
# A page in which none of these stands shows all that it holds. Word processors write the names of styles everywhere:
# of these it is looked at what they say, unless that is written as numbers of characters or behind a comment.
_SIGNS = (b"hidden", b"collapse", b"line-through")
_SAID = tuple(
    re.compile(name + rb"\s*(?:[&/]|:\s*(?:[&/]|" + what + rb"))")
    for name, what in (
        (b"display", rb"none"),
        (b"vertical-align", rb"su"),
        (b"font-size", rb"0(?![\d.]*[1-9])"),
    )
)
_LONGEST_SHEET, _MOST_STRUCK = 200_000, 2000
_CSS_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.S)
_CONDITIONAL = re.compile(r"@[a-z-]+[^{};]{0,500}\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", re.I)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_PLAIN_SELECTOR = re.compile(r"^(?:[a-z]+\d?)?\.([\w-]+)$", re.I)
_CLASS = re.compile(r"\.([\w-]+)")
_DISPLAY = re.compile(r"display\s*:|visibility\s*:", re.I)


def keep_what_shows(root: etree._Element, page: bytes) -> None:
    """Take out of the tree what the page does not show; the text behind an element stays."""
    lowered = page.lower()
    if not (
        any(sign in lowered for sign in _SIGNS)
        or any(said.search(lowered) for said in _SAID)
        or next(root.iter(*_STRUCK_TAGS), None) is not None
    ):
        return
    by_class = _styles_of_classes(root) if b"<style" in lowered else {}
    struck: list[etree._Element] = []
    # Not by XPath, which brings what it finds into order: of many elements inside others that takes minutes.
    for element in root.iter(etree.Element):
        tag = element.tag
        style = element.get("style") or ""
        if by_class and (names := element.get("class")) and _is_small(element):
            style = ";".join([*(by_class[name] for name in names.split() if name in by_class), style])
        hidden = element.get("hidden") is not None
        if not style and not hidden and tag not in _STRUCK_TAGS:
            continue
        if hidden or _NOT_DISPLAYED.search(style) or _is_tiny(element, style):
            _hide(element)
        elif _INVISIBLE.search(style):
            if tag in ("td", "th"):
                # It keeps its place in the row.
                for child in element:
                    child.tail = None
                    child.tag = _UNSEEN
                element.text = None
            else:
                _hide(element)
        elif tag in _STRUCK_TAGS or (tag in _INLINE and _STRUCK.search(style)):
            struck.append(element)
        elif tag in _INLINE and _RAISED.search(style):
            element.tag = "sup"
    _take_struck(struck[:_MOST_STRUCK])
    etree.strip_elements(root, _UNSEEN, with_tail=False)


def _hide(element: etree._Element) -> None:
    if element.tag not in ("html", "body"):
        element.tag = _UNSEEN


def _is_small(element: etree._Element) -> bool:
    if element.tag in _ROW_OR_CELL:
        return next(element.iterdescendants("table"), None) is None
    return element.tag in _INLINE


def _is_tiny(element: etree._Element, style: str) -> bool:
    return element.tag in _INLINE and len(element) == 0 and bool(_TINY.search(style))


def _take_struck(struck: list[etree._Element]) -> None:
    """What is struck out of a cell is not what the cell says, if it says anything else; alone it stays."""
    of_cells: dict[etree._Element, list[etree._Element]] = {}
    for element in struck:
        cell = next(element.iterancestors("td", "th"), None)
        if cell is not None:
            of_cells.setdefault(cell, []).append(element)
    for cell, elements in of_cells.items():
        tags = [element.tag for element in elements]
        for element in elements:
            element.tag = _UNSEEN
        if _shows_text(cell):
            for element in elements:
                element.tail = f" {element.tail or ''}"
        else:
            for element, tag in zip(elements, tags, strict=True):
                element.tag = tag if tag in _STRUCK_TAGS else "s"


def _shows_text(cell: etree._Element) -> bool:
    walk = etree.iterwalk(cell, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            if element is not cell and (element.tail or "").strip():
                return True
        elif element.tag == _UNSEEN:
            walk.skip_subtree()
        elif (element.text or "").strip():
            return True
    return False


def _styles_of_classes(root: etree._Element) -> dict[str, str]:
    """The declarations of classes that a style sheet in the page hides, raises or strikes, whatever else applies."""
    sheet = "\n".join(element.text or "" for element in root.iter("style"))
    if len(sheet) > _LONGEST_SHEET:
        return {}
    sheet = _CONDITIONAL.sub("", _CSS_COMMENT.sub("", sheet))
    styles: dict[str, str] = {}
    shown_again: set[str] = set()
    for selectors, declarations in _RULE.findall(sheet):
        marks = (_NOT_DISPLAYED, _INVISIBLE, _STRUCK, _RAISED, _TINY)
        counts = any(pattern.search(declarations) for pattern in marks)
        hides = _NOT_DISPLAYED.search(declarations) or _INVISIBLE.search(declarations)
        for selector in selectors.split(","):
            if counts and (plain := _PLAIN_SELECTOR.match(selector.strip())):
                styles[plain[1]] = f"{styles.get(plain[1], '')};{declarations}"
            elif _DISPLAY.search(declarations) and not (hides and counts):
                shown_again.update(_CLASS.findall(selector))
    return {name: style for name, style in styles.items() if name not in shown_again}
