-- en: >-
--   Where an indicator of a report stands among its true peers - agencies of the same type, level and scope in the same
--   year. Only figures that bear a rank are here - not those of small_n, in doubt, of unknown scope, or of an agency
--   with several reports. Asked by indicator and report_year it is fast.
-- zh: 每份报告的指标在同类机构（同类型、同层级、同口径、同年度）中的位置。分母过小、存疑、口径不明或同年多份报告者不参与排名。
-- columns:
--   agency_id: {en: Agency, zh: 机构编号}
--   agency_type: {en: Kind of agency, zh: 机构类型}
--   level: {en: Level of its division, zh: 行政区划层级}
--   scope: {en: What the figures cover, zh: 统计口径}
--   report_year: {en: Year reported on, zh: 报告年度}
--   indicator: {en: Key; defined in indicator_definition, zh: 指标键}
--   value: {en: Ratio (1 is 100 %) or count, zh: 比率（1 为 100%）或数量}
--   rank: {en: "1: the highest value among the peers; equal values have equal ranks", zh: 名次，1 为最高；同值同名次}
--   n_peers: {en: "Agencies that are ranked, this one included; 1: nobody to compare with", zh: 参与排名的机构数（含本机构）；1 为无可比者}
--   percentile: {en: "Share of the other peers whose value is lower, 0 to 1; null: it has no other peer", zh: 其他同类机构中数值更低者所占比率；无其他机构时为空}
--   peer_median: {en: Median of the n_peers values, zh: 同类机构中位数}
--   peer_p25: {en: "First quartile of the n_peers values, interpolated", zh: 同类机构第一四分位数（插值）}
--   peer_p75: {en: "Third quartile of the n_peers values, interpolated", zh: 同类机构第三四分位数（插值）}
--   n_inferred: {en: Operands whose value for analysis was not printed, zh: 分析用值非原文所印的操作数个数}
--   report_id: {en: Report, zh: 报告}

WITH peers AS (
    SELECT *, CASE WHEN is_ratio THEN rate(numerator, denominator) ELSE CAST(numerator AS DOUBLE) END AS value
    FROM (
        {{branches}}
    )
    WHERE n_same_scope = 1 AND scope <> 'unknown' AND agency_type IS NOT NULL AND level IS NOT NULL
        AND n_doubtful = 0 AND coalesce(denominator >= {{small_n}}, true)
)

SELECT
    agency_id,
    agency_type,
    level,
    scope,
    report_year,
    indicator,
    value,
    rank() OVER (peer ORDER BY value DESC) AS rank,
    count(*) OVER peer AS n_peers,
    CASE WHEN count(*) OVER peer > 1 THEN percent_rank() OVER (peer ORDER BY value) END AS percentile,
    quantile_cont(value, 0.5) OVER peer AS peer_median,
    quantile_cont(value, 0.25) OVER peer AS peer_p25,
    quantile_cont(value, 0.75) OVER peer AS peer_p75,
    n_inferred,
    report_id
FROM peers
WHERE value IS NOT NULL
WINDOW peer AS (PARTITION BY indicator, report_year, agency_type, level, scope)
