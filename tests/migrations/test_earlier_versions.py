"""Homes as earlier versions wrote them are brought up to date by normalize and load: no document and no id is lost."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from tests.chaos.trial import assert_same_warehouse
from tests.faults.kit import files, lake
from tests.transforms.stages.home_kit import Home, page, without_tables
from transforms import READER_VERSION
from transforms.normalize import normalize
from transforms.schema import arrow_schema, tables
from warehouse.build import build
from warehouse.connection import PREVIOUS_NAME, warehouse_path
from warehouse.publish import previous, publish
from warehouse.store.declared import VIEWED

DECLARED: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("changes.yaml").read_text("utf-8"))
CHANGES: list[dict[str, Any]] = DECLARED["changes"]
EARLIER_READER = "0"


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A raw archive and its lake of this version: a report in two versions, one that vanished; not to be changed."""
    home = Home(tmp_path_factory.mktemp("present") / "home")
    other = "https://www.yl.gov.cn/nb/t2.html"
    home.crawl({"data": page()}, {"data": without_tables("云岭县水利局"), "url": other})
    home.crawl({"data": page(rules_made="3")}, home.event("vanished", other))
    assert normalize(home.path).problems == []
    return home.path


def loaded(home: Path) -> Path:
    assert build(home).changed
    publish(home)
    return home


def age_lake(home: Path, changes: list[dict[str, Any]]) -> None:
    """Take from a lake what these changes brought, as the version before the last of them wrote it."""
    for table in (table for change in changes for table in change.get("tables", ())):
        shutil.rmtree(home / "lake" / table, ignore_errors=True)
    for path in (home / "lake").glob("*/*/part-0.parquet"):
        rows = pq.ParquetFile(path).read()
        lost = lacking(changes, path.parent.parent.name)
        if not lost and "reader_version" not in rows.column_names:
            continue  # such a part was the same, byte by byte
        rows = rows.drop_columns(lost)
        if "reader_version" in rows.column_names:
            number, field = rows.column_names.index("reader_version"), rows.schema.field("reader_version")
            rows = rows.set_column(number, field, pa.array([EARLIER_READER] * rows.num_rows, pa.string()))
        pq.write_table(rows, path)


def lacking(changes: list[dict[str, Any]], table: str) -> list[str]:
    return [name for change in changes for name in change.get("columns", {}).get(table, ())]


def age_warehouse(home: Path, changes: list[dict[str, Any]]) -> None:
    """Publish a file as it was before facts were packed: each table of the contract one of the file's own.

    Nor was it on record then which bytes had been published.
    """
    path = warehouse_path(home)
    (home / PREVIOUS_NAME / "published.sha256").unlink()
    present = path.rename(path.with_suffix(".present"))
    gone = {table for change in changes for table in change.get("tables", ())}
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"ATTACH '{present}' AS present (READ_ONLY)")
        for name in sorted(VIEWED | {name for name, table in tables().items() if table.published} - gone):
            connection.execute(f'CREATE TABLE "{name}" AS FROM present."{name}"')
            for column in lacking(changes, name):
                connection.execute(f'ALTER TABLE "{name}" DROP COLUMN "{column}"')
        connection.execute("UPDATE build_info SET value = 'earlier' WHERE key <> 'checks'")
    present.unlink()


@pytest.mark.parametrize("number", range(1, len(CHANGES) + 1), ids=[f"before-{one['commit']}" for one in CHANGES])
def test_a_lake_of_an_earlier_version(present: Path, tmp_path: Path, number: int) -> None:
    home = Path(shutil.copytree(present, tmp_path / "home"))
    age_lake(home, CHANGES[:number])
    assert lake(home) != lake(present)
    assert normalize(home).problems == []
    assert lake(home) == lake(present)
    assert files(home / "identity") == files(present / "identity")
    assert files(home / "raw") == files(present / "raw")
    # And that is all: the next run finds nothing to do.
    assert normalize(home).documents_read == 0


def test_a_whole_home_of_the_earliest_version(present: Path, tmp_path: Path) -> None:
    undisturbed = loaded(Path(shutil.copytree(present, tmp_path / "undisturbed")))
    home = Path(shutil.copytree(undisturbed, tmp_path / "home"))
    age_lake(home, CHANGES)
    age_warehouse(home, CHANGES)
    before = warehouse_path(home).read_bytes()
    assert normalize(home).problems == []
    assert_same_warehouse(loaded(home), undisturbed, everything=False)
    assert previous(home)[0].read_bytes() == before, "the earlier version's is there to roll back to"
    assert not build(home).changed


def test_every_change_of_the_schema_is_declared(present: Path) -> None:
    """Today's lake without the changes is the earliest one; of what they brought the present home has something."""
    brought = {table for change in CHANGES for table in change.get("tables", ())}
    found = {
        name: set(arrow_schema(name).names) - set(lacking(CHANGES, name))
        for name, table in tables().items()
        if table.store == "lake" and name not in brought
    }
    assert found == {name: set(columns) for name, columns in DECLARED["earliest"].items()}
    assert [table for table in sorted(brought) if not (present / "lake" / table).is_dir()] == []
    assert {row["reader_version"] for row in Home(present).rows("document")} == {READER_VERSION} != {EARLIER_READER}
