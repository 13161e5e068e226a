-- What the rules look at: reports with figures that are the only one of their line, year and scope.
CREATE OR REPLACE TEMP TABLE judged_report AS
SELECT
    row_number() OVER (ORDER BY l.report_year, l.report_id)::INTEGER AS no,
    l.report_id,
    r.version_id,
    l.agency_id,
    l.line_id,
    l.report_year,
    l.scope,
    r.form,
    r.sha256,
    a.name AS agency_name,
    a.agency_type,
    a.division_id,
    l.n_same_scope = 1 AND NOT l.is_superseded AS is_single,
    -- Figures that a reorganisation lies between are not held against each other.
    CASE WHEN l.break_en IS NULL THEN l.previous_report_id END AS previous_report_id,
    d.agency_name AS printed_name,
    d.figures_hash,
    d.text_letters,
    d.text_bits,
    d.text_band_1,
    d.text_band_2,
    d.text_band_3,
    d.text_band_4,
    d.text_band_5,
    d.text_band_6
FROM link AS l
JOIN report AS r ON r.report_id = l.report_id
JOIN agency AS a ON a.agency_id = l.agency_id
LEFT JOIN document AS d ON d.sha256 = r.sha256
WHERE r.version_id IS NOT NULL AND r.outcome = 'parsed';

CREATE OR REPLACE TEMP VIEW banded AS
SELECT
    no,
    unnest([text_band_1, text_band_2, text_band_3, text_band_4, text_band_5, text_band_6]) AS number,
    unnest([1, 2, 3, 4, 5, 6]) AS band
FROM judged_report
WHERE text_letters IS NOT NULL;
