"""Rows of a table that the end of a page cuts through: figures are put together where sums tell that they are one."""

from __future__ import annotations

import pytest

from transforms.documents.model import Row
from transforms.documents.pdf.tables.grid import TableCell
from transforms.documents.pdf.tables.joining import BROKEN, PageTable, rows_of_tables
from transforms.reading.labels import meanings

LABEL = "（一）予以公开"
BESIDE = "三、本年度办理结果"


def _is_label(text: str) -> bool:
    return bool(meanings(text))


def _part(page: int, *rows: str) -> PageTable:
    """A part of a table on one page: texts of cells parted by blanks, ``_`` none; ``a+`` spans two columns."""
    cells = []
    for number, row in enumerate(rows):
        column = 0
        for text in row.split(" "):
            span = 2 if text.endswith("+") else 1
            shown = "" if text == "_" else text.removesuffix("+").replace("/", "\n")
            cells.append(TableCell(number, column, 1, span, shown, ""))
            column += span
    width = max(cell.column + cell.span for cell in cells)
    return PageTable(page, 1, tuple(50.0 * x for x in range(width + 1)), tuple(cells), 10)


def _read(upper: str, lower: str, *after: str) -> list[Row]:
    return rows_of_tables([_part(1, upper), _part(2, lower, *after)], 1, _is_label)


def _texts(row: Row) -> list[str]:
    return [cell.text for cell in row.cells]


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        (f"{LABEL} 1361 252 0 45 128 32 1406", "_ 2 _ _ _ _ _ 9", "13612 252 0 45 128 32 14069"),
        (f"{LABEL} 33 66 70 623 11 70 72", "_ 534 64 09 6 923 17 383", "33534 6664 7009 6236 11923 7017 72383"),
        (f"{LABEL} _ _ _ 823 _ _ _", "_ 2698 936 954 _ 1017 914 7342", "2698 936 954 823 1017 914 7342"),
        (f"{LABEL} ８ １ ９ - _ 无 １", "_ １ ８ _ _ _ _ ０８", "８１ １８ ９ - _ 无 １０８"),
        (f"{LABEL} 12 0 0 0 0 0 12", "_ 3件 _ _ _ _ _ 3件", "123件 0 0 0 0 0 123件"),
    ],
)
def test_figures_cut_by_the_end_of_a_page_are_whole_where_only_so_they_add_up(
    upper: str, lower: str, expected: str
) -> None:
    row, after = _read(upper, lower, "（二）部分公开 0 0 0 0 0 0 0")
    if "件" in expected:
        # Both the upper part alone and the whole add up: which of them is meant cannot be told.
        assert {cell.doubt for cell in row.cells if "3" in cell.text} == {BROKEN}
    else:
        assert not any(cell.doubt for cell in row.cells)
    assert _texts(row)[1:] == expected.replace("_", "").split(" ")
    assert _texts(after)[0] == "（二）部分公开"


def test_a_label_over_two_columns_above_is_two_blanks_below() -> None:
    row, _ = _read(f"{LABEL}+ 10 81 25 14 64 53 14", "_ _ 742 7 8 68 0 6 461", "（二）部分公开+ 0 0 0 0 0 0 0")
    assert _texts(row) == [LABEL, "10742", "817", "258", "1468", "640", "536", "14461"]
    assert not any(cell.doubt for cell in row.cells)


def test_a_label_may_be_cut_with_its_figures() -> None:
    after = "3.补正后申请内容仍不明确 0 0 0 0 0 0 0"
    row, _ = _read("2.没有现成信息 1 1 0 0 0 0 3", "需要另行制作 9 2 _ _ _ _ 1", after)
    assert _texts(row) == ["2.没有现成信息\n需要另行制作", "19", "12", "0", "0", "0", "0", "31"]


def test_a_row_of_table_four_needs_all_its_sums() -> None:
    rows = _read("1 0 0 0 1 0 0 0 0 0 2 0 0 0 2", "2 _ _ _ 2 _ _ _ _ _ 5 1 _ _ 6")
    assert len(rows) == 2
    rows = _read("1 1 0 0 1 0 0 0 0 0 2 1 0 0 3", "2 _ _ _ 3 _ _ _ _ _ 5 2 _ _ 7")
    assert [_texts(row) for row in rows] == ["12 1 0 0 13 0 0 0 0 0 25 12 0 0 37".split()]


def test_a_result_of_table_four_may_be_cut_in_its_words() -> None:
    rows = _read("行政复议 结果 8", "_ 维持 _", "_ 结果纠正 2")
    assert [_texts(row) for row in rows] == [["行政复议", "结果\n维持", "8"], ["", "结果纠正", "2"]]
    header = "结果 结果 其他 尚未 总 结果 结果 其他 尚未 总 结果 结果 其他 尚未 总"
    rows = _read(header, "维持 纠正 结果 审结 计 维持 纠正 结果 审结 计 维持 纠正 结果 审结 计", "0 " * 14 + "0")
    assert _texts(rows[0])[:5] == ["结果\n维持", "结果\n纠正", "其他\n结果", "尚未\n审结", "总\n计"]
    assert _texts(rows[1]) == ["0"] * 15


def test_the_figures_of_a_page_are_no_rest_of_the_header_above_them() -> None:
    header = "结果维持 结果纠正 其他结果 尚未审结 总计"
    rows = _read(f"{header} {header} {header}", "1 0 0 0 1 0 0 0 0 0 0 0 0 0 0")
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (f"{LABEL} 1 1 0 0 0 0 3", "_ 2 2 0 0 0 0 4"),  # neither adds up
        (f"{LABEL} 1 1 0 0 0 0 2", "_ 2 2 0 0 0 0 4"),  # each is a row of its own
        (f"{LABEL} 1 1 0 0 0 0 3", "（二）部分公开 2 3 0 0 0 0 5"),  # a label of its own, though both add up together
    ],
)
def test_two_rows_stay_two(upper: str, lower: str) -> None:
    rows = _read(upper, lower)
    assert len(rows) == 2
    assert _texts(rows[0]) == upper.split(" ")
