-- Figures of one meaning in both years: the same cell of the same form, or of class A (domain specification, 2.3).
WITH figure AS (
    SELECT report_id, 'application.' || outcome || '.total' AS path, value_effective AS value, true AS in_all_forms
    FROM application
    WHERE applicant = 'total' AND outcome IN ('received_new', 'outcome_total') AND value_effective > 0
    UNION ALL
    SELECT report_id, 'disclosure.' || measure, value_effective, measure LIKE '%\_decisions' ESCAPE '\'
    FROM disclosure
    WHERE value_effective > 0 AND measure IN (
        'licence_decisions', 'penalty_decisions', 'coercion_decisions', 'admin_fee_wanyuan', 'normative_in_force',
        'normative_published_total', 'procurement_amount_yuan'
    )
    UNION ALL
    SELECT report_id, 'legacy.' || measure, value_effective, false
    FROM legacy_stat
    WHERE value_effective > 0 AND measure IN ('l14_disclosed_items', 'l14_received', 'l14_replied', 'l14_closed')
)
SELECT
    p.report_id,
    p.other_report_id,
    n.path AS subject,
    b.value AS left_value,
    n.value AS right_value,
    greatest(left_value, right_value) >= 100 AND greatest(left_value, right_value) > 5 * least(left_value, right_value)
        AS failed,
    CASE
        WHEN n.path IN ('disclosure.admin_fee_wanyuan', 'disclosure.procurement_amount_yuan')
            AND greatest(left_value, right_value) >= 1000 * least(left_value, right_value) THEN 'warning'
    END AS severity,
    false AS inferred,
    n.path AS cells,
    b.path AS other_cells,
    NULL AS detail_en,
    NULL AS detail_zh
FROM pair AS p
JOIN figure AS n ON n.report_id = p.report_id
JOIN figure AS b ON b.report_id = p.other_report_id AND b.path = n.path
WHERE n.in_all_forms OR p.form = p.other_form
