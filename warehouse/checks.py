"""What must hold before a warehouse is published; each check names every fault that it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from transforms.schema import Column, tables
from transforms.schema.packed import FORM_TABLES, cells_of
from warehouse.connection import message
from warehouse.store.declared import SCHEMA, VIEWED, store_tables
from warehouse.views import WIDE_TABLE, operand_casts, views, wide_comments

EXAMPLES = 3  # faulty keys that a message names; the rest is only counted


# Tables outside of the schema main are called by both names.
_NAME = f"CASE WHEN schema_name = '{SCHEMA}' THEN '{SCHEMA}.' ELSE '' END || {{}}_name"


@dataclass(frozen=True)
class Inputs:
    """What the checks compare the new warehouse with.

    ``lake_rows``: rows in the lake's parts by table. ``published``: report_id and agency_id of the reports of the last
    published file (None: there was none). ``retired``: report_ids whose disappearance has a recorded reason.
    ``followed``: the file is a copy that passed before and was brought up to date: rows of versions and reports that
    stayed are not looked at.
    """

    lake_rows: dict[str, int]
    published: pa.Table | None
    retired: frozenset[str]
    followed: bool = False


def problems(
    connection: duckdb.DuckDBPyConnection,
    inputs: Inputs,
    on_progress: Callable[[str, int, int | None], None] | None = None,
) -> list[str]:
    """All faults of a warehouse, each one sentence; an empty list means that it may be published."""
    checks: list[Callable[[], Iterator[str]]] = [
        lambda: declared_columns(connection),
        lambda: commented_macros(connection),
        lambda: row_counts(connection, inputs.lake_rows),
        lambda: primary_keys(connection, inputs.followed),
        lambda: foreign_keys(connection, inputs.followed),
        lambda: allowed_values(connection),
        lambda: current_versions(connection, inputs.followed),
        lambda: facts_of_current_versions(connection, inputs.followed),
        lambda: packed_versions(connection, inputs.followed),
        lambda: views_work(connection, inputs.followed),
        lambda: lost_reports(connection, inputs.published, inputs.retired),
    ]
    found: list[str] = []
    for done, check in enumerate(checks, start=1):
        found += check()
        if on_progress:
            on_progress("check", done, len(checks))
    return found


def declared_columns(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Every declared table, view and column is there and commented in two languages, and nothing else is."""
    declared = {name: list(table.column_names) for name, table in tables().items() if table.published}
    declared[WIDE_TABLE] = list(wide_comments())
    declared |= {view.name: list(view.columns) for view in views()}
    declared |= {f"{SCHEMA}.{name}": list(table.columns) for name, table in store_tables().items()}
    found: dict[str, dict[str, str | None]] = {}
    for table, column, comment in connection.execute(
        f"SELECT {_NAME.format('table')}, column_name, comment FROM duckdb_columns() "
        "WHERE NOT internal AND database_name = current_database() ORDER BY ALL"
    ).fetchall():
        found.setdefault(table, {})[column] = comment
    own_comments = dict(
        connection.execute(
            f"SELECT {_NAME.format('table')}, comment FROM duckdb_tables() WHERE NOT internal AND NOT temporary "
            f"UNION ALL SELECT {_NAME.format('view')}, comment FROM duckdb_views() WHERE NOT internal AND NOT temporary"
        ).fetchall()
    )
    for name in sorted(declared.keys() | found.keys()):
        if name not in found:
            yield f"{name}: declared, but not in the warehouse"
            continue
        if name not in declared:
            yield f"{name}: in the warehouse, but declared nowhere"
            continue
        missing = [column for column in declared[name] if column not in found[name]]
        extra = [column for column in found[name] if column not in declared[name]]
        bare = [column for column, comment in found[name].items() if column not in extra and not _bilingual(comment)]
        if missing:
            yield f"{name}: declared columns that are missing: {', '.join(missing)}"
        if extra:
            yield f"{name}: columns without declaration: {', '.join(extra)}"
        if bare:
            yield f"{name}: columns without an English and Chinese comment: {', '.join(bare)}"
        if not _bilingual(own_comments.get(name)):
            yield f"{name}: no English and Chinese comment"


