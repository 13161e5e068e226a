-- What is compared of one side, `{side}` being `a` or `b`; the schema of that name holds its tables.

CREATE TEMP TABLE {side}_report AS
SELECT
    r.report_id, r.agency_id, g.name AS agency_name, d.name AS division, r.report_year, r.scope, r.title,
    r.source_url, r.version_id, v.version_no
FROM {side}.report AS r
LEFT JOIN {side}.agency AS g ON g.agency_id = r.agency_id
LEFT JOIN {side}.division AS d ON d.division_id = g.division_id
LEFT JOIN {side}.report_version AS v ON v.version_id = r.version_id;

-- Reports whose page is gone, by the last that was seen of it.
CREATE TEMP TABLE {side}_gone AS
SELECT report_id FROM {side}.report_event WHERE event IN ('vanished', 'returned')
GROUP BY report_id HAVING arg_max(event, (happened_at, event)) = 'vanished';

CREATE TEMP VIEW {side}_cell AS
SELECT report_id, 'disclosure.' || measure AS path, value, value_effective, effective_method, state, raw, locator
FROM {side}.disclosure
UNION ALL
SELECT report_id, 'application.' || outcome || '.' || applicant, value, value_effective, effective_method, state, raw, locator
FROM {side}.application
UNION ALL
SELECT report_id, 'litigation.' || channel || '.' || result, value, value_effective, effective_method, state, raw, locator
FROM {side}.litigation
UNION ALL
SELECT report_id, 'legacy.' || measure, value, value_effective, effective_method, state, raw, locator
FROM {side}.legacy_stat;

-- One number for all figures of a report, in whatever order they lie: hundreds of cells a report are looked at one by
-- one only where these differ. Cells without a figure count as absent, for another form prints other cells.
CREATE TEMP TABLE {side}_print AS
SELECT report_id, sum(cell) AS print
FROM (
    SELECT report_id, hash('d', measure, value, value_effective) AS cell FROM {side}.disclosure
    WHERE value IS NOT NULL OR value_effective IS NOT NULL
    UNION ALL
    SELECT report_id, hash('a', outcome, applicant, value, value_effective) FROM {side}.application
    WHERE value IS NOT NULL OR value_effective IS NOT NULL
    UNION ALL
    SELECT report_id, hash('l', channel, result, value, value_effective) FROM {side}.litigation
    WHERE value IS NOT NULL OR value_effective IS NOT NULL
    UNION ALL
    SELECT report_id, hash('s', measure, value, value_effective) FROM {side}.legacy_stat
    WHERE value IS NOT NULL OR value_effective IS NOT NULL
)
GROUP BY report_id;
