"""What must hold before a warehouse is published; each check names every fault that it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import duckdb

from transforms.schema import tables
from warehouse.connection import message
from warehouse.load import FACTS, cell_table
from warehouse.views import WIDE_TABLE, views, wide_comments

EXAMPLES = 3  # faulty keys that a message names; the rest is only counted


@dataclass(frozen=True)
class Inputs:
    """What the checks compare the new warehouse with.

    ``lake_rows``: rows in the lake's parts by table. ``published``: report_id -> agency_id of the last published
    file (empty: none). ``retired``: report_ids whose disappearance has a recorded reason.
    """

    lake_rows: dict[str, int]
    published: dict[str, str | None]
    retired: frozenset[str]


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
        lambda: primary_keys(connection),
        lambda: foreign_keys(connection),
        lambda: allowed_values(connection),
        lambda: current_versions(connection),
        lambda: facts_of_current_versions(connection),
        lambda: views_work(connection),
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
    declared = {name: list(table.column_names) for name, table in tables().items()}
    declared[WIDE_TABLE] = list(wide_comments())
    declared |= {view.name: list(view.columns) for view in views()}
    found: dict[str, dict[str, str | None]] = {}
    for table, column, comment in connection.execute(
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal "
        "AND database_name = current_database() ORDER BY ALL"
    ).fetchall():
        found.setdefault(table, {})[column] = comment
    own_comments = dict(
        connection.execute(
            "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal "
            "UNION ALL SELECT view_name, comment FROM duckdb_views() WHERE NOT internal"
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
        found = _number(connection, f'SELECT count(*) FROM "{table}"')
        if found != expected:
            yield f"{table}: {found} rows in the warehouse, {expected} in the lake"


def primary_keys(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """No key stands twice and no part of a key is null."""
    keys = {name: table.key for name, table in tables().items()} | {WIDE_TABLE: ("report_id",)}
    for name, key in keys.items():
        columns = ", ".join(f'"{column}"' for column in key)
        absent = " OR ".join(f'"{column}" IS NULL' for column in key)
        twice = f'SELECT {columns} FROM "{name}" GROUP BY {columns} HAVING count(*) > 1'
        yield from _faults(connection, twice, f"{name}: the key ({', '.join(key)}) stands more than once")
        nulls = f'SELECT {columns} FROM "{name}" WHERE {absent}'
        yield from _faults(connection, nulls, f"{name}: the key ({', '.join(key)}) is null in part")


def foreign_keys(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Every reference finds its row."""
    for name, table in tables().items():
        for column, target in table.foreign.items():
            other, other_column = target.split(".")
            dangling = (
                f'SELECT DISTINCT "{column}" FROM "{name}" AS here WHERE "{column}" IS NOT NULL AND NOT EXISTS '
                f'(SELECT 1 FROM "{other}" AS there WHERE there."{other_column}" = here."{column}")'
            )
            yield from _faults(connection, dangling, f"{name}.{column}: not in {target}")


def allowed_values(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Columns with a declared list of values hold nothing else."""
    for name, table in tables().items():
        for column in table.columns:
            if column.values:
                allowed = ", ".join(f"'{value}'" for value in column.values)
                other = f'SELECT DISTINCT "{column.name}" FROM "{name}" WHERE "{column.name}" NOT IN ({allowed})'
                yield from _faults(connection, other, f"{name}.{column.name}: values that are not declared")


def current_versions(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """A report names the one version that is marked current, and it is its own."""
    wrong = """
        SELECT r.report_id FROM report AS r
        LEFT JOIN report_version AS v ON v.version_id = r.version_id AND v.report_id = r.report_id AND v.is_current
        WHERE r.version_id IS NOT NULL AND v.version_id IS NULL
    """
    yield from _faults(connection, wrong, "report.version_id: no current version of that report")
    unnamed = """
        SELECT v.version_id FROM report_version AS v
        JOIN report AS r ON r.report_id = v.report_id
        WHERE v.is_current AND v.version_id IS DISTINCT FROM r.version_id
    """
    yield from _faults(connection, unnamed, "report_version.is_current: not the version that the report names")
    moved = """
        SELECT DISTINCT v.version_id FROM report_version AS v
        JOIN report AS r ON r.report_id = v.report_id
        JOIN (SELECT DISTINCT version_id, report_id, report_year FROM cell_version) AS c ON c.version_id = v.version_id
        WHERE c.report_year <> r.report_year OR v.report_year <> r.report_year OR c.report_id <> v.report_id
    """
    yield from _faults(connection, moved, "cell_version: report or report year differs from that of the report")


def facts_of_current_versions(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The fact tables hold every cell of the current versions and no other."""
    current = dict(
        connection.execute(
            "SELECT c.table_name, count(*) FROM cell_version AS c "
            "JOIN report AS r ON r.version_id = c.version_id GROUP BY ALL"
        ).fetchall()
    )
    for fact in FACTS:
        found, expected = _number(connection, f'SELECT count(*) FROM "{fact}"'), current.get(cell_table(fact), 0)
        if found != expected:
            yield f"{fact}: {found} facts, but the current versions have {expected} such cells"
        strangers = f"""
            SELECT DISTINCT f.report_id FROM "{fact}" AS f
            LEFT JOIN report AS r ON r.report_id = f.report_id WHERE r.version_id IS NULL
        """
        yield from _faults(connection, strangers, f"{fact}: facts of reports without a current version")
    wide, reports = (_number(connection, f"SELECT count(*) FROM {table}") for table in (WIDE_TABLE, "report"))
    if wide != reports:
        yield f"{WIDE_TABLE}: {wide} rows for {reports} reports"


def views_work(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Every view can be read to its end, and no number in a table or view is infinite or not a number."""
    columns_of: dict[str, list[tuple[str, str]]] = {}
    for name, column, kind in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal "
        "AND database_name = current_database() AND (table_name IN "
        "(SELECT view_name FROM duckdb_views()) OR data_type IN ('DOUBLE', 'FLOAT')) ORDER BY table_name, column_index"
    ).fetchall():
        columns_of.setdefault(name, []).append((column, kind))
    for name, columns in columns_of.items():
        try:
            counts = ", ".join(
                f'count(*) FILTER (WHERE isinf("{column}") OR isnan("{column}"))'
                if kind in ("DOUBLE", "FLOAT")
                else f'0 * count("{column}")'
                for column, kind in columns
            )
            row = connection.execute(f'SELECT {counts} FROM "{name}"').fetchone() or ()
        except duckdb.Error as error:
            yield f"{name}: the view cannot be read: {message(error)}"
            continue
        wrong = [column for (column, _), number in zip(columns, row, strict=True) if number]
        if wrong:
            yield f"{name}: inf or nan in {', '.join(wrong)}"


def lost_reports(
    connection: duckdb.DuckDBPyConnection, published: dict[str, str | None], retired: frozenset[str]
) -> Iterator[str]:
    """No report of the last published file is missing, unless it was retired or its agency merged into another."""
    present = {report_id for (report_id,) in connection.execute("SELECT report_id FROM report").fetchall()}
    merged = {alias for (alias,) in connection.execute("SELECT alias_id FROM agency_alias").fetchall()}
    lost = sorted(
        report_id
        for report_id, agency_id in published.items()
        if report_id not in present and report_id not in retired and agency_id not in merged
    )
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
