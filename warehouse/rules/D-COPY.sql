WITH
-- Equal figures throughout: of the year before, or of another body for the same year.
figures AS (
    SELECT no, report_id, line_id, report_year, previous_report_id, figures_hash
    FROM judged_report
    WHERE figures_hash IN (SELECT figures_hash FROM judged_report SEMI JOIN chosen USING (report_id))
),
equal AS (
    SELECT n.report_id, n.previous_report_id AS other_report_id
    FROM figures AS n
    JOIN figures AS p ON p.report_id = n.previous_report_id AND p.figures_hash = n.figures_hash
    UNION ALL
    SELECT f.report_id, o.report_id
    FROM figures AS f
    JOIN (SELECT figures_hash, report_year, min(no) AS no FROM figures GROUP BY ALL HAVING count(*) > 1) AS first
        USING (figures_hash, report_year)
    JOIN figures AS o ON o.no = first.no
    WHERE f.line_id <> o.line_id
),
-- Reports without any application are alike by nature.
telling AS (
    SELECT report_id FROM applied WHERE report_id IN (SELECT report_id FROM equal) AND n >= 10
)
SELECT
    report_id,
    other_report_id,
    'text' AS subject,
    round(shared / letters, 4)::DECIMAL(18, 4) AS left_value,
    0.9::DECIMAL(18, 4) AS right_value,
    shared > 0.9 * letters AS failed,
    'info' AS severity,
    false AS inferred,
    '' AS cells,
    NULL AS other_cells,
    NULL AS detail_en,
    NULL AS detail_zh
FROM likeness
UNION ALL
SELECT report_id, other_report_id, 'figures', 1, 0.9, true, 'warning', false, '', NULL, NULL, NULL
FROM equal
WHERE report_id IN (SELECT report_id FROM telling) AND report_id IN (SELECT report_id FROM chosen)
