"""Figures of the statistics form of 2014, from the archive to the warehouse and its dictionary."""

from __future__ import annotations

from pathlib import Path

from tests.transforms.legacy.statistics_kit import KEYS, html_table, report, rows, statistics
from tests.transforms.stages.home_kit import PORTAL, Home
from transforms.normalize import normalize
from warehouse.build import build, publish
from warehouse.connection import open_published


def test_a_report_of_2016_arrives_beside_the_three_tables(tmp_path: Path) -> None:
    home = Home(tmp_path, portals=[PORTAL])
    figures = statistics() | {"l14_complaints": "", "l14_received": "11"}
    home.crawl({"data": report(html_table(rows(figures))).encode(), "link_text": "云岭县教育局2016年"})
    normalize(tmp_path)
    build(tmp_path)
    publish(tmp_path)
    connection = open_published(tmp_path)
    try:
        stored = connection.execute(
            "SELECT l.measure, l.value, l.state, l.effective_method, m.unit, m.label_zh, r.form, r.report_year "
            "FROM legacy_stat l JOIN report r USING (report_id) "
            "JOIN measure m ON m.table_name = 'legacy' AND m.measure = l.measure"
        ).fetchall()
        checks = connection.execute(
            "SELECT subject, status, severity FROM check_result WHERE rule = 'L14-SUM' AND status = 'fail'"
        ).fetchall()
        others = connection.execute("SELECT count(*) FROM application").fetchall()
    finally:
        connection.close()
    by_key = {row[0]: row[1:] for row in stored}
    assert set(by_key) == set(KEYS)
    assert {row[-2:] for row in stored} == {("F2014", 2016)}
    assert float(by_key["l14_fee"][0]) == 0.35
    assert by_key["l14_fee"][3] == "10000 yuan"
    assert by_key["l14_complaints"][:3] == (None, "blank", None)
    assert by_key["l14_review_corrected"][4] == "四、行政复议数量 / （二）被依法纠错数"
    assert checks == [("l14_received", "fail", "warning")]
    assert others == [(0,)]
