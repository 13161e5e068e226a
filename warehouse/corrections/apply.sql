UPDATE store.odd_cell AS c
SET value_effective = k.value, effective_method = 'corrected'
FROM correction AS k
WHERE k.state = 'applied' AND c.report_id = k.report_id AND concat_ws('.', c.table_name, c.row_key, CASE WHEN c.column_key <> 'value' THEN c.column_key END) = k.cell;

UPDATE store.report AS r
SET n_inferred = i.n, inferred = i.paths
FROM (
    SELECT
        c.report_id,
        count(*) AS n,
        coalesce(list(c.cell ORDER BY c.cell) FILTER (WHERE c.cell NOT IN (FROM detail)), []) AS paths
    FROM (
        SELECT c.report_id, concat_ws('.', c.table_name, c.row_key, CASE WHEN c.column_key <> 'value' THEN c.column_key END) AS cell
        FROM store.odd_cell AS c
        WHERE c.effective_method <> 'printed'
            AND c.report_id IN (SELECT report_id FROM correction WHERE state = 'applied')
    ) AS c
    GROUP BY c.report_id
) AS i
WHERE i.report_id = r.report_id;

-- Failed sums of the form that corrected figures close: what they put in doubt is settled with them.
INSERT INTO settled_check
WITH changed AS (
    SELECT
        v.version_id,
        concat_ws('.', c.table_name, c.row_key, CASE WHEN c.column_key <> 'value' THEN c.column_key END) AS cell,
        c.value_effective - coalesce(c.value, 0) AS added
    FROM store.odd_cell AS c
    JOIN report AS v ON v.report_id = c.report_id
    WHERE c.effective_method = 'corrected' AND c.value_effective IS NOT NULL
),
operand AS (
    SELECT
        f.version_id,
        f.rule,
        f.subject,
        f.delta,
        c.added,
        list_position(string_split(f.cells, ' '), c.cell) AS place,
        len(string_split(f.cells, ' ')) AS n
    FROM store.odd_check AS f
    JOIN changed AS c ON c.version_id = f.version_id
    WHERE f.status = 'fail' AND f.rule IN ('T3-BAL', 'T3-ROW', 'T3-COL', 'T4-SUM')
)
SELECT version_id, rule, subject
FROM operand
WHERE place IS NOT NULL
GROUP BY version_id, rule, subject
-- The parts come first; on the right stand the total, or in the balance the last two.
HAVING any_value(delta) + sum(CASE WHEN place > CASE rule WHEN 'T3-BAL' THEN 2 ELSE n - 1 END THEN -added ELSE added END) = 0;
