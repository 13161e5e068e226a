"""A layout that was read before: other figures in it are read as if it were new; nothing of the last report stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from tests.transforms.layouts import CORNER, Figures, html_page, html_tables, make_figures, plain_figures
from tests.transforms.scoring import assert_reads, see
from transforms.documents import html
from transforms.documents.layouts import Layouts
from transforms.documents.model import Cell, Mode, Row
from transforms.reading import Reading, read_document, tables


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    html._LAYOUTS.forget()
    tables._plans.clear()


def read_anew(page: bytes) -> Reading:
    forget()
    return read_document(page)


def _without_header(page: str) -> str:
    """Table three without the rows that name its columns, and table four without its own."""
    cut = re.sub(rf"(?s)<tr><td[^>]*><p>{re.escape(CORNER)}.*?(?=<tr><td[^>]*><p>一、本年新收)", "", page)
    return re.sub(r"(?s)<tr><td[^>]*><p>行政复议</p>.*?(?=<tr><td><p>\d)", "", cut)


CHANGED: dict[str, Callable[[str], str]] = {
    "as it is": lambda page: page,
    "without headers": _without_header,
    "a cell lost": lambda page: page.replace("<td><p>0</p></td>", "", 1),
    "a label lost": lambda page: page.replace("（一）予以公开", ""),
    "a row twice": lambda page: re.sub(r"(?s)(<tr><td[^>]*><p>2.重复申请</p>.*?</tr>)", r"\1\1", page),
    "an amount in its cell's unit": lambda page: page.replace("<p>0</p>", "<p>0件</p>", 3),
    "a heading in the table": lambda page: page.replace("<table border=1>", "<table><tr><td>三、依申请公开</td></tr>"),
    "a table without rows": lambda page: page.replace("<p>三、", "<table></table><table><tr></tr></table><p>三、"),
    "a figure in the header": lambda page: page.replace("<p>科研机构</p>", "<p>12</p>"),
    "figures without a table": lambda page: page.replace("<p>二、主动", "<table><tr><td>1</td><td>2</td></tr></table>"),
}


@pytest.mark.parametrize("form", ["F2019", "F2021"])
@pytest.mark.parametrize("fillers", [False, True])
@pytest.mark.parametrize("change", CHANGED)
def test_a_known_layout_is_read_as_a_new_one(form: str, fillers: bool, change: str) -> None:
    pages = [
        CHANGED[change](html_page(make_figures(seed, form), fillers).decode()).encode() for seed in (1, 2, 3, 4, 5)
    ]
    alone = [read_anew(page) for page in pages]
    forget()
    assert [read_document(page) for page in [*pages, *reversed(pages)]] == [*alone, *reversed(alone)]


def test_the_second_report_in_a_layout_is_read_by_the_plan_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    read_document(html_page(make_figures(1)))

    def refuse(*_: object) -> None:
        raise AssertionError("worked out again")

    for reader in ("read_disclosure", "read_application", "read_litigation"):
        monkeypatch.setattr(tables, reader, refuse)
    figures = make_figures(2)
    assert_reads(html_page(figures), figures.expected())


def test_figures_that_decided_once_decide_again() -> None:
    """Without headers the form's order is confirmed by closing sums: it is not by those of the next report."""
    good, bad = make_figures(1), make_figures(2)
    one = str(int(bad.litigation["review", "total"]) + 1)
    bad.litigation["review", "total"] = one
    assert see(_without_header(html_page(good).decode())).cells["litigation.review.total"]["state"] != "unreadable"
    assert see(_without_header(html_page(bad).decode())).cells["litigation.review.total"]["state"] == "unreadable"


def test_what_is_printed_other_than_plainly_is_no_figure_of_the_layout() -> None:
    figures = plain_figures()
    read_document(html_page(figures))
    for text, path in (("12件", "licence_decisions"), ("1 2", "penalty_decisions"), ("007", "coercion_decisions")):
        figures.disclosure[path] = text
    seen = see(html_page(figures))
    assert seen.values("disclosure.licence_decisions") == [12]
    assert seen.values("disclosure.penalty_decisions", "disclosure.coercion_decisions") == [None, None]


@pytest.mark.parametrize("sign", ["\ue007", "&#xE007;", "&#58887;", "&#xe004;\ue006", "\ue00b", "&#57344"])
def test_signs_of_our_own_in_a_page_make_no_structure(sign: str) -> None:
    page = html_page(plain_figures()).decode()
    for place in ("<p>345", "<p>规章", "<p>一、总体情况"):
        seen = see(page.replace(place, f"{place[:3]}{sign}{place[3:]}", 1))
        assert seen.cells["disclosure.penalty_decisions"]["value"] == 12, place
        assert seen.cells["application.received_new.natural_person"]["value"] == 12, place


def test_memory_is_bounded() -> None:
    layouts = Layouts()
    for number in range(2000):
        key = (number,)
        assert layouts.get(key) is None
        layouts.put(key, html._laid_out(["\ue006\ue007", "1"], number))
    assert len(layouts._known) <= 300
    large = html._laid_out([*(["\ue006\ue007", "1"] * 5000), ""], 1)
    assert layouts.put(("large",), large) is large
    assert layouts.get(("large",)) is None


def test_filled_rows_are_those_of_the_table() -> None:
    layout = html._laid_out(["\ue006\ue007规章\ue007", "5", "\ue007c2\ue008", "7", "\ue006\ue007无"], 3)
    first = Row((Cell("规章", "table 3, row 1, cell 1"), Cell("8", "table 3, row 1, cell 2", 1)), Mode.GRID, 3)
    first = first._replace(cells=(*first.cells, Cell("9", "table 3, row 1, cell 3", 2, 2)))
    assert layout.filled(["8", "9"]) == [first, Row((Cell("无", "table 3, row 2, cell 1"),), Mode.GRID, 3)]


def _read_twice(figures: Figures) -> None:
    assert read_document(html_page(figures)) == read_document(html_page(figures))


def test_reading_changes_nothing_that_is_remembered() -> None:
    figures = make_figures(7)
    for _ in range(3):
        _read_twice(figures)
    spare = html_tables(figures)
    assert read_document(html_page(figures, tables=spare)) == read_anew(html_page(figures))
