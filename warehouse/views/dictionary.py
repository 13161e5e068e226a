"""The dictionary for people, docs/dictionary.md: every table, view, macro, measure and indicator in two languages.

It is written from an empty warehouse, so that it says what the published one says:
``python -m warehouse.views.dictionary > docs/dictionary.md``, or ``make docs``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb

from transforms.schema import Table, tables
from transforms.schema.measures import measures
from warehouse.indicators import formula, indicators, wide_columns
from warehouse.load import columns_sql
from warehouse.store.declared import VIEWED
from warehouse.views import WIDE_TABLE, views, wide_comments
from warehouse.views.empty import create

_OPENING = """\
# Dictionary · 数据字典

Every table, view, column, macro, measure and indicator of the published warehouse. Generated from the declarations
by `make docs`: change those, not this file. The same texts stand in the warehouse itself as comments
(`SELECT * FROM duckdb_columns()`). Units stand in brackets; times are UTC; a null is never a zero.

已发布数据库的全部表、视图、列、宏、指标。本文件由 `make docs` 依声明生成，请勿直接修改。
数据库内的 COMMENT 与此相同。方括号内为单位；时间为 UTC；空值不等于零。

[Tables · 表](#tables--表) · [Views · 视图](#views--视图) · [Macros · 宏](#macros--宏) ·
[Measures · 指标字典](#measures--指标字典) · [Indicators · 分析指标](#indicators--分析指标)
"""

_KIND_OF_STORE = {
    "lake": "In the lake as Parquet, and in the warehouse as it is there.",
    "lake only": "In the lake as Parquet; of the current versions the warehouse has it as the four tables of facts.",
    "warehouse": "Made by the build of the warehouse.",
    "view": "In the warehouse a view over the schema `store`, which holds it packed; to be asked like any table.",
}


def dictionary() -> str:
    """The whole text as Markdown."""
    connection = empty_warehouse()
    try:
        return "\n".join(
            [
                _OPENING,
                "## Tables · 表\n",
                *_tables(connection),
                "## Views · 视图\n",
                *_views(connection),
                "## Macros · 宏\n",
                *_macros(connection),
                "## Measures · 指标字典\n",
                *_measures(),
                "## Indicators · 分析指标\n",
                *_indicators(),
            ]
        )
    finally:
        connection.close()


def empty_warehouse() -> duckdb.DuckDBPyConnection:
    """A warehouse in memory with every table, view and macro and no row; the caller closes it."""
    connection = duckdb.connect()
    create(connection)
    for table in tables().values():
        if not table.published:  # in the lake only
            connection.execute(f'CREATE TABLE "{table.name}" ({columns_sql(table)})')
    return connection


def _tables(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for table in tables().values():
        yield f"### `{table.name}`\n\n{table.en.strip()}\n\n{table.zh.strip()}\n"
        kind = "view" if table.name in VIEWED else table.store if table.published else "lake only"
        yield f"Key: {', '.join(f'`{name}`' for name in table.key)}. {_KIND_OF_STORE[kind]}\n"
        types = _types(connection, table.name)
        yield from _columns((c.name, types[c.name], _meaning(table, c.name), c.zh) for c in table.columns)
    yield f"### `{WIDE_TABLE}`\n"
    yield (
        "One row a report with every figure that has a column of its own: what the views are made of. Ask "
        "`agency_year`, which has the same figures beside names, divisions and indicators.\n"
    )
    yield "每份报告一行，各项数字各占一列；供各视图使用。查询请用 `agency_year`。\n"
    types = _types(connection, WIDE_TABLE)
    yield from _columns((name, types[name], *_languages(text)) for name, text in wide_comments().items())


def _views(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    generated = {column.name for column in wide_columns()} | set(indicators())
    for view in views():
        english, chinese = _languages(view.comment)
        yield f"### `{view.name}`\n\n{english}\n\n{chinese}\n"
        types = _types(connection, view.name)
        own = view.columns
        if view.name == "agency_year":
            own = {name: text for name, text in own.items() if name not in generated}
            yield (
                f"Besides these columns: every figure of [`{WIDE_TABLE}`](#{WIDE_TABLE}) and every "
                "[indicator](#indicators--分析指标), each under its name there.\n\n"
                "另含上述各项数字与全部分析指标，列名与各处相同。\n"
            )
        yield from _columns((name, types[name], *_languages(text)) for name, text in own.items())


def _macros(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield "| macro · 宏 | English | 中文 |\n|---|---|---|"
    for name, parameters, comment in connection.execute(
        "SELECT function_name, parameters, comment FROM duckdb_functions() WHERE NOT internal ORDER BY 1"
    ).fetchall():
        yield _row(f"`{name}({', '.join(parameters)})`", *_languages(comment))
    yield ""


def _measures() -> Iterator[str]:
    yield (
        "Comparability over the forms: A the same concept, B joinable with a break, C not comparable and never joined. "
        "Σ: may be summed over agencies of one scope / over years.\n"
    )
    yield (
        "可比性：A 同一概念；B 可连接但有断点；C 不可比，任何视图均不连接。Σ：可否在同一口径内跨机构相加／跨年相加。\n"
    )
    by_table: dict[str, list[str]] = {}
    for m in measures():
        by_table.setdefault(m.table_name, []).append(
            _row(
                f"`{m.measure}`",
                m.label_en,
                m.label_zh,
                m.unit or "",
                m.kind,
                m.forms,
                f"{_mark(m.summable_over_agencies)} / {_mark(m.summable_over_years)}",
                f"`{m.harmonized_key}`",
                m.comparability,
                "; ".join(text for text in (m.comparability_reason_en, m.comparability_reason_zh) if text),
            )
        )
    for table, lines in by_table.items():
        yield f"### {table}\n"
        yield "| key | English | 中文 | unit | kind | forms | Σ | harmonized key | class | reason · 说明 |"
        yield "|---|---|---|---|---|---|---|---|---|---|"
        yield "\n".join(lines) + "\n"


def _indicators() -> Iterator[str]:
    yield (
        "A ratio is null when its denominator is 0 or an operand has no value; under 30 in the denominator it is "
        "`small_n`. `harmonized.…` stands for the cells that the report's form prints for that harmonized key.\n"
    )
    yield (
        "分母为 0 或任一操作数无值时比率为空；分母小于 30 时标为 `small_n`。"
        "`harmonized.…` 为该报告格式中属于此统一键的单元格。\n"
    )
    yield "| key | English | 中文 | unit | numerator | denominator | class | reason · 说明 |"
    yield "|---|---|---|---|---|---|---|---|"
    for i in indicators().values():
        below = f"`{formula(i.denominator)}`" if i.denominator is not None else ""
        reason = "; ".join(text for text in (i.why_en, i.why_zh) if text)
        yield _row(f"`{i.key}`", i.en, i.zh, i.unit, f"`{formula(i.numerator)}`", below, i.comparability, reason)
    yield ""


def _types(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    return dict(
        connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ?", [name]
        ).fetchall()
    )


def _meaning(table: Table, name: str) -> str:
    column = next(column for column in table.columns if column.name == name)
    unit = f" [{column.unit}]" if column.unit else ""
    target = f" → `{table.foreign[name]}`" if name in table.foreign else ""
    values = f"; one of {', '.join(f'`{value}`' for value in column.values)}" if column.values else ""
    return f"{column.en}{unit}{values}{target}"


def _columns(described: Iterable[tuple[str, str, str, str]]) -> Iterator[str]:
    yield "| column · 列 | type | English | 中文 |\n|---|---|---|---|"
    for name, data_type, english, chinese in described:
        yield _row(f"`{name}`", data_type, english, chinese)
    yield ""


def _languages(comment: str) -> tuple[str, str]:
    english, _, chinese = comment.rpartition(" | ")
    return english, chinese


def _row(*cells: str) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"


def _mark(allowed: bool | None) -> str:
    return "–" if allowed is None else "yes" if allowed else "no"


if __name__ == "__main__":
    print(dictionary())
