"""Labels by their place in the form, and cells by their columns: the two lookups that everything rests on."""

from __future__ import annotations

import pytest

from transforms.documents.model import Cell, Mode
from transforms.forms import forms
from transforms.glyphs import simplified
from transforms.reading.labels import core, meanings, section_of
from transforms.reading.placing import place


def _keys(text: str) -> set[tuple[str, str]]:
    return {(m.kind, m.key) for m in meanings(text)}


@pytest.mark.parametrize("form", ["F2019", "F2021"])
def test_every_label_of_a_form_means_its_key(form: str) -> None:
    declared = forms()[form]
    for label in declared.outcomes:
        for spelling in label.spellings:
            assert ("outcome", label.key) in _keys(spelling), spelling
    for block in declared.disclosure:
        assert ("item", core(block.heading).all_words) in _keys(block.heading)
        for label in block.columns:
            assert ("column", label.key) in _keys(label.label)
        for label in block.rows:
            assert ("row", label.key) in _keys(label.label)
    for kind, labels in (
        ("applicant", declared.applicants),
        ("result", declared.results),
        ("channel", declared.channels),
    ):
        for label in labels:
            assert (kind, label.key) in _keys(label.label)


def test_no_spelling_of_an_outcome_means_two_outcomes() -> None:
    for form in forms().values():
        for label in form.outcomes:
            for spelling in label.spellings:
                assert len({key for kind, key in _keys(spelling) if kind == "outcome"}) == 1, spelling


@pytest.mark.parametrize(
    ("text", "enumerator", "words"),
    [
        ("三、 本 年 度 办 理 结 果", "三", "本年度办理结果"),
        ("（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "二", "部分公开"),
        ("1.属于国家秘密", "1", "属于国家秘密"),
        ("１．属于国家秘密", "1", "属于国家秘密"),
        ("1、属于国家秘密", "1", "属于国家秘密"),
        ("(1)属于国家秘密", "1", "属于国家秘密"),
        ("3.危及“三安全一稳定”", "3", "危及三安全一稳定"),
        ("属于国家秘密①", "", "属于国家秘密"),
        ("規(guī)章", "", "规章"),
        ("本年增/减(减用负值表示,如-8)", "", "本年增减"),
        ("行政许可（", "", "行政许可"),
    ],
)
def test_a_label_taken_apart(text: str, enumerator: str, words: str) -> None:
    assert (core(text).enumerator, core(text).words) == (enumerator, words)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "5",
        "其他主动公开的内容",
        "2019",
        "表",
        "1.",
        "（一）",
        "行政",
        "本年",
        "政府信息公开",
        "9.其他",
        "四、总计",
        "2.其他",
    ],
)
def test_what_is_no_label_has_no_meaning(text: str) -> None:
    assert not _keys(text) or text == ""


def test_a_short_word_is_told_by_its_enumerator() -> None:
    assert ("outcome", "other_misc") in _keys("3.其他")
    assert ("applicant", "org_other") in _keys("其他")
    assert ("applicant", "org_other") not in _keys("3.其他")
    assert {key for kind, key in _keys("（七）总计") if kind == "outcome"} == {"outcome_total"}
    assert ("applicant", "total") in _keys("总计")


def test_the_fifth_item_is_not_the_fifth_group() -> None:
    assert {kind for kind, _ in _keys("第二十条第（五）项")} == {"item"}
    assert _keys("（五）不予处理") == {("group", "not_processed")}


def test_simplified_keeps_what_it_need_not_change() -> None:
    assert simplified("規章１２\u200b") == "规章12"
    assert simplified("abc") == "abc"


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("一、总体情况", "1"),
        ("二、主动公开政府信息情况", "2"),
        ("三、收到和处理政府信息公开申请情况", "3"),
        ("四、政府信息公开行政复议、行政诉讼情况", "4"),
        ("五、存在的主要问题及改进情况", "5"),
        ("六、其他需要报告的事项", "6"),
        ("（一）主动公开", None),
        ("一、本年新收政府信息公开申请数量", None),
        ("三、本年度办理结果", None),
        ("四、结转下年度继续办理", None),
        ("2022年，主动公开政府信息情况良好。", None),
        ("1.主动公开政府信息情况", None),
    ],
)
def test_headings_of_sections(text: str, section: str | None) -> None:
    assert section_of(text) == section


def _row(*texts: str, gaps: tuple[int, ...] = ()) -> list[Cell]:
    return [Cell(t, f"c{i}", column=i + 1, gap=gaps[i] if gaps else 0) for i, t in enumerate(texts)]


def _texts(values: list[Cell], width: int, mode: Mode, **more: object) -> list[str | None] | None:
    placement = place(values, width, mode, **more)  # type: ignore[arg-type]
    return None if placement.failure else [cell.text if cell else None for cell in placement.cells]


@pytest.mark.parametrize("mode", list(Mode))
def test_as_many_cells_as_columns(mode: Mode) -> None:
    assert _texts(_row("1", "", "3"), 3, mode) == ["1", "", "3"]


def test_fillers_behind_all_figures() -> None:
    for mode in (Mode.LINE, Mode.STREAM):
        assert _texts(_row("1", "2", "3", "", ""), 3, mode) == ["1", "2", "3"]


def test_fewer_cells_than_columns_are_not_placed() -> None:
    for mode in Mode:
        assert _texts(_row("1", "2"), 3, mode) is None
    assert _texts(_row("1", "2", "3", "4"), 3, Mode.LINE) is None
    assert _texts(_row("1"), 7, Mode.BARE) is None


def test_a_blank_last_cell_is_unsure_only_beside_fillers() -> None:
    values = _row("1", "2", "")
    assert not place(values, 3, Mode.LINE).unsure
    assert place(values, 3, Mode.LINE, fillers=True).unsure
    assert not place(_row("", "", ""), 3, Mode.LINE, fillers=True).unsure


def test_columns_learned_from_complete_rows() -> None:
    values = _row("", "7", "", "")
    assert _texts(values, 3, Mode.LINE, start=1) == ["", "7", ""]
    assert _texts(values, 3, Mode.LINE, start=2) == ["7", "", ""]
    assert _texts(_row("", "7"), 3, Mode.LINE, start=1) is None


def test_figures_under_the_header_cells_that_they_overlap() -> None:
    header = [Cell("a", "h", 1, 1), Cell("b", "h", 2, 2), Cell("c", "h", 4, 1)]
    values = [Cell("5", "v", 1, 1), Cell("6", "v", 2, 1), Cell("", "v", 3, 1), Cell("7", "v", 4, 1)]
    assert _texts(values, 3, Mode.GRID, header=header) == ["5", "6", "7"]
    across = [Cell("5", "v", 1, 2), Cell("7", "v", 4, 1)]
    assert _texts(across, 3, Mode.GRID, header=header) is None


def test_longer_runs_of_empty_lines_stand_for_blank_cells() -> None:
    assert _texts(_row("1", "2", gaps=(1, 3)), 3, Mode.BARE) == ["1", None, "2"]
    assert place(_row("1", "2", gaps=(1, 3)), 3, Mode.BARE).unsure
    assert _texts(_row("1", "2", gaps=(1, 2)), 3, Mode.BARE) is None
    assert _texts(_row("1", "2", gaps=(0, 0)), 3, Mode.BARE) is None
