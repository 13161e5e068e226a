-- en: Every indicator of every placed report, with what it was computed from.
-- zh: 每份已归位报告的每个指标及其分子、分母。
-- columns:
--   agency_id: {en: Agency, zh: 机构编号}
--   report_year: {en: Year reported on, zh: 报告年度}
--   scope: {en: "What the figures cover; never add figures of different scopes", zh: 统计口径；不同口径不可相加}
--   indicator: {en: Key; defined in indicator_definition, zh: 指标键，定义见 indicator_definition}
--   numerator: {en: "Numerator; null when one of its operands has no value", zh: 分子；任一操作数无值时为空}
--   denominator: {en: "Denominator; null for counts, and when one of its operands has no value", zh: 分母；数量指标或任一操作数无值时为空}
--   value: {en: "Ratio (1 is 100 %) or count; null when an operand has no value or the denominator is 0", zh: 比率（1 为 100%）或数量；操作数无值或分母为 0 时为空}
--   small_n: {en: A ratio whose denominator is under 30, zh: 分母小于 30 的比率}
--   n_inferred: {en: Operands whose value for analysis was not printed, zh: 分析用值非原文所印的操作数个数}
--   n_doubtful: {en: "Operands in doubt, a doubt about the whole report counted as one; 0: nothing speaks against the figure", zh: 存疑的操作数个数，整份报告存疑另计一个；0 为未见疑点}
--   comparability: {en: "Over the forms: A joinable, B joinable with a break, C not comparable", zh: 跨格式可比性：A 可连接，B 有断点，C 不可比}
--   report_id: {en: Report, zh: 报告}

SELECT
    agency_id,
    report_year,
    scope,
    indicator,
    numerator,
    denominator,
    CASE WHEN is_ratio THEN rate(numerator, denominator) ELSE CAST(numerator AS DOUBLE) END AS value,
    coalesce(denominator < {{small_n}}, false) AS small_n,
    n_inferred,
    n_doubtful,
    comparability,
    report_id
FROM (
    {{branches}}
    -- Clients of DuckDB before 1.5 lose rows of three and more such tables that they fetch in order; of this one, which is
    -- empty, no order is known.
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM range(0)
)
