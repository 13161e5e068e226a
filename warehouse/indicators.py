"""What the wide table holds and what the indicators are made of: declarations, and the SQL generated from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from transforms.schema.measures import Measure, measures

SMALL_N = 30  # a ratio over fewer cases is flagged (domain specification, section 5.3)
RATIO = "ratio"


@dataclass(frozen=True)
class WideColumn:
    """A figure that has a column of its own in ``report_wide``; ``path`` is the cell's path as in the contract."""

    name: str
    path: str
    en: str
    zh: str
    unit: str | None
    forms: tuple[str, ...]

    @property
    def comment(self) -> str:
        unit = f" [{self.unit}]" if self.unit else ""
        return f"{self.en}, value for analysis{unit} | {self.zh}（分析用值）"


@dataclass(frozen=True)
class Indicator:
    """One declared indicator; a count has no denominator."""

    key: str
    zh: str
    en: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] | None
    unit: str
    comparability: str
    why_en: str | None
    why_zh: str | None

    @property
    def is_ratio(self) -> bool:
        return self.denominator is not None

    @property
    def comment(self) -> str:
        unit = "ratio" if self.is_ratio else self.unit
        return f"{self.en} [{unit}] | {self.zh}"

    def operands(self, form: str | None) -> tuple[WideColumn, ...]:
        """The cells that make it up in a report of this form, each once, in the order of the declaration."""
        terms = (*self.numerator, *(self.denominator or ()))
        return tuple(dict.fromkeys(column for _, column in _expand(terms, form)))


@dataclass(frozen=True)
class Series:
    """A measure that may be summed over agencies, as one series over the forms: what ``division_year`` holds."""

    key: str
    terms: tuple[str, ...]
    comparability: str
    why_en: str | None
    why_zh: str | None


@cache
def form_names() -> tuple[str, ...]:
    """The forms with the three tables, of which indicators are made, oldest first."""
    return tuple(sorted({form for m in measures() if m.table_name == "application" for form in m.forms.split()}))


@cache
def wide_columns() -> tuple[WideColumn, ...]:
    """Every disclosure measure, every outcome over all applicants, new applications by applicant, every result, every
    figure of the statistics of 2014, and what the text and our checks say of a report.
    """
    return tuple(column for _, column in measure_columns())


@cache
def measure_columns() -> tuple[tuple[Measure, WideColumn], ...]:
    """``wide_columns``, each with the measure, outcome or result whose unit, kind and comparability it has."""
    by_table = _by_table()
    columns = [(m, _column(m.measure, f"disclosure.{m.measure}", m, (m,))) for m in by_table["disclosure"]]
    columns += [(m, _column(m.measure, f"application.{m.measure}.total", m, (m,))) for m in by_table["application"]]
    received = next(m for m in by_table["application"] if m.measure == "received_new")
    columns += [
        (
            received,
            _column(f"received_new_{a.measure}", f"application.received_new.{a.measure}", received, (received, a)),
        )
        for a in by_table["applicant"]
        if a.measure != "total"
    ]
    columns += [
        (r, _column(f"{c.measure}_{r.measure}", f"litigation.{c.measure}.{r.measure}", r, (c, r)))
        for c in by_table["channel"]
        for r in by_table["result"]
    ]
    columns += [
        (m, _column(m.measure, f"{table}.{m.measure}", m, (m,)))
        for table in ("legacy", "narrative", "checks")
        for m in by_table[table]
    ]
    return tuple(columns)


def _by_table() -> dict[str, list[Measure]]:
    grouped: dict[str, list[Measure]] = {}
    for measure in measures():
        grouped.setdefault(measure.table_name, []).append(measure)
    return grouped


def _column(name: str, path: str, counted: Measure, labels: Iterable[Measure]) -> WideColumn:
    return WideColumn(
        name=name,
        path=path,
        en=": ".join(m.label_en for m in labels),
        zh="：".join(m.label_zh for m in labels),
        unit=counted.unit,
        forms=tuple(counted.forms.split()),
    )


@cache
def _by_path() -> dict[str, WideColumn]:
    return {column.path: column for column in wide_columns()}


