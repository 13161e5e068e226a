-- What is compared with the year before.
CREATE OR REPLACE TEMP TABLE pair AS
SELECT n.report_id, p.report_id AS other_report_id, n.form, p.form AS other_form
FROM judged_report AS n
JOIN judged_report AS p ON p.report_id = n.previous_report_id
WHERE n.report_id IN (SELECT report_id FROM chosen) OR p.report_id IN (SELECT report_id FROM chosen);

CREATE OR REPLACE TEMP TABLE paired AS
SELECT report_id FROM pair UNION SELECT other_report_id FROM pair;

-- Figures that may be added up over agencies, of reports of governments and of what these cover.
CREATE OR REPLACE TEMP TABLE whole AS
SELECT report_id, division_id, report_year, scope, agency_name
FROM judged_report
WHERE is_single AND agency_type = 'government' AND scope <> 'own' AND report_year IN (
    SELECT report_year FROM judged_report SEMI JOIN chosen USING (report_id)
    WHERE agency_type IN ('government', 'gov_office')
)
QUALIFY count(*) OVER (PARTITION BY division_id, report_year, scope) = 1;

CREATE OR REPLACE TEMP TABLE summable AS
WITH of_governed AS (
    SELECT j.report_id FROM judged_report AS j
    WHERE j.is_single AND j.report_year IN (SELECT report_year FROM whole) AND j.scope <> 'system_aggregate'
)
FROM (
    SELECT
        report_id,
        received_new AS "application.received_new.total",
        granted AS "application.granted.total",
        outcome_total AS "application.outcome_total.total",
        carried_out AS "application.carried_out.total",
        licence_decisions AS "disclosure.licence_decisions",
        penalty_decisions AS "disclosure.penalty_decisions",
        coercion_decisions AS "disclosure.coercion_decisions",
        normative_made AS "disclosure.normative_made",
        admin_fee_wanyuan AS "disclosure.admin_fee_wanyuan",
        review_total AS "litigation.review.total",
        suit_direct_total AS "litigation.suit_direct.total",
        suit_after_review_total AS "litigation.suit_after_review.total"
    FROM report_wide SEMI JOIN of_governed USING (report_id)
)
UNPIVOT (value FOR path IN (COLUMNS(* EXCLUDE report_id)));
