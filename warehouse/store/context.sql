-- What a report's row in the store says of it besides its figures: one row for each report, made anew at every build,
-- for it depends on other reports. lake_report: the reports as the lake has them; link: what each goes on from;
-- agency_line: through which bodies a series runs.
DELETE FROM store.line;
INSERT INTO store.line SELECT agency_id, line_id FROM agency_line QUALIFY count(*) OVER (PARTITION BY line_id) > 1;

CREATE OR REPLACE TEMP TABLE context AS
WITH
-- Two bodies of one division that both cover the whole of it, as a government and its office, tell the same twice.
whole AS (
    SELECT
        r.report_id,
        count(*) OVER division = 1
        OR coalesce(a.agency_type = 'government', false)
        AND count(*) FILTER (WHERE a.agency_type = 'government') OVER division = 1 AS is_counted
    FROM lake_report AS r JOIN agency AS a ON a.agency_id = r.agency_id
    WHERE r.scope IN ('aggregate', 'own_level') AND r.outcome = 'parsed' AND r.version_id IS NOT NULL
    WINDOW division AS (PARTITION BY a.division_id, r.scope, r.report_year)
),
-- Where sentences of one report tell different fees, none is taken: which one is right is not known.
told AS (
    SELECT version_id, any_value(value) AS fee
    FROM narrative_fact WHERE fact_key = 'information_fee_yuan' AND unit = 'yuan'
    GROUP BY version_id HAVING count(DISTINCT value) = 1
),
-- What the form itself says must add up: rules whose failure is an error.
checks AS (
    SELECT version_id, sum(passed) AS passed, sum(assessed) AS assessed
    FROM (
        SELECT version_id, (status = 'pass')::INTEGER AS passed, 1 AS assessed
        FROM store.odd_check
        WHERE severity = 'error' AND status <> 'not_assessable' AND other_report_id IS NULL
        UNION ALL
        SELECT version_id, len(sides) AS passed, len(sides) AS assessed FROM store.packed_checks
    )
    GROUP BY version_id
)
SELECT
    r.*,
    a.name AS agency_name,
    a.agency_type,
    a.division_id,
    d.name AS division,
    d.level,
    v.division_id AS province_id,
    v.name AS province,
    coalesce(
        link.break_en,
        'goes on from ' || f.name || ' under another name' || coalesce(' (' || s.reason_en || ')', '')
    ) AS change_en,
    coalesce(link.break_zh, f.name || '更名' || coalesce('（' || s.reason_zh || '）', '')) AS change_zh,
    due_on(r.report_year, a.agency_type, r.scope) AS due_on,
    link.previous_report_id,
    coalesce(link.n_same_scope, 1) AS n_same_scope,
    coalesce(link.is_superseded, false) AS is_superseded,
    coalesce(link.n_same_scope = 1 AND NOT link.is_superseded, false) AND coalesce(whole.is_counted, true) AS is_counted,
    link.break_en AS break_reason_en,
    link.break_zh AS break_reason_zh,
    told.fee AS information_fee_yuan,
    checks.passed AS checks_passed,
    checks.assessed AS checks_assessed
FROM lake_report AS r
LEFT JOIN agency AS a ON a.agency_id = r.agency_id
LEFT JOIN division AS d ON d.division_id = a.division_id
-- The first two digits of a code are its province's, whatever lies between (GB/T 2260).
LEFT JOIN division AS v ON v.division_id = left(d.code, 2) || '0000' AND v.level = 'province'
LEFT JOIN link ON link.report_id = r.report_id
LEFT JOIN agency AS f ON f.agency_id = link.previous_agency_id
LEFT JOIN (
    SELECT from_agency_id, to_agency_id, any_value(reason_en) AS reason_en, any_value(reason_zh) AS reason_zh
    FROM agency_succession
    GROUP BY ALL
) AS s ON s.from_agency_id = link.previous_agency_id AND s.to_agency_id = r.agency_id
LEFT JOIN whole ON whole.report_id = r.report_id
LEFT JOIN told ON told.version_id = r.version_id
LEFT JOIN checks ON checks.version_id = r.version_id;