@cache
def _harmonized() -> dict[str, tuple[WideColumn, ...]]:
    """Harmonized key -> the columns over all applicants that make it up, whatever the form."""
    series: dict[str, list[WideColumn]] = {}
    for measure, column in measure_columns():
        if column.path in (f"disclosure.{measure.measure}", f"application.{measure.measure}.total"):
            series.setdefault(measure.harmonized_key, []).append(column)
    return {key: tuple(columns) for key, columns in series.items()}


@cache
def _declared() -> dict[str, Any]:
    return yaml.load(
        resources.files(__package__).joinpath("indicators.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader
    )


@cache
def indicators() -> dict[str, Indicator]:
    """All indicators by key, in the order of ``indicators.yaml``.

    Raises ValueError naming the indicator for an unknown term, a missing unit or reason, a label that stands twice,
    a key that is also a measure of another meaning, a comparability milder than that of its measures, or one of
    class C that has values in more than one form.
    """
    made = {key: _indicator(key, dict(body)) for key, body in _declared()["indicators"].items()}
    for labels in ([i.zh for i in made.values()], [i.en for i in made.values()]):
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(f"indicators.yaml: labels that stand twice: {', '.join(twice)}")
    return made


def _indicator(key: str, body: dict[str, Any]) -> Indicator:
    try:
        numerator = tuple(body.pop("numerator"))
        denominator = tuple(body.pop("denominator")) if "denominator" in body else None
        indicator = Indicator(
            key=key,
            zh=body.pop("zh"),
            en=body.pop("en"),
            numerator=numerator,
            denominator=denominator,
            unit=RATIO if denominator else body.pop("unit"),
            comparability=body.pop("comparability", "A"),
            why_en=body.pop("why_en", None),
            why_zh=body.pop("why_zh", None),
        )
    except KeyError as error:
        raise ValueError(f"indicators.yaml: {key}: {error.args[0]} is missing") from None
    if body:
        raise ValueError(f"indicators.yaml: {key}: unknown keys {', '.join(body)}")
    if indicator.comparability not in "ABC" or (
        indicator.comparability != "A" and not (indicator.why_en and indicator.why_zh)
    ):
        raise ValueError(f"indicators.yaml: {key}: comparability is A, B or C, and B and C need why_en and why_zh")
    operands = {column.path for form in form_names() for column in indicator.operands(form)}
    dictionary = {column.path: measure for measure, column in measure_columns()}
    worst = max((dictionary[path].comparability for path in operands), default="A")
    if indicator.comparability < worst:
        raise ValueError(f"indicators.yaml: {key}: comparability {worst} of its measures asks for at least {worst}")
    computable = [form for form in form_names() if _complete(indicator, form)]
    if indicator.comparability == "C" and len(computable) > 1:
        raise ValueError(
            f"indicators.yaml: {key}: class C may not join the forms {' and '.join(computable)}: declare one indicator "
            "for each form, of the cells that only that form prints"
        )
    names = {column.name: column.path for column in wide_columns()}
    if key in names and (operands != {names[key]} or indicator.is_ratio):
        raise ValueError(f"indicators.yaml: {key} is also a measure, but of another meaning")
    return indicator


def _complete(indicator: Indicator, form: str) -> bool:
    """Whether a report of this form prints something for every term, so that the indicator can have a value."""
    terms = (*indicator.numerator, *(indicator.denominator or ()))
    each = [_expand((name,), form) for _, name in _flatten(terms)]
    return all(cells and all(form in column.forms for _, column in cells) for cells in each)


@cache
def series() -> tuple[Series, ...]:
    """Every harmonized measure that may be summed over agencies, then every result of reviews and lawsuits."""
    made: dict[str, Series] = {}
    for measure, column in measure_columns():
        in_tables = column.path.startswith(("disclosure.", "application.", "litigation."))
        if not in_tables or not measure.summable_over_agencies or column.name.startswith("received_new_"):
            continue
        harmonized = column in _harmonized().get(measure.harmonized_key, ())
        key = measure.harmonized_key if harmonized else column.name
        terms = (f"harmonized.{key}",) if harmonized else (column.path,)
        made.setdefault(
            key,
            Series(
                key,
                terms,
                measure.comparability,
                measure.comparability_reason_en,
                measure.comparability_reason_zh,
            ),
        )
    return tuple(made.values())


def _expand(terms: Iterable[str], form: str | None, sign: int = 1) -> list[tuple[int, WideColumn]]:
    """Signed cells behind terms in a report of this form; raises ValueError for a term that means nothing."""
    cells: list[tuple[int, WideColumn]] = []
    for term in terms:
        this_sign, name = (-sign, term[1:]) if term.startswith("-") else (sign, term)
        kind, _, rest = name.partition(".")
        if kind == "sum" and rest in _declared()["sums"]:
            cells += _expand(_declared()["sums"][rest], form, this_sign)
        elif kind == "harmonized" and rest in _harmonized():
            cells += [(this_sign, column) for column in _harmonized()[rest] if form in column.forms]
        elif name in _by_path():
            cells.append((this_sign, _by_path()[name]))
        else:
            raise ValueError(f"indicators.yaml: {term} is no cell path, sum.NAME or harmonized.KEY")
    return cells


def formula(terms: Iterable[str]) -> str:
    """Terms as people read them: signed cell paths, the harmonized ones kept as such."""
    parts: list[str] = []
    for sign, name in _flatten(terms):
        parts.append(f"- {name}" if sign < 0 else (f"+ {name}" if parts else name))
    return " ".join(parts)


def _flatten(terms: Iterable[str], sign: int = 1) -> list[tuple[int, str]]:
    flat: list[tuple[int, str]] = []
    for term in terms:
        this_sign, name = (-sign, term[1:]) if term.startswith("-") else (sign, term)
        if name.startswith("sum."):
            flat += _flatten(_declared()["sums"][name.removeprefix("sum.")], this_sign)
        else:
            flat.append((this_sign, name))
    return flat


def sum_sql(terms: Iterable[str], row: str) -> str:
    """The signed sum of terms over a row of ``report_wide`` called ``row``: null as soon as one operand is null."""
    parts: list[str] = []
    for sign, name in _flatten(terms):
        sql = _harmonized_sql(name, row) if name.startswith("harmonized.") else f'{row}."{_by_path()[name].name}"'
        parts.append(f"- {sql}" if sign < 0 else (f"+ {sql}" if parts else sql))
    return " ".join(parts)


def _harmonized_sql(term: str, row: str) -> str:
    by_form = {form: [f'{row}."{column.name}"' for _, column in _expand((term,), form)] for form in form_names()}
    if all(columns == by_form[form_names()[0]] and len(columns) == 1 for columns in by_form.values()):
        return by_form[form_names()[0]][0]
    cases = " ".join(f"WHEN '{form}' THEN {' + '.join(columns)}" for form, columns in by_form.items() if columns)
    return f"(CASE {row}.form {cases} END)"


def inferred_sql(terms: Iterable[str], row: str) -> str:
    """How many distinct operands of a row of ``report_wide`` have an effective value that was not printed."""
    return _marked_sql(f"{row}.inferred", f"len({row}.inferred) = 0", (), terms, row)


def doubtful_sql(terms: Iterable[str], row: str) -> str:
    """How many distinct operands of a row of ``report_wide`` are in doubt; the whole report counts as one."""
    return _marked_sql(f"string_split({row}.doubtful, ' ')", f"{row}.doubtful = ''", ("*",), terms, row)


def _marked_sql(marks: str, no_marks: str, always: tuple[str, ...], terms: Iterable[str], row: str) -> str:
    terms = tuple(terms)

    def listed(paths: Iterable[str]) -> str:
        return "[" + ", ".join(f"'{path}'" for path in dict.fromkeys((*always, *paths))) + "]"

    paths = {form: listed(column.path for _, column in _expand(terms, form)) for form in form_names()}
    if len(set(paths.values())) == 1:
        operands = paths[form_names()[0]]
    else:
        operands = f"CASE {row}.form " + " ".join(f"WHEN '{f}' THEN {p}" for f, p in paths.items())
        operands += f" ELSE {listed(())}::VARCHAR[] END"
    # Most reports have no marked cell at all: the intersection is only made where there is something to find.
    found = f"coalesce(len(list_intersect({marks}, {operands})), 0)"
    return f"CASE WHEN {no_marks} THEN 0 ELSE {found} END"
