"""Figures as real reports print them: signs, units, remarks and spaces; each read exactly or not at all."""

from __future__ import annotations

import pytest

from tests.transforms.layouts import LAYOUTS, plain_figures
from tests.transforms.scoring import Seen, assert_reads, see

AMOUNT = "disclosure.procurement_amount_yuan"
FEE = "disclosure.admin_fee_wanyuan"


def _with(layout: str, form: str, expected: dict[str, float], doubted: set[str] | None = None, **printed: str) -> Seen:
    """Print ``printed`` in table two; expect ``expected`` there and every other cell unharmed."""
    figures = plain_figures(form)
    figures.disclosure |= printed
    wanted: dict[str, str | float] = {**figures.expected(), **{f"disclosure.{k}": v for k, v in expected.items()}}
    return assert_reads(LAYOUTS[layout](figures), wanted, doubted=doubted or set())


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("text", "value"), [("+1036", 1036), ("+0", 0), ("-1942", -1942), ("－8", -8), ("−35", -35)])
def test_signed_changes(layout: str, text: str, value: int) -> None:
    _with(layout, "F2019", {"licence_items_change": value}, licence_items_change=text)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("text", "value"), [("251000元", 251000), ("976.81万元", 9768100), ("1.2亿元", 120000000), ("79000.1元", 79000.1)]
)
def test_a_unit_in_the_cell_is_converted_and_named(layout: str, text: str, value: float) -> None:
    seen = _with(layout, "F2019", {"procurement_amount_yuan": value}, {AMOUNT}, procurement_amount_yuan=text)
    assert "unit_converted" in seen.codes
    assert seen.cells[AMOUNT]["raw"] == text


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("header", ["采购总金额(万元)", "采购总金额（单位：万元）", "采购总金额 （万元）"])
def test_a_unit_in_the_header_is_converted_and_named(layout: str, header: str) -> None:
    figures = plain_figures("F2019")
    figures.disclosure["procurement_amount_yuan"] = "477.35"
    text = LAYOUTS[layout](figures).decode().replace("采购总金额", header)
    wanted: dict[str, str | float] = {**figures.expected(), AMOUNT: 4773500}
    seen = assert_reads(text, wanted, doubted={AMOUNT})
    assert "unit_converted" in seen.codes


@pytest.mark.parametrize("broken", ["采购总金额（单位：万<br>元）", "采购总金额<br>（万元）", "采购总<br>金额(万 元)"])
def test_a_unit_broken_over_lines_of_the_header(broken: str) -> None:
    figures = plain_figures("F2019")
    figures.disclosure["procurement_amount_yuan"] = "477.35"
    wanted: dict[str, str | float] = {**figures.expected(), AMOUNT: 4773500}
    page = LAYOUTS["html"](figures).decode().replace("采购总金额", broken)
    assert_reads(page, wanted, doubted={AMOUNT})
    for layout in ("bare lines", "bare lines, close", "alternating"):
        text = LAYOUTS[layout](figures).decode().replace("采购总金额", broken.replace("<br>", "\n"))
        assert_reads(text, wanted, doubted={AMOUNT})


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_unit_in_the_label_of_the_row_is_converted_and_named(layout: str) -> None:
    figures = plain_figures()
    figures.disclosure["admin_fee_wanyuan"] = "125000"
    text = LAYOUTS[layout](figures).decode().replace("行政事业性收费", "行政事业性收费（元）")
    seen = see(text)
    assert FEE in seen.named, "label and header differ"
    text = text.replace("（单位：万元）", "")
    seen = assert_reads(text, {**figures.expected(), FEE: 12.5}, doubted={FEE})
    assert "unit_converted" in seen.codes


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("text", "value"), [("8（减）", -8), ("3(减少)", -3), ("6（新增）", 6)])
def test_a_change_with_its_sign_in_a_remark(layout: str, text: str, value: int) -> None:
    key = "disclosure.licence_items_change"
    _with(layout, "F2019", {"licence_items_change": value}, {key}, licence_items_change=text)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_amount_without_any_unit_is_the_number_as_printed_and_named(layout: str) -> None:
    seen = _with(layout, "F2019", {"procurement_amount_yuan": 8040}, {AMOUNT}, procurement_amount_yuan="8040")
    assert "money_without_unit" in seen.codes


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("text", "value"), [("增加5", 5), ("减少2", -2), ("增3", 3), ("减 2", -2), ("↑4", 4), ("下降1", -1)]
)
def test_changes_in_words_are_signed_and_named(layout: str, text: str, value: int) -> None:
    key = "disclosure.licence_items_change"
    _with(layout, "F2019", {"licence_items_change": value}, {key}, licence_items_change=text)


