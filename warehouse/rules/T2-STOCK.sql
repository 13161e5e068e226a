WITH stock AS (
    SELECT
        report_id,
        split_part(measure, '_', 1) AS kind,
        any_value(value_effective) FILTER (WHERE measure LIKE '%\_in\_force' ESCAPE '\') AS in_force,
        any_value(value_effective) FILTER (WHERE measure LIKE '%\_made' ESCAPE '\') AS made,
        any_value(value_effective) FILTER (WHERE measure LIKE '%\_repealed' ESCAPE '\') AS repealed
    FROM disclosure SEMI JOIN paired USING (report_id)
    WHERE measure IN (
        'rules_made', 'rules_repealed', 'rules_in_force',
        'normative_made', 'normative_repealed', 'normative_in_force'
    )
    GROUP BY ALL
)
SELECT
    p.report_id,
    p.other_report_id,
    n.kind AS subject,
    b.in_force + n.made - n.repealed AS left_value,
    n.in_force AS right_value,
    abs(left_value - right_value) > greatest(3, 0.1 * abs(left_value)) AS failed,
    -- Documents expire without being repealed; but none comes into force without being made.
    CASE WHEN right_value < left_value THEN 'info' END AS severity,
    false AS inferred,
    concat_ws(' ', 'disclosure.' || n.kind || '_in_force', 'disclosure.' || n.kind || '_made', 'disclosure.' || n.kind || '_repealed') AS cells,
    'disclosure.' || n.kind || '_in_force' AS other_cells,
    NULL AS detail_en,
    NULL AS detail_zh
FROM pair AS p
JOIN stock AS n ON n.report_id = p.report_id
JOIN stock AS b ON b.report_id = p.other_report_id AND b.kind = n.kind
WHERE p.form = 'F2021' AND p.other_form = 'F2021' AND b.in_force + n.made + n.repealed + n.in_force IS NOT NULL
