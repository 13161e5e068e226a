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
    a.agency_name,
    a.division,
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
    r.outcome,
    r.trust,
    w.is_counted,
    r.source_url,
    w.report_id
FROM agency_meant(agencies) AS m
JOIN report_wide AS w ON w.agency_id = m.agency_id
JOIN indicator AS i ON i.report_id = w.report_id AND i.agency_id = w.agency_id AND i.report_year = w.report_year
JOIN report AS r ON r.report_id = w.report_id AND r.agency_id = w.agency_id
JOIN (
    SELECT a.agency_id, a.name AS agency_name, d.name AS division
    FROM agency AS a LEFT JOIN division AS d ON d.division_id = a.division_id
) AS a ON a.agency_id = w.agency_id
WHERE w.report_year BETWEEN first_year AND last_year
ORDER BY i.indicator, w.report_year, a.agency_name, w.agency_id, w.scope, w.report_id;
COMMENT ON MACRO TABLE compare IS 'compare([agency, …], first_year, last_year): every indicator of these agencies, one row for each report and indicator; agencies by id or name, an ambiguous or unknown name is an error | compare([机构, …], 起始年度, 终止年度)：这些机构的全部指标，每份报告每个指标一行；机构用编号或名称，名称不明或重名时报错';

CREATE MACRO agency_history(agency) AS TABLE
SELECT
    y.report_year - lag(y.report_year) OVER (PARTITION BY y.scope ORDER BY y.report_year) AS years_since_last,
    y.*
FROM agency_meant([agency]) AS m
JOIN agency_year AS y ON y.agency_id = m.agency_id
ORDER BY y.report_year, y.scope, y.report_id;
COMMENT ON MACRO TABLE agency_history IS 'agency_history(agency): all reports of one agency as rows of agency_year, by year; years_since_last over 1: years without a report of this scope lie between. Agency by id or name, an ambiguous or unknown name is an error | agency_history(机构)：一个机构的全部报告，同 agency_year，按年度排列；years_since_last 大于 1 表示其间有年度无该口径报告。机构用编号或名称，名称不明或重名时报错';
