"""The rows of a comparison, long or wide, as values that each kind of file then writes in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from warehouse.compare.notes import Note, joined
from warehouse.compare.reports import Compared
from warehouse.files import harmless, number_text
from warehouse.indicators import Indicator

Value = str | int | float | Decimal | bool | None

# The columns of the long form (contract, section 1) and what they are called in Chinese.
HEADERS = {
    "agency_id": "机构编号",
    "agency_name": "机构名称",
    "division": "行政区划",
    "report_year": "报告年度",
    "scope": "统计口径",
    "indicator": "指标",
    "numerator": "分子",
    "denominator": "分母",
    "value": "值",
    "small_n": "样本过小",
    "n_inferred": "推得操作数",
    "comparability": "可比性",
    "note": "备注",
    "source_url": "来源网址",
}
LONG_COLUMNS = tuple(HEADERS)
KEY_COLUMNS = LONG_COLUMNS[:5]
END_COLUMNS = LONG_COLUMNS[-2:]


@dataclass(frozen=True)
class Row:
    """One line of a file; ``doubtful`` holds the indicators of it whose operands are in doubt."""

    keys: tuple[Value, ...]
    figures: tuple[Value, ...]
    note: str
    source_url: str | None
    doubtful: frozenset[str]

    @property
    def values(self) -> tuple[Value, ...]:
        return (*self.keys, *self.figures, self.note, self.source_url)


def long_rows(compared: Sequence[Compared], wanted: Sequence[Indicator], lang: str) -> Iterator[Row]:
    """One row for each report and indicator, with the columns of ``LONG_COLUMNS``."""
    for one in compared:
        for indicator in wanted:
            figure, notes = one.figures[indicator.key], one.notes(indicator, lang)
            yield Row(
                keys=keys(one),
                figures=(
                    indicator.key,
                    figure.numerator,
                    figure.denominator,
                    figure.value,
                    figure.small_n,
                    figure.n_inferred,
                    indicator.comparability,
                ),
                note=joined([note.text for note in notes], lang),
                source_url=one.source.url,
                doubtful=frozenset({indicator.key} if any(note.kind == "doubt" for note in notes) else ()),
            )


def wide_rows(compared: Sequence[Compared], wanted: Sequence[Indicator], lang: str) -> Iterator[Row]:
    """One row for each report, with a value for each indicator."""
    for one in compared:
        notes = [one.notes(indicator, lang) for indicator in wanted]
        labels = [label(indicator, lang) for indicator in wanted]
        yield Row(
            keys=keys(one),
            figures=tuple(one.figures[indicator.key].value for indicator in wanted),
            note=joined(_labelled(notes, labels, lang), lang),
            source_url=one.source.url,
            doubtful=frozenset(
                indicator.key
                for indicator, its in zip(wanted, notes, strict=True)
                if any(note.kind == "doubt" for note in its)
            ),
        )


def n_rows(compared: Sequence[Compared], wanted: Sequence[Indicator], wide: bool) -> int:
    """How many rows the long or the wide form has."""
    return len(compared) * (1 if wide else len(wanted))


def wide_header(wanted: Sequence[Indicator], lang: str) -> list[str]:
    """The header of the wide form in ``zh`` or ``en``."""
    return [header(name, lang) for name in KEY_COLUMNS] + [label(i, lang) for i in wanted] + [
        header(name, lang) for name in END_COLUMNS
    ]  # fmt: skip


def _labelled(notes: Sequence[Sequence[Note]], labels: Sequence[str], lang: str) -> list[str]:
    """The caveats of a report, each once, before it the indicators that it concerns unless it concerns all."""
    labelled: dict[str, list[str]] = {}
    for its, of in zip(notes, labels, strict=True):
        for note in its:
            labelled.setdefault(note.text, []).append(of)
    separator, colon = (", ", ": ") if lang == "en" else ("、", "：")
    return [note if len(of) == len(labels) else f"{separator.join(of)}{colon}{note}" for note, of in labelled.items()]


def keys(one: Compared) -> tuple[Value, ...]:
    """What tells a report from the others: agency, division, year and scope."""
    agency_id, name, division = one.agency
    return (agency_id, name, division, one.report_year, one.about.scope)


def header(name: str, lang: str) -> str:
    """The name of a column as people read it; in English that of the contract."""
    return name if lang == "en" else HEADERS[name]


def label(indicator: Indicator, lang: str) -> str:
    """The label of an indicator in ``zh`` or ``en``."""
    return indicator.en if lang == "en" else indicator.zh


def cell_text(value: Value) -> str:
    """A value as a cell of a CSV file that a spreadsheet does not take for a formula."""
    if isinstance(value, bool):
        return str(value).lower()
    return harmless(value) if isinstance(value, str) else number_text(value)


def is_web(address: str) -> bool:
    """Whether an address leads to the web: no other is made a link, for it comes from outside."""
    return address.lower().startswith(("http://", "https://"))
