-- Figures that may be added up over agencies, of reports of governments and of what these cover.
CREATE OR REPLACE TEMP TABLE whole AS
SELECT report_id, division_id, report_year, scope, agency_name
FROM judged_report
WHERE is_single AND agency_type = 'government' AND scope <> 'own'
QUALIFY count(*) OVER (PARTITION BY division_id, report_year, scope) = 1;

CREATE OR REPLACE TEMP TABLE summable AS
WITH of_governed AS (
    SELECT j.report_id FROM judged_report AS j
    WHERE j.is_single AND j.report_year IN (SELECT report_year FROM whole) AND j.scope <> 'system_aggregate'
)
SELECT f.report_id, 'application.' || f.outcome || '.total' AS path, f.value_effective AS value
FROM application AS f SEMI JOIN of_governed USING (report_id)
WHERE f.applicant = 'total' AND f.value_effective IS NOT NULL
    AND f.outcome IN ('received_new', 'granted', 'outcome_total', 'carried_out')
UNION ALL
SELECT f.report_id, 'disclosure.' || f.measure, f.value_effective
FROM disclosure AS f SEMI JOIN of_governed USING (report_id)
WHERE f.value_effective IS NOT NULL
    AND f.measure IN ('licence_decisions', 'penalty_decisions', 'coercion_decisions', 'normative_made', 'admin_fee_wanyuan')
UNION ALL
SELECT f.report_id, 'litigation.' || f.channel || '.total', f.value_effective
FROM litigation AS f SEMI JOIN of_governed USING (report_id)
WHERE f.result = 'total' AND f.value_effective IS NOT NULL;
