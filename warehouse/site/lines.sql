-- A row for each agency, and for each portal of which no report is known yet: what is known of its years, and its newest
-- refusal rate. The states are those of the map of coverage of a comparison, by one letter: r read, d read with figures
-- in doubt, u a report without figures, c copies only, a awaited, n not known to be due.
WITH doubted AS (
    SELECT DISTINCT agency_id, report_year FROM report WHERE trust = 'doubtful' AND agency_id IS NOT NULL
),
states AS (
    SELECT
        c.agency_id,
        c.portal_id,
        c.agency_name,
        c.division_id,
        c.report_year,
        CASE
            WHEN NOT c.reported THEN CASE WHEN c.expected THEN 'a' ELSE 'n' END
            WHEN c.only_copies THEN 'c'
            WHEN c.outcome <> 'parsed' THEN 'u'
            WHEN d.agency_id IS NOT NULL THEN 'd'
            ELSE 'r'
        END AS code
    FROM coverage AS c
    LEFT JOIN doubted AS d ON d.agency_id = c.agency_id AND d.report_year = c.report_year
),
lines AS (
    SELECT
        agency_id,
        portal_id,
        any_value(agency_name) AS name,
        any_value(division_id) AS division_id,
        list([report_year::VARCHAR, code]) AS years
    FROM states
    GROUP BY agency_id, portal_id
),
-- The body's own report comes before one of a wider scope, and of several of one kind none is taken.
newest AS (
    SELECT a.agency_id, a.report_year, a.scope, i.value, i.small_n, a.trust
    FROM agency_year AS a
    JOIN indicator AS i ON i.report_id = a.report_id AND i.indicator = 'refusal_rate'
    WHERE i.value IS NOT NULL AND a.n_same_scope = 1
    QUALIFY row_number() OVER (
        PARTITION BY a.agency_id ORDER BY a.report_year DESC, a.scope <> 'own', a.scope, a.report_id
    ) = 1
)
SELECT
    coalesce(g.division_id, l.division_id) AS division_id,
    coalesce(g.agency_id, l.agency_id) AS agency_id,
    coalesce(g.name, l.name) AS name,
    g.agency_type,
    l.years,
    n.report_year,
    n.scope,
    n.value,
    n.small_n,
    n.trust
FROM agency AS g
FULL JOIN lines AS l ON l.agency_id = g.agency_id
LEFT JOIN newest AS n ON n.agency_id = g.agency_id
ORDER BY 3, 2 NULLS LAST, l.portal_id
