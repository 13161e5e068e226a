-- How often each rule could be applied to a current version, and how often it failed; what is packed closes.
SELECT rule, sum(n)::BIGINT, sum(failed)::BIGINT
FROM (
    SELECT unnest(l.rules) AS rule, p.n, 0 AS failed
    FROM (
        SELECT c.layout_no, count(*) AS n
        FROM store.packed_checks AS c
        JOIN report_version AS v ON v.version_id = c.version_id AND v.is_current
        GROUP BY c.layout_no
    ) AS p
    JOIN store.check_layout AS l ON l.layout_no = p.layout_no
    UNION ALL
    SELECT c.rule, count(*) FILTER (WHERE c.status <> 'not_assessable'), count(*) FILTER (WHERE c.status = 'fail')
    FROM (
        SELECT version_id, rule, status FROM store.odd_check
        UNION ALL
        SELECT version_id, rule, status FROM store.made_check
    ) AS c
    JOIN report_version AS v ON v.version_id = c.version_id AND v.is_current
    GROUP BY c.rule
)
GROUP BY rule
