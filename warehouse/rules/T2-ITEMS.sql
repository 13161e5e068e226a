SELECT
    p.report_id,
    p.other_report_id,
    replace(n.measure, '_items_prev', '') AS subject,
    b.value_effective + c.value_effective AS left_value,
    n.value_effective AS right_value,
    left_value <> right_value AS failed,
    NULL AS severity,
    false AS inferred,
    'disclosure.' || n.measure AS cells,
    'disclosure.' || b.measure || ' disclosure.' || c.measure AS other_cells,
    NULL AS detail_en,
    NULL AS detail_zh
FROM pair AS p
JOIN disclosure AS n ON n.report_id = p.report_id AND n.measure LIKE '%\_items\_prev' ESCAPE '\'
JOIN disclosure AS b ON b.report_id = p.other_report_id AND b.measure = n.measure
JOIN disclosure AS c
    ON c.report_id = p.other_report_id AND c.measure = replace(n.measure, '_items_prev', '_items_change')
WHERE p.form = 'F2019' AND p.other_form = 'F2019'
    AND n.value_effective + b.value_effective + c.value_effective IS NOT NULL
