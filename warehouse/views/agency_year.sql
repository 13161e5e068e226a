-- en: One wide row for each placed report - names, division, every figure that has one column, every indicator.
-- zh: 每份已归位的报告一行：机构、行政区划、各项数字与全部指标。
-- columns:
--   report_id: {en: Report, zh: 报告}
--   agency_id: {en: Agency, zh: 机构编号}
--   agency_name: {en: Name of the agency, zh: 机构名称}
--   agency_type: {en: Kind of agency, zh: 机构类型}
--   division_id: {en: Division, zh: 行政区划编号}
--   division: {en: Name of the division, zh: 行政区划名称}
--   report_year: {en: Year reported on, zh: 报告年度}
--   scope: {en: "What the figures cover; never add figures of different scopes", zh: 统计口径；不同口径不可相加}
--   form: {en: Regulated form, zh: 报告格式}
--   outcome: {en: "What reading it gave; figures are null unless parsed", zh: 读取结果；未解析时数字为空}
--   trust: {en: "sound, doubtful or unread", zh: 可信度：sound、doubtful、unread}
--   trust_reasons: {en: Rules and warnings behind it, zh: 疑点依据}
--   source_url: {en: Address of the current version, zh: 现行版本网址}
--   published_on: {en: Date of publication the source gives, zh: 来源所示发布日期}
--   only_copies: {en: Known from copies on other hosts alone; such a report has no figures, zh: 仅见于其他网站转载；无数字}
--   n_same_scope: {en: "Reports of this agency for this year and scope; more than 1: look at them before comparing", zh: 同机构同年度同口径的报告数；大于 1 时比较前应先核对}
--   n_inferred: {en: Cells of the report whose value for analysis was not printed, zh: 分析用值非原文所印的单元格数}
--   n_doubtful: {en: Cells of the report in doubt, zh: 存疑单元格数}
--   "*": figures and indicators, generated from measures.yaml and indicators.yaml

SELECT
    r.report_id,
    r.agency_id,
    a.name AS agency_name,
    a.agency_type,
    a.division_id,
    d.name AS division,
    r.report_year,
    r.scope,
    r.form,
    r.outcome,
    r.trust,
    r.trust_reasons,
    r.source_url,
    r.published_on,
    r.version_id IS NULL AS only_copies,
    w.n_same_scope,
    w.n_inferred,
    w.n_doubtful,
    {{figures}}
FROM report_wide AS w
JOIN report AS r ON r.report_id = w.report_id
JOIN agency AS a ON a.agency_id = r.agency_id
LEFT JOIN division AS d ON d.division_id = a.division_id
WHERE r.report_year > 0
