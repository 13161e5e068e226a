-- Macros of the published warehouse that read its tables and views, so they are created last. A text means an agency
-- by its id, an id that was merged into it, its present name or, if that is nobody's, any other name it has had.

CREATE MACRO agency_named(asked) AS TABLE
WITH wanted AS (
    SELECT DISTINCT unnest(asked)::VARCHAR AS asked_for
),
found AS (
    SELECT w.asked_for, a.agency_id, 'id' AS matched_by, 1 AS place
    FROM wanted AS w JOIN agency AS a ON a.agency_id = w.asked_for
    UNION ALL
    SELECT w.asked_for, m.agency_id, 'former id' AS matched_by, 1 AS place
    FROM wanted AS w JOIN agency_alias AS m ON m.alias_id = w.asked_for
    UNION ALL
    SELECT w.asked_for, a.agency_id, 'name' AS matched_by, 2 AS place
    FROM wanted AS w JOIN agency AS a ON a.name = w.asked_for
    UNION ALL
    SELECT DISTINCT w.asked_for, n.agency_id, 'other name' AS matched_by, 3 AS place
    FROM wanted AS w JOIN agency_name AS n ON n.name = w.asked_for
)
SELECT f.asked_for, f.agency_id, a.name AS agency_name, d.name AS division, f.matched_by
FROM found AS f
JOIN agency AS a ON a.agency_id = f.agency_id
LEFT JOIN division AS d ON d.division_id = a.division_id
QUALIFY rank() OVER (PARTITION BY f.asked_for ORDER BY f.place) = 1;
COMMENT ON MACRO TABLE agency_named IS 'agency_named([text, …]): every agency that a text may mean, by id, present name, or else any other name; no row: none | agency_named([文本, …])：每个文本可能所指的机构，依次按编号、现名、其他名称；无行则无此机构';

-- Figures of a namesake would be worse than none: a text that means nobody, or several, is an error with a way out.
CREATE MACRO agency_meant(asked) AS TABLE
WITH wanted AS (
    SELECT DISTINCT unnest(asked)::VARCHAR AS asked_for
),
candidates AS (
    SELECT
        asked_for,
        list(DISTINCT agency_id ORDER BY agency_id) AS ids,
        string_agg(DISTINCT agency_id || ' ' || agency_name || coalesce(' (' || division || ')', ''), ', ') AS listed
    FROM agency_named(asked)
    GROUP BY asked_for
)
SELECT DISTINCT
    CASE
        WHEN c.ids IS NULL THEN error(
            'No agency is called ''' || w.asked_for || '''. Search for a part of its name: SELECT agency_id, name FROM '
            || 'agency_name WHERE name LIKE ''%…%''; or on the command line: gongkai agency find ' || w.asked_for
        )
        WHEN len(c.ids) > 1 THEN error(
            '''' || w.asked_for || ''' may be any of ' || len(c.ids) || ' agencies; give the id of the one that you mean: '
            || left(c.listed, 600)
        )
        ELSE c.ids[1]
    END AS agency_id
FROM wanted AS w
LEFT JOIN candidates AS c ON c.asked_for = w.asked_for;
COMMENT ON MACRO TABLE agency_meant IS 'agency_meant([text, …]): the ids of exactly these agencies; an error names a text that means none or several | agency_meant([文本, …])：所指机构的编号；文本无所指或所指不止一个时报错并列出候选';

CREATE MACRO compare(agencies, first_year, last_year) AS TABLE
SELECT
    w.agency_id,
    w.agency_name,
    w.division,
    w.report_year,
    w.scope,
    w.form,
    i.indicator,
    i.numerator,
    i.denominator,
    i.value,
    i.small_n,
    i.n_inferred,
    i.n_doubtful,
    i.comparability,
    w.outcome,
    w.trust,
    w.is_counted,
    w.source_url,
    w.report_id
