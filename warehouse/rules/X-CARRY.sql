-- By applicant, in one order everywhere. Reports are joined before their figures are taken apart, as in X-JUMP.
WITH applicants AS (
    SELECT [
        'total', 'natural_person', 'org_business', 'org_research', 'org_public_interest', 'org_legal_service', 'org_other'
    ] AS names
),
odd AS (
    SELECT
        report_id,
        map_from_entries(list((column_key, value_effective)) FILTER (WHERE row_key = 'carried_in')) AS ins,
        map_from_entries(list((column_key, value_effective)) FILTER (WHERE row_key = 'carried_out')) AS outs,
        map_from_entries(list((column_key, effective_method <> 'printed')) FILTER (WHERE row_key = 'carried_in'))
            AS ins_inferred,
        map_from_entries(list((column_key, effective_method <> 'printed')) FILTER (WHERE row_key = 'carried_out'))
            AS outs_inferred
    FROM store.odd_cell SEMI JOIN paired USING (report_id)
    WHERE table_name = 'application' AND row_key IN ('carried_in', 'carried_out')
    GROUP BY report_id
),
carried AS (
    SELECT
        report_id,
        [
            carried_in, carried_in_natural_person, carried_in_org_business, carried_in_org_research,
            carried_in_org_public_interest, carried_in_org_legal_service, carried_in_org_other
        ] AS ins,
        [
            carried_out, carried_out_natural_person, carried_out_org_business, carried_out_org_research,
            carried_out_org_public_interest, carried_out_org_legal_service, carried_out_org_other
        ] AS outs,
        list_transform(names, lambda a: false) AS ins_inferred,
        list_transform(names, lambda a: false) AS outs_inferred
    FROM applicants, store.report SEMI JOIN paired USING (report_id)
    WHERE application_layout IS NOT NULL
    UNION ALL
    SELECT
        report_id,
        list_transform(names, lambda a: ins[a]),
        list_transform(names, lambda a: outs[a]),
        list_transform(names, lambda a: ins_inferred[a]),
        list_transform(names, lambda a: outs_inferred[a])
    FROM applicants, odd
),
compared AS (
    SELECT
        report_id, other_report_id, applicant, left_value, right_value, in_inferred OR out_inferred AS inferred
    FROM (
        SELECT
            p.report_id,
            p.other_report_id,
            unnest(names) AS applicant,
            unnest(o.outs) AS left_value,
            unnest(i.ins) AS right_value,
            unnest(i.ins_inferred) AS in_inferred,
            unnest(o.outs_inferred) AS out_inferred
        FROM applicants, pair AS p
        JOIN carried AS i ON i.report_id = p.report_id
        JOIN carried AS o ON o.report_id = p.other_report_id
    )
    WHERE left_value IS NOT NULL AND right_value IS NOT NULL
),
meets AS (
    SELECT report_id FROM compared WHERE applicant = 'total' AND left_value = right_value
)
SELECT
    report_id,
    other_report_id,
    applicant AS subject,
    left_value,
    right_value,
    left_value <> right_value AS failed,
    -- Under equal totals applicants were only put in other classes.
    CASE WHEN applicant <> 'total' AND report_id IN (SELECT report_id FROM meets) THEN 'info' END AS severity,
    inferred,
    'application.carried_in.' || applicant AS cells,
    'application.carried_out.' || applicant AS other_cells,
    NULL AS detail_en,
    NULL AS detail_zh
FROM compared
