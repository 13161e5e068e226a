"""The build of real reports: text tables of every kind, extra rows, other forms, page breaks, tables elsewhere."""

from __future__ import annotations

import re

import pytest

from tests.transforms.layouts import (
    LAYOUTS,
    SECTIONS,
    Figures,
    alternating,
    application_header,
    application_rows,
    bare_lines,
    disclosure_rows,
    html_page,
    html_tables,
    litigation_row,
    piped_cells,
    piped_rows,
    plain_figures,
    tabbed,
)
from tests.transforms.scoring import assert_reads, see

TEXTS = [name for name in LAYOUTS if not name.startswith("html")]
BARE_MINIMUM = ["html", "piped rows", "piped cells", "alternating", "bare lines", "tabbed"]


def _part(layout: str, figures: Figures, section: int) -> str:
    """One section of a report in one layout, heading included."""
    text = LAYOUTS[layout](figures).decode()
    begin = text.index(SECTIONS[section] + "\n")
    return text[begin : text.index(SECTIONS[section + 1] + "\n")]


@pytest.mark.parametrize("form", ["F2019", "F2021"])
@pytest.mark.parametrize("second", ["piped rows", "piped cells", "alternating", "bare lines", "tabbed"])
@pytest.mark.parametrize("first", ["piped rows", "piped cells", "alternating", "bare lines", "tabbed"])
def test_text_tables_of_two_kinds_in_one_document(first: str, second: str, form: str) -> None:
    figures = plain_figures(form)
    text = figures.title + "\n" + SECTIONS[0] + "\n有序开展。\n" + _part(first, figures, 1)
    text += _part(second, figures, 2) + _part(first, figures, 3) + SECTIONS[4] + "\n无。\n"
    assert_reads(text, figures.expected())


@pytest.mark.parametrize("form", ["F2019", "F2021"])
def test_rows_that_begin_with_a_pipe_or_a_line_of_pipes(form: str) -> None:
    figures = plain_figures(form)
    rows = re.sub(r"(?m)^([^|\n]+ \|)", r"| \1", piped_rows(figures).decode())
    assert_reads(rows, figures.expected())
    cells = re.sub(
        r"(?m)^(规章|行政|规范|第二十条|信息内容|[一二三四]、|（[一二三七]）)([^\n]*) \|$",
        r"|\n\1\2 |",
        piped_cells(figures).decode(),
    )
    assert_reads(cells, figures.expected())


@pytest.mark.parametrize("layout", BARE_MINIMUM)
def test_an_extra_row_is_left_out_and_named(layout: str) -> None:
    figures = plain_figures("F2019")
    rows = disclosure_rows(figures)
    extra = ["其他主动公开文件（含以本单位名义印发的文件）", "186", "86", "255"]
    text = _with_row_behind(layout, figures, rows[3], extra)
    seen = assert_reads(text, figures.expected())
    assert "extra_row" in seen.codes


def _with_row_behind(layout: str, figures: Figures, row: list[str], *extra: list[str]) -> str:
    text = LAYOUTS[layout](figures).decode()
    if layout == "html":
        at = text.index("</tr>", text.index(f"<td><p>{row[0]}</p></td><td><p>{row[1]}")) + len("</tr>")
        added = "".join("<tr>" + "".join(f"<td><p>{cell}</p></td>" for cell in e) + "</tr>" for e in extra)
        return text[:at] + added + text[at:]
    join = {
        "piped rows": lambda r: " | ".join(r) + " |\n",
        "piped cells": lambda r: "".join(f"{c} |\n" for c in r),
        "alternating": lambda r: "".join(f"{c}\n|\n" for c in r),
        "bare lines": lambda r: "".join(f"{c}\n\n" for c in r),
        "tabbed": lambda r: "\t".join(r) + "\n",
    }[layout]
    at = text.index(join(row)) + len(join(row))
    return text[:at] + "".join(join(e) for e in extra) + text[at:]


