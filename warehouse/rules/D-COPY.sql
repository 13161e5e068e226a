-- Sentences without their numbers and the body's name: what is alike in two reports is what one took from the other.
WITH sentence AS MATERIALIZED (
    SELECT DISTINCT report_id, hash(words) AS said, length(words) AS letters
    FROM (
        SELECT
            report_id,
            -- Few sentences have numbers, and to search is quicker than to replace.
            CASE WHEN regexp_matches(said, '[0-9]') THEN regexp_replace(said, '[0-9.,%\s]+', '', 'g') ELSE said END AS words
        FROM (
            SELECT
                j.report_id,
                unnest(string_split(replace(replace(s.text, chr(10), '。'), j.agency_name, ''), '。')) AS said
            FROM section_text AS s
            JOIN judged_report AS j ON j.version_id = s.version_id
        )
    )
    WHERE length(words) >= 12
),
text AS MATERIALIZED (
    SELECT
        report_id,
        sum(letters) AS letters,
        -- The least of all hashes is the same in two texts with the probability of their likeness (Broder 1997).
        min(said) AS sketch_1,
        min(hash(said, 1)) AS sketch_2,
        min(hash(said, 2)) AS sketch_3
    FROM sentence
    GROUP BY report_id
    HAVING sum(letters) >= 300 AND count(*) >= 5
),
sketched AS (
    SELECT t.report_id, j.line_id, u.band, u.sketch, j.report_year
    FROM (
        SELECT report_id, 1 AS band, sketch_1 AS sketch FROM text
        UNION ALL
        SELECT report_id, 2, sketch_2 FROM text
        UNION ALL
        SELECT report_id, 3, sketch_3 FROM text
    ) AS u
    JOIN text AS t USING (report_id)
    JOIN judged_report AS j USING (report_id)
),
-- Each is held against its own year before where they share a sketch, which one of a thousand of such likeness does
-- not, and against the first report of another body in which a sketch of it stands.
candidate AS (
    SELECT n.report_id, n.previous_report_id AS other_report_id
    FROM judged_report AS n
    JOIN text AS t ON t.report_id = n.report_id
    JOIN text AS p ON p.report_id = n.previous_report_id
    WHERE t.sketch_1 = p.sketch_1 OR t.sketch_2 = p.sketch_2 OR t.sketch_3 = p.sketch_3
    UNION
    SELECT report_id, other_report_id
    FROM (
        SELECT
            report_id,
            line_id,
            first_value(report_id) OVER alike AS other_report_id,
            first_value(line_id) OVER alike AS other_line_id
        FROM sketched
        WINDOW alike AS (PARTITION BY band, sketch ORDER BY report_year, report_id)
    )
    WHERE line_id <> other_line_id
),
wanted AS (
    SELECT c.report_id, c.other_report_id, greatest(t.letters, o.letters) AS letters
    FROM candidate AS c
    JOIN text AS t ON t.report_id = c.report_id
    JOIN text AS o ON o.report_id = c.other_report_id
    WHERE c.report_id IN (SELECT report_id FROM chosen)
        AND least(t.letters, o.letters) > 0.9 * greatest(t.letters, o.letters)
),
alike AS (
    SELECT w.report_id, w.other_report_id, sum(a.letters) / any_value(w.letters) AS share
    FROM wanted AS w
    JOIN sentence AS a ON a.report_id = w.report_id
    JOIN sentence AS b ON b.report_id = w.other_report_id AND b.said = a.said
    GROUP BY ALL
),
-- Equal figures throughout: of the year before, or of another body for the same year.
figures AS (
    SELECT j.report_id, j.line_id, j.report_year, j.previous_report_id, j.is_single, d.figures_hash
    FROM judged_report AS j JOIN document AS d ON d.sha256 = j.sha256
    WHERE d.figures_hash IS NOT NULL
),
equal AS (
    SELECT n.report_id, n.previous_report_id AS other_report_id
    FROM figures AS n
    JOIN figures AS p ON p.report_id = n.previous_report_id AND p.figures_hash = n.figures_hash
    UNION ALL
    SELECT report_id, other_report_id
    FROM (
        SELECT
            report_id,
            line_id,
            first_value(report_id) OVER same AS other_report_id,
            first_value(line_id) OVER same AS other_line_id
        FROM figures
        WINDOW same AS (PARTITION BY figures_hash, report_year ORDER BY report_id)
    )
    WHERE line_id <> other_line_id
),
-- Reports without any application are alike by nature.
telling AS (
    SELECT f.report_id
    FROM application AS f
    WHERE f.report_id IN (SELECT report_id FROM equal) AND f.value_effective > 0
    GROUP BY f.report_id
    HAVING count(*) >= 10
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
