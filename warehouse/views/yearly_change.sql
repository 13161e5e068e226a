-- en: >-
--   Change of an indicator against the calendar year before, same agency and same scope, through renames too. Where a
--   reorganisation lies between, the row is marked; of a body that was made of others there is no year before.
-- zh: 同一机构（含更名）、同一口径的指标与上一年度相比的变化（仅相邻年度）；期间有机构或区划变更者注明断点，由他者合并、析出而来者无上年值。
-- columns:
--   agency_id: {en: Agency, zh: 机构编号}
--   report_year: {en: Later of the two years, zh: 报告年度（后一年）}
--   scope: {en: What the figures of both years cover, zh: 两年的统计口径}
--   indicator: {en: Key; defined in indicator_definition, zh: 指标键}
--   value: {en: Value of this year, zh: 本年值}
--   previous_value: {en: Value of the year before, zh: 上年值}
--   change: {en: "Difference of the two; null when one has no value or they are not comparable (class C over two forms)", zh: 差值；任一年无值或跨格式不可比时为空}
--   small_n: {en: Denominator under 30 in one of the years, zh: 任一年分母小于 30}
--   n_inferred: {en: Operands of both years whose value was not printed, zh: 两年中非原文所印的操作数个数}
--   n_doubtful: {en: Operands of both years in doubt, zh: 两年中存疑的操作数个数}
--   comparability: {en: "Over the forms: A joinable, B joinable with a break, C not comparable", zh: 跨格式可比性}
--   is_break: {en: The change is not only one of the facts; break_reason says why, zh: 是否存在断点（变化不全是事实的变化）}
--   break_reason_en: {en: "Why there is a break: another form, a reorganisation, a scope that is not known", zh: 断点原因（英文）：格式、机构或区划变更、口径不明}
--   break_reason_zh: {en: Why there is a break in Chinese, zh: 断点原因}
--   form: {en: Form of this year, zh: 本年报告格式}
--   previous_form: {en: Form of the year before, zh: 上年报告格式}
--   report_id: {en: Report of this year, zh: 本年报告}
--   previous_report_id: {en: "Report of the year before; null: a reorganisation made a new series", zh: 上年报告；空为机构变更后的新序列}
--   previous_agency_id: {en: "Agency of that report, another one where it was renamed", zh: 该报告的机构；更名者为另一编号}

-- previous_report_id is set where exactly one report of either year has the scope: other pairs would be guesses.
SELECT
    now.agency_id,
    now.report_year,
    now.scope,
    now.indicator,
    now.value,
    before.value AS previous_value,
    CASE WHEN d.comparability = 'C' AND forms_differ THEN NULL ELSE now.value - before.value END AS change,
    now.small_n OR coalesce(before.small_n, false) AS small_n,
    now.n_inferred + coalesce(before.n_inferred, 0) AS n_inferred,
    now.n_doubtful + coalesce(before.n_doubtful, 0) AS n_doubtful,
    d.comparability,
    forms_differ AND d.comparability <> 'A' OR now.scope = 'unknown' OR pair.break_reason_en IS NOT NULL AS is_break,
    nullif(concat_ws('; ',
        pair.break_reason_en,
        CASE WHEN forms_differ AND d.comparability <> 'A' THEN d.comparability_reason_en END,
        CASE WHEN now.scope = 'unknown' THEN 'what the figures cover is known for neither year' END
    ), '') AS break_reason_en,
    nullif(concat_ws('；',
        pair.break_reason_zh,
        CASE WHEN forms_differ AND d.comparability <> 'A' THEN d.comparability_reason_zh END,
        CASE WHEN now.scope = 'unknown' THEN '两年统计口径均不明' END
    ), '') AS break_reason_zh,
    pair.form,
    pair.previous_form,
    now.report_id,
    pair.previous_report_id,
    before.agency_id AS previous_agency_id
FROM (
    SELECT
        w.report_id,
        w.previous_report_id,
        w.form,
        w.break_reason_en,
        w.break_reason_zh,
        p.form AS previous_form,
        coalesce(w.form <> p.form, false) AS forms_differ
    FROM store.report AS w
    LEFT JOIN store.report AS p ON p.report_id = w.previous_report_id
    WHERE w.previous_report_id IS NOT NULL OR w.break_reason_en IS NOT NULL
) AS pair
JOIN indicator AS now ON now.report_id = pair.report_id
LEFT JOIN indicator AS before ON before.report_id = pair.previous_report_id AND before.indicator = now.indicator
JOIN indicator_definition AS d ON d.indicator = now.indicator
