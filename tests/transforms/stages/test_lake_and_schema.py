"""The declared schema, the rows that must fit it, and the Parquet parts that are made of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pandera.errors
import pyarrow as pa
import pytest

from tests.transforms.layouts import html_page, make_figures, plain_figures
from transforms import lake
from transforms.document import parse_date
from transforms.forms import forms
from transforms.lake.rows import blocks, with_key
from transforms.reading import Reading, read_document
from transforms.schema import arrow_schema, comments, conform, ddl, lake_tables, tables
from transforms.schema.measures import measures

KEY = {"version_id": "v1", "report_id": "r1", "report_year": 2022}


def _rows(reading: Reading, table: str) -> pa.Table:
    """Rows of one version that rests on a reading."""
    return conform(with_key(table, [("v1", "r1", blocks(reading, None)[table])], 2022), table)


def _check_rows(**change: object) -> pa.Table:
    row = {
        **KEY,
        "other_report_id": None,
        "rule": "T3-ROW",
        "subject": "granted",
        "left_value": Decimal("1.0000"),
        "right_value": None,
        "delta": None,
        "status": "pass",
        "severity": "error",
        "inferred": False,
        "cells": "",
        "message": None,
    }
    return pa.Table.from_pylist([row | change], schema=arrow_schema("check_result"))


def test_every_column_is_declared_with_meaning_in_two_languages() -> None:
    for table in tables().values():
        assert table.en
        assert table.zh
        assert set(table.key) <= set(table.column_names), table.name
        for column in table.columns:
            assert column.en, (table.name, column.name)
            assert any("\u4e00" <= c <= "\u9fff" for c in column.zh), (table.name, column.name)
            assert column.sql_type
        for name, target in table.foreign.items():
            other, other_column = target.split(".")
            assert name in table.column_names
            assert other_column in tables()[other].column_names
        assert len(arrow_schema(table.name)) == len(table.columns)
        assert table.name in ddl(table.name)
        assert len(comments(table.name)) == len(table.columns) + 1


def test_tables_by_year_have_a_year() -> None:
    for table in lake_tables():
        if table.by_year:
            assert "report_year" in table.column_names


def test_the_contract_s_columns_are_there() -> None:
    fact = ("report_id", "value", "value_effective", "effective_method", "state", "raw", "locator")
    wanted = {
        "document": ("sha256", "media_type", "bytes", "outcome", "reason", "reader_version"),
        "report_document": ("report_id", "sha256", "source_url", "role", "first_seen", "last_seen"),
        "report_version": ("version_id", "report_id", "version_no", "content_hash", "sha256", "is_current"),
        "disclosure": (*fact, "measure"),
        "application": (*fact, "outcome", "applicant", "is_total"),
        "litigation": (*fact, "channel", "result", "is_total"),
        "check_result": ("version_id", "report_id", "other_report_id", "rule", "delta", "status", "severity", "cells"),
    }
    for table, columns in wanted.items():
        assert set(columns) <= set(tables()[table].column_names), table


def test_the_dictionary_of_measures_has_every_key_of_the_forms() -> None:
    known = {(m.table_name, m.measure) for m in measures()}
    for form in forms().values():
        assert {("disclosure", key) for key in form.measures} <= known
        assert {("application", row.key) for row in form.outcomes} <= known


def test_good_rows_conform() -> None:
    table = conform(_check_rows(), "check_result")
    assert table.schema == arrow_schema("check_result")
    assert table["left_value"].to_pylist() == [Decimal("1.0000")]


@pytest.mark.parametrize(
    "change",
    [{"status": "maybe"}, {"version_id": None}, {"severity": None}, {"rule": None}, {"inferred": None}],
)
def test_a_bad_row_is_refused(change: dict[str, object]) -> None:
    with pytest.raises((pandera.errors.SchemaErrors, pa.ArrowException)):
        conform(_check_rows(**change), "check_result")


def test_a_key_that_stands_twice_or_a_strange_column_is_refused() -> None:
    twice = pa.concat_tables([_check_rows(), _check_rows()])
    with pytest.raises(pandera.errors.SchemaErrors):
        conform(twice, "check_result")
    with pytest.raises(pandera.errors.SchemaErrors):
        conform(_check_rows().append_column("extra", pa.array([1])), "check_result")
    with pytest.raises((pandera.errors.SchemaErrors, KeyError)):
        conform(_check_rows().drop_columns("rule"), "check_result")


def test_values_that_the_type_cannot_hold_are_refused_not_changed() -> None:
    for value in (Decimal("1.23456"), Decimal(10) ** 14):
        with pytest.raises(pa.ArrowException):
            conform(_check_rows(left_value=value), "check_result")


def test_cells_checks_and_warnings_become_rows() -> None:
    figures = plain_figures()
    figures.disclosure["admin_fee_wanyuan"] = "12.345678"
    figures.application["granted", "total"] = "11"
    reading = read_document(html_page(figures))
    cells = _rows(reading, "cell_version").to_pylist()
    assert len(cells) == 200
    by_path = {(c["table_name"], c["row_key"], c["column_key"]): c for c in cells}
    assert by_path["disclosure", "admin_fee_wanyuan", "value"]["value"] == Decimal("12.3457")
    assert by_path["application", "granted", "total"]["is_total"]
    assert not by_path["application", "granted", "natural_person"]["is_total"]
    checks = _rows(reading, "check_result").to_pylist()
    failed = next(c for c in checks if c["rule"] == "T3-ROW" and c["status"] == "fail")
    assert (failed["left_value"], failed["right_value"], failed["delta"]) == (10, 11, -1)
    assert "application.granted.total" in failed["cells"].split()
    warnings = _rows(reading, "reading_warning").to_pylist()
    assert [w["code"] for w in warnings] == ["more_decimals"]
    assert "disclosure.admin_fee_wanyuan" in warnings[0]["cells"]


def test_a_sum_beyond_the_type_is_empty_and_the_rest_stays() -> None:
    reading = read_document(html_page(plain_figures()))
    beyond, *others = reading.checks
    beyond = beyond._replace(left=Decimal(10) ** 14, right=Decimal("1.00005"))
    checks = _rows(replace(reading, checks=(beyond, *others)), "check_result").to_pylist()
    assert len(checks) == len(reading.checks)
    found = {(c["rule"], c["subject"]): (c["left_value"], c["right_value"], c["delta"]) for c in checks}
    assert found[beyond.rule, beyond.subject] == (None, Decimal("1.0000"), Decimal("99999999999999.0000"))
    assert found[others[0].rule, others[0].subject][:2] == (others[0].left, others[0].right)


def test_the_same_rows_give_the_same_bytes_and_are_not_written_again(tmp_path: Path) -> None:
    rows = _rows(read_document(html_page(make_figures(4))), "cell_version").to_pylist()
    part = "cell_version/report_year=2022"
    assert lake.write_table(tmp_path, "cell_version", rows) == [part]
    path = lake.part_path(tmp_path, "cell_version", 2022)
    before = (path.stat().st_mtime_ns, path.read_bytes())
    assert lake.write_table(tmp_path, "cell_version", rows[::-1]) == []
    assert (path.stat().st_mtime_ns, path.read_bytes()) == before
    assert lake.write_table(tmp_path, "cell_version", []) == [part]
    assert not path.exists()


def test_a_corrupt_part_says_which_file_it_is(tmp_path: Path) -> None:
    path = lake.part_path(tmp_path, "report", 2022)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"nothing")
    with pytest.raises(lake.CorruptPart, match="report_year=2022"):
        lake.read_part(tmp_path, "report", 2022)
    assert lake.read_part(tmp_path, "report", 2021).num_rows == 0


def test_dates_as_sources_print_them() -> None:
    day = datetime(2025, 1, 20).date()
    for text in ("2025-01-20", "2025-01-20 10:35", "2025/1/20", "2025年1月20日", "发布时间：2025.01.20"):
        assert parse_date(text) == day, text
    for none in (None, "", "昨天", "2025", "2025-13-45", "20250120"):
        assert parse_date(none) is None
