"""Headers and labels as real reports misprint, split, shorten and explain them: read all the same, by their place."""

from __future__ import annotations

import re

import pytest

from tests.transforms.layouts import (
    LAYOUTS,
    Figures,
    disclosure_rows,
    html_page,
    html_tables,
    litigation_row,
    piped_cells,
    piped_rows,
    plain_figures,
)
from tests.transforms.scoring import Seen, assert_reads, see

TEXTS = [name for name in LAYOUTS if not name.startswith("html")]


def _replaced(layout: str, figures: Figures, *changes: tuple[str, str]) -> str:
    text = LAYOUTS[layout](figures).decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def _reads(layout: str, figures: Figures, *changes: tuple[str, str]) -> Seen:
    return assert_reads(_replaced(layout, figures, *changes), figures.expected())


SPLIT_2019 = ("本年新制作数量", "本年新公开数量", "对外公开总数量")


@pytest.mark.parametrize("between", ["<br />", "<br>\n", " ", "&nbsp;", "</p><p>", "<span> </span>", "\n"])
def test_headers_split_by_breaks_in_html(between: str) -> None:
    figures = plain_figures("F2019")
    splits = [(label, label[:3] + between + label[3:]) for label in SPLIT_2019[:2]]
    splits += [(SPLIT_2019[2], "对外公开" + between + "总数量"), ("商业企业", f"商业{between}企业")]
    splits += [("科研机构", f"科研{between}机构"), ("社会公益组织", f"社会{between}公益{between}组织")]
    _reads("html", figures, *splits)


@pytest.mark.parametrize("layout", TEXTS)
def test_headers_split_by_a_space_in_text(layout: str) -> None:
    splits = [(label, label[:3] + " " + label[3:]) for label in SPLIT_2019[:2]]
    splits += [(SPLIT_2019[2], "对外公开 总数量"), ("商业企业", "商业 企业"), ("科研机构", "科研 机构")]
    _reads(layout, plain_figures("F2019"), *splits)


