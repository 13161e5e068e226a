"""Which agency on record a document's body is: codes, then division and name; ids on record are never renamed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.transforms.stages.test_report_versions import FIRST
from transforms.identity.names import body_key, long_form, name_key
from transforms.identity.placement import Named, Placement, Step, place
from transforms.identity.resolution import belonging, disagreement
from transforms.identity.store import IdentityStore, opaque_id
from transforms.manifest import Fetch

COUNTY = "630121"  # 大通回族土族自治县
ON_PORTAL = FIRST._replace(region_code=COUNTY, body=None)


@pytest.fixture
def store(tmp_path: Path) -> IdentityStore:
    return IdentityStore(tmp_path)


def _decided(fetch: Fetch, named: Named, store: IdentityStore) -> tuple[Placement, str]:
    """The placement, and the kind of evidence that settled the agency."""
    trace: list[Step] = []
    placed = place(fetch, named, store, trace)
    return placed, next(step.kind for step in trace if step.decided)


def _later(fetch: Fetch = ON_PORTAL, days: int = 1, **changed: object) -> Fetch:
    return fetch._replace(fetched_at=fetch.fetched_at + timedelta(days=days), **changed)  # type: ignore[arg-type]


def _valid(prefix: str) -> str:
    """A credit code that passes, with an organisation code that passes, for tests."""
    from transforms.identity.evidence import is_credit_code, is_organisation_code

    organisation = next(c for d in "0123456789X" if is_organisation_code(c := "01505032" + d))
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    return next(c for letter in letters if is_credit_code(c := prefix + organisation + letter))


def test_long_and_short_names_of_a_place_and_of_a_body_are_one_agency(store: IdentityStore) -> None:
    names = ["大通回族土族自治县人力资源和社会保障局", "大通县人社局", "西宁市大通县人力资源社会保障局"]
    placed = [_decided(_later(days=n), Named(name, 2021, None), store) for n, name in enumerate(names)]
    assert len({one.agency_id for one, _ in placed}) == 1
    assert [by for _, by in placed] == ["portal and region", "division and name", "division and name"]
    assert all(one.confirmed for one, _ in placed)


def test_a_bureau_stays_one_when_its_county_becomes_a_district(store: IdentityStore) -> None:
    portal = FIRST._replace(region_code="130300", body=None)
    county = place(portal, Named("抚宁县教育局", 2013, None), store)
    district = place(_later(portal), Named("抚宁区教育局", 2019, None), store)
    assert county.agency_id == district.agency_id
    assert county.report_id != district.report_id


def test_a_name_without_its_place_is_joined_only_by_a_code(store: IdentityStore) -> None:
    code = _valid("11630121")
    full = place(ON_PORTAL, Named("大通县信访局", 2021, None, (code,)), store)
    bare = place(_later(region_code="630100"), Named("信访局", 2020, None), store)
    assert (bare.agency_id != full.agency_id, bare.confirmed) == (True, False)
    joined, by = _decided(_later(region_code="630000", days=2), Named("信访局", 2019, None, (code,)), store)
    assert (joined.agency_id, by) == (full.agency_id, "credit code")


def test_an_organisation_code_of_before_2015_is_the_one_within_the_credit_code(store: IdentityStore) -> None:
    code = _valid("11630121")
    new = place(ON_PORTAL, Named("大通县信访局", 2021, None, (code,)), store)
    old, by = _decided(_later(region_code="630000"), Named("信访局", 2012, None, (code[8:17],)), store)
    assert (old.agency_id, by) == (new.agency_id, "organisation code")


def test_a_code_that_a_portal_prints_with_every_body_joins_none(store: IdentityStore) -> None:
    code = _valid("11630121")
    one = place(ON_PORTAL, Named("大通县信访局", 2021, None, (code,)), store)
    two = place(_later(), Named("大通县水利局", 2021, None, (code,)), store)
    assert one.agency_id != two.agency_id
    three, by = _decided(_later(days=2, region_code="630000"), Named("信访局", 2020, None, (code,)), store)
    # The code still tells the county, and the county's 信访局 is on record.
    assert (three.agency_id, by) == (one.agency_id, "division and name")
    four = place(_later(days=3, region_code="630000"), Named("水务局", 2020, None, (code,)), store)
    assert four.agency_id not in (one.agency_id, two.agency_id)


def test_a_code_of_another_place_confirms_nothing_and_is_named(store: IdentityStore) -> None:
    portal = FIRST._replace(region_code="341800", body="宁国市人民政府")
    placed = place(portal, Named("宁国市民政局", 2021, None, ("11341702486344515H",)), store)
    assert not placed.confirmed
    assert placed.conflict is not None
    assert "贵池区" in placed.conflict
    assert "宁国市" in placed.conflict
    assert store.with_code("11341702486344515H") == []


def test_what_was_learned_later_moves_nothing_placed_before(tmp_path: Path) -> None:
    """The night that found the short name first, and the rebuild that sees both, give the same ids."""
    documents = [
        (ON_PORTAL, Named("信访局", 2020, None)),
        (_later(days=1), Named("大通县信访局", 2021, None, (_valid("11630121"),))),
        (_later(days=2, region_code="630000"), Named("信访局", 2019, None, (_valid("11630121"),))),
        (_later(days=3), Named("大通回族土族自治县信访局", 2022, None)),
    ]

    def nightly() -> Iterator[str | None]:
        for fetch, named in documents:
            store = IdentityStore(tmp_path / "nightly")
            yield place(fetch, named, store).agency_id
            store.save()

    rebuilt = IdentityStore(tmp_path / "rebuilt")
    assert [*nightly()] == [place(fetch, named, rebuilt).agency_id for fetch, named in documents]


def test_ids_of_a_record_made_before_stay(tmp_path: Path) -> None:
    """An identity folder of the time before codes and divisions: its names keep their ids, also where two are one."""
    rows = [
        {"region": "63", "name": "大通县信访局", "evidence": "title; the registry names no body"},
        {"region": "63", "name": "大通回族土族自治县信访局", "evidence": "title; the registry names no body"},
        {"region": COUNTY, "name": "信访局", "evidence": "title; the registry names no body"},
    ]
    folder = tmp_path / "identity"
    folder.mkdir()
    lines = []
    for row in rows:
        key = name_key(row["name"])
        made = {
            "agency_id": opaque_id("a", "agency", row["region"], key),
            "name_key": key,
            "portal_id": "p",
            "url": "u",
        }
        lines.append(json.dumps({**row, **made, "first_seen": "2024-01-20T00:00:00"}, ensure_ascii=False) + "\n")
    (folder / "agencies.jsonl").write_text("".join(lines), "utf-8")
    store = IdentityStore(tmp_path)
    for row, line in zip(rows, lines, strict=True):
        placed, by = _decided(_later(), Named(row["name"], 2022, None, (_valid("11630121"),)), store)
        assert (placed.agency_id, by) == (json.loads(line)["agency_id"], "name on record")
    store.save()
    assert (folder / "agencies.jsonl").read_text("utf-8") == "".join(lines)


def test_another_place_in_the_title_than_the_portals_is_not_confirmed(store: IdentityStore) -> None:
    placed = place(ON_PORTAL, Named("宁国市民政局", 2021, None), store)
    assert not placed.confirmed
    assert placed.conflict == "宁国市民政局 is of 安徽省宣城市宁国市, its portal of 青海省西宁市大通回族土族自治县"


def test_a_report_of_another_bureau_on_a_bureaus_page_is_not_confirmed(store: IdentityStore) -> None:
    on_page_of = ON_PORTAL._replace(body="大通县水利局")
    assert not place(on_page_of, Named("大通县信访局", 2021, None), store).confirmed
    assert place(on_page_of._replace(body="大通县人民政府"), Named("大通县信访局", 2021, None), store).confirmed


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("人力资源和社会保障局", "人社局", True),
        ("卫生健康委员会", "卫健委", True),
        ("人民政府办公室", "政府办公厅", True),
        ("人民政府", "", True),
        ("办事处", "", True),
        ("管理委员会", "", True),
        ("发展和改革局", "发展和改革委员会", False),
        ("环境保护局", "生态环境局", False),
        ("人民政府", "人民政府办公室", False),
        ("财政局", "财政分局", False),
    ],
)
def test_names_of_one_body(one: str, other: str, same: bool) -> None:
    assert (body_key(one) == body_key(other)) is same


def test_a_code_tells_the_place_that_a_name_leaves_open() -> None:
    bare = belonging("教育局", "510000", 2019)
    assert (bare.certain, bare.key) == (False, None)
    told = belonging("教育局", "510000", 2019, (_valid("11510802"),))
    assert told.certain
    assert told.division is not None
    assert told.division.full_name == "四川省广元市利州区"
    elsewhere = belonging("教育局", "630000", 2019, (_valid("11510802"),))
    assert not elsewhere.certain


@pytest.mark.parametrize(
    ("issuer", "codes", "named"),
    [
        ("宁国市人民政府", (), None),
        ("宣城市民政局", (), None),
        ("民政局", (), None),
        ("贵池区民政局", (), "贵池区"),
        (None, ("11341702486344515H",), "贵池区"),
        ("宁国市民政局", ("014416330",), None),
    ],
)
def test_what_a_document_says_of_two_places(issuer: str | None, codes: tuple[str, ...], named: str | None) -> None:
    said = disagreement("宁国市民政局", issuer, 2021, codes)
    assert (named in said) if named and said else said is named


def test_a_short_form_needs_no_place_that_is_known() -> None:
    """There is no 云泽市; whoever asks for its 市场监管局 means its 市场监督管理局 all the same."""
    assert long_form("云泽市市场监管局") == long_form("云泽市市场监督管理局")
    assert long_form("云泽市人社局") == long_form("雲澤市人力資源和社會保障局")
    assert long_form("云泽市财政局") != long_form("云泽市市场监管局")
    assert long_form("市场监管局") == "市场监管局", "a name that is only a short form stays what it is"


@pytest.mark.parametrize(
    "name", ["大通县镇人民政府", "大通县乡", "大通县街道办事处", "大通县管委会", "西宁市县人民政府", "青海省市人民政府"]
)
def test_a_place_that_has_lost_its_name_is_not_the_one_above_it(name: str) -> None:
    """Titles lose the name of a town (镇政府信息公开…): what is left is not the county's own government."""
    told = belonging(name, "630000", 2020)
    assert not told.certain
    assert told.key is None


@pytest.mark.parametrize(
    "name", ["大通县人民政府", "大通县县人民政府", "西宁市政府", "湖口县大垅乡人民政府", "大东区前进街道办事处"]
)
def test_a_government_is_that_of_its_place(name: str) -> None:
    told = belonging(name, None, 2020)
    assert (told.certain, told.body) == (True, "")