@pytest.mark.parametrize("layout", ["html", "piped rows", "tabbed", "piped cells", "alternating"])
@pytest.mark.parametrize(
    "text", ["13000000(预算", "22（其中修订 16 件）", "详见附件", "若干", "见下表", "约30", "12、13", "5/6"]
)
def test_text_in_a_cell_has_a_warning(layout: str, text: str) -> None:
    figures = plain_figures()
    figures.disclosure["penalty_decisions"] = text
    seen = see(LAYOUTS[layout](figures))
    path = "disclosure.penalty_decisions"
    assert path in seen.named
    assert seen.cells[path]["value"] in (None, 22)
    assert (seen.cells[path]["value"] is None) == (seen.cells[path]["state"] in ("text", "unreadable"))
    others = {p: t for p, t in figures.expected().items() if p != path}
    assert_reads(LAYOUTS[layout](figures), others, doubted={path})


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("text", ["59237.2449", "4068.208", "0.01", "1234567.8901"])
def test_decimals_in_money_are_not_rounded(layout: str, text: str) -> None:
    seen = _with(layout, "F2021", {"admin_fee_wanyuan": float(text)}, admin_fee_wanyuan=text)
    assert str(seen.reading.cells["disclosure", "admin_fee_wanyuan", "value"].value) == text


def test_a_fee_in_yuan_is_converted_exactly() -> None:
    seen = _with("html", "F2021", {"admin_fee_wanyuan": 279.22208}, {FEE}, admin_fee_wanyuan="2792220.8元")
    assert str(seen.reading.cells["disclosure", "admin_fee_wanyuan", "value"].value) == "279.22208"


@pytest.mark.parametrize("layout", ["html", "piped rows", "tabbed", "piped cells", "alternating", "bare lines"])
@pytest.mark.parametrize("spaces", ["\u00a0{}", "{}\u00a0", " \u3000{} ", "\u2003{}\u00a0 "])
def test_spaces_round_the_value(layout: str, spaces: str) -> None:
    figures = plain_figures()
    figures.application = {key: spaces.format(text) for key, text in figures.application.items()}
    wanted = plain_figures().expected()
    assert_reads(LAYOUTS[layout](figures), wanted)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("text", ["11398889", "11,398,889", "１１３９８８８９"])
def test_large_counts(layout: str, text: str) -> None:
    _with(layout, "F2021", {"licence_decisions": 11398889}, licence_decisions=text)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_figures_of_another_kind_in_a_column_are_read_as_printed(layout: str) -> None:
    printed = {"admin_fee_items_prev": "1288", "admin_fee_items_change": "591"}
    printed |= {"penalty_items_prev": "8249", "penalty_items_change": "-1942", "penalty_decisions": "6307"}
    _with(layout, "F2019", {key: float(text) for key, text in printed.items()}, None, **printed)


@pytest.mark.parametrize("text", ["2.5", "-3"])
def test_a_count_that_is_no_count_is_named(text: str) -> None:
    path = "disclosure.licence_decisions"
    _with("html", "F2021", {"licence_decisions": float(text)}, {path}, licence_decisions=text)


