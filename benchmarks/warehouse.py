"""Benchmark (i): the warehouse of a synthetic lake of any size - build, one night, sizes and questions.

``python benchmarks/warehouse.py [reports] [reports of the night] [folder]``. Seconds are wall and CPU of this process;
beside them those of DuckDB for merely reading every column of the same Parquet (``count`` of each), and for loading
every table as it is; each question is also put to the plain long table of cells, by DuckDB and by pandas.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.synthetic.lake import YEARS, write_lake, write_year  # noqa: E402
from transforms.lake.packed import pack  # noqa: E402
from transforms.schema import lake_tables  # noqa: E402
from warehouse.build import build, publish  # noqa: E402
from warehouse.connection import warehouse_path  # noqa: E402

A_BODY = "(SELECT min(agency_id) FROM agency)"
# Questions to the views, and the same to the long table where that can answer them by itself.
QUESTIONS: dict[str, tuple[str, str | None]] = {
    "one agency's history": (
        "SELECT report_year, agency_name, change_en, received_new, granted, outcome_total, disclosure_rate "
        f"FROM agency_history({A_BODY})",
        None,
    ),
    "one agency's history, all 230 columns": (f"FROM agency_history({A_BODY})", None),
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
# What a person with pandas would write: columns and filters handed to the reader, for all cells do not fit into memory.
WITH_PANDAS: dict[str, Callable[[Path], Any]] = {
    "granted by year": lambda long: _summed(long, "report_year", ("row_key", "==", "granted")),
    "every outcome, all years": lambda long: _summed(long, "row_key", ("table_name", "==", "application")),
}


def _summed(long: Path, by: str, which: tuple[str, str, str]) -> Any:
    filters = [which, ("column_key", "==", "total")]
    cells = pd.read_parquet(long, columns=[by, "value_effective"], filters=filters, partitioning=None)
    return cells.groupby(by)["value_effective"].sum()


def main(reports: int, night: int, folder: Path) -> None:
    """Measure, and print a table for benchmarks/README.md."""
    home, stages = folder / "home", Stages()
    tell("writing the lake", lambda: write_lake(home, reports, held_back=night))
    names = [table.name for table in lake_tables()]
    tell("merely reading every column", lambda: read_all(home, names))
    tell("loading every table as it is", lambda: load_all(home, names, folder / "plain.duckdb"))
    tell("build", lambda: build(home, stages.told))
    for stage, seconds in stages.used.items():
        print(f"| of it {stage} | | {seconds:.2f} CPU s |")
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


class Stages:
    """CPU seconds by stage, from what a build tells of its progress."""

    def __init__(self) -> None:
        self.used: Counter[str] = Counter()
        self._last: float | None = None

    def told(self, stage: str, done: int, total: int | None) -> None:
        """Count what was used since the last call as of ``stage``."""
        now = cpu()
        if self._last is not None:
            self.used[stage] += now - self._last
        self._last = now


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


def load_all(home: Path, names: list[str], file: Path) -> None:
    """DuckDB loads every table of the lake that is not packed, without keys, rules or checks; the file is removed."""
    with duckdb.connect(str(file), config={"memory_limit": "3GB"}) as connection:
        for name in names:
            if any((home / "lake" / name).rglob("*.parquet")):
                rows = f"read_parquet('{home}/lake/{name}/*/*.parquet', hive_partitioning = false)"
                connection.execute(f"CREATE TABLE {name} AS FROM {rows}")
    print(f"| its file | {file.stat().st_size / 1e6:.0f} MB | |")
    file.unlink()


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
            seconds = [fastest(lambda sql=ours: views.execute(sql).fetchall())]
            seconds += [fastest(lambda sql=theirs: plain.execute(sql).fetchall())] if theirs else [""]
            with_pandas = WITH_PANDAS.get(question)
            seconds += [fastest(lambda do=with_pandas: do(home / "lake/cell_version"))] if with_pandas else [""]
            print(f"| {question} | {' | '.join(seconds)} |", flush=True)


def fastest(do: Callable[[], Any]) -> str:
    """Milliseconds of the fastest of three runs."""
    seconds = []
    for _ in range(3):
        begin = time.perf_counter()
        do()
        seconds.append(time.perf_counter() - begin)
    return f"{1000 * min(seconds):.0f} ms"


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:3]]
    with tempfile.TemporaryDirectory(prefix="gongkai-benchmark-", dir=sys.argv[3] if len(sys.argv) > 3 else None) as it:
        main(given[0] if given else 1_000_000, given[1] if len(given) > 1 else 5_000, Path(it))
