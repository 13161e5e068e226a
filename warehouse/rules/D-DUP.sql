-- Of several reports of a line, year and scope each is held against the first; of several versions the current one
-- against the one before it, and against those that another declared page shows still.
WITH of_report AS (
    SELECT
        j.report_id,
        first_value(j.report_id) OVER same AS other_report_id,
        j.version_id,
        first_value(j.version_id) OVER same AS other_version_id,
        j.figures_hash,
        first_value(j.figures_hash) OVER same AS other_hash
    FROM judged_report AS j
    SEMI JOIN (
        SELECT line_id, report_year, scope FROM judged_report GROUP BY ALL HAVING count(*) > 1
    ) AS several USING (line_id, report_year, scope)
    WINDOW same AS (PARTITION BY j.line_id, j.report_year, j.scope ORDER BY j.report_id)
),
revised AS (
    SELECT j.report_id, j.version_id, j.figures_hash, c.version_no
    FROM judged_report AS j
    SEMI JOIN chosen USING (report_id)
    JOIN report_version AS c ON c.version_id = j.version_id
    WHERE c.version_no > 1
),
shown AS (
    SELECT report_id, sha256, source_url
    FROM report_document SEMI JOIN revised USING (report_id)
    WHERE role = 'rendition'
    QUALIFY row_number() OVER (PARTITION BY report_id, source_url ORDER BY last_seen DESC, first_seen DESC, sha256) = 1
),
of_version AS (
    SELECT
        j.report_id,
        j.version_id,
        v.version_id AS other_version_id,
        v.version_no,
        s.source_url,
        j.figures_hash,
        o.figures_hash AS other_hash
    FROM revised AS j
    JOIN report_version AS v ON v.report_id = j.report_id AND v.version_id <> j.version_id
    JOIN document AS o ON o.sha256 = v.sha256
    LEFT JOIN (SELECT DISTINCT report_id, sha256, min(source_url) AS source_url FROM shown GROUP BY ALL) AS s
        ON s.report_id = j.report_id AND s.sha256 = v.sha256
    WHERE v.version_no = j.version_no - 1 OR s.sha256 IS NOT NULL
),
compared AS (
    SELECT
        report_id,
        other_report_id,
        version_id,
        other_version_id,
        figures_hash <> other_hash AS failed,
        'report' AS kind,
        'another report of the year' AS detail_en,
        '同年度另有一份报告' AS detail_zh
    FROM of_report
    WHERE report_id <> other_report_id
    UNION ALL
    SELECT
        report_id,
        NULL,
        version_id,
        other_version_id,
        figures_hash <> other_hash,
        CASE WHEN source_url IS NULL THEN 'version ' ELSE 'page ' END || version_no,
        CASE WHEN source_url IS NULL THEN 'it was revised after version ' || version_no ELSE 'another page, ' || source_url END,
        CASE WHEN source_url IS NULL THEN '第 ' || version_no || ' 版之后有修订' ELSE '另一网页 ' || source_url END
    FROM of_version
),
wanted AS (
    SELECT * FROM compared WHERE report_id IN (SELECT report_id FROM chosen)
),
cell AS (
    SELECT c.version_id, c.table_name, c.row_key, c.column_key, c.value
    FROM cell_version AS c
    WHERE c.version_id IN (
        SELECT version_id FROM wanted WHERE failed UNION SELECT other_version_id FROM wanted WHERE failed
    )
),
differing AS (
    SELECT
        w.version_id,
        w.other_version_id,
        string_agg(
            concat_ws('.', c.table_name, c.row_key, CASE WHEN c.column_key <> 'value' THEN c.column_key END), ' '
            ORDER BY c.table_name, c.row_key, c.column_key
        ) AS cells
    FROM wanted AS w
    JOIN cell AS c ON c.version_id = w.version_id
    JOIN cell AS o
        ON o.version_id = w.other_version_id AND o.table_name = c.table_name AND o.row_key = c.row_key
        AND o.column_key = c.column_key
    WHERE w.failed AND c.value IS DISTINCT FROM o.value
    GROUP BY ALL
)
SELECT
    w.report_id,
    w.other_report_id,
    w.kind AS subject,
    NULL::DECIMAL(18, 4) AS left_value,
    NULL::DECIMAL(18, 4) AS right_value,
    -- A figure that one of them lacks, or prints in another way, is no other figure.
    w.failed AND d.cells IS NOT NULL AS failed,
    CASE WHEN w.kind LIKE 'version %' THEN 'info' END AS severity,
    false AS inferred,
    coalesce(d.cells, '') AS cells,
    d.cells AS other_cells,
    w.detail_en,
    w.detail_zh
FROM wanted AS w
LEFT JOIN differing AS d USING (version_id, other_version_id)