def commented_macros(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Every macro says in two languages what it gives."""
    for name, comment in connection.execute(
        "SELECT function_name, comment FROM duckdb_functions() WHERE NOT internal ORDER BY ALL"
    ).fetchall():
        if not _bilingual(comment):
            yield f"{name}: macro without an English and Chinese comment"


def _bilingual(comment: str | None) -> bool:
    english, bar, chinese = (comment or "").partition(" | ")
    return bool(english and bar and any("\u4e00" <= character <= "\u9fff" for character in chinese))


def row_counts(connection: duckdb.DuckDBPyConnection, lake_rows: dict[str, int]) -> Iterator[str]:
    """Every row of the lake arrived."""
    for table, expected in lake_rows.items():
        found = _number(connection, PACKED_ROWS.get(table, f'SELECT count(*) FROM "{table}"'))
        if found != expected:
            yield f"{table}: {found} rows in the warehouse, {expected} in the lake"


# Rows that lie packed, counted without unpacking them; of checks those that came from the lake.
PACKED_ROWS = {
    "check_result": "SELECT coalesce(sum(len(sides)), 0) + (SELECT count(*) FROM store.odd_check) "
    "FROM store.packed_checks",
    "cells": "SELECT coalesce(sum(n_cells), 0) FROM store.report",
}


def _stored() -> dict[str, tuple[tuple[str, ...], dict[str, str], tuple[Column, ...]]]:
    """Every table with rows of its own, as SQL names it: key, foreign keys and columns with declared values."""
    found = {
        f'"{name}"': (table.key, table.foreign, table.columns)
        for name, table in tables().items()
        if table.published and table.name not in VIEWED
    }
    foreign = {"odd_check": tables()["check_result"].foreign, "made_check": tables()["check_result"].foreign}
    packed = {c: target for c, target in tables()["check_result"].foreign.items() if c != "other_report_id"}
    foreign["packed_checks"] = {**packed, "layout_no": "store.check_layout.layout_no"}
    foreign["odd_cell"] = foreign["assessed"] = {"report_id": "report.report_id"}
    layouts = {f"{table}_layout": "store.cell_layout.layout_no" for table in FORM_TABLES}
    foreign["report"] = tables()["report"].foreign | layouts
    like = {"report": "report", "odd_cell": "cell_version", "odd_check": "check_result", "made_check": "check_result"}
    found |= {
        f"{SCHEMA}.{name}": (table.key, foreign.get(name, {}), tables()[like[name]].columns if name in like else ())
        for name, table in store_tables().items()
    }
    return found


# Of large tables the rows that came since the file passed its checks; see warehouse/night.py.
_VERSION_CAME = "version_id IN (FROM added)"
_TOUCHED = "report_id IN (SELECT report_id FROM touched)"
_STIRRED = "(report_id IN (SELECT report_id FROM stirred) OR sha256 IN (FROM gone_document))"
_CAME = {
    **dict.fromkeys(('"reading_warning"', '"section_text"', '"narrative_fact"'), _VERSION_CAME),
    **dict.fromkeys((f"{SCHEMA}.packed_checks", f"{SCHEMA}.odd_check"), _VERSION_CAME),
    **dict.fromkeys(('"report_document"', '"report_version"'), _STIRRED),
    f"{SCHEMA}.odd_cell": _TOUCHED,
    **dict.fromkeys((f"{SCHEMA}.made_check", f"{SCHEMA}.assessed"), "report_id IN (SELECT report_id FROM chosen)"),
}


def _looked_at(name: str, followed: bool) -> str:
    return f"(FROM {name} WHERE {_CAME[name]})" if followed and name in _CAME else name


def primary_keys(connection: duckdb.DuckDBPyConnection, followed: bool = False) -> Iterator[str]:
    """No key stands twice and no part of a key is null; nothing is packed and stands in a row besides."""
    for stored, (key, _, _) in _stored().items():
        shown, name = stored.strip('"'), _looked_at(stored, followed)
        columns = ", ".join(f'"{column}"' for column in key)
        absent = " OR ".join(f'"{column}" IS NULL' for column in key)
        # Hashes are counted at half the cost of texts; what they find is looked at again.
        same_hash = f"SELECT hash({columns}) FROM {name} GROUP BY 1 HAVING count(*) > 1"
        twice = (
            f"SELECT {columns} FROM {name} WHERE hash({columns}) IN ({same_hash}) "
            f"GROUP BY {columns} HAVING count(*) > 1"
        )
        yield from _faults(connection, twice, f"{shown}: the key ({', '.join(key)}) stands more than once")
        nulls = f"SELECT {columns} FROM {name} WHERE {absent}"
        yield from _faults(connection, nulls, f"{shown}: the key ({', '.join(key)}) is null in part")
    for table in FORM_TABLES:
        both = (
            f"SELECT DISTINCT report_id FROM {_looked_at('store.odd_cell', followed)} "
            f"JOIN store.report USING (report_id) WHERE table_name = '{table}' AND {table}_layout IS NOT NULL"
        )
        yield from _faults(connection, both, f"{table}: cells both packed and in rows of their own")
    both = f"""
        SELECT DISTINCT version_id, rule, subject FROM (
            SELECT p.layout_no, o.rule, o.subject, any_value(o.version_id) AS version_id
            FROM {_looked_at("store.odd_check", followed)} AS o
            JOIN store.packed_checks AS p ON p.version_id = o.version_id GROUP BY ALL
        ) JOIN (
            SELECT layout_no, unnest(rules) AS rule, unnest(subjects) AS subject FROM store.check_layout
        ) USING (layout_no, rule, subject)
    """
    yield from _faults(connection, both, "check_result: checks both packed and in rows of their own")


def foreign_keys(connection: duckdb.DuckDBPyConnection, followed: bool = False) -> Iterator[str]:
    """Every reference finds its row."""
    for stored, (_, foreign, _) in _stored().items():
        shown, name = stored.strip('"'), _looked_at(stored, followed)
        both = {"version_id": "report_version.version_id", "report_id": "report.report_id"}
        if foreign.items() >= both.items():
            # Of a version and its report at once; which of the two is wrong is asked only where one is.
            strangers = f"SELECT 1 FROM {name} ANTI JOIN report_version USING (version_id, report_id) LIMIT 1"
            if not _number(connection, f"SELECT count(*) FROM ({strangers})"):
                foreign = {column: target for column, target in foreign.items() if column not in both}
        for column, target in foreign.items():
            other, _, other_column = target.rpartition(".")
            dangling = (
                f'SELECT DISTINCT "{column}" FROM {name} AS here WHERE "{column}" IS NOT NULL AND NOT EXISTS '
                f'(SELECT 1 FROM {other} AS there WHERE there."{other_column}" = here."{column}")'
            )
            yield from _faults(connection, dangling, f"{shown}.{column}: not in {target}")


def allowed_values(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Columns with a declared list of values hold nothing else."""
    for name, (_, _, columns) in _stored().items():
        for column in columns:
            if column.values:
                allowed = ", ".join(f"'{value}'" for value in column.values)
                other = f'SELECT DISTINCT "{column.name}" FROM {name} WHERE "{column.name}" NOT IN ({allowed})'
                shown = name.strip('"')
                yield from _faults(connection, other, f"{shown}.{column.name}: values that are not declared")


def current_versions(connection: duckdb.DuckDBPyConnection, followed: bool = False) -> Iterator[str]:
    """A report names the one version that is marked current, and it is its own."""
    came = "AND r.report_id IN (SELECT report_id FROM stirred)" if followed else ""
    wrong = f"""
        SELECT r.report_id FROM report AS r
        LEFT JOIN report_version AS v ON v.version_id = r.version_id AND v.report_id = r.report_id AND v.is_current
        WHERE r.version_id IS NOT NULL AND v.version_id IS NULL {came}
    """
    yield from _faults(connection, wrong, "report.version_id: no current version of that report")
    unnamed = f"""
        SELECT v.version_id FROM report_version AS v
        JOIN report AS r ON r.report_id = v.report_id
        WHERE v.is_current AND (v.version_id IS DISTINCT FROM r.version_id OR v.report_year <> r.report_year) {came}
    """
    yield from _faults(connection, unnamed, "report_version.is_current: not the version that the report names")


def facts_of_current_versions(connection: duckdb.DuckDBPyConnection, followed: bool = False) -> Iterator[str]:
    """The facts hold every cell of the current versions and no other."""
    plain = " + ".join(
        f"CASE WHEN f.{table}_layout IS NULL THEN 0 ELSE "
        + " + ".join(f'(f."{cell.name}" IS NOT NULL)::INTEGER' for cell in cells_of(table))
        + " END"
        for table in FORM_TABLES
    )
    counted = f"""
        SELECT f.report_id FROM store.report AS f
        LEFT JOIN (
            SELECT report_id, count(*) AS n FROM {_looked_at("store.odd_cell", followed)} GROUP BY report_id
        ) AS o USING (report_id)
        WHERE {_TOUCHED if followed else "true"} AND f.n_cells <> coalesce(o.n, 0) + {plain}
    """
    yield from _faults(connection, counted, "facts: not as many as the current version has cells")
    strangers = f"""
        SELECT DISTINCT o.report_id FROM {_looked_at("store.odd_cell", followed)} AS o
        LEFT JOIN report AS r ON r.report_id = o.report_id WHERE r.version_id IS NULL
    """
    yield from _faults(connection, strangers, "facts of reports without a current version")


def packed_versions(connection: duckdb.DuckDBPyConnection, followed: bool = False) -> Iterator[str]:
    """What the lake packed are versions, each once, of the report and year that the version has."""
    twice = "SELECT version_id FROM packed GROUP BY version_id HAVING count(*) > 1"
    yield from _faults(connection, twice, "cell_version: packed more than once")
    moved = "SELECT version_id FROM packed ANTI JOIN report_version USING (version_id, report_id, report_year)"
    yield from _faults(connection, moved, "cell_version: version, report or report year differs from report_version")
    lost = f"""
        SELECT f.report_id FROM store.report AS f JOIN packed AS p USING (version_id)
        WHERE f.n_cells <> p.n_cells AND {"f." + _TOUCHED if followed else "true"}
    """
    yield from _faults(connection, lost, "report_wide: not the cells of the current version")


def views_work(connection: duckdb.DuckDBPyConnection, followed: bool = False) -> Iterator[str]:
    """Every figure and every rate of every report can be computed, and none is infinite or not a number.

    Views that add up, rank and compare them are not read: that they can be is known since they were created, that
    what they do with numbers is right holds for all data (tests/warehouse), and to read them all would take longer
    than the rest of the build.
    """
    rates = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = 'agency_year' AND data_type IN ('DOUBLE', 'FLOAT')"
    ).fetchall()
    names = [name for (name,) in rates]
    wrong = ", ".join(f'count(*) FILTER (WHERE isinf("{name}") OR isnan("{name}"))' for name in names)
    operands = ", ".join(f"count({sql})" for sql in operand_casts())
    try:
        came = f"WHERE {_TOUCHED}" if followed else ""
        found = connection.execute(f"SELECT {wrong or '0'} FROM agency_year {came}").fetchone() or ()
        connection.execute(f"SELECT {operands} FROM report_wide AS w {came}").fetchall()
    except duckdb.Error as error:
        yield f"agency_year: the view cannot be read: {message(error)}"
        return
    infinite = [name for name, number in zip(names, found, strict=False) if number]
    if infinite:
        yield f"agency_year: inf or nan in {', '.join(infinite)}"