@pytest.mark.parametrize("layout", BARE_MINIMUM)
def test_sub_rows_are_never_taken_for_their_parent(layout: str) -> None:
    figures = plain_figures("F2019")
    figures.disclosure |= {f"other_service_{c}": "" for c in ("items_prev", "items_change", "decisions")}
    row = next(r for r in disclosure_rows(figures) if r[0] == "其他对外管理服务事项")
    subs = [["行政检查", "4", "5", "6"], ["行政确认", "1", "2", "3"]]
    if layout == "html":
        text = LAYOUTS[layout](figures).decode()
        old = "<td><p>其他对外管理服务事项</p></td><td><p></p></td><td><p></p></td><td><p></p></td></tr>"
        assert old in text
        new = "<td rowspan=2>其他对外管理服务事项</td>" + "</tr><tr>".join(
            "".join(f"<td>{c}</td>" for c in sub) for sub in subs
        )
        text = text.replace(old, new + "</tr>")
    else:
        text = _with_row_behind(layout, figures, row, *subs)
        joined = {"piped rows": " |  |  | \n", "tabbed": "\t\t\t\n"}.get(layout)
        assert joined is None or "其他对外管理服务事项" in text
    seen = see(text)
    paths = [f"disclosure.other_service_{c}" for c in ("items_prev", "items_change", "decisions")]
    assert seen.values(*paths) == [None, None, None]
    assert seen.values("disclosure.penalty_items_prev", "disclosure.licence_decisions") == [55, 345]


@pytest.mark.parametrize("layout", ["html", "piped rows"])
def test_a_parent_row_without_cells_before_its_sub_rows(layout: str) -> None:
    figures = plain_figures("F2019")
    row = next(r for r in disclosure_rows(figures) if r[0] == "其他对外管理服务事项")
    text = _with_row_behind(layout, figures, row, ["行政检查", "4", "5", "6"], ["行政确认", "1", "2", "3"])
    label = "<td><p>其他对外管理服务事项</p></td>" if layout == "html" else "其他对外管理服务事项 |"
    cells = "".join(f"<td><p>{c}</p></td>" for c in row[1:]) if layout == "html" else f" {' | '.join(row[1:])} |"
    assert label + cells in text
    seen = see(text.replace(label + cells, label))
    paths = [f"disclosure.other_service_{c}" for c in ("items_prev", "items_change", "decisions")]
    assert seen.values(*paths) == [None, None, None]
    assert set(paths) <= seen.named


@pytest.mark.parametrize("layout", BARE_MINIMUM)
def test_a_footer_line_behind_a_table_is_skipped(layout: str) -> None:
    figures = plain_figures("F2019")
    text = LAYOUTS[layout](figures).decode()
    line = "通过网站发布总数量(非新闻类、消息类):0"
    line = f"<p>{line}</p><p>共计: 12</p>" if layout == "html" else line + "\n共计: 12\n"
    where = f"<p>{SECTIONS[2]}" if layout == "html" else SECTIONS[2]
    assert_reads(text.replace(where, line + where), figures.expected())


@pytest.mark.parametrize("layout", BARE_MINIMUM)
@pytest.mark.parametrize(("form", "year"), [("F2019", 2021), ("F2019", 2022), ("F2019", 2023), ("F2021", 2020)])
def test_the_form_is_told_by_its_labels_and_another_year_is_named(layout: str, form: str, year: int) -> None:
    figures = plain_figures(form)
    figures.year = year
    seen = assert_reads(LAYOUTS[layout](figures), figures.expected())
    assert (seen.reading.form, seen.reading.report_year) == (form, year)
    assert "form_of_other_years" in seen.codes


@pytest.mark.parametrize("line", ["<p>{}</p>", "{}\n", "{}\n\n", "## {}\n"])
def test_tables_absent_from_the_text_give_no_zeros(line: str) -> None:
    text = "".join(line.format(part) for part in ["云岭县教育局2022年政府信息公开工作年度报告", *SECTIONS])
    seen = see(text)
    assert seen.reading.outcome == "no_tables"
    assert seen.reading.reason
    assert {cell["state"] for cell in seen.cells.values()} <= {"missing"}
    assert (seen.reading.agency_name, seen.reading.report_year) == ("云岭县教育局", 2022)
    assert not seen.reading.checks


