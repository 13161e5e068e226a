"""Blank and merged cells as real reports print them: columns kept, blanks never zero, lost cells never guessed."""

from __future__ import annotations

import re

import pytest

from tests.transforms.layouts import (
    LAYOUTS,
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

# Layouts in which a blank cell shows; among cells on lines of their own one more blank at the end of a row hides it.
GRIDS = [name for name in LAYOUTS if not name.startswith("bare") and name != "piped cells"]
ORGANISATIONS = ("org_business", "org_research", "org_public_interest", "org_legal_service", "org_other")


@pytest.mark.parametrize("layout", GRIDS)
def test_a_blank_cell_is_blank_and_its_sums_pass_as_inferred(layout: str) -> None:
    figures = plain_figures()
    blank = ("granted", "org_research"), ("other_misc", "natural_person")
    figures.application |= dict.fromkeys(blank, "")
    figures.litigation["review", "pending"] = ""
    figures.disclosure["rules_made"] = ""
    paths = ["application.granted.org_research", "application.other_misc.natural_person"]
    paths += ["litigation.review.pending", "disclosure.rules_made"]
    seen = assert_reads(LAYOUTS[layout](figures), figures.expected(), dict.fromkeys(paths, "blank"))
    check = seen.check("T3-ROW", "granted")
    assert (check.status, check.inferred) == ("pass", True)
    assert (seen.check("T3-ROW", "partial").status, seen.check("T3-ROW", "partial").inferred) == ("pass", False)
    assert (seen.check("T4-SUM", "review").status, seen.check("T4-SUM", "review").inferred) == ("pass", True)


@pytest.mark.parametrize("blank", ["", "&nbsp;", "\u3000", "<span style='font-size:10.5pt'>&nbsp;</span>", "<br>"])
def test_every_way_to_print_nothing_in_html_is_blank(blank: str) -> None:
    figures = plain_figures()
    figures.application["granted", "org_research"] = blank
    assert_reads(html_page(figures), figures.expected(), {"application.granted.org_research": "blank"})


@pytest.mark.parametrize("layout", GRIDS)
def test_whole_rows_blank(layout: str) -> None:
    figures = plain_figures("F2019")
    blank = [key for key in figures.disclosure if key.startswith(("procurement", "coercion"))]
    figures.disclosure |= dict.fromkeys(blank, "")
    figures.application |= {key: "" for key in figures.application if key[0] == "refused_state_secret"}
    paths = [f"disclosure.{key}" for key in blank]
    paths += [f"application.refused_state_secret.{a.key}" for a in figures.form.applicants]
    seen = assert_reads(LAYOUTS[layout](figures), figures.expected(), dict.fromkeys(paths, "blank"))
    assert seen.check("T3-ROW", "refused_state_secret").status == "not_assessable"
    assert (seen.check("T3-COL", "natural_person").status, seen.check("T3-COL", "natural_person").inferred) == (
        "pass",
        True,
    )


@pytest.mark.parametrize("layout", [name for name in GRIDS if "cells" not in name and name != "alternating"])
def test_totals_filled_only_in_some_rows_leave_the_row_not_assessable(layout: str) -> None:
    figures = plain_figures("F2019")
    inside = [o.key for o in figures.form.outcomes if o.key not in ("received_new", "carried_in", "carried_out")]
    figures.application |= {(key, "total"): "" for key in inside}
    paths = [f"application.{key}.total" for key in inside]
    # Rule T3-BAL counts the blank as nothing and does not close: the contract has that named.
    balance = [f"application.{key}.total" for key in ("received_new", "carried_in", "outcome_total", "carried_out")]
    seen = assert_reads(LAYOUTS[layout](figures), figures.expected(), dict.fromkeys(paths, "blank"), balance)
    assert seen.check("T3-ROW", "granted").status == "not_assessable"
    assert seen.check("T3-ROW", "received_new").status == "pass"
    assert seen.check("T3-COL", "natural_person").status == "pass"
    assert seen.check("T3-COL", "total").status == "not_assessable"


@pytest.mark.parametrize("layout", GRIDS)
def test_five_applicant_columns_blank_in_every_row_keep_their_place(layout: str) -> None:
    figures = plain_figures()
    figures.application = dict.fromkeys(figures.application, "0")
    blank = [key for key in figures.application if key[1] in ORGANISATIONS]
    figures.application |= dict.fromkeys(blank, "")
    paths = [f"application.{row}.{column}" for row, column in blank]
    assert_reads(LAYOUTS[layout](figures), figures.expected(), dict.fromkeys(paths, "blank"))


def test_only_the_total_filled_after_runs_of_empty_lines_is_never_read_in_another_column() -> None:
    figures = plain_figures()
    text = bare_lines(figures).decode()
    row = "\n".join(cell + "\n" for cell in application_rows(figures)[6])
    assert text.count(row) == 1
    label = application_rows(figures)[6][0]
    seen = see(text.replace(row, f"{label}\n" + "\n" * 13 + " 0\n\n"))
    cells = {p: c for p, c in seen.cells.items() if p.startswith("application.refused_security_stability")}
    assert not [p for p, c in cells.items() if c["value"] is not None and not p.endswith("total")]
    assert all(p in seen.named for p, c in cells.items() if c["state"] == "unreadable")
    assert seen.named


@pytest.mark.parametrize("width", [8, 9])
def test_one_number_a_row_with_the_column_lost_is_not_read(width: int) -> None:
    figures = plain_figures()
    lines = piped_rows(figures).decode().split("\n")
    for at, line in enumerate(lines):
        cells = [cell.strip() for cell in line.split("|") if cell.strip()]
        if re.match(r"^([一二四]、|（[一二七]）|\d\.|（[三四五六]）|三、)", line) and len(cells) > 7:
            label = " | ".join(cells[:-7])
            lines[at] = f"{label} | 0 |" + " |" * (width - 1)
    seen = see("\n".join(lines))
    assert not [p for p, c in seen.cells.items() if p.startswith("application.") and c["value"] is not None]
    unreadable = [p for p, c in seen.cells.items() if p.startswith("application.") and c["state"] == "unreadable"]
    assert unreadable
    assert seen.named >= set(unreadable)


@pytest.mark.parametrize("layout", GRIDS)
def test_last_column_blank_only(layout: str) -> None:
    figures = plain_figures()
    figures.disclosure["rules_in_force"] = ""
    seen = assert_reads(LAYOUTS[layout](figures), figures.expected(), {"disclosure.rules_in_force": "blank"})
    assert seen.values("disclosure.rules_made", "disclosure.rules_repealed") == [0, 0]


@pytest.mark.parametrize("layout", GRIDS)
def test_number_only_in_the_first_column(layout: str) -> None:
    figures = plain_figures()
    figures.disclosure |= {"normative_made": "2", "normative_repealed": "", "normative_in_force": ""}
    blank = ["disclosure.normative_repealed", "disclosure.normative_in_force"]
    assert_reads(LAYOUTS[layout](figures), figures.expected(), dict.fromkeys(blank, "blank"))


@pytest.mark.parametrize("dash", ["-", "—", "——", "－", "/", "–"])
@pytest.mark.parametrize("layout", ["html", "piped rows", "piped cells", "tabbed"])
def test_a_dash_for_a_number(layout: str, dash: str) -> None:
    figures = plain_figures("F2019")
    figures.disclosure["coercion_decisions"] = dash
    figures.application["granted", "org_other"] = dash
    states = {"disclosure.coercion_decisions": "dash", "application.granted.org_other": "dash"}
    seen = assert_reads(LAYOUTS[layout](figures), figures.expected(), states)
    assert (seen.check("T3-ROW", "granted").status, seen.check("T3-ROW", "granted").inferred) == ("pass", True)


def test_stub_tables_of_dashes_are_skipped() -> None:
    figures = plain_figures()
    stub = "### 申请人情况 (自然人)\n| (数据项目) | 数量 |\n|---|---|\n| - | - |\n\n"
    text = LAYOUTS["markdown"](figures).decode()
    at = text.index("| （本列数据")
    assert_reads(text[:at] + stub + text[at:], figures.expected())


def _spanned(cells: list[tuple[str, int]]) -> str:
    return "<tr>" + "".join(f"<td colspan={span}>{text}</td>" for text, span in cells) + "</tr>"


def test_columns_spanned_otherwise_in_header_and_rows() -> None:
    figures = plain_figures("F2019")
    _, three, four = html_tables(figures)
    rows = []
    for row in disclosure_rows(figures):
        spans = {1: [5], 2: [1, 4], 3: [1, 2, 2], 4: [1, 1, 2, 1] if row[0] == "信息内容" else [1, 2, 1, 1]}[len(row)]
        rows.append(_spanned(list(zip(row, spans, strict=True))))
    page = html_page(figures, tables=(f"<table>{''.join(rows)}</table>", three, four))
    assert_reads(page, figures.expected())


def test_empty_cells_where_rows_should_be_spanned() -> None:
    figures = plain_figures()
    rows = []
    for row in application_rows(figures):
        label = [""] * (10 - len(row)) + row[:-7] if len(row) < 10 else row[:-7]
        rows.append(_spanned([(text, 1) for text in [*label, *row[-7:]]]))
    head = _spanned([("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", 3), ("申请人情况", 7)])
    head += _spanned([("", 3), ("自然人", 1), ("法人或其他组织", 5), ("总计", 1)])
    head += _spanned([("", 3), ("", 1), *((a.label, 1) for a in figures.form.applicants[1:-1]), ("", 1)])
    two, _, four = html_tables(figures)
    page = html_page(figures, tables=(two, f"<table>{head}{''.join(rows)}</table>", four))
    assert_reads(page, figures.expected())


@pytest.mark.parametrize("form", ["F2019", "F2021"])
@pytest.mark.parametrize("fillers", [1, 2, 3])
def test_fillers_at_the_end_of_rows_are_no_blanks_of_the_measure(fillers: int, form: str) -> None:
    figures = plain_figures(form)
    assert_reads(piped_rows(figures, fillers=fillers), figures.expected())
    assert_reads(piped_cells(figures, fillers=fillers), figures.expected())
    text = "\n".join(line + "\t" * fillers if "\t" in line else line for line in tabbed(figures).decode().split("\n"))
    assert_reads(text, figures.expected())


@pytest.mark.parametrize("separator", [" | ", "\t"])
def test_group_labels_before_the_label_shift_the_columns(separator: str) -> None:
    figures = plain_figures()
    text = (piped_rows if separator == " | " else tabbed)(figures).decode()
    for row in application_rows(figures):
        if len(row) == 8:
            text = text.replace(separator.join(row), separator.join(["三、本年度办理结果", *row]))
    assert_reads(text, figures.expected())


@pytest.mark.parametrize("layout", ["piped rows", "tabbed", "piped cells", "alternating", "bare lines"])
def test_a_row_printed_without_figures_and_an_absent_row(layout: str) -> None:
    figures = plain_figures()
    text = LAYOUTS[layout](figures).decode()
    without, absent = (
        next(row for row in application_rows(figures) if row[0].startswith(start))
        for start in ("2.申请人逾期未按", "3.其他")
    )
    whole = "\n".join([piece for piece in _cells(layout, without)])
    assert text.count(whole) == 1
    text = text.replace(whole, _cells(layout, without[:1])[0] if layout != "tabbed" else without[0])
    gone = "\n".join(_cells(layout, absent))
    assert text.count(gone) == 1
    text = text.replace(gone + "\n", "")
    seen = see(text)
    cells = seen.cells
    assert {c["state"] for p, c in cells.items() if p.startswith("application.other_misc")} == {"missing"}
    assert {c["state"] for p, c in cells.items() if p.startswith("application.other_fee_unpaid")} <= {
        "blank",
        "missing",
    }
    expected = {p: t for p, t in figures.expected().items() if "other_misc" not in p and "other_fee" not in p}
    assert_reads(text, expected)
    assert seen.check("T3-COL", "natural_person").status == "not_assessable"


def _cells(layout: str, row: list[str]) -> list[str]:
    if layout == "tabbed":
        return ["\t".join(row)]
    if layout == "piped rows":
        return [" | ".join(row) + " |"]
    if layout == "piped cells":
        return [f"{cell} |" for cell in row]
    if layout == "alternating":
        return [piece for cell in row for piece in (cell, "|")]
    return [piece for cell in row for piece in (cell, "")][:-1]


def test_one_row_of_fifteen_with_a_lost_cell_and_a_filler_is_not_shifted() -> None:
    figures = plain_figures()
    figures.litigation |= {("suit_after_review", "pending"): "6", ("suit_after_review", "total"): "6"}
    lines = piped_cells(figures).decode().split("\n")
    first = len(lines) - 1 - lines[::-1].index("复议后起诉 |")
    numbers = [at for at, line in enumerate(lines) if at > first and re.fullmatch(r"\d+ \|", line)]
    assert [lines[at] for at in numbers] == [f"{text} |" for text in litigation_row(figures)]
    del lines[numbers[11]]
    _assert_none_wrong_unnamed("\n".join(lines), figures.expected())


@pytest.mark.parametrize("lost", range(7))
@pytest.mark.parametrize("layout", ["piped cells", "piped rows, fillers"])
def test_a_lost_cell_is_not_made_good_by_a_filler(layout: str, lost: int) -> None:
    figures = plain_figures()
    figures.application |= {("granted", a.key): str(11 + n) for n, a in enumerate(figures.form.applicants[:-1])}
    figures.application["granted", "total"] = "81"
    row = next(row for row in application_rows(figures) if row[-1] == "81")
    whole = "\n".join(_cells(layout.split(",")[0], row))
    text = LAYOUTS[layout](figures).decode()
    assert text.count(whole) == 1
    del row[-7 + lost]
    _assert_none_wrong_unnamed(text.replace(whole, "\n".join(_cells(layout.split(",")[0], row))), figures.expected())


@pytest.mark.parametrize("layout", ["piped cells", "piped rows"])
def test_blanks_beside_fillers_are_named_where_they_could_be_either(layout: str) -> None:
    figures = plain_figures()
    figures.disclosure |= {"normative_made": "", "normative_repealed": "2", "normative_in_force": "31"}
    data = piped_cells(figures, fillers=1) if layout == "piped cells" else piped_rows(figures, fillers=1)
    _assert_none_wrong_unnamed(data.decode(), figures.expected())


def _assert_none_wrong_unnamed(text: str, printed: dict[str, str]) -> None:
    seen = see(text)
    wrong = {
        path: cell
        for path, cell in seen.cells.items()
        if cell["value"] is not None and (not printed[path] or cell["value"] != float(printed[path]))
    }
    assert set(wrong) <= seen.named, wrong


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('colspan="3" rowspan="3"', 'colspan="3" rowspan="2"'),
        ('colspan="3" rowspan="3"', 'colspan="3"'),
        ('colspan="5"><p>法人', 'colspan="4"><p>法人'),
        ('colspan="5"><p>法人', 'colspan="2"><p>法人'),
        ('colspan="5"><p>法人', "><p>法人"),
        ('rowspan="2"><p>自然人', "><p>自然人"),
        ('rowspan="2"><p>总计', "><p>总计"),
    ],
)
def test_spans_of_the_header_that_put_two_names_over_one_column(old: str, new: str) -> None:
    figures = plain_figures()
    page = html_page(figures).decode()
    assert old in page
    at = page.index("勾稽关系") - 200
    assert_reads(page[:at] + page[at:].replace(old, new, 1), figures.expected())