def lost_reports(
    connection: duckdb.DuckDBPyConnection, published: pa.Table | None, retired: frozenset[str]
) -> Iterator[str]:
    """No report of the last published file is missing, unless it was retired or its agency merged into another."""
    if published is None:
        return
    connection.register("published_report", published)
    missing = connection.execute(
        "SELECT p.report_id FROM published_report AS p ANTI JOIN report AS r ON r.report_id = p.report_id "
        "ANTI JOIN agency_alias AS a ON a.alias_id = p.agency_id ORDER BY ALL"
    ).fetchall()
    connection.unregister("published_report")
    lost = [report_id for (report_id,) in missing if report_id not in retired]
    if lost:
        yield (
            f"report: {len(lost)} of the published warehouse are missing without a recorded reason: {_examples(lost)}. "
            "Bring their lake parts back with `gongkai normalize`, or record each in identity/retired.jsonl "
            'as {"report_id": "…", "reason": "…"}'
        )


def _faults(connection: duckdb.DuckDBPyConnection, sql: str, what: str) -> Iterator[str]:
    """One sentence if the query, which selects faulty keys, finds any; a check that cannot run is a fault too."""
    try:
        number = _number(connection, f"SELECT count(*) FROM ({sql})")
        if number:
            rows = connection.execute(f"SELECT * FROM ({sql}) ORDER BY ALL LIMIT {EXAMPLES}").fetchall()
            named = ["/".join(str(value) for value in row) for row in rows]
            yield f"{what}: {number}, as {', '.join(named)}"
    except duckdb.Error as error:
        yield f"{what}: could not be checked: {message(error)}"


def _examples(keys: list[str]) -> str:
    return ", ".join(keys[:EXAMPLES]) + (", …" if len(keys) > EXAMPLES else "")


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0
