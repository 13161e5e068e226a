WITH items AS (
    SELECT
        report_id,
        [
            licence_items_prev, other_service_items_prev, penalty_items_prev, coercion_items_prev, admin_fee_items_prev
        ] AS before,
        [
            licence_items_change, other_service_items_change, penalty_items_change, coercion_items_change,
            admin_fee_items_change
        ] AS change
    FROM report_wide SEMI JOIN paired USING (report_id)
),
compared AS (
    SELECT
        p.report_id,
        p.other_report_id,
        unnest(['licence', 'other_service', 'penalty', 'coercion', 'admin_fee']) AS kind,
        unnest(b.before) AS before,
        unnest(b.change) AS change,
        unnest(n.before) AS told
    FROM pair AS p
    JOIN items AS n ON n.report_id = p.report_id
    JOIN items AS b ON b.report_id = p.other_report_id
    WHERE p.form = 'F2019' AND p.other_form = 'F2019'
)
SELECT
    report_id,
    other_report_id,
    kind AS subject,
    before + change AS left_value,
    told AS right_value,
    left_value <> right_value AS failed,
    NULL AS severity,
    false AS inferred,
    'disclosure.' || kind || '_items_prev' AS cells,
    'disclosure.' || kind || '_items_prev disclosure.' || kind || '_items_change' AS other_cells,
    NULL AS detail_en,
    NULL AS detail_zh
FROM compared
WHERE told + before + change IS NOT NULL
