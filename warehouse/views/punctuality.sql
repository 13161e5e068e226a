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

SELECT
    r.report_id,
    r.agency_id,
    a.agency_type,
    r.report_year,
    r.scope,
    r.published_on,
    due_rule(r.report_year, a.agency_type, r.scope) AS due_rule,
    due_on(r.report_year, a.agency_type, r.scope) AS due_on,
    days_late(r.published_on, due_on(r.report_year, a.agency_type, r.scope), r.report_year) AS days_late,
    days_late(r.published_on, due_on(r.report_year, a.agency_type, r.scope), r.report_year) <= 0 AS on_time
FROM report AS r
JOIN agency AS a ON a.agency_id = r.agency_id
WHERE r.report_year > 0
