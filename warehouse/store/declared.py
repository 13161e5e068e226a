"""The tables of the schema ``store``: columns, types and comments in two languages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from transforms.schema import tables
from transforms.schema.packed import FORM_TABLES, packed_cells
from warehouse.indicators import wide_columns
from warehouse.rules import over_reports
from warehouse.views import WIDE_KEYS, views

SCHEMA = "store"
# Table of facts -> what the lake's cell_version calls it, and its names for the row and the column key.
FACTS = {
    "disclosure": ("disclosure", "measure", None),
    "application": ("application", "outcome", "applicant"),
    "litigation": ("litigation", "channel", "result"),
    "legacy_stat": ("legacy", "measure", None),
}
# Tables of the contract that are views over the store.
VIEWED = frozenset({*FACTS, "check_result", "report"})


@dataclass(frozen=True)
class StoreTable:
    """A table of the store: ``columns`` maps each to its SQL type and its comment; ``key`` is checked, not indexed."""

    name: str
    comment: str
    columns: dict[str, tuple[str, str]]
    key: tuple[str, ...]

    @property
    def ddl(self) -> str:
        columns = ", ".join(f'"{name}" {sql_type}' for name, (sql_type, _) in self.columns.items())
        return f'CREATE TABLE {SCHEMA}."{self.name}" ({columns})'


_LAYOUT_NO = ("INTEGER NOT NULL", "Number of the layout | 版式序号")


@cache
def store_tables() -> dict[str, StoreTable]:
    """Every table of the store by name."""
    made = (
        StoreTable(
            "report",
            "One row a report with every figure of its current version; ask report, report_wide and the facts | "
            "每份报告一行，含现行版本全部数字；查询请用 report、report_wide 与各事实表",
            {**_like("report"), **_place(), **_keys(), **_followed(), **_packed(), **_layouts(), **_figures()},
            ("report_id",),
        ),
        StoreTable(
            "line",
            "Agencies that one series runs through under several names, one after the other | 更名前后为同一序列的机构",
            {
                "agency_id": ("VARCHAR NOT NULL", "Agency | 机构"),
                "line_id": ("VARCHAR NOT NULL", "The same for all agencies of the series | 同一序列各机构相同"),
            },
            ("agency_id",),
        ),
        StoreTable(
            "odd_cell",
            "Cells of current versions in tables that are not printed as usual throughout | "
            "未全部按通常写法印出的表的单元格",
            _like("cell_version", leave_out=("version_id", "report_year")),
            ("report_id", "table_name", "row_key", "column_key"),
        ),
        StoreTable(
            "cell_layout",
            "Where the cells of a table stand, one row for all reports laid out alike | 同一版式各单元格的位置",
            {
                "layout_no": _LAYOUT_NO,
                "layout_id": ("VARCHAR NOT NULL", "Id of the layout in the lake | 数据湖中的版式编号"),
                "table_name": ("VARCHAR NOT NULL", "Table of the form | 所属表"),
                **{cell.name: ("VARCHAR", f"Where {cell.path} stands | 位置") for cell in packed_cells()},
            },
            ("layout_no",),
        ),
        StoreTable(
            "packed_checks",
            "Checks of a version that add up whole numbers of the form and close | 各版本中成立的整数勾稽关系",
            {
                "version_id": ("VARCHAR NOT NULL", "Version | 版本"),
                "report_id": ("VARCHAR NOT NULL", "Report | 报告"),
                "report_year": ("INTEGER NOT NULL", "Report year; 0: unplaced | 报告年度；0 为未归位"),
                "layout_no": _LAYOUT_NO,
                "sides": ("INTEGER[] NOT NULL", "Either side of each check of the layout | 各校验两侧的共同值"),
            },
            ("version_id",),
        ),
        StoreTable(
            "odd_check",
            "Every other check of a version | 各版本的其他校验结果",
            _like("check_result"),
            tables()["check_result"].key,
        ),
        StoreTable(
            "made_check",
            "Checks that the build makes over several reports | 建库时跨报告所作的校验",
            _like("check_result"),
            tables()["check_result"].key,
        ),
        StoreTable(
            "assessed",
            "Comparisons that rules over years and agencies made of each report | 跨年度、跨机构规则所作的比较次数",
            {
                "report_id": ("VARCHAR NOT NULL", "Report | 报告"),
                **{rule.column: ("UINTEGER NOT NULL", f"{rule.en} | {rule.zh}") for rule in over_reports()},
            },
            ("report_id",),
        ),
        StoreTable(
            "part",
            "Parts of the lake that the file holds | 本文件所含的数据湖分片",
            {
                "path": ("VARCHAR NOT NULL", "File in the home | 数据目录中的文件"),
                "sha256": ("VARCHAR NOT NULL", "Hash of its bytes | 内容哈希"),
                "nights": ("INTEGER NOT NULL", "Builds in place since the file was made anew | 整体重建以来的增量次数"),
            },
            ("path",),
        ),
        StoreTable(
            "check_layout",
            "The checks that reports have in common | 各报告共有的校验",
            {
                "layout_no": _LAYOUT_NO,
                "layout_id": ("VARCHAR NOT NULL", "Id of the layout in the lake | 数据湖中的版式编号"),
                "rules": ("VARCHAR[] NOT NULL", "Rule ids | 规则编号"),
                "subjects": ("VARCHAR[] NOT NULL", "What each was applied to | 规则对象"),
                "cells": ("VARCHAR[] NOT NULL", "Cells of each | 涉及的单元格"),
                "messages": ("VARCHAR[] NOT NULL", "What each compares | 说明"),
            },
            ("layout_no",),
        ),
    )
    return {table.name: table for table in made}


def _place() -> dict[str, tuple[str, str]]:
    """Name and place of the agency, beside each report: joining a million reports to them takes longer than summing."""
    names = ("agency_name", "agency_type", "division_id", "division", "level", "province_id", "province")
    types = {**dict.fromkeys((*names, "change_en", "change_zh"), "VARCHAR"), "due_on": "DATE"}
    return {name: (sql_type, _view_comment("agency_year", name)) for name, sql_type in types.items()}


def _keys() -> dict[str, tuple[str, str]]:
    return {name: (sql_type, f"{en} | {zh}") for name, (sql_type, en, zh) in WIDE_KEYS.items()}


def _followed() -> dict[str, tuple[str, str]]:
    comment = "A successor reports for this year and scope too | 承继机构亦有该年度同口径报告"
    return {"is_superseded": ("BOOLEAN NOT NULL", comment)}


def _view_comment(view: str, column: str) -> str:
    return next(one.columns[column] for one in views() if one.name == view)


def _packed() -> dict[str, tuple[str, str]]:
    return {"n_cells": ("INTEGER NOT NULL", "Cells of the current version | 现行版本的单元格数")}


def _layouts() -> dict[str, tuple[str, str]]:
    text = "Layout of the table; null: its cells are in odd_cell, or it has none | 该表版式；空为在 odd_cell 或无此表"
    return {f"{table}_layout": ("INTEGER", text) for table in FORM_TABLES}


def _figures() -> dict[str, tuple[str, str]]:
    comments = {column.name: column.comment for column in wide_columns()}
    in_detail = "Applications, where the table is printed as usual throughout | 件数（该表全部按通常写法印出时）"
    figures = {
        cell.name: ("INTEGER", in_detail) if cell.is_detail else ("DECIMAL(18,4)", comments.pop(cell.name))
        for cell in packed_cells()
    }
    return figures | {name: ("DECIMAL(18,4)", comment) for name, comment in comments.items()}


def _like(table: str, leave_out: tuple[str, ...] = ()) -> dict[str, tuple[str, str]]:
    return {
        column.name: (column.sql_type + (" NOT NULL" if column.required else ""), column.comment)
        for column in tables()[table].columns
        if column.name not in leave_out
    }
