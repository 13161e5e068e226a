WITH compared AS (
    SELECT
        p.report_id,
        p.other_report_id,
        i.applicant,
        o.value_effective AS left_value,
        i.value_effective AS right_value,
        i.effective_method <> 'printed' OR o.effective_method <> 'printed' AS inferred
    FROM pair AS p
    JOIN application AS i ON i.report_id = p.report_id AND i.outcome = 'carried_in'
    JOIN application AS o
        ON o.report_id = p.other_report_id AND o.outcome = 'carried_out' AND o.applicant = i.applicant
    WHERE i.value_effective IS NOT NULL AND o.value_effective IS NOT NULL
),
meets AS (
    SELECT report_id FROM compared WHERE applicant = 'total' AND left_value = right_value
)
SELECT
    report_id,
    other_report_id,
    applicant AS subject,
    left_value,
    right_value,
    left_value <> right_value AS failed,
    -- Under equal totals applicants were only put in other classes.
    CASE WHEN applicant <> 'total' AND report_id IN (SELECT report_id FROM meets) THEN 'info' END AS severity,
    inferred,
    'application.carried_in.' || applicant AS cells,
    'application.carried_out.' || applicant AS other_cells,
    NULL AS detail_en,
    NULL AS detail_zh
FROM compared