def test_a_report_that_tells_its_figures_in_sentences_only_has_no_tables() -> None:
    text = "云岭县教育局2022年政府信息公开工作年度报告\n一、总体情况\n2022年，收到申请12件，予以公开7件。\n"
    text += "二、主动公开政府信息情况\n制发规范性文件7件，行政许可345件，行政处罚12件。\n"
    text += "三、收到和处理政府信息公开申请情况\n本年新收政府信息公开申请12件，上年结转1件。\n"
    text += (
        "四、政府信息公开行政复议、行政诉讼情况\n行政复议3件，其中结果维持2件。\n五、存在的主要问题及改进情况\n无。\n"
    )
    seen = see(text)
    assert seen.reading.outcome == "no_tables"
    assert not [p for p, c in seen.cells.items() if c["value"] is not None]


@pytest.mark.parametrize("layout", BARE_MINIMUM)
def test_the_blank_form_has_no_figures(layout: str) -> None:
    figures = plain_figures()
    figures.disclosure = dict.fromkeys(figures.disclosure, "")
    figures.application = dict.fromkeys(figures.application, "")
    figures.litigation = dict.fromkeys(figures.litigation, "")
    text = LAYOUTS[layout](figures).decode().replace("云岭县教育局2022年", "XX局    年")
    seen = see(text)
    assert not [p for p, c in seen.cells.items() if c["value"] is not None]


def test_the_blank_form_of_statistics_has_no_figures_and_row_numbers_are_none() -> None:
    text = "政府信息公开情况统计表\n填报单位: 年 季度\n| 序号 | 统 计 指 标 | 单位 | 统计数 |\n"
    text += "".join(f"| {n} | 主动公开规范性文件数 | 条 | ||\n" for n in range(1, 12))
    text += "| 12 | 行政许可 | 件 | ||\n| 13 | 行政处罚 | 件 | |\n| 14 | 规章 | 件 | |\n"
    seen = see(text)
    assert not [p for p, c in seen.cells.items() if c["value"] is not None]


@pytest.mark.parametrize("mark", ["— 5 —", "- 5 -", "第 5 页 共 9 页", "5 / 9"])
@pytest.mark.parametrize("layout", ["piped rows", "tabbed", "bare lines", "markdown", "bare lines, close"])
def test_a_page_number_inside_a_table(layout: str, mark: str) -> None:
    figures = plain_figures()
    text = LAYOUTS[layout](figures).decode()
    for row in ("行政处罚", "2.其他法律行政法规禁止公开", "四、结转下年度继续办理"):
        at = text.index(row) - (2 if layout == "markdown" else 0)
        text = text[:at] + mark + "\n" + text[at:]
    assert_reads(text, figures.expected())


@pytest.mark.parametrize("layout", BARE_MINIMUM)
def test_a_header_repeated_behind_a_page_break(layout: str) -> None:
    figures = plain_figures()
    text = LAYOUTS[layout](figures).decode()
    if layout == "html":
        table = text[text.index("<table", text.index(SECTIONS[2])) : text.index("</table>", text.index(SECTIONS[2]))]
        rows = re.findall("<tr>.*?</tr>", table)
        first, second = rows[:12], rows[12:]
        # The spanning labels begin again on the new page, as Word prints them.
        broken = "".join(first) + "</table><p>— 5 —</p><table>" + "".join(rows[:3]) + "".join(second)
        text = text.replace("".join(rows), broken)
        seen = see(text)
        expected = figures.expected()
        wrong = {p: c for p, c in seen.cells.items() if c["value"] not in (None, float(expected[p]))}
        assert set(wrong) <= seen.named
        assert sum(c["value"] is not None for c in seen.cells.values()) > 180
        return
    header = application_header(figures)
    one = {"piped rows": " | ".join, "tabbed": "\t".join}.get(layout)
    separator = {"piped cells": " |\n", "alternating": "\n|\n", "bare lines": "\n\n"}.get(layout, "")
    repeated = "".join(
        one(r) + (" |\n" if layout == "piped rows" else "\n") if one else "".join(c + separator for c in r)
        for r in header
    )
    label = "1.本机关不掌握相关政府信息"
    at = text.index(label)
    if one:
        at = text.rindex("\n", 0, at) + 1
    assert_reads(text[:at] + "— 5 —\n" + repeated + text[at:], figures.expected())


