-- What the rules look at: reports with figures that are the only one of their line, year and scope.
CREATE OR REPLACE TEMP TABLE judged_report AS
SELECT
    l.report_id,
    r.version_id,
    l.agency_id,
    l.line_id,
    l.report_year,
    l.scope,
    r.form,
    r.sha256,
    a.name AS agency_name,
    a.agency_type,
    a.division_id,
    l.n_same_scope = 1 AND NOT l.is_superseded AS is_single,
    -- Figures that a reorganisation lies between are not held against each other.
    CASE WHEN l.break_en IS NULL THEN l.previous_report_id END AS previous_report_id
FROM link AS l
JOIN report AS r ON r.report_id = l.report_id
JOIN agency AS a ON a.agency_id = l.agency_id
WHERE r.version_id IS NOT NULL AND r.outcome = 'parsed';

-- Those whose findings are made: those that were asked for and every report that a rule holds against one of them.
CREATE OR REPLACE TEMP TABLE chosen AS
WITH touched AS (
    SELECT j.* FROM judged_report AS j SEMI JOIN asked USING (report_id)
)
SELECT report_id FROM touched
UNION
SELECT j.report_id FROM judged_report AS j JOIN touched AS t ON j.previous_report_id = t.report_id
UNION
SELECT t.previous_report_id FROM touched AS t WHERE t.previous_report_id IS NOT NULL
UNION
SELECT j.report_id FROM judged_report AS j JOIN touched AS t ON t.line_id = j.line_id AND t.report_year = j.report_year
UNION
-- Governments and their offices, of whose figures those of the touched may be a part.
SELECT j.report_id
FROM judged_report AS j
JOIN (SELECT DISTINCT report_year FROM touched) AS t USING (report_year)
WHERE j.agency_type IN ('government', 'gov_office');

CREATE OR REPLACE TEMP TABLE pair AS
SELECT n.report_id, p.report_id AS other_report_id, n.form, p.form AS other_form
FROM judged_report AS n
JOIN judged_report AS p ON p.report_id = n.previous_report_id
WHERE n.report_id IN (SELECT report_id FROM chosen) OR p.report_id IN (SELECT report_id FROM chosen);
