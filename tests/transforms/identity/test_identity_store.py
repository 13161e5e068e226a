"""Permanent ids on record: appended, never changed, found again whatever was torn or deleted."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.transforms.stages.test_report_versions import FIRST
from transforms.identity.placement import Named, place
from transforms.identity.store import IdentityStore, opaque_id

SEEN = datetime(2025, 1, 10)


def _fill(home: Path) -> tuple[str, str]:
    store = IdentityStore(home)
    agency = store.agency("13", "云岭县教育局", {"name": "云岭县教育局"}, SEEN)
    report = store.report(agency, 2022, "", {"url": "u"}, SEEN)
    store.save()
    return agency, report


def test_ids_are_opaque_stable_and_different() -> None:
    ids = [opaque_id("a", "x", "y"), opaque_id("a", "xy"), opaque_id("a", "x", "y", ""), opaque_id("r", "x", "y")]
    assert len(set(ids)) == 4
    assert opaque_id("a", "x", "y") == ids[0]
    assert all(text.isalnum() and text.islower() and len(text) == 17 for text in ids)


def test_what_is_on_record_is_found_again(tmp_path: Path) -> None:
    agency, report = _fill(tmp_path)
    before = {p.name: p.read_bytes() for p in (tmp_path / "identity").iterdir()}
    assert _fill(tmp_path) == (agency, report)
    assert {p.name: p.read_bytes() for p in (tmp_path / "identity").iterdir()} == before


def test_a_record_wins_over_what_would_be_minted(tmp_path: Path) -> None:
    _fill(tmp_path)
    path = tmp_path / "identity" / "agencies.jsonl"
    row = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**row, "agency_id": "given-by-hand"}) + "\n", "utf-8")
    assert IdentityStore(tmp_path).agency("13", "云岭县教育局", {}, SEEN) == "given-by-hand"


def test_a_torn_last_line_is_minted_again_the_same(tmp_path: Path) -> None:
    ids = _fill(tmp_path)
    path = tmp_path / "identity" / "agencies.jsonl"
    whole = path.read_bytes()
    for cut in (1, 2, len(whole) // 2, len(whole)):
        path.write_bytes(whole[: len(whole) - cut])
        assert _fill(tmp_path) == ids
        assert path.read_bytes() == whole


def test_new_rows_are_appended_behind_the_old(tmp_path: Path) -> None:
    _fill(tmp_path)
    before = (tmp_path / "identity" / "agencies.jsonl").read_bytes()
    store = IdentityStore(tmp_path)
    store.agency("13", "云岭县水利局", {}, SEEN)
    store.save()
    store.save()
    after = (tmp_path / "identity" / "agencies.jsonl").read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == 2


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    IdentityStore(tmp_path).save()
    assert not (tmp_path / "identity").exists()


# Placement --------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> IdentityStore:
    return IdentityStore(tmp_path)


def test_the_title_names_agency_and_year(store: IdentityStore) -> None:
    placed = place(FIRST, Named("云岭县教育局", 2022, None), store)
    assert (placed.agency_name, placed.report_year, placed.unplaced_reason) == ("云岭县教育局", 2022, None)


def test_two_spellings_of_one_name_are_one_agency(store: IdentityStore) -> None:
    names = ["云岭县人民政府办公室", "云岭县政府办公室", "雲嶺縣人民政府辦公室"]
    assert len({place(FIRST, Named(name, 2022, None), store).agency_id for name in names}) == 1


def test_a_short_name_is_its_portals_body(store: IdentityStore) -> None:
    named = place(FIRST._replace(body="大通县信访局", region_code="630121"), Named("信访局", 2022, None), store)
    full = place(FIRST._replace(body=None, region_code="630121"), Named("大通县信访局", 2021, None), store)
    assert named.agency_id == full.agency_id
    assert (named.agency_name, named.confirmed) == ("大通县信访局", True)


def test_a_township_of_one_name_in_two_counties_is_two_agencies(store: IdentityStore) -> None:
    one = place(FIRST, Named("朝阳乡", 2022, None), store)
    two = place(FIRST._replace(region_code="450881"), Named("朝阳乡", 2022, None), store)
    assert one.agency_id != two.agency_id


def test_editions_of_one_year_are_two_reports(store: IdentityStore) -> None:
    own = place(FIRST, Named("云岭市人民政府", 2022, "own_level"), store)
    whole = place(FIRST, Named("云岭市人民政府", 2022, "aggregate"), store)
    assert own.agency_id == whole.agency_id
    assert own.report_id != whole.report_id


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        (Named(None, 2022, None), "no agency in title, text, link or registry"),
        (Named("云岭县教育局", None, None), "no report year in title, text, link or registry"),
        (Named(None, None, None), "no agency and no report year in title, text, link or registry"),
    ],
)
def test_nothing_is_guessed(store: IdentityStore, named: Named, reason: str) -> None:
    placed = place(FIRST._replace(report_year=None), named, store)
    assert (placed.agency_id, placed.report_year, placed.unplaced_reason) == (None, 0, reason)
    assert store.agencies == {}


# Records of before --------------------------------------------------------------------------------------------------

BEFORE = Path(__file__).with_name("records_of_before")


def test_documents_on_record_keep_their_ids(tmp_path: Path) -> None:
    """``records_of_before`` was written by the code that told agencies by region and name alone."""
    folder = tmp_path / "identity"
    folder.mkdir()
    for name in ("agencies.jsonl", "reports.jsonl"):
        (folder / name).write_bytes((BEFORE / name).read_bytes())
    documents = json.loads((BEFORE / "documents.json").read_text("utf-8"))
    assert len(documents) > 15
    store = IdentityStore(tmp_path)
    code = "11341702486344515H"
    for number, one in enumerate(documents):
        url = f"https://www.example.gov.cn/{number}"
        seen = datetime(2024, 1, 20) + timedelta(days=number)
        fetch = FIRST._replace(url=url, fetched_at=seen, region_code=one["region"], body=one["body"], report_year=None)
        for codes in ((), (code,)):
            placed = place(fetch, Named(one["name"], one["year"], one["edition"], codes), store)
            assert (placed.agency_id, placed.report_id) == (one["agency_id"], one["report_id"]), one
    store.save()
    for name in ("agencies.jsonl", "reports.jsonl"):
        assert (folder / name).read_bytes() == (BEFORE / name).read_bytes()
