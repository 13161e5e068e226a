WITH stock AS (
    SELECT
        report_id,
        [rules_in_force, normative_in_force] AS in_force,
        [rules_made, normative_made] AS made,
        [rules_repealed, normative_repealed] AS repealed
    FROM report_wide SEMI JOIN paired USING (report_id)
),
compared AS (
    SELECT
        p.report_id,
        p.other_report_id,
        unnest(['rules', 'normative']) AS kind,
        unnest(b.in_force) AS before,
        unnest(n.made) AS made,
        unnest(n.repealed) AS repealed,
        unnest(n.in_force) AS in_force
    FROM pair AS p
    JOIN stock AS n ON n.report_id = p.report_id
    JOIN stock AS b ON b.report_id = p.other_report_id
    WHERE p.form = 'F2021' AND p.other_form = 'F2021'
)
SELECT
    report_id,
    other_report_id,
    kind AS subject,
    before + made - repealed AS left_value,
    in_force AS right_value,
    abs(left_value - right_value) > greatest(3, 0.1 * abs(left_value)) AS failed,
    -- Documents expire without being repealed; but none comes into force without being made.
    CASE WHEN right_value < left_value THEN 'info' END AS severity,
    false AS inferred,
    concat_ws(' ', 'disclosure.' || kind || '_in_force', 'disclosure.' || kind || '_made', 'disclosure.' || kind || '_repealed') AS cells,
    'disclosure.' || kind || '_in_force' AS other_cells,
    NULL AS detail_en,
    NULL AS detail_zh
FROM compared
WHERE before + made + repealed + in_force IS NOT NULL
