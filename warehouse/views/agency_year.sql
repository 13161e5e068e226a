-- en: One wide row for each placed report - names, division, every figure that has one column, every indicator.
-- zh: 每份已归位的报告一行：机构、行政区划、各项数字与全部指标。
-- columns:
--   report_id: {en: Report, zh: 报告}
--   agency_id: {en: Agency, zh: 机构编号}
--   agency_name: {en: Name of the agency, zh: 机构名称}
--   agency_type: {en: Kind of agency, zh: 机构类型}
--   division_id: {en: Division, zh: 行政区划编号}
--   division: {en: Name of the division, zh: 行政区划名称}
--   level: {en: "Level of the division: country, province, prefecture, county, township, zone", zh: 行政区划层级}
--   province_id: {en: "Province of the division; null: of the country itself, or not known", zh: 所属省级行政区划编号；中央或不详时为空}
--   province: {en: Name of the province, zh: 所属省级行政区划名称}
--   report_year: {en: Year reported on, zh: 报告年度}
--   scope: {en: "What the figures cover; never add figures of different scopes", zh: 统计口径；不同口径不可相加}
--   form: {en: Regulated form, zh: 报告格式}
--   outcome: {en: "What reading it gave; figures are null unless parsed", zh: 读取结果；未解析时数字为空}
--   trust: {en: "sound, doubtful or unread", zh: 可信度：sound、doubtful、unread}
--   trust_reasons: {en: Rules and warnings behind it, zh: 疑点依据}
--   source_url: {en: Address of the current version, zh: 现行版本网址}
--   published_on: {en: Date of publication the source gives, zh: 来源所示发布日期}
--   due_on: {en: "Last day of publication by regulation, see punctuality; null: none is set", zh: 法定公布截止日，见 punctuality；无规定时为空}
--   days_late: {en: "Days from due_on to published_on [day]; negative: before it; null: one of the two is not known", zh: 发布日期晚于截止日的天数；负数为提前；任一日期不详时为空}
--   on_time: {en: "Published by due_on; null: not known", zh: 是否按期发布；不详时为空}
--   only_copies: {en: Known from copies on other hosts alone; such a report has no figures, zh: 仅见于其他网站转载；无数字}
--   n_same_scope: {en: "Reports of this agency for this year and scope; more than 1: look at them before comparing", zh: 同机构同年度同口径的报告数；大于 1 时比较前应先核对}
--   is_counted: {en: "In the sums of views: the only report of its agency, year and scope, no successor reports for it too, and its division's only or its government's where the scope covers a whole division", zh: 是否计入各视图合计：本机构同年度同口径仅此一份，承继者未同时报告，且口径涵盖整个区划时为该区划唯一或政府的一份}
--   previous_report_id: {en: "Report of the year before that the figures go on from, through renames too; null: none, or several", zh: 数字所接续的上一年度报告（含更名前）；无或有多份时为空}
--   break_reason_en: {en: "Reorganisation of the agency or its division between this report and those before; null: none known", zh: 本报告与此前报告之间的机构或区划变更（英文）；空为未知有变更}
--   break_reason_zh: {en: Reorganisation between this report and those before in Chinese, zh: 本报告与此前报告之间的机构或区划变更}
--   change_en: {en: "What lies between this report and those before: break_reason_en, or a rename, through which the figures go on; null: nothing known", zh: 本报告与此前报告之间的变更或更名（英文）；更名时数字可接续；空为未知有变更}
--   change_zh: {en: The same in Chinese, zh: 本报告与此前报告之间的变更或更名；更名时数字可接续}
--   n_inferred: {en: Cells of the report whose value for analysis was not printed, zh: 分析用值非原文所印的单元格数}
--   n_doubtful: {en: Cells of the report in doubt, zh: 存疑单元格数}
--   "*": figures and indicators, generated from measures.yaml and indicators.yaml

SELECT
    w.report_id,
    w.agency_id,
    w.agency_name,
    w.agency_type,
    w.division_id,
    w.division,
    w.level,
    w.province_id,
    w.province,
    w.report_year,
    w.scope,
    w.form,
    w.outcome,
    w.trust,
    w.trust_reasons,
    w.source_url,
    w.published_on,
    w.due_on,
    days_late(w.published_on, w.due_on, w.report_year) AS days_late,
    days_late(w.published_on, w.due_on, w.report_year) <= 0 AS on_time,
    w.version_id IS NULL AS only_copies,
    w.n_same_scope,
    w.is_counted,
    w.previous_report_id,
    w.break_reason_en,
    w.break_reason_zh,
    w.change_en,
    w.change_zh,
    w.n_inferred,
    w.n_doubtful,
    {{figures}}
FROM store.report AS w
WHERE w.agency_id IS NOT NULL AND w.report_year > 0
