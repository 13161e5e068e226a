-- What differs between the two sides that side.sql has prepared.

CREATE TEMP TABLE candidate AS
SELECT a.report_id
FROM a_report AS a
JOIN b_report AS b USING (report_id)
LEFT JOIN a_print AS p USING (report_id)
LEFT JOIN b_print AS q USING (report_id)
WHERE p.print IS DISTINCT FROM q.print;

CREATE TEMP TABLE figure_change AS
SELECT
    report_id, path,
    o.value AS old_value, n.value AS new_value,
    o.value_effective AS old_value_effective, n.value_effective AS new_value_effective,
    o.effective_method AS old_effective_method, n.effective_method AS new_effective_method,
    o.state AS old_state, n.state AS new_state,
    o.raw AS old_raw, n.raw AS new_raw,
    o.locator AS old_locator, n.locator AS new_locator
FROM (FROM a_cell SEMI JOIN candidate USING (report_id)) AS o
FULL JOIN (FROM b_cell SEMI JOIN candidate USING (report_id)) AS n USING (report_id, path)
WHERE o.value IS DISTINCT FROM n.value OR o.value_effective IS DISTINCT FROM n.value_effective;

-- Reports that are on both sides, and what became of them; one may stand under several changes.
CREATE TEMP TABLE report_change AS
WITH n_figures AS (SELECT report_id, count(*) AS n FROM figure_change GROUP BY report_id),
both_sides AS (
    SELECT b.report_id, coalesce(f.n, 0) AS n, a.version_id IS DISTINCT FROM b.version_id AS is_revised,
        (a.agency_id, a.report_year, a.scope) IS DISTINCT FROM (b.agency_id, b.report_year, b.scope) AS is_reassigned
    FROM a_report AS a JOIN b_report AS b USING (report_id) LEFT JOIN n_figures AS f USING (report_id)
),
change AS (
    SELECT 'added' AS change, report_id, 0 AS n FROM (FROM b_report ANTI JOIN a_report USING (report_id))
    UNION ALL SELECT 'removed', report_id, 0 FROM (FROM a_report ANTI JOIN b_report USING (report_id))
    UNION ALL SELECT 'revised', report_id, n FROM both_sides WHERE is_revised
    UNION ALL SELECT 'reread', report_id, n FROM both_sides WHERE NOT is_revised AND n > 0
    UNION ALL SELECT 'reassigned', report_id, 0 FROM both_sides WHERE is_reassigned
    UNION ALL SELECT 'vanished', report_id, 0 FROM (FROM b_gone ANTI JOIN a_gone USING (report_id))
    UNION ALL SELECT 'returned', report_id, 0 FROM (FROM a_gone ANTI JOIN b_gone USING (report_id))
        SEMI JOIN b_report USING (report_id)
)
SELECT
    c.change,
    -- As the newer side has it; the older one where the newer has the report no more.
    CASE WHEN b.report_id IS NULL THEN a.agency_id ELSE b.agency_id END AS agency_id,
    CASE WHEN b.report_id IS NULL THEN a.agency_name ELSE b.agency_name END AS agency_name,
    CASE WHEN b.report_id IS NULL THEN a.division ELSE b.division END AS division,
    coalesce(b.report_year, a.report_year) AS report_year,
    coalesce(b.scope, a.scope) AS scope,
    c.report_id,
    CASE WHEN b.report_id IS NULL THEN a.title ELSE b.title END AS title,
    c.n AS n_figures,
    a.version_no AS old_version, b.version_no AS new_version,
    a.source_url AS old_source_url, b.source_url AS new_source_url,
    CASE WHEN c.change = 'reassigned' THEN concat_ws('; ',
        CASE WHEN a.agency_id IS DISTINCT FROM b.agency_id THEN 'agency ' || coalesce(a.agency_id, 'none') || ' -> ' || coalesce(b.agency_id, 'none') END,
        CASE WHEN a.report_year <> b.report_year THEN 'year ' || a.report_year || ' -> ' || b.report_year END,
        CASE WHEN a.scope <> b.scope THEN 'scope ' || a.scope || ' -> ' || b.scope END
    ) END AS note
FROM change AS c
LEFT JOIN a_report AS a USING (report_id)
LEFT JOIN b_report AS b USING (report_id);
