"""The statistics form of 2014 damaged, altered or mixed with others: no figure is wrong without a sign."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.transforms.layouts import html_page, html_tables, plain_figures
from tests.transforms.legacy.statistics_kit import (
    KEYS,
    STATISTICS_TITLE,
    TITLE,
    expected,
    html_table,
    panels,
    report,
    rows,
    statistics,
    text_report,
)
from tests.transforms.scoring import assert_reads, see

Table = list[list[str]]


def _page(table: Table) -> str:
    return report(html_table(table))


def _at(label: str, table: Table) -> int:
    return next(number for number, row in enumerate(table) if label in row[0])


DAMAGED: dict[str, Callable[[Table], str]] = {
    "html": _page,
    "panels": lambda table: _page(panels(table)),
    "tabs": lambda table: text_report(["\t".join(row) for row in table]),
    "a cell a line": lambda table: text_report([cell for row in table for cell in row if cell]),
    "numbered lines": lambda table: text_report(
        [cell for number, row in enumerate(table, 1) for cell in (str(number), *row) if cell]
    ),
    "piped cells": lambda table: text_report([f"{cell} |" for row in table for cell in row]),
}


@pytest.mark.parametrize("layout", DAMAGED)
@pytest.mark.parametrize("seed", range(12))
def test_blanks_lost_rows_and_cuts_give_no_wrong_figure_without_a_sign(layout: str, seed: int) -> None:
    rng = random.Random(seed)
    figures = statistics()
    figures |= dict.fromkeys(rng.sample(KEYS, rng.choice([0, 5, 30])), "")
    table = rows(figures, head=rng.random() < 0.5)
    lost = rng.randrange(len(table))
    del table[lost : lost + rng.choice([0, 1, 3, 8])]
    text = DAMAGED[layout](table)
    seen = see(text[: rng.randrange(len(text) // 2, len(text))] if rng.random() < 0.5 else text)
    for path, text in expected(figures).items():
        value = seen.cells.get(path, {}).get("value")
        assert value is None or path in seen.named or (text and abs(value - float(text)) < 1e-9), path


def test_labels_that_stand_twice_go_by_what_stands_above() -> None:
    short = {"一）维持具体行政行为或者": "（一）维持具体行政行为数", "主要负责同志": "其中：主要负责同志参加次数"}
    table = rows(statistics())
    for row in table:
        row[0] = next((new for old, new in short.items() if old in row[0]), row[0])
    assert_reads(_page(table), expected(statistics()))


def test_labels_that_stand_twice_are_unreadable_without_what_stands_above() -> None:
    table = rows(statistics())
    kept = [row for row in table if row[0] not in ("四、行政复议数量", "五、行政诉讼数量")]
    kept = [row for row in kept if "维持具体行政行为" not in row[0]]
    seen = see(_page(kept))
    for case in ("review", "litigation"):
        for result in ("corrected", "other"):
            assert seen.cells[f"legacy.l14_{case}_{result}"]["value"] is None
    assert "label_ambiguous" in seen.codes
    without_heading = [row for row in table if row[0] != "五、行政诉讼数量"]
    seen = see(_page(without_heading))
    assert "legacy.l14_litigation_corrected" in seen.named


@pytest.mark.parametrize(
    ("label", "unit", "figure", "value", "code"),
    [
        ("七、依申请", "元", "3500", 0.35, "unit_converted"),
        ("七、依申请", "", "3500元", 0.35, "unit_converted"),
        ("七、依申请", "万元", "0.35", 0.35, None),
        ("七、依申请", "", "0.35", 0.35, "money_without_unit"),
        ("（四）政府信息公开专项经费", "千元", "125", 12.5, "unit_converted"),
        ("（一）收到申请数", "件", "9件", 9, "unit_in_cell"),
        ("（一）收到申请数", "万件", "9", None, "other_unit"),
        ("（一）收到申请数", "件", "9.5", 9.5, "odd_count"),
        ("（一）收到申请数", "件", "-9", -9, "odd_count"),
        ("（一）收到申请数", "件", "九件左右", None, "not_a_figure"),
        ("七、依申请", "件", "0.35", None, "other_unit"),
    ],
)
def test_units_are_converted_exactly_or_refused(
    label: str, unit: str, figure: str, value: float | None, code: str | None
) -> None:
    table = rows(statistics())
    row = table[_at(label, table)]
    row[1:] = [unit, figure]
    seen = see(_page(table))
    key = {"七": "l14_fee", "（四": "l14_org_budget"}.get(label.split("）")[0].split("、")[0], "l14_received")
    assert seen.cells[f"legacy.{key}"]["value"] == value
    if code:
        warning = next(w for w in seen.document["warnings"] if w["code"] == code)
        assert warning["cells"] == [f"legacy.{key}"]


def test_a_unit_in_the_label_that_differs_from_the_one_beside_it_is_refused() -> None:
    table = rows(statistics())
    table[_at("七、依申请", table)][0] += "（单位：元）"
    seen = see(_page(table))
    assert seen.cells["legacy.l14_fee"]["state"] == "unreadable"
    assert "legacy.l14_fee" in seen.named


def test_two_figures_behind_a_label_are_no_reading() -> None:
    table = [[*row, "17" if row[2] not in ("—", "统计数") else row[2]] for row in rows(statistics())]
    table[0][2:] = ["本季度", "本年累计"]
    seen = see(_page(table))
    assert {cell["state"] for cell in seen.document["legacy"].values()} == {"unreadable"}
    assert {f"legacy.{key}" for key in KEYS} == seen.named


@pytest.mark.parametrize("head", [["本季度", "本年累计"], None])
@pytest.mark.parametrize("blank", [2, 3])
def test_of_two_columns_a_single_figure_is_no_reading_either(blank: int, head: list[str] | None) -> None:
    table = [[*row, "—" if row[2] == "—" else "17"] for row in rows(statistics())]
    for row in table[10:40]:
        row[blank] = "" if row[2] != "—" else "—"
    if head:
        table[0][2:] = head
    seen = see(_page(table if head else table[1:]))
    assert {cell["value"] for cell in seen.document["legacy"].values()} == {None}
    assert {f"legacy.{key}" for key in KEYS} == seen.named


def test_a_figure_in_the_column_of_remarks_is_named_and_not_taken() -> None:
    table = [[*row, ""] for row in rows(statistics())]
    table[0][3] = "备注"
    at = _at("当面申请数", table)
    table[at][2:] = ["", "2"]
    seen = see(_page(table))
    assert seen.cells["legacy.l14_received_in_person"]["state"] == "blank"
    assert "left_over" in seen.codes


def test_rows_that_the_form_does_not_have_are_named_and_not_taken() -> None:
    figures = statistics()
    table = rows(figures)
    table.insert(_at("传真申请数", table), ["　　5.窗口代收数", "件", "4"])
    for page in (_page(table), text_report([cell for row in table for cell in row] + ["完"])):
        seen = assert_reads(page, expected(figures))
        warning = next(w for w in seen.document["warnings"] if w["code"] == "extra_row")
        assert "窗口代收数: 4" in warning["message"]


def test_a_sum_that_does_not_close_is_a_warning() -> None:
    figures = statistics() | {"l14_received": "11"}
    seen = see(_page(rows(figures)))
    check = seen.check("L14-SUM", "l14_received")
    assert (check.status, check.severity, check.left, check.right, check.inferred) == ("fail", "warning", 9, 11, False)
    assert {"legacy.l14_received", "legacy.l14_received_online"} <= seen.named
    assert "legacy.l14_closed" not in seen.named


def test_a_figure_printed_twice_differently_is_unreadable() -> None:
    table = rows(statistics())
    table.append([*table[_at("举报投诉", table)][:2], "3"])
    seen = see(_page(table))
    assert seen.cells["legacy.l14_complaints"]["state"] == "unreadable"
    assert "legacy.l14_complaints" in seen.named


@pytest.mark.parametrize("form", ["F2019", "F2021"])
def test_a_mixture_is_read_as_the_later_form_with_a_warning(form: str) -> None:
    figures, old = plain_figures(form), statistics()
    page = html_page(figures).decode()
    at = page.rindex("</table>") + len("</table>")
    page = f"{page[:at]}<p>{STATISTICS_TITLE}</p>{html_table(rows(old))}{page[at:]}"
    seen = see(page)
    assert seen.reading.form == form
    assert {"mixed_forms", "beyond_form"} <= seen.codes
    assert seen.values(*figures.expected()) == [float(text) for text in figures.expected().values()]
    assert seen.values(*expected(old)) == [float(text) for text in old.values()]
    assert set(expected(old)) <= seen.named


def test_a_blank_form_gives_no_figures() -> None:
    blank = dict.fromkeys(KEYS, "")
    plain, numbered = rows(blank), [[str(at), *row] for at, row in enumerate(rows(blank, head=False), 1)]
    for table in (plain, numbered):
        head = f"<p>{STATISTICS_TITLE}</p><p>填报单位:　　　　年　　季度</p>"
        seen = see(f"<html><body>{head}{html_table(table)}</body></html>")
        assert seen.reading.outcome == "out_of_format"
        assert "blank form" in str(seen.reading.reason)
        assert not seen.cells
    # In a report that names body and year they are blank cells.
    for text in (_page(numbered), text_report([c for row in numbered for c in row if c]), _page(plain)):
        seen = see(text)
        assert seen.reading.outcome == "parsed"
        assert {cell["value"] for cell in seen.cells.values()} == {None}
        assert not seen.named


def test_a_blank_form_of_later_years_is_out_of_format() -> None:
    figures = plain_figures()
    figures.disclosure = dict.fromkeys(figures.disclosure, "")
    figures.application = dict.fromkeys(figures.application, "")
    figures.litigation = dict.fromkeys(figures.litigation, "")
    for name in ("", "××", "某某县教育局", "（单位名称）"):
        figures.name = name
        page = html_page(figures).decode()
        reading = see(page if name else page.replace("2022年", "")).reading
        assert (reading.outcome, reading.cells) == ("out_of_format", {}), name
        assert "blank form" in str(reading.reason)
    figures.name = "云岭县教育局"
    assert see(html_page(figures)).reading.outcome == "parsed"


def test_a_title_that_only_mentions_the_form_changes_nothing() -> None:
    two, three, four = html_tables(plain_figures())
    page = f"<html><body><h1>{TITLE}</h1><p>{STATISTICS_TITLE}</p>{two}{three}{four}</body></html>"
    seen = see(page)
    assert seen.reading.form == "F2021"
    assert "mixed_forms" not in seen.codes
    assert not seen.document["legacy"]


@pytest.mark.parametrize(
    "more",
    [
        "1" * 300_000,
        "传真申请数\t件\t1\t" * 30_000,
        "（一）收到申请数（" + "（" * 100_000,
        "1.当面申请数 件 2\n" * 10_000,
        ("传真申请数\n0\n" + "文\n" * 6) * 2_000,
    ],
    ids=["digits", "cells", "brackets", "lines", "holes"],
)
def test_lines_without_end_are_read_to_the_end(more: str) -> None:
    seen = see(text_report(["\t".join(row) for row in rows(statistics())] + [more, "完"]))
    assert seen.reading.outcome == "parsed"
    assert seen.cells["legacy.l14_litigation_corrected"]["value"] == 2
