"""Queries on the published warehouse: what comes out in each format, and what a wrong query is told."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from warehouse.connection import QueryError, WarehouseError
from warehouse.query import execute, table_lines, write_query

ROOT = Path(__file__).parents[2]
POLICE = "FROM agency_year WHERE agency_id = 'ag-police' ORDER BY report_year"


def test_execute_gives_columns_types_and_rows(published_home: Path) -> None:
    result = execute(published_home, f"SELECT report_year, refusal_rate, granted {POLICE}")
    assert result.columns == ("report_year", "refusal_rate", "granted")
    assert result.types == ("INTEGER", "DOUBLE", "DECIMAL(18,4)")
    assert result.rows == ((2020, 0.5, 5), (2022, 0.6, 20))


def test_json_is_one_list_of_objects_without_nan(published_home: Path) -> None:
    out = io.StringIO()
    sql = (
        "SELECT 1/0 AS i, 'nan'::DOUBLE AS n, 2.50::DECIMAL(9,2) AS d, 7.00::DECIMAL(9,2) AS w, "
        "DATE '2023-05-01' AS day, TIMESTAMP '2023-05-01 02:03:04' AS t, "
        "NULL AS z, ['甲', NULL] AS l, true AS b, 9007199254740993 AS big"
    )
    assert write_query(published_home, sql, "json", stream=out) == 1

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    assert json.loads(out.getvalue(), parse_constant=refuse) == [
        {
            "i": None,
            "n": None,
            "d": 2.5,
            "w": 7,
            "day": "2023-05-01",
            "t": "2023-05-01T02:03:04",
            "z": None,
            "l": ["甲", None],
            "b": True,
            "big": 9007199254740993,
        }
    ]
    empty = io.StringIO()
    assert write_query(published_home, "SELECT 1 AS a WHERE false", "json", stream=empty) == 0
    assert json.loads(empty.getvalue()) == []


def test_json_refuses_two_columns_of_one_name(published_home: Path) -> None:
    with pytest.raises(QueryError, match=r"several columns called a.*AS"):
        write_query(published_home, "SELECT 1 AS a, 2 AS a", "json", stream=io.StringIO())


def test_csv_has_a_header_and_empty_cells_for_null(published_home: Path) -> None:
    out = io.StringIO()
    sql = (
        "SELECT agency_name, n_same_scope = 1 AS one, form FROM agency_year WHERE agency_id = 'ag-health' ORDER BY form"
    )
    assert write_query(published_home, sql, "csv", stream=out) == 2
    assert list(csv.reader(io.StringIO(out.getvalue()))) == [
        ["agency_name", "one", "form"],
        ["甲市卫生健康委员会", "true", "F2021"],
        ["甲市卫生健康委员会", "true", ""],
    ]


def test_table_lines_up_chinese_text_and_numbers(published_home: Path) -> None:
    lines = table_lines(("name", "n"), [("甲市公安局", 5), ("a\nb", None), ("乙", 1234)])
    assert lines == [
        "name           n",
        "──────────  ────",
        "甲市公安局     5",
        "a b         null",
        "乙          1234",
    ]
    out = io.StringIO()
    assert write_query(published_home, f"SELECT report_year, refusal_rate {POLICE}", stream=out) == 2
    assert out.getvalue().splitlines()[2:] == ["       2020           0.5", "       2022           0.6"]


def test_explain_prints_the_plan(published_home: Path) -> None:
    out = io.StringIO()
    write_query(published_home, "EXPLAIN SELECT * FROM agency", stream=out)
    assert "agency" in out.getvalue()
    assert "\n" in out.getvalue().strip()


def test_parquet_needs_a_file_and_keeps_types(published_home: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="-o FILE"):
        write_query(published_home, "SELECT 1 AS a", "parquet")
    out = tmp_path / "new" / "q.parquet"
    assert write_query(published_home, f"SELECT report_year, granted, refusal_rate {POLICE}", "parquet", out) == 2
    table = pq.read_table(out)
    assert table.column("refusal_rate").to_pylist() == [0.5, 0.6]
    assert str(table.schema.field("granted").type) == "decimal128(18, 4)"
    assert [path.name for path in out.parent.iterdir()] == ["q.parquet"]


def test_a_failing_query_leaves_the_file_that_was_there(published_home: Path, tmp_path: Path) -> None:
    out = tmp_path / "q.csv"
    out.write_text("before")
    with pytest.raises(QueryError, match="Could not convert"):
        write_query(published_home, "SELECT CAST(agency_name AS INTEGER) FROM agency_year", "csv", out)
    assert out.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["q.csv"]
    assert write_query(published_home, "SELECT 1 AS a", "csv", out) == 1
    assert out.read_text() == "a\n1\n"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT agency_nam FROM agency_year", r'agency_nam.*not found[\s\S]*Candidate bindings: "agency_name"'),
        ("SELECT * FROM agency_yeer", r'agency_yeer does not exist![\s\S]*Did you mean "agency_year"'),
        ("SELEC 1", r'syntax error at or near "SELEC"'),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("", "empty"),
        ("-- nothing", "empty"),
        ("DROP TABLE agency", "type DROP.*only read"),
        ("UPDATE agency SET name = 'x'", "type UPDATE.*only read"),
        ("INSERT INTO agency SELECT * FROM agency", "type INSERT.*only read"),
        ("COPY agency TO 'stolen.csv'", r"type COPY.*only read[\s\S]*gongkai export"),
        ("SET threads = 1", "type SET"),
        ("ATTACH 'other.duckdb'", "type ATTACH"),
        ("SELECT * FROM read_csv('/etc/passwd')", r"disabled by configuration[\s\S]*files and network are closed"),
        ("SELECT * FROM 'http://127.0.0.1:1/x.parquet'", r"files and network are closed|does not exist"),
        ("PIVOT agency ON agency_type USING count(*)", "PIVOT must name its columns"),
    ],
)
def test_a_wrong_query_is_told_what_is_wrong(published_home: Path, sql: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        execute(published_home, sql)


@pytest.mark.parametrize(
    "sql", ["SHOW TABLES", "DESCRIBE indicator", "FROM agency LIMIT 1", "WITH a AS (SELECT 1) FROM a"]
)
def test_other_ways_to_read_are_allowed(published_home: Path, sql: str) -> None:
    assert execute(published_home, sql).rows


def test_unknown_format(published_home: Path) -> None:
    with pytest.raises(QueryError, match=r"'xml'.*table, csv, json, parquet"):
        write_query(published_home, "SELECT 1", "xml")


def test_no_warehouse_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"no warehouse.*gongkai nightly.*gongkai load"):
        execute(tmp_path, "SELECT 1")


def test_a_warehouse_open_for_writing_elsewhere_is_named(published_copy: Path) -> None:
    code = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.readline()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(published_copy / "warehouse.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(WarehouseError, match="open for writing in another program"):
            execute(published_copy, "SELECT 1")
        other.communicate("\n", timeout=30)


def test_reading_needs_none_of_the_heavy_libraries(published_home: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import warehouse.query, warehouse.compare, warehouse.status; "
        "home = Path(sys.argv[1]); warehouse.query.write_query(home, 'SELECT 1 AS a'); "
        "warehouse.compare.compare(home, out=Path(sys.argv[2])); warehouse.status.status(home); "
        "print([m for m in ('pandas', 'pyarrow', 'numpy', 'prefect', 'scrapy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(published_home), str(tmp_path / "c.csv")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[-1] == "[]"
