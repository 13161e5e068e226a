"""The layouts: every way of setting a report that was seen or is likely, each a named combination of options."""

from __future__ import annotations

import random
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Layout:
    """One way of setting a report. Every field but ``name``, ``forms`` and ``rare`` has its values in ``OPTIONS``.

    ``rare``: a careful reader may leave its cells unread, but must not read them wrongly.
    """

    name: str
    forms: tuple[str, ...] = ("F2019", "F2021")
    rare: bool = False
    # Table two
    disclosure: str = "official"
    extra_rows: bool = False
    # Table three
    header: str = "three storeys"
    corner: str = "note"
    groups: str = "spans"
    break_inside: str = "none"
    # Table four
    litigation: str = "official"
    # The whole
    joined: str = "three tables"
    headings: str = "above"
    title: str = "name first"
    metadata: bool = False
    narrative: str = "short"
    notes: bool = False
    # How figures are written
    zero: str = "0"
    digits: str = "plain"
    pad: str = "none"
    change: str = "signed"
    fee: str = "header"
    amount: str = "yuan in cell"
    # How labels are written
    items: str = "1."
    brackets: str = "full"
    label_breaks: str = "none"
    inner_spaces: bool = False
    explained: bool = False
    misprints: bool = False
    script: str = "simplified"
    # How it looks
    borders: str = "full"
    font: str = "song"
    font_size: float = 10.5
    page: str = "A4"
    landscape: bool = False
    align: str = "center"
    # How a kind of file is made
    markup: str = "plain"
    encoding: str = "utf-8"
    text: str = "piped rows"
    sheets: str = "one"


OPTIONS: dict[str, tuple] = {
    "disclosure": ("official", "odd spans", "fillers", "ragged", "table a block", "heading above", "heading beside"),
    "extra_rows": (False, True),
    "header": ("three storeys", "two storeys", "one storey", "fillers"),
    "corner": ("note", "word", "empty", "above"),
    "groups": ("spans", "repeated", "fillers", "own row", "two cells", "joined", "items only"),
    "break_inside": ("none", "bare", "header repeated", "page number"),
    "litigation": (
        *("official", "fillers", "two storeys", "three tables", "three tables headed inside", "channel rows"),
        *("turned", "turned grid", "beside", "channels in words"),
    ),
    "joined": ("three tables", "one table", "last two joined"),
    "headings": ("above", "inside"),
    "title": ("name first", "year first", "two lines", "no agency"),
    "metadata": (False, True),
    "narrative": ("short", "figures", "between"),
    "notes": (False, True),
    "zero": ("0", "blank", "dash", "none", "mixed"),
    "digits": ("plain", "full width", "thousands", "counted", "decimal"),
    "pad": ("none", "nbsp", "spaces", "tab", "ideographic"),
    "change": ("signed", "plain", "words", "full width", "minus sign"),
    "fee": ("header", "wanyuan in cell", "yuan in cell", "header in yuan", "no unit"),
    "amount": ("yuan in cell", "wanyuan in cell", "header", "header in wanyuan", "no unit"),
    "items": ("1.", "1、", "1．", "1. "),
    "brackets": ("full", "half"),
    "label_breaks": ("none", "break", "space"),
    "inner_spaces": (False, True),
    "explained": (False, True),
    "misprints": (False, True),
    "script": ("simplified", "traditional"),
    "borders": ("full", "none", "horizontal", "patchy"),
    "font": ("song", "hei", "kai"),
    "font_size": (10.5, 9.0, 12.0, 7.5),
    "page": ("A4", "A3", "Letter", "16K"),
    "landscape": (False, True),
    "align": ("center", "left", "right"),
    "markup": ("plain", "word", "sloppy", "headed", "spreadsheet", "nested"),
    "encoding": ("utf-8", "gb18030"),
    "text": (
        *("piped rows", "leading pipes", "piped cells", "alternating", "bare lines", "single lines"),
        *("tabbed", "spaced"),
    ),
    "sheets": ("one", "one a table"),
}

# Text tables in which an empty cell leaves no trace.
BLANKS_VANISH = ("bare lines", "single lines", "spaced")

# Options that make a document so unlike the form that cells left unread are no defect.
RARE_VALUES = {"litigation": ("turned", "turned grid"), "disclosure": ("heading beside",)}

_F2019, _F2021 = ("F2019",), ("F2021",)

