"""From the lake's Parquet to one published DuckDB file, and what is read out of it: queries, comparisons, exports."""
