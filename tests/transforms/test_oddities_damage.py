"""What extraction and copying do to real reports: cells fused, dropped, detached, re-lettered or cut; never guessed."""

from __future__ import annotations

import random
import re

import opencc
import pytest

from tests.transforms.layouts import (
    LAYOUTS,
    SECTIONS,
    Figures,
    application_rows,
    bare_lines,
    html_page,
    html_tables,
    litigation_row,
    make_figures,
    markdown,
    piped_rows,
    plain_figures,
)
from tests.transforms.scoring import Seen, assert_reads, see

TEXTS = [name for name in LAYOUTS if not name.startswith("html")]


def _none_wrong_unnamed(data: bytes | str, printed: dict[str, str]) -> Seen:
    seen = see(data)
    right = {path: (None, float(text) if text else None) for path, text in printed.items()}
    wrong = {p: c for p, c in seen.cells.items() if c["value"] not in right.get(p, (None,))}
    assert set(wrong) <= seen.named, wrong
    return seen


def test_cells_fused_into_one_line() -> None:
    text = (
        "云岭县教育局2019年政府信息公开工作年度报告\n\n二、主动公开政府信息情况第二十条第(一)项信息内容本年新制作数量"
    )
    text += "本年新公开数量对外公开总数量规章555规范性文件(指各行政机关印发的有正式文号的文件)141414第二十条第(五)项"
    seen = see(text)
    paths = [
        f"disclosure.{r}_{c}"
        for r in ("rules", "normative")
        for c in ("newly_made", "newly_published", "published_total")
    ]
    assert seen.values(*paths) == [None] * 6
    assert set(seen.states(*paths)) == {"unreadable"}
    assert set(paths) <= seen.named


@pytest.mark.parametrize("fused", ["规章000", "规章 000", "规章0 0 0"])
def test_cells_fused_on_the_line_of_their_label(fused: str) -> None:
    figures = plain_figures("F2019")
    text = bare_lines(figures).decode().replace("规章\n\n0\n\n0\n\n0\n", fused + "\n")
    seen = _none_wrong_unnamed(text, figures.expected())
    paths = [f"disclosure.rules_{c}" for c in ("newly_made", "newly_published", "published_total")]
    assert all(seen.cells[p]["value"] is not None or p in seen.named for p in paths)


@pytest.mark.parametrize("outcome", ["received_new", "granted"])
def test_a_cell_too_many_beside_a_blank_one_is_named_though_the_row_closes(outcome: str) -> None:
    figures = plain_figures("F2021")
    printed = {"received_new": "| 12 | 3 | 0 | 0 | 0 | 0 | 15 |", "granted": "| 7 | 3 | 0 | 0 | 0 | 0 | 10 |"}[outcome]
    text = markdown(figures).decode()
    assert printed in text
    # Was it 3 in the second column, or a blank one before a 3 in the third and a doubled cell behind it?
    seen = see(text.replace(printed, printed.replace("| 3 |", "|  | 3 |")))
    assert {f"application.{outcome}.{a}" for a in ("natural_person", "org_business", "total")} <= seen.named


def test_blank_cells_that_merged_columns_leave_in_every_row_are_no_doubt() -> None:
    figures = plain_figures("F2021")
    lines = markdown(figures).decode().split("\n")
    spaced = [re.sub(r"^(.*)( \| \d+ \|)$", r"\1 | \2", line) if line.count("|") >= 8 else line for line in lines]
    seen = _none_wrong_unnamed("\n".join(spaced), figures.expected())
    assert not [path for path in seen.named if path.startswith("application")]


@pytest.mark.parametrize("layout", ["bare lines", "bare lines, close"])
def test_repeated_lines_dropped(layout: str) -> None:
    figures = plain_figures("F2019")
    lines, kept = LAYOUTS[layout](figures).decode().split("\n"), list[str]()
    seen_lines: set[str] = set()
    for line in lines:
        if line and line in seen_lines:
            continue
        seen_lines.add(line)
        kept.append(line)
    _none_wrong_unnamed("\n".join(kept), figures.expected())


