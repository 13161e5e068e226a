-- Texts that share one of the bands of their sentences (transforms/content.py) are held against each other, each against
-- its own year before and the first report of another body that has the band.
WITH text AS (
    SELECT * FROM judged_report WHERE text_letters IS NOT NULL
),
own AS (
    SELECT n.no, p.no AS other_no
    FROM text AS n SEMI JOIN chosen USING (report_id)
    JOIN text AS p ON p.report_id = n.previous_report_id
    WHERE n.text_band_1 = p.text_band_1 OR n.text_band_2 = p.text_band_2 OR n.text_band_3 = p.text_band_3
        OR n.text_band_4 = p.text_band_4 OR n.text_band_5 = p.text_band_5 OR n.text_band_6 = p.text_band_6
),
chosen_band AS (
    SELECT b.* FROM banded AS b SEMI JOIN (SELECT no FROM judged_report SEMI JOIN chosen USING (report_id)) AS c USING (no)
),
first_of_band AS (
    SELECT band, number, min(no) AS other_no
    FROM banded SEMI JOIN chosen_band USING (band, number)
    GROUP BY ALL
    HAVING count(*) > 1
),
candidate AS (
    SELECT no, other_no FROM own
    UNION
    SELECT c.no, f.other_no FROM chosen_band AS c JOIN first_of_band AS f USING (band, number) WHERE c.no <> f.other_no
),
wanted AS MATERIALIZED (
    SELECT t.report_id, o.report_id AS other_report_id
    FROM candidate AS c
    JOIN text AS t ON t.no = c.no
    JOIN text AS o ON o.no = c.other_no
    WHERE bit_count(xor(t.text_bits, o.text_bits)) < 14
        -- Letters were counted before personal data was taken out of the text.
        AND least(t.text_letters, o.text_letters) > 0.85 * greatest(t.text_letters, o.text_letters)
        AND (t.line_id <> o.line_id OR t.previous_report_id = o.report_id)
),
-- Sentences without their numbers and the body's name, which are what one text took from another.
sentence AS MATERIALIZED (
    SELECT DISTINCT report_id, hash(words) AS said, length(words) AS letters
    FROM (
        SELECT
            report_id,
            -- Few sentences have numbers, and to search is quicker than to replace.
            CASE WHEN regexp_matches(said, '[0-9]') THEN regexp_replace(said, '[0-9.,%\s]+', '', 'g') ELSE said END AS words
        FROM (
            SELECT
                t.report_id,
                unnest(string_split(replace(replace(s.text, chr(10), '。'), coalesce(t.printed_name, t.agency_name), ''), '。')) AS said
            FROM section_text AS s
            JOIN text AS t ON t.version_id = s.version_id
            WHERE t.report_id IN (SELECT report_id FROM wanted UNION ALL SELECT other_report_id FROM wanted)
        )
    )
    WHERE length(words) >= 12
),
written AS (
    SELECT report_id, sum(letters) AS letters FROM sentence GROUP BY report_id
),
alike AS (
    SELECT w.report_id, w.other_report_id, sum(a.letters) / any_value(greatest(l.letters, m.letters)) AS share
    FROM wanted AS w
    JOIN written AS l ON l.report_id = w.report_id
    JOIN written AS m ON m.report_id = w.other_report_id
    JOIN sentence AS a ON a.report_id = w.report_id
    JOIN sentence AS b ON b.report_id = w.other_report_id AND b.said = a.said
    GROUP BY ALL
),
-- Equal figures throughout: of the year before, or of another body for the same year.
figures AS (
    SELECT no, report_id, line_id, report_year, previous_report_id, figures_hash
    FROM judged_report
    WHERE figures_hash IN (SELECT figures_hash FROM judged_report SEMI JOIN chosen USING (report_id))
),
equal AS (
    SELECT n.report_id, n.previous_report_id AS other_report_id
    FROM figures AS n
    JOIN figures AS p ON p.report_id = n.previous_report_id AND p.figures_hash = n.figures_hash
    UNION ALL
    SELECT f.report_id, o.report_id
    FROM figures AS f
    JOIN (SELECT figures_hash, report_year, min(no) AS no FROM figures GROUP BY ALL HAVING count(*) > 1) AS first
        USING (figures_hash, report_year)
    JOIN figures AS o ON o.no = first.no
    WHERE f.line_id <> o.line_id
),
-- Reports without any application are alike by nature.
telling AS (
    SELECT report_id FROM applied WHERE report_id IN (SELECT report_id FROM equal) AND n >= 10
)
SELECT
    report_id,
    other_report_id,
    'text' AS subject,
    round(share, 4)::DECIMAL(18, 4) AS left_value,
    0.9::DECIMAL(18, 4) AS right_value,
    share > 0.9 AS failed,
    'info' AS severity,
    false AS inferred,
    '' AS cells,
    NULL AS other_cells,
    NULL AS detail_en,
    NULL AS detail_zh
FROM alike
UNION ALL
SELECT report_id, other_report_id, 'figures', 1, 0.9, true, 'warning', false, '', NULL, NULL, NULL
FROM equal
WHERE report_id IN (SELECT report_id FROM telling) AND report_id IN (SELECT report_id FROM chosen)
