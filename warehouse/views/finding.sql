-- en: >-
--   Reports most in need of a second look, worst first - one row for each report and each rule that failed, or kind of
--   doubt of the reader, with what to compare. Of two reports that a rule holds against each other the later one has it.
-- zh: 最需复核的报告，由重到轻；每份报告每条未通过的规则或每类读取疑点一行，并说明应比对的内容。两份报告不一致者列于较晚的一份。
-- columns:
--   severity: {en: "error: contradicts the form; warning: suspicious; info: worth knowing, no doubt about a figure", zh: error 与格式勾稽矛盾；warning 存疑；info 仅供参考}
--   rule: {en: Rule id or kind of doubt, zh: 规则编号或疑点类别}
--   rule_over: {en: "report: within one report; reports: over years or agencies; reading: a doubt of the reader; correction", zh: report 报告之内；reports 跨年度或跨机构；reading 读取疑点；correction 更正}
--   report_id: {en: Report, zh: 报告}
--   agency_id: {en: "Agency; null: unplaced", zh: 机构编号；空为未归位}
--   agency_name: {en: Name of the agency, zh: 机构名称}
--   division: {en: Name of the division, zh: 行政区划}
--   report_year: {en: Year reported on, zh: 报告年度}
--   scope: {en: What the figures cover, zh: 统计口径}
--   other_report_id: {en: "The other report of a rule between two; null: none", zh: 另一报告；无则为空}
--   other_agency_name: {en: Its agency, zh: 另一报告的机构}
--   other_year: {en: Its year, zh: 另一报告的年度}
--   n_checks: {en: How many comparisons failed or doubts there are, zh: 未通过或存疑的次数}
--   n_cells: {en: Cells in doubt, zh: 存疑单元格数}
--   cells: {en: "Paths of the cells to look at, the first thirty; empty: the whole report", zh: 应核对的单元格（至多三十个）；空为整份报告}
--   delta: {en: Largest difference of the two sides, zh: 两侧最大差值}
--   what_en: {en: What to compare, zh: 应比对的内容（英文）}
--   what_zh: {en: What to compare in Chinese, zh: 应比对的内容}
--   source_url: {en: Address of the report, zh: 报告网址}
--   other_source_url: {en: Address of the other report, zh: 另一报告网址}

WITH checks AS (
    SELECT
        c.report_id,
        c.rule,
        u.over AS rule_over,
        list_position(['error', 'warning', 'info'], c.severity) AS grade,
        c.other_report_id,
        c.cells,
        c.delta,
        CASE WHEN u.over = 'reports' THEN split_part(c.message, ' | ', 1)
            ELSE u.name_en || ', ' || c.subject || ': ' || coalesce(c.message, '')
            || coalesce(': ' || plain_number(c.left_value) || ' ≠ ' || plain_number(c.right_value), '') END AS what_en,
        CASE WHEN u.over = 'reports' THEN split_part(c.message, ' | ', 2)
            ELSE u.name_zh || '（' || c.subject || '）：' || u.says_zh
            || coalesce('：' || plain_number(c.left_value) || ' ≠ ' || plain_number(c.right_value), '') END AS what_zh
    FROM check_result AS c
    JOIN report AS r ON r.version_id = c.version_id
    LEFT JOIN report AS o ON o.report_id = c.other_report_id
    LEFT JOIN rule AS u ON u.rule = c.rule
    WHERE c.status = 'fail'
        AND NOT EXISTS (
            SELECT 1 FROM settled_check AS s
            WHERE s.version_id = c.version_id AND s.rule = c.rule AND s.subject = c.subject
        )
        -- Each pair once, with the later of the two.
        AND NOT (
            coalesce(u.mirrored AND o.report_id IS NOT NULL, false)
            AND (r.report_year, r.report_id) < (o.report_year, o.report_id)
        )
),
doubts AS (
    SELECT
        d.report_id,
        d.code AS rule,
        CASE d.source WHEN 'warning' THEN 'reading' ELSE d.source END AS rule_over,
        list_position(['error', 'warning', 'info'], d.severity) AS grade,
        NULL AS other_report_id,
        coalesce(d.cell, '') AS cells,
        NULL::DECIMAL(18, 4) AS delta,
        split_part(d.message, ' | ', 1) AS what_en,
        coalesce(nullif(split_part(d.message, ' | ', 2), ''), d.message) AS what_zh
    FROM doubt AS d
    WHERE d.source <> 'check' AND d.severity <> 'info'
),
found AS (
    SELECT
        report_id,
        rule,
        rule_over,
        other_report_id,
        min(grade) AS grade,
        count(*) AS n_checks,
        list_distinct(string_split(trim(string_agg(cells, ' ' ORDER BY cells)), ' ')) AS cell_list,
        max(abs(delta)) AS delta,
        first(what_en ORDER BY grade, coalesce(abs(delta), 0) DESC, what_en) AS what_en,
        first(what_zh ORDER BY grade, coalesce(abs(delta), 0) DESC, what_en) AS what_zh
    FROM (FROM checks UNION ALL FROM doubts)
    GROUP BY report_id, rule, rule_over, other_report_id
)
SELECT
    ['error', 'warning', 'info'][f.grade] AS severity,
    f.rule,
    coalesce(f.rule_over, 'report') AS rule_over,
    f.report_id,
    r.agency_id,
    a.name AS agency_name,
    d.name AS division,
    r.report_year,
    r.scope,
    f.other_report_id,
    b.name AS other_agency_name,
    o.report_year AS other_year,
    f.n_checks,
    len(list_filter(f.cell_list, lambda cell: cell <> '')) AS n_cells,
    coalesce(array_to_string(list_sort(list_filter(f.cell_list, lambda cell: cell <> ''))[1:30], ' '), '') AS cells,
    f.delta,
    f.what_en,
    f.what_zh,
    r.source_url,
    o.source_url AS other_source_url
FROM found AS f
JOIN report AS r ON r.report_id = f.report_id
LEFT JOIN agency AS a ON a.agency_id = r.agency_id
LEFT JOIN division AS d ON d.division_id = a.division_id
LEFT JOIN report AS o ON o.report_id = f.other_report_id
LEFT JOIN agency AS b ON b.agency_id = o.agency_id
ORDER BY f.grade, f.n_checks DESC, n_cells DESC, r.report_year DESC, f.report_id, f.rule, f.other_report_id
