-- Macros of the published warehouse that need no table: each guards an operation that DuckDB answers with inf or nan.

-- A ratio; null when either side is null or the denominator is zero (plain division by zero gives inf).
CREATE MACRO rate(n, d) AS CAST(n AS DOUBLE) / nullif(CAST(d AS DOUBLE), 0);
COMMENT ON MACRO rate IS 'rate(n, d): n divided by d; null when one is null or d is 0 | rate(n, d)：n 除以 d；任一为空或 d 为 0 时为空';
