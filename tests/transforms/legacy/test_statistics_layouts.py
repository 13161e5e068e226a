"""The statistics form of 2014 in every layout: all figures read, none doubted, the narrative kept apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.transforms.documents.word.docx_kit import docx, from_html, p
from tests.transforms.layouts import html_page, plain_figures
from tests.transforms.legacy.statistics_kit import (
    FORM,
    KEYS,
    NARRATIVE,
    STATISTICS_TITLE,
    TITLE,
    expected,
    html_grouped,
    html_table,
    panels,
    report,
    rows,
    statistics,
    text_report,
)
from tests.transforms.scoring import assert_reads, see
from transforms.reading.labels import meanings
from transforms.schema.measures import measures

Figures = dict[str, str]


def _numbered(table: list[list[str]], place: int, head: str = "行次") -> list[list[str]]:
    """Rows with their numbers in a column of their own; the first row is the head."""
    column = [head, *map(str, range(1, len(table)))]
    return [[*row[:place], number, *row[place:]] for row, number in zip(table, column, strict=True)]


def _word(table: str) -> bytes:
    narrative = "".join(p(line) for pair in NARRATIVE for line in pair)
    return docx(p(TITLE) + narrative + p(STATISTICS_TITLE) + p("（2016年度）") + from_html(table) + p("联系人：办公室"))


def _text(lines: list[str]) -> bytes:
    return text_report([*lines, "填报日期：2017年1月20日"]).encode()


LAYOUTS: dict[str, Callable[[Figures], bytes]] = {
    "html": lambda f: report(html_table(rows(f))).encode(),
    "html without a head": lambda f: report(html_table(rows(f, head=False))).encode(),
    "html with merged headings": lambda f: report(html_grouped(f)).encode(),
    "html in two panels": lambda f: report(html_table(panels(rows(f)))).encode(),
    "html in two panels without a head": lambda f: report(html_table(panels(rows(f, head=False)))).encode(),
    "html with row numbers before": lambda f: report(html_table(_numbered(rows(f), 0))).encode(),
    "html with row numbers behind": lambda f: report(html_table(_numbered(rows(f), 2))).encode(),
    "html with unnamed row numbers": lambda f: report(html_table(_numbered(rows(f), 2)[1:])).encode(),
    "html with blank remarks": lambda f: report(html_table([[*row, ""] for row in rows(f)])).encode(),
    "word": lambda f: _word(html_table(rows(f))),
    "word with merged headings": lambda f: _word(html_grouped(f)),
    "tabs": lambda f: _text(["\t".join(row) for row in rows(f)]),
    "pipes": lambda f: _text([" | ".join(row) + " |" for row in rows(f)]),
    "piped cells": lambda f: _text([f"{cell} |" for row in rows(f) for cell in row]),
    "a cell a line": lambda f: _text([cell for row in rows(f) for cell in row]),
    "a cell a line with row numbers": lambda f: _text(
        [cell for row in _numbered(rows(f), 0)[1:] for cell in row if cell]
    ),
    "a line a row": lambda f: _text([" ".join(row) for row in rows(f)]),
    "sentences": lambda f: _text([f"{label}：{figure}{unit}" for label, unit, figure in rows(f)[1:] if figure != "—"]),
}
SHOWING_BLANKS = [name for name in LAYOUTS if name.split()[0] in ("html", "word", "tabs", "pipes", "piped")]


def test_the_form_is_declared_with_every_key_of_the_specification() -> None:
    named = "disclosed_items disclosed_normative normative_made ch_gazette ch_website ch_weibo ch_wechat ch_other "
    named += "responses received closed replied review litigation complaints fee"
    assert {f"l14_{key}" for key in named.split()} <= set(KEYS)
    assert len(KEYS) == len(set(KEYS)) == 58
    known = {line.key for line in FORM.legacy}
    assert all(line.under is None or line.under in known for line in FORM.legacy)
    assert [len(parts) for _, parts in FORM.sums] == [4, 2, 8, 6, 3, 3]
    assert {key for total, parts in FORM.sums for key in (total, *parts)} <= set(KEYS)
    declared = {m.measure: m for m in measures() if m.table_name == "legacy"}
    assert list(declared) == list(KEYS)
    assert {m.forms for m in declared.values()} == {"F2014"}
    assert (declared["l14_fee"].unit, declared["l14_received"].comparability) == ("10000 yuan", "B")


def test_no_label_of_the_form_is_one_of_a_later_form() -> None:
    spellings = [spelling for line in FORM.legacy for spelling in (line.label, *line.also)]
    assert not [spelling for spelling in spellings if meanings(spelling)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_figure_is_read_and_none_doubted(layout: str) -> None:
    figures = statistics()
    seen = assert_reads(LAYOUTS[layout](figures), expected(figures))
    assert (seen.reading.form, seen.reading.report_year, seen.reading.agency_name) == ("F2014", 2016, "云岭县教育局")
    assert list(seen.document["legacy"]) == list(KEYS)
    assert not seen.document["disclosure"]
    assert not seen.codes & {"left_over", "extra_row", "mixed_forms"}
    assert {check.status for check in seen.reading.checks} == {"pass"}
    assert {check.rule for check in seen.reading.checks} == {"L14-SUM"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_narrative_is_kept_and_the_form_is_no_part_of_it(layout: str) -> None:
    sections = see(LAYOUTS[layout](statistics())).reading.sections
    assert set(sections) == {"2", "3", "4", "5"}
    assert "其中网站公开700条" in sections["2"]
    assert "全年收到申请9件" in sections["3"]
    everything = "".join(sections.values())
    assert "政府公报公开" not in everything
    assert "被依法纠错" not in everything


@pytest.mark.parametrize("layout", SHOWING_BLANKS)
def test_blanks_are_blanks_and_are_no_part_of_a_sum(layout: str) -> None:
    figures = statistics()
    blank = ["l14_ch_weibo", "l14_received_by_fax", "l14_review_other", "l14_fee", "l14_training_participants"]
    figures |= dict.fromkeys(blank, "")
    seen = assert_reads(LAYOUTS[layout](figures), expected(figures), {f"legacy.{key}": "blank" for key in blank})
    checks = {check.subject: check for check in seen.reading.checks}
    assert checks["l14_received"].status == checks["l14_review"].status == "not_assessable"
    assert checks["l14_closed"].status == "pass"


@pytest.mark.parametrize("layout", ["a cell a line", "a line a row"])
def test_figures_that_do_not_show_are_never_those_of_the_next_line(layout: str) -> None:
    figures = statistics()
    blank = ["l14_ch_weibo", "l14_received_by_fax", "l14_review_other", "l14_fee"]
    figures |= dict.fromkeys(blank, "")
    data = {"a cell a line": _text([cell for row in rows(figures) for cell in row if cell])}
    seen = see(data.get(layout) or LAYOUTS[layout](figures))
    for key in KEYS:
        value = seen.cells[f"legacy.{key}"]["value"]
        assert value == (None if key in blank else float(figures[key])), key


@pytest.mark.parametrize("layout", ["html", "word", "tabs", "pipes"])
def test_a_form_without_its_title_is_told_by_its_labels(layout: str) -> None:
    figures = statistics()
    data = LAYOUTS[layout](figures)
    if layout != "word":
        data = data.replace(STATISTICS_TITLE.encode(), "统计情况".encode())
    else:
        data = docx(p(TITLE) + from_html(html_table(rows(figures))))
    assert assert_reads(data, expected(figures)).reading.form == "F2014"


def test_the_form_alone_names_body_and_year() -> None:
    table = html_table(rows(statistics()))
    alone = f"<p>云岭县教育局政府信息公开情况统计表</p><p>（2015年度）</p>{table}"
    reading = see(f"<html><body>{alone}</body></html>").reading
    assert (reading.form, reading.agency_name, reading.report_year) == ("F2014", "云岭县教育局", 2015)
    alone = f"<p>政府信息公开情况统计表</p><p>2015年</p><p>填报单位（盖章）：云岭县教育局</p>{table}"
    reading = see(f"<html><body>{alone}</body></html>").reading
    assert (reading.form, reading.agency_name, reading.report_year) == ("F2014", "云岭县教育局", 2015)


def test_later_reports_do_not_change_by_it() -> None:
    for form in ("F2019", "F2021"):
        figures = plain_figures(form)
        seen = assert_reads(html_page(figures), figures.expected())
        assert not seen.document["legacy"]


@pytest.mark.parametrize("year", [2016, 2020])
def test_another_year_is_read_alike_and_named(year: int) -> None:
    figures = statistics()
    page = report(html_table(rows(figures))).replace("2016", str(year))
    seen = assert_reads(page, expected(figures))
    assert ("form_of_other_years" in seen.codes) == (year == 2020)


def test_a_report_of_the_time_without_any_table_has_none() -> None:
    for page in (report("").replace(f"<p>{STATISTICS_TITLE}</p><p>（2016年度）</p>", ""), report("")):
        reading = see(page).reading
        assert (reading.outcome, reading.form, reading.cells) == ("no_tables", None, {})
        assert set(reading.sections) == {"2", "3", "4", "5"}


def test_figures_told_in_sentences_are_no_form() -> None:
    lines = ["三、依申请公开情况", "（一）收到申请数：12件", "（二）申请办结数：12件", "六、举报投诉数量：0件"]
    told = "".join(f"<p>{line}</p>" for line in lines)
    reading = see(report(told).replace(STATISTICS_TITLE, "有关数字")).reading
    assert (reading.outcome, reading.form) == ("no_tables", None)
    assert "收到申请数：12件" in reading.sections["3"]
