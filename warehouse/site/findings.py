"""The page of findings: the worst rows of the view ``finding``, each with what to compare in both languages."""

from __future__ import annotations

from typing import Any

import duckdb

from warehouse.compare.rows import is_web
from warehouse.site.places import file_name

SHOWN = 100
# Characters of names and sentences, and of addresses: a page stays within its bound whatever reports say.
LONGEST_TEXT = 120
LONGEST_ADDRESS = 300


def findings_data(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """All that the page shows.

    findings    [severity, rule, agency's file, its name, division, year, what en, what zh, number of cells, address,
                is web, address of the other report, is web]
    in_all      how many there are
    """
    rows = connection.execute(
        """
        SELECT severity, rule, agency_id, left(agency_name, $text), left(division, $text), report_year,
            left(what_en, 2 * $text), left(what_zh, $text), n_cells, left(source_url, $address),
            left(other_source_url, $address)
        FROM finding LIMIT $shown
        """,
        {"text": LONGEST_TEXT, "address": LONGEST_ADDRESS, "shown": SHOWN},
    ).fetchall()
    count = connection.execute("SELECT count(*) FROM finding").fetchone()
    return {
        "findings": [
            [severity, rule, agency and file_name(agency), *told, *_address(url), *_address(other)]
            for severity, rule, agency, *told, url, other in rows
        ],
        "in_all": count[0] if count else 0,
    }


def _address(url: str | None) -> tuple[str | None, bool]:
    return url, url is not None and is_web(url)
