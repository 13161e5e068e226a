"""Whole reports as OpenDocument texts: every figure read, none doubted, whatever stands around or inside the cells."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.transforms.documents.word.odt_kit import (
    COVERED,
    MEDIA_TYPE,
    blocks,
    content,
    frame,
    odt,
    odt_package,
    p,
    span,
    style,
    table,
    td,
    tr,
)
from tests.transforms.layouts import SECTIONS, make_figures, plain_figures
from tests.transforms.scoring import assert_reads, score_figures, see

FIGURE = re.compile(r"<text:p>(\d+)</text:p>")
CELL = re.compile(r"<table:table-cell>.*?</table:table-cell>")
STYLES = style("Gone", 'text:display="none"') + style("Bold", 'style:font-weight="bold"')
DELETED = (
    '<text:tracked-changes><text:changed-region text:id="c"><text:deletion>'
    + p("99")
    + "</text:deletion></text:changed-region></text:tracked-changes>"
)


@pytest.mark.parametrize("form", ["F2019", "F2021"])
@pytest.mark.parametrize("seed", range(4))
def test_official_layout_gives_every_figure_without_a_doubt(form: str, seed: int) -> None:
    figures = make_figures(seed, form)
    reading, score = score_figures(odt(blocks(figures)), figures.expected())
    assert (reading.outcome, reading.media_type, reading.form) == ("parsed", MEDIA_TYPE, form)
    assert (reading.title, reading.report_year, reading.agency_name) == (figures.title, figures.year, figures.name)
    assert score.counts == {"right": len(figures.expected())}, score.details[:5]
    assert not reading.warnings
    assert sorted(reading.sections) == ["1", "2", "3", "4", "5", "6"]


def _each(change: str) -> Callable[[str], str]:
    return lambda t: FIGURE.sub(change, t)


CHANGES: dict[str, Callable[[str], str]] = {
    "figures split over spans": lambda t: FIGURE.sub(
        lambda m: p(span(m.group(1)[:1], "Bold"), '<text:bookmark text:name="a"/>', m.group(1)[1:]), t
    ),
    "spans in spans": _each(r"<text:p>" + span(span(r"\1", "Bold"), "Bold") + "</text:p>"),
    "marks of deletions": _each(r'<text:p><text:change text:change-id="c"/>\1</text:p>'),
    "insertions": _each(
        r'<text:p><text:change-start text:change-id="c"/>\1<text:change-end text:change-id="c"/></text:p>'
    ),
    "notes": _each(
        r"<text:p>\1<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>注9</text:p>"
        r"</text:note-body></text:note></text:p>"
    ),
    "comments": _each(r"<text:p>\1<office:annotation><text:p>9</text:p></office:annotation></text:p>"),
    "hidden digits": _each(r"<text:p>" + span("9", "Gone") + r"\1</text:p>"),
    "hidden by a condition": _each(r'<text:p><text:hidden-text text:is-hidden="true">9</text:hidden-text>\1</text:p>'),
    "hidden paragraphs": _each(
        r'<text:p><text:hidden-paragraph text:is-hidden="true"/>9</text:p><text:p>\1</text:p>'
    ),
    "hidden sections": _each(
        r'<text:section text:display="none"><text:p>9</text:p></text:section><text:p>\1</text:p>'
    ),
    "sections that are shown": _each(
        r'<text:section text:display="condition"><text:p>\1</text:p></text:section>'
    ),
    "fields": _each(r"<text:p><text:expression>\1</text:expression></text:p>"),
    "lists": _each(r"<text:list><text:list-item><text:p>\1</text:p></text:list-item></text:list>"),
    "spaces and breaks around": _each(r'<text:p> <text:s text:c="3"/>\1<text:line-break/></text:p>'),
    "tabs before": _each(r"<text:p><text:tab/>\1</text:p>"),
    "line breaks of the file": _each("<text:p>\n   \\1\n  </text:p>"),
    "blank paragraphs in cells": lambda t: t.replace("</table:table-cell>", f"{p()}{p(' ')}</table:table-cell>"),
    "header rows": lambda t: t.replace("<table:table-row>", "<table:table-header-rows><table:table-row>", 1).replace(
        "</table:table-row>", "</table:table-row></table:table-header-rows>", 1
    ),
    "groups of rows": lambda t: re.sub(
        r"(<table:table-row>.*</table:table-row>)", r"<table:table-row-group>\1</table:table-row-group>", t
    ),
    "covered cells repeated": lambda t: re.sub(
        f"(?:{COVERED}){{2,}}",
        lambda m: f'<table:covered-table-cell table:number-columns-repeated="{len(m.group()) // len(COVERED)}"/>',
        t,
    ),
    "equal cells repeated": lambda t: re.sub(
        rf"({CELL.pattern})\1+",
        lambda m: m.group(1).replace(
            "<table:table-cell>",
            f'<table:table-cell table:number-columns-repeated="{len(m.group()) // len(m.group(1))}">',
        ),
        t,
    ),
    "text below merged cells": lambda t: t.replace(
        COVERED, "<table:covered-table-cell><text:p>77</text:p></table:covered-table-cell>"
    ),
    "collapsed rows": lambda t: t.replace(
        "</table:table-row>", "</table:table-row>" + tr(td("5"), td("6"), own=' table:visibility="collapse"')
    ),
    "framed": lambda t: table(tr(td(p() + t + p()))),
    "framed twice": lambda t: table(tr(td(p() + table(tr(td(t + p()))) + p()))),
    "in a text box": lambda t: p(frame(t)),
    "in a section": lambda t: f'<text:section text:name="s">{t}</text:section>',
}  # fmt: skip


@pytest.mark.parametrize("form", ["F2019", "F2021"])
@pytest.mark.parametrize("change", CHANGES)
def test_what_a_reader_of_the_page_does_not_see_changes_nothing(change: str, form: str) -> None:
    figures = make_figures(3, form)
    before = blocks(figures)
    after = blocks(figures, CHANGES[change])
    assert after != before
    seen = assert_reads(odt(DELETED + after, STYLES), figures.expected())
    assert sorted(seen.reading.sections) == ["1", "2", "3", "4", "5", "6"]
    assert not seen.reading.warnings


def test_a_collapsed_column_is_not_read() -> None:
    figures = make_figures(4)
    hidden = '<table:table-column/><table:table-column table:visibility="collapse"/>'
    two = blocks(figures, lambda t: re.sub(r"(<table:table-row>)(.*?</table:table-cell>)", r"\1\2" + td("5"), t))
    whole = two.replace("<table:table-column/>", hidden)
    # Labels that span columns now begin one further left than their figures: only the simple table stays whole.
    seen = see(odt(whole))
    for path in ("disclosure.normative_made", "disclosure.normative_repealed", "disclosure.normative_in_force"):
        assert seen.cells[path]["value"] == float(figures.expected()[path])


def test_a_package_of_nothing_but_the_text() -> None:
    figures = make_figures(6)
    assert_reads(odt_package({"content.xml": content(blocks(figures))}), figures.expected())
    assert_reads(odt_package({"content.xml": content(blocks(figures)).encode("utf-16")}), figures.expected())


def test_headers_and_tables_of_contents_are_no_part_of_the_report() -> None:
    figures = plain_figures()
    lines = "".join(p(section, "<text:tab/>", "9") for section in SECTIONS)
    contents = f"<text:table-of-content><text:index-body>{lines}</text:index-body></text:table-of-content>"
    header = p("云岭县2019年政府信息公开工作年度报告") + p("行政许可 9999")
    seen = assert_reads(odt(contents + blocks(figures), header=header), figures.expected())
    assert "9999" not in str(seen.document)
    assert seen.reading.report_year == figures.year


@pytest.mark.parametrize(
    ("title", "property_title", "read"),
    [
        (None, "云岭县教育局2022年政府信息公开工作年度报告", ("云岭县教育局", 2022)),
        (None, "文档1", (None, None)),
        ("2022年政府信息公开工作年度报告", "云岭县教育局2021年政府信息公开工作年度报告", (None, 2022)),
    ],
)
def test_the_title_of_the_properties_helps_where_the_text_is_silent(
    title: str | None, property_title: str, read: tuple[str | None, int | None]
) -> None:
    figures = plain_figures()
    inside = blocks(figures).replace(p(figures.title), p(title) if title else "")
    seen = assert_reads(odt(inside, title=property_title), figures.expected())
    assert (seen.reading.agency_name, seen.reading.report_year) == read


def test_damaged_properties_do_no_harm() -> None:
    figures = plain_figures()
    whole = odt_package({"content.xml": content(blocks(figures)), "meta.xml": "<office:meta"})
    assert_reads(whole, figures.expected())


def test_locators_are_unique_and_say_where() -> None:
    figures = make_figures(1)
    seen = see(odt(blocks(figures)))
    locators = [cell["locator"] for cell in seen.cells.values()]
    assert len(locators) == len(set(locators))
    assert seen.cells["litigation.review.upheld"]["locator"] == "table 3, row 4, cell 1"
