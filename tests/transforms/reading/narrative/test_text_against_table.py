"""Rule N-TEXT and the numbers that sentences print: text against table, and the table counts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.transforms.layouts import Figures, html_page, plain_figures
from transforms.reading import Reading, read_document
from transforms.reading.narrative.quantities import read_quantity
from transforms.reading.result import Check, path_text
from transforms.reading.trust import reasons

SECTION_ONE = "<p>一、总体情况</p>"


def read(text: str, figures: Figures | None = None) -> Reading:
    page = html_page(figures or plain_figures()).decode()
    assert SECTION_ONE in page
    return read_document(page.replace(SECTION_ONE, f"{SECTION_ONE}<p>{text}</p>").encode())


def checked(reading: Reading) -> dict[str, Check]:
    return {check.subject: check for check in reading.checks if check.rule == "N-TEXT"}


def test_what_agrees_passes() -> None:
    reading = read("2022年制发行政规范性文件7件。作出行政许可决定345件。信息公开类行政复议3件，行政诉讼4件。")
    checks = checked(reading)
    assert len(checks) == 4
    assert {check.status for check in checks.values()} == {"pass"}
    assert reasons(reading) == []


def test_a_contradiction_is_a_warning_on_the_told_cell_and_changes_no_figure() -> None:
    told = read("2022年作出行政许可决定354件。")
    plain = read("2022年依法公开。")
    (check,) = checked(told).values()
    assert (check.status, check.severity, check.inferred) == ("fail", "warning", False)
    assert (check.left, check.right) == (Decimal(354), Decimal(345))
    assert [path_text(path) for path in check.cells] == ["disclosure.licence_decisions"]
    assert told.cells == plain.cells
    assert reasons(told) == ["N-TEXT"]
    assert "354件" in check.message


def test_a_sum_told_is_compared_with_the_sum() -> None:
    figures = plain_figures()
    granted, partial = (int(figures.application[row, "total"]) for row in ("granted", "partial"))
    text = "收到政府信息公开申请若干。共收到政府信息公开申请0件。予以公开及部分公开{}件。"
    key = "application.granted.total + application.partial.total"
    assert checked(read(text.format(granted + partial)))[key].status == "pass"
    wrong = checked(read(text.format(granted + partial + 1)))[key]
    assert [path_text(path) for path in wrong.cells] == ["application.granted.total", "application.partial.total"]


def test_a_blank_total_is_added_up_from_its_row() -> None:
    figures = plain_figures()
    total = int(figures.application["granted", "total"])
    figures.application["granted", "total"] = ""
    text = "共收到政府信息公开申请0件，予以公开{}件。"
    check = checked(read(text.format(total), figures))["application.granted.total"]
    assert (check.status, check.inferred, check.right) == ("pass", True, Decimal(total))
    check = checked(read(text.format(total + 1), figures))["application.granted.total"]
    assert (check.status, check.severity) == ("fail", "warning")
    assert [path_text(path) for path in check.cells] == ["application.granted.total"]


@pytest.mark.parametrize("printed", ["", "-", "见附件"])
def test_a_cell_without_a_figure_is_not_compared(printed: str) -> None:
    figures = plain_figures()
    figures.disclosure["licence_decisions"] = printed
    assert checked(read("2022年作出行政许可决定354件。", figures)) == {}


def test_a_figure_without_a_cell_is_kept_and_not_compared() -> None:
    reading = read("2022年收取信息处理费400元。")
    assert [(fact.key, fact.value, fact.unit) for fact in reading.facts] == [("information_fee_yuan", 400, "yuan")]
    assert checked(reading) == {}


def test_a_rounded_number_agrees_with_what_rounds_to_it() -> None:
    figures = plain_figures()
    figures.disclosure["licence_decisions"] = "12034"
    assert checked(read("2022年作出行政许可决定1.2万件。", figures))["disclosure.licence_decisions"].status == "pass"
    assert checked(read("2022年作出行政许可决定1.4万件。", figures))["disclosure.licence_decisions"].status == "fail"


@pytest.mark.parametrize(
    ("text", "value", "place"),
    [
        ("25", "25", "1"),
        ("1,208", "1208", "1"),
        ("1.2万", "12000", "1000"),
        ("3万", "30000", "10000"),
        ("12.50", "12.50", "0.01"),
        ("十", "10", "1"),
        ("十二", "12", "1"),
        ("二十", "20", "1"),
        ("一百零五", "105", "1"),
        ("一百五十", "150", "1"),
        ("三千二百零六", "3206", "1"),
        ("两万", "20000", "10000"),
        ("一万二千", "12000", "1"),
        ("一万零五", "10005", "1"),
        ("零", "0", "1"),
    ],
)
def test_numbers_and_how_exact_they_are(text: str, value: str, place: str) -> None:
    quantity = read_quantity(text)
    assert quantity is not None
    assert (quantity.value, quantity.place) == (Decimal(value), Decimal(place))


@pytest.mark.parametrize("text", ["二二", "一百五", "千", "百二", "零五", "万", "05", "9" * 20])
def test_what_is_no_number(text: str) -> None:
    assert read_quantity(text) is None
