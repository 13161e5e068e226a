-- en: Which agency is expected to have reported for which year, how that is known, and whether it did.
-- zh: 各机构各年度是否应有报告、依据为何、是否已见报告。
-- columns:
--   agency_id: {en: "Agency; null: a portal from which no report of its body has come", zh: 机构；空为尚未获得其报告的门户}
--   agency_name: {en: Name of the agency or the portal's body, zh: 机构名称或门户所登记的发布机构}
--   portal_id: {en: Portal, zh: 门户}
--   division_id: {en: "Division of the agency, or the portal's code", zh: 行政区划}
--   report_year: {en: Year reported on, zh: 报告年度}
--   expected: {en: A report is expected, zh: 是否应有报告}
--   expected_source: {en: "How that is known: registry (first year in the portal registry), reports_before_and_after, report_itself, succeeded (another agency followed), none", zh: 依据：registry 登记的最早年度；reports_before_and_after 前后年度均有报告；report_itself 已有报告；succeeded 已由其他机构承继；none 无依据}
--   reported: {en: A report is known, zh: 是否已有报告}
--   outcome: {en: "What reading the best-read one gave; null: no report", zh: 读取结果（取最好的一份）；空为无报告}
--   n_reports: {en: Reports known for the year, zh: 该年度已知报告数}
--   only_copies: {en: "Known from copies on other hosts alone; null: no report", zh: 是否仅见转载；空为无报告}
--   usual_scope: {en: "Scope of the year's report, else of the nearest year with one; null: no report ever", zh: 该年度或最近年度报告的口径；空为从无报告}

WITH placed AS (
    SELECT agency_id, report_year, scope, outcome, version_id IS NULL AS is_copy, fetched_at
    FROM report
    WHERE agency_id IS NOT NULL AND report_year > 0
),
-- A report is due by 31 March of the year after (regulation of 2019, articles 49 and 50). A year counts as due when
-- that day had passed at the last fetch that brought something, and one report for it at least is known.
horizon AS (
    SELECT least(max(report_year), year(max(seen) - INTERVAL 3 MONTH) - 1) AS last_due_year
    FROM (
        SELECT report_year, fetched_at AS seen FROM placed
        UNION ALL
        SELECT NULL AS report_year, last_seen AS seen FROM report_document
    )
),
registered AS (
    SELECT p.portal_id, p.body, p.region_code, p.first_year, min(a.agency_id) AS agency_id
    FROM portal AS p
    LEFT JOIN (
        SELECT agency_id, portal_id, name FROM agency
        UNION
        SELECT n.agency_id, g.portal_id, n.name FROM agency_name AS n JOIN agency AS g ON g.agency_id = n.agency_id
    ) AS a ON a.portal_id = p.portal_id AND a.name = p.body
    WHERE p.body IS NOT NULL AND p.first_year IS NOT NULL AND p.status <> 'retired'
    GROUP BY ALL
),
first_registered AS (
    SELECT agency_id, min(first_year) AS first_year FROM registered WHERE agency_id IS NOT NULL GROUP BY agency_id
),
succeeded AS (
    SELECT from_agency_id AS agency_id, min(year(effective_on)) AS since
    FROM agency_succession
    -- What only gave a part away goes on.
    WHERE kind IN ('rename', 'merge', 'split', 'abolish') AND effective_on IS NOT NULL
    GROUP BY from_agency_id
),
span AS (
    SELECT agency_id, min(report_year) AS first_reported, max(report_year) AS last_reported FROM placed GROUP BY agency_id
),
agency_years AS (
    SELECT
        s.agency_id,
        s.first_reported,
        s.last_reported,
        unnest(generate_series(
            least(s.first_reported, coalesce(f.first_year, s.first_reported)),
            greatest(s.last_reported, coalesce(h.last_due_year, s.last_reported))
        ))::INTEGER AS report_year
    FROM span AS s
    CROSS JOIN horizon AS h
    LEFT JOIN first_registered AS f ON f.agency_id = s.agency_id
),
reported AS (
    SELECT
        agency_id,
        report_year,
        count(*) AS n_reports,
        bool_and(is_copy) AS only_copies,
        min_by(scope, scope = 'unknown') AS scope,
        arg_min(outcome, list_position(['parsed', 'no_tables', 'out_of_format', 'unreadable'], outcome)) AS outcome
    FROM placed
    GROUP BY agency_id, report_year
),
judged AS (
    SELECT
        y.agency_id,
        y.report_year,
        r.outcome,
        coalesce(r.n_reports, 0) AS n_reports,
        r.only_copies,
        r.scope,
        CASE
            WHEN r.n_reports IS NULL AND c.since <= y.report_year AND y.last_reported < y.report_year THEN 'succeeded'
            WHEN f.first_year <= y.report_year AND y.report_year <= h.last_due_year THEN 'registry'
            WHEN y.first_reported < y.report_year AND y.report_year < y.last_reported THEN 'reports_before_and_after'
            WHEN r.n_reports IS NOT NULL THEN 'report_itself'
            ELSE 'none'
        END AS expected_source
    FROM agency_years AS y
    CROSS JOIN horizon AS h
    LEFT JOIN reported AS r ON r.agency_id = y.agency_id AND r.report_year = y.report_year
    LEFT JOIN first_registered AS f ON f.agency_id = y.agency_id
    LEFT JOIN succeeded AS c ON c.agency_id = y.agency_id
)

SELECT
    j.agency_id,
    a.name AS agency_name,
    a.portal_id,
    a.division_id,
    j.report_year,
    j.expected_source NOT IN ('none', 'succeeded') AS expected,
    j.expected_source,
    j.n_reports > 0 AS reported,
    j.outcome,
    j.n_reports,
    j.only_copies,
    coalesce(
        j.scope,
        last_value(j.scope IGNORE NULLS) OVER (PARTITION BY j.agency_id ORDER BY j.report_year),
        first_value(j.scope IGNORE NULLS) OVER (
            PARTITION BY j.agency_id ORDER BY j.report_year ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        )
    ) AS usual_scope
FROM judged AS j
JOIN agency AS a ON a.agency_id = j.agency_id
UNION ALL
SELECT
    NULL AS agency_id,
    g.body AS agency_name,
    g.portal_id,
    g.region_code AS division_id,
    unnest(generate_series(g.first_year, h.last_due_year))::INTEGER AS report_year,
    true AS expected,
    'registry' AS expected_source,
    false AS reported,
    NULL AS outcome,
    0 AS n_reports,
    NULL AS only_copies,
    NULL AS usual_scope
FROM registered AS g
CROSS JOIN horizon AS h
WHERE g.agency_id IS NULL AND h.last_due_year IS NOT NULL
