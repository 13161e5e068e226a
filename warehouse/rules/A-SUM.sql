WITH RECURSIVE above(division_id, upper_id, steps) AS (
    SELECT DISTINCT division_id, division_id, 0 FROM agency WHERE division_id IS NOT NULL
    UNION ALL
    SELECT a.division_id, d.parent_id, a.steps + 1
    FROM above AS a JOIN division AS d ON d.division_id = a.upper_id
    WHERE d.parent_id IS NOT NULL AND a.steps < 6
),
-- A body belongs to the nearest government above it whose report covers the whole division; so does the report of that
-- government to the next one above, and nothing is counted twice.
assigned AS (
    SELECT part.report_id, w.report_id AS whole_id
    FROM judged_report AS part
    JOIN above AS x ON x.division_id = part.division_id
    JOIN whole AS w
        ON w.division_id = x.upper_id AND w.report_year = part.report_year AND w.report_id <> part.report_id
        AND w.scope = 'aggregate'
    WHERE part.is_single AND part.agency_type <> 'vertical'
        AND (part.scope = 'own' OR part.report_id IN (SELECT report_id FROM whole WHERE scope = 'aggregate'))
        AND (part.scope = 'own' OR x.steps > 0)
    QUALIFY row_number() OVER (PARTITION BY part.report_id ORDER BY x.steps) = 1
    UNION ALL
    SELECT part.report_id, w.report_id
    FROM judged_report AS part
    JOIN whole AS w ON w.division_id = part.division_id AND w.report_year = part.report_year
    WHERE part.is_single AND part.agency_type <> 'vertical' AND part.scope = 'own' AND w.scope = 'own_level'
),
summed AS (
    SELECT a.whole_id, f.path, sum(f.value) AS total, count(*) AS n
    FROM assigned AS a JOIN summable AS f ON f.report_id = a.report_id
    GROUP BY ALL
),
compared AS (
    SELECT s.whole_id, s.path, s.total, f.value, s.n, s.total > f.value AS failed
    FROM summed AS s
    JOIN summable AS f ON f.report_id = s.whole_id AND f.path = s.path
    WHERE s.whole_id IN (SELECT report_id FROM chosen)
),
-- Bodies whose reports are expected and not known, below the wholes that are exceeded.
missing AS (
    SELECT whole_id, count(*) AS n
    FROM (
        SELECT
            c.agency_id,
            c.report_year,
            first_value(w.report_id) OVER (PARTITION BY c.agency_id, c.report_year ORDER BY x.steps) AS whole_id
        FROM coverage AS c
        JOIN agency AS a ON a.agency_id = c.agency_id AND a.agency_type IS DISTINCT FROM 'vertical'
        JOIN above AS x ON x.division_id = c.division_id
        JOIN whole AS w ON w.division_id = x.upper_id AND w.report_year = c.report_year
            AND (w.scope = 'aggregate' OR w.scope = 'own_level' AND x.steps = 0)
        WHERE c.expected AND NOT c.reported AND (c.usual_scope = 'own' OR c.usual_scope = 'aggregate' AND x.steps > 0)
        QUALIFY w.report_id = whole_id
    )
    WHERE whole_id IN (SELECT whole_id FROM compared WHERE failed)
    GROUP BY whole_id
),
below AS (
    SELECT whole_id, count(*) AS n FROM assigned GROUP BY whole_id
)
SELECT
    c.whole_id AS report_id,
    NULL AS other_report_id,
    c.path AS subject,
    c.total AS left_value,
    c.value AS right_value,
    c.failed,
    NULL AS severity,
    false AS inferred,
    c.path AS cells,
    NULL AS other_cells,
    c.n || ' of ' || b.n + coalesce(m.n, 0) AS detail_en,
    b.n + coalesce(m.n, 0) || ' 份应有报告中的 ' || c.n AS detail_zh
FROM compared AS c
JOIN below AS b USING (whole_id)
LEFT JOIN missing AS m USING (whole_id)
