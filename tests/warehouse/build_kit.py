"""What the tests of building share."""

from __future__ import annotations

from pathlib import Path

from warehouse.connection import open_published


def part(home: Path, table: str, year: int) -> Path:
    return home / "lake" / table / f"report_year={year}" / "part-0.parquet"


def reports(home: Path) -> set[str]:
    connection = open_published(home)
    try:
        return {report_id for (report_id,) in connection.execute("SELECT report_id FROM report").fetchall()}
    finally:
        connection.close()
