-- What the rules look at: reports with figures that are the only one of their line, year and scope.
CREATE OR REPLACE TEMP TABLE judged_report AS
SELECT
    row_number() OVER (ORDER BY r.report_year, r.report_id)::INTEGER AS no,
    r.report_id,
    r.version_id,
    coalesce(l.line_id, r.agency_id) AS line_id,
    r.report_year,
    r.scope,
    r.form,
    r.agency_name,
    r.agency_type,
    r.division_id,
    r.n_same_scope = 1 AND NOT r.is_superseded AS is_single,
    -- Figures that a reorganisation lies between are not held against each other.
    CASE WHEN r.break_reason_en IS NULL THEN r.previous_report_id END AS previous_report_id,
    d.figures_hash,
    d.text_letters,
    d.text_bits,
    d.text_band_1,
    d.text_band_2,
    d.text_band_3,
    d.text_band_4,
    d.text_band_5,
    d.text_band_6
FROM store.report AS r
LEFT JOIN store.line AS l ON l.agency_id = r.agency_id
LEFT JOIN document AS d ON d.sha256 = r.sha256
WHERE r.version_id IS NOT NULL AND r.outcome = 'parsed' AND r.agency_id IS NOT NULL AND r.report_year > 0;

CREATE OR REPLACE TEMP VIEW banded AS
SELECT
    no,
    unnest([text_band_1, text_band_2, text_band_3, text_band_4, text_band_5, text_band_6]) AS number,
    unnest([1, 2, 3, 4, 5, 6]) AS band
FROM judged_report
WHERE text_letters IS NOT NULL;
