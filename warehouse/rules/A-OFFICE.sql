SELECT
    o.report_id,
    w.report_id AS other_report_id,
    f.path AS subject,
    f.value AS left_value,
    g.value AS right_value,
    f.value > g.value AS failed,
    NULL AS severity,
    false AS inferred,
    f.path AS cells,
    f.path AS other_cells,
    NULL AS detail_en,
    NULL AS detail_zh
FROM judged_report AS o
JOIN whole AS w ON w.division_id = o.division_id AND w.report_year = o.report_year
JOIN summable AS f ON f.report_id = o.report_id
JOIN summable AS g ON g.report_id = w.report_id AND g.path = f.path
WHERE o.is_single AND o.agency_type = 'gov_office' AND o.scope = 'own'
    AND (o.report_id IN (SELECT report_id FROM chosen) OR w.report_id IN (SELECT report_id FROM chosen))
