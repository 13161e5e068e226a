-- How much two texts have in common: of each report and its own year before, and of each and the first report of another
-- body with which it shares one of the bands of its sentences (transforms/content.py).
CREATE OR REPLACE TEMP TABLE likeness AS
WITH text AS (
    SELECT no, report_id, version_id, report_year, line_id, previous_report_id, text_letters, text_bits
    FROM judged_report
    WHERE text_letters IS NOT NULL
),
chosen_text AS (
    SELECT * FROM text SEMI JOIN chosen USING (report_id)
),
chosen_band AS (
    SELECT b.* FROM banded AS b SEMI JOIN chosen_text USING (no)
),
first_of_band AS (
    SELECT band, number, min(no) AS other_no
    FROM banded SEMI JOIN chosen_band USING (band, number)
    GROUP BY ALL
    HAVING count(*) > 1
),
candidate AS (
    SELECT DISTINCT c.no, f.other_no
    FROM chosen_band AS c JOIN first_of_band AS f USING (band, number)
    WHERE c.no <> f.other_no
),
wanted AS (
    SELECT
        t.report_id,
        t.version_id,
        t.report_year,
        o.report_id AS other_report_id,
        o.version_id AS other_version_id,
        o.report_year AS other_report_year,
        true AS is_own,
        greatest(t.text_letters, o.text_letters) AS letters
    FROM chosen_text AS t JOIN text AS o ON o.report_id = t.previous_report_id
    UNION ALL
    SELECT
        t.report_id,
        t.version_id,
        t.report_year,
        o.report_id,
        o.version_id,
        o.report_year,
        false,
        greatest(t.text_letters, o.text_letters)
    FROM candidate AS c
    JOIN text AS t ON t.no = c.no
    JOIN text AS o ON o.no = c.other_no
    WHERE t.line_id <> o.line_id
        AND bit_count(xor(t.text_bits, o.text_bits)) < 14
        AND least(t.text_letters, o.text_letters) > 0.9 * greatest(t.text_letters, o.text_letters)
)
SELECT
    w.report_id,
    w.other_report_id,
    w.is_own,
    -- The last 16 bits of a sentence's number are its letters.
    coalesce(list_sum(list_transform(
        list_filter(f.sentences, lambda s: list_contains(o.sentences, s)), lambda s: s & 65535
    )), 0)::INTEGER AS shared,
    w.letters
FROM wanted AS w
JOIN text_fingerprint AS f ON f.version_id = w.version_id AND f.report_year = w.report_year
JOIN text_fingerprint AS o ON o.version_id = w.other_version_id AND o.report_year = w.other_report_year;