@pytest.mark.parametrize("layout", BARE_MINIMUM)
def test_a_footnote_at_table_four_is_skipped(layout: str) -> None:
    figures = plain_figures()
    text = LAYOUTS[layout](figures).decode()
    note = "注：行政复议、行政诉讼数量含上年度结转数量3件。"
    where = f"<p>{SECTIONS[4]}" if layout == "html" else SECTIONS[4]
    text = text.replace(where, (f"<p>{note}</p>" if layout == "html" else note + "\n") + where)
    if layout != "html":
        text = text.replace("行政复议 |", f"{note}\n行政复议 |", 1)
    assert_reads(text, figures.expected())


@pytest.mark.parametrize(
    "head", ["行政复议行政诉讼\n", "行政复议行政诉讼\n未经复议直接起诉复议后起诉\n结果结果其他尚未\n总计结果\n", ""]
)
def test_table_four_as_fifteen_bare_numbers_is_checked_by_its_sums(head: str) -> None:
    figures = plain_figures()
    text = piped_rows(figures).decode()
    begin = text.index(SECTIONS[3]) + len(SECTIONS[3]) + 1
    row = "| " + " | ".join(litigation_row(figures)) + " |\n"
    end = text.index(SECTIONS[4])
    assert_reads(text[:begin] + head + row + text[end:], figures.expected())
    figures.litigation["suit_direct", "total"] = "9"
    row = "| " + " | ".join(litigation_row(figures)) + " |\n"
    seen = see(text[:begin] + head + row + text[end:])
    assert seen.row("litigation.review") == [2, 1, 0, 0, 3]
    assert seen.row("litigation.suit_direct") == [None] * 5
    assert {p for p in seen.cells if p.startswith("litigation.suit_direct")} <= seen.named


def test_a_table_of_metadata_gives_title_and_issuer_and_no_figures() -> None:
    figures = plain_figures()
    head = f"标题: | {figures.title} | ||\n---|---|---|---|\n索引号: | 12370300MB/2021-5125335 | 文号: | 无文号 |\n"
    head += "发文日期: | 2023-01-29 | 发布机构: | 云岭县教育局 |\n"
    text = piped_cells(figures).decode()
    assert_reads(head + text, figures.expected())
    bare = head.replace(figures.title, "2022年政府信息公开工作年度报告") + text.replace(
        figures.title, "2022年政府信息公开工作年度报告"
    )
    assert see(bare).reading.agency_name == "云岭县教育局"
    page = (
        html_page(figures)
        .decode()
        .replace(
            "<div id=zoom>",
            "<table><tr><td>索引号</td><td>113/2021</td></tr><tr><td>有效性</td><td>1</td></tr></table><div id=zoom>",
        )
    )
    assert_reads(page, figures.expected())


