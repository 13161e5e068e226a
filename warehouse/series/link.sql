-- Through a rename a series goes on: agencies that are joined by renames, one to one, are one line.
CREATE OR REPLACE TEMP TABLE agency_line AS
WITH RECURSIVE renames AS (
    SELECT from_agency_id AS a, to_agency_id AS b
    FROM agency_succession
    WHERE kind = 'rename'
    QUALIFY count(*) OVER (PARTITION BY from_agency_id) = 1 AND count(*) OVER (PARTITION BY to_agency_id) = 1
),
reached(agency_id, other_id) AS (
    SELECT a, a FROM renames UNION SELECT b, b FROM renames
    UNION
    SELECT r.agency_id, CASE WHEN n.a = r.other_id THEN n.b ELSE n.a END
    FROM reached AS r JOIN renames AS n ON r.other_id IN (n.a, n.b)
)
SELECT a.agency_id, coalesce(l.line_id, a.agency_id) AS line_id
FROM agency AS a
LEFT JOIN (SELECT agency_id, min(other_id) AS line_id FROM reached GROUP BY agency_id) AS l USING (agency_id);

-- The year from which a succession shows: that of its date, else the successor's first.
CREATE OR REPLACE TEMP TABLE followed AS
SELECT
    s.from_agency_id,
    f.line_id AS from_line,
    f.name AS from_name,
    s.to_agency_id,
    t.line_id AS to_line,
    t.name AS to_name,
    s.kind,
    coalesce(year(s.effective_on), y.first_year)::INTEGER AS since,
    s.source,
    s.reason_en,
    s.reason_zh,
    s.kind = 'rename' AND f.line_id = t.line_id AS goes_on
FROM agency_succession AS s
JOIN (SELECT agency_id, name, line_id FROM agency JOIN agency_line USING (agency_id)) AS f
    ON f.agency_id = s.from_agency_id
JOIN (SELECT agency_id, name, line_id FROM agency JOIN agency_line USING (agency_id)) AS t
    ON t.agency_id = s.to_agency_id
LEFT JOIN (SELECT agency_id, min(report_year) AS first_year FROM lake_report WHERE report_year > 0 GROUP BY agency_id) AS y
    ON y.agency_id = s.to_agency_id;

-- Divisions that took others in, or were split, under all codes and names that they had since.
CREATE OR REPLACE TEMP TABLE division_event AS
WITH RECURSIVE changes AS (
    SELECT s.*, year(s.effective_on)::INTEGER AS since, CASE s.kind WHEN 'merge' THEN f.name ELSE t.name END AS other_name
    FROM division_succession AS s
    JOIN division AS f ON f.division_id = s.from_division_id
    JOIN division AS t ON t.division_id = s.to_division_id
    WHERE s.kind IN ('merge', 'split') AND s.effective_on IS NOT NULL
),
later(origin, division_id) AS (
    SELECT to_division_id, to_division_id FROM changes WHERE kind = 'merge'
    UNION
    SELECT from_division_id, from_division_id FROM changes WHERE kind = 'split'
    UNION
    SELECT l.origin, s.to_division_id
    FROM later AS l
    JOIN division_succession AS s ON s.from_division_id = l.division_id AND s.kind IN ('rename', 'convert', 'reassign')
)
SELECT DISTINCT
    l.division_id,
    c.since,
    c.kind,
    string_agg(DISTINCT c.other_name, '、' ORDER BY c.other_name) AS others
FROM later AS l
JOIN changes AS c ON l.origin = CASE WHEN c.kind = 'merge' THEN c.to_division_id ELSE c.from_division_id END
GROUP BY l.division_id, c.since, c.kind;