NAMED: tuple[Layout, ...] = (
    Layout("official"),
    Layout("official in one table", joined="one table", headings="inside"),
    Layout("last two tables joined", joined="last two joined"),
    Layout("headings inside the tables", headings="inside"),
    Layout("spans differ by row", disclosure="odd spans"),
    Layout("empty cells for spans", disclosure="fillers", header="fillers", groups="fillers", litigation="fillers"),
    Layout("short rows", disclosure="ragged", markup="sloppy"),
    Layout("a table for each block", disclosure="table a block", text="leading pipes"),
    Layout("item headings above the tables", disclosure="heading above", text="piped cells"),
    Layout("item headings beside the rows", disclosure="heading beside"),
    Layout("header of two storeys", header="two storeys", litigation="two storeys", text="alternating"),
    Layout("header of one storey", header="one storey", litigation="channel rows", corner="word"),
    Layout("groups as rows of their own", groups="own row", text="bare lines"),
    Layout("groups repeated in each row", groups="repeated", text="tabbed"),
    Layout("group number and name in two cells", groups="two cells", text="piped cells"),
    Layout("group joined to its first item", groups="joined", text="single lines"),
    Layout("group labels left out", groups="items only", text="spaced"),
    Layout("rule of the sums above the table", corner="above", notes=True),
    Layout("empty corner", corner="empty", text="alternating"),
    Layout("table four as three tables", litigation="three tables"),
    Layout("three tables with headings inside", litigation="three tables headed inside", text="piped cells"),
    Layout("table four by channel", litigation="channel rows", text="tabbed"),
    Layout("table four with channels in words", litigation="channels in words", text="leading pipes"),
    Layout("table four beside itself", litigation="beside", landscape=True),
    Layout("table four turned", litigation="turned"),
    Layout("table four turned to a grid", litigation="turned grid"),
    Layout("blanks for zeros", zero="blank"),
    Layout("blanks for zeros, lettered cells", zero="blank", text="piped cells", borders="horizontal"),
    Layout("dashes for zeros", zero="dash"),
    Layout("wu for zeros", zero="none", text="alternating"),
    Layout("zeros, blanks and dashes mixed", zero="mixed", text="tabbed"),
    Layout("full-width digits", digits="full width", change="full width", text="piped cells"),
    Layout("thousands separators", digits="thousands", page="A3"),
    Layout("counts with their counter", digits="counted", text="bare lines"),
    Layout("counts with decimals", digits="decimal"),
    Layout("hard spaces around figures", pad="nbsp", markup="word"),
    Layout("ideographic spaces around figures", pad="ideographic", text="tabbed"),
    Layout("spaces and tabs around figures", pad="tab", text="piped cells"),
    Layout("changes without a sign", change="plain", amount="header", forms=_F2019),
    Layout("changes in words", change="words", amount="wanyuan in cell", forms=_F2019),
    Layout("changes with a true minus", change="minus sign", amount="header in wanyuan", forms=_F2019),
    Layout("amount without a unit", amount="no unit", forms=_F2019, text="alternating"),
    Layout("fee with its unit in the cell", fee="wanyuan in cell", forms=_F2021),
    Layout("fee in yuan in the cell", fee="yuan in cell", forms=_F2021, text="piped cells"),
    Layout("fee in yuan by its header", fee="header in yuan", forms=_F2021),
    Layout("fee without a unit", fee="no unit", forms=_F2021, text="bare lines"),
    Layout("items numbered with a comma", items="1、", brackets="half"),
    Layout("items numbered full width", items="1．", text="spaced"),
    Layout("items numbered with a space", items="1. ", inner_spaces=True, text="single lines"),
    Layout("labels broken over lines", label_breaks="break", font_size=9.0),
    Layout("labels with spaces", label_breaks="space", inner_spaces=True, text="alternating"),
    Layout("explanations inside labels", explained=True, notes=True, narrative="between"),
    Layout("misprinted labels", misprints=True),
    Layout("traditional glyphs", script="traditional", brackets="half", text="alternating"),
    Layout("extra rows", extra_rows=True),
    Layout("narrative between heading and table", narrative="between", text="piped cells"),
    Layout("narrative full of figures", narrative="figures", notes=True),
    Layout("metadata before the title", metadata=True, title="two lines"),
    Layout("title without an agency", title="no agency", text="bare lines"),
    Layout("year before the agency", title="year first", headings="inside"),
    Layout("page break inside table three", break_inside="bare"),
    Layout("page break with the header again", break_inside="header repeated", font_size=12.0),
    Layout("page number inside table three", break_inside="page number", text="alternating"),
    Layout("page number, bare lines", break_inside="page number", text="bare lines", page="16K"),
    Layout("pasted from a word processor", markup="word", font="kai"),
    Layout("pasted from a spreadsheet", markup="spreadsheet", sheets="one a table", align="right"),
    Layout("careless markup", markup="sloppy", encoding="gb18030"),
    Layout("header cells and sections", markup="headed", font="hei"),
    Layout("tables within tables", markup="nested", joined="last two joined"),
    Layout("no borders", borders="none"),
    Layout("horizontal borders only", borders="horizontal", font="hei"),
    Layout("borders with gaps", borders="patchy"),
    Layout("landscape", landscape=True, font="kai"),
    Layout("small print on a small page", page="16K", font_size=7.5),
    Layout("letter, large print", page="Letter", font_size=12.0, align="left"),
)


def layouts() -> dict[str, Layout]:
    """The named layouts, by name."""
    return {layout.name: layout for layout in NAMED}


def mixed(rng: random.Random) -> Layout:
    """Options drawn at random, most of them as in the official layout."""
    drawn = {option: rng.choice(values) for option, values in OPTIONS.items() if rng.random() < 0.3}
    return settle(Layout("mixed", **drawn))


def settle(layout: Layout) -> Layout:
    """The layout without combinations that no reader could undo; marked rare where one of its options is."""
    changes: dict[str, object] = {}
    if layout.zero in ("blank", "mixed") and layout.text in BLANKS_VANISH:
        changes["text"] = "piped rows"
    if layout.joined != "three tables" and layout.disclosure in ("table a block", "heading above", "heading beside"):
        changes["disclosure"] = "official"
    if layout.joined != "three tables" and layout.litigation in ("beside", "three tables"):
        changes["litigation"] = "official"
    # Without group labels an item whose number is spaced or broken is all that tells its row: too much at once.
    if any(getattr(layout, option) in values for option, values in RARE_VALUES.items()):
        changes["rare"] = True
    return replace(layout, **changes)  # type: ignore[arg-type]


def departures(layout: Layout) -> dict[str, object]:
    """The options in which a layout departs from the official one."""
    own = (field for field in fields(Layout) if field.name in OPTIONS)
    return {field.name: value for field in own if (value := getattr(layout, field.name)) != field.default}