FROM (
    SELECT m.agency_id FROM agency_meant(agencies) AS m
    UNION
    SELECT other.agency_id
    FROM agency_meant(agencies) AS m
    JOIN store.line AS own ON own.agency_id = m.agency_id
    JOIN store.line AS other ON other.line_id = own.line_id
) AS m
JOIN store.report AS w ON w.agency_id = m.agency_id
JOIN indicator AS i ON i.report_id = w.report_id AND i.agency_id = w.agency_id AND i.report_year = w.report_year
WHERE w.report_year BETWEEN first_year AND last_year
ORDER BY i.indicator, w.report_year, w.agency_name, w.agency_id, w.scope, w.report_id;
COMMENT ON MACRO TABLE compare IS 'compare([agency, …], first_year, last_year): every indicator of these agencies, under their former and later names too, one row for each report and indicator; agencies by id or name, an ambiguous or unknown name is an error | compare([机构, …], 起始年度, 终止年度)：这些机构（含更名前后）的全部指标，每份报告每个指标一行；机构用编号或名称，名称不明或重名时报错';

-- Before an agency stand those that it followed, behind it those that followed it, never what merely stood beside it.
CREATE MACRO agency_history(agency) AS TABLE
WITH RECURSIVE asked AS MATERIALIZED (
    SELECT agency_id FROM agency_meant([agency])
),
edges AS MATERIALIZED (
    SELECT from_agency_id, to_agency_id, kind, coalesce(year(effective_on), 0) AS since
    FROM agency_succession WHERE kind <> 'transfer'
),
-- ``until``: a body that was split goes on with what is not of this history.
before(agency_id, until) AS (
    SELECT agency_id, 9999 FROM asked
    UNION
    SELECT e.from_agency_id, CASE WHEN e.kind = 'split' AND e.since > 0 THEN least(b.until, e.since - 1) ELSE b.until END
    FROM before AS b JOIN edges AS e ON e.to_agency_id = b.agency_id
),
after(agency_id, since) AS (
    SELECT agency_id, 0 FROM asked
    UNION
    SELECT e.to_agency_id, greatest(a.since, e.since) FROM after AS a JOIN edges AS e ON e.from_agency_id = a.agency_id
),
part AS (
    SELECT agency_id, min(first_year) AS first_year, max(last_year) AS last_year
    FROM (
        SELECT agency_id, 0 AS first_year, until AS last_year FROM before
        UNION ALL
        SELECT agency_id, since, 9999 FROM after
    )
    GROUP BY agency_id
)
SELECT
    y.report_year - max(y.report_year) OVER (
        PARTITION BY y.scope ORDER BY y.report_year RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS years_since_last,
    y.change_en,
    y.change_zh,
    y.* EXCLUDE (change_en, change_zh)
FROM agency_year AS y
-- By ids, not joined: to plan a join of a span of years to so many computed columns takes DuckDB 2.0.1 seconds.
WHERE y.agency_id IN (SELECT agency_id FROM part) AND y.report_id IN (
    SELECT r.report_id
    FROM report AS r
    JOIN part ON part.agency_id = r.agency_id AND r.report_year BETWEEN part.first_year AND part.last_year
)
ORDER BY y.report_year, y.agency_name, y.scope, y.report_id;
COMMENT ON MACRO TABLE agency_history IS 'agency_history(agency): all reports of an agency and of those that it followed or that followed it, as rows of agency_year, by year. change_en and change_zh: what lies between a report and those before, a rename, merger, split or transfer, or another division; is_counted false: a successor tells of the same year too. years_since_last over 1: years without a report of this scope lie between. Agency by id or name, an ambiguous or unknown name is an error | agency_history(机构)：一个机构及其前身、承继者的全部报告，同 agency_year，按年度排列；change_en、change_zh 为与此前报告之间的更名、合并、拆分、职能划转或区划变更；years_since_last 大于 1 表示其间有年度无该口径报告。机构用编号或名称，名称不明或重名时报错';
