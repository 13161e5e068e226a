-- 本报告所列数据统计期限自2022年1月1日起至2022年12月31日止: the last year that such a sentence names is that of the figures.
WITH told AS (
    SELECT
        j.report_id,
        j.report_year,
        s.section,
        -- Asking for the year keeps the search behind the join: of few chosen reports few texts are searched.
        CASE WHEN j.report_year > 0 THEN regexp_extract(
            regexp_replace(s.text, '\s', '', 'g'),
            '(?:统计|数据|报告)[^。]{0,30}?(20[0-9]{2})年1月1日[^。0-9]{0,8}(?:(20[0-9]{2})年)?12月31日', ['first', 'last']
        ) END AS period
    FROM section_text AS s
    JOIN judged_report AS j ON j.version_id = s.version_id
    WHERE s.section IN ('1', '6') AND contains(s.text, '12') AND j.report_id IN (SELECT report_id FROM chosen)
),
first_told AS (
    SELECT
        report_id,
        any_value(report_year) AS report_year,
        min_by(period, (period.first <> report_year::VARCHAR, section)) AS period
    FROM told
    WHERE period.first <> ''
    GROUP BY report_id
)
SELECT
    report_id,
    NULL AS other_report_id,
    'period' AS subject,
    coalesce(nullif(period.last, ''), period.first)::DECIMAL(18, 4) AS left_value,
    report_year::DECIMAL(18, 4) AS right_value,
    period.first <> report_year::VARCHAR OR left_value <> right_value AS failed,
    NULL AS severity,
    false AS inferred,
    '' AS cells,
    NULL AS other_cells,
    concat_ws('–', period.first, nullif(nullif(period.last, ''), period.first)) AS detail_en,
    detail_en AS detail_zh
FROM first_told