@pytest.mark.parametrize("layout", ["alternating", "bare lines", "bare lines, close", "piped cells"])
def test_headers_split_over_lines_in_text(layout: str) -> None:
    splits = [(label, label[:3] + "\n" + label[3:]) for label in SPLIT_2019[:2]]
    splits += [(SPLIT_2019[2], "对外公开\n总数量"), ("商业企业", "商业\n企业"), ("科研机构", "科研\n机构")]
    _reads(layout, plain_figures("F2019"), *splits)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_headers_cut_to_their_first_half_are_read_by_order(layout: str) -> None:
    figures = plain_figures("F2019")
    text = _replaced(layout, figures, ("本年新制作数量", "本年新"), ("本年新公开数量", "本年新"))
    seen = see(text)
    keys = [f"disclosure.normative_{c}" for c in ("newly_made", "newly_published", "published_total")]
    assert seen.values(*keys) == [7, 6, 31]
    assert_reads(
        text, figures.expected(), doubted=seen.named & set(keys + [k.replace("normative", "rules") for k in keys])
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("printed", ["本年增/", "本年增", "本年增 / 减", "本年增/减数", "本年增（减）"])
def test_decrease_lost_from_the_header(layout: str, printed: str) -> None:
    _reads(layout, plain_figures("F2019"), ("本年增/减", printed))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_misprinted_headers(layout: str) -> None:
    changes = [("现行有效件数", "现行有效件"), ("本年制发件数", "本年制發件數量"), ("本年收费金额", "本年收費金額")]
    _reads(layout, plain_figures(), *changes)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_header_that_stands_twice_is_read_by_order_and_named(layout: str) -> None:
    figures = plain_figures()
    text = _replaced(layout, figures, ("本年废止件数", "本年制发件数"))
    doubted = [f"disclosure.{row}_{column}" for row in ("rules", "normative") for column in ("made", "repealed")]
    assert_reads(text, figures.expected(), doubted=doubted)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_fee_header_without_unit_is_read_and_named(layout: str) -> None:
    figures = plain_figures()
    text = _replaced(layout, figures, ("（单位：万元）", ""))
    assert_reads(text, figures.expected(), doubted=["disclosure.admin_fee_wanyuan"])


@pytest.mark.parametrize("layout", ["html", "piped rows", "tabbed", "piped cells", "bare lines"])
def test_the_label_of_the_first_row_lost_is_never_read_into_another_row(layout: str) -> None:
    figures = plain_figures()
    label = {"html": "<td><p>规章</p></td>", "bare lines": "规章\n"}.get(layout, "规章")
    seen = see(_replaced(layout, figures, (label, label.replace("规章", ""))))
    expected = figures.expected()
    for path, cell in seen.cells.items():
        assert cell["value"] in (None, float(expected[path])), path
    rules = [f"disclosure.rules_{column}" for column in ("made", "repealed", "in_force")]
    assert all(path in seen.named or seen.cells[path]["value"] is None for path in rules)
    assert seen.values("disclosure.normative_made", "disclosure.normative_in_force") == [7, 31]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("form", ["F2019", "F2021"])
def test_every_suffix_of_an_item_lost(layout: str, form: str) -> None:
    figures = plain_figures(form)
    text = re.sub("第二十条第（.）项", "第二十条第", LAYOUTS[layout](figures).decode())
    assert_reads(text, figures.expected())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_space_inside_the_item_heading(layout: str) -> None:
    text = re.sub("第二十条第（(.)）项", r"第二十條 第(\1)項", LAYOUTS[layout](plain_figures()).decode())
    assert_reads(text, plain_figures().expected())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_normative_documents_without_administrative_in_the_form_of_2021(layout: str) -> None:
    seen = _reads(layout, plain_figures(), ("行政规范性文件", "规范性文件"))
    assert seen.reading.form == "F2021"


NOTES_2019 = [
    ("上一年项目数量", "上一年项目数量（指2019年事项数）"),
    ("本年增/减", "本年增/减（与上年相比，减用负值表示，如-8）"),
    ("处理决定数量", "处理决定数量（指2020年办件量）"),
    ("其他对外管理服务事项", "其他对外管理服务事项（含备案12项）"),
    ("规范性文件", "规范性文件（指各行政机关印发的有正式文号的文件）"),
]


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if "F" not in name])
def test_numbers_in_explanations_are_never_figures(layout: str) -> None:
    _reads(layout, plain_figures("F2019"), *NOTES_2019)


@pytest.mark.parametrize("layout", ["bare lines", "alternating", "bare lines, close"])
def test_explanations_on_lines_of_their_own(layout: str) -> None:
    split = [(label, noted.replace("（", "\n（", 1)) for label, noted in NOTES_2019]
    seen = see(_replaced(layout, plain_figures("F2019"), *split))
    expected = plain_figures("F2019").expected()
    wrong = {p: c for p, c in seen.cells.items() if c["value"] not in (None, float(expected[p]))}
    assert set(wrong) <= seen.named, wrong
    assert sum(c["value"] is not None for c in seen.cells.values()) > 170


@pytest.mark.parametrize("layout", LAYOUTS)
def test_other_processing_is_a_single_row_in_2019(layout: str) -> None:
    figures = plain_figures("F2019")
    figures.application |= {("other_processing", "natural_person"): "4", ("other_processing", "total"): "4"}
    figures.application |= {("granted", "natural_person"): "3", ("granted", "total"): "6"}
    seen = assert_reads(LAYOUTS[layout](figures), figures.expected())
    assert seen.row("application.other_processing") == [4, 0, 0, 0, 0, 0, 4]
    assert not [path for path in seen.cells if "other_misc" in path]


OTHER_SHORT = [
    ("（六）其他处理", "(六) 其他"),
    ("1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", "1.逾期不补正"),
    ("2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", "2.逾期不缴费"),
]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_other_processing_shortened(layout: str) -> None:
    figures = plain_figures()
    figures.application |= {("other_misc", "natural_person"): "5", ("other_misc", "total"): "5"}
    figures.application |= {("granted", "natural_person"): "2", ("granted", "total"): "5"}
    assert_reads(_replaced(layout, figures, *OTHER_SHORT), figures.expected())


