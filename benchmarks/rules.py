"""How long the rules over years and agencies take: ``python benchmarks/rules.py HOME [REPORTS]``.

Where ``HOME`` has no lake, a synthetic one of so many reports (100,000) is made there.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.synthetic.lake import write_lake  # noqa: E402
from warehouse import load  # noqa: E402
from warehouse.build import build  # noqa: E402
from warehouse.connection import candidate_path  # noqa: E402
from warehouse.rules import apply_rules, rules  # noqa: E402
from warehouse.series import link_reports  # noqa: E402
from warehouse.store.fill import view_unpublished  # noqa: E402


def main(home: Path, reports: int) -> None:
    """Build the warehouse of a home once, then apply the rules to all reports and to two hundred."""
    if not (home / "lake").exists():
        write_lake(home, reports)
    file = home / "rules.duckdb"
    if not file.exists():
        build(home)
        candidate_path(home).rename(file)
    connection = duckdb.connect(str(file))
    connection.execute("CREATE TEMP TABLE lake_report AS FROM report")
    view_unpublished(connection, load.lake_parts(home))
    _timed("link the reports", lambda: link_reports(connection))
    clock = [time.monotonic()]

    def told(_: str, done: int, __: int | None) -> None:
        print(f"  {_names()[done - 1]:<10} {time.monotonic() - clock[-1]:.1f} s", flush=True)
        clock.append(time.monotonic())

    _timed("all reports", lambda: apply_rules(connection, on_progress=told))
    some = "SELECT report_id, report_year FROM report WHERE report_year = 2025 ORDER BY report_id LIMIT 200"
    _timed("200 reports", lambda: apply_rules(connection, some))
    found = connection.execute("SELECT count(*) FROM store.made_check")
    print(f"{found.fetchall()[0][0]:,} findings")


def _names() -> list[str]:
    return [rule.name for rule in rules() if rule.over == "reports"]


def _timed(what: str, run: Callable[[], object]) -> None:
    wall, processor = time.monotonic(), time.process_time()
    run()
    print(f"{what}: {time.monotonic() - wall:.1f} s, {time.process_time() - processor:.1f} s of processors", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
