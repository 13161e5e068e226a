-- Macros of the published warehouse: each guards an operation that DuckDB answers with inf or nan.

-- A ratio; null when either side is null or the denominator is zero (plain division by zero gives inf).
CREATE MACRO rate(n, d) AS CAST(n AS DOUBLE) / nullif(CAST(d AS DOUBLE), 0);