@pytest.mark.parametrize("layout", BARE_MINIMUM)
def test_narrative_between_heading_and_table_gives_no_figures(layout: str) -> None:
    figures = plain_figures()
    text = LAYOUTS[layout](figures).decode()
    for section, told in (
        (SECTIONS[1], ["该部分以表格形式报告。", "2022年，我局制发规范性文件9件，行政许可99件。", "行政处罚 88 件。"]),
        (SECTIONS[2], ["2022年共收到申请77件，予以公开66件", "予以公开66件，不予公开3件。"]),
        (SECTIONS[3], ["行政复议55件", "本年度行政诉讼0件。"]),
    ):
        lines = "".join(f"<p>{t}</p>" if layout == "html" else t + "\n" for t in told)
        heading = f"<p>{section}</p>" if layout == "html" else section + "\n"
        assert heading in text
        text = text.replace(heading, heading + lines)
    # What is told is not what the table prints: the table is read, and N-TEXT names the cells.
    contradicted = {"disclosure.normative_made", "litigation.review.total"}
    contradicted |= {"litigation.suit_direct.total", "litigation.suit_after_review.total"}
    if "共收到申请77件" in see(text).reading.sections["3"]:
        contradicted.add("application.received_new.total")
    assert_reads(text, figures.expected(), doubted=contradicted)


@pytest.mark.parametrize("layout", BARE_MINIMUM)
def test_section_numbers_shifted_by_one(layout: str) -> None:
    figures = plain_figures()
    text = LAYOUTS[layout](figures).decode()
    for section, shifted in zip(SECTIONS[1:], "一二三四五", strict=True):
        text = text.replace(section, shifted + section[1:])
    seen = assert_reads(text, figures.expected())
    assert {"2", "3", "4"} <= set(seen.reading.sections)


@pytest.mark.parametrize("layout", BARE_MINIMUM)
def test_headings_of_sections_lost(layout: str) -> None:
    figures = plain_figures()
    text = LAYOUTS[layout](figures).decode()
    for section in SECTIONS[1:]:
        text = text.replace(section, "")
    assert_reads(text, figures.expected())


@pytest.mark.parametrize("layout", ["html", "piped rows", "piped cells", "tabbed", "alternating"])
def test_headings_inside_the_tables(layout: str) -> None:
    figures = plain_figures()
    text = LAYOUTS[layout](figures).decode()
    for section in SECTIONS[1:4]:
        if layout == "html":
            text = text.replace(
                f"<p>{section}</p><table border=1>", f"<table border=1><tr><td colspan=10>{section}</td></tr>"
            )
        else:
            text = text.replace(section, section + {"tabbed": "\t\t\t", "alternating": "\n|"}.get(layout, " |"))
    assert_reads(text, figures.expected())


def test_two_reports_side_by_side_are_never_mixed() -> None:
    left, right = plain_figures(), plain_figures()
    right.disclosure |= {"licence_decisions": "777", "normative_made": "8"}
    right.application = {key: ("5" if text == "0" else text) for key, text in right.application.items()}
    rows = [a + b for a, b in zip(disclosure_rows(left), disclosure_rows(right), strict=True)]
    rows += [a + b for a, b in zip(application_rows(left), application_rows(right), strict=True)]
    text = (
        "云岭县教育局2023年政府信息公开工作年度报告\n" + SECTIONS[1] + "\n" + "".join("\t".join(r) + "\n" for r in rows)
    )
    seen = see(text)
    expected = left.expected()
    right_ones = {p: (None, float(text)) for p, text in expected.items()}
    wrong = {p: c for p, c in seen.cells.items() if c["value"] not in right_ones.get(p, (None,))}
    assert set(wrong) <= seen.named, wrong


def test_three_tables_in_one() -> None:
    figures = plain_figures()
    page = html_page(figures).decode()
    page = re.sub(r"</table><p>([三四]、[^<]*)</p><table border=1>", r"<tr><td colspan=12>\1</td></tr>", page)
    assert page.count("<table") == 1
    assert_reads(page, figures.expected())


def test_litigation_as_three_tables_of_five() -> None:
    figures = plain_figures()
    two, three, _ = html_tables(figures)
    row, head = litigation_row(figures), [r.label for r in figures.form.results]
    blocks = ""
    for number, channel in enumerate(("行政复议", "未经复议直接起诉", "复议后起诉")):
        cells = row[5 * number : 5 * number + 5]
        blocks += f"<table><tr><td colspan=5>{channel}</td></tr><tr>" + "".join(f"<td>{h}</td>" for h in head)
        blocks += "</tr><tr>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr></table>"
    assert_reads(html_page(figures, tables=(two, three, blocks)), figures.expected())