def test_a_figure_that_stands_beside_two_rows_is_named() -> None:
    figures = plain_figures()
    page = html_page(figures).decode()
    one = '<td colspan="3"><p>12</p></td></tr><tr><td><p>行政强制</p></td><td colspan="3"><p>0</p></td></tr>'
    assert one in page
    page = page.replace(one, '<td colspan="3" rowspan="2"><p>12</p></td></tr><tr><td><p>行政强制</p></td></tr>')
    seen = see(page)
    assert {"disclosure.penalty_decisions", "disclosure.coercion_decisions"} <= seen.named
    assert seen.values("disclosure.coercion_decisions") == [None]


def test_a_label_that_stands_beside_two_rows_of_figures_is_named() -> None:
    figures = plain_figures()
    page = html_page(figures).decode()
    one = '<tr><td><p>行政许可</p></td><td colspan="3"><p>345</p></td></tr>'
    assert one in page
    two = '<tr><td rowspan="2">行政许可</td><td colspan="3">300</td></tr><tr><td colspan="3">45</td></tr>'
    assert "disclosure.licence_decisions" in see(page.replace(one, two)).named
    row = "".join(f"<td><p>{text}</p></td>" for text in application_rows(figures)[2][-7:])
    label = '<td colspan="2"><p>（一）予以公开</p></td>'
    assert label + row in page
    page = page.replace(label + row, label.replace("<td", '<td rowspan="2"') + row + "</tr><tr>" + row)
    page = page.replace('rowspan="22"', 'rowspan="23"')
    assert_reads(page, figures.expected(), doubted={p for p in figures.expected() if ".granted." in p})


@pytest.mark.parametrize("label", ["件数", "数量", "云岭县教育局"])
def test_a_label_before_the_row_of_table_four(label: str) -> None:
    figures = plain_figures()
    two, three, four = html_tables(figures)
    row = "".join(f"<td><p>{text}</p></td>" for text in litigation_row(figures))
    assert "<tr>" + row in four
    four = four.replace("<tr>" + row, f"<tr><td>{label}</td>{row}")
    four = four.replace('<tr><td colspan="5"><p>行政复议', '<tr><td rowspan="3">项目</td><td colspan="5"><p>行政复议')
    assert_reads(html_page(figures, tables=(two, three, four)), figures.expected())