-- What breaks the series of a line, and from which year on. What breaks needs something before it: a body that was
-- made of others has these, any other must have reported itself.
CREATE OR REPLACE TEMP TABLE series_event AS
WITH told AS (
    SELECT
        to_line AS line_id,
        since,
        false AS needs_own,
        CASE kind
            WHEN 'merge' THEN 'took in '
            WHEN 'split' THEN 'split off '
            WHEN 'transfer' THEN 'took over a part of '
            WHEN 'abolish' THEN 'took the place of '
            ELSE 'followed '
        END || string_agg(DISTINCT from_name, ', ' ORDER BY from_name) || ' in ' || since AS en,
        since || ' 年' || CASE kind
            WHEN 'merge' THEN '并入'
            WHEN 'split' THEN '析自'
            WHEN 'transfer' THEN '接收部分职能，来自'
            WHEN 'abolish' THEN '接替已撤销的'
            ELSE '承继'
        END || string_agg(DISTINCT from_name, '、' ORDER BY from_name) AS zh,
        reason_en,
        reason_zh
    FROM followed
    WHERE NOT goes_on
    GROUP BY to_line, since, kind, reason_en, reason_zh
    UNION ALL
    SELECT
        from_line,
        since,
        true,
        CASE kind WHEN 'split' THEN 'was split: ' ELSE 'gave a part of its functions to ' END
        || string_agg(DISTINCT to_name, ', ' ORDER BY to_name) || ' in ' || since,
        since || ' 年' || CASE kind WHEN 'split' THEN '析出' ELSE '部分职能划入' END
        || string_agg(DISTINCT to_name, '、' ORDER BY to_name),
        reason_en,
        reason_zh
    FROM followed
    WHERE kind IN ('split', 'transfer')
    GROUP BY from_line, since, kind, reason_en, reason_zh
    UNION ALL
    SELECT DISTINCT
        l.line_id,
        e.since,
        true,
        CASE e.kind WHEN 'merge' THEN 'its division took in ' ELSE 'split off its division: ' END
        || e.others || ' in ' || e.since,
        e.since || ' 年所在行政区划' || CASE e.kind WHEN 'merge' THEN '并入' ELSE '析出' END || e.others,
        NULL,
        NULL
    FROM agency AS a
    JOIN agency_line AS l ON l.agency_id = a.agency_id
    JOIN division_event AS e ON e.division_id = a.division_id
    WHERE NOT EXISTS (
        SELECT 1 FROM followed AS f
        WHERE f.source = 'division_succession' AND f.since = e.since AND l.line_id IN (f.to_line, f.from_line)
    )
)
SELECT
    line_id,
    since,
    needs_own,
    en || coalesce(' (' || reason_en || ')', '') AS en,
    zh || coalesce('（' || reason_zh || '）', '') AS zh
FROM told
WHERE since IS NOT NULL;

CREATE OR REPLACE TEMP TABLE link AS
WITH placed AS (
    SELECT r.report_id, r.agency_id, l.line_id, r.report_year, r.scope
    FROM lake_report AS r JOIN agency_line AS l ON l.agency_id = r.agency_id
    WHERE r.report_year > 0
),
counted AS (
    SELECT agency_id, report_year, scope, count(*) AS n FROM placed GROUP BY ALL
),
superseded AS (
    SELECT DISTINCT c.agency_id, c.report_year, c.scope
    FROM followed AS f
    JOIN counted AS c ON c.agency_id = f.from_agency_id AND c.report_year >= f.since
    JOIN counted AS n ON n.agency_id = f.to_agency_id AND n.report_year = c.report_year AND n.scope = c.scope
    WHERE f.kind IN ('rename', 'merge', 'abolish')
),
-- Of a line, year and scope the only report, or the only one of the newest body: with several, any pair is a guess.
single AS (
    SELECT p.line_id, p.report_year, p.scope, any_value(p.report_id) AS report_id, any_value(p.agency_id) AS agency_id
    FROM placed AS p ANTI JOIN superseded AS s USING (agency_id, report_year, scope)
    GROUP BY ALL
    HAVING count(*) = 1
),
first_after AS (
    SELECT e.line_id, e.since, e.en, e.zh, p.scope, min(p.report_year) AS report_year
    FROM (SELECT DISTINCT * FROM series_event) AS e
    JOIN placed AS p ON p.line_id = e.line_id AND p.report_year >= e.since
    WHERE NOT e.needs_own OR EXISTS (
        SELECT 1 FROM placed AS b WHERE b.line_id = e.line_id AND b.report_year < e.since
    )
    GROUP BY ALL
),
breaks AS (
    SELECT
        line_id,
        scope,
        report_year,
        string_agg(DISTINCT en, '; ' ORDER BY en) AS en,
        string_agg(DISTINCT zh, '；' ORDER BY zh) AS zh
    FROM first_after
    GROUP BY line_id, scope, report_year
)
SELECT
    p.report_id,
    p.agency_id,
    p.line_id,
    p.report_year,
    p.scope,
    c.n::INTEGER AS n_same_scope,
    s.agency_id IS NOT NULL AS is_superseded,
    CASE WHEN o.report_id = p.report_id THEN b.report_id END AS previous_report_id,
    CASE WHEN o.report_id = p.report_id AND b.agency_id <> p.agency_id THEN b.agency_id END AS previous_agency_id,
    k.en AS break_en,
    k.zh AS break_zh
FROM placed AS p
JOIN counted AS c USING (agency_id, report_year, scope)
LEFT JOIN superseded AS s USING (agency_id, report_year, scope)
LEFT JOIN single AS o ON o.line_id = p.line_id AND o.report_year = p.report_year AND o.scope = p.scope
LEFT JOIN single AS b ON b.line_id = p.line_id AND b.report_year = p.report_year - 1 AND b.scope = p.scope
LEFT JOIN breaks AS k
    ON k.line_id = p.line_id AND k.report_year = p.report_year AND k.scope = p.scope AND s.agency_id IS NULL;
