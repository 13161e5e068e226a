"""A comparison as one HTML page with charts, which holds all it needs and asks no network for anything."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from warehouse.compare.page.data import page_data, shown_indicators
from warehouse.compare.reports import Compared, compared_reports
from warehouse.compare.selection import Agency
from warehouse.connection import CompareError
from warehouse.files import replacing
from warehouse.indicators import Indicator

# A browser on a phone opens a page of this size; about 10 MB of figures.
MAX_FIGURES = 60_000

# What the page consists of besides its data, in the order in which it runs. The libraries are as they were published
# (vendor/versions.yaml); their licences ask to be carried along.
_LIBRARIES = ("d3", "plot")
_SCRIPTS = ("kit.js", "charts.js", "panel.js", "page.js")


def write_page(
    connection: duckdb.DuckDBPyConnection,
    agencies: Sequence[Agency],
    years: frozenset[int] | None,
    wanted: Sequence[Indicator],
    lang: str,
    out: Path,
) -> list[Compared]:
    """Write the page to ``out`` and return its reports; without a report nothing is written.

    Raises CompareError when there are more figures than a browser can be asked to show, WarehouseError when the file
    cannot be written.
    """
    shown = shown_indicators(wanted)
    counted = connection.execute(
        "SELECT count(*) FROM agency_year WHERE agency_id IN (SELECT unnest($agencies)) "
        "AND ($years IS NULL OR list_contains($years, report_year))",
        {"agencies": [agency[0] for agency in agencies], "years": None if years is None else sorted(years)},
    ).fetchone()
    n_figures = (counted[0] if counted else 0) * len(shown)
    if n_figures > MAX_FIGURES:
        raise CompareError(
            f"{out}: a page of {n_figures} figures is more than a browser shows well (at most {MAX_FIGURES}, the six "
            "outcomes included). Name agencies, a division, years or indicators, or write CSV or XLSX."
        )
    compared = compared_reports(connection, agencies, years, shown)
    if compared:
        text = assembled(page_data(connection, agencies, years, wanted, compared, lang), lang)
        with replacing(out) as beside:
            beside.write_text(text, encoding="utf-8")
    return compared


def assembled(data: Mapping[str, Any], lang: str) -> str:
    """The whole page with this data; of its scripts only those run whose hash its policy names."""
    scripts = [*(_file(f"vendor/{name}.min.js") for name in _LIBRARIES), *map(_file, _SCRIPTS)]
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    parts = {
        "LANG": "zh-CN" if lang == "zh" else "en",
        "HASHES": hashes,
        "LICENCES": "\n".join(_file(f"vendor/{name}.LICENSE.txt").strip() for name in _LIBRARIES),
        "STYLE": _file("page.css"),
        "DATA": as_json(data),
        "SCRIPTS": "\n".join(f"<script>{script}</script>" for script in scripts),
    }
    # In one pass, so that nothing in the data is taken for a place to fill.
    return re.sub(r"\{\{([A-Z]+)\}\}", lambda found: parts[found[1]], _file("page.html"))


def as_json(data: Mapping[str, Any]) -> str:
    """JSON that may stand within a script element: nothing in it ends the element or a line of a script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@cache
def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