def test_a_label_over_many_spans() -> None:
    figures = plain_figures()
    page = html_page(figures).decode()
    page = re.sub(
        "<td([^>]*)><p>([^<]*[\u4e00-\u9fff][^<]*)</p>",
        lambda m: (
            f"<td{m[1]}><p>" + "".join(f"<span lang=EN-US><font face='仿宋'>{c}</font></span>\n" for c in m[2]) + "</p>"
        ),
        page,
    )
    assert_reads(page, figures.expected())


@pytest.mark.parametrize("layout", ["bare lines", "alternating", "bare lines, close"])
def test_a_group_label_split_over_lines(layout: str) -> None:
    changes = [
        ("（三）不予公开", "(三)\n不予公开"),
        ("（四）无法提供", "（四）无\n法提供"),
        ("（五）不予处理", "（五）\n不予\n处理"),
    ]
    _reads(layout, plain_figures(), *changes, ("三、本年度办理结果", "三、本\n年度办\n理结果"))


def test_a_group_label_joined_to_an_item() -> None:
    figures = plain_figures()
    text = piped_rows(figures).decode()
    text = text.replace("（三）不予公开 | 1.属于", "1.属于")
    text = text.replace("4.保护第三方合法权益", "（三）不 | 4.保护第三方合法权益")
    text = text.replace("5.属于三类内部", "予公开 | 5.属于三类内部")
    seen = see(text)
    expected = figures.expected()
    assert all(c["value"] in (None, float(expected[p])) for p, c in seen.cells.items())
    assert_reads(text, expected, doubted=seen.named & {p for p in expected if "internal_affairs" in p})


@pytest.mark.parametrize("layout", LAYOUTS)
def test_enumerators_and_spaces_inside_labels(layout: str) -> None:
    figures = plain_figures()
    text = LAYOUTS[layout](figures).decode()
    text = re.sub(r"(?<![\d.])([1-8])\.(?=[\u4e00-\u9fff])", r"\1、", text)
    text = text.replace("1、属于国家秘密", "1. 属于国家秘密").replace("3、危及", "３．危及")
    text = text.replace("三、本年度办理结果", "三、 本 年 度 办 理 结 果").replace("（七）总计", "(七)总 计")
    text = text.replace("危及三安全一稳定", "危及“三安全一稳定”")
    assert_reads(text, figures.expected())


def test_a_line_break_behind_a_label_in_its_cell() -> None:
    figures = plain_figures()
    text = re.sub(r"(?m)^([^|\n]*[\u4e00-\u9fff][^|\n]*) \|$", r"\1\n|", piped_cells(figures).decode())
    assert_reads(text, figures.expected())
    page = re.sub(r"([\u4e00-\u9fff])</p></td>", r"\1<br>&nbsp;<br></p></td>", html_page(figures).decode())
    assert_reads(page, figures.expected())


@pytest.mark.parametrize(
    ("official", "printed"),
    [
        ("二、主动公开政府信息情况", "二、行政机关主动公开政府信息情况"),
        ("二、主动公开政府信息情况", "二、主动公开信息情况"),
        ("二、主动公开政府信息情况", "二、主动公开政府信息公开情况"),
        ("一、总体情况", "一、总体概述"),
        ("一、总体情况", "一、概述"),
        ("一、总体情况", "一、基本情况"),
        ("五、存在的主要问题及改进情况", "五、政府信息公开工作存在的主要问题及改进情况"),
        ("五、存在的主要问题及改进情况", "五、存在问题及改进情况"),
        ("五、存在的主要问题及改进情况", "五、存在的主要问题和改进措施"),
        ("三、收到和处理政府信息公开申请情况", "三、行政机关收到和处理政府信息公开申请情况"),
        ("四、政府信息公开行政复议、行政诉讼情况", "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况"),
        ("六、其他需要报告的事项", "六、其他需要报告的情况"),
    ],
)
@pytest.mark.parametrize("layout", ["html", "piped rows", "bare lines"])
def test_variants_of_section_headings(layout: str, official: str, printed: str) -> None:
    seen = _reads(layout, plain_figures(), (official, printed))
    assert sorted(seen.reading.sections) == ["1", "2", "3", "4", "5", "6"]