def test_locators_are_unique_in_every_layout() -> None:
    for make in (html_page, piped_rows, piped_cells, alternating, bare_lines, tabbed):
        places = [c["locator"] for c in see(make(plain_figures())).cells.values()]
        assert len(set(places)) == len(places)


def test_several_rows_in_the_lines_of_one_row() -> None:
    figures = plain_figures()
    page = html_page(figures).decode()
    row = '<tr><td><p>{}</p></td><td colspan="3"><p>{}</p></td></tr>'
    two = row.format("行政处罚", "12") + row.format("行政强制", "0")
    assert two in page
    labels = "行政处罚</p><p>行政强制"
    assert_reads(page.replace(two, row.format(labels, "12</p><p>0")), figures.expected())
    both = ("disclosure.penalty_decisions", "disclosure.coercion_decisions")
    seen = see(page.replace(two, row.format(labels, "12</p><p>")))
    assert set(both) <= seen.named, "a blank line does not show: 12 may be of either"


def test_a_column_of_the_header_that_no_figure_knows_is_none() -> None:
    """The edge of a seal over the header of a scan is taken for a ruling."""
    figures = plain_figures()
    two, three, four = html_tables(figures)
    head, *rows = three.split('<tr><td colspan="3"><p>', 1)
    name = "<td><p>社会公益组织</p></td>"
    assert head.count(name) == 1
    head = head.replace(name, f"{name}<td><p>L</p></td>").replace('colspan="5"', 'colspan="6"')
    figure = "<td>(?:<p>[^<]*</p></td>)"
    wide = re.sub(f"<td>((?:<p>[^<]*</p></td>)(?:{figure}){{3}}</tr>)", r'<td colspan="2">\1', "".join(rows))
    assert len(re.findall(f'<td colspan="2"><p>\\d+</p></td>(?:{figure}){{3}}</tr>', wide)) == len(
        figures.form.outcomes
    )
    seal = f'{head}<tr><td colspan="3"><p>{wide}'
    assert_reads(html_page(figures, tables=(two, seal, four)), figures.expected())


def _only(outcome: str, applicant: str) -> Figures:
    """A report in which one applicant asked, so that a row closes in more than one order of its columns."""
    figures = plain_figures()
    for key in figures.application:
        figures.application[key] = "0"
    for row in ("received_new", outcome, "outcome_total"):
        figures.application[row, applicant] = figures.application[row, "total"] = "50"
    return figures


def test_a_header_that_has_lost_its_middle_storey_still_stands_over_its_columns() -> None:
    """Markdown leaves blank what merged cells cover, so that each word stands in its own column."""
    figures = _only("granted", "org_business")
    first, *organisations, total = [applicant.label for applicant in figures.form.applicants]
    head = [["表", "", "", "申请人情况", "", "", "", "", "", ""], ["---"] * 10, ["", "", "", first, *[""] * 5, total]]
    rows = [[row[0], "", "", *row[-7:]] for row in application_rows(figures) if len(row) == 8]
    lines = [*head, ["", "", "", "", *organisations, ""], *rows]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    text = f"{figures.title}\n\n{SECTIONS[2]}\n\n{table}"
    cells = see(text).cells
    assert cells["application.received_new.org_business"]["value"] == 50
    assert cells["application.received_new.total"]["value"] == 50
    assert cells["application.received_new.org_other"]["value"] == 0


def test_storeys_of_a_header_read_as_one_are_in_doubt_though_rows_close() -> None:
    figures = _only("granted", "org_business")
    text = LAYOUTS["piped rows"](figures).decode()
    assert text.count("法人或其他组织 | ") == 1
    seen = see(text.replace("法人或其他组织 | ", ""))
    assert {"application.granted.org_business", "application.granted.total"} <= seen.named
