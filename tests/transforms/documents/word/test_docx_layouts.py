"""Whole reports as Word documents: every figure read, none doubted, whatever stands around or inside the cells."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest

from tests.transforms.documents.word.docx_kit import (
    STRICT,
    TRACKED,
    blocks,
    core,
    deleted,
    docx,
    inserted,
    p,
    package,
    run,
    sdt,
    tbl,
    tc,
    tr,
)
from tests.transforms.layouts import SECTIONS, make_figures, plain_figures
from tests.transforms.scoring import assert_reads, score_figures, see

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CELL = re.compile(r"<w:tc>.*?</w:tc>")
ROW = re.compile(r"<w:tr>.*?</w:tr>")
FIGURE = re.compile(r'<w:r><w:t xml:space="preserve">(\d+)</w:t></w:r>')


@pytest.mark.parametrize("form", ["F2019", "F2021"])
@pytest.mark.parametrize("seed", range(4))
def test_official_layout_gives_every_figure_without_a_doubt(form: str, seed: int) -> None:
    figures = make_figures(seed, form)
    reading, score = score_figures(docx(blocks(figures)), figures.expected())
    assert (reading.outcome, reading.media_type, reading.form) == ("parsed", MEDIA_TYPE, form)
    assert (reading.title, reading.report_year, reading.agency_name) == (figures.title, figures.year, figures.name)
    assert score.counts == {"right": len(figures.expected())}, score.details[:5]
    assert not [check for check in reading.checks if check.status == "fail"]
    assert not reading.warnings
    assert sorted(reading.sections) == ["1", "2", "3", "4", "5", "6"]


def _split(match: re.Match[str]) -> str:
    figure = match.group(1)
    proof = '<w:proofErr w:type="spellStart"/><w:bookmarkStart w:id="1" w:name="a"/>'
    return run(figure[:1]) + proof + (run(figure[1:], "<w:b/>") if figure[1:] else "")


def _tracked(match: re.Match[str]) -> str:
    figure = match.group(1)
    return run(figure[:1]) + deleted("99") + (inserted(run(figure[1:])) if figure[1:] else "")


def _moved(match: re.Match[str]) -> str:
    away = f"<w:moveFrom {TRACKED}>{run('8')}</w:moveFrom>"
    return f"{away}<w:moveTo {TRACKED}>{match.group()}</w:moveTo>"


def _field(match: re.Match[str]) -> str:
    begin, separate, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))
    code = "<w:r><w:instrText>IF 1 = 1 12</w:instrText></w:r>"
    inner = begin + "<w:r><w:instrText>PAGE</w:instrText></w:r>" + separate + run("7") + end
    return begin + code + inner + separate + match.group() + end


CHANGES: dict[str, Callable[[str], str]] = {
    "figures split over runs": lambda t: FIGURE.sub(_split, t),
    "a content control round each run": lambda t: FIGURE.sub(lambda m: sdt(m.group()), t),
    "a content control round each paragraph": lambda t: re.sub(r"<w:p>.*?</w:p>", lambda m: sdt(m.group()), t),
    "a content control round each cell": lambda t: CELL.sub(lambda m: sdt(m.group()), t),
    "a content control round each row": lambda t: ROW.sub(lambda m: sdt(m.group()), t),
    "a content control round the table": lambda t: sdt(sdt(t)),
    "custom XML round rows": lambda t: ROW.sub(lambda m: f"<w:customXml>{m.group()}</w:customXml>", t),
    "tracked figures": lambda t: FIGURE.sub(_tracked, t),
    "moved figures": lambda t: FIGURE.sub(_moved, t),
    "figures as fields": lambda t: FIGURE.sub(_field, t),
    "simple fields": lambda t: FIGURE.sub(lambda m: f'<w:fldSimple w:instr="=1">{m.group()}</w:fldSimple>', t),
    "inserted rows": lambda t: t.replace("<w:tr>", f"<w:tr><w:trPr><w:ins {TRACKED}/></w:trPr>"),
    "deleted rows between": lambda t: t.replace(
        "</w:tr>", "</w:tr>" + tr(*(tc(deleted("5")) for _ in range(8)), own=f"<w:del {TRACKED}/>")
    ),
    "hidden rows between": lambda t: t.replace("</w:tr>", "</w:tr>" + tr(tc("5"), tc("6"), own="<w:hidden/>")),
    "deleted cells": lambda t: t.replace("</w:tr>", tc("77", own=f"<w:cellDel {TRACKED}/>") + "</w:tr>"),
    "old tracked spans": lambda t: t.replace(
        "</w:tcPr>", f'<w:tcPrChange {TRACKED}><w:tcPr><w:gridSpan w:val="9"/></w:tcPr></w:tcPrChange></w:tcPr>'
    ),
    "blank paragraphs in cells": lambda t: t.replace("</w:tc>", f"{p()}{p('  ')}</w:tc>"),
    "tabs in cells": lambda t: FIGURE.sub(lambda m: "<w:r><w:tab/></w:r>" + m.group(), t),
    "hidden digits": lambda t: FIGURE.sub(lambda m: run("9", "<w:vanish/>") + m.group(), t),
    "not hidden after all": lambda t: FIGURE.sub(lambda m: run(m.group(1), '<w:vanish w:val="0"/>'), t),
    "soft hyphens": lambda t: FIGURE.sub(lambda m: m.group() + "<w:r><w:softHyphen/></w:r>", t),
    "note references": lambda t: FIGURE.sub(
        lambda m: m.group() + '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="3"/></w:r>', t
    ),
    "framed": lambda t: tbl(tr(tc(p() + t + p()))),
    "framed twice": lambda t: tbl(tr(tc(p() + tbl(tr(tc(t + p()))) + p()))),
}


@pytest.mark.parametrize("form", ["F2019", "F2021"])
@pytest.mark.parametrize("change", CHANGES)
def test_what_a_reader_of_the_page_does_not_see_changes_nothing(change: str, form: str) -> None:
    figures = make_figures(3, form)
    seen = assert_reads(docx(blocks(figures, CHANGES[change])), figures.expected())
    assert sorted(seen.reading.sections) == ["1", "2", "3", "4", "5", "6"]
    assert not seen.reading.warnings


def test_strict_documents_read_the_same() -> None:
    figures = make_figures(5)
    assert_reads(docx(blocks(figures), STRICT), figures.expected())


def test_a_package_of_nothing_but_the_text() -> None:
    figures = make_figures(6)
    whole = docx(blocks(figures))
    (text,) = re.findall(r"<w:document .*", _member(whole), re.S)
    assert_reads(package({"word/document.xml": text}), figures.expected())
    assert_reads(package({"/word/document.xml": text.encode("utf-16")}), figures.expected())


def _member(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("word/document.xml").decode()


def test_headers_footers_and_notes_are_no_part_of_the_report() -> None:
    figures = plain_figures()
    other = f'<w:hdr xmlns:w="x">{p("云岭县2019年政府信息公开工作年度报告")}{p("行政许可 9999")}</w:hdr>'
    whole = docx(blocks(figures), header1=other, footer1=other, footnotes=other, endnotes=other, comments=other)
    seen = assert_reads(whole, figures.expected())
    assert "9999" not in str(seen.document)
    assert seen.reading.report_year == figures.year


def test_numbered_headings_need_no_printed_number() -> None:
    figures = plain_figures()
    content = blocks(figures)
    for section in SECTIONS:
        heading = p(section[2:], own='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr>')
        content = content.replace(p(section), heading)
    seen = assert_reads(docx(content), figures.expected())
    assert sorted(seen.reading.sections) == ["1", "2", "3", "4", "5", "6"]


def test_a_heading_broken_by_a_deleted_paragraph_mark() -> None:
    figures = plain_figures()
    gone = f"<w:rPr><w:del {TRACKED}/></w:rPr>"
    broken = p("一、总", own=gone) + p("体情况")
    seen = assert_reads(docx(blocks(figures).replace(p("一、总体情况"), broken)), figures.expected())
    assert "1" in seen.reading.sections
    split = FIGURE.sub(lambda m: m.group(), blocks(figures)).replace(
        p("345"), p(run("3"), own=gone) + p(own=gone) + p(run("45"))
    )
    assert_reads(docx(split), figures.expected())


@pytest.mark.parametrize(
    ("title", "core_title", "read"),
    [
        (None, "云岭县教育局2022年政府信息公开工作年度报告", ("云岭县教育局", 2022)),
        (None, "关于印发2022年工作要点的通知", (None, None)),
        (None, "文档1", (None, None)),
        ("云岭县教育局2022年政府信息公开工作年度报告", "水利局2021年政府信息公开工作年度报告", ("云岭县教育局", 2022)),
        ("2022年政府信息公开工作年度报告", "云岭县教育局2022年政府信息公开工作年度报告", ("云岭县教育局", 2022)),
        ("2022年政府信息公开工作年度报告", "云岭县教育局2021年政府信息公开工作年度报告", (None, 2022)),
    ],
)  # fmt: skip
def test_the_title_of_the_properties_helps_where_the_text_is_silent(
    title: str | None, core_title: str, read: tuple[str | None, int | None]
) -> None:
    figures = plain_figures()
    content = blocks(figures).replace(p(figures.title), p(title) if title else "")
    seen = assert_reads(docx(content, core=core(core_title)), figures.expected())
    assert (seen.reading.agency_name, seen.reading.report_year) == read


def test_damaged_properties_do_no_harm() -> None:
    figures = plain_figures()
    assert_reads(docx(blocks(figures), core="<cp:core"), figures.expected())


def test_rows_of_text_between_tabs() -> None:
    figures = plain_figures()
    rows = [["行政许可", "345"], ["行政处罚", "12"], ["行政强制", "0"]]
    tab = "<w:r><w:tab/></w:r>"
    lines = "".join(p(tab.join(run(cell) for cell in row)) for row in [["信息内容", "本年处理决定数量"], *rows])
    content = p(figures.title) + p(tab + run("二、主动公开政府信息情况")) + lines
    seen = see(docx(content))
    assert seen.values("disclosure.licence_decisions", "disclosure.penalty_decisions") == [345, 12]
    assert sorted(seen.reading.sections) == ["2"]


def test_locators_are_unique_and_say_where() -> None:
    figures = make_figures(1)
    seen = see(docx(blocks(figures)))
    locators = [cell["locator"] for cell in seen.cells.values()]
    assert len(locators) == len(set(locators))
    assert seen.cells["litigation.review.upheld"]["locator"] == "table 3, row 4, cell 1"
