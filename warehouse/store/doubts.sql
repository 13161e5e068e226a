-- How much of each report is in doubt; what is only worth knowing is no doubt.
CREATE OR REPLACE TEMP TABLE doubts AS
SELECT
    report_id,
    count(DISTINCT cell)::INTEGER AS n,
    string_agg(DISTINCT coalesce(cell, '*'), ' ' ORDER BY coalesce(cell, '*')) FILTER (
        WHERE cell IS NULL OR cell NOT LIKE 'application.%' OR cell LIKE '%.total'
        OR cell LIKE 'application.received_new.%'
    ) AS paths
FROM doubt WHERE severity <> 'info' AND {{of}} GROUP BY report_id;
