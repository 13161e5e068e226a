"""Benchmark (i): the warehouse of a synthetic lake of any size - build, one night, sizes and questions.

``python benchmarks/warehouse.py [reports] [reports of the night] [folder]``. Seconds are wall and CPU of this process;
beside them DuckDB's merely reading every column of the same Parquet (``count`` of each), and each question put to the
plain long table of cells.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.synthetic_lake import YEARS, write_lake, write_year  # noqa: E402
from transforms.lake.packed import pack  # noqa: E402
from transforms.schema import lake_tables  # noqa: E402
from warehouse.build import build, publish  # noqa: E402
from warehouse.connection import warehouse_path  # noqa: E402

# Questions to the views, and the same to the long table where that can answer them by itself.
QUESTIONS: dict[str, tuple[str, str | None]] = {
    "one agency's history": ("FROM agency_history((SELECT min(agency_id) FROM agency))", None),
    "one agency's years": ("FROM agency_year WHERE agency_id = (SELECT min(agency_id) FROM agency)", None),
    "refusal rate by province and year": (
        "SELECT province, report_year, sum(numerator) / sum(denominator) FROM province_year "
        "WHERE indicator = 'refusal_rate' GROUP BY ALL",
        None,
    ),
    "granted by year": (
        "SELECT report_year, sum(granted) FROM report_wide GROUP BY ALL",
        "SELECT report_year, sum(value_effective) FROM long "
        "WHERE row_key = 'granted' AND column_key = 'total' GROUP BY ALL",
    ),
    "every outcome, all years": (
        "SELECT outcome, sum(value_effective) FROM application WHERE applicant = 'total' GROUP BY ALL",
        "SELECT row_key, sum(value_effective) FROM long "
        "WHERE table_name = 'application' AND column_key = 'total' GROUP BY ALL",
    ),
    "cells of one report": (
        "FROM application WHERE report_id = (SELECT max(report_id) FROM report)",
        "FROM long WHERE report_id = (SELECT max(report_id) FROM long) AND table_name = 'application'",
    ),
    "cells that are not as printed": (
        "SELECT count(*) FROM application WHERE effective_method <> 'printed'",
        "SELECT count(*) FROM long WHERE table_name = 'application' AND effective_method <> 'printed'",
    ),
    "rules that fail": ("SELECT rule, count(*) FROM check_result WHERE status = 'fail' GROUP BY ALL", None),
    "doubts by kind": ("SELECT code, count(*) FROM doubt GROUP BY ALL", None),
    "coverage by year": ("SELECT report_year, count(*), sum(reported::INTEGER) FROM coverage GROUP BY ALL", None),
}


def main(reports: int, night: int, folder: Path) -> None:
    """Measure, and print a table for benchmarks/README.md."""
    home = folder / "home"
    tell("writing the lake", lambda: write_lake(home, reports, held_back=night))
    names = [table.name for table in lake_tables()]
    tell("merely reading every column", lambda: read_all(home, names))
    tell("build", lambda: build(home))
    publish(home)
    file = warehouse_path(home)
    print(f"| file | {file.stat().st_size / 1e6:.0f} MB | section_text {share(file, 'section_text'):.0f} MB |")
    agencies = -(-reports // len(YEARS))
    write_year(home, YEARS[-1], agencies, agencies)
    tell("packing a year anew", lambda: pack(home))
    tell(f"a night of {night} reports", lambda: build(home))
    publish(home)
    ask(file, home)
    print(f"| peak memory | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB | |")


def tell(what: str, do: Callable[[], Any]) -> None:
    """Do something and print its seconds as a row of a table."""
    wall, used = time.perf_counter(), cpu()
    do()
    print(f"| {what} | {time.perf_counter() - wall:.2f} s | {cpu() - used:.2f} CPU s |", flush=True)


def cpu() -> float:
    """CPU seconds of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def read_all(home: Path, names: list[str]) -> None:
    """DuckDB reads every column of every table of the lake that is not packed."""
    with duckdb.connect() as connection:
        for name in names:
            if any((home / "lake" / name).rglob("*.parquet")):
                rows = f"read_parquet('{home}/lake/{name}/*/*.parquet', hive_partitioning = false)"
                connection.execute(f"SELECT count(COLUMNS(*)) FROM {rows}").fetchall()


def share(file: Path, table: str) -> float:
    """Megabytes of the file that a table takes."""
    with duckdb.connect(str(file), read_only=True) as connection:
        row = connection.execute(
            f"SELECT count(DISTINCT block_id) * (SELECT block_size FROM pragma_database_size()) / 1e6 "
            f"FROM pragma_storage_info('{table}') WHERE block_id >= 0"
        ).fetchone()
        return float(row[0]) if row else 0.0


def ask(file: Path, home: Path) -> None:
    """Print the seconds that each question takes, the fastest of three, and those of the long table."""
    with duckdb.connect(str(file), read_only=True) as views, duckdb.connect() as plain:
        plain.execute(
            f"CREATE VIEW long AS FROM read_parquet('{home}/lake/cell_version/*/*.parquet', hive_partitioning = false)"
        )
        for question, (ours, theirs) in QUESTIONS.items():
            print(f"| {question} | {fastest(views, ours)} | {fastest(plain, theirs) if theirs else ''} |", flush=True)


def fastest(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Milliseconds of the fastest of three runs."""
    seconds = []
    for _ in range(3):
        begin = time.perf_counter()
        connection.execute(sql).fetchall()
        seconds.append(time.perf_counter() - begin)
    return f"{1000 * min(seconds):.0f} ms"


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:3]]
    with tempfile.TemporaryDirectory(prefix="gongkai-benchmark-", dir=sys.argv[3] if len(sys.argv) > 3 else None) as it:
        main(given[0] if given else 1_000_000, given[1] if len(given) > 1 else 5_000, Path(it))
