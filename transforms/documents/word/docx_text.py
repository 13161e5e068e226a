"""Paragraphs of a DOCX -> the text that is printed, by runs and their look: a raised 1 is no digit of a figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from transforms.documents.package import attribute, local
from transforms.documents.word.docx_package import is_on, properties, shown
from transforms.documents.word.looks import PLAIN, Look, Piece

# Not printed, or no text: deleted and moved-away text, codes of fields, readings of ruby, and all properties.
UNSEEN = frozenset(
    (
        "del moveFrom instrText delText delInstrText rt rubyPr sectPr sdtPr sdtEndPr pPr rPr tblPr tblPrEx "
        "tblGrid trPr tcPr sSupPr sSubPr sSubSupPr fPr ctrlPr"
    ).split()
)
_DRAWN = frozenset(["drawing", "pict", "object"])
_NOTES = frozenset(["footnoteReference", "endnoteReference"])
# Parts of formulas: 10 with an exponent is neither 103 nor 10.
_APART = frozenset(["sup", "sub", "num", "den", "deg", "lim"])
_AS_TEXT = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# Characters of the font Symbol that are what their ASCII code says; private codes of other such fonts are pictures.
_SYMBOLS_AS_ASCII = frozenset("0123456789+-.,%()/=")
_PICTURE = "□"
_LONGEST_CHAIN_OF_STYLES = 20


class Styles:
    """Looks that the styles of a document give to paragraphs and runs."""

    def __init__(self, root: etree._Element | None) -> None:
        self._own: dict[str, dict[str, bool | str]] = {}
        self._above: dict[str, str] = {}
        self._resolved: dict[str, dict[str, bool | str]] = {}
        for style in root if root is not None else ():
            name = attribute(style, "styleId") if local(style) == "style" else None
            if name is None:
                continue
            self._own[name] = _looks(properties(style, "rPr"))
            above = next((attribute(child, "val") for child in style if local(child) == "basedOn"), None)
            if above:
                self._above[name] = above

    def of_paragraph(self, paragraph: etree._Element) -> dict[str, bool | str]:
        """What the style of a paragraph says of its runs."""
        return self._of(properties(paragraph, "pPr").get("pStyle"))

    def of_run(self, run: etree._Element, paragraph: Mapping[str, bool | str], around: Look) -> Look:
        """The look of a run: its own properties before its style's before its paragraph's."""
        own = properties(run, "rPr")
        if not own and not paragraph:
            return around
        says = {**paragraph, **self._of(own.get("rStyle")), **_looks(own)}
        return Look(
            hidden=bool(says.get("hidden")),
            raised=around.raised or bool(says.get("raised")),
            struck=bool(says.get("struck")),
            place=around.place or str(says.get("place", "")),
        )

    def _of(self, reference: etree._Element | None) -> dict[str, bool | str]:
        name = attribute(reference, "val") if reference is not None else None
        if name is None:
            return {}
        if name not in self._resolved:
            chain = [name]
            while chain[-1] in self._above and len(chain) < _LONGEST_CHAIN_OF_STYLES:
                chain.append(self._above[chain[-1]])
            found: dict[str, bool | str] = {}
            for one in reversed(chain):
                found |= self._own.get(one, {})
            self._resolved[name] = found
        return self._resolved[name]


def _looks(own: Mapping[str, etree._Element]) -> dict[str, bool | str]:
    """Only what the properties say, so that they can stand over those of a style."""
    found: dict[str, bool | str] = {}
    if "vanish" in own:
        found["hidden"] = is_on(own["vanish"])
    if "vertAlign" in own:
        found["raised"] = attribute(own["vertAlign"], "val") in ("superscript", "subscript")
    if "strike" in own or "dstrike" in own:
        found["struck"] = is_on(own.get("strike")) or is_on(own.get("dstrike"))
    if "position" in own:
        value = attribute(own["position"], "val") or ""
        found["place"] = "" if value.rstrip("pt") in ("", "0", "-0") else value
    return found


@dataclass
class Paragraph:
    """What a paragraph prints: its text, the text boxes that hang on it, and whether the next one continues it."""

    pieces: list[Piece] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    runs_on: bool = False


def read_paragraph(paragraph: etree._Element, styles: Styles) -> Paragraph:
    """The printed text of a paragraph; breaks are line feeds."""
    found = Paragraph(runs_on="del" in _mark(paragraph))
    of_paragraph = styles.of_paragraph(paragraph)
    fields: list[bool] = []  # of each field that is open: whether its result has begun
    stack = [(child, PLAIN) for child in reversed(paragraph)]
    while stack:
        element, look = stack.pop()
        kind = local(element)
        if kind == "t" or kind in _AS_TEXT or kind == "sym":
            if all(fields) and not look.hidden:
                text = element.text or "" if kind == "t" else _AS_TEXT.get(kind) or _symbol(element)
                found.pieces.append(Piece(text, look))
        elif kind == "r":
            look = styles.of_run(element, of_paragraph, look)
            if len(element) > 1 and any(local(child) in _NOTES for child in element):
                look = look._replace(raised=True)  # the note's own mark stands behind its reference
            stack.extend((child, look) for child in reversed(element))
        elif kind == "fldChar":
            _mark_field(fields, attribute(element, "fldCharType"))
        elif kind == "AlternateContent":
            stack.extend((child, look) for child in shown(element))
        elif kind in _DRAWN:
            stack.extend((box, look) for box in reversed(_boxes(element)))
        elif kind == "txbxContent":
            found.boxes.append(element)
        elif kind not in UNSEEN:
            if kind in _APART:
                look = look._replace(place=kind)
            stack.extend((child, look) for child in reversed(element))
    return found


def _mark(paragraph: etree._Element) -> dict[str, etree._Element]:
    """Properties of the mark that ends a paragraph: where it is deleted, two paragraphs are printed as one."""
    own = properties(paragraph, "pPr").get("rPr")
    return {local(one): one for one in own} if own is not None else {}


def _mark_field(fields: list[bool], kind: str | None) -> None:
    """A field shows its result; what stands before it, other fields included, is its code."""
    if kind == "begin":
        fields.append(False)
    elif kind == "separate" and fields:
        fields[-1] = True
    elif kind == "end" and fields:
        fields.pop()


def _boxes(drawing: etree._Element) -> list[etree._Element]:
    """The text boxes of a drawing, each once: not those within another, nor a second reading of the same."""
    found = []
    stack = list(reversed(drawing))
    while stack:
        element = stack.pop()
        kind = local(element)
        if kind == "txbxContent":
            found.append(element)
        else:
            stack.extend(reversed(shown(element) if kind == "AlternateContent" else element))
    return found


def _symbol(element: etree._Element) -> str:
    """A character that is named by its code in a font; a minus must not get lost, a picture must not be a digit."""
    try:
        code = int(attribute(element, "char") or "", 16)
    except ValueError:
        return _PICTURE
    font = (attribute(element, "font") or "").lower()
    private = 0xF000 <= code <= 0xF0FF
    code -= 0xF000 if private else 0
    if font == "symbol" and code < 256:
        return chr(code) if chr(code) in _SYMBOLS_AS_ASCII else _PICTURE
    if private or "dings" in font or not 32 <= code < 0xD800:
        return _PICTURE
    return chr(code)
