-- Those whose findings are made: the asked, and every report that a rule holds against one of them.
CREATE OR REPLACE TEMP TABLE chosen AS
WITH
-- Also those that have no figures any more: what was held against them is not.
touched AS (
    SELECT report_id, line_id, report_year, previous_report_id FROM link SEMI JOIN asked USING (report_id)
),
-- A text is held against the first that shares a band with it: an asked one may have come before, or have been there.
asked_band AS (
    SELECT
        report_id,
        report_year,
        unnest([text_band_1, text_band_2, text_band_3, text_band_4, text_band_5, text_band_6]) AS number,
        unnest([1, 2, 3, 4, 5, 6]) AS band
    FROM (
        SELECT DISTINCT a.report_id, a.report_year, d.*
        FROM asked AS a
        JOIN report_version AS v USING (report_id)
        JOIN document AS d ON d.sha256 = v.sha256
        WHERE d.text_letters IS NOT NULL
    )
),
sharing AS (
    SELECT j.report_id, j.report_year, b.band, b.number
    FROM banded AS b SEMI JOIN asked_band USING (band, number)
    JOIN judged_report AS j ON j.no = b.no
),
first_other AS (
    SELECT band, number, min((report_year, report_id)) AS first FROM sharing ANTI JOIN asked USING (report_id) GROUP BY ALL
)
SELECT report_id FROM touched
UNION
SELECT j.report_id FROM judged_report AS j JOIN touched AS t ON j.previous_report_id = t.report_id
UNION
SELECT t.previous_report_id FROM touched AS t WHERE t.previous_report_id IS NOT NULL
UNION
SELECT j.report_id FROM judged_report AS j JOIN touched AS t ON t.line_id = j.line_id AND t.report_year = j.report_year
UNION
-- Governments and their offices, of whose figures those of the asked may be a part.
SELECT j.report_id
FROM judged_report AS j
WHERE j.agency_type IN ('government', 'gov_office') AND j.report_year IN (SELECT report_year FROM asked)
UNION
-- Of how many parts a whole is made is told with it, and any report may change what is expected.
SELECT report_id FROM store.made_check WHERE rule = 'A-SUM'
UNION
SELECT s.report_id
FROM sharing AS s
JOIN first_other AS f USING (band, number)
JOIN asked_band AS a ON a.band = s.band AND a.number = s.number
WHERE (a.report_year, a.report_id) < f.first
UNION
SELECT j.report_id
FROM judged_report AS j
JOIN (
    SELECT a.report_year, d.figures_hash
    FROM asked AS a JOIN report_version AS v USING (report_id) JOIN document AS d ON d.sha256 = v.sha256
) AS o ON o.report_year = j.report_year AND o.figures_hash = j.figures_hash;
