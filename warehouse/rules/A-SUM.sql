WITH RECURSIVE above(division_id, upper_id, steps) AS (
    SELECT DISTINCT division_id, division_id, 0 FROM judged_report WHERE division_id IS NOT NULL
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
)
SELECT
    s.whole_id AS report_id,
    NULL AS other_report_id,
    s.path AS subject,
    s.total AS left_value,
    f.value AS right_value,
    s.total > f.value AS failed,
    NULL AS severity,
    false AS inferred,
    s.path AS cells,
    NULL AS other_cells,
    s.n::VARCHAR AS detail_en,
    s.n::VARCHAR AS detail_zh
FROM summed AS s
JOIN summable AS f ON f.report_id = s.whole_id AND f.path = s.path
WHERE s.whole_id IN (SELECT report_id FROM chosen)
