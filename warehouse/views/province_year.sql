-- en: >-
--   Every indicator summed over the agencies of a province, one type, level and scope at a time - whatever covers a
--   whole division is never added to what it covers.
-- zh: 省级行政区划内各机构的指标汇总，按机构类型、层级、口径分别计算；涵盖整个区划者不与其所涵盖者相加。
-- columns:
--   province_id: {en: "Province; null: of the country itself, or not known", zh: 省级行政区划编号；中央或不详时为空}
--   province: {en: Name of the province, zh: 省级行政区划名称}
--   agency_type: {en: Kind of the agencies, zh: 机构类型}
--   level: {en: Level of their divisions, zh: 行政区划层级}
--   scope: {en: What the figures cover, zh: 统计口径}
--   report_year: {en: Year reported on, zh: 报告年度}
--   indicator: {en: Key; defined in indicator_definition, zh: 指标键}
--   n_reports: {en: Reports in the sums, zh: 计入的报告数}
--   n_missing: {en: "Reports left out: without a numerator or denominator, or not to be added up (is_counted)", zh: 未计入的报告数：缺分子或分母，或不可相加（见 is_counted）}
--   numerator: {en: "Sum of the numerators; null: no report, or several of unknown scope, type or level", zh: 分子合计；无报告或多份口径、类型、层级不明时为空}
--   denominator: {en: "Sum of the denominators; null as the numerator, and for counts", zh: 分母合计；数量指标为空，其余同分子}
--   value: {en: "Ratio of the two sums (1 is 100 %), or the count", zh: 两合计之比（1 为 100%）或数量}
--   small_n: {en: A ratio whose denominator is under 30, zh: 分母小于 30 的比率}
--   n_inferred: {en: Operands in the sums whose value was not printed, zh: 非原文所印的操作数个数}
--   n_doubtful: {en: Reports in the sums with an operand in doubt, zh: 含存疑操作数的报告数}
--   comparability: {en: "Over the forms: A joinable, B joinable with a break, C not comparable", zh: 跨格式可比性}

WITH figures AS (
    SELECT
        *,
        is_counted AND numerator IS NOT NULL AND (NOT is_ratio OR denominator IS NOT NULL) AS usable,
        -- Levels hold each other, and so do some scopes: where one is not known, a sum may count twice.
        scope = 'unknown' OR scope <> 'own' AND (level IS NULL OR agency_type IS NULL) AS may_overlap
    FROM (
        {{branches}}
    )
),
summed AS (
    SELECT
        province_id,
        province,
        agency_type,
        level,
        scope,
        report_year,
        indicator,
        is_ratio,
        comparability,
        count(*) FILTER (WHERE usable) AS n_reports,
        count(*) FILTER (WHERE NOT usable) AS n_missing,
        sum(numerator) FILTER (WHERE usable) AS numerator,
        sum(denominator) FILTER (WHERE usable) AS denominator,
        coalesce(sum(n_inferred) FILTER (WHERE usable), 0)::BIGINT AS n_inferred,
        count(*) FILTER (WHERE usable AND n_doubtful > 0) AS n_doubtful,
        bool_or(may_overlap) AND count(*) FILTER (WHERE usable) > 1 AS is_unclear
    FROM figures
    GROUP BY province_id, province, agency_type, level, scope, report_year, indicator, is_ratio, comparability
)

SELECT
    province_id,
    province,
    agency_type,
    level,
    scope,
    report_year,
    indicator,
    n_reports,
    n_missing,
    CASE WHEN NOT is_unclear THEN numerator END AS numerator,
    CASE WHEN NOT is_unclear THEN denominator END AS denominator,
    CASE
        WHEN is_unclear THEN NULL
        WHEN is_ratio THEN rate(numerator, denominator)
        ELSE CAST(numerator AS DOUBLE)
    END AS value,
    NOT is_unclear AND coalesce(denominator < {{small_n}}, false) AS small_n,
    n_inferred,
    n_doubtful,
    comparability
FROM summed
