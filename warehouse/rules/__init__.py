"""Rules over years and agencies: each a query beside this file, applied to all reports at once when a file is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

import duckdb
import yaml

from transforms.schema.packed import packed_cells

# Where the findings go: the view check_result gives them with those of the rules over one report.
TABLE = "store.made_check"
# How many comparisons were made of each report by each rule.
ASSESSED = "store.assessed"
SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True)
class Rule:
    """A rule as rules.yaml declares it; ``over``: ``report`` (applied on reading) or ``reports`` (a query here)."""

    name: str
    over: str
    severity: str
    en: str
    zh: str
    says_en: str
    says_zh: str
    unless_en: str | None = None
    unless_zh: str | None = None
    mirrored: bool = False

    @property
    def column(self) -> str:
        """Its column in ``ASSESSED``."""
        return self.name.lower().replace("-", "_")


@cache
def rules() -> tuple[Rule, ...]:
    """Every declared rule, in the order of the file.

    Raises TypeError for an unknown or missing key, ValueError for an unknown severity or a text in one language alone.
    """
    declared = yaml.load(_own("rules.yaml"), Loader=yaml.CSafeLoader)["rules"]
    found = tuple(Rule(name, **body) for name, body in declared.items())
    for rule in found:
        if rule.severity not in SEVERITIES or rule.over not in ("report", "reports"):
            raise ValueError(f"rules.yaml: {rule.name}: severity {rule.severity} or over {rule.over} is not known")
        if (rule.unless_en is None) is not (rule.unless_zh is None):
            raise ValueError(f"rules.yaml: {rule.name}: unless_en and unless_zh go together")
    return found


@cache
def over_reports() -> tuple[Rule, ...]:
    """The rules that are applied here, in the order of the file."""
    return tuple(rule for rule in rules() if rule.over == "reports")


def apply_rules(
    connection: duckdb.DuckDBPyConnection,
    asked: str | None = None,
    on_progress: Callable[[str, int, int | None], None] | None = None,
) -> None:
    """Apply every rule over reports: failures go to ``check_result``, the comparisons of each report to ``ASSESSED``.

    Needs the tables of the lake, the facts and ``link``. ``asked``: SQL that selects report_id and report_year of the
    reports to which it is limited (also of years that these were placed in before): all findings of these reports, and
    of those that a rule holds against them, are made anew, and others stay. None: all findings are made anew.
    """
    connection.execute(_own("setup.sql"))
    connection.execute(f"CREATE OR REPLACE TEMP VIEW applied AS {_applied()}")
    if asked is None:
        connection.execute("CREATE OR REPLACE TEMP TABLE chosen AS SELECT report_id FROM judged_report")
        connection.execute(f"DELETE FROM {TABLE}; DELETE FROM {ASSESSED}")
    else:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE asked AS {asked}")
        # Whatever was held against an asked report may be so no more.
        connection.execute(
            f"INSERT INTO asked SELECT DISTINCT report_id, report_year FROM {TABLE} "
            "WHERE other_report_id IN (SELECT report_id FROM asked)"
        )
        connection.execute(_own("chosen.sql"))
        made_anew = "SELECT report_id FROM chosen UNION SELECT report_id FROM asked"
        for table in (TABLE, ASSESSED):
            connection.execute(f"DELETE FROM {table} WHERE report_id IN ({made_anew})")
    connection.execute(_own("compared.sql"))
    connection.execute(_own("likeness.sql"))
    connection.execute("CREATE OR REPLACE TEMP TABLE assessed (report_id VARCHAR, rule VARCHAR, n BIGINT)")
    for done, rule in enumerate(over_reports(), start=1):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {_own(f'{rule.name}.sql')}")
        connection.execute(
            "INSERT INTO assessed "
            "SELECT report_id, $1, count(*) FROM judged SEMI JOIN chosen USING (report_id) GROUP BY report_id",
            [rule.name],
        )
        _write(connection, rule)
        if on_progress:
            on_progress("rules over years", done, len(over_reports()))
    counts = ", ".join(f"coalesce(sum(n) FILTER (WHERE rule = '{rule.name}'), 0)" for rule in over_reports())
    connection.execute(f"INSERT INTO {ASSESSED} SELECT report_id, {counts} FROM assessed GROUP BY report_id")


def _write(connection: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    """Write what failed in the table ``judged`` to ``check_result``: the only place where such rows are made.

    The subject of a row ends with the year of the other report, or its id where the year is the same, so that a report
    may fail against several.
    """
    connection.execute(
        f"""
        INSERT INTO {TABLE} BY NAME
        WITH failed AS (
            SELECT j.*, row_number() OVER () AS number FROM judged AS j WHERE j.failed
        ),
        told AS (
            SELECT
                f.*,
                {_filled(rule.says_en, "f.detail_en")} || ' | ' || {_filled(rule.says_zh, "f.detail_zh")} AS message
            FROM failed AS f
            JOIN judged_report AS r ON r.report_id = f.report_id
            LEFT JOIN judged_report AS o ON o.report_id = f.other_report_id
        ),
        sides AS (
            SELECT report_id, other_report_id, cells, * EXCLUDE (report_id, other_report_id, cells) FROM told
            UNION ALL
            SELECT other_report_id, report_id, other_cells, * EXCLUDE (report_id, other_report_id, cells) FROM told
            WHERE {str(rule.mirrored).lower()} AND other_report_id IS NOT NULL
        )
        SELECT
            r.version_id,
            r.report_id,
            r.report_year,
            s.other_report_id,
            $rule AS rule,
            s.subject || coalesce(
                ' ' || CASE WHEN o.report_year <> r.report_year THEN o.report_year::VARCHAR ELSE o.report_id END, ''
            ) AS subject,
            s.left_value::DECIMAL(18, 4) AS left_value,
            s.right_value::DECIMAL(18, 4) AS right_value,
            (s.left_value - s.right_value)::DECIMAL(18, 4) AS delta,
            'fail' AS status,
            coalesce(s.severity, $severity) AS severity,
            s.inferred,
            coalesce(s.cells, '') AS cells,
            s.message
        FROM sides AS s
        JOIN judged_report AS r ON r.report_id = s.report_id
        LEFT JOIN judged_report AS o ON o.report_id = s.other_report_id
        WHERE r.report_id IN (SELECT report_id FROM chosen)
        QUALIFY row_number() OVER (PARTITION BY r.version_id, s.subject, o.report_id ORDER BY s.number) = 1
        ORDER BY r.report_id
        """,
        {"rule": rule.name, "severity": rule.severity},
    )


def _filled(template: str, detail: str) -> str:
    """SQL of a message: the template with what the row of ``judged`` says in its places."""
    values = {
        "left": "plain_number(f.left_value)",
        "right": "plain_number(f.right_value)",
        "subject": "f.subject",
        "year": "r.report_year::VARCHAR",
        "other_year": "o.report_year::VARCHAR",
        "other": "o.agency_name",
        "detail": detail,
    }
    sql = "'" + template.replace("'", "''") + "'"
    for name, value in values.items():
        if f"{{{name}}}" in template:
            sql = f"replace({sql}, '{{{name}}}', coalesce({value}, '–'))"
    return sql


def rule_rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Rows of the table ``rule``: every declared rule, how often it was applied and how often it failed.

    Of the rules over reports comparisons are counted; those over one report leave a row for each.
    """
    counted = {rule: (number, failed) for rule, number, failed in connection.execute(_own("counts.sql")).fetchall()}
    sums = ", ".join(f'coalesce(sum("{rule.column}"), 0)::BIGINT' for rule in over_reports())
    found = connection.execute(f"SELECT {sums} FROM {ASSESSED}").fetchone() or ()
    assessed = dict(zip((rule.name for rule in over_reports()), found, strict=True))
    return [
        (
            rule.name,
            rule.over,
            rule.severity,
            rule.en,
            rule.zh,
            rule.says_en,
            rule.says_zh,
            rule.unless_en,
            rule.unless_zh,
            rule.mirrored,
            assessed.get(rule.name, counted.get(rule.name, (0, 0))[0]),
            counted.get(rule.name, (0, 0))[1],
        )
        for rule in rules()
    ]


def _applied() -> str:
    """SQL of how many cells of a report's table of applications are above zero, from its wide row or its odd cells."""
    plain = " + ".join(
        f'coalesce("{c.name}" > 0, false)::INTEGER' for c in packed_cells() if c.table_name == "application"
    )
    return f"""
        SELECT report_id, {plain} AS n FROM store.report WHERE application_layout IS NOT NULL
        UNION ALL
        SELECT report_id, count(*)::INTEGER FROM store.odd_cell
        WHERE table_name = 'application' AND value_effective > 0 GROUP BY report_id
    """


def _own(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
