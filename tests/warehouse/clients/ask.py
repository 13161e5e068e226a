"""Prints what a DuckDB client finds in a warehouse, as JSON: ``python ask.py FILE``; runs with any DuckDB since 1.4."""

import json
import sys

import duckdb

AGENCY = "SELECT agency_id FROM agency_year ORDER BY report_year DESC, agency_id LIMIT 1"

with duckdb.connect(sys.argv[1], read_only=True) as connection:
    names = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' "
        "UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main' ORDER BY 1"
    ).fetchall()
    queries = {name: f'FROM "{name}"' for (name,) in names}
    queries["agency_history"] = f"FROM agency_history(({AGENCY}))"
    queries["compare"] = f"FROM compare([({AGENCY})], 2008, 2100)"
    # In text, which all clients write alike; sums of them would hide which row differs.
    found = {
        name: sorted(str([str(value) for value in row]) for row in connection.execute(query).fetchall())
        for name, query in queries.items()
    }
print(json.dumps({"version": duckdb.__version__, "found": found}))