@pytest.mark.parametrize("layout", TEXTS)
def test_repeated_lines_dropped_in_other_layouts_are_never_wrong_unnamed(layout: str) -> None:
    for seed in range(3):
        figures = make_figures(seed, ("F2019", "F2021")[seed % 2])
        lines = list(dict.fromkeys(LAYOUTS[layout](figures).decode().split("\n")))
        _none_wrong_unnamed("\n".join(lines), figures.expected())


def test_labels_detached_from_their_figures_are_placed_where_order_and_sums_agree() -> None:
    figures = plain_figures()
    text = markdown(figures).decode()
    row = next(r for r in application_rows(figures) if r[0].startswith("（二）"))
    line = "| " + " | ".join(row) + " |\n"
    assert line in text
    detached = (
        "\n（二）部分公开（区分处理的，只计这一情\n形，不计其他情形）\n| "
        + " | ".join(row[1:])
        + " |\n|---|---|---|---|---|---|---|\n"
    )
    assert_reads(text.replace(line, detached), figures.expected())


def test_labels_wrapped_round_their_figures() -> None:
    figures = plain_figures()
    text = markdown(figures).decode()
    row = next(r for r in application_rows(figures) if r[-8].startswith("2.没有现成"))
    line = "| " + " | ".join(row) + " |\n"
    wrapped = (
        "\n（四）无\n2.没有现成信息\n| "
        + " | ".join(row[-7:])
        + " |\n|---|---|---|---|---|---|---|\n需要另行制作\n法提供\n"
    )
    _none_wrong_unnamed(text.replace(line, wrapped), figures.expected())


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_an_annotated_cell_that_fell_out_of_its_row(gone: int) -> None:
    figures = plain_figures()
    figures.disclosure |= {"rules_made": "22", "rules_repealed": "55", "rules_in_force": "235"}
    cells = ["22", "55", "235"]
    out = cells.pop(gone)
    text = piped_rows(figures).decode().replace("规章 | 22 | 55 | 235 |", f"规章 | {cells[0]} | {cells[1]} |")
    text = text.replace("信息内容 | 本年制发", f"{out}\n（含自然失效 29 件）\n信息内容 | 本年制发")
    seen = _none_wrong_unnamed(text, figures.expected())
    paths = [f"disclosure.rules_{c}" for c in ("made", "repealed", "in_force")]
    assert seen.values(*paths) == [None] * 3
    assert set(paths) <= seen.named


@pytest.mark.parametrize("layout", ["markdown", "piped rows", "html", "tabbed"])
def test_headers_invented_by_text_recognition_are_read_by_order(layout: str) -> None:
    figures = plain_figures()
    text = LAYOUTS[layout](figures).decode()
    names = [a.label for a in figures.form.applicants]
    for number, name in enumerate(names[:-1], start=1):
        if layout == "html":
            text = text.replace(f"<p>{name}</p>", f"<p>数据{number}</p>")
        else:
            head = text.index("申请人情况")
            end = text.index("一、本年新收")
            text = text[:head] + text[head:end].replace(name, f"数据{number}", 1) + text[end:]
    seen = _none_wrong_unnamed(text, figures.expected())
    assert seen.values("application.received_new.total", "application.granted.natural_person") == [15, 7]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("form", ["F2019", "F2021"])
def test_traditional_glyphs(layout: str, form: str) -> None:
    figures = plain_figures(form)
    text = opencc.OpenCC("s2t").convert(LAYOUTS[layout](figures).decode())
    assert "規章" in text
    seen = assert_reads(text, figures.expected())
    assert seen.reading.agency_name == "雲嶺縣教育局"
    assert seen.reading.report_year == figures.year


