-- en: Sums over the agencies of a division, one scope at a time, with the change over the same agencies.
-- zh: 行政区划内各机构按口径分别汇总，并附相同机构的同比变化。
-- columns:
--   division_id: {en: Division to which the agencies themselves belong; divisions below it are not in the sum, zh: 机构直接所属的行政区划；不含下级}
--   division: {en: Name of the division, zh: 行政区划名称}
--   report_year: {en: Year reported on, zh: 报告年度}
--   scope: {en: What the figures cover; sums never mix scopes, zh: 统计口径；汇总不混合口径}
--   measure: {en: "Harmonized measure key, or channel_result of table four", zh: 统一指标键，或表四的“途径_结果”}
--   n_reports: {en: Reports whose figure is in the total, zh: 计入合计的报告数}
--   n_missing: {en: "Reports without this figure, or set aside since the agency has several of this year and scope", zh: 无此数字或因同年度同口径有多份而未计入的报告数}
--   n_expected: {en: "Agencies expected to report with this scope, see coverage", zh: 应以此口径报告的机构数，见 coverage}
--   total: {en: "Sum over n_reports reports; null: none has it, or several reports of unknown scope", zh: 合计；均无此数字或多份口径不明时为空}
--   n_inferred: {en: Operands in the total whose value was not printed, zh: 合计中非原文所印的操作数个数}
--   n_doubtful: {en: Reports in the total with an operand in doubt, zh: 合计中含存疑操作数的报告数}
--   n_same: {en: Agencies with the figure both in this year and the year before, zh: 本年与上年均有此数字的机构数}
--   same_total: {en: Sum over those agencies this year, zh: 上述机构本年合计}
--   same_previous_total: {en: Sum over those agencies the year before, zh: 上述机构上年合计}
--   same_change: {en: "Difference of the two; null when not comparable (class C over two forms)", zh: 差值；跨格式不可比时为空}
--   comparability: {en: "Over the forms: A joinable, B joinable with a break, C not comparable", zh: 跨格式可比性}
--   is_break: {en: "One of those agencies changed to another form and the class is not A, or was reorganised", zh: 是否有断点（有机构更换格式且可比性非 A，或有机构、区划变更）}
--   break_reason_en: {en: Why there is a break, zh: 断点原因（英文）}
--   break_reason_zh: {en: Why there is a break in Chinese, zh: 断点原因}

WITH figures AS (
    {{branches}}
),
expected AS (
    SELECT division_id, report_year, usual_scope AS scope, count(DISTINCT agency_id) AS n
    FROM coverage
    WHERE expected AND NOT reported AND agency_id IS NOT NULL AND usual_scope IS NOT NULL
    GROUP BY ALL
),
present AS (
    SELECT w.division_id, w.report_year, w.scope, count(DISTINCT w.agency_id) AS n
    FROM store.report AS w
    WHERE w.agency_id IS NOT NULL AND w.report_year > 0
    GROUP BY ALL
)

SELECT
    f.division_id,
    d.name AS division,
    f.report_year,
    f.scope,
    f.measure,
    f.n_reports,
    f.n_missing,
    coalesce(p.n, 0) + coalesce(e.n, 0) AS n_expected,
    CASE WHEN f.scope = 'unknown' AND f.n_reports > 1 THEN NULL ELSE f.total END AS total,
    f.n_inferred,
    f.n_doubtful,
    f.n_same,
    CASE WHEN f.scope = 'unknown' AND f.n_same > 1 THEN NULL ELSE f.same_total END AS same_total,
    CASE WHEN f.scope = 'unknown' AND f.n_same > 1 THEN NULL ELSE f.same_previous_total END AS same_previous_total,
    CASE
        WHEN f.scope = 'unknown' AND f.n_same > 1 THEN NULL
        WHEN f.comparability = 'C' AND f.forms_differ THEN NULL
        ELSE f.same_total - f.same_previous_total
    END AS same_change,
    f.comparability,
    coalesce(f.forms_differ, false) AND f.comparability <> 'A' OR f.n_reorganised > 0 AS is_break,
    nullif(concat_ws('; ',
        CASE WHEN f.forms_differ AND f.comparability <> 'A' THEN f.reason_en END,
        CASE WHEN f.n_reorganised > 0 THEN f.n_reorganised || ' of the agencies reorganised, see yearly_change' END
    ), '') AS break_reason_en,
    nullif(concat_ws('；',
        CASE WHEN f.forms_differ AND f.comparability <> 'A' THEN f.reason_zh END,
        CASE WHEN f.n_reorganised > 0 THEN f.n_reorganised || ' 个机构有变更，见 yearly_change' END
    ), '') AS break_reason_zh
FROM figures AS f
LEFT JOIN division AS d ON d.division_id = f.division_id
LEFT JOIN expected AS e
    ON e.division_id IS NOT DISTINCT FROM f.division_id AND e.report_year = f.report_year AND e.scope = f.scope
LEFT JOIN present AS p
    ON p.division_id IS NOT DISTINCT FROM f.division_id AND p.report_year = f.report_year AND p.scope = f.scope
