"""Each check of a new warehouse fails when it should, and none when it should not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from warehouse import checks
from warehouse.connection import warehouse_path
from warehouse.load import lake_parts
from warehouse.store.fill import look_at


@pytest.fixture
def built(published_home: Path, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """A copy of a good warehouse that a test may spoil."""
    copy = tmp_path / "spoiled.duckdb"
    copy.write_bytes(warehouse_path(published_home).read_bytes())
    connection = duckdb.connect(str(copy))
    # As a build has it, but a table: what the lake packed may be spoiled as well.
    look_at(connection, lake_parts(published_home))
    connection.execute("CREATE TEMP TABLE now AS FROM packed; DROP VIEW packed; ALTER TABLE now RENAME TO packed")
    return connection


# What spoils a warehouse, which check must see it, and what that check must say.
SPOILERS: list[tuple[str, Callable[[duckdb.DuckDBPyConnection], Iterator[str]], str]] = [
    (
        "COMMENT ON COLUMN report.title IS NULL",
        checks.declared_columns,
        "report: columns without an English and Chinese comment: title",
    ),
    (
        "COMMENT ON COLUMN indicator.value IS 'only English | nothing'",
        checks.declared_columns,
        "indicator: columns without an English and Chinese comment: value",
    ),
    ("COMMENT ON VIEW coverage IS NULL", checks.declared_columns, "coverage: no English and Chinese comment"),
    (
        "ALTER TABLE section_text DROP COLUMN text",
        checks.declared_columns,
        "section_text: declared columns that are missing: text",
    ),
    (
        "ALTER TABLE store.odd_check ADD COLUMN more INTEGER",
        checks.declared_columns,
        "store.odd_check: columns without declaration: more",
    ),
    ("DROP VIEW unplaced", checks.declared_columns, "unplaced: declared, but not in the warehouse"),
    ("CREATE TABLE stray (a INTEGER)", checks.declared_columns, "stray: in the warehouse, but declared nowhere"),
    ("DROP MACRO rate", checks.views_work, "agency_year: the view cannot be read"),
    ("CREATE OR REPLACE MACRO rate(n, d) AS n / d", checks.views_work, "agency_year: inf or nan in"),
    (
        "INSERT INTO store.odd_cell SELECT * FROM store.odd_cell LIMIT 1",
        checks.primary_keys,
        "store.odd_cell: the key (report_id, table_name, row_key, column_key) stands more than once: 1",
    ),
    (
        "INSERT INTO store.odd_cell BY NAME SELECT o.* REPLACE ('r-ag-gov-2021' AS report_id) "
        "FROM store.odd_cell AS o WHERE table_name = 'disclosure' LIMIT 1",
        checks.primary_keys,
        "disclosure: cells both packed and in rows of their own: 1, as r-ag-gov-2021",
    ),
    (
        "INSERT INTO store.odd_check BY NAME SELECT c.* REPLACE ('fail' AS status) FROM check_result AS c "
        "WHERE report_id = 'r-ag-gov-2021'",
        checks.primary_keys,
        "check_result: checks both packed and in rows of their own: 1, as r-ag-gov-2021-v1",
    ),
    (
        "ALTER TABLE reading_warning ALTER warning_no DROP NOT NULL; UPDATE reading_warning SET warning_no = NULL",
        checks.primary_keys,
        "reading_warning: the key (version_id, warning_no) is null in part: 2",
    ),
    (
        "INSERT INTO store.odd_cell SELECT * REPLACE ('r-x' AS report_id) FROM store.odd_cell LIMIT 1",
        checks.foreign_keys,
        "store.odd_cell.report_id: not in report.report_id: 1, as r-x",
    ),
    (
        "UPDATE store.report SET litigation_layout = 99 WHERE report_id = 'r-ag-gov-2021'",
        checks.foreign_keys,
        "store.report.litigation_layout: not in store.cell_layout.layout_no: 1, as 99",
    ),
    (
        "INSERT INTO store.odd_cell SELECT * REPLACE ('r-x' AS report_id) FROM store.odd_cell LIMIT 1",
        checks.facts_of_current_versions,
        "facts of reports without a current version: 1, as r-x",
    ),
    (
        "UPDATE store.report SET litigation_layout = NULL WHERE report_id = 'r-ag-gov-2021'",
        checks.facts_of_current_versions,
        "facts: not as many as the current version has cells: 1, as r-ag-gov-2021",
    ),
    (
        "UPDATE store.report SET granted_org_other = NULL WHERE report_id = 'r-ag-gov-2021'",
        checks.facts_of_current_versions,
        "facts: not as many as the current version has cells: 1, as r-ag-gov-2021",
    ),
    (
        "UPDATE store.odd_cell SET state = 'odd' WHERE row_key = 'licence_decisions'",
        checks.allowed_values,
        "store.odd_cell.state: values that are not declared: 1, as odd",
    ),
    (
        "UPDATE report_version SET is_current = false WHERE report_id = 'r-ag-gov-2021'",
        checks.current_versions,
        "report.version_id: no current version of that report: 1, as r-ag-gov-2021",
    ),
    (
        "UPDATE report_version SET is_current = true",
        checks.current_versions,
        "report_version.is_current: not the version that the report names: 1, as r-ag-finance-2021-v1",
    ),
    (
        "UPDATE packed SET report_id = 'r-ag-gov-2021' WHERE version_id = 'r-ag-gov-2022-v1'",
        checks.packed_versions,
        "cell_version: version, report or report year differs from report_version: 1, as r-ag-gov-2022-v1",
    ),
    (
        "INSERT INTO packed FROM packed WHERE version_id = 'r-ag-gov-2022-v1'",
        checks.packed_versions,
        "cell_version: packed more than once: 1, as r-ag-gov-2022-v1",
    ),
    (
        "UPDATE store.report SET n_cells = n_cells - 1 WHERE report_id = 'r-ag-gov-2022'",
        checks.packed_versions,
        "report_wide: not the cells of the current version: 1, as r-ag-gov-2022",
    ),
]


@pytest.mark.parametrize(("spoiler", "check", "expected"), SPOILERS)
def test_each_check_fails_when_it_should(
    built: duckdb.DuckDBPyConnection,
    spoiler: str,
    check: Callable[[duckdb.DuckDBPyConnection], Iterator[str]],
    expected: str,
) -> None:
    built.execute(spoiler)
    found = list(check(built))
    built.close()
    assert any(expected in problem for problem in found), found


def before(report_id: str, agency_id: str) -> pa.Table:
    """The reports of the warehouse published before: this one."""
    return pa.table({"report_id": [report_id], "agency_id": [agency_id]})


def test_a_good_warehouse_passes_every_check(built: duckdb.DuckDBPyConnection) -> None:
    assert checks.problems(built, checks.Inputs({"report": 13}, before("r-ag-gov-2021", "ag-gov"), frozenset())) == []
    found = checks.problems(built, checks.Inputs({"report": 14}, before("r-gone", "ag-gov"), frozenset()))
    built.close()
    assert found[0] == "report: 13 rows in the warehouse, 14 in the lake"
    assert "report: 1 of the published warehouse are missing without a recorded reason: r-gone" in found[1]