@pytest.mark.parametrize("layout", LAYOUTS)
def test_pinyin_noise_behind_converted_glyphs(layout: str) -> None:
    text = LAYOUTS[layout](plain_figures()).decode()
    for plain, noisy in (
        ("信息内容", "信息內(nèi)容"),
        ("行政强制", "行政強(qiáng)制"),
        ("规章", "規(guī)章"),
        ("予以公开", "予以公開(kāi)"),
        ("总计", "總(zǒng)計(jì)"),
        ("第二十条", "第二十條(tiáo)"),
    ):
        text = text.replace(plain, noisy)
    assert_reads(text, plain_figures().expected())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_wrong_conversions_and_other_words(layout: str) -> None:
    text = LAYOUTS[layout](plain_figures()).decode()
    for plain, wrong in (
        ("行政强制", "行政強製"),
        ("只计这一情形", "隻計這一情形"),
        ("行政规范性文件", "行政規範性檔案"),
        ("制发", "製發"),
    ):
        assert plain in text
        text = text.replace(plain, wrong)
    assert_reads(text, plain_figures().expected())


def test_cells_as_an_object_keyed_by_labels() -> None:
    text = "云岭县教育局2019年政府信息公开工作年度报告\n二、主动公开政府信息情况\n"
    text += (
        "{'第二十条第（五）项': {'行政许可': {'上一年项目数量': '20', '本年增/减': '+1036', '处理决定数量': '345'}}}\n"
    )
    seen = see(text)
    right = {
        "disclosure.licence_items_prev": 20,
        "disclosure.licence_items_change": 1036,
        "disclosure.licence_decisions": 345,
    }
    assert seen.reading.outcome in ("no_tables", "parsed")
    assert all(c["value"] in (None, right.get(p)) for p, c in seen.cells.items())


