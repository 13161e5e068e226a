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
_WIDE_KEYS = {
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
    "doubtful": (
        "VARCHAR[] NOT NULL",
        "Paths of the cells among the figures here that are in doubt; *: the whole report is",
        "本表数字中存疑的单元格路径；* 为整份报告存疑",
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
    header = yaml.safe_load("\n".join(line[3:] for line in lines[:header_length]))
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
        "province_year": {"small_n": lambda: str(SMALL_N)},
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
            f"SELECT w.agency_id, w.report_year, w.scope, '{key}' AS indicator,\n"
            f"        CAST({sum_sql(indicator.numerator, 'w')} AS DECIMAL(18,4)) AS numerator,\n"
            f"        {denominator} AS denominator,\n"
            f"        {str(indicator.is_ratio).lower()} AS is_ratio,\n"
            f"        {inferred_sql(terms, 'w')} AS n_inferred,\n"
            f"        {doubtful_sql(terms, 'w')} AS n_doubtful,\n"
            f"        '{indicator.comparability}' AS comparability, w.report_id\n"
            "    FROM report_wide AS w WHERE w.agency_id IS NOT NULL AND w.report_year > 0"
        )
    return "\n    UNION ALL\n    ".join(branches)


def _series_branches() -> str:
    branches = []
    for one in series():
        now, before = sum_sql(one.terms, "w"), sum_sql(one.terms, "p")
        usable = "w.is_counted"
        both = f"{usable} AND p.is_counted AND ({now}) IS NOT NULL AND ({before}) IS NOT NULL"
        branches.append(
            f"SELECT a.division_id, w.report_year, w.scope, '{one.key}' AS measure,\n"
            f"        count({now}) FILTER (WHERE {usable}) AS n_reports,\n"
            f"        count(*) - count({now}) FILTER (WHERE {usable}) AS n_missing,\n"
            f"        sum({now}) FILTER (WHERE {usable}) AS total,\n"
            f"        coalesce(sum({inferred_sql(one.terms, 'w')}) FILTER (WHERE {usable} AND ({now}) IS NOT NULL), 0)"
            "::BIGINT AS n_inferred,\n"
            f"        count(*) FILTER (WHERE {usable} AND ({now}) IS NOT NULL AND {doubtful_sql(one.terms, 'w')} > 0)"
            " AS n_doubtful,\n"
            f"        count(*) FILTER (WHERE {both}) AS n_same,\n"
            f"        sum({now}) FILTER (WHERE {both}) AS same_total,\n"
            f"        sum({before}) FILTER (WHERE {both}) AS same_previous_total,\n"
            f"        bool_or(w.form <> p.form) FILTER (WHERE {both}) AS forms_differ,\n"
            f"        count(*) FILTER (WHERE {both} AND w.break_reason_en IS NOT NULL) AS n_reorganised,\n"
            f"        '{one.comparability}' AS comparability,\n"
            f"        {_literal(one.why_en)} AS reason_en, {_literal(one.why_zh)} AS reason_zh\n"
            "    FROM report_wide AS w JOIN agency AS a ON a.agency_id = w.agency_id\n"
            "    LEFT JOIN report_wide AS p ON p.report_id = w.previous_report_id\n"
            "    WHERE w.report_year > 0 GROUP BY a.division_id, w.report_year, w.scope"
        )
    return "\n    UNION ALL\n    ".join(branches)


def _literal(text: str | None) -> str:
    return "CAST(NULL AS VARCHAR)" if text is None else "'" + text.replace("'", "''") + "'"


def wide_comments() -> dict[str, str]:
    """Every column of the wide table with its comment, in order."""
    keys = {name: f"{en} | {zh}" for name, (_, en, zh) in _WIDE_KEYS.items()}
    return keys | {column.name: column.comment for column in wide_columns()}


WIDE_COMMENT = "One row a report with every figure that has a column of its own | 每份报告一行，各项数字各占一列"


def wide_ddl() -> str:
    """``CREATE TABLE`` of the wide table, without index: it is written once and read by column."""
    columns = [f'"{name}" {sql_type}' for name, (sql_type, _, _) in _WIDE_KEYS.items()]
    columns += [f'"{column.name}" DECIMAL(18,4)' for column in wide_columns()]
    return f"CREATE TABLE {WIDE_TABLE} (\n    " + ",\n    ".join(columns) + "\n)"


def wide_insert() -> str:
    """Fills the wide table for one report year, ``$year``; needs the facts, the view ``doubt`` and ``link``."""
    pivots = {
        "disclosure": ("measure", "'disclosure.' || measure", "true"),
        "application": (
            "outcome || '.' || applicant",
            "'application.' || outcome || '.' || applicant",
            "applicant = 'total' OR outcome = 'received_new'",
        ),
        "litigation": ("channel || '.' || result", "'litigation.' || channel || '.' || result", "true"),
        "legacy_stat": ("measure", "'legacy.' || measure", "true"),
    }
    joins, inferred = [], []
    for fact, (cell, path, chosen) in pivots.items():
        table = path.split(".")[0].strip("'")
        figures = ",\n            ".join(
            f"max(value_effective) FILTER (WHERE cell = '{c.path.removeprefix(table + '.')}') AS \"{c.name}\""
            for c in wide_columns()
            if c.path.startswith(f"{table}.")
        )
        joins.append(
            f"LEFT JOIN (\n        SELECT report_id,\n            {figures}\n"
            f"        FROM (SELECT f.report_id, value_effective, {cell} AS cell FROM {fact} AS f "
            f"SEMI JOIN of_year USING (report_id) WHERE {chosen})\n        "
            f"GROUP BY report_id\n    ) AS {table}_ USING (report_id)"
        )
        inferred.append(
            f"SELECT f.report_id, {path} AS path, {chosen} AS has_column FROM {fact} AS f "
            "SEMI JOIN of_year USING (report_id) WHERE effective_method <> 'printed'"
        )
    names = ",\n    ".join(f'"{column.name}"' for column in wide_columns())
    return f"""
INSERT INTO {WIDE_TABLE}
WITH of_year AS (SELECT * FROM report WHERE report_year = $year),
-- Two bodies of one division that both cover the whole of it, as a government and its office, tell the same twice.
whole AS (
    SELECT
        r.report_id,
        count(*) OVER division = 1
        OR coalesce(a.agency_type = 'government', false)
        AND count(*) FILTER (WHERE a.agency_type = 'government') OVER division = 1 AS is_counted
    FROM of_year AS r JOIN agency AS a ON a.agency_id = r.agency_id
    WHERE r.scope IN ('aggregate', 'own_level') AND r.outcome = 'parsed' AND r.version_id IS NOT NULL
    WINDOW division AS (PARTITION BY a.division_id, r.scope)
),
doubts AS (
    SELECT
        d.report_id,
        count(DISTINCT d.cell) AS n,
        list(DISTINCT coalesce(d.cell, '*') ORDER BY coalesce(d.cell, '*')) FILTER (
            WHERE d.cell IS NULL OR d.cell NOT LIKE 'application.%' OR d.cell LIKE '%.total'
            OR d.cell LIKE 'application.received_new.%'
        ) AS paths
    FROM doubt AS d SEMI JOIN of_year USING (report_id) WHERE d.severity <> 'info' GROUP BY ALL
),
-- Where sentences of one report tell different fees, none is taken: which one is right is not known.
told AS (
    SELECT n.report_id, any_value(n.value) AS information_fee_yuan
    FROM narrative_fact AS n JOIN of_year AS y ON y.version_id = n.version_id
    WHERE n.fact_key = 'information_fee_yuan' AND n.unit = 'yuan' GROUP BY ALL HAVING count(DISTINCT n.value) = 1
),
-- What the form itself says must add up: rules whose failure is an error.
checks AS (
    SELECT
        c.report_id,
        count(*) FILTER (WHERE c.status = 'pass') AS checks_passed,
        count(*) AS checks_assessed
    FROM check_result AS c JOIN of_year AS y ON y.version_id = c.version_id
    WHERE c.severity = 'error' AND c.status <> 'not_assessable' AND c.other_report_id IS NULL GROUP BY ALL
),
inferred AS (
    SELECT report_id, count(*) AS n, list(path ORDER BY path) FILTER (WHERE has_column) AS paths
    FROM (
        {(chr(10) + "        UNION ALL ").join(inferred)}
    )
    GROUP BY ALL
)
SELECT
    report_id,
    r.agency_id,
    r.report_year,
    r.scope,
    r.form,
    link.previous_report_id,
    coalesce(link.n_same_scope, 1) AS n_same_scope,
    coalesce(link.n_same_scope = 1 AND NOT link.is_superseded, false) AND coalesce(whole.is_counted, true),
    link.break_en,
    link.break_zh,
    coalesce(inferred.n, 0) AS n_inferred,
    coalesce(doubts.n, 0) AS n_doubtful,
    coalesce(inferred.paths, []) AS inferred,
    coalesce(doubts.paths, []) AS doubtful,
    {names}
FROM of_year AS r
    {(chr(10) + "    ").join(joins)}
    LEFT JOIN link USING (report_id)
    LEFT JOIN whole USING (report_id)
    LEFT JOIN doubts USING (report_id)
    LEFT JOIN inferred USING (report_id)
    LEFT JOIN told USING (report_id)
    LEFT JOIN checks USING (report_id)
ORDER BY r.agency_id, report_id
"""
