"""One printed cell: state and quantity for every spelling of the domain specification, section 4.1."""

from __future__ import annotations

from decimal import Decimal

import pytest

from transforms.documents.model import Cell
from transforms.reading.printed import as_change, looks_like_value, money_factor, read_printed, units_in_header
from transforms.reading.sheet import Sheet

STATES = {
    "zero": ["0", " 0 ", "\u00a00", "0\t", "０", "+0", "-0", "0.0", "0.00", "0件", "零"],
    "blank": ["", " ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\n", " \u2003\n"],
    "dash": ["-", "—", "–", "－", "/", "\\", "——", "--", "―", "~", "_", " - ", "─"],
    "not_applicable": ["无", "不适用", "无此项", "N/A", "n/a", "不涉及", "無", "None"],
    "text": [
        "详见附件",
        "若干",
        "图片",
        "13000000(预算",
        "约30",
        "12 34",
        "1 2",
        "3、4",
        "5/6",
        "1-2",
        "12\n34",
        "5人6件",
        "0345",
        "007",
        "1,23",
        "1,2345",
        "1.2.3",
        "++5",
        "1e5",
        "0x1F",
        "½",
        "\ufffd6",
        "\ufffd",
        "12\ufffd",
        "第5",
        "５０％",
        "50%",
        "12.5%",
        "10000000000000000",
        "一",
        "十二",
        "nan",
        "inf",
        "1_000",
        "٣",
        "增加-5",
        "5（）6",
        "3（万件）",
        "7(百件)",
        "12（%）",
        "12万人次",
    ],
}
NUMBERS = {
    "12": "12",
    "１２": "12",
    " 12 ": "12",
    "\u00a012\u00a0": "12",
    "1,234": "1234",
    "11,398,889": "11398889",
    "1，234": "1234",
    "11398889": "11398889",
    "+1036": "1036",
    "-8": "-8",
    "－8": "-8",
    "−8": "-8",
    "+ 5": "5",
    "- 8": "-8",
    "96171.6": "96171.6",
    "59237.2449": "59237.2449",
    "0.5": "0.5",
    ".5": "0.5",
    "25.0": "25.0",
    "12件": "12",
    "12 件": "12",
    "3条": "3",
    "4项": "4",
    "5次": "5",
    "251000元": "251000",
    "976.81万元": "976.81",
    "2792220.8元": "2792220.8",
    "增加5": "5",
    "增3": "3",
    "增长2": "2",
    "减少2": "-2",
    "减2": "-2",
    "↑4": "4",
    "↓4": "-4",
    "下降 1": "-1",
    "22（其中修订 16 件）": "22",
    "22(含2019年)": "22",
    "345（较上年减少12件）": "345",
    "3.5万件": "3.5",
    "12.5（单位：万元）": "12.5",
}


@pytest.mark.parametrize(("state", "text"), [(state, text) for state, texts in STATES.items() for text in texts])
def test_the_state_of_a_cell_that_shows_no_figure(state: str, text: str) -> None:
    read = read_printed(text)
    assert read.state == state
    assert read.value == (Decimal(0) if state == "zero" else None)


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_the_quantity_of_a_cell(text: str, value: str) -> None:
    read = read_printed(text)
    assert read.state == "number"
    assert read.value == Decimal(value)
    assert str(read.value) == value


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("251000元", "元"),
        ("976.81万元", "万元"),
        ("3千元", "千元"),
        ("1.2亿元", "亿元"),
        ("12件", "件"),
        ("12", None),
        ("3.5万件", "万"),
        ("12（万元）", "万元"),
        ("12.5（单位：万元）", "万元"),
        ("345（件）", "件"),
        ("22（其中 3 件）", None),
    ],
)
def test_the_unit_of_a_cell(text: str, unit: str | None) -> None:
    assert read_printed(text).unit == unit


@pytest.mark.parametrize("text", ["增加5", "减少2", "22（其中修订 16 件）", "零", "12."])
def test_what_was_interpreted_is_noted(text: str) -> None:
    assert read_printed(text).note


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8（减）", -8),
        ("3(减少)", -3),
        ("4（-）", -4),
        ("2（↓）", -2),
        ("-5（减少）", -5),
        ("0（减）", 0),
        ("6（新增）", 6),
        ("5（较上年减少）", None),
        ("5（下降2）", None),
    ],
)
def test_a_remark_may_turn_a_change_into_a_decrease(text: str, value: int | None) -> None:
    read = as_change(read_printed(text))
    assert read.value == value
    assert read.note


@pytest.mark.parametrize("text", ["12", "0", "-8", "1,234", "96.5", " 7 "])
def test_a_plain_figure_has_no_note(text: str) -> None:
    assert read_printed(text).note is None


def test_digits_that_are_no_decimals_of_ours_never_crash() -> None:
    for text in ("²", "①", "５²", "Ⅷ", "౩", "𝟓", "12²", "①②", "㈠", "1⁄2"):
        assert read_printed(text).state in ("text", "number", "zero")
    assert read_printed("345²").value != Decimal(3452)


@pytest.mark.parametrize("text", ["12", "0", "", "-", "无", "251000元", "增加5", "13000000(预算", "12 34"][:8])
def test_what_may_be_a_figure(text: str) -> None:
    assert looks_like_value(text)


@pytest.mark.parametrize(
    "text", ["规章", "1.属于国家秘密", "一、本年新收", "2022年政府信息公开", "第二十条第（一）项", "3.其他", "详见附件"]
)
def test_what_is_a_label_or_a_sentence(text: str) -> None:
    assert not looks_like_value(text)


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("采购总金额(万元)", "万元"),
        ("本年收费金额（单位：万元）", "万元"),
        ("本年收费金额（单位：万\n元）", "万元"),
        ("采购总金额（元）", "元"),
        ("采購總金額（萬元）", "万元"),
        ("采购总金额", None),
    ],
)
def test_the_unit_of_a_header(header: str, unit: str | None) -> None:
    assert units_in_header(header) == ([unit] if unit else [])


def test_money() -> None:
    assert money_factor("万元") == 10_000
    assert money_factor("件") is None
    assert money_factor(None) is None


@pytest.mark.parametrize("text", ["3 5", "3  5", "12   3", "3　　5", "3 \n5", "3\t\t5", "1 012", "0 0"])
def test_white_space_inside_a_figure_may_part_two_cells(text: str) -> None:
    assert read_printed(text).value is None
    assert read_printed(text).state == "text"


@pytest.mark.parametrize("text", ["12 元", "12  万元", "增加  5", "+ 5", " 12 "])
def test_white_space_beside_a_figure_means_nothing(text: str) -> None:
    assert read_printed(text).value is not None


def test_a_text_its_reader_is_not_sure_of_is_read_with_a_warning() -> None:
    sheet = Sheet()
    path = ("application", "granted", "total")
    sheet.read(path, Cell("12", "page 1", doubt="recognised with a confidence of 0.61"), "total", "", "")
    assert sheet.cells[path].value == 12
    assert [(doubt.code, doubt.cells) for doubt in sheet.doubts] == [("text_unsure", (path,))]
