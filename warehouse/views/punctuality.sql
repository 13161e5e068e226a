-- en: When each placed report was published, and when it had to be.
-- zh: 每份已归位报告的发布日期与法定截止日。
-- columns:
--   report_id: {en: Report, zh: 报告}
--   agency_id: {en: Agency, zh: 机构编号}
--   agency_type: {en: Kind of agency, zh: 机构类型}
--   report_year: {en: Year reported on, zh: 报告年度}
--   scope: {en: What the figures cover, zh: 统计口径}
--   published_on: {en: "Date of publication the source gives, of the current version; a page that was moved may give a later day", zh: 来源所示现行版本发布日期；页面迁移后可能偏晚}
--   due_rule: {en: "all_2008: 31 March for every body (regulation of 2008, report years to 2018); department: 31 January and government: 31 March (regulation of 2019, article 49); null: no day is set for this kind of body, as for townships and zones, or it is not known for whom an office reports", zh: all_2008 为 2008 年条例，各机关 3 月 31 日（2018 年度及以前）；department 为 2019 年条例第四十九条，部门 1 月 31 日；government 为政府 3 月 31 日；空为无规定（乡镇、街道、开发区等）或办公厅（室）代表何者不明}
--   due_on: {en: "Last day of publication; null: none is set", zh: 法定截止日；无规定时为空}
--   days_late: {en: "Days from due_on to published_on [day]; negative: before it; null: one of them is not known, or the source gives a day before the year was over", zh: 晚于截止日的天数；负数为提前；任一日期不详或所示日期早于年度结束时为空}
--   on_time: {en: "Published by due_on; null: not known", zh: 是否按期发布；不详时为空}

WITH ruled AS (
    SELECT
        r.report_id,
        r.agency_id,
        a.agency_type,
        r.report_year,
        r.scope,
        r.published_on,
        CASE
            WHEN r.report_year < 2008 OR a.agency_type IS NULL THEN NULL
            WHEN r.report_year <= 2018 THEN 'all_2008'
            WHEN a.agency_type = 'government' THEN 'government'
            -- An office that covers the division issues the government's report; of an unknown scope it may be either.
            WHEN a.agency_type = 'gov_office' AND r.scope IN ('aggregate', 'own_level') THEN 'government'
            WHEN a.agency_type = 'gov_office' AND r.scope = 'own' THEN 'department'
            WHEN a.agency_type IN ('department', 'vertical') THEN 'department'
        END AS due_rule
    FROM report AS r
    JOIN agency AS a ON a.agency_id = r.agency_id
    WHERE r.report_year > 0
),
dated AS (
    SELECT
        *,
        CASE due_rule
            WHEN 'department' THEN make_date(report_year + 1, 1, 31)
            WHEN 'government' THEN make_date(report_year + 1, 3, 31)
            WHEN 'all_2008' THEN make_date(report_year + 1, 3, 31)
        END AS due_on,
        CASE WHEN published_on > make_date(report_year, 12, 31) THEN published_on END AS usable_day
    FROM ruled
)

SELECT
    report_id,
    agency_id,
    agency_type,
    report_year,
    scope,
    published_on,
    due_rule,
    due_on,
    date_diff('day', due_on, usable_day) AS days_late,
    usable_day <= due_on AS on_time
FROM dated
