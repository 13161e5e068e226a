-- en: Reports without an agency or a year; they stand in no comparison until that is known.
-- zh: 机构或年度不明、未归位的报告；不参与任何比较。
-- columns:
--   report_id: {en: Report, zh: 报告}
--   agency_id: {en: "Agency, where it is known", zh: 机构（已知时）}
--   report_year: {en: "Report year; 0: unknown", zh: 报告年度；0 为不明}
--   title: {en: Title as printed, zh: 原文标题}
--   reason: {en: Why it has no agency or year, zh: 未归位原因}
--   outcome: {en: What reading it gave, zh: 读取结果}
--   source_url: {en: Address, zh: 网址}
--   portal_id: {en: Portal that led to it, zh: 所属门户}
--   fetched_at: {en: When it was first fetched (UTC), zh: 首次获取时间（UTC）}

SELECT
    report_id,
    agency_id,
    report_year,
    title,
    unplaced_reason AS reason,
    outcome,
    source_url,
    portal_id,
    fetched_at
FROM report
WHERE agency_id IS NULL OR report_year = 0
