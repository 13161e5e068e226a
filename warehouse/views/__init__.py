"""The views and the wide table: their SQL files, what is generated into them, and the comments of every column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from warehouse.indicators import SMALL_N, doubtful_sql, indicators, inferred_sql, series, sum_sql, wide_columns
from warehouse.views.harmonized import harmonized_branches

# In the order in which they refer to each other.
VIEWS = (
    "doubt",
    "finding",
    "unplaced",
    "coverage",
    "punctuality",
    "agency_year",
    "indicator",
    "indicator_peer",
    "harmonized",
    "yearly_change",
    "division_year",
    "province_year",
)
WIDE_TABLE = "report_wide"

# What the wide table says of a report besides its figures: column -> (type, meaning, Chinese meaning).
WIDE_KEYS = {
    "report_id": ("VARCHAR NOT NULL", "Report", "报告"),
    "agency_id": ("VARCHAR", "Agency; null: unplaced", "机构；空为未归位"),
    "report_year": ("INTEGER NOT NULL", "Report year; 0: unplaced", "报告年度；0 为未归位"),
    "scope": ("VARCHAR NOT NULL", "What the figures cover", "统计口径"),
    "form": ("VARCHAR", "Regulated form", "报告格式"),
    "previous_report_id": (
        "VARCHAR",
        "Report of the same scope for the calendar year before, through renames too; null: none, or several",
        "同口径上一年度的报告，含更名前机构的报告；无或有多份时为空",
    ),
    "n_same_scope": (
        "INTEGER NOT NULL",
        "Reports of this agency for this year and scope",
        "同机构同年度同口径的报告数",
    ),
    "is_counted": (
        "BOOLEAN NOT NULL",
        "May be added to other reports of its year and scope: the only one of its agency, which no successor reports "
        "beside, and, where the scope covers a whole division, the only one of that division, or its government's "
        "beside that of the government's office",
        "可与同年度同口径的其他报告相加：本机构仅此一份，且承继者未同时报告；口径涵盖整个区划时，该区划仅此一份，或与政府办公厅（室）并存时为政府的一份",
    ),
    "break_reason_en": (
        "VARCHAR",
        "Reorganisation of the agency or its division between this report and those before; null: none known",
        "本报告与此前报告之间的机构或区划变更（英文）；空为未知有变更",
    ),
    "break_reason_zh": (
        "VARCHAR",
        "Reorganisation between this report and those before, in Chinese; null: none known",
        "本报告与此前报告之间的机构或区划变更；空为未知有变更",
    ),
    "n_inferred": (
        "INTEGER NOT NULL",
        "Cells of the report whose value for analysis was not printed",
        "分析用值非原文所印的单元格数",
    ),
    "n_doubtful": ("INTEGER NOT NULL", "Cells of the report in doubt", "存疑单元格数"),
    "inferred": (
        "VARCHAR[] NOT NULL",
        "Paths of the cells among the figures here whose value for analysis was not printed",
        "本表数字中分析用值非原文所印的单元格路径",
    ),
    # No list: a list cannot be updated in place, and what is in doubt is known when everything else stands.
    "doubtful": (
        "VARCHAR NOT NULL",
        "Paths of the cells among the figures here that are in doubt, separated by spaces; *: the whole report is",
        "本表数字中存疑的单元格路径，以空格分隔；* 为整份报告存疑",
    ),
}


@dataclass(frozen=True)
class View:
    """A view as its file declares it: ``columns`` maps each column to its comment, in both languages."""

    name: str
    comment: str
    columns: dict[str, str]
    sql: str


@cache
def views() -> tuple[View, ...]:
    """All views, in the order in which they can be created. Raises ValueError for a header that cannot be used."""
    return tuple(_read(name) for name in VIEWS)


def _read(name: str) -> View:
    lines = resources.files(__package__).joinpath(f"{name}.sql").read_text("utf-8").splitlines()
    header_length = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    header = yaml.load("\n".join(line[3:] for line in lines[:header_length]), Loader=yaml.CSafeLoader)
    declared = dict(header["columns"])
    generated = declared.pop("*", None) is not None
    columns = {column: f"{text['en']} | {text['zh']}" for column, text in declared.items()}
    if generated:
        columns |= {column.name: column.comment for column in wide_columns()}
        columns |= {key: indicator.comment for key, indicator in indicators().items()}
    return View(name, f"{header['en']} | {header['zh']}", columns, _filled(name, "\n".join(lines[header_length:])))


def _filled(name: str, sql: str) -> str:
    generated = {
        "agency_year": {"figures": _figures},
        "indicator": {"branches": _indicator_branches, "small_n": lambda: str(SMALL_N)},
        "division_year": {"branches": _series_branches},
        "harmonized": {"branches": harmonized_branches},
        "indicator_peer": {"branches": _indicator_branches, "small_n": lambda: str(SMALL_N)},
        "province_year": {"branches": _indicator_branches, "small_n": lambda: str(SMALL_N)},
    }
    for marker, write in generated.get(name, {}).items():
        sql = sql.replace("{{" + marker + "}}", write())
    if "{{" in sql:
        raise ValueError(f"warehouse/views/{name}.sql: a marker that nothing fills: {sql[sql.index('{{') :][:40]}")
    return sql.strip()


def _figures() -> str:
    columns = [f'w."{column.name}"' for column in wide_columns()]
    measures = {column.name for column in wide_columns()}
    for key, indicator in indicators().items():
        if indicator.denominator is not None:
            columns.append(
                f'rate({sum_sql(indicator.numerator, "w")}, {sum_sql(indicator.denominator, "w")}) AS "{key}"'
            )
        elif key not in measures:
            columns.append(f'CAST({sum_sql(indicator.numerator, "w")} AS DECIMAL(18,4)) AS "{key}"')
    return ",\n    ".join(columns)


def _indicator_branches() -> str:
    branches = []
    for key, indicator in indicators().items():
        terms = (*indicator.numerator, *(indicator.denominator or ()))
        denominator = (
            f"CAST({sum_sql(indicator.denominator, 'w')} AS DECIMAL(18,4))"
            if indicator.denominator is not None
            else "CAST(NULL AS DECIMAL(18,4))"
        )
        branches.append(
            "SELECT w.agency_id, w.agency_type, w.level, w.province_id, w.province, w.is_counted, w.n_same_scope,\n"
            f"        w.report_year, w.scope, '{key}' AS indicator,\n"
            f"        CAST({sum_sql(indicator.numerator, 'w')} AS DECIMAL(18,4)) AS numerator,\n"
            f"        {denominator} AS denominator,\n"
            f"        {str(indicator.is_ratio).lower()} AS is_ratio,\n"
            f"        {inferred_sql(terms, 'w')} AS n_inferred,\n"
            f"        {doubtful_sql(terms, 'w')} AS n_doubtful,\n"
            f"        '{indicator.comparability}' AS comparability, w.report_id\n"
            "    FROM store.report AS w WHERE w.agency_id IS NOT NULL AND w.report_year > 0"
        )
    return "\n    UNION ALL\n    ".join(branches)


def operand_casts() -> list[str]:
    """Each numerator and denominator as the view ``indicator`` has it, over a row ``w`` of the wide table."""
    terms = [t for i in indicators().values() for t in (i.numerator, i.denominator) if t is not None]
    return [f"CAST({sum_sql(each, 'w')} AS DECIMAL(18,4))" for each in terms]


def _series_branches() -> str:
    branches = []
    for one in series():
        branches.append(
            f"SELECT division_id, report_year, scope, '{one.key}' AS measure,\n"
            "        count(now) AS n_reports, count(*) - count(now) AS n_missing, sum(now) AS total,\n"
            "        coalesce(sum(inferred) FILTER (WHERE now IS NOT NULL), 0)::BIGINT AS n_inferred,\n"
            "        count(*) FILTER (WHERE now IS NOT NULL AND doubtful > 0) AS n_doubtful,\n"
            "        count(before) AS n_same, sum(now) FILTER (WHERE before IS NOT NULL) AS same_total,\n"
            "        sum(before) AS same_previous_total,\n"
            "        bool_or(forms_differ) FILTER (WHERE before IS NOT NULL) AS forms_differ,\n"
            "        count(before) FILTER (WHERE reorganised) AS n_reorganised,\n"
            f"        '{one.comparability}' AS comparability,\n"
            f"        {_literal(one.why_en)} AS reason_en, {_literal(one.why_zh)} AS reason_zh\n"
            "    FROM (\n"
            "        SELECT division_id, report_year, scope, now, inferred, doubtful, forms_differ, reorganised,\n"
            "            CASE WHEN now IS NOT NULL THEN before END AS before\n"
            "        FROM (\n"
            "            SELECT w.division_id, w.report_year, w.scope, w.form <> p.form AS forms_differ,\n"
            "                w.break_reason_en IS NOT NULL AS reorganised,\n"
            f"                CASE WHEN w.is_counted THEN {sum_sql(one.terms, 'w')} END AS now,\n"
            f"                CASE WHEN p.is_counted THEN {sum_sql(one.terms, 'p')} END AS before,\n"
            f"                {inferred_sql(one.terms, 'w')} AS inferred, {doubtful_sql(one.terms, 'w')} AS doubtful\n"
            "            FROM store.report AS w\n"
            "            LEFT JOIN store.report AS p ON p.report_id = w.previous_report_id\n"
            "            WHERE w.agency_id IS NOT NULL AND w.report_year > 0\n"
            "        )\n"
            "    ) GROUP BY division_id, report_year, scope"
        )
    return "\n    UNION ALL\n    ".join(branches)


def _literal(text: str | None) -> str:
    return "CAST(NULL AS VARCHAR)" if text is None else "'" + text.replace("'", "''") + "'"


def wide_comments() -> dict[str, str]:
    """Every column of the wide table with its comment, in order."""
    keys = {name: f"{en} | {zh}" for name, (_, en, zh) in WIDE_KEYS.items()}
    return keys | {column.name: column.comment for column in wide_columns()}


WIDE_COMMENT = "One row a report with every figure that has a column of its own | 每份报告一行，各项数字各占一列"