def test_columns_of_a_header_in_another_order_are_read_by_the_header() -> None:
    figures = plain_figures()
    rows = [
        row if row[0] != "信息内容" or len(row) < 4 else [row[0], row[3], row[1], row[2]]
        for row in disclosure_rows(figures)
    ]
    rows = [row if len(row) < 4 or row[0] == "信息内容" else [row[0], row[3], row[1], row[2]] for row in rows]
    two = "<table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows) + "</table>"
    _, three, four = html_tables(figures)
    assert_reads(html_page(figures, tables=(two, three, four)), figures.expected())


COUNTED = {"行政许可": ("licence", "300"), "行政处罚": ("penalty", "15"), "行政强制": ("coercion", "7")}


@pytest.mark.parametrize("layout", ["html", "piped rows", "tabbed", "markdown"])
@pytest.mark.parametrize("heads", [("本年处理决定数量", "上年处理决定数量"), ("上年处理决定数量", "本年处理决定数量")])
@pytest.mark.parametrize("blank", [False, True])
def test_the_column_of_the_year_before_is_left_out(layout: str, heads: tuple[str, str], blank: bool) -> None:
    figures = plain_figures()
    this = heads.index("本年处理决定数量")
    if blank:
        figures.disclosure["licence_decisions"] = ""
    columns = {label: (figures.disclosure[f"{key}_decisions"], other) for label, (key, other) in COUNTED.items()}
    columns["信息内容"] = ("本年处理决定数量", "上年处理决定数量")
    rows = []
    for row in disclosure_rows(figures):
        if len(row) == 2 and (row[0] in COUNTED or row[1] == "本年处理决定数量"):
            pair = columns[row[0]]
            rows.append([row[0], *(pair if this == 0 else pair[::-1])])
        else:
            rows.append(row)
    text = LAYOUTS[layout](figures).decode()
    if layout == "html":
        two = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        text = html_page(figures, tables=(f"<table>{two}</table>", *html_tables(figures)[1:])).decode()
    else:
        separator = "\t" if layout == "tabbed" else " | "
        changed = {
            separator.join(old): separator.join(new) for old, new in zip(disclosure_rows(figures), rows, strict=True)
        }
        assert len([old for old, new in changed.items() if old != new]) == 4
        lines = [(line, re.sub(r"^\| | \|$", "", line)) for line in text.split("\n")]
        text = "\n".join(line.replace(bare, changed.get(bare, bare)) if bare else line for line, bare in lines)
    assert_reads(text, figures.expected(), {"disclosure.licence_decisions": "blank"} if blank else {})


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("printed", ["上年处理决定数量", "历年处理决定累计", "2021年上半年处理决定数"])
def test_a_header_that_speaks_of_another_time_is_named(layout: str, printed: str) -> None:
    figures = plain_figures()
    text = LAYOUTS[layout](figures).decode().replace("本年处理决定数量", printed)
    assert {f"disclosure.{key}_decisions" for key, _ in COUNTED.values()} <= see(text).named


def test_table_four_in_two_tables_one_for_review_and_one_for_suits() -> None:
    figures = plain_figures()
    figures.litigation |= {("suit_after_review", "other"): "6", ("suit_after_review", "total"): "6"}
    results, row = [result.label for result in figures.form.results], litigation_row(figures)
    two, three, _ = html_tables(figures)
    heads = ['<td colspan="10">行政诉讼</td>', '<td colspan="5">未经复议直接起诉</td><td colspan="5">复议后起诉</td>']
    heads.append("".join(f"<td>{name}</td>" for name in results * 2))
    lines = ['<td colspan="5">行政复议</td>', "".join(f"<td>{name}</td>" for name in results)]
    lines.append("".join(f"<td>{text}</td>" for text in row[:5]))
    suits = [*heads, "".join(f"<td>{text}</td>" for text in row[5:])]
    four = "".join("<table><tr>" + "</tr><tr>".join(part) + "</tr></table>" for part in (lines, suits))
    assert_reads(html_page(figures, tables=(two, three, four)), figures.expected())
