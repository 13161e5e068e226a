-- en: One row for each doubt about a cell of a current version, and for each about a whole current version.
-- zh: 现行版本中每个单元格的每个疑点一行；对整份报告的疑点也占一行。
-- columns:
--   report_id: {en: Report, zh: 报告}
--   version_id: {en: Current version, zh: 现行版本}
--   cell: {en: "Path of the cell in doubt; null: the whole document", zh: 存疑单元格路径；空为整份文件}
--   source: {en: "check: a rule that failed; warning: a doubt of the reader; correction: of corrections.yaml, not applied", zh: check 为校验未通过；warning 为读取时的疑点；correction 为未采用的更正}
--   code: {en: Rule id or kind of warning, zh: 规则编号或警告类别}
--   severity: {en: "error, warning, or info: worth knowing, no doubt about the figure", zh: "严重程度：error、warning；info 仅供参考，不构成疑点"}
--   message: {en: What was found, zh: 说明}

SELECT
    c.report_id,
    c.version_id,
    nullif(unnest(string_split(trim(c.cells), ' ')), '') AS cell,
    'check' AS source,
    c.rule AS code,
    c.severity,
    coalesce(c.message, c.rule || ' ' || c.subject) AS message
FROM check_result AS c
JOIN report_version AS v ON v.version_id = c.version_id AND v.is_current
WHERE c.status = 'fail'
    AND NOT EXISTS (
        SELECT 1 FROM settled_check AS s
        WHERE s.version_id = c.version_id AND s.rule = c.rule AND s.subject = c.subject
    )
UNION ALL
SELECT
    w.report_id,
    w.version_id,
    nullif(unnest(string_split(trim(w.cells), ' ')), '') AS cell,
    'warning' AS source,
    w.code,
    -- What only says how something was read is information: the same kinds as in transforms/reading/trust.py.
    CASE
        WHEN w.code IN ('unit_converted', 'unit_in_cell', 'labels_detached', 'extra_row', 'form_of_other_years', 'office_for_government', 'other_report') THEN 'info'
        ELSE 'warning'
    END AS severity,
    w.message
FROM reading_warning AS w
JOIN report_version AS v ON v.version_id = w.version_id AND v.is_current
UNION ALL
SELECT
    c.report_id,
    r.version_id,
    c.cell,
    'correction' AS source,
    c.action AS code,
    CASE c.state WHEN 'flagged' THEN 'warning' ELSE 'error' END AS severity,
    coalesce(c.amiss, c.reason) AS message
FROM correction AS c
JOIN report_version AS r ON r.report_id = c.report_id AND r.is_current
WHERE c.state IN ('flagged', 'stale')