@pytest.mark.parametrize("text", ["345件", "345 件", "345（件）", "约345", "0345"])
def test_units_of_counts_are_named_and_never_change_the_figure(text: str) -> None:
    figures = plain_figures()
    figures.disclosure["licence_decisions"] = text
    seen = see(LAYOUTS["html"](figures))
    assert seen.cells["disclosure.licence_decisions"]["value"] in (None, 345)
    assert "disclosure.licence_decisions" in seen.named


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_counter_behind_every_figure_hides_no_cell(layout: str) -> None:
    figures = plain_figures("F2021")
    expected = figures.expected()
    figures.disclosure = {key: f"{text}{'元' if 'yuan' in key else '件'}" for key, text in figures.disclosure.items()}
    figures.application = {key: f"{text}件" for key, text in figures.application.items()}
    figures.litigation = {key: f"{text}件" for key, text in figures.litigation.items()}
    seen = see(LAYOUTS[layout](figures))
    counted = [path for path in expected if not path.endswith("yuan")]
    assert {path: seen.cells[path]["value"] for path in counted} == {path: float(expected[path]) for path in counted}


def test_more_decimals_than_the_lake_keeps_are_named() -> None:
    seen = _with("html", "F2021", {"admin_fee_wanyuan": 1.23456}, {FEE}, admin_fee_wanyuan="1.23456")
    assert "more_decimals" in seen.codes


@pytest.mark.parametrize("layout", LAYOUTS)
def test_values_beyond_the_lake_are_not_silently_lost(layout: str) -> None:
    figures = plain_figures("F2019")
    figures.disclosure["procurement_amount_yuan"] = "99999999999亿元"
    seen = see(LAYOUTS[layout](figures))
    assert AMOUNT in seen.named
    value = seen.reading.cells["disclosure", "procurement_amount_yuan", "value"].value
    assert value is None


@pytest.mark.parametrize("layout", ["html", "piped rows", "tabbed", "markdown"])
@pytest.mark.parametrize("zero", ["O", "o", "○", "О"])
def test_a_letter_in_the_place_of_a_nought_is_named_and_costs_no_other_cell(layout: str, zero: str) -> None:
    figures = plain_figures()
    row = [("partial", applicant.key) for applicant in figures.form.applicants]
    figures.application |= {key: zero for key in row if figures.application[key] == "0"}
    figures.application["refused_other_law", "natural_person"] = zero
    figures.disclosure["penalty_decisions"] = zero
    printed = {path: text for path, text in figures.expected().items() if text == zero}
    assert_reads(LAYOUTS[layout](figures), figures.expected(), dict.fromkeys(printed, "text"), printed)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("unit", "value"), [("百万元", 125), ("十万元", 12.5), ("亿元", 12500), ("百元", 0.0125)])
def test_every_unit_of_money_in_a_header_is_converted(layout: str, unit: str, value: float) -> None:
    figures = plain_figures()
    figures.disclosure["admin_fee_wanyuan"] = "1.25"
    text = LAYOUTS[layout](figures).decode().replace("（单位：万元）", f"（单位：{unit}）")
    assert_reads(text, {**figures.expected(), FEE: value}, doubted={FEE})


def test_money_of_other_countries_is_no_yuan() -> None:
    figures = plain_figures()
    seen = see(LAYOUTS["html"](figures).decode().replace("（单位：万元）", "（万美元）"))
    assert FEE in seen.named
    assert "unit_converted" not in seen.codes


@pytest.mark.parametrize("layout", LAYOUTS)
def test_counts_by_the_thousand_are_converted_and_named(layout: str) -> None:
    figures = plain_figures()
    thousands = {"disclosure.licence_decisions": 345_000, "disclosure.penalty_decisions": 12_000}
    text = LAYOUTS[layout](figures).decode().replace("本年处理决定数量", "本年处理决定数量（单位：千件）")
    expected: dict[str, str | float] = {**figures.expected(), **thousands}
    assert_reads(text, expected, doubted={*thousands, "disclosure.coercion_decisions"})
    label = LAYOUTS[layout](figures).decode().replace("行政许可", "行政许可（万件）")
    licences: dict[str, str | float] = {**figures.expected(), "disclosure.licence_decisions": 3_450_000}
    assert_reads(label, licences, doubted={"disclosure.licence_decisions"})