@pytest.mark.parametrize("end", ["", "\n", "…"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_text_cut_anywhere_is_never_wrong_unnamed(layout: str, end: str) -> None:
    figures = make_figures(5, "F2019", size=400)
    data = LAYOUTS[layout](figures).decode()
    for at in random.Random(7).sample(range(150, len(data)), 16):
        _none_wrong_unnamed(data[:at] + end, figures.expected())


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("layout", ["html", "bare lines", "bare lines, close", "tabbed", "piped rows", "alternating"])
def test_a_figure_that_the_text_ends_in_is_named(layout: str, end: str) -> None:
    figures = plain_figures()
    data = LAYOUTS[layout](figures).decode()
    at = data.index("345", data.index("行政许可")) + 2
    seen = see(data[:at] + end)
    assert seen.cells["disclosure.licence_decisions"]["value"] in (None, 34)
    assert "disclosure.licence_decisions" in seen.named


@pytest.mark.parametrize("layout", ["piped rows", "tabbed", "markdown"])
def test_whole_rows_before_the_cut_are_read_and_the_cut_row_is_not_guessed(layout: str) -> None:
    figures = plain_figures()
    data = LAYOUTS[layout](figures).decode()
    row = next(r for r in application_rows(figures) if r[0].startswith("（二）"))
    whole = (" | " if layout != "tabbed" else "\t").join(row)
    at = data.index(whole) + len(whole) - 12
    seen = see(data[:at])
    assert seen.row("application.granted") == [7, 3, 0, 0, 0, 0, 10]
    cut = {p: c for p, c in seen.cells.items() if p.startswith("application.partial")}
    assert all(c["value"] is None or p in seen.named for p, c in cut.items())
    assert {c["state"] for p, c in seen.cells.items() if p.startswith("application.outcome_total")} == {"missing"}


# Contradictions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_items_that_do_not_add_up_without_a_rule_are_read_without_a_doubt(layout: str) -> None:
    figures = plain_figures("F2019")
    figures.disclosure |= {"penalty_items_prev": "716", "penalty_items_change": "-417", "penalty_decisions": "298"}
    figures.disclosure |= {
        "normative_newly_made": "87",
        "normative_newly_published": "0",
        "normative_published_total": "1",
    }
    figures.disclosure |= {"coercion_items_prev": "0", "coercion_items_change": "33", "coercion_decisions": "0"}
    assert_reads(LAYOUTS[layout](figures), figures.expected())


@pytest.mark.parametrize(
    "name", ["尼河县木垛镇人民政府", "云岭县教育局", "云岭经济开发区管理委员会", "云岭县前进街道办事处", "云岭县气象局"]
)
def test_rules_of_a_body_that_makes_none_are_read_and_named(name: str) -> None:
    figures = plain_figures()
    figures.name = name
    figures.disclosure["rules_in_force"] = "6"
    seen = assert_reads(piped_rows(figures), figures.expected(), doubted=["disclosure.rules_in_force"])
    failed = [c for c in seen.reading.checks if c.status == "fail"]
    assert [(c.rule, c.severity) for c in failed] == [("T2-RULES", "warning")]


@pytest.mark.parametrize("name", ["云岭市人民政府", "云岭省人民政府办公厅", "云岭市人民政府办公室"])
def test_rules_of_a_government_are_no_contradiction(name: str) -> None:
    figures = plain_figures()
    figures.name = name
    figures.disclosure["rules_in_force"] = "6"
    assert_reads(piped_rows(figures), figures.expected())


@pytest.mark.parametrize("layout", ["html", "piped rows", "piped cells", "bare lines"])
def test_a_contradiction_in_a_sum_fails_with_every_cell_named(layout: str) -> None:
    figures = plain_figures()
    figures.application["granted", "natural_person"] = "8"
    seen = see(LAYOUTS[layout](figures))
    failed = {(c.rule, c.subject): c for c in seen.reading.checks if c.status == "fail"}
    assert set(failed) == {("T3-ROW", "granted"), ("T3-COL", "natural_person")}
    assert {c.severity for c in failed.values()} == {"error"}
    assert {f"application.granted.{a.key}" for a in figures.form.applicants} <= seen.named
    assert seen.cells["application.granted.natural_person"]["value"] == 8


def _with_litigation(figures: Figures, *numbers: int) -> str:
    keys = list(figures.litigation)
    figures.litigation |= dict(zip(keys, map(str, numbers), strict=True))
    return piped_rows(figures).decode()


def test_a_contradiction_in_table_four_names_one_channel() -> None:
    figures = plain_figures()
    text = _with_litigation(figures, 1, 0, 0, 0, 2, *[0] * 10)
    seen = assert_reads(text, figures.expected(), doubted=[f"litigation.review.{r.key}" for r in figures.form.results])
    assert len(litigation_row(figures)) == 15
    assert seen.check("T4-SUM", "review").status == "fail"


def test_known_results_above_the_total_are_named_beside_a_cell_of_two_figures() -> None:
    figures = plain_figures()
    figures.litigation |= {("review", "upheld"): "5", ("review", "corrected"): "0<br>0", ("review", "total"): "3"}
    cells = [f"litigation.review.{result.key}" for result in figures.form.results]
    seen = assert_reads(html_page(figures), figures.expected(), {"litigation.review.corrected": "text"}, cells)
    assert seen.check("T4-SUM", "review").status == "not_assessable"
    assert "sum_exceeded" in seen.codes


def test_the_table_wins_over_the_sentence() -> None:
    figures = plain_figures()
    text = re.sub("本年度工作有序开展。", "全年收到申请99件，制发规范性文件0件。", piped_rows(figures).decode())
    seen = see(text)
    assert seen.values("application.received_new.total", "disclosure.normative_made") == [15, 7]
    assert SECTIONS[0] not in seen.reading.sections.values()


def test_labels_in_one_table_and_figures_in_another_are_never_paired_by_the_last_label() -> None:
    figures = plain_figures()
    rows = application_rows(figures)
    labels = "".join(f"<tr><td>{row[-8]}</td></tr>" for row in rows)
    values = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row[-7:]) + "</tr>" for row in rows)
    frame = f"<table><tr><td><table>{labels}</table></td><td><table>{values}</table></td></tr></table>"
    two, _, four = html_tables(figures)
    _none_wrong_unnamed(html_page(figures, tables=(two, frame, four)).decode(), figures.expected())
