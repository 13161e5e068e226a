-- Macros of the published warehouse that need no table; views are made of them.

-- A ratio; null when either side is null or the denominator is zero (DuckDB answers plain division by zero with inf).
CREATE MACRO rate(n, d) AS CAST(n AS DOUBLE) / nullif(CAST(d AS DOUBLE), 0);
COMMENT ON MACRO rate IS 'rate(n, d): n divided by d; null when one is null or d is 0 | rate(n, d)：n 除以 d；任一为空或 d 为 0 时为空';

-- Which rule sets the last day on which a report may be published; null where none does.
CREATE MACRO due_rule(report_year, agency_type, scope) AS CASE
    WHEN report_year < 2008 OR agency_type IS NULL THEN NULL
    WHEN report_year <= 2018 THEN 'all_2008'
    WHEN agency_type = 'government' THEN 'government'
    -- An office that covers the division issues the government's report; of an unknown scope it may be either.
    WHEN agency_type = 'gov_office' AND scope IN ('aggregate', 'own_level') THEN 'government'
    WHEN agency_type = 'gov_office' AND scope = 'own' THEN 'department'
    WHEN agency_type IN ('department', 'vertical') THEN 'department'
END;
COMMENT ON MACRO due_rule IS 'due_rule(report_year, agency_type, scope): which rule sets the last day of publication, see punctuality; null: none | due_rule(报告年度, 机构类型, 口径)：所适用的截止日规则，见 punctuality；空为无规定';

CREATE MACRO due_on(report_year, agency_type, scope) AS CASE due_rule(report_year, agency_type, scope)
    WHEN 'department' THEN make_date(report_year + 1, 1, 31)
    WHEN 'government' THEN make_date(report_year + 1, 3, 31)
    WHEN 'all_2008' THEN make_date(report_year + 1, 3, 31)
END;
COMMENT ON MACRO due_on IS 'due_on(report_year, agency_type, scope): last day of publication; null: none is set | due_on(报告年度, 机构类型, 口径)：法定截止日；无规定时为空';

-- A day before the year was over cannot be that of its report.
CREATE MACRO days_late(published_on, due, report_year) AS
    CASE WHEN published_on > make_date(report_year, 12, 31) THEN date_diff('day', due, published_on) END;
COMMENT ON MACRO days_late IS 'days_late(published_on, due_on, report_year): days from the last day to that of publication, negative before it; null: one is not known, or the year was not over | days_late(发布日期, 截止日, 报告年度)：晚于截止日的天数，提前为负；任一不详或早于年度结束时为空';

CREATE MACRO plain_number(n) AS rtrim(rtrim(CAST(CAST(n AS DECIMAL(18, 4)) AS VARCHAR), '0'), '.');
COMMENT ON MACRO plain_number IS 'plain_number(n): a number as text, without zeros behind the point | plain_number(n)：数字的文本，去掉小数末尾的零';
