"""The export as others meet it: a valid Data Package, read by pandas, Arrow and LibreOffice, and safe to open."""

from __future__ import annotations

import csv
import hashlib
import importlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from tests.warehouse.hostile_lake import FORMULAS, hostile
from transforms.schema import tables
from warehouse.build import build, publish
from warehouse.connection import WarehouseError, warehouse_path
from warehouse.export import DESCRIPTION, export
from warehouse.export.columns import ExportColumn, harmless_sql
from warehouse.files import harmless

PROFILES = Path(__file__).parent / "profiles"
ROOT = Path(__file__).resolve().parents[2]
needs_office = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = hostile().write(tmp_path_factory.mktemp("hostile"))
    build(home)
    publish(home)
    return home


@pytest.fixture(scope="module")
def exported(hostile_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    export(hostile_home, folder)
    return folder


def package(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    return found


def texts(folder: Path) -> dict[str, dict[str, Any]]:
    """The CSV resources by name."""
    return {one["name"]: one for one in package(folder)["resources"] if one["format"] == "csv"}


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bytes_of(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_description_is_valid_by_the_published_profiles(exported: Path) -> None:
    jsonschema: Any = importlib.import_module("jsonschema")  # it has no annotations

    def faults(profile: str, found: Any) -> list[str]:
        schema = json.loads((PROFILES / f"{profile}.json").read_text(encoding="utf-8"))
        return [f"{list(e.path)}: {e.message}" for e in jsonschema.Draft4Validator(schema).iter_errors(found)]

    found = package(exported)
    assert faults("data-package", found) == []
    for resource in texts(exported).values():
        assert resource["profile"] == "tabular-data-resource"
        assert faults("tabular-data-resource", resource) == []
    assert faults("data-package", {**found, "resources": []}), "the profile itself is read"
    assert faults("tabular-data-resource", {"name": "No Name", "path": "x.csv"})


def test_frictionless_finds_no_fault(exported: Path) -> None:
    frictionless = pytest.importorskip("frictionless", reason="frictionless is not installed: pip install frictionless")
    report = frictionless.Package(str(exported / DESCRIPTION)).validate()
    assert report.flatten(["name", "type", "message"]) == []
    assert report.stats["tasks"] == len(package(exported)["resources"])


def test_keys_references_and_constraints_hold(exported: Path) -> None:
    # What frictionless does too; here so that it is tested where that is not installed.
    resources = texts(exported)
    lines = {name: rows(exported, name.removesuffix("-csv")) for name in resources}
    checked = {"key": 0, "reference": 0, "required": 0, "enum": 0}
    for name, resource in resources.items():
        assert resource["rows"] == len(lines[name])
        schema = resource["schema"]
        if key := schema.get("primaryKey"):
            keys = [tuple(line[column] for column in key) for line in lines[name]]
            assert len(keys) == len(set(keys)), name
            checked["key"] += 1
        for foreign in schema.get("foreignKeys", ()):
            (column,), (other,) = foreign["fields"], foreign["reference"]["fields"]
            there = {line[other] for line in lines[foreign["reference"]["resource"] or name]}
            assert {line[column] for line in lines[name]} - {""} <= there, (name, column)
            checked["reference"] += 1
        for field in schema["fields"]:
            found = {line[field["name"]] for line in lines[name]}
            constraints = field.get("constraints", {})
            if constraints.get("required"):
                assert "" not in found, (name, field["name"])
                checked["required"] += 1
            if "enum" in constraints:
                assert found - {""} <= set(constraints["enum"]), (name, field["name"])
                checked["enum"] += 1
    assert checked["key"] >= 15
    assert checked["reference"] >= 20
    assert checked["required"] >= 100
    assert checked["enum"] >= 10


def test_a_required_text_that_may_be_empty_is_not_called_required_in_csv(exported: Path) -> None:
    found = {one["name"]: one["schema"]["fields"] for one in package(exported)["resources"]}

    def cells(name: str) -> dict[str, Any]:
        (field,) = (field for field in found[name] if field["name"] == "cells")
        return field.get("constraints", {})

    assert cells("reading_warning-parquet") == {"required": True}
    assert cells("reading_warning-csv") == {}


def test_units_meanings_licences_and_sources_are_there(exported: Path) -> None:
    found = package(exported)
    fields = {(one["name"], f["name"]): f for one in found["resources"] for f in one["schema"]["fields"]}
    assert fields["application-csv", "value"]["unit"] == "application"
    assert fields["document-parquet", "bytes"]["unit"] == "byte"
    assert fields["agency_year-csv", "admin_fee_wanyuan"]["unit"] == "10000 yuan"
    assert fields["agency_year-csv", "refusal_rate"]["unit"] == "ratio"
    assert "unit" not in fields["report-csv", "title"]
    assert all(" | " in field["description"] for field in fields.values())
    assert [one["name"] for one in found["licenses"]] == ["other-pd", "CC-BY-4.0"]
    assert {"title": "甲市财政局", "path": "http://127.0.0.1/"} in found["sources"]
    (division,) = (one for one in found["resources"] if one["name"] == "division-csv")
    assert [one["name"] for one in division["licenses"]] == ["CC-BY-4.0"]
    # The gazetteer names what it is made from; what only checks it leaves nothing in the tables.
    gazetteer = yaml.safe_load((ROOT / "transforms/gazetteer/sources.yaml").read_text("utf-8"))["sources"]
    assert {one["path"] for one in division["sources"]} == {
        one["origin"] for one in gazetteer if "only to check" not in one["tells"]
    }


def test_parquet_has_only_types_that_pandas_and_r_know(exported: Path) -> None:
    known = {pa.string(), pa.int32(), pa.int64(), pa.bool_(), pa.date32(), pa.timestamp("us"), pa.float64()}
    known |= {pa.list_(pa.field("element", pa.string()))}
    for path in exported.glob("*.parquet"):
        for field in pq.read_schema(path):
            assert field.type in known or pa.types.is_decimal128(field.type), (path.name, field)
    frame = pd.read_parquet(exported / "report.parquet")
    assert str(frame["report_year"].dtype) == "int32"
    assert str(frame["fetched_at"].dtype).startswith("datetime64")


@pytest.mark.parametrize(
    ("found", "given"),
    [
        ("UBIGINT", "BIGINT"),
        ("HUGEINT", "BIGINT"),
        ("UTINYINT", "INTEGER"),
        ("FLOAT", "DOUBLE"),
        ("UUID", "VARCHAR"),
        ("ENUM('a', 'b')", "VARCHAR"),
        ("UINTEGER[]", "BIGINT[]"),
        ("DECIMAL(18,4)", "DECIMAL(18,4)"),
        ("TIMESTAMP", "TIMESTAMP"),
    ],
)
def test_types_that_others_have_not_become_the_nearest_that_they_have(found: str, given: str) -> None:
    assert ExportColumn("x", found, "x | x", False).data_type == given


def test_csv_holds_what_parquet_holds(exported: Path) -> None:
    for name in ("report", "disclosure", "agency_year", "check_result"):
        columns = {f["name"]: f["type"] for f in texts(exported)[f"{name}-csv"]["schema"]["fields"]}
        parquet = pq.read_table(exported / f"{name}.parquet").to_pylist()
        lines = rows(exported, name)
        assert len(lines) == len(parquet) > 0
        for line, row in zip(lines, parquet, strict=True):
            for column, kind in columns.items():
                text, value = line[column], row[column]
                if value is None:
                    assert text == ""
                elif kind in ("number", "integer"):
                    assert float(text) == pytest.approx(float(value))
                    assert not text.endswith(".0000")
                elif kind == "boolean":
                    assert text == str(value).lower()
                elif kind == "datetime":
                    assert text == value.isoformat() + "Z"
                elif kind == "string":
                    assert text == harmless(value)
                else:
                    assert text == str(value)


def test_no_text_of_a_csv_file_is_a_formula(exported: Path) -> None:
    attacks = 0
    for name, resource in texts(exported).items():
        strings = [f["name"] for f in resource["schema"]["fields"] if f["type"] == "string"]
        for line in rows(exported, name.removesuffix("-csv")):
            for column in strings:
                assert harmless(line[column]) == line[column], (name, column)
                attacks += line[column][1:] in FORMULAS
    assert attacks >= 4 * len(FORMULAS)
    # Where no spreadsheet is in the way, the text is as it was printed.
    kept = pq.read_table(exported / "agency.parquet")["name"].to_pylist()
    assert set(FORMULAS) <= set(kept)


def test_the_rule_in_sql_is_the_one_in_python() -> None:
    for text in [
        *FORMULAS,
        "-5",
        "+1.5",
        "-",
        "--5",
        "-.5",
        "-1e3",
        "a=1",
        "",
        "\r",
        "@",
        "='",
        "甲",
        "-5件",
        "- 5",
        "=5",
    ]:
        (found,) = duckdb.execute(f"SELECT {harmless_sql('x')} FROM (SELECT $1 AS x)", [text]).fetchone() or ()
        assert found == harmless(text), repr(text)


def test_equal_content_gives_equal_bytes_however_it_lies_in_the_file(published_copy: Path, tmp_path: Path) -> None:
    export(published_copy, tmp_path / "one")
    with duckdb.connect(str(warehouse_path(published_copy)), config={"threads": 1}) as connection:
        n = connection.execute("SELECT count(*) FROM reading_warning").fetchall()
        connection.execute("CREATE TEMP TABLE kept AS FROM reading_warning")
        connection.execute("DELETE FROM reading_warning")
        connection.execute("INSERT INTO reading_warning FROM kept ORDER BY ALL DESC")
        connection.execute("CREATE SCHEMA hidden")
        connection.execute("CREATE TABLE hidden.agency (name VARCHAR, nobodys_business VARCHAR)")
    assert n[0][0] > 1
    export(published_copy, tmp_path / "two")
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_files_of_an_earlier_export_go_and_those_of_others_stay(published_home: Path, tmp_path: Path) -> None:
    export(published_home, tmp_path)
    described = package(tmp_path)
    (tmp_path / "former.csv").write_text("x")
    (tmp_path / "mine.csv").write_text("x")
    outside = tmp_path.parent / f"{tmp_path.name}.csv"
    outside.write_text("x")
    described["resources"] += [
        {"path": "former.csv"},
        {"path": f"../{outside.name}"},
        {"path": "README.md"},
        {"path": 3},
    ]
    (tmp_path / "README.md").write_text("x")
    (tmp_path / DESCRIPTION).write_text(json.dumps(described))
    export(published_home, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert "former.csv" not in names
    assert {"mine.csv", "README.md"} <= names
    assert outside.exists()
    outside.unlink()


def test_a_data_package_of_someone_else_is_left_alone(published_home: Path, tmp_path: Path) -> None:
    for text in ('{"name": "other", "resources": []}', "[]", "no json"):
        (tmp_path / DESCRIPTION).write_text(text)
        with pytest.raises(WarehouseError, match="something else than an export of gongkai"):
            export(published_home, tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == [DESCRIPTION]
        assert (tmp_path / DESCRIPTION).read_text() == text


def test_an_export_that_breaks_off_leaves_no_description(published_home: Path, tmp_path: Path) -> None:
    export(published_home, tmp_path)
    (tmp_path / "report.csv").unlink()
    (tmp_path / "report.csv").mkdir()
    with pytest.raises(WarehouseError, match=r"report\.csv could not be written"):
        export(published_home, tmp_path)
    assert not (tmp_path / DESCRIPTION).exists()
    assert not list(tmp_path.glob(".*.part"))


@needs_office
def test_libreoffice_opens_the_csv_and_computes_nothing(exported: Path, tmp_path: Path) -> None:
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    csv_filter = "--infilter=Text - txt - csv (StarCalc):44,34,76,1"  # comma, quote, UTF-8, from the first line
    names = ("agency", "report")
    done = subprocess.run(
        ["soffice", profile, "--headless", csv_filter, "--convert-to", "xlsx", "--outdir", str(tmp_path)]
        + [str(exported / f"{name}.csv") for name in names],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    for name in names:
        assert (tmp_path / f"{name}.xlsx").exists(), done.stderr
        sheet = openpyxl.load_workbook(tmp_path / f"{name}.xlsx").active
        assert sheet is not None
        header, *lines = ([cell.value for cell in row] for row in sheet.iter_rows())
        assert header == list(tables()[name].column_names)
        assert len(lines) == len(rows(exported, name))
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    shown = {cell.value for row in openpyxl.load_workbook(tmp_path / "agency.xlsx").active.iter_rows() for cell in row}
    assert "甲市财政局" in shown
    assert f"'{FORMULAS[0]}" in shown
