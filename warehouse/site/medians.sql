-- Medians and quartiles of indicators among agencies, each group of agencies apart, by indicator, year and scope.
-- Figures that bear no comparison are left out: of too few cases, of reports in doubt, of unknown scope, and of agencies
-- with several reports of one year and scope. Sums over agencies are not made: a report of a whole territory holds those
-- of the bodies in it.
--
-- $agencies, $members: the groups of agencies, as pairs of an id and the number of a group (a page, or a kind of peers).
WITH grouped AS (
    SELECT unnest($agencies::VARCHAR[]) AS agency_id, unnest($members::INTEGER[]) AS member_of
),
fit AS (
    SELECT a.report_id FROM agency_year AS a
    WHERE a.n_same_scope = 1 AND a.scope <> 'unknown' AND a.trust = 'sound'
)
SELECT
    g.member_of,
    i.indicator,
    i.report_year,
    i.scope,
    count(*) AS n,
    quantile_cont(i.value, [0.25, 0.5, 0.75]) AS quartiles
FROM indicator AS i
SEMI JOIN fit USING (report_id)
JOIN grouped AS g ON g.agency_id = i.agency_id
WHERE i.value IS NOT NULL AND NOT i.small_n AND ($indicators IS NULL OR list_contains($indicators, i.indicator))
GROUP BY ALL
HAVING count(*) >= $least
ORDER BY g.member_of, i.indicator, i.report_year, i.scope
