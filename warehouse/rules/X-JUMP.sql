-- Figures of one meaning in both years: the same cell of the same form, or of class A (domain specification, 2.3).
-- Reports are joined before their figures are taken apart: the other way round there would be their square.
WITH figure AS (
    SELECT
        report_id,
        [
            received_new, outcome_total, licence_decisions, penalty_decisions, coercion_decisions, admin_fee_wanyuan,
            normative_in_force, normative_published_total, procurement_amount_yuan, l14_disclosed_items, l14_received,
            l14_replied, l14_closed
        ] AS values
    FROM report_wide SEMI JOIN paired USING (report_id)
),
compared AS (
    SELECT
        p.report_id,
        p.other_report_id,
        p.form = p.other_form AS is_same_form,
        unnest([
            'application.received_new.total', 'application.outcome_total.total', 'disclosure.licence_decisions',
            'disclosure.penalty_decisions', 'disclosure.coercion_decisions', 'disclosure.admin_fee_wanyuan',
            'disclosure.normative_in_force', 'disclosure.normative_published_total',
            'disclosure.procurement_amount_yuan', 'legacy.l14_disclosed_items', 'legacy.l14_received',
            'legacy.l14_replied', 'legacy.l14_closed'
        ]) AS path,
        unnest(b.values) AS left_value,
        unnest(n.values) AS right_value
    FROM pair AS p
    JOIN figure AS n ON n.report_id = p.report_id
    JOIN figure AS b ON b.report_id = p.other_report_id
)
SELECT
    report_id,
    other_report_id,
    path AS subject,
    left_value,
    right_value,
    greatest(left_value, right_value) >= 100 AND greatest(left_value, right_value) > 5 * least(left_value, right_value)
        AS failed,
    CASE
        WHEN path IN ('disclosure.admin_fee_wanyuan', 'disclosure.procurement_amount_yuan')
            AND greatest(left_value, right_value) >= 1000 * least(left_value, right_value) THEN 'warning'
    END AS severity,
    false AS inferred,
    path AS cells,
    path AS other_cells,
    NULL AS detail_en,
    NULL AS detail_zh
FROM compared
WHERE left_value > 0 AND right_value > 0
    AND (is_same_form OR path LIKE 'application.%' OR path LIKE 'disclosure.%\_decisions' ESCAPE '\')
